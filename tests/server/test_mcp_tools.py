"""MCP through its official client, over HTTP and stdio, in its present and earlier versions."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextResourceContents

from rag.assistant import Assistant

from .conftest import Running, running

WHY = "why did Apple choose Alibaba"
NEW = "2026-07-28"


@asynccontextmanager
async def connected(server: Running, mode: Any = "auto", key: str = "") -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    async with httpx2.AsyncClient(trust_env=False, timeout=60, headers=headers) as http:
        transport = streamable_http_client(f"{server.url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def one_text(result: Any) -> Any:
    """Return the structured content, which the one text must repeat."""
    assert not result.is_error
    assert [item.type for item in result.content] == ["text"]
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


async def use_everything(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search", "fetch", "ask", "verify", "compare", "summarise", "story"}
    for tool in tools.values():
        assert tool.annotations
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.output_schema
    assert set(tools["search"].input_schema["properties"]) == {"query"}
    assert set(tools["fetch"].input_schema["properties"]) == {"id"}

    found = one_text(await client.call_tool("search", {"query": WHY}))
    assert set(found) == {"results"}
    assert found["results"]
    ids = [result["id"] for result in found["results"]]
    assert len(set(ids)) == len(ids)
    for result in found["results"]:
        assert set(result) == {"id", "title", "url"}
        assert all(result.values())

    fetched = one_text(await client.call_tool("fetch", {"id": ids[0]}))
    assert set(fetched) == {"id", "title", "text", "url", "metadata"}
    assert fetched["id"] == ids[0]
    assert fetched["url"]

    answer = one_text(await client.call_tool("ask", {"question": WHY}))
    assert answer["status"] == "answered"
    assert answer["sources"]
    for source in answer["sources"]:
        assert f"[{source['marker']}]" in answer["text"]
        text = one_text(await client.call_tool("fetch", {"id": source["article"]}))["text"]
        assert text[source["start"] : source["end"]] == source["quote"]
        assert source["url"]

    claim = answer["sources"][0]["quote"]
    checked = one_text(await client.call_tool("verify", {"claim": claim}))
    assert checked["verdict"] == "supported"

    compared = one_text(await client.call_tool("compare", {"topic": "苹果在中国的出货量"}))
    fall = next(fact for fact in compared["shared"] if "25%" in fact["sources"][0]["quote"])
    assert len({source["outlet"] for source in fall["sources"]}) >= 2
    assert all(source["url"] for source in fall["sources"])
    assert {report["outlet"] for report in compared["only"]}

    two = ["每日经济新闻", "科创板日报"]
    wanted = {"since": "2025-02-13", "sentences": 4, "outlets": two}
    summed = one_text(await client.call_tool("summarise", wanted))
    assert 1 <= len(summed["sources"]) <= 4
    assert len(summed["articles"]) == 2
    assert {source["outlet"] for source in summed["sources"]} == set(two)
    assert all(f"[{source['marker']}]" in summed["text"] for source in summed["sources"])

    story = one_text(await client.call_tool("story", {"topic": "阿里巴巴的收盘股价"}))
    days = [row["day"] for row in story["rows"] if row["day"]]
    assert days == sorted(days)
    quotes = [source for row in story["rows"] for source in row["sources"]]
    for source in (*quotes, *summed["sources"]):
        text = one_text(await client.call_tool("fetch", {"id": source["article"]}))["text"]
        assert text[source["start"] : source["end"]] == source["quote"]
    [change] = [change for row in story["rows"] for change in row["changes"]]
    assert (change["before"]["value"], change["after"]["value"]) == ("2.55%", "6.34%")
    assert change["after"]["source"]["quote"] in [source["quote"] for source in quotes]
    differing = [
        value for row in story["rows"] for d in row["disagreements"] for value in d["values"]
    ]
    assert {"116.7港元", "117.6港元"} <= {value["value"] for value in differing}

    resources = (await client.list_resources()).resources
    assert len(resources) == 5
    read = (await client.read_resource(str(resources[0].uri))).contents[0]
    assert isinstance(read, TextResourceContents)
    same = one_text(await client.call_tool("fetch", {"id": resources[0].name}))
    assert read.text == same["text"]
    for tool_name, arguments in (
        ("fetch", {"id": "nowhere"}),
        ("ask", {"question": "  "}),
        ("compare", {"topic": " "}),
        ("compare", {"topic": WHY, "outlets": ["nowhere"]}),
        ("ask", {"question": WHY, "since": "soon"}),
        ("ask", {"question": WHY, "language": "fr"}),
        ("summarise", {"topic": "x" * 100_000}),
        ("summarise", {"sentences": 100}),
        ("summarise", {"outlets": ["nowhere"]}),
        ("summarise", {"articles": ["a"] * 2_000}),
        ("story", {"topic": " "}),
        ("story", {"topic": WHY, "since": "soon"}),
    ):
        failed = await client.call_tool(tool_name, arguments)
        assert failed.is_error
        assert "Traceback" not in failed.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", [NEW, "legacy"])
def test_over_http(server: Running, mode: str) -> None:
    async def run() -> None:
        async with connected(server, mode) as client:
            await use_everything(client)

    asyncio.run(run())


@pytest.mark.parametrize("mode", [NEW, "legacy"])
def test_over_stdio(opened_assistant: Assistant, mode: Any) -> None:
    command = StdioServerParameters(
        command=str(Path(sys.executable).parent / "rag"),
        args=["mcp"],
        env={**os.environ, "RAG_INDEX": str(opened_assistant.folder)},
    )

    async def run() -> None:
        async with Client(command, mode=mode) as client:
            await use_everything(client)

    asyncio.run(run())


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25"])
def test_a_client_of_an_earlier_version_is_understood(server: Running, version: str) -> None:
    headers = {"accept": "application/json, text/event-stream"}
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": {"name": "old", "version": "1"},
        },
    }
    response = server.client.post("/mcp", json=hello, headers=headers)
    assert response.status_code == 200
    told = json.loads(response.text.partition("data: ")[2].splitlines()[0])["result"]
    assert told["protocolVersion"] == version
    assert told["serverInfo"]["name"] == "cited-rag"
    assert told["serverInfo"]["version"]
    asked = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"query": WHY}},
    }
    headers["mcp-protocol-version"] = version
    found = server.client.post("/mcp", json=asked, headers=headers)
    result = json.loads(found.text.partition("data: ")[2].splitlines()[0])["result"]
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]


def test_a_foreign_host_or_origin_is_refused(server: Running) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"accept": "application/json, text/event-stream"}
    for foreign, status in (
        ({"host": "evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ):
        response = server.client.post("/mcp", json=body, headers={**headers, **foreign})
        assert response.status_code == status


def test_a_key_is_needed_where_there_are_keys(fresh: Assistant) -> None:
    with running(fresh) as server:
        key = server.ring.add("claude")

        async def run() -> None:
            async with connected(server, key=key) as client:
                answer = one_text(await client.call_tool("ask", {"question": WHY}))
                assert answer["sources"]
                summed = one_text(await client.call_tool("summarise", {"sentences": 1}))
                assert len(summed["sources"]) == 1

        asyncio.run(run())
        refused = server.post("/mcp", jsonrpc="2.0", id=1, method="tools/list")
        assert refused.status_code == 401
