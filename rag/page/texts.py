"""The words of the page's header and tabs, in Chinese and English, and the choice of language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language

HTML_LANGUAGE: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}
"""Values of the `lang` attribute. It selects the right shapes of Chinese characters."""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the header, tabs and quotes in one language. `{}` is the place of a value."""

    title: str
    tagline: str
    no_model: str
    searched_at: str
    model_will_see: str
    model_down: str
    offline_title: str
    offline: str
    failed_title: str
    failed: str
    busy: str
    close: str
    language: str
    chat: str
    check: str
    compare: str
    articles: str
    settings: str
    article: str
    original: str
    undated: str


EN = Texts(
    title="Ask the news",
    tagline="Every sentence cites its source, and each citation has been checked.",
    no_model="No language model: nothing you ask leaves this machine.",
    searched_at="No language model. Your question is searched on {}.",
    model_will_see="Your question and passages of the articles go to {}.",
    model_down="{} is not answering now. It will be asked again with your next question.",
    offline_title="No connection",
    offline="The page has lost its program. It comes back by itself as soon as the program runs"
    " again.",
    failed_title="That did not work",
    failed="Something went wrong, and nothing was changed. Try again, or reload the page.",
    busy="Too many questions at once: try again in a moment.",
    close="Close",
    language="Language",
    chat="Ask",
    check="Check",
    compare="Compare",
    articles="Articles",
    settings="Settings",
    article="Article",
    original="Original",
    undated="undated",
)

ZH = Texts(
    title="问新闻",
    tagline="每一句话都注明出处，每一处引用都经过核对。",
    no_model="未使用语言模型：您的提问不会离开本机。",
    searched_at="未使用语言模型。您的问题在 {} 上检索。",
    model_will_see="您的问题和文章片段会发送给 {}。",
    model_down="{} 目前没有响应；您提下一个问题时会再次尝试。",
    offline_title="连接已断开",
    offline="页面与程序失去连接。程序恢复运行后，页面会自动恢复。",
    failed_title="未能完成",
    failed="出了错，没有做任何改动。请重试，或刷新页面。",
    busy="提问过多：请稍后再试。",
    close="关闭",
    language="语言",
    chat="提问",
    check="核对",
    compare="对比",
    articles="文章",
    settings="设置",
    article="文章",
    original="原文",
    undated="日期不详",
)


def texts(language: Language) -> Texts:
    """Return the words of the header and the tabs in `language`."""
    return ZH if language == "zh" else EN


def language_sent(value: object) -> Language:
    """Return the language that a browser sent with an event. A browser may send anything."""
    return "zh" if value == "zh" else "en"


def preferred_language(accept_language: str | None) -> Language:
    """Return the page's language for a browser that sends this `Accept-Language` header.

    This is the one of Chinese and English with the higher weight (RFC 9110, 12.5.4), or English if
    the header names neither: `zh-CN,zh;q=0.9,en;q=0.8` gives `zh`, `fr` gives `en`.
    """
    best: Language = "en"
    best_weight = 0.0
    for entry in (accept_language or "").split(","):
        tag, *parameters = (part.strip().lower() for part in entry.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        primary = tag.partition("-")[0]
        if weight > best_weight and primary in ("zh", "en"):
            best, best_weight = ("zh" if primary == "zh" else "en"), weight
    return best
