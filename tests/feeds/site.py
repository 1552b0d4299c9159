"""A news site on this machine: pages and feeds that a test sets, and the requests that it got."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Answer:
    """What a path answers. With `marked`, it has an ETag, and 304 for who knows it."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    marked: bool = False
    drip: float = 0.0
    """Seconds between single bytes."""


@dataclass
class Site:
    """The paths of the site, and the path and headers of each request."""

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], float]] = field(default_factory=list)

    def put(self, path: str, body: str | bytes, **rest: object) -> str:
        """Let a path answer, and return its address."""
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(body=data, **rest)  # type: ignore[arg-type]
        return self.url + path

    def paths(self) -> list[str]:
        """The paths that were asked for, without robots.txt."""
        return [path for path, _, _ in self.asked if path != "/robots.txt"]


@contextmanager
def news_site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(
                (self.path, {k.lower(): v for k, v in self.headers.items()}, time.monotonic())
            )
            answer = site.answers.get(self.path) or site.answers.get(urlsplit(self.path).path)
            if answer is None:
                self.send_error(404)
                return
            etag = f'"{hashlib.md5(answer.body).hexdigest()}"'
            known = answer.marked and self.headers.get("If-None-Match") == etag
            self.send_response(304 if known else answer.status)
            if answer.marked:
                self.send_header("ETag", etag)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            body = b"" if known else answer.body
            if answer.kind:
                self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                if answer.drip:
                    for byte in body:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(answer.drip)
                else:
                    self.wfile.write(body)
            except OSError:
                pass  # the reader has had enough

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
