"""A claim laid beside its source, token by token."""

from __future__ import annotations

import pytest

from rag.answering.verification.alignment import align, shared_words, tokens


def keys(text: str) -> list[str]:
    return [token.key for token in tokens(text)]


def test_one_thing_has_one_key_in_every_notation() -> None:
    assert keys("58.3万")[0] == keys("583,000")[0]
    assert keys("2月13日")[0] == keys("February 13")[0]
    assert keys("Prices")[0] == keys("price")[0]


def test_what_changed_is_found() -> None:
    alignment = align("本轮融资由海桐资本领投。", "本轮融资由蓝港资本领投。")
    (change,) = alignment.changes
    said = ["".join(token.text for token in side) for side in (change.said, change.source)]
    assert "海桐" in said[0]
    assert "蓝港" in said[1]
    assert align("本轮融资由蓝港资本领投。", "本轮融资由蓝港资本领投。").changes == ()


@pytest.mark.parametrize(
    ("claim", "source", "least", "most"),
    [
        ("Apple chose Alibaba.", "Apple chose Alibaba.", 1.0, 1.0),
        ("Apple chose Alibaba.", "In the end, Apple chose Alibaba over others.", 0.9, 1.0),
        ("Apple chose Alibaba.", "The harbour was full.", 0.0, 0.0),
        ("苹果选择了阿里", "最终，苹果选择了阿里巴巴", 0.3, 1.0),
    ],
)
def test_the_share_of_words_in_common(claim: str, source: str, least: float, most: float) -> None:
    assert least <= shared_words(claim, source) <= most
