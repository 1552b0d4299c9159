"""Split Chinese and English text into sentences, and group neighbouring sentences into windows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text.characters import HAN_CHARACTER
from rag.text.dates import SHORT_MONTHS
from rag.text.table_rows import is_header

# Sentences. Rules are used instead of a library: positions stay exact, the time is linear in the
# text, and the same rules read a Chinese sentence with English names. Doubtful cases are decided
# for a person who reads a citation:
#
# - A line break, a list item and a heading each end a sentence, so a sentence never spans lines.
# - `；` and `;` do not end a sentence: both halves usually have the same subject.
# - A short quotation or parenthesis is never cut (`“先做。再说。”他说。`). A long quotation is cut
#   at its inner full stops, so that a citation can name one sentence of a speech.
# - `“…。”` in the middle of a line ends a sentence if the quotation is a whole utterance. It does
#   not if an attribution follows (`蔡先生说，`), or if the quotation is part of the sentence around
#   it (`“创新！”的口号`).
# - An ellipsis in the middle of a line ends a sentence only before the clear start of another.
# - A half-width full stop ends a sentence only before a space, and not after an abbreviation, an
#   initial or the number of a list item.

SentenceKind = Literal["sentence", "heading", "columns", "row"]

SHORT_GROUP = 30
"""The longest quotation, in code points, that is never cut at its inner full stops.

Without Han characters it may be three times as long.
"""

_CLOSERS_ONLY = "”’」』）)】》〉〕］]"
_CLOSERS = _CLOSERS_ONLY + "\"'"
_AFTER_TERMINATOR = _CLOSERS + "。！？!?…"
_HEADING = re.compile(r"#{1,6} ")
_TERMINATOR = re.compile(r"(?:[。！？!?｡]|\.{2,}|…|[.．])+")
_PAIRS = (
    ("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"),
    ("（", "）"), ("(", ")"), ("【", "】"), ("《", "》"),
)  # fmt: skip
_GROUPS = tuple(
    re.compile(rf"{re.escape(a)}[^{re.escape(a + b)}]{{0,{3 * SHORT_GROUP}}}{re.escape(b)}")
    for a, b in _PAIRS
)
_WORD = re.compile(r"[“‘\"']?(\w{1,20})")

_SPEECH = "说|称|问|道|表示|指出|认为|强调|坦言|补充|透露|写道|解释|回应|直言|介绍|提到"
_ZH_ATTRIBUTION = re.compile(
    rf"[^，。！？；：“”,!?;:\n]{{0,16}}?(?:{_SPEECH})(?:道|着|到)?(?<!知道)[，。：,:“\"]"
)
_ZH_CONTINUATION = re.compile(r"[的地得和与及或等、，；：,;:）)》】—～~]|这|一[词句说事类]|之类")
_EN_ATTRIBUTION = re.compile(
    r"(?:[A-Z][\w.'’-]{0,30},? ){0,4}"
    r"(?:said|says|asked|asks|added|adds|told|wrote|writes|replied|argued|noted|according)\b"
)
_BEFORE_UTTERANCE = re.compile(rf"(?:[：:，,。！？；—\s]|{_SPEECH})$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# With a capital, these never end a sentence.
_TITLES = _words(
    "Mr Mrs Ms Dr Prof Sen Rep Gov Gen Lt Col Capt Sgt Messrs Hon Rev Pres Supt Fig Figs"
)
# These never end a sentence.
_LINKS = _words("vs v e.g i.e cf al viz approx vol")
# These end a sentence only if the next word is a usual first word of a sentence.
_ABBREVIATIONS = _words(
    "inc corp ltd co llc plc jr sr bros etc dept univ assn st mt ave ph.d avg max min est ext"
)
# These do not end a sentence before a number: "No. 5", "Feb. 13". May is not an abbreviation: "It
# ended in May. 5 people saw it."
_BEFORE_NUMBER = _words("No Nos Art Sec Ch p pp Sept") | {
    month.capitalize() for month in SHORT_MONTHS if month != "may"
}
_STARTERS = _words(
    "the a an it its he his she her they their we our i you your this that these those in on at "
    "for from with by to as if when while after before but and or so yet however meanwhile since "
    "although though there here what who why how no not one two some many most more all both each "
    "another last next now then still also under over during among according analysts officials "
    "shares"
)


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence: `text[start:end]`, without spaces around it.

    A `heading` is a whole line that starts with one to six `#` and a space, which are included.
    `columns` is the line with the column names of a table, and `row` is each line below it
    (`rag.ingest.tables`).
    """

    start: int
    end: int
    kind: SentenceKind


def split_sentences(text: str, *, in_table: bool = False) -> tuple[Sentence, ...]:
    """Return the sentences of `text`, in order.

    Every character that is not a space is in exactly one sentence. Any string is accepted, and the
    time is linear in its length. `in_table` says that the text begins inside the rows of a table.
    """
    found: list[Sentence] = []
    position = 0
    for line in text.split("\n"):
        in_table = in_table and bool(line) and not line.isspace()
        if _HEADING.match(line):
            _add(found, text, position, position + len(line), "heading")
        elif in_table:
            _add(found, text, position, position + len(line), "row")
        elif is_header(line):
            _add(found, text, position, position + len(line), "columns")
            in_table = True
        elif line and not line.isspace():
            start = position
            for end in _ends(line):
                _add(found, text, start, position + end, "sentence")
                start = position + end
            _add(found, text, start, position + len(line), "sentence")
        position += len(line) + 1
    return tuple(found)


def may_end(text: str) -> bool:
    """Return True if the text may have more than one sentence.

    This is a quick test for text that is still being received.
    """
    return "\n" in text.strip() or bool(_TERMINATOR.search(text))


def _add(found: list[Sentence], text: str, start: int, end: int, kind: SentenceKind) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append(Sentence(start=start, end=end, kind=kind))


def _ends(line: str) -> list[int]:
    """Return the ends of the sentences inside `line`, without the end of the line."""
    quotes = _straight_quotes(line)
    openers = frozenset(start for start, _ in quotes)
    groups = _short_groups(line, quotes)
    ends: list[int] = []
    group = start = position = 0
    while match := _TERMINATOR.search(line, position):
        position = match.end()
        while group < len(groups) and groups[group][1] <= match.start():
            group += 1
        inside = group < len(groups) and groups[group][0] <= match.start()
        if inside and any(line[i] not in _CLOSERS for i in range(position, groups[group][1])):
            continue
        position = _past_closers(line, position, openers)
        rest = _first_not_blank(line, position)
        if rest == len(line):
            break
        opening = groups[group][0] if inside else None
        if _is_end(line, start, match, position, rest, opening):
            ends.append(position)
            start = position
    return ends


def _straight_quotes(line: str) -> list[tuple[int, int]]:
    """Return the spans between straight quotation marks, or none if a mark has no partner."""
    places = [match.start() for match in re.finditer('"', line)]
    if len(places) % 2:
        return []
    return [(a, b + 1) for a, b in zip(places[::2], places[1::2], strict=True)]


def _short_groups(line: str, quotes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the outermost quotations and parentheses that are too short to be cut."""
    spans = [match.span() for pattern in _GROUPS for match in pattern.finditer(line)]
    spans += [(a, b) for a, b in quotes if b - a - 2 <= 3 * SHORT_GROUP]
    groups: list[tuple[int, int]] = []
    for a, b in sorted(spans, key=lambda span: (span[0], -span[1])):
        short = b - a - 2 <= SHORT_GROUP or not HAN_CHARACTER.search(line, a, b)
        if short and (not groups or a >= groups[-1][1]):
            groups.append((a, b))
    return groups


def _past_closers(line: str, position: int, openers: frozenset[int]) -> int:
    """Return the end of a sentence with its closing marks; its terminator ends at `position`."""
    end = position
    while True:
        while end < len(line) and line[end] in _AFTER_TERMINATOR and end not in openers:
            end += 1
        # A closing mark after a space belongs to the sentence before it, if it cannot open another.
        following = _first_not_blank(line, end)
        if following in (end, len(line)) or line[following] not in _CLOSERS_ONLY:
            return end
        end = following


def _first_not_blank(line: str, position: int) -> int:
    while position < len(line) and line[position].isspace():
        position += 1
    return position


def _is_end(
    line: str, start: int, terminator: re.Match[str], end: int, rest: int, opening: int | None
) -> bool:
    """Return True if a sentence from `start` ends at `end`; `rest` is where the line goes on.

    `opening` is the start of the short quotation or parenthesis that closes at `end`.
    """
    mark = terminator[0]
    if "…" in mark or ".." in mark:
        return rest > end and (line[rest].isupper() or line[rest] in '“「『"')
    if not any(character in "。！？｡" for character in mark) and not _narrow_ends(
        line, start, terminator, end, rest
    ):
        return False
    if end > terminator.end() and line[terminator.end()] in _CLOSERS:
        return _utterance_ends(line, start, end, rest, opening)
    return True


def _narrow_ends(line: str, start: int, terminator: re.Match[str], end: int, rest: int) -> bool:
    """Return True if half-width marks end a sentence: before a space or between Han characters."""
    if rest == end:
        before = line[terminator.start() - 1 : terminator.start()]
        return bool(HAN_CHARACTER.match(before) and HAN_CHARACTER.match(line[rest]))
    if _starts_small(line, rest):
        return False
    if terminator[0] in ".．":
        return _full_stop_ends(line, start, terminator.start(), rest)
    return True


def _utterance_ends(line: str, start: int, end: int, rest: int, opening: int | None) -> bool:
    """Return True if a terminator inside a closing quotation or parenthesis ends a sentence."""
    if any(
        pattern.match(line, rest)
        for pattern in (_ZH_CONTINUATION, _ZH_ATTRIBUTION, _EN_ATTRIBUTION)
    ):
        return False
    if opening is None:
        return True
    before = line[max(start, opening - 4) : opening]
    if line[end - 1] in "）)":
        return not before.strip()
    return not before.strip() or bool(_BEFORE_UTTERANCE.search(before))


def _starts_small(line: str, position: int) -> bool:
    """Return True if the word here starts in lower case and is not a name like iPhone."""
    if not line[position].islower():
        return False
    word = _WORD.match(line, position)
    return word is None or not any(character.isupper() for character in word[1])


def _full_stop_ends(line: str, start: int, stop: int, rest: int) -> bool:
    """Return True if the half-width full stop at `stop` ends a sentence, not an abbreviation."""
    word = _word_before(line, start, stop)
    if not word:
        return True
    if stop - start <= len(word) + 8:
        # "1. ", "- b. ": the number of a list item.
        alone = not line[start : stop - len(word)].strip("-•* \t")
        if alone and (word.isdigit() or len(word) == 1):
            return False
    match = _WORD.match(line, rest)
    following = match[1] if match else ""
    small = word.lower()
    if word in _TITLES or small in _LINKS:
        return False
    if word in _BEFORE_NUMBER and following[:1].isdigit():
        return False
    initial = len(word) == 1 and word.isupper()
    acronym = "." in word and all(len(part) <= 1 for part in word.split("."))
    if initial or acronym or small in _ABBREVIATIONS:
        return following.lower() in _STARTERS
    return True


def _word_before(line: str, start: int, stop: int) -> str:
    begin = stop
    # Every abbreviation has at most twelve characters.
    while (
        begin > start
        and stop - begin < 12
        and (line[begin - 1].isalnum() or line[begin - 1] == ".")
    ):
        begin -= 1
    return line[begin:stop].lstrip(".")


# Windows: neighbouring sentences that a model reads at once.

WINDOW_TOKENS = 128


@dataclass(frozen=True, kw_only=True)
class Window:
    """Neighbouring sentences that a model reads at once.

    - `text[start:end]` is the text of the window.
    - `first` and `last` are the indices of its first and last sentence, both included.
    - `core` are the first and last sentence that this window should decide on. Every sentence is in
      the core of exactly one window.
    """

    start: int
    end: int
    first: int
    last: int
    core: tuple[int, int]


def windows(
    sentences: Sequence[tuple[int, int]],
    tokens: Sequence[int],
    *,
    most: int = WINDOW_TOKENS,
    overlap: int = 1,
) -> tuple[Window, ...]:
    """Return windows of at most `most` tokens that cover all sentences, in order.

    `sentences` are pairs (start, end) in code points, in order. `tokens` are their numbers of
    tokens. Neighbouring windows share `overlap` sentences if they fit, so that a sentence is read
    in its context. With an overlap of 2, every sentence has one before it and one after it. A
    sentence longer than `most` gets its own window, which a reader may cut. Raises `ValueError` if
    the two lists differ in length, if `most` is below 1, or if `overlap` is negative.
    """
    if len(sentences) != len(tokens):
        raise ValueError(f"{len(tokens)} counts of tokens for {len(sentences)} sentences")
    if most < 1 or overlap < 0:
        raise ValueError(f"windows of {most} tokens that share {overlap} sentences")
    spans: list[tuple[int, int]] = []
    new = 0
    while new < len(sentences):
        first, total = new, tokens[new]
        # Earlier sentences are left out if the new sentence would not fit otherwise.
        while first > max(0, new - overlap) and total + tokens[first - 1] <= most:
            first -= 1
            total += tokens[first]
        last = new
        while last + 1 < len(sentences) and total + tokens[last + 1] <= most:
            last += 1
            total += tokens[last]
        spans.append((first, last))
        new = last + 1
    found = []
    begin = 0
    for place, (first, last) in enumerate(spans):
        following = spans[place + 1][0] if place + 1 < len(spans) else last + 1
        # Of the sentences that two windows share, the first half belongs to the core of the earlier
        # one.
        shared = last + 1 - following
        core_last = max(begin, last - shared // 2)
        found.append(
            Window(
                start=sentences[first][0],
                end=sentences[last][1],
                first=first,
                last=last,
                core=(begin, core_last),
            )
        )
        begin = core_last + 1
    return tuple(found)
