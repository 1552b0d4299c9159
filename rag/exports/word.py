"""Write answers as a Word document, with python-docx."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from rag.exports.layout import Layout, Line, Source, marker_of

_EASTERN_FONT = "宋体"
"""Word has it everywhere, and names it so also on systems in English."""


def docx_bytes(layouts: Sequence[Layout]) -> bytes:
    """Return a `.docx` file. Markers lead to the sources below, and sources to their addresses.

    Raises `ImportError` without python-docx.
    """
    from docx import Document

    document = Document()
    document.core_properties.title = layouts[0].question[:255]
    document.core_properties.author = "cited-rag"
    for style in ("Normal", "Heading 1", "Heading 2", "Quote"):
        _set_eastern_font(document.styles[style])
    for number, layout in enumerate(layouts, start=1):
        _Writer(document, layout, number).write()
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


class _Writer:
    """Writes one answer. `number` keeps its bookmarks apart from those of other answers."""

    def __init__(self, document: Any, layout: Layout, number: int) -> None:
        self.document = document
        self.layout = layout
        self.number = number

    def write(self) -> None:
        layout = self.layout
        self.document.add_heading(layout.question, level=1)
        for note in layout.before:
            self._note(note)
        for line in layout.body:
            self._line(line, layout.space, None)
        for section in layout.sections:
            self.document.add_heading(section.heading, level=2)
            for line in section.lines:
                self._line(line, " ", "List Bullet")
            for source in section.sources:
                self._source(source)
        for note in layout.after:
            self._note(note)

    def _note(self, text: str) -> None:
        self.document.add_paragraph().add_run(text).italic = True

    def _line(self, line: Line, space: str, style: str | None) -> None:
        paragraph = self.document.add_paragraph(line.text, style=style)
        if line.citations:
            paragraph.add_run(space)
        for citation in line.citations:
            _add_link(paragraph, f"[{citation.marker}]", anchor=self._anchor(citation.marker))
        paragraph.add_run(line.remark)

    def _source(self, source: Source) -> None:
        paragraph = self.document.add_paragraph()
        text = marker_of(source) + source.details
        if source.marker is None:
            paragraph.add_run(text)
        else:
            _add_bookmark(paragraph, text, self._anchor(source.marker))
        if source.url:
            paragraph.add_run().add_break()
            _add_link(paragraph, source.url, address=source.url)
        if source.remark:
            paragraph.add_run().add_break()
            paragraph.add_run(source.remark)
        if source.quote is not None:
            quote = self.layout.labels.quoted.format(source.quote)
            self.document.add_paragraph(quote, style="Quote")

    def _anchor(self, marker: int) -> str:
        return f"source_{self.number}_{marker}"


def _set_eastern_font(style: Any) -> None:
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # A theme's font would win over the name.
    fonts.attrib.pop(qn("w:eastAsiaTheme"), None)
    fonts.set(qn("w:eastAsia"), _EASTERN_FONT)


def _add_link(paragraph: Any, text: str, *, anchor: str = "", address: str = "") -> None:
    """Add a link to a bookmark of the document, or to an address."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    link = OxmlElement("w:hyperlink")
    if anchor:
        link.set(qn("w:anchor"), anchor)
    else:
        relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link.set(qn("r:id"), relation)
    run = paragraph.add_run(text)
    run.font.color.rgb = RGBColor(0x1A, 0x4F, 0x9C)
    run.font.underline = bool(address)
    link.append(run._r)
    paragraph._p.append(link)


def _add_bookmark(paragraph: Any, text: str, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        # Ids are numbers, each once in the document.
        mark.set(qn("w:id"), "".join(part.zfill(4) for part in name.split("_")[1:]))
    start.set(qn("w:name"), name)
    paragraph._p.append(start)
    paragraph.add_run(text)
    paragraph._p.append(end)
