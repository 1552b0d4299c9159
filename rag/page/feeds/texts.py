"""The words of the section for feeds, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the section in one language. `{}` is the place of a value."""

    section: str
    intro: str
    address: str
    fetch: str
    follow: str
    followed: str
    none_followed: str
    run: str
    remove: str
    remove_of: str
    articles: tuple[str, str]
    never_asked: str
    asked: str
    gone: str
    colon: str

    no_address: str
    fetching: str
    following: str
    asking: str
    asked_of: str
    no_feeds: str
    stop: str
    stopping: str
    stopped: str
    opml: str
    choose_opml: str
    save_opml: str
    imported: str
    none_imported: str
    too_large: str
    no_longer: str
    brought: str
    nothing_new: str
    outcomes: Mapping[str, str]
    corrections: Mapping[str, str]
    more: str
    not_owner: str
    unexpected: str


EN = Texts(
    section="Follow a feed or fetch an article",
    intro="The address of an article on the web, or of a feed (RSS, Atom, JSON Feed) or a page that"
    " names one. Only public addresses are asked, and robots.txt is obeyed.",
    address="Address",
    fetch="Fetch this article",
    follow="Follow this feed",
    followed="Followed feeds: {}",
    none_followed="No feed is followed yet.",
    run="Ask all now",
    remove="Stop following",
    remove_of="Stop following {}. Its articles stay.",
    articles=("{} article", "{} articles"),
    never_asked="never asked",
    asked="asked {}",
    gone="gone, not asked any more",
    colon=": ",
    no_address="There is no address: paste one into the box first.",
    fetching="Fetching the article…",
    following="Reading the feed, then its articles…",
    asking="Asking the feeds…",
    asked_of="Asked {} of {}: {}",
    no_feeds="There are no feeds to ask: follow one first.",
    stop="Stop",
    stopping="Stopping: articles that are being fetched are still kept…",
    stopped="Stopped: {} of {} feeds were asked. What came is kept; “Ask all now” brings the rest.",
    opml="Feed readers exchange lists of feeds as OPML. The feeds of a list are followed at once;"
    " their articles come when they are asked.",
    choose_opml="Follow the feeds of an OPML file",
    save_opml="Save the feeds as OPML",
    imported="{} feeds of the list are followed now. “Ask all now” brings their articles.",
    none_imported="All feeds of the list were followed already.",
    too_large="{} is larger than {} MB: that is no list of feeds.",
    no_longer="No longer followed: {}. Its articles stay.",
    brought="{}: {} new, {} changed, {} not taken",
    nothing_new="{}: nothing new",
    outcomes={
        "new": "Added",
        "changed": "Changed",
        "same": "Unchanged",
        "duplicate": "Already there",
        "removed": "Removed before",
        "refused": "Not taken",
        "failed": "Failed",
    },
    corrections={
        "corrected": "corrected by its outlet",
        "retracted": "retracted by its outlet",
        "gone": "its page is gone",
    },
    more="and {} more",
    not_owner="Only the owner of this page follows feeds and fetches articles.",
    unexpected="Something went wrong on our side. Look at the list, and try again.",
)

ZH = Texts(
    section="订阅来源或抓取文章",
    intro="网上一篇文章的网址，或订阅源（RSS、Atom、JSON Feed）及列出它的网页的网址。"
    "只访问公开的网址，并遵守 robots.txt。",
    address="网址",
    fetch="抓取这篇文章",
    follow="跟踪这个订阅源",
    followed="已跟踪的订阅源：{} 个",
    none_followed="还没有跟踪任何订阅源。",
    run="立即全部查看",
    remove="不再跟踪",
    remove_of="不再跟踪 {}，其文章保留",
    articles=("{} 篇文章", "{} 篇文章"),
    never_asked="尚未查看",
    asked="查看于 {}",
    gone="已停用，不再查看",
    colon="：",
    no_address="没有网址：请先在框中粘贴一个。",
    fetching="正在抓取文章……",
    following="正在读取订阅源及其文章……",
    asking="正在查看订阅源……",
    asked_of="已查看 {}/{}：{}",
    no_feeds="没有可查看的订阅源：请先跟踪一个。",
    stop="停止",
    stopping="正在停止：正在抓取的文章仍会保存……",
    stopped="已停止：{1} 个订阅源中查看了 {0} 个。"
    "已抓取的文章都已保存；“立即全部查看”可继续其余部分。",
    opml="阅读器之间以 OPML 交换订阅列表。列表中的订阅源会立即跟踪；查看它们时才抓取文章。",
    choose_opml="跟踪 OPML 文件中的订阅源",
    save_opml="将订阅源存为 OPML",
    imported="已跟踪列表中的 {} 个订阅源。“立即全部查看”可抓取其文章。",
    none_imported="列表中的订阅源都已在跟踪。",
    too_large="{} 超过 {} MB：这不是订阅列表。",
    no_longer="不再跟踪：{}，其文章保留。",
    brought="{}：新增 {} 篇，更新 {} 篇，未收录 {} 篇",
    nothing_new="{}：没有新内容",
    outcomes={
        "new": "已添加",
        "changed": "已更新",
        "same": "未变化",
        "duplicate": "已有相同文章",
        "removed": "此前已移除",
        "refused": "未收录",
        "failed": "失败",
    },
    corrections={"corrected": "媒体已更正", "retracted": "媒体已撤稿", "gone": "网页已不存在"},
    more="另有 {} 个",
    not_owner="只有本页面的所有者可以跟踪订阅源和抓取文章。",
    unexpected="我们这边出了错，请查看列表后重试。",
)


def texts(language: Language) -> Texts:
    """Return the words of the section in `language`."""
    return ZH if language == "zh" else EN
