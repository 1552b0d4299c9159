"""Write answers as a PDF, with fpdf2: fonts are embedded in part, and the text can be copied."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rag.exports.fonts import chinese_font, latin_font
from rag.exports.layout import Layout, Line, Source, marker_of
from rag.text.characters import has_han, is_cjk

_MARGIN = 22.0  # millimetres
_LEADING = 1.55  # line height in font sizes
_MILLIMETRES = 25.4 / 72  # of a point
_BLACK, _GREY, _BLUE = (20, 20, 20), (95, 95, 95), (26, 79, 156)
_WORD = re.compile(r"\s+|[^\s]")
_CLOSING = frozenset("，。！？：；、）》」』】〉”’％…·,.!?:;)]}%")
_OPENING = frozenset("（《「『【〈“‘([{")


@dataclass(frozen=True, kw_only=True)
class _Unit:
    """Text that stays on one line. `link` is an address, or the number of a place in the file."""

    text: str
    link: str | int = ""


def pdf_bytes(layouts: Sequence[Layout]) -> bytes:
    """Return a PDF file of A4 pages.

    Raises `ImportError` without fpdf2, and `ConfigError` if the text has Chinese and no font with
    Chinese is found.
    """
    page = _page(layouts)
    for layout in layouts:
        _Writer(page, layout).write()
    return bytes(page.output())


def _page(layouts: Sequence[Layout]) -> Any:
    from fpdf import FPDF

    class Page(FPDF):  # type: ignore[misc, unused-ignore]
        fonts_of_text: dict[bool, str]

        def footer(self) -> None:
            self.set_y(-_MARGIN / 2)
            self.set_font(self.fonts_of_text[False], size=9)
            self.set_text_color(*_GREY)
            self.cell(0, text=str(self.page_no()), align="C")

    page: Any = Page(format="A4")
    latin = latin_font()
    with_chinese = latin is None or any(map(is_cjk, "".join(_texts(layouts))))
    page.fonts_of_text = {False: "latin" if latin else "chinese", True: "chinese"}
    if latin:
        page.add_font("latin", fname=latin)
    if with_chinese:
        font = chinese_font()
        page.add_font("chinese", fname=font, collection_font_number=_simplified(font))
    else:
        page.fonts_of_text[True] = "latin"
    # A sign that one font lacks is taken from the other.
    page.set_fallback_fonts(sorted(set(page.fonts_of_text.values())), exact_match=False)
    page.set_margins(_MARGIN, _MARGIN, _MARGIN)
    page.set_auto_page_break(True, margin=_MARGIN)
    page.set_title(layouts[0].question)
    page.set_creator("cited-rag")
    page.add_page()
    return page


def _simplified(font: Path) -> int:
    """Return the number of the face with simplified Chinese in a collection of fonts."""
    if font.suffix.lower() != ".ttc":
        return 0
    from fontTools.ttLib import TTCollection

    with TTCollection(font, lazy=True) as faces:
        names = [str(face["name"].getDebugName(4)) for face in faces]
    return next((n for n, name in enumerate(names) if re.search(r"\bSC\b|GB", name)), 0)


def _texts(layouts: Iterable[Layout]) -> Iterator[str]:
    for layout in layouts:
        yield from (layout.question, *layout.before, *layout.after)
        for line in (*layout.body, *(line for s in layout.sections for line in s.lines)):
            yield line.text + line.remark
        for section in layout.sections:
            yield section.heading
            for source in section.sources:
                yield source.details + (source.quote or "") + source.remark


class _Writer:
    """Writes one answer at the present place of the page."""

    def __init__(self, page: Any, layout: Layout) -> None:
        self.page = page
        self.layout = layout
        self.places = {
            source.marker: page.add_link()
            for section in layout.sections
            for source in section.sources
            if source.marker is not None
        }

    def write(self) -> None:
        layout = self.layout
        self._text(layout.question, size=16)
        self.page.ln(2)
        for note in layout.before:
            self._text(note, size=9.5, colour=_GREY)
        for line in layout.body:
            self._line(line, layout.space)
        for section in layout.sections:
            self.page.ln(3)
            self._text(section.heading, size=12.5)
            for line in section.lines:
                self._line(line, " ", start="• ")
            for source in section.sources:
                self._source(source)
        self.page.ln(2)
        for note in layout.after:
            self._text(note, size=9.5, colour=_GREY)
        self.page.ln(8)

    def _text(
        self,
        text: str,
        *,
        size: float,
        colour: tuple[int, int, int] = _BLACK,
        link: str | int = "",
        indent: float = 0,
    ) -> None:
        self._units(_units(text, link), size=size, colour=colour, indent=indent)

    def _line(self, line: Line, space: str, start: str = "") -> None:
        units = [*_units(start + line.text)]
        for citation in line.citations:
            marker = f"{space}[{citation.marker}]"
            units.append(_Unit(text=marker, link=self.places.get(citation.marker, "")))
            space = ""
        self._units([*units, *_units(line.remark)], size=11)
        self.page.ln(1)

    def _source(self, source: Source) -> None:
        self.page.ln(1.5)
        if source.marker is not None:
            self.page.set_link(self.places[source.marker], y=self.page.get_y())
        self._text(marker_of(source) + source.details, size=10.5)
        if source.url:
            self._text(source.url, size=9, colour=_BLUE, link=source.url, indent=6)
        if source.quote is not None:
            quote = self.layout.labels.quoted.format(source.quote)
            self._text(quote, size=10, colour=_GREY, indent=6)
        if source.remark:
            self._text(source.remark, size=9, colour=_GREY, indent=6)

    def _units(
        self,
        units: Sequence[_Unit],
        *,
        size: float,
        colour: tuple[int, int, int] = _BLACK,
        indent: float = 0,
    ) -> None:
        """Write units as one paragraph. Its font is that of its language."""
        page = self.page
        chinese = has_han("".join(unit.text for unit in units))
        page.set_font(page.fonts_of_text[chinese], size=size)
        height = size * _LEADING * _MILLIMETRES
        for line in self._broken(units, page.epw - indent):
            page.set_x(_MARGIN + indent)
            for link, same in groupby(line, key=lambda unit: unit.link):
                page.set_text_color(*(_BLUE if link else colour))
                text = "".join(unit.text for unit in same)
                # The cell's own inner margin would stand between the parts of a line.
                with page.local_context():
                    page.c_margin = 0
                    page.cell(page.get_string_width(text), height, text, link=link or "")
            page.ln(height)

    def _broken(self, units: Sequence[_Unit], width: float) -> Iterator[list[_Unit]]:
        """Yield lines of units that are at most `width` millimetres wide."""
        line: list[_Unit] = []
        taken = 0.0
        for unit in self._that_fit(units, width):
            wide = self.page.get_string_width(unit.text)
            if line and taken + self.page.get_string_width(unit.text.rstrip()) > width:
                yield line
                line, taken = [], 0.0
                if not unit.text.strip():
                    continue
            line.append(unit)
            taken += wide
        if line:
            yield line

    def _that_fit(self, units: Iterable[_Unit], width: float) -> Iterator[_Unit]:
        """Yield the units; one that is wider than a line, such as an address, sign by sign."""
        for unit in units:
            if self.page.get_string_width(unit.text) <= width:
                yield unit
            else:
                yield from (_Unit(text=sign, link=unit.link) for sign in unit.text)


def _units(text: str, link: str | int = "") -> list[_Unit]:
    """Cut a text where a line may break: after spaces, and between Chinese characters.

    No line begins with a closing sign such as 。 or ends with an opening one such as 《.
    """
    units: list[str] = []
    joins = False
    for sign in _WORD.findall(text):
        before = units[-1][-1] if units else ""
        glued = joins or (sign in _CLOSING and not before.isspace())
        if units and (glued or _in_one_word(before, sign)):
            units[-1] += sign
        else:
            units.append(sign)
        joins = sign in _OPENING
    return [_Unit(text=unit, link=link) for unit in units]


def _in_one_word(before: str, sign: str) -> bool:
    return not (before.isspace() or sign.isspace() or is_cjk(before) or is_cjk(sign))
