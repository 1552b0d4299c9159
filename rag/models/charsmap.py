"""A SentencePiece "precompiled charsmap" made from a table of replacements.

`tokenizers` normalises text for SentencePiece models with one compiled table (its `Precompiled`
normaliser), thousands of times faster than as many `Replace` steps. The table is

    u32 size of the trie in bytes | the trie, u32 units | UTF-8 replacements, each ended by a NUL

all little-endian. The trie is a double array as of Darts-clone (S. Yata,
https://github.com/s-yata/darts-clone): a node is the index of a unit, and its child by the byte
`c` is at `base ^ c`, where `base` is the node's index xor the offset in its unit. Bits of a unit:

    0-7    the byte that led here, checked by the reader
    8      a key ends here: the unit at `base` is its value
    10-30  the offset

and a value is the byte position of its replacement, with bit 31 set.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

_KEY_ENDS = 1 << 8
_OFFSET_SHIFT = 10
_OFFSET_LIMIT = 1 << 21
_VALUE = 1 << 31
_BLOCK = 256

_Node = dict[int, "_Node"]


def compile_charsmap(replacements: Mapping[str, str]) -> bytes:
    """The table that replaces each key by its value, as bytes for `normalizers.Precompiled`.

    Raises `ValueError` on an empty key, a NUL in a key or value, or more than the format holds.

    The reader of `tokenizers` looks at one grapheme at a time. A grapheme of fewer than six bytes
    is replaced as a whole by the value of the **shortest** key that begins it; otherwise each of
    its code points is replaced by the value of the shortest key that begins that code point.
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
        # Only a whole block at a time: the reader looks at `base ^ byte` for any byte.
        free.update(dict.fromkeys(range(len(units), len(units) + _BLOCK)))
        units.extend([0] * _BLOCK)

    open_block()
    del free[0]  # the root
    bases: set[int] = set()  # one base belongs to one node, or two nodes would share children
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
