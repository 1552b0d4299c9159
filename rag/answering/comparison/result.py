"""The result of comparing outlets, as values, as JSON and as Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rag.answering.comparison.pairs import Kind
from rag.errors import AnswerFormatError, first_line
from rag.messages import Language, Message
from rag.types import Citation, ConflictValue, DocumentReference

if TYPE_CHECKING:
    from pydantic import TypeAdapter


ALONE = "compared_alone"
"""The code of the notice that all articles that were searched are of one outlet."""


@dataclass(frozen=True, kw_only=True)
class ComparisonProgress:
    """How many pairs of sentences are compared, of `total`; it is 0 while they are looked for.

    A comparison and a story through time both tell of it.
    """

    done: int = 0
    total: int = 0


@dataclass(frozen=True, kw_only=True)
class SharedFact:
    """Sentences of two or more outlets that say the same: one of each outlet, oldest first.

    `wordings` is how many of them are written independently. Where it is 1, all have the same
    words, as newspapers have that print one agency's text: that confirms nothing.
    """

    citations: tuple[Citation, ...]
    wordings: int


@dataclass(frozen=True, kw_only=True)
class OutletReport:
    """What one outlet alone reports on the topic, most to the point first.

    `outlet` is its name, or the article's title if the article names none. `articles` are those
    that were compared. `left_out` counts further sentences that only this outlet has.
    """

    outlet: str
    articles: tuple[DocumentReference, ...]
    citations: tuple[Citation, ...]
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """What outlets say of one thing that can't all be true, oldest first.

    `kind` is what they differ in: a number, a date, a name, or the whole statement. `value` of each
    is the wording in its quote that differs.
    """

    kind: Kind
    values: tuple[ConflictValue, ...]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What outlets report on a topic.

    Every citation's quote is `document.text[start:end]`. A place has one marker, and the markers
    rise from 1 in the order in which `contradictions`, `shared` and `only` name the places.
    `only` has each outlet that was compared, those with most articles first. `left_out` counts
    further shared facts and contradictions beyond what is shown. `notices` say what limits the
    result, such as that only one outlet was found.
    """

    topic: str
    language: Language
    shared: tuple[SharedFact, ...]
    only: tuple[OutletReport, ...]
    contradictions: tuple[Contradiction, ...]
    left_out: int = 0
    notices: tuple[Message, ...] = ()

    @property
    def found(self) -> bool:
        """True if any sentence was found."""
        return bool(
            self.shared or self.contradictions or any(report.citations for report in self.only)
        )

    def to_json(self) -> str:
        """Return the comparison as one JSON object. `from_json` reads it back."""
        return json.dumps(_adapter().dump_python(self, mode="json"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Comparison:
        """Return what `to_json` wrote. Raises `AnswerFormatError` for anything else."""
        from pydantic import ValidationError

        try:
            return _adapter().validate_python(json.loads(text))
        except (ValueError, TypeError, RecursionError, ValidationError) as error:
            reason = first_line(error)
            raise AnswerFormatError(
                en=f"This JSON is not a comparison ({reason}): give what Comparison.to_json wrote.",
                zh=f"这段 JSON 不是对比结果（{reason}）：请给出 Comparison.to_json 写出的内容。",
            ) from error

    def to_markdown(self, language: Language) -> str:
        """Return the comparison as Markdown, to keep or to send."""
        words = WORDS[language]
        lines = [f"# {words['title']}{_plain(self.topic)}"]
        lines += ["", *(_plain(notice.text(language)) for notice in self.notices)]
        if self.contradictions:
            lines += ["", f"## {words['contradictions']}"]
        for contradiction in self.contradictions:
            lines += ["", f"**{words[contradiction.kind]}**"]
            for value in contradiction.values:
                newer = f" ({words['superseded']})" if value.superseded else ""
                lines += [f"- {_plain(value.value)}{newer}", *_quoted(value.citation, "  ")]
        if self.shared:
            lines += ["", f"## {words['shared']}"]
        for fact in self.shared:
            lines += ["", f"**{told_by(fact, language)}**"]
            lines += [line for citation in fact.citations for line in _quoted(citation)]
        for report in self.only:
            lines += ["", f"## {words['only']}{_plain(report.outlet)}", ""]
            lines += [line for citation in report.citations for line in _quoted(citation)]
            if not report.citations:
                lines.append(words["nothing"])
        return "\n".join(lines) + "\n"


WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Outlets compared: ",
        "contradictions": "Where outlets differ",
        "shared": "Reported by several outlets",
        "only": "Reported only by ",
        "more": "{} more are not shown.",
        "nothing": "Nothing on this topic that no other outlet reports.",
        "superseded": "an older report of a running count",
        "number": "Another number",
        "date": "Another day",
        "name": "Another name",
        "statement": "The opposite",
        "copies": "{} outlets, in the same words: copies of one text, which confirm nothing",
        "some_copied": "{} outlets, {} independent wordings",
        "wordings": "{} outlets, each in its own words",
    },
    "zh": {
        "title": "媒体对比：",
        "contradictions": "说法不一",
        "shared": "多家媒体都有报道",
        "only": "仅见于",
        "more": "另有 {} 条未显示。",
        "nothing": "没有其他媒体未报道的内容。",
        "superseded": "较早的统计，后有更新",
        "number": "数字不同",
        "date": "日期不同",
        "name": "名称不同",
        "statement": "说法相反",
        "copies": "{} 家媒体，文字相同：同一稿件的转载，不能互相印证",
        "some_copied": "{} 家媒体，{} 种独立表述",
        "wordings": "{} 家媒体，各自表述",
    },
}


def told_by(fact: SharedFact, language: Language) -> str:
    """Return how many outlets report a shared fact, and if they do so independently."""
    outlets = len(fact.citations)
    key = "copies" if fact.wordings == 1 else "some_copied"
    return WORDS[language]["wordings" if fact.wordings == outlets else key].format(
        outlets, fact.wordings
    )


def outlet_of(citation: Citation) -> str:
    """Return the name under which an article's outlet is compared."""
    return citation.outlet or citation.title or citation.doc_id


def _quoted(citation: Citation, indent: str = "") -> Sequence[str]:
    details = (citation.outlet, citation.published, citation.title, citation.url)
    source = " · ".join(str(part) for part in details if part)
    return (f"{indent}> {_plain(citation.quote)}", f"{indent}> — {_plain(source)}", "")


def _plain(text: str) -> str:
    """Return text on one line, in which Markdown has no meaning."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))


@cache
def _adapter() -> TypeAdapter[Comparison]:
    # Imported here because pydantic takes a fifth of a second, and most commands need no JSON.
    from pydantic import TypeAdapter

    return TypeAdapter(Comparison)
