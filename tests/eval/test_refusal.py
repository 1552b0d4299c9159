from collections.abc import Callable
from dataclasses import replace

import pytest

from eval.records import Record
from eval.refusal import refusal_curve
from rag.types import Answer

MakeAnswer = Callable[..., Answer]


@pytest.fixture
def asked(make_answer: MakeAnswer) -> Callable[..., Record]:
    def make(name: str, metric: str, answerability: float | None) -> Record:
        return Record(
            question_id=name,
            cluster=name,
            type="fact",
            language="en",
            question=name,
            facts=(),
            seconds=0.1,
            scores={metric: 0.0},
            error=None,
            answer=replace(make_answer(), answerability=answerability),
        )

    return make


def test_every_threshold_has_its_price(asked: Callable[..., Record]) -> None:
    records = [
        asked("a", "false abstentions", 0.9),
        asked("b", "false abstentions", 0.4),
        asked("c", "abstention recall", 0.6),
        asked("d", "abstention recall", 0.1),
        asked("e", "false premises right", 0.5),
        asked("f", "false abstentions", None),
    ]
    points = [(p.threshold, p.false_answers, p.false_refusals) for p in refusal_curve(records)]
    assert points == [
        (0.0, 1.0, 0.0),
        (0.1, 1.0, 0.0),  # from 0.1 on: both unanswerable ones are answered
        (0.4, 0.5, 0.0),  # 0.6 is, 0.1 isn't; no answerable one is below
        (0.6, 0.5, 0.5),  # 0.4 is refused
        (0.9, 0.0, 0.5),
        (1.0, 0.0, 1.0),
    ]


def test_there_is_no_curve_of_one_kind_of_question(asked: Callable[..., Record]) -> None:
    assert refusal_curve([asked("a", "false abstentions", 0.9)]) == ()
