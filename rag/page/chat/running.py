"""Tells which readers have an answer under way, so that a stopped one writes no more."""

from __future__ import annotations

from collections.abc import Callable


class RunningAnswers:
    """The answers under way, one for each session of the page. Safe between threads.

    The state of a conversation alone can't tell: an answer's next piece may arrive while the reader
    stops it, and would bring the turn back as one that still runs.
    """

    def __init__(self) -> None:
        self._begun: dict[str | None, object] = {}

    def begin(self, session: str | None) -> Callable[[], bool]:
        """Begin an answer; what comes back tells whether it may go on."""
        begun = self._begun[session] = object()
        return lambda: self._begun.get(session) is begun

    def end(self, session: str | None) -> None:
        """End the answer of a session, if there is one."""
        self._begun.pop(session, None)

    def __contains__(self, session: str | None) -> bool:
        return session in self._begun
