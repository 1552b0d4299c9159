"""A question translated by a chat model behind a real server: in time, once, or not at all."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.answering.understanding import Translator
from rag.assistant import Assistant
from rag.models.embedder import Embedder
from rag.models.openai_chat import OpenAIChatModel
from rag.store.snapshot import Snapshot
from tests.chat_server import (
    Behaviour,
    Reply,
    Request,
    breaks_off,
    chat_server,
    fails,
    never_ends,
    says,
    slow_start,
    stalls_after,
)

QUESTION = "Why did Apple choose Alibaba?"
IN_CHINESE = "苹果为什么选择阿里巴巴？"


def test_a_question_is_translated_once() -> None:
    with chat_server(says("苹果为什么", "选择阿里巴巴？\n", "\nNote: it is a question.")) as server:
        translator = Translator(OpenAIChatModel(server.config()))
        first = translator.translate(QUESTION, "zh")
        assert first.text == IN_CHINESE
        assert first.usage is not None
        again = translator.translate(QUESTION, "zh")
        assert (again.text, again.usage) == (IN_CHINESE, None)
        assert len(server.requests) == 1
        assert QUESTION in server.requests[0].prompt


def test_many_at_once_are_all_translated_by_a_quick_model() -> None:
    def quick(reply: Reply, request: Request) -> None:
        reply.wait(0.05)
        says(IN_CHINESE)(reply, request)

    with chat_server(quick) as server:
        translator = Translator(OpenAIChatModel(server.config()), patience=60)
        questions = [f"{QUESTION} ({number})" for number in range(12)]
        with ThreadPoolExecutor(len(questions)) as pool:
            made = list(pool.map(lambda question: translator.translate(question, "zh"), questions))
    assert [translation.text for translation in made] == [IN_CHINESE] * 12


@pytest.mark.parametrize(
    "behaviour",
    [
        says("It chose Alibaba for its data."),  # answered, not translated
        says("\n \n"),
        says("<think>\n用户想知道"),
        says("当然，以下是译文："),
        fails(500),
        breaks_off("苹果"),
        never_ends("苹果为什么"),
    ],
)
def test_what_is_no_translation_is_not_used(behaviour: Behaviour) -> None:
    with chat_server(behaviour) as server:
        translator = Translator(OpenAIChatModel(server.config()))
        assert translator.translate(QUESTION, "zh").text is None


def test_thoughts_and_announcements_are_passed_over() -> None:
    reply = f"<think>\n苹果是公司\n</think>\n\n译文：\n{IN_CHINESE}\n"
    with chat_server(says(reply)) as server:
        translator = Translator(OpenAIChatModel(server.config()))
        assert translator.translate(QUESTION, "zh").text == IN_CHINESE


@pytest.mark.parametrize("behaviour", [slow_start(20), stalls_after("苹果", 20)])
def test_a_slow_model_is_not_waited_for_and_then_left_alone(behaviour: Behaviour) -> None:
    with chat_server(behaviour) as server:
        translator = Translator(OpenAIChatModel(server.config()), patience=1)
        began = time.perf_counter()
        assert translator.translate(QUESTION, "zh").text is None
        assert time.perf_counter() - began < 15
        began = time.perf_counter()
        left_alone = translator.translate("Who is Joe Tsai?", "zh")
        assert (left_alone.text, left_alone.usage) == (None, None)
        assert time.perf_counter() - began < 0.8
        assert len(server.requests) == 1


def test_a_model_that_is_down_has_seen_nothing() -> None:
    with chat_server(says(IN_CHINESE)) as server:
        config = server.config()
    translation = Translator(OpenAIChatModel(config)).translate(QUESTION, "zh")
    assert (translation.text, translation.usage) == (None, None)


def test_an_overlong_question_is_not_sent() -> None:
    with chat_server(says(IN_CHINESE)) as server:
        translator = Translator(OpenAIChatModel(server.config()))
        assert translator.translate("why " * 500, "zh").text is None
        assert server.requests == []


def test_an_answer_tells_what_was_searched_and_who_saw_it(
    seeds: Snapshot, embedder: Embedder
) -> None:
    with chat_server(says(IN_CHINESE), says("NO_ANSWER")) as server:
        model = OpenAIChatModel(server.config())
        assistant = Assistant(snapshot=seeds, embedder=embedder, chat_model=model)
        answer = assistant.ask(QUESTION)
        told = {notice.code: notice for notice in answer.notices}
        assert IN_CHINESE in told["searched_as"].en
        assert answer.model is not None
        assert len(server.requests) == 2
        # In the articles' own language there is nothing to translate.
        assistant.ask(IN_CHINESE)
        assert [QUESTION in request.prompt for request in server.requests] == [True, True, False]


def test_a_translation_finds_what_the_dictionary_does_not(
    seeds: Snapshot, embedder: Embedder
) -> None:
    question = "What capital outlay on compute is planned, compared with its last decade?"
    translated = "阿里未来三年在云和AI的基础设施投入，与过去十年相比如何？"
    plain = Assistant(snapshot=seeds, embedder=embedder).ask(question)
    with chat_server(says(translated), says("NO_ANSWER")) as server:
        model = OpenAIChatModel(server.config())
        helped = Assistant(snapshot=seeds, embedder=embedder, chat_model=model).ask(question)
    assert [hit.passage for hit in helped.hits] != [hit.passage for hit in plain.hits]
