"""The words of choosing articles, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language
from rag.page.scope.timeline import Unit


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words in one language. `{}` is the place of a value."""

    choose: str
    change: str
    chooser: str
    close: str
    timeline: Mapping[Unit, str]
    drag: str
    first_day: str
    last_day: str
    since: str
    until: str
    days: str
    articles: tuple[str, str]
    undated: tuple[str, str]
    outlets: str
    find_outlet: str
    more_outlets: tuple[str, str]
    no_outlet: str
    only: str
    left: str
    remove: str
    all_articles: str
    several_outlets: str
    to_ask: str
    asked: str
    checked: str
    compared: str
    laid_out: str
    asked_ticked: tuple[str, str]
    comma: str
    tick_some: str
    tick: str
    tick_this: str
    too_many: str
    quoted: str


EN = Texts(
    choose="Only some articles…",
    change="Change…",
    chooser="Choose which articles are asked",
    close="Close",
    timeline={
        "day": "Articles by day",
        "week": "Articles by week",
        "month": "Articles by month",
        "quarter": "Articles by quarter",
        "year": "Articles by year",
        "years": "Articles over the years",
    },
    drag="To ask only about some days, drag over the bars, tap one, or move the ends with the"
    " arrow keys.",
    first_day="First day asked about",
    last_day="Last day asked about",
    since="From",
    until="To",
    days="Days",
    articles=("{} article", "{} articles"),
    undated=(
        "{} article has no date, and is left out when days are chosen.",
        "{} articles have no date, and are left out when days are chosen.",
    ),
    outlets="Only these outlets",
    find_outlet="Find an outlet",
    more_outlets=("{} more outlet: find it by its name.", "{} more outlets: find them by name."),
    no_outlet="No outlet has this in its name.",
    only="Only:",
    left="{} of {} articles",
    remove="Remove: {}",
    all_articles="All articles",
    several_outlets="{} outlets",
    to_ask="Ask these",
    asked="Asked only of {} ({} of {} articles)",
    checked="Compared only with {} ({} of {} articles)",
    compared="Compared only {} ({} of {} articles)",
    laid_out="Laid out only from {} ({} of {} articles)",
    asked_ticked=("{} ticked article", "{} ticked articles"),
    comma=", ",
    tick_some="Tick articles to ask only these.",
    tick="Ask only this one: {}",
    tick_this="Ask only this article",
    too_many="At most {} articles can be ticked: choose outlets or days for more.",
    quoted="“{}”",
)

ZH = Texts(
    choose="只问部分文章……",
    change="更改……",
    chooser="选择要问的文章",
    close="关闭",
    timeline={
        "day": "文章按日分布",
        "week": "文章按周分布",
        "month": "文章按月分布",
        "quarter": "文章按季度分布",
        "year": "文章按年分布",
        "years": "文章历年分布",
    },
    drag="拖选或点按柱子，或用方向键移动两端，即可只问这些日期的文章。",
    first_day="最早日期",
    last_day="最晚日期",
    since="从",
    until="到",
    days="日期",
    articles=("{} 篇文章", "{} 篇文章"),
    undated=(
        "{} 篇文章没有日期，限定日期时不会问到。",
        "{} 篇文章没有日期，限定日期时不会问到。",
    ),
    outlets="只问这些媒体",
    find_outlet="查找媒体",
    more_outlets=("另有 {} 家媒体，可按名称查找。", "另有 {} 家媒体，可按名称查找。"),
    no_outlet="没有名称包含这些字的媒体。",
    only="仅限：",
    left="{1} 篇文章中的 {0} 篇",
    remove="去掉：{}",
    all_articles="全部文章",
    several_outlets="{} 家媒体",
    to_ask="就这些提问",
    asked="仅限 {0}（{2} 篇文章中的 {1} 篇）",
    checked="仅与 {0} 对照（{2} 篇文章中的 {1} 篇）",
    compared="仅对比 {0}（{2} 篇文章中的 {1} 篇）",
    laid_out="仅依据 {0}（{2} 篇文章中的 {1} 篇）",
    asked_ticked=("勾选的 {} 篇文章", "勾选的 {} 篇文章"),
    comma="，",
    tick_some="勾选文章，即可只问这些文章。",
    tick="只问这一篇：{}",
    tick_this="只问这篇文章",
    too_many="最多可勾选 {} 篇文章：更多文章请按媒体或日期选择。",
    quoted="《{}》",
)


def texts(language: Language) -> Texts:
    """Return the words of choosing articles in `language`."""
    return ZH if language == "zh" else EN


def counted(forms: tuple[str, str], count: int) -> str:
    """Return the form for one or for several, with the number."""
    return forms[count != 1].format(f"{count:,}")
