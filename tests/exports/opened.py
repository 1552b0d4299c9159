"""Open a PDF with the library that Chromium shows PDF files with."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from rag.errors import ConfigError
from rag.exports.fonts import chinese_font


def pdf_text(path: Path) -> str:
    """Return the text of all pages, as a reader copies it, without line breaks."""
    with pypdfium2.PdfDocument(path) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "".join(pages).replace("\r\n", "")


def need_a_chinese_font() -> None:
    try:
        chinese_font()
    except ConfigError as missing:
        pytest.skip(str(missing))
