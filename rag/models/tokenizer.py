"""The tokenizer of XLM-R and multilingual E5, rebuilt from its pieces, scores and replacements.

It needs `tokenizers` alone: neither torch nor transformers is imported here.

    text -> normalise (charsmap, then runs of blanks become one) -> "▁" for blanks, one in front
         -> the most probable segmentation into pieces (a unigram language model; Kudo 2018,
            https://arxiv.org/abs/1804.10959) -> <s> ids </s>
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.decoders import Metaspace as MetaspaceDecoder
from tokenizers.models import Unigram
from tokenizers.normalizers import Precompiled, Replace
from tokenizers.normalizers import Sequence as NormalizerSequence
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

from rag.models.charsmap import compile_charsmap

BOS, PAD, EOS, UNK, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"

# `Precompiled` looks up graphemes of fewer bytes than this as a whole.
_WHOLE_GRAPHEME_BYTES = 6


def build_tokenizer(
    pieces: Sequence[str], scores: Sequence[float], replacements: Mapping[str, str]
) -> Tokenizer:
    """The tokenizer whose token ids are the positions in `pieces`.

    `scores` are log probabilities, one a piece; `replacements` maps single code points. `pieces`
    must hold the five special tokens. Raises `ValueError` where they don't.

    Equal to the published tokenizer.json of multilingual-e5-small in every token id. Its charsmap
    has 224,711 keys: 4,837 single code points, which are `replacements`, and 219,874 sequences.
    The reader (see `compile_charsmap`) only ever uses a sequence that is shorter than six bytes
    and begins with no shorter key: 675 of them, all a letter and a combining mark, and
    `composed_pairs` is exactly those. So a letter with two marks loses the second one, and Hangul
    jamo are not composed, here as there. `benchmarks/check_bundled_model.py` compares the two.
    """
    missing = [token for token in (BOS, PAD, EOS, UNK, MASK) if token not in pieces]
    if missing:
        raise ValueError(f"the pieces lack {', '.join(missing)}")
    unigram = Unigram(
        list(zip(pieces, scores, strict=True)), unk_id=pieces.index(UNK), byte_fallback=False
    )
    tokenizer = Tokenizer(unigram)
    charsmap = compile_charsmap({**replacements, **composed_pairs(replacements)})
    tokenizer.normalizer = NormalizerSequence([Precompiled(charsmap), Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = Metaspace(prepend_scheme="always")
    tokenizer.decoder = MetaspaceDecoder(prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single=f"{BOS} $A {EOS}",
        pair=f"{BOS} $A {EOS} {EOS} $B {EOS}",
        special_tokens=[(token, pieces.index(token)) for token in (BOS, EOS)],
    )
    tokenizer.add_special_tokens(
        [AddedToken(token, normalized=False) for token in (BOS, PAD, EOS, UNK, MASK)]
    )
    return tokenizer


def composed_pairs(replacements: Mapping[str, str]) -> dict[str, str]:
    """Sequences of two code points that normalisation composes into one: "e" + U+0301 -> "é".

    Only those that a table of `replacements` lets the reader see: shorter than six bytes, the
    first code point with no replacement of its own. A second code point stands also for those
    that `replacements` maps to it (U+0341 is U+0301).
    """
    same_mark: dict[str, list[str]] = {}
    for variant, mark in replacements.items():
        same_mark.setdefault(mark, []).append(variant)
    pairs = {}
    for code_point in range(sys.maxunicode + 1):
        composed = chr(code_point)
        parts = unicodedata.normalize("NFD", composed)
        if len(parts) != 2 or unicodedata.normalize("NFC", parts) != composed:
            continue
        first, mark = parts[0], parts[1]
        if first in replacements:
            continue
        for second in (mark, *same_mark.get(mark, ())):
            if len((first + second).encode()) < _WHOLE_GRAPHEME_BYTES:
                pairs[first + second] = composed
    return pairs


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of an unpacked model folder, in half a second, without torch."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
