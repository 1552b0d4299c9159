"""The check of wordings by the reader: what is compared exactly stays, the rest is read."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.answering.verification.claims import Verification
from rag.answering.verification.read_claims import (
    DOUBTED,
    SURE,
    SURE_DESPITE,
    read_claim,
    with_neighbours,
)
from rag.messages import Message
from rag.models.reader import Reader, Stop, TextReading
from tests.answering.made import article, asked, candidates

NAME = Message(code="name", en="a name", zh="名称")
MEANING = Message(code="meaning", en="far", zh="远")
DOCUMENT = article("First things first. ", "The mill was sold. ", "It burnt down. ", "Later. ")


class SetReader:
    """Says of every claim that it is supported with the probability it was given."""

    name = fingerprint = runtime = "set"
    max_tokens = 100

    def __init__(self, support: float) -> None:
        self.support = support
        self.pairs: list[tuple[str, str]] = []

    def read(self, question: str, texts: object, stop: Stop | None = None) -> list[TextReading]:
        raise NotImplementedError

    def judge(self, pairs: object, stop: Stop | None = None) -> NDArray[np.float32]:  # noqa: ARG002
        self.pairs += pairs  # type: ignore[arg-type, operator]
        rest = (1 - self.support) / 2
        return np.array([[self.support, rest, rest]], np.float32)

    def count_tokens(self, texts: object) -> list[int]:
        raise NotImplementedError


def verdict(support: float, *reasons: Message, exact: bool = False) -> str:
    _, found = candidates(asked("Was the mill sold?"), DOCUMENT, "The mill was sold. ")
    before = Verification(verdict="partial", reasons=reasons, exact=exact)
    reader: Reader = SetReader(support)  # type: ignore[assignment]
    return read_claim(reader, "Somebody bought it.", [found[0].evidence], before).verdict


@pytest.mark.parametrize(
    ("support", "reasons", "expected"),
    [
        (SURE + 0.01, (), "supported"),
        (SURE + 0.01, (MEANING,), "supported"),
        (SURE - 0.01, (), "partial"),
        (DOUBTED - 0.01, (), "unsupported"),
        (SURE_DESPITE + 0.01, (NAME,), "supported"),
        (SURE_DESPITE - 0.01, (NAME,), "unsupported"),
    ],
)
def test_what_the_reader_says_decides(
    support: float, reasons: tuple[Message, ...], expected: str
) -> None:
    assert verdict(support, *reasons) == expected


def test_what_was_compared_exactly_is_not_read() -> None:
    assert verdict(1.0, NAME, exact=True) == "partial"
    assert verdict(0.0, exact=True) == "partial"


def test_a_sentence_is_read_with_its_neighbours() -> None:
    _, found = candidates(asked("Was the mill sold?"), DOCUMENT, "It burnt down. ")
    shown = with_neighbours(found[0].evidence)
    assert "It burnt down." in shown
    assert shown in found[0].evidence.passage
