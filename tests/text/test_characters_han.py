"""Which characters are Han characters."""

import re

import pytest

from rag.text.characters import HAN, has_han


@pytest.mark.parametrize("character", list("中㐀鿿々〇\U00020bb7\U00030000\ufa11"))
def test_han_characters(character: str) -> None:
    assert has_han(f"Mr {character}.")
    assert re.fullmatch(f"[{HAN}]", character)


@pytest.mark.parametrize(
    "text", ["", "Taipei 101", "カタカナ ひらがな", "，。（）", "ＡＢ１２", "한국"]
)
def test_other_scripts_and_signs(text: str) -> None:
    assert not has_han(text)
