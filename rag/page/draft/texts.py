"""The words of the tab that checks a draft, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the tab in one language. `{}` is the place of a value."""

    intro: str
    label: str
    placeholder: str
    open_file: str
    check: str
    stop: str
    checking: str
    save: str
    file_name: str
    none_wrong: str
    unexpected: str


EN = Texts(
    intro="Paste a text. Each sentence is compared with your articles: what"
    " differs is marked, with the sentence of the article that says otherwise.",
    label="Your text",
    placeholder="Paste your text here",
    open_file="Open a text file",
    check="Check",
    stop="Stop",
    checking="Checking: {} sentences so far",
    save="Save the report",
    file_name="check",
    none_wrong="Nothing was found that differs.",
    unexpected="The check failed unexpectedly: see the program's log.",
)

ZH = Texts(
    intro="粘贴一段文字。每句话都会与您的文章对照：与出处不符之处会被标出，并附上文章中的原句。",
    label="您的文字",
    placeholder="在此粘贴文字",
    open_file="打开文本文件",
    check="核对",
    stop="停止",
    checking="正在核对：已完成 {} 句",
    save="保存核对报告",
    file_name="核对",
    none_wrong="没有发现不符之处。",
    unexpected="核对时发生意外错误：请查看程序日志。",
)


def texts(language: Language) -> Texts:
    """Return the words of the tab in `language`."""
    return ZH if language == "zh" else EN
