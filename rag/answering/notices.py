"""What an answer says about itself: where it comes from, and what could not be done."""

from __future__ import annotations

from rag.errors import RagError
from rag.messages import Language, Message
from rag.retrieval.spelling import Slip
from rag.retrieval.time_frame import days_of
from rag.store.database import Manifest
from rag.types import TimeFrame


def searched_as(translation: str) -> Message:
    """Which translation was searched with, beside the question itself."""
    return Message(
        code="searched_as",
        en=f"Also searched in the articles' other language: {translation}",
        zh=f"另以文章的另一种语言检索：{translation}",
    )


def corrected(slip: Slip) -> Message:
    """Says which name was searched for in place of the typed one."""
    return Message(
        code="corrected",
        en=f"“{slip.typed}” stands in no article: “{slip.name}” was searched for.",
        zh=f"文章中没有“{slip.typed}”：检索的是“{slip.name}”。",
    )


def did_you_mean(slip: Slip) -> Message:
    """Asks whether the name that an unknown word is close to was meant."""
    return Message(
        code="did_you_mean",
        en=f"“{slip.typed}” stands in no article. Did you mean “{slip.name}”?",
        zh=f"文章中没有“{slip.typed}”。您要找的是“{slip.name}”吗？",
    )


def looked_up_again() -> Message:
    """Says what was done where a person doubted the answer before."""
    return Message(
        code="looked_up_again",
        en="The question before was looked up again. Each sentence is the articles' own or was"
        " checked against them: its number leads to the place. Articles themselves may be wrong.",
        zh="已重新查找上一个问题。每句话都是文章原句或已与文章核对，编号指向出处；文章本身也可能有误。",
    )


def no_article_then(frame: TimeFrame) -> Message:
    """Why the days that a question speaks of had no part in the search."""
    return Message(
        code="no_article_then",
        en=f"No article is of {days_of(frame)}: those of other days were searched.",
        zh=f"没有 {days_of(frame)} 的文章：检索的是其他日期的文章。",
    )


def behind(error: RagError, manifest: Manifest) -> Message:
    """Why the answer comes from a generation of the index that is no longer the newest."""
    return Message(
        code="behind",
        en=f"The index has changed and can't be read now; this answer comes from generation"
        f" {manifest.generation} of {manifest.updated}. {error.message.en}",
        zh=f"索引已变更且目前无法读取；本回答依据 {manifest.updated} 的第 {manifest.generation}"
        f" 代。{error.message.zh}",
    )


def rereading_due() -> Message:
    """Says why articles may not be shown as this version of the program reads them."""
    return Message(
        code="rereading_due",
        en="The files of this index were read by another version of this program: run `rag index`,"
        " which reads them again and embeds only what comes out differently.",
        zh="本索引的文件是由本程序的另一版本读取的：请运行 `rag index` 重新读取"
        "（只为有变化的文本计算向量）。",
    )


def no_model() -> Message:
    """Who wrote the answer where no chat model did."""
    return Message(
        code="no_model",
        en="No language model was used: these are the articles' own sentences, and nothing left"
        " this machine.",
        zh="未使用语言模型：以下均为文章原句，没有任何内容离开本机。",
    )


def fell_back() -> Message:
    """What was done where the chat model wrote nothing of use."""
    return Message(
        code="fell_back",
        en="The answer was composed from the articles' own sentences instead.",
        zh="已改用文章原句作答。",
    )


def other_language() -> Message:
    """Why the answer is not in the language it should have."""
    return Message(
        code="other_language",
        en="The quotations are in the articles' own language; a language model (RAG_MODEL, or the"
        " page's settings) answers in the language asked for.",
        zh="引文保留文章的原文语言；使用语言模型（RAG_MODEL 或页面设置）时会用所要求的语言作答。",
    )


def invented_markers(count: int) -> Message:
    """How many markers pointed at no sentence of the prompt."""
    return Message(
        code="invented_markers",
        en=f"The model cited {count} source number(s) that do not exist; they were dropped.",
        zh=f"模型引用了 {count} 个不存在的来源编号，已去掉。",
    )


def repaired(count: int) -> Message:
    """How many sentences hold only since they were written again."""
    return Message(
        code="repaired",
        en=f"{count} sentence(s) failed the check at first, and were written again.",
        zh=f"有 {count} 句话起初未通过核对，已经改写。",
    )


def replaced(count: int) -> Message:
    """How many sentences gave way to the article's own."""
    return Message(
        code="replaced",
        en=f"{count} sentence(s) failed the check, and the article's own stand in their place.",
        zh=f"有 {count} 句话未通过核对，已换成文章的原句。",
    )


def left_out(count: int) -> Message:
    """How many sentences of the reply are not in the answer."""
    return Message(
        code="left_out",
        en=f"{count} sentence(s) of the model failed the check and were left out.",
        zh=f"模型写的 {count} 句话未通过核对，已略去。",
    )


def cut_short() -> Message:
    """Why a reply ends where it does."""
    return Message(
        code="cut_short",
        en="The model was stopped: its reply went on for too long.",
        zh="模型的回复过长，已停止。",
    )


def cut_off() -> Message:
    """Says why a reply that the endpoint ended has no end."""
    return Message(
        code="cut_off",
        en="The model's reply was cut off at the length allowed; an unfinished sentence was"
        " dropped.",
        zh="模型的回复因长度限制被截断，未写完的句子已略去。",
    )


def filtered() -> Message:
    """Says why a reply that a content filter ended has no end."""
    return Message(
        code="filtered",
        en="The model's provider stopped the reply (content filter); an unfinished sentence was"
        " dropped.",
        zh="模型服务方的内容过滤中止了回复，未写完的句子已略去。",
    )


def reply_language(language: Language) -> Message:
    """Says why an answer is in another language than asked for; `language` is that one."""
    return Message(
        code="reply_language",
        en=f"The model did not answer in {'Chinese' if language == 'zh' else 'English'}, as it"
        " was asked to.",
        zh=f"模型没有按要求用{'中文' if language == 'zh' else '英文'}作答。",
    )


def nothing_claimed() -> Message:
    """Says why nothing of a reply is in the answer, not even as left out."""
    return Message(
        code="nothing_claimed",
        en="The model's reply held no statement that could be checked.",
        zh="模型的回复中没有可供核对的内容。",
    )


def unjudged(name: str) -> Message:
    """Whose word is missing on some sentences."""
    return Message(
        code="unjudged",
        en=f"The judge {name} gave no verdict on some sentences; the program's own check stands.",
        zh=f"评判模型 {name} 对部分句子没有给出结论，以程序自己的核对为准。",
    )
