"""Find the period of the figures in a sentence, from the sentence or the text around it.

"净利润为8.1亿元。" names no period, but the sentence before it does. So a sentence has the period
of the nearest sentence before it in its paragraph that names one. Otherwise it has that of the
heading above, of its article's title, or of the article's first paragraph.
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
    """True if a paragraph begins with this line."""


def reported_periods(evidence: Evidence, asked: Sequence[Period]) -> tuple[Period, ...]:
    """Return the periods that a sentence reports on, empty if nothing tells.

    A month counts only if a month is asked about; for figures of longer periods it only tells when
    they were published. "Full-year" alone means the year that the words around it name, if they
    name any.
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
    """Return the day from which "last year" is counted in an article, None if it isn't known."""
    return document.published.moment.date() if document.published else None


def is_reported(asked: Sequence[Period], reported: Sequence[Period]) -> bool:
    """Return True if a figure of any period that is asked about is reported."""
    return any(answers_for(want, said) for want in asked for said in reported)


def _around(evidence: Evidence) -> Iterator[tuple[Period, ...]]:
    """Yield the periods named by the text around a sentence, the likeliest first."""
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
    """Return the sentences and headings of an article with the periods that they name."""
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
