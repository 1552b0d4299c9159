"""Checking a draft sentence by sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.answering.draft import MOST_CHARACTERS
from rag.assistant import Assistant
from rag.cli import app
from rag.config import Config
from rag.errors import QuestionError
from rag.models.embedder import Embedder

RIGHT = "截止今日收盘，阿里股价上涨2.55%达116.7港元。"
WRONG = "截止今日收盘，阿里股价上涨2.65%达116.7港元。"
FAR = "特斯拉上周在上海交付了三千辆车。"
ASKED = "这对市场意味着什么？"
NEAR = "Apple considered models from Tencent, ByteDance, Alibaba and DeepSeek."
DRAFT = f"{RIGHT}{WRONG}\n\n  {FAR}{ASKED}\n{NEAR}"


@pytest.fixture(scope="module")
def assistant(seeds_index: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(Config(index=seeds_index), embedder=embedder)


def test_each_sentence_has_a_verdict_and_the_quote_that_decides(assistant: Assistant) -> None:
    report = assistant.check_draft(DRAFT)
    assert [(s.text, s.verdict) for s in report.sentences] == [
        (RIGHT, "supported"),
        (WRONG, "contradicted"),
        (FAR, "not_found"),
        (ASKED, "no_fact"),
        (NEAR, "partial"),
    ]
    for sentence in report.sentences:
        assert DRAFT[sentence.start : sentence.end] == sentence.text
        for citation in sentence.citations:
            text = assistant.document(citation.doc_id).text
            assert text[citation.start : citation.end] == citation.quote
    wrong = report.sentences[1]
    assert [DRAFT[start:end] for start, end in wrong.differing] == ["2.65%"]
    assert wrong.citations[0].quote == RIGHT
    assert [report.count("contradicted"), report.count("supported")] == [1, 1]


def test_the_report_can_be_taken_away(assistant: Assistant) -> None:
    report = assistant.check_draft(f"{WRONG} *bold* [x](http://a.example) 5 dollars.")
    fields = json.loads(report.to_json())
    assert fields["sentences"][0]["verdict"] == "contradicted"
    assert fields["sentences"][0]["citations"][0]["published"].startswith("2025-02-13")
    for language, name in (("en", "Differs from the source"), ("zh", "与出处不符")):
        markdown = report.to_markdown(language)  # type: ignore[arg-type]
        assert name in markdown
        assert RIGHT in markdown
        assert "[x](http" not in markdown  # a draft's own Markdown means nothing here


def test_only_chosen_articles_are_compared(assistant: Assistant) -> None:
    [cited] = assistant.check_draft(RIGHT).sentences[0].citations
    others = [d.doc_id for d in assistant.documents() if d.doc_id != cited.doc_id]
    found = assistant.check_draft(RIGHT, articles=others[:1]).sentences[0]
    assert {c.doc_id for c in found.citations} <= {others[0]}
    assert found.verdict != "supported"


@pytest.mark.parametrize("draft", ["", "  \n", "?!", "x" * (MOST_CHARACTERS + 1), None])
def test_what_cannot_be_checked_is_one_line(assistant: Assistant, draft: str) -> None:
    with pytest.raises(QuestionError, match="The draft has"):
        assistant.check_draft(draft)


def test_a_file_at_the_command_line(
    seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_INDEX", str(seeds_index))
    draft, report = tmp_path / "draft.txt", tmp_path / "report.md"
    draft.write_text(f"{RIGHT}{WRONG}", encoding="gb18030")
    ran = CliRunner().invoke(app, ["verify", str(draft), "--out", str(report)])
    assert ran.exit_code == 3
    assert ran.stdout.index("Supported") < ran.stdout.index("Differs from the source")
    assert "2.65%" in report.read_text("utf-8")
    draft.write_text(RIGHT, encoding="utf-8")
    told = CliRunner().invoke(app, ["verify", str(draft), "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["sentences"][0]["verdict"] == "supported"
    kept = draft.read_text("utf-8")
    refused = CliRunner().invoke(app, ["verify", str(draft), "--out", str(draft)])
    assert refused.exit_code == 1
    assert draft.read_text("utf-8") == kept
    draft.write_text("", encoding="utf-8")
    assert CliRunner().invoke(app, ["verify", str(draft)]).exit_code == 1
