"""Where the page scrolls to: each new answer is seen from its start, and stays where it is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import FloatRect, Page, ViewportSize, expect

from rag.types import Answer, Draft, Event, Progress
from tests.page.conftest import Served, Visit, serving, wait_until
from tests.page.scripted import ScriptedAssistant, answered, claim, seed_articles
from tests.page.test_page import answer, answered_anew, ask

DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 690}
TALL_PHONE: ViewportSize = {"width": 390, "height": 844}


def made(assistant: ScriptedAssistant, question: str, history: Sequence[Answer]) -> Iterator[Event]:
    """A short answer, a long one, or one that waits in the middle, as the question asks for."""
    del history
    sentences = 60 if "long" in question else 6 if "one by one" in question else 3
    statements = [claim(f"The harbour of Norvia has {n} piers.") for n in range(sentences)]
    if "one by one" in question:  # As quotes come: few, and not short.
        statements = [claim(f"{statement.text} " * 12) for statement in statements]
    if "at once" not in question:
        yield Progress(stage="searching")
        yield statements[0]
        yield Draft(text="Something that is being written")
    if "slow" in question:
        assistant.wait()
        assistant.gate.clear()
    if "one by one" in question:
        yield from statements[1:]
    if "grow" in question:
        for statement in statements[1:]:
            yield statement
            time.sleep(0.05)  # Not faster than a page is drawn, and longer than a glance.
        assistant.wait()
        assistant.gate.clear()
    yield answered(question, *statements)


@pytest.fixture(scope="module")
def harbour() -> Iterator[Served]:
    with serving(ScriptedAssistant({}, made)) as page:
        yield page


def box_of(page: Page, selector: str) -> FloatRect:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box


def bottom(box: FloatRect) -> float:
    return box["y"] + box["height"]


def settled(page: Page, turn: int) -> tuple[FloatRect, FloatRect, FloatRect]:
    """Where a turn, its answer and the question box stand, once nothing moves any more."""
    last: tuple[FloatRect, FloatRect, FloatRect] | None = None
    for _ in range(50):
        now = (
            box_of(page, f"#turn{turn}"),
            box_of(page, f"#turn{turn} .rag-answer"),
            box_of(page, "#rag-composer"),
        )
        if now == last:
            return now
        last = now
        time.sleep(0.1)
    raise AssertionError(f"The page never came to rest: {last}")


def assert_in_view(page: Page, turn: int) -> None:
    """The turn begins at the top of the view; its answer, where it is short enough, is whole."""
    at, answered_at, bar = settled(page, turn)
    assert 0 <= at["y"] <= 12
    room = bar["y"] - at["y"]
    assert answered_at["y"] < at["y"] + room / 2, "the answer begins in the upper half of the view"
    if bottom(answered_at) - at["y"] <= room:
        assert bottom(answered_at) <= bar["y"], "no part of it is behind the question box"


@pytest.mark.parametrize(
    ("viewport", "locale", "scheme"),
    [(DESK, "en-US", "light"), (PHONE, "zh-CN", "dark"), (TALL_PHONE, "en-US", "dark")],
    ids=["desk", "phone", "tall phone"],
)
def test_every_new_answer_begins_at_the_top_of_the_view(
    harbour: Served, visit: Visit, viewport: ViewportSize, locale: str, scheme: str
) -> None:
    page = visit(harbour.url, locale=locale, viewport=viewport, color_scheme=scheme)
    questions = ("short", "short?", "long", "at once", "one by one", "long?")
    for turn, question in enumerate(questions, start=1):
        ask(page, question)
        answer(page, turn)
        assert_in_view(page, turn)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_an_answer_is_in_view_while_it_streams_and_does_not_move_when_it_ends(
    harbour: Served, visit: Visit, viewport: ViewportSize
) -> None:
    page = visit(harbour.url, locale="en-US", viewport=viewport)
    for turn, question in enumerate(("short", "slow", "slow and long"), start=1):
        ask(page, question)
        if "slow" in question:
            expect(page.locator(f"#turn{turn} .rag-draft")).to_be_visible()
            assert_in_view(page, turn)
            streaming, *_ = settled(page, turn)
            harbour.assistant.gate.set()
            answer(page, turn)
            ended, *_ = settled(page, turn)
            assert ended["y"] == streaming["y"]
        answer(page, turn)
        assert_in_view(page, turn)


def test_a_reader_who_scrolls_up_is_left_there(harbour: Served, visit: Visit) -> None:
    page = visit(harbour.url, locale="en-US", viewport=DESK)
    ask(page, "long")
    answer(page)
    ask(page, "slow and long")
    expect(page.locator("#turn2 .rag-draft")).to_be_visible()
    settled(page, 2)
    page.mouse.move(400, 300)
    page.mouse.wheel(0, -700)
    wait_until(page, lambda: box_of(page, "#turn2")["y"] > 500)
    away, *_ = settled(page, 2)
    assert away["y"] > 500
    harbour.assistant.gate.set()
    answer(page, 2)
    assert settled(page, 2)[0]["y"] == away["y"]


@pytest.mark.parametrize("viewport", [DESK, PHONE, TALL_PHONE], ids=["desk", "phone", "tall"])
def test_the_view_goes_along_with_an_answer_until_the_reader_scrolls(
    harbour: Served, visit: Visit, viewport: ViewportSize
) -> None:
    page = visit(harbour.url, locale="en-US", viewport=viewport)
    for turn in (1, 2):
        ask(page, "long, growing")
        last = page.locator(f"#turn{turn} .rag-statement").nth(59)
        expect(last).to_be_visible()
        at, answered_at, bar = settled(page, turn)
        assert at["y"] < 0, "the answer is longer than the view"
        assert 0 <= bar["y"] - bottom(answered_at) <= 24, "its end stands above the question box"
        assert bottom(bar) == pytest.approx(viewport["height"], abs=1)
        harbour.assistant.gate.set()
        answer(page, turn)
        assert settled(page, turn)[0]["y"] == at["y"], "the end of the stream moves nothing"
    ask(page, "long, growing")
    expect(page.locator("#turn3 .rag-statement").nth(3)).to_be_visible()
    page.mouse.move(200, 300)
    page.mouse.wheel(0, -2000)
    wait_until(page, lambda: box_of(page, "#turn3")["y"] > 300)
    page.wait_for_timeout(300)
    away = box_of(page, "#turn3")["y"]
    assert away > 300
    expect(page.locator("#turn3 .rag-statement").nth(59)).to_be_attached()
    assert settled(page, 3)[0]["y"] == away
    harbour.assistant.gate.set()
    answer(page, 3)


def test_a_question_asked_again_is_scrolled_to_again(harbour: Served, visit: Visit) -> None:
    page = visit(harbour.url, locale="en-US", viewport=PHONE)
    ask(page, "short")
    answer(page)
    ask(page, "long")
    answer(page, turn=2)
    with answered_anew(page, 2):
        page.locator('#turn2 [data-act="ask"]').click()
    assert_in_view(page, 2)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_sources_push_the_next_turn_no_further_than_their_answer_is_high(
    served: Served, visit: Visit, viewport: ViewportSize
) -> None:
    page = visit(served.url, locale="zh-CN", viewport=viewport)
    ask(page, "Why did Apple choose Alibaba?")
    answer(page)
    assert page.locator("#turn1-sources.rag-folded").count() == 0, (
        "the newest answer shows them all"
    )
    ask(page, "weather?")
    answer(page, turn=2)
    answered_at = box_of(page, "#turn1 .rag-answer")
    first = box_of(page, "#turn1-sources .rag-card >> nth=0")
    sources = box_of(page, "#turn1-sources")
    most = answered_at["height"] * (2 if viewport is DESK else 1)
    assert sources["height"] <= max(most, bottom(first) - sources["y"]) + 2
    actions = box_of(page, "#turn1 .rag-actions")
    if viewport is PHONE:
        assert actions["y"] >= bottom(sources)
        page.locator("#turn1-sources [data-unfold]").click()
        assert box_of(page, "#turn1-sources")["height"] > sources["height"]
        expect(page.locator("#turn1-sources.rag-folded")).to_have_count(0)


def test_what_is_stopped_or_fails_is_in_view(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US", viewport=PHONE)
    ask(page, "Why did Apple choose Alibaba?")
    answer(page)
    served.assistant.gate.clear()
    ask(page, "Why did Apple choose Alibaba, slowly?")
    expect(page.locator("#turn2 .rag-draft")).to_be_visible()
    page.locator("#rag-stop").click()
    expect(page.locator("#turn2 .rag-notice")).to_be_visible()
    assert_in_view(page, 2)
    ask(page, "down?")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_in_view(page, 3)
    served.assistant.gate.set()


def test_what_the_keyboard_goes_to_is_not_behind_the_question_box(
    harbour: Served, visit: Visit
) -> None:
    page = visit(harbour.url, locale="en-US", viewport=PHONE)
    ask(page, "long")
    answer(page)
    page.locator('#turn1 [data-act="ask"]').focus()
    button_at = box_of(page, '#turn1 [data-act="ask"]')
    assert bottom(button_at) <= box_of(page, "#rag-composer")["y"]


def test_a_question_of_many_lines_leaves_room_for_its_answer(harbour: Served, visit: Visit) -> None:
    page = visit(harbour.url, locale="en-US", viewport=PHONE)
    ask(page, "short")
    answer(page)
    ask(page, "How many piers are there, and why? " * 100)
    answer(page, turn=2)
    assert_in_view(page, 2)
    # The whole of it can be read, with the keyboard as well.
    page.locator("#turn2 .rag-question").focus()
    page.keyboard.press("End")
    page.wait_for_function("document.querySelector('#turn2 .rag-question').scrollTop > 100")


def test_labels_in_the_question_box_hide_no_answer(visit: Visit) -> None:
    """The box is higher then: the room above it is measured, not known beforehand."""
    with serving(ScriptedAssistant(seed_articles(), made)) as harbour:
        page = visit(harbour.url, locale="zh-CN", viewport=PHONE)
        page.locator(".rag-outlet").first.click()
        expect(page.locator(".rag-label")).to_be_visible()
        for turn in (1, 2, 3):
            ask(page, "short")
            answer(page, turn)
            assert_in_view(page, turn)
        page.close()
