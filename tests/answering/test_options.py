"""What a reader may wish of one answer, over the seeds with the real embedding model."""

from __future__ import annotations

from typing import Any

import pytest

from rag.answering.options import Options
from rag.assistant import Assistant
from rag.errors import ConfigError
from rag.models.embedder import Embedder
from rag.models.openai_chat import OpenAIChatModel
from rag.store.snapshot import Snapshot
from tests.chat_server import chat_server, says

WHY = "哪些公司曾与苹果洽谈AI合作？"
CLOSE = "2月13日阿里巴巴港股收盘价是多少港元？"


@pytest.fixture(scope="module")
def assistant(seeds: Snapshot, embedder: Embedder) -> Assistant:
    return Assistant(snapshot=seeds, embedder=embedder)


def test_a_model_answers_in_the_language_asked_for(assistant: Assistant) -> None:
    with chat_server(says("Alibaba closed at 116.7 Hong Kong dollars. [1]")) as server:
        answer = assistant.ask(CLOSE, language="en", model=server.config())
    assert "Answer in English" in server.requests[0].prompt
    assert CLOSE in server.requests[0].prompt
    assert answer.language == "en"
    assert answer.model is not None
    assert answer.model.endpoint == server.url
    # It was made for this question alone.
    assert assistant.chat_model_name is None
    assert assistant.ask(CLOSE).model is None


@pytest.mark.parametrize(("language", "told"), [(None, False), ("zh", False), ("en", True)])
def test_quotations_in_another_language_than_asked_for_are_told_of(
    assistant: Assistant, language: Any, told: bool
) -> None:
    answer = assistant.ask(CLOSE, language=language)
    assert ("other_language" in [notice.code for notice in answer.notices]) is told
    assert "116.7" in answer.text


@pytest.mark.parametrize("sources", [1, 3, 20])
def test_a_model_reads_as_many_sentences_as_are_asked_for(
    assistant: Assistant, sources: int
) -> None:
    with chat_server(says("阿里收报116.7港元。[1]")) as server:
        assistant.ask(CLOSE, sources=sources, model=server.config())
    assert f"\n[{sources}] " in server.requests[0].prompt
    assert f"\n[{sources + 1}] " not in server.requests[0].prompt


def test_no_more_sentences_are_quoted_than_asked_for(assistant: Assistant) -> None:
    freely = assistant.ask(WHY)
    assert len(freely.statements) > 1
    assert len(assistant.ask(WHY, sources=1).statements) == 1
    many = assistant.ask(WHY, sources=20)
    assert many.statements[: len(freely.statements)] == freely.statements


def test_the_configured_model_can_be_left_out_of_one_answer(
    seeds: Snapshot, embedder: Embedder
) -> None:
    with chat_server(says("x")) as server:
        model = OpenAIChatModel(server.config())
        assistant = Assistant(snapshot=seeds, embedder=embedder, chat_model=model)
        answer = assistant.ask(CLOSE, model=None)
    assert server.requests == []
    assert answer.model is None
    assert "no_model" in [notice.code for notice in answer.notices]


def test_each_model_judges_what_it_wrote(seeds: Snapshot, embedder: Embedder) -> None:
    assistant = Assistant(snapshot=seeds, embedder=embedder, judge="model")
    with chat_server(says("阿里巴巴当天以116.7港元收盘。[1]"), says("YES")) as server:
        assistant.ask(CLOSE, model=OpenAIChatModel(server.config()))
    assert "You check whether quotations support a claim" in server.requests[1].prompt


def test_a_model_is_named_by_text_and_its_writer_is_kept(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chat_server(says("阿里收报116.7港元。[1]"), says("阿里收报116.7港元。[1]")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        first = assistant.ask(CLOSE, model="some-model")
        assert assistant.ask(CLOSE, model="some-model").model == first.model
    assert first.model is not None
    assert (first.model.name, first.model.endpoint) == ("some-model", server.url)
    with pytest.raises(ConfigError, match="name is ' '"):
        assistant.ask(CLOSE, model=" ")


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        ({"language": "fr"}, "'fr'"),
        ({"sources": 0}, "0"),
        ({"sources": 21}, "21"),
        ({"sources": -1}, "-1"),
    ],
)
def test_a_wish_that_is_none_is_named(wish: dict[str, Any], shown: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Options(**wish)
    assert shown in caught.value.message.en
    assert shown in caught.value.message.zh
