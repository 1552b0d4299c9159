"""Turn hits into evidence: single sentences of the found passages, and how well each fits."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.answering.instructions import instructing_spans, instructs
from rag.models.embedder import Embedder, Vectors
from rag.retrieval.stories import Stories
from rag.text.sentences import SentenceKind, split_sentences
from rag.text.table_rows import begins_in_table
from rag.text.terms import Concept, FoldedText, fold, shows
from rag.types import Document, DocumentReference, Hit

_CACHED_SENTENCES = 20_000
"""About 40 MB."""
_READ_PASSAGES = 1_000
"""Passages whose sentences are remembered: about 5 KB each."""
_READ_WHOLE = 4
"""The number of best hits of which all sentences are kept, whatever their words."""
_AHEAD = 2_000
"""Characters before a passage in which an order to a program may begin that continues in it."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One sentence of an article that may support a statement.

    It always holds that `text == document.text[start:end]`.

    - `cosine` is its similarity to the question.
    - `coverage` is the share (0 to 1, by weight) of the question's concepts that it shows.
    - `nearby` is the same share for its passage and the article's title.
    - `shown` tells for each concept, in order, if the sentence shows it.
    - `led` is the share that it shows together with the sentence before it, which often names what
      "he" or "该公司" means.
    - `rank` is the place of its passage among the hits, from 0.
    - `behind` is how far that hit's score is below the best one's.
    - `vector` is its unit vector, shape (dimensions,).
    - `also_in` are other articles of the same story.
    - `is_row` is true for a row of a table.
    - `passage_start` is where the passage begins in the article, None if it is not a passage of the
      index.
    - `answer` is the span of the article, within the sentence, that answers the question best. It
      is None if the reader did not look for it.
    """

    document: Document
    start: int
    end: int
    text: str
    cosine: float
    coverage: float
    nearby: float
    passage: str
    vector: NDArray[np.float32]
    shown: tuple[bool, ...] = ()
    led: float = 0.0
    rank: int = 0
    behind: float = 0.0
    also_in: tuple[DocumentReference, ...] = ()
    is_row: bool = False
    passage_start: int | None = None
    answer: tuple[int, int] | None = None


def cited_sentence(
    document: Document, start: int, end: int, *, passage: str, vector: NDArray[np.float32]
) -> Evidence:
    """Return `document.text[start:end]` as evidence that a claim cites, without any question.

    `vector` is its unit vector, shape (dimensions,). The figures for the question are 0.
    """
    return Evidence(
        document=document,
        start=start,
        end=end,
        text=document.text[start:end],
        cosine=0.0,
        coverage=0.0,
        nearby=0.0,
        passage=passage,
        vector=vector,
    )


@dataclass(frozen=True, kw_only=True)
class AskedRow:
    """A row of a table that the question asks for: `document.text[start:end]`.

    `context` is the text above the table, the table's head and the row.
    """

    document: Document
    start: int
    end: int
    context: str


class SentenceVectors:
    """Embeds sentences and remembers the vectors between questions. Safe between threads."""

    def __init__(self, embedder: Embedder, most: int = _CACHED_SENTENCES) -> None:
        """Remember at most `most` vectors: those that were used last."""
        self._embedder = embedder
        self._most = most
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of `texts`, shape (len(texts), dimensions)."""
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
            for text in known:
                self._known.move_to_end(text)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            # Copy each row: a view would keep the whole array in memory.
            rows = (row.copy() for row in self._embedder.embed_passages(new))
            known |= dict(zip(new, rows, strict=True))
            with self._lock:
                self._known.update((text, known[text]) for text in new)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        shape = (len(texts), self._embedder.dimensions)
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(shape)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A sentence that was found and is not yet embedded."""

    document: Document
    start: int
    end: int
    text: str
    passage: str
    nearby: float
    shown: tuple[bool, ...]
    led: float
    rank: int
    behind: float
    is_row: bool
    passage_start: int | None


def gather(
    query: NDArray[np.float32],
    concepts: Sequence[Concept],
    weights: Sequence[float],
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    stories: Stories,
    vectors: SentenceVectors,
    most: int | None = None,
    rows: Sequence[AskedRow] = (),
) -> tuple[Evidence, ...]:
    """Return each sentence of the hits' passages once, in the order of the hits.

    `query` is the question's vector, shape (dimensions,); `weights[i]` belongs to `concepts[i]`.
    The `rows` of tables that the question asks for come first and are always included. Sentences
    that address a program are left out (`rag.answering.instructions`).

    Only the `most` likeliest sentences are embedded, since embedding takes nearly all the time of
    an answer. They are chosen by their words and by the rank of their passage.
    """
    asked = [
        _row_place(row, concepts, weights)
        for row in rows
        if not instructs(row.document.text[row.start : row.end])
    ]
    there = {(place.document.doc_id, place.start) for place in asked}
    found = [
        place
        for place in _places(concepts, weights, hits, documents)
        if (place.document.doc_id, place.start) not in there
    ]
    places = [*asked, *_likeliest(found, weights, most)]
    embedded = vectors.of([place.text for place in places])
    also_in = {doc_id: stories.others(doc_id) for doc_id in {p.document.doc_id for p in places}}
    return tuple(
        Evidence(
            document=place.document,
            start=place.start,
            end=place.end,
            text=place.text,
            cosine=float(vector @ query),
            coverage=_share(place.shown, weights),
            nearby=place.nearby,
            passage=place.passage,
            vector=vector,
            shown=place.shown,
            led=place.led,
            rank=place.rank,
            behind=place.behind,
            also_in=also_in[place.document.doc_id],
            is_row=place.is_row,
            passage_start=place.passage_start,
        )
        for place, vector in zip(places, embedded, strict=True)
    )


def _places(
    concepts: Sequence[Concept],
    weights: Sequence[float],
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
) -> Iterator[_Place]:
    for rank, hit in enumerate(hits):
        document, passage = documents[hit.passage.doc_id], hit.passage
        nearby = coverage(fold(f"{document.title}\n{passage.text}"), concepts, weights)
        before: Sequence[bool] = [False] * len(concepts)
        # A row is introduced by the text above its table, which names the columns.
        above = before
        in_table = begins_in_table(document.text, passage.start)
        ahead = _ahead(document.text, passage.start)
        for line in _lines(ahead, passage.text, in_table):
            shown = _shown(line.folded, concepts)
            if line.kind == "columns":
                above = [a or b for a, b in zip(shown, before, strict=True)]
            if line.usable:
                leading = above if line.kind == "row" else before
                led = [a or b for a, b in zip(shown, leading, strict=True)]
                yield _Place(
                    document=document,
                    start=passage.start + line.start,
                    end=passage.start + line.end,
                    text=passage.text[line.start : line.end],
                    passage=passage.text,
                    nearby=nearby,
                    shown=shown,
                    led=_share(led, weights),
                    rank=rank,
                    behind=hits[0].score - hit.score,
                    is_row=line.kind == "row",
                    passage_start=passage.start,
                )
            before = shown


def _row_place(row: AskedRow, concepts: Sequence[Concept], weights: Sequence[float]) -> _Place:
    text = row.document.text[row.start : row.end]
    around = fold(f"{row.document.title}\n{row.context}")
    return _Place(
        document=row.document,
        start=row.start,
        end=row.end,
        text=text,
        passage=row.context,
        nearby=coverage(around, concepts, weights),
        shown=_shown(fold(text), concepts),
        led=coverage(around, concepts, weights),
        rank=0,
        behind=0.0,
        is_row=True,
        passage_start=None,
    )


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A sentence or heading of a passage; `usable` is true if it may be evidence."""

    start: int
    end: int
    folded: FoldedText
    kind: SentenceKind
    usable: bool


def _ahead(text: str, start: int) -> str:
    """Return the last two lines before a passage, from `_AHEAD` characters at most.

    The last line may be cut off, since the passage may begin in the middle of a line.
    """
    lines = [line for line in text[max(0, start - _AHEAD) : start].splitlines(True) if line.strip()]
    return "".join(lines[-2:])


@lru_cache(maxsize=_READ_PASSAGES)
def _lines(ahead: str, passage: str, in_table: bool) -> tuple[_Line, ...]:
    """Return the sentences and headings of a passage in order, whatever is asked."""
    orders = [
        (start - len(ahead), end - len(ahead)) for start, end in instructing_spans(ahead + passage)
    ]
    return tuple(
        _Line(
            start=sentence.start,
            end=sentence.end,
            folded=fold(passage[sentence.start : sentence.end]),
            kind=sentence.kind,
            usable=sentence.kind in ("sentence", "row")
            and not any(start < sentence.end and end > sentence.start for start, end in orders),
        )
        for sentence in split_sentences(passage, in_table=in_table)
    )


def _likeliest(
    places: Sequence[_Place], weights: Sequence[float], most: int | None
) -> Sequence[_Place]:
    """Return the `most` likeliest sentences.

    Those of the best hits come first, then those that show most of the question.
    """
    if most is None or len(places) <= most:
        return places

    def likelihood(i: int) -> float:
        place = places[i]
        whole = 2 * (place.rank < _READ_WHOLE)
        return whole + _share(place.shown, weights) + place.led - place.rank / 100

    kept = sorted(range(len(places)), key=likelihood, reverse=True)[:most]
    return [places[i] for i in sorted(kept)]


def _shown(text: FoldedText, concepts: Sequence[Concept]) -> tuple[bool, ...]:
    return tuple([shows(text, concept) for concept in concepts])


def _share(shown: Sequence[bool], weights: Sequence[float]) -> float:
    total = sum(weights)
    return sum(w for s, w in zip(shown, weights, strict=True) if s) / total if total else 1.0


def coverage(text: FoldedText, concepts: Sequence[Concept], weights: Sequence[float]) -> float:
    """Return the share of the concepts' weight that the text shows, 0 to 1; 1 if there are none."""
    return _share(_shown(text, concepts), weights)
