"""Open an index for the commands, bring it up to date, and show what changed."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import BUNDLED_EMBEDDER, Config, shown_index
from rag.errors import RagError
from rag.progress_bars import index_progress, model_progress
from rag.terminal import LANGUAGE, err, local, print_error, print_json, print_report

# Imported only where they are used, so that a command that needs no model starts at once.
if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.messages import Message
    from rag.models.embedder import Embedder
    from rag.models.reader import Reader
    from rag.store.notices import IndexReport
    from rag.store.reading import Reading


def open_assistant() -> Assistant:
    """Open the configured index.

    If there is none, build it from the folder `seeds/`, if it exists.
    """
    from rag.store.index import first_root, read_status
    from rag.store.indexing import made_of_seeds

    config = Config.from_environment()
    seeds = first_root(config.index)
    if seeds:
        print_error(made_of_seeds(config.index).text(LANGUAGE))
        print_report(index_folders(config, [seeds], prepared_embedder(config)), to=err)
    # The model takes seconds to load. Report a broken index before that.
    read_status(config.index)
    with ThreadPoolExecutor(1) as pool:
        # Loading the models leaves Python free to import the rest meanwhile.
        loading = pool.submit(_models, config)
        from rag.assistant import Assistant

        embedder, reader = loading.result()
    return Assistant.open(config, embedder=embedder, reader=reader)


def _models(config: Config) -> tuple[Embedder, tuple[Reader | None, Message | None]]:
    from rag.models.loading import load_reader

    embedder = prepared_embedder(config)
    return embedder, load_reader(config.reader, embedder)


def index_folders(
    config: Config,
    roots: list[Path] | None,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    files: Collection[Path] | None = None,
    reading: Reading | None = None,
) -> IndexReport:
    """Bring the index up to date and show the progress.

    If `roots` is None, the folders that the index already follows are used. `reading` reads the
    files, by default in this process.
    """
    from rag.store.index import update_index

    with index_progress() as advance:
        return update_index(
            config.index,
            roots or None,
            embedder,
            advance,
            rebuild=rebuild,
            files=files,
            reading=reading,
        )


def reading_with(
    config: Config, embedder: Embedder, address: str | None, workers: int | None
) -> Reading:
    """Return a way of reading files that uses Ray. Raises `ConfigError` if it can't be used."""
    from rag.store.ray_reading import RayWorkers, read_on_ray

    return read_on_ray(RayWorkers.of(config.embedder, embedder, address, workers))


def show_report(report: IndexReport, config: Config, *, as_json: bool) -> None:
    """Print the result of an indexing run, as text or as JSON."""
    if as_json:
        print_json({**asdict(report), "index": shown_index(config.index)})
    else:
        print_report(report)


def follow(config: Config, embedder: Embedder, *, as_json: bool) -> None:
    """Index each change when it happens, until Ctrl-C."""
    from rag.store.indexing import changes, known_roots

    print_error(local("Following changes. Press Ctrl-C to stop.", "正在跟踪变化，按 Ctrl-C 停止。"))
    for files in changes(lambda: known_roots(config.index), config.index):
        try:
            report = index_folders(config, None, embedder, files=files)
        except RagError as error:
            # A later change may succeed: another process was writing, or the disk was full.
            print_error(error.message.text(LANGUAGE), style="red")
            continue
        if report.added or report.changed or report.moved or report.removed:
            show_report(report, config, as_json=as_json)


def prepared_embedder(config: Config) -> Embedder:
    """Load the embedding model. Fetching and preparing it, once, shows the progress."""
    from rag.models.loading import load_embedder, older_forms

    older = config.embedder == BUNDLED_EMBEDDER and bool(older_forms())
    with model_progress(older=older) as advance:
        embedder = load_embedder(config.embedder, advance)
    if embedder.notice:
        print_error(embedder.notice.text(LANGUAGE), style="yellow")
    return embedder


def prepare() -> None:
    """Fetch and prepare the models, for a machine that will be offline."""
    from rag.config import cache_folder
    from rag.models.loading import load_reader

    config = Config.from_environment()
    embedder = prepared_embedder(config)
    _, notice = load_reader(config.reader, embedder)
    if notice is not None:
        print_error(notice.text(LANGUAGE), style="yellow")
    folder = cache_folder()
    print_error(
        local(
            f"The models are ready in {folder}; nothing more is fetched.",
            f"模型已在 {folder} 中就绪，之后无需再下载。",
        )
    )
