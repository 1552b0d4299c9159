"""Find years and names that no article mentions, to make unanswerable questions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from eval.candidates.known_names import KINDS, PLACES
from eval.candidates.spotting import names
from rag.answering.verification.names import joined
from rag.messages import Language
from rag.text.dates import read_dates
from rag.text.quantities import DIGIT_CHARACTERS
from rag.types import Document

# Invented names. Each is still searched for in the corpus.
_NAMES = (
    "Quorvex", "Zephrion", "Brontiq", "Nordlyte", "Veltrona", "Kaldervane", "Ostravox",
    "Milquera", "Tarnwick", "Lumetrix", "Draxholm", "Pellucor",
)  # fmt: skip
_KNOWN = tuple(name for kind in KINDS for pair in kind for name in pair)
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100
_MOST_STEPS = 50
_NUMBER = re.compile(r"\d+")
_HAN_DIGITS = str.maketrans("0123456789", "〇" + DIGIT_CHARACTERS[1:])
# Replacing the name of a source would leave the fact itself true.
_SOURCE_BEHIND = re.compile(
    r"\s?(?:的?(?:最新)?(?:数据|报道|报告|统计|调查|消息)|[称说]|表示|认为|指出"
    r"|(?:data|figures|estimates|analysts?|reports?|says|said|told|show\w*)\b)"
)
# Text that may follow a whole Chinese name. This excludes 百度 in 百度文心一言.
_NAME_ENDS = r"(?=[的在将和与跟为已是于从对向及曾也，、年月_\dA-Za-z]|市场|公司|集团)"
# The figure in "the highest since 2022" belongs to another year.
_SINCE = r"(?:自|从|since |from )"
_SOURCE_BEFORE = re.compile(r"(?:据|according to|told|by|from) ?$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A word of a question, and the replacement that no article mentions."""

    word: str
    by: str

    def applied(self, text: str) -> str:
        """Return the text with each such word replaced, except inside longer Latin-letter words."""
        if not self.word.isascii():
            return text.replace(self.word, self.by)
        return re.sub(rf"(?<![A-Za-z0-9]){re.escape(self.word)}(?![A-Za-z0-9])", self.by, text)


class Absence:
    """Finds what the articles' titles and texts do not mention.

    Letter case, width, script, blanks and hyphens make no difference (`joined`).
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self._corpus = joined("\n".join(f"{d.title}\n{d.text}" for d in documents))
        self._absent = [[p for p in kind if not any(map(self.mentions, p))] for kind in KINDS]
        published = {d.published.moment.year for d in documents if d.published}
        self._latest = max(published, default=_LATEST_YEAR)
        # Words like 前年, 去年 and "next year" mean years without naming them.
        self._near = {year + years for year in published for years in (-2, -1, 0, 1)}

    def mentions(self, word: str) -> bool:
        """Return True if any article has the word, in folded form."""
        return joined(word) in self._corpus

    def replacement(
        self, text: str, language: Language, *, figure: bool, within: range | None = None
    ) -> Replacement | None:
        """Return the replacement that makes a question unanswerable, or None.

        `text` is the part of the question that counts. If it asks for a `figure` and mentions only
        one year, the year is replaced by the nearest earlier one that is absent, or by a later one
        if the year is in the future. Otherwise a name is replaced: a known name by one of its kind
        (`known_names`; places only if a figure is asked for), or a name in Latin letters by itself
        with another number or by an invented one. The name of a mere source is never replaced. If
        `within` is given, the name must be inside it. The result is always the same for the same
        text and corpus.
        """
        if figure and (replacement := self._year(text)):
            return replacement
        kinds = self._of_its_kind(text, language, len(KINDS) if figure else PLACES)
        for word, other in (*kinds, *self._in_latin(text, language)):
            start = text.find(word, within.start if within else 0)
            inside = within is None or (start in within and start + len(word) in within)
            if inside and not _is_aside(text, start, start + len(word)):
                return Replacement(word=word, by=other)
        return None

    def _year(self, text: str) -> Replacement | None:
        said = {date.year for date in read_dates(text, None)[0] if date.year}
        year = said.pop() if len(said) == 1 else None
        if year is None or str(year) not in text or re.search(rf"{_SINCE}{year}", text):
            return None
        # An expectation for 2030 cannot have been made for 1990.
        later = year > self._latest
        years = range(year + 1, year + 100) if later else range(year - 1, _EARLIEST_YEAR, -1)
        other = next((y for y in years if y not in self._near and not self._has_year(y)), None)
        return Replacement(word=str(year), by=str(other)) if other else None

    def _of_its_kind(self, text: str, language: Language, kinds: int) -> Iterator[tuple[str, str]]:
        own, turn = 0 if language == "zh" else 1, hashlib.sha256(text.encode()).digest()[0]
        edge = _NAME_ENDS if language == "zh" else r"(?![A-Za-z])"
        for kind, absent in zip(KINDS[:kinds], self._absent[:kinds], strict=True):
            for pair in kind:
                if absent and re.search(rf"(?<![A-Za-z]){re.escape(pair[own])}{edge}", text):
                    yield pair[own], absent[turn % len(absent)][own]

    def _in_latin(self, text: str, language: Language) -> Iterator[tuple[str, str]]:
        for spot in names(text, language):
            word = text[spot.start : spot.end]
            # In English a single capitalised word may be an adjective: Greek, Republican.
            plain = language == "en" and word.isalpha() and word[1:].islower()
            if not plain and (other := self._other_name(word)):
                yield word, other

    def _other_name(self, name: str) -> str | None:
        named: Iterable[str]
        number = _NUMBER.search(name)
        if number:
            named = (
                name[: number.start()] + str(int(number[0]) + step) + name[number.end() :]
                for step in range(1, _MOST_STEPS)
            )
        else:
            first = hashlib.sha256(name.encode()).digest()[0]
            named = (_NAMES[(first + i) % len(_NAMES)] for i in range(len(_NAMES)))
        return next((other for other in named if not self.mentions(other)), None)

    def _has_year(self, year: int) -> bool:
        short = f"{year % 100:02}"
        return (
            str(year) in self._corpus
            or str(year).translate(_HAN_DIGITS) in self._corpus.replace("零", "〇")
            or bool(re.search(rf"(?<!\d){short}(?:财?年|[qh]\d)|fy{short}", self._corpus))
        )


def _is_aside(text: str, start: int, end: int) -> bool:
    """Return True if the name is that of a source, or the same name in other words is beside it."""
    before, behind = text[:start].rstrip(), text[end:].lstrip()
    doubled = before.endswith((*_KNOWN, "（", "(")) or behind.startswith((*_KNOWN, "（", "("))
    source = _SOURCE_BEHIND.match(text, end) or _SOURCE_BEFORE.search(text[:start])
    return doubled or bool(source)
