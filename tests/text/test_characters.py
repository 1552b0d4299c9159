"""Which characters are read as others, and which stay."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.loader import load_document
from rag.retrieval.question import tidy_question
from rag.text.characters import folded


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("⼤⻰⼭⾼⻓⼗⼆⽉", "大龙山高长十二月"),
        ("⻢⻔⻛⻋⻅⻥⻦⻩⻬⻳⺠", "马门风车见鱼鸟黄齐龟民"),
        ("ＧＤＰ增长５．３％，出口１，２００亿", "GDP增长5.3%，出口1,200亿"),
        ("第３，第４；（５）：", "第3，第4；（5）："),
        ("ﬁve eﬃcient oﬀices", "five efficient offices"),
        ("COVID‑19", "COVID-19"),
        ("𝟮𝟬𝟮𝟱", "2025"),
    ],
)
def test_the_same_in_other_characters_is_read_as_the_ordinary(written: str, read: str) -> None:
    assert folded(written) == read


@pytest.mark.parametrize(
    "text", ["10㎡", "3m²", "½", "①", "25℃", "№5", "Ⅲ", "（：；，。）", "…", "™", "3－5"]
)
def test_signs_that_say_more_stay(text: str) -> None:
    assert folded(text) == text


def test_no_radical_is_left() -> None:
    radicals = [chr(c) for c in (*range(0x2E81, 0x2EF4), *range(0x2F00, 0x2FD6))]
    radicals = [c for c in radicals if unicodedata.name(c, "")]
    assert len(radicals) == 114 + 214
    for radical in radicals:
        assert len(folded(radical)) == 1
        assert folded(radical) not in radicals


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_an_article_and_a_question_are_folded_alike(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: ⻓⻛号\n---\n⻓⻛号１２⽉⾸航。", encoding="utf-8")
    document = load_document(tmp_path / "a.md", tmp_path)
    assert (document.title, document.text) == ("长风号", "长风号12月首航。")
    assert tidy_question("⻓⻛号⼏⽉⾸航？") == "长风号几月首航？"
