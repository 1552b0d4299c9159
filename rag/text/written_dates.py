"""Read dates that a person or a program writes in a field: `April 6, 2025 at 3:30 PM CST`."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from rag.messages import Language
from rag.text.dates import ANY_MONTH, CHINESE_WEEKDAYS, WEEKDAY_WORDS, month_number, weekday_number
from rag.text.quantities import CHINESE_DIGITS, chinese_number
from rag.types import Published

# Written dates. The text is split into years, months, days, clock times and zones. If any piece is
# something else, the whole text is not a date.

MAX_CHARACTERS = 100

# Hours from UTC. Americans write the month before the day.
_AMERICAN = {"est": -5, "edt": -4, "et": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "pt": -8}
_ZONES = _AMERICAN | {
    "z": 0, "utc": 0, "gmt": 0, "bst": 1, "cet": 1, "cest": 2, "cdt": -5, "ist": 5.5, "sgt": 8,
    "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "北京时间": 8,
}  # fmt: skip
# This may be the time of China or of Chicago, so such a zone is ignored.
_UNCLEAR_ZONES = ("cst", "ct")
_HALVES = {
    "凌晨": 0, "清晨": 0, "早上": 0, "早": 0, "上午": 0, "am": 0, "a.m.": 0, "中午": 12, "下午": 12,
    "午后": 12, "傍晚": 12, "晚上": 12, "晚间": 12, "晚": 12, "夜间": 12, "pm": 12, "p.m.": 12,
}  # fmt: skip
# Some texts have a circle instead of 〇.
_YEAR_DIGITS = CHINESE_DIGITS | {"○": 0}


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_HALF = _any_of(_HALVES)
_PIECES = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        # Full dates.
        (
            "parts",
            r"(?P<year>\d{4})\s?(?P<sign>[-/.年])\s?(?P<month>\d{1,2})\s?(?:(?P=sign)|月)\s?"
            r"(?P<day>\d{1,2})(?!\d)\s?[日号.]?t?",
        ),
        (
            "either",
            r"(?P<first>\d{1,2})\s?(?P<sign>[-/.])\s?(?P<second>\d{1,2})\s?(?P=sign)\s?"
            r"(?P<year>\d{4})(?!\d)",
        ),
        ("parts", r"(?P<year>\d{4})-?w(?P<week>\d{2})-?(?P<weekday>[1-7])(?!\d)"),
        (
            "parts",
            r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
            r"(?:t?(?P<hour>\d{2})(?P<minute>\d{2})(?:\d{2})?)?(?!\d)",
        ),
        # Months and years.
        ("parts", r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月"),
        ("parts", r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?![\d:])"),
        ("parts", r"(?P<year>\d{4})\s?年"),
        ("parts", r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})(?!\d)"),
        ("word", rf"(?P<month>{ANY_MONTH})(?![a-z])\.?"),
        # Clock times.
        (
            "offset",
            r"(?:utc|gmt|z)?\s?(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?(?![\d:])",
        ),
        ("offset", r"(?:utc|gmt)\s?(?P<sign>[+-])(?P<hours>\d{1,2})(?P<minutes>)(?![\d:])"),
        (
            "clock",
            rf"(?P<before>{_HALF})?\s?(?P<hour>\d{{1,2}})\s?[:：时点]\s?(?P<minute>\d{{2}})(?!\d)分?"
            rf"(?:\s?[:：]?\s?\d{{2}}秒?(?:[.,:]\d{{1,9}})?)?\s?(?P<after>am\b|pm\b|[ap]\.m\.)?",
        ),
        ("clock", rf"(?P<before>{_HALF})?\s?(?P<hour>\d{{1,2}})(?P<minute>)[时点]整?(?P<after>)"),
        ("clock", r"(?P<before>)(?P<hour>\d{1,2})(?P<minute>)\s?(?P<after>am\b|pm\b|[ap]\.m\.)"),
        # Names next to a date or a time.
        (
            "region",
            r"\[?(?P<region>(?:asia|america|europe|australia|africa|pacific|etc)/[a-z_/]+)\]?",
        ),
        ("zone", rf"(?P<zone>{_any_of((*_ZONES, *_UNCLEAR_ZONES))})(?![a-z])"),
        (
            "weekday",
            rf"(?P<name>{_any_of(WEEKDAY_WORDS)}|tues|thurs|thur|"
            rf"{_any_of(w[:3] for w in WEEKDAY_WORDS)})(?![a-z])\.?"
            rf"|(?:星期|周|礼拜)(?P<han>[{CHINESE_WEEKDAYS}])",
        ),
        ("number", r"(?P<number>\d{4}|\d{1,2})(?:st|nd|rd|th)?(?![a-z\d])"),
        # Words that say nothing about the day.
        ("none", _HALF),
        (
            "none",
            r"(?:first |last )?(?:published|posted|updated|created|released)|date|time"
            r"|at\b|on\b|of\b|the\b|发布于|发布时间|发布日期|发布|更新时间|更新于|更新|时间|日期|刊发"
            r"|[\s,;:：|·()（）\[\]\-–—/.'\"“”]+",
        ),
    )
)
_HAN_YEAR = re.compile(rf"[{''.join(_YEAR_DIGITS)}]{{4}}(?=年)")
_HAN_NUMBER = re.compile(
    r"(?:[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[月日号时点])"
)
_ZONE_IN_WORDS = re.compile(r"\([a-z ]{3,40} time\)")
_REPUBLICAN = re.compile(r"民国\s?(\d{2,3})\s?年")


@dataclass(frozen=True, kw_only=True)
class WrittenDate:
    """A date as it is written. Parts that are not written are None, also the `zone`."""

    year: int
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    zone: tzinfo | None = None


def read_written_date(text: str) -> tuple[WrittenDate, ...]:
    """Return the dates that a text may mean: none if it is not a date, two for `03/04/2025`.

    For `03/04/2025` only one is returned if a weekday or an American zone in the text decides. With
    dots (`03.04.2025`) the day comes first, as everywhere where dots are used.
    """
    if len(text) > MAX_CHARACTERS:
        return ()
    reader = _Reader()
    return reader.dates() if reader.read(_in_digits(text)) else ()


def _in_digits(text: str) -> str:
    """Return the text in lower case and in digits: `二〇二五年四月` becomes `2025年4月`."""
    text = _ZONE_IN_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    text = _REPUBLICAN.sub(lambda match: f"{int(match[1]) + 1911}年", text)
    text = _HAN_YEAR.sub(lambda match: "".join(str(_YEAR_DIGITS[c]) for c in match[0]), text)
    return _HAN_NUMBER.sub(lambda match: str(chinese_number(match[0])[0]), text)


class _Reader:
    """Collects the pieces of one date. A part may be repeated only with the same value."""

    def __init__(self) -> None:
        self._said: dict[str, int] = {}
        self._either: tuple[int, int] | None = None
        self._numbers: list[int] = []
        self._zone: tzinfo | None = None
        self._american = False
        self._weekday: int | None = None

    def read(self, text: str) -> bool:
        """Read a text, and return True if every piece of it was understood."""
        place = 0
        while place < len(text):
            found = (
                (kind, match)
                for kind, pattern in _PIECES
                if (match := pattern.match(text, place))
                # Without a time before it, -25 is the year of 06-Apr-25.
                and not (kind == "offset" and "hour" not in self._said)
            )
            kind, match = next(found, (None, None))
            if match is None or not self._take(kind or "", match):
                return False
            place = match.end()
        return self._place_numbers()

    def _take(self, kind: str, match: re.Match[str]) -> bool:
        said = match.groupdict()
        if kind == "parts":
            return self._put({k: int(v) for k, v in said.items() if v and k != "sign"})
        if kind == "either":
            if self._either or not self._put({"year": int(said["year"])}):
                return False
            self._either = int(said["first"]), int(said["second"])
            if said["sign"] == ".":
                self._put({"day": self._either[0], "month": self._either[1]})
                self._either = None
        elif kind == "word":
            return self._put({"month": month_number(said["month"])})
        elif kind == "clock":
            return self._clock(said)
        elif kind == "number":
            self._numbers.append(int(said["number"]))
        elif kind == "weekday":
            self._weekday = weekday_number(said["han"] or said["name"])
        else:
            self._take_zone(kind, said)
        return True

    def _put(self, parts: dict[str, int]) -> bool:
        fits = all(self._said.get(name, value) == value for name, value in parts.items())
        self._said |= parts
        return fits

    def _clock(self, said: dict[str, str | None]) -> bool:
        hour, minute = int(said["hour"] or 0), int(said["minute"] or 0)
        half = said["after"] or said["before"]
        if half and hour <= 12:
            late = _HALVES[half]
            # Twelve at night is hour 0, and 11 with "noon" is before noon.
            hour = hour % 12 + late if half != "中午" or hour < 3 or hour == 12 else hour
        return self._put({"hour": hour, "minute": minute})

    def _take_zone(self, kind: str, said: dict[str, str | None]) -> None:
        if kind == "offset":
            away = timedelta(hours=int(said["hours"] or 0), minutes=int(said["minutes"] or 0))
            self._zone = timezone(-away if said["sign"] == "-" else away)
        elif kind == "region":
            self._zone = ZoneInfo("/".join(p.title() for p in (said["region"] or "").split("/")))
        elif kind == "zone":
            name = said["zone"] or ""
            self._american = self._american or name in _AMERICAN
            # In `+0800 CST` the number is clearer than the name.
            if self._zone is None and name in _ZONES:
                self._zone = timezone(timedelta(hours=_ZONES[name]))

    def _place_numbers(self) -> bool:
        """Decide which of the bare numbers is the day, and which is the year.

        Return False if a number cannot be used.
        """
        for number in self._numbers:
            if number > 31 and "year" not in self._said and number >= 1000:
                self._said["year"] = number
            elif "month" in self._said and "day" not in self._said and 1 <= number <= 31:
                self._said["day"] = number
            elif "day" in self._said and "year" not in self._said and number < 100:
                # 06-Apr-25: no news is older than this century.
                self._said["year"] = 2000 + number
            else:
                return False
        return "day" not in self._said or "month" in self._said

    def dates(self) -> tuple[WrittenDate, ...]:
        """Return the dates that the text may mean, if they exist."""
        said = self._said
        if "week" in said:
            day = date.fromisocalendar(said["year"], said["week"], said["weekday"])
            return (WrittenDate(year=day.year, month=day.month, day=day.day),)
        if not said.get("year"):
            return ()
        written = WrittenDate(
            year=said["year"],
            month=said.get("month"),
            day=said.get("day"),
            hour=said.get("hour"),
            minute=said.get("minute"),
            zone=self._zone,
        )
        if self._either is None:
            return (written,)
        first, second = self._either
        days = ((first, second),) if self._american else ((first, second), (second, first))
        dates = {
            replace(written, month=month, day=day)
            for month, day in days
            if month <= 12 and day <= monthrange(written.year, month)[1]
        }
        on_weekday = {d for d in dates if _weekday(d) == self._weekday}
        return tuple(on_weekday if len(on_weekday) == 1 else dates)


def _weekday(written: WrittenDate) -> int:
    return date(written.year, written.month or 1, written.day or 1).weekday()


# Dates of publication, never more precise than the text.

Precision = Literal["year", "month", "day", "minute"]

_BEIJING = timezone(timedelta(hours=8))
_FIRST_YEAR = 1000
"""Programs write the year 1 if they know no date."""
_EPOCH = re.compile(r"\d{10}(?:\d{3}|\d{6})?(?:\.\d+)?")
_EPOCH_SECONDS = range(315_532_800, 4_102_444_800)
"""From 1980 to 2100. Other numbers of ten digits are not times."""


def read_published(
    value: object, language: Language, hints: Collection[tuple[int, int]] = ()
) -> Published | None:
    """Read a date as a front matter or a byline gives it; None if it is not a date.

    `value` may be text in any form of `rag.text.written_dates`, a `datetime`, a `date`, a year, or
    a time as a number (seconds, milliseconds or microseconds since 1970). Without a time zone, an
    article in Chinese is taken to mean Beijing time, and any other article UTC. The result is also
    None if the text may mean two days (`03/04/2025`), unless exactly one of them is in `hints`,
    which are pairs of month and day.
    """
    assumed = _BEIJING if language == "zh" else UTC
    if isinstance(value, datetime):
        if value.year < _FIRST_YEAR:
            return None
        return _published(value.replace(second=0, microsecond=0), "minute", value.tzinfo, assumed)
    if isinstance(value, date):
        if value.year < _FIRST_YEAR:
            return None
        return _published(datetime(value.year, value.month, value.day), "day", None, assumed)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    try:
        if _EPOCH.fullmatch(text):
            return _from_epoch(text, assumed)
        return _from_written(possible_dates(text), hints, assumed)
    except (ValueError, OverflowError, LookupError):
        return None  # a 30th of February, or an unknown zone


def possible_dates(text: str) -> tuple[WrittenDate, ...]:
    """Return the dates that a text may mean; none if it is not a date."""
    try:
        return read_written_date(text)
    except (ValueError, OverflowError, LookupError):
        return ()


def _from_epoch(text: str, assumed: tzinfo) -> Published | None:
    whole = text.partition(".")[0]
    seconds = int(whole) // 10 ** (len(whole) - 10)
    if seconds not in _EPOCH_SECONDS:
        return None
    moment = datetime.fromtimestamp(seconds, assumed).replace(second=0)
    # The day depends on the zone, which is assumed here.
    return Published(moment=moment, precision="minute", zone_assumed=True)


def _from_written(
    dates: Collection[WrittenDate], hints: Collection[tuple[int, int]], assumed: tzinfo
) -> Published | None:
    if len(dates) > 1:
        dates = [d for d in dates if (d.month, d.day) in hints]
    if len(dates) != 1:
        return None
    (written,) = dates
    precision: Precision = "year"
    if written.month is not None:
        precision = "month"
    if written.day is not None:
        precision = "day" if written.hour is None else "minute"
    if written.year < _FIRST_YEAR:
        return None
    at_minute = precision == "minute"
    moment = datetime(
        written.year,
        written.month or 1,
        written.day or 1,
        (written.hour or 0) if at_minute else 0,
        (written.minute or 0) if at_minute else 0,
    )
    return _published(moment, precision, written.zone if at_minute else None, assumed)


def _published(
    moment: datetime, precision: Precision, zone: tzinfo | None, assumed: tzinfo
) -> Published:
    return Published(
        moment=moment.replace(tzinfo=zone or assumed),
        precision=precision,
        zone_assumed=zone is None,
    )


def published_days(published: Published) -> tuple[date, date]:
    """Return the first and the last day on which an article may have been published."""
    first = published.moment.date()
    if published.precision == "year":
        return first.replace(month=1, day=1), first.replace(month=12, day=31)
    if published.precision == "month":
        days = monthrange(first.year, first.month)[1]
        return first.replace(day=1), first.replace(day=days)
    return first, first
