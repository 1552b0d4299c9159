import pytest

from eval.wording import normalise, states


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ｑwen 2.5-Max：583,000 笔， up 25 per cent", "qwen2.5-max:583000笔,up25%"),
        ("HK$ 116.7", "hk$116.7"),
        ("up 3 percentage points", "up3percentage points"),
        # A full-width comma parts two numbers; NFKC must not make one of them.
        ("2021，100家", "2021,100家"),
        ("3  million\n users", "3million users"),
        ("17 25", "17 25"),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("sentence", "wording"),
    [
        ("下降了25％", "25%"),
        ("a fall of 25 percent", "25%"),
        ("收于 116.7 港元。", "116.7"),
        ("583,000 orders", "583000"),
        ("583000 orders", "583,000"),
        ("It FELL by as much as 25%.", "fell…25%"),
        ("growth was 5%.", "5%"),
        ("on February 11, word spread", "february 11"),
    ],
)
def test_a_wording_is_found(sentence: str, wording: str) -> None:
    assert states([sentence], [wording])


@pytest.mark.parametrize(
    ("sentence", "wording"),
    [
        ("下降了125%", "25%"),
        ("rose 117%", "17%"),
        ("rose 2.17%", "17%"),
        ("118.33美元", "118.3"),
        ("118.3美元", "118"),
        ("on February 112", "February 11"),
        ("group sales were 24%", "up…24%"),
        ("fell by 125%", "fell…25%"),
        ("140亿条", "40亿"),
    ],
)
def test_a_part_of_a_number_or_word_is_not_the_wording(sentence: str, wording: str) -> None:
    assert not states([sentence], [wording])


def test_a_gap_ends_with_its_sentence_and_after_sixty_characters() -> None:
    assert not states(["Shipments fell.", "It was 25%."], ["fell…25%"])
    assert states(["fell" + "一" * 60 + "25%"], ["fell…25%"])
    assert not states(["fell" + "一" * 61 + "25%"], ["fell…25%"])


def test_nothing_said_states_nothing() -> None:
    assert not states([], ["25%"])
