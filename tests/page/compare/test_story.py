"""A story through time in the browser: both languages, wide and narrow."""

from __future__ import annotations

import csv
import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.answering.story.result import Story, StoryRow
from rag.page.compare.story import render_story
from rag.page.compare.texts import EN, ZH, Texts
from tests.page.conftest import Served, Visit, idle, reload

TOPIC = "阿里巴巴的收盘股价"
DONE = '.rag-story[aria-busy="false"]'


def lay_out(page: Page, words: Texts, topic: str) -> None:
    """Ask for a story by the keyboard alone."""
    page.get_by_label(words.label, exact=True).fill(topic)
    page.keyboard.press("Enter")


def saved(page: Page, words: Texts, form: str, path: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=words.save_as.format(form)).click()
    download.value.save_as(path)
    return path


@pytest.mark.parametrize(
    ("locale", "words", "width", "scheme", "between"),
    [
        ("en-US", EN, 390, "light", "gain 2.55% → 6.34%"),
        ("zh-CN", ZH, 1280, "dark", "涨幅 2.55% → 6.34%"),
    ],
)
def test_a_story_is_laid_out_in_time(
    served: Served,
    visit: Visit,
    locale: str,
    words: Texts,
    width: int,
    scheme: str,
    between: str,
    tmp_path: Path,
) -> None:
    view = {"width": width, "height": 860}
    page = visit(f"{served.url}?tab=story", locale=locale, viewport=view, color_scheme=scheme)
    expect(page.get_by_role("radio", name=words.through_time)).to_be_checked()
    expect(page.get_by_role("button", name=words.compare, exact=True)).to_be_hidden()
    lay_out(page, words, TOPIC)
    done = page.locator(DONE)
    expect(done).to_be_visible(timeout=120_000)
    days = done.locator(":scope > .rag-events h2").all_text_contents()
    assert days == sorted(days, key=lambda day: day[:10])
    assert {day[10:].strip() for day in days} == {words.day_of_sentence, words.day_of_article}
    # Outlets that differ on one moment stand side by side, with the values marked.
    differing = done.locator(".rag-event[data-differs]").first
    expect(differing.locator("blockquote mark").nth(2)).to_be_visible()
    expect(done.locator(".rag-changed > p")).to_have_text([between])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_timeout(300)  # Colours change slowly.
    broken = Axe().run(page).response["violations"]
    assert [(rule["id"], [n["html"][:150] for n in rule["nodes"]]) for rule in broken] == []
    # What is saved is the same story.
    story = Story.from_json(saved(page, words, "JSON", tmp_path / "story.json").read_bytes())
    assert len(story.rows) == len(days)
    with saved(page, words, "CSV", tmp_path / "s.csv").open(encoding="utf-8-sig", newline="") as f:
        quotes = [line["quote"] for line in csv.DictReader(f)]
    assert quotes == [citation.quote for row in story.rows for citation in row.citations]
    markdown = saved(page, words, "Markdown", tmp_path / "s.md").read_text("utf-8")
    assert "2.55% → 6.34%" in markdown
    # A quote leads to its place in the article, and back.
    done.locator(".rag-to-article").first.click()
    expect(page.locator("dialog.rag-reader[open] mark").first).to_contain_text(quotes[0][:10])
    page.keyboard.press("Escape")
    expect(done).to_be_visible()
    expect(page).to_have_url(f"{served.url}?tab=story")


def test_what_is_no_event_is_folded_below() -> None:
    row = StoryRow(day="2025-02-13", day_from="article", citations=())
    shown = render_story(Story(topic="t", language="en", rows=(row,), others=(row, row)), "en")
    _, folded = shown.split('<details class="rag-others">')
    assert folded.count('class="rag-event"') == 2
    assert "2 more statements" in folded
    assert "rag-others" not in render_story(Story(topic="t", language="en", rows=(row,)), "en")


def test_the_address_keeps_the_view_and_each_view_its_result(served: Served, visit: Visit) -> None:
    page = visit(f"{served.url}?tab=compare", locale="en-US")
    story = page.get_by_role("radio", name=EN.through_time)
    side_by_side = page.get_by_role("radio", name=EN.side_by_side)
    expect(side_by_side).to_be_checked()
    side_by_side.focus()
    page.keyboard.press("ArrowRight")
    expect(story).to_be_checked()
    expect(page).to_have_url(f"{served.url}?tab=story")
    lay_out(page, EN, TOPIC)
    expect(page.locator(DONE)).to_be_visible(timeout=120_000)
    page.go_back()
    expect(side_by_side).to_be_checked()
    expect(page.locator(DONE)).to_be_hidden()
    page.go_forward()
    expect(page.locator(DONE)).to_be_visible()
    # Another tab and another language leave the view as it is.
    page.locator("#rag-tab-check-button").click()
    page.locator("#rag-tab-compare-button").click()
    expect(page).to_have_url(f"{served.url}?tab=story")
    page.get_by_role("radio", name="中文").check()
    expect(page.get_by_role("radio", name=ZH.through_time)).to_be_checked()
    expect(page.locator(DONE)).to_be_visible()
    reload(page)
    expect(page.get_by_role("radio", name=ZH.through_time)).to_be_checked()


def test_nothing_found_is_told(served: Served, visit: Visit) -> None:
    page = visit(f"{served.url}?tab=story", locale="zh-CN")
    lay_out(page, ZH, " ")
    expect(page.get_by_role("alert")).to_be_visible()
    idle(page)
    lay_out(page, ZH, "西班牙足球联赛")
    expect(page.locator(f'{DONE} [role="status"]')).to_contain_text("没有找到")
    expect(page.locator(".rag-event")).to_have_count(0)


def test_work_can_be_stopped(served: Served, visit: Visit, held: threading.Event) -> None:
    page = visit(f"{served.url}?tab=story", locale="zh-CN")
    lay_out(page, ZH, TOPIC + "<img src=x>")
    page.locator("#rag-story-stop").click()
    held.set()
    expect(page.get_by_role("button", name=ZH.lay_out, exact=True)).to_be_visible()
    expect(page.locator(".rag-story")).to_have_count(0)
