"""The words of the tab that compares outlets, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the tab in one language. `{}` is the place of a value."""

    intro: str
    label: str
    placeholder: str
    compare: str
    stop: str
    searching: str
    comparing: str
    save: str
    file_name: str
    differ: str
    shared: str
    only: str
    more: str
    choose: str
    unexpected: str


EN = Texts(
    intro="Name a topic. The program finds what several outlets report, what one alone reports, and"
    " where they contradict each other. Every line is an exact quote. Nothing leaves this machine.",
    label="Topic",
    placeholder="A question or words, such as Apple Alibaba",
    compare="Compare",
    stop="Stop",
    searching="Searching the articles",
    comparing="Comparing sentences: {} of {}",
    save="Save the comparison",
    file_name="comparison",
    differ="{} contradictions",
    shared="{} shared",
    only="{} of one outlet",
    more="{} more",
    choose="Outlets and days are chosen under “Ask”, single articles under “Articles”.",
    unexpected="The comparison failed unexpectedly: see the program's log.",
)

ZH = Texts(
    intro="写一个话题，看多家媒体共同报道了什么、哪些内容只有一家报道、哪里互相矛盾。每一行都是原文引用，"
    "全部在本机完成。",
    label="话题",
    placeholder="问题或词语，例如：苹果 阿里巴巴",
    compare="对比",
    stop="停止",
    searching="正在检索文章",
    comparing="正在对比句子：{} / {}",
    save="保存对比结果",
    file_name="媒体对比",
    differ="{} 处矛盾",
    shared="{} 条共同报道",
    only="{} 条独家内容",
    more="还有 {} 条",
    choose="媒体和日期在“提问”页选择，单篇文章在“文章”页勾选。",
    unexpected="对比时发生意外错误：请查看程序日志。",
)


def texts(language: Language) -> Texts:
    """Return the words of the tab in `language`."""
    return ZH if language == "zh" else EN
