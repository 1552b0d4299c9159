"""Write answers as plain text, for where no markup is read: WeChat, a mail, a note."""

from __future__ import annotations

from rag.exports.layout import Layout, Line, Source, lay_out, marker_of
from rag.messages import Language
from rag.types import Answer


def plain_text(answer: Answer, language: Language | None = None) -> str:
    """Return the question, the answer with `[n]` markers, and each source.

    A quote that is itself a sentence of the answer is not repeated.

    Nothing is escaped. `language` is that of the labels, by default the answer's.
    """
    return plain_layout(lay_out(answer, language))


def plain_layout(layout: Layout) -> str:
    """Return a layout as plain text that ends with a line break."""
    blocks = [layout.question, *layout.before]
    blocks.append("\n".join(line_text(line, layout.space) for line in layout.body))
    for section in layout.sections:
        lines = [section.heading + layout.labels.colon.rstrip()]
        lines += [f"- {line_text(line, ' ')}" for line in section.lines]
        lines += [_source(source, layout) for source in section.sources]
        blocks.append("\n".join(lines))
    blocks += layout.after
    return "\n\n".join(block for block in blocks if block) + "\n"


def line_text(line: Line, space: str) -> str:
    """Return a line with its markers as `[n]`. `space` stands before the markers."""
    markers = "".join(f"[{citation.marker}]" for citation in line.citations)
    return f"{line.text}{space * bool(markers)}{markers}{line.remark}"


def _source(source: Source, layout: Layout) -> str:
    start = marker_of(source) or "- "
    lines = [start + source.details]
    if source.quote is not None and not source.said:
        lines.append(" " * 4 + layout.labels.quoted.format(source.quote))
    lines += [" " * 4 + part for part in (source.url, source.remark) if part]
    return "\n".join(lines)
