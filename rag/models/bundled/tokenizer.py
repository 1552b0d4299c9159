"""Build the tokenizer of XLM-R and multilingual E5 from its pieces, scores and replacements.

Neither torch nor transformers is needed. The tokenizer works in these steps:

    text -> normalise (charsmap, then runs of blanks become one) -> "▁" for blanks, one in front
         -> the most probable segmentation into pieces (a unigram language model; Kudo 2018,
            https://arxiv.org/abs/1804.10959) -> <s> ids </s>
"""

from __future__ import annotations

import struct
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

# Compiling replacements into a SentencePiece "precompiled charsmap".
#
# The `Precompiled` normaliser of `tokenizers` uses one compiled table, which is thousands of times
# faster than a `Replace` step for each replacement. The table is
#
#     u32 size of the trie in bytes | the trie, u32 units | UTF-8 replacements, each ended by a NUL
#
# all little-endian. The trie is a double array as in Darts-clone (S. Yata,
# https://github.com/s-yata/darts-clone): a node is the index of a unit, and its child for the byte
# `c` is at `base ^ c`, where `base` is the node's index xor the offset in its unit. Bits of a unit:
#
#     0-7    the byte that leads here, which the reader checks
#     8      a key ends here: the unit at `base` is its value
#     10-30  the offset
#
# A value is the byte position of its replacement, with bit 31 set.

_KEY_ENDS = 1 << 8
_OFFSET_SHIFT = 10
_OFFSET_LIMIT = 1 << 21
_VALUE = 1 << 31
_BLOCK = 256

_Node = dict[int, "_Node"]


def compile_charsmap(replacements: Mapping[str, str]) -> bytes:
    """Return the table that replaces each key by its value, for `normalizers.Precompiled`.

    Raises `ValueError` for an empty key, a NUL in a key or value, or more than the format can hold.

    `tokenizers` reads one grapheme at a time. A grapheme of fewer than six bytes is replaced as a
    whole by the value of the **shortest** key that begins it. Otherwise each of its code points is
    replaced by the value of the shortest key that begins that code point.
    """
    trie: _Node = {}
    values: dict[int, int] = {}  # id of the node where a key ends -> position of its value
    blob = bytearray()
    positions: dict[str, int] = {}
    for key, value in replacements.items():
        if not key or "\0" in key or "\0" in value:
            raise ValueError(f"no charsmap can hold {key!r} -> {value!r}: empty, or has a NUL")
        if value not in positions:
            positions[value] = len(blob)
            blob += value.encode() + b"\0"
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        values[id(node)] = positions[value]
    units = _double_array(trie, values)
    packed = struct.pack(f"<{len(units)}I", *units)
    return struct.pack("<I", len(packed)) + packed + bytes(blob)


def _double_array(trie: _Node, values: Mapping[int, int]) -> list[int]:
    units: list[int] = []
    free: dict[int, None] = {}  # indices of unused units

    def open_block() -> None:
        # A whole block at a time, because the reader looks at `base ^ byte` for any byte.
        free.update(dict.fromkeys(range(len(units), len(units) + _BLOCK)))
        units.extend([0] * _BLOCK)

    open_block()
    del free[0]  # the root
    bases: set[int] = set()  # each base belongs to one node: two nodes can't share children
    waiting = [(0, trie)]
    while waiting:
        index, node = waiting.pop()
        ends_here = id(node) in values
        slots = [0, *node] if ends_here else list(node)
        while (base := _free_base(slots, free, bases)) is None:
            open_block()
        if index ^ base >= _OFFSET_LIMIT:
            raise ValueError("too many replacements for one charsmap")
        bases.add(base)
        for slot in slots:
            del free[base ^ slot]
        units[index] |= (index ^ base) << _OFFSET_SHIFT
        if ends_here:
            units[index] |= _KEY_ENDS
            units[base] = _VALUE | values[id(node)]
        for label, child in node.items():
            units[base ^ label] = label
            waiting.append((base ^ label, child))
    return units


def _free_base(slots: list[int], free: Mapping[int, None], bases: set[int]) -> int | None:
    first, *others = slots
    for index in free:
        base = index ^ first
        if base not in bases and all(base ^ slot in free for slot in others):
            return base
    return None


# Building the tokenizer.

BOS, PAD, EOS, UNK, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"

# `Precompiled` looks up a grapheme as a whole if it has fewer bytes than this.
_WHOLE_GRAPHEME_BYTES = 6


def build_tokenizer(
    pieces: Sequence[str], scores: Sequence[float], replacements: Mapping[str, str]
) -> Tokenizer:
    """Return the tokenizer whose token ids are the positions in `pieces`.

    `scores` are log probabilities, one for each piece; `replacements` maps single code points.
    Raises `ValueError` if `pieces` lacks one of the five special tokens.

    Every token id is the same as with the published tokenizer.json of multilingual-e5-small. The
    charsmap of that file has 224,711 keys: 4,837 single code points, which are `replacements`, and
    219,874 sequences. A sequence is used only if it is shorter than six bytes and does not begin
    with a shorter key (see `compile_charsmap`). There are 675 such sequences, each a letter and a
    combining mark, and `composed_pairs` returns exactly these. So in both tokenizers a letter with
    two marks loses the second one, and Hangul jamo are not composed.
    `benchmarks/check_bundled_model.py` compares the two tokenizers.
    """
    missing = [token for token in (BOS, PAD, EOS, UNK, MASK) if token not in pieces]
    if missing:
        raise ValueError(f"the pieces lack {', '.join(missing)}")
    unigram = Unigram(
        list(zip(pieces, scores, strict=True)), unk_id=pieces.index(UNK), byte_fallback=False
    )
    tokenizer = Tokenizer(unigram)
    tokenizer.normalizer = normalizer_for(replacements)
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


def normalizer_for(replacements: Mapping[str, str]) -> NormalizerSequence:
    """Return the normaliser that replaces single code points, and makes runs of blanks one."""
    charsmap = compile_charsmap({**replacements, **composed_pairs(replacements)})
    return NormalizerSequence([Precompiled(charsmap), Replace(Regex(" {2,}"), " ")])


def composed_pairs(replacements: Mapping[str, str]) -> dict[str, str]:
    """Return pairs of code points that normalisation composes into one: "e" + U+0301 -> "é".

    Only pairs that `tokenizers` can use are returned: shorter than six bytes, and with a first code
    point that has no replacement of its own. If `replacements` maps other code points to the second
    one, pairs with these are returned as well (U+0341 is U+0301).
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
    """Load the tokenizer of an unpacked model folder, in half a second and without torch."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
