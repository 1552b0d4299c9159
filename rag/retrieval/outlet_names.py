"""Find the outlets that a reader's words name, also by a short name or in pinyin."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.characters import has_han
from rag.text.dictionary import is_pinyin, words_by_pinyin

_WORD = re.compile(r"[A-Za-z][\w&'-]*")
_SHORTEST_HAN, _SHORTEST_WORD = 2, 3


def outlets_named(words: str, outlets: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Return the outlets that `words` name, and the words without their names.

    An outlet's whole name may stand anywhere in the words: 界面新闻, Mountain Post. The beginning
    of its name counts if it is all that the words are, or is a word of its own: 界面, Jiemian,
    Mountain. A name that several outlets begin with names all of them.
    """
    found: list[str] = []
    rest = words
    for outlet in sorted(outlets, key=len, reverse=True):
        if at := re.search(re.escape(outlet), rest, re.IGNORECASE):
            found.append(outlet)
            rest = f"{rest[: at.start()]} {rest[at.end() :]}"
    rest = rest.strip(" 和与及、,，")
    short = [outlet for outlet in outlets if _begins(outlet, rest)] if has_han(rest) else []
    if short:
        return (*found, *short), ""
    for word in _WORD.findall(rest):
        named = [outlet for outlet in outlets if _is_said(outlet, word)]
        if named:
            found += [outlet for outlet in named if outlet not in found]
            rest = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", rest)
    return tuple(found), " ".join(rest.split()) if found else words


def _begins(outlet: str, words: str) -> bool:
    return len(words) >= _SHORTEST_HAN and outlet.startswith(words)


def _is_said(outlet: str, word: str) -> bool:
    """Return True if a Latin word is the first word of an outlet's name, or its pinyin."""
    if not has_han(outlet):
        first = _WORD.findall(outlet)
        return (
            len(word) >= _SHORTEST_WORD and bool(first) and (first[0].casefold() == word.casefold())
        )
    plain = word.casefold()
    if len(plain) <= _SHORTEST_WORD or not is_pinyin(plain):
        return False
    return any(
        len(name) >= _SHORTEST_HAN and outlet.startswith(name)
        for name in words_by_pinyin().get(plain, ())
    )
