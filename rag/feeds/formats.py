"""Read feeds: RSS and Atom with feedparser, and JSON Feed (jsonfeed.org) by hand.

The only user of feedparser. A feed that declares an XML entity is refused, so none is ever
resolved, and no file or address that a feed names is opened by the parser.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import html as lxml_html

from rag.errors import FetchError
from rag.feeds.addresses import usable_address
from rag.ingest.files import shown
from rag.ingest.front_matter import MAX_TITLE_CHARACTERS
from rag.text.characters import HAN_CHARACTER, one_line

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9,"
    " application/json;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
MAX_FEED_BYTES = 5 * 1024**2
MAX_ENTRIES = 500
"""The most entries that are read of a feed. They come first in the feed, and are its newest."""
MAX_TAGS = 50_000
MAX_DEPTH = 1_000
"""The most tags of a feed, and the most open at once: the parser's time grows with the square."""
FULL_TEXT_LETTERS = 900
"""The least length of an entry's text to be the whole article. A Han character counts as three."""

_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
_ENTITY = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
# Sections whose text holds no tags, by their beginning, with their end.
_SECTIONS = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
_CUT = re.compile(r"(?:…|\.\.\.|\[\.\.\.\]|\[…\]|\[&hellip;\])\W*$")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of a feed. `content` is the whole article as HTML, or empty for a teaser.

    `date` is written as in the feed. `fingerprint` changes if the feed says something else.
    """

    address: str
    title: str
    date: str | None
    outlet: str | None
    author: str | None
    content: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class FeedContent:
    """What a feed says. `unusable` is the number of entries without an address, or beyond the most.

    `damaged` is true if it is not well-formed; then no text of it is taken for a whole article.
    """

    title: str
    entries: tuple[Entry, ...]
    unusable: int
    damaged: bool


def read_feed(data: bytes, content_type: str, address: str) -> FeedContent:
    """Read a feed that came from `address`. Raises `FetchError` if it is none."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _read_json(data, address)
    # UTF-16 has a NUL in each of these characters.
    plain = data.replace(b"\0", b"")
    if _ENTITY.search(plain):
        raise FetchError(
            en=f"{shown(address)} declares XML entities, which no feed needs: it is not read.",
            zh=f"{shown(address)} 声明了 XML 实体，正常的订阅源不需要：不予读取。",
        )
    if not _is_parsable(plain):
        raise FetchError(
            en=f"{shown(address)} has more than {MAX_TAGS:,} tags, or {MAX_DEPTH:,} within each"
            " other: it is not read.",
            zh=f"{shown(address)} 的标签超过 {MAX_TAGS:,} 个，或嵌套超过 {MAX_DEPTH:,} 层："
            "不予读取。",
        )
    headers = {"content-location": address, "content-type": content_type or "application/xml"}
    # As a stream: feedparser would open a text that looks like a file or an address.
    try:
        parsed = feedparser.parse(io.BytesIO(data), response_headers=headers)
    except Exception:
        # It is written for what sites send by mistake, not for what they send on purpose.
        raise _no_feed(address) from None
    if not parsed.get("version") and not parsed.entries:
        raise _no_feed(address)
    damaged = bool(parsed.bozo) and not isinstance(parsed.get("bozo_exception"), _HARMLESS)
    title = _plain(parsed.feed.get("title"))
    # As plain dictionaries, without feedparser's guesses for keys that are not there.
    found = [_xml_entry(dict(entry), address, damaged) for entry in parsed.entries[:MAX_ENTRIES]]
    return _content(title, found, len(parsed.entries), damaged)


def _is_parsable(data: bytes) -> bool:
    """Return True if the tags of a feed are few enough for the parser. Takes linear time."""
    tags = depth = 0
    place = data.find(b"<")
    while place >= 0 and tags <= MAX_TAGS and depth <= MAX_DEPTH:
        mark = next((m for m in _SECTIONS if data.startswith(m, place)), None)
        end = data.find(_SECTIONS[mark] if mark else b">", place)
        if end < 0:
            break
        if mark is None:
            tags += 1
            closes, alone = data[place + 1 : place + 2] in b"/", data[end - 1 : end] in b"/?"
            depth += -1 if closes else 0 if alone else 1
        place = data.find(b"<", end)
    return tags <= MAX_TAGS and depth <= MAX_DEPTH


def _content(title: str, found: list[Entry | None], count: int, damaged: bool) -> FeedContent:
    entries = {entry.address: entry for entry in reversed(found) if entry}
    return FeedContent(
        title=title,
        entries=tuple(reversed(entries.values())),
        unusable=found.count(None) + count - len(found),
        damaged=damaged,
    )


def _xml_entry(entry: Mapping[str, Any], base: str, damaged: bool) -> Entry | None:
    contents = [part.get("value") or "" for part in entry.get("content", ())]
    summary = str(entry.get("summary") or "")
    content = max([*contents, ""], key=len)
    date = entry.get("published") or entry.get("updated") or entry.get("created")
    parsed = entry.get("published_parsed") or entry.get("updated_parsed")
    if parsed and not re.search(r"\d{4}", str(date or "")):
        date = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parsed[:6])
    source = entry.get("source")
    return _entry(
        base=base,
        link=entry.get("link"),
        title=entry.get("title"),
        date=date,
        outlet=source.get("title") if isinstance(source, Mapping) else None,
        author=entry.get("author"),
        # Some feeds have the whole article in the description, and nothing beside it.
        content="" if damaged else content or summary,
        rest=f"{summary}\n{entry.get('updated')}",
    )


def _read_json(data: bytes, address: str) -> FeedContent:
    try:
        value = json.loads(data.decode("utf-8-sig"))
        if not str(value["version"]).startswith("https://jsonfeed.org/version/"):
            raise _no_feed(address)
        items = [item for item in value["items"] if isinstance(item, dict)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _no_feed(address) from None
    found = [_json_entry(item, value, address) for item in items[:MAX_ENTRIES]]
    return _content(_plain(value.get("title")), found, len(items), False)


def _json_entry(item: Mapping[str, Any], feed: Mapping[str, Any], base: str) -> Entry | None:
    text = item.get("content_text")
    lines = str(text).split("\n") if isinstance(text, str) else []
    paragraphs = "".join(f"<p>{_escaped(line)}</p>" for line in lines if line.strip())
    authors = item.get("authors") or feed.get("authors") or [item.get("author")]
    first = authors[0] if isinstance(authors, list) and authors else None
    return _entry(
        base=base,
        link=item.get("url") or item.get("external_url") or _address_in(item.get("id")),
        title=item.get("title"),
        date=item.get("date_published") or item.get("date_modified"),
        outlet=None,
        author=first.get("name") if isinstance(first, dict) else None,
        content=str(item.get("content_html") or paragraphs),
        rest=f"{item.get('summary')}\n{item.get('date_modified')}",
    )


def _entry(
    *,
    base: str,
    link: object,
    title: object,
    date: object,
    outlet: object,
    author: object,
    content: str,
    rest: str,
) -> Entry | None:
    """Return the entry, or None if it has no usable address."""
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        address = usable_address(urljoin(base, link.strip()))
    except (FetchError, ValueError):
        return None
    said = json.dumps([str(title), str(date), content, rest], ensure_ascii=False)
    return Entry(
        address=address,
        title=_plain(title)[:MAX_TITLE_CHARACTERS],
        date=one_line(date)[:100] if isinstance(date, str) else None,
        outlet=_plain(outlet)[:80] or None,
        author=_plain(author)[:80] or None,
        content=content if is_whole(content) else "",
        fingerprint=hashlib.sha256(said.encode(errors="replace")).hexdigest(),
    )


def is_whole(content: str) -> bool:
    """Return True if the HTML of an entry is long enough for an article, and is not cut short."""
    text = one_line(_plain(content))
    letters = sum(c.isalnum() for c in text) + 2 * len(HAN_CHARACTER.findall(text))
    return letters >= FULL_TEXT_LETTERS and not _CUT.search(text[-40:])


def feed_links(page: str, address: str) -> tuple[str, ...]:
    """Return the addresses of the feeds that a web page names in its head."""
    try:
        tree = lxml_html.fromstring(page)
    except (ValueError, lxml_html.etree.ParserError):
        return ()
    found = []
    for link in tree.iter("link"):
        kind = (link.get("type") or "").lower()
        feed = kind.endswith(("rss+xml", "atom+xml", "feed+json"))
        if feed and "alternate" in (link.get("rel") or "").lower() and link.get("href"):
            try:
                found.append(usable_address(urljoin(address, link.get("href").strip())))
            except (FetchError, ValueError):
                continue
    return tuple(dict.fromkeys(found))


def _plain(value: object) -> str:
    """Return the text of a piece of HTML, on one line."""
    if not isinstance(value, str):
        return ""
    if "<" not in value and "&" not in value:
        return one_line(value)
    try:
        tree = lxml_html.fromstring(f"<div>{value}</div>")
    except (ValueError, lxml_html.etree.ParserError):
        return one_line(_TAG.sub(" ", value))
    return one_line("".join(tree.itertext()))


def _address_in(identity: object) -> str | None:
    return identity if isinstance(identity, str) and "://" in identity else None


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _no_feed(address: str) -> FetchError:
    return FetchError(
        en=f"{shown(address)} is no feed: give the address of an RSS, Atom or JSON feed, or fetch"
        " the page itself with `rag fetch`.",
        zh=f"{shown(address)} 不是订阅源：请给出 RSS、Atom 或 JSON Feed 的地址，"
        "或用 `rag fetch` 抓取该网页。",
    )
