"""What tells a sentence that answers from one that doesn't, as figures that weights can be put on.

`eval.fitting` fits the weights on sentences of public question sets; `ranking` holds them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence
from rag.answering.selection.requirements import Reader, Reading
from rag.corpus.languages import text_language
from rag.retrieval.query import Query
from rag.retrieval.terms import Concept

USUAL_COSINE = {"zh": {"zh": 0.90, "en": 0.80}, "en": {"zh": 0.80, "en": 0.87}}
"""About what the best sentence has, by the question's and the sentence's language: the embedding
model puts two languages further apart."""

_SPREAD = 20.0
"""Cosines of the sentences of one question lie within some 0.1: this brings them to about 1."""
_FAR_BEHIND = 2.0
"""In sums of z-scores: a passage that is further behind the first one is as good as any such."""

SENTENCE_FEATURES = (
    "cosine",
    "led",
    "nearby",
    "told",
    "dated",
    "otherwise dated",
    "behind",
    "length",
)
"""The features of a sentence, in order:

- cosine: with the question, above what is usual between the two languages
- led, nearby: the weighted share of the question's concepts in the sentence with the one before it,
  and in its passage and title
- told: the share of the wanted kinds of fact of which it gives one that the question doesn't state
- dated, otherwise dated: it speaks of a day asked about, only of others
- behind: how far its passage's score is below the best one's
- length: the logarithm of its characters, fewer for English, which takes more of them

Tried, and left out because none changed which sentence comes first on held-out questions: shared
character pairs, names and concepts in the sentence alone, how close they stand to the fact, whether
it is a question or opens the article.
"""


READ_FEATURES = ("inside", "answer", "window", "unread")
"""The features of what the reader said of a sentence, in order:

- inside: how surely it answers; answer: how surely its best words do, above "no answer"; window:
  how surely it and its neighbours do; all in log-odds, and 0 where it wasn't read
- unread: it wasn't read
"""
_SUREST = 8.0
"""Log-odds beyond which the reader is as sure as can be."""


@dataclass(frozen=True, kw_only=True)
class SentenceReading:
    """What the reader said of a sentence: the figures of `READ_FEATURES`, in log-odds."""

    inside: float
    answer: float
    window: float


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as the features need it; `weights[i]` belongs to `concepts[i]`."""

    query: Query
    concepts: Sequence[Concept]
    weights: Sequence[float]


def sentence_features(
    asked: Asked, evidence: Sequence[Evidence], reader: Reader
) -> tuple[NDArray[np.float64], tuple[Reading, ...]]:
    """The features of each sentence, shape (sentences, len(SENTENCE_FEATURES)), and its reading."""
    readings = tuple(reader.read(e) for e in evidence)
    rows = [_row(asked, e, reading, reader) for e, reading in zip(evidence, readings, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(SENTENCE_FEATURES)), readings


def _row(asked: Asked, evidence: Evidence, reading: Reading, reader: Reader) -> tuple[float, ...]:
    language = text_language(evidence.text)
    typed = [part for part in reader.needed.parts if part not in ("list", "anything")]
    return (
        _SPREAD * (evidence.cosine - USUAL_COSINE[asked.query.language][language]),
        evidence.led,
        evidence.nearby,
        sum(part in reading.told for part in typed) / len(typed) if typed else 0.0,
        float(reading.dated),
        float(reading.otherwise_dated),
        min(evidence.behind, _FAR_BEHIND),
        math.log(1 + len(evidence.text)) * (1.0 if language == "zh" else 0.8),
    )


def read_features(reading: SentenceReading | None) -> NDArray[np.float64]:
    """The features of what the reader said of a sentence, shape (len(READ_FEATURES),)."""
    if reading is None:
        return np.array([0.0, 0.0, 0.0, 1.0])
    said = np.array([reading.inside, reading.answer, reading.window, 0.0])
    return np.asarray(np.clip(said, -_SUREST, _SUREST))
