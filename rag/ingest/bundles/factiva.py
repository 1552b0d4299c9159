"""Part an export of Factiva into its articles, with field codes (HD, PD, SN) or without.

Each article ends with a line that names its number in the database: `Document` and 25 letters and
digits. With codes, each field begins with a code of two or three capitals. Without codes, the lines
above the text are title, byline, number of words, day, time, outlet, its code, language, copyright.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.ingest.bundles.parts import Line, Part, cut_off, has_text, not_parted, part
from rag.ingest.bylines import is_credit
from rag.text.written_dates import read_published

_NUMBER = r"[A-Z][A-Z0-9]{3,12}(?:19|20)\d{6}[a-z0-9]{6,12}"
_END = re.compile(rf"(?:AN\s+)?(?:Documento?|Dokument|文档|文件|文書)[:：]?\s+({_NUMBER})")
LOOKS_LIKE = re.compile(rf"\b{_END.pattern}(?![A-Za-z0-9])")
"""What only such an export has: the last line of an article."""

_HEAD_CODES = "SE|HD|CR|BY|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY"
_TAIL_CODES = "CT|RF|CO|IN|NS|RE|IPC|IPD|PUB|AN|ART|CLM|DE"
_TAIL = frozenset(_TAIL_CODES.split("|"))
_FIRST = ("SE", "HD")
_CODE = re.compile(rf"({_HEAD_CODES}|LP|TD|{_TAIL_CODES})(?:(?:\t| {{2,}})\s*(.*))?")
_LOOSE_CODE = re.compile(rf"({_HEAD_CODES}|LP|TD|{_TAIL_CODES})(?:\s+(.*))?")
_WORDS = re.compile(
    r"\d[\d,. ]*\s?(?:words?|characters|字数?|[个個]字|词|mots|W[öo]rter|palabras)", re.IGNORECASE
)
_CLOCK = re.compile(
    r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\s?[AP]M)?(?:\s[A-Z]{2,4})?", re.IGNORECASE
)
_OUTLET_CODE = re.compile(r"[A-Z][A-Z0-9]{1,9}")
_COPYRIGHT = re.compile(r"©|\(c\)|copyright|版权|著作[权權]|版權", re.IGNORECASE)
_AFTER_LAST = re.compile(r"search summary|搜[索尋]摘要|检索摘要|©.*factiva", re.IGNORECASE)
_LONGEST_HEAD = 14


def read_factiva(lines: Sequence[Line]) -> tuple[Part, ...] | None:
    """Return the articles of an export, or None if this is none."""
    if not any(_END.fullmatch(line.text) for line in lines):
        return None
    return tuple(_parts(lines))


def _parts(lines: Sequence[Line]) -> Iterator[Part]:
    begin: list[Line] = []
    for line in lines:
        match = _END.fullmatch(line.text)
        if match is None:
            if begin or line.text:
                begin.append(line)
            continue
        if has_text(begin):
            yield _article(begin, match[1], ended=True)
        begin = []
    if has_text(begin) and not _AFTER_LAST.match(begin[0].text):
        yield _article(begin, None, ended=False)


def _article(lines: Sequence[Line], own_id: str | None, *, ended: bool) -> Part:
    fields, body = _coded(lines) or _displayed(lines) or ({}, lines)
    notices = () if ended else (cut_off(lines[0]),)
    if not fields or not has_text(body):
        return part(lines, lines, {}, own_id, (not_parted(lines[0]), *notices))
    if (second := _second_head(body)) is not None:
        notices = (not_parted(second), *notices)
    return part(lines, body, fields, own_id, notices)


_Read = tuple[dict[str, object], Sequence[Line]]


def _coded(lines: Sequence[Line]) -> _Read | None:
    """Return the fields and the text of an article with codes, or None if it has none."""
    head = [line for line in lines if line.text][:_LONGEST_HEAD]
    code = next((c for c in (_CODE, _LOOSE_CODE) if any(_is(c, "HD", at) for at in head)), None)
    if code is None:
        return None
    values: dict[str, list[str]] = {}
    body: list[Line] = []
    now = ""
    for line in lines:
        match = code.fullmatch(line.text)
        if match and match[1] in _FIRST and body and (match[1] == "HD" or now in _TAIL):
            # The end of the article above is missing: all that follows is kept as text.
            body += [at for at in lines if at.number >= line.number]
            break
        # A paragraph may begin with capitals, so only what can follow is a code there.
        if match and (now not in ("LP", "TD") or match[1] in ("TD", *_TAIL)):
            now = match[1]
            line = Line(number=line.number, text=match[2] or "")
        if now in ("LP", "TD"):
            body.append(line)
        elif line.text:
            values.setdefault(now, []).append(line.text)
    said = {name: " ".join(value) for name, value in values.items()}
    if not said.get("HD"):
        return None
    return _fields(
        said.get("HD"),
        said.get("PD"),
        said.get("ET"),
        said.get("SN"),
        said.get("LA"),
        said.get("BY"),
    ), body


def _is(code: re.Pattern[str], name: str, line: Line) -> bool:
    match = code.fullmatch(line.text)
    return bool(match and match[1] == name)


def _displayed(lines: Sequence[Line]) -> _Read | None:
    """Return the fields and the text of an article without codes, or None."""
    said = [line for line in lines if line.text]
    at = next((n for n, line in enumerate(said[:_LONGEST_HEAD]) if _WORDS.fullmatch(line.text)), 0)
    after = said[at + 1 : at + 1 + _LONGEST_HEAD]
    if not at or not after or read_published(after[0].text, "en") is None:
        return None
    # A section may stand above the title, and the author below it. The title is the longest.
    above = [line.text for line in said[:at] if not is_credit(line.text)] or [said[0].text]
    byline = next((line.text for line in said[:at] if is_credit(line.text)), None)
    rest = after[1:]
    clock = rest.pop(0).text if rest and _CLOCK.fullmatch(rest[0].text) else None
    if not rest:
        return None
    outlet = rest.pop(0)
    last = outlet
    notice = next((n for n, at in enumerate(rest[:8]) if _COPYRIGHT.match(at.text)), None)
    language = None
    for line in rest[: 8 if notice is None else notice + 1]:
        if notice is None and not _is_detail(line.text, is_first=last is outlet):
            break
        # The language stands right before the copyright.
        language = line.text if not _COPYRIGHT.match(line.text) else language
        last = line
    body = [line for line in lines if line.number > last.number]
    return _fields(max(above, key=len), after[0].text, clock, outlet.text, language, byline), body


def _is_detail(text: str, *, is_first: bool) -> bool:
    """Return True if a line below the outlet is its code or a language, not the text."""
    return bool(_OUTLET_CODE.fullmatch(text)) if is_first else len(text) <= 12 and text.isalpha()


def _fields(
    title: str | None,
    day: str | None,
    clock: str | None,
    outlet: str | None,
    language: str | None,
    byline: str | None,
) -> dict[str, object]:
    both = f"{day} {clock}"
    return {
        "title": title,
        "date": both if clock and day and read_published(both, "en") else day,
        "outlet": outlet,
        "lang": language,
        "author": byline,
    }


def _second_head(body: Sequence[Line]) -> Line | None:
    """Return the line of another article's head within a text, or None."""
    said = [line for line in body if line.text]
    for number, line in enumerate(said[:-1]):
        if line.text == "HD" or line.text.startswith("HD\t"):
            return line
        if _WORDS.fullmatch(line.text) and read_published(said[number + 1].text, "en"):
            return said[max(0, number - 1)]
    return None
