"""Chinese text in Simplified characters, and its words."""

from rag.text.words import is_word, segmented, simplified, tagged


def test_traditional_characters_become_simplified_ones() -> None:
    assert simplified("無人機飛過臺灣海峽") == "无人机飞过台湾海峡"


def test_words_join_to_their_text() -> None:
    assert segmented("无人机飞过无锡上空") == ["无人机", "飞过", "无锡", "上空"]


def test_what_is_a_word() -> None:
    assert is_word("不锈钢")
    assert not is_word("锈钢")
    assert not is_word("钢")


def test_words_with_their_parts_of_speech() -> None:
    assert ("无锡", "ns") in tagged("无锡的工厂")
