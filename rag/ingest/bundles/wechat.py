"""Read saved articles of WeChat accounts: one page, several pages in one file, or merged ones.

The text of such an article is in the element `js_content`. Its account is the outlet, and its time
is that of China.
"""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from lxml import etree

from rag.ingest.bundles.parts import Part
from rag.ingest.front_matter import FrontMatter
from rag.ingest.table_grids import flatten_tables
from rag.ingest.web_page import page_tree, whole_text
from rag.text.characters import cleaned, one_line
from rag.text.written_dates import read_published

BEIJING = timezone(timedelta(hours=8))

_PAGE = re.compile(r"(?i)(?:<!doctype html[^>]*>\s*)?<html[\s>]")
_CONTENT = (
    "//*[@id='js_content' or contains(concat(' ', normalize-space(@class), ' '),"
    " ' rich_media_content ')]"
)
_TITLES = ("activity-name", "rich_media_title", "h1", "h2")
_ACCOUNTS = ("js_name", "profile_nickname", "rich_media_meta_nickname", "account_nickname_inner")
_TIMES = ("publish_time", "js_publish_time", "rich_media_meta_text")
_SCRIPTED = r"\bvar\s+{}\s*=\s*(?:htmlDecode\()?[\"']([^\"'\n]{{1,2048}})[\"']"
_ADDRESS = re.compile(r"https?://mp\.weixin\.qq\.com/s[?/][^\s\"'<>]+")


def read_wechat(html: str) -> tuple[Part, ...]:
    """Return the articles of saved WeChat pages."""
    starts = [match.start() for match in _PAGE.finditer(html)] or [0]
    ends = [*starts[1:], len(html)]
    starts[0] = 0
    pages = [html[a:b] for a, b in zip(starts, ends, strict=True)]
    return tuple(found for page in pages for found in _articles(page))


def _articles(page: str) -> Iterator[Part]:
    tree: Any = page_tree(page)
    if tree is None:
        return
    found = [c for c in tree.xpath(_CONTENT) if not c.xpath(f"ancestor::{_CONTENT[2:]}")]
    holding = Counter(above for content in found for above in content.iterancestors())
    alone = len(found) == 1
    for content in found:
        around = _around(content, holding)
        scripts = page if alone else "\n".join(around.xpath(".//script/text()"))
        fields = _fields(around, scripts, tree if alone else None)
        source = etree.tostring(content, encoding="unicode", with_tail=False)
        flatten_tables(content)
        body = cleaned(whole_text(content))
        if any(character.isalnum() for character in body):
            yield Part(
                line=None,
                own_id=None,
                matter=FrontMatter(fields=fields, body=body),
                source="\n".join([*map(str, fields.values()), source]),
            )


def _around(content: Any, holding: Mapping[Any, int]) -> Any:
    """Return the largest element around an article that holds no other one."""
    alone = [above for above in content.iterancestors() if holding[above] == 1]
    return alone[-1] if alone else content


def _fields(around: Any, scripts: str, tree: Any) -> dict[str, object]:
    time = _scripted("ct", scripts) or _scripted("create_time", scripts)
    title = _named(around, _TITLES) or _meta(tree, "og:title") or _scripted("msg_title", scripts)
    account = _named(around, _ACCOUNTS) or _scripted("nickname", scripts)
    address = _meta(tree, "og:url") or _scripted("msg_link", scripts)
    if not address:
        links = around.xpath(".//a/@href")
        address = next((link for link in links if _ADDRESS.fullmatch(link)), None)
    day = moment_of(time) or next(
        (text for text in _texts(around, _TIMES) if read_published(text, "zh")), None
    )
    fields = {"title": title, "outlet": account, "date": day, "url": address}
    return {key: value for key, value in fields.items() if value}


def moment_of(seconds: object) -> datetime | None:
    """Return a Unix time as a moment in China, or None if it is none."""
    text = str(seconds or "")
    if not re.fullmatch(r"\d{10}(?:\d{3})?", text):
        return None
    return datetime.fromtimestamp(int(text[:10]), BEIJING)


def _scripted(name: str, scripts: str) -> str | None:
    match = re.search(_SCRIPTED.format(name), scripts)
    return one_line(entities.unescape(match[1])).replace("\\x26amp;", "&") if match else None


def _meta(tree: Any, name: str) -> str | None:
    if tree is None:
        return None
    values = tree.xpath(f"//meta[@property='{name}' or @name='{name}']/@content")
    return one_line(values[0]) if values and values[0].strip() else None


def _named(around: Any, names: tuple[str, ...]) -> str | None:
    return next(_texts(around, names), None)


def _texts(around: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts of the elements with these names (tag, id or class), outside the article."""
    for name in names:
        for element in around.xpath(
            f".//{name if name in ('h1', 'h2') else '*'}[{_is_named(name)}]"
            f"[not(ancestor-or-self::{_CONTENT[2:]})]"
        ):
            if text := one_line("".join(element.itertext())):
                yield text


def _is_named(name: str) -> str:
    if name in ("h1", "h2"):
        return "true()"
    return f"@id='{name}' or contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"
