"""The best sentences of near articles in a refusal, by the real models over the seed articles."""

from __future__ import annotations

import json

import pytest

from rag.assistant import Assistant
from rag.models.embedder import Embedder
from rag.store.snapshot import Snapshot
from rag.types import Answer


@pytest.fixture(scope="module")
def assistant(seeds: Snapshot, embedder: Embedder) -> Assistant:
    return Assistant(snapshot=seeds, embedder=embedder)


@pytest.mark.parametrize(
    ("question", "code", "named"),
    [
        ("Who is the CEO of Samsung?", "near_not_named", "Samsung"),
        ("苹果在德国卖出多少部手机？", "near_not_named", "德国"),
        ("2024年3月5日阿里的股价是多少？", "near_other_time", "2024年3月5日"),
        ("What is the weather in Dubai?", "near_not_named", "weather"),
    ],
)
def test_a_refusal_quotes_near_articles_and_says_why_they_do_not_answer(
    assistant: Assistant, question: str, code: str, named: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    near = answer.near_passages
    assert 1 <= len(near) <= 3
    assert [p.citation.marker for p in near] == list(range(1, len(near) + 1))
    assert [p.citation.doc_id for p in near] == [r.doc_id for r in answer.nearest][: len(near)]
    for passage in near:
        citation = passage.citation
        document = assistant.document(citation.doc_id)
        assert citation.quote == document.text[citation.start : citation.end]
        assert citation.quote.replace("\n", " ") in answer.text
    assert code in [p.reason.code for p in near]
    assert any(named in p.reason.zh and named in p.reason.en for p in near)
    # They are no sources of an answer.
    assert answer.citations == ()
    assert Answer.from_json(answer.to_json()) == answer
    assert json.loads(answer.to_json())["near_passages"][0]["reason"]["en"]


def test_an_order_is_refused_without_passages_and_an_answer_has_none(assistant: Assistant) -> None:
    assert assistant.ask("写一首关于苹果的诗").near_passages == ()
    assert assistant.ask("苹果为什么选择阿里？").near_passages == ()


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("科克说了什么？", "库克说了什么？"),
        ("阿里爸爸的总部在德国哪里？", "阿里巴巴的总部在德国哪里？"),
        ("When did Tim Cock marry?", "When did Tim Cook marry?"),
    ],
)
def test_a_similar_name_is_offered_as_a_question(
    assistant: Assistant, question: str, meant: str
) -> None:
    answer = assistant.ask(question)
    assert [suggestion.question for suggestion in answer.did_you_mean] == [meant]
    assert "did_you_mean" in [message.code for message in answer.missing]
    assert assistant.ask(meant).did_you_mean == ()
