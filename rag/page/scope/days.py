"""Spans of days in words, in Chinese and English."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from rag.messages import Language
from rag.text.dates import SHORT_MONTHS


def span_text(since: date | None, until: date | None, language: Language) -> str:
    """Return a span as a person writes it, such as `12–14 Feb 2025` or `2025年2月12日–14日`.

    None leaves an end open. Returns an empty text if both are None.
    """
    if since is None and until is None:
        return ""
    zh = language == "zh"
    if since is None or until is None:
        day = since or until or date.min
        if since:
            return f"{_day(day, language)}起" if zh else f"from {_day(day, language)}"
        return f"截至{_day(day, language)}" if zh else f"until {_day(day, language)}"
    if since == until:
        return _day(since, language)
    same_year = since.year == until.year
    if same_year and since.month == until.month:
        if (since.day, until.day) == (1, monthrange(until.year, until.month)[1]):
            return f"{until.year}年{until.month}月" if zh else f"{_month(until)} {until.year}"
        if zh:
            return f"{_day(since, language)}–{until.day}日"
        return f"{since.day}–{_day(until, language)}"
    if zh:
        end = f"{until.month}月{until.day}日" if same_year else _day(until, language)
        return f"{_day(since, language)}–{end}"
    begin = f"{since.day} {_month(since)}" if same_year else _day(since, language)
    return f"{begin} – {_day(until, language)}"


def _day(day: date, language: Language) -> str:
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_month(day)} {day.year}"


def _month(day: date) -> str:
    return SHORT_MONTHS[day.month - 1].title()
