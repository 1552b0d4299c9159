"""The retriever as a component of Haystack's pipelines."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

from haystack import Document, Pipeline
from haystack.components.builders import PromptBuilder
from haystack.core.errors import DeserializationError, PipelineRuntimeError

from rag.assistant import Assistant
from rag.errors import ConfigError, IndexMissing, QuestionError
from rag.integrations.haystack import CitedRetriever
from tests.integrations.conftest import QUESTION, cited, metadata

TEMPLATE = "{% for d in documents %}[{{ d.meta.doc_id }}] {{ d.content }}\n{% endfor %}"
ALLOWED = ["rag.integrations"]


def pipeline_of(retriever: CitedRetriever) -> Pipeline:
    pipeline = Pipeline()
    pipeline.add_component("retriever", retriever)
    pipeline.add_component("prompt", PromptBuilder(TEMPLATE, required_variables=["documents"]))
    pipeline.connect("retriever.documents", "prompt.documents")
    return pipeline


def asked(pipeline: Pipeline, **given: Any) -> list[Document]:
    inputs = {"retriever": {"query": QUESTION, **given}}
    found = pipeline.run(inputs, include_outputs_from={"retriever"})
    documents: list[Document] = found["retriever"]["documents"]
    shown = [f"[{document.meta['doc_id']}] {document.content}\n" for document in documents]
    assert found["prompt"]["prompt"] == "".join(shown)
    return documents


def test_documents_are_what_the_search_finds_and_can_be_cited(assistant: Assistant) -> None:
    results = assistant.search(QUESTION, 4)

    documents = asked(pipeline_of(CitedRetriever(assistant, top_k=4)))

    assert len(documents) == 4
    assert [document.content for document in documents] == [result.text for result in results]
    assert [cited(assistant, d.meta) for d in documents] == [d.content for d in documents]
    assert [document.score for document in documents] == [result.score for result in results]
    assert [document.meta for document in documents] == metadata(results)
    written = json.dumps(documents[0].to_dict())
    assert Document.from_dict(json.loads(written)) == documents[0]


def test_a_run_may_choose_how_many(assistant: Assistant) -> None:
    pipeline = pipeline_of(CitedRetriever(assistant, top_k=4))

    assert asked(pipeline, top_k=2) == asked(pipeline)[:2]
    assert len({document.id for document in asked(pipeline, top_k=20)}) > 5


@pytest.mark.parametrize("until", ["2025-02-13", date(2025, 2, 13)])
def test_only_articles_of_the_days_are_found(assistant: Assistant, until: date | str) -> None:
    found = asked(pipeline_of(CitedRetriever(assistant, since="2025-02-13", until=until)))
    later = asked(pipeline_of(CitedRetriever(assistant, since="2025-02-14")))

    assert {document.meta["published"][:10] for document in found} == {"2025-02-13"}
    assert {document.meta["published"][:10] for document in later} == {"2025-02-14"}


def test_async_finds_the_same_in_another_thread(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = pipeline_of(CitedRetriever(assistant, top_k=3))
    expected = asked(pipeline)
    threads: list[threading.Thread] = []
    search = assistant.search

    def noted(*given: Any, **named: Any) -> Any:
        threads.append(threading.current_thread())
        return search(*given, **named)

    monkeypatch.setattr(assistant, "search", noted)
    inputs = {"retriever": {"query": QUESTION}}
    found = asyncio.run(pipeline.run_async(inputs, include_outputs_from={"retriever"}))

    assert found["retriever"]["documents"] == expected
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


@pytest.mark.usefixtures("opened_by_nobody")
def test_a_saved_pipeline_opens_the_index_again(assistant: Assistant, seeds_index: Path) -> None:
    since = date(2025, 2, 14)
    pipeline = pipeline_of(CitedRetriever(assistant, top_k=3, since=since, until="2025-02"))

    text = pipeline.dumps()
    loaded = Pipeline.loads(text, allowed_modules=ALLOWED)

    assert str(seeds_index.resolve()) in text
    assert loaded.dumps() == text
    assert asked(loaded) == asked(pipeline)


def test_haystack_loads_the_class_only_if_it_is_named(assistant: Assistant) -> None:
    with pytest.raises(DeserializationError, match="allowlist"):
        Pipeline.loads(pipeline_of(CitedRetriever(assistant)).dumps())


@pytest.mark.usefixtures("opened_by_nobody")
def test_a_path_is_opened_and_saved_as_given(
    assistant: Assistant, seeds_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(seeds_index.parent)
    pipeline = pipeline_of(CitedRetriever(index=seeds_index.name))

    assert asked(pipeline) == asked(pipeline_of(CitedRetriever(assistant)))
    assert f"index: {seeds_index.name}\n" in pipeline.dumps()


@pytest.mark.usefixtures("named")
def test_without_both_the_index_of_the_environment_is_searched(
    assistant: Assistant, seeds_index: Path
) -> None:
    pipeline = pipeline_of(CitedRetriever())

    assert asked(pipeline) == asked(pipeline_of(CitedRetriever(assistant)))
    assert str(seeds_index) not in pipeline.dumps()


def test_an_index_without_a_folder_is_saved_only_with_a_path(assistant: Assistant) -> None:
    of_memory = Assistant(snapshot=assistant.snapshot, embedder=assistant.embedder)
    with pytest.raises(ConfigError, match="give `index`"):
        CitedRetriever(of_memory).to_dict()

    saved = CitedRetriever(of_memory, index=Path("elsewhere")).to_dict()

    assert saved["init_parameters"]["index"] == "elsewhere"


@pytest.mark.usefixtures("opened_by_nobody")
def test_errors_are_those_of_the_search(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retriever = CitedRetriever(assistant)
    with pytest.raises(QuestionError, match="empty"):
        retriever.run("")
    with pytest.raises(QuestionError, match="empty"):
        asyncio.run(retriever.run_async(" "))
    with pytest.raises(QuestionError, match="1 to 100"):
        retriever.run(QUESTION, top_k=0)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IndexMissing):
        CitedRetriever(index=tmp_path).run(QUESTION)
    with pytest.raises(PipelineRuntimeError, match="The question is empty") as wrapped:
        pipeline_of(retriever).run({"retriever": {"query": ""}})
    assert isinstance(wrapped.value.__cause__, QuestionError)
