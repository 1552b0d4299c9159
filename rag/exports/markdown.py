r"""Write answers as Markdown that escapes only what would be read as markup.

`2.55%` at the start of a line stays as it is (`2. ` would begin a list), and so does `a_b`. Text
from outside can become no heading, link, list or HTML where the Markdown is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.exports.addresses import link_target
from rag.exports.layout import Layout, Line, Source, lay_out
from rag.messages import Language
from rag.types import Answer, Citation

_SIGNS = re.compile(
    r"""
    [`*]                                # code and emphasis
    | \\ (?=[!-/:-@\[-`{-~]|$)          # an escape
    | (?<![^\W_])_ | _(?![^\W_])        # emphasis, but not inside a word
    | ~(?=~) | (?<=~)~                  # struck through
    | \](?=[(\[:]|$)                    # the middle of a link
    | <(?=[A-Za-z/!?])                  # HTML, or an address in brackets
    | &(?=\#?\w{1,40};)                 # an entity
    """,
    re.VERBOSE,
)
_AT_THE_START = re.compile(
    r"^(?=>|\#{1,6}(?:\s|$)|[-+](?:\s|$)|\|)"  # a quotation, a heading, a list, a table
    r"|^(\d{1,9})(?=[.)](?:\s|$))"  # a numbered list
    r"|^(?=(?:[-=:|]\s*)+$)"  # a rule, or the line below a heading
)


def markdown(answer: Answer, language: Language | None = None) -> str:
    """Return the question, the answer with a link at each marker, and each source.

    A quote that is itself a sentence of the answer is not repeated.

    `language` is that of the labels, by default the answer's.
    """
    return markdown_layout(lay_out(answer, language))


def markdown_layout(layout: Layout) -> str:
    """Return a layout as Markdown that ends with a line break."""
    parts = [f"**{escaped(layout.question)}**", *map(escaped, layout.before)]
    # Two spaces at the end of a line keep the next sentence on its own line.
    parts.append("\n".join(f"{_line(line, layout.space)}  " for line in layout.body))
    for section in layout.sections:
        lines = [_line(line, " ") for line in section.lines]
        # A numbered list would be renumbered, but the markers may have gaps.
        lines += [_source(source, layout) for source in section.sources]
        heading = escaped(section.heading) + layout.labels.colon.rstrip()
        parts.append(f"{heading}\n\n" + "\n".join(f"- {line}" for line in lines))
    parts += map(escaped, layout.after)
    return "\n\n".join(part for part in parts if part) + "\n"


def joined(layouts: Sequence[Layout]) -> str:
    """Return several layouts one after another, with rules between them."""
    return "\n---\n\n".join(map(markdown_layout, layouts))


def escaped(text: str) -> str:
    """Return one line of text as Markdown that is shown unchanged."""
    line = _SIGNS.sub(lambda match: "\\" + match[0], text)
    return _AT_THE_START.sub(lambda match: (match.group(1) or "") + "\\", line)


def _line(line: Line, space: str) -> str:
    markers = "".join(map(_marker, line.citations))
    return f"{escaped(line.text)}{space * bool(markers)}{markers}{escaped(line.remark)}"


def _marker(citation: Citation) -> str:
    """Return `[n]` as a link to the article, or without a link if there is no safe address."""
    address = link_target(citation.url)
    number = f"[{citation.marker}]"
    return f"[{number}]({address})" if address else number


def _source(source: Source, layout: Layout) -> str:
    number = f"[{source.marker}]" if source.marker is not None else ""
    if number and source.url:
        number = f"[{number}]({source.url})"
    line = f"{number} {escaped(source.details)}".strip()
    line += f" · <{source.url}>" if source.url else ""
    if source.quote is not None and not source.said:
        line += f"\n  > {layout.labels.quoted.format(escaped(source.quote))}"
    return line + (f"\n\n  {escaped(source.remark)}" if source.remark else "")
