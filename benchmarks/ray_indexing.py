"""Compare indexing on Ray with indexing in one process, on this machine.

    python -m benchmarks.ray_indexing SETS/crud_news_zh --articles 1500 [--rounds 1]

Each round makes a new index of the same articles four times: in this process, with 1 and with 2 Ray
workers, and with 2 of which one is killed in the middle. "Start" is the time until the first
article comes: Ray starts, the workers load their models, and the first articles are embedded. The
rows of all indexes are compared.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.collection import read_documents
from rag.config import BUNDLED_EMBEDDER
from rag.ingest.json_lines import to_line
from rag.models.embedder import Embedder
from rag.models.loading import load_embedder
from rag.store.database import connect
from rag.store.indexing import update_index
from rag.store.ray_reading import RayWorkers, read_on_ray
from rag.store.reading import FileToRead, Item, Reading, read_here

_FILES = 4
_RUNS: dict[str, tuple[int, bool]] = {
    "in one process": (0, False),
    "1 worker": (1, False),
    "2 workers": (2, False),
    "2 workers, one killed": (2, True),
}


@dataclass
class Timed:
    """A way of reading that notes when the first article came, and may then kill a worker."""

    reading: Reading
    kill: bool
    first: float = 0

    def __call__(
        self, files: Iterable[FileToRead], vector_keys: Callable[[], Iterator[str]]
    ) -> Generator[Iterator[Item], None, None]:
        for items in self.reading(files, vector_keys):
            yield self._noted(items)

    def _noted(self, items: Iterator[Item]) -> Iterator[Item]:
        for item in items:
            if not self.first:
                self.first = time.perf_counter()
                if self.kill:
                    threading.Timer(1, _kill_a_worker).start()
            yield item


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("set", type=Path)
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    embedder = load_embedder(BUNDLED_EMBEDDER)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles = folder / "articles"
        _write(articles, arguments.set, arguments.articles)
        for number in range(arguments.rounds):
            indexes = []
            plain = 0.0
            for kind, (workers, kill) in _RUNS.items():
                index = folder / f"{number} {kind}"
                passages, seconds, start = _measure(index, articles, embedder, workers, kill)
                plain = plain or seconds
                indexes.append(_rows(index))
                print(
                    f"{kind}: {passages} passages, {seconds:.1f} s ({seconds / plain:.2f}), start"
                    f" {start:.1f} s, without it {(seconds - start) / plain:.2f};"
                    f" load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )
            print("same rows:", all(rows == indexes[0] for rows in indexes))
    return 0


def _write(articles: Path, source: Path, count: int) -> None:
    """Write the first articles of a set into a few JSON Lines files."""
    articles.mkdir()
    documents = read_documents(source)[:count]
    for number in range(_FILES):
        lines = (to_line(d) for d in documents[number::_FILES])
        (articles / f"{number}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _measure(
    index: Path, articles: Path, embedder: Embedder, workers: int, kill: bool
) -> tuple[int, float, float]:
    """The passages, the seconds of the run, and those until the first article came."""
    reading = read_here
    if workers:
        reading = read_on_ray(RayWorkers.of(BUNDLED_EMBEDDER, embedder, None, workers))
    timed = Timed(reading, kill)
    begin = time.perf_counter()
    report = update_index(index, [articles], embedder, reading=timed)
    end = time.perf_counter()
    return report.passages_embedded, end - begin, timed.first - begin


def _kill_a_worker() -> None:
    """Kill one of the processes that this one's Ray embeds in."""
    for path in sorted(Path("/proc").glob("[0-9]*/cmdline")):
        try:
            ours = path.read_bytes().startswith(b"ray::MapWorker(MapBatches(Worker))")
        except OSError:
            continue
        if ours:
            os.kill(int(path.parent.name), signal.SIGKILL)
            print("killed", path.parent.name, flush=True)
            return
    print("no worker was found to kill", flush=True)


def _rows(index: Path) -> list[tuple[object, ...]]:
    with connect(index) as connection:
        return connection.execute(
            "SELECT doc_id, start, end, vector_key, passages.terms, vector FROM passages"
            " JOIN vectors USING (vector_key) ORDER BY 1, 2"
        ).fetchall()


if __name__ == "__main__":
    raise SystemExit(main())
