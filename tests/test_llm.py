"""A real chat model, whichever is configured: what must hold whatever it writes."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant, open_chat_model
from rag.config import Config
from rag.models.embedder import Embedder
from rag.store.snapshot import Snapshot

pytestmark = pytest.mark.llm


@pytest.fixture(scope="module")
def assistant(seeds: Snapshot, embedder: Embedder) -> Assistant:
    chat_model = open_chat_model(Config.from_environment())
    if chat_model is None:
        pytest.fail("set RAG_MODEL, and OPENAI_BASE_URL for any endpoint but OpenAI's")
    return Assistant(snapshot=seeds, embedder=embedder, chat_model=chat_model)


@pytest.mark.parametrize(
    "question", ["How much did Apple reportedly pay Baidu?", "光线传媒的第二大股东是谁？"]
)
def test_every_claim_shown_is_cited_exactly(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.model is not None
    assert answer.status == "answered"
    for statement in answer.statements:
        assert statement.citations or statement.kind == "framing"
        assert statement.verdict != "unsupported"
        for citation in statement.citations:
            text = assistant.document(citation.doc_id).text
            assert citation.quote == text[citation.start : citation.end]
