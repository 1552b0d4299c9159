"""Summing up: an article, days, outlets, a topic, by the program and by questions that ask."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from rag.answering.options import ChatWriter
from rag.answering.summary.choosing import REPEATED, choose
from rag.answering.summary.result import Summary
from rag.answering.summary.summarising import MOST_ARTICLES, Wanted, stream_summary
from rag.assistant import Assistant
from rag.async_assistant import AsyncAssistant
from rag.cli import app
from rag.config import Config
from rag.errors import AnswerFormatError, ConfigError, QuestionError
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.types import Answer
from tests.answering.evidence import ScriptedModel

QUAKE = "东海县4月2日凌晨发生5.8级地震，造成3人死亡、41人受伤。"
ARTICLES = {
    "海滨日报-a": ("2026-04-02", "东海县发生地震", "海滨日报", QUAKE
        + "东海县教育局宣布全县学校停课三天。你家的房子安全吗？\n\n图片来源：海滨日报\n\n"
        "县医院已收治全部伤员，并从市里调来两支医疗队。"),
    "晚报-b": ("2026-04-02", "地震致多人伤亡", "江城晚报", QUAKE
        + "震中附近的石桥出现裂缝，已经禁止通行。"),
    "post-c": ("2026-04-03", "Aid reaches quake county", "Harbour Post",
        "The army flew 200 tents to Donghai county on Friday, a day after the earthquake."
        " Schools in the county will stay closed until Monday."
        " Engineers found that two dams had not been damaged."),
    "体育-d": ("2026-03-20", "海东队夺冠", "体育周刊",
        "海东队以2比1击败南岭队，首次夺得联赛冠军。主教练王刚说，他对球队的表现非常满意。"),
}  # fmt: skip


@pytest.fixture(scope="module")
def index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("summaries")
    for name, (day, title, outlet, text) in ARTICLES.items():
        article = f"---\ntitle: {title}\noutlet: {outlet}\ndate: {day}\n---\n{text}\n"
        (folder / f"{name}.md").write_text(article, encoding="utf-8")
    update_index(folder / "index", [folder], embedder)
    return folder / "index"


@pytest.fixture(scope="module")
def assistant(index: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(Config(index=index), embedder=embedder)


def quotes(summary: Summary) -> str:
    return "\n".join(citation.quote for citation in summary.citations)


def test_every_statement_is_an_exact_quote_and_older_days_come_first(assistant: Assistant) -> None:
    summary = assistant.summarise()
    assert summary.found
    days = [str(s.citations[0].published) for s in summary.statements]
    assert days == sorted(days)
    for statement in summary.statements:
        (citation,) = statement.citations
        text = assistant.document(citation.doc_id).text
        assert text[citation.start : citation.end] == citation.quote == statement.text
    assert {reference.outlet for reference in summary.articles} == {
        outlet for _, _, outlet, _ in ARTICLES.values()
    }


def test_nothing_is_said_twice_and_questions_and_captions_are_left_out(
    assistant: Assistant,
) -> None:
    said = quotes(assistant.summarise(sentences=20))
    assert said.count("5.8级地震") == 1
    assert "石桥" in said
    assert "安全吗" not in said
    assert "图片来源" not in said


def test_one_article_by_id_or_title_has_three_sentences_at_most(assistant: Assistant) -> None:
    by_id = assistant.summarise("海滨日报-a")
    assert [a.doc_id for a in by_id.articles] == ["海滨日报-a"]
    assert 1 < len(by_id.statements) <= 3
    assert QUAKE in quotes(by_id)
    by_title = assistant.summarise("Aid reaches quake county")
    assert [a.doc_id for a in by_title.articles] == ["post-c"]
    assert by_title.language == "en"


def test_days_and_outlets_limit_what_is_summed_up(assistant: Assistant) -> None:
    march = assistant.summarise(since="2026-03", until="2026-03")
    assert [a.outlet for a in march.articles] == ["体育周刊"]
    post = assistant.summarise(outlets=["Harbour Post"])
    assert "tents" in quotes(post)
    assert {c.outlet for c in post.citations} == {"Harbour Post"}
    nothing = assistant.summarise(since="2020", until="2020")
    assert not nothing.found
    assert "2020" in nothing.text
    with pytest.raises(QuestionError):
        assistant.summarise(outlets=["nowhere"])
    with pytest.raises(ConfigError):
        assistant.summarise(sentences=0)


def test_a_topic_leaves_other_events_out(assistant: Assistant) -> None:
    summary = assistant.summarise("东海县地震")
    assert "5.8级" in quotes(summary)
    assert "夺得" not in quotes(summary)
    nothing = assistant.summarise("量子计算机的价格")
    assert not nothing.found
    assert [message.code for message in nothing.missing] == ["nothing_to_sum_up"]


def test_too_many_articles_are_said_to_be_left_out(embedder: Embedder, tmp_path: Path) -> None:
    for number in range(MOST_ARTICLES + 2):
        words = f"第{number}号轮船在{number + 3}点离开港口，船上载着{number * 7 + 11}箱货物。"
        article = f"---\ntitle: 轮船{number}\ndate: 2026-01-{number % 28 + 1:02}\n---\n{words}\n"
        (tmp_path / f"{number}.md").write_text(article, encoding="utf-8")
    update_index(tmp_path / "index", [tmp_path], embedder)
    summary = Assistant.open(Config(index=tmp_path / "index"), embedder=embedder).summarise()
    assert len(summary.articles) + summary.more == MOST_ARTICLES + 2
    assert summary.more
    assert "summed_up_some" in [notice.code for notice in summary.notices]


def test_a_chat_model_writes_and_what_it_invents_is_left_out(assistant: Assistant) -> None:
    model = ScriptedModel(
        "东海县发生5.8级地震，造成3人死亡、41人受伤。[1]\n东海县有900人失踪，市长已经辞职。[1]",
        repair="",
    )
    summary = written(assistant, model)
    assert summary.statements[0].text == "东海县发生5.8级地震，造成3人死亡、41人受伤。"
    assert not any("900" in statement.text for statement in summary.statements)
    assert "900人" in summary.left_out[0].text
    assert summary.model is not None
    assert "石桥" in model.prompts[0]


def test_a_chat_model_that_writes_nothing_is_replaced_by_quotes(assistant: Assistant) -> None:
    summary = written(assistant, ScriptedModel(""))
    assert QUAKE in quotes(summary)
    assert "fell_back" in [notice.code for notice in summary.notices]


def written(assistant: Assistant, model: ScriptedModel) -> Summary:
    wanted = Wanted(articles=frozenset({"海滨日报-a", "晚报-b"}), writer=ChatWriter(model=model))
    *_, summary = stream_summary(assistant, wanted, today=datetime.date(2026, 4, 3))
    assert isinstance(summary, Summary)
    return summary


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("总结江城晚报的文章", {"江城晚报"}),
        ("sum up the Harbour Post article", {"Harbour Post"}),
        ("Summarise the Haibin article", {"海滨日报"}),
        ("总结海滨的报道", {"海滨日报"}),
        ("4月3日的新闻摘要", {"Harbour Post"}),
        ("今天有什么新闻", {"Harbour Post"}),
    ],
)
def test_a_question_that_asks_for_a_summary_gets_one(
    assistant: Assistant, question: str, outlets: set[str]
) -> None:
    answer = assistant.ask(question, today="2026-04-03")
    assert answer.status == "answered"
    assert answer.question == question
    assert {citation.outlet for citation in answer.citations} == outlets
    assert Answer.from_json(answer.to_json()) == answer


def test_a_day_without_articles_gets_the_newest_and_says_so(assistant: Assistant) -> None:
    answer = assistant.ask("what is new today", today="2026-05-01")
    assert {citation.outlet for citation in answer.citations} == {"Harbour Post"}
    assert answer.notices[0].code == "newest_instead"


def test_a_bare_request_in_a_conversation_is_about_its_topic(assistant: Assistant) -> None:
    first = assistant.ask("谁夺得联赛冠军？")
    assert first.status == "answered"
    summed = assistant.ask("总结一下", [first])
    assert {citation.outlet for citation in summed.citations} == {"体育周刊"}


def test_json_comes_back_and_async_callers_get_the_same(assistant: Assistant) -> None:
    summary = assistant.summarise("东海县地震")
    assert Summary.from_json(summary.to_json()) == summary
    assert "5.8级" in summary.to_markdown()
    with pytest.raises(AnswerFormatError):
        Summary.from_json("{}")
    again = asyncio.run(AsyncAssistant(assistant).summarise("东海县地震"))
    assert again.statements == summary.statements


def test_the_command_line_prints_and_writes_it(
    index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RAG_INDEX", str(index))
    out = tmp_path / "summary.md"
    said = CliRunner().invoke(app, ["summarise", "--since", "2026-04-02", "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "5.8级" in said.output
    assert "5.8级" in out.read_text(encoding="utf-8")
    told = CliRunner().invoke(app, ["summarise", "东海县地震", "--json", "-n", "2"])
    assert len(Summary.from_json(told.stdout).statements) <= 2
    assert CliRunner().invoke(app, ["summarise", "--until", "2020"]).exit_code == 3


def test_what_is_chosen_covers_the_set_and_repeats_nothing() -> None:
    # Two groups of like sentences and one alone: each group is told once.
    rows = np.array([[1, 0, 0], [0.99, 0.14, 0], [0, 1, 0], [0, 0.99, 0.14], [0, 0, 1]], np.float32)
    vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    chosen = choose(vectors, [1.0] * 5, 5)
    assert len(chosen) == 3
    assert all(float(vectors[a] @ vectors[b]) < REPEATED for a in chosen for b in chosen if a != b)
    # A prior decides between sentences that cover as much.
    assert choose(vectors[:2], [0.2, 1.0], 1) == (1,)
    assert choose(vectors, [1.0] * 5, 0) == ()
    assert choose(np.empty((0, 3), np.float32), [], 3) == ()
