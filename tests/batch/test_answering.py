"""Many questions: none is asked twice, whatever stops the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from rag.assistant import Assistant
from rag.batch.answering import AnsweredRow, answered_table
from rag.batch.kept import kept_path
from rag.config import Config
from rag.errors import ConfigError, QuestionError
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.types import Answer
from tests.conftest import SEEDS
from tests.page.scripted import answered, cite, claim, made_document

HARBOUR = made_document("Forty ships came. Fifty ships came.", title="Ships", doc_id="ships")


def says(sentence: str) -> Callable[[str], Answer]:
    return lambda question: answered(question, claim(sentence, cite(HARBOUR, sentence, 1)))


def table(
    questions: list[str], out: Path, ask: Callable[[str], Answer], *, changes: bool = False
) -> tuple[AnsweredRow, ...]:
    return answered_table(
        questions, ask, out=out, column=None, settings="", changes=changes, on_progress=None
    )


def cells(path: Path) -> list[dict[str, object]]:
    head, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_has_answer_status_sources_quotes_and_the_columns_that_came(
    tmp_path: Path,
    seeds_index: Path,
    embedder: Embedder,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RAG_LANG", language)
    asked = tmp_path / "asked.csv"
    asked.write_text(
        "answer,问题\n=mine,截至2月13日收盘，阿里巴巴股价多少港元？\nx,\nx,迪拜天气怎么样？\n",
        encoding="utf-8",
    )
    with Assistant.open(Config(index=seeds_index), embedder=embedder) as assistant:
        rows = assistant.answer_all(asked, tmp_path / "out.xlsx")
        assert [row.answer.status if row.answer else None for row in rows] == [
            *("answered", None, "abstained")
        ]
        done = cells(tmp_path / "out.xlsx")
        name = {"en": "answer (rag)", "zh": "回答"}[language]
        quotes, sources = {"en": ("quotes", "sources"), "zh": ("引文", "出处")}[language]
        assert done[0]["answer"] == "=mine"
        assert "[1]" in str(done[0][name])
        first = rows[0].answer
        assert first is not None
        assert first.citations[0].quote in str(done[0][quotes])
        assert str(first.citations[0].url) in str(done[0][sources])
        with pytest.raises(QuestionError):
            assistant.answer_all(["Why?"], since="someday")
        # A document is a file of answers, too.
        assistant.answer_all(asked, tmp_path / "out.md")
        assert "阿里巴巴股价多少港元" in (tmp_path / "out.md").read_text(encoding="utf-8")


def test_what_is_answered_is_not_asked_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        if question == "stop" and asked.count("stop") == 1:
            raise KeyboardInterrupt
        if question == "bad":
            raise QuestionError(en="No.", zh="不。")
        return says("Forty ships came.")(question)

    out = tmp_path / "out.jsonl"
    questions = ["a", "bad", "a", "b", "stop", "c"]
    with pytest.raises(KeyboardInterrupt):
        table(questions, out, ask)
    assert not out.exists()
    # A kill in the middle of writing leaves half a line.
    with kept_path(out).open("a", encoding="utf-8") as file:
        file.write('{"round": 1, "key": "x", "ans')
    rows = table(questions, out, ask)
    assert asked == ["a", "bad", "b", "stop", "bad", "stop", "c"]
    assert [row.kept for row in rows] == [True, False, True, True, False, False]
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["status"] for line in lines] == ["answered", "skipped", *["answered"] * 4]
    assert lines[1]["notices"] == ["No."]
    assert lines[0]["quotes"] == ["[1] “Forty ships came.”"]
    table(questions, out, ask)
    assert asked[7:] == ["bad"]


def test_changes_are_shown_and_survive_a_stop(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    table(["a", "b"], out, says("Forty ships came."))
    newer = says("Fifty ships came.")

    def stops(question: str) -> Answer:
        if question == "b":
            raise KeyboardInterrupt
        return newer(question)

    with pytest.raises(KeyboardInterrupt):
        table(["a", "b"], out, stops, changes=True)
    rows = table(["a", "b", "new"], out, newer, changes=True)
    assert [row.change and row.change.kind for row in rows] == ["changed", "changed", None]
    assert rows[0].change is not None
    assert rows[0].change.added == ("Fifty ships came.",)
    assert rows[0].change.removed == ("Forty ships came.",)
    line = json.loads(out.read_text(encoding="utf-8").splitlines()[0])
    assert (line["change"], line["before"]) == ("changed", "Forty ships came. [1]")
    again = table(["a", "b"], out, newer, changes=True)
    assert [row.change and row.change.kind for row in again] == ["same", "same"]


def test_a_new_article_changes_a_kept_answer(embedder: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    article = "# {0}\n\n{1} ships came to the harbour of Lund on Monday.\n"
    (folder / "2025-02-10-port.md").write_text(article.format("Ships", "Forty"))
    config = Config(index=tmp_path / "index")
    question, other = "How many ships came to Lund?", "Who is the mayor of Lund?"
    out = tmp_path / "out.xlsx"
    update_index(config.index, [folder], embedder)
    with Assistant.open(config, embedder=embedder) as assistant:
        assistant.answer_all([question, other], out)
        (folder / "2025-02-11-mayor.md").write_text(
            "# Lund\n\nThe mayor of Lund is Anna Berg, who was elected on Sunday.\n"
        )
        update_index(config.index, [folder], embedder)
        rows = assistant.answer_all([question, other], out, changes=True)
    assert [row.change.kind for row in rows if row.change] == ["same", "answered_now"]
    assert cells(out)[1]["change"] == "answered now"


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    ask = says("Forty ships came.")
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(ConfigError, match="was not written by this command"):
        table(["a"], out, ask)
    assert out.read_text() == "mine"
    out.unlink()
    table(["a"], out, ask)
    out.write_text(out.read_text(encoding="utf-8") + "a remark\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="was changed since"):
        table(["a"], out, ask)
    kept_path(out).write_text("{}\n{}\n")
    out.unlink()
    with pytest.raises(ConfigError, match="is damaged"):
        table(["a"], out, ask)
    with pytest.raises(ConfigError, match="ends in"):
        table(["a"], tmp_path / "out.pdf", ask, changes=True)
    asked = tmp_path / "asked.csv"
    asked.write_text("question\nWhy?\n")
    with pytest.raises(ConfigError, match="is the file of the questions"):
        answered_table(
            asked, ask, out=asked, column=None, settings="", changes=False, on_progress=None
        )


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT], ids=["kill", "ctrl-c"])
def test_a_stopped_command_goes_on(tmp_path: Path, seeds_index: Path, stop: signal.Signals) -> None:
    (tmp_path / "q.txt").write_text(
        "\n".join(f"第{n}次问：为什么苹果选择阿里巴巴？" for n in range(40)), encoding="utf-8"
    )
    kept_settings = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    command = [sys.executable, "-c", "from rag.cli import main; main()"]
    command += ["ask", "--file", "q.txt", "--out", "a.csv"]
    environment = {**kept_settings, "RAG_LANG": "en", "RAG_INDEX": str(seeds_index)}
    environment["PYTHONPATH"] = os.pathsep.join(
        (str(SEEDS.parent), os.environ.get("PYTHONPATH", ""))
    )
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        # A shell that runs the tests in the background lets them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    kept = kept_path(tmp_path / "a.csv")
    end = time.monotonic() + 60
    while not (kept.exists() and kept.read_bytes().count(b"\n") > 1):
        assert running.poll() is None
        assert time.monotonic() < end
        time.sleep(0.01)
    running.send_signal(stop)
    _, told = running.communicate(timeout=300)
    assert running.returncode == (-signal.SIGKILL if stop is signal.SIGKILL else 130)
    assert not (tmp_path / "a.csv").exists()
    if stop is signal.SIGINT:
        assert b"the same command goes on from there" in told
    had = kept.read_bytes().count(b"\n")
    assert had < 40
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert f"40 answered, 0 in part, 0 not answered by the articles, 0 skipped; {had} kept" in (
        done.stdout
    )
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").count("第") >= 40
