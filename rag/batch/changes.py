"""Tell what changed between two answers to one question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rag.messages import Language
from rag.text.characters import one_line
from rag.types import Answer

ChangeKind = Literal["same", "sources", "changed", "answered_now", "no_longer_answered"]
"""What changed: nothing, only the sources of the same sentences, the sentences, or whether there
is an answer at all."""

_WORDS: Mapping[Language, Mapping[ChangeKind, str]] = {
    "en": {
        "same": "unchanged",
        "sources": "same answer, other sources",
        "changed": "changed",
        "answered_now": "answered now",
        "no_longer_answered": "no longer answered",
    },
    "zh": {
        "same": "未变",
        "sources": "回答未变，出处有变",
        "changed": "有变化",
        "answered_now": "现已有回答",
        "no_longer_answered": "不再有回答",
    },
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """How an answer differs from the one `before`: the sentences that came and those that went."""

    kind: ChangeKind
    before: Answer
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def text(self, language: Language) -> str:
        """Return the kind of change in words."""
        return _WORDS[language][self.kind]


def compare(before: Answer, after: Answer) -> Change:
    """Return what changed. Where there are no sentences, what was not found is compared."""
    was, now = _sentences(before), _sentences(after)
    added = tuple(sentence for sentence in now if sentence not in was)
    removed = tuple(sentence for sentence in was if sentence not in now)
    kind: ChangeKind = "same"
    if (before.status == "abstained") != (after.status == "abstained"):
        kind = "answered_now" if before.status == "abstained" else "no_longer_answered"
    elif added or removed or before.status != after.status:
        kind = "changed"
    elif _places(before) != _places(after):
        kind = "sources"
    return Change(kind=kind, before=before, added=added, removed=removed)


def _sentences(answer: Answer) -> tuple[str, ...]:
    """Return the sentences and what sources disagree on, without the numbers of sources."""
    lines = [statement.text for statement in answer.statements]
    lines += [
        f"{conflict.subject} {conflict.measure} {value.value}"
        for conflict in answer.conflicts
        for value in conflict.values
    ]
    return tuple(map(one_line, lines))


def _places(answer: Answer) -> set[tuple[str, str]]:
    return {(citation.doc_id, one_line(citation.quote)) for citation in answer.citations}
