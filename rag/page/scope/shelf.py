"""What there is to choose from, and which articles a choice leaves.

The browser is told counts only: a large index has a hundred thousand articles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.errors import QuestionError
from rag.page.chat.examples import Loaded, loaded
from rag.page.scope.choice import Asked, Scope
from rag.page.scope.timeline import Timeline, timeline_of
from rag.store.articles import Catalogue, Listed
from rag.text.written_dates import published_days
from rag.types import DocumentReference, TimeFrame

MOST_OUTLETS_SHOWN = 30
"""The number of outlets that are shown at once: the largest ones, or of those that are found."""


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """A choice as an assistant takes it.

    `scope` has only articles and outlets that exist. `articles` are the ids that may answer, None
    for all, and `frame` the days. `asked` is what the reader is told; None without any choice.
    """

    scope: Scope
    articles: frozenset[str] | None = None
    frame: TimeFrame | None = None
    asked: Asked | None = None


Narrow = Callable[[Scope], Narrowed]
"""Reads a choice against the articles of this moment. Raises `QuestionError` if none is left."""


class Shelf:
    """The articles of one moment, by outlet and day. Immutable."""

    def __init__(
        self, articles: Sequence[Listed | DocumentReference], told: Loaded | None = None
    ) -> None:
        self.loaded = told
        self._ids = tuple(article.doc_id for article in articles)
        self._titles = tuple(article.title for article in articles)
        self._places = {doc_id: place for place, doc_id in enumerate(self._ids)}
        codes: dict[str, int] = {}
        self._outlet_of = np.array(
            [codes.setdefault(a.outlet, len(codes)) if a.outlet else -1 for a in articles],
            dtype=np.int64,
        )
        self._codes = codes
        spans = [
            tuple(day.toordinal() for day in published_days(a.published)) if a.published else (0, 0)
            for a in articles
        ]
        self._days = np.array(spans, dtype=np.int64).reshape(len(spans), 2)

    def __len__(self) -> int:
        return len(self._ids)

    @cached_property
    def outlets(self) -> tuple[tuple[str, int], ...]:
        """Each outlet with the number of its articles, the largest first."""
        counts = np.bincount(self._outlet_of[self._outlet_of >= 0], minlength=len(self._codes))
        return tuple(Counter(dict(zip(self._codes, counts.tolist(), strict=True))).most_common())

    def outlets_named(self, query: str) -> tuple[tuple[str, int], ...]:
        """Return the outlets that have `query` in their names, the largest first."""
        wanted = query.casefold().strip()
        return tuple(one for one in self.outlets if wanted in one[0].casefold())

    @cached_property
    def dated(self) -> NDArray[np.bool_]:
        """Which articles have a date, shape (articles,)."""
        return self._days[:, 0] > 0

    @cached_property
    def timeline(self) -> Timeline | None:
        """The timeline of the days on which articles were published; None without any date.

        An article of which only the month or the year is known counts on its first day.
        """
        return timeline_of(self._days[self.dated, 0])

    def counts(self, scope: Scope) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the number of articles in each bar of the timeline: of all, and of the scope."""
        if self.timeline is None:
            none = np.zeros(0, dtype=np.int64)
            return none, none
        left = self._left(scope) & self.dated
        days = self._days[:, 0]
        return self.timeline.counts(days[self.dated]), self.timeline.counts(days[left])

    def count(self, scope: Scope) -> int:
        """Return how many articles a scope leaves."""
        return int(self._left(scope).sum()) if scope else len(self)

    def known(self, scope: Scope) -> Scope:
        """Return the scope without outlets and articles that do not exist."""
        return replace(
            scope,
            outlets=tuple(outlet for outlet in scope.outlets if outlet in self._codes),
            articles=tuple(article for article in scope.articles if article in self._places),
        )

    def titles(self, articles: Sequence[str]) -> tuple[str, ...]:
        """Return the titles of those of these articles that exist."""
        return tuple(self._titles[self._places[doc]] for doc in articles if doc in self._places)

    def narrow(self, scope: Scope) -> Narrowed:
        """Return the scope as an assistant takes it. Raises `QuestionError` if nothing is left."""
        if not scope:
            return Narrowed(scope=scope)
        known, left = self.known(scope), self.count(scope)
        if not left:
            raise QuestionError(
                en="No article is left to ask: take away a limit beside “Only”, or choose other"
                " days.",
                zh="没有剩下可问的文章：请去掉“仅限”旁的一项限定，或另选日期。",
            )
        return Narrowed(
            scope=known,
            articles=frozenset(self._ids[n] for n in np.flatnonzero(self._named(known)))
            if known.named
            else None,
            frame=TimeFrame(start=known.since, end=known.until)
            if known.since or known.until
            else None,
            asked=Asked(
                outlets=known.outlets,
                articles=len(known.articles),
                since=known.since,
                until=known.until,
                left=left,
                total=len(self),
            ),
        )

    def _left(self, scope: Scope) -> NDArray[np.bool_]:
        """Return which articles a scope leaves, shape (articles,)."""
        left = self._named(scope)
        if scope.since or scope.until:
            left &= self.dated
        if scope.since:
            left &= self._days[:, 1] >= scope.since.toordinal()
        if scope.until:
            left &= self._days[:, 0] <= scope.until.toordinal()
        return left

    def _named(self, scope: Scope) -> NDArray[np.bool_]:
        """Return which articles the outlets and ids of a scope name; all if it has neither."""
        if not scope.named:
            return np.ones(len(self), dtype=np.bool_)
        codes = [self._codes[outlet] for outlet in scope.outlets if outlet in self._codes]
        named: NDArray[np.bool_] = np.isin(self._outlet_of, codes)
        named[[self._places[doc] for doc in scope.articles if doc in self._places]] = True
        return named


def shelf_of_library(catalogue: Callable[[], Catalogue]) -> Callable[[], Shelf]:
    """Return a function that returns the shelf of the present list of articles."""
    known: list[tuple[Catalogue, Shelf]] = []

    def shelf() -> Shelf:
        now = catalogue()
        if not known or known[0][0] is not now:
            known[:] = [(now, Shelf(now.articles, loaded(now)))]
        return known[0][1]

    return shelf


def shelf_of_assistant(
    documents: Callable[[], Sequence[DocumentReference]],
) -> Callable[[], Shelf]:
    """Return the same for an assistant without a list of articles, whose articles never change."""
    known: list[Shelf] = []

    def shelf() -> Shelf:
        if not known:
            known.append(Shelf(documents()))
        return known[0]

    return shelf
