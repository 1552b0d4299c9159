"""The page in a real browser, before a scripted assistant."""

from __future__ import annotations

import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from rag.config import MAX_QUESTION_CHARACTERS, Config
from rag.errors import ConfigError
from rag.models.embedder import Embedder
from rag.page import texts as head_texts
from rag.page.chat.texts import Texts, texts
from rag.page.guard import MAX_BODY_BYTES
from rag.page.scope.texts import EN as SCOPE_EN
from rag.page.serving import listen, serve
from rag.types import Answer, Event, TimeFrame

from .chat.test_rendering import HOSTILE
from .conftest import Served, Visit, reload, serving
from .scripted import ScriptedAssistant, answered, cite, claim, made_document

EN, ZH = texts("en"), texts("zh")


def ask(page: Page, question: str) -> None:
    page.locator("#rag-question textarea").fill(question)
    page.keyboard.press("Enter")


def answer(page: Page, turn: int = 1) -> None:
    """Wait until a turn has its answer and the page is ready for another question."""
    expect(page.locator(f"#turn{turn} .rag-provenance")).to_be_visible()
    expect(page.locator("#rag-ask")).to_be_visible()


@contextmanager
def answered_anew(page: Page, turn: int) -> Iterator[None]:
    """Wait after the block until a turn that was answered before has its new answer."""
    page.locator(f"#turn{turn}").evaluate("turn => turn.setAttribute('data-old', '')")
    yield
    expect(page.locator(f"#turn{turn}[data-old]")).to_have_count(0)
    answer(page, turn)


# --- asking and reading ---------------------------------------------------------------------------


def test_a_question_is_answered_and_its_marker_leads_to_the_source(
    served: Served, visit: Visit
) -> None:
    page = visit(served.url, locale="en-US")
    ask(page, "Why did Apple choose Alibaba?")
    answer(page)
    expect(page.locator(".rag-statement")).to_have_count(4)
    expect(page.locator("#rag-question textarea")).to_have_value("")

    marker = page.get_by_role("link", name=re.compile(r"^Source 2:")).first
    marker.focus()
    page.keyboard.press("Enter")
    source = page.locator("#turn1-source2")
    expect(source).to_have_attribute("data-chosen", "")
    expect(source).to_have_text("苹果与中国的多家公司进行了交谈。")
    expect(source).to_be_focused()
    expect(source).to_be_in_viewport()

    page.locator('.rag-badge[data-goto="turn1-marker2"]').click()
    expect(page.locator("#turn1-marker2")).to_be_focused()


def test_a_whole_article_opens_over_the_page_with_its_evidence_marked(
    served: Served, visit: Visit
) -> None:
    page = visit(served.url, locale="en-US")
    ask(page, "Why did Apple choose Alibaba?")
    answer(page)
    link = page.locator(".rag-original").first
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("href", re.compile("^https://"))
    opener = page.get_by_role("button", name=EN.whole_article).first
    for _ in range(2):  # It can be opened again.
        opener.click()
        reader = page.get_by_role("dialog", name="苹果AI入华为什么选中了阿里？")
        expect(reader.get_by_role("heading", name="阿里应对高并发场景经验丰富")).to_be_visible()
        expect(reader.locator("mark")).to_have_count(2)
        expect(reader.locator("mark").first).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(reader).to_have_count(0)
        expect(opener).to_be_focused()


def test_what_is_unfolded_stays_so_when_the_next_question_is_asked(
    served: Served, visit: Visit
) -> None:
    page = visit(served.url, locale="en-US")
    ask(page, "Why did Apple choose Alibaba?")
    answer(page)
    page.locator(".rag-left-out summary").click()
    ask(page, "weather?")
    answer(page, turn=2)
    expect(page.get_by_text("The number “19%” isn’t in the cited sentence.")).to_be_visible()


def test_a_draft_is_shown_as_one_until_it_is_checked(served: Served, visit: Visit) -> None:
    served.assistant.gate.clear()
    page = visit(served.url, locale="en-US")
    ask(page, "Why did Apple choose Alibaba, slowly?")
    expect(page.locator(".rag-draft")).to_contain_text(EN.draft)
    expect(page.locator(".rag-progress")).to_have_text(EN.stages["writing"])
    ask(page, "weather?")
    expect(page.locator("#rag-composer .rag-hint")).to_have_text(EN.one_at_a_time)
    served.assistant.gate.set()
    answer(page)
    expect(page.locator(".rag-draft")).to_have_count(0)
    expect(page.locator(".rag-turn")).to_have_count(1)
    expect(page.locator("#rag-question textarea")).to_have_value("weather?")


def test_the_reader_can_stop_and_ask_something_else(served: Served, visit: Visit) -> None:
    served.assistant.gate.clear()
    page = visit(served.url, locale="en-US")
    ask(page, "Why did Apple choose Alibaba, slowly?")
    expect(page.locator(".rag-draft")).to_be_visible()
    page.locator("#rag-stop").click()
    expect(page.get_by_text(EN.stopped)).to_be_visible()
    expect(page.locator(".rag-draft")).to_have_count(0)
    ask(page, "weather?")  # The model of the first question still hangs.
    answer(page, turn=2)
    served.assistant.gate.set()
    expect(page.locator("#turn1")).to_contain_text(EN.stopped)
    assert served.assistant.histories[-1] == ("weather?", ())


def test_an_abstention_names_the_nearest_articles(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="zh-CN")
    ask(page, "迪拜天气怎么样？")
    answer(page)
    expect(page.locator("#turn1")).to_contain_text("迪拜的天气")
    expect(page.locator(".rag-nearest li")).to_have_count(2)
    expect(page.locator(".rag-sources")).to_have_count(0)


def test_the_first_view_says_what_is_loaded_and_leads_there(
    seeds_index: Path, embedder: Embedder, visit: Visit
) -> None:
    assistant = Assistant.open(Config(index=seeds_index), embedder=embedder)
    with serving(assistant, library=assistant.library, editable=False) as served:
        page = visit(served.url, locale="en-US", viewport={"width": 1280, "height": 860})
        expect(page.locator("html")).to_have_attribute("lang", "en")
        told = page.locator(".rag-loaded")
        expect(told).to_contain_text("5 articles · 5 outlets · 2025-02-13 – 2025-02-14 · Chinese")
        told.get_by_role("button").click()
        expect(page.get_by_role("tab", name="Articles")).to_have_attribute("aria-selected", "true")
        page.get_by_role("tab", name="Ask", exact=True).click()
        # The box stands at the end of the view from the beginning, and never moves.
        before = page.locator("#rag-composer").bounding_box()
        ask(page, "Why did Apple choose Alibaba?")
        answer(page)
        after = page.locator("#rag-composer").bounding_box()
        assert before
        assert after
        assert before["y"] + before["height"] == pytest.approx(860, abs=1)
        assert after["y"] + after["height"] == pytest.approx(860, abs=1)
        # Quotations look like quotations: a mark, the outlet, the day, and no tick.
        first = page.locator('.rag-statement[data-kind="quotation"]').first
        expect(first.locator(".rag-sign")).to_have_text("“")
        expect(first.locator(".rag-said")).to_contain_text("2025-02-1")
        expect(page.locator(".rag-sign", has_text="✓")).to_have_count(0)
        page.get_by_role("button", name="Answer in English").click()
        settings = page.get_by_role("tab", name="Settings")
        expect(settings).to_have_attribute("aria-selected", "true")
        page.locator("#rag-language").get_by_text("中文", exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.close()


@pytest.mark.parametrize(("locale", "words"), [("zh-CN", ZH), ("en-GB", EN)])
def test_an_example_is_one_click_and_errors_are_one_line(
    served: Served, visit: Visit, locale: str, words: Texts
) -> None:
    page = visit(served.url, locale=locale)
    box = page.locator("#rag-question textarea")
    expect(box).to_have_attribute("maxlength", str(MAX_QUESTION_CHARACTERS))
    ask(page, "   ")
    expect(page.locator("#rag-composer .rag-hint")).to_have_text(words.question_empty)
    # Examples are in the language of the page.
    own = ["苹果为什么选择阿里？", "Why did Apple choose Alibaba?"]
    example, other = own if words is ZH else reversed(own)
    expect(page.get_by_role("button", name=other)).to_have_count(0)
    page.get_by_role("button", name=example).click()
    answer(page)
    ask(page, "bug")
    expect(page.get_by_role("alert")).to_have_text(words.unexpected)
    expect(page.locator("#rag-ask")).to_be_visible()
    ask(page, "down")
    expect(page.get_by_role("alert").last).to_contain_text("127.0.0.1:9")
    expect(page.locator("body")).not_to_contain_text("Traceback")
    expect(page.locator("body")).not_to_contain_text("secret detail")


def test_the_days_of_the_articles_can_be_set_and_the_answer_says_so(
    served: Served, visit: Visit
) -> None:
    page = visit(served.url, locale="en-US")
    ask(page, "Why did Apple choose Alibaba?")
    answer(page)
    expect(page.locator(".rag-understood").last).to_contain_text(
        "Articles of 2025-02-01 – 2025-02-28 and the days after are preferred (“February”)"
    )
    page.get_by_role("button", name=SCOPE_EN.choose).click()
    page.get_by_label(SCOPE_EN.since, exact=True).fill("2025-02-01")
    page.get_by_label(SCOPE_EN.until, exact=True).fill("2025-02-13")
    expect(page.locator("#rag-only .rag-label")).to_have_text("1–13 Feb 2025 ✕")
    ask(page, "weather?")
    answer(page, turn=2)
    assert served.assistant.time_frames[-1] == TimeFrame(
        start=date(2025, 2, 1), end=date(2025, 2, 13)
    )
    expect(page.locator("#turn2 .rag-understood")).to_have_text(
        "Asked only of 1–13 Feb 2025 (4 of 5 articles)"
    )


# --- readers and languages ------------------------------------------------------------------------


def test_two_readers_have_two_conversations(served: Served, visit: Visit) -> None:
    one = visit(served.url, locale="en-US")
    other = visit(served.url, locale="zh-CN")
    ask(one, "Why did Apple choose Alibaba?")
    answer(one)
    expect(other.locator(".rag-turn")).to_have_count(0)
    ask(other, "苹果为什么选择阿里？")
    answer(other)
    ask(one, "weather?")
    answer(one, turn=2)
    asked = [
        (question, [earlier.question for earlier in history])
        for question, history in served.assistant.histories[-3:]
    ]
    assert asked == [
        ("Why did Apple choose Alibaba?", []),
        ("苹果为什么选择阿里？", []),
        ("weather?", ["Why did Apple choose Alibaba?"]),
    ]
    expect(other.locator(".rag-turn")).to_have_count(1)


def test_the_switch_says_everything_in_the_other_language(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="zh-CN")
    expect(page.locator("h1")).to_have_text(head_texts.ZH.title)
    ask(page, "苹果为什么选择阿里？")
    answer(page)
    expect(page.locator(".rag-left-out summary")).to_have_text(ZH.left_out_one)
    page.get_by_role("button", name=ZH.edit).click()
    expect(page.locator("#rag-composer")).to_contain_text(ZH.editing.format(1))
    page.get_by_text("English", exact=True).click()
    expect(page.locator("h1")).to_have_text(head_texts.EN.title)
    expect(page.locator("#rag-ask")).to_have_text(EN.ask)
    expect(page.locator(".rag-left-out summary")).to_have_text(EN.left_out_one)
    expect(page.locator("#rag-composer")).to_contain_text(EN.editing.format(1))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    reload(page)
    expect(page.locator("#rag-head h1")).to_have_text(head_texts.EN.title)
    expect(page.locator(".rag-left-out summary")).to_have_text(EN.left_out_one)
    page.locator("#rag-new").click()
    expect(page.locator(".rag-turn")).to_have_count(0)


def test_a_phone_needs_no_sideways_scrolling(served: Served, visit: Visit) -> None:
    page = visit(served.url, locale="en-US", viewport={"width": 360, "height": 740})
    ask(page, "Why did Apple choose Alibaba?")
    answer(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#turn1-marker1").click()
    expect(page.locator("#turn1-source1")).to_be_in_viewport()


# --- safety ---------------------------------------------------------------------------------------


def test_hostile_text_runs_nowhere(visit: Visit) -> None:
    """`visit` fails on any dialog; template signs must arrive as they were sent."""
    hostile = made_document(
        f"Before. {HOSTILE} After.", title=HOSTILE, outlet=HOSTILE, url="javascript:alert(1)"
    )

    def script(
        assistant: ScriptedAssistant, question: str, history: Sequence[Answer]
    ) -> Iterator[Event]:
        del assistant, history
        statement = claim(HOSTILE, cite(hostile, HOSTILE, 1))
        yield statement
        yield answered(question, statement)

    with serving(ScriptedAssistant({"made": hostile}, script, HOSTILE)) as served:
        page = visit(served.url, locale="en-US")
        ask(page, HOSTILE)
        answer(page)
        expect(page.locator(".rag-question")).to_have_text(HOSTILE)
        expect(page.locator(".rag-statement")).to_contain_text(HOSTILE)
        expect(page.locator(".rag-card .rag-source-name")).to_have_text(HOSTILE)
        expect(page.locator("#turn1-source1")).to_have_text(HOSTILE)
        expect(page.locator(".rag-privacy")).to_contain_text(HOSTILE)
        expect(page.locator(".rag-original")).to_have_count(0)
        page.locator("#turn1-marker1").click()
        expect(page.locator("#turn1-source1")).to_have_attribute("data-chosen", "")
        page.close()


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str]]:
    request = urllib.request.Request(url, headers=headers)
    # No proxy: the page is on this machine, whatever the environment says.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, {k.lower(): v for k, v in response.headers.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {}


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/file=/etc/passwd",
        "gradio_api/file=http://example.org/",
        "gradio_api/proxy=http://example.org/",
        "gradio_api/upload",
        "gradio_api/runs",
        "gradio_api/call/respond",
        "gradio_api/openapi.json",
        "monitoring",
        "monitoring/summary",
        "docs",
        "openapi.json",
    ],
)
def test_what_the_page_does_not_use_is_closed(served: Served, path: str) -> None:
    assert fetch(served.url + path)[0] == 404


def test_only_local_names_are_answered(served: Served) -> None:
    assert fetch(served.url, Host="evil.example")[0] == 421
    status, headers = fetch(served.url, Host="localhost:1234")
    assert status == 200
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"


def test_what_is_longer_than_the_page_sends_is_not_read(served: Served) -> None:
    address = urlsplit(served.url)
    for length in (f"Content-Length: {MAX_BODY_BYTES + 1}", "Transfer-Encoding: chunked"):
        with socket.create_connection(("127.0.0.1", address.port or 0), timeout=5) as wire:
            request = f"POST /gradio_api/queue/join HTTP/1.1\r\nHost: {address.netloc}\r\n{length}"
            wire.sendall(f"{request}\r\n\r\n".encode())
            assert wire.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_port_in_use_is_a_plain_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}"):
            listen("127.0.0.1", port)


def test_serve_has_its_port_before_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    ready: list[str] = []
    served: list[str] = []

    async def accepts(self: object, sockets: list[socket.socket]) -> None:
        del self
        socket.create_connection(sockets[0].getsockname(), timeout=5).close()
        served.extend(ready)

    monkeypatch.setattr("uvicorn.Server.serve", accepts)
    assistant = ScriptedAssistant({}, lambda *_: iter(()))
    # In a thread: the browser's driver has an event loop running in this one.
    thread = threading.Thread(
        target=serve, args=(assistant,), kwargs={"port": 0, "on_ready": ready.append}
    )
    thread.start()
    thread.join(timeout=120)
    assert len(served) == 1
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", served[0])
