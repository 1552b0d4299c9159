"""Measure an install as a user has it: sizes, and the time to the first answer.

    python benchmarks/install_size.py ENVIRONMENT [--json OUT]

ENVIRONMENT is the folder of a virtual environment with the program. The first answer is asked for
in a new folder with a copy of the seeds and an empty cache, so the weights are fetched and the
model is built; the second in the same folder. Sizes are in MB of 10^6 bytes, as on disk after both,
and memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "why did Apple choose Alibaba"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("environment", type=Path, help="folder of a virtual environment")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    environment: Path = options.environment.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        work, cache = Path(scratch) / "work", Path(scratch) / "cache"
        shutil.copytree(ROOT / "seeds", work / "seeds")
        first, memory = ask(environment, work, cache)
        second, _ = ask(environment, work, cache)
        result = {
            "environment_mb": megabytes(environment),
            "cache_mb": megabytes(cache),
            "first_answer_s": first,
            "first_answer_peak_mb": memory,
            "second_answer_s": second,
        }
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0


def ask(environment: Path, work: Path, cache: Path) -> tuple[float, int]:
    """Ask the README's question, and return the seconds and the peak of memory in MB so far."""
    variables = {**os.environ, "XDG_CACHE_HOME": str(cache), "LANG": "en_US.UTF-8"}
    for name in ("PYTHONPATH", "RAG_MODEL", "RAG_INDEX"):
        variables.pop(name, None)
    started = time.perf_counter()
    done = subprocess.run(
        [str(environment / "bin" / "rag"), "ask", QUESTION],
        cwd=work,
        env=variables,
        capture_output=True,
        encoding="utf-8",
    )
    seconds = round(time.perf_counter() - started, 1)
    if done.returncode != 0 or "[1]" not in done.stdout:
        sys.exit(f"no answer: {done.stdout}{done.stderr}")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def megabytes(folder: Path) -> int:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return round(sum(path.stat().st_blocks * 512 for path in files) / 1e6)


if __name__ == "__main__":
    sys.exit(main())
