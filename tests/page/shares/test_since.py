"""A shared answer says what happened to its articles since, each time that it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from rag.assistant import Assistant
from rag.config import Config, FetchConfig
from rag.feeds.following import Feeds
from rag.models.embedder import Embedder
from rag.page.chat.turns import Turn, finder
from rag.page.shares.since import Happened
from rag.page.shares.store import Shares
from rag.page.shares.texts import Texts, texts
from rag.store.indexing import update_index
from rag.types import Answer
from tests.feeds.made import STORIES, page
from tests.feeds.site import Site, news_site
from tests.page.conftest import serving
from tests.page.scripted import answered, cite, claim
from tests.store.test_indexing import write

EN, ZH = texts("en"), texts("zh")
HERE = FetchConfig(allow=frozenset({"127.0.0.1"}), pause=0.0, patience=30.0)


@pytest.fixture
def site() -> Iterator[Site]:
    with news_site() as site:
        yield site


@pytest.fixture
def opened(tmp_path: Path, embedder: Embedder) -> tuple[Assistant, Feeds]:
    """An index with a mill and a school from files, and the feeds that write to it."""
    write(tmp_path / "files", "mill.md", "---\ntitle: The mill\n---\nThe old mill closed in 1990.")
    write(tmp_path / "files", "school.md", "---\ntitle: A school\n---\nThe school opened in May.")
    index = tmp_path / "index"
    update_index(index, [tmp_path / "files"], embedder)
    assistant = Assistant.open(Config(index=index), embedder=embedder)
    library = assistant.library
    assert library is not None
    return assistant, Feeds(index, lambda: library, HERE)


def quoting(assistant: Assistant, quotes: dict[str, str]) -> Answer:
    """An answer with a sentence for each article: its exact quote."""
    find = finder(assistant)
    claims = []
    for marker, (doc_id, quote) in enumerate(quotes.items(), start=1):
        document = find(doc_id)
        assert document is not None
        claims.append(claim(quote, cite(document, quote, marker)))
    return answered("What happened?", *claims)


@pytest.mark.parametrize(("locale", "words", "width"), [("en-US", EN, 1280), ("zh-CN", ZH, 390)])
def test_what_happened_to_each_article_is_said_where_it_is_cited(
    opened: tuple[Assistant, Feeds],
    site: Site,
    browser: Browser,
    embedder: Embedder,
    tmp_path: Path,
    locale: str,
    words: Texts,
    width: int,
) -> None:
    assistant, feeds = opened
    library = assistant.library
    assert library is not None
    slugs = ("harbour", "bridge", "bank")
    fetched = feeds.fetch([site.put(f"/{slug}", page(slug)) for slug in slugs])
    quotes = {str(kept.doc_id): STORIES[slug][1] for kept, slug in zip(fetched, slugs, strict=True)}
    quotes |= {"mill": "The old mill closed in 1990.", "school": "The school opened in May."}
    answer = quoting(assistant, quotes)
    shares = Shares(library.folder / "shared")
    token = shares.add(Turn(number=1, question="?", answer=answer), finder(assistant)).token

    with serving(assistant, library=library, feeds=feeds) as served:
        address = f"{served.url}s/{token}"
        before = httpx2.get(address, headers={"accept-language": locale}).text
        assert words.unchanged in before
        assert 'class="since"' not in before

        # The first is retracted, the second corrected, the third taken away by its owner, the
        # fourth written anew in its folder, and the day of the fifth corrected by hand.
        note = "Retraction: This story could not be confirmed."
        site.put("/harbour", page("harbour", extra=note))
        changed = page("bridge", extra="Correction: It was closed on Monday.")
        site.put("/bridge", changed.replace("was closed on Tuesday", "was closed on Monday"))
        feeds.fetch([f"{site.url}/harbour", f"{site.url}/bridge"])
        library.remove(str(fetched[2].doc_id))
        library.correct("school", outlet="Lund Courier", title="A school", day="2025-05-02")
        write(tmp_path / "files", "mill.md", "---\ntitle: The mill\n---\nThe mill closed in 1991.")
        update_index(library.folder, [tmp_path / "files"], embedder)

        context = browser.new_context(
            java_script_enabled=False, locale=locale, viewport={"width": width, "height": 800}
        )
        reader = context.new_page()
        reader.goto(address)
        expect(reader.locator("article > p.since")).to_have_text(words.some_changed.format(5, 5))
        kinds: list[Happened] = ["retracted", "corrected", "removed", "changed", "relisted"]
        for marker, (quote, kind) in enumerate(zip(quotes.values(), kinds, strict=True), start=1):
            sentence = reader.locator("article > p:not(.since)").filter(has_text=quote)
            flag = sentence.get_by_role("link").filter(has_text=words.flags[kind])
            expect(flag).to_have_attribute("href", f"#source{marker}")
            expect(reader.locator(f"#source{marker} .since")).to_contain_text(words.told[kind])
        told = [reader.locator(f"#source{n} .since").inner_text() for n in range(1, 6)]
        assert note in told[0]
        assert words.quote_stands in told[0]
        assert words.quote_lost in told[1]
        assert words.quote_lost in told[3]
        assert "A school · Lund Courier · 2025-05-02" in told[4]
        assert reader.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        # A record that can't be read is no reason to show nothing, nor to claim anything.
        feeds.close()
        (library.folder / "fetched" / "record.sqlite3").write_bytes(b"nonsense" * 600)
        reader.reload()
        expect(reader.locator("footer")).to_contain_text(words.not_checked_now)
        context.close()
