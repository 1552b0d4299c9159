"""Compare two sentences in nearly the same words, and find the values in which they differ.

Newspapers copy one another. If a copy has another number, day or name in the same place, the rest
of the sentence shows that both are about the same thing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from rag.text.characters import HAN, has_han
from rag.text.dates import FULL_MONTH, read_dates
from rag.text.quantities import Quantity, read_quantities, same_quantity
from rag.text.words import tagged

ValueKind = Literal["quantity", "date", "name"]

SAME_COSINE = 0.93
"""The least cosine of two sentences that use the same words."""
_LEAST_SHARED = 0.6
_LEAST_SHARED_CHARACTERS = 12
_MOST_DIFFERENCES = 3
_LONGEST_NAME = 24
_DATE = (
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{4}年(?:\d{1,2}月)?|\d{1,2}[月日号](?!元)"
    r"|(?:\b\d{1,2}(?:st|nd|rd|th)? )?"
    rf"(?:{FULL_MONTH})"
    r"(?: \d{1,2}(?:st|nd|rd|th)?\b)?(?:,? \d{4}\b)?|\b(?:19|20)\d\d\b(?!\d|,\d|\.\d|[万亿])"
)
_NUMBER = (
    r"[$¥€£]?\d[\d,]*(?:\.\d+)?(?:\s?(?:万亿|千万|百万|亿|万|trillion|billion|million|thousand))?"
    r"(?:\s?(?:%|个百分点|percent|美元|港元|人民币|欧元|元))?"
)
_TOKEN = re.compile(
    rf"(?P<date>{_DATE})|(?P<number>{_NUMBER})|(?P<word>[A-Za-zÀ-ž][\w'’.&-]*|[{HAN}·•]+)|\S"
)
_NAME_WORD = re.compile(r"[A-ZÀ-Ž][\w'’.&-]*")
_HAN_NAME = re.compile(rf"[{HAN}·•]{{2,}}")
_NAME_TAGS = ("nr", "ns", "nt", "nz")
_FOREIGN = re.compile(r"[·•]")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The values in which two sentences differ, as each sentence writes them."""

    kind: ValueKind
    one: tuple[str, ...]
    other: tuple[str, ...]
    around: str
    """The sentence with … for the values."""


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    kind: str


def difference(one: str, other: str) -> Difference | None:
    """Return the values in which two sentences differ; None if they differ in anything else."""
    ours, theirs = _tokens(one), _tokens(other)
    matcher = SequenceMatcher(None, [t.text for t in ours], [t.text for t in theirs], False)
    if matcher.quick_ratio() < _LEAST_SHARED or _shared(matcher, ours) < max(
        _LEAST_SHARED_CHARACTERS, _LEAST_SHARED * min(len(one), len(other))
    ):
        return None
    changes: dict[tuple[str, str], ValueKind] = {}
    parts: list[str] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        left, right = _stretch(one, ours[a:b]), _stretch(other, theirs[c:d])
        if tag == "equal":
            parts.append(left)
        elif left and right:
            kind = _kind(ours[a:b], theirs[c:d], left, right)
            if kind is None:
                return None
            changes[left, right] = kind
            parts.append("…")
        elif not (
            (a == 0 and c == 0)
            or (b == len(ours) and d == len(theirs))
            or all(t.kind == "mark" for t in ours[a:b] + theirs[c:d])
        ):
            # One sentence says more in the middle: it may be about something else.
            return None
    kind = _one_kind(changes)
    return kind and Difference(
        kind=kind,
        one=tuple(left for left, _ in changes),
        other=tuple(right for _, right in changes),
        around=_joined(parts),
    )


def _one_kind(changes: dict[tuple[str, str], ValueKind]) -> ValueKind | None:
    """Return the kind of all changes; None if the sentences may tell of two events."""
    kinds = set(changes.values())
    if len(kinds) != 1 or len(changes) > _MOST_DIFFERENCES:
        return None
    kind = kinds.pop()
    if kind != "quantity":
        # Another name on another day is another event.
        return kind if len(changes) == 1 else None
    return kind if all(_other_quantity(left, right) for left, right in changes) else None


def _shared(matcher: SequenceMatcher[str], ours: tuple[_Token, ...]) -> int:
    """Return how many characters of the first sentence are in the other as well."""
    blocks = matcher.get_matching_blocks()
    return sum(t.end - t.start for b in blocks for t in ours[b.a : b.a + b.size])


def _stretch(text: str, tokens: tuple[_Token, ...]) -> str:
    return text[tokens[0].start : tokens[-1].end] if tokens else ""


def _kind(
    ours: tuple[_Token, ...], theirs: tuple[_Token, ...], left: str, right: str
) -> ValueKind | None:
    """Return the kind of value that both stretches are; None if they are not values of one kind."""
    both = (*ours, *theirs)
    if all(t.kind == "number" for t in both):
        return "quantity"
    if all(t.kind == "date" for t in both):
        return "date"
    if (
        any(t.kind in ("date", "number") for t in both)
        or max(len(left), len(right)) > _LONGEST_NAME
    ):
        return None
    named = _is_name(left) and _is_name(right) and not _one_name(left, right)
    return "name" if named else None


def _is_name(text: str) -> bool:
    if _FOREIGN.search(text):
        return bool(_HAN_NAME.fullmatch(text))
    words = text.split()
    if text.isascii() or _NAME_WORD.match(text):
        return 0 < len(words) <= 4 and all(_NAME_WORD.fullmatch(w.strip(",")) for w in words)
    if not _HAN_NAME.fullmatch(text) or len(text) > 8:
        return False
    tags = [tag for _, tag in tagged(text)]
    return any(tag.startswith(_NAME_TAGS) for tag in tags) and all(tag[0] == "n" for tag in tags)


def _one_name(left: str, right: str) -> bool:
    """Return True if one name is the other, written shorter or punctuated otherwise."""
    a, b = (re.sub(r"[\s·•.,'’-]+", "", t).casefold() for t in (left, right))
    return a in b or b in a


def _other_quantity(left: str, right: str) -> bool:
    """Return True if two numbers have the same unit, and neither is the other one rounded."""
    ours, theirs = _quantities(left), _quantities(right)
    if len(ours) != 1 or len(theirs) != 1 or ours[0].unit != theirs[0].unit:
        return False
    return not (same_quantity(ours[0], theirs[0]) or same_quantity(theirs[0], ours[0]))


def _quantities(text: str) -> tuple[Quantity, ...]:
    return read_quantities(read_dates(text, None)[1])


def _joined(parts: list[str]) -> str:
    text = "".join(
        part if not i or _tight(parts[i - 1], part) else f" {part}" for i, part in enumerate(parts)
    )
    return re.sub(r"(?:…\s?)+", "…", text)


def _tight(before: str, behind: str) -> bool:
    return not (before[-1:].isascii() and behind[:1].isascii()) and has_han(before + behind)


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[_Token, ...]:
    """Return the tokens of a text: dates and numbers as a whole, other text in words.

    The places of the tokens are those in the text.
    """
    plain = unicodedata.normalize("NFC", text)
    if len(plain) != len(text):
        plain = text
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup or "mark"
        if kind == "word" and not match[0].isascii() and _HAN_NAME.match(match[0]):
            at = match.start()
            for word, _ in tagged(match[0]):
                tokens.append(_Token(word, at, at + len(word), "word"))
                at += len(word)
            continue
        tokens.append(_Token(match[0], match.start(), match.end(), kind))
    return tuple(tokens)
