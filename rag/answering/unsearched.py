"""Answer without a search: courtesies, pinyin, and follow-ups to nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rag.messages import Language, Message
from rag.retrieval.known_words import KnownWords, chinese_of, pinyin_words
from rag.retrieval.question import leans_on_nothing
from rag.text.courtesies import Courtesy, courtesy_in, nudge_in
from rag.text.languages import text_language
from rag.types import Answer, Statement, Timings

_CAN_DO = (
    "I answer questions about the indexed articles, in English or Chinese, and give the source of"
    " every sentence.",
    "我根据已索引的文章回答问题，中英文都可以，每句话都注明出处。",
)
_SAID: dict[Courtesy, tuple[str, str]] = {
    "greeting": ("Hello!", "你好！"),
    "farewell": ("Goodbye, and come back any time.", "再见，欢迎随时再来。"),
    "thanks": ("You're welcome!", "不客气！"),
    "praise": ("Glad to hear it!", "很高兴能帮上忙！"),
    "complaint": (
        "Sorry that this did not help. It often helps to say who or what you mean, and when.",
        "抱歉没有帮上忙。把人物、事情和时间说得具体一些，往往会有帮助。",
    ),
    "consent": ("All right.", "好的。"),
    "identity": ("I am a program, not a person.", "我是一个程序，不是人。"),
    "wellbeing": ("Thank you, everything is running.", "谢谢关心，一切运行正常。"),
    "wordless": (
        "Please ask in words: signs alone say nothing to me.",
        "请用文字提问：只有符号我看不懂。",
    ),
}


def answer_unsearched(
    question: str, history: Sequence[Answer], known: KnownWords, language: Language | None
) -> Answer | None:
    """Return the answer to a text that asks nothing of the articles; None for a question.

    `known` are the words of the articles. `language` is that of the answer; the default is the
    question's own, and Chinese for pinyin.
    """
    if words := pinyin_words(question, known):
        return _answer(question, language or "zh", missing=(_pinyin(chinese_of(words, known)),))
    language = language or _language(question, history)
    courtesy = None if _is_nudge(question) else courtesy_in(question)
    if courtesy:
        line = Message(
            code=courtesy,
            en=f"{_SAID[courtesy][0]} {_CAN_DO[0]}",
            zh=f"{_SAID[courtesy][1]}{_CAN_DO[1]}",
        )
        said = Statement(
            text=line.text(language), kind="framing", citations=(), verdict="supported"
        )
        return _answer(question, language, statements=(said,))
    if leans_on_nothing(question, history):
        return _answer(question, language, missing=(_nothing_before(question),))
    return None


def _is_nudge(question: str) -> bool:
    """Return True if a text that may be a courtesy is a question by its mark: "Sure?"."""
    return question.rstrip()[-1:] in ("?", "？") and nudge_in(question) is not None


def _language(question: str, history: Sequence[Answer]) -> Language:
    """Return the language of the words; for a text without words, that of the conversation."""
    if history and not any(character.isalpha() for character in question):
        return history[-1].language
    return text_language(question)


def _answer(
    question: str,
    language: Language,
    statements: tuple[Statement, ...] = (),
    missing: tuple[Message, ...] = (),
) -> Answer:
    return Answer(
        question=question,
        language=language,
        rewritten_question=None,
        status="answered" if statements else "abstained",
        statements=statements,
        left_out=(),
        conflicts=(),
        missing=missing,
        nearest=(),
        time_frame=None,
        hits=(),
        notices=(),
        model=None,
        timings=Timings(retrieve=0, compose=0, verify=0, total=0),
    )


def _nothing_before(question: str) -> Message:
    return Message(
        code="nothing_before",
        en=f"“{question.strip()}” follows up on an earlier question, but there is none: please say"
        " what you are asking about.",
        zh=f"“{question.strip()}”要接着上一个问题来问，而前面还没有问题：请说明问的是什么。",
    )


def _pinyin(meant: str | None) -> Message:
    en = "Pinyin can't be searched for: write Chinese characters, or English."
    zh = "无法用拼音检索：请用汉字或英文提问。"
    if meant:
        en += f" Did you mean “{meant}”?"
        zh += f"您要问的是“{meant}”吗？"
    return Message(code="pinyin", en=en, zh=zh)
