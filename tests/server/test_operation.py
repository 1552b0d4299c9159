"""Running the server: its state, its description, the page beside it, traces, the commands."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from typer.testing import CliRunner

from rag.assistant import Assistant
from rag.cli import app
from rag.config import Login, PageConfig, ServerConfig, traces_wanted
from rag.errors import ConfigError
from rag.models.local_servers import find_local_models
from rag.page.chat.turns import Turn
from rag.page.shares.store import Shares
from rag.server.keys import KeyRing
from rag.server.serving import check_exposure
from rag.server.traces import OpenTelemetryTraces

from .conftest import Running, until

WHY = "why did Apple choose Alibaba"
RAG = Path(sys.executable).parent / "rag"


def test_alive_and_ready(server: Running) -> None:
    assert server.client.get("/health").json()["status"] == "alive"
    ready = server.client.get("/ready").json()
    assert ready["ready"] is True
    assert (ready["articles"], ready["chat_model"]) == (5, False)


def test_figures_for_prometheus(server: Running) -> None:
    server.post("/v1/answer", question=WHY)
    server.post("/v1/answer", question="")
    # The answer goes out a moment before its place is free again.
    assert until(lambda: server.service.queue.running == 0)
    told = server.client.get("/metrics")
    assert told.headers["content-type"].startswith("text/plain")
    for line in (
        'cited_rag_questions_total{status="answered"}',
        'cited_rag_stage_seconds_count{stage="retrieve"}',
        'cited_rag_statements_total{verdict="supported"}',
        'cited_rag_requests_total{kind="answer",status="200"}',
        'cited_rag_refused_total{code="invalid_value"}',
        "cited_rag_running 0.0",
        "cited_rag_waiting 0.0",
        "cited_rag_index_articles 5.0",
    ):
        assert line in told.text


@pytest.mark.parametrize(("language", "word"), [("en", "Meaning"), ("zh-CN", "含义")])
def test_the_description_is_a_page_that_loads_nothing(
    server: Running, language: str, word: str
) -> None:
    assert server.client.get("/", follow_redirects=True).status_code == 200
    page = server.client.get("/docs", headers={"accept-language": language}).text
    description = server.client.get("/openapi.json").json()
    for path, methods in description["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    assert word in page
    said = re.findall(r"<(?:p|td)>([^<]+)", page)
    assert len(said) > 20
    if language == "zh-CN":
        assert not [text for text in said if re.fullmatch(r"[ -~]*[a-z] [a-z]+ [ -~]*", text)]
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert "<script" not in page


def test_the_answers_schema_is_described(server: Running) -> None:
    schemas = server.client.get("/openapi.json").json()["components"]["schemas"]
    assert {"statements", "conflicts", "status"} <= set(schemas["Answer"]["properties"])
    assert {"quote", "start", "end"} <= set(schemas["Citation"]["properties"])


def test_errors_and_keys_are_described(server: Running) -> None:
    described = server.client.get("/openapi.json").json()
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for status in ("4XX", "5XX"):
                shape = operation["responses"][status]["content"]["application/json"]["schema"]
                assert shape == {"$ref": "#/components/schemas/Error"}
            assert ("security" in operation) == (path not in ("/health", "/ready"))
    told = server.post("/v1/story").json()
    shape = described["components"]["schemas"]["Error"]["properties"]["error"]
    assert set(told["error"]) == set(shape["properties"])
    listed = server.client.get("/v1/articles").json()["articles"][0]
    article = server.client.get(f"/v1/articles/{listed['doc_id']}").json()
    schemas = described["components"]["schemas"]
    assert set(listed) == set(schemas["ListedArticle"]["properties"])
    assert set(article) == set(schemas["ArticleResponse"]["properties"])
    figures = described["paths"]["/metrics"]["get"]["responses"]["200"]["content"]
    assert list(figures) == ["text/plain"]


def test_a_server_of_answers_is_never_taken_for_a_chat_model(server: Running) -> None:
    assert find_local_models([f"{server.url}/v1"]) == {}


def test_spans_follow_the_conventions_and_hold_no_text(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    assert traces_wanted()
    traces = OpenTelemetryTraces()
    exporter = InMemorySpanExporter()
    traces._provider._active_span_processor._span_processors = ()
    traces._provider.add_span_processor(SimpleSpanProcessor(exporter))
    answer = server.assistant.ask(WHY)
    traces.answered(answer, 1_000_000_000)
    traces.close()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"invoke_agent cited-rag", "retrieval", "composition", "verification"}
    whole = spans["invoke_agent cited-rag"]
    assert whole.attributes
    assert whole.attributes["gen_ai.operation.name"] == "invoke_agent"
    for name in ("retrieval", "composition", "verification"):
        parent = spans[name].parent
        assert parent
        assert parent.span_id == whole.context.span_id
    assert "Apple" not in json.dumps([span.to_json() for span in spans.values()])


# --- the commands -----------------------------------------------------------------------------


def environment(assistant: Assistant) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    return {**env, "RAG_INDEX": str(assistant.folder), "RAG_LANG": "en"}


@contextmanager
def command(assistant: Assistant, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `rag serve` on a free port, and give the process and its address."""
    process = subprocess.Popen(
        [RAG, "serve", "--port", "0", *arguments],
        env=environment(assistant),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        yield process, found[0]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def test_serve_with_the_page_in_one_process(opened_assistant: Assistant) -> None:
    with command(opened_assistant, "--page") as (process, url):
        with httpx2.Client(base_url=url, trust_env=False, timeout=60) as client:
            assert "gradio" in client.get("/").text
            answer = client.post("/v1/answer", json={"question": WHY}).json()
            assert answer["text"] == opened_assistant.ask(WHY).text
            # The page's own addresses of articles and conversations don't clash with the server's.
            article = answer["statements"][0]["citations"][0]["doc_id"]
            assert "gradio" in client.get("/", params={"a": article, "at": "0-9"}).text
            shown = client.get(f"/a/{article}").text
            assert "<article" in shown
            assert "gradio" not in shown
            assert client.get("/nowhere").status_code == 404
            # Nor does that of a shared answer.
            assert opened_assistant.folder
            asked = Turn(number=1, question=WHY, answer=opened_assistant.ask(WHY))
            shares = Shares(opened_assistant.folder / "shared")
            token = shares.add(asked, opened_assistant.document).token
            page = html.unescape(client.get(f"/s/{token}").text)
            assert answer["statements"][0]["text"] in page
            shares.stop(token)
            assert client.get(f"/s/{token}").status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_other_machines_are_served_with_keys_only(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    with pytest.raises(ConfigError, match="rag key add"):
        check_exposure(ServerConfig(host="0.0.0.0"), ring)
    check_exposure(ServerConfig(), ring)
    ring.add("a")
    check_exposure(ServerConfig(host="0.0.0.0"), ring)
    # A page without a login would answer anybody.
    with pytest.raises(ConfigError, match="RAG_CHAT_AUTH"):
        check_exposure(ServerConfig(), ring, PageConfig())
    check_exposure(ServerConfig(), ring, PageConfig(login=Login(user="a", password="b")))


def test_keys_at_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_INDEX", str(tmp_path))
    run = CliRunner().invoke
    made = run(app, ["key", "add", "newsroom", "--scope", "write", "--expires", "30d"])
    key = made.stdout.strip()
    assert KeyRing(tmp_path).find(key)
    listed = run(app, ["key", "list"]).stdout
    assert "newsroom" in listed
    assert key not in listed
    entries = json.loads(run(app, ["key", "list", "--json"]).stdout)
    assert [set(entry) & {"hash", "salt"} for entry in entries] == [set()]
    assert run(app, ["key", "revoke", "newsroom"]).exit_code == 0
    assert KeyRing(tmp_path).find(key) is None
    assert run(app, ["key", "add", "x", "--scope", "all"]).exit_code == 1
    assert run(app, ["key", "revoke", "nobody"]).exit_code == 1


def test_a_missing_extra_is_named(opened_assistant: Assistant) -> None:
    code = (
        "import sys; sys.modules['mcp'] = None; sys.modules['mcp.server'] = None\n"
        "sys.argv = ['rag', 'mcp']\n"
        "from rag.cli import main; main()"
    )
    failed = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(opened_assistant),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert failed.returncode == 1
    assert failed.stderr.count("\n") == 1
    assert 'pip install "cited-rag[mcp]"' in failed.stderr
