"""Turn a page of HTML into lines, one for each block, as a database's text export has them."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from rag.ingest.web_page import page_tree

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp"
    " small span strike strong sub sup time tt u var wbr".split()
)
_AROUND_TAB = re.compile(r" *\t *")
_LEFT_OUT = frozenset("script style noscript template svg iframe object textarea head".split())


def page_lines(html: str) -> str:
    """Return the text of a page: a line for each block, with a tab between the cells of a row."""
    tree: Any = page_tree(html)
    if tree is None:
        return ""
    out: list[str] = []
    skipped = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        begins = event == "start"
        name = element.tag if isinstance(element.tag, str) else None
        if name in _LEFT_OUT:
            skipped += 1 if begins else -1
        if not skipped and name in ("td", "th"):
            out.append("" if begins else "\t")
        elif not skipped and name is not None and name not in _INLINE:
            out.append("\n")
        text = element.text if begins else element.tail
        if not skipped and text and (name is not None or not begins):
            out.append(text if name == "pre" and begins else " ".join(_spaced(text)))
    lines = ("".join(out)).split("\n")
    return "\n".join(_AROUND_TAB.sub("\t", line).strip(" \t") for line in lines)


def _spaced(text: str) -> list[str]:
    """Return the words of a text, with empty ones where blanks at its ends must stay."""
    words = text.split()
    if not words:
        return ["", ""]
    return [*([""] if text[0].isspace() else []), *words, *([""] if text[-1].isspace() else [])]
