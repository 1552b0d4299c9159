"""Checking a draft in the browser: both languages, wide and narrow."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.page.draft.texts import EN, ZH, Texts
from rag.page.texts import EN as PAGE_EN
from rag.page.texts import ZH as PAGE_ZH
from tests.page.conftest import Served, Visit, serving

RIGHT = "截止今日收盘，阿里股价上涨2.55%达116.7港元。"
WRONG = "截止今日收盘，阿里股价上涨2.65%达116.7港元。"
FAR = "特斯拉上周在上海交付了三千辆车。"
ASKED = "这对市场意味着什么？"
DRAFT = f"{RIGHT}{WRONG}{FAR}{ASKED}"


@pytest.fixture(scope="module")
def served(
    seeds_index: Path, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    index = tmp_path_factory.mktemp("drafts") / "index"
    shutil.copytree(seeds_index, index)
    assistant = Assistant.open(Config(index=index), embedder=embedder)
    with serving(assistant, library=assistant.library) as page:
        yield page


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("locale", "words", "tab"), [("en-US", EN, PAGE_EN.check), ("zh-CN", ZH, PAGE_ZH.check)]
)
def test_each_sentence_comes_back_with_what_decides(
    served: Served, visit: Visit, width: int, locale: str, words: Texts, tab: str, tmp_path: Path
) -> None:
    page = visit(served.url, locale=locale, viewport={"width": width, "height": 860})
    open_tab(page, tab)
    page.get_by_label(words.label).fill(DRAFT)
    page.get_by_role("button", name=words.check, exact=True).click()
    checked = page.locator('.rag-checked[aria-busy="false"] .rag-check')
    expect(checked).to_have_count(4)
    verdicts = [checked.nth(n).get_attribute("data-verdict") for n in range(4)]
    assert verdicts == ["supported", "contradicted", "not_found", "no_fact"]
    expect(checked.nth(1).locator("mark")).to_have_text("2.65%")
    expect(checked.nth(1).locator("blockquote")).to_have_text(RIGHT)
    expect(checked.nth(3).locator("blockquote")).to_have_count(0)
    # A supported sentence has its quote too, folded.
    folded = checked.nth(0).locator("details")
    expect(folded.locator("blockquote")).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.locator("blockquote")).to_have_text(RIGHT)
    expect(folded.locator("a.rag-original")).to_have_attribute("target", "_blank")
    # Nothing sticks out of a narrow view.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as download:
        page.get_by_role("button", name=words.save).click()
    kept = tmp_path / "report.md"
    download.value.save_as(kept)
    assert RIGHT in kept.read_text("utf-8")
    # A second draft in the same page.
    page.get_by_label(words.label).fill(RIGHT)
    page.get_by_role("button", name=words.check, exact=True).click()
    expect(checked).to_have_count(1)
    expect(page.locator(".rag-check-counts")).to_contain_text(words.none_wrong)


def test_a_quote_leads_to_its_place_in_the_article_and_back(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="zh-CN", viewport={"width": 390, "height": 860})
    open_tab(page, PAGE_ZH.check)
    page.get_by_label(ZH.label).fill(WRONG)
    page.get_by_role("button", name=ZH.check, exact=True).click()
    link = page.locator(".rag-check .rag-to-article")
    address = link.get_attribute("href") or ""
    link.focus()
    page.keyboard.press("Enter")
    reader = page.locator("dialog.rag-reader[open]")
    expect(reader.locator("mark")).to_have_text(RIGHT)
    assert page.url == f"{served.url}{address}"
    page.keyboard.press("Escape")
    expect(reader).to_have_count(0)
    expect(page.locator(".rag-check")).to_be_visible()
    expect(page).to_have_url(re.compile(r"tab=check"))
    # The same address in another tab of the browser.
    other = visit(f"{served.url}{address}", locale="zh-CN")
    expect(other.locator("dialog.rag-reader[open] mark")).to_have_text(RIGHT)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_of_the_readers_is_opened(
    served: Served, visit: Visit, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "draft.txt"
    file.write_text(WRONG, encoding=encoding)
    page = visit(served.url, locale="en-US")
    open_tab(page, PAGE_EN.check)
    page.locator("#rag-draft-file").set_input_files(file)
    expect(page.get_by_label(EN.label)).to_have_value(WRONG)


def test_an_empty_draft_is_one_line(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="zh-CN")
    open_tab(page, PAGE_ZH.check)
    page.get_by_role("button", name=ZH.check, exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("稿件中没有文字：请给出有句子的文本。")


def test_hostile_text_stays_text(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    open_tab(page, PAGE_EN.check)
    page.get_by_label(EN.label).fill('<img src=x onerror="alert(1)"> earned 5 dollars in 2025.')
    page.get_by_role("button", name=EN.check, exact=True).click()
    expect(page.locator('.rag-checked[aria-busy="false"]')).to_contain_text("<img src=x")
    expect(page.locator(".rag-checked img")).to_have_count(0)


def test_a_check_can_be_stopped(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    open_tab(page, PAGE_EN.check)
    many = "".join(RIGHT.replace("116.7", f"1{n}.7") for n in range(300))
    page.get_by_label(EN.label).fill(many)
    page.get_by_role("button", name=EN.check, exact=True).click()
    expect(page.locator(".rag-check").nth(1)).to_be_visible()
    page.get_by_role("button", name=EN.stop, exact=True).click()
    expect(page.get_by_role("button", name=EN.check, exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tab_bars_nobody(served: Served, visit: Visit, scheme: str) -> None:
    page = visit(served.url, locale="en-US", color_scheme=scheme)
    open_tab(page, PAGE_EN.check)
    for state in ("empty", "checked"):
        if state == "checked":
            page.get_by_label(EN.label).fill(DRAFT)
            page.get_by_role("button", name=EN.check, exact=True).click()
            expect(page.locator('.rag-checked[aria-busy="false"] .rag-check')).to_have_count(4)
        page.wait_for_timeout(300)  # Colours change slowly.
        broken = Axe().run(page).response["violations"]
        assert [(rule["id"], [n["html"][:150] for n in rule["nodes"]]) for rule in broken] == []
