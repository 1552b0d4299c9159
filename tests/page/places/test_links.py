"""The address of an article and its quotes, written and read back."""

from __future__ import annotations

import pytest

from rag.page.places.links import article_place, quotes_at
from tests.page.scripted import cite, made_document

ARTICLE = made_document("First. 第二句。 Third one. " * 3, content_hash="ab" * 32)


def test_quotes_come_back_as_they_went() -> None:
    cited = [cite(ARTICLE, "第二句。", 7), cite(ARTICLE, "First.", 2)]
    place = article_place(ARTICLE, cited)
    assert place == {"a": "made", "v": "abababababababab", "at": "0-6.7-11"}
    quotes = quotes_at(ARTICLE, place["at"], place["v"])
    assert [(q.start, q.end, q.quote) for q in quotes] == [(0, 6, "First."), (7, 11, "第二句。")]


def test_an_article_without_quotes_has_an_address_too() -> None:
    assert article_place(ARTICLE, ()) == {"a": "made", "v": "abababababababab"}


@pytest.mark.parametrize(
    ("at", "version"),
    [
        ("0-6", "cd"),  # another text
        ("0-6", "ab" * 33),
        ("", ""),
        ("6-0", ""),
        ("3-3", ""),
        ("-5-2", ""),
        ("0-9999999999", ""),
        ("0-99999", ""),
        ("0-٦", ""),
        ("<img>", ""),
        ("." * 9_999, ""),
    ],
)
def test_what_does_not_fit_the_text_names_nothing(at: str, version: str) -> None:
    assert quotes_at(ARTICLE, at, version) == ()


def test_no_more_quotes_are_read_than_an_address_has() -> None:
    assert len(quotes_at(ARTICLE, ".".join(["0-6"] * 500), "")) == 20
