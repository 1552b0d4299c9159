"""What a model says is parted from its thoughts and its template's tokens."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.chat import ThoughtSoFar
from rag.models.reply_stream import Spoken

SAID = "Velmont opened a line [1]. 股价上涨<5%。"


def said(*pieces: str) -> str:
    """What a reader is left with."""
    spoken, text = Spoken(), ""
    for given_ in (*(g for piece in pieces for g in spoken.feed(piece)), *spoken.finish()):
        text = "" if isinstance(given_, ThoughtSoFar) else text + given_
    return text


REPLIES = [
    SAID,
    f"<think>\nHm.\n</think>{SAID}",
    f"<THINKING >Hm.</THINKING>{SAID}",
    f"<seed:think>Hm.</seed:think>{SAID}",
    f"Hm. Wait.\n</think>{SAID}",
    f"[THINK]Hm.[/THINK]{SAID}",
    f"◁think▷Hm.◁/think▷{SAID}",
    f"<|begin_of_thought|>Hm.<|end_of_thought|><|begin_of_solution|>{SAID}<|end_of_solution|>",
    f"<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>{SAID}<|END_RESPONSE|>",
    f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>{SAID}",
    f"analysisHm.assistantfinal{SAID}",
    f"{SAID}<|im_end|>",
    f"{SAID}<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nAnd then?",
    f"<|im_start|>assistant\n{SAID}<|im_end|>\n<|im_start|>user\nAnd then?<|im_end|>",
    f"{SAID}<｜end▁of▁sentence｜>",
    f"<start_of_turn>model\n{SAID}<end_of_turn>",
    f"<s>{SAID}</s> more",
    f"[/INST]{SAID}[INST] more [/INST]",
    f"<|assistant|>{SAID}<|user|>And then?",
    # A closing tag with nothing behind it takes nothing back.
    f"{SAID}</think>",
]


@pytest.mark.parametrize("reply", REPLIES)
def test_only_what_is_said_is_left(reply: str) -> None:
    assert said(reply).strip() == SAID
    assert said(*reply).strip() == SAID


@given(
    reply=st.sampled_from(REPLIES),
    cuts=st.lists(st.integers(min_value=0, max_value=90), max_size=6),
)
def test_any_cutting_into_pieces_says_the_same(reply: str, cuts: list[int]) -> None:
    places = sorted({0, len(reply), *(c for c in cuts if c < len(reply))})
    assert said(*(reply[a:b] for a, b in pairwise(places))) == said(reply)


@pytest.mark.parametrize("text", ["a < b and c > d", "[1] [T", "x <y", "◁", "assist"])
def test_what_only_looks_like_a_tag_is_said(text: str) -> None:
    assert said(*text) == text


def test_a_thought_that_is_never_closed_says_nothing_but_may_conclude() -> None:
    spoken = Spoken()
    assert spoken.feed(f"<think>Hm.\n\n{SAID}") + spoken.finish() == []
    assert spoken.conclusion() == SAID
    assert spoken.thought == len(f"Hm.\n\n{SAID}")
    alone = Spoken()
    alone.feed("<think>Hm.")
    assert alone.conclusion() == ""


def test_many_tags_cost_little() -> None:
    spoken = Spoken()
    assert spoken.feed("<s>a" * 100_000 + "</s>") == ["a"] * 100_000
