"""Find out how the articles of an index write a Latin word, and read questions in pinyin."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from rag.store.searching import SearchedSection
from rag.text.characters import has_han
from rag.text.dictionary import is_pinyin, load_dictionary, plain_pinyin, stem, words_by_pinyin
from rag.text.languages import ENGLISH_STOP
from rag.text.words import term_number, terms

# Words in Latin letters.

_LOOKED_AT = 12
"""The number of passages that are read to see how a word is written."""
_SURE = 0.6
"""The lowest share of one spelling among all that makes it the usual one."""
_VERY_SURE, _OFTEN = 0.95, 1
_REMEMBERED = 4_096
_CAPITAL_BEHIND = re.compile(r" [A-Z][a-z]")
_OPENING = re.compile(r"(?:^|[.!?:;。！？：；\n“”\"'(（#-])\s*$")


class KnownWords:
    """The words in Latin letters of an index. Safe between threads."""

    def __init__(self, sections: Sequence[SearchedSection]) -> None:
        self._sections = sections
        self._written: dict[str, Counter[str]] = {}

    def holds(self, word: str) -> bool:
        """Return True if an article has the word, in any case and with any ending."""
        return self._holds(_term(word))

    def passages_with(self, text: str) -> int:
        """Return an upper limit for the number of passages that have all terms of a text.

        In each section it is the number of passages with the rarest term.
        """
        wanted = [term_number(term) for term in terms(text)]
        return sum(
            min((part.held(term) for term in wanted), default=0)
            for section in self._sections
            for part in section.statistics
        )

    def holds_pair(self, pair: str) -> bool:
        """Return True if an article has two Chinese characters next to each other."""
        return self._holds(term_number(pair))

    def holding(self, name: str, most: int) -> tuple[int, list[str]]:
        """Return how many passages have all neighbouring characters of a name, and some of them.

        Traditional characters count as simplified ones.
        """
        pairs = [term_number(name[i : i + 2]) for i in range(len(name) - 1)]
        total, texts = 0, list[str]()
        for section in self._sections:
            count, rows = section.holding(pairs, most - len(texts))
            total += count
            texts += [passage.text for passage in section.read(rows) if passage]
        return total, texts

    def passages_naming(self, word: str) -> int:
        """Return how many passages have a word or its Chinese names, counted for each form."""
        chinese = load_dictionary().chinese.get(stem(word), frozenset()) & load_dictionary().names
        return sum(map(self.passages_with, (word, *chinese)))

    def is_named_in_chinese(self, word: str) -> bool:
        """Return True if a passage has a Chinese name that the dictionary has for the word."""
        chinese = load_dictionary().chinese.get(stem(word), frozenset()) & load_dictionary().names
        return any(map(self.passages_with, chinese))

    def usual(self, word: str) -> str | None:
        """Return the word as it is written inside sentences ("iPhone"), or None if unknown.

        The articles decide first. Without them the dictionary can at least tell whether it is a
        name.
        """
        written = self.written(word)
        if written:
            often, total = written.most_common(1)[0][1], written.total()
            return written.most_common(1)[0][0] if often >= _SURE * total else None
        return word.capitalize() if names_in_dictionary(word) else None

    def is_name(self, word: str) -> bool:
        """Return True if articles write a word almost only with a capital."""
        written = self.written(word)
        small = sum(often for way, often in written.items() if way.islower())
        return written.total() >= _OFTEN and small <= (1 - _VERY_SURE) * written.total()

    def written(self, word: str) -> Counter[str]:
        """Return how often the passages that were read write the word in each way."""
        low = word.casefold()
        if low not in self._written:
            if len(self._written) >= _REMEMBERED:
                self._written.clear()
            self._written[low] = self._read(low)
        return self._written[low]

    def _read(self, word: str) -> Counter[str]:
        written: Counter[str] = Counter()
        opening: Counter[str] = Counter()
        pattern = re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", re.IGNORECASE)
        for text in self.texts_with(word):
            for match in pattern.finditer(text):
                # The first word of a sentence is capitalised, so it counts only if the next word is
                # capitalised too.
                start, end = match.span()
                named = _CAPITAL_BEHIND.match(text, end)
                if not named and _OPENING.search(text[max(0, start - 4) : start]):
                    opening[match[0]] += 1
                else:
                    written[match[0]] += 1
        return written or (Counter() if in_dictionary(word) else opening)

    def texts_with(self, word: str) -> Iterator[str]:
        """Yield some passages that contain a Latin word, those in memory first."""
        left = _LOOKED_AT
        for section in self._sections:
            for sample, _ in section.samples:
                rows = sample.postings.find(_term(word))[0][:left].tolist()
                yield from (sample.texts[row] for row in rows)
                left -= len(rows)
        for section in self._sections if left == _LOOKED_AT else ():
            _, rows = section.holding([_term(word)], left)
            yield from (passage.text for passage in section.read(rows) if passage)
            left -= len(rows)

    def _holds(self, term: int) -> bool:
        return any(part.held(term) for section in self._sections for part in section.statistics)


def in_dictionary(word: str) -> bool:
    """Return True if the dictionary has an English word, alone or in a phrase."""
    return stem(word) in _dictionary_words()


def names_in_dictionary(phrase: str) -> bool:
    """Return True if most meanings of an English word or phrase in the dictionary are names."""
    dictionary = load_dictionary()
    words = phrase.lower().split()
    stems = [stem(word) for word in words]
    if len(words) == 1 and stems[0] not in (words[0], words[0].removesuffix("e")):
        return False  # "apples" are not companies
    chinese = dictionary.chinese.get(" ".join(stems), frozenset())
    return len(chinese & dictionary.names) * 2 > len(chinese)


@cache
def _dictionary_words() -> frozenset[str]:
    return frozenset(word for phrase in load_dictionary().chinese for word in phrase.split())


def _term(word: str) -> int:
    found = terms(word)
    # For a name of several parts ("qwen2.5-max"), the whole name is the last term.
    return term_number(found[-1]) if found else 0


# Questions in pinyin.

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST = 120
"""The longest question in pinyin, in characters."""
_LETTERS_OF_WORDS = 5
"""The length at which a pinyin word is no longer an English word by chance, in letters."""


def pinyin_words(question: str, known: KnownWords) -> list[str]:
    """Return the words of a question in pinyin, without tones; none for any other text.

    All words must be pinyin, and at least half must not be English. At least one of these must be a
    Chinese word of `_LETTERS_OF_WORDS` letters or more that no article has in Latin letters.
    """
    if len(question) > _LONGEST or has_han(question):
        return []
    typed = _WORD.findall(question)
    words = [plain_pinyin(word) for word in typed]
    # Words that are all capitalised are a person's name.
    if len(words) < 2 or all(word.istitle() for word in typed):
        return []
    # This test comes first, because loading the dictionary takes most of a second.
    if not all(word.isascii() and word.isalpha() and is_pinyin(word) for word in words):
        return []
    foreign = [word for word in words if _is_foreign(word)]
    told = [word for word in foreign if len(word) >= _LETTERS_OF_WORDS and not known.holds(word)]
    if len(foreign) * 2 < len(words) or not any(word in words_by_pinyin() for word in told):
        return []
    return words


def _is_foreign(word: str) -> bool:
    """Return True if a word is not English. Huawei and Shanghai are both pinyin and English."""
    if word in ENGLISH_STOP:
        return False
    called = load_dictionary().chinese.get(stem(word), frozenset())
    return not in_dictionary(word) or bool(called & set(words_by_pinyin().get(word, ())))


def chinese_of(words: list[str], known: KnownWords) -> str | None:
    """Return the Chinese question for words in pinyin, or None if a word is unclear.

    Of several words with the same sound, the one in the most passages is chosen.
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
