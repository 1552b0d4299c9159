"""Return what a new conversation offers: questions to try, and what else one can do here."""

from __future__ import annotations

from dataclasses import dataclass

from rag.messages import Language
from rag.page.chat.controls import render_examples
from rag.page.chat.examples import Offer
from rag.page.markup import escaped
from rag.page.texts import HTML_LANGUAGE
from rag.text.languages import text_language


@dataclass(frozen=True, kw_only=True)
class _Words:
    also: str
    sum_up: str
    sum_up_question: str
    lay_out: str
    compare: str
    check: str
    add: str


_WORDS: dict[Language, _Words] = {
    "en": _Words(
        also="Or",
        sum_up="Sum up what is new",
        sum_up_question="What is new?",
        lay_out="Lay out a story in time",
        compare="Compare outlets",
        check="Check a draft",
        add="Add articles or follow a feed",
    ),
    "zh": _Words(
        also="还可以",
        sum_up="总结最新消息",
        sum_up_question="最新进展",
        lay_out="按时间排列报道",
        compare="对比各家媒体",
        check="核对草稿",
        add="添加文章或订阅",
    ),
}


def render_offer(offer: Offer, language: Language) -> str:
    """Return what a new conversation begins with, in the page's language."""
    questions = [question for question in offer.questions if text_language(question) == language]
    return render_examples(questions, language) + _also(offer, language)


def _also(offer: Offer, language: Language) -> str:
    """Return a button for each thing to do. Without articles, there is only adding some."""
    words = _WORDS[language]
    buttons = []
    if offer.articles:
        question = escaped(words.sum_up_question)
        buttons.append(_button(words.sum_up, f'data-act="ask" data-question="{question}"'))
        tabs = ((words.lay_out, "story"), (words.compare, "compare"), (words.check, "check"))
        buttons += [_button(word, f'data-tab="{tab}"') for word, tab in tabs]
    if offer.owner:
        buttons.append(_button(words.add, 'data-tab="articles"'))
    if not buttons:
        return ""
    label = escaped(words.also)
    return (
        f'<section class="rag-also" lang="{HTML_LANGUAGE[language]}" aria-label="{label}">'
        f'<p class="rag-hint">{label}</p>{"".join(buttons)}</section>'
    )


def _button(word: str, data: str) -> str:
    return f'<button type="button" {data}>{escaped(word)}</button>'
