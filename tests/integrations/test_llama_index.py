"""The retriever in LlamaIndex's own protocols."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import date
from typing import Any

import pytest
from llama_index.core.callbacks import CallbackManager, CBEventType, LlamaDebugHandler
from llama_index.core.schema import MetadataMode, QueryBundle, TextNode

from rag.assistant import Assistant
from rag.errors import QuestionError
from rag.integrations.llama_index import CitedRetriever
from tests.integrations.conftest import QUESTION, cited, metadata


def test_nodes_are_what_the_search_finds_and_can_be_cited(assistant: Assistant) -> None:
    results = assistant.search(QUESTION, 4)

    found = CitedRetriever(assistant, similarity_top_k=4).retrieve(QUESTION)

    assert len(found) == 4
    assert [node.text for node in found] == [result.text for result in results]
    assert [cited(assistant, node.metadata) for node in found] == [node.text for node in found]
    assert [node.score for node in found] == [result.score for result in results]
    assert [node.metadata for node in found] == metadata(results)
    for result, node in zip(results, (scored.node for scored in found), strict=True):
        assert isinstance(node, TextNode)
        assert (node.start_char_idx, node.end_char_idx) == (result.start, result.end)
        assert node.ref_doc_id == result.doc_id
    assert json.loads(found[0].to_json())["score"] == results[0].score


def test_a_bundle_is_a_question_too(assistant: Assistant) -> None:
    retriever = CitedRetriever(assistant, similarity_top_k=2)

    assert retriever.retrieve(QueryBundle(QUESTION)) == retriever.retrieve(QUESTION)


def test_ids_stay_the_same_and_differ_between_passages(assistant: Assistant) -> None:
    few = CitedRetriever(assistant, similarity_top_k=2).retrieve(QUESTION)
    many = CitedRetriever(assistant, similarity_top_k=20).retrieve(QUESTION)

    assert [node.node_id for node in few] == [node.node_id for node in many[:2]]
    assert len({node.node_id for node in many}) == len(many) > 5


def test_a_prompt_names_the_article_and_not_the_offsets(assistant: Assistant) -> None:
    [scored] = CitedRetriever(assistant, similarity_top_k=1).retrieve(QUESTION)

    prompt = scored.node.get_content(MetadataMode.LLM)

    assert prompt.endswith(scored.text)
    assert f"title: {scored.metadata['title']}" in prompt
    assert "start:" not in prompt
    assert "end:" not in prompt


@pytest.mark.parametrize("until", ["2025-02-13", date(2025, 2, 13)])
def test_only_articles_of_the_days_are_found(assistant: Assistant, until: date | str) -> None:
    found = CitedRetriever(assistant, since="2025-02-13", until=until).retrieve(QUESTION)
    later = CitedRetriever(assistant, since="2025-02-14").retrieve(QUESTION)

    assert {node.metadata["published"][:10] for node in found} == {"2025-02-13"}
    assert {node.metadata["published"][:10] for node in later} == {"2025-02-14"}


def test_async_finds_the_same_in_another_thread(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = CitedRetriever(assistant, similarity_top_k=3).retrieve(QUESTION)
    threads: list[threading.Thread] = []
    search = assistant.search

    def noted(*given: Any, **named: Any) -> Any:
        threads.append(threading.current_thread())
        return search(*given, **named)

    monkeypatch.setattr(assistant, "search", noted)
    retriever = CitedRetriever(assistant, similarity_top_k=3)

    assert asyncio.run(retriever.aretrieve(QueryBundle(QUESTION))) == expected
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_callbacks_hear_of_the_nodes(assistant: Assistant) -> None:
    handler = LlamaDebugHandler(print_trace_on_end=False)
    retriever = CitedRetriever(assistant, callback_manager=CallbackManager([handler]))

    retriever.retrieve(QUESTION)

    assert len(handler.get_event_pairs(CBEventType.RETRIEVE)) == 1


@pytest.mark.usefixtures("named")
def test_without_an_assistant_the_index_of_the_environment_is_searched(
    assistant: Assistant,
) -> None:
    assert CitedRetriever().retrieve(QUESTION) == CitedRetriever(assistant).retrieve(QUESTION)


def test_errors_are_those_of_the_search(assistant: Assistant) -> None:
    retriever = CitedRetriever(assistant)
    with pytest.raises(QuestionError, match="empty"):
        retriever.retrieve("")
    with pytest.raises(QuestionError, match="empty"):
        asyncio.run(retriever.aretrieve(" "))
    with pytest.raises(QuestionError, match="1 to 100"):
        CitedRetriever(assistant, similarity_top_k=101).retrieve(QUESTION)
