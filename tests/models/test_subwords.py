"""The bundled tokenizer on SentencePiece gives the tokens of the one it was published with."""

import random
from pathlib import Path

import pytest

from rag.models.bundled.pieces import write_pieces
from rag.models.bundled.tokenizer import build_tokenizer
from rag.models.bundled.weights import find_weights, read_weights
from rag.models.subwords import HubTokenizer, PieceTokenizer

ODD = [
    "",
    " ",
    "  两个  空格 ",
    "\t\n",
    "\x07",
    "▁a",
    "e\u0301te\u0301",
    "ＧＤＰ增长３％",
    "𠮷野家",
    "각",
    "a\u00a0b",
    "ﬁne",
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[HubTokenizer, PieceTokenizer]:
    folder = tmp_path_factory.mktemp("pieces")
    _, file = read_weights(find_weights())
    write_pieces(folder, file.pieces, file.scores, file.replacements)
    published = HubTokenizer(build_tokenizer(file.pieces, file.scores, file.replacements))
    return published, PieceTokenizer(folder)


def texts() -> list[str]:
    """The seeds' lines, odd texts, and texts of any characters."""
    rng = random.Random(0)
    ranges = [(32, 127), (0x80, 0x2000), (0x2000, 0xD7FF), (0xE000, 0x1F9FF), (0x4E00, 0x9FFF)]
    mixed = [
        "".join(chr(rng.randrange(*rng.choice(ranges))) for _ in range(rng.randrange(60)))
        for _ in range(500)
    ]
    lines = [line for file in Path("seeds").iterdir() for line in file.read_text().splitlines()]
    return ODD + mixed + lines


def test_ids_and_places_are_those_of_the_published_tokenizer(
    both: tuple[HubTokenizer, PieceTokenizer],
) -> None:
    published, pieces = both
    expected, found = published.subwords(texts()), pieces.subwords(texts())
    assert len(expected) > 500
    for text, wanted, got in zip(texts(), expected, found, strict=True):
        assert (got.ids, got.offsets) == (wanted.ids, list(map(tuple, wanted.offsets))), text
    assert pieces.ids(texts()) == [subwords.ids for subwords in found]


def test_a_special_token_in_a_text_is_text(both: tuple[HubTokenizer, PieceTokenizer]) -> None:
    _, pieces = both
    (ids,) = pieces.ids(["</s><mask>"])
    assert not {0, 1, 2, 250001} & set(ids)
