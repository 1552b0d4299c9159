"""From hits to evidence: the single sentences of the found passages, and how well each fits."""

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
"""Some 40 MB."""
_READ_PASSAGES = 1_000
"""Remembered with their sentences: some 5 KB each."""
_READ_WHOLE = 4
"""How many of the best hits are read whole, whatever words their sentences have."""
_AHEAD = 2_000
"""Characters ahead of a passage in which an order may begin that the passage carries on."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One sentence of an article that may support a statement.

    Always: `text == document.text[start:end]`. `cosine` is its similarity to the question,
    `coverage` the share (0 to 1, by weight) of the question's concepts that it shows, `nearby`
    the same share for the passage around it with the article's title. `shown` tells which of the
    concepts it shows itself, in their order, and `led` the share that it shows together with
    the sentence before it, which often names what "he" or "该公司" means. `rank` is the place of
    its passage among the hits, from 0, and `behind` by how much that hit's score is below the
    best one's. `vector` is its unit vector, shape (dimensions,). `also_in` are other articles of
    the same story. `is_row` tells that it is a row of a table. `passage_start` is where the passage
    begins in the article, None where it is no passage of the index. `answer` is the span of the
    article, within the sentence, that answers the question best, where the reader looked for it.
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
    """`document.text[start:end]` as a claim cites it: apart from any question, so near to none.

    `vector` is its unit vector, shape (dimensions,).
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
    """A row of a table that is asked for: `document.text[start:end]`.

    `context` is the row below its table's head and what stands above that.
    """

    document: Document
    start: int
    end: int
    context: str


class SentenceVectors:
    """Vectors of sentences, remembered between questions. Safe between threads."""

    def __init__(self, embedder: Embedder, most: int = _CACHED_SENTENCES) -> None:
        """At most `most` are remembered: those that were asked for last."""
        self._embedder = embedder
        self._most = most
        self._known: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, shape (len(texts), dimensions)."""
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
            for text in known:
                self._known.move_to_end(text)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            # Copies: a row of the whole would keep all of it from being forgotten.
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
    """A sentence that is found, before it is embedded."""

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
    """Every sentence of the hits' passages once, in the order of the hits; the `most` likeliest.

    The `rows` of tables that the question asks for come first, and are there in any case.

    What speaks to a program is none (`rag.answering.instructions`).

    `query` is the question's vector, shape (dimensions,); `weights[i]` belongs to `concepts[i]`.
    Embedding takes nearly all the time of an answer, so what `most` leaves out is told by words
    and by the rank of the passage alone.
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
        # Rows are led by what stands above their table and names its columns.
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
    """A sentence or heading of a passage; `usable` tells whether it may be evidence."""

    start: int
    end: int
    folded: FoldedText
    kind: SentenceKind
    usable: bool


def _ahead(text: str, start: int) -> str:
    """The last two lines ahead of a passage, as far as they are near: the last may be torn."""
    lines = [line for line in text[max(0, start - _AHEAD) : start].splitlines(True) if line.strip()]
    return "".join(lines[-2:])


@lru_cache(maxsize=_READ_PASSAGES)
def _lines(ahead: str, passage: str, in_table: bool) -> tuple[_Line, ...]:
    """What a passage is made of, in order: the same whatever is asked."""
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
    """The `most` sentences: those of the best hits, then those that show most of the question."""
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
    """The share of the concepts' weight that the text shows, 0 to 1; 1 if there are none."""
    return _share(_shown(text, concepts), weights)
