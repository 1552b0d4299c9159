"""The lines of a PDF's pages put together again: paragraphs, without what printing added.

A PDF knows where letters stand, not what belongs together. A line that ends early ends a paragraph
or is a heading; any other goes on in the next one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.corpus.characters import is_cjk

_EDGE = 2
_PRINTED_AT = re.compile(
    r"\d{1,4}[/-]\d{1,2}[/-]\d{1,4},?\s+(?:[上下]午)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?\b"
)
_PRINTED_FROM = re.compile(r"(?:https?|file)://\S+\s+\d+\s?/\s?\d+$")
_PAGE_NUMBER = re.compile(
    r"[-–—·\s]*(?:第\s?|page\s)?\d{1,4}(?:\s?(?:/|of)\s?\d{1,4}|\s?页)?[-–—·\s]*", re.I
)
_SENTENCE_END = re.compile(r"[.!?…。！？；：:][\"'”’」』）)]*$")
_INDENTED = re.compile(r"[ \u3000]{2}|\u3000")
_HYPHENATED = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,40})-$")
_BROKEN = re.compile(r"[a-z]+-\s*\n\s*[a-z]+")
_WORD = re.compile(r"[a-z]+")


def join_lines(pages: Sequence[str]) -> str:
    """The text of a PDF as paragraphs parted by blank lines; `pages` are its texts by line."""
    lines = _without_edges([page.split("\n") for page in pages])
    lengths = sorted(len(line) for line in lines if line.strip())
    if not lengths:
        return ""
    width = lengths[len(lengths) * 4 // 5]
    words = frozenset(_WORD.findall(_BROKEN.sub(" ", "\n".join(lines).lower())))
    paragraphs: list[list[str]] = []
    goes_on = False
    for number, line in enumerate(lines):
        text = line.strip()
        if not text:
            goes_on = False
            continue
        if goes_on and not _INDENTED.match(line):
            paragraphs[-1][-1:] = _joined(paragraphs[-1][-1], text, words)
        else:
            paragraphs.append([text])
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        goes_on = not _ends(text, following, width, is_first=len(paragraphs) == 1)
    return "\n\n".join(map("".join, paragraphs))


def _ends(text: str, following: str, width: int, *, is_first: bool) -> bool:
    """Tells whether a paragraph ends with this line."""
    if _SENTENCE_END.search(text):
        return len(text) < 0.9 * width
    # A short line that the next one goes on with in small letters was only broken early.
    return len(text) < (0.8 if is_first else 0.6) * width and not following[:1].islower()


def _joined(before: str, line: str, words: frozenset[str]) -> tuple[str, str]:
    """Returns a paragraph's last line and the one it goes on in as they stand in one text."""
    if is_cjk(before[-1]) or is_cjk(line[0]):
        return before, line
    match = _HYPHENATED.search(before)
    if match is None or not line[0].islower():
        return before, f" {line}"
    first, second = match[1].lower(), (_WORD.match(line) or [""])[0]
    # "long-|term" keeps its hyphen where both are words of the text and "longterm" is none.
    is_compound = {first, second} <= words and first + second not in words
    return before if is_compound else before[:-1], line


def _without_edges(pages: Sequence[Sequence[str]]) -> list[str]:
    """All lines but page numbers, running heads, and what a browser prints around a page."""
    running = Counter(
        key for page in pages for key in {_key(page[i]) for i in _edges(page) if page[i].strip()}
    )
    kept: list[str] = []
    for page in pages:
        printed = any(_PRINTED_FROM.search(page[i].strip()) for i in _edges(page))
        dropped = {
            i
            for i in _edges(page)
            if _PAGE_NUMBER.fullmatch(page[i].strip())
            or (len(pages) > 1 and running[_key(page[i])] > len(pages) / 2)
            or (printed and _PRINTED_FROM.search(page[i].strip()))
            or (printed and _PRINTED_AT.match(page[i].strip()))
        }
        kept += [line for i, line in enumerate(page) if i not in dropped]
    return kept


def _edges(page: Sequence[str]) -> set[int]:
    return {*range(min(_EDGE, len(page))), *range(max(0, len(page) - _EDGE), len(page))}


def _key(line: str) -> str:
    """Returns a line without what changes from page to page."""
    return re.sub(r"\d+", "0", line.strip())
