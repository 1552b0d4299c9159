"""Extract the article from a web page with trafilatura, without menus, notices and comments."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import trafilatura
from lxml import etree
from trafilatura.settings import Document as Page
from trafilatura.settings import use_config

from rag.errors import DocumentError
from rag.ingest.field_blocks import ReadingNotice
from rag.ingest.front_matter import FrontMatter
from rag.ingest.table_grids import flatten_tables
from rag.messages import Message
from rag.text.characters import cleaned, one_line

# Preparing the tree of a page.
#
# Many pages have text directly in a `div` or a cell, with `<br>` between lines and `<b>`, `<a>` or
# `<span>` within a sentence. trafilatura would split sentences there or lose some, so such text is
# put into paragraphs first.

MAX_ELEMENTS = 12_000
"""The most elements of a page whose article is looked for. News pages have far fewer.

The time grows with the square of their number.
"""
MAX_WHOLE_CHARACTERS = 500_000
"""The most characters that are taken from a page with more elements."""

# An element of lxml, which has no type annotations.
Element = Any

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp"
    " small span strike strong sub sup time tt u var".split()
)
# Inline elements that are kept: linked text is often not news, and a bold line is a heading.
_TELLING = frozenset(("a", "b", "strong"))
_CONTAINERS = frozenset(
    "body div section article main center dd form fieldset blockquote td th".split()
)
_LEFT_OUT = frozenset("script style noscript template svg iframe object textarea head".split())
_CELL_CHARACTERS = 200
"""The most characters in a cell of data. A longer cell may hold the article itself."""
_DIGITS_ABOVE = re.compile(r"\s*[0-9+-]{1,4}\s*")
_ABOVE = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SENTENCE = re.compile(r"[.!?…。！？；：:][\"'”’」』）)]*\s*$|.{80}")
_MARKDOWN = re.compile(r"[\\`*_\[\]<>&~|#]|^[-+](?=\s)|^\d+(?=[.)]\s)")


def page_tree(html: str) -> Element:
    """Return the tree of a page, or None if it has no elements."""
    return trafilatura.load_html(html)


def count_elements(tree: Element) -> int:
    """Return the number of elements of a page, without scripts and the like."""
    return sum(1 for element in tree.iter(etree.Element) if element.tag not in _LEFT_OUT)


def put_in_order(tree: Element) -> None:
    """Put text outside of paragraphs into paragraphs, in place, so that no sentence is split."""
    for element in list(tree.iter(etree.Comment, "wbr", "sup")):
        if element.tag == "sup":
            _raise_digits(element)
        elif element.tag == "wbr":
            # The parser treats the text after it as its content.
            element.drop_tag()
        elif element.getparent() is not None:
            element.drop_tree()
    holds_blocks = _holding_blocks(tree)
    for element in list(tree.iter(*_INLINE)):
        # An element around blocks, such as `<font>` around an article, is not part of a line.
        around_blocks = element in holds_blocks and element.tag != "a"
        if around_blocks or element.tag not in _TELLING:
            element.drop_tag()
    _undo_layout_tables(tree)
    for container in list(tree.iter(*_CONTAINERS)):
        if container.tag in ("td", "th"):
            _flatten(container, holds_blocks)
        elif len(container) or _SENTENCE.search(container.text or ""):
            _wrap_lines(container, holds_blocks)


def _holding_blocks(tree: Element) -> set[Element]:
    """Return the elements that contain a block or a line break."""
    holding: set[Element] = set()
    for element in reversed(list(tree.iter(etree.Element))):
        if element in holding or element.tag not in _INLINE:
            holding.add(element.getparent())
    return holding


def _undo_layout_tables(tree: Element) -> None:
    """Turn layout tables into plain blocks. Such a table has most of its text in one cell."""
    lengths: dict[Element, int] = {}
    for element in reversed(list(tree.iter(etree.Element))):
        inside = sum(lengths[child] + len(child.tail or "") for child in element.iterchildren("*"))
        lengths[element] = inside + len(element.text or "")
    for cell in list(tree.iter("td", "th")):
        table = next(cell.iterancestors("table"), None)
        if table is None or lengths[cell] <= max(_CELL_CHARACTERS, lengths[table] // 2):
            continue
        parts = table.iter("tr", "td", "th", "tbody", "thead", "tfoot")
        for part in [part for part in parts if next(part.iterancestors("table"), None) is table]:
            part.tag = "div"
        table.tag = "div"


def _raise_digits(element: Element) -> None:
    """Write 10<sup>3</sup> as 10³, since without the tag it would become 103."""
    if len(element) == 0 and _DIGITS_ABOVE.fullmatch(element.text or ""):
        element.text = (element.text or "").strip().translate(_ABOVE)
        element.drop_tag()


def _flatten(cell: Element, holds_blocks: set[Element]) -> None:
    """Turn the content of a data cell into plain text."""
    if any(child in holds_blocks for child in cell):
        return
    for child in list(cell):
        if child.tag == "br":
            child.tail = " " + (child.tail or "")
            child.drop_tree()
        elif child.tag in _INLINE:
            child.drop_tag()


def _wrap_lines(container: Element, holds_blocks: set[Element]) -> None:
    children: list[Element] = []
    line = etree.Element("p")
    line.text, container.text = container.text, None
    for child in list(container):
        tail, child.tail = child.tail, None
        if child.tag in _INLINE and child not in holds_blocks:
            line.append(child)
            child.tail = tail
            continue
        children += _paragraph(line)
        line = etree.Element("p")
        line.text = tail
        if child.tag != "br":
            children.append(child)
    children += _paragraph(line)
    lines = [child for child in children if child.getparent() is None]
    if not any(_SENTENCE.search("".join(line.itertext())) for line in lines):
        # Text without a sentence may be a button or a caption.
        for line in lines:
            line.tag = "div"
    container[:] = children


def _paragraph(line: Element) -> Iterator[Element]:
    """Yield the line as a paragraph, or its elements if it has only links, as menus do."""
    outside = [line.text or "", *(child.tail or "" for child in line)]
    inside = ["".join(child.itertext()) for child in line if child.tag != "a"]
    if any(c.isalnum() for text in (*outside, *inside) for c in text):
        yield line
    else:
        yield from line


def whole_text(tree: Element) -> str:
    """Return the text of a page as Markdown, with menus, and a paragraph for each block or row.

    It is cut at `MAX_WHOLE_CHARACTERS`, without counting Markdown's own signs.
    """
    parts: list[str] = []
    room = MAX_WHOLE_CHARACTERS
    line: list[str] = []

    def end_line(mark: str = "") -> None:
        nonlocal room
        text = one_line("".join(line)).strip("| ")[: max(room, 0)]
        line.clear()
        if text:
            room -= len(text)
            parts.append(mark + _MARKDOWN.sub(r"\\\g<0>", text))

    skipped = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if room <= 0:
            break
        name = element.tag if isinstance(element.tag, str) else None
        begins = event == "start"
        if name in _LEFT_OUT:
            skipped += 1 if begins else -1
        if not skipped and name in ("td", "th"):
            line.append("" if begins else " | ")
        elif not skipped and name not in _INLINE and name is not None:
            is_heading = not begins and re.fullmatch("h[1-6]", name)
            end_line("## " if is_heading else "")
        if not skipped:
            text = element.text if begins else element.tail
            if name is not None or not begins:
                line.append(text or "")
    end_line()
    return "\n\n".join(parts)


# Extracting the article.

# trafilatura warns of every page without an article. `read_page` raises an error with the file's
# name instead.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_SETTINGS = use_config()
_SETTINGS.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_SETTINGS.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")


def read_page(html: str, name: str) -> FrontMatter:
    """Return the fields of a page's article, and the article as Markdown.

    `name` is the file's name, for messages. A page with more than `MAX_ELEMENTS` elements is taken
    as a whole, up to `MAX_WHOLE_CHARACTERS`, with a notice. Raises `DocumentError` if the page has
    no article.
    """
    tree = page_tree(html)
    if tree is not None:
        if (elements := count_elements(tree)) > MAX_ELEMENTS:
            return _read_whole(tree, elements, name)
        put_in_order(tree)
        flatten_tables(tree)
    page = trafilatura.bare_extraction(
        tree,
        include_comments=False,
        include_formatting=True,
        with_metadata=True,
        prune_xpath=["//template", "//*[@hidden]"],
        config=_SETTINGS,
    )
    text = page.text or "" if isinstance(page, Page) else ""
    if not isinstance(page, Page) or not text.strip():
        raise _no_article(name)
    fields = {
        "title": page.title,
        "date": page.date,
        "outlet": page.sitename or page.hostname,
        "author": page.author,
        "url": page.url,
        "lang": page.language,
    }
    return FrontMatter(
        fields={key: value for key, value in fields.items() if value}, body=cleaned(text)
    )


def _read_whole(tree: Element, elements: int, name: str) -> FrontMatter:
    text = whole_text(tree)
    if not text:
        raise _no_article(name)
    title = tree.findtext(".//title")
    return FrontMatter(
        fields={"title": title, "lang": tree.get("lang")},
        body=cleaned(text),
        notices=(ReadingNotice(reason=_taken_whole(elements)),),
    )


def _no_article(name: str) -> DocumentError:
    return DocumentError(
        en=f"{name} has no article that can be told apart from the rest of the page: save the"
        " article's text as .txt or .md.",
        zh=f"{name} 中找不到可与页面其余部分区分的文章：请把正文另存为 .txt 或 .md。",
    )


def _taken_whole(elements: int) -> Message:
    return Message(
        code="page_taken_whole",
        en=f"Its page has {elements:,} elements, more than {MAX_ELEMENTS:,}, so its text was taken"
        f" whole, menus included, up to {MAX_WHOLE_CHARACTERS:,} characters: save the article's"
        " text as .txt or .md.",
        zh=f"该页面有 {elements:,} 个元素，超过 {MAX_ELEMENTS:,} 个，因此收录了整页文字"
        f"（包括菜单，最多 {MAX_WHOLE_CHARACTERS:,} 个字符）：请把正文另存为 .txt 或 .md。",
    )
