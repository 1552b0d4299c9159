"""Asking only some articles, in the browser: both languages, wide and narrow."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect

from rag.page import texts as head_texts
from rag.page.articles.texts import texts as articles_texts
from rag.page.chat.texts import texts as chat_texts
from rag.page.draft.texts import texts as draft_texts
from rag.page.scope.shelf import MOST_OUTLETS_SHOWN
from rag.page.scope.texts import Texts, texts
from tests.page.conftest import Served, Visit, serving
from tests.page.scripted import ScriptedAssistant, made_document
from tests.page.scripts import news
from tests.page.test_page import answer, answered_anew, ask

EN, ZH = texts("en"), texts("zh")
DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 740}
QUESTION = "How many ships did the harbour of Lund receive?"


class Place(NamedTuple):
    """A point of the page, in pixels."""

    x: float
    y: float


def bar(page: Page, number: int) -> Place:
    """The middle of a bar of the timeline; its five days are 10 to 14 February."""
    box = page.locator(".rag-plot svg").bounding_box()
    assert box is not None
    return Place(box["x"] + box["width"] * (number + 0.5) / 5, box["y"] + box["height"] / 2)


def brush(page: Page, first: int, last: int) -> None:
    page.mouse.move(*bar(page, first))
    page.mouse.down()
    page.mouse.move(*bar(page, last), steps=3)
    page.mouse.up()


def far_away(page: Page) -> None:
    """Let each request take 0.7 s longer."""
    slow = {"offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)


def hold_the_next_choice(page: Page) -> list[Route]:
    """Keep the next choice from the program, and return the list that it will be in."""
    held: list[Route] = []

    def pass_on(route: Route) -> None:
        if held or '"event_data":{' not in (route.request.post_data or ""):
            route.continue_()
        else:
            held.append(route)

    page.route("**/queue/join**", pass_on)
    return held


def labels(page: Page) -> Locator:
    return page.locator("#rag-only .rag-label")


def asked_of(page: Page, turn: int) -> Locator:
    return page.locator(f"#turn{turn} .rag-understood").first


@pytest.mark.parametrize(
    ("locale", "words", "view", "days", "told"),
    [
        (
            *("en-US", EN, DESK, "11–12 Feb 2025"),
            "Asked only of Lund Post, 11–12 Feb 2025 (1 of 7 articles)",
        ),
        (
            *("zh-CN", ZH, PHONE, "2025年2月11日–12日"),
            "仅限 Lund Post，2025年2月11日–12日（7 篇文章中的 1 篇）",
        ),
    ],
)
def test_days_are_brushed_and_outlets_ticked_and_all_questions_are_asked_of_them(
    harbour: Served,
    visit: Visit,
    locale: str,
    words: Texts,
    view: ViewportSize,
    days: str,
    told: str,
) -> None:
    page = visit(harbour.url, locale=locale, viewport=view)
    expect(page.locator(".rag-timeline .rag-scope-name")).to_have_text(words.timeline["day"])
    brush(page, 1, 2)
    expect(labels(page)).to_have_text([f"{days} ✕"])
    expect(page.locator("input[name=since]")).to_have_value("2025-02-11")
    expect(page.locator("input[name=until]")).to_have_value("2025-02-12")
    page.locator(".rag-outlet", has_text="Lund Post").click()
    expect(labels(page)).to_have_text(["Lund Post ✕", f"{days} ✕"])
    assert page.evaluate("document.documentElement.scrollWidth") <= view["width"]

    # The first question, a follow-up, and the same again.
    for turn in (1, 2):
        ask(page, QUESTION)
        answer(page, turn)
        expect(asked_of(page, turn)).to_have_text(told)
        expect(page.locator(f"#turn{turn} .rag-statement")).to_contain_text(["35 ships"])
    chat = chat_texts("zh" if locale == "zh-CN" else "en")
    with answered_anew(page, 2):
        page.locator("#turn2").get_by_role("button", name=chat.retry).click()
    expect(asked_of(page, 2)).to_have_text(told)

    # A label is taken away, and the question is edited.
    page.get_by_role("button", name=words.remove.format("Lund Post")).click()
    expect(labels(page)).to_have_count(1)
    with answered_anew(page, 1):
        page.locator("#turn1").get_by_role("button", name=chat.edit).click()
        ask(page, QUESTION)
    expect(page.locator(".rag-turn")).to_have_count(1)
    expect(asked_of(page, 1)).to_contain_text(f"{days}")
    expect(asked_of(page, 1)).not_to_contain_text("Lund Post")

    # In a conversation the same chooser comes over the page; without any label, all are asked.
    page.get_by_role("button", name=words.change).click()
    expect(page.locator(".rag-scope")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= view["width"]
    page.keyboard.press("Escape")
    expect(page.locator(".rag-scope")).to_be_hidden()
    page.get_by_role("button", name=words.all_articles).click()
    expect(labels(page)).to_have_count(0)
    ask(page, QUESTION)
    answer(page, 2)
    expect(page.locator("#turn2")).not_to_contain_text(days)


def test_pickers_keys_and_bars_are_one_state(harbour: Served, visit: Visit) -> None:
    page = visit(harbour.url, locale="en-US", viewport=DESK)
    first, last = page.get_by_label(EN.first_day), page.get_by_label(EN.last_day)
    since, until = page.locator("input[name=since]"), page.locator("input[name=until]")
    expect(first).to_have_attribute("aria-valuetext", "10 Feb 2025")
    # The keyboard moves the ends.
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(labels(page)).to_have_text(["12–14 Feb 2025 ✕"])
    expect(first).to_be_focused()
    last.focus()
    page.keyboard.press("ArrowLeft")
    expect(labels(page)).to_have_text(["12–13 Feb 2025 ✕"])
    expect(until).to_have_value("2025-02-13")
    # A picker moves the ends, also to days without a bar.
    since.fill("2025-02-11")
    expect(first).to_have_attribute("aria-valuetext", "11 Feb 2025")
    until.fill("2025-03-31")
    expect(labels(page)).to_have_text(["11 Feb – 31 Mar 2025 ✕"])
    expect(last).to_have_attribute("aria-valuetext", "14 Feb 2025")
    # What ends before it begins follows the day that was changed.
    since.fill("2025-04-02")
    expect(labels(page)).to_have_text(["2 Apr 2025 ✕"])
    ask(page, QUESTION)
    hint = page.locator("#rag-composer .rag-hint[role=status]")
    expect(hint).to_contain_text("No article is left to ask: take away a limit")
    expect(page.locator("#rag-question textarea")).to_have_value(QUESTION)
    expect(page.locator(".rag-turn")).to_have_count(0)
    # A tap chooses one bar, a second one on it chooses all.
    page.mouse.click(*bar(page, 3))
    expect(labels(page)).to_have_text(["13 Feb 2025 ✕"])
    page.mouse.click(*bar(page, 3))
    expect(labels(page)).to_have_count(0)
    expect(since).to_have_value("")
    # The same in words, for those who don't see it.
    rows = page.locator(".rag-timeline tr")
    expect(rows).to_have_text(
        ["10 Feb 20252", "11 Feb 20251", "12 Feb 20251", "13 Feb 20251", "14 Feb 20251"]
    )
    expect(page.locator(".rag-timeline .rag-hint")).to_contain_text("1 article has no date")


@pytest.mark.parametrize(("locale", "words", "view"), [("en-US", EN, PHONE), ("zh-CN", ZH, DESK)])
def test_articles_are_ticked_in_their_list_and_drafts_are_compared_with_them(
    harbour: Served, visit: Visit, locale: str, words: Texts, view: ViewportSize
) -> None:
    language = head_texts.preferred_language(locale)
    tabs, articles = head_texts.texts(language), articles_texts(language)
    page = visit(harbour.url, locale=locale, viewport=view)
    page.get_by_role("tab", name=tabs.articles, exact=True).click()
    bar_above = page.locator("#rag-articles-only")
    expect(bar_above).to_contain_text(words.tick_some)
    page.get_by_label(words.tick.format("31 ships came to Lund")).check()
    # One after the other, faster than the program answers.
    page.get_by_label(words.tick.format("14 ships came to Lund")).check()
    page.get_by_label(words.tick.format("12 ships came to Lund")).check()
    expect(bar_above.locator(".rag-label")).to_contain_text("3")
    page.get_by_label(words.tick.format("12 ships came to Lund")).uncheck()
    expect(bar_above.locator(".rag-label")).to_contain_text("2")
    # Only those that are ticked, and the one that is read.
    page.get_by_label(articles.ticked_only).check()
    expect(page.locator(".rag-title")).to_have_count(2)
    page.get_by_role("button", name="14 ships came to Lund").click()
    expect(page.get_by_label(words.tick_this)).to_be_checked()
    page.get_by_label(words.tick_this).uncheck()
    expect(bar_above.locator(".rag-label")).to_contain_text("31 ships came to Lund")
    page.get_by_role("button", name=articles.back).click()
    expect(page.locator(".rag-title")).to_have_count(1)

    page.get_by_role("button", name=words.to_ask).click()
    ask(page, QUESTION)
    answer(page)
    expect(page.locator(".rag-statement")).to_contain_text(["31 ships"])
    counts = "1 of 7" if locale == "en-US" else "7 篇文章中的 1 篇"
    expect(asked_of(page, 1)).to_contain_text(counts)

    draft = draft_texts(language)
    page.get_by_role("tab", name=tabs.check, exact=True).click()
    expect(page.locator("#rag-draft-only .rag-label")).to_be_visible()
    page.get_by_label(draft.label).fill("The harbour of Lund received 35 ships.")
    page.get_by_role("button", name=draft.check, exact=True).click()
    checked = page.locator('.rag-checked[aria-busy="false"]')
    expect(checked.locator(".rag-understood")).to_contain_text(counts)
    # Another article says so, but it isn't one of those.
    expect(checked.locator(".rag-check")).not_to_have_attribute("data-verdict", "supported")
    page.locator("#rag-draft-only [data-drop=all]").click()
    expect(page.locator("#rag-draft-only .rag-label")).to_have_count(0)
    page.get_by_role("button", name=draft.check, exact=True).click()
    expect(checked.locator(".rag-check")).to_have_attribute("data-verdict", "supported")

    # What was taken away elsewhere is no longer ticked in the list.
    page.get_by_role("tab", name=tabs.articles, exact=True).click()
    expect(page.locator(".rag-count")).to_have_text(articles.found_none)
    page.get_by_label(articles.ticked_only).uncheck()
    expect(page.locator(".rag-tick:checked")).to_have_count(0)


def test_each_tab_of_the_browser_has_its_own_choice_and_the_language_may_change(
    harbour: Served, visit: Visit
) -> None:
    one = visit(harbour.url, locale="en-US", viewport=DESK)
    one.locator(".rag-outlet", has_text="界面新闻").click()
    expect(labels(one)).to_have_text(["界面新闻 ✕"])
    two = one.context.new_page()
    two.goto(harbour.url)
    expect(two.locator(".rag-plot")).to_be_visible()
    expect(labels(two)).to_have_count(0)
    one.get_by_role("radio", name="中文").click()
    expect(one.locator("#rag-only")).to_contain_text("7 篇文章中的 1 篇")
    expect(one.locator(".rag-outlet :checked")).to_have_value("界面新闻")
    two.close()


def test_an_outlet_pressed_while_the_chooser_is_drawn_anew_is_chosen(
    harbour: Served, visit: Visit
) -> None:
    page = visit(harbour.url, locale="en-US", viewport=DESK)
    box = page.locator(".rag-outlet input").first
    box.hover()
    page.mouse.down()
    page.evaluate(
        "() => { const box = document.querySelector('.rag-outlet'); box.outerHTML += ''; }"
    )
    page.mouse.up()
    expect(labels(page)).to_have_count(1)
    expect(box).to_be_checked()
    box.click()
    expect(labels(page)).to_have_count(0)


def test_choices_made_before_the_program_answers_all_count(harbour: Served, visit: Visit) -> None:
    page = visit(harbour.url, locale="en-US", viewport=DESK)
    expect(page.locator(".rag-plot")).to_be_visible()
    far_away(page)
    brush(page, 1, 3)
    outlets = page.locator(".rag-outlet input")
    names = [outlets.nth(place).input_value() for place in (0, 1)]
    outlets.nth(0).click()
    page.wait_for_timeout(900)  # The program answers what was chosen first.
    outlets.nth(1).click()
    expect(labels(page)).to_have_count(3)
    expect(labels(page).filter(has_text="11–13 Feb 2025")).to_have_count(1)
    page.wait_for_timeout(1500)  # Nothing takes it back.
    expect(labels(page)).to_have_count(3)
    ticked = page.locator(".rag-outlet :checked").evaluate_all("(all) => all.map((b) => b.value)")
    assert ticked == names


@pytest.mark.parametrize("what", ["outlets", "articles"])
def test_of_choices_that_overtake_each_other_the_last_one_made_counts(
    harbour: Served, visit: Visit, what: str
) -> None:
    page = visit(harbour.url, locale="en-US", viewport=DESK)
    if what == "outlets":
        boxes, told = page.locator(".rag-outlet input"), page.locator("#rag-only")
    else:
        page.get_by_role("tab", name=head_texts.EN.articles, exact=True).click()
        boxes, told = page.locator(".rag-tick"), page.locator("#rag-articles-only")
    expect(boxes.first).to_be_visible()
    held = hold_the_next_choice(page)
    for place in (0, 1):
        boxes.nth(place).click()
    both = "5 of 7 articles" if what == "outlets" else "2 of 7 articles"
    expect(told).to_contain_text(both)
    held[0].continue_()
    page.wait_for_timeout(1000)  # Nothing takes it back.
    expect(told).to_contain_text(both)
    # The next one goes on from there.
    boxes.nth(0).click()
    expect(told).to_contain_text("2 of 7 articles" if what == "outlets" else "1 of 7 articles")
    checked = boxes.evaluate_all("(all) => all.map((box) => box.checked)")
    assert checked[:2] == [False, True]


def test_ticks_made_before_the_program_answers_all_count(harbour: Served, visit: Visit) -> None:
    page = visit(harbour.url, locale="en-US", viewport=DESK)
    page.get_by_role("tab", name=head_texts.EN.articles, exact=True).click()
    ticks = page.locator(".rag-tick")
    expect(ticks.first).to_be_visible()
    far_away(page)
    for place in range(3):
        ticks.nth(place).check()
    expect(page.locator("#rag-articles-only")).to_contain_text("3 of 7 articles")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_choosing_bars_nobody(harbour: Served, visit: Visit, scheme: str) -> None:
    page = visit(harbour.url, locale="en-US", viewport=PHONE, color_scheme=scheme)
    small = """[...document.querySelectorAll(
      '.rag-label, .rag-only button, .rag-outlet, .rag-handle, .rag-days input, .rag-tick-box')]
      .filter((node) => node.checkVisibility()).map((node) => [node, node.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24).map(([node]) => node.outerHTML)"""
    for state in ("chosen", "open", "ticked"):
        if state == "chosen":
            brush(page, 1, 3)
            expect(labels(page)).to_have_count(1)
            page.locator(".rag-outlet").first.click()
            expect(labels(page)).to_have_count(2)
        elif state == "open":
            ask(page, QUESTION)
            answer(page)
            page.get_by_role("button", name=EN.change).click()
        else:
            page.keyboard.press("Escape")
            page.get_by_role("tab", name=head_texts.EN.articles, exact=True).click()
            page.locator(".rag-tick").first.check()
            expect(page.locator("#rag-articles-only .rag-label")).to_have_count(3)
        page.wait_for_timeout(300)  # Colours change slowly.
        assert page.evaluate(small) == []
        broken = Axe().run(page).response["violations"]
        assert [(rule["id"], [n["html"][:150] for n in rule["nodes"]]) for rule in broken] == []


@pytest.mark.parametrize(("locale", "view"), [("en-US", DESK), ("zh-CN", PHONE)])
def test_an_outlet_beyond_the_largest_is_found_by_its_name_and_ticked(
    visit: Visit, locale: str, view: ViewportSize
) -> None:
    articles = {
        f"d{n}": made_document("The ferry came.", doc_id=f"d{n}", outlet=f"Outlet {n:02}")
        for n in range(40)
    }
    words = texts("zh" if locale == "zh-CN" else "en")
    with serving(ScriptedAssistant(articles, news)) as many:
        page = visit(many.url, locale=locale, viewport=view)
        boxes = page.locator(".rag-outlet")
        expect(boxes).to_have_count(MOST_OUTLETS_SHOWN)
        search = page.get_by_role("searchbox", name=words.find_outlet)
        boxes.first.click()
        expect(labels(page)).to_have_text(["Outlet 00 ✕"])
        search.press_sequentially("outlet 39")
        expect(boxes).to_have_count(1)
        expect(search).to_be_focused()
        boxes.click()
        expect(labels(page)).to_have_text(["Outlet 00 ✕", "Outlet 39 ✕"])
        search.fill("nothing")
        expect(page.locator(".rag-outlets .rag-hint")).to_have_text(words.no_outlet)
        search.fill("")
        expect(boxes).to_have_count(MOST_OUTLETS_SHOWN)
        expect(boxes.first.locator("input")).to_be_checked()
        expect(labels(page)).to_have_text(["Outlet 00 ✕", "Outlet 39 ✕"])
        assert page.evaluate("document.documentElement.scrollWidth") <= view["width"]
        page.close()  # Before its server ends.
