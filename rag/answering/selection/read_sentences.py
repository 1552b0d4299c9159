"""Let a model read the best sentences together with the question.

Vectors tell what a sentence is about; the reader tells if it answers. It costs a thousand times as
much, so only the windows around the best sentences are read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.evidence import Evidence
from rag.answering.selection.abstention import Assessment
from rag.answering.selection.ranking import Asked, Candidate, SentenceReading, rank_read
from rag.models.reader import Reader, TextReading
from rag.text.sentences import Window, split_sentences, windows
from rag.text.table_rows import begins_in_table
from rag.types import Hit

MOST_WINDOWS = 14
"""The most windows that are read. Each has at most 128 tokens, so that reading takes a quarter of a
second."""
_SURE = 2.5
"""The least log-odds that a window answers at which a refusal for missing words is overruled. Of
540 held-out questions with an answer 0.093 are refused then, not 0.094, of 557 without one 0.44.
With 2.0 they are 0.083 and 0.40, with 1.0 0.070 and 0.36."""
_SURE_OF_COUNT = 0.5
"""As `_SURE`, if the best sentence lacks only the word for what is counted."""
_READ_HIT_WEIGHT = 0.5
"""The weight of a window's log-odds, added to a hit's score. nDCG@10 of articles, 60 questions a
set, without, with 0.5 and with 0.8: rgb_zh 0.563, 0.598, 0.602; multihoprag_en 0.915, 0.920, 0.913;
xquad_zh2en 0.811, 0.828, 0.837; xquad_en2zh 0.816, 0.834, 0.846."""
_BY_WORDS = {"not_mentioned", "kind_not_given", "nothing_near"}
"""Codes of messages about missing words."""
_LEAST = 1e-6
"""Keeps the log-odds of a probability of 0 or 1 finite."""


@dataclass(frozen=True, kw_only=True)
class _Passage:
    """A passage cut into windows; `sentences` are its spans."""

    text: str
    start: int
    sentences: Sequence[tuple[int, int]]
    windows: Sequence[Window]

    def window_of(self, evidence: Evidence) -> Window | None:
        """Return the window that decides on a sentence of the passage, None if there is none."""
        start = evidence.start - self.start
        places = [i for i, span in enumerate(self.sentences) if span[0] <= start < span[1]]
        return next(
            (w for w in self.windows if places and w.core[0] <= places[0] <= w.core[1]), None
        )


def read_best(reader: Reader, asked: Asked, ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates, ranked anew by what the reader says of those in the best windows.

    `ranked` is the result of `rank`.
    """
    passages: dict[tuple[str, int], _Passage] = {}
    chosen: dict[tuple[str, int, int], list[int]] = {}
    texts: dict[tuple[str, int, int], tuple[int, str]] = {}
    for number, candidate in enumerate(ranked):
        evidence = candidate.evidence
        if evidence.passage_start is None:
            continue
        where = evidence.document.doc_id, evidence.passage_start
        if where not in passages:
            passages[where] = _cut(reader, evidence)
        passage = passages[where]
        window = passage.window_of(evidence)
        if window is None:
            continue
        key = (*where, window.start)
        if key not in chosen and len(chosen) == MOST_WINDOWS:
            continue
        chosen.setdefault(key, []).append(number)
        start = passage.start + window.start
        texts[key] = start, passage.text[window.start : window.end]
    readings = reader.read(asked.query.text, [text for _, text in texts.values()])
    read = {
        number: _reading(ranked[number].evidence, start, reading)
        for (key, (start, _)), reading in zip(texts.items(), readings, strict=True)
        for number in chosen[key]
    }
    return rank_read([_with(c, *read.get(i, (None, None))) for i, c in enumerate(ranked)])


def _with(
    candidate: Candidate, reading: SentenceReading | None, answer: tuple[int, int] | None
) -> Candidate:
    return replace(candidate, read=reading, evidence=replace(candidate.evidence, answer=answer))


def answer_scores(reader: Reader, questions: Sequence[str], evidence: Evidence) -> list[float]:
    """Return how surely a sentence answers other questions, each as `SentenceReading.answer`.

    The scores are minus infinity if the sentence is in no window.
    """
    passage = None if evidence.passage_start is None else _cut(reader, evidence)
    window = passage.window_of(evidence) if passage else None
    if passage is None or window is None:
        return [-math.inf] * len(questions)
    text = passage.text[window.start : window.end]
    start = evidence.start - passage.start - window.start
    return [
        reading.answer_score(start, start + len(evidence.text))
        for question in questions
        for reading in reader.read(question, [text])
    ]


def hits_as_read(hits: Sequence[Hit], ranked: Sequence[Candidate]) -> tuple[Hit, ...]:
    """Return the hits, best first, with the reader's certainty added to each score.

    `ranked` is the result of `read_best`. A passage that wasn't read counts like the least sure
    one.
    """
    sure: dict[tuple[str, int | None], float] = {}
    for candidate in ranked:
        if candidate.read:
            where = candidate.evidence.document.doc_id, candidate.evidence.passage_start
            sure[where] = max(sure.get(where, -math.inf), candidate.read.window)
    least = min(sure.values(), default=0.0)

    read = [
        replace(hit, score=hit.score + _READ_HIT_WEIGHT * sure.get(place, least))
        for hit in hits
        for place in [(hit.passage.doc_id, hit.passage.start)]
    ]
    return tuple(sorted(read, key=lambda hit: hit.score, reverse=True))


def sure_of_answer(assessment: Assessment, best: Candidate) -> Assessment:
    """Return the assessment, overruled if only words were missing and the reader is sure.

    A text may use other words than the question: 职工 for 员工. A refusal for another reason, such
    as a name that no article has, another period or another line, stays.
    """
    codes = {message.code for message in assessment.missing}
    if assessment.answerable or assessment.unnamed or not codes <= _BY_WORDS:
        return assessment
    if best.read is None:
        return assessment
    least = _SURE_OF_COUNT if best.reading.lacking <= {"counted"} else _SURE
    if best.read.window < least:
        return assessment
    return replace(assessment, answerable=True, missing=())


def _cut(reader: Reader, evidence: Evidence) -> _Passage:
    start = evidence.passage_start or 0
    in_table = begins_in_table(evidence.document.text, start)
    spans = [(s.start, s.end) for s in split_sentences(evidence.passage, in_table=in_table)]
    counts = reader.count_tokens([evidence.passage[a:b] for a, b in spans])
    return _Passage(
        text=evidence.passage, start=start, sentences=spans, windows=windows(spans, counts)
    )


def _reading(
    evidence: Evidence, window_start: int, reading: TextReading
) -> tuple[SentenceReading | None, tuple[int, int] | None]:
    """Return what was said of a sentence, and the words in it that answer best."""
    start, end = evidence.start - window_start, evidence.end - window_start
    inside = reading.sentence_score(start, end)
    if not math.isfinite(inside):
        return None, None
    words = reading.answer_within(start, end)
    said = SentenceReading(
        inside=inside,
        answer=reading.answer_score(start, end),
        window=math.log((reading.answerable + _LEAST) / (1 - reading.answerable + _LEAST)),
    )
    return said, (words[0] + window_start, words[1] + window_start) if words else None
