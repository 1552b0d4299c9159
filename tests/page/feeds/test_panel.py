"""The owner follows feeds and fetches articles, in a real browser, from a real site."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from rag.assistant import Assistant
from rag.config import Config, FetchConfig, Login, PageConfig
from rag.feeds.following import Feeds
from rag.feeds.opml import Outline, read_opml, write_opml
from rag.models.embedder import Embedder
from rag.page import texts as head_texts
from rag.page.feeds.texts import Texts, texts
from tests.feeds.made import STORIES, item, page, rss
from tests.feeds.site import Site, news_site
from tests.page.conftest import Served, Visit, idle, serving

EN, ZH = texts("en"), texts("zh")
XML = "application/rss+xml"
OWNER = Login(user="boss", password="long-enough-1")
READER = Login(user="press", password="long-enough-2")


@pytest.fixture
def site() -> Iterator[Site]:
    with news_site() as site:
        yield site


@pytest.fixture
def assistant(seeds_index: Path, embedder: Embedder, tmp_path: Path) -> Assistant:
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    return Assistant.open(Config(index=index), embedder=embedder)


@pytest.fixture
def feeds(assistant: Assistant) -> Iterator[Feeds]:
    library = assistant.library
    assert library is not None
    here = FetchConfig(allow=frozenset({"127.0.0.1"}), pause=0.0, patience=30.0)
    opened = Feeds(library.folder, lambda: library, here)
    yield opened
    opened.close()


@pytest.fixture
def served(assistant: Assistant, feeds: Feeds) -> Iterator[Served]:
    with serving(assistant, library=assistant.library, feeds=feeds) as page:
        yield page


def open_section(page: Page, words: Texts, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=True).click()
    expect(page.locator(".rag-count")).to_be_visible()
    page.get_by_text(words.section).click()


def give(page: Page, words: Texts, address: str, button: str) -> None:
    page.get_by_label(words.address, exact=True).fill(address)
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize(
    ("locale", "words", "tab", "width"),
    [
        ("en-US", EN, head_texts.EN.articles, 1280),
        ("zh-CN", ZH, head_texts.ZH.articles, 390),
    ],
)
def test_feeds_are_followed_asked_and_left(
    served: Served, site: Site, visit: Visit, locale: str, words: Texts, tab: str, width: int
) -> None:
    site.put("/news/harbour", page("harbour"))
    feed = site.put(
        "/rss", rss(item("harbour", "/news/harbour"), title="Courier &amp; Co"), kind=XML
    )
    view = visit(served.url, locale=locale, viewport={"width": width, "height": 800})
    open_section(view, words, tab)
    give(view, words, feed, words.follow)
    outcome = view.locator(".rag-outcome")
    expect(outcome).to_contain_text(words.brought.format("Courier & Co", 1, 0, 0))
    expect(view.locator("#rag-feeds li")).to_contain_text(words.articles[0].format(1))
    # The new article is in the list at once, and the section is still unfolded.
    expect(view.get_by_role("button", name=STORIES["harbour"][0])).to_be_visible()
    expect(view.get_by_label(words.address, exact=True)).to_have_value("")

    site.put("/news/bank", page("bank"))
    site.put("/rss", rss(item("bank", "/news/bank"), item("harbour", "/news/harbour")), kind=XML)
    view.get_by_role("button", name=words.run, exact=True).click()
    expect(outcome).to_contain_text(words.brought.format("Courier & Co", 1, 0, 0))
    expect(view.get_by_role("button", name=STORIES["bank"][0])).to_be_visible()

    del site.answers["/rss"]
    view.get_by_role("button", name=words.run, exact=True).click()
    expect(outcome.locator(".rag-section-fault")).to_contain_text("404")
    expect(view.locator("#rag-feeds .rag-section-fault")).to_contain_text("404")
    assert view.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    view.get_by_role("button", name=words.remove_of.format("Courier & Co")).click()
    expect(outcome).to_contain_text(words.no_longer.format("Courier & Co"))
    expect(view.locator("#rag-feeds h2")).to_have_text(words.none_followed)
    expect(view.get_by_role("button", name=STORIES["bank"][0])).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "words", "tab", "width"),
    [("en-US", EN, head_texts.EN.articles, 390), ("zh-CN", ZH, head_texts.ZH.articles, 1280)],
)
def test_a_list_of_feeds_is_taken_in_asked_stopped_gone_on_with_and_saved(
    served: Served, site: Site, visit: Visit, locale: str, words: Texts, tab: str, width: int
) -> None:
    names = ("One", "Two", "Three", "Four", "Five & Co", "Six")
    addresses: list[str] = []
    for name, slug in zip(names, [*STORIES, *STORIES], strict=True):
        site.put(f"/{name[:3]}/{slug}", page(slug, extra=f"Told by {name}."), drip=0.02)
        news = rss(item(slug, f"/{name[:3]}/{slug}"), title=escape(name))
        addresses.append(site.put(f"/rss{len(addresses)}", news, kind=XML))
    outlines = [
        Outline(address=address, name=name) for address, name in zip(addresses, names, strict=True)
    ]
    view = visit(served.url, locale=locale, viewport={"width": width, "height": 800})
    open_section(view, words, tab)
    chosen = view.locator("#rag-feeds-file")
    chosen.set_input_files(FilePayload(name="a.opml", mimeType="text/xml", buffer=b"<html/>"))
    expect(view.get_by_role("alert")).to_contain_text("OPML")
    idle(view)
    opml = FilePayload(name="feeds.opml", mimeType="text/xml", buffer=write_opml(outlines).encode())
    chosen.set_input_files(opml)
    outcome = view.locator(".rag-outcome")
    expect(outcome).to_contain_text(words.imported.format(6))
    expect(view.locator("#rag-feeds h2")).to_have_text(words.followed.format(6))
    assert site.asked == []
    idle(view)
    chosen.set_input_files(opml)
    expect(outcome).to_contain_text(words.none_imported)

    # Four are asked at once, so that two wait when it is stopped.
    view.get_by_role("button", name=words.run, exact=True).click()
    view.get_by_role("button", name=words.stop, exact=True).click()
    expect(outcome).to_contain_text(words.stopping)
    for answer in site.answers.values():
        answer.drip = 0.0
    expect(outcome).to_contain_text(words.stopped.split("{")[0])
    # What was under way is kept.
    listed = view.locator("#rag-feeds li")
    expect(listed.filter(has_text=words.articles[0].format(1))).not_to_have_count(0)
    expect(listed.filter(has_text=words.never_asked)).not_to_have_count(0)
    idle(view)
    view.get_by_role("button", name=words.run, exact=True).click()
    expect(outcome).to_contain_text(words.brought.format("Six", 1, 0, 0))
    expect(
        view.locator("#rag-feeds li").filter(has_text=words.articles[0].format(1))
    ).to_have_count(6)
    assert len([path for path in site.paths() if not path.startswith("/rss")]) == 6
    assert view.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    with view.expect_download() as download:
        view.get_by_role("link", name=words.save_opml, exact=True).click()
    assert read_opml(Path(download.value.path()).read_bytes()) == tuple(outlines)
    assert Axe().run(view).response["violations"] == []


def test_one_article_is_fetched_and_a_wrong_address_is_one_line(
    served: Served, site: Site, visit: Visit
) -> None:
    view = visit(served.url, locale="en-US")
    open_section(view, EN, head_texts.EN.articles)
    give(view, EN, "ftp://news.example/a", EN.follow)
    expect(view.get_by_role("alert")).to_have_count(1)
    # It stays in the field, to be mended.
    expect(view.get_by_label(EN.address, exact=True)).to_have_value("ftp://news.example/a")
    give(view, EN, "http://127.0.0.2/secret", EN.fetch)
    expect(view.locator('[data-outcome="refused"]')).to_be_visible()
    idle(view)
    view.get_by_label(EN.address, exact=True).fill(site.put("/b", page("bridge")))
    view.keyboard.press("Enter")  # as the first button
    expect(view.locator('[data-outcome="new"]')).to_contain_text(STORIES["bridge"][0])
    expect(view.get_by_role("button", name=STORIES["bridge"][0])).to_be_visible()


def test_only_the_owner_sees_and_uses_it(
    assistant: Assistant, feeds: Feeds, site: Site, visit: Visit
) -> None:
    config = PageConfig(local_endpoints=(), login=READER, owner=OWNER)
    feed = site.put("/rss", rss(item("harbour", "/news/harbour")), kind=XML)
    with serving(
        assistant, host="0.0.0.0", library=assistant.library, feeds=feeds, config=config
    ) as served:
        login = {"username": "press", "password": "long-enough-2"}
        # A request that a proxy passed on is not of this machine.
        reader = visit(
            served.url,
            locale="en-US",
            http_credentials=login,
            extra_http_headers={"X-Forwarded-For": "198.51.100.7"},
        )
        reader.get_by_role("tab", name=head_texts.EN.articles, exact=True).click()
        expect(reader.locator(".rag-count")).to_be_visible()
        expect(reader.locator("#rag-feeds")).to_have_count(0)
        # What the section would send, sent by hand: its component is there, and empty.
        dependency = reader.evaluate(
            """() => window.gradio_config.dependencies.find(
                (d) => d.targets.some(([, event]) => event === "follow_feed")).id"""
        )
        reader.evaluate(
            """async ([id, address]) => {
                const session_hash = Math.random().toString(36).slice(2);
                await fetch("gradio_api/queue/join", {
                    method: "POST", headers: { "Content-Type": "application/json" },
                    body: JSON.stringify({ data: ["en"], event_data: { address }, fn_index: id,
                                           session_hash, trigger_id: null }) });
                const told = await fetch("gradio_api/queue/data?session_hash=" + session_hash);
                window.told = await told.text();
            }""",
            [dependency, feed],
        )
        assert EN.not_owner in reader.evaluate("window.told")
    assert feeds.list() == ()
    assert site.asked == []
