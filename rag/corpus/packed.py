"""The article of a Word or PDF file; through python-docx and pypdf, the extra `documents`."""

from __future__ import annotations

import io
import logging
import re
import zipfile

from rag.corpus.characters import cleaned, is_cjk
from rag.corpus.datelines import is_dateline
from rag.corpus.front_matter import FrontMatter
from rag.corpus.pdf_lines import join_lines
from rag.corpus.word_tables import outermost_table, paragraph_text, word_table
from rag.errors import DocumentError, first_line

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

# It warns of every oddity of a file on standard error.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read_packed(data: bytes, name: str, ending: str) -> FrontMatter:
    """What a `.docx` or `.pdf` says of its article, and the article as Markdown.

    `name` is the file's, for messages. Raises `DocumentError` where the extra isn't installed, or
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
    except Exception as error:  # whatever the two libraries raise for a broken file
        reason = f"{type(error).__name__}: {first_line(error)[:120]}"
        raise DocumentError(
            en=f"{name} can't be read ({reason}): save it anew, or as text.",
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
    return _matter(text, about.title if about else None)


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
    # Every paragraph of the body, also in tables, content controls and tracked insertions, which
    # the library's own lists pass over.
    for paragraph in document.element.body.iter(_WORD + "p"):
        # A drawing's text stands there twice: once for older programs.
        if any(parent.tag == _FALLBACK for parent in paragraph.iterancestors()):
            continue
        table = outermost_table(paragraph)
        if table is not None:
            # The whole of it at its first paragraph.
            if table is not read:
                parts.append(word_table(table))
            read = table
            continue
        text = paragraph_text(paragraph)
        style = paragraph.style or ""
        heading = style.startswith(("Heading", "Title")) and text.strip()
        parts.append(f"## {text}" if heading else text)
    return _matter("\n\n".join(parts), document.core_properties.title)


def _matter(text: str, property_title: str | None) -> FrontMatter:
    """Returns the article; its title is the one on the page, if there is one.

    The days among a file's properties are not used: they are those of a template, of printing or of
    a copy as often as the day of publication, which stands on the page (`rag.corpus.datelines`).
    """
    text = cleaned(text)
    title = _title_on_page(text)
    if title is None and property_title and not _NO_TITLE.search(property_title.strip()):
        title = property_title
    return FrontMatter(fields={"title": title} if title else {}, body=text)


def _title_on_page(text: str) -> str | None:
    """Returns the first heading, else a first line that is neither a sentence nor a date."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    heading = next((line for line in lines[:_HEAD_LINES] if line.startswith("## ")), None)
    if heading:
        return heading.removeprefix("## ").strip()
    first = next((line for line in lines[:2] if not is_dateline(line, "zh")), "")
    is_short = (
        2 <= len(first) <= (_LONGEST_TITLE if any(map(is_cjk, first)) else 2 * _LONGEST_TITLE)
    )
    return first if is_short and len(lines) > 1 and not _SENTENCE_END.search(first) else None
