"""One question and what has become of it: the state of the conversation, and how events move it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rag.messages import Message
from rag.types import VOIDING, Answer, Draft, Event, Progress, Statement


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A question, and whatever of its answer is known so far.

    `number` counts the turns of one conversation from 1 and makes the ids of its HTML unique.
    While the answer streams, `progress`, `statements` and `draft` hold what has arrived. In the
    end there is either an `answer`, which is what counts, or an `error`; with neither, and no
    stream running, the reader stopped it.
    """

    number: int
    question: str
    progress: Progress | None = None
    statements: tuple[Statement, ...] = ()
    draft: str = ""
    answer: Answer | None = None
    error: Message | None = None
    stopped: bool = False

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.error is None and not self.stopped

    def after(self, event: Event) -> Turn:
        """The turn once `event` has arrived."""
        if isinstance(event, Answer):
            return replace(self, answer=event, statements=(), draft="", progress=None)
        if isinstance(event, Statement):
            return replace(self, statements=(*self.statements, event), draft="")
        if isinstance(event, Draft):
            return replace(self, draft=event.text)
        if event.stage in VOIDING:
            # Nothing the chat model wrote counts any more, not even what had been checked.
            return replace(self, progress=event, statements=(), draft="")
        return replace(self, progress=event)

    def failed(self, error: Message) -> Turn:
        """The turn, ended by an error: what had arrived is no answer and isn't kept."""
        return replace(self, error=error, statements=(), draft="", progress=None)

    def stop(self) -> Turn:
        """The turn, ended by the reader: checked statements stay, the draft goes."""
        return replace(self, stopped=True, draft="", progress=None)
