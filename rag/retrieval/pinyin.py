"""Tells a question in pinyin, and which Chinese question it may stand for."""

from __future__ import annotations

import re

from rag.corpus.dictionary import load_dictionary, stem
from rag.corpus.languages import ENGLISH_STOP
from rag.corpus.pinyin import is_pinyin, plain_pinyin, words_by_pinyin
from rag.retrieval.known_words import KnownWords, in_dictionary
from rag.text.han import has_han

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST = 120
"""Characters: so long a text is no question in pinyin."""
_LETTERS_OF_WORDS = 5
"""Letters of a word that no English word is by chance as well."""


def pinyin_words(question: str, known: KnownWords) -> list[str]:
    """Returns the words of a question in pinyin, without tones; none for any other text.

    All words are pinyin, most are no English ones, and one of these at least is a Chinese word of
    some length that no article has in Latin letters.
    """
    if len(question) > _LONGEST or has_han(question):
        return []
    typed = _WORD.findall(question)
    words = [plain_pinyin(word) for word in typed]
    # Capitals alone make a person's name.
    if len(words) < 2 or all(word.istitle() for word in typed):
        return []
    # Before the dictionary is asked, which takes most of a second the first time.
    if not all(word.isascii() and word.isalpha() and is_pinyin(word) for word in words):
        return []
    foreign = [word for word in words if _is_foreign(word)]
    told = [word for word in foreign if len(word) >= _LETTERS_OF_WORDS and not known.holds(word)]
    if len(foreign) * 2 < len(words) or not any(word in words_by_pinyin() for word in told):
        return []
    return words


def _is_foreign(word: str) -> bool:
    """Tells whether a word is no English one; Huawei and Shanghai are pinyin in English as well."""
    if word in ENGLISH_STOP:
        return False
    called = load_dictionary().chinese.get(stem(word), frozenset())
    return not in_dictionary(word) or bool(called & set(words_by_pinyin().get(word, ())))


def chinese_of(words: list[str], known: KnownWords) -> str | None:
    """The Chinese question that words in pinyin may stand for; None where one of them is unclear.

    Of several words that sound alike the one that most passages have is meant.
    """
    found = []
    for word in words:
        candidates = words_by_pinyin().get(word, ())
        if not candidates:
            return None
        held = {candidate: known.passages_with(candidate) for candidate in candidates}
        if len(candidates) > 1 and not any(held.values()):
            return None
        found.append(max(candidates, key=lambda candidate: held[candidate]))
    return "".join(found) + "？" if any(map(known.passages_with, found)) else None
