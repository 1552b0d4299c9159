"""Questions asked of chosen articles and outlets alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.errors import DocumentNotFound, QuestionError
from rag.models.embedder import Embedder

WHY = "why did Apple choose Alibaba"
ONE = "004_2a3666ae1f3d6eaf"


@pytest.fixture(scope="module")
def assistant(seeds_index: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(Config(index=seeds_index), embedder=embedder)


def test_only_chosen_articles_answer(assistant: Assistant) -> None:
    assert {c.doc_id for c in assistant.ask(WHY).citations} != {ONE}
    answer = assistant.ask(WHY, articles=[ONE])
    assert answer.status == "answered"
    assert {c.doc_id for c in answer.citations} == {ONE}
    assert {hit.passage.doc_id for hit in answer.hits} == {ONE}
    assert "only_chosen" in [notice.code for notice in answer.notices]
    assert "only_chosen" not in [notice.code for notice in assistant.ask(WHY).notices]


def test_only_chosen_outlets_answer(assistant: Assistant) -> None:
    outlet = assistant.document(ONE).outlet
    assert outlet
    own = {d.doc_id for d in assistant.documents() if d.outlet == outlet}
    found = assistant.search(WHY, 50, outlets=[outlet])
    assert {hit.doc_id for hit in found} == own
    other = next(d for d in assistant.documents() if d.outlet != outlet)
    both = assistant.search(WHY, 50, outlets=[outlet], articles=[other.doc_id])
    assert {hit.doc_id for hit in both} == own | {other.doc_id}


def test_days_narrow_what_was_chosen(assistant: Assistant) -> None:
    day = str(assistant.document(ONE).published)[:10]
    assert assistant.search(WHY, articles=[ONE], since=day, until=day)
    assert not assistant.search(WHY, articles=[ONE], until="2020")


def test_what_is_unknown_is_named(assistant: Assistant) -> None:
    with pytest.raises(DocumentNotFound, match="nowhere"):
        assistant.ask(WHY, articles=[ONE, "nowhere"])
    with pytest.raises(QuestionError, match="No article is of the outlet 'The Nowhere Times'"):
        assistant.ask(WHY, outlets=["The Nowhere Times"])
    with pytest.raises(QuestionError, match="give a list"):
        assistant.ask(WHY, articles=ONE)
