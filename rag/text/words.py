"""Words: Chinese text folded and cut into words, and the terms that lexical search compares."""

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

# Chinese text folded into Simplified characters, and cut into words.


def simplified(text: str) -> str:
    """Returns the text with Traditional characters folded into Simplified ones."""
    converted: str = _simplified().convert(text)
    return converted


def segmented(han: str) -> list[str]:
    """The words of a run of Han characters, in order; what is no word known gives its characters.

    Without the segmenter's guesses at unknown words, so that one changed character changes the
    words around it as little as can be.
    """
    words: list[str] = rjieba.cut(han, hmm=False)
    return words


def is_word(han: str) -> bool:
    """Tells whether the segmenter knows these Han characters, two or more, as one word."""
    return len(han) > 1 and segmented(han) == [han]


def tagged(text: str) -> list[tuple[str, str]]:
    """Returns the words of a text in order, unknown ones guessed at, each with its part of speech.

    The tags are jieba's: `n` a noun, `nr` a person, `ns` a place, `v` a verb, `eng` Latin letters.
    """
    words: list[tuple[str, str]] = rjieba.tag(text)
    return words


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


# Text -> the terms that lexical search compares, for Chinese, English, and both mixed.
#
# One analysis serves passages and questions. Compatibility forms, case, and Traditional characters
# are folded; Chinese text gives words and pairs of characters, so that a name the segmenter doesn't
# know is found by its pairs; English words give their stems; a name that mixes letters and digits
# (`Qwen2.5-Max`) gives itself and its parts; and a large number gives its value, however it is
# written (`一亿`, `1亿`, `100 million`).

TermCounts = NDArray[np.uint64]
"""Shape (n,): each different term of a text as its number times 256, plus how often it stands there
(255 at most), in rising order."""

# A Latin word or number, with what joins its parts; or a run of Han characters.
_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<latin>[^\W_{HAN}]+(?:[.\-&+][^\W_{HAN}]+)*)")
_POSSESSIVE = re.compile(r"['’]s\b")
_LARGE = 10_000
"""Smaller numbers are written in digits as a rule, and are terms as they are written: years too."""
_PART = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")


def terms(text: str) -> list[str]:
    """The terms of a text, in order, each as often as it stands there; letters and digits only."""
    folded = simplified(_POSSESSIVE.sub("", _folded(text)))
    found = list(_value_terms(folded))
    for run in _RUN.finditer(folded):
        if run["han"]:
            found += _han_terms(run["han"])
        else:
            found += _latin_terms(run["latin"])
    return found


def value_terms(text: str) -> list[str]:
    """The terms of a text that any language shares: those of its large numbers."""
    return list(_value_terms(_folded(text)))


def term_number(term: str) -> int:
    """The number that stands for a term, 32 bits: its CRC-32.

    Of a million terms, one in four thousand shares its number with another: too few to matter.
    """
    return zlib.crc32(term.encode(errors="surrogatepass"))


def count_terms(text: str) -> bytes:
    """The `TermCounts` of a text, as little-endian bytes."""
    counts = Counter(map(term_number, terms(text)))
    packed = [number << 8 | min(count, 255) for number, count in counts.items()]
    return np.sort(np.array(packed, dtype="<u8")).tobytes()


def read_counts(blobs: Iterable[bytes]) -> TermCounts:
    """The `TermCounts` of several texts, one after another."""
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
    # Words of two characters are among the pairs: they count twice, as what is a word should.
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
