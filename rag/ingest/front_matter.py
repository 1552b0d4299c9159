"""Read the fields above an article: YAML between `---`, TOML between `+++`, or JSON, as in Hugo."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from rag.errors import DocumentError
from rag.ingest.field_blocks import JSON, TOML, YAML, ReadingNotice, Syntax, read_fields
from rag.ingest.files import shown
from rag.messages import Language, Message
from rag.text.characters import HAN_CHARACTER, folded, one_line
from rag.text.written_dates import possible_dates, read_published
from rag.types import Published

MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
MAX_TITLE_CHARACTERS = 300
MAX_URL_CHARACTERS = 2048

_TITLE = ("title", "headline", "标题")
# Names are given without signs between their words: `published_at` is `publishedat`.
_DATE = (
    "date", "published", "publishedat", "publisheddate", "publishedtime", "datepublished",
    "publishdate", "publishtime", "publishat", "pubdate", "pubtime", "postdate", "posted",
    "postedat", "releasedate", "releasetime", "articledate", "datetime", "time", "timestamp",
    "created", "createdat", "createdate", "datecreated", "ctime", "日期", "发布时间", "发布日期",
    "发表时间", "发表日期", "刊发时间", "出版日期", "时间",
)  # fmt: skip
# The date of a change is used if there is no date of publication.
_CHANGED = (
    "lastmod", "lastmodified", "modified", "modifiedat", "modifiedtime", "datemodified", "updated",
    "updatedat", "updatedate", "mtime", "更新时间", "更新日期", "修改时间",
)  # fmt: skip
_URL = (
    "url", "link", "canonical", "canonicalurl", "sourceurl", "originalurl", "original",
    "permalink", "source", "来源", "原文链接", "链接",
)  # fmt: skip
_OUTLET = (
    "outlet",
    "publisher",
    "publication",
    "source",
    "media",
    "site",
    "sitename",
    "来源",
    "媒体",
)
_AUTHOR = ("author", "authors", "作者")
_LANGUAGE = ("lang", "language", "locale", "语言")

# Hugo and Zola keep custom fields in a table with one of these names.
_INNER = ("params", "extra", "meta", "metadata")

_YAML_BLOCK = re.compile(
    r"\s*^---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_TOML_BLOCK = re.compile(r"\s*^\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_JSON_BLOCK = re.compile(r"\s*(^\{\s*\"[^\n]*$.*?\}[ \t]*$)(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_BLOCKS = ((_YAML_BLOCK, YAML), (_TOML_BLOCK, TOML))
_NAMED_BLOCK = re.compile(
    r"\s*^---[ \t]*(yaml|toml|json)[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
# Hexo leaves out the first `---`.
_UNOPENED_BLOCK = re.compile(
    r"\s*^(?=(?:title|date|layout)[ \t]*:)"
    r"((?:\w[\w-]*[ \t]*:[^\n]*\n(?:[ \t-][^\n]+\n)*){2,})"
    r"---[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)
_FIELD = re.compile(
    r"\s*+(?:#[^\n]*\n\s*+)*+(?:[\"']?[\w -]++[\"']?\s*+[:=]|\[|\{"
    r"|(?:title|date|标题|日期|来源|作者)：)",
    re.UNICODE,
)
_UNCLOSED = re.compile(
    r"\s*^(?P<rule>---|\+\+\+)[ \t]*\n(?P<fields>(?:(?:[\w-]+[ \t]*[:=]|[ \t]+\S|- )[^\n]*\n){2,})",
    re.MULTILINE,
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """The fields above an article and the text below them.

    Field names are in lower case, without signs between their words (`key_of`). `notices` name
    fields that were not understood.
    """

    fields: Mapping[str, object]
    body: str
    notices: tuple[ReadingNotice, ...] = ()

    @property
    def title(self) -> str | None:
        """The title on one line, at most `MAX_TITLE_CHARACTERS` long."""
        return self._first_text(_TITLE, MAX_TITLE_CHARACTERS)

    @property
    def outlet(self) -> str | None:
        """The outlet that published the article, if a field names it."""
        for name in _OUTLET:
            text = self._text(name)
            if text and len(text) <= 80 and "://" not in text:
                return folded(text)
        return None

    @property
    def author(self) -> str | None:
        """The author of the article, which may be a person or an outlet."""
        return self._first_text(_AUTHOR, 80)

    @property
    def url(self) -> str | None:
        """The first web address in a field."""
        return next((url for name in _URL for url in self._addresses(name)), None)

    @property
    def language(self) -> Language | None:
        """The language that a field names, if it is Chinese or English."""
        text = (self._first_text(_LANGUAGE, 40) or "").lower()
        if text.startswith(("zh", "cn", "chinese", "中文")):
            return "zh"
        return "en" if text.startswith("en") else None

    def published(
        self, language: Language, hints: Collection[tuple[int, int]] = ()
    ) -> Published | None:
        """Return the date in the first field that holds one.

        `language` decides the time zone of a date without zone. `hints` are pairs of month and day,
        which decide what `03/04/2025` means.
        """
        values = (self._single(name) for name in (*_DATE, *_CHANGED))
        found = (read_published(value, language, hints) for value in values)
        return next(filter(None, found), None)

    def unread_date(
        self, language: Language, hints: Collection[tuple[int, int]] = ()
    ) -> ReadingNotice | None:
        """Return a notice if a date of publication is given but could not be read, else None."""
        values = [value for name in _DATE if (value := self._single(name)) not in (None, "")]
        if not values or any(read_published(value, language, hints) for value in values):
            return None
        value = one_line(str(values[0]))[:60]
        meanings = [f"{d.year}-{d.month:02}-{d.day:02}" for d in possible_dates(value) if d.day]
        return ReadingNotice(reason=_unclear(shown(value), sorted(meanings)))

    def _single(self, name: str) -> object:
        """Return a field's value, or the first entry of a list; None if it is no single value."""
        value = self.fields.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        return value if isinstance(value, str | int | float | date) else None

    def _text(self, name: str) -> str | None:
        return next((text for text in self._texts(name) if "://" not in text), None) or next(
            self._texts(name), None
        )

    def _texts(self, name: str) -> Iterator[str]:
        """Yield the texts of a field: its value, or the names and addresses in a table.

        An example of a table is `{name = "..."}`.
        """
        value = self.fields.get(name)
        if isinstance(value, list):
            value = value[0] if value else None
        parts = [value]
        if isinstance(value, dict):
            parts = [value.get(key) for key in ("name", "title", "url", "link")]
        for part in parts:
            if isinstance(part, str | int | float | date) and (text := one_line(str(part))):
                yield text

    def _addresses(self, name: str) -> Iterator[str]:
        return filter(None, map(web_address, self._texts(name)))

    def _first_text(self, names: tuple[str, ...], limit: int) -> str | None:
        text = next((text for name in names if (text := self._text(name))), None)
        return folded(text)[:limit].rstrip() if text else None


def key_of(name: object) -> str:
    """Return a field's name for look-up: `Published_At` and `published-at` give `publishedat`."""
    return re.sub(r"[\s_-]+", "", str(name)).lower()


def read_front_matter(text: str) -> FrontMatter:
    """Separate the fields above an article from its text. The only line break must be LF.

    A block that is not a list of fields belongs to the text, such as a paragraph below a line of
    `---`. Raises `DocumentError` if the fields are too long.
    """
    for block, syntax, line, body in _blocks(text):
        if len(block) > MAX_FRONT_MATTER_CHARACTERS:
            raise DocumentError(
                en=f"The front matter has {len(block)} characters: keep it to "
                f"{MAX_FRONT_MATTER_CHARACTERS}.",
                zh=f"文首字段共 {len(block)} 个字符：请不要超过 {MAX_FRONT_MATTER_CHARACTERS} 个。",
            )
        read = read_fields(block, syntax, line)
        if read is not None:
            return FrontMatter(fields=flat_fields(read[0]), body=body, notices=read[1])
    return _unclosed(text) or FrontMatter(fields={}, body=text)


def _blocks(text: str) -> Iterator[tuple[str, Syntax, int, str]]:
    """Yield possible blocks of fields: text, syntax, number of the first line, text below."""
    for pattern, syntax in _BLOCKS:
        match = pattern.match(text)
        if match and (_FIELD.match(match[1]) or not match[1].strip()):
            yield match[1], syntax, _line(text, match.start(1)), text[match.end() :]
    if match := _NAMED_BLOCK.match(text):
        syntax = {"yaml": YAML, "toml": TOML, "json": JSON}[match[1]]
        yield match[2], syntax, _line(text, match.start(2)), text[match.end() :]
    if match := _UNOPENED_BLOCK.match(text[:MAX_FRONT_MATTER_CHARACTERS]):
        yield match[1], YAML, _line(text, match.start(1)), text[match.end() :]
    if not text.lstrip().startswith("{"):
        return
    start = len(text) - len(text.lstrip())
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        # The block is not valid JSON, so it ends at the first line that closes it.
        match = _JSON_BLOCK.match(text)
        if match is None:
            return
        end = match.end(1)
    if not text[end:].partition("\n")[0].strip():
        yield text[start:end], JSON, _line(text, start), text[end:].lstrip("\n")


def _unclosed(text: str) -> FrontMatter | None:
    """Read a block without a closing line: it ends at the first line that is not a field."""
    match = _UNCLOSED.match(text[:MAX_FRONT_MATTER_CHARACTERS])
    if match is None:
        return None
    syntax = YAML if match["rule"] == "---" else TOML
    line = _line(text, match.start("fields"))
    read = read_fields(match["fields"], syntax, line)
    if read is None:
        return None
    notice = ReadingNotice(line=line - 1, reason=_no_end(match["rule"]))
    return FrontMatter(
        fields=flat_fields(read[0]), body=text[match.end() :], notices=(notice, *read[1])
    )


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def flat_fields(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields by `key_of` their names, including the fields of inner tables.

    If both have a field of the same name, the outer one counts.
    """
    flat = {key_of(name): value for name, value in fields.items()}
    for name in _INNER:
        inner = flat.get(name)
        if isinstance(inner, dict):
            flat = {key_of(key): value for key, value in inner.items()} | flat
    return flat


def _no_end(rule: str) -> Message:
    return Message(
        code="front_matter_not_closed",
        en=f"The front matter has no line of {rule} at its end, so it was read up to the first line"
        " that is not a field: add one.",
        zh=f"文首字段末尾缺少一行 {rule}，已读到第一个不是字段的行为止：请补上。",
    )


def _unclear(value: str, meanings: list[str]) -> Message:
    if len(meanings) > 1:
        return Message(
            code="date_unclear",
            en=f"Its date `{value}` may mean {' or '.join(meanings)}, so it counts as undated:"
            " write one of these.",
            zh=f"其日期 `{value}` 可能是 {' 或 '.join(meanings)}，因此按无日期处理："
            "请写成其中之一。",
        )
    return Message(
        code="date_not_read",
        en=f"Its date `{value}` could not be read, so it counts as undated: write it as"
        " 2025-04-06 or 2025-04-06 15:30.",
        zh=f"其日期 `{value}` 无法读取，因此按无日期处理：请写成 2025-04-06 或 2025-04-06 15:30。",
    )


def web_address(text: str | None) -> str | None:
    """Return `text` if it is an http or https address with a host and no user name, else None."""
    if not text or len(text) > MAX_URL_CHARACTERS or re.search(r"[\s\\<>\"`]", text):
        return None
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return text


def host_name(url: str) -> str | None:
    """Return the host of a web address, without `www.`."""
    host = urlsplit(url).hostname
    return host.removeprefix("www.") if host else None


def detect_language(text: str, stated: Language | None) -> Language:
    """Return the language that most of `text` is written in.

    `stated` decides if the text is mixed. A Han character counts as three Latin letters, because it
    says about as much.
    """
    han = 3 * len(HAN_CHARACTER.findall(text))
    latin = len(_LATIN.findall(text))
    share = han / (han + latin) if han + latin else 0.5
    if stated is not None and 0.35 <= share <= 0.65:
        return stated
    return "zh" if share > 0.5 else "en"
