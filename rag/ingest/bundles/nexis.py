"""Part an export of Nexis into its articles.

Older exports begin each article with `1 of 50 DOCUMENTS`: outlet, day and title follow, then fields
such as `LENGTH: 412 words`. In Nexis Uni, an article begins with title, outlet and day, has its
text below a line `Body`, and ends with a line `End of Document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.ingest.bundles.parts import Line, Part, cut_off, has_text, not_parted, part
from rag.text.written_dates import read_published

_CLASSIC = re.compile(r"\d{1,6} of \d{1,6} DOCUMENTS?")
_END = re.compile(r"End of Document", re.IGNORECASE)
_LENGTH = re.compile(r"length\s*:\s*[\d,.]+", re.IGNORECASE)
LOOKS_LIKE = re.compile(r"\b\d{1,6}\s+of\s+\d{1,6}\s+DOCUMENTS?\b|End of Document\b", re.IGNORECASE)
"""What such an export has; `read_nexis` looks at its lines."""

_FIELD = re.compile(
    r"(headline|byline|section|length|dateline|highlight|series|url|edition|distribution"
    r"|publication[- ]logo)\s*:\s*(.*)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?i:load-date)\s*:.*|(?:Classification|Graphic)|(?:GRAPHIC|LANGUAGE|PUBLICATION-TYPE"
    r"|JOURNAL-CODE|DOCUMENT-TYPE|SUBJECT)\s*:.*"
)
_BODY = re.compile(r"Body|BODY:.*")
_COPYRIGHT = re.compile(r"copyright\b|©|\(c\)|all rights reserved", re.IGNORECASE)
_COVER = re.compile(r"(?:Job Number|Client/Matter)\s*:|Documents? \(\d+\)", re.IGNORECASE)
_LONGEST_HEAD = 40
_SHORT_COVER = 300


def read_nexis(lines: Sequence[Line], *, wrapped: bool) -> tuple[Part, ...] | None:
    """Return the articles of an export, or None if this is none.

    `wrapped` says that lines of an older export are broken at some width, as in its plain text.
    """
    if not any(_LENGTH.match(line.text) for line in lines):
        return None
    if any(_CLASSIC.fullmatch(line.text) for line in lines):
        return tuple(_from_starts(lines, wrapped=wrapped))
    if any(_END.fullmatch(line.text) for line in lines):
        return tuple(_to_ends(lines))
    return None


def _from_starts(lines: Sequence[Line], *, wrapped: bool) -> Iterator[Part]:
    """Yield the articles of an older export."""
    now: list[Line] = []
    is_first = True
    for line in [*lines, None]:
        if line is not None and not _CLASSIC.fullmatch(line.text):
            if now or line.text:
                now.append(line)
            continue
        # A few lines above the first article tell of the search.
        is_cover = is_first and sum(len(at.text) for at in now) < _SHORT_COVER
        if has_text(now) and not (is_cover and _head_of(now) is None):
            yield _article(now, wrapped=wrapped)
        now, is_first = [], False


def _to_ends(lines: Sequence[Line]) -> Iterator[Part]:
    """Yield the articles of an export of Nexis Uni."""
    now: list[Line] = []
    for line in lines:
        if not _END.fullmatch(line.text):
            if now or line.text:
                now.append(line)
            continue
        if has_text(now):
            yield _article(now)
        now = []
    if has_text(now):
        yield _article(now, ended=False)


def _article(lines: Sequence[Line], *, ended: bool = True, wrapped: bool = False) -> Part:
    read = _head_of(lines)
    if read is None:
        return part(lines, lines, {}, None, (not_parted(lines[0]),))
    fields, begin = read
    end = next((n for n in range(begin, len(lines)) if _TAIL.fullmatch(lines[n].text)), len(lines))
    body = [line for line in lines[begin:end] if not _COPYRIGHT.match(line.text)]
    if body and _BODY.fullmatch(body[0].text):
        body[0] = replace(body[0], text=body[0].text[len("body") :].removeprefix(":").strip())
    if not has_text(body):
        return part(lines, lines, {}, None, (not_parted(lines[0]),))
    notices = () if ended else (cut_off(lines[0]),)
    second = next((at for at in body if _LENGTH.fullmatch(at.text.removesuffix(" words"))), None)
    if second is not None:
        notices = (not_parted(second), *notices)
    return part(lines, body, fields, None, notices, wrapped=wrapped)


def _head_of(lines: Sequence[Line]) -> tuple[dict[str, object], int] | None:
    """Return the fields of an article and where its text begins, or None without outlet and day."""
    length = next((n for n, line in enumerate(lines) if _LENGTH.match(line.text)), None)
    if length is None:
        return None
    above = [n for n in range(length) if lines[n].text and not _COPYRIGHT.match(lines[n].text)]
    days = [n for n in above if read_published(lines[n].text, "en")]
    day = next((n for n in days if _is_written_out(lines[n].text)), None)
    if day is None or day == above[0]:
        return None
    fields, begin = _fields(lines, day + 1, length)
    before = [n for n in above if n < day]
    outlet = before.pop()
    is_covered = any(_COVER.match(lines[n].text) for n in before)
    title = " ".join(lines[n].text for n in (before[-1:] if is_covered else before))
    return {
        "title": fields.get("headline") or title or _title_below(lines, day + 1, length),
        "outlet": lines[outlet].text,
        "date": lines[day].text,
        "author": fields.get("byline"),
        "url": fields.get("url"),
    }, begin


def _is_written_out(text: str) -> bool:
    """Return True if a line is a whole day, not the number of a page."""
    day = read_published(text, "en")
    return day is not None and day.precision in ("day", "minute") and not text.isdigit()


def _fields(lines: Sequence[Line], begin: int, length: int) -> tuple[dict[str, str], int]:
    """Return the fields of a head, and the number of the first line below it."""
    fields: dict[str, str] = {}
    name = ""
    number = begin
    for number in range(begin, min(len(lines), length + _LONGEST_HEAD)):
        text = lines[number].text
        match = _FIELD.match(text)
        if _BODY.fullmatch(text) or (not match and number > length and (text and not name)):
            break
        if match:
            name = match[1].lower()
            fields[name] = match[2].strip()
        elif not text:
            name = ""
        elif name and name != "length":
            fields[name] += f" {text}"
        elif name == "length":
            break
    else:
        number += 1
    return fields, number


def _title_below(lines: Sequence[Line], begin: int, end: int) -> str:
    """Return the paragraph above the first field, which is the title in older exports."""
    blocks: list[list[str]] = [[]]
    for line in lines[begin:end]:
        if _FIELD.match(line.text):
            break
        if _COPYRIGHT.match(line.text):
            continue
        if line.text:
            blocks[-1].append(line.text)
        elif blocks[-1]:
            blocks.append([])
    return " ".join(next((block for block in reversed(blocks) if block), []))
