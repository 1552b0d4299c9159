"""The Python functions share one opened index."""

from __future__ import annotations

import asyncio
import importlib.metadata
import inspect
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

ANY: Any = rag
"""The package, with its types unknown: for calls that a type checker would refuse."""
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


def test_searching_verifying_and_indexing_work_on_the_same_index(
    opened: list[Config], tmp_path: Path
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "2025-03-04-port.md").write_text(
        "---\ntitle: The port\noutlet: Lund Times\nurl: https://example.org/port\n---\n\n"
        "Forty ships came to Lund on Monday. The harbour was full.\n"
    )
    config = Config(index=tmp_path / "index")
    told: list[rag.IndexProgress] = []
    report = rag.index(articles, on_progress=told.append, config=config)
    assert (report.added, report.documents) == (1, 1)
    assert told
    assert rag.index(config=config).unchanged == 1

    [hit] = rag.search("How many ships came to Lund?", k=3, config=config)
    assert (hit.title, hit.outlet, str(hit.published)) == ("The port", "Lund Times", "2025-03-04")
    assert hit.url == "https://example.org/port"
    assert "Forty ships" in hit.text
    assert rag.search("ships", since="2025-04", config=config) == ()
    with pytest.raises(QuestionError, match="number of results is 0"):
        rag.search("ships", k=0, config=config)

    true = rag.verify("Forty ships came to Lund on Monday.", config=config)
    assert (true.verdict, true.citations[0].outlet) == ("supported", "Lund Times")
    false = rag.verify("Fifty ships came to Lund on Monday.", config=config)
    assert false.verdict == "unsupported"
    assert [reason.code for reason in false.reasons] == ["number"]
    assert false.citations[0].quote == "Forty ships came to Lund on Monday."
    both = rag.verify(
        "Forty ships came to Lund on Monday. Fifty ships came to Lund on Monday.", config=config
    )
    assert (both.verdict, [reason.code for reason in both.reasons]) == ("unsupported", ["number"])
    assert [citation.marker for citation in both.citations] == [1]
    with pytest.raises(QuestionError, match="no words"):
        rag.verify("。。。", config=config)
    assert opened == [config]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda config: ANY.answer(None, config=config), "type NoneType"),
        (lambda config: ANY.answer("a", "b", config=config), "not a list of answers"),
        (lambda config: ANY.answer("a", today="yesterday", config=config), "not a date"),
        (lambda config: ANY.answer("a", sources="3", config=config), "number of sources is 3"),
        (lambda config: ANY.search("a", k=2.5, config=config), "number of results is 2.5"),
        (lambda config: ANY.index("", config=config), "paths are ''"),
        (lambda config: ANY.index([5], config=config), r"paths are \[5\]"),
        (lambda _: Config(index=5), "index is 5"),  # type: ignore[arg-type]
    ],
)
def test_arguments_of_the_wrong_kind_are_named(
    seeds_index: Path, opened: list[Config], call: Any, error: str
) -> None:
    assert opened == []
    with pytest.raises(rag.RagError, match=error):
        call(Config(index=str(seeds_index)))  # type: ignore[arg-type]


def test_the_async_twins_do_the_same(seeds_index: Path, opened: list[Config]) -> None:
    config = Config(index=seeds_index)

    async def all_of_them() -> None:
        assert await rag.asearch(QUESTION, 2, config=config) == rag.search(
            QUESTION, 2, config=config
        )
        claim = "截止今日收盘，阿里股价上涨2.55%达116.7港元。"
        assert (await rag.averify(claim, config=config)).verdict == "supported"
        async with await rag.AsyncAssistant.open(config) as assistant:
            events = [event async for event in assistant.stream(QUESTION)]
            assert isinstance(events[-1], rag.Answer)
            assert events[-1].text == (await assistant.ask(QUESTION)).text
            async for event in assistant.stream(QUESTION):
                assert isinstance(event, rag.Progress)
                break  # Leaving early is no error.
            [first, *_] = await assistant.documents()
            assert (await assistant.document(first.doc_id)).title == first.title
        with pytest.raises(rag.AssistantClosed):
            await assistant.ask(QUESTION)

    asyncio.run(all_of_them())
    assert opened


def test_an_assistant_is_closed_at_the_end_of_its_block(
    seeds_index: Path, opened: list[Config]
) -> None:
    with rag.Assistant.open(Config(index=seeds_index)) as assistant:
        assert assistant.ask(QUESTION).status == "answered"
    with pytest.raises(rag.AssistantClosed):
        assistant.search(QUESTION)
    assert opened


def test_the_async_side_has_what_the_sync_side_has() -> None:
    functions = {"answer", "search", "verify", "index", "fetch"}
    for name in functions:
        assert f"a{name}" in rag.__all__
        assert _parameters(getattr(rag, f"a{name}")) == _parameters(getattr(rag, name))
    for name in ("ask", "stream", "search", "verify", "document", "documents", "close"):
        sync, twin = getattr(rag.Assistant, name), getattr(rag.AsyncAssistant, name)
        assert _parameters(sync) == _parameters(twin)


def _parameters(function: Any) -> list[tuple[str, Any]]:
    return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]


def test_every_public_error_is_importable_and_the_version_is_the_packages() -> None:
    tree = [rag.RagError]
    for error in tree:
        tree += error.__subclasses__()
    public = [error for error in tree if error.__module__ == "rag.errors"]
    assert all(getattr(rag, error.__name__) is error for error in public)
    assert rag.__version__ == importlib.metadata.version("cited-rag")


def test_everything_named_public_is_there() -> None:
    assert all(hasattr(rag, name) for name in rag.__all__)
    assert sorted(rag.__all__) == sorted(set(rag.__all__))
