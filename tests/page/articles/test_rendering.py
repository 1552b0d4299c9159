"""The articles tab as HTML: everything from outside escaped, everything bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rag.messages import Language, Message
from rag.page.articles.browsing import PAGE_SIZE, ListFilter, Removed, list_page
from rag.page.articles.rendering import (
    render_adding,
    render_article,
    render_list,
    render_outcome,
    render_overview,
    render_step,
)
from rag.page.articles.texts import EN, ZH
from rag.store.articles import Catalogue, Listed, read_catalogue
from rag.store.database import Failure
from rag.types import Published
from rag.uploads.intake import Refusal
from rag.uploads.library import Added, Step
from tests.page.chat.test_rendering import HOSTILE
from tests.page.scripted import made_document

UPLOADS = "/index/uploads"


def listed(number: int = 0, **changes: Any) -> Listed:
    day = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=number)
    fields: dict[str, Any] = {
        "doc_id": f"doc{number}",
        "title": f"Ship {number}",
        "outlet": "Harbour Daily",
        "published": Published(moment=day, precision="day", zone_assumed=False),
        "language": "en",
        "base": "/home/somebody/articles",
        "path": f"ship{number}.md",
    }
    return Listed(**{**fields, **changes})


@pytest.fixture(scope="module")
def catalogue(seeds_index: Path) -> Catalogue:
    return read_catalogue(seeds_index)


def with_articles(catalogue: Catalogue, *articles: Listed, **changes: Any) -> Catalogue:
    fields: dict[str, Any] = {
        "manifest": catalogue.manifest,
        "roots": (),
        "failures": (),
        "notices": (),
    }
    return Catalogue(articles=articles, **{**fields, **changes})


def test_the_seeds_in_numbers(catalogue: Catalogue) -> None:
    html = render_overview(catalogue, UPLOADS, "en", editable=True)
    assert "Chinese 5" in html
    assert "2025-02-13 – 2025-02-14" in html
    assert '<span lang="zh-CN" dir="auto">界面新闻</span> 1' in html
    assert "seeds</span> 5" in html
    assert "UTC</dd>" in html


def test_folders_of_this_machine_are_not_for_strangers(catalogue: Catalogue) -> None:
    reason = Message(code="x", en="/home/somebody is gone", zh="/home/somebody 不在")
    found = with_articles(
        catalogue,
        listed(),
        listed(1, base=UPLOADS, published=None, outlet=None),
        failures=(Failure(path="/home/somebody/x.pdf", reason=reason),),
    )
    own = render_overview(found, UPLOADS, "en", editable=True)
    strange = render_overview(found, UPLOADS, "en", editable=False)
    assert "/home/somebody/articles</span> 1" in own
    assert "/home/somebody/x.pdf" in own
    assert EN.uploads in own
    assert "without a date: 1" in own
    assert "somebody" not in strange
    assert "articles</span> 1" in strange
    assert "Could not be read: 1" in strange


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_from_outside_is_markup(catalogue: Catalogue, language: Language) -> None:
    article = listed(doc_id=HOSTILE, title=HOSTILE, outlet=HOSTILE, path=HOSTILE, base=HOSTILE)
    reason = Message(code="x", en=HOSTILE, zh=HOSTILE)
    failure = Failure(path=HOSTILE, reason=reason)
    refusal = Refusal(name=HOSTILE, reason=reason)
    added = Added(
        new=(HOSTILE,),
        replaced=(HOSTILE,),
        same=(HOSTILE,),
        refused=(refusal,),
        hidden=1,
        error=reason,
    )
    document = made_document(HOSTILE, doc_id=HOSTILE, title=HOSTILE, url="javascript:alert(1)")
    page = list_page([article], ListFilter(), 0, HOSTILE)
    found = with_articles(catalogue, article, failures=(failure,))
    shown = [
        render_overview(found, UPLOADS, language, editable=True),
        render_list(page, HOSTILE, language, focus=HOSTILE),
        *(render_outcome(outcome, language) for outcome in (added, refusal_only(refusal), reason)),
        render_outcome(Removed(titles=(HOSTILE,)), language),
        *(
            render_article(
                document, article, 2, language, ticked=on, removable=on, editable=True, focus=on
            )
            for on in (True, False)
        ),
    ]
    for html in shown:
        assert "<script" not in html
        assert "<img" not in html
        assert "href=" not in html


def refusal_only(refusal: Refusal) -> Added:
    return Added(new=(), replaced=(), same=(), refused=(refusal,), hidden=0, error=None)


def test_long_lists_are_cut_and_say_so(catalogue: Catalogue) -> None:
    names = tuple(f"{number}.md" for number in range(1200))
    added = Added(new=names, replaced=(), same=(), refused=(), hidden=0, error=None)
    html = render_outcome(added, "en")
    assert html.count("<li>") == 51
    assert "and 1,150 more" in html
    assert "Added: 1,200" in html
    articles = [listed(n, outlet=f"Outlet {n}", base=f"/folder{n}") for n in range(100)]
    html = render_overview(with_articles(catalogue, *articles), UPLOADS, "zh", editable=True)
    assert "另有 92 个" in html
    assert "另有 80 个" in html


def test_pages_of_the_list() -> None:
    articles = [listed(number) for number in range(2 * PAGE_SIZE + 1)]
    first = list_page(articles, ListFilter(), 0, UPLOADS)
    assert (len(first.articles), first.start, first.pages) == (PAGE_SIZE, 0, 3)
    last = list_page(articles, ListFilter(), 999, UPLOADS)
    assert ([a.doc_id for a in last.articles], last.number) == (["doc100"], 2)
    assert list_page(articles, ListFilter(), -5, UPLOADS).start == 0
    assert list_page([], ListFilter(), 3, UPLOADS).pages == 1
    html = render_list(first, UPLOADS, "en", focus=None)
    assert 'data-value="-1" disabled' in html
    assert 'data-value="1">' in html
    assert "data-focus" not in html
    assert "Page 1 of 3" in html


def test_what_the_list_is_searched_for() -> None:
    articles = [
        listed(0, title="苹果选择阿里", language="zh"),
        listed(1, outlet=None, base=UPLOADS),
        listed(2, path="deep/Ferry.md"),
    ]

    def found(**wanted: Any) -> list[str]:
        page = list_page(articles, ListFilter(**wanted), 0, UPLOADS)
        return [article.doc_id for article in page.articles]

    assert found(words="苹果") == ["doc0"]
    assert found(words="FERRY ship") == ["doc2"]
    assert found(words="harbour") == ["doc0", "doc2"]
    assert found(words="ferry 苹果") == []
    assert found(language="en") == ["doc1", "doc2"]
    assert found(uploaded_only=True) == ["doc1"]
    assert found(uploaded_only=True, language="zh") == []


def test_progress_is_told_in_words_and_percent() -> None:
    assert EN.stages["waiting"] in render_step(Step(stage="waiting"), "en")
    assert "已完成 1,234 个" in render_step(Step(stage="checking", done=1234), "zh")
    assert "Indexing: 25 %" in render_step(Step(stage="indexing", done=1, total=4), "en")
    assert EN.stages["indexing"] in render_step(Step(stage="indexing"), "en")


def test_what_can_be_added_is_said_beforehand() -> None:
    html = render_adding("zh", editable=True)
    for part in (".docx", ".zip", "5 MB", "50 MB", "100 MB", "2,000"):
        assert part in html
    assert ZH.not_editable in render_adding("zh", editable=False)
    assert "<input" not in render_adding("en", editable=False)
