"""A conversation in a real browser: quotes beside markers, editing, saving, links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import docx
import pytest
from playwright.sync_api import Locator, Page, expect

from rag.answering.notices import fell_back
from rag.page.chat.keeping import conversation_json
from rag.page.chat.texts import Texts, texts
from rag.page.chat.turns import Turn
from rag.page.places.texts import texts as places_texts
from rag.types import Answer, Draft, Event, Hit, Passage, Progress
from tests.exports.opened import need_a_chinese_font, pdf_text
from tests.page.conftest import Served, Visit, serving
from tests.page.scripted import ScriptedAssistant, answered, cite, claim, made_document
from tests.page.test_page import answer, ask

from .test_rendering import HOSTILE

EN, ZH = texts("en"), texts("zh")
QUESTION = "Why did Apple choose Alibaba?"
PREFIX = "cited-rag:conversation:"


def box(page: Page) -> Locator:
    return page.locator("#rag-question textarea")


def hint(page: Page) -> Locator:
    return page.locator("#rag-composer .rag-hint")


def apart(one: Locator, other: Locator) -> bool:
    """Whether two elements cover no common pixel."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    return (
        a["x"] + a["width"] <= b["x"]
        or b["x"] + b["width"] <= a["x"]
        or a["y"] + a["height"] <= b["y"]
        or b["y"] + b["height"] <= a["y"]
    )


def opened_anew(page: Page, url: str) -> Page:
    """The page in another tab of the same browser, in place of this one."""
    fresh = page.context.new_page()
    page.close()
    fresh.goto(url)
    expect(fresh.locator(".rag-example, .rag-turn, #rag-composer .rag-hint").first).to_be_visible()
    return fresh


# --- the quote beside its marker ------------------------------------------------------------------


def test_a_marker_shows_its_quote_to_pointer_and_keyboard(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    ask(page, QUESTION)
    answer(page)
    marker, popover = page.locator("#turn1-marker2"), page.locator("#turn1-quote2")
    expect(popover).to_be_hidden()
    marker.hover()
    expect(popover).to_be_visible()
    expect(popover).to_contain_text("苹果与中国的多家公司进行了交谈。")
    expect(popover).to_contain_text("蔡崇信透露阿里与苹果合作")
    expect(popover).to_contain_text("科创板日报 · 2025-02-13 18:26")
    assert apart(marker, popover)
    popover.hover()  # It stays while the pointer is on it.
    page.wait_for_timeout(400)
    expect(popover).to_be_visible()
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()

    page.locator("#turn1-marker1").focus()
    page.keyboard.press("Tab")
    expect(marker).to_be_focused()
    expect(popover).to_be_visible()
    expect(page.locator("#turn1-quote1")).to_be_hidden()
    expect(marker).to_have_accessible_description("苹果与中国的多家公司进行了交谈。")
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    expect(marker).to_be_focused()


def test_a_tap_shows_the_quote_and_the_next_one_leads_to_it(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="zh-CN", has_touch=True, viewport={"width": 390, "height": 760})
    ask(page, QUESTION)
    answer(page)
    marker, popover = page.locator("#turn1-marker1"), page.locator("#turn1-quote1")
    marker.tap()
    expect(popover).to_be_visible()
    assert apart(marker, popover)
    page.locator(".rag-question").tap()
    expect(popover).to_be_hidden()
    marker.tap()
    popover.get_by_text(ZH.show_in_article).tap()
    expect(page.locator("#turn1-source1")).to_be_focused()
    expect(page.locator("#turn1-source1")).to_be_in_viewport()
    expect(popover).to_be_hidden()


def test_what_was_read_and_not_used_can_be_seen(visit: Visit) -> None:
    document = made_document("Used. Not used.", title="An article", url="https://a.example/x")

    def script(
        assistant: ScriptedAssistant, question: str, history: Sequence[Answer]
    ) -> Iterator[Event]:
        del assistant, history
        passages = [
            Passage(passage_id=1, doc_id="made", start=0, end=5, text="Used."),
            Passage(passage_id=2, doc_id="made", start=6, end=15, text="Not used."),
            Passage(passage_id=3, doc_id=HOSTILE, start=0, end=99, text=HOSTILE),
        ]
        hits = tuple(Hit(passage=passage, score=1.0) for passage in passages)
        yield answered(question, claim("Used.", cite(document, "Used.", 1)), hits=hits)

    with serving(ScriptedAssistant({"made": document}, script)) as served:
        page = visit(served.url, locale="en-US")
        ask(page, "Which?")
        answer(page)
        page.get_by_text(EN.considered.format(2)).click()
        items = page.locator(".rag-considered li")
        expect(items.first).to_contain_text("An article")
        expect(items.first).to_contain_text("a.example · undated")
        expect(items.first.locator(".rag-excerpt")).to_have_text("Not used.")
        expect(items.last.locator(".rag-excerpt")).to_have_text(HOSTILE)
        items.first.get_by_role("button", name=EN.whole_article).click()
        expect(page.get_by_role("dialog", name="An article").locator("mark")).to_have_text("Used.")
        page.close()


# --- asking again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", ZH), ("en-GB", EN)])
def test_an_edited_question_takes_the_place_of_the_old_one(
    served: Served, visit: Visit, locale: str, words: Texts
) -> None:
    page = visit(served.url, locale=locale)
    for turn, question in enumerate((QUESTION, "weather?", "Still with Baidu?"), start=1):
        ask(page, question)
        answer(page, turn)
    edit = page.locator("#turn2").get_by_role("button", name=words.edit)
    edit.click()
    expect(box(page)).to_have_value("weather?")
    expect(box(page)).to_be_focused()
    expect(hint(page)).to_contain_text(words.editing.format(2))
    page.get_by_role("button", name=words.cancel).click()
    expect(hint(page)).to_have_count(0)
    expect(box(page)).to_have_value("")
    expect(page.locator(".rag-turn")).to_have_count(3)
    edit.click()
    expect(box(page)).to_have_value("weather?")
    ask(page, "And the weather now?")
    expect(page.locator("#turn2 .rag-question")).to_have_text("And the weather now?")
    answer(page, turn=2)
    expect(page.locator(".rag-turn")).to_have_count(2)
    expect(hint(page)).to_have_count(0)
    question, history = served.assistant.histories[-1]
    assert (question, [earlier.question for earlier in history]) == (
        "And the weather now?",
        [QUESTION],
    )


def test_the_last_question_can_be_asked_again(served: Served, visit: Visit) -> None:
    served.assistant.gate.clear()
    page = visit(served.url, locale="en-US")
    ask(page, "weather?")
    answer(page)
    ask(page, "Why did Apple choose Alibaba, slowly?")
    expect(page.locator(".rag-draft")).to_be_visible()
    page.locator("#rag-stop").click()
    expect(page.get_by_text(EN.stopped)).to_be_visible()
    served.assistant.gate.set()
    box(page).fill("half a thought")
    page.get_by_role("button", name=EN.retry).click()  # There is one: the last turn's.
    answer(page, turn=2)
    expect(page.locator(".rag-turn")).to_have_count(2)
    expect(box(page)).to_have_value("half a thought")
    question, history = served.assistant.histories[-1]
    assert question == "Why did Apple choose Alibaba, slowly?"
    assert [earlier.question for earlier in history] == ["weather?"]


def test_a_model_that_dies_in_the_middle_is_told_of_and_replaced(visit: Visit) -> None:
    article = made_document("The plant opened in May.", title="Plant")

    def dies(
        assistant: ScriptedAssistant, question: str, history: Sequence[Answer]
    ) -> Iterator[Event]:
        del history
        yield Progress(stage="writing")
        yield claim("Void so far.", cite(article, "The plant", 1))
        yield Draft(text="and then the line bro")
        yield Progress(stage="falling_back")
        assistant.wait()
        quoted = claim("The plant opened in May.", cite(article, "The plant opened in May.", 1))
        yield quoted
        yield answered(question, quoted, notices=(fell_back(),))

    with serving(ScriptedAssistant({"made": article}, dies)) as other:
        page = visit(other.url, locale="zh-CN")
        ask(page, "何时？")
        expect(page.locator(".rag-progress")).to_have_text(ZH.stages["falling_back"])
        expect(page.locator("#turn1")).not_to_contain_text("Void so far.")
        other.assistant.gate.set()
        answer(page)
        expect(page.locator(".rag-statement")).to_have_text(re.compile("The plant opened in May."))
        expect(page.locator(".rag-notice")).to_have_text(fell_back().zh)
        page.close()


# --- copies and files -----------------------------------------------------------------------------


def test_an_answer_is_copied_as_text_as_rich_text_and_as_markdown(
    served: Served, visit: Visit
) -> None:
    page = visit(served.url, locale="en-US", permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    answer(page)
    page.get_by_role("button", name=EN.copy_answer).click()
    expect(page.locator(".rag-actions [role=status]")).to_have_text(EN.copied)
    plain = page.evaluate("navigator.clipboard.readText()")
    assert plain.startswith(f"{QUESTION}\n")
    assert "\\" not in plain
    assert "科创板日报 · 2025-02-13 18:26" in plain
    rich = page.evaluate(
        "navigator.clipboard.read().then(([item]) => item.getType('text/html'))"
        ".then((blob) => blob.text())"
    )
    assert f"<b>{QUESTION}</b>" in rich
    assert '<a href="https://new.qq.com/rain/a/20250213A07BWT00">[2]</a>' in rich
    page.get_by_role("button", name=EN.copy_markdown).click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('**'))")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[[2]](https://new.qq.com/rain/a/20250213A07BWT00)" in copied


def test_a_conversation_is_saved_as_word_pdf_markdown_and_json(
    served: Served, visit: Visit, tmp_path: Path
) -> None:
    need_a_chinese_font()
    page = visit(served.url, locale="zh-CN")
    for turn, question in enumerate((QUESTION, "weather?"), start=1):
        ask(page, question)
        answer(page, turn)
    buttons = {
        "docx": ZH.save_word,
        "pdf": ZH.save_pdf,
        "md": ZH.save_markdown,
        "json": ZH.save_json,
    }
    for form, label in buttons.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        assert re.fullmatch(rf"cited-rag-[\d-]+\.{form}", download.value.suggested_filename)
        download.value.save_as(tmp_path / form)
    saved = {form: (tmp_path / form).read_text(encoding="utf-8") for form in ("md", "json")}
    assert saved["md"].index(QUESTION) < saved["md"].index("weather?")
    assert ZH.nearest in saved["md"]
    turns = json.loads(saved["json"])
    assert [turn["question"] for turn in turns] == [QUESTION, "weather?"]
    assert Answer.from_json(json.dumps(turns[1]["answer"])).status == "abstained"
    headings = [p.text for p in docx.Document(str(tmp_path / "docx")).paragraphs]
    assert {QUESTION, "weather?", ZH.nearest} <= set(headings)
    assert QUESTION in pdf_text(tmp_path / "pdf")


# --- conversations kept in the browser ------------------------------------------------------------


def put(page: Page, key: str, value: str) -> None:
    page.evaluate("([key, value]) => localStorage.setItem(key, value)", [PREFIX + key, value])


def test_what_the_browser_gives_back_is_checked(served: Served, visit: Visit) -> None:
    """Hostile text stays text; what is no conversation is dropped with a line."""
    article = made_document(HOSTILE, title=HOSTILE, outlet=HOSTILE, url="javascript:alert(1)")
    hostile = answered(HOSTILE, claim(HOSTILE, cite(article, HOSTILE, 1)))
    turns = (Turn(number=1, question=HOSTILE, answer=hostile),)
    page = visit(served.url, locale="en-US")
    put(page, "a", json.dumps({"title": HOSTILE, "at": 3, "text": conversation_json(turns)}))
    put(page, "b", json.dumps({"title": "spoilt", "at": 2, "text": '[{"number": "<img>"}]'}))
    put(page, "c", "no JSON")
    page = opened_anew(page, served.url)
    expect(page.locator(".rag-kept-note")).to_have_text(places_texts("en").unreadable)
    page.locator(".rag-history").click()
    expect(page.locator(".rag-kept-list li")).to_have_count(2)
    page.get_by_role("link", name="spoilt").click()
    expect(hint(page)).to_contain_text("This kept conversation can't be read")
    expect(page).to_have_url(served.url)
    page.locator(".rag-history").click()
    expect(page.locator(".rag-kept-list li")).to_have_count(1)
    page.locator(".rag-kept-open").click()
    expect(page.locator(".rag-question")).to_have_text(HOSTILE)
    expect(page.locator(".rag-statement")).to_contain_text(HOSTILE)
    expect(page.locator(".rag-original")).to_have_count(0)
    page.locator("#turn1-marker1").hover()
    expect(page.locator("#turn1-quote1 blockquote")).to_have_text(HOSTILE)


def test_the_oldest_conversations_make_room(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    for age in range(40):
        put(page, f"old{age}", json.dumps({"title": f"t{age}", "at": 1000 - age, "text": "[]"}))
    ask(page, "weather?")
    answer(page)
    expect(page.locator(".rag-kept-note")).to_have_text(places_texts("en").full)
    page.locator(".rag-history").click()
    titles = page.locator(".rag-kept-title").all_text_contents()
    assert titles == ["weather?", *(f"t{age}" for age in range(29))]


# --- links to a question --------------------------------------------------------------------------


def test_a_link_asks_its_question_once_in_its_language(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    asked = len(served.assistant.histories)
    page = opened_anew(page, f"{served.url}?q={quote('苹果为什么选择阿里？')}&lang=zh")
    answer(page)
    expect(page.locator(".rag-question")).to_have_text("苹果为什么选择阿里？")
    expect(page.locator("#rag-ask")).to_have_text(ZH.ask)
    expect(page).to_have_url(re.compile(r"\?lang=zh&c=[\w-]+$"))
    page = opened_anew(page, page.url)
    expect(page.locator(".rag-turn")).to_have_count(1)
    expect(page.locator("#rag-ask")).to_have_text(ZH.ask)
    assert len(served.assistant.histories) == asked + 1


def test_a_hostile_link_is_a_question_like_any_other(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US")
    page = opened_anew(page, f"{served.url}?q={quote(HOSTILE)}&lang={quote(HOSTILE)}")
    answer(page)
    expect(page.locator(".rag-question")).to_have_text(HOSTILE)
    expect(page.locator("#rag-ask")).to_have_text(EN.ask)
    page = opened_anew(page, f"{served.url}?q={'x' * 10_001}")
    expect(hint(page)).to_have_text(EN.question_too_long.format(10_001, 10_000))
    expect(page.locator(".rag-turn")).to_have_count(0)
