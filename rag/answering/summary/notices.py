"""What a summary says about its articles: how many were left out, and why there are none."""

from __future__ import annotations

from rag.messages import Message
from rag.retrieval.time_frame import days_of
from rag.types import TimeFrame


def of_how_many(read: int, more: int) -> Message:
    """Say that there were too many articles to read all of them."""
    return Message(
        code="summed_up_some",
        en=f"The newest {read} of {read + more} articles were summed up: choose days, outlets or a"
        " topic to sum up others.",
        zh=f"共有 {read + more} 篇文章，只概括了最新的 {read} 篇：选择日期、媒体或话题"
        "可概括其他文章。",
    )


def days_without_articles(frame: TimeFrame) -> Message:
    """Say that no article is of the days that were asked about."""
    return Message(
        code="no_article_then",
        en=f"There are no articles of {days_of(frame)}.",
        zh=f"没有 {days_of(frame)} 的文章。",
    )


def newest_instead(frame: TimeFrame, newest: TimeFrame) -> Message:
    """Say that other days were summed up than those asked about, which have no article."""
    return Message(
        code="newest_instead",
        en=f"There are no articles of {days_of(frame)}: the newest, of {days_of(newest)}, were"
        " summed up.",
        zh=f"没有 {days_of(frame)} 的文章：以下概括的是最新的文章（{days_of(newest)}）。",
    )


def nothing_on(topic: str) -> Message:
    """Say that no article speaks of the topic."""
    said = topic.strip()
    return Message(
        code="nothing_to_sum_up",
        en=f"No article was found that speaks of “{said}”." if said else "There are no articles.",
        zh=f"没有找到谈及“{said}”的文章。" if said else "没有文章。",
    )


def nothing_to_quote() -> Message:
    """Say that the articles hold no sentence that states something."""
    return Message(
        code="nothing_to_quote",
        en="These articles have no sentences that could be quoted.",
        zh="这些文章中没有可以引用的句子。",
    )


def not_on_topic(topic: str) -> Message:
    """Say that the chosen articles don't speak of the topic, and were summed up as a whole."""
    return Message(
        code="not_on_topic",
        en=f"No sentence of the chosen articles speaks of “{topic.strip()}”: they were summed up as"
        " a whole.",
        zh=f"所选文章中没有谈及“{topic.strip()}”的句子：以下概括的是全文。",
    )
