"""Show what a refusal is based on: the best sentence of each near article, and why it is no answer.

The reasons repeat what the search already knows of a sentence: which requirements it lacks
(`rag.answering.selection.requirements`), and which other name or member of a series it is about
(`rag.answering.selection.narrowing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answering.citing import Citer
from rag.answering.search import Found
from rag.answering.selection.abstention import KIND_NAMES, lacks, quoted
from rag.answering.selection.narrowing import other_member
from rag.answering.selection.ranking import Candidate
from rag.answering.selection.reported import day_of_article
from rag.answering.selection.requirements import RequirementReader, Requirements, same_measure
from rag.messages import Message
from rag.retrieval.full_names import full_names, standing
from rag.text.identifiers import by_series, read_identifiers
from rag.text.terms import shows, surely_missing
from rag.types import NearPassage

MOST_NEAR = 3
"""The most articles that a refusal names."""


def nearest(found: Found) -> tuple[str, ...]:
    """Return the ids of the `MOST_NEAR` articles that were found first and are still there."""
    documents = found.corpus.snapshot.documents
    ids = dict.fromkeys(hit.passage.doc_id for hit in found.hits)
    return tuple(doc_id for doc_id in list(ids)[:MOST_NEAR] if doc_id in documents)


def near_passages(found: Found) -> tuple[NearPassage, ...]:
    """Return the best sentence of each of the `nearest` articles, nearest first.

    None of them is an answer, and each says why. There are none if nothing was asked.
    """
    if any(message.code == "no_question" for message in found.assessment.missing):
        return ()
    best = [candidate for doc_id in nearest(found) for candidate in _best_of(doc_id, found)]
    citations = Citer().cite([candidate.evidence for candidate in best])
    return tuple(
        NearPassage(citation=citation, reason=why_not(candidate, found))
        for citation, candidate in zip(citations, best, strict=True)
    )


def _best_of(doc_id: str, found: Found) -> Iterator[Candidate]:
    """Yield the best sentence of an article, if one was looked at.

    A sentence that was set aside, because it is about another thing or time, counts less.
    """
    for candidates in (found.candidates, found.considered):
        for candidate in candidates:
            if candidate.evidence.document.doc_id == doc_id:
                yield candidate
                return


def why_not(candidate: Candidate, found: Found) -> Message:
    """Return the clearest reason why a sentence does not answer the question."""
    return next(_reasons(candidate, found))


def _reasons(candidate: Candidate, found: Found) -> Iterator[Message]:
    """Yield the reasons, clearest first. The last one holds for every sentence."""
    yield from _of_other_names(candidate, found)
    yield from _of_lacking(candidate, found)
    reader = RequirementReader(found.needed)
    around, whole = (
        reader.around(candidate.evidence),
        reader.whole(candidate.evidence.document),
    )
    essential = [concept for concept in found.asked.concepts if concept.essential]
    if unnamed := [concept.text for concept in essential if not shows(whole, concept)]:
        yield _not_named(unnamed)
    if unsaid := [concept.text for concept in essential if not shows(around, concept)]:
        en, zh = quoted(unsaid)
        yield Message(code="near_not_said", en=f"It says nothing of {en}.", zh=f"它没有说到{zh}。")
    yield Message(
        code="near_not_stated",
        en="It is on the subject, but does not state what is asked.",
        zh="它说的是相关的事，但没有说出所问的内容。",
    )


def _of_other_names(candidate: Candidate, found: Found) -> Iterator[Message]:
    """Yield the names asked about that the sentence or its article does not have."""
    evidence, query, needed = candidate.evidence, found.query, found.needed
    document = evidence.document
    for asked in by_series(read_identifiers(query.text)):
        if other := other_member(evidence, asked):
            yield _of_another(other, asked[0].text)
    names = full_names(query.text, query.language) if document.language == query.language else ()
    for name in names:
        kind, like = standing(name, f"{document.title}\n{document.text}")
        if kind == "other":
            yield _of_another(like, name.text) if like else _not_named([name.text])
        elif kind == "absent" and not name.known:
            yield _not_named([name.text])
    whole = RequirementReader(needed).whole(document)
    if missing := [name.text for name in needed.names if surely_missing(name, whole)]:
        yield _not_named(missing)


def _of_lacking(candidate: Candidate, found: Found) -> Iterator[Message]:
    """Yield the requirements of the question that the sentence does not meet."""
    needed, lacking = found.needed, lacks(candidate, found.needed)
    if "date" in lacking:
        yield _of_another_time(candidate, needed)
    if "counted" in lacking and needed.counted:
        yield _not_named([needed.counted.text])
    if "kind" in lacking and needed.wanted in KIND_NAMES:
        yield _states_none(*KIND_NAMES[needed.wanted])
    if not same_measure(needed.question, candidate.evidence.text):
        yield Message(
            code="near_other_measure",
            en="It gives another measure than the one asked for.",
            zh="它给出的不是所问的那一项数值。",
        )


def _of_another_time(candidate: Candidate, needed: Requirements) -> Message:
    """Name the time that a sentence is about, or else the day of its article."""
    asked = [date.text for date in needed.dates] or [period.text for period in needed.periods]
    en, zh = quoted(asked)
    periods = [p for p in candidate.reading.periods if p.year and not p.compared]
    if needed.periods and periods:
        of_en, of_zh = periods[0].name_en, periods[0].name_zh
    elif candidate.reading.facts.dates:
        of_en, of_zh = quoted([candidate.reading.facts.dates[0].text])
    elif day := day_of_article(candidate.evidence.document):
        return Message(
            code="near_other_time",
            en=f"It says nothing of {en}; its article is of {day}.",
            zh=f"它没有说到{zh}；这篇文章发布于 {day}。",
        )
    else:
        return Message(
            code="near_other_time", en=f"It says nothing of {en}.", zh=f"它没有说到{zh}。"
        )
    return Message(
        code="near_other_time",
        en=f"It is about {of_en}, not about {en}.",
        zh=f"它说的是{of_zh}，不是{zh}。",
    )


def _of_another(other: str, asked: str) -> Message:
    return Message(
        code="near_other_name",
        en=f"It is about “{other}”, not about “{asked}”.",
        zh=f"它说的是“{other}”，不是“{asked}”。",
    )


def _not_named(words: Sequence[str]) -> Message:
    en, zh = quoted(words)
    return Message(
        code="near_not_named",
        en=f"Its article does not mention {en}.",
        zh=f"这篇文章没有提到{zh}。",
    )


def _states_none(en: str, zh: str) -> Message:
    return Message(
        code="near_states_none",
        en=f"It does not state {en}, as the question asks.",
        zh=f"它没有给出所问的{zh}。",
    )
