"""Measure a question's time when everything is open: hits, first draft, many users at once.

    python benchmarks/warm_path.py [--part retrieval|draft|together|page ...] [--limit N]
    python benchmarks/warm_path.py --index INDEX --questions QUESTIONS.jsonl[.gz]

Without `--index`, it uses the seeds and the questions of `eval/questions.jsonl`. The chat model is
a server on this machine's loopback, in its own process. It waits (`--delay` seconds), then streams
two of the given sentences, and translates with the question set. There are four parts, each a
table:

- retrieval: the time from the question to its hits, and its parts. The vector is computed at the
  same time as the understanding and the search for words. The table shows only the remaining wait
  for it, which is a part of searching.
- draft: the time from the question to the first `Draft`, less the server's own time, by its own
  clock. "New sentences" forgets the vectors of the articles' sentences before each question.
- together: conversations of three turns each, one a follow-up, in as many threads.
- page: the same through the page's own server, by HTTP, as a browser asks.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import multiprocessing
import re
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import rag.answering.search
import rag.answering.understanding
from eval.opening import day_of_asking
from eval.questions import QUESTIONS, Question, load_questions
from rag.answering.evidence import SentenceVectors
from rag.assistant import Assistant
from rag.config import BUNDLED_EMBEDDER, ChatModelConfig, Config, PageConfig
from rag.errors import RagError
from rag.models.embedder import Embedder, begin_query
from rag.models.loading import load_embedder
from rag.store.indexing import update_index
from rag.types import Answer, Draft
from tests.chat_server import Reply, Request, chat_server

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
_AT_ONCE = (1, 5, 10, 25, 50)
_TURNS = 3
_PIECE = 3
"""The number of characters that the server sends at a time, and the seconds between them."""
_PIECE_SECONDS = 0.005
_SHOWN = re.compile(r"^\[(\d+)\] \(.*?\) (.+)$", re.MULTILINE)
_PARTS = ("retrieval", "draft", "together", "page")


@dataclass(frozen=True)
class Asked:
    """A question of the benchmark. `after` is the question before a follow-up."""

    text: str
    today: date | None
    after: Asked | None = None


@dataclass
class Endpoint:
    """The chat server in its own process: its address, and the times of requests and replies."""

    url: str
    times: Connection

    def own_seconds(self) -> float:
        """Return the server's own seconds since the last call.

        For the last request, they count up to the first piece, because it is still being written.
        For the others they count to the end.
        """
        seen: list[tuple[str, float]] = []
        while self.times.poll(0 if seen else 1):
            seen.append(self.times.recv())
        received = [at for what, at in seen if what == "received"]
        first = [at for what, at in seen if what == "first"]
        ended = [at for what, at in seen if what == "ended"][: len(received) - 1]
        return sum(ended) + first[-1] - sum(received)


def serve(delay: float, translations: Mapping[str, str], ready: Connection) -> None:
    """Run the chat server until the other side closes."""
    lock = threading.Lock()

    def stamp(what: str) -> None:
        with lock:
            ready.send((what, time.monotonic()))

    def behave(reply: Reply, request: Request) -> None:
        stamp("received")
        reply.open_stream()
        time.sleep(delay)
        text = _reply(request.prompt, translations)
        for number, at in enumerate(range(0, len(text), _PIECE)):
            if number:
                time.sleep(_PIECE_SECONDS)
            else:
                stamp("first")
            reply.piece(text[at : at + _PIECE])
        reply.piece(None, finish="stop")
        reply.raw(b"data: [DONE]\n\n")
        stamp("ended")

    with chat_server(behave) as server:
        ready.send(server.url)
        try:
            while True:
                ready.recv()
        except (EOFError, OSError):
            pass


def _reply(prompt: str, translations: Mapping[str, str]) -> str:
    """Return two of the given sentences, or else the translation, or else an unusable reply."""
    shown = _SHOWN.findall(prompt)
    if shown:
        return "\n".join(f"{text} [{number}]" for number, text in shown[:2])
    return next((other for text, other in translations.items() if text in prompt), "?")


@contextmanager
def endpoint(delay: float, translations: Mapping[str, str]) -> Iterator[Endpoint]:
    """Run the server until the context ends."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(delay, translations, there), daemon=True)
    process.start()
    there.close()
    try:
        yield Endpoint(here.recv(), here)
    finally:
        here.close()
        process.join(10)


class Stopwatch:
    """The milliseconds of the parts of finding, measured by wrapping functions by name."""

    def __init__(self, assistant: Assistant, embedder: TimedEmbedder) -> None:
        self.spent: dict[str, float] = {}
        self.began = 0.0
        self._embedder = embedder
        for module, name, part in (
            (rag.answering.understanding, "understand", "understanding"),
            (rag.answering.search, "concepts", "understanding"),
            (rag.answering.search, "weights", "understanding"),
            (rag.answering.search, "gather", "gathering"),
        ):
            self._time(module, name, part)
        self._time(assistant, "refresh", "looking for a newer index")
        self._time(assistant._corpus.retriever, "search", "searching")

    def start(self) -> None:
        """Start with a question."""
        self.spent = {}
        self._embedder.milliseconds = 0.0
        self.began = time.perf_counter()

    def stop(self) -> dict[str, float]:
        """Return the measured times."""
        self.spent["until sentences are chosen"] = 1000 * (time.perf_counter() - self.began)
        self.spent["waiting for the vector"] = self._embedder.milliseconds
        return self.spent

    def _time(self, owner: Any, name: str, part: str) -> None:
        function = getattr(owner, name)

        def timed(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            if part == "gathering":
                self.spent["until the hits"] = 1000 * (started - self.began)
            result = function(*arguments, **named)
            ended = time.perf_counter()
            self.spent[part] = self.spent.get(part, 0.0) + 1000 * (ended - started)
            if part == "gathering":
                self.spent["until evidence is gathered"] = 1000 * (ended - self.began)
            return result

        setattr(owner, name, timed)


class TimedEmbedder:
    """A wrapper of another embedder that measures the wait for the vectors of questions."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.milliseconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def embed_queries(self, texts: Sequence[str]) -> Any:
        return self._timed(lambda: self._inner.embed_queries(texts))

    def begin_query(self, text: str) -> Callable[[], Any]:
        vector = self._timed(lambda: begin_query(self._inner, text))
        return lambda: self._timed(vector)

    def _timed(self, function: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = function()
        self.milliseconds += 1000 * (time.perf_counter() - started)
        return result


_ROWS = (
    "until the hits",
    "until evidence is gathered",
    "until sentences are chosen",
    "looking for a newer index",
    "understanding",
    "waiting for the vector",
    "searching",
    "gathering",
)


def retrieval(index: Path, embedder: Embedder, questions: Sequence[Asked]) -> None:
    """Print the first table. One round warms up, and the next one counts."""
    timed = TimedEmbedder(embedder)
    assistant = Assistant.open(Config(index=index), embedder=timed)
    watch = Stopwatch(assistant, timed)
    spent: list[dict[str, float]] = []
    for counts in (False, True):
        for question in questions:
            watch.start()
            assistant.find(question.text, today=question.today)
            if counts:
                spent.append(watch.stop())
    columns = [[each.get(row, 0.0) for each in spent] for row in _ROWS]
    print(f"\n## Retrieval (n = {len(spent)})\n\n| ms | p50 | p95 |\n|---|---|---|")
    for row, column in zip(_ROWS, columns, strict=True):
        print(f"| {row} | {_percentiles(column)} |")


def first_draft(
    index: Path, embedder: Embedder, questions: Sequence[Asked], model: Endpoint
) -> None:
    """Print the second table."""
    assistant = _with_model(index, embedder, model.url)
    for question in questions:
        _until_draft(assistant, question, model)
    print("\n## To the first draft, less the endpoint's own time\n")
    print("| ms | drafts | p50 | p95 |\n|---|---|---|---|")
    for name, forget in (("known sentences", False), ("new sentences", True)):
        added = []
        for question in questions:
            if forget:
                assistant.vectors = SentenceVectors(embedder)
            seconds = _until_draft(assistant, question, model)
            if seconds is not None:
                added.append(1000 * seconds)
        print(f"| {name} | {len(added)} of {len(questions)} | {_percentiles(added)} |")


def _until_draft(assistant: Assistant, question: Asked, model: Endpoint) -> float | None:
    """Return the seconds to the first draft, less the server's own time.

    Returns None if there is no draft.
    """
    while model.times.poll():
        model.times.recv()
    started = time.monotonic()
    until = None
    for event in assistant.stream(question.text, today=question.today):
        if isinstance(event, Draft):
            until = time.monotonic()
            break
    return None if until is None else until - started - model.own_seconds()


@dataclass
class Turns:
    """The results of conversations: the seconds of each turn, and the failures."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def conversations(questions: Sequence[Asked], number: int) -> list[list[Asked]]:
    """Return conversations of three turns: a question, a follow-up to it, and another question."""
    follow_ups = [question for question in questions if question.after and not question.after.after]
    alone = [question for question in questions if not question.after]
    talks = []
    for at in range(number):
        follow_up = follow_ups[at % len(follow_ups)]
        assert follow_up.after is not None
        talks.append([follow_up.after, follow_up, alone[(at * 7) % len(alone)]])
    return talks


def at_once(
    title: str, talk: Callable[[Sequence[Asked], Turns], None], questions: Sequence[Asked]
) -> None:
    """Print a table of conversations held by `talk`, for each number of them at once."""
    print(f"\n## {title}\n")
    print("| conversations | turns | failed | p50, s | p95, s | turns/s | peak memory, MiB |")
    print("|---|---|---|---|---|---|---|")
    talk(conversations(questions, 1)[0], Turns())
    for number in _AT_ONCE:
        done = Turns()
        _reset_peak()
        started = time.perf_counter()
        threads = [
            threading.Thread(target=talk, args=(asked, done))
            for asked in conversations(questions, number)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - started
        p50, p95 = np.percentile(done.seconds or [0.0], (50, 95))
        print(
            f"| {number} | {len(done.seconds)} | {len(done.failures)} | {p50:.2f} | {p95:.2f}"
            f" | {len(done.seconds) / took:.1f} | {_peak():.0f} |",
            flush=True,
        )
        for failure in done.failures[:3]:
            print(f"failed: {failure}", file=sys.stderr)


def through_assistant(assistant: Assistant) -> Callable[[Sequence[Asked], Turns], None]:
    """Return a function that holds a conversation by calling the assistant."""

    def talk(asked: Sequence[Asked], done: Turns) -> None:
        history: tuple[Answer, ...] = ()
        for question in asked:
            started = time.perf_counter()
            try:
                answer = assistant.ask(question.text, history, today=question.today)
            except (RagError, OSError, RuntimeError) as error:
                done.failures.append(repr(error))
                return
            done.seconds.append(time.perf_counter() - started)
            if any(notice.code.startswith("ChatModel") for notice in answer.notices):
                done.failures.append(str(answer.notices))
            history = (*history, answer)

    return talk


def through_page(url: str) -> Callable[[Sequence[Asked], Turns], None]:
    """Return a function that holds a conversation by HTTP, as the page in a browser does."""
    with urllib.request.urlopen(f"{url}config") as reply:
        config = json.load(reply)
    asks = next(d for d in config["dependencies"] if d["api_name"] == "respond")
    # The values of a new page. A browser that keeps no settings sends an empty object.
    empty = {
        c["id"]: {} if c["type"] == "browserstate" else c["props"].get("value")
        for c in config["components"]
    }
    box = asks["inputs"][0]

    def talk(asked: Sequence[Asked], done: Turns) -> None:
        session = f"{threading.get_ident():x}{time.monotonic_ns():x}"
        for question in asked:
            started = time.perf_counter()
            data = [question.text if i == box else empty.get(i) for i in asks["inputs"]]
            body = {"fn_index": asks["id"], "data": data, "session_hash": session}
            body |= {"event_data": None, "trigger_id": asks["targets"][0][0]}
            try:
                _post(f"{url}gradio_api/queue/join", body)
                page = _listen(f"{url}gradio_api/queue/data?session_hash={session}")
            except (OSError, ValueError) as error:
                done.failures.append(repr(error))
                return
            done.seconds.append(time.perf_counter() - started)
            # The browser is told to keep a conversation when its answer is complete.
            if page is None or r"data-errand=\"keep" not in page or "ChatModel" in page:
                done.failures.append(f"{question.text}: {page}"[:300])

    return talk


def _post(url: str, body: Mapping[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=120) as reply:
        reply.read()


def _listen(url: str) -> str | None:
    """Return the server's message at the end of the event, or None if the event failed."""
    with urllib.request.urlopen(url, timeout=120) as stream:
        for line in stream:
            if not line.startswith(b"data: "):
                continue
            message = json.loads(line[6:])
            if message["msg"] == "process_completed":
                return None if not message["success"] else line.decode()
    return None


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    """Serve the page on a free port, in its own thread and event loop."""
    import uvicorn

    from rag.page.serving import build_app, listen, server_settings

    servers: list[uvicorn.Server] = []

    async def run(listener: socket.socket) -> None:
        app = build_app(assistant, examples=(), config=PageConfig(local_endpoints=()))
        servers.append(uvicorn.Server(server_settings(app)))
        await servers[0].serve(sockets=[listener])

    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=lambda: asyncio.run(run(listener)), daemon=True)
        thread.start()
        while not (servers and servers[0].started):
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        servers[0].should_exit = True
        thread.join(10)


def _with_model(index: Path, embedder: Embedder, url: str) -> Assistant:
    model = ChatModelConfig(name="scripted", endpoint=url, api_key=None, timeout=60)
    return Assistant.open(Config(index=index, chat_model=model), embedder=embedder)


def _percentiles(values: Sequence[float]) -> str:
    p50, p95 = np.percentile(values, (50, 95))
    return f"{p50:.1f} | {p95:.1f}"


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """Return the largest resident memory since `_reset_peak`, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def read_questions(path: Path) -> list[Asked]:
    """Return the questions of a file of JSON lines, plain or compressed."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    return [Asked(json.loads(line)["question"], None) for line in text.splitlines()]


def seed_questions(assistant: Assistant) -> tuple[list[Asked], dict[str, str]]:
    """Return the question set on the seeds, and the Chinese wording of each English question."""
    documents = list(assistant.snapshot.all_documents())
    questions = load_questions(QUESTIONS, documents)
    today = day_of_asking(documents)

    def asked(question: Question) -> Asked:
        after = asked(question.after) if question.after else None
        return Asked(question.text, question.today or today, after)

    chinese = {q.group: q.text for q in questions if q.language == "zh"}
    english = {q.text: chinese[q.group] for q in questions if q.language == "en"}
    return list(map(asked, questions)), english


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--index", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--part", choices=_PARTS, action="append")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--delay", type=float, default=0.2)
    options = parser.parse_args()
    if (options.index is None) != (options.questions is None):
        parser.error("--index and --questions go together")
    # Conversations need follow-ups, which only the seeds' question set has.
    parts = options.part or (_PARTS[:2] if options.index else _PARTS)

    embedder = load_embedder(BUNDLED_EMBEDDER)
    with tempfile.TemporaryDirectory() as folder:
        index = options.index or Path(folder)
        if options.index is None:
            update_index(index, [SEEDS], embedder)
            questions, translations = seed_questions(
                Assistant.open(Config(index=index), embedder=embedder)
            )
        else:
            questions, translations = read_questions(options.questions), {}
        some = questions[: options.limit]
        if "retrieval" in parts:
            retrieval(index, embedder, some)
        with endpoint(options.delay, translations) as model:
            if "draft" in parts:
                first_draft(index, embedder, some, model)
            assistant = _with_model(index, embedder, model.url)
            drain = threading.Thread(target=_drain, args=(model,), daemon=True)
            drain.start()
            if "together" in parts:
                at_once("Together, from threads", through_assistant(assistant), questions)
            if "page" in parts:
                with served(assistant) as url:
                    at_once("Together, through the page", through_page(url), questions)
    return 0


def _drain(model: Endpoint) -> None:
    """Read the server's messages, so that it never has to wait to send them."""
    try:
        while True:
            model.times.recv()
    except (EOFError, OSError):
        pass


if __name__ == "__main__":
    sys.exit(main())
