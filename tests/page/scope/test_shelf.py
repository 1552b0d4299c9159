"""Which articles a choice leaves, and that a browser is never told more than counts."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from rag.errors import AnswerFormatError, QuestionError
from rag.page.chat.keeping import conversation_from_json, conversation_json
from rag.page.chat.turns import Turn
from rag.page.scope.choice import MOST_ARTICLES, Asked, Scope, sent_day, sent_texts
from rag.page.scope.rendering import render_asked, render_chooser, render_labels
from rag.page.scope.shelf import Shelf
from rag.page.scope.texts import texts
from rag.types import DocumentReference, Published, TimeFrame


def article(
    number: int, outlet: str | None, day: date | None, title: str = ""
) -> DocumentReference:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    return DocumentReference(
        doc_id=f"d{number}",
        title=title or f"Title {number}",
        outlet=outlet,
        published=Published(moment=moment, precision="day", zone_assumed=False) if moment else None,
        url=None,
    )


FEBRUARY = date(2025, 2, 10)
SHELF = Shelf(
    [
        article(0, "A", FEBRUARY),
        article(1, "A", FEBRUARY + timedelta(days=1)),
        article(2, "B", FEBRUARY + timedelta(days=1)),
        article(3, "B", None),
        article(4, None, FEBRUARY + timedelta(days=4)),
    ]
)


@pytest.mark.parametrize(
    ("scope", "ids", "left"),
    [
        (Scope(), None, 5),
        (Scope(outlets=("A",)), {"d0", "d1"}, 2),
        (Scope(outlets=("A",), articles=("d4", "d1")), {"d0", "d1", "d4"}, 3),
        (Scope(outlets=("B", "gone")), {"d2", "d3"}, 2),
        # The one without a date is searched for, but is of no day.
        (Scope(outlets=("B",), since=FEBRUARY), {"d2", "d3"}, 1),
        (Scope(until=FEBRUARY + timedelta(days=1)), None, 3),
    ],
)
def test_outlets_and_articles_add_up_and_days_narrow(
    scope: Scope, ids: set[str] | None, left: int
) -> None:
    some = SHELF.narrow(scope)
    assert some.articles == ids
    assert SHELF.count(scope) == left
    if scope:
        assert some.asked
        assert (some.asked.left, some.asked.total) == (left, 5)
    if scope.since or scope.until:
        assert some.frame == TimeFrame(start=scope.since, end=scope.until)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(outlets=("gone",)),
        Scope(articles=("gone",)),
        Scope(since=date(2030, 1, 1)),
        Scope(outlets=("A",), since=FEBRUARY + timedelta(days=3)),
    ],
)
def test_no_article_left_is_one_line_with_what_to_do(scope: Scope) -> None:
    with pytest.raises(QuestionError, match=r"No article is left.*take away a limit"):
        SHELF.narrow(scope)


def test_days_that_end_before_they_begin_follow_the_end_that_was_changed() -> None:
    scope = Scope(since=date(2025, 2, 10), until=date(2025, 2, 12))
    assert scope.with_days(date(2025, 2, 20), scope.until).until == date(2025, 2, 20)
    assert scope.with_days(scope.since, date(2025, 2, 1)).since == date(2025, 2, 1)


def test_what_a_browser_sends_is_bounded() -> None:
    many = [f"d{n}" for n in range(10_000)]
    assert len(Scope().with_articles((), many).articles) == MOST_ARTICLES
    assert sent_texts(["a", 1, None, "x" * 3000, ["b"], "c"], 100) == ("a", "c")
    assert sent_texts({"a": "b"}, 100) == ()
    days = ["2025-02-13", "2025-02-31", "2025", "", None, 7, "２０２５-02-13", "x" * 10]
    assert [sent_day(day) for day in days] == [date(2025, 2, 13), *[None] * 7]
    ticked = Scope(articles=("a", "b", "c")).with_articles(("b", "c", "d"), ("d", "b"))
    assert ticked.articles == ("a", "d", "b")


def test_what_was_asked_is_kept_with_the_conversation_and_checked_when_it_comes_back() -> None:
    asked = Asked(outlets=("A",), articles=2, since=FEBRUARY, until=None, left=3, total=5)
    turns = (Turn(number=1, question="Why?", stopped=True, asked=asked),)
    kept = conversation_json(turns)
    assert conversation_from_json(kept) == turns
    for wrong in (kept.replace('"left": 3', '"left": -3'), kept.replace('["A"]', '["A", 1]')):
        assert wrong != kept
        with pytest.raises(AnswerFormatError):
            conversation_from_json(wrong)
    assert "Asked only of A, 2 ticked articles, from 10 Feb 2025 (3 of 5 articles)" in render_asked(
        asked, "en"
    )


def test_hostile_names_stay_text() -> None:
    hostile = "\"><img src=x onerror=alert(1)>'"
    shelf = Shelf([article(0, hostile, FEBRUARY, hostile), article(1, "B", FEBRUARY)])
    scope = Scope(outlets=(hostile,), articles=("d0",))
    asked = shelf.narrow(scope).asked
    for html in (
        render_chooser(shelf, scope, "en"),
        render_labels(shelf, scope, "zh", choose=True, to_ask=True),
        render_asked(asked, "en"),
    ):
        assert "<img" not in html
        assert "&lt;img" in html


def test_a_large_index_is_told_in_few_words_and_at_once() -> None:
    articles = [
        article(n, f"Outlet {n % 700}", FEBRUARY + timedelta(days=n % 4000)) for n in range(100_000)
    ]
    shelf = Shelf(articles)
    scope = Scope(outlets=("Outlet 1",), since=FEBRUARY, until=date(2030, 1, 1))
    render_chooser(shelf, scope, "en")  # What is worked out once is known then.
    begun = time.thread_time()
    html = render_chooser(shelf, scope, "en") + render_labels(shelf, scope, "en", choose=True)
    assert time.thread_time() - begun < 1
    assert len(html) < 40_000
    assert html.count('class="rag-outlet"') == 30
    assert html.count("<tr") <= 60
    assert "670 more outlets" in html
    found = render_chooser(shelf, scope, "en", query=" outlet 69")
    assert found.count('class="rag-outlet"') == 11  # 69, and 690 to 699
    assert texts("en").no_outlet in render_chooser(shelf, scope, "en", query='"><img')
    assert "<img" not in render_chooser(shelf, scope, "en", query='"><img')
