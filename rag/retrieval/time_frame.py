"""Find the time that a question is about: from a person's setting, or from its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from rag.errors import QuestionError
from rag.messages import Message
from rag.text.dates import FULL_MONTH, SHORT_MONTHS, CalendarDate, read_dates
from rag.text.days import BEFORE_ZH, Days, Span, months_before, relative_days, span_of
from rag.text.periods import Period, asked_periods, days_of_period
from rag.text.written_dates import published_days, read_published
from rag.types import TimeFrame

# Time frames set by a person.


def check_time_frame(frame: TimeFrame) -> None:
    """Raise `QuestionError` if a frame ends before it begins."""
    if frame.start and frame.end and frame.end < frame.start:
        raise QuestionError(
            en=f"The time frame ends on {frame.end}, before it begins on {frame.start}: swap them.",
            zh=f"时间范围的结束日 {frame.end} 早于开始日 {frame.start}：请对调。",
        )


def time_frame_of(since: str, until: str) -> TimeFrame | None:
    """Return the frame that a person sets, or None if both texts are empty.

    The days are written as YYYY-MM-DD, YYYY-MM or YYYY. Raises `QuestionError` for any other text,
    and if the frame ends before it begins.
    """
    first, last = _set_days(since), _set_days(until)
    if first is None and last is None:
        return None
    frame = TimeFrame(start=first[0] if first else None, end=last[1] if last else None)
    check_time_frame(frame)
    return frame


def days_between(since: date | str | None, until: date | str | None) -> TimeFrame | None:
    """Return the same as `time_frame_of`, for days given as a `date`, as text, or as None."""
    return time_frame_of(*("" if day is None else str(day) for day in (since, until)))


def day_of_asking(text: str) -> date | None:
    """Return the day that a person gives as today, or None if the text is empty.

    The day is written as YYYY-MM-DD. Raises `QuestionError` for text that is not a single day.
    """
    span = _set_days(text)
    if span and span[0] != span[1]:
        raise QuestionError(
            en=f"{text!r} is not a single day: write it as 2025-02-13.",
            zh=f"{text!r} 不是一个具体的日子：请写成 2025-02-13。",
        )
    return span[0] if span else None


def _set_days(text: str) -> tuple[date, date] | None:
    if not text.strip():
        return None
    published = read_published(text, "en")
    if published is None:
        raise QuestionError(
            en=f"{text!r} is not a date: write it as 2025-02-13, 2025-02 or 2025.",
            zh=f"{text!r} 不是日期：请写成 2025-02-13、2025-02 或 2025。",
        )
    return published_days(published)


def days_of(frame: TimeFrame) -> str:
    """Return the days as `2024-10-01 – 2024-12-31`, or one day alone; an open end is `…`."""
    days = [str(day) if day else "…" for day in (frame.start, frame.end)]
    return days[0] if days[0] == days[1] else " – ".join(days)


def effect_of(frame: TimeFrame) -> Message:
    """Return a message that says what the frame does to the search."""
    days, said = days_of(frame), frame.phrase
    if frame.effect == "newest":
        en, zh = (f"Up to {frame.end}, the", f"截至 {frame.end}，") if frame.end else ("The", "")
        return Message(
            code="newest_preferred",
            en=f"{en} newer an article the better (“{said}”)",
            zh=f"{zh}越新的文章越优先（“{said}”）",
        )
    if frame.effect == "prefer":
        en, zh = (" and the days after", "及其后几天") if frame.end else ("", "")
        return Message(
            code="days_preferred",
            en=f"Articles of {days}{en} are preferred (“{said}”)",
            zh=f"优先 {days} {zh}的文章（“{said}”）",
        )
    return Message(code="only_days", en=f"Only articles of {days}", zh=f"仅限 {days} 的文章")


# Time frames from the words of a question. `rag.text.dates` reads the dates, also for articles.
# Days relative to today ("上周五", "three weeks ago", "截至7月", "latest") are read here.
# dateparser was tried (docs/retrieval.md). A wrong date is worse than a missing one, so anything
# that may be a name, a count or the future is left alone.

_LONGEST_PHRASE = 60
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
"""A day of asking outside these years is moved to the nearest one, so that arithmetic works."""


def read_time_frame(question: str, today: date, newest: date | None = None) -> TimeFrame | None:
    """Return the time frame of a question, or None if its words have none.

    Relative days are resolved against `today`. A date without a year is the latest such date up to
    `newest`, the last day the articles are about, or up to today if that is earlier. If there are
    several dates, the frame spans all. The frame only prefers articles and never excludes any.
    """
    if not _FIRST_YEAR <= today.year <= _LAST_YEAR:
        today = today.replace(year=min(max(today.year, _FIRST_YEAR), _LAST_YEAR), day=1)
    text = _spelled_out(unicodedata.normalize("NFKC", question), today)
    found, rest = relative_days(text, today)
    latest = min(today, newest or today)
    found += _absolute(rest, today if _UNTIL.search(text) else latest)
    found = sorted((d for d in found if d.span[0] <= today), key=lambda days: days.first)
    if not found:
        match = _NEWEST.search(text)
        newest_first = match and TimeFrame(phrase=match[0], effect="newest")
        return newest_first or _of_period(asked_periods(question, today)[:1], latest)
    phrase = "、".join(text[days.first : days.last].strip() for days in found)[:_LONGEST_PHRASE]
    start, end = min(days.span[0] for days in found), max(days.span[1] for days in found)
    before, behind = text[: found[0].first], text[found[-1].last :]
    if len(found) == 1:
        if _BEFORE.search(before) or _BEFORE_BEHIND.match(behind):
            return TimeFrame(end=start - timedelta(days=1), phrase=phrase, effect="newest")
        if _UNTIL_BY.search(before) or _UNTIL_BEHIND.match(behind):
            return TimeFrame(end=end, phrase=phrase, effect="newest")
        if _SINCE.search(before) or _SINCE_BEHIND.match(behind):
            return TimeFrame(start=start, phrase=phrase, effect="prefer")
    return TimeFrame(start=start, end=end, phrase=phrase, effect="prefer")


def _of_period(periods: Sequence[Period], latest: date) -> TimeFrame | None:
    """Return the days of a period that is not a calendar date: FY2024, nine months to September."""
    for period in periods:
        start, end = days_of_period(period, latest)
        return TimeFrame(start=start, end=end, phrase=period.text, effect="prefer")
    return None


def without_days(text: str, frame: TimeFrame | None, periods: Sequence[Period] = ()) -> str:
    """Return the text without its days and periods, whose words need not be in the evidence.

    A frame that was set (`--since`, `--until`) has no words, so the text stays whole.
    """
    plain = unicodedata.normalize("NFKC", text)
    for period in periods:
        plain = plain.replace(period.text, " ")
    if day_of_report(plain, frame) and frame:
        before, _, behind = plain.partition(frame.phrase)
        plain = _REPORTED_AHEAD.sub(" on ", before) + _REPORTED_BEHIND.sub("", behind, count=1)
    for phrase in frame.phrase.split("、") if frame and frame.phrase else ():
        plain = plain.replace(phrase, " ")
    return plain


def day_of_report(question: str, frame: TimeFrame | None) -> date | None:
    """Return the day whose report is asked for: "5月2日公布的死亡人数", "the toll on May 2".

    Return None if the day is that of an event, or if no day is named.
    """
    plain = unicodedata.normalize("NFKC", question)
    if frame is None or frame.effect != "prefer" or frame.start != frame.end:
        return None
    before, found, behind = plain.partition(frame.phrase)
    told = _REPORTED_BEHIND.match(behind) or _COUNT_BEHIND.match(behind)
    told = told or _REPORTED_AHEAD.search(before) or _COUNT_AHEAD.search(before)
    return frame.start if found and told else None


_COUNT_ZH = r"(?:死亡|遇难|失踪|失联|受伤|伤亡|被困|确诊|病例|感染|[油股汇金房]价|价格|利率|汇率)"
_COUNT_EN = r"(?:tolls?|number|count|figures?|total|price|rate|cases)"
_REPORTED_BEHIND = re.compile(
    r"\s*(?:时|当天)?(?:公布|通报|发布|披露|报道|报告|宣布|统计|更新)(?:的|了)?"
)
_COUNT_BEHIND = re.compile(
    rf"\s*时?的?(?:[^，。？]{{0,6}})?{_COUNT_ZH}(?:人数|数|者)|\s*时?的?{_COUNT_ZH}"
)
_REPORTED_AHEAD = re.compile(
    r"\b(?:was|were|been)?\s*(?:reported|announced|released|published|confirmed|given)"
    r"(?: by [\w ]{1,30})? on\s*(?:the )?$",
    re.IGNORECASE,
)
_COUNT_AHEAD = re.compile(rf"\b{_COUNT_EN}\b[^.?;]{{0,80}}\bon\s*(?:the )?$", re.IGNORECASE)


_MONTH = FULL_MONTH.lower()
_NEWEST = re.compile(
    r"最新(?![款型版])|(?<![离距].)(?<![离距]..)(?<![离距]...)最近(?!的?[一二两三四五六七八九十几数\d])"
    r"|目前|当前|眼下|如今|现在"
    r"|\b(?:latest|newest|most recent(?:ly)?|currently|right now|up[- ]to[- ]date)\b",
    re.IGNORECASE,
)
# Words directly before or after a date.
_END_OF = r"\s*(?:the )?(?:(?:close|end)(?: of trading)?(?: of| on)? )?$"
_BEFORE = re.compile(rf"\b(?:before|prior to|earlier than){_END_OF}", re.IGNORECASE)
_BEFORE_BEHIND = re.compile(rf"\s*(?:之前|以前|{BEFORE_ZH})")
_UNTIL_BY = re.compile(
    rf"(?:截至|截止到?|直到)\s*$|\b(?:as of|until|till|up to|no later than|by){_END_OF}",
    re.IGNORECASE,
)
_UNTIL_BEHIND = re.compile(r"\s*(?:底|末)?(?:为止|底前|末前)")
_UNTIL = re.compile(
    r"截至|截止|直到|之前|以前|\b(?:as of|until|till|by|before|no later than)\b", re.IGNORECASE
)
_SINCE = re.compile(r"(?:自从?|从)\s*$|\b(?:since|after|from)\s*(?:the )?$", re.IGNORECASE)
_SINCE_BEHIND = re.compile(
    r"\s*(?:以来|起(?![诉火家来步点源因草])|之后|以后|至今|后(?![续来期悔果台]))"
)


# Other spellings of dates.

_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), spelled)
    for pattern, spelled in (
        # 2月10-13日, 1-2月, February 10-13: each end is written out.
        (
            r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]?\s?[-–~至到]\s?(\d{1,2})([日号])",
            r"\1月\2日至\1月\3\4",
        ),
        (r"(?<!\d)(\d{1,2})\s?[-–~至到]\s?(\d{1,2})月", r"\1月至\2月"),
        (rf"\b({_MONTH}) (\d{{1,2}})\s?[-–]\s?(\d{{1,2}})\b(?!:)", r"\1 \2 to \1 \3"),
        # 2025/2/13, 2025.2.13, 13-Feb-2025.
        (r"(?<![\d./-])((?:19|20)\d\d)[/.](\d{1,2})[/.](\d{1,2})(?![\d/]|\.\d)", r"\1年\2月\3日"),
        (r"(?<![\d./-])((?:19|20)\d\d)[-/](0[1-9]|1[0-2])(?![\d/-])", r"\1年\2月"),
        (rf"\b(\d{{1,2}})-({'|'.join(SHORT_MONTHS)})-(\d{{4}})\b", r"\1 \2 \3"),
    )
)
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?![\d/])")
_OF_A_YEAR = re.compile(
    rf"\b((?:{_MONTH})(?: \d{{1,2}})?|(?:first|second|third|fourth) quarter|q[1-4]),?"
    r" (?:of )?(this|last) year\b",
    re.IGNORECASE,
)


def _spelled_out(text: str, today: date) -> str:
    """Return the text with every date in a form that can be read."""
    for pattern, spelled in _SPELLINGS:
        text = pattern.sub(spelled, text)
    text = _SLASHED.sub(_unslashed, text)
    return _OF_A_YEAR.sub(
        lambda match: f"{match[1]} {today.year - (match[2].lower() == 'last')}", text
    )


def _unslashed(match: re.Match[str]) -> str:
    """Return 13/2/2025 or 2/13/2025 as an ISO date; spaces if day and month are unclear."""
    one, other, year = (int(part) for part in match.groups())
    if (one > 12) == (other > 12) and one != other:
        return " " * len(match[0])
    day, month = max(one, other), min(one, other)
    return f"{year}-{month:02}-{day:02}"


# Calendar dates.

_RANGE = re.compile(r"\s*(?:到|至|~|-|–|—|to|through|and|次年|到次年|至次年)\s*", re.IGNORECASE)
_YEAR_CONTEXT = re.compile(
    r"(?:\b(?:in|of|since|by|before|after|during|for|until|till|to|from|between|and|through|early"
    r"|late|mid|fiscal|year|than|vs\.?|over)|[,(–-])\s*$",
    re.IGNORECASE,
)
_COUNTED_BEHIND = re.compile(r"\s+(?:[a-z]+s|people|staff|police)\b")
# Characters after a day or a month that is not a date: 5日均线, 7日年化, 2日游, 3月期.
_NO_DAY = re.compile(r"[均年游内线连间期]")
_NAME_BEHIND = re.compile(r"\s+(?:[A-Z][a-z]|on [A-Z])")


def _absolute(text: str, latest: date) -> list[Days]:
    """Return the dates in order. A missing year or month is taken from neighbouring dates."""
    folded = text.casefold()
    places: list[tuple[int, CalendarDate]] = []
    taken: dict[str, int] = {}
    for said in read_dates(text, None)[0]:
        at = folded.find(said.text, taken.get(said.text, 0))
        taken[said.text] = at + 1
        if at >= 0 and _is_date(text, at, said):
            places.append((at, said))
    places.sort(key=lambda place: place[0])
    spans = _after_a_year(text, places)
    following: Span | None = None
    for i in range(len(places) - 1, -1, -1):
        # A date before the first year gets that year, or is the latest up to the end of its range.
        known = any(said.year is not None for _, said in places[i:])
        tied = following and (known or _ranged(text, places, i + 1))
        if spans[i] is None and places[i][1].year is None:
            spans[i] = _resolved(places[i][1], following[0] if following and tied else latest)
        following = spans[i]
    return [
        Days(span=span, first=at, last=at + len(said.text))
        for (at, said), span in zip(places, spans, strict=True)
        if span
    ]


def _after_a_year(text: str, places: list[tuple[int, CalendarDate]]) -> list[Span | None]:
    """Return the days of the dates that have a year, or come after one that does.

    A day without a month gets the month of the date before it, also in `places`.
    """
    spans: list[Span | None] = [None] * len(places)
    year = month = None
    for i, (at, said) in enumerate(places):
        if said.day and said.month is None:
            said = replace(said, month=month)
            places[i] = at, said
        year, month = said.year or year, said.month
        if year is not None:
            spans[i] = span = span_of(year, said)
            previous = spans[i - 1] if i else None
            if said.year is None and previous and span and _ranged(text, places, i):
                # A range may end in the next year.
                spans[i] = span_of(year + (span[0] < previous[0]), said)
    return spans


def _is_date(text: str, at: int, said: CalendarDate) -> bool:
    before, behind = text[:at], text[at + len(said.text) :]
    if said.text.isdigit():
        return bool(_YEAR_CONTEXT.search(before)) and not _COUNTED_BEHIND.match(behind)
    if said.year is None and said.quarter is None and (said.month is None or said.day is None):
        english = said.text.isascii()
        if english and (_NAME_BEHIND.match(behind) or (said.text == "may" and not before.strip())):
            return False
        return not _NO_DAY.match(behind)
    return True


def _ranged(text: str, places: list[tuple[int, CalendarDate]], i: int) -> bool:
    """Return True if date i ends a range that the date before it begins."""
    at, said = places[i - 1]
    return bool(_RANGE.fullmatch(text[at + len(said.text) : places[i][0]]))


def _resolved(said: CalendarDate, latest: date) -> Span | None:
    """Return the days of a date without a year: the latest that begin by `latest`, or None."""
    if said.month is None and said.quarter is None:
        months = (months_before(latest, count) for count in range(12))
        candidates = (span_of(m.year, replace(said, month=m.month)) for m in months)
    else:
        candidates = (span_of(latest.year - count, said) for count in range(5))
    return next((days for days in candidates if days and days[0] <= latest), None)
