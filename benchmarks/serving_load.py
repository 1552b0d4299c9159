"""Load `rag serve` as many clients do, well-behaved and not, and check every answer.

    .venv/bin/python benchmarks/serving_load.py CORPUS --clients 200 --questions 400 --repeats 4
    .venv/bin/python benchmarks/serving_load.py CORPUS --scenario memory --minutes 15
    .venv/bin/python benchmarks/serving_load.py CORPUS --scenario fuzz --fuzz 10000

CORPUS is a folder of articles, or a set or a folder of sets (form: `eval/collection.py`), of which
`--articles` are drawn. `--questions` articles with known facts are added to them, one for each
question. `--work FOLDER` keeps the index for another run, and the server's logs. All traffic stays
on this machine's loopback, and the server is a process of its own for each scenario:

- load: one client alone, then `--clients` at once. They ask over REST, as JSON and as events, and
  as OpenAI's clients do. A client that is refused with 429 waits as `Retry-After` says.
- fairness: callers with keys, one of them greedy.
- updates: the load again, while articles are added and removed.
- model: with a chat model that answers well, stalls, fails, breaks off or never ends.
- slow: clients that read byte by byte, and connections on which no whole request arrives.
- leaving: clients that leave in the middle.
- stopping: SIGTERM while many ask.
- memory: the server's memory over `--minutes`.
- fuzz: `--fuzz` malformed requests over bare connections, and as many from the schema with
  Schemathesis, if `--schemathesis` names its program:

      python -m venv /tmp/fuzz-env && /tmp/fuzz-env/bin/pip install 'schemathesis>=4,<5'
      ... --scenario fuzz --fuzz 10000 --schemathesis /tmp/fuzz-env/bin/schemathesis

  It runs `schemathesis run URL/openapi.json --checks not_a_server_error --max-examples N`, where
  N is `--fuzz` by the number of operations, for `--fuzz-seconds` at most.

Times are in seconds. Compare them only within a run: each table begins with one client alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from scipy import stats

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from serving_load_parts import (
    FORMS,
    PROGRAM,
    SEED,
    Asked,
    Asker,
    Form,
    Planted,
    Result,
    Server,
    Tried,
    asker,
    copied,
    index,
    malformed_requests,
    percentiles,
    planted,
    request_of,
    sent_raw,
    served,
    smallest,
    table,
    write_planted,
)

from tests.chat_server import (
    Behaviour,
    Reply,
    Request,
    answers_html,
    breaks_off,
    chat_server,
    error_inside,
    fails,
    malformed,
)

_WARM_UP = 20
_ALONE = 60
"""The questions that one client asks alone, for the times that the others are compared with."""
_SHOWN = re.compile(r"^\[(\d+)\] \(.*?\) (.+)$", re.MULTILINE)
_KEPT = 20
"""The newest articles that stay while the index changes; older ones are removed."""
_PATIENCE_WITH_MODEL = 3
"""`RAG_TIMEOUT` of the server, in seconds."""


@dataclass
class Bench:
    """What all scenarios share. `report` becomes the JSON file."""

    options: argparse.Namespace
    work: Path
    index: Path
    asked: tuple[Asked, ...]
    report: dict[str, Any]

    def log(self, name: str) -> Path:
        return self.work / f"{name}.log"

    def fresh_index(self) -> Path:
        return copied(self.index, self.work / "changed-index")


@dataclass(frozen=True)
class Job:
    """A question that is to be asked."""

    asked: Asked
    form: Form = "json"
    wording: int = 0


async def crowd(
    client: Asker,
    jobs: Sequence[Job],
    clients: int,
    headers: Mapping[str, str] | None = None,
    into: list[Tried] | None = None,
) -> tuple[list[Tried], float]:
    """Let so many clients work through the jobs. Return what became of each, and the seconds."""
    left = iter(jobs)
    tried = [] if into is None else into
    begun = time.monotonic()

    async def work() -> None:
        for job in left:
            one = await client.ask(job.asked, job.form, wording=job.wording, headers=headers)
            tried.append(one)

    await asyncio.gather(*(work() for _ in range(clients)))
    return tried, time.monotonic() - begun


async def alone(client: Asker, asked: Sequence[Asked], name: str = "one client alone") -> Result:
    """Ask by one client, after a warm-up that does not count."""
    await crowd(client, [Job(one) for one in asked[-_WARM_UP:]], 1)
    tried, seconds = await crowd(client, [Job(one) for one in asked[:_ALONE]], 1)
    answers = [one.answer for one in tried if one.answer]
    await client.learn([c.doc_id for answer in answers for c in answer.citations])
    return Result.of(name, 1, tried, seconds)


def jobs_of(asked: Sequence[Asked], repeats: int) -> list[Job]:
    """Return each question `repeats` times, in all forms, in a mixed order."""
    jobs = [Job(one, FORMS[(i + turn) % len(FORMS)])
            for turn in range(repeats) for i, one in enumerate(asked)]  # fmt: skip
    random.Random(SEED).shuffle(jobs)
    return jobs


@asynccontextmanager
async def meanwhile(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Do something in the background until the block ends."""
    task = asyncio.ensure_future(work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Probe:
    """Asks `/health` again and again: how long the server takes to notice a request at all."""

    def __init__(self, client: Asker) -> None:
        self._client = client
        self.seconds: list[float] = []
        self.failed = 0

    async def run(self) -> None:
        while True:
            begun = time.monotonic()
            response = await self._client.client.get("/health")
            self.seconds.append(time.monotonic() - begun)
            self.failed += response.status_code != 200
            await asyncio.sleep(0.25)

    def told(self) -> dict[str, Any]:
        return {"p50_p95_p99": percentiles(self.seconds), "n": len(self.seconds),
                "failed": self.failed}  # fmt: skip


# --- load, fairness, updates ---------------------------------------------------------------------


async def load(bench: Bench) -> dict[str, Any]:
    """One client, then many, who ask each question `repeats` times."""
    jobs = jobs_of(bench.asked, bench.options.repeats)
    async with served(bench.index, bench.log("load")) as server, asker(server) as client:
        results = [await alone(client, bench.asked)]
        before = server.memory()
        probe = Probe(client)
        async with meanwhile(probe.run):
            tried, seconds = await crowd(client, jobs, bench.options.clients)
        results.append(Result.of("many clients", bench.options.clients, tried, seconds))
        results += [
            Result.of(f"of these: {form}", bench.options.clients, some, seconds)
            for form in dict.fromkeys(FORMS)
            if (some := [one for one in tried if one.form == form])
        ]
        return {"table": results, "health_seconds_under_load": probe.told(),
                "memory_before": before, **await afterwards(server, client)}  # fmt: skip


async def fairness(bench: Bench) -> dict[str, Any]:
    """Five callers with keys. One asks eight questions at once, the others one at a time."""
    folder = bench.fresh_index()
    keys = [_made_key(folder, f"caller {number}") for number in range(5)]
    options = ("--at-once", "8", "--per-minute", "100000")
    async with served(folder, bench.log("fairness"), options) as server, asker(server) as client:
        given = [{"authorization": f"Bearer {key}"} for key in keys]
        few = [Job(one) for one in bench.asked[:_ALONE]]
        await crowd(client, few[:_WARM_UP], 1, given[0])
        tried, seconds = await crowd(client, few, 1, given[0])
        results = [Result.of("one caller alone", 1, tried, seconds)]
        greedy: list[Tried] = []

        async def be_greedy() -> None:
            await crowd(client, [Job(one) for one in bench.asked] * 20, 8, given[0], into=greedy)

        begun = time.monotonic()
        async with meanwhile(be_greedy):
            groups = await asyncio.gather(*(crowd(client, few, 1, one) for one in given[1:]))
        single = [one for group, _ in groups for one in group]
        lasted = time.monotonic() - begun
        results.append(Result.of("four callers, one question each", 4, single, lasted))
        results.append(Result.of("the greedy caller, eight at once", 8, greedy, lasted))
        return {"table": results, "troubles": dict(server.troubles)}


class Changer:
    """Adds an article every few seconds and removes an older one, and checks what is found then."""

    def __init__(self, client: Asker, every: float) -> None:
        self.calls: list[tuple[str, int, float]] = []
        self.checked = 0
        self.wrong: list[str] = []
        self._client = client
        self._every = every
        self._checks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        added = list(planted(1_000, prefix="added"))
        for number, new in enumerate(added):
            await self._add(new)
            # What was added is asked for first. In a long queue, that takes a while.
            if number >= _KEPT:
                await self._remove(added[number - _KEPT].asked)
            await asyncio.sleep(self._every)

    async def checks(self) -> None:
        """Wait for the checks that were begun."""
        await asyncio.gather(*self._checks)

    async def _add(self, new: Planted) -> None:
        file = {"file": (f"{new.asked.doc_id}.md", new.article.encode())}
        begun = time.monotonic()
        told = await self._client.client.post("/v1/articles", files=file)
        self.calls.append(("add", told.status_code, time.monotonic() - begun))
        if told.status_code != 200 or told.json()["error"] or not told.json()["new"]:
            self.wrong.append(f"not added: {told.status_code} {told.text[:200]}")
        else:
            self._begin(self._is_there(new.asked, len(self.calls)))

    async def _remove(self, old: Asked) -> None:
        begun = time.monotonic()
        gone = await self._client.client.delete(f"/v1/articles/{old.doc_id}")
        self.calls.append(("remove", gone.status_code, time.monotonic() - begun))
        if gone.status_code != 200:
            self.wrong.append(f"not removed: {gone.status_code} {gone.text[:200]}")
        else:
            self._begin(self._is_gone(old))

    def _begin(self, check: Coroutine[Any, Any, None]) -> None:
        self._checks.add(asyncio.ensure_future(check))

    async def _is_there(self, asked: Asked, at: int) -> None:
        tried = await self._client.ask(asked)
        if len(self.calls) - at > _KEPT:
            return  # perhaps it is removed already
        self.checked += 1
        if tried.error or tried.found:
            self.wrong.append(f"added, not found: {asked.text} {tried.error} {tried.found}")

    async def _is_gone(self, asked: Asked) -> None:
        tried = await self._client.ask(asked)
        self.checked += 1
        cited = tried.answer.citations if tried.answer else ()
        if tried.error or any(citation.doc_id == asked.doc_id for citation in cited):
            self.wrong.append(f"removed, still cited: {asked.text} {tried.error}")


async def updates(bench: Bench) -> dict[str, Any]:
    """The load, while articles come and go. What came is found at once, what went never more."""
    jobs = jobs_of(bench.asked, bench.options.repeats)
    folder = bench.fresh_index()
    async with served(folder, bench.log("updates")) as server, asker(server) as client:
        results = [await alone(client, bench.asked)]
        probe, changer = Probe(client), Changer(client, bench.options.every)
        async with meanwhile(changer.run), meanwhile(probe.run):
            tried, seconds = await crowd(client, jobs, bench.options.clients)
        results.append(Result.of("many, while it changes", bench.options.clients, tried, seconds))
        await changer.checks()
        took = {kind: percentiles([s for name, _, s in changer.calls if name == kind])
                for kind in ("add", "remove")}  # fmt: skip
        statuses = Counter(f"{kind} {status}" for kind, status, _ in changer.calls)
        return {"table": results, "changes": dict(statuses), "change_seconds_p50_p95_p99": took,
                "checked": changer.checked, "wrong_after_change": changer.wrong,
                "health_seconds_under_load": probe.told(),
                **await afterwards(server, client)}  # fmt: skip


def _made_key(folder: Path, name: str) -> str:
    environment = {**os.environ, "RAG_INDEX": str(folder), "RAG_LANG": "en"}
    command = [str(PROGRAM), "key", "add", name, "--scope", "write"]
    made = subprocess.run(
        command, check=True, env=environment, capture_output=True, text=True, timeout=60
    )
    return made.stdout.strip()


async def afterwards(server: Server, client: Asker) -> dict[str, Any]:
    """Return what a scenario leaves: whether work goes on, memory, figures, troubles of the log."""
    idle = await client.until_idle(60)
    return {"idle_after": idle, "memory_after": server.memory(),
            "figures": await noted_figures(client), "troubles": dict(server.troubles)}  # fmt: skip


async def noted_figures(client: Asker) -> dict[str, float]:
    """Return the counts of `/metrics`, without those of times."""
    figures = await client.figures()
    return {k: v for k, v in figures.items() if "seconds" not in k and "created" not in k and v}


# --- a chat model --------------------------------------------------------------------------------


def _answers_well(reply: Reply, request: Request) -> None:
    reply.open_stream()
    shown = _SHOWN.findall(request.prompt)
    reply.wait(0.2)
    for number, text in shown[:2]:
        reply.piece(f"{text} [{number}]\n")
    if not shown:
        reply.piece("?")
    reply.piece(None, finish="stop")
    reply.raw(b"data: [DONE]\n\n")


def _is_silent(reply: Reply, _: Request) -> None:
    reply.wait(60)


def _stalls(reply: Reply, _: Request) -> None:
    reply.open_stream()
    reply.piece("The ")
    reply.wait(60)


def _never_ends(reply: Reply, _: Request) -> None:
    reply.open_stream()
    end = time.monotonic() + 300
    while time.monotonic() < end:
        reply.piece("and so on ")
        reply.wait(0.02)


def _drips(reply: Reply, _: Request) -> None:
    """One letter a second, so that no wait for a piece is ever too long."""
    reply.open_stream()
    for _second in range(40):
        reply.piece("a")
        reply.wait(1)


def _only_comments(reply: Reply, _: Request) -> None:
    reply.open_stream()
    for _second in range(300):
        reply.raw(b": wait\n\n")
        reply.wait(1)


def _hangs_up(_reply: Reply, _request: Request) -> None:
    raise ConnectionAbortedError


BEHAVIOURS: dict[str, Behaviour] = {
    "answers well": _answers_well,
    "429": fails(429, "busy"),
    "500": fails(500, "broken"),
    "400": fails(400, "refused"),
    "hangs up": _hangs_up,
    "is silent": _is_silent,
    "stalls after a word": _stalls,
    "breaks off": breaks_off("The ", "cost"),
    "an error inside": error_inside("overloaded"),
    "malformed": malformed,
    "a web page": answers_html,
    "never ends": _never_ends,
    "drips a letter a second": _drips,
    "only comments": _only_comments,
}


def _run_model(texts: Mapping[str, str], only: str | None, ready: Connection) -> None:
    """Serve the chat model until the other side closes. `texts` name a behaviour by question."""
    lock = threading.Lock()
    counts: Counter[str] = Counter()

    def behave(reply: Reply, request: Request) -> None:
        name = only or next((n for t, n in texts.items() if t in request.prompt), "answers well")
        with lock:
            counts["open"] += 1
            counts[f"requests: {name}"] += 1
        try:
            BEHAVIOURS[name](reply, request)
        finally:
            with lock:
                counts["open"] -= 1

    with chat_server(behave) as server:
        ready.send(server.url)
        with suppress(EOFError, OSError):
            while True:
                ready.recv()
                ready.send(dict(counts))


class Model:
    """The chat model in its own process."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.url: str = pipe.recv()

    @property
    def environment(self) -> dict[str, str]:
        return {"OPENAI_BASE_URL": self.url, "RAG_MODEL": "scripted", "OPENAI_API_KEY": "none",
                "RAG_TIMEOUT": str(_PATIENCE_WITH_MODEL)}  # fmt: skip

    def counts(self) -> dict[str, int]:
        self._pipe.send(None)
        counted: dict[str, int] = self._pipe.recv()
        return counted

    async def until_let_go(self, seconds: float) -> float | None:
        """Return after how many seconds no request is open here, None if one stays."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            if not self.counts().get("open"):
                return time.monotonic() - begun
            await asyncio.sleep(0.2)
        return None


@contextmanager
def chat_model(texts: Mapping[str, str], only: str | None = None) -> Iterator[Model]:
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_run_model, args=(texts, only, there), daemon=True)
    process.start()
    there.close()
    try:
        yield Model(here)
    finally:
        here.close()
        process.join(10)
        process.kill()


async def model(bench: Bench) -> dict[str, Any]:
    """Each question has its own behaviour of the chat model. All of them get an answer."""
    names = list(BEHAVIOURS)
    behaviour = {one.number: names[one.number // 2 % len(names)] for one in bench.asked}
    texts = {text: behaviour[one.number] for one in bench.asked for text in one.wordings}
    well = [one for one in bench.asked if behaviour[one.number] == "answers well"]
    some = bench.asked[: bench.options.model_questions]
    with chat_model(texts) as endpoint:
        log = bench.log("model")
        async with (
            served(bench.index, log, environment=endpoint.environment) as server,
            asker(server) as client,
        ):
            results = [await alone(client, well, "one client alone, model answers well")]
            jobs = [Job(one, FORMS[one.number // 3 % len(FORMS)]) for one in some]
            probe = Probe(client)
            async with meanwhile(probe.run):
                tried, seconds = await crowd(client, jobs, bench.options.model_clients)
            ended = await afterwards(server, client)
            ended["model_let_go_after"] = await endpoint.until_let_go(60)
            told: dict[str, Any] = {}
            for name in names:
                mine = [one for one in tried if behaviour[one.asked.number] == name]
                results.append(Result.of(name, bench.options.model_clients, mine, seconds))
                notices = [n.code for one in mine if one.answer for n in one.answer.notices]
                written = sum(bool(one.answer and one.answer.model) for one in mine)
                told[name] = {"notices": dict(Counter(notices)), "by_model": written}
            return {"table": results, "by_behaviour": told, "requests_to_model": endpoint.counts(),
                    "health_seconds_under_load": probe.told(), **ended}  # fmt: skip


# --- slow, half-open and leaving clients ---------------------------------------------------------


def raw_request(asked: Asked, form: Form, *, close: bool = True) -> bytes:
    """Return a question as the bytes of an HTTP request."""
    path, fields = request_of(asked.text, form)
    body = json.dumps(fields).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n" + "Connection: close\r\n" * close
    return head.encode() + b"\r\n" + body


@dataclass
class Stray:
    """What became of a connection on which no whole request came."""

    kind: str
    received: bytes = b""
    closed_after: float | None = None


async def stray(server: Server, asked: Asked, kind: str, seconds: float) -> Stray:
    """Open a connection, send what the kind says, and wait until the server closes it."""
    whole = raw_request(asked, "json", close=False)
    head_end = whole.index(b"\r\n\r\n") + 4
    parts: dict[str, tuple[bytes, bytes]] = {  # sent at once, then a byte a second
        "nothing": (b"", b""),
        "half a head": (whole[:30], b""),
        "a head in drips": (b"", whole[:30] + b"X-Filler: " + b"a" * 200),
        "a head without a body": (whole[:head_end], b""),
        "half a body": (whole[:-9], b""),
        "a body in drips": (whole[:head_end], whole[head_end:]),
        "a question, then half a head": (whole + whole[:30], b""),
    }
    at_once, slowly = parts[kind]
    result = Stray(kind)
    begun = time.monotonic()
    with suppress(OSError):
        reader, writer = await asyncio.open_connection(*_place(server))
        writer.write(at_once)

        async def drip() -> None:
            for byte in slowly:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)

        async with meanwhile(drip):
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(seconds):
                    while piece := await reader.read(65_536):
                        result.received += piece
                result.closed_after = time.monotonic() - begun
        writer.close()
    return result


STRAYS = ("nothing", "half a head", "a head in drips", "a head without a body", "half a body",
          "a body in drips", "a question, then half a head")  # fmt: skip


async def read_slowly(server: Server, asked: Asked, form: Form, pause: float) -> bool | None:
    """Read an answer byte by byte. Return if it came whole, None if it was refused."""
    reader, writer = await asyncio.open_connection(*_place(server), limit=64)
    writer.write(raw_request(asked, form))
    received = bytearray()
    with suppress(OSError):
        while byte := await reader.read(1):
            received += byte
            await asyncio.sleep(pause)
    writer.close()
    if b" 429 " in received[:20]:
        return None
    end = b"0\r\n\r\n" if form == "events" else b"}"
    return b" 200 " in received[:20] and received.endswith(end) and b'"statements"' in received


def _place(server: Server) -> tuple[str, int]:
    return "127.0.0.1", int(server.url.rpartition(":")[2])


async def slow(bench: Bench) -> dict[str, Any]:
    """Normal clients before, beside and after slow readers and half-open connections."""
    normal = 8
    jobs = jobs_of(bench.asked[:100], 2)
    async with served(bench.index, bench.log("slow")) as server, asker(server) as client:
        results = [await alone(client, bench.asked)]
        tried, seconds = await crowd(client, jobs, normal)
        results.append(Result.of("normal clients before", normal, tried, seconds))
        before = server.memory()
        readers = [
            asyncio.ensure_future(read_slowly(server, one, form, 0.004))
            for one, form in zip(bench.asked, FORMS[1:5] * 5, strict=False)
        ]
        strays = [
            asyncio.ensure_future(stray(server, bench.asked[0], kind, 120))
            for kind in STRAYS
            for _ in range(bench.options.strays)
        ]
        await asyncio.sleep(1)
        tried, seconds = await crowd(client, jobs, normal)
        results.append(Result.of("beside slow and half-open ones", normal, tried, seconds))
        ended = await asyncio.gather(*strays)
        read = await asyncio.gather(*readers)
        by_kind = {
            kind: {
                "connections": len(mine := [one for one in ended if one.kind == kind]),
                "left_open": sum(one.closed_after is None for one in mine),
                "closed_after": percentiles([o.closed_after for o in mine if o.closed_after]),
                "first_lines": dict(Counter(_first_line(one.received) for one in mine)),
            }
            for kind in STRAYS
        }
        tried, seconds = await crowd(client, jobs, normal)
        results.append(Result.of("normal clients after", normal, tried, seconds))
        flooded = await flood(bench, server)
        return {"table": results, "half_open": by_kind, "flood": flooded,
                "slow_readers_whole": dict(Counter(map(str, read))), "memory_before": before,
                **await afterwards(server, client)}  # fmt: skip


async def flood(bench: Bench, server: Server, connections: int = 1_050) -> dict[str, Any]:
    """Hold more silent connections than the server takes. Say what a normal client sees."""
    opened = []
    for _ in range(connections):
        with suppress(OSError):
            opened.append(await asyncio.open_connection(*_place(server)))
    begun = time.monotonic()
    seen: Counter[str] = Counter()
    good_after = None
    while good_after is None and time.monotonic() < begun + 60:
        response = await sent_raw(_place(server), raw_request(bench.asked[0], "json"), 10)
        line = _first_line(response)
        seen[line] += 1
        if " 200 " in line:
            good_after = round(time.monotonic() - begun, 1)
        elif seen[line] == 1:
            seen[f"as: {response[-200:]!r}"] += 1
        await asyncio.sleep(1)
    for _, writer in opened:
        writer.close()
    return {"connections": len(opened), "seen": dict(seen), "answered_again_after": good_after}


def _first_line(received: bytes) -> str:
    return received.partition(b"\r\n")[0].decode("latin-1") or "closed without a word"


async def leaving(bench: Bench) -> dict[str, Any]:
    """Clients that leave in the middle, without a chat model and with one that never ends."""
    report: dict[str, Any] = {}
    rng = random.Random(SEED)

    async def leave(server: Server, asked: Asked, form: Form, most: float) -> bool:
        """Return True if the client left before its answer had come."""
        reader, writer = await asyncio.open_connection(*_place(server))
        writer.write(raw_request(asked, form))
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(rng.uniform(0, most)):
                await reader.read()
            return False
        if rng.random() < 0.5:
            writer.transport.abort()  # with a reset
        else:
            writer.close()
        return True

    for name, most, at_once in (("without a model", 1.0, 20), ("a model that never ends", 2.0, 30)):
        with chat_model({}, only="never ends") as endpoint:
            environment = {} if most == 1.0 else endpoint.environment
            log = bench.log("leaving")
            async with (
                served(bench.index, log, environment=environment) as server,
                asker(server) as client,
            ):
                await crowd(client, [Job(one) for one in bench.asked[:3]], 1)
                before, memory = await noted_figures(client), server.memory()
                left = 0
                for first in range(0, bench.options.leaving, at_once):
                    some = range(first, min(first + at_once, bench.options.leaving))
                    gone = await asyncio.gather(
                        *(leave(server, bench.asked[i % len(bench.asked)],
                                FORMS[i % len(FORMS)], most) for i in some)
                    )  # fmt: skip
                    left += sum(gone)
                idle, let_go = await client.until_idle(60), await endpoint.until_let_go(60)
                await asyncio.sleep(1)
                worked = server.processor_seconds()
                await asyncio.sleep(3)
                worked = server.processor_seconds() - worked
                after = await noted_figures(client)
                tried, seconds = await crowd(client, [Job(one) for one in bench.asked[:5]], 1)
                whole = Result.of("then one client", 1, tried, seconds)
                report[name] = {
                    "clients": bench.options.leaving, "left": left, "idle_after": idle,
                    "model_let_go_after": let_go, "processor_seconds_in_3_idle": round(worked, 2),
                    "figures": {k: v - before.get(k, 0) for k, v in after.items()
                                if v != before.get(k, 0)},
                    "memory_before": memory, "memory_after": server.memory(),
                    "answers_afterwards": whole.answers, "errors_afterwards": whole.errors,
                    "troubles": dict(server.troubles)}  # fmt: skip
    return report


# --- stopping ------------------------------------------------------------------------------------


async def stopping(bench: Bench) -> dict[str, Any]:
    """SIGTERM while many ask: whole answers or clear refusals, and an end in time."""
    report: dict[str, Any] = {}
    cases = {"without a model": None, "beside half-open connections": None,
             "model answers well": "answers well", "model never ends": "never ends"}  # fmt: skip
    for name, only in cases.items():
        with chat_model({}, only=only or "answers well") as endpoint:
            environment = endpoint.environment if only else {}
            async with served(
                bench.index, bench.log("stopping"), environment=environment
            ) as server:
                report[name] = await _stopped(bench, server, half_open="half-open" in name)
    return report


async def _stopped(bench: Bench, server: Server, *, half_open: bool) -> dict[str, Any]:
    seen: Counter[str] = Counter()
    strange: list[str] = []
    told_to_stop = math.inf
    others = []
    if half_open:
        others = [
            asyncio.ensure_future(stray(server, bench.asked[0], kind, 60))
            for kind in STRAYS
            for _ in range(5)
        ]

    async def work(first: int, client: Asker) -> None:
        for number in range(first, first + 1_000):
            asked = bench.asked[number % len(bench.asked)]
            tried = await client.ask(asked, FORMS[number % len(FORMS)], patience=1)
            if tried.ended < told_to_stop:
                continue
            when = "begun before" if tried.begun < told_to_stop else "begun after"
            fate = "whole" if tried.answered else tried.error.partition(":")[0]
            wrong = [w for w in tried.found if not w.startswith(("missed", "changed"))]
            seen[f"{when}: {'torn: ' * bool(wrong)}{fate}"] += 1
            if wrong or fate.startswith(("Remote", "Read")):
                strange.append(f"{tried.form}: {tried.error} {wrong}")
            if "ConnectError" in tried.error or not server.alive:
                return

    async with asker(server) as client:
        workers = [asyncio.ensure_future(work(50 * n, client)) for n in range(20)]
        await asyncio.sleep(6)
        told_to_stop = time.monotonic()
        took = await asyncio.to_thread(server.stop, signal.SIGTERM, 60.0)
        _, late = await asyncio.wait(workers, timeout=20)
        for task in (*late, *others):
            task.cancel()
    return {"ended_after": took, "exit_code": server.process.returncode,
            "requests_under_way_or_later": dict(seen), "strange": strange[:10],
            "clients_that_hang": len(late), "troubles": dict(server.troubles)}  # fmt: skip


# --- memory --------------------------------------------------------------------------------------


async def memory(bench: Bench) -> dict[str, Any]:
    """The growth of memory with questions, after a warm-up of a quarter of the time."""
    seconds = 60 * bench.options.minutes
    samples: list[tuple[float, int, dict[str, float]]] = []
    tried: list[Tried] = []
    async with served(bench.index, bench.log("memory")) as server, asker(server) as client:
        results = [await alone(client, bench.asked)]
        begun = time.monotonic()

        async def sample() -> None:
            while True:
                samples.append((time.monotonic() - begun, len(tried), server.memory()))
                await asyncio.sleep(1)

        async def work(first: int) -> None:
            for number in range(first, first + 1_000_000):
                if time.monotonic() > begun + seconds:
                    return
                asked = bench.asked[(7 * number) % len(bench.asked)]
                form = FORMS[number % len(FORMS)]
                tried.append(await client.ask(asked, form, wording=number // len(bench.asked)))

        async with meanwhile(sample):
            await asyncio.gather(*(work(250_007 * n) for n in range(4)))
        results.append(Result.of("four clients", 4, tried, seconds))
        counted = [one for one in samples if one[0] > seconds / 4]
        growth = {kind: grown([n for _, n, _ in counted], [m[kind] for _, _, m in counted])
                  for kind in ("VmRSS", "RssAnon")}  # fmt: skip
        return {"table": results, "growth": growth, "first": samples[0], "last": samples[-1],
                "samples": samples[:: max(1, len(samples) // 60)],
                **await afterwards(server, client)}  # fmt: skip


def grown(questions: Sequence[int], mebibytes: Sequence[float], blocks: int = 20) -> dict[str, Any]:
    """Return the MiB for 1,000 questions by a line of least squares, with its 95 % interval.

    Neighbouring samples are alike, so the line goes through the means of equal stretches, and the
    interval is Student's for these.
    """
    pieces = [p for p in np.array_split(np.arange(len(questions)), blocks) if len(p)]
    x = [float(np.mean([questions[i] for i in piece])) / 1000 for piece in pieces]
    y = [float(np.mean([mebibytes[i] for i in piece])) for piece in pieces]
    if len(x) < 4 or len(set(x)) < 4:
        return {"points": len(x)}
    line = stats.linregress(x, y)
    half = float(stats.t.ppf(0.975, len(x) - 2)) * float(line.stderr)
    slope = float(line.slope)
    return {"mebibytes_per_1000_questions": round(slope, 3), "points": len(x),
            "interval": (round(slope - half, 3), round(slope + half, 3))}  # fmt: skip


# --- malformed requests --------------------------------------------------------------------------


async def fuzz(bench: Bench) -> dict[str, Any]:
    """Malformed requests: no crash, no status 500, and a healthy server after each hundred."""
    report: dict[str, Any] = {"requests": bench.options.fuzz}
    folder = bench.fresh_index()
    async with served(folder, bench.log("fuzz")) as server, asker(server) as client:
        results = [await alone(client, bench.asked)]
        statuses: Counter[str] = Counter()
        bad: dict[str, bytes] = {}
        for hundred in batches(malformed_requests(bench.options.fuzz, SEED), 100):
            gate = asyncio.Semaphore(32)

            async def one(kind: str, data: bytes, gate: asyncio.Semaphore = gate) -> None:
                async with gate:
                    line = _first_line(await sent_raw(_place(server), data, 40))
                status = line.split()[1] if line.startswith("HTTP") else line.lstrip("- ")
                statuses[f"{kind}: {status}"] += 1
                if status.startswith("5") or "no answer" in line:
                    bad.setdefault(f"{kind}: {status}", data)

            await asyncio.gather(*(one(kind, data) for kind, data in hundred))
            health = await client.client.get("/health")
            if not server.alive or health.status_code != 200:
                report["crashed_after"] = [repr(data[:2_000]) for _, data in hundred]
                break
        report["statuses"] = dict(sorted(statuses.items()))
        report["bad"] = {name: repr(await smallest(_place(server), data))[:1_500]
                         for name, data in bad.items()}  # fmt: skip
        report["idle_after"] = await client.until_idle(30)
        tried, seconds = await crowd(client, [Job(one) for one in bench.asked[:_ALONE]], 1)
        results.append(Result.of("one client afterwards", 1, tried, seconds))
        report["memory_after"] = server.memory()
        if bench.options.schemathesis:
            report["schemathesis"] = await asyncio.to_thread(_from_schema, bench, server)
        report["troubles"] = dict(server.troubles)
        report["table"] = results
    return report


def batches(
    all_of_them: Iterator[tuple[str, bytes]], size: int
) -> Iterator[list[tuple[str, bytes]]]:
    some: list[tuple[str, bytes]] = []
    for one in all_of_them:
        some.append(one)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def _from_schema(bench: Bench, server: Server) -> dict[str, Any]:
    """Run Schemathesis, with about as many cases as asked for over all operations."""
    with httpx2.Client(trust_env=False) as client:
        paths = client.get(f"{server.url}/openapi.json").json()["paths"]
    examples = max(1, bench.options.fuzz // sum(map(len, paths.values())))
    command = [bench.options.schemathesis, "run", f"{server.url}/openapi.json",
               "--checks", "not_a_server_error", "--max-examples", str(examples),
               "--phases", "examples,coverage,fuzzing", "--workers", "2", "--seed", str(SEED),
               "--continue-on-failure", "--no-color", "--generation-database", "none"]  # fmt: skip
    log = bench.log("schemathesis")
    status: int | str
    with log.open("w", encoding="utf-8") as out, suppress(subprocess.TimeoutExpired):
        status = "stopped, the time was up"
        # Its cache is written to the working folder.
        status = subprocess.run(
            command, cwd=bench.work, stdout=out, stderr=out, timeout=bench.options.fuzz_seconds
        ).returncode
    end = log.read_text(encoding="utf-8")[-4_000:]
    return {"command": " ".join(command), "ended": status, "end_of_report": end}


# --- all of it -----------------------------------------------------------------------------------

SCENARIOS: dict[str, Callable[[Bench], Coroutine[Any, Any, dict[str, Any]]]] = {
    "load": load,
    "fairness": fairness,
    "updates": updates,
    "model": model,
    "slow": slow,
    "leaving": leaving,
    "stopping": stopping,
    "memory": memory,
    "fuzz": fuzz,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path, help="folder of articles, or of sets")
    parser.add_argument("--articles", type=int, default=1_000, help="articles of the sets")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--questions", type=int, default=200, help="different questions")
    parser.add_argument("--repeats", type=int, default=2, help="how often each is asked")
    parser.add_argument("--every", type=float, default=3.0, help="seconds between updates")
    parser.add_argument("--model-questions", type=int, default=140)
    parser.add_argument("--model-clients", type=int, default=40)
    parser.add_argument("--strays", type=int, default=30, help="half-open connections of a kind")
    parser.add_argument("--leaving", type=int, default=200, help="clients that leave")
    parser.add_argument("--minutes", type=float, default=2.0, help="for the memory")
    parser.add_argument("--fuzz", type=int, default=500, metavar="N", help="malformed requests")
    parser.add_argument("--fuzz-seconds", type=int, default=900, help="for Schemathesis")
    parser.add_argument("--schemathesis", metavar="PROGRAM", help="also fuzz from the schema")
    parser.add_argument("--scenario", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--work", type=Path, help="keep the index and the logs here")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()

    # Whatever ends this program also ends the server.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        articles = list(planted(options.questions))
        made = work / "index"
        if not made.is_dir():
            write_planted(work / "planted", articles)
            made = index(options.corpus.resolve(), options.articles, work / "planted", work)
        if len(list((work / "planted").iterdir())) < options.questions:
            parser.error(f"{made} was made for fewer questions: give another --work")
        asked = tuple(one.asked for one in articles)
        bench = Bench(options, work, made, asked, {"options": _told(vars(options))})
        for name in options.scenario:
            print(f"\n## {name}\n", flush=True)
            told = asyncio.run(SCENARIOS[name](bench))
            results = told.pop("table", None)
            if results:
                print(table(results) + "\n")
                told["table"] = [one.as_json() for one in results]
            shown = {k: v for k, v in told.items() if k not in ("table", "samples")}
            print(json.dumps(shown, indent=1, ensure_ascii=False), flush=True)
            bench.report[name] = told
            if options.json:
                text = json.dumps(bench.report, indent=1, ensure_ascii=False)
                options.json.write_text(text + "\n", encoding="utf-8")
    return 0


def _told(options: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, Path) else v for k, v in options.items()}


if __name__ == "__main__":
    sys.exit(main())
