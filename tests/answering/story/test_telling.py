"""A story through time: rows, days, changes, disagreements, and the files it is written to."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.answering.comparison.result import ComparisonProgress
from rag.answering.story.result import Story, StoryRow, others_line, remarks
from rag.assistant import Assistant
from rag.async_assistant import AsyncAssistant
from rag.batch.stories import story_csv, write_story
from rag.cancellation import Cancellation, Cancelled, cancellable
from rag.cli import app
from rag.config import Config
from rag.errors import AnswerFormatError, ConfigError, QuestionError
from rag.models.embedder import Embedder
from rag.store.indexing import update_index

TOPIC = "石湾大桥垮塌"
ARTICLES = {
    "a": ("2025-06-03", "滨江日报", "6月2日，石湾大桥突然垮塌，造成4人死亡。"
          "救援队连夜在石湾大桥下搜寻幸存者。"),
    "b": ("2025-06-02", "晨报", "石湾大桥6月2日突然垮塌，造成6人死亡。"),
    "c": ("2025-06-05", "River Post", "The Shiwan bridge collapsed on June 2 and killed 4 people."
          " The death toll of the Shiwan bridge collapse rose to 9 on June 4."),
    "d": ("2025-06-05", "滨江日报", "6月4日，石湾大桥垮塌事故的死亡人数升至9人。"),
    "e": ("2025-08-20", "晨报", "8月20日，石湾大桥的设计师因大桥垮塌被捕。"),
    "f": ("2025-06-02", "晨报", "6月2日，剧院上演了一出新歌剧，观众超过900人。"),
    "g": ("2025-05-20", "财经报", "5月19日，石湾建设股价收报12.5元。"
          "5月19日，石湾建设股价盘中一度触及13.8元。"),
    "i": ("2025-06-06", "评论周刊", "专家认为，石湾大桥这样的老桥未来可能面临更大的压力。"
          "石湾大桥连接两座城市，具有跨度大、造价低等特点。"),
    "h": ("2025-05-21", "财经报", "5月20日，石湾建设股价收报11.9元。"),
}  # fmt: skip


@pytest.fixture(scope="module")
def index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story")
    for name, (day, outlet, text) in ARTICLES.items():
        article = f"---\ntitle: =报道{name}\noutlet: {outlet}\ndate: {day}\n---\n{text}\n"
        (folder / f"{name}.md").write_text(article, encoding="utf-8")
    update_index(folder / "index", [folder], embedder)
    return folder / "index"


@pytest.fixture(scope="module")
def assistant(index: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(Config(index=index), embedder=embedder)


@pytest.fixture(scope="module")
def story(assistant: Assistant) -> Story:
    return assistant.story(TOPIC)


def row_with(story: Story, words: str) -> StoryRow:
    (row,) = [row for row in story.rows if any(words in c.quote for c in row.citations)]
    return row


def test_the_newest_row_is_last_and_other_events_are_left_out(story: Story) -> None:
    days = [row.day or "" for row in story.rows]
    assert days == sorted(days)
    assert days[-1] == "2025-08-20"
    assert not any("歌剧" in c.quote for row in story.rows for c in row.citations)


def test_outlets_that_tell_one_event_stand_side_by_side(story: Story) -> None:
    collapse = row_with(story, "突然垮塌，造成4人")
    assert {c.outlet for c in collapse.citations} == {"滨江日报", "晨报", "River Post"}
    assert (collapse.day, collapse.day_from) == ("2025-06-02", "sentence")


def test_opinions_and_descriptions_are_no_rows_but_can_be_seen(story: Story) -> None:
    shown = [c.quote for row in story.rows for c in row.citations]
    others = [c.quote for row in story.others for c in row.citations]
    for words in ("专家认为", "跨度大"):
        assert not any(words in quote for quote in shown)
        assert any(words in quote for quote in others)
    assert not any(row.changes or row.disagreements for row in story.others)
    for language in ("zh", "en"):
        assert str(len(story.others)) in others_line(story, language)


def test_counts_of_other_days_are_other_events(story: Story) -> None:
    assert row_with(story, "突然垮塌，造成4人") != row_with(story, "升至9人")


def test_a_sentence_without_a_day_has_that_of_its_article(story: Story) -> None:
    search = row_with(story, "搜寻幸存者")
    assert (search.day, search.day_from) == ("2025-06-03", "article")


def test_a_value_that_changed_is_marked_with_before_and_after(story: Story) -> None:
    toll = row_with(story, "升至9人")
    assert toll.day == "2025-06-04"
    (change,) = [change for change in toll.changes if change.measure == "deaths"]
    assert change.before.value in ("4", "6", "4人", "6人")
    assert "9" in change.after.value
    assert change.before.superseded
    assert not toll.disagreements
    assert "死亡人数" in remarks(toll, "zh")[0]


def test_outlets_that_differ_on_one_moment_disagree(story: Story) -> None:
    collapse = row_with(story, "造成6人")
    (deaths,) = collapse.disagreements
    assert deaths.measure == "deaths"
    assert {value.citation.outlet for value in deaths.values} >= {"滨江日报", "晨报"}
    assert [row for row in story.rows if row.disagreements] == [collapse]


def test_a_close_and_a_price_during_the_day_are_two_moments(assistant: Assistant) -> None:
    told = assistant.story("石湾建设的股价")
    assert not any(row.disagreements for row in told.rows)
    later = row_with(told, "11.9元")
    (change,) = later.changes
    assert (change.before.value, change.after.value) == ("12.5元", "11.9元")


def test_every_quote_is_exact_and_markers_rise(assistant: Assistant, story: Story) -> None:
    cited = [c for row in (*story.rows, *story.others) for c in row.citations]
    for citation in cited:
        text = assistant.document(citation.doc_id).text
        assert text[citation.start : citation.end] == citation.quote
    assert len({c.marker for c in cited}) == len(cited)


def test_chosen_days_and_outlets_and_nothing_found(assistant: Assistant) -> None:
    late = assistant.story(TOPIC, since="2025-08")
    assert [row.day for row in late.rows] == ["2025-08-20"]
    nothing = assistant.story("量子计算机的价格")
    assert not nothing.found
    assert [notice.code for notice in nothing.notices] == ["no_story"]
    with pytest.raises(QuestionError):
        assistant.story(" ")


def test_json_comes_back_and_async_callers_get_the_same(assistant: Assistant, story: Story) -> None:
    assert Story.from_json(story.to_json()) == story
    with pytest.raises(AnswerFormatError):
        Story.from_json("[]")
    assert asyncio.run(AsyncAssistant(assistant).story(TOPIC)) == story


def test_markdown_and_csv_have_every_quote_and_no_formula(story: Story, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        shown = story.to_markdown(language)
        assert all(c.quote in shown for row in story.rows for c in row.citations)
    path = write_story(story, tmp_path / "story.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["quote"] for line in lines] == [
        c.quote for row in story.rows for c in row.citations
    ]
    assert all(line["title"].startswith("'=") for line in lines)
    assert any("→" in line["changes"] for line in lines)
    assert story_csv(story, "en").count("deaths") >= 2
    with pytest.raises(ConfigError):
        write_story(story, tmp_path / "story.xls")


def test_progress_is_told_and_the_work_can_be_stopped(assistant: Assistant) -> None:
    steps = list(assistant.stream_story(TOPIC))
    assert steps[0] == ComparisonProgress()
    assert isinstance(steps[-1], Story)
    cancellation = Cancellation()
    with cancellable(cancellation):
        running = assistant.stream_story(TOPIC)
        next(running)
        cancellation.cancel()
        with pytest.raises(Cancelled):
            list(running)


def test_the_command_line_prints_and_writes_it(
    index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RAG_INDEX", str(index))
    out = tmp_path / "story.md"
    said = CliRunner().invoke(app, ["story", TOPIC, "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "2025-06-04" in said.output
    assert "升至9人" in out.read_text(encoding="utf-8")
    assert "专家认为" not in said.output
    assert "--all" in said.output
    every = CliRunner().invoke(app, ["story", TOPIC, "--all"])
    assert "专家认为" in every.output
    told = CliRunner().invoke(app, ["story", TOPIC, "--json", "--outlet", "晨报"])
    rows = Story.from_json(told.stdout).rows
    assert {c.outlet for row in rows for c in row.citations} == {"晨报"}
    assert CliRunner().invoke(app, ["story", "量子计算机的价格"]).exit_code == 3
    bad = CliRunner().invoke(app, ["story", TOPIC, "--out", str(tmp_path / "x.pdf")])
    assert bad.exit_code == 1
