"""The login: nothing is open without it, whatever is asked for."""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from rag.config import Login, PageConfig
from rag.page.guard import PERIOD, TRIES, Gate
from rag.page.serving import is_private
from rag.page.texts import texts
from tests.page.conftest import PATIENCE_MS, Served, serving
from tests.page.scripted import ScriptedAssistant, seed_articles
from tests.page.scripts import news

LOGIN = Login(user="reader", password="pass: 密码")


def header(user: str, password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


RIGHT, WRONG = header("reader", "pass: 密码"), header("reader", "pass")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        b"",
        WRONG,
        header("Reader", "pass: 密码"),
        header("", ""),
        RIGHT.replace(b"Basic", b"Bearer"),
        RIGHT + b"!",
        b"Basic",
        b"Basic \xff\xfe",
        b"Basic " + b"A" * 100_000,
    ],
)
def test_only_the_right_login_is_welcome(authorization: bytes | None) -> None:
    gate = Gate(LOGIN)
    assert gate.decide(authorization, "10.0.0.1") == "unknown"
    assert gate.decide(RIGHT, "10.0.0.1") == "welcome"
    assert gate.decide(RIGHT.replace(b"Basic", b"basic"), "10.0.0.1") == "welcome"


def test_an_address_that_is_wrong_too_often_waits_and_no_other_does() -> None:
    clock = Clock()
    gate = Gate(LOGIN, clock)
    for _ in range(TRIES):
        assert gate.decide(WRONG, "10.0.0.1") == "unknown"
    assert gate.decide(WRONG, "10.0.0.1") == "too many"
    assert gate.decide(RIGHT, "10.0.0.1") == "too many"
    assert gate.decide(RIGHT, "10.0.0.2") == "welcome"
    clock.now += PERIOD
    assert gate.decide(RIGHT, "10.0.0.1") == "welcome"


def test_asking_without_a_password_is_no_try() -> None:
    gate = Gate(LOGIN)
    for _ in range(3 * TRIES):
        assert gate.decide(None, "10.0.0.1") == "unknown"
    assert gate.decide(RIGHT, "10.0.0.1") == "welcome"


@pytest.mark.parametrize(
    ("host", "login", "private"),
    [
        ("127.0.0.1", None, True),
        ("localhost", None, True),
        ("::1", None, True),
        ("0.0.0.0", None, False),
        ("192.168.1.2", None, False),
        ("0.0.0.0", LOGIN, True),
    ],
)
def test_a_page_is_private_on_this_machine_or_behind_a_login(
    host: str, login: Login | None, private: bool
) -> None:
    assert is_private(host, login) is private


# --- on the wire ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded() -> Iterator[Served]:
    assistant = ScriptedAssistant(seed_articles(), news)
    with serving(assistant, config=PageConfig(login=LOGIN, local_endpoints=())) as page:
        yield page


def fetch(url: str, authorization: bytes | None = None, **headers: str) -> tuple[int, str, str]:
    request = urllib.request.Request(url, headers=headers)
    if authorization:
        request.add_header("Authorization", authorization.decode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return response.status, response.read().decode(), ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers.get("www-authenticate", "")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "config",
        "theme.css",
        "favicon.ico",
        "assets/x.js",
        "gradio_api/info",
        "gradio_api/queue/data?session_hash=x",
        "gradio_api/heartbeat/x",
        "gradio_api/file=/etc/passwd",
        "login",
        "token",
        "no/such/page",
    ],
)
def test_nothing_is_open_without_the_login(guarded: Served, path: str) -> None:
    status, body, challenge = fetch(guarded.url + path)
    assert status == 401
    assert challenge.startswith("Basic ")
    assert "password" in body
    assert "密码" in body
    assert "gradio" not in body


def test_who_names_another_address_each_time_is_still_the_same() -> None:
    assistant = ScriptedAssistant({}, news)
    with serving(assistant, config=PageConfig(login=LOGIN, local_endpoints=())) as page:
        named = [{"X-Forwarded-For": f"10.0.0.{n}"} for n in range(TRIES + 1)]
        statuses = [fetch(page.url, WRONG, **headers)[0] for headers in named]
    assert statuses == [401] * TRIES + [429]


def test_the_page_opens_with_the_login_in_a_browser(guarded: Served, browser: Browser) -> None:
    context = browser.new_context(
        locale="zh-CN", http_credentials={"username": LOGIN.user, "password": LOGIN.password}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(guarded.url)
    expect(page.locator("#rag-first")).to_have_count(0)  # The page itself is there.
    expect(page.locator("h1")).to_have_text(texts("zh").title)
    page.locator("#rag-question textarea").fill("迪拜天气怎么样？")
    page.keyboard.press("Enter")
    expect(page.locator("#turn1")).to_contain_text("迪拜的天气")
    context.close()


def test_who_guesses_is_told_to_wait(guarded: Served) -> None:
    """The last of this module: this machine's address is then out for a minute."""
    answers = [fetch(guarded.url, WRONG)[0] for _ in range(TRIES + 1)]
    assert answers == [401] * TRIES + [429]
    status, body, _ = fetch(guarded.url, RIGHT)
    assert status == 429
    assert "wait a minute" in body
    assert "请等一分钟" in body
