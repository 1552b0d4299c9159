"""Read the articles of a JSON file: a list of records, also inside others, as programs export them.

Known are the names of fields that NewsAPI, GDELT, JSON Feed, exporters of WeChat accounts and
WeChat's own interface use. A file that breaks off is read up to the break and beyond it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rag.errors import DocumentError
from rag.ingest.bundles.parts import MAX_PARTS, NoArticles, Part, as_markdown
from rag.ingest.bundles.wechat import moment_of
from rag.ingest.field_blocks import ReadingNotice
from rag.ingest.front_matter import FrontMatter, flat_fields, key_of
from rag.ingest.web_page import page_tree, whole_text
from rag.messages import Message
from rag.text.characters import cleaned, one_line

MAX_DEPTH = 12
_LONGEST_ID = 200
_COUNTED_DIGITS = 7
_LONGEST_RECORD = 1_000_000
_MAX_BROKEN = 1_000

# Names without signs between their words (`key_of`).
_TEXT = (
    "text", "content", "contenttext", "contentnoencode", "contenthtml", "html", "body",
    "articlebody", "fulltext", "maintext", "正文", "内容", "全文", "文章内容",
)  # fmt: skip
_SHORT = ("description", "digest", "summary", "abstract", "摘要", "snippet", "trailtext")
_OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "title": ("headline", "标题", "文章标题", "name"),
    "outlet": (
        "公众号", "公众号名称", "账号", "account", "accountname", "nickname", "mpname",
        "sourcename", "domain", "publicationname",
    ),
    "url": ("contenturl", "articleurl", "weburl", "shorturl", "文章链接"),
    "date": (
        "seendate", "ct", "createtime", "sendtime", "webpublicationdate", "datepublishedutc",
        "updatetime", "发布日期",
    ),
    "lang": ("sourcelanguage",),
    "id": ("guid", "aid", "articleid", "uuid"),
}  # fmt: skip
_TITLES = ("title", "headline", "标题", "文章标题")
_URLS = ("url", "link", "链接", "原文链接", *_OTHER_NAMES["url"])
# Values of these are parts of an article, not other articles.
_OF_AN_ARTICLE = frozenset("source author authors outlet publisher params extra".split())
_MARKUP = re.compile(
    r"</?(?:p|div|br|span|section|h[1-6]|a|img|strong|em|ul|li|table)\b[^>]*>", re.IGNORECASE
)
_CUT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d+ chars\]\s*$")
_WECHAT = re.compile(r"https?://mp\.weixin\.qq\.com/")
_RECORD = re.compile(r'\{\s*"')
_PAIR = re.compile(r'"([^"\\\n]{1,40})"\s*:\s*"((?:[^"\\]|\\.)*)("|\Z)', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Records:
    """The articles of a file, and the notices about the file."""

    parts: tuple[Part, ...]
    notices: tuple[ReadingNotice, ...]


def read_records(text: str, name: str) -> Records:
    """Return the articles of a JSON file. `name` is the file's name, for messages.

    Raises `NoArticles` if no record has a title or text of an article, and `DocumentError` if it is
    no JSON and no record can be saved.
    """
    notices: list[ReadingNotice] = []
    try:
        found = list(_records(json.loads(text, parse_constant=str, strict=False), {}, 0))
    except (ValueError, RecursionError) as error:
        found, place = _salvaged(text), getattr(error, "pos", 0)
        line = text.count("\n", 0, place) + 1
        notices.append(ReadingNotice(line=line, reason=_broken(line)))
    parts = [part for record in found if (part := _part(record))]
    if not parts:
        broken = DocumentError if notices else NoArticles
        raise broken(
            en=f"{name} holds no articles: give a list of objects with “title” and “text”"
            " (or “content”), or move it elsewhere.",
            zh=f"{name} 中没有文章：请给出含有“title”和“text”（或“content”）的对象列表，"
            "或将文件移走。",
        )
    bare = sum(part.matter.fields.get("hasnotext") is True for part in parts)
    if bare:
        notices.append(ReadingNotice(reason=_only_titles(bare)))
    return Records(parts=tuple(parts[: MAX_PARTS + 1]), notices=tuple(notices))


def _records(value: Any, above: Mapping[str, object], depth: int) -> Iterator[dict[str, object]]:
    """Yield the records within a value. They inherit from the objects around them (an account)."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _records(item, above, depth)
        return
    if isinstance(value, str) and value[:1] in "[{" and depth:
        # WeChat puts a list as text into a field.
        try:
            yield from _records(json.loads(value, strict=False), above, depth + 1)
        except (ValueError, RecursionError):
            return
        return
    if not isinstance(value, dict):
        return
    own = {key_of(k): v for k, v in value.items() if not isinstance(v, dict | list)}
    own |= {key_of(k): v for k, v in value.items() if key_of(k) in _OF_AN_ARTICLE}
    others = [v for k, v in value.items() if key_of(k) not in own or key_of(k).endswith("list")]
    passed = {**above, **{k: v for k, v in own.items() if not _is_of_one(k)}}
    for other in others:
        # The time of a message belongs to the articles beside it.
        if isinstance(other, dict) and not _is_article(other):
            passed |= {
                key_of(k): v
                for k, v in other.items()
                if isinstance(v, str | int) and key_of(k) in ("datetime", "createtime", "nickname")
            }
    inner = [record for other in others for record in _records(other, passed, depth + 1)]
    if _is_article(own) and (not inner or "contenturl" in own or any(own.get(k) for k in _TEXT)):
        yield {**above, **own}
    yield from inner


def _is_of_one(key: str) -> bool:
    """Return True if a field belongs to one article and is not inherited."""
    names = ("title", "url", "link", "id", *_TEXT, *_SHORT)
    return key in names or any(key in _OTHER_NAMES[k] for k in ("title", "url", "id"))


def _is_article(value: Mapping[str, object]) -> bool:
    """Return True for a record with a text, or with a title and an address, or a dated summary."""
    keys = {key_of(k) for k, v in value.items() if isinstance(v, str) and v.strip()}
    if keys & set(_TEXT):
        return True
    is_dated = any(
        word in key_of(key) for key in value for word in ("date", "time", "日期", "时间")
    )
    return bool(keys & set(_TITLES)) and bool(
        keys & set(_URLS) or (keys & set(_SHORT) and is_dated)
    )


def _part(record: Mapping[str, object]) -> Part | None:
    fields = flat_fields(record)
    for name, others in _OTHER_NAMES.items():
        value = next((fields[k] for k in others if fields.get(k) not in (None, "")), None)
        if not fields.get(name) and value is not None:
            fields[name] = value
    texts = [_CUT.sub("", v) for k in _TEXT if isinstance(v := fields.pop(k, None), str)]
    shorts = [v for k in _SHORT if isinstance(v := fields.pop(k, None), str)]
    body = max((_as_body(text) for text in texts), key=len, default="")
    short = max((_as_body(text) for text in shorts), key=len, default="")
    # Free services cut the text short, and the summary may then say more.
    body = body if len(body) >= len(short) else short
    title = fields.get("title")
    if not body and isinstance(title, str):
        fields["hasnotext"] = True
        body = as_markdown(title)
    if not any(character.isalnum() for character in body):
        return None
    if _WECHAT.match(str(fields.get("url") or fields.get("link") or "")):
        for key in ("date", "publishtime", "createtime", "datetime", "updatetime", "发布时间"):
            fields[key] = moment_of(fields.get(key)) or fields.get(key)
    # Counts of readers and likes change with every export, and are no part of the article.
    said = [str(fields.get(name)) for name in ("title", "date", "outlet", "url")]
    return Part(
        line=None,
        own_id=_own_id(fields),
        matter=FrontMatter(fields={k: v for k, v in fields.items() if v is not None}, body=body),
        source="\n".join([*said, body]),
    )


def _own_id(fields: Mapping[str, object]) -> str | None:
    """Return an id that stays when the file is exported again, or None.

    A small number may only count the rows. An address of WeChat is followed by what differs from
    reader to reader.
    """
    own = fields.get("id")
    text = one_line(str(own)) if isinstance(own, str | int) else ""
    if 0 < len(text) <= _LONGEST_ID and not (text.isdigit() and len(text) < _COUNTED_DIGITS):
        return text
    url = fields.get("url") or fields.get("link")
    if not isinstance(url, str) or not url.startswith("http"):
        return None
    if _WECHAT.match(url):
        names = parse_qs(urlsplit(url).query)
        kept = [names[name][0] for name in ("__biz", "mid", "idx") if name in names]
        url = " ".join(kept) if len(kept) == 3 else url.partition("?")[0]
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def _as_body(text: str) -> str:
    """Return a text as Markdown. It may be HTML, plain text, or Markdown already."""
    if len(_MARKUP.findall(text)) < 2 and not text.lstrip().startswith("<"):
        return cleaned(text).strip()
    tree = page_tree(f"<html><body><div>{text}</div></body></html>")
    return cleaned(whole_text(tree)) if tree is not None else ""


def _salvaged(text: str) -> list[dict[str, object]]:
    """Return the records of a broken file: those that are whole, and the strings of the others."""
    decoder = json.JSONDecoder(strict=False)
    found: list[dict[str, object]] = []
    places = [match.start() for match in _RECORD.finditer(text)] + [len(text)]
    place = broken = 0
    for start, following in pairwise(places):
        if start < place:
            continue
        if len(found) > MAX_PARTS or broken > _MAX_BROKEN:
            break
        try:
            # A part of the text, since an error counts the lines above its place.
            value, length = decoder.raw_decode(text[start : start + _LONGEST_RECORD])
            place = start + length
            found += _records(value, {}, 1)
        except (ValueError, RecursionError):
            broken += 1
            pairs = _PAIR.finditer(text, start, following)
            said: dict[str, object] = {match[1]: _unescaped(match[2]) for match in pairs}
            found += [said] if _is_article(said) else []
    return found


def _unescaped(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value.rstrip("\\")


def _broken(line: int) -> Message:
    return Message(
        code="export_broken",
        en=f"The JSON breaks at line {line}: the articles that could be told apart were read."
        " Export it again.",
        zh=f"JSON 在第 {line} 行处中断：已读取可以区分的文章。请重新导出。",
    )


def _only_titles(count: int) -> Message:
    return Message(
        code="only_titles",
        en=f"{count:,} of its articles have no text, so only their titles are read: export them"
        " with their text.",
        zh=f"其中 {count:,} 篇文章没有正文，只读取了标题：请连同正文一起导出。",
    )
