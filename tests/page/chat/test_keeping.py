"""A conversation to JSON and back, and what is refused on the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rag.errors import AnswerFormatError
from rag.messages import Message
from rag.page.chat.keeping import MAX_CHARACTERS, conversation_from_json, conversation_json
from rag.page.chat.turns import Turn
from rag.types import Answer, Progress
from tests.page.scripted import ScriptedAssistant, framing, seed_articles
from tests.page.scripts import news


def conversation() -> tuple[Turn, ...]:
    """One turn of each kind of end."""
    assistant = ScriptedAssistant(seed_articles(), news)
    turns = []
    for number, question in enumerate(("Why?", "Still with Baidu?", "weather?"), start=1):
        turn = Turn(number=number, question=question)
        for event in assistant.events(question):
            turn = turn.after(event)
        turns.append(turn)
    turns.append(Turn(number=4, question="Q").after(framing("Checked:")).stop())
    turns.append(Turn(number=5, question="Q").failed(Message(code="x", en="No.", zh="不。")))
    return tuple(turns)


def test_a_conversation_comes_back_as_it_went() -> None:
    turns = conversation()
    assert conversation_from_json(conversation_json(turns)) == turns


def test_its_answers_can_be_read_by_programs() -> None:
    turns = conversation()
    saved = json.loads(conversation_json(turns))
    assert Answer.from_json(json.dumps(saved[0]["answer"])) == turns[0].answer
    assert saved[3]["answer"] is None


def test_a_turn_that_was_cut_off_counts_as_stopped_and_turns_are_numbered_anew() -> None:
    running = Turn(number=9, question="Q").after(framing("Checked:"))
    running = replace(running, draft="unchecked", progress=Progress(stage="writing"))
    [turn] = conversation_from_json(conversation_json((running,)))
    assert turn == Turn(number=1, question="Q", statements=(framing("Checked:"),), stopped=True)


def spoilt(change: Callable[[Any], object]) -> str:
    turns = json.loads(conversation_json(conversation()))
    change(turns)
    return json.dumps(turns)


def first_citation(turns: Any) -> Any:
    return turns[0]["answer"]["statements"][1]["citations"][0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "not json",
        "[" * 100_000,
        '[{"number": 1}]',
        '[{"number": 1, "question": ""}]',
        json.dumps([{"number": 1, "question": "q" * 10_001}]),
        json.dumps([{"number": 1, "question": "q"}] * 201),
        " " * (MAX_CHARACTERS + 1),
        '[{"number": 1, "question": "\\ud800", "answer": 7}]',
        spoilt(lambda turns: turns[0]["answer"].pop("status")),
        spoilt(lambda turns: turns[0]["answer"].update(status="certain")),
        spoilt(lambda turns: turns[0]["answer"].update(language="<img>")),
        spoilt(lambda turns: first_citation(turns).update(start=-9)),
        spoilt(lambda turns: first_citation(turns).update(end=10**9)),
        spoilt(lambda turns: first_citation(turns).update(marker=0)),
        spoilt(lambda turns: first_citation(turns).update(marker="1 onclick=alert(1)")),
        spoilt(lambda turns: first_citation(turns)["published"].update(moment="whenever")),
    ],
    ids=range(20),
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(AnswerFormatError) as refusal:
        conversation_from_json(text)
    message = refusal.value.message
    assert "deleted" in message.en
    assert "删除" in message.zh
    assert "\n" not in message.en
    assert len(message.en) < 500
