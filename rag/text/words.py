"""Split Chinese text into words, and turn texts into the terms of lexical search."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import numpy as np
import opencc
import rjieba
import snowballstemmer
from numpy.typing import NDArray

from rag.text.characters import HAN
from rag.text.quantities import CHINESE_DIGITS, read_quantities

# Chinese words.


def simplified(text: str) -> str:
    """Return the text with Traditional characters replaced by Simplified ones."""
    converted: str = _simplified().convert(text)
    return converted


def segmented(han: str) -> list[str]:
    """Return the words of a run of Han characters, in order; unknown words as single characters.

    The segmenter does not guess unknown words here, so that changing one character changes few
    words around it.
    """
    words: list[str] = rjieba.cut(han, hmm=False)
    return words


def is_word(han: str) -> bool:
    """Return True if the segmenter knows two or more Han characters as one word."""
    return len(han) > 1 and segmented(han) == [han]


def tagged(text: str) -> list[tuple[str, str]]:
    """Return the words of a text in order, each with its part of speech. Unknown words are guessed.

    The tags are those of jieba: `n` noun, `nr` person, `ns` place, `v` verb, `eng` Latin letters.
    """
    words: list[tuple[str, str]] = rjieba.tag(text)
    return words


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


# Terms. Passages and questions are analysed in the same way. Compatibility forms, case, and
# Traditional characters are folded. Chinese text gives words and pairs of characters, so that an
# unknown name is found by its pairs. English words give stems. A name of letters and digits
# (`Qwen2.5-Max`) gives itself and its parts. A large number gives its value, however it is written
# (`一亿`, `1亿`, `100 million`).

TermCounts = NDArray[np.uint64]
"""Shape (n,): one number per different term of a text, in rising order.

It is the term's number times 256, plus how often the term is in the text, at most 255.
"""

# A Latin word or number with its joined parts, or a run of Han characters.
_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<latin>[^\W_{HAN}]+(?:[.\-&+][^\W_{HAN}]+)*)")
_POSSESSIVE = re.compile(r"['’]s\b")
_LARGE = 10_000
"""Smaller numbers, such as years, are mostly written in digits, and are terms as written."""
_PART = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")


def terms(text: str) -> list[str]:
    """Return the terms of a text in order, with repetitions. They have only letters and digits."""
    folded = simplified(_POSSESSIVE.sub("", _folded(text)))
    found = list(_value_terms(folded))
    for run in _RUN.finditer(folded):
        if run["han"]:
            found += _han_terms(run["han"])
        else:
            found += _latin_terms(run["latin"])
    return found


def value_terms(text: str) -> list[str]:
    """Return the terms that are the same in every language: those of large numbers."""
    return list(_value_terms(_folded(text)))


def term_number(term: str) -> int:
    """Return the 32-bit number of a term: its CRC-32.

    Of a million terms, one in four thousand has the same number as another, which is too few to
    matter.
    """
    return zlib.crc32(term.encode(errors="surrogatepass"))


def count_terms(text: str) -> bytes:
    """Return the `TermCounts` of a text as little-endian bytes."""
    counts = Counter(map(term_number, terms(text)))
    packed = [number << 8 | min(count, 255) for number, count in counts.items()]
    return np.sort(np.array(packed, dtype="<u8")).tobytes()


def read_counts(blobs: Iterable[bytes]) -> TermCounts:
    """Return the `TermCounts` of several texts, one after another."""
    return np.frombuffer(b"".join(blobs), dtype="<u8").astype(np.uint64)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _value_terms(folded: str) -> Iterator[str]:
    for quantity in read_quantities(folded):
        if quantity.value >= _LARGE:
            yield f"#{quantity.value.normalize():f}"
        elif quantity.text[0] in CHINESE_DIGITS and quantity.unit != "rank":
            yield f"{quantity.value}"


def _han_terms(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
        return
    yield from (run[i : i + 2] for i in range(len(run) - 1))
    # Words of two characters are also among the pairs. They count twice on purpose.
    yield from (word for word in segmented(run) if len(word) > 1)


def _latin_terms(run: str) -> Iterator[str]:
    parts = _PART.findall(run)
    for part in parts:
        yield _stem(part) if part.isalpha() else part.replace(".", "p")
    if len(parts) > 1:
        yield "x".join(part.replace(".", "p") for part in parts)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")
