"""Questions to try: the seeds' own, and those made of titles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.page.chat.examples import SEED_EXAMPLES, examples_for, find_examples, question_of
from rag.types import Document, Published
from tests.page.scripted import ScriptedAssistant, made_document, seed_articles
from tests.page.scripts import news


def corpus(*titles: str) -> ScriptedAssistant:
    """Articles with these titles, each a day older than the one before it."""
    articles: dict[str, Document] = {}
    for age, title in enumerate(titles):
        published = Published(
            moment=datetime(2025, 3, 28 - age, tzinfo=UTC), precision="day", zone_assumed=False
        )
        doc_id = f"d{age}"
        articles[doc_id] = made_document("Text.", doc_id=doc_id, title=title, published=published)
    return ScriptedAssistant(articles, news)


def test_the_seeds_have_questions_of_their_own() -> None:
    seeds = ScriptedAssistant(seed_articles(), news)
    assert examples_for(seeds) == tuple(e.question for e in SEED_EXAMPLES)
    assert examples_for(ScriptedAssistant({}, news)) == ()


@pytest.mark.parametrize(
    ("title", "question"),
    [
        (
            "Central bank raises rates again",
            "What do the articles say about “Central bank raises rates again”?",
        ),
        (
            "Mayor calls plan “a gift” to the city",
            "What do the articles say about “Mayor calls plan ‘a gift’ to the city”?",
        ),
        ("Why are eggs so expensive now?", "Why are eggs so expensive now?"),
        ("央行宣布下调存款准备金率", "关于“央行宣布下调存款准备金率”，报道说了什么？"),
        ("苹果AI入华为什么选中了阿里？", "苹果AI入华为什么选中了阿里？"),
        (
            "Storm closes airports in the north - The Daily News",
            "What do the articles say about “Storm closes airports in the north”?",
        ),
        ("台风登陆福建沿海多地停课_新浪新闻", "关于“台风登陆福建沿海多地停课”，报道说了什么？"),
        ("20250213_report_final_version2", None),
        ("Short title", None),
        ("快讯", None),
        ("see https://example.org/ for this story", None),
        ("<img src=x onerror=alert(1)> and more words", None),
        ("x " * 80, None),
        ("", None),
    ],
)
def test_a_title_makes_a_question_in_its_own_language_or_none(
    title: str, question: str | None
) -> None:
    assert question_of(title) == question


def test_only_what_the_corpus_answers_is_offered_newest_first_in_both_languages() -> None:
    assistant = corpus(
        "Central bank raises rates again",
        "An unanswerable story about nothing",
        "Parliament votes on the new budget",
        "央行宣布下调存款准备金率",
        "Parliament votes on the new budget",
        "Storm closes airports in the north",
        "Museum reopens after ten long years",
    )
    assert examples_for(assistant) == (
        "关于“央行宣布下调存款准备金率”，报道说了什么？",
        "What do the articles say about “Central bank raises rates again”?",
        "What do the articles say about “Parliament votes on the new budget”?",
        "What do the articles say about “Storm closes airports in the north”?",
    )


def test_a_corpus_that_answers_nothing_is_not_searched_for_ever() -> None:
    titles = [f"The unanswerable story number {n} of them" for n in range(25)]
    asked: list[str] = []

    class Counting(ScriptedAssistant):
        def holds_answer(self, question: str) -> bool:
            asked.append(question)
            return super().holds_answer(question)

    assert examples_for(Counting(corpus(*titles).articles, news)) == ()
    assert len(asked) == 10


def test_examples_are_looked_for_once() -> None:
    assistant = corpus("Central bank raises rates again")
    offered = find_examples(assistant)
    first = offered()
    assistant.articles = {}
    assert offered() is first
