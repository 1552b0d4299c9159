"""Read Markdown into blocks of text, by walking the tokens of markdown-it.

A block is a paragraph, a heading, an entry of a list, a table, a piece of code or an image.
`rag.ingest.boilerplate` decides which blocks become part of `Document.text`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.emphasis import tokenize as commonmark_emphasis
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from rag.ingest.table_grids import read_table, split_tables, with_plain_tables
from rag.ingest.tables import table_lines
from rag.text.characters import cleaned, is_cjk, one_line
from rag.text.table_rows import ROWS_FENCE

BlockKind = Literal["paragraph", "heading", "item", "table", "code", "image"]

MAX_HEADING_CHARACTERS = 80

_BULLETS = "▍▎▌▋■□◆◇●○★☆▶►▷▪▫•·|｜丨#＃*—–-"
_HEADING_NEVER_ENDS = "。.；;，,、…"
_STRAY_EMPHASIS = re.compile(r"\*{2,}")
_CJK_SENTENCE_END = re.compile(r"[。！？…][”’」』）】》]*$")
_HEADING_SIGNS = re.compile(r"#{1,6} ")
_HTML_BLOCKS = {
    "p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section",
    "article", "figure", "figcaption", "td", "th", "pre", "dt", "dd",
}  # fmt: skip
_HTML_DROPPED = {"script", "style", "iframe", "template", "noscript", "svg", "object", "textarea"}
_HTML_WORTH_A_NOTE = re.compile(
    r"<\s*(?:img|video|audio|embed|form|" + "|".join(sorted(_HTML_DROPPED)) + r")\b", re.IGNORECASE
)
_TAG = re.compile(r"</?([A-Za-z][\w-]*)")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block of an article.

    `lines` are the lines of its source. A paragraph joins them; a table or code keeps them.
    `marker` is the Markdown sign before the text (`## `, `- `). `lead` is the bold text at the
    start. `images` are its images, as Markdown. `captioned` is True if the text is right after an
    image. `link` is the address if the block is nothing but a link.
    """

    kind: BlockKind
    lines: tuple[str, ...]
    marker: str = ""
    lead: str = ""
    images: tuple[str, ...] = ()
    captioned: bool = False
    link: str | None = None

    @property
    def plain(self) -> str:
        """The text without its marker."""
        if self.kind in ("table", "code"):
            return "\n".join(self.lines)
        parts = list(self.lines[:1])
        for before, line in pairwise(self.lines):
            # Chinese has no blanks between words.
            parts += [line] if is_cjk(before[-1:]) or is_cjk(line[:1]) else [" ", line]
        return "".join(parts)

    @property
    def text(self) -> str:
        """The text with its marker, as it appears in a document."""
        if self.marker:
            return self.marker + self.plain
        # A blank before the signs, so that a line that is not a heading is not read as one.
        return "\n".join(f" {x}" if _HEADING_SIGNS.match(x) else x for x in self.plain.split("\n"))


def parse_blocks(source: str) -> tuple[Block, ...]:
    """Return the blocks of a Markdown text, in order. Each has a text or an image."""
    return tuple(_BlockReader().read(_parser().parse(with_plain_tables(source))))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Articles often have indented paragraphs, and hardly ever indented code.
    parser.disable("code")
    parser.inline.ruler.at("emphasis", _emphasis)
    return parser


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Parse emphasis as CommonMark does, except for `*` next to a CJK character.

    There, `*` opens emphasis if no blank follows, and closes it if no blank comes before. In
    CommonMark `**《早报》讯**在` is not bold, because its end is between a punctuation mark and a
    letter, and Chinese has no blank there.
    """
    start = state.pos
    if silent or state.src[start] != "*":
        return commonmark_emphasis(state, silent)
    length = state.scanDelims(start, True).length
    before = state.src[start - 1 : start] or " "
    after = state.src[start + length : start + length + 1] or " "
    if not (is_cjk(before) or is_cjk(after) or before in "“”‘’…—" or after in "“”‘’…—"):
        return commonmark_emphasis(state, silent)
    for _ in range(length):
        state.push("text", "", 0).content = "*"
        state.delimiters.append(
            Delimiter(
                marker=ord("*"),
                length=length,
                token=len(state.tokens) - 1,
                end=-1,
                open=not after.isspace(),
                close=not before.isspace(),
            )
        )
    state.pos += length
    return True


@dataclass(kw_only=True)
class _Line:
    """A line of inline text while it is being read."""

    text: list[str] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    leading: bool = True
    images: list[str] = field(default_factory=list)
    captioned: bool = False
    links: list[str] = field(default_factory=list)
    empty: bool = True
    outside_links: bool = False
    breaks_paragraph: bool = False

    def add(self, text: str, *, bold: bool, linked: bool) -> None:
        self.text.append(text)
        blank = not text.strip(" *\t\u3000")
        self.leading = self.leading and (bold or blank)
        if self.leading:
            self.lead.append(text)
        self.empty = self.empty and blank
        self.outside_links = self.outside_links or not (linked or blank)

    def add_image(self, image: str) -> None:
        self.images.append(one_line(image))
        self.captioned = self.captioned or self.empty

    @property
    def plain(self) -> str:
        return _plain(self.text)


def _plain(parts: Sequence[str]) -> str:
    """Return the text on one line, without asterisks that are not valid Markdown."""
    return one_line(_STRAY_EMPHASIS.sub("", "".join(parts)))


class _BlockReader:
    """Reads the blocks from the tokens of a document, and tracks open lists and tables."""

    def __init__(self) -> None:
        self._markers: list[str] = []
        self._heading: Token | None = None
        self._cells: list[str] | None = None
        self._rows: list[list[str]] = []
        self._above = ""

    def read(self, tokens: Sequence[Token]) -> Iterator[Block]:
        for block in self._blocks(tokens):
            self._above = block.plain
            yield block

    def _blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        for token in tokens:
            if token.type == "inline":
                yield from self._inline(token)
            elif token.type == "html_block":
                yield from _html(token.content, self._above)
            elif token.type == "fence":
                yield from _code(token.content, token.info)
            elif token.type == "table_close":
                if lines := table_lines(self._rows, self._above):
                    yield Block(kind="table", lines=lines)
                self._rows = []
            else:
                self._enter_or_leave(token)

    def _enter_or_leave(self, token: Token) -> None:
        if token.type == "list_item_open":
            self._markers.append(f"{token.info}{token.markup} " if token.info else "- ")
        elif token.type == "list_item_close":
            self._markers.pop()
        elif token.type in ("heading_open", "heading_close"):
            self._heading = token if token.nesting == 1 else None
        elif token.type == "tr_open":
            self._cells = []
        elif token.type == "tr_close":
            if self._cells is not None:
                self._rows.append(self._cells)
            self._cells = None

    def _inline(self, token: Token) -> Iterator[Block]:
        lines = _InlineReader().read(token.children or ())
        if self._cells is not None:
            self._cells.append(" ".join(line.plain for line in lines).strip())
        elif self._heading is not None:
            yield from _heading(self._heading, lines)
        else:
            for block in _paragraphs(lines):
                yield self._entry(block) if self._markers else block

    def _entry(self, block: Block) -> Block:
        if block.kind == "image":
            return block
        marker, self._markers[-1] = self._markers[-1], ""
        return replace(block, kind="item", marker=marker)


class _InlineReader:
    """Reads the lines from the tokens of inline text."""

    def __init__(self) -> None:
        self._lines = [_Line()]
        self._bold = 0
        self._linked = False
        self._hidden: str | None = None

    def read(self, tokens: Sequence[Token]) -> list[_Line]:
        for token in tokens:
            if token.type == "html_inline":
                self._tag(token.content)
            elif self._hidden is None:
                self._token(token)
        return self._lines

    def _token(self, token: Token) -> None:
        line = self._lines[-1]
        if token.type in ("text", "code_inline"):
            line.add(token.content, bold=self._bold > 0, linked=self._linked)
        elif token.type in ("strong_open", "strong_close"):
            self._bold += token.nesting
        elif token.type == "link_open":
            self._linked = True
            line.links.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            self._linked = False
        elif token.type == "image":
            line.add_image(f"![{token.content}]({token.attrGet('src') or ''})")
        elif token.type in ("softbreak", "hardbreak"):
            self._break(is_paragraph=token.type == "hardbreak")

    def _tag(self, source: str) -> None:
        match = _TAG.match(source)
        name = match[1].lower() if match else ""
        closes = source.startswith("</")
        if self._hidden:
            self._hidden = None if closes and name == self._hidden else self._hidden
        elif name in _HTML_DROPPED and not closes:
            self._hidden = name
        elif name == "br":
            self._break(is_paragraph=True)
        elif name == "img":
            self._lines[-1].add_image(source)
        elif name in ("b", "strong"):
            self._bold = max(0, self._bold + (-1 if closes else 1))

    def _break(self, *, is_paragraph: bool) -> None:
        self._lines[-1].breaks_paragraph = is_paragraph
        self._lines.append(_Line())


def _heading(token: Token, lines: list[_Line]) -> Iterator[Block]:
    text = " ".join(line.plain for line in lines).strip()
    under_lined = token.markup in ("=", "-")
    images = tuple(image for line in lines for image in line.images)
    if images:
        yield Block(kind="image", lines=(), images=images)
    if len(text) > (MAX_HEADING_CHARACTERS if under_lined else 2 * MAX_HEADING_CHARACTERS) or (
        under_lined and text.endswith(tuple(_HEADING_NEVER_ENDS))
    ):
        # A rule right below a paragraph makes it a heading by mistake.
        yield Block(kind="paragraph", lines=(text,))
    elif text := text.strip(_BULLETS + " ") or text:
        yield Block(kind="heading", lines=(text,), marker="#" * int(token.tag[1]) + " ")


def _paragraphs(lines: list[_Line]) -> Iterator[Block]:
    """Yield the paragraphs of one Markdown paragraph, split at line breaks that end one."""
    pending: list[_Line] = []
    image_above = False
    for line in lines:
        # A caption is often on the line below its image.
        line.captioned = line.captioned or image_above
        image_above = bool(line.images) and line.empty
        pending.append(line)
        if line.breaks_paragraph or _CJK_SENTENCE_END.search(line.plain) or line.images:
            yield from _paragraph(pending)
            pending = []
    yield from _paragraph(pending)


def _paragraph(lines: list[_Line]) -> Iterator[Block]:
    texts = tuple(text for line in lines if (text := line.plain))
    images = tuple(image for line in lines for image in line.images)
    if not texts:
        if images:
            yield Block(kind="image", lines=(), images=images)
        return
    lead = _plain(lines[0].lead)
    links = [link for line in lines for link in line.links]
    only_link = len(links) == 1 and not any(line.outside_links for line in lines)
    block = Block(
        kind="paragraph",
        lines=texts,
        lead=lead,
        images=images,
        captioned=lines[0].captioned,
        link=links[0] if only_link else None,
    )
    if not images and not only_link and lead == texts[0] and len(texts) == 1:
        title = texts[0].strip(_BULLETS + " ")
        if title and _looks_like_heading(title):
            block = Block(kind="heading", lines=(title,), marker="## ", lead=lead)
    yield block


def _looks_like_heading(text: str) -> bool:
    limit = MAX_HEADING_CHARACTERS // 2 if any(map(is_cjk, text)) else MAX_HEADING_CHARACTERS
    if len(text) > limit or text.endswith(tuple(_HEADING_NEVER_ENDS)):
        return False
    return not re.search(r"[。！？!?][”’」』）)]*.", text)


def _html(source: str, above: str) -> Iterator[Block]:
    """Yield the paragraphs and tables of an HTML block, without scripts and styles."""
    for part, is_table in split_tables(source):
        caption, rows = read_table(part) if is_table else ("", [])
        if lines := table_lines(rows, caption or above):
            if caption:
                yield Block(kind="paragraph", lines=(caption,))
            yield Block(kind="table", lines=lines)
        elif part:
            yield from _html_paragraphs(part)


def _html_paragraphs(source: str) -> Iterator[Block]:
    safe = nh3.clean(
        source, tags=_HTML_BLOCKS, attributes={}, clean_content_tags=_HTML_DROPPED, link_rel=None
    )
    texts = [one_line(html.unescape(part)) for part in re.split(r"</?\w+>", safe)]
    texts = [text for part in texts if (text := _STRAY_EMPHASIS.sub("", part).strip())]
    for text in texts:
        yield Block(kind="paragraph", lines=(text,))
    if not texts and _HTML_WORTH_A_NOTE.search(source):
        yield Block(kind="image", lines=(), images=(one_line(source),))


def _code(source: str, info: str = "") -> Iterator[Block]:
    if info.strip() == ROWS_FENCE:
        rows = tuple(filter(None, map(one_line, source.split("\n"))))
        if rows:
            yield Block(kind="table", lines=rows)
        return
    lines = [f"    {line.rstrip()}" for line in cleaned(source).split("\n") if line.strip()]
    if lines:
        yield Block(kind="code", lines=tuple(lines))
