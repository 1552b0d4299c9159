"""What a reader has chosen to ask of, and what a question was asked of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

MOST_ARTICLES = 500
"""The number of single articles that can be ticked."""

MOST_OUTLETS = 100
MOST_QUERY = 100
"""The number of characters by which an outlet is looked for."""
_MOST_CHARACTERS = 2_000
"""The length of an id or the name of an outlet. What is longer does not come from the page."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The articles that questions are asked of.

    They are the articles of these outlets and the single articles with these ids; without both, all
    articles. Of these, only those published from `since` to `until` count, both included. None
    leaves an end open.
    """

    outlets: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        """Return True if anything is chosen."""
        return bool(self.outlets or self.articles or self.since or self.until)

    @property
    def named(self) -> bool:
        """True if outlets or single articles are chosen."""
        return bool(self.outlets or self.articles)

    def with_days(self, since: date | None, until: date | None) -> Scope:
        """Return the scope with other days.

        If they end before they begin, the end that the reader changed stays, and the other follows.
        """
        if since and until and until < since:
            since, until = (since, since) if since != self.since else (until, until)
        return replace(self, since=since, until=until)

    def with_outlets(self, outlets: Iterable[str]) -> Scope:
        """Return the scope with other outlets, the first `MOST_OUTLETS` of them."""
        return replace(self, outlets=tuple(dict.fromkeys(outlets))[:MOST_OUTLETS])

    def with_articles(self, changed: Iterable[str], ticked: Iterable[str]) -> Scope:
        """Return the scope after a reader has changed the ticks of some articles.

        `changed` are all of these, and `ticked` those that are ticked now. The others stay as they
        were. There are at most `MOST_ARTICLES`; those ticked last are left out.
        """
        gone = set(changed)
        kept = (article for article in self.articles if article not in gone)
        return replace(self, articles=tuple(dict.fromkeys((*kept, *ticked)))[:MOST_ARTICLES])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Of what a question was asked, if not of all articles.

    `articles` is the number of articles that were ticked one by one. `left` of all `total` articles
    of the index were searched.
    """

    outlets: tuple[str, ...]
    articles: int
    since: date | None
    until: date | None
    left: int
    total: int

    def __post_init__(self) -> None:
        """Raise `ValueError` on impossible values: a browser may have kept this."""
        if len(self.outlets) > MOST_OUTLETS or any(map(_too_long, self.outlets)):
            raise ValueError("too many outlets")
        if not 0 <= self.articles <= MOST_ARTICLES or not 0 <= self.left <= self.total < 10**12:
            raise ValueError("impossible numbers of articles")


# --- what a browser sends -----------------------------------------------------------------------


def sent_texts(value: object, most: int) -> tuple[str, ...]:
    """Return the texts of a list that a browser sent, the first `most`, and drop anything else."""
    if not isinstance(value, list):
        return ()
    return tuple(text for text in value[:most] if isinstance(text, str) and not _too_long(text))


def sent_day(value: object) -> date | None:
    """Return the day of a date picker (`2025-02-13`), or None if it is empty or no day."""
    if not isinstance(value, str) or len(value) != len("2025-02-13"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _too_long(text: str) -> bool:
    return len(text) > _MOST_CHARACTERS
