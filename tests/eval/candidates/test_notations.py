"""Answers in the other notation: only what reads back as the same."""

import pytest

from eval.candidates.notations import accepted, kind_of
from eval.wording import states


@pytest.mark.parametrize(
    ("answer", "others"),
    [
        ("424万", ["4.24 million"]),
        ("4.24 million", ["424万"]),
        ("160亿美元", ["$16 billion", "16 billion dollars"]),
        ("$16 billion", ["160亿美元", "16 billion dollars"]),
        ("116.7港元", ["HK$116.7", "116.7 Hong Kong dollars"]),
        ("2.2万亿港元", ["HK$2.2 trillion", "2.2 trillion Hong Kong dollars"]),
        ("五万元", ["5万元", "50000 yuan"]),
        ("17%", []),
        ("2024年7月", ["July 2024"]),
        ("2月13日", ["February 13", "13 February"]),
        ("May 12, 2024", ["2024年5月12日", "12 May 2024"]),
        ("2024年第四季度", ["Q4 2024", "fourth quarter of 2024"]),
        ("2011年", ["2011"]),
        ("Qwen2.5-Max", []),
        ("哪吒2", []),
        ("阿里巴巴", []),
    ],
)
def test_what_is_accepted_besides(answer: str, others: list[str]) -> None:
    first, *rest = accepted(answer)
    assert first == answer
    assert set(rest) == set(others)


def test_another_notation_is_no_other_number() -> None:
    assert states(["It has 4.24 million users."], accepted("424万"))
    assert not states(["It has 42.4 million users."], accepted("424万"))
    assert not states(["It has 14.24 million users."], accepted("424万"))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("2024年7月", "date"), ("Q4 2024", "date"), ("58.3万", "number"), ("38.5%", "number"),
     ("iOS18.4", "fact"), ("7月的424万", "fact"), ("Dubai", "fact")],
)  # fmt: skip
def test_what_kind_an_answer_is(answer: str, kind: str) -> None:
    assert kind_of(answer) == kind
