"""Read a chat model's reply while it comes in: whole sentences, and the markers they carry."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from rag.answering.talk import leads_up, lists_sources, without_lead_in
from rag.text.characters import has_han
from rag.text.sentences import SHORT_GROUP, may_end, split_sentences

# Markers, in all the forms in which models write them.
#
# The prompt asks for `[n]`. Models also write 【1】, [^1], [1, 2], [1-3], [[1]](url), [Source 1],
# 〔1〕, （来源：1）, <sup>1</sup>, ¹, ①, (1). The last two also number the items of a list, and a
# number in parentheses may be an age or a year. So these count only at the end of a sentence, with
# the number of a sentence of the prompt, and if the reply has no brackets elsewhere.

_MOST = 40
_LONGEST_RANGE = 20

_NAME = (
    r"(?:(?:sources?|sentences?|citations?|cite|refs?|references?|docs?|documents?|passages?|"
    r"来源|出处|参考|引用|资料|文档|句子|句)\s*[:：#]?\s*)"
)
_JOINT = r"(?:\s*(?:[,，、;；&/~～–—-]|和|与|及|至|\band\b)\s*|\s+)"
# A year in brackets is part of a document's number: 〔2023〕6号.
_NUMBER = r"(?!(?:19|20)\d\d(?!\d))\d++"
_LIST = rf"\^?#?(?:{_NAME}|S(?=\d))?{_NUMBER}(?:{_JOINT}#?{_NAME}?{_NUMBER})*+\s*\^?"
_BRACKETED = (
    rf"\\?[\[【［〔〖]{{1,2}}\s*(?:{_LIST})(?:†[^\]】\n]{{0,40}})?\s*\\?[\]】］〕〗]{{1,2}}"
    r"(?:\((?:https?:|#)[^)\s]{0,300}\))?"
)
_SEE = r"(?:(?:see|cf\.?|from|per|参见|详见|见|引自|来自|依据|根据)\s*[:：]?\s*)?"
_RUN = rf"{_BRACKETED}(?:\s*(?:[,，、;；&]|和|与|及|\band\b)?\s*{_BRACKETED})*+"
_SURE = (
    rf"(?:[（(]\s*{_SEE}{_NAME}?{_RUN}\s*[）)]|{_RUN}|[（(]\s*{_SEE}{_NAME}{_LIST}[）)]"
    rf"|<sup>\s*(?:{_RUN}|{_LIST})\s*</sup>|\^\d{{1,2}}\^|\{{\d{{1,2}}\}})"
)
_CIRCLED = r"[①-⑳❶-❿➀-➓]"
_RAISED = r"[¹²³⁰⁴-⁹]"
_PARENTHESIS = r"[（(]\s*\d{1,2}(?:\s*[,，、]\s*\d{1,2}){0,5}\s*[）)]"
_BARE = rf"(?:(?:{_PARENTHESIS}|{_CIRCLED})++|{_RAISED}{{1,2}}+)"
_BLANK = r"[ \t\u3000]*"

MARKER = re.compile(_BLANK + _SURE, re.IGNORECASE)
# The end of a clause must follow. Directly after a digit a parenthesis is part of a name.
_BARE_AT_END = re.compile(
    rf"(?<![0-9０-９]){_BLANK}(?<![(（：:；;])(?P<bare>{_BARE})(?={_BLANK}(?:[，,、；;。．.！!？?…]|$))"
)
_BARE_CLOSES = re.compile(rf"(?:{_BARE}){_BLANK}[。．.！!？?…”’\"']*$")
_UNIT = re.compile(r"(?:(?<![a-zA-Z])[a-zA-Z]{1,2}|[米里尺]|\d)$")
_FIRST_ITEM = re.compile(r"[（(]1[）)]|①")
_ITEM = re.compile(
    rf"(^|[：:；;，,、。.]\s*|\b(?:and|or)\s+|[和与及或])(?:[（(]\d{{1,2}}[）)]|{_CIRCLED}){_BLANK}(?=\S)"
)

# A marker after the full stop belongs to the sentence before it. A number at the start of a line
# numbers a list.
_STOP = r"((?<![。！？!?.…])(?<!^\d)(?<!^\d\d)[。！？!?.…]++)([”’\"']?)"
_BEHIND_STOP = re.compile(
    # If the marker is a link, its address may still follow.
    rf"{_STOP}((?:{_BLANK}{_SURE})+)(?=[^(]|\([^h#])",
    re.IGNORECASE | re.MULTILINE,
)
_BARE_BEHIND_STOP = re.compile(
    rf"{_STOP}({_BARE}(?=[ \t\n])|{_BLANK}{_BARE}(?={_BLANK}\n)|{_RAISED}{{1,2}}(?=\S))",
    re.MULTILINE,
)
_LONE_LINE = re.compile(
    rf"(?<=\S){_BLANK}\n\s*((?:{_BLANK}(?:{_SURE}|{_BARE}))++)(?={_BLANK}\n)", re.IGNORECASE
)
_MAY_BECOME_MARKER = re.compile(
    rf"\s*(?:(?:{_SURE}|{_BARE}){_BLANK})*+(?:[\[【［〔〖（(<\\][^\n]{{0,48}})?$", re.IGNORECASE
)
_DIGITS = re.compile(r"(\d+)(?:\s*([~～–—至-])\s*(?=\D{0,12}\d))?")


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A sentence without its markers.

    `numbers` are those that the markers name. `bracketed` is true if any marker is in brackets.
    `closed` is true if a marker is the last thing of the sentence.
    """

    text: str
    numbers: tuple[int, ...]
    bracketed: bool
    closed: bool


def before_stops(text: str, *, final: bool) -> str:
    """Return the text with each marker moved before the full stop that it follows.

    Without `final`, more text may come, and a marker that may be incomplete is not moved.
    """
    whole = text + "\n" if final else text
    whole = _LONE_LINE.sub(r" \1", whole)
    whole = _BARE_BEHIND_STOP.sub(r"\3\1\2", _BEHIND_STOP.sub(r"\3\1\2", whole))
    return whole[:-1] if final else whole


def may_become_marker(text: str) -> bool:
    """Return True if all of `text`, the end of a reply so far, may turn out to be markers."""
    return bool(_MAY_BECOME_MARKER.match(text))


def part_markers(text: str, most: int, *, bare: bool) -> Marked:
    """Separate one sentence from its markers, and from the numbers of a list within it.

    `most` is how many sentences the prompt has; `bare` allows markers without brackets.
    """
    numbers: list[int] = []
    for match in MARKER.finditer(text):
        numbers += _numbers(match.group())
    bracketed = bool(numbers)
    words = MARKER.sub("", text)
    closed = bracketed and bool(re.search(rf"(?:{_SURE})\W*$", text, re.IGNORECASE))
    if bare and not bracketed and _BARE_CLOSES.search(words):

        def take(match: re.Match[str]) -> str:
            found = _bare_numbers(match["bare"])
            raised = re.match(_RAISED, match["bare"])
            unit = raised and _UNIT.search(words[: match.start("bare")])
            if unit or not match.start("bare") or not all(1 <= n <= most for n in found):
                return match.group()
            numbers.extend(found)
            return ""

        words = _BARE_AT_END.sub(take, words)
        closed = bool(numbers)
    return Marked(
        text=_ITEM.sub(r"\1", words) if _FIRST_ITEM.search(words) else words,
        numbers=tuple(dict.fromkeys(numbers))[:_MOST],
        bracketed=bracketed,
        closed=closed,
    )


def _numbers(marker: str) -> list[int]:
    """Return the numbers of a bracketed marker; a range gives each number in it."""
    marker = marker.partition("](")[0].partition("†")[0]
    numbers: list[int] = []
    begun: int | None = None
    for match in _DIGITS.finditer(marker):
        # No evidence has so high a number, and int() refuses very long ones.
        number = int(match[1][:9])
        if begun is not None and begun < number <= begun + _LONGEST_RANGE:
            numbers += range(begun + 1, number)
        numbers.append(number)
        begun = number if match[2] else None
        if len(numbers) > _MOST:
            break
    return numbers


def _bare_numbers(marker: str) -> list[int]:
    if re.match(_RAISED, marker):
        return [int("".join(str(unicodedata.digit(c)) for c in marker))]
    circled = [int(unicodedata.numeric(c)) for c in re.findall(_CIRCLED, marker)]
    return [*map(int, re.findall(r"\d+", re.sub(_CIRCLED, "", marker))), *circled]


# Reading the sentences.
#
# A reply may hold more than sentences: Markdown, tables, headings, lists of sources, numbered
# lists. What claims nothing by its form is dropped here; what claims nothing by its words, in
# `talk.py`.

# A longer text without an end is not a sentence that anyone could check.
_LONGEST_SENTENCE = 600
_MOST_SENTENCES_OF_A_PROMPT = 40
_QUOTATION_MARKS = (("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"))
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)

_BULLET = re.compile(
    r"^\s*(?:(?:[-*+–#](?=\s)|#{2,6}(?=\s)|[•·●▪◦‣>]|\d{1,2}[.)、．](?!\d)|[（(]\d{1,2}[）)]"
    r"|[①-⑳❶-❿➀-➓]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)])\s*)+"
)
_MARKUP = re.compile(r"\*{1,3}(?!\d)|(?<!\d)\*|__|~~|`+")
_LINK = re.compile(r"!?\[([^\[\]\n]{0,120})\]\([^()\s]{1,300}\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_ROW_RULE = re.compile(r"^[\s|:+=-]*-[\s|:+=-]*$")
_BOLD_LINE = re.compile(r"^\s*(?:\*\*|__)[^*\n]{1,40}(?:\*\*|__)\s*[:：]?\s*$")
_FOOTNOTE = re.compile(r"^\s*\[\^\d{1,3}\]\s*[:：]")
_ENDED = re.compile(r"[。！？!?.…][”’」』\"')）\s]*$")
_TORN_NUMBER = re.compile(r"\d\.\s*$")
_LISTED = re.compile(r"^\s*(?:[-*+•·>]|\d{1,2}[.)、．]|[\[【［〔（(]\s*\^?\d|https?:|《)")


@dataclass(frozen=True, kw_only=True)
class ReplySentence:
    """One sentence of a reply, without its markers; `numbers` are theirs, in order, each once.

    `ended` is false if nothing shows that the sentence is complete.
    """

    text: str
    numbers: tuple[int, ...]
    ended: bool = True


class ReplyReader:
    """Reads a reply in pieces. The result does not depend on how the reply is cut.

    `rest` is the text since the last whole sentence. `most` is how many numbered sentences the
    model was given.
    """

    def __init__(self, most: int = _MOST_SENTENCES_OF_A_PROMPT) -> None:
        self.rest = ""
        self._most = most
        self._bracketed = False  # true if any marker so far was in brackets
        self._in_sources = self._spoke = False
        self._columns: tuple[str, ...] = ()
        self._heading: ReplySentence | None = None

    def feed(self, piece: str) -> tuple[ReplySentence, ...]:
        """Return the sentences that this piece completed."""
        found: list[ReplySentence] = []
        for character in _CONTROLS.sub("", piece.replace("\u2028", "\n").replace("\u2029", "\n")):
            self.rest += character
            # Inside a Latin word it is not clear yet if the word begins another sentence.
            if not (character.isspace() or (character.isascii() and character.isalnum())):
                found += self._take(final=len(self.rest) > _LONGEST_SENTENCE)
        return tuple(found)

    def finish(self) -> tuple[ReplySentence, ...]:
        """Return the remaining sentences: no more text comes."""
        found = self._take(final=True)
        # A heading with nothing below it is the answer itself.
        return found or ((self._heading,) if self._heading and not self._spoke else ())

    def _take(self, *, final: bool) -> tuple[ReplySentence, ...]:
        sentences, self.rest = take_sentences(self.rest, final=final)
        read = map(self._read, sentences)
        return tuple(sentence for sentence in read if sentence)

    def _read(self, raw: str) -> ReplySentence | None:
        """Return the sentence in a line; None if it claims nothing."""
        if _FENCE.match(raw) or (_ROW_RULE.match(raw) and "-" in raw):
            return None
        row = self._row(raw) if raw.lstrip().startswith("|") else None
        self._columns = self._columns if row is not None else ()
        if row == "":
            return None
        text = raw if row is None else row
        plain = _plain(text)
        if lists_sources(plain) or _FOOTNOTE.match(text):
            self._in_sources = True
            return None
        if self._in_sources and (_LISTED.match(text) or not _ENDED.search(text)):
            return None
        self._in_sources = False
        marked = part_markers(text, self._most, bare=not self._bracketed)
        self._bracketed = self._bracketed or marked.bracketed
        words = without_lead_in(_plain(marked.text), first=not self._spoke)
        if not any(character.isalnum() for character in words):
            return None
        sentence = ReplySentence(
            text=words,
            numbers=marked.numbers,
            ended=marked.closed or bool(_ENDED.search(plain) and not _TORN_NUMBER.search(plain)),
        )
        if not marked.numbers:
            if text.lstrip().startswith("#") or _BOLD_LINE.match(_BULLET.sub("", text)):
                self._heading = self._heading or sentence
                return None
            if words.endswith((":", "：")) and not leads_up(words):
                return None
        self._spoke = True
        return sentence

    def _row(self, line: str) -> str | None:
        """Return a row of a table as a sentence; "" for the row that names the columns."""
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not self._columns:
            self._columns = tuple(_plain(cell) for cell in cells)
            return ""
        head, *rest = cells
        is_, and_ = ("：", "，") if has_han(line) else (": ", ", ")
        said = [(name, cell) for name, cell in zip(self._columns[1:], rest, strict=False) if cell]
        # A column may hold only markers.
        values = [pair for pair in said if MARKER.sub("", pair[1]).strip()]
        markers = "".join(cell for pair in said if pair not in values for cell in pair[1:])
        if len(values) == 1:
            return f"{head}{is_}{values[0][1]}{markers}"
        return and_.join([head, *(f"{name}{is_}{cell}" for name, cell in values)]) + markers


def take_sentences(buffer: str, *, final: bool) -> tuple[tuple[str, ...], str]:
    """Return the whole sentences of `buffer`, and the rest, which may still grow.

    A sentence is whole once another one has begun after it, since a marker may follow the full
    stop. Also, no short quotation may be open that a closing mark could still end. With `final`, no
    more text comes and everything is whole.
    """
    if not final and not may_end(buffer):
        return (), buffer
    moved = before_stops(buffer, final=final)
    spans = split_sentences(moved)
    if not final:
        # The next piece may be the marker of the last whole sentence.
        spans = spans[:-1]
        while spans and (
            may_become_marker(moved[spans[-1].end :]) or _quoting(moved, spans[-1].end)
        ):
            spans = spans[:-1]
    rest = moved[spans[-1].end :] if spans else moved
    return tuple(moved[span.start : span.end] for span in spans), rest


def _plain(text: str) -> str:
    """Return a line without its Markdown, its HTML and its number in a list."""
    text = _BULLET.sub("", _MARKUP.sub("", _LINK.sub(r"\1", text)))
    text = _TAG.sub("", text) if "<" in text else text
    return " ".join((html.unescape(text) if "&" in text else text).split())


def _quoting(text: str, end: int) -> bool:
    """Return True if a quotation that is open at `end` may still close and be short."""
    line = text.rfind("\n", 0, end) + 1
    if "\n" in text[end:].rstrip("\n"):
        return False
    opened = [
        text.rfind(opener, line, end)
        for opener, closer in _QUOTATION_MARKS
        if text.rfind(opener, line, end) > text.rfind(closer, line, end)
    ]
    if text.count('"', line, end) % 2:
        opened.append(text.rfind('"', line, end))
    return any(len(text) - place <= 3 * SHORT_GROUP + 2 for place in opened)
