"""The fields above an article (YAML between two lines of `---`), read without trust.

Values are read as they are written: `title: 007` stays `007`, and `no` is a word. Anchors and
aliases are refused, so a small file can't unfold into a large value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import yaml

from rag.corpus.characters import HAN, one_line
from rag.corpus.published import read_published
from rag.errors import DocumentError
from rag.messages import Language
from rag.types import Published

MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
MAX_FRONT_MATTER_DEPTH = 16
MAX_TITLE_CHARACTERS = 300
MAX_URL_CHARACTERS = 2048

_TITLE = ("title", "headline", "标题")
_DATE = (
    "date", "published", "published_at", "publisheddate", "published_date", "publishdate",
    "publish_date", "pubdate", "datetime", "time", "created", "created_at", "日期", "发布时间",
)  # fmt: skip
_URL = (
    "url", "link", "canonical", "canonical_url", "canonicalurl", "source_url", "sourceurl",
    "original_url", "original", "permalink", "source", "来源", "原文链接", "链接",
)  # fmt: skip
_OUTLET = (
    "outlet",
    "publisher",
    "publication",
    "source",
    "media",
    "site",
    "site_name",
    "来源",
    "媒体",
)
_AUTHOR = ("author", "authors", "作者")
_LANGUAGE = ("lang", "language", "locale", "语言")

_BLOCK = re.compile(r"\s*^---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"\s*(?:#[^\n]*\n\s*)*[\"']?[\w-]+[\"']?\s*:", re.UNICODE)
_UNCLOSED = re.compile(r"\s*^---[ \t]*\n(?:[\w-]+:[^\n]*\n){2}", re.MULTILINE)
_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """The fields above an article, by their names in small letters, and the text below them."""

    fields: Mapping[str, object]
    body: str

    @property
    def title(self) -> str | None:
        """The title on one line, at most `MAX_TITLE_CHARACTERS` long."""
        return self._first_text(_TITLE, MAX_TITLE_CHARACTERS)

    @property
    def outlet(self) -> str | None:
        """Who published the article, where a field names it."""
        for name in _OUTLET:
            text = self._text(name)
            if text and len(text) <= 80 and "://" not in text:
                return text
        return None

    @property
    def author(self) -> str | None:
        """Who wrote the article: a person, or an outlet."""
        return self._first_text(_AUTHOR, 80)

    @property
    def url(self) -> str | None:
        """The first field that holds a web address."""
        return next((url for name in _URL if (url := web_address(self._text(name)))), None)

    @property
    def language(self) -> Language | None:
        """The language a field names, if it is one of the two."""
        text = (self._first_text(_LANGUAGE, 40) or "").lower()
        if text.startswith(("zh", "cn", "chinese", "中文")):
            return "zh"
        return "en" if text.startswith("en") else None

    def published(self, language: Language) -> Published | None:
        """The first field that holds a date; `language` decides the zone of one without."""
        for name in _DATE:
            value = self.fields.get(name)
            if found := read_published(_single(value), language):
                return found
        return None

    def _text(self, name: str) -> str | None:
        value = _single(self.fields.get(name))
        if value is None or isinstance(value, dict | list | tuple | set):
            return None
        return one_line(str(value)) or None

    def _first_text(self, names: tuple[str, ...], limit: int) -> str | None:
        text = next((text for name in names if (text := self._text(name))), None)
        return text[:limit].rstrip() if text else None


def read_front_matter(text: str) -> FrontMatter:
    """Part the fields above an article from its text, whose only line break is LF.

    A block that is no list of fields (a rule above a paragraph) is part of the text. Raises
    `DocumentError` where the fields are too long, nested too deep, use aliases, or aren't YAML.
    """
    match = _BLOCK.match(text)
    if match is None and _UNCLOSED.match(text):
        raise DocumentError(
            en="The front matter has no line of --- at its end: add one.",
            zh="文首字段末尾缺少一行 ---：请补上。",
        )
    if match is None or not (_FIELD.match(match[1]) or not match[1].strip()):
        return FrontMatter(fields={}, body=text)
    if len(match[1]) > MAX_FRONT_MATTER_CHARACTERS:
        raise DocumentError(
            en=f"The front matter has {len(match[1])} characters: keep it to "
            f"{MAX_FRONT_MATTER_CHARACTERS}.",
            zh=f"文首字段共 {len(match[1])} 个字符：请不要超过 {MAX_FRONT_MATTER_CHARACTERS} 个。",
        )
    value = _load(match[1])
    fields = value if isinstance(value, dict) else {}
    return FrontMatter(
        fields={str(name).strip().lower(): field for name, field in fields.items()},
        body=text[match.end() :],
    )


def web_address(text: str | None) -> str | None:
    """`text` if it is an http or https address with a host and no user name in it, else None."""
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
    """The host of a web address, without `www.`."""
    host = urlsplit(url).hostname
    return host.removeprefix("www.") if host else None


def detect_language(text: str, stated: Language | None) -> Language:
    """The language most of `text` is written in; `stated` decides where the text doesn't.

    One Han character weighs as much as three Latin letters, about the length of what it says.
    """
    han = 3 * len(_HAN.findall(text))
    latin = len(_LATIN.findall(text))
    share = han / (han + latin) if han + latin else 0.5
    if stated is not None and 0.35 <= share <= 0.65:
        return stated
    return "zh" if share > 0.5 else "en"


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader that reads plain values as text, without aliases, to a depth."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias (*) is not allowed")
        self._depth += 1
        if self._depth > MAX_FRONT_MATTER_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {MAX_FRONT_MATTER_DEPTH}")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _load(text: str) -> object:
    try:
        value: object = _Loader(text).get_single_data()
    except (
        yaml.YAMLError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
        ArithmeticError,
    ) as error:
        reason = _reason(error)
        raise DocumentError(
            en=f"The front matter is no readable YAML ({reason}): correct it or remove it.",
            zh=f"文首字段不是可读的 YAML（{reason}）：请改正或删去。",
        ) from error
    return value


def _reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem:
        # Lines are counted from 0 below the line of `---`.
        line = f", line {error.problem_mark.line + 2}" if error.problem_mark else ""
        return one_line(error.problem)[:120] + line
    return one_line(str(error))[:120]


def _single(value: object) -> object:
    """The first entry of a list (`lang: [zh-CN]`), anything else as it is."""
    if isinstance(value, list):
        return value[0] if value else None
    return value if isinstance(value, str | int | float | date) else None
