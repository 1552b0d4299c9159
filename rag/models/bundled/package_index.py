"""Find a wheel in the package index that pip uses here, without running pip.

An environment that uv made has no pip. So pip's settings are read from its variables and files, and
the index is asked by the simple API (PEP 503 and PEP 691), which every mirror has.
"""

from __future__ import annotations

import configparser
import importlib.util
import json
import os
import re
import ssl
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx2
import platformdirs

from rag.config import WeightsConfig

_MOST_BYTES = 8 << 20  # of a page of the index
_PATIENCE = httpx2.Timeout(60.0, connect=10.0)
_ACCEPT = (
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
    "text/html;q=0.1"
)
# How pip's own source names the index that it uses without any setting.
_DEFAULT = re.compile(r"\bPyPI\s*=\s*PackageIndex\(\s*[\"'](https://[^\"']+)")
_SOURCE = "pip/_internal/models/index.py"


class NotInIndex(Exception):
    """Raised if the index has no such file, or can't be told, with the reason in one line."""


@dataclass(frozen=True, kw_only=True)
class IndexFile:
    """A file of the index. `sha256` (hex) is None if the index does not name it."""

    url: str
    sha256: str | None


def open_client(config: WeightsConfig) -> httpx2.Client:
    """Return a client that trusts the authorities which pip trusts, and uses the proxies."""
    certificates = config.certificates or _setting(config, "cert")
    verify: ssl.SSLContext | bool = True
    if certificates and Path(certificates).is_file():
        verify = ssl.create_default_context(cafile=certificates)
    return httpx2.Client(verify=verify, timeout=_PATIENCE, follow_redirects=True)


def index_address(config: WeightsConfig) -> str:
    """Return the address of the index that pip uses here. Raises `NotInIndex` if it is unknown."""
    address = config.index or _setting(config, "index-url") or _default_index()
    if address is None:
        raise NotInIndex("no package index is known here")
    return address


def find_file(client: httpx2.Client, index: str, package: str, name: str) -> IndexFile:
    """Return the file `name` of `package` in the index.

    Raises `NotInIndex`, or `httpx2.HTTPError` if the index can't be reached.
    """
    address = f"{index.rstrip('/')}/{package}/"
    with client.stream("GET", address, headers={"Accept": _ACCEPT}) as reply:
        if reply.status_code != HTTPStatus.OK:
            raise NotInIndex(f"HTTP {reply.status_code} for {package}")
        body = b""
        for part in reply.iter_bytes():
            body += part
            if len(body) > _MOST_BYTES:
                raise NotInIndex(f"the page of {package} is too long")
        found = _by_json if "json" in reply.headers.get("Content-Type", "") else _by_html
        base = str(reply.url)
    for link, sha256 in found(body):
        url, _ = urldefrag(urljoin(base, link))
        if urlsplit(url).path.rpartition("/")[2] == name:
            return IndexFile(url=url, sha256=sha256)
    raise NotInIndex(f"it has no {name}")


def _by_json(body: bytes) -> Iterator[tuple[str, str | None]]:
    try:
        files: Any = json.loads(body)["files"]
        for file in files:
            yield str(file["url"]), (file.get("hashes") or {}).get("sha256")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotInIndex("its answer is no page of an index") from error


def _by_html(body: bytes) -> Iterator[tuple[str, str | None]]:
    links: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            links.extend(
                value for key, value in attributes if (tag, key) == ("a", "href") and value
            )

    Links().feed(body.decode("utf-8", "replace"))
    for link in links:
        kind, _, value = urldefrag(link).fragment.partition("=")
        yield link, value if kind == "sha256" else None


def _setting(config: WeightsConfig, name: str) -> str | None:
    """Return a setting of pip's files. A later file, and a special section, go before."""
    value = None
    for path in _pip_files(config):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, OSError, ValueError):
            continue
        for section in ("global", "download", "install"):
            value = parser.get(section, name, fallback=value)
    return value.strip() if value else None


def _pip_files(config: WeightsConfig) -> list[Path]:
    """Return the places of pip's files: the machine's, the user's and the environment's."""
    name = "pip.ini" if os.name == "nt" else "pip.conf"
    folders = [*map(Path, platformdirs.site_config_dir("pip", multipath=True).split(os.pathsep))]
    if os.name != "nt":
        folders.append(Path("/etc"))
    folders += [Path.home() / (".pip" if os.name != "nt" else "pip")]
    folders += [platformdirs.user_config_path("pip", appauthor=False, roaming=True)]
    folders += [Path.home() / ".config" / "pip", Path(sys.prefix)]
    named = [Path(config.pip_file)] if config.pip_file else []
    return [*(folder / name for folder in folders), *named]


def _default_index() -> str | None:
    """Return the index that pip uses without settings, by its source, which is only read."""
    for text in _pip_sources():
        if found := _DEFAULT.search(text):
            return f"{found[1].rstrip('/')}/simple"
    return None


def _pip_sources() -> Iterator[str]:
    """Yield the source of each pip here: installed, in the base environment, kept for new ones."""
    bundled = importlib.util.find_spec("ensurepip")
    installed = [*map(Path, sys.path), *Path(sys.base_prefix).glob("lib/python3*/site-packages")]
    for folder in [*installed, Path(sys.base_prefix) / "Lib" / "site-packages"]:
        path = folder / _SOURCE
        if path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace")
    folders = [Path(str(sysconfig.get_config_var("WHEEL_PKG_DIR")))]
    folders += [
        Path(path) / "_bundled" for path in (bundled and bundled.submodule_search_locations) or ()
    ]
    for wheel in (wheel for folder in folders for wheel in folder.glob("pip-*.whl")):
        try:
            with zipfile.ZipFile(wheel) as archive:
                yield archive.read(_SOURCE).decode("utf-8", "replace")
        except (OSError, KeyError, zipfile.BadZipFile):
            continue
