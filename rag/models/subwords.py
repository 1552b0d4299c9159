"""Split texts into the subword tokens of a model: their ids, and where they are in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tokenizers import Tokenizer

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

TOKENIZER_FILE = "tokenizer.json"
PIECES_FILE = "pieces.model"
NORMALIZER_FILE = "normalizer.json"

SPACE = "▁"
"""What SentencePiece writes for a blank; each text begins with one."""


@dataclass(frozen=True, slots=True)
class Subwords:
    """The tokens of a text. Token i has the id `ids[i]` and is `text[start:end]`.

    `offsets[i]` are its start and end. Characters that the model does not see are in no token.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]


class SubwordTokenizer(Protocol):
    """Splits texts into tokens, without special tokens or a limit. Safe between threads."""

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, in order."""
        ...

    def subwords(self, texts: Sequence[str]) -> list[Subwords]:
        """Return the tokens of each text with their places, in order."""
        ...


class HubTokenizer:
    """A `SubwordTokenizer` that uses the tokenizer of a model from the hub.

    It must not truncate or pad.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, path: Path) -> HubTokenizer:
        """Read a `tokenizer.json`. Raises plain `Exception` if it can't be read."""
        return cls(Tokenizer.from_file(str(path)))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `SubwordTokenizer`."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def subwords(self, texts: Sequence[str]) -> list[Subwords]:
        """See `SubwordTokenizer`."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Subwords(encoding.ids, encoding.offsets) for encoding in encodings]


class PieceTokenizer:
    """A `SubwordTokenizer` of SentencePiece, from the files that `bundled.pieces` writes.

    Its ids are those of the same model's `tokenizer.json`, but it takes a fifth of the memory and
    is loaded faster. Where two segmentations are equally probable, the other one may be chosen.
    """

    def __init__(self, folder: Path) -> None:
        # Imported here: only the bundled model needs it.
        from sentencepiece import SentencePieceProcessor

        self._pieces: SentencePieceProcessor = SentencePieceProcessor(
            model_file=str(folder / PIECES_FILE)
        )
        # Its tokens are the characters of the normalised text, so their offsets say where each
        # of these characters comes from.
        self._characters = Tokenizer.from_file(str(folder / NORMALIZER_FILE))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See `SubwordTokenizer`."""
        return [
            self._pieces.encode(prepared) if prepared else []
            for prepared in map(self._prepared, texts)
        ]

    def subwords(self, texts: Sequence[str]) -> list[Subwords]:
        """See `SubwordTokenizer`."""
        characters = self._characters.encode_batch(list(texts), add_special_tokens=False)
        return list(
            starmap(self._located, zip(texts, (each.offsets for each in characters), strict=True))
        )

    def _located(self, text: str, characters: list[tuple[int, int]]) -> Subwords:
        prepared = self._prepared(text)
        if not prepared:
            return Subwords([], [])
        found = self._pieces.encode(prepared, return_type="offset_mapping")
        if len(prepared) > len(characters):  # a blank was put in front
            characters = [characters[0], *characters]
        return Subwords(
            found["ids"],
            [(characters[start][0], characters[end - 1][1]) for start, end in found["offsets"]],
        )

    def _prepared(self, text: str) -> str:
        """Return the text as SentencePiece reads it: normalised, with `SPACE` in front."""
        normalised: str = self._characters.normalizer.normalize_str(text).replace(" ", SPACE)
        return normalised if not normalised or normalised[0] == SPACE else SPACE + normalised
