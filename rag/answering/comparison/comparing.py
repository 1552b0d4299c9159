"""Compare the outlets on a topic, from the search to the `Comparison`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

import numpy as np

from rag.answering.citing import Citer
from rag.answering.comparison.pairs import Relation, nearness, relations
from rag.answering.comparison.rarity import Rarity
from rag.answering.comparison.result import (
    ALONE,
    Comparison,
    ComparisonProgress,
    Contradiction,
    OutletReport,
    SharedFact,
)
from rag.answering.comparison.sentences import (
    Told,
    outlet_name,
    sentences_of_outlets,
    unknown_words,
)
from rag.answering.evidence import Evidence
from rag.answering.path import QuestionPath
from rag.answering.search import QuestionVector
from rag.cancellation import stop_if_cancelled
from rag.messages import Message
from rag.store.articles import reference
from rag.store.searching import OpenIndex
from rag.text.languages import text_language
from rag.text.written_dates import published_days
from rag.types import Citation, ConflictValue, Document, Published, TimeFrame

MOST_SHARED = 30
MOST_CONTRADICTIONS = 12
MOST_OF_OUTLET = 12
_PAIRS = 240
_PARTNERS = 2
"""Sentences of each other outlet that a sentence is read with: the nearest ones."""
_REPEATED = 0.95
"""The cosine from which an outlet repeats itself."""
_MOST_VALUES = 4
_PROGRESS = 32
_LOOKED_AT = 10_000

Edges = dict[tuple[int, int], Relation]


def stream_comparison(
    path: QuestionPath,
    topic: str,
    *,
    articles: frozenset[str] | None,
    time_frame: TimeFrame | None,
    today: date,
) -> Iterator[ComparisonProgress | Comparison]:
    """Compare the outlets step by step; the `Comparison` comes last."""
    yield ComparisonProgress()
    found, _ = path.found(topic, (), time_frame, today, None, articles=articles)
    vector = QuestionVector(path.embedder, found.query.text).of(found.query.text)()
    told = sentences_of_outlets(found, vector, path.vectors, path.reader)
    pairs = _worth_reading(told)
    edges: Edges = {}
    rarity = Rarity([one.evidence.text for one in told])
    between = [(told[a].evidence, told[b].evidence) for a, b in pairs]
    for number, relation in enumerate(relations(between, path.reader, rarity)):
        if number % _PROGRESS == 0:
            stop_if_cancelled()
            yield ComparisonProgress(done=number, total=len(pairs))
        if relation:
            edges[pairs[number]] = relation
    alone = _only_outlet(found.corpus.snapshot, articles, time_frame)
    notices = [_compared_alone(alone)] if alone else []
    unknown = unknown_words(found.asked, [one.evidence for one in told])
    if unknown:
        notices.append(_not_looked_for([found.asked.concepts[n].text for n in unknown]))
    yield _compared(topic, told, edges, rarity, notices)


def _worth_reading(told: Sequence[Told]) -> list[tuple[int, int]]:
    """Return pairs of sentences of different outlets that may speak of one thing, likeliest first.

    At least one of the two is on the topic.
    """
    if not told:
        return []
    vectors = np.array([one.evidence.vector for one in told])
    cosines = vectors @ vectors.T
    likely: dict[tuple[int, int], float] = {}
    for a, one in enumerate(told):
        partners: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for b, other in enumerate(told):
            if other.outlet == one.outlet or not (one.on_topic or other.on_topic):
                continue
            near = nearness(one.evidence, other.evidence, float(cosines[a, b]))
            if near >= 0:
                partners[other.outlet].append((near, b))
        for found in partners.values():
            for near, b in sorted(found, reverse=True)[:_PARTNERS]:
                likely[min(a, b), max(a, b)] = near
    return sorted(likely, key=lambda pair: -likely[pair])[:_PAIRS]


def _only_outlet(
    snapshot: OpenIndex, articles: frozenset[str] | None, frame: TimeFrame | None
) -> str | None:
    """Return the outlet of all articles that were searched, None if they are of several.

    Of many articles, the first are looked at.
    """
    documents: Iterable[Document] = snapshot.all_documents()
    if articles is not None:
        documents = filter(None, map(snapshot.documents.get, sorted(articles)))
    outlets: set[str] = set()
    for document in islice(documents, _LOOKED_AT):
        if frame is None or _is_of(document.published, frame):
            outlets.add(outlet_name(document))
        if len(outlets) > 1:
            return None
    return outlets.pop() if outlets else None


def _is_of(published: Published | None, frame: TimeFrame) -> bool:
    if published is None:
        return False
    first, last = published_days(published)
    return (frame.start is None or last >= frame.start) and (
        frame.end is None or first <= frame.end
    )


def _compared(
    topic: str, told: Sequence[Told], edges: Edges, rarity: Rarity, notices: Sequence[Message]
) -> Comparison:
    """Return the comparison, with notices about what was searched."""
    citer = Citer()
    used: set[int] = set()
    contradictions = _contradictions(told, edges, citer, used)
    shared = _shared(told, edges, citer, used)
    only = _only(told, citer, used, rarity)
    kept = shared[:MOST_SHARED]
    if not only:
        notices = [*notices, _nothing()]
    elif len(only) < 2 and not any(notice.code == ALONE for notice in notices):
        notices = [*notices, _one_outlet()]
    return Comparison(
        topic=topic,
        language=text_language(topic),
        shared=tuple(kept),
        only=only,
        contradictions=tuple(contradictions[:MOST_CONTRADICTIONS]),
        left_out=len(shared) - len(kept) + max(0, len(contradictions) - MOST_CONTRADICTIONS),
        notices=tuple(notices),
    )


def _contradictions(
    told: Sequence[Told], edges: Edges, citer: Citer, used: set[int]
) -> list[Contradiction]:
    """Return the contradictions, those with most outlets first.

    Pairs that have a sentence and its value in common tell of one contradiction.
    """
    groups: list[tuple[Relation, dict[int, str]]] = []
    for (a, b), relation in edges.items():
        if relation.kind is None:
            continue
        sides = dict(zip((a, b), relation.values, strict=True))
        for known, values in groups:
            if known.kind == relation.kind and sides.items() & values.items():
                values.update(sides)
                break
        else:
            groups.append((relation, sides))
    groups.sort(key=lambda group: -len({told[n].outlet for n in group[1]}))
    made = []
    for relation, values in groups:
        used.update(values)
        numbers = sorted(_one_of_each(told, list(values)), key=lambda n: _day(told[n].evidence))
        newest = _day(told[numbers[-1]].evidence)
        made.append(
            Contradiction(
                kind=relation.kind or "statement",
                values=tuple(
                    ConflictValue(
                        value=values[n],
                        citation=_cite(citer, told[n]),
                        superseded=relation.running and _day(told[n].evidence) < newest,
                    )
                    for n in numbers[:_MOST_VALUES]
                ),
            )
        )
    return made


def _shared(told: Sequence[Told], edges: Edges, citer: Citer, used: set[int]) -> list[SharedFact]:
    """Return what several outlets say, first what most of them say independently.

    A fact begins with the sentence that most outlets confirm, and has the one sentence of each
    other outlet that confirms it most surely.
    """
    same: dict[int, dict[int, float]] = defaultdict(dict)
    copies: set[tuple[int, int]] = set()
    for (a, b), relation in edges.items():
        if relation.kind is None:
            same[a][b] = same[b][a] = relation.strength
            if relation.copied or _one_story(told[a].evidence, told[b].evidence):
                copies.add((a, b))
    facts: list[tuple[float, SharedFact]] = []
    taken: set[int] = set()
    while groups := [
        (seed, partners)
        for seed in same
        if seed not in taken and (partners := _nearest_of_each(told, same[seed], taken))
    ]:
        seed, partners = max(
            groups, key=lambda group: (len(group[1]), sum(same[group[0]][n] for n in group[1]))
        )
        members = [seed, *partners]
        taken.update(members)
        # A further sentence of an outlet that says the same is not what this outlet alone has.
        used.update(members, same[seed])
        if not any(told[n].on_topic for n in members):
            continue
        numbers = sorted(members, key=lambda n: _day(told[n].evidence))
        wordings = _wordings(numbers, copies)
        fact = SharedFact(
            citations=tuple(_cite(citer, told[n]) for n in numbers), wordings=wordings
        )
        facts.append((max(told[n].relevance for n in members), fact))
    facts.sort(key=lambda rated: (-rated[1].wordings, -len(rated[1].citations), -rated[0]))
    return [fact for _, fact in facts]


def _nearest_of_each(
    told: Sequence[Told], partners: Mapping[int, float], taken: set[int]
) -> list[int]:
    """Return the surest of the partners of each outlet that are not taken."""
    nearest: dict[str, int] = {}
    for number in sorted(partners, key=lambda n: -partners[n]):
        if number not in taken:
            nearest.setdefault(told[number].outlet, number)
    return list(nearest.values())


def _wordings(numbers: Sequence[int], copies: set[tuple[int, int]]) -> int:
    """Return how many of the sentences are no copy of one before them."""
    return sum(
        not any((min(n, m), max(n, m)) in copies for m in numbers[:place])
        for place, n in enumerate(numbers)
    )


def _one_of_each(told: Sequence[Told], numbers: Sequence[int]) -> list[int]:
    """Return the first sentence of each outlet."""
    first: dict[str, int] = {}
    for number in numbers:
        first.setdefault(told[number].outlet, number)
    return list(first.values())


def _only(
    told: Sequence[Told], citer: Citer, used: set[int], rarity: Rarity
) -> tuple[OutletReport, ...]:
    """Return each outlet with the sentences on the topic that no other outlet has."""
    outlets: dict[str, list[int]] = {}
    for number, one in enumerate(told):
        if one.on_topic:
            outlets.setdefault(one.outlet, []).append(number)
    reports = []
    for outlet, numbers in outlets.items():
        documents = {told[n].evidence.document.doc_id: told[n].evidence.document for n in numbers}
        kept: list[int] = []
        for number in sorted(numbers, key=lambda n: -told[n].relevance):
            vector = told[number].evidence.vector
            particular = rarity.is_particular(told[number].evidence.text)
            if (
                number not in used
                and particular
                and all(float(vector @ told[other].evidence.vector) < _REPEATED for other in kept)
            ):
                kept.append(number)
        reports.append(
            OutletReport(
                outlet=outlet,
                articles=tuple(map(reference, documents.values())),
                citations=tuple(_cite(citer, told[n]) for n in kept[:MOST_OF_OUTLET]),
                left_out=max(0, len(kept) - MOST_OF_OUTLET),
            )
        )
    reports.sort(key=lambda report: -len(report.articles))
    return tuple(reports)


def _cite(citer: Citer, told: Told) -> Citation:
    (citation,) = citer.cite([told.evidence])
    return citation


def _one_story(one: Evidence, other: Evidence) -> bool:
    return any(copy.doc_id == other.document.doc_id for copy in one.also_in)


def _day(evidence: Evidence) -> str:
    published = evidence.document.published
    return str(published) if published else ""


def _nothing() -> Message:
    return Message(
        code="nothing_compared",
        en="No article was found that speaks of this topic.",
        zh="没有找到谈及这一话题的文章。",
    )


def _compared_alone(outlet: str) -> Message:
    return Message(
        code=ALONE,
        en=f"Only one outlet was compared: {outlet}. Choose several outlets, or all articles.",
        zh=f"只对比了一家媒体：{outlet}。请选择多家媒体，或全部文章。",
    )


def _not_looked_for(words: Sequence[str]) -> Message:
    english, chinese = (mark.join(words) for mark in ("”, “", "”、“"))
    return Message(
        code="words_unknown",
        en=f"No article has “{english}”, which may be translated otherwise: shown is what is near.",
        zh=f"文章中没有“{chinese}”（可能译法不同）：以下是相近的内容。",
    )


def _one_outlet() -> Message:
    return Message(
        code="one_outlet",
        en="Only one outlet reports on this topic, so there is nothing to compare it with.",
        zh="只有一家媒体报道了这一话题，无从对比。",
    )
