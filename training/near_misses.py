"""Make near misses: questions that a text seems to answer but does not.

Each is made from a row of the public sets, whose text and answer are known. Near misses are
difficult because almost all of the question is in the text. Only the decisive part is missing: the
sentence, the name, the year, the kind of fact, or a word.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from rag.text.characters import has_han
from rag.text.dictionary import load_dictionary
from rag.text.sentences import split_sentences
from training.rows import Language, Question
from training.words import ATTRIBUTES, OPPOSITES, Attribute

_RARE = 60
"""A name is a run of characters or words that fewer texts than this have."""
_LOOKED_AT = 60
"""From this many texts that share rare words with the question, the most similar is taken."""
_WORD = re.compile(r"[A-Za-z][\w'-]+|\d{2,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_NAME_LENGTHS = (6, 5, 4, 3, 2)

_RUN = re.compile(
    r"(?:(?![的被是在了于和与有为个什么谁哪几多少年月日把从到对何])[\u4e00-\u9fffA-Za-z0-9·])+"
)
"""A run of characters in a question that may be a name: it has no grammatical word."""

Maker = Callable[[Question, random.Random], Question | None]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of a text's sentences. A text without any is one sentence."""
    spans = [(s.start, s.end) for s in split_sentences(text)]
    return spans or [(0, len(text))]


def grams(text: str) -> set[str]:
    """Return the pairs of characters of a Chinese text, or the words of an English one."""
    if has_han(text):
        return {text[i : i + 2] for i in range(len(text) - 1)}
    return {word.lower() for word in _WORD.findall(text)}


class NearMisses:
    """Functions that make near misses, with names and texts from one set of questions."""

    def __init__(self, rows: Sequence[Question], rng: random.Random) -> None:
        self._rows = rows
        self._texts = list(dict.fromkeys(row.text for row in rows if len(row.text) < 6000))
        self._language = {row.text: row.language for row in rows}
        self._counts: Counter[str] = Counter()
        self._having: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            found = grams(text)
            self._counts.update(found)
            for gram in found:
                if len(self._having[gram]) <= _RARE:
                    self._having[gram].append(number)
        self._names: dict[Language, list[str]] = {"zh": [], "en": []}
        for row in rng.sample(list(rows), min(12_000, len(rows))):
            if name := self._name(row.question, row.text):
                self._names[row.language].append(name)
        self.makers: dict[str, Maker] = {
            "sentence taken out": self.without_its_sentence,
            "text like it": self.text_like_it,
            "stranger's name": self.with_a_strangers_name,
            "name of the text": self.with_a_name_of_the_text,
            "other number": self.with_another_number,
            "opposite": self.with_an_opposite,
            "other attribute": self.of_another_attribute,
        }

    def without_its_sentence(self, row: Question, rng: random.Random) -> Question | None:
        """Return the row without all sentences that contain a part of the answer."""
        del rng
        spans = sentence_spans(row.text)
        kept = [row.text[a:b] for a, b in spans if not (a < row.end and row.start < b)]
        text = ("" if row.language == "zh" else " ").join(part.strip() for part in kept)
        answer = row.text[row.start : row.end]
        if len(spans) < 2 or len(text) < 20 or answer in text:
            return None
        return _unanswered(row, "sentence taken out", text=text)

    def text_like_it(self, row: Question, rng: random.Random) -> Question | None:
        """Return the row with another text that has the question's rare words, but no answer."""
        # Sort, because the order of a set differs between processes.
        asked = sorted(grams(row.question))
        rare = sorted((g for g in asked if 0 < self._counts[g] < _RARE), key=self._weight)[-6:]
        near = {number for gram in rare for number in self._having[gram]}
        near |= set(rng.sample(range(len(self._texts)), min(20, len(self._texts))))
        answer = row.text[row.start : row.end]
        candidates = [
            text
            for text in (self._texts[number] for number in sorted(near))
            if self._language[text] == row.language and answer not in text and text != row.text
        ]
        if not candidates:
            return None
        drawn = rng.sample(candidates, min(_LOOKED_AT, len(candidates)))
        text = max(drawn, key=lambda t: sum(self._weight(g) for g in asked if g in t.lower()))
        return _unanswered(row, "text like it", text=text)

    def with_a_strangers_name(self, row: Question, rng: random.Random) -> Question | None:
        """Return the row asking about a person or thing that the text does not mention."""
        name = self._name(row.question, row.text)
        other = rng.choice(self._names[row.language])
        if name is None or other in row.text or other in row.question:
            return None
        if name[0].isupper() != other[0].isupper():
            return None
        return _unanswered(row, "stranger's name", question=row.question.replace(name, other))

    def with_a_name_of_the_text(self, row: Question, rng: random.Random) -> Question | None:
        """Return the row asking about another name of the text, which another sentence is about."""
        name = self._name(row.question, row.text)
        if name is None or (row.language == "en" and not name[0].isupper()):
            return None
        spans = sentence_spans(row.text)
        beside = " ".join(row.text[a:b] for a, b in spans if not (a < row.end and row.start < b))
        inside = "".join(row.text[a:b] for a, b in spans if a < row.end and row.start < b)
        others = [
            other
            for other in _names_in(beside, row.language)
            if other not in row.question and other not in inside
        ]
        if not others or name not in inside:
            return None
        other = rng.choice(others)
        return _unanswered(row, "name of the text", question=row.question.replace(name, other))

    def with_another_number(self, row: Question, rng: random.Random) -> Question | None:
        """Return the row with a number of the question replaced by one that is not in the text."""
        question = with_another_number(row.question, rng)
        if question is None or not set(_NUMBER.findall(question)) - set(_NUMBER.findall(row.text)):
            return None
        return _unanswered(row, "other number", question=question)

    def with_an_opposite(self, row: Question, rng: random.Random) -> Question | None:
        """Return the row with a word of the question replaced by its opposite.

        The opposite does not occur in the text.
        """
        question = with_an_opposite(row.question, row.language, rng, unless_in=row.text)
        return None if question is None else _unanswered(row, "opposite", question=question)

    def of_another_attribute(self, row: Question, rng: random.Random) -> Question | None:
        """Return the row with another question on its subject, which the text does not answer."""
        name = self._name(row.question, row.text)
        if name is None or len(name) < 3:
            return None
        folded = row.text.lower()
        free = [a for a in ATTRIBUTES[row.language] if not _speaks_of(folded, a)]
        if not free:
            return None
        question = rng.choice(rng.choice(free).questions).format(name=name)
        return _unanswered(row, "other attribute", question=question)

    def _weight(self, gram: str) -> float:
        return 1 / (1 + self._counts[gram])

    def _name(self, question: str, text: str) -> str | None:
        """Return the longest rare run of characters or rare word that both have, or None."""
        if not has_han(question):
            folded = text.lower()
            words = [
                word
                for word in _WORD.findall(question)
                if word.lower() in folded and self._counts[word.lower()] < _RARE
            ]
            return max(words, key=len, default=None)
        for length in _NAME_LENGTHS:
            for start in range(len(question) - length + 1):
                run = question[start : start + length]
                if not _RUN.fullmatch(run) or run not in text:
                    continue
                counts = [self._counts[run[i : i + 2]] for i in range(length - 1)]
                if sum(counts) / len(counts) < _RARE:
                    return run
        return None


def with_another_number(text: str, rng: random.Random) -> str | None:
    """Return the text with some digits of one of its numbers changed, or None if it has none."""
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    if _YEAR.fullmatch(match[0]):
        year = int(match[0]) + rng.choice((-1, 1)) * rng.choice((1, 1, 2, 3, 5, 10))
        return text[: match.start()] + str(year) + text[match.end() :]
    for _ in range(8):
        digits = "".join(
            rng.choice("0123456789") if c.isdigit() and rng.random() < 0.6 else c for c in match[0]
        )
        if digits != match[0] and not (digits[0] == "0" and match[0][0] != "0"):
            return text[: match.start()] + digits + text[match.end() :]
    return None


def with_an_opposite(
    text: str, language: Language, rng: random.Random, *, unless_in: str = ""
) -> str | None:
    """Return the text with one word replaced by its opposite, or None if it has no such word."""
    for word, other in rng.sample(OPPOSITES[language], len(OPPOSITES[language])):
        if other in unless_in or other in text:
            continue
        if language == "zh":
            if word in text:
                return text.replace(word, other, 1)
        else:
            changed = re.sub(rf"\b{re.escape(word)}\b", other, text, count=1)
            if changed != text:
                return changed
    return None


def _speaks_of(folded: str, attribute: Attribute) -> bool:
    return any(word in folded for word in attribute.words)


def _names_in(text: str, language: Language) -> Iterable[str]:
    """Return names of a text: capitalised, in quotation or title marks, or in the dictionary."""
    if language == "en":
        return dict.fromkeys(re.findall(r"(?<=[a-z,;] )(?:[A-Z][\w'-]+ ?)+(?<! )", text))
    dictionary = load_dictionary()
    marked = re.findall(r"(?<=[《“「])[^》”」]{2,12}(?=[》”」])", text)
    return dict.fromkeys(
        [*marked, *(w for w in dictionary.words_in(text) if w in dictionary.names)]
    )


def _unanswered(
    row: Question, kind: str, *, question: str | None = None, text: str | None = None
) -> Question:
    return replace(
        row,
        question=question or row.question,
        text=text or row.text,
        start=-1,
        end=-1,
        kind=kind,
    )
