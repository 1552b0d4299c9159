"""The words around shared answers, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language
from rag.page.shares.since import Happened


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words in one language. `{}` is the place of a value."""

    heading: str
    address: str
    copy: str
    copied: str
    copy_failed: str
    means: str
    only_here: str
    stop: str
    stop_of: str
    stopped: str
    all_shared: str
    close: str
    section: str
    none: str
    shared_on: str
    not_owner: str

    other_language: str
    read_only: str
    exact: str
    by_model: str
    by_articles: str
    unchanged: str
    some_changed: str
    not_checked_now: str
    flags: Mapping[Happened, str]
    told: Mapping[Happened, str]
    seen_on: str
    in_its_words: str
    quote_stands: str
    quote_lost: str
    listed_now: str
    gone: str


EN = Texts(
    heading="Shared: anyone with this address can read the answer",
    address="Address of the answer",
    copy="Copy the address",
    copied="Copied.",
    copy_failed="The browser does not allow copying here: select the address.",
    means="No password is asked for there, not even that of this page (RAG_CHAT_AUTH). The answer"
    " stays as it is now, with its quotes and sources, until you stop sharing it.",
    only_here="This address opens on this machine only. To share with others, open the page at the"
    " address that they use, and share there.",
    stop="Stop sharing",
    stop_of="Stop sharing “{}”",
    stopped="The answer is no longer shared.",
    all_shared="All shared answers",
    close="Close",
    section="Shared answers: {}",
    none="No answer is shared. The button “Share” is below each answer.",
    shared_on="shared on {}",
    not_owner="Only the owner of this page shares answers.",
    other_language="中文",
    read_only="An answer that was shared on {}. Its sentences and quotes do not change.",
    exact="Each quote below stood letter by letter in its article on that day.",
    by_model="A language model ({}) wrote the sentences. A program compared each with its quotes,"
    " and left out those that failed.",
    by_articles="No language model wrote this: the program chose sentences of the articles.",
    unchanged="Looked at now: no cited article has been changed, corrected or removed since.",
    some_changed="Looked at now: articles behind {} of {} quotes have changed since this answer was"
    " written. They are marked below.",
    not_checked_now="Articles may have been corrected since: that can't be looked up now.",
    flags={
        "retracted": "article retracted since",
        "corrected": "article corrected since",
        "gone": "page gone since",
        "changed": "article changed since",
        "removed": "article removed since",
        "relisted": "details corrected since",
    },
    told={
        "retracted": "This article was retracted since.",
        "corrected": "This article was corrected since.",
        "gone": "The page of this article is no longer on the web.",
        "changed": "This article was changed since.",
        "removed": "This article is no longer on this server, so the quote can't be compared.",
        "relisted": "What is known of this article was corrected since.",
    },
    seen_on="Seen on {}.",
    in_its_words="It says: “{}”",
    quote_stands="It still has the quote, letter by letter.",
    quote_lost="It no longer has the quote.",
    listed_now="Listed now as: {}",
    gone="This answer is not shared, or no longer.",
)

ZH = Texts(
    heading="已分享：持有此网址的人都能阅读这个回答",
    address="回答的网址",
    copy="复制网址",
    copied="已复制。",
    copy_failed="浏览器不允许在此复制：请选中网址。",
    means="打开它不需要任何密码，包括本页面的密码（RAG_CHAT_AUTH）。回答连同引文和出处保持现在的样子，"
    "直到您停止分享。",
    only_here="此网址只能在这台机器上打开。要分享给他人，请用他们使用的网址打开本页面，再在那里分享。",
    stop="停止分享",
    stop_of="停止分享“{}”",
    stopped="此回答已停止分享。",
    all_shared="所有已分享的回答",
    close="关闭",
    section="已分享的回答：{} 个",
    none="还没有分享任何回答。每个回答下方有“分享”按钮。",
    shared_on="分享于 {}",
    not_owner="只有本页面的所有者可以分享回答。",
    other_language="English",
    read_only="分享于 {} 的回答，其句子和引文不再变化。",
    exact="当天，下列每段引文都与其文章逐字相符。",
    by_model="句子由语言模型（{}）撰写；程序将每句与引文核对，略去了未通过的句子。",
    by_articles="未使用语言模型：由程序从文章中选出句子。",
    unchanged="刚刚核查：被引文章此后均未更改、更正或移除。",
    some_changed="刚刚核查：{1} 段引文中，有 {0} 段所在的文章在此回答写成后有变化，已在下方标出。",
    not_checked_now="此后文章可能有过更正：目前无法核查。",
    flags={
        "retracted": "文章此后已撤稿",
        "corrected": "文章此后已更正",
        "gone": "网页此后已不在",
        "changed": "文章此后有改动",
        "removed": "文章此后已移除",
        "relisted": "文章信息此后已更正",
    },
    told={
        "retracted": "这篇文章此后已撤稿。",
        "corrected": "这篇文章此后已更正。",
        "gone": "这篇文章的网页已不在网上。",
        "changed": "这篇文章此后有改动。",
        "removed": "这篇文章已不在此服务器上，无法核对引文。",
        "relisted": "这篇文章的信息此后已更正。",
    },
    seen_on="发现于 {}。",
    in_its_words="文中写道：“{}”",
    quote_stands="引文仍逐字见于文中。",
    quote_lost="文中已没有这段引文。",
    listed_now="现列为：{}",
    gone="此回答没有分享，或已停止分享。",
)


def texts(language: Language) -> Texts:
    """Return the words in `language`."""
    return ZH if language == "zh" else EN
