"""The parts of `serving_load.py`: articles with known facts, the server, and clients that check.

Each planted article tells facts about a place that no other article names. A question about one of
them has its own right value and its own article, so an answer to another question is noticed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from eval.collection import is_collection, read_documents
from rag.errors import AnswerFormatError
from rag.types import Answer

SEED = 11
PATIENCE = 300.0
"""The seconds that a client keeps trying for one question."""
Form = Literal["json", "events", "chat", "chat events"]
FORMS: tuple[Form, ...] = ("json", "json", "json", "events", "events", "chat", "chat events")
"""The forms that clients ask in, one after the other: mostly REST, some as streams."""
PROGRAM = Path(sys.executable).with_name("rag")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")
_REQUEST_ID = re.compile(r"req-[0-9a-f]{16}")
_MARKER = re.compile(r"\[\d+\]")
_MOST_BYTES = 4_000_000
"""The most bytes of a file of articles; `rag index` takes 5 MB."""


# --- articles -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question in several wordings, the value that its answer holds, and the article of it."""

    number: int
    wordings: tuple[str, ...]
    value: str
    doc_id: str

    @property
    def text(self) -> str:
        return self.wordings[0]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """An article with a known fact, and the question about it."""

    asked: Asked
    article: str


_THINGS = {
    "en": ("lighthouse", "ferry", "theatre", "library", "brewery", "mill", "tramway", "museum",
           "observatory", "cannery"),
    "zh": ("灯塔", "渡轮", "剧院", "图书馆", "酒厂", "磨坊", "电车", "博物馆", "天文台", "罐头厂"),
}  # fmt: skip
_SYLLABLES = ("bra", "del", "fos", "gri", "hul", "jor", "kav", "lin", "mor", "nes", "pol", "rud",
              "sta", "tov", "ulv", "vin", "wex", "yst", "zan", "orm")  # fmt: skip
_CHARACTERS = "澜岚汀屿峪浔泖渌沅潞淅滁漳湟洮涪郫邛邺鄞鄱缙嵊婺歙黟睢亳颍濉"
_NAMES = {
    "en": ("Anna Berg", "Jon Falk", "Mira Holm", "Per Lund", "Eva Strand", "Ola Vik"),
    "zh": ("陈立秋", "周婉清", "林致远", "吴思敏", "郑怀瑾", "何静姝"),
}
_ASIDES = {
    "en": (
        "Rain had delayed the work twice.", "The council voted in favour by nine to four.",
        "A local choir sang at the ceremony.", "The old roof was kept.",
        "School classes may visit free of charge.", "Parking remains a problem in summer.",
        "Two benches were given by neighbours.", "The paint came from a nearby factory.",
        "Critics had asked for a cheaper plan.", "A café will follow next spring.",
    ),
    "zh": (
        "施工曾因降雨两度推迟。", "镇议会以九比四通过该方案。", "当地合唱团在仪式上演唱。",
        "旧屋顶得以保留。", "学校班级可免费参观。", "夏季停车仍是难题。", "两张长椅由邻居捐赠。",
        "油漆来自附近的工厂。", "有人曾要求更省钱的方案。", "明年春天还将开设咖啡馆。",
    ),
}  # fmt: skip


def planted(count: int, prefix: str = "planted", seed: int = SEED) -> Iterator[Planted]:
    """Yield articles, English and Chinese in turns. Another `prefix` gives other places."""
    rng = random.Random(f"{seed} {prefix}")
    used: set[str] = set()
    number = 0
    while number < count:
        language = ("en", "zh")[number % 2]
        if language == "en":
            place = "".join(rng.sample(_SYLLABLES, 3)).capitalize()
        else:
            place = "".join(rng.sample(_CHARACTERS, 3)) + "镇"
        if place in used:
            continue
        used.add(place)
        yield _planted(number, prefix, language, place, rng)
        number += 1


def _planted(number: int, prefix: str, language: str, place: str, rng: random.Random) -> Planted:
    thing, person = rng.choice(_THINGS[language]), rng.choice(_NAMES[language])
    cost, days, visitors = rng.randint(1_001, 9_999), rng.randint(11, 99), rng.randint(11, 998)
    asides = rng.sample(_ASIDES[language], 4)
    day = f"2025-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    if language == "en":
        title = f"{place}: the {thing} is open again"
        facts = [
            f"The {thing} of {place} was rebuilt for {cost} kroner.",
            f"{person} leads the {thing} of {place}, and said that the work took {days} days.",
            f"About {visitors} people came to the {thing} on the first evening.",
        ]
        wordings = (
            f"For how many kroner was the {thing} of {place} rebuilt?",
            f"How many kroner did it cost to rebuild the {thing} of {place}?",
            f"What did rebuilding the {thing} of {place} cost in kroner?",
            f"The {thing} of {place} was rebuilt for how many kroner?",
        )
    else:
        title = f"{place}{thing}重新开放"
        facts = [
            f"{place}{thing}的重建费用为{cost}万元。",
            f"{place}{thing}负责人{person}表示，工程历时{days}天。",
            f"首日晚间约有{visitors}人到访{thing}。",
        ]
        wordings = (
            f"{place}{thing}的重建费用是多少万元？",
            f"重建{place}{thing}花费了多少万元？",
            f"{place}{thing}重建花了多少钱？",
            f"{place}{thing}的重建费用为多少？",
        )
    gap = " " if language == "en" else ""
    body = gap.join([facts[0], *asides[:2]]) + "\n\n" + gap.join([*facts[1:], *asides[2:]])
    doc_id = f"{prefix}-{number:05}"
    article = f"---\ntitle: '{title}'\ndate: {day}\noutlet: {prefix}\n---\n\n{body}\n"
    asked = Asked(number=number, wordings=wordings, value=str(cost), doc_id=doc_id)
    return Planted(asked=asked, article=article)


def write_planted(folder: Path, articles: Sequence[Planted]) -> None:
    """Write each article to a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in articles:
        (folder / f"{one.asked.doc_id}.md").write_text(one.article, encoding="utf-8")


def index(corpus: Path, articles: int, planted_folder: Path, work: Path) -> Path:
    """Return an index of the corpus and of the planted articles, made with `rag index`.

    The corpus is a folder of articles, or a set or a folder of sets (form: `eval/collection.py`),
    of which `articles` are drawn.
    """
    made = work / "index"
    sets = [p for p in (corpus, *sorted(corpus.iterdir())) if p.is_dir() and is_collection(p)]
    folder = corpus
    if sets:
        folder = work / "corpus"
        _write_drawn(sets, articles, folder)
    environment = {**os.environ, "RAG_INDEX": str(made), "RAG_LANG": "en"}
    command = [str(PROGRAM), "index", str(folder), str(planted_folder)]
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr, timeout=7_200)
    return made


def _write_drawn(sets: Sequence[Path], most: int, folder: Path) -> None:
    """Write a fixed sample of the articles of the sets, none twice, as JSON Lines."""
    found = {d.text: (s.name, d) for s in sets for d in read_documents(s)}
    drawn = sorted(found.values(), key=lambda pair: (pair[0], pair[1].doc_id))
    random.Random(SEED).shuffle(drawn)
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    size = files = 0
    for name, document in drawn[:most]:
        fields = {"id": f"{name}/{document.doc_id}", "text": document.text}
        fields |= {"title": document.title} if document.title else {}
        fields |= {"date": str(document.published)[:10]} if document.published else {}
        line = json.dumps(fields, ensure_ascii=False) + "\n"
        if lines and size + len(line.encode()) > _MOST_BYTES:
            (folder / f"{files}.jsonl").write_text("".join(lines), encoding="utf-8")
            lines, size, files = [], 0, files + 1
        lines.append(line)
        size += len(line.encode())
    (folder / f"{files}.jsonl").write_text("".join(lines), encoding="utf-8")


# --- the server ---------------------------------------------------------------------------------


class Server:
    """A `rag serve` in a process of its own. Use `served`, which also ends it."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.url = ""
        self.troubles: Counter[str] = Counter()
        """The lines of the log that are no line of a request, such as failures, in short."""
        self._ready = threading.Event()
        self._log = log
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self._log.open("a", encoding="utf-8") as file:
            for line in self.process.stderr:
                file.write(line)
                file.flush()
                if not self.url and (found := _ADDRESS.search(line)):
                    self.url = found[0]
                    self._ready.set()
                elif self.url and '"event": "request"' not in line and len(self.troubles) < 50:
                    self.troubles[_in_short(line)] += 1
        self._ready.set()

    def wait_ready(self, seconds: float = 120) -> None:
        self._ready.wait(seconds)
        if not self.url:
            raise SystemExit(f"The server did not start: see {self._log}")

    def memory(self) -> dict[str, float]:
        """Return the resident memory in MiB, in all and without files, and threads and files."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        mebibytes = {name: int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")}
        files = len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
        return {**mebibytes, "threads": float(fields["Threads"]), "files": float(files)}

    def processor_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        user, system = fields.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, sent: signal.Signals = signal.SIGTERM, seconds: float = 60) -> float | None:
        """Ask the server to end, and return after how many seconds it did, None if it did not."""
        started = time.monotonic()
        with suppress(ProcessLookupError):
            self.process.send_signal(sent)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        self._reader.join(5)
        return time.monotonic() - started


def _in_short(line: str) -> str:
    """Return the event of a line of the log, with the end of its traceback."""
    try:
        fields = json.loads(line)
        ends = [part for part in fields.get("error", "").splitlines() if part.strip()]
        said = " / ".join([fields["event"].strip(), *(part.strip() for part in ends[-3:])])
        return _REQUEST_ID.sub("req-…", said)[:400]
    except (ValueError, KeyError, TypeError, AttributeError):
        return line.strip()[:400]


@asynccontextmanager
async def served(
    index_folder: Path,
    log: Path,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Server]:
    """Run `rag serve` on a free port until the block ends."""
    kept = {k: v for k, v in os.environ.items() if k not in ("RAG_MODEL", "OPENAI_BASE_URL")}
    set_here = {"RAG_INDEX": str(index_folder), "RAG_LANG": "en", **(environment or {})}
    process = subprocess.Popen(
        [str(PROGRAM), "serve", "--port", "0", *options],
        env={**kept, **set_here},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    server = Server(process, log)
    try:
        await asyncio.to_thread(server.wait_ready)
        yield server
    finally:
        if server.alive:
            await asyncio.to_thread(server.stop)


def copied(index_folder: Path, to: Path) -> Path:
    """Return a fresh copy of an index, which a scenario may change."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(index_folder, to)
    return to


# --- asking -------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Tried:
    """A question from its first try to its end. Times are of `time.monotonic`."""

    asked: Asked
    form: Form
    begun: float
    accepted: float = 0.0
    """When the try that was answered began."""
    ended: float = 0.0
    waits: list[float] = field(default_factory=list)
    """The `Retry-After` of each 429."""
    error: str = ""
    """Why there is no answer, if there is none."""
    body: str = ""
    answer: Answer | None = None
    text: str = ""
    found: list[str] = field(default_factory=list)
    """What is wrong with the answer."""

    @property
    def answered(self) -> bool:
        return not self.error


class Asker:
    """Asks questions over HTTP, waits as it is told to, and checks what comes."""

    def __init__(self, url: str, articles: Mapping[str, str] | None = None) -> None:
        self.client = httpx2.AsyncClient(
            base_url=url,
            trust_env=False,
            timeout=httpx2.Timeout(PATIENCE, connect=30),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=None),
        )
        self.articles = dict(articles or {})
        """Texts of articles as the server shows them, by id."""
        self.same: dict[tuple[str, str], object] = {}
        """The text and the citations of the first answer to each question."""

    async def ask(
        self,
        asked: Asked,
        form: Form = "json",
        *,
        wording: int = 0,
        headers: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> Tried:
        """Ask until there is an answer, an error or no patience. Raises nothing but a cancel."""
        text = asked.wordings[wording % len(asked.wordings)]
        tried = Tried(asked=asked, form=form, begun=time.monotonic())
        while True:
            tried.accepted = time.monotonic()
            try:
                response = await self._sent(text, form, headers)
            except httpx2.HTTPError as error:
                tried.error = f"{type(error).__name__}: {error}"[:120]
                break
            if response.status_code == 429:
                wait = response.headers.get("retry-after", "")
                if not wait.isdigit():
                    tried.error = "429 without Retry-After"
                    break
                tried.waits.append(float(wait))
                if time.monotonic() + float(wait) - tried.begun > patience:
                    tried.error = "429 until patience ended"
                    break
                await asyncio.sleep(float(wait))
                continue
            if response.status_code != 200:
                tried.error = f"{response.status_code} {_code(response)}"
                if response.status_code == 503 and "retry-after" not in response.headers:
                    tried.error += " without Retry-After"
            tried.body = response.text
            break
        tried.ended = time.monotonic()
        if tried.answered:
            self._check(tried, text)
        return tried

    async def _sent(
        self, text: str, form: Form, headers: Mapping[str, str] | None
    ) -> httpx2.Response:
        path, fields = request_of(text, form)
        return await self.client.post(path, json=fields, headers=headers)

    def _check(self, tried: Tried, text: str) -> None:
        try:
            if tried.form in ("json", "events"):
                body = tried.body if tried.form == "json" else _answer_of_events(tried)
                self._check_answer(tried, text, body)
            else:
                self._check_chat(tried, text)
        except (ValueError, KeyError, IndexError, TypeError, AnswerFormatError) as error:
            tried.found.append(f"torn: {type(error).__name__}: {error}"[:200])

    def _check_answer(self, tried: Tried, question: str, body: str) -> None:
        fields = json.loads(body)
        answer = tried.answer = Answer.from_json(body)
        tried.text = answer.text
        if fields["question"] != question:
            tried.found.append(f"mixed up: the question is {fields['question']!r}")
        if fields["text"] != answer.text:
            tried.found.append("torn: the text is not that of the statements")
        for citation in answer.citations:
            known = self.articles.get(citation.doc_id)
            if f"[{citation.marker}]" not in answer.text:
                tried.found.append("torn: a marker is missing")
            if known is not None and known[citation.start : citation.end] != citation.quote:
                tried.found.append(f"wrong quote of {citation.doc_id}")
        cited = {citation.doc_id for citation in answer.citations}
        self._check_fact(tried, any(doc.endswith(tried.asked.doc_id) for doc in cited))
        places = tuple((c.doc_id, c.start, c.end, c.quote) for c in answer.citations)
        self._check_same(tried, question, text=tried.text, places=places)

    def _check_chat(self, tried: Tried, question: str) -> None:
        if tried.form == "chat":
            message = json.loads(tried.body)["choices"][0]["message"]
            tried.text, notes = message["content"], message["annotations"]
        else:
            tried.text, notes = _text_of_chat_events(tried.body)
        for note in notes:
            place = note["url_citation"]
            if not _MARKER.fullmatch(tried.text[place["start_index"] : place["end_index"]]):
                tried.found.append("torn: an annotation is not at a marker")
        urls = [note["url_citation"]["url"] for note in notes]
        self._check_fact(tried, any(f"{tried.asked.doc_id}?" in url for url in urls))
        self._check_same(tried, question, text=tried.text)

    def _check_fact(self, tried: Tried, cited: bool) -> None:
        if not cited or tried.asked.value not in tried.text:
            tried.found.append("missed: the answer has not its own fact and article")

    def _check_same(self, tried: Tried, question: str, **parts: object) -> None:
        """Compare with the first answer to the same question, whatever form it had."""
        firsts = {
            name: self.same.setdefault((question, name), part) for name, part in parts.items()
        }
        if firsts != parts:
            tried.found.append("changed: the answer differs from an earlier one")

    async def learn(self, ids: Sequence[str]) -> None:
        """Read the texts of articles, to compare quotes with."""
        for doc_id in ids:
            if doc_id not in self.articles:
                response = await self.client.get(f"/v1/articles/{doc_id}")
                if response.status_code == 200:
                    self.articles[doc_id] = response.json()["text"]

    async def figures(self) -> dict[str, float]:
        """Return the figures of `/metrics`."""
        found: dict[str, float] = {}
        for line in (await self.client.get("/metrics")).text.splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[name] = float(value)
        return found

    async def until_idle(self, seconds: float) -> float | None:
        """Return after how many seconds nothing runs or waits, None if not within `seconds`."""
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            figures = await self.figures()
            if not figures["cited_rag_running"] and not figures["cited_rag_waiting"]:
                return time.monotonic() - begun
            await asyncio.sleep(0.1)
        return None


@asynccontextmanager
async def asker(server: Server, articles: Mapping[str, str] | None = None) -> AsyncIterator[Asker]:
    """Open a client of a server for the block."""
    made = Asker(server.url, articles)
    try:
        yield made
    finally:
        await made.client.aclose()


def request_of(text: str, form: Form) -> tuple[str, dict[str, Any]]:
    """Return the path and the fields that ask a question in a form."""
    if form in ("json", "events"):
        return "/v1/answer", {"question": text, "stream": form == "events"}
    messages = [{"role": "user", "content": text}]
    fields = {"model": "cited-rag", "messages": messages, "stream": form == "chat events"}
    return "/v1/chat/completions", fields


def _code(response: httpx2.Response) -> str:
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return response.text[:60]


def _events(body: str) -> list[tuple[str, str]]:
    """Return the names and data of server-sent events. Raises `ValueError` for a torn stream."""
    if not body.endswith("\n\n"):
        raise ValueError(f"the stream ends in {body[-40:]!r}")
    found = []
    for block in body[:-2].split("\n\n"):
        lines = block.split("\n")
        if block.startswith(":"):
            continue
        name = lines.pop(0).removeprefix("event: ") if lines[0].startswith("event: ") else ""
        if len(lines) != 1 or not lines[0].startswith("data: "):
            raise ValueError(f"no event: {block[:80]!r}")
        found.append((name, lines[0].removeprefix("data: ")))
    return found


def _answer_of_events(tried: Tried) -> str:
    """Return the answer at the end of a stream of events."""
    told = _events(tried.body)
    names = [name for name, _ in told]
    if names[-1] == "error":
        tried.found.append(f"error in the stream: {told[-1][1][:100]}")
    if names[-1] != "answer" or names.count("answer") != 1:
        raise ValueError(f"the stream ends with {names[-1]!r}")
    data = [json.loads(data) for _, data in told]
    statements = [d for n, d in zip(names, data, strict=True) if n == "statement"]
    if statements != data[-1]["statements"]:
        tried.found.append("torn: the statements of the stream are not those of its answer")
    return told[-1][1]


def _text_of_chat_events(body: str) -> tuple[str, list[Any]]:
    told = [data for _, data in _events(body)]
    if told[-1] != "[DONE]":
        raise ValueError(f"the stream ends with {told[-1][:100]!r}")
    chunks = [json.loads(data) for data in told[:-1]]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    if chunks[-1]["choices"][0]["finish_reason"] != "stop":
        raise ValueError("the stream has no end")
    notes = [note for delta in deltas for note in delta.get("annotations", ())]
    return "".join(delta.get("content", "") for delta in deltas), notes


# --- malformed requests --------------------------------------------------------------------------

_HEAD = b"POST /v1/answer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
_DEEP = 50_000
_VALUES: tuple[str, ...] = (
    *("null", "true", "0", "-1", "1e999", "-0.0", "NaN", "Infinity", '""', '" "', "[]", "{}"),
    *("9" * 30, "9" * 5_000, '"\\u0000"', '"\\ud800"', '"\\udfff x"', '"\\uffff\\u202e"', '"\\n"'),
    *('"' + "a" * 10_001 + '"', '"' + "字" * 9_999 + '"', "[[[]]]", '[{"role":"user"}]', "[null]"),
    *('[{"role":"user","content":"\\ud800"}]', '[{"role":"\\ud83d","content":"x"}]', '"yes"'),
    *('[{"role":"user","content":[{"type":"text","text":7}]}]', '[{"role":"user","content":[[]]}]'),
    *('[{"role":"user","content":{"a":1}}]', '[{"role":1,"content":"x"}]', '"0001-01-01"', '"1"'),
    *('"9999-12-31"', '"2025-02-30"', '"2025-13"', '"-1-01-01"', '"today"', '"zh"', '"en"', "5"),
    *('{"include_usage":true}', '[{"question":"x"}]', '[{"text":1}]', '"cited-rag"', '["a","b"]'),
    *('[{"role":"user","content":"who?"},{"role":"assistant","content":"\\ud800"},'
      '{"role":"user","content":"and why?"}]', '[{"role":"system"}]', '{"type":"function"}'),
)  # fmt: skip
_FIELDS = {
    "/v1/answer": "question history language sources stream passages since until today".split(),
    "/v1/search": "query k since until today".split(),
    "/v1/verify": "claim articles since until today".split(),
    "/v1/chat/completions": "model messages stream n tool_choice stream_options".split(),
    "/v1/responses": "model input stream instructions previous_response_id tool_choice".split(),
    "/mcp": "jsonrpc id method params".split(),
}
_NEEDED = {"question": '"What is it?"', "query": '"it"', "claim": '"It is."', "input": '"What?"',
           "model": '"cited-rag"', "messages": '[{"role":"user","content":"What is it?"}]',
           "jsonrpc": '"2.0"', "method": '"tools/list"', "id": "1"}  # fmt: skip
_PATHS = (
    *("/v1/articles/{}", "/a/{}", "/a/{}?at=0-5&v=" + "0" * 16 + "." + "0" * 16, "/v1/models/{}"),
    *("/v1/articles?after={}", "/v1/articles?since={}", "/v1/articles?limit={}", "/{}", "//{}"),
    *("/v1/articles?outlet={}&language={}", "/a/x?at={}&v={}&until={}&sig={}", "/health?{}", "*{}"),
)  # fmt: skip
_ODD = (
    *("%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "../../etc/passwd", "%ED%A0%80", "%", "%zz", "?"),
    *("a" * 8_000, "%F0%9F%98%80", "1e9", "-1", "9" * 400, "2025-02-30", "0001", "9999-12", "#x"),
    *("%0d%0aX-Injected:1", "a/b/c", ".", "%2e%2e", "planted-00000", "0-99999999999", "", "a%20b"),
)  # fmt: skip
_ODD_HEADERS = (
    *("Accept-Language: " + "zh-CN;q=0.9," * 300, "Accept-Language: ;;;q=,", "X-Request-Id: \xff"),
    *("X-Request-Id: " + "a" * 300, "Authorization: Bearer ", "Authorization: Bearer \xe9\xff"),
    *("X-Api-Key: rag-x-y", "Origin: null", "Origin: http://[", "Sec-Fetch-Site: cross-site"),
    *("Host: evil.example", "Host:", "Host: [::1", "Content-Type: multipart/form-data", "Range: x"),
    *("Content-Type: application/json; charset=utf-16", "Content-Type: \xff"),
    *("Cookie: " + "a" * 9_000, "If-None-Match: *"),
    *("Expect: 100-continue", "Expect: 200-ok", "Upgrade: h2c\r\nConnection: Upgrade", "TE: gzip"),
    *("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x", "Connection: close, x"),
    *("Content-Encoding: gzip", "X-Forwarded-Host: a\x0bb", "Accept: text/event-stream", "A b: c"),
    *("No colon at all", " folded", "Bad : space", "X: \x00", "X: a\rb", "X: a\nb", ": empty"),
)  # fmt: skip
_ODD_LINES = (
    *(b"GET", b"GET /", b"GET  / HTTP/1.1", b"GET / HTTP/9.9", b"/ GET HTTP/1.1", b"\x00", b""),
    *(b"G\xffT / HTTP/1.1", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0"),
    *(b"GET http://evil.example/ HTTP/1.1", b"GET / HTTP/1.0", b"get /health HTTP/1.1", b"GET *"),
    *(b"GET /health\x00 HTTP/1.1", b"CONNECT a:1 HTTP/1.1", b"GET * HTTP/1.1", b"HEAD / HTTP/1.1"),
    *(b"DELETE /health HTTP/1.1", b"BREW /v1/answer HTTP/1.1", b"PUT /v1/articles HTTP/1.1"),
    *(b"TRACE / HTTP/1.1", b"PATCH /v1/articles/x HTTP/1.1", b"OPTIONS /v1/answer HTTP/1.1"),
)  # fmt: skip
_ODD_LENGTHS = (
    *(b"-1", b"0x10", b"1e3", b"", b"9" * 30, b"9" * 5_000, b"5, 6", b"5\r\nContent-Length: 6"),
    *(b"+5", b" 5 5", b"1_0", b"\xb2", b"26\r\nTransfer-Encoding: chunked", b"3", b"0", b"2097153"),
    b"220200961",
)  # fmt: skip
_ODD_CHUNKS = (
    *(b"zz\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n", b"\x00\r\n"),
    *(b"0\r\nX: y\r\n\r\n", b"0\r\nX y\r\n\r\n", b"2\n{}\n0\n\n", b"+2\r\n{}\r\n0\r\n\r\n"),
    *(b"ffffffffffffffffffff\r\n{}", b"2;" + b"a" * 70_000 + b"\r\n{}\r\n0\r\n\r\n"),
    b"1\r\n{\r\n" * 2_000 + b"0\r\n\r\n",
)  # fmt: skip
_ODD_JSON = (
    *(b"", b"null", b"[]", b'"x"', b"7", b"NaN", b"{}{}", b"\xff\xfe{}", b'{"question":"What?'),
    *(b"[" * _DEEP, b"[" * _DEEP + b"]" * _DEEP, b'{"a":' * _DEEP, b'{"question":' + b"[" * _DEEP),
    *('{"question":"What?"}'.encode("utf-16"), b'\xef\xbb\xbf{"question":"What?"}'),
    *(b'{"question":"\xff\xfe"}', b'{"question":"a","question":7}', b'{"question":7}'),
    b'{"question":"What?","x":' + b"9" * 5_000 + b"}",
    b'{"question":"What?","history":[' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"]}",
    b'{"question":"a' + b" " * 1_900_000 + b'"}',
)  # fmt: skip
_ODD_PARTS = (("b", "--", "file"), ("b", "", "file"), ("", "--", "file"), ("b", "--", "other"),
              ("b" * 300, "--", "file"))  # fmt: skip
_ODD_NAMES = (
    *("a.md", "../../a.md", "\x00.md", "a" * 5_000 + ".md", "a.zip", "a.exe", "", ".md", "a.docx"),
    *("/etc/passwd", "a.jsonl", "a.pdf", "con.md", "\xff\xfe.md"),
)
_ODD_FILES = (
    *(b"", b"# A\n\nIt is so.\n", b"PK\x03\x04" + b"\x07" * 90, b"%PDF-1.7\n" + b"\x07" * 90),
    *(b'{"text":"\\ud800 it is so"}\n[1]\n', b"---\ntitle: [\n---\n\nIt is so.\n"),
)


def malformed_requests(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield requests that no good client sends, each with its kind."""
    rng = random.Random(seed)
    kinds = tuple(_KINDS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield kind, _KINDS[kind](rng)


def _with_body(body: bytes, path: str = "/v1/answer", more: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if "content-type" not in more.lower():
        head += "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
    head += f"Content-Length: {len(body)}\r\n{more}\r\n"
    return head.encode("latin-1") + body


def _good(rng: random.Random) -> bytes:
    return _with_body(b'{"question":"What is %d?"}' % rng.randint(0, 999))


def _odd_line(rng: random.Random) -> bytes:
    line = rng.choice((*_ODD_LINES, rng.randbytes(80), b"GET /%s HTTP/1.1" % (b"a" * 70_000)))
    return line + b"\r\nHost: 127.0.0.1\r\n\r\n"


def _odd_header(rng: random.Random) -> bytes:
    more = "".join(line + "\r\n" for line in rng.sample(_ODD_HEADERS, rng.randint(1, 3)))
    return _with_body(b'{"question":"What is it?"}', more=more)


def _huge_head(rng: random.Random) -> bytes:
    one, many = rng.choice(((200_000, 1), (60_000, 1), (10, 5_000), (0, 20_000), (1_000, 70)))
    line = b"X-%d: " + b"a" * one + b"\r\n"
    return _HEAD + b"".join(line % number for number in range(many)) + b"Content-Length: 0\r\n\r\n"


def _odd_length(rng: random.Random) -> bytes:
    said = rng.choice(_ODD_LENGTHS)
    return _HEAD + b"Content-Length: " + said + b'\r\n\r\n{"question":"What is it?"}'


def _odd_chunks(rng: random.Random) -> bytes:
    coding = rng.choice((b"chunked", b"Chunked", b"gzip, chunked", b"chunked, chunked", b"x"))
    return _HEAD + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + rng.choice(_ODD_CHUNKS)


def _odd_json(rng: random.Random) -> bytes:
    return _with_body(rng.choice((*_ODD_JSON, rng.randbytes(200))), rng.choice(tuple(_FIELDS)))


def _odd_fields(rng: random.Random) -> bytes:
    path = rng.choice(tuple(_FIELDS))
    values = {name: _NEEDED[name] for name in _FIELDS[path] if name in _NEEDED}
    for name in rng.sample(_FIELDS[path], rng.randint(1, 2)):
        values[name] = rng.choice(_VALUES)
    body = ",".join(f'"{name}":{value}' for name, value in values.items())
    return _with_body(f"{{{body}}}".encode(), path)


def _odd_path(rng: random.Random) -> bytes:
    path = rng.choice(_PATHS)
    path = path.format(*(rng.choice(_ODD) for _ in range(4)))
    method = rng.choice(("GET", "GET", "GET", "HEAD", "DELETE", "OPTIONS"))
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def _odd_upload(rng: random.Random) -> bytes:
    mark, end, field = rng.choice(_ODD_PARTS)
    name = rng.choice(_ODD_NAMES)
    body = f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    file = rng.choice((*_ODD_FILES, rng.randbytes(300)))
    data = body.encode("latin-1") + file + f"\r\n--{mark}{end}\r\n".encode()
    kind = rng.choice(("form-data; boundary=" + mark, "form-data", "mixed; boundary=" + mark))
    return _with_body(data, "/v1/articles", f"Content-Type: multipart/{kind}\r\n")


def _mutated(rng: random.Random) -> bytes:
    data = bytearray(rng.choice((_good, _odd_fields, _odd_upload, _odd_path))(rng))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        data[at : at + rng.randint(0, 3)] = rng.choice((b"", b"\x00", b"\r\n", rng.randbytes(2)))
    return bytes(data)


_KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "request line": _odd_line,
    "header": _odd_header,
    "huge head": _huge_head,
    "length": _odd_length,
    "chunking": _odd_chunks,
    "JSON": _odd_json,
    "fields": _odd_fields,
    "more fields": _odd_fields,
    "path": _odd_path,
    "upload": _odd_upload,
    "mutated": _mutated,
}


async def sent_raw(place: tuple[str, int], data: bytes, seconds: float) -> bytes:
    """Send bytes and return the answer.

    It begins with "- no answer" if a whole request gets none within `seconds`. Of a request that is
    not whole, the end is sent after a second, and "- waits" tells that the server still waits.
    """
    received = bytearray()

    async def receive() -> None:
        while not _whole(received, data[:4]) and (piece := await reader.read(65_536)):
            received.extend(piece)

    try:
        reader, writer = await asyncio.open_connection(*place)
        writer.write(data)
        whole = _is_whole_request(data)
        try:
            async with asyncio.timeout(seconds if whole else 1):
                await receive()
        except TimeoutError:
            if whole:
                received += b"" if received else b"- no answer\r\n"
            else:
                writer.write_eof()
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await receive()
                received += b"" if received else b"- waits\r\n"
        writer.transport.abort()
    except OSError as error:
        return bytes(received) or f"- {type(error).__name__}\r\n".encode()
    return bytes(received)


def _is_whole_request(data: bytes) -> bool:
    """Return True if the server has no reason to wait for more."""
    head, gap, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\nContent-Length: (\d+)\r\n", head + b"\r\n")
    enough = not length or (len(length[1]) < 10 and int(length[1]) <= len(body))
    return bool(gap) and enough and b"ransfer-" not in head


def _whole(received: bytearray, method: bytes) -> bool:
    """Return True if an answer is there as a whole."""
    head, gap, body = bytes(received).partition(b"\r\n\r\n")
    if gap and head[9:12] == b"100":
        head, gap, body = body.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if not gap or method == b"HEAD" or head[9:12] in (b"204", b"304"):
        return bool(gap)
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


async def smallest(place: tuple[str, int], data: bytes, tries: int = 120) -> bytes:
    """Return a shorter request that the server answers with the same status. Parts are left out."""

    async def status(some: bytes) -> bytes:
        return (await sent_raw(place, some, 20)).partition(b"\r\n")[0]

    wanted = await status(data)
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")

    def joined(lines: Sequence[bytes], body: bytes) -> bytes:
        kept = [
            re.sub(rb"(?i)^(content-length:) *\d+$", rb"\1 %d" % len(body), one) for one in lines
        ]
        return b"\r\n".join(kept) + b"\r\n\r\n" + body

    if await status(joined(lines, body)) != wanted:
        return data
    for number in range(len(lines) - 1, 0, -1):
        shorter = [*lines[:number], *lines[number + 1 :]]
        if await status(joined(shorter, body)) == wanted:
            lines = shorter
    size = len(body) // 2
    while size and tries:
        at = 0
        while at < len(body) and tries:
            tries -= 1
            shorter_body = body[:at] + body[at + size :]
            if await status(joined(lines, shorter_body)) == wanted:
                body = shorter_body
            else:
                at += size
        size //= 2
    return joined(lines, body)


# --- results ------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Result:
    """What became of many questions."""

    name: str
    clients: int
    requests: int
    answers: int
    refused_then_answered: int
    refusals: int
    most_tries: int
    errors: dict[str, int]
    mixed_or_torn: int
    missed: int
    changed: int
    per_second: float
    from_first: tuple[float, float, float]
    """Seconds at p50, p95 and p99, from the first try."""
    from_accepted: tuple[float, float, float]
    examples: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, clients: int, tried: Sequence[Tried], seconds: float) -> Result:
        good = [one for one in tried if one.answered]
        found = [(one, what) for one in tried for what in one.found]
        wrong = [(one, what) for one, what in found if not what.startswith(("missed", "changed"))]
        return cls(
            name=name,
            clients=clients,
            requests=len(tried),
            answers=len(good),
            refused_then_answered=sum(bool(one.waits) for one in good),
            refusals=sum(len(one.waits) for one in tried),
            most_tries=max((len(one.waits) + 1 for one in tried), default=0),
            errors=dict(Counter(one.error for one in tried if one.error)),
            mixed_or_torn=len({id(one) for one, _ in wrong}),
            missed=sum(what.startswith("missed") for _, what in found),
            changed=sum(what.startswith("changed") for _, what in found),
            per_second=round(len(good) / max(seconds, 1e-9), 2),
            from_first=percentiles([one.ended - one.begun for one in good]),
            from_accepted=percentiles([one.ended - one.accepted for one in good]),
            examples=[f"{one.form}: {one.asked.text}: {what}" for one, what in wrong[:5]],
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Return p50, p95 and p99; zeros if there is nothing."""
    p50, p95, p99 = np.percentile(list(seconds) or [0.0], (50, 95, 99))
    return round(float(p50), 3), round(float(p95), 3), round(float(p99), 3)


def table(results: Sequence[Result]) -> str:
    """Return the results as a Markdown table. The first one is what ratios are to."""
    head = ("", "clients", "requests", "answers", "429s", "429, then answered", "most tries",
            "errors", "mixed up or torn", "fact missed", "changed", "answers/s",
            "from first try: p50 / p95 / p99, s", "ratio", "from accepted try: p50 / p95 / p99, s",
            "ratio")  # fmt: skip
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    alone = results[0]
    for one in results:
        errors = ", ".join(f"{n} × {kind}" for kind, n in one.errors.items()) or "0"
        cells = (one.name, one.clients, one.requests, one.answers, one.refusals,
                 one.refused_then_answered, one.most_tries, errors, one.mixed_or_torn, one.missed,
                 one.changed, f"{one.per_second:.2f}",
                 _shown(one.from_first), _ratio(one.from_first, alone.from_first),
                 _shown(one.from_accepted),
                 _ratio(one.from_accepted, alone.from_accepted))  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _shown(seconds: Sequence[float]) -> str:
    return " / ".join(f"{value:.2f}" for value in seconds)


def _ratio(seconds: Sequence[float], alone: Sequence[float]) -> str:
    return " / ".join(f"{a / b:.1f}" if b else "–" for a, b in zip(seconds, alone, strict=True))
