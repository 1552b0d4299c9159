"""The work behind the server: stopped when nobody waits, whole when it ends, counted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from rag.assistant import Assistant
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.types import Answer

from ..chat_server import (
    Behaviour,
    breaks_off,
    chat_server,
    drips,
    fails,
    never_ends,
    says,
    slow_start,
    stalls_after,
)
from .conftest import Running, running, until, with_model

WHY = "why did Apple choose Alibaba"


def figure(server: Running, name: str) -> float:
    """Return a figure of `/metrics`, or 0 if it is not there yet."""
    for line in server.client.get("/metrics").text.splitlines():
        if line.startswith(f"{name} "):
            return float(line.rpartition(" ")[2])
    return 0.0


@pytest.mark.parametrize(
    ("path", "stream"),
    [
        *(("/v1/answer", whole) for whole in (False, True)),
        *(("/v1/chat/completions", whole) for whole in (False, True)),
        ("/mcp", True),
    ],
)
@pytest.mark.parametrize(
    "behaviour", [slow_start(60), stalls_after("Apple chose", 60)], ids=["before", "within"]
)
def test_a_client_that_leaves_stops_the_model(
    opened_assistant: Assistant, behaviour: Behaviour, path: str, stream: bool
) -> None:
    with chat_server(behaviour) as chat:
        assistant = with_model(opened_assistant, chat.config(timeout=60))
        with running(assistant) as server:
            body: dict[str, Any] = {"question": WHY, "stream": stream}
            if "chat" in path:
                messages = [{"role": "user", "content": WHY}]
                body = {"model": "cited-rag", "messages": messages, "stream": stream}
            if path == "/mcp":
                call = {"name": "ask", "arguments": {"question": WHY}}
                body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            with _asking(server, path, body):
                assert until(lambda: len(chat.requests) >= 1)
                assert server.service.queue.running == 1
            assert until(lambda: server.service.queue.running == 0, 20)
            left = 'cited_rag_questions_total{status="left"}'
            assert until(lambda: figure(server, left) == 1)


@contextmanager
def _asking(server: Running, path: str, body: dict[str, Any]) -> Iterator[None]:
    """Send a request, and hang up at the end of the block."""
    data = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Accept: application/json, text/event-stream\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with server.connection(60) as connection:
        connection.sendall(head.encode() + data)
        yield


@pytest.mark.parametrize(
    "behaviour",
    [fails(500), fails(429), breaks_off("Apple chose"), stalls_after("A", 60), never_ends("ha ")],
    ids=["500", "429", "breaks off", "stalls", "never ends"],
)
def test_a_bad_model_still_gives_a_whole_answer(
    opened_assistant: Assistant, behaviour: Behaviour
) -> None:
    with chat_server(behaviour) as chat:
        assistant = with_model(opened_assistant, chat.config(timeout=0.5))
        with running(assistant) as server:
            answer = Answer.from_json(server.post("/v1/answer", question=WHY).content)
            assert answer.statements
            assert all(statement.verdict == "supported" for statement in answer.statements)
            assert answer.notices
            assert until(lambda: server.service.queue.running == 0)


def test_long_drafts_of_one_key_do_not_hold_up_another(fresh: Assistant) -> None:
    draft = "".join(f"阿里股价上涨{n}.65%，苹果与阿里巴巴合作。" for n in range(600))
    with running(fresh) as server:
        greedy, other = server.ring.add("greedy"), server.ring.add("other")

        def send() -> None:
            headers = {"x-api-key": greedy}
            with (
                suppress(httpx2.HTTPError, RuntimeError),
                httpx2.Client(base_url=server.url, trust_env=False, headers=headers) as client,
            ):
                client.post("/v1/draft", json={"draft": draft}, timeout=15)

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert until(lambda: server.service.queue.waiting >= 2)
        began = time.monotonic()
        found = server.client.post(
            "/v1/search", json={"query": WHY}, headers={"x-api-key": other}
        ).json()
        assert time.monotonic() - began < 12
        assert found["results"]
        assert any(thread.is_alive() for thread in threads)
        for thread in threads:
            thread.join()
        # Nothing is left of who gave up.
        assert until(lambda: server.service.queue.running == server.service.queue.waiting == 0)


def test_a_model_that_drips_keeps_no_place(opened_assistant: Assistant) -> None:
    with chat_server(drips("Apple chose Alibaba " * 20, 1)) as chat:
        assistant = with_model(opened_assistant, chat.config(timeout=5))
        with running(assistant) as server:
            began = time.monotonic()
            answer = Answer.from_json(server.post("/v1/answer", question=WHY).content)
            assert time.monotonic() - began < 90
            assert answer.statements
            assert any("a letter a second" in notice.en for notice in answer.notices)


def test_the_models_tokens_and_statements_are_counted(opened_assistant: Assistant) -> None:
    reply = "Apple chose Alibaba [1]. It paid 987 billion dollars [1]."
    with (
        chat_server(says(reply)) as chat,
        running(with_model(opened_assistant, chat.config())) as server,
    ):
        body = {"model": "cited-rag", "messages": [{"role": "user", "content": WHY}]}
        completion = server.post("/v1/chat/completions", **body).json()
        message = completion["choices"][0]["message"]
        # What was not ticked, and what was left out, is said in the text itself.
        assert "(read the quote)" in message["content"]
        assert message["content"].endswith("1 sentence left out: the articles don't say so.")
        for annotation in message["annotations"]:
            source = annotation["url_citation"]
            marker = message["content"][source["start_index"] : source["end_index"]]
            assert marker == "[1]"
        usage = completion["usage"]
        assert usage["prompt_tokens"] >= 70
        assert figure(server, 'cited_rag_tokens_total{kind="prompt"}') == usage["prompt_tokens"]
        assert figure(server, 'cited_rag_statements_total{verdict="left out"}') >= 1
        # The model that only quotes asks nobody.
        asked = len(chat.requests)
        server.post("/v1/chat/completions", **{**body, "model": "cited-rag-quotes"})
        assert len(chat.requests) == asked


def test_an_answer_under_way_is_finished_when_the_server_stops(opened_assistant: Assistant) -> None:
    with (
        chat_server(slow_start(1.5)) as chat,
        running(with_model(opened_assistant, chat.config())) as server,
    ):
        answers: list[httpx2.Response] = []
        asking = threading.Thread(
            target=lambda: answers.append(server.post("/v1/answer", question=WHY))
        )
        asking.start()
        assert until(lambda: len(chat.requests) >= 1)
        server.stop()
        asking.join(60)
        assert answers[0].status_code == 200
        assert Answer.from_json(answers[0].content).statements


def test_the_index_may_be_updated_underneath(
    fresh: Assistant, embedder: Embedder, tmp_path: Path
) -> None:
    news = tmp_path / "more"
    news.mkdir()
    with running(fresh) as server:
        before = server.client.get("/ready").json()
        (news / "a.md").write_text("# Tunnel\n\nThe Snow Tunnel is 12.9 kilometres long.\n")
        assert fresh.folder is not None
        update_index(fresh.folder, [news], embedder)
        answer = server.post("/v1/answer", question="How long is the Snow Tunnel?").json()
        assert "12.9" in answer["text"]
        after = server.client.get("/ready").json()
        assert after["generation"] > before["generation"]
        assert after["articles"] == before["articles"] + 1
        assert figure(server, "cited_rag_index_articles") == after["articles"]


def test_many_clients_each_get_their_own_answer(server: Running) -> None:
    questions = [
        WHY,
        "阿里股价收盘多少？",
        "What did Joe Tsai say about Apple?",
        "DeepSeek为什么没有被选中？",
        "Who is the mayor of Springfield?",
    ]
    expected = {question: server.assistant.ask(question).text for question in questions}
    wrong: list[str] = []

    def ask(number: int) -> None:
        question = questions[number % len(questions)]
        with httpx2.Client(base_url=server.url, trust_env=False, timeout=600) as client:
            while True:
                response = client.post("/v1/answer", json={"question": question})
                if response.status_code != 429:
                    break
                assert int(response.headers["retry-after"]) >= 1
                time.sleep(0.2)
        told = response.json()
        if told["question"] != question or told["text"] != expected[question]:
            wrong.append(json.dumps(told)[:200])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(80)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert wrong == []
    assert until(lambda: server.service.queue.running == 0)
    assert server.service.queue.waiting == 0
