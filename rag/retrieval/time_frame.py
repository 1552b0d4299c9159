"""A time frame as a person sets it and sees it, and the days of publication it is held against."""

from __future__ import annotations

from datetime import date

from rag.corpus.published import published_days, read_published
from rag.errors import QuestionError
from rag.messages import Message
from rag.types import TimeFrame


def check_time_frame(frame: TimeFrame) -> None:
    """Raise `QuestionError` for a frame that ends before it begins."""
    if frame.start and frame.end and frame.end < frame.start:
        raise QuestionError(
            en=f"The time frame ends on {frame.end}, before it begins on {frame.start}: swap them.",
            zh=f"时间范围的结束日 {frame.end} 早于开始日 {frame.start}：请对调。",
        )


def time_frame_of(since: str, until: str) -> TimeFrame | None:
    """The frame that a person sets: days as YYYY-MM-DD, YYYY-MM or YYYY; None where both are empty.

    Raises `QuestionError` for text that is no such day, and as `check_time_frame` does.
    """
    first, last = _set_days(since), _set_days(until)
    if first is None and last is None:
        return None
    frame = TimeFrame(start=first[0] if first else None, end=last[1] if last else None)
    check_time_frame(frame)
    return frame


def day_of_asking(text: str) -> date | None:
    """The day that a person gives as today, as YYYY-MM-DD; None where the text is empty.

    Raises `QuestionError` for text that is no single day.
    """
    span = _set_days(text)
    if span and span[0] != span[1]:
        raise QuestionError(
            en=f"{text!r} is no single day: write it as 2025-02-13.",
            zh=f"{text!r} 不是某一天：请写成 2025-02-13。",
        )
    return span[0] if span else None


def _set_days(text: str) -> tuple[date, date] | None:
    if not text.strip():
        return None
    published = read_published(text, "en")
    if published is None:
        raise QuestionError(
            en=f"{text!r} is no date: write it as 2025-02-13, 2025-02 or 2025.",
            zh=f"{text!r} 不是日期：请写成 2025-02-13、2025-02 或 2025。",
        )
    return published_days(published)


def days_of(frame: TimeFrame) -> str:
    """`2024-10-01 – 2024-12-31`; one day alone; an open end stays open."""
    days = [str(day) if day else "…" for day in (frame.start, frame.end)]
    return days[0] if days[0] == days[1] else " – ".join(days)


def effect_of(frame: TimeFrame) -> Message:
    """What the frame does to the search, for a person."""
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
