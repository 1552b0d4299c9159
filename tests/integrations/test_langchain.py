"""The retriever in LangChain's own protocols."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import date
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import ConfigurableField, RunnableLambda

from rag.assistant import Assistant
from rag.errors import AssistantClosed, QuestionError
from rag.integrations.langchain import CitedRetriever
from tests.integrations.conftest import QUESTION, cited, metadata


def test_documents_are_what_the_search_finds_and_can_be_cited(assistant: Assistant) -> None:
    results = assistant.search(QUESTION, 4)

    documents = CitedRetriever(assistant=assistant, k=4).invoke(QUESTION)

    assert [document.page_content for document in documents] == [r.text for r in results]
    assert [cited(assistant, document.metadata) for document in documents] == [
        document.page_content for document in documents
    ]
    scores = [document.metadata.pop("score") for document in documents]
    assert scores == [result.score for result in results]
    assert len(scores) == 4
    assert [document.metadata for document in documents] == metadata(results)
    assert json.loads(json.dumps(documents[0].metadata)) == documents[0].metadata


def test_ids_stay_the_same_and_differ_between_passages(assistant: Assistant) -> None:
    few = CitedRetriever(assistant=assistant, k=2).invoke(QUESTION)
    many = CitedRetriever(assistant=assistant, k=20).invoke(QUESTION)

    assert [document.id for document in few] == [document.id for document in many[:2]]
    assert len({document.id for document in many}) == len(many) > 5


@pytest.mark.parametrize("until", ["2025-02-13", date(2025, 2, 13)])
def test_only_articles_of_the_days_are_found(assistant: Assistant, until: date | str) -> None:
    found = CitedRetriever(assistant=assistant, since="2025-02-13", until=until).invoke(QUESTION)
    later = CitedRetriever(assistant=assistant, since="2025-02-14").invoke(QUESTION)

    assert {document.metadata["published"][:10] for document in found} == {"2025-02-13"}
    assert {document.metadata["published"][:10] for document in later} == {"2025-02-14"}


def test_async_finds_the_same_in_another_thread(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    retriever = CitedRetriever(assistant=assistant, k=3)
    expected = retriever.invoke(QUESTION)
    threads: list[threading.Thread] = []
    search = assistant.search

    def noted(*given: Any, **named: Any) -> Any:
        threads.append(threading.current_thread())
        return search(*given, **named)

    monkeypatch.setattr(assistant, "search", noted)

    assert asyncio.run(retriever.ainvoke(QUESTION)) == expected
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_a_chain_reads_the_documents(assistant: Assistant) -> None:
    def sources(documents: list[Document]) -> str:
        return "\n".join(f"{d.metadata['doc_id']}: {d.page_content}" for d in documents)

    retriever = CitedRetriever(assistant=assistant, k=2)
    chain = retriever | RunnableLambda(sources)

    assert chain.invoke(QUESTION) == sources(retriever.invoke(QUESTION))
    assert chain.batch([QUESTION, QUESTION]) == [chain.invoke(QUESTION)] * 2
    assert "港元" in chain.invoke(QUESTION)


def test_a_chain_may_choose_how_many(assistant: Assistant) -> None:
    retriever = CitedRetriever(assistant=assistant).configurable_fields(k=ConfigurableField(id="k"))

    assert len(retriever.invoke(QUESTION, {"configurable": {"k": 1}})) == 1
    assert len(retriever.invoke(QUESTION)) == 10


@pytest.mark.usefixtures("named")
def test_without_an_assistant_the_index_of_the_environment_is_searched(
    assistant: Assistant,
) -> None:
    expected = CitedRetriever(assistant=assistant, k=3).invoke(QUESTION)

    assert CitedRetriever(k=3).invoke(QUESTION) == expected


def test_errors_are_those_of_the_search(assistant: Assistant) -> None:
    retriever = CitedRetriever(assistant=assistant)
    with pytest.raises(QuestionError, match="empty"):
        retriever.invoke(" ")
    with pytest.raises(QuestionError, match="empty"):
        asyncio.run(retriever.ainvoke(""))
    with pytest.raises(QuestionError, match="1 to 100"):
        CitedRetriever(assistant=assistant, k=0).invoke(QUESTION)
    with pytest.raises(QuestionError, match="yesterday"):
        CitedRetriever(assistant=assistant, since="yesterday").invoke(QUESTION)
    closed = Assistant(snapshot=assistant.snapshot, embedder=assistant.embedder)
    closed.close()
    with pytest.raises(AssistantClosed):
        CitedRetriever(assistant=closed).invoke(QUESTION)
