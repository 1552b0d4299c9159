"""REST: the same answers as from Python, over a real HTTP connection."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest

from rag.answering.comparison.result import Comparison
from rag.answering.story.result import Story
from rag.answering.summary.result import Summary
from rag.assistant import Assistant
from rag.types import Answer

from .conftest import Running, running

WHY = "why did Apple choose Alibaba"
ARTICLE = """---
title: 雪山通车
outlet: 山城日报
date: 2026-03-01
---
雪山隧道于2026年3月1日正式通车，全长12.9公里。
"""


def test_an_answer_is_that_of_the_assistant(server: Running) -> None:
    response = server.post("/v1/answer", question=WHY)
    assert response.status_code == 200
    answer = Answer.from_json(response.content)
    expected = server.assistant.ask(WHY)
    assert answer.statements == expected.statements
    assert response.json()["text"] == expected.text
    # Passages that were read and not used come only when asked for.
    assert answer.hits == ()
    with_passages = Answer.from_json(server.post("/v1/answer", question=WHY, passages=True).content)
    assert with_passages.hits == expected.hits


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        if not block.startswith(":"):
            name, data = block.split("\n", 1)
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_a_stream_ends_with_the_answer(server: Running) -> None:
    response = server.post("/v1/answer", question=WHY, stream=True)
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    names = [name for name, _ in told]
    assert names[0] == "progress"
    assert names[-1] == "answer"
    assert names.count("answer") == 1
    statements = [data for name, data in told if name == "statement"]
    assert statements == told[-1][1]["statements"]
    assert told[-1][1]["hits"] == []


def test_a_follow_up_knows_the_answer_before(server: Running) -> None:
    first = server.post("/v1/answer", question=WHY).json()
    second = server.post("/v1/answer", question="And Baidu?", history=[first]).json()
    assert second["rewritten_question"]
    assert "Baidu" in second["rewritten_question"]


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({}, 422, "invalid_value", "question"),
        ({"question": ""}, 422, "invalid_value", "question"),
        ({"question": "   "}, 422, "invalid_question", None),
        ({"question": "x" * 10_001}, 422, "invalid_value", "question"),
        ({"question": WHY, "sources": 99}, 422, "invalid_value", "sources"),
        ({"question": WHY, "language": "fr"}, 422, "invalid_value", "language"),
        ({"question": WHY, "since": "soon"}, 422, "invalid_question", None),
        ({"question": WHY, "history": [{"question": "?"}]}, 422, "invalid_history", None),
        ({"question": WHY, "history": [{}] * 21}, 422, "invalid_value", "history"),
        ({"question": WHY, "stream": True, "since": "soon"}, 422, "invalid_question", None),
    ],
)
def test_bad_input_gets_one_clear_line(
    server: Running, fields: dict[str, Any], status: int, code: str, param: str | None
) -> None:
    response = server.post("/v1/answer", **fields)
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param)
    chinese = server.client.post(
        "/v1/answer", json=fields, headers={"accept-language": "zh-CN"}
    ).json()["error"]["message"]
    assert chinese != error["message"]
    # Names of fields and values stay as they are, and no English sentence is left.
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", chinese)


def test_a_body_that_is_no_json(server: Running) -> None:
    headers = {"content-type": "application/json"}
    response = server.client.post("/v1/answer", content=b"{question", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_json")
    deep = server.client.post("/v1/answer", content=b"[" * 200_000, headers=headers)
    assert deep.status_code == 400
    number = b'{"question": "a", "sources": ' + b"9" * 5_000 + b"}"
    headers["accept-language"] = "zh"
    long = server.client.post("/v1/answer", content=number, headers=headers)
    assert (long.status_code, long.json()["error"]["code"]) == (400, "invalid_json")
    assert "不是 JSON" in long.json()["error"]["message"]


def test_search_finds_exact_places(server: Running) -> None:
    found = server.post("/v1/search", query="Apple and Alibaba", k=3).json()["results"]
    assert len(found) == 3
    for hit in found:
        text = server.client.get(f"/v1/articles/{hit['doc_id']}").json()["text"]
        assert text[hit["start"] : hit["end"]] == hit["text"]
    assert server.post("/v1/search", query="x", k=0).status_code == 422


def test_verify_tells_the_verdict_with_quotes(server: Running) -> None:
    quote = server.assistant.ask(WHY).citations[0]
    said = server.post("/v1/verify", claim=quote.quote).json()
    assert said["verdict"] == "supported"
    assert said["citations"][0]["quote"] == quote.quote
    wrong = server.post("/v1/verify", claim=quote.quote.replace("阿里巴巴", "百度")).json()
    assert wrong["verdict"] != "supported"


def test_verify_may_compare_with_chosen_articles_only(server: Running) -> None:
    quote = server.assistant.ask(WHY).citations[0]
    others = [d.doc_id for d in server.assistant.documents() if d.doc_id != quote.doc_id]
    own = server.post("/v1/verify", claim=quote.quote, articles=[quote.doc_id]).json()
    assert own["verdict"] == "supported"
    assert {c["doc_id"] for c in own["citations"]} == {quote.doc_id}
    other = server.post("/v1/verify", claim=quote.quote, articles=others[:1]).json()
    assert {c["doc_id"] for c in other["citations"]} <= {others[0]}
    assert other["verdict"] != "supported"
    assert server.post("/v1/verify", claim="x y", articles=["nowhere"]).status_code == 404


def test_verify_may_compare_with_chosen_outlets_only(server: Running) -> None:
    quote = server.assistant.ask(WHY).citations[0]
    outlets = {d.outlet for d in server.assistant.documents() if d.outlet}
    own = server.post("/v1/verify", claim=quote.quote, outlets=[quote.outlet]).json()
    assert own["verdict"] == "supported"
    other = server.post("/v1/verify", claim=quote.quote, outlets=sorted(outlets - {quote.outlet}))
    assert quote.outlet not in {c["outlet"] for c in other.json()["citations"]}
    assert server.post("/v1/verify", claim="x y", outlets=["nowhere"]).status_code == 422


def test_a_draft_is_checked_sentence_by_sentence(server: Running) -> None:
    quote = server.assistant.ask(WHY).citations[0].quote
    draft = f"{quote}截止今日收盘，阿里股价上涨2.65%达116.7港元。"
    report = server.post("/v1/draft", draft=draft).json()
    expected = server.assistant.check_draft(draft)
    assert report == json.loads(expected.to_json())
    assert report["sentences"][0]["verdict"] == "supported"
    wrong = report["sentences"][-1]
    assert wrong["verdict"] == "contradicted"
    assert [draft[a:b] for a, b in wrong["differing"]] == ["2.65%"]
    told = events(server.post("/v1/draft", draft=draft, stream=True).text)
    assert [name for name, _ in told] == ["sentence"] * len(report["sentences"])
    assert [data["text"] for _, data in told] == [s["text"] for s in report["sentences"]]
    assert server.post("/v1/draft", draft="...").status_code == 422


def test_articles_are_listed_page_by_page(server: Running) -> None:
    everything = server.client.get("/v1/articles").json()
    assert everything["total"] == 5
    assert everything["next"] is None
    days = [article["published"]["moment"] for article in everything["articles"]]
    assert days == sorted(days, reverse=True)
    # Where files lie on the server is nobody's business.
    assert not {"path", "base"} & set(everything["articles"][0])
    paged: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = server.client.get("/v1/articles", params={"limit": "2", **after}).json()
        paged += [article["doc_id"] for article in page["articles"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert paged == [article["doc_id"] for article in everything["articles"]]
    one = everything["articles"][-1]
    found = server.client.get("/v1/articles", params={"outlet": one["outlet"]}).json()
    assert {article["outlet"] for article in found["articles"]} == {one["outlet"]}
    assert server.client.get("/v1/articles", params={"language": "en"}).json()["total"] == 0
    early = server.client.get("/v1/articles", params={"until": "2025-02-12"}).json()
    assert early["total"] < 5
    assert server.client.get("/v1/articles", params={"after": "no"}).status_code == 422


@pytest.mark.parametrize(
    "doc_id", ["nowhere", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "a%00b"]
)
def test_an_unknown_article_is_not_found(server: Running, doc_id: str) -> None:
    response = server.client.get(f"/v1/articles/{doc_id}")
    assert response.status_code == 404
    assert "root:" not in response.text


def test_articles_are_added_asked_about_and_removed(fresh: Assistant) -> None:
    with running(fresh) as server:
        files = [("file", ("snow.md", ARTICLE.encode(), "text/markdown"))]
        added = server.client.post("/v1/articles", files=files).json()
        assert added["new"] == ["snow.md"]
        assert added["error"] is None
        answer = server.post("/v1/answer", question="雪山隧道全长多少公里？").json()
        assert "12.9公里" in answer["text"]
        assert server.client.post("/v1/articles", files=files).json()["same"] == ["snow.md"]
        doc_id = answer["statements"][0]["citations"][0]["doc_id"]
        assert server.client.delete(f"/v1/articles/{doc_id}").json() == {"removed": ["雪山通车"]}
        assert server.client.get(f"/v1/articles/{doc_id}").status_code == 404
        # An article of a followed folder is not the server's to delete.
        kept = server.client.delete("/v1/articles/001_65a87198a1962179")
        assert kept.status_code == 409


def test_an_article_is_corrected_and_one_of_an_export_removed(fresh: Assistant) -> None:
    with running(fresh) as server:
        address = "/v1/articles/001_65a87198a1962179"
        before = server.client.get(address).json()
        fixed = server.client.patch(address, json={"outlet": "Lund Post", "day": "2025-02-01"})
        assert fixed.json() == {
            "doc_id": "001_65a87198a1962179",
            "outlet": "Lund Post",
            "title": before["title"],
            "day": "2025-02-01",
        }
        assert server.client.get(address).json()["outlet"] == "Lund Post"
        back = server.client.patch(address, json={"outlet": "", "day": ""}).json()
        assert (back["outlet"], back["day"]) == (before["outlet"], "2025-02-13")
        for path, body in ((address, {"day": "soon"}), (address, {"title": 5})):
            headers = {"accept-language": "zh"}
            refused = server.client.patch(path, json=body, headers=headers)
            assert refused.status_code == 422
            assert re.search(r"不是日期|应为文本", refused.json()["error"]["message"])
        assert server.client.patch("/v1/articles/nowhere", json={"title": "x"}).status_code == 404

        lines = '{"text": "The mill opened.", "id": "x"}\n{"text": "The pier opened.", "id": "y"}\n'
        server.client.post("/v1/articles", files=[("file", ("l.jsonl", lines.encode()))])
        alone = server.client.delete("/v1/articles/l/x", params={"alone": "true"}).json()
        assert len(alone["removed"]) == 1
        assert server.client.get("/v1/articles/l/y").status_code == 200


def test_a_zip_and_what_is_refused(fresh: Assistant) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/one.md", ARTICLE)
        archive.writestr("../out.md", ARTICLE)
        archive.writestr("b.exe", "x")
    line = json.dumps({"id": "j1", "title": "T", "text": "The tunnel opened on Monday."})
    with running(fresh) as server:
        files = [
            ("file", ("news.zip", packed.getvalue(), "application/zip")),
            ("file", ("more.jsonl", line.encode(), "application/jsonl")),
        ]
        added = server.client.post("/v1/articles", files=files).json()
        assert "more.jsonl" in added["new"]
        assert any(name.endswith("one.md") for name in added["new"])
        assert added["refused"]
        assert not any(".." in name for name in added["new"])
        assert server.client.post("/v1/articles", json={"x": 1}).status_code == 422
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("big.md", b"0" * 120_000_000)
        told = server.client.post(
            "/v1/articles", files=[("file", ("bomb.zip", bomb.getvalue(), "application/zip"))]
        ).json()
        assert told["new"] == []
        assert told["refused"]


def test_outlets_are_compared(server: Running) -> None:
    asked = {"topic": "苹果与百度的合作", "outlets": ["界面新闻", "科创板日报"]}
    response = server.post("/v1/compare", **asked)
    assert response.status_code == 200
    compared = Comparison.from_json(response.content)
    assert {report.outlet for report in compared.only} == {"界面新闻", "科创板日报"}
    assert compared.contradictions
    assert server.post("/v1/compare", topic="").status_code == 422
    unknown = server.post("/v1/compare", topic="苹果", outlets=["nowhere"])
    assert unknown.status_code == 422


def test_articles_are_summed_up(server: Running) -> None:
    response = server.post("/v1/summary", outlets=["界面新闻"], sentences=2)
    assert response.status_code == 200
    summary = Summary.from_json(response.content)
    assert {citation.outlet for citation in summary.citations} == {"界面新闻"}
    assert len(summary.statements) == 2
    assert response.json()["text"] == summary.text
    assert server.post("/v1/summary", sentences=0).status_code == 422


def test_a_story_is_laid_out_in_time(server: Running) -> None:
    response = server.post("/v1/story", topic="苹果与阿里巴巴合作")
    assert response.status_code == 200
    story = Story.from_json(response.content)
    days = [row.day or "" for row in story.rows]
    assert days == sorted(days)
    assert len(days) > 3
    assert server.post("/v1/story", topic="").status_code == 422
