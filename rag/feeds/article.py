"""Make an article of a fetched page, or of a feed's entry that holds the whole text.

The article is Markdown with front matter, so that it is indexed, shown, exported and removed as an
uploaded file is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rag.errors import DocumentError, FetchError
from rag.feeds.addresses import host_of
from rag.feeds.formats import Entry
from rag.ingest.files import decode, shown
from rag.ingest.front_matter import FrontMatter, detect_language, host_name
from rag.ingest.loader import MAX_FILE_BYTES
from rag.messages import Language
from rag.text.characters import cleaned
from rag.text.written_dates import read_published
from rag.types import Published

MAX_PAGE_BYTES = MAX_FILE_BYTES
ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.8"
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""News of the web is not older. Feeds write 1970-01-01 for a date that they don't have."""
LATENESS = timedelta(days=1)
"""How far a clock, or a time zone, may be ahead of ours."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
# Where a page states its date for programs: in a meta element, in JSON-LD, or in microdata.
_STATED = (
    re.compile(r"""<meta\b[^>]*\b(?:property|name|itemprop)\s*=\s*["']?(?:article:published_time"""
               r"""|datePublished|pubdate|publishdate|og:published_time)["'\s][^>]*>""", re.I),
    re.compile(r"""["']datePublished["']\s*:\s*["']([^"']{4,40})["']"""),
    re.compile(r"""<time\b[^>]*\bitemprop\s*=\s*["']?datePublished\b[^>]*>""", re.I),
)  # fmt: skip
_VALUE = re.compile(r"""\b(?:content|datetime)\s*=\s*["']([^"']{4,40})["']""", re.IGNORECASE)
_DECLARED_BYTES = 4096
_BROKEN_SHARE = 0.01
_KINDS = ("text/html", "application/xhtml+xml", "text/plain", "")


@dataclass(frozen=True, kw_only=True)
class Article:
    """The text of an article as Markdown, with what is known about it. `date` is ISO 8601."""

    title: str
    date: str | None
    outlet: str
    author: str | None
    address: str
    body: str

    def file_text(self) -> str:
        """Return the article as a Markdown file with front matter."""
        fields = {
            "title": self.title,
            "date": self.date,
            "outlet": self.outlet,
            "author": self.author,
            "url": self.address,
        }
        # A JSON text is a YAML text too.
        lines = [f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in fields.items() if v]
        return "\n".join(["---", *lines, "---", "", self.body, ""])


def of_page(
    body: bytes, content_type: str, address: str, entry: Entry | None, feed_name: str | None
) -> Article:
    """Return the article of a page. `entry` and `feed_name` are the feed's that led there.

    Raises `FetchError` if the page has no article.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise FetchError(
            en=f"{shown(address)} is {shown(kind[:60])}, not a web page: download it, and add the"
            " file.",
            zh=f"{shown(address)} 的类型是 {shown(kind[:60])}，不是网页：请下载后添加文件。",
        )
    stated: str | None = None
    try:
        text = page_text(body, content_type, shown(address))
        stated = _stated_date(text)
        matter = FrontMatter(fields={}, body=text) if kind == "text/plain" else _read(text, address)
    except DocumentError as error:
        raise FetchError(en=error.message.en, zh=error.message.zh) from None
    return _article(matter, address, entry, feed_name, stated)


def of_entry(entry: Entry, feed_name: str) -> Article:
    """Return the article that a feed's entry holds as a whole. Raises `FetchError` if none."""
    page = f"<html><body><article>{entry.content}</article></body></html>"
    try:
        matter = _read(cleaned(page.replace("\0", "")), entry.address)
    except DocumentError as error:
        raise FetchError(en=error.message.en, zh=error.message.zh) from None
    # What a page says about itself is not in an entry. Its first bold word is no title.
    return _article(FrontMatter(fields={}, body=matter.body), entry.address, entry, feed_name)


def page_text(body: bytes, content_type: str, name: str) -> str:
    """Return the text of a page in its declared encoding, else in one that fits.

    Raises `DocumentError` if no encoding fits.
    """
    head = body[:_DECLARED_BYTES].decode("ascii", errors="replace")
    for declared in (_CHARSET.search(content_type), _CHARSET.search(head)):
        # Every text in GB 2312 or GBK is also one in GB 18030.
        known = {"gb2312": "gb18030", "gbk": "gb18030"}
        encoding = known.get(declared[1].lower(), declared[1].lower()) if declared else ""
        try:
            text = body.decode(encoding, errors="replace") if encoding else ""
        except (LookupError, ValueError):
            continue
        if text and text.count("\ufffd") <= _BROKEN_SHARE * len(text):
            return cleaned(text.replace("\0", ""))
    return decode(body, name)


def _read(page: str, address: str) -> FrontMatter:
    # Imported here because it takes a moment, and most runs find nothing new.
    from rag.ingest.web_page import read_page

    return read_page(page, shown(address))


def _stated_date(page: str) -> str | None:
    """Return the date of publication that a page states for programs, as it is written there."""
    for pattern in _STATED:
        for match in pattern.finditer(page):
            value = match[1] if pattern.groups else _VALUE.search(match[0])
            if value:
                return value if isinstance(value, str) else value[1]
    return None


def _article(
    matter: FrontMatter,
    address: str,
    entry: Entry | None,
    feed_name: str | None,
    stated: str | None = None,
) -> Article:
    language = detect_language(matter.body, None)
    told = _plausible(read_published(entry.date, language)) if entry else None
    own = _plausible(read_published(stated, language)) if stated else None
    title = (entry.title if entry else "") or matter.title or ""
    return Article(
        title=title,
        date=_written(_likelier(own, told) or _guessed(matter, language)),
        outlet=_outlet(matter, address, entry, feed_name),
        author=(entry.author if entry else None) or matter.author,
        address=address,
        body=matter.body,
    )


def _guessed(matter: FrontMatter, language: Language) -> Published | None:
    """Return the date that was found in the page's text or address.

    The first of January is what a bare year gives, and that may be any year in the text.
    """
    found = _plausible(read_published(matter.fields.get("date"), language))
    return None if found and (found.moment.month, found.moment.day) == (1, 1) else found


def _outlet(matter: FrontMatter, address: str, entry: Entry | None, feed_name: str | None) -> str:
    """Return who published it: the page's own name, else the feed's, else the host."""
    host = host_name(address) or host_of(address)
    own = matter.outlet
    if own and own.removeprefix("www.").casefold() != host:
        return own
    return (entry.outlet if entry else None) or feed_name or host


def _plausible(date: Published | None) -> Published | None:
    """Return the date, or None if no article can have it: long ago, or still to come."""
    if date is None or not EARLIEST <= date.moment <= datetime.now(UTC) + LATENESS:
        return None
    return date


def _likelier(own: Published | None, told: Published | None) -> Published | None:
    """Return the likelier of the date that the page states and the feed's.

    The page's, since a feed's is often that of its own making; but if they are within two days of
    each other, the one that has a time of the day.
    """
    if own is None or told is None:
        return own or told
    near = abs(own.moment - told.moment) <= timedelta(days=2)
    return told if near and told.precision == "minute" != own.precision else own


def _written(date: Published | None) -> str | None:
    """Return the date in ISO 8601, with its zone if it was given."""
    if date is None:
        return None
    if date.precision != "minute" or date.zone_assumed:
        return str(date)
    return date.moment.isoformat(timespec="minutes")
