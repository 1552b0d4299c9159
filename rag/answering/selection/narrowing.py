"""Take out sentences that are about another thing, time or turn than the question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import compress

from rag.answering.evidence import Evidence
from rag.answering.selection.ranking import Candidate
from rag.answering.selection.reported import day_of_article
from rag.answering.selection.requirements import RequirementReader, Requirements
from rag.messages import Language, Message
from rag.retrieval.full_names import FullName, Standing, full_names, standing
from rag.retrieval.question import tidy_question
from rag.text.identifiers import Identifier, Relation, by_series, read_identifiers, relation_within
from rag.text.measures import measures_in
from rag.text.periods import answers_for
from rag.text.terms import concepts, fold, shows, surely_missing
from rag.types import Answer, Document

# Keeping the member of a series that the question names.
#
# Vectors hardly distinguish the members of a series (line 3 and line 5, K40 and K45). So a sentence
# that names only another member is no evidence, and if only such sentences were found, there is no
# answer.


@dataclass(frozen=True, kw_only=True)
class Members:
    """The sentences without those about other members of a series, with messages about these.

    `absent` says which members no sentence is about, if the best sentence is about another member
    of the series. `lone` says which of several members were not found.
    """

    candidates: tuple[Candidate, ...]
    absent: tuple[Message, ...]
    lone: tuple[Message, ...]


def of_those_asked_about(question: str, ranked: Sequence[Candidate]) -> Members:
    """Split the sentences, `ranked` best first, by the identifiers that the question names."""
    kept = [True] * len(ranked)
    absent: list[Message] = []
    lone: list[Message] = []
    for asked in by_series(read_identifiers(question)):
        relations = [_relation(candidate.evidence, asked) for candidate in ranked]
        others = [c for c, which in zip(ranked, relations, strict=True) if which == "other"]
        kept = [so_far and which != "other" for so_far, which in zip(kept, relations, strict=True)]
        # If another sentence comes first, it may call the thing by other words.
        if "same" not in relations and relations[:1] == ["other"]:
            absent.append(_only_another(asked[0], _named_by(others[0].evidence, asked)))
        elif len(asked) > 1 and "same" in relations:
            lone += [
                _no_such_member(one)
                for one in asked
                if all(_relation(c.evidence, (one,)) != "same" for c in ranked)
            ]
    return Members(candidates=tuple(compress(ranked, kept)), absent=tuple(absent), lone=tuple(lone))


def _relation(evidence: Evidence, asked: Sequence[Identifier]) -> Relation:
    around = (evidence.document.title, evidence.passage)
    return relation_within(asked, evidence.text, around)


def other_member(evidence: Evidence, asked: Sequence[Identifier]) -> str:
    """Return the member of the series that a sentence is about in place of `asked`, or ""."""
    return _named_by(evidence, asked) if _relation(evidence, asked) == "other" else ""


def _named_by(evidence: Evidence, asked: Sequence[Identifier]) -> str:
    """Return the other member of the series that a sentence names first.

    If it names none, its title and then its passage are read; "" if they name none either.
    """
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
        en=f"The articles found do not mention “{asked.text}”; “{found}” is a different one.",
        zh=f"找到的文章都没有提到“{asked.text}”；“{found}”是另一个。",
    )


def _no_such_member(asked: Identifier) -> Message:
    return Message(
        code="member_not_found",
        en=f"The articles found do not mention “{asked.text}”.",
        zh=f"找到的文章都没有提到“{asked.text}”。",
    )


# Keeping the thing with the very name that the question has.
#
# A name that the dictionary lacks can't be looked up in the other language. But the articles in the
# question's own language show which thing they are about: those that name Brunholm University say
# nothing about Brunholm College.


@dataclass(frozen=True, kw_only=True)
class Named:
    """The sentences without those of articles about things with similar names.

    `absent` says which names no article in the question's language has. It is shown only if the
    other sentences hold no answer.
    """

    candidates: tuple[Candidate, ...]
    absent: tuple[Message, ...]


def without_like_named(question: str, language: Language, ranked: Sequence[Candidate]) -> Named:
    """Split the sentences, `ranked` best first, by the names in the question.

    If no article in the question's language has a name, the sentences in the other language stay,
    since the name may be a different one there.
    """
    absent = []
    names = full_names(question, language)
    for name in names:
        documents = {c.evidence.document.doc_id: c.evidence.document for c in ranked}
        found = {
            doc_id: standing(name, f"{document.title}\n{document.text}")
            for doc_id, document in documents.items()
            if document.language == language
        }
        if name.known:
            # An article with one of two places asked about answers half of the question.
            places = [other for other in names if other.known]
            found = {
                doc_id: (kind, like)
                for doc_id, (kind, like) in found.items()
                if kind != "other" or not _has_any(documents[doc_id], places)
            }
        kinds = {kind for kind, _ in found.values()}
        dropped: set[Standing] = {"other"}
        if "same" not in kinds and ("other" in kinds or len(found) < len(documents)):
            if not name.known:
                dropped.add("absent")
            if "other" in kinds or (found and not name.known):
                # Name the one of the article found first, since it is the one most easily confused.
                absent.append(
                    _no_such_name(name, next((like for _, like in found.values() if like), ""))
                )
        ranked = [
            c for c in ranked if found.get(c.evidence.document.doc_id, ("same",))[0] not in dropped
        ]
    return Named(candidates=tuple(ranked), absent=tuple(absent))


def _has_any(document: Document, names: Sequence[FullName]) -> bool:
    text = f"{document.title}\n{document.text}"
    return any(standing(name, text)[0] == "same" for name in names)


def _no_such_name(name: FullName, like: str) -> Message:
    return Message(
        code="like_named",
        en=f"The articles found do not mention “{name.text}”"
        + (f"; “{like}” is a different one." if like else "."),
        zh=f"找到的文章都没有提到“{name.text}”" + (f"；“{like}”是另一个。" if like else "。"),
    )


# Keeping the period or the day asked about.
#
# A figure of another period or another day is no answer, however near it looks. So if a sentence of
# the right time gives what is asked for, sentences of another time are dropped. A period or a day
# without a year means the newest one. What was written before that day says nothing about it.

_FARTHEST = 6.0
"""In log-odds below the best sentence; a sentence farther below is about something else."""


def of_time_asked(
    ranked: Sequence[Candidate], needed: Requirements
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
    """Return the ranked sentences of the time asked about, and those of another time.

    Among the former, sentences that give a figure of the measure asked about come first. If no near
    sentence gives what is asked for, all sentences are returned as the former.
    """
    of_time = [c for c in ranked if "date" not in c.reading.lacking and _is_after(c, needed)]
    given = [c for c in of_time if "kind" not in c.reading.lacking]
    if not given or given[0].score < ranked[0].score - _FARTHEST:
        return tuple(ranked), ()
    if needed.periods:
        newest = max(_year(c, needed) for c in given)
        of_time = [c for c in of_time if _year(c, needed) in (0, newest)]
        of_time.sort(key=lambda candidate: _order(candidate, needed))
    elif needed.since:
        of_time = [c for c in ranked if _is_after(c, needed)]
    else:
        return tuple(ranked), ()
    known = set(map(id, of_time))
    return tuple(of_time), tuple(c for c in ranked if id(c) not in known)


def _order(candidate: Candidate, needed: Requirements) -> int:
    if "kind" in candidate.reading.lacking:
        return 2
    return not measures_in(needed.question) & measures_in(candidate.evidence.text)


def _is_after(candidate: Candidate, needed: Requirements) -> bool:
    """Return True if the sentence was not written before the day asked about."""
    day = day_of_article(candidate.evidence.document)
    return needed.since is None or day is None or day >= needed.since


def _year(candidate: Candidate, needed: Requirements) -> int:
    """Return the year that the sentence adds to a period asked about without one; 0 if none."""
    return max(
        (
            said.year
            for asked in needed.periods
            if asked.year is None
            for said in candidate.reading.periods
            if said.year and not said.compared and answers_for(asked, said)
        ),
        default=0,
    )


# Keeping sentences for a follow-up: those about a new name, and those not yet shown.

Place = tuple[str, int, int]
"""A sentence by its article and the offsets in it."""


def about_name(
    ranked: Sequence[Candidate], name: str, reader: RequirementReader, *, across: bool
) -> tuple[Candidate, ...]:
    """Return the sentences that mention a name, or whose article has it in its title.

    "What about Velmar?" puts a new name into the question before, and the old answer would
    otherwise still be the best. The article must show the whole name, the sentence only a part.
    """
    parts = [part for part in concepts(name, across=across) if part.essential]
    if not parts:
        return tuple(ranked)
    return tuple(
        candidate
        for candidate in ranked
        for evidence in [candidate.evidence]
        for whole in [reader.whole(evidence.document)]
        if not any(surely_missing(part, whole) for part in parts)
        and any(
            shows(fold(text), part)
            for text in (evidence.text, evidence.document.title)
            for part in parts
        )
    )


def not_of_another_question(
    ranked: Sequence[Candidate], places: Collection[Place], words: str, *, across: bool
) -> tuple[Candidate, ...]:
    """Return the sentences without those at `places` that show none of the words, names aside.

    What answered "Why did Orbex open a shop?" does not answer "Did it help sales?" as well, unless
    it mentions help or sales.
    """
    own = [concept for concept in concepts(words, across=across) if not concept.name]
    if not own:
        return tuple(ranked)
    others = [
        candidate
        for candidate in ranked
        for text in [fold(candidate.evidence.text)]
        if any(shows(text, concept) for concept in own)
    ]
    kept = {id(candidate) for candidate in (*others, *not_among(ranked, places))}
    return tuple(candidate for candidate in ranked if id(candidate) in kept)


def not_among(ranked: Sequence[Candidate], places: Collection[Place]) -> tuple[Candidate, ...]:
    """Return the sentences that are not at any of the places."""
    return tuple(
        candidate
        for candidate in ranked
        for e in [candidate.evidence]
        if (e.document.doc_id, e.start, e.end) not in places
    )


def places_cited(answer: Answer) -> frozenset[Place]:
    """Return the places of the sentences that an answer cites."""
    return frozenset((c.doc_id, c.start, c.end) for c in answer.citations)


def places_shown(history: Sequence[Answer], question: str) -> frozenset[Place]:
    """Return the places that earlier turns cited for the same question, however it was typed."""
    same = question.casefold()
    return frozenset().union(
        *(
            places_cited(answer)
            for answer in history
            if tidy_question(answer.rewritten_question or answer.question).casefold() == same
        )
    )
