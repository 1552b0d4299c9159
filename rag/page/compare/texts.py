"""The words of the tab that compares outlets and lays out stories, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the tab in one language. `{}` is the place of a value."""

    view: str
    side_by_side: str
    through_time: str
    intro: str
    story_intro: str
    label: str
    placeholder: str
    compare: str
    lay_out: str
    stop: str
    searching: str
    comparing: str
    save: str
    file_name: str
    differ: tuple[str, str]
    shared: str
    only: str
    more: str
    choose: str
    events: tuple[str, str]
    changes: tuple[str, str]
    disagreements: tuple[str, str]
    day_of_sentence: str
    day_of_article: str
    save_as: str
    story_file: str
    unexpected: str


EN = Texts(
    view="View",
    side_by_side="Outlets side by side",
    through_time="Through time",
    intro="Name a topic. The program finds what several outlets report, what one alone reports, and"
    " where they contradict each other. Every line is an exact quote. No language model is used.",
    story_intro="Name a topic. The program lays out what the articles tell of it: one row an event,"
    " the newest last, with values that changed and where outlets differ. Every line is an exact"
    " quote. No language model is used.",
    label="Topic",
    placeholder="A question or words, such as Apple Alibaba",
    compare="Compare",
    lay_out="Lay out in time",
    stop="Stop",
    searching="Searching the articles",
    comparing="Comparing sentences: {} of {}",
    save="Save the comparison",
    file_name="comparison",
    differ=("{} contradiction", "{} contradictions"),
    shared="{} shared",
    only="{} of one outlet",
    more="{} more",
    choose="Outlets and days are chosen under “Ask”, single articles under “Articles”.",
    events=("{} event", "{} events"),
    changes=("{} changed value", "{} changed values"),
    disagreements=("{} disagreement", "{} disagreements"),
    day_of_sentence="named in the text",
    day_of_article="day of the article",
    save_as="Save as {}",
    story_file="story",
    unexpected="The work failed unexpectedly: see the program's log.",
)

ZH = Texts(
    view="视图",
    side_by_side="媒体并列",
    through_time="时间线",
    intro="写一个话题，看多家媒体共同报道了什么、哪些内容只有一家报道、哪里互相矛盾。每一行都是原文引用，"
    "不使用语言模型。",
    story_intro="写一个话题，按时间看各篇文章的报道：每行一件事，最新的在最后，"
    "标出变化的数值和各媒体说法不一之处。每一行都是原文引用，不使用语言模型。",
    label="话题",
    placeholder="问题或词语，例如：苹果 阿里巴巴",
    compare="对比",
    lay_out="按时间排列",
    stop="停止",
    searching="正在检索文章",
    comparing="正在对比句子：{} / {}",
    save="保存对比结果",
    file_name="媒体对比",
    differ=("{} 处矛盾", "{} 处矛盾"),
    shared="{} 条共同报道",
    only="{} 条独家内容",
    more="还有 {} 条",
    choose="媒体和日期在“提问”页选择，单篇文章在“文章”页勾选。",
    events=("{} 件事", "{} 件事"),
    changes=("{} 处数值变化", "{} 处数值变化"),
    disagreements=("{} 处说法不一", "{} 处说法不一"),
    day_of_sentence="句中写明",
    day_of_article="文章日期",
    save_as="保存为 {}",
    story_file="时间线",
    unexpected="处理话题时发生意外错误：请查看程序日志。",
)


def texts(language: Language) -> Texts:
    """Return the words of the tab in `language`."""
    return ZH if language == "zh" else EN
