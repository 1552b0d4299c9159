"""Read, cut and embed the articles of an indexing run on Ray, on this machine or on a cluster.

A dataset of Ray Data has three stages. Tasks read files, and yield articles as they go, so a file
of a million lines is never in memory as a whole. Actors, each with an embedding model of its own,
cut the articles and embed what is new. The indexing run takes the results in the order of the
files, and it alone writes. Ray runs a task again if its process dies, so nothing is lost.
"""

from __future__ import annotations

import logging
import os
import pickle
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from rag.errors import ConfigError, EmbedderError, WorkersFailed, first_line
from rag.ingest.files import shown
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder
from rag.store.ray_work import (
    Deadly,
    Known,
    Refused,
    Tries,
    Worker,
    parts_of,
    processors,
    read_part,
)
from rag.store.reading import FileToRead, Item, Reading

_WORKER_THREADS = 2
"""Processors of one worker. Cutting texts uses a single one, so more of them would often wait."""
_BLOCK_BYTES = 256 * 1024
"""About how much text a worker is given at a time: some seconds' work."""
_CALLS = 2
"""So many times a worker is called at once: it cuts some articles while it embeds others."""
_TRIES = 5
"""How often a worker may die over the same articles: one of them may end every process."""
_STORE_BYTES = 256 * 1024 * 1024
"""The memory that local workers hand over their results in."""


@dataclass(frozen=True, kw_only=True)
class RayWorkers:
    """How a run uses Ray.

    `load(threads)` loads the embedding model in a worker; None means all processors. `address` is
    that of a running cluster; without one, Ray is started on this machine for the time of the run,
    and listens to nothing but this machine. `workers` is the number of models that embed at the
    same time; by default there is one for every two processors.
    """

    load: Callable[[int | None], Embedder]
    fingerprint: str
    address: str | None = None
    workers: int | None = None

    @classmethod
    def of(
        cls, model: str, embedder: Embedder, address: str | None, workers: int | None
    ) -> RayWorkers:
        """Return the settings for workers that load the model `model`, which `embedder` is here."""
        return cls(
            load=partial(load_embedder, model, None),
            fingerprint=embedder.fingerprint,
            address=address,
            workers=workers,
        )


def read_on_ray(settings: RayWorkers) -> Reading:
    """Return a way of reading that has Ray do it. Raises `ConfigError` without the extra for it.

    Reading raises `ConfigError` if the cluster can't be reached, `EmbedderError` if a worker can't
    load the model of this index, and `WorkersFailed` if Ray gave up.
    """
    if settings.address and "://" in settings.address:
        raise ConfigError(
            en=f"The address {settings.address!r} can't be used: run this on a machine of the"
            " cluster, and give auto or HOST:PORT.",
            zh=f"地址 {settings.address!r} 无法使用：请在集群中的一台机器上运行，"
            "并给出 auto 或 主机:端口。",
        )
    _ray(local=settings.address is None)

    def reading(
        files: Iterable[FileToRead], vector_keys: Callable[[], Iterator[str]]
    ) -> Generator[Iterator[Item], None, None]:
        listed = list(files)
        if not listed:  # nothing changed: Ray need not start
            return
        ray = _ray(local=settings.address is None)
        with (
            _session(ray, settings) as (workers, threads),
            closing(_rows(ray, settings, listed, vector_keys, workers, threads)) as rows,
        ):
            by_file = groupby(_told(ray, rows, listed), key=lambda row: row[0])
            for number, (given, items) in enumerate(by_file):
                if number != given:
                    raise _failed(f"file {number} is missing")
                # Each file ends with a row that is no item, so that one without items has a row.
                yield (item for _, item in items if item is not None)

    return reading


def _ray(*, local: bool) -> Any:
    """Import Ray so that it is silent. Raises `ConfigError` if it is not installed."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    if local:
        # Ray then binds to the loopback address instead of every address of the machine.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        import ray
        import ray.data
    except ImportError:
        raise ConfigError(
            en='Indexing on Ray needs the extra for it: run `pip install "cited-rag[ray]"`.',
            zh='用 Ray 建立索引需要相应扩展：请运行 `pip install "cited-rag[ray]"`。',
        ) from None
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    # A few files can make a single part, whose articles many workers share.
    warnings.filterwarnings("ignore", "The minimum number of concurrent actors", UserWarning)
    return ray


@contextmanager
def _session(ray: Any, settings: RayWorkers) -> Iterator[tuple[int, int]]:
    """Connect to Ray, or start it; yield the number of workers, and the threads of each.

    A connection that the program has already is used, and stays.
    """
    if ray.is_initialized():
        yield _shares(int(ray.cluster_resources().get("CPU", 1)), settings.workers)
        return
    with (
        tempfile.TemporaryDirectory(prefix="rag-ray-", ignore_cleanup_errors=True) as folder,
        # Else it prints on standard output that a worker died, which nobody need act on.
        _replaced(ray._private.worker, "print_to_stdstream", lambda *_, **__: None),
    ):
        workers, threads = _shares(processors(), settings.workers)
        here = {
            "num_cpus": workers * threads,
            "include_dashboard": False,
            "_node_ip_address": "127.0.0.1",
            "object_store_memory": _STORE_BYTES,
            "_temp_dir": folder,
        }
        begin = partial(
            ray.init,
            address=settings.address or "local",
            configure_logging=False,
            log_to_driver=False,
            **({} if settings.address else here),
        )
        try:
            with _silenced():
                try:
                    begin()
                except Exception:
                    # It gives its own processes 30 s to start, which a busy machine may exceed.
                    ray.shutdown()
                    begin()
        except Exception as error:  # that one is a plain `Exception`
            ray.shutdown()
            raise _unreachable(settings.address, error) from error
        try:
            if settings.address:
                total = int(ray.cluster_resources().get("CPU", 1))
                workers, threads = _shares(total, settings.workers)
            yield workers, threads
        finally:
            ray.shutdown()


@contextmanager
def _replaced(module: Any, name: str, value: object) -> Iterator[None]:
    kept = getattr(module, name, None)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, kept)


@contextmanager
def _silenced() -> Iterator[None]:
    """Hide what is written to standard error: Ray tells there, from C++, how it will log."""
    with Path(os.devnull).open("wb") as nothing:
        kept = os.dup(2)
        os.dup2(nothing.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _shares(total: int, workers: int | None) -> tuple[int, int]:
    """Return the number of workers, and the processors of each, out of a total."""
    count = workers or max(1, total // _WORKER_THREADS)
    return count, max(1, min(_WORKER_THREADS, total // count))


def _rows(
    ray: Any,
    settings: RayWorkers,
    files: list[FileToRead],
    vector_keys: Callable[[], Iterator[str]],
    workers: int,
    threads: int,
) -> Generator[tuple[int, object], None, None]:
    """Yield the number of a file and what it gave, or a `RagError` of a worker, in order."""
    context = ray.data.DataContext.get_current().copy()
    context.enable_progress_bars = False
    context.target_max_block_size = _BLOCK_BYTES
    context.execution_options.preserve_order = True
    # What is large and the same for all workers is handed over once for each machine.
    known = ray.put(Known.of(files, vector_keys()))
    with ray.data.DataContext.current(context):
        parts = [{"part": pickle.dumps(part)} for part in parts_of(files)]
        dataset = (
            ray.data.from_items(parts, override_num_blocks=len(parts))
            # Reading needs no processor of its own: workers may have taken them all.
            .map_batches(
                read_part,
                batch_format="numpy",
                num_cpus=0,
                compute=ray.data.TaskPoolStrategy(size=max(1, workers // 2)),
            )
            .map_batches(
                Worker,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(
                    size=workers,
                    max_concurrent_calls_per_actor=_CALLS,
                    enable_true_multi_threading=True,
                ),
                num_cpus=threads,
                fn_constructor_kwargs={
                    "load": settings.load,
                    "fingerprint": settings.fingerprint,
                    "threads": threads,
                    "known": [known],
                    "tries": ray.remote(Tries).options(num_cpus=0).remote(),
                    "most": _TRIES,
                },
            )
        )
        batches = iter(dataset.iter_batches(batch_size=None, batch_format="numpy"))
        with closing(batches):  # which ends Ray's work if the run ends early
            for batch in batches:
                for number, data in zip(batch["file"], batch["item"], strict=True):
                    yield int(number), pickle.loads(data)  # noqa: S301 - from this run's workers


def _told(
    ray: Any, rows: Iterator[tuple[int, object]], files: list[FileToRead]
) -> Iterator[tuple[int, Any]]:
    """Yield the rows. What a worker refused, and Ray's own failure, is raised as a `RagError`."""
    try:
        for number, item in rows:
            if isinstance(item, Refused):
                raise EmbedderError(en=item.reason.en, zh=item.reason.zh)
            if isinstance(item, Deadly):
                raise _deadly(shown(str(files[number].path)))
            yield number, item
    except ray.exceptions.RayError as error:
        raise _failed(first_line(error)) from error


# Messages.


def _unreachable(address: str | None, error: Exception) -> ConfigError:
    reason = first_line(error)
    if address is None:
        return ConfigError(
            en=f"Ray can't start on this machine ({reason}): index without --ray.",
            zh=f"Ray 无法在本机启动（{reason}）：请不加 --ray 建立索引。",
        )
    return ConfigError(
        en=f"The Ray cluster {address!r} can't be used ({reason}): check the address, and that it"
        " runs the same versions of Python and Ray.",
        zh=f"Ray 集群 {address!r} 无法使用（{reason}）：请检查地址，"
        "并确认其 Python 和 Ray 的版本与本机相同。",
    )


def _deadly(path: str) -> WorkersFailed:
    return WorkersFailed(
        en=f"Each worker that was given the articles of {path} died: move the file away, or give"
        " Ray a machine with more memory.",
        zh=f"处理 {path} 中文章的每个工作进程都意外结束：请移走该文件，或给 Ray 内存更大的机器。",
    )


def _failed(reason: str) -> WorkersFailed:
    return WorkersFailed(
        en=f"Ray stopped before all was indexed ({reason}): run the same command again, it goes on"
        " where it stopped.",
        zh=f"Ray 在索引完成前停止（{reason}）：请再次运行同一命令，会从中断处继续。",
    )
