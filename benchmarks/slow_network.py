"""Measure how soon the page can be used on a slow network, in Chromium.

    python benchmarks/slow_network.py [--kbits 400] [--latency 400] [--runs 3] [--folder seeds]

Each run is a browser that has nothing of the page yet. It prints the median seconds from the
request until the title, what is loaded and a box that takes text are visible, until the page itself
works, and until the answer to a question is there that was typed and sent at the first moment.
A second visit, with the files that the browser keeps, comes after it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from rag.assistant import Assistant
from rag.config import Config
from rag.models.loading import load_embedder
from rag.page.serving import build_app, listen, server_settings
from rag.store.indexing import update_index

BOX = "#rag-first textarea, #rag-question textarea"
QUESTION = "Why did Apple choose Alibaba?"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the page for the articles of a folder, and yield its address."""
    with TemporaryDirectory() as temporary:
        config = replace(Config.from_environment(), index=Path(temporary), chat_model=None)
        embedder = load_embedder(config.embedder)
        update_index(config.index, [folder], embedder)
        assistant = Assistant.open(config, embedder=embedder)
        servers: list[uvicorn.Server] = []

        with listen("127.0.0.1", 0) as listener:

            async def run() -> None:
                app = build_app(assistant, library=assistant.library)
                servers.append(uvicorn.Server(server_settings(app)))
                await servers[0].serve(sockets=[listener])

            thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
            thread.start()
            while not (servers and servers[0].started):
                time.sleep(0.05)
            assistant.ask(QUESTION)  # what is slow only once is not the network's
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
            servers[0].should_exit = True
            thread.join(timeout=10)


def slowed(context: BrowserContext, kbits: float, latency: float) -> Page:
    """Return a page whose network is as slow as asked; `latency` is in milliseconds."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    bytes_a_second = kbits * 1000 / 8
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency,
            "downloadThroughput": bytes_a_second,
            "uploadThroughput": bytes_a_second,
        },
    )
    return page


def visit(page: Page, url: str) -> dict[str, float]:
    """Open the page, ask a question as soon as it can be typed, and return the seconds."""
    page.set_default_timeout(180_000)
    begun = time.perf_counter()
    seconds: dict[str, float] = {}

    def passed(name: str) -> None:
        seconds[name] = time.perf_counter() - begun

    page.goto(url, wait_until="commit")
    page.locator("h1").first.wait_for()
    passed("title")
    page.locator(".rag-loaded").first.wait_for()
    passed("what is loaded")
    box = page.locator(BOX).first
    box.fill(QUESTION)
    box.press("Enter")
    passed("typed and sent")
    page.locator("#rag-first").wait_for(state="detached")
    page.locator("#rag-question textarea").wait_for()
    passed("the page itself")
    page.locator(".rag-turn .rag-actions").wait_for()
    passed("answered")
    return seconds


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kbits", type=float, default=400)
    parser.add_argument("--latency", type=float, default=400)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("seeds"))
    parser.add_argument("--chromium", help="the browser's program; default: playwright's own")
    options = parser.parse_args()
    with served(options.folder) as url, sync_playwright() as driver:
        browser: Browser = driver.chromium.launch(executable_path=options.chromium)
        first: list[dict[str, float]] = []
        again: list[dict[str, float]] = []
        for _ in range(options.runs):
            context = browser.new_context(locale="en-US")
            for found in (first, again):
                page = slowed(context, options.kbits, options.latency)
                found.append(visit(page, url))
                page.close()
            context.close()
        for name, runs in (("first visit", first), ("second visit", again)):
            medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            print(f"{name}: " + ", ".join(f"{key} {value:.1f} s" for key, value in medians.items()))


if __name__ == "__main__":
    main()
