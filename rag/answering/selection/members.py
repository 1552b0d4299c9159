"""Tells which sentences speak of the very thing that a question names by an identifier.

Of two members of a series (line 3 and line 5, K40 and K45) the articles on the one look to a vector
like articles on the other. So a sentence that names only another one is no evidence, and where only
others were found nothing is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from rag.answering.evidence import Evidence
from rag.answering.selection.ranking import Candidate
from rag.messages import Message
from rag.text.identifiers import Identifier, Relation, by_series, read_identifiers, relation_within


@dataclass(frozen=True, kw_only=True)
class Members:
    """The sentences without those on others of the series, and what is to be said of the latter.

    `absent` tells what was asked about where no sentence speaks of it, and the best of another one
    of its series; `lone` which of several that were asked about was not found.
    """

    candidates: tuple[Candidate, ...]
    absent: tuple[Message, ...]
    lone: tuple[Message, ...]


def of_those_asked_about(question: str, ranked: Sequence[Candidate]) -> Members:
    """Part the sentences, `ranked` best first, by the identifiers that the question names."""
    kept = [True] * len(ranked)
    absent: list[Message] = []
    lone: list[Message] = []
    for asked in by_series(read_identifiers(question)):
        relations = [_relation(candidate.evidence, asked) for candidate in ranked]
        others = [c for c, which in zip(ranked, relations, strict=True) if which == "other"]
        kept = [so_far and which != "other" for so_far, which in zip(kept, relations, strict=True)]
        # Where another sentence comes first, it may speak of the thing in other words.
        if "same" not in relations and relations[:1] == ["other"]:
            absent.append(_only_another(asked[0], _named_by(others[0], asked)))
        elif len(asked) > 1 and "same" in relations:
            lone += [
                _not_found(one)
                for one in asked
                if all(_relation(c.evidence, (one,)) != "same" for c in ranked)
            ]
    return Members(candidates=tuple(compress(ranked, kept)), absent=tuple(absent), lone=tuple(lone))


def _relation(evidence: Evidence, asked: Sequence[Identifier]) -> Relation:
    around = (evidence.document.title, evidence.passage)
    return relation_within(asked, evidence.text, around)


def _named_by(candidate: Candidate, asked: Sequence[Identifier]) -> str:
    """Returns the other of the series that a sentence, its title or its passage names first."""
    evidence = candidate.evidence
    texts = (evidence.text, evidence.document.title, evidence.passage)
    return next(
        (
            named.text
            for text in texts
            for named in read_identifiers(text)
            if named.same_series(asked[0])
        ),
        "",
    )


def _only_another(asked: Identifier, found: str) -> Message:
    return Message(
        code="another_member",
        en=f"No article found speaks of “{asked.text}”; “{found}”, which was found, is another.",
        zh=f"找到的文章都没有谈到“{asked.text}”；找到的“{found}”是另一个。",
    )


def _not_found(asked: Identifier) -> Message:
    return Message(
        code="member_not_found",
        en=f"No article found speaks of “{asked.text}”.",
        zh=f"找到的文章都没有谈到“{asked.text}”。",
    )
