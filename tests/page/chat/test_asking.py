"""A question's way to its last turn."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

import pytest

from rag.page.chat.texts import texts
from rag.page.chat.turns import Turn, finder, take
from rag.types import Answer, Draft, Event, Progress
from tests.page.scripted import ScriptedAssistant, answered, framing, seed_articles
from tests.page.scripts import news


def asked(script: object, question: str = "Q", **options: object) -> list[Turn]:
    assistant = ScriptedAssistant(seed_articles(), script)  # type: ignore[arg-type]
    return list(take(Turn(number=1, question=question), assistant, **options))  # type: ignore[arg-type]


def test_the_last_turn_has_the_answer() -> None:
    turns = asked(news, "Why did Apple choose Alibaba?")
    assert turns[-1].answer is not None
    assert not turns[-1].running
    assert all(turn.running for turn in turns[:-1])


def test_a_foreseen_error_is_told_in_both_languages() -> None:
    [turn] = asked(news, "down")
    assert turn.error is not None
    assert turn.error.code == "ChatModelUnreachable"
    assert turn.error.zh.startswith("无法连接")


def test_an_unforeseen_error_goes_to_the_log_and_not_to_the_reader(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        [turn] = asked(news, "bug")
    assert turn.error is not None
    assert turn.error.en == texts("en").unexpected
    assert "secret detail" in caplog.text


def test_a_stream_without_an_answer_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    def breaks_off(
        assistant: ScriptedAssistant, question: str, history: Sequence[Answer]
    ) -> Iterator[Event]:
        del assistant, question, history
        yield Progress(stage="searching")

    with caplog.at_level(logging.ERROR):
        turns = asked(breaks_off)
    assert turns[-1].error is not None
    assert "without an answer" in caplog.text


def test_drafts_come_no_faster_than_they_can_be_drawn() -> None:
    def fast(
        assistant: ScriptedAssistant, question: str, history: Sequence[Answer]
    ) -> Iterator[Event]:
        del assistant, history
        for length in range(1, 101):
            yield Draft(text="x" * length)
        yield framing("Done.")
        yield answered(question, framing("Done."))

    ticks = iter(range(1000))
    turns = asked(fast, clock=lambda: next(ticks) * 0.01)
    # Two looks at the clock for a draft that is shown and one for a draft that isn't, a hundredth
    # of a second each: about a tenth of the drafts are shown, and nothing else is lost.
    drafts = [turn.draft for turn in turns if turn.draft]
    assert 9 <= len(drafts) <= 11
    assert [turn.statements for turn in turns][-2] == (framing("Done."),)
    assert turns[-1].answer is not None


def test_an_article_is_read_once_and_may_be_gone() -> None:
    assistant = ScriptedAssistant(seed_articles(), news)
    find = finder(assistant)
    [doc_id, *_] = assistant.articles
    assert find(doc_id) is find(doc_id)
    assert find("no such article") is None
