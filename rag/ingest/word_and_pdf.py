"""Read the article of a Word or PDF file with python-docx and pypdf, the extra `documents`."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rag.errors import DocumentError, first_line
from rag.ingest.bylines import is_dateline
from rag.ingest.front_matter import FrontMatter
from rag.ingest.table_grids import LONGEST_REPEATED, Cell, expand, markdown_table, merged_header
from rag.text.characters import cleaned, is_cjk

# Joining the lines of a PDF into paragraphs.
#
# A PDF gives only the places of letters. So a short line is taken as the end of a paragraph or as a
# heading, and any other line continues in the next one.

_EDGE = 2
_PRINTED_AT = re.compile(
    r"\d{1,4}[/-]\d{1,2}[/-]\d{1,4},?\s+(?:[上下]午)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?\b"
)
_PRINTED_FROM = re.compile(r"(?:https?|file)://\S+\s+\d+\s?/\s?\d+$")
_PAGE_NUMBER = re.compile(
    r"[-–—·\s]*(?:第\s?|page\s)?\d{1,4}(?:\s?(?:/|of)\s?\d{1,4}|\s?页)?[-–—·\s]*", re.I
)
_PARAGRAPH_END = re.compile(r"[.!?…。！？；：:][\"'”’」』）)]*$")
_INDENTED = re.compile(r"[ \u3000]{2}|\u3000")
_HYPHENATED = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,40})-$")
_BROKEN = re.compile(r"[a-z]+-\s*\n\s*[a-z]+")
_LETTERS = re.compile(r"[a-z]+")


def join_lines(pages: Sequence[str]) -> str:
    """Return the text of a PDF as paragraphs with blank lines between them.

    `pages` are the texts of its pages, with line breaks.
    """
    lines = _without_edges([page.split("\n") for page in pages])
    lengths = sorted(len(line) for line in lines if line.strip())
    if not lengths:
        return ""
    width = lengths[len(lengths) * 4 // 5]
    words = frozenset(_LETTERS.findall(_BROKEN.sub(" ", "\n".join(lines).lower())))
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
    """Return True if a paragraph ends with this line."""
    if _PARAGRAPH_END.search(text):
        return len(text) < 0.9 * width
    # If the next line begins with a small letter, it continues this one.
    return len(text) < (0.8 if is_first else 0.6) * width and not following[:1].islower()


def _joined(before: str, line: str, words: frozenset[str]) -> tuple[str, str]:
    """Return a paragraph's last line and its next line, ready to be joined."""
    if is_cjk(before[-1]) or is_cjk(line[0]):
        return before, line
    match = _HYPHENATED.search(before)
    if match is None or not line[0].islower():
        return before, f" {line}"
    first, second = match[1].lower(), (_LETTERS.match(line) or [""])[0]
    # "long-|term" keeps its hyphen if both parts are words of the text and "longterm" is not.
    is_compound = {first, second} <= words and first + second not in words
    return before if is_compound else before[:-1], line


def _without_edges(pages: Sequence[Sequence[str]]) -> list[str]:
    """Return all lines except page numbers, running heads, and lines that a browser prints."""
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
    """Return a line with its numbers replaced, since they change from page to page."""
    return re.sub(r"\d+", "0", line.strip())


# Tables in Word files.


def outermost_table(paragraph: Any) -> Any:
    """Return the outermost table around a paragraph's element, or None."""
    return next(iter([*paragraph.iterancestors(_WORD + "tbl")][::-1]), None)


def paragraph_text(paragraph: Any) -> str:
    """Return the text of a paragraph's element, with a blank for each tab and line break."""
    parts = paragraph.iter(_WORD + "t", _WORD + "tab", _WORD + "br")
    return "".join(part.text or " " for part in parts)


def word_table(table: Any) -> str:
    """Return a table's element as Markdown. A table in a cell becomes part of the cell's text."""
    rows: list[list[Cell]] = []
    headings = 0
    above: list[str] = []
    for row in table.iter(_WORD + "tr"):
        if next(row.iterancestors(_WORD + "tbl")) is not table:
            continue
        cells: list[Cell] = []
        texts: list[str] = []
        for cell in row.iter(_WORD + "tc"):
            if next(cell.iterancestors(_WORD + "tr")) is not row:
                continue
            properties = cell.find(_WORD + "tcPr")
            merged = properties.find(_WORD + "vMerge") if properties is not None else None
            text = _cell_text(cell)
            if merged is not None and merged.get(_WORD + "val") != "restart":
                text = text or (above[len(texts)] if len(texts) < len(above) else "")
            columns = _columns(properties)
            cells.append(Cell(text=text, columns=columns))
            texts += [text if len(text) <= LONGEST_REPEATED else ""] * min(columns, 60)
        if not any(cell.text for cell in cells):
            continue
        if len(rows) == headings and row.find(f"{_WORD}trPr/{_WORD}tblHeader") is not None:
            headings += 1
        rows.append(cells)
        above = texts
    if rows and not headings and any(cell.columns > 1 for cell in rows[0]) and len(rows) > 2:
        # The column names have two levels, but are not marked as headings in Word.
        headings = 2 if len(rows[0]) > 1 else 0
    caption = ""
    if len(rows) > 1 and len(rows[0]) == 1 and len(rows[1]) > 1:
        caption, rows, headings = f"{rows[0][0].text}\n\n", rows[1:], headings - 1
    return caption + markdown_table(merged_header(expand(rows), headings), header=True)


def _cell_text(cell: Any) -> str:
    paragraphs = [
        paragraph_text(paragraph)
        for paragraph in cell.iter(_WORD + "p")
        if not any(parent.tag == _FALLBACK for parent in paragraph.iterancestors())
    ]
    return " ".join(" ".join(paragraphs).split())


def _columns(properties: Any) -> int:
    span = properties.find(_WORD + "gridSpan") if properties is not None else None
    value = span.get(_WORD + "val", "") if span is not None else ""
    return int(value) if value.isdigit() and len(value) < 6 else 1


# Reading files.

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

MAX_PAGES = 300
_HEAD_LINES = 5
_LONGEST_TITLE = 50
_SENTENCE_END = re.compile(r"[。！；，.!;,:：][”’」』）)\"']*$")
_NO_TITLE = re.compile(
    r"\.(?:docx?|pdf|wps|rtf|txt)$|^(?:microsoft word|untitled|无标题|未命名|word ?文档|文档\s?\d"
    r"|模板|document\s?\d|template)",
    re.IGNORECASE,
)
MAX_UNPACKED_BYTES = 200 * 1024 * 1024

# pypdf writes many warnings about a file to standard error.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_packed(data: bytes, name: str, ending: str) -> FrontMatter:
    """Return the fields of the article in a `.docx` or `.pdf` file, and the article as Markdown.

    `name` is the file's name, for messages. Raises `DocumentError` if the extra isn't installed, or
    the file is broken, encrypted, too long (`MAX_PAGES`) or without text (a scan).
    """
    try:
        return _read_pdf(data, name) if ending == ".pdf" else _read_docx(data, name)
    except DocumentError:
        raise
    except ImportError as error:
        raise DocumentError(
            en=f"{name} needs the extra for Word and PDF: run"
            ' `pip install "cited-rag[documents]"`.',
            zh=f'读取 {name} 需要 Word 和 PDF 扩展：请运行 `pip install "cited-rag[documents]"`。',
        ) from error
    except Exception as error:  # the libraries raise many kinds of errors for a broken file
        reason = f"{type(error).__name__}: {first_line(error)[:120]}"
        raise DocumentError(
            en=f"{name} can't be read ({reason}): save it again, or as text.",
            zh=f"{name} 无法读取（{reason}）：请重新保存，或另存为文本。",
        ) from error


def _read_pdf(data: bytes, name: str) -> FrontMatter:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise DocumentError(
            en=f"{name} is encrypted: save it without a password.",
            zh=f"{name} 已加密：请另存为无密码的文件。",
        )
    if len(reader.pages) > MAX_PAGES:
        raise DocumentError(
            en=f"{name} has {len(reader.pages)} pages: keep it to {MAX_PAGES}, or split it.",
            zh=f"{name} 共 {len(reader.pages)} 页：请不要超过 {MAX_PAGES} 页，或拆分文件。",
        )
    text = join_lines([page.extract_text() for page in reader.pages])
    if not text.strip():
        raise DocumentError(
            en=f"{name} holds no text, only pictures: recognise its text first (OCR).",
            zh=f"{name} 只有图片，没有文字：请先做文字识别（OCR）。",
        )
    about = reader.metadata
    return printed_article(text, about.title if about else None)


def _read_docx(data: bytes, name: str) -> FrontMatter:
    import docx

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise DocumentError(
            en=f"{name} unpacks to {unpacked // 1024**2} MB: keep it to"
            f" {MAX_UNPACKED_BYTES // 1024**2} MB.",
            zh=f"{name} 解压后有 {unpacked // 1024**2} MB：请不要超过"
            f" {MAX_UNPACKED_BYTES // 1024**2} MB。",
        )
    document = docx.Document(io.BytesIO(data))
    parts: list[str] = []
    read: object = None
    # python-docx's own lists leave out paragraphs in tables, content controls and tracked
    # insertions, so all paragraph elements are visited.
    for paragraph in document.element.body.iter(_WORD + "p"):
        # The text of a drawing is in the file twice: once for older programs.
        if any(parent.tag == _FALLBACK for parent in paragraph.iterancestors()):
            continue
        table = outermost_table(paragraph)
        if table is not None:
            # The whole table is written at its first paragraph.
            if table is not read:
                parts.append(word_table(table))
            read = table
            continue
        text = paragraph_text(paragraph)
        style = paragraph.style or ""
        heading = style.startswith(("Heading", "Title")) and text.strip()
        parts.append(f"## {text}" if heading else text)
    return printed_article("\n\n".join(parts), document.core_properties.title)


def printed_article(text: str, property_title: str | None = None) -> FrontMatter:
    """Return the article. Its title is the one on the page, else the one in the file's properties.

    Dates in the file's properties are not used: they are often those of a template, a print or a
    copy. The date of publication is read from the page (`rag.ingest.bylines`).
    """
    text = cleaned(text)
    title = _title_on_page(text)
    if title is None and property_title and not _NO_TITLE.search(property_title.strip()):
        title = property_title
    return FrontMatter(fields={"title": title} if title else {}, body=text)


def _title_on_page(text: str) -> str | None:
    """Return the first heading, else a first line that is neither a sentence nor a date."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    heading = next((line for line in lines[:_HEAD_LINES] if line.startswith("## ")), None)
    if heading:
        return heading.removeprefix("## ").strip()
    first = next((line for line in lines[:2] if not is_dateline(line, "zh")), "")
    is_short = (
        2 <= len(first) <= (_LONGEST_TITLE if any(map(is_cjk, first)) else 2 * _LONGEST_TITLE)
    )
    return first if is_short and len(lines) > 1 and not _SENTENCE_END.search(first) else None
