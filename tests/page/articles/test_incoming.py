"""Files on their way: bounded, whole or not at all, and gone when nobody wants them."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx2
import pytest

from rag.page.articles import incoming as incoming_module
from rag.page.articles.incoming import Incoming, Received, discard
from rag.uploads.intake import Upload
from rag.uploads.library import Added, Library, OnStep, Step
from tests.page.conftest import Served
from tests.page.test_page import fetch


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


def received(incoming: Incoming, name: str, *data: bytes, size: int | None = None) -> Received:
    total = sum(map(len, data)) if size is None else size
    token = asyncio.run(incoming.receive(name, total, pieces(*data)))
    [item] = incoming.take([token])
    return item


def test_a_file_is_kept_until_it_is_discarded(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path / "in")
    assert not (tmp_path / "in").exists()
    item = received(incoming, "新闻.md", b"one ", b"two")
    assert item.path is not None
    assert (item.name, item.refusal, item.path.read_bytes()) == ("新闻.md", None, b"one two")
    discard([item])
    assert list((tmp_path / "in").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("a.exe", 3, "of no kind"),
        ("a.md", 5 * 1024**2 + 1, "more than 5 MB"),
        ("a.pdf", 50 * 1024**2 + 1, "more than 50 MB"),
        ("a.zip", 100 * 1024**2 + 1, "more than 100 MB"),
        ("a.md", 2, "did not arrive whole"),
        ("a.md", 4, "did not arrive whole"),
    ],
)
def test_what_can_not_be_taken_is_refused_and_not_kept(
    tmp_path: Path, name: str, size: int, reason: str
) -> None:
    item = received(Incoming(tmp_path / "in"), name, b"x", b"yz", size=size)
    assert item.path is None
    assert item.refusal is not None
    assert reason in item.refusal.en
    assert not any((tmp_path / "in").glob("*"))


def test_one_that_stops_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    incoming = Incoming(tmp_path / "in")

    async def interrupted() -> AsyncIterator[bytes]:
        yield b"half"
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(incoming.receive("a.md", 8, interrupted()))
    assert list((tmp_path / "in").iterdir()) == []
    token = asyncio.run(incoming.receive("a.md", 8, broken()))
    assert incoming.take([token])[0].path is None
    assert list((tmp_path / "in").iterdir()) == []


def test_one_that_stalls_gives_its_room_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming_module, "STALLED_SECONDS", 0.05)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"half"
        await asyncio.sleep(20)

    incoming = Incoming(tmp_path / "in")
    token = asyncio.run(incoming.receive("a.md", 8, stalled()))
    [item] = incoming.take([token])
    assert item.refusal is not None
    assert "did not arrive whole" in item.refusal.en
    assert list((tmp_path / "in").iterdir()) == []


def test_what_waits_is_bounded_and_forgotten_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming_module, "MAX_WAITING_BYTES", 10)
    now = [0.0]
    incoming = Incoming(tmp_path / "in", clock=lambda: now[0])
    first = asyncio.run(incoming.receive("a.md", 8, pieces(b"12345678")))
    refused = received(incoming, "b.md", b"123")
    assert refused.refusal is not None
    assert "has to wait" in refused.refusal.en
    now[0] = incoming_module.WAITING_SECONDS + 1
    kept = received(incoming, "b.md", b"123")
    assert kept.path is not None
    assert incoming.take([first]) == ()
    assert [path for path in (tmp_path / "in").iterdir() if path != kept.path] == []


def test_a_token_opens_one_file_once(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path / "in")
    token = asyncio.run(incoming.receive("a.md", 1, pieces(b"x")))
    assert incoming.take(["../a", "", "0" * 32]) == ()
    assert len(incoming.take([token, token])) == 1
    assert incoming.take([token]) == ()


def post(url: str, **headers: str) -> int:
    request = urllib.request.Request(url + "articles/upload", data=b"x", headers=headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_another_sites_page_can_not_upload_nor_use_the_page(editable: Served) -> None:
    named = {"X-File-Name": quote("港口.md"), "X-File-Size": "1"}
    own = editable.url.rstrip("/")
    assert post(editable.url, **named) == 200
    assert post(editable.url, **named, Origin=own) == 200
    assert post(editable.url, **named, **{"Sec-Fetch-Site": "same-origin"}) == 200
    assert post(editable.url, **named, Origin="https://evil.example") == 403
    assert post(editable.url, **named, Origin="null") == 403
    assert post(editable.url, **named, Origin=own, **{"Sec-Fetch-Site": "same-site"}) == 403
    assert post(editable.url, **named, **{"Sec-Fetch-Site": "cross-site"}) == 403
    # A form or a plain request, which a browser sends without asking, has no such headers.
    assert post(editable.url) == 400
    assert post(editable.url, **{"X-File-Name": "a.md", "X-File-Size": "-1"}) == 400
    # Reading by a link on another site stays possible.
    assert fetch(editable.url, **{"Sec-Fetch-Site": "cross-site"})[0] == 200


def test_a_browser_that_goes_away_leaves_nothing(editable: Served, tmp_path: Path) -> None:
    address = urlsplit(editable.url)
    uploads = tmp_path / "index" / "uploads"
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=5) as wire:
        wire.sendall(
            f"POST /articles/upload HTTP/1.1\r\nHost: {address.netloc}\r\nX-File-Name: a.md\r\n"
            "X-File-Size: 1000\r\nContent-Length: 1000\r\n\r\nhalf".encode()
        )
        end = time.monotonic() + 60
        while not list(uploads.glob(".*/*")) and time.monotonic() < end:
            time.sleep(0.02)
        assert list(uploads.glob(".*/*"))
    end = time.monotonic() + 60
    while list(uploads.glob(".*/*")) and time.monotonic() < end:
        time.sleep(0.02)
    assert list(uploads.glob(".*/*")) == []


def test_a_reader_who_leaves_while_files_are_added_holds_up_nobody(
    editable: Served, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, opened, added = threading.Event(), threading.Event(), threading.Event()

    def slow(uploads: Sequence[Upload], on_step: OnStep, *, outlet: str) -> Added:
        assert outlet == ""
        on_step(Step(stage="checking", done=1))
        assert left.wait(timeout=60)
        on_step(Step(stage="checking", done=2))
        assert opened.wait(timeout=60)
        assert uploads[0].path.read_bytes() == b"# Port"
        added.set()
        return Added(new=("a.md",), replaced=(), same=(), refused=(), hidden=0, error=None)

    monkeypatch.setattr(library, "add", slow)
    with httpx2.Client(base_url=editable.url, trust_env=False, timeout=60) as browser:
        named = {"X-File-Name": "a.md", "X-File-Size": "6"}
        token = browser.post("articles/upload", content=b"# Port", headers=named).text
        events = browser.get("config").json()["dependencies"]
        [number] = [event["id"] for event in events if event["api_name"] == "add"]
        sent = {"tokens": [token], "lost": [], "count": 1}
        browser.post(
            "gradio_api/queue/join",
            json={
                "data": [None, "en", "", "", False, False, None],
                "event_data": sent,
                "fn_index": number,
                "session_hash": "leaver",
            },
        )
        told = {"session_hash": "leaver"}
        with browser.stream("GET", "gradio_api/queue/data", params=told) as steps:
            assert any("process_generating" in line for line in steps.iter_lines())
        try:
            time.sleep(1)  # until the server has seen it
            left.set()
            time.sleep(1)
            assert browser.get("config").status_code == 200
        finally:
            opened.set()
        # What was begun is done to the end.
        assert added.wait(timeout=10)
