"""The Python functions share one opened index."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import rag
import rag.models.loading
from rag.api import MOST_OPEN
from rag.assistant import Assistant
from rag.config import Config
from rag.errors import IndexMissing, QuestionError
from rag.models.embedder import Embedder

QUESTION = "阿里股价收盘多少港元？"


@pytest.fixture
def opened(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """The configs for which an index was opened, in a process that has opened none yet."""
    monkeypatch.setattr("rag.api._opened", OrderedDict())
    monkeypatch.setattr("rag.api._embedders", {})
    # The model is the tests' one: loading it anew takes seconds.
    monkeypatch.setattr("rag.models.loading.load_embedder", lambda *_: embedder)
    configs: list[Config] = []
    open_for_real = Assistant.open

    def counted(config: Config, *rest: Any, **named: Any) -> Assistant:
        configs.append(config)
        return open_for_real(config, *rest, **named)

    monkeypatch.setattr(Assistant, "open", counted)
    return configs


def test_threads_and_tasks_share_one_index(seeds_index: Path, opened: list[Config]) -> None:
    config = Config(index=seeds_index)

    async def several() -> list[rag.Answer]:
        return await asyncio.gather(*(rag.aanswer(QUESTION, config=config) for _ in range(2)))

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: rag.answer(QUESTION, config=config), range(2)))
    answers += asyncio.run(several())

    assert opened == [config]
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].status == "answered"


def test_the_environment_names_the_index(
    seeds_index: Path, opened: list[Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_INDEX", str(seeds_index))
    monkeypatch.delenv("RAG_MODEL", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-lying-around")
    answer = rag.answer(QUESTION)
    assert answer.model is None
    assert [config.index for config in opened] == [seeds_index]


def test_errors_reach_the_caller_and_a_missing_index_may_come_later(
    seeds_index: Path, opened: list[Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    late = tmp_path / "late"
    with pytest.raises(IndexMissing, match="run `rag index FOLDER`"):
        rag.answer(QUESTION, config=Config(index=late))
    late.symlink_to(seeds_index)
    assert rag.answer(QUESTION, config=Config(index=late)).status == "answered"
    with pytest.raises(QuestionError):
        rag.answer(" ", config=Config(index=late))
    assert opened == [Config(index=late)]


@pytest.mark.usefixtures("opened")
def test_without_an_index_it_is_made_from_seeds_as_the_command_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "port.md").write_text("# Port\n\nForty ships came to Lund on Monday.\n")
    (tmp_path / "seeds" / "broken.jsonl").write_text("{\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_LANG", "en")
    monkeypatch.delenv("RAG_INDEX", raising=False)
    answer = rag.answer("How many ships came to Lund on Monday?")
    assert answer.text == "Forty ships came to Lund on Monday. [1]"
    told, broken = caplog.messages
    assert told == "No index in .rag yet: building it from seeds/."
    assert "broken.jsonl" in broken
    caplog.clear()
    assert asyncio.run(rag.aanswer("How many ships came to Lund on Monday?")).text == answer.text
    assert caplog.messages == []


def test_many_indexes_share_one_model_and_only_the_last_stay_open(
    seeds_index: Path, opened: list[Config], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    load = rag.models.loading.load_embedder

    def counted(name: str, *rest: Any) -> Embedder:
        loaded.append(name)
        return load(name, *rest)

    monkeypatch.setattr("rag.models.loading.load_embedder", counted)
    configs = []
    for number in range(MOST_OPEN + 1):
        folder = tmp_path / str(number)
        folder.symlink_to(seeds_index)
        configs.append(Config(index=folder))
        assert rag.answer(QUESTION, config=configs[-1]).status == "answered"
    rag.answer(QUESTION, config=configs[-1])
    assert opened == configs
    assert len(loaded) == 1
    rag.answer(QUESTION, config=configs[0])  # the oldest was let go
    assert opened == [*configs, configs[0]]
    assert len(loaded) == 1


def test_everything_named_public_is_there() -> None:
    assert all(hasattr(rag, name) for name in rag.__all__)
    assert sorted(rag.__all__, key=lambda n: (n[0].islower(), n)) == rag.__all__
