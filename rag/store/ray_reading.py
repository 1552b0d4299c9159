"""Read, cut and embed the articles of an indexing run on Ray, on this machine or on a cluster.

A dataset of Ray Data has three stages. Tasks read files, and yield articles as they go, so a file
of a million lines is never in memory as a whole. Actors, each with an embedding model of its own,
cut the articles and embed what is new. The indexing run takes the results in the order of the
files, and it alone writes. Ray runs a task again if its process dies, so nothing is lost.
"""

from __future__ import annotations

import hashlib
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

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigError, EmbedderError, RagError, WorkersFailed, first_line
from rag.ingest.loader import load_documents
from rag.messages import Message
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder
from rag.store.preparing import Cut, Embedded, cut
from rag.store.reading import FileToRead, Item, Reading
from rag.types import Document

_WORKER_THREADS = 2
"""Processors of one worker. Cutting texts uses a single one, so more of them would often wait."""
_BLOCK_BYTES = 256 * 1024
"""About how much text a worker is given at a time: some seconds' work."""
_PART_BYTES = 1024 * 1024
_PART_FILES = 256
_YIELDED_BYTES = 64 * 1024
_STORE_BYTES = 256 * 1024 * 1024
"""The memory that local workers hand over their results in."""

_Batch = dict[str, NDArray[Any]]
_Hashes = NDArray[np.uint64]


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
            by_file = groupby(_told(ray, rows), key=lambda row: row[0])
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
    processors = _processors()
    if ray.is_initialized():
        yield _shares(int(ray.cluster_resources().get("CPU", 1)), settings.workers)
        return
    with tempfile.TemporaryDirectory(prefix="rag-ray-", ignore_cleanup_errors=True) as folder:
        workers, threads = _shares(processors, settings.workers)
        here = {
            "num_cpus": workers * threads,
            "include_dashboard": False,
            "object_store_memory": _STORE_BYTES,
            "_temp_dir": folder,
        }
        try:
            # Else it prints on standard output that a worker died, which nobody need act on.
            ray._private.worker.print_to_stdstream = lambda *_, **__: None
            with _silenced():
                ray.init(
                    address=settings.address or "local",
                    configure_logging=False,
                    log_to_driver=False,
                    **({} if settings.address else here),
                )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
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


def _shares(processors: int, workers: int | None) -> tuple[int, int]:
    """Return the number of workers, and the processors of each."""
    count = workers or max(1, processors // _WORKER_THREADS)
    return count, max(1, min(_WORKER_THREADS, processors // count))


def _processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
    known = ray.put(_Known.of(files, vector_keys()))
    with ray.data.DataContext.current(context):
        parts = [{"part": pickle.dumps(part)} for part in _parts(files)]
        dataset = (
            ray.data.from_items(parts, override_num_blocks=len(parts))
            # Reading needs no processor of its own: workers may have taken them all.
            .map_batches(
                _read_part,
                batch_format="numpy",
                num_cpus=0,
                compute=ray.data.TaskPoolStrategy(size=max(1, workers // 2)),
            )
            .map_batches(
                _Worker,
                batch_format="numpy",
                compute=ray.data.ActorPoolStrategy(size=workers),
                num_cpus=threads,
                fn_constructor_kwargs={
                    "load": settings.load,
                    "fingerprint": settings.fingerprint,
                    "threads": threads,
                    "known": [known],
                },
            )
        )
        batches = iter(dataset.iter_batches(batch_size=None, batch_format="numpy"))
        with closing(batches):  # which ends Ray's work if the run ends early
            for batch in batches:
                for number, data in zip(batch["file"], batch["item"], strict=True):
                    yield int(number), pickle.loads(data)  # noqa: S301 - from this run's workers


def _told(ray: Any, rows: Iterator[tuple[int, object]]) -> Iterator[tuple[int, Any]]:
    """Yield the rows. What a worker refused, and Ray's own failure, is raised as a `RagError`."""
    try:
        for number, item in rows:
            if isinstance(item, _Refused):
                raise EmbedderError(en=item.reason.en, zh=item.reason.zh)
            yield number, item
    except ray.exceptions.RayError as error:
        raise _failed(first_line(error)) from error


# Reading, in tasks.


def _parts(files: list[FileToRead]) -> Iterator[list[tuple[int, Path, Path]]]:
    """Yield the files with their numbers, paths and bases, in parts that one task each reads."""
    part: list[tuple[int, Path, Path]] = []
    size = 0
    for number, file in enumerate(files):
        part.append((number, file.path, file.base))
        size += file.size
        if len(part) >= _PART_FILES or size >= _PART_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _read_part(batch: _Batch) -> Iterator[_Batch]:
    """Yield what the files of a part give, a little at a time."""
    rows: list[tuple[int, bytes]] = []
    size = 0
    for data in batch["part"]:
        for number, path, base in pickle.loads(data):  # noqa: S301 - from this run
            for item in (*load_documents(path, base), None):
                rows.append((number, pickle.dumps(item)))
                size += len(rows[-1][1])
                if size >= _YIELDED_BYTES:
                    yield _batch(rows)
                    rows, size = [], 0
    if rows:
        yield _batch(rows)


def _batch(rows: list[tuple[int, bytes]]) -> _Batch:
    items = np.empty(len(rows), dtype=object)
    items[:] = [item for _, item in rows]
    return {"file": np.array([number for number, _ in rows]), "item": items}


# Cutting and embedding, in actors.


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What workers must know of the index, as the sorted first 64 bits of hashes.

    `articles` did not change since this version of the program read them; `vectors` are stored. If
    two hashes begin alike, the indexing run makes what is then missing.
    """

    articles: _Hashes
    vectors: _Hashes

    @classmethod
    def of(cls, files: Iterable[FileToRead], vector_keys: Iterable[str]) -> _Known:
        """Return what is known of these files, and of the index."""
        articles = (
            _hash_of(document.natural_id, document.content_hash)
            for file in files
            if file.known and file.known.read_by_this_version
            for document in file.known.documents
        )
        return cls(articles=_sorted(articles), vectors=_sorted(map(_first_bits, vector_keys)))


def _sorted(hashes: Iterable[int]) -> _Hashes:
    return np.sort(np.fromiter(hashes, np.uint64))


def _holds(hashes: _Hashes, wanted: int) -> bool:
    place = int(np.searchsorted(hashes, np.uint64(wanted)))
    return place < len(hashes) and int(hashes[place]) == wanted


def _hash_of(natural_id: str, content_hash: str) -> int:
    text = f"{natural_id}\0{content_hash}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])


def _first_bits(vector_key: str) -> int:
    return int(vector_key[:16], 16)


@dataclass(frozen=True, kw_only=True)
class _Refused:
    """A worker can't work: it can't load the model, or has another one."""

    reason: Message


class _Worker:
    """Holds an embedding model, and cuts and embeds the articles that it is given."""

    def __init__(
        self,
        load: Callable[[int | None], Embedder],
        fingerprint: str,
        threads: int,
        known: list[Any],
    ) -> None:
        import ray

        # The tokenizer has threads of its own.
        os.environ.setdefault("RAYON_NUM_THREADS", str(threads))
        self._known: _Known = ray.get(known[0])
        self._refused: _Refused | None = None
        try:
            self._embedder = load(threads if threads < _processors() else None)
        except RagError as error:
            self._refused = _Refused(reason=error.message)
            return
        if self._embedder.fingerprint != fingerprint:
            self._refused = _Refused(reason=_other_model(self._embedder.name))

    def __call__(self, batch: _Batch) -> Iterator[_Batch]:
        """Yield the batch with its articles cut and embedded."""
        if self._refused:
            yield _batch([(int(batch["file"][0]), pickle.dumps(self._refused))])
            return
        items = [pickle.loads(data) for data in batch["item"]]  # noqa: S301 - from this run
        numbers = map(int, batch["file"])
        made = map(pickle.dumps, self._made(items))
        yield _batch(list(zip(numbers, made, strict=True)))

    def _made(self, items: list[Item | None]) -> Iterator[Item | None]:
        """Yield the items; articles that are new or changed are cut, and new passages embedded."""
        cuts = [self._cut(item) if isinstance(item, Document) else None for item in items]
        keys: list[tuple[str, ...]] = []
        texts: dict[str, str] = {}
        for item, parts in zip(items, cuts, strict=True):
            fresh: dict[str, str] = {}
            if isinstance(item, Document) and parts:
                for key, span in zip(parts.keys, parts.spans, strict=True):
                    if key not in texts and not _holds(self._known.vectors, _first_bits(key)):
                        fresh[key] = item.text[span.start : span.end]
            keys.append(tuple(fresh))
            texts |= fresh
        vectors = self._embedder.embed_passages(list(texts.values()))
        done = 0
        for item, parts, own in zip(items, cuts, keys, strict=True):
            if not isinstance(item, Document) or parts is None:
                yield item
                continue
            rows = vectors[done : done + len(own)]
            done += len(own)
            yield Embedded(document=item, cut=parts, keys=own, vectors=rows)

    def _cut(self, document: Document) -> Cut | None:
        """Cut an article, unless it is stored as it is."""
        known = _hash_of(document.doc_id, document.content_hash)
        return None if _holds(self._known.articles, known) else cut(document.text, self._embedder)


# Messages.


def _other_model(name: str) -> Message:
    return Message(
        code="EmbedderError",
        en=f"A worker on the cluster has another embedding model ({name}): install the same version"
        " of this program and the same model on every machine.",
        zh=f"集群中的一个工作进程使用了另一个嵌入模型（{name}）："
        "请在每台机器上安装相同版本的本程序和相同的模型。",
    )


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


def _failed(reason: str) -> WorkersFailed:
    return WorkersFailed(
        en=f"Ray stopped before all was indexed ({reason}): run the same command again, it goes on"
        " where it stopped.",
        zh=f"Ray 在索引完成前停止（{reason}）：请再次运行同一命令，会从中断处继续。",
    )
