"""One article of a file that holds many, and the text of such an article as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.errors import DocumentError
from rag.ingest.field_blocks import ReadingNotice
from rag.ingest.files import shown
from rag.ingest.front_matter import FrontMatter
from rag.messages import Message
from rag.text.characters import is_cjk, one_line

MAX_PARTS = 10_000
"""The most articles of one file. Databases export at most some hundreds at a time."""

_LONGEST_WRAPPED = 100
_SHOWN_CHARACTERS = 40
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|#]|^[-+=](?=\s|$|-|=)|^\d+(?=[.)]\s)", re.MULTILINE)


class NoArticles(DocumentError):
    """A file that can be read, and holds something else than articles."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One article of a file.

    `line` is where it begins, from 1, or None if lines say nothing. `own_id` is the id that the
    database gave it, or None. `source` is what it was read from; its hash is the article's.
    """

    line: int | None
    own_id: str | None
    matter: FrontMatter
    source: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a file with its number, from 1."""

    number: int
    text: str


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text without the blanks around them."""
    return [
        Line(number=n, text=line.strip(" \t\u00a0\u3000"))
        for n, line in enumerate(text.split("\n"), 1)
    ]


def part(
    lines: Sequence[Line],
    body: Sequence[Line],
    fields: Mapping[str, object],
    own_id: str | None = None,
    notices: tuple[ReadingNotice, ...] = (),
    *,
    wrapped: bool = False,
) -> Part:
    """Return the article of these `lines`, whose text is in `body` (`markdown_of`)."""
    text = markdown_of(body, wrapped=wrapped)
    return Part(
        line=lines[0].number if lines else None,
        own_id=own_id,
        matter=FrontMatter(
            fields={key: value for key, value in fields.items() if value},
            body=text,
            notices=notices,
        ),
        source="\n".join([*map(str, fields.values()), text]),
    )


def has_text(lines: Sequence[Line]) -> bool:
    """Return True if a line has a letter or a digit."""
    return any(character.isalnum() for line in lines for character in line.text)


def as_markdown(text: str) -> str:
    """Return a paragraph as Markdown that gives the same paragraph when it is read."""
    return _SPECIAL.sub(r"\\\g<0>", one_line(text.replace("\t", " | ").strip("| ")))


def markdown_of(lines: Sequence[Line], *, wrapped: bool = False) -> str:
    """Return lines as Markdown with a blank line between paragraphs.

    Each line is a paragraph. If the text is `wrapped` at some width, those without a blank line
    between them are joined.
    """
    lengths = sorted(len(line.text) for line in lines if line.text)
    if not wrapped or (lengths and lengths[len(lengths) * 4 // 5] > _LONGEST_WRAPPED):
        paragraphs = [line.text for line in lines]
    else:
        paragraphs = [""]
        for line in lines:
            said = paragraphs[-1]
            joint = "" if said and line.text and is_cjk(said[-1]) and is_cjk(line.text[0]) else " "
            paragraphs[-1:] = [f"{said}{joint}{line.text}"] if line.text else [said, ""]
    return "\n\n".join(filter(None, map(as_markdown, paragraphs)))


def cut_off(line: Line) -> ReadingNotice:
    """Return the notice for a last article whose end is missing."""
    return ReadingNotice(
        line=line.number,
        reason=Message(
            code="export_cut_off",
            en=f"The article at line {line.number} (“{_start(line)}”) has no end mark, so the"
            " export may be cut off there: export it again.",
            zh=f"第 {line.number} 行（“{_start(line)}”）起的文章没有结束标记，"
            "导出文件可能在此处中断：请重新导出。",
        ),
    )


def not_parted(line: Line) -> ReadingNotice:
    """Return the notice for text of an export that stays one article, as it is."""
    return ReadingNotice(
        line=line.number,
        reason=Message(
            code="export_not_parted",
            en=f"The export breaks at line {line.number} (“{_start(line)}”): the text around it, "
            "up to the next end mark, stays one article. Export it again, or part it by hand.",
            zh=f"导出文件在第 {line.number} 行（“{_start(line)}”）处中断："
            "此处直到下一个结束标记的文字作为一篇文章保留。请重新导出，或手工拆分。",
        ),
    )


def _start(line: Line) -> str:
    text = shown(one_line(line.text))
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"
