"""Examine every part, one after the other. Each finding is there as soon as it is made."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from rag.config import PAGE_PORT, Config, PageConfig, cache_folder
from rag.doctor import machine, models, packages, storage
from rag.doctor.finding import Finding, failed, good, trouble
from rag.errors import RagError

_OTHERS = ("OPENAI_BASE_URL", "OPENAI_API_KEY")

_Settings = TypeVar("_Settings")


def examine(environment: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Yield the findings. Nothing is changed, and the bundled models are not fetched or prepared.

    Another embedding model is loaded as for any command. The chat model, if one is configured, is
    asked for one word.
    """
    env = os.environ if environment is None else environment
    yield machine.python()
    yield machine.system()
    yield machine.memory()
    yield packages.packages()
    yield packages.extras()
    finding, config, page = _settings(env)
    yield finding
    finding, embedder = models.embedder(config)
    yield finding
    yield models.reader(config, embedder)
    yield storage.cache(cache_folder())
    yield storage.index(config.index, embedder)
    yield machine.disk(*dict.fromkeys((config.index, cache_folder())))
    yield machine.proxies(env)
    yield models.chat_model(config.chat_model)
    yield models.local_servers(page.local_endpoints)
    yield port(PAGE_PORT)


def _settings(env: Mapping[str, str]) -> tuple[Finding, Config, PageConfig]:
    """Return the settings, and what is wrong with them. What can't be used has its default."""
    config, wrong = _read(Config.from_environment, env, Config())
    page, wrong_of_page = _read(PageConfig.from_environment, env, PageConfig())
    if error := wrong or wrong_of_page:
        return failed("settings", error), config, page
    names = sorted(name for name in env if name.startswith("RAG_") or name in _OTHERS)
    return good("settings", ", ".join(names) or "–", facts={"variables": names}), config, page


def _read(
    reading: Callable[[Mapping[str, str]], _Settings], env: Mapping[str, str], default: _Settings
) -> tuple[_Settings, RagError | None]:
    try:
        return reading(env), None
    except RagError as error:
        return default, error


def port(number: int) -> Finding:
    """Return if the page can have its usual port on this machine."""
    try:
        socket.create_server(("127.0.0.1", number)).close()
    except OSError:
        return trouble(
            "port",
            f"{number}, the page's, is in use",
            f"页面的端口 {number} 已被占用",
            remedy=(
                f"the page may be open already at http://127.0.0.1:{number}; or run"
                " `rag chat --port 0`",
                f"页面可能已在 http://127.0.0.1:{number} 打开；或运行 `rag chat --port 0`",
            ),
            level="note",
        )
    return good("port", f"{number} is free for the page", f"页面的端口 {number} 空闲")
