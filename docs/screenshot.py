"""The pictures of the page: `python docs/screenshot.py` writes docs/page.png and docs/story.png.

The real page over `seeds/`, without a chat model, in a browser that Playwright drives.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from playwright.sync_api import sync_playwright

from rag.assistant import Assistant
from rag.config import Config
from rag.models.loading import load_embedder
from rag.page.serving import build_app, listen
from rag.store.indexing import update_index

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUESTION = "why did Apple choose Alibaba"
TOPIC = "阿里巴巴的收盘股价"


def main() -> int:
    """Take the pictures; 1 where there is no browser."""
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        print(f"No browser found: install one of {', '.join(BROWSERS)}.", file=sys.stderr)
        return 1
    # Relative, so that the page names no folder of this machine.
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as index, listen("127.0.0.1", 0) as listener:
        config = Config(index=Path(index))
        embedder = load_embedder(config.embedder)
        update_index(config.index, [Path("seeds")], embedder)
        assistant = Assistant.open(config, embedder=embedder)
        # Asked once before, so that the picture shows the time of a program that is warm.
        assistant.ask(QUESTION)
        _serve(assistant, listener)
        _photograph(browser, f"http://127.0.0.1:{listener.getsockname()[1]}/?lang=en")
    return 0


def _serve(assistant: Assistant, listener: socket.socket) -> None:
    """The page in a thread, until the program ends."""
    servers: list[uvicorn.Server] = []

    async def run() -> None:
        app = build_app(assistant, library=assistant.library)
        servers.append(uvicorn.Server(uvicorn.Config(app, log_level="error")))
        await servers[0].serve(sockets=[listener])

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    while not (servers and servers[0].started):
        time.sleep(0.05)


def _photograph(browser: str, url: str) -> None:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1280, "height": 860}, locale="en-US")
        page.goto(url)
        page.get_by_role("radio", name="English", checked=True).wait_for()
        page.locator("#rag-question textarea").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("#turn1 .rag-provenance").wait_for(timeout=60_000)
        page.locator("#rag-ask").wait_for()
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        page.screenshot(path=ROOT / "docs" / "page.png")
        page.goto(f"{url}&tab=story")
        page.get_by_label("Topic", exact=True).fill(TOPIC)
        page.keyboard.press("Enter")
        page.locator('.rag-story[aria-busy="false"]').wait_for(timeout=60_000)
        page.screenshot(path=ROOT / "docs" / "story.png")
        chromium.close()


if __name__ == "__main__":
    sys.exit(main())
