"""Measure the time from the start of a process to an answer, the help, or the page.

    python benchmarks/cold_start.py [--rounds R] [--json OUT]

It uses a temporary folder with an index of `seeds/` and warm caches. In turns it measures `rag ask`
until its answer is printed, `rag --help`, `rag chat` until its page answers, and for comparison a
bare `import sentence_transformers`.

`--first` also measures the very first `rag ask` with an empty cache: unpacking and exporting the
embedding model, and indexing.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "why did Apple choose Alibaba"
RAG = [sys.executable, "-c", "from rag.cli import main; main()"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--first", action="store_true", help="also measure the very first run")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("RAG_")},
            "PYTHONPATH": str(ROOT),
        }
        (folder / "seeds").symlink_to(ROOT / "seeds")
        result: dict[str, object] = {"cores": os.cpu_count(), "rounds": options.rounds}
        if options.first:
            empty = {**environment, "XDG_CACHE_HOME": str(folder / "cache")}
            result["first_ask_seconds"] = round(run([*RAG, "ask", QUESTION], folder, empty), 2)
        run([*RAG, "ask", QUESTION], folder, environment)
        times: dict[str, list[float]] = {"ask": [], "help": [], "page": [], "import": []}
        for _ in range(options.rounds):
            times["ask"].append(run([*RAG, "ask", QUESTION], folder, environment))
            times["help"].append(run([*RAG, "--help"], folder, environment))
            times["page"].append(page(folder, environment))
            bare = [sys.executable, "-c", "import sentence_transformers"]
            times["import"].append(run(bare, folder, environment))
    for name, values in times.items():
        result[f"{name}_seconds"] = spread(values)
    ratios = [a / b for a, b in zip(times["ask"], times["import"], strict=True)]
    result["ask_to_import"] = spread(ratios)
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0


def run(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """Return the seconds until the last output, or until the end if there is no output."""
    started = last = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        while os.read(process.stdout.fileno(), 65536):
            last = time.perf_counter()
    if process.returncode:
        sys.exit(f"{command} failed")
    return (last if last > started else time.perf_counter()) - started


def page(folder: Path, environment: dict[str, str]) -> float:
    """Return the seconds until the whole page is served."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    started = time.perf_counter()
    command = [*RAG, "chat", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            while server.poll() is None:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as reply:
                        reply.read()
                    return time.perf_counter() - started
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.02)
        finally:
            server.terminate()
    sys.exit("the page did not start")


def spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 2),
        "low": round(min(values), 2),
        "high": round(max(values), 2),
    }


if __name__ == "__main__":
    sys.exit(main())
