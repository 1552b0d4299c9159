"""What a look at a feed, and a later look at an answer, has to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.feeds import formats
from rag.feeds.gathering import Looked
from rag.feeds.keeping import Kept
from rag.feeds.record import Feed
from rag.ingest.files import shown
from rag.messages import Message


@dataclass(frozen=True, kw_only=True)
class FeedReport:
    """The result of a look at a feed. `articles` are those that were new, changed or not stored.

    `error` is None if the feed was read. `notices` tell what was not as it should be.
    """

    feed: Feed
    articles: tuple[Kept, ...] = ()
    error: Message | None = None
    notices: tuple[Message, ...] = ()

    def count(self, *outcomes: str) -> int:
        """Return the number of articles with one of these outcomes."""
        return sum(article.outcome in outcomes for article in self.articles)


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """A citation of an older answer whose article has changed since.

    `correction` is "corrected", "retracted" or "gone" (the page is no longer there), or None if the
    article changed without saying so. `notice` is the correction in the article's words. `at` is
    when the newest version was fetched, in seconds since 1970.
    """

    marker: int
    doc_id: str
    correction: str | None
    notice: str | None
    at: float


def articles_left(failed: Sequence[Kept]) -> Message | None:
    """Return why articles are left for the next run, in one line."""
    if not failed or failed[0].reason is None:
        return None
    count, reason = len(failed), failed[0].reason
    return Message(
        code="articles_left",
        en=f"{count} of its articles are left for the next run: {reason.en}",
        zh=f"有 {count} 篇文章留待下次：{reason.zh}",
    )


def notices_of(looked: Looked) -> Iterator[Message]:
    """Yield what was not as it should be in a feed that was read."""
    content = looked.content
    if content and content.damaged:
        yield Message(
            code="feed_damaged",
            en="The feed is not well-formed: what could be read of it was, and its articles are"
            " fetched from their pages.",
            zh="订阅源格式有误：可读的部分已读取，其文章从网页抓取。",
        )
    if content and content.unusable:
        yield Message(
            code="entries_unusable",
            en=f"{content.unusable} entries have no usable address, or are beyond the first"
            f" {formats.MAX_ENTRIES}.",
            zh=f"有 {content.unusable} 个条目没有可用地址，或超出前 {formats.MAX_ENTRIES} 条。",
        )


def moved_to(address: str) -> Message:
    """Return the notice that a feed has a new address."""
    return Message(
        code="feed_moved",
        en=f"The feed has moved, and is followed at {shown(address)}.",
        zh=f"订阅源已迁移，现跟踪 {shown(address)}。",
    )


def feed_stopped() -> Message:
    """Return the notice that a feed is no longer followed."""
    return Message(
        code="feed_stopped",
        en="The feed is gone (HTTP 410) and is not asked again. Its articles stay.",
        zh="订阅源已停用（HTTP 410），不再访问；其文章保留。",
    )
