"""The command as a person runs it: a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.types import Answer
from tests.conftest import SEEDS

HOSTILE = """---
title: "港口\u202e开放"
date: 2025-03-01
---

新港口周一开放，共有四十艘船到港。\x1b[31m港口由市政府建造。\x07
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


def rag(folder: Path, *arguments: str, **env: str) -> Ran:
    """Run the command in `folder`, with none of this process's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    done = subprocess.run(
        [sys.executable, "-c", "from rag.cli import main; main()", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(SEEDS.parent), "RAG_LANG": "en", **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def is_clean(text: str) -> bool:
    """Whether a terminal only prints it."""
    return not any(c in text for c in "\x1b\x07\u202e")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with seeds/ and no index, as a fresh clone has."""
    made = tmp_path_factory.mktemp("clone")
    shutil.copytree(SEEDS, made / "seeds")
    (made / "seeds" / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def first_answer(folder: Path) -> Ran:
    """The first question in that folder, which builds its index."""
    return rag(folder, "ask", "新港口有多少艘船到港？")


def test_the_first_question_builds_the_index_and_says_so(first_answer: Ran, folder: Path) -> None:
    assert first_answer.code == 0, first_answer
    assert "building it from seeds/" in first_answer.err
    assert "6 articles in the index: 6 new" in first_answer.err
    assert "四十艘船到港" in first_answer.out
    assert "[1]" in first_answer.out
    assert (folder / ".rag").is_dir()


def test_nothing_in_an_article_steers_the_terminal(first_answer: Ran, folder: Path) -> None:
    shown = rag(folder, "show", "hostile")
    assert shown.code == 0
    assert "市政府" in shown.out
    assert is_clean(shown.out)
    assert is_clean(first_answer.out)
    assert is_clean(rag(folder, "status").out)


@pytest.mark.usefixtures("first_answer")
def test_an_abstention_has_an_exit_code_and_is_readable_as_json(folder: Path) -> None:
    ran = rag(folder, "ask", "--json", "特斯拉上海工厂的产量是多少？")
    assert ran.code == 3
    assert ran.err == ""
    answer = Answer.from_json(ran.out)
    assert answer.to_json() + "\n" == ran.out
    assert answer.status == "abstained"


@pytest.mark.usefixtures("first_answer")
def test_index_tells_what_changed(folder: Path) -> None:
    ran = rag(folder, "index", "seeds", "--json")
    assert ran.code == 0
    report = json.loads(ran.out)
    assert (report["documents"], report["unchanged"], report["passages_embedded"]) == (6, 6, 0)


@pytest.mark.usefixtures("first_answer")
def test_status_lists_the_articles_without_a_model(folder: Path) -> None:
    ran = rag(folder, "status", "--json")
    assert ran.code == 0
    status = json.loads(ran.out)
    assert len(status["documents"]) == 6
    assert status["chat_model"] is None
    assert status["index"] == ".rag"


@pytest.mark.usefixtures("first_answer")
def test_show_prints_an_article_as_it_is_indexed(folder: Path) -> None:
    ran = rag(folder, "show", "--json", "004_2a3666ae1f3d6eaf")
    assert json.loads(ran.out)["title"] == "苹果AI入华为什么选中了阿里？"


@pytest.mark.parametrize(
    ("arguments", "env", "named"),
    [
        (("ask", "x"), {}, "rag index"),
        (("status",), {}, "rag index"),
        (("index",), {}, "rag index FOLDER"),
        (("index",), {"RAG_LANG": "zh"}, "rag index 文件夹"),
        (("verify", "drfat.txt"), {}, "drfat.txt"),
        (("verify", "./drafts/mine"), {}, "./drafts/mine"),
        (("verify", "苹果选择了阿里。", "--out", "report.md"), {}, "--out"),
        (("ask", "x"), {"RAG_MODEL": "m", "RAG_TIMEOUT": "soon"}, "RAG_TIMEOUT"),
        (("status",), {"RAG_MODEL": "m", "OPENAI_BASE_URL": "x"}, "OPENAI_BASE_URL"),
    ],
)
def test_an_error_is_one_line_on_standard_error(
    tmp_path: Path, arguments: tuple[str, ...], env: dict[str, str], named: str
) -> None:
    ran = rag(tmp_path, *arguments, **env)
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.count("\n") == 1, ran.err
    assert "Traceback" not in ran.err
    assert named in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("first_answer")
def test_an_unknown_article_is_named(folder: Path) -> None:
    ran = rag(folder, "show", "no\x1bwhere")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert "rag status" in ran.err
    assert is_clean(ran.err)


@pytest.mark.usefixtures("first_answer")
def test_the_days_of_articles_can_be_set(folder: Path) -> None:
    question = ("ask", "苹果为什么选择阿里巴巴？")
    ran = rag(folder, *question, "--since", "2025-03", "--until", "2025", RAG_LANG="zh")
    assert ran.code == 3
    assert ran.out.startswith("仅限 2025-03-01 – 2025-12-31 的文章。")
    preferred = rag(folder, "ask", "昨天苹果怎么了？", "--today", "2025-02-14")
    assert "优先 2025-02-13 及其后几天的文章（“昨天”）" in preferred.out
    wrong = rag(folder, *question, "--since", "spring")
    assert (wrong.code, wrong.out) == (1, "")
    assert wrong.err == "'spring' is not a date: write it as 2025-02-13, 2025-02 or 2025.\n"


@pytest.mark.usefixtures("first_answer")
def test_the_language_and_the_number_of_sources_can_be_set(folder: Path) -> None:
    question = ("ask", "哪些公司曾与苹果洽谈AI合作？", "--json")
    answer = Answer.from_json(rag(folder, *question, "--lang", "en", "--sources", "1").out)
    assert answer.language == "en"
    assert len(answer.statements) == 1
    assert "other_language" in [notice.code for notice in answer.notices]


@pytest.mark.parametrize("wish", [("--lang", "fr"), ("--sources", "99")])
def test_a_wish_that_is_none_is_refused_before_anything_is_prepared(
    tmp_path: Path, wish: tuple[str, str]
) -> None:
    (tmp_path / "seeds").mkdir()
    ran = rag(tmp_path, "ask", "x", *wish)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert wish[1] in ran.err
    assert not (tmp_path / ".rag").exists()


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "it asks for no password: set RAG_CHAT_AUTH"),
        ({"RAG_CHAT_AUTH": "reader:SECRET"}, "with the login of RAG_CHAT_AUTH. Use HTTPS"),
        ({"RAG_CHAT_AUTH": "reader:SECRET"}, "set RAG_OWNER_AUTH=user:password"),
        ({"RAG_OWNER_AUTH": "owner:SECRET"}, "with the login of RAG_OWNER_AUTH, at /owner"),
    ],
)
def test_a_page_for_other_machines_says_what_that_means(
    tmp_path: Path, env: dict[str, str], told: str
) -> None:
    """Without an index the command ends right after it."""
    ran = rag(tmp_path, "chat", "--host", "0.0.0.0", **env)
    note, error = ran.err.splitlines()
    assert note.startswith("Note: 0.0.0.0 lets other machines reach this page")
    assert told in note
    assert "rag index" in error
    assert "SECRET" not in ran.err
    assert len(rag(tmp_path, "chat", **env).err.splitlines()) == 1


def test_a_login_that_is_none_is_told_in_a_line(tmp_path: Path) -> None:
    ran = rag(tmp_path, "chat", RAG_CHAT_AUTH="SECRET")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "RAG_CHAT_AUTH" in ran.err
    assert "SECRET" not in ran.err


def test_an_empty_question_is_refused_before_anything_is_prepared(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    ran = rag(tmp_path, "ask", " ")
    assert ran.code == 1
    assert "empty" in ran.err
    assert not (tmp_path / ".rag").exists()


@pytest.mark.parametrize(("language", "shown"), [("en", "Ask a question."), ("zh", "提一个问题。")])
def test_help_is_in_the_readers_language(tmp_path: Path, language: str, shown: str) -> None:
    ran = rag(tmp_path, "--help", RAG_LANG=language)
    assert ran.code == 0
    assert shown in ran.out
    assert all(command in ran.out for command in ("index", "ask", "show", "status", "chat"))


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["status"]])
def test_what_needs_no_model_imports_none(tmp_path: Path, arguments: list[str]) -> None:
    heavy = ("faiss", "openvino", "rjieba", "torch", "gradio", "openai")
    assert loaded(tmp_path, arguments, heavy) == []


def test_a_quoted_answer_needs_no_torch(folder: Path) -> None:
    heavy = ("torch", "transformers", "sentence_transformers", "gradio", "openai", "pandas")
    assert loaded(folder, ["ask", "苹果为什么选择阿里巴巴？"], heavy) == []


def loaded(folder: Path, arguments: list[str], heavy: tuple[str, ...]) -> list[str]:
    """Those of `heavy` that the command imports."""
    code = (
        "import sys\nfrom rag.cli import main\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"import json\nprint(json.dumps(sorted(set({heavy!r}) & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(SEEDS.parent)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,  # the command itself may fail
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_articles_are_removed_and_exported_by_id(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for name in ("one", "two", "three"):
        (news / f"{name}.md").write_text(f"# Ship {name}\n\nShip {name} came to Lund.\n")
    assert rag(tmp_path, "index", "news").code == 0
    exported = rag(tmp_path, "export", "one", "two")
    lines = [json.loads(line) for line in exported.out.splitlines()]
    assert [line["id"] for line in lines] == ["one", "two"]
    assert "Ship two came to Lund." in lines[1]["text"]
    assert len(rag(tmp_path, "export").out.splitlines()) == 3

    removed = rag(tmp_path, "remove", "one", "three")
    assert (removed.code, removed.out) == (0, "2 articles removed.\n")
    assert "0 new" in rag(tmp_path, "index").out
    listed = rag(tmp_path, "status").out
    assert "Ship two" in listed
    assert "removed by hand: Ship one" in listed
    assert rag(tmp_path, "remove", "--root", "news").out == "1 articles removed.\n"
    nothing = rag(tmp_path, "remove")
    assert (nothing.code, nothing.err.count("\n")) == (1, 1)
    again = rag(tmp_path, "index")
    assert again.code == 1
    assert "rag index FOLDER" in again.err


def test_a_folder_is_followed_until_stopped(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "one.md").write_text("Ship one came to Lund.\n")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    # What runs in the background of a shell is started deaf to Ctrl-C.
    interruptible = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        " from rag.cli import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-u", "-c", interruptible, "index", "news", "--watch"],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(SEEDS.parent), "RAG_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            assert "1 new" in process.stdout.readline()
            while "Following changes" not in process.stderr.readline():
                pass
            (news / "two.md").write_text("Ship two came to Lund.\n")
            assert "1 new" in process.stdout.readline()
            # Another process may write, and another may read, while nothing changes.
            assert rag(tmp_path, "remove", "one").code == 0
            assert "Ship two" in rag(tmp_path, "status").out
            (news / "two.md").unlink()
            assert "1 removed" in process.stdout.readline()
            (news / "three.md").write_text("Ship three left Lund.\n")
            assert "1 new" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130
            assert "Stopped" in process.stderr.read()
        finally:
            # Else a failure would wait for it for ever.
            process.kill()


def test_output_that_cannot_be_written_is_one_line(folder: Path, first_answer: Ran) -> None:
    assert first_answer.code == 0
    command = "from rag.cli import main; main()"
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", command, "export"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(SEEDS.parent), "RAG_LANG": "en"},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
