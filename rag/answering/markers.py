"""The markers of a reply in all the forms in which models write them.

The prompt asks for `[n]`. Models also write 【1】, [^1], [1, 2], [1-3], [[1]](url), [Source 1],
〔1〕, （来源：1）, <sup>1</sup>, ¹, ①, (1). The last two also number the items of a list, and a
parenthesis may hold an age or a year: those count only where they close a sentence, name a
sentence of the prompt, and the reply has no brackets elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

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
# What ends a clause may follow; a number before it would make the parenthesis part of a name.
_BARE_AT_END = re.compile(
    rf"(?<![0-9０-９]){_BLANK}(?<![(（：:；;])(?P<bare>{_BARE})(?={_BLANK}(?:[，,、；;。．.！!？?…]|$))"
)
_BARE_CLOSES = re.compile(rf"(?:{_BARE}){_BLANK}[。．.！!？?…”’\"']*$")
_UNIT = re.compile(r"(?:(?<![a-zA-Z])[a-zA-Z]{1,2}|[米里尺]|\d)$")
_FIRST_ITEM = re.compile(r"[（(]1[）)]|①")
_ITEM = re.compile(
    rf"(^|[：:；;，,、。.]\s*|\b(?:and|or)\s+|[和与及或])(?:[（(]\d{{1,2}}[）)]|{_CIRCLED}){_BLANK}(?=\S)"
)

# A marker behind the full stop belongs to the sentence before it; a number that opens a line is
# that of a list.
_STOP = r"((?<![。！？!?.…])(?<!^\d)(?<!^\d\d)[。！？!?.…]++)([”’\"']?)"
_BEHIND_STOP = re.compile(
    # The address of a marker that is a link may be yet to come.
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
    """A sentence without its markers, what they name, and whether any of them is in brackets.

    `closed` is true where a marker is the last thing of the sentence.
    """

    text: str
    numbers: tuple[int, ...]
    bracketed: bool
    closed: bool


def before_stops(text: str, *, final: bool) -> str:
    """Returns the same text with each marker moved before the full stop that it follows.

    Without `final` more may come, and what isn't clear yet stays where it is.
    """
    whole = text + "\n" if final else text
    whole = _LONE_LINE.sub(r" \1", whole)
    whole = _BARE_BEHIND_STOP.sub(r"\3\1\2", _BEHIND_STOP.sub(r"\3\1\2", whole))
    return whole[:-1] if final else whole


def may_become_marker(text: str) -> bool:
    """Tells whether all of `text`, which ends a reply so far, may turn out to be markers."""
    return bool(_MAY_BECOME_MARKER.match(text))


def part_markers(text: str, most: int, *, bare: bool) -> Marked:
    """Part one sentence from its markers, and from the numbers of a list within it.

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
    """Returns the numbers of a bracketed marker, ranges written out."""
    marker = marker.partition("](")[0].partition("†")[0]
    numbers: list[int] = []
    begun: int | None = None
    for match in _DIGITS.finditer(marker):
        # No evidence has so high a number, and int() takes no endless one.
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
