"""The result of laying out a story through time, as values, as JSON and as Markdown."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from rag.errors import AnswerFormatError, first_line
from rag.messages import Language, Message
from rag.types import Citation, ConflictValue, TimeFrame

if TYPE_CHECKING:
    from pydantic import TypeAdapter

DayFrom = Literal["sentence", "article", "unknown"]
"""Where the day of a row is from: a sentence names it, or it is that of the article."""


@dataclass(frozen=True, kw_only=True)
class ChangedValue:
    """A value of a measure that an earlier row gives otherwise. Both were true at their time.

    `measure` is a name of `rag.text.measures`, empty if the sentences only differ in a number.
    """

    measure: str
    before: ConflictValue
    after: ConflictValue


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """Values that outlets give for the same measure of the same moment."""

    measure: str
    values: tuple[ConflictValue, ...]


@dataclass(frozen=True, kw_only=True)
class StoryRow:
    """One event: what outlets say of it, one sentence each, the oldest article first.

    `day` is ISO 8601: 2025-02-13, or 2025-02 if only a month is named; None if nothing tells.
    `day_from` says if a sentence names it or if it is only that of the article.
    """

    day: str | None
    day_from: DayFrom
    citations: tuple[Citation, ...]
    changes: tuple[ChangedValue, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Story:
    """A topic through time, the newest row last; rows without a day come at the end.

    `rows` are events. `others` are the other statements on the topic: opinions, background and
    predictions, and events beyond the most rows, the least to the point. Every citation's quote is
    `document.text[start:end]`. A place has one marker, and the markers rise from 1 in the order of
    the rows, then of the others.
    """

    topic: str
    language: Language
    rows: tuple[StoryRow, ...]
    others: tuple[StoryRow, ...] = ()
    time_frame: TimeFrame | None = None
    notices: tuple[Message, ...] = ()

    @property
    def found(self) -> bool:
        """True if there is any row."""
        return bool(self.rows)

    def to_json(self) -> str:
        """Return the story as one JSON object. `from_json` reads it back."""
        return json.dumps(_adapter().dump_python(self, mode="json"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Story:
        """Return what `to_json` wrote. Raises `AnswerFormatError` for anything else."""
        from pydantic import ValidationError

        try:
            return _adapter().validate_python(json.loads(text))
        except (ValueError, TypeError, RecursionError, ValidationError) as error:
            reason = first_line(error)
            raise AnswerFormatError(
                en=f"This JSON is not a story ({reason}): give what Story.to_json wrote.",
                zh=f"这段 JSON 不是时间线（{reason}）：请给出 Story.to_json 写出的内容。",
            ) from error

    def to_markdown(self, language: Language) -> str:
        """Return the story as Markdown, to keep or to send."""
        words = WORDS[language]
        lines = [f"# {words['title']}{_plain(self.topic)}", ""]
        lines += [_plain(notice.text(language)) for notice in self.notices]
        for row in self.rows:
            lines += ["", f"## {_plain(heading(row, language))}", ""]
            lines += [f"**{_plain(line)}**  " for line in remarks(row, language)]
            for citation in row.citations:
                details = (citation.outlet, citation.published, citation.title, citation.url)
                source = " · ".join(str(part) for part in details if part)
                lines += [f"> {_plain(citation.quote)}", ">", f"> — {_plain(source)}", ""]
        if self.others:
            lines += ["", others_line(self, language)]
        return "\n".join(lines) + "\n"


WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Through time: ",
        "article": "the day of the article",
        "unknown": "Without a day",
        "changed": "{measure}: {before} → {after}",
        "differs": "{measure}: outlets differ: {values}",
        "value": "value",
        "and": "; ",
        "more": "Not among the events: {} more statements (opinions, background, predictions,"
        " and what is less to the point).",
        "more_one": "Not among the events: 1 more statement.",
    },
    "zh": {
        "title": "时间线：",
        "article": "文章日期",
        "unknown": "日期不明",
        "changed": "{measure}：{before} → {after}",
        "differs": "{measure}：各媒体说法不一：{values}",
        "value": "数值",
        "and": "；",
        "more": "未列入时间线的另有 {} 条说法（观点、背景、预测，以及关联较弱的内容）。",
        "more_one": "未列入时间线的另有 1 条说法。",
    },
}
_MEASURES_ZH = {
    "price": "价格", "market value": "市值", "revenue": "收入", "profit": "利润", "loss": "亏损",
    "box office": "票房", "gain": "涨幅", "fall": "跌幅", "share of the market": "市场份额",
    "unemployment": "失业率", "inflation": "通胀率", "shipments": "出货量", "deliveries": "交付量",
    "deaths": "死亡人数", "injured": "受伤人数", "missing": "失踪人数", "trapped": "被困人数",
    "cases": "病例", "interest rate": "利率", "fuel price": "油价", "new jobs": "新增就业",
    "users": "用户数", "employees": "员工数", "population": "人口", "score": "得分",
}  # fmt: skip


def heading(row: StoryRow, language: Language) -> str:
    """Return the day of a row, and that it is only the article's where no sentence names it."""
    words = WORDS[language]
    if row.day is None:
        return words["unknown"]
    return row.day if row.day_from == "sentence" else f"{row.day} ({words['article']})"


def others_line(story: Story, language: Language) -> str:
    """Return a line that says how many statements are not among the rows."""
    count = len(story.others)
    return WORDS[language]["more_one" if count == 1 else "more"].format(count)


def measure_name(measure: str, language: Language) -> str:
    """Return the name of a measure as readers see it."""
    if not measure:
        return WORDS[language]["value"]
    return _MEASURES_ZH.get(measure, measure) if language == "zh" else measure


def remarks(row: StoryRow, language: Language) -> list[str]:
    """Return a line for each value of a row that changed or on which outlets differ."""
    words = WORDS[language]
    lines = [
        words["changed"].format(
            measure=measure_name(change.measure, language),
            before=change.before.value,
            after=change.after.value,
        )
        for change in row.changes
    ]
    for differing in row.disagreements:
        values = [f"{v.value} ({v.citation.outlet or v.citation.title})" for v in differing.values]
        lines.append(
            words["differs"].format(
                measure=measure_name(differing.measure, language), values=words["and"].join(values)
            )
        )
    return lines


def _plain(text: str) -> str:
    """Return text on one line, in which Markdown has no meaning."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))


@cache
def _adapter() -> TypeAdapter[Story]:
    # Imported here because pydantic takes a fifth of a second, and most commands need no JSON.
    from pydantic import TypeAdapter

    return TypeAdapter(Story)
