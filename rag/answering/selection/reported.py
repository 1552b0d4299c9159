"""Tells which period the figures of a sentence are of, by it or by what stands around it.

"净利润为8.1亿元。" names no period, and the sentence before it does. So a sentence has the period
of the nearest one before it in its paragraph that names any, else of the heading above, of its
article's title, or of the article's first paragraph.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rag.answering.evidence import Evidence
from rag.text.periods import Period, answers_for, read_periods
from rag.text.sentences import split_sentences
from rag.types import Document


@dataclass(frozen=True)
class _Line:
    start: int
    periods: tuple[Period, ...]
    heading: bool
    opens: bool
    """Tells whether a paragraph begins with this line."""


def reported_periods(evidence: Evidence, asked: Sequence[Period]) -> tuple[Period, ...]:
    """Returns the periods that a sentence reports on, empty where nothing tells.

    A month counts only where one is asked about: of longer figures it tells when they came out.
    "Full-year" alone is of the year that the words around it name, if they name any.
    """
    said = read_periods(evidence.text, day_of_article(evidence.document))
    own = _reported(said, asked)
    compared = tuple(period for period in said if period.compared)
    if any(not _is_vague(period) for period in own):
        return own + compared
    around = [_reported(periods, asked) for periods in _around(evidence)]
    told = next((p for p in around if any(not _is_vague(period) for period in p)), None)
    return (told or own or next((p for p in around if p), ())) + compared


def day_of_article(document: Document) -> date | None:
    """Returns the day that "last year" leans on in an article, None where it isn't known."""
    return document.published.moment.date() if document.published else None


def is_reported(asked: Sequence[Period], reported: Sequence[Period]) -> bool:
    """Tells whether a figure of any period that is asked about is reported."""
    return any(answers_for(want, said) for want in asked for said in reported)


def _around(evidence: Evidence) -> Iterator[tuple[Period, ...]]:
    """Yields the periods named by what may tell that of a sentence, the likeliest first."""
    day = day_of_article(evidence.document)
    lines = _lines(evidence.document.text, day)
    at = max(0, bisect_right([line.start for line in lines], evidence.start) - 1)
    while at > 0 and not lines[at].opens:
        at -= 1
        yield lines[at].periods
    yield next((line.periods for line in reversed(lines[:at]) if line.heading), ())
    yield read_periods(evidence.document.title, day)
    for i, line in enumerate(lines[:at]):
        if i and line.opens and not lines[i - 1].heading:
            break
        yield line.periods


def _reported(periods: Sequence[Period], asked: Sequence[Period]) -> tuple[Period, ...]:
    months = any(period.first == period.last for period in asked)
    return tuple(p for p in periods if not p.compared and (months or p.first != p.last))


def _is_vague(period: Period) -> bool:
    return period.assumed and (period.first, period.last) == (1, 12)


@lru_cache(maxsize=128)
def _lines(text: str, day: date | None) -> tuple[_Line, ...]:
    """Returns the sentences and headings of an article with the periods that they name."""
    lines: list[_Line] = []
    end = 0
    for sentence in split_sentences(text):
        lines.append(
            _Line(
                start=sentence.start,
                periods=read_periods(text[sentence.start : sentence.end], day),
                heading=sentence.kind == "heading",
                opens="\n" in text[end : sentence.start] or not end,
            )
        )
        end = sentence.end
    return tuple(lines)
