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
    assert fields["sentences"][0]["citations"][0]["published"]["moment"].startswith("2025-02-13")
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


def article_with(assistant: Assistant, words: str) -> str:
    return next(
        d.doc_id for d in assistant.documents() if words in assistant.document(d.doc_id).text
    )


@pytest.mark.parametrize(
    "claim",
    [
        "截至今日收盘，阿里股价上涨2.55%达116.7港元。",
        "苹果自2023年起便着手测试来自知名中国人工智能开发者的不同人工智能模型。",
        "第四季度苹果iPhone智能手机在中国的发货量下降了25%。",
    ],
)
def test_another_word_for_the_same_is_no_difference(assistant: Assistant, claim: str) -> None:
    (sentence,) = assistant.check_draft(claim).sentences
    assert sentence.verdict == "partial"
    assert sentence.citations
    assert "differ" not in " ".join(reason.en for reason in sentence.reasons)


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        # The article speaks of shipments, and of another firm.
        ("2024年第四季度苹果在中国的营收下降了25%。", "滑铁卢"),
        ("Apple's revenue in China fell by 25% in the fourth quarter of 2024.", "滑铁卢"),
        ("小米四季度在中国的出货量增长了29%。", "滑铁卢"),
        # Nothing of this is in the article; a month is no name.
        ("苹果将于三月在上海举办开发者活动。", "滑铁卢"),
        ("苹果股价上涨近2%，收报236.87美元。", "郭天翔"),
        ("2020年双11，阿里云每秒处理40亿条数据。", "iOS果粉"),
        ("In 2024 Alibaba's share price rose by 10 percent.", "扫楼"),
    ],
)
def test_what_chosen_articles_do_not_tell_is_not_contradicted(
    assistant: Assistant, claim: str, words: str
) -> None:
    chosen = article_with(assistant, words)
    (sentence,) = assistant.check_draft(claim, articles=[chosen]).sentences
    assert sentence.verdict == "not_found"
    assert not sentence.citations


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("王小明昨晚在剧院朗诵了自己的诗。", "not_found"),
        ("新规要求养殖户为池塘安装围栏。", "not_found"),
        ("The council will plant apple trees beside the canal.", "not_found"),
        ("让我们拭目以待。", "no_fact"),
        ("That remains to be seen.", "no_fact"),
    ],
)
def test_a_sentence_without_figures_may_state_a_fact(
    assistant: Assistant, claim: str, verdict: str
) -> None:
    chosen = article_with(assistant, "扫楼")
    assert assistant.check_draft(claim, articles=[chosen]).sentences[0].verdict == verdict


@pytest.mark.parametrize(
    ("claim", "differing", "decides"),
    [
        ("去年第四季度，苹果手机在华出货量同比减少30%。", "30%", "25%"),
        ("Apple's shipments in China fell 35% in the fourth quarter of 2024.", "35%", "25%"),
        ("The Information称，苹果已向百度支付了2亿美元。", "2亿美元", "1亿美元"),
        ("In 2024 Alibaba spent $26 billion on buying back its shares.", "26 billion", "160亿美元"),
    ],
)
def test_a_contradiction_in_other_words_is_found(
    assistant: Assistant, claim: str, differing: str, decides: str
) -> None:
    (sentence,) = assistant.check_draft(claim).sentences
    assert sentence.verdict == "contradicted"
    assert decides in sentence.citations[0].quote
    marked = " ".join(claim[start:end] for start, end in sentence.differing)
    assert differing in marked


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
