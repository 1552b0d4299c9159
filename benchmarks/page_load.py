"""Measure the chat page over a large index: seconds until it is open, answers, and memory.

    python benchmarks/page_load.py ARTICLES QUESTIONS [--most 25] [--index FOLDER]

ARTICLES is a folder or a JSON Lines file that `rag index` reads, QUESTIONS are JSON Lines with the
field `question` (.gz or not). Both processes are the program's own commands, and the questions are
asked in Chromium. Memory is the resident set (VmRSS) in GiB; Linux only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

RAG = [sys.executable, "-c", "from rag.cli import main; main()"]
CHROMIUM = "/usr/bin/chromium"


def resident(process: int, field: str = "VmRSS") -> float:
    """Return the memory of a process, in GiB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(field)]
    return int(line.split()[1]) / 2**20


def questions_of(path: Path, most: int) -> list[str]:
    """Return the first questions of a file."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return [json.loads(line)["question"] for line in text.splitlines()[:most]]


def index(articles: Path) -> None:
    """Index the articles, and print the time and the most memory."""
    begun = time.perf_counter()
    # Its own process, so that its peak is not that of another.
    process = subprocess.Popen([*RAG, "index", str(articles)], stdout=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        time.sleep(0.2)
        try:
            most = max(most, resident(process.pid, "VmHWM"))
        except (OSError, ValueError):
            break
    process.wait()
    print(f"index: {time.perf_counter() - begun:.0f} s, at most {most:.2f} GiB")


def ask(questions: list[str]) -> None:
    """Open the page, ask, and print times and memory."""
    begun = time.perf_counter()
    page = subprocess.Popen([*RAG, "chat", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert page.stderr
    address = next(line for line in page.stderr if "http://" in line).split()[-1]
    print(f"page open after {time.perf_counter() - begun:.1f} s, {resident(page.pid):.2f} GiB")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        view = browser.new_page(locale="en-US")
        view.goto(address)
        view.wait_for_selector("#rag-first", state="detached")
        taken = []
        for number, question in enumerate(questions, 1):
            view.fill("#rag-question textarea", question)
            sent = time.perf_counter()
            view.keyboard.press("Enter")
            done = [f"#turn{number} {part}" for part in (".rag-provenance", ".rag-refusal")]
            view.wait_for_selector(", ".join(done), state="attached", timeout=120_000)
            taken.append(time.perf_counter() - sent)
            view.wait_for_selector("#rag-ask", state="visible")
    print(
        f"first answer {taken[0]:.2f} s, median of the others {statistics.median(taken[1:]):.2f} s"
    )
    print(f"after {len(taken)} questions {resident(page.pid):.2f} GiB")
    page.terminate()
    page.wait()


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--most", type=int, default=25, help="how many questions to ask")
    parser.add_argument("--index", type=Path, help="an index that is there already")
    arguments = parser.parse_args()
    with TemporaryDirectory() as temporary:
        os.environ["RAG_INDEX"] = str(arguments.index or temporary)
        if arguments.index is None:
            index(arguments.articles)
        ask(questions_of(arguments.questions, arguments.most))


if __name__ == "__main__":
    main()
