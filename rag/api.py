"""The Python functions, such as `answer`, `answer_all`, `search` and `index`, with async twins.

They work on the index that the environment names (`RAG_INDEX`, else `.rag`), or on that of
`config`. It is opened at the first call and shared by all threads after it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rag.answering.comparison.result import Comparison
from rag.answering.draft import DraftReport
from rag.answering.options import ModelChoice
from rag.assistant import Assistant
from rag.batch.answering import AnsweredRow, OnProgress
from rag.config import Config, FetchConfig, message_language
from rag.errors import ConfigError
from rag.messages import Language
from rag.models.embedder import Embedder
from rag.store.index import current_manifest, first_root, update_index
from rag.store.indexing import made_of_seeds
from rag.store.notices import IndexReport, OnIndexProgress
from rag.types import Answer, SearchResult, Statement
from rag.uploads.library import Library

if TYPE_CHECKING:
    from rag.feeds.keeping import Kept

MOST_OPEN = 8
"""Indexes that stay open at once: the one that was asked least recently is let go first."""
PathLike: TypeAlias = str | os.PathLike[str]

_log = logging.getLogger(__name__)
_lock = threading.RLock()
_opened: OrderedDict[Config, Assistant] = OrderedDict()
# The model is the largest part of an opened index, and the same for most of them.
_embedders: dict[str, Embedder] = {}


def answer(
    question: str,
    history: Sequence[Answer] = (),
    *,
    model: ModelChoice = "configured",
    language: Language | None = None,
    sources: int | None = None,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Answer:
    """Answer a question from the articles of the index, as `Assistant.ask` does.

    Where there is no index and the current folder has a `seeds/` folder, the index is made from it
    first; that may take minutes, and the log says so as a warning. A question that the articles
    don't answer raises nothing: its status is `abstained`.

    Raises what `Assistant.ask` and `Assistant.open` raise, all of them `RagError`s.
    """
    return shared_assistant(config).ask(
        question,
        history,
        model=model,
        language=language,
        sources=sources,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
    )


def answer_all(
    questions: Sequence[str] | PathLike,
    out: PathLike | None = None,
    *,
    column: str | None = None,
    changes: bool = False,
    on_progress: OnProgress | None = None,
    model: ModelChoice = "configured",
    language: Language | None = None,
    sources: int | None = None,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> tuple[AnsweredRow, ...]:
    """Answer many questions, of a list or a file, as `Assistant.answer_all` does."""
    return shared_assistant(config).answer_all(
        questions,
        out,
        column=column,
        changes=changes,
        on_progress=on_progress,
        model=model,
        language=language,
        sources=sources,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
    )


def search(
    question: str,
    k: int = 10,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> tuple[SearchResult, ...]:
    """The `k` passages of the index that fit best, as `Assistant.search` finds them."""
    return shared_assistant(config).search(
        question, k, articles=articles, outlets=outlets, since=since, until=until, today=today
    )


def verify(
    claim: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Statement:
    """Check a sentence against the articles of the index, as `Assistant.verify` does."""
    return shared_assistant(config).verify(
        claim, articles=articles, outlets=outlets, since=since, until=until, today=today
    )


def check_draft(
    draft: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> DraftReport:
    """Check each sentence of a text against the articles, as `Assistant.check_draft` does."""
    return shared_assistant(config).check_draft(
        draft,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
    )


def compare(
    topic: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Comparison:
    """Compare what outlets of the index report on a topic, as `Assistant.compare` does."""
    return shared_assistant(config).compare(
        topic,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
    )


def index(
    paths: PathLike | Sequence[PathLike] = (),
    *,
    rebuild: bool = False,
    ray: bool = False,
    ray_address: str | None = None,
    ray_workers: int | None = None,
    on_progress: OnIndexProgress | None = None,
    config: Config | None = None,
) -> IndexReport:
    """Bring the index up to date with files and folders, and return what was done.

    Without `paths`, it uses those that it follows already. New and changed articles are stored, and
    those whose file is gone are removed. What can't be read is in the report's `failures` and
    stops nothing. `rebuild` makes the index anew. `on_progress` is told how far it is.

    With `ray`, the articles are read and embedded on Ray: by `ray_workers` models on this machine,
    or on the running cluster at `ray_address` ("auto" or "HOST:PORT").

    Raises `ConfigError` for a path that does not exist and for what Ray needs, `IndexBusy` while
    another process writes, `IndexNotWritable`, `IndexMismatch` for an index of another model,
    `EmbedderError`, and `WorkersFailed` if Ray ended too soon.
    """
    config = config or Config.from_environment()
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not all(isinstance(path, str | os.PathLike) and str(path) for path in given):
        raise ConfigError(
            en=f"The paths are {paths!r}: give paths of files or folders.",
            zh=f"路径为 {paths!r}：请给出文件或文件夹的路径。",
        )
    if not ray and (ray_address or ray_workers):
        raise ConfigError(
            en="ray_address and ray_workers are for Ray: give ray=True too.",
            zh="ray_address 和 ray_workers 用于 Ray：请同时给出 ray=True。",
        )
    if ray_workers is not None and ray_workers < 1:
        raise ConfigError(
            en=f"ray_workers is {ray_workers}: give 1 or more.",
            zh=f"ray_workers 为 {ray_workers}：请给出 1 或更大的数。",
        )
    roots = [Path(path) for path in given] or None
    embedder = _embedder(config)
    reading = None
    if ray:
        # Imported here, as few need it.
        from rag.store.ray_reading import RayWorkers, read_on_ray

        reading = read_on_ray(RayWorkers.of(config.embedder, embedder, ray_address, ray_workers))
    return update_index(
        config.index, roots, embedder, on_progress, rebuild=rebuild, reading=reading
    )


def fetch(addresses: str | Sequence[str], *, config: Config | None = None) -> tuple[Kept, ...]:
    """Fetch articles from the web into the index, and return what became of each address, in order.

    An address that gave no article is `refused` or `failed` in its result, with the reason, and
    stops no other. Only public hosts are asked, and those of `RAG_FETCH_ALLOW`. `rag.Feeds` follows
    feeds. Raises `FetchError` if another run is at work or the record of fetched articles can't be
    used, `ConfigError`, and `EmbedderError`.
    """
    # Most callers fetch nothing.
    from rag.feeds.following import Feeds

    config = config or Config.from_environment()
    given = [addresses] if isinstance(addresses, str) else list(addresses)

    def library() -> Library:
        return Library(config.index, _embedder(config))

    feeds = Feeds(config.index, library, FetchConfig.from_environment())
    try:
        return feeds.fetch(given)
    finally:
        feeds.close()


async def aanswer(
    question: str,
    history: Sequence[Answer] = (),
    *,
    model: ModelChoice = "configured",
    language: Language | None = None,
    sources: int | None = None,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Answer:
    """`answer` for async callers: the work happens in a thread, and the event loop stays free."""
    return await asyncio.to_thread(
        answer,
        question,
        history,
        model=model,
        language=language,
        sources=sources,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )


async def aanswer_all(
    questions: Sequence[str] | PathLike,
    out: PathLike | None = None,
    *,
    column: str | None = None,
    changes: bool = False,
    on_progress: OnProgress | None = None,
    model: ModelChoice = "configured",
    language: Language | None = None,
    sources: int | None = None,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> tuple[AnsweredRow, ...]:
    """`answer_all` for async callers; `on_progress` is called in the thread that answers."""
    return await asyncio.to_thread(
        answer_all,
        questions,
        out,
        column=column,
        changes=changes,
        on_progress=on_progress,
        model=model,
        language=language,
        sources=sources,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )


async def asearch(
    question: str,
    k: int = 10,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> tuple[SearchResult, ...]:
    """`search` for async callers."""
    return await asyncio.to_thread(
        search,
        question,
        k,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )


async def averify(
    claim: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Statement:
    """`verify` for async callers."""
    return await asyncio.to_thread(
        verify,
        claim,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )


async def acheck_draft(
    draft: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> DraftReport:
    """`check_draft` for async callers."""
    return await asyncio.to_thread(
        check_draft,
        draft,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )


async def acompare(
    topic: str,
    *,
    articles: Sequence[str] = (),
    outlets: Sequence[str] = (),
    since: date | str | None = None,
    until: date | str | None = None,
    today: date | str | None = None,
    config: Config | None = None,
) -> Comparison:
    """`compare` for async callers."""
    return await asyncio.to_thread(
        compare,
        topic,
        articles=articles,
        outlets=outlets,
        since=since,
        until=until,
        today=today,
        config=config,
    )


async def aindex(
    paths: PathLike | Sequence[PathLike] = (),
    *,
    rebuild: bool = False,
    ray: bool = False,
    ray_address: str | None = None,
    ray_workers: int | None = None,
    on_progress: OnIndexProgress | None = None,
    config: Config | None = None,
) -> IndexReport:
    """`index` for async callers; `on_progress` is called in the thread that indexes."""
    return await asyncio.to_thread(
        index,
        paths,
        rebuild=rebuild,
        ray=ray,
        ray_address=ray_address,
        ray_workers=ray_workers,
        on_progress=on_progress,
        config=config,
    )


async def afetch(
    addresses: str | Sequence[str], *, config: Config | None = None
) -> tuple[Kept, ...]:
    """`fetch` for async callers."""
    return await asyncio.to_thread(fetch, addresses, config=config)


def shared_assistant(config: Config | None) -> Assistant:
    """Opens the index and the models of a config, or returns those that are open."""
    config = config or Config.from_environment()
    with _lock:
        assistant = _opened.get(config)
        if assistant is None:
            assistant = _opened[config] = _open(config)
        _opened.move_to_end(config)
        while len(_opened) > MOST_OPEN:
            _opened.popitem(last=False)
        return assistant


def _embedder(config: Config) -> Embedder:
    """The embedding model of a config, which every opened index of the same model shares."""
    from rag.models.loading import load_embedder

    with _lock:
        if config.embedder not in _embedders:
            _embedders[config.embedder] = load_embedder(config.embedder)
        return _embedders[config.embedder]


def _open(config: Config) -> Assistant:
    """Opens the index, which is made from `seeds/` first where there is none."""
    seeds = first_root(config.index)
    if seeds:
        language = message_language()
        _log.warning(made_of_seeds(config.index).text(language))
        for failure in update_index(config.index, [seeds], _embedder(config)).failures:
            _log.warning("%s: %s", failure.path, failure.reason.text(language))
    # What is wrong with the index is told before the seconds that the model takes to load.
    current_manifest(config.index)
    return Assistant.open(config, embedder=_embedder(config))
