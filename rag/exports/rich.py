"""Write answers as rich text: HTML for the clipboard, which Word, mail and WeChat keep."""

from __future__ import annotations

import html

from rag.exports.addresses import link_target
from rag.exports.layout import Layout, Line, Source, lay_out, marker_of
from rag.messages import Language
from rag.types import Answer, Citation


def rich_text(answer: Answer, language: Language | None = None) -> str:
    """Return an answer as HTML. `language` is that of the labels, by default the answer's."""
    return rich_layout(lay_out(answer, language))


def rich_layout(layout: Layout) -> str:
    """Return a layout as HTML of paragraphs, bold text and links alone, without styles."""
    parts = [f"<b>{_safe(layout.question)}</b>", *map(_safe, layout.before)]
    parts += [_line(line, layout.space) for line in layout.body]
    for section in layout.sections:
        parts.append(f"<b>{_safe(section.heading)}</b>")
        parts += [_line(line, " ") for line in section.lines]
        parts += [_source(source, layout) for source in section.sources]
    parts += map(_safe, layout.after)
    return "".join(f"<p>{part}</p>" for part in parts)


def _safe(text: str) -> str:
    return html.escape(text)


def _line(line: Line, space: str) -> str:
    markers = "".join(map(_marker, line.citations))
    return f"{_safe(line.text)}{space * bool(markers)}{markers}{_safe(line.remark)}"


def _marker(citation: Citation) -> str:
    address = link_target(citation.url)
    number = f"[{citation.marker}]"
    return f'<a href="{_safe(address)}">{number}</a>' if address else number


def _source(source: Source, layout: Layout) -> str:
    lines = [marker_of(source) + _safe(source.details)]
    if source.quote is not None and not source.said:
        lines.append(_safe(layout.labels.quoted.format(source.quote)))
    if source.url:
        lines.append(f'<a href="{_safe(source.url)}">{_safe(source.url)}</a>')
    lines += [_safe(source.remark)] if source.remark else []
    return "<br>".join(lines)
