"""Notices of an answer: where it comes from, and what could not be done."""

from __future__ import annotations

from rag.errors import RagError
from rag.messages import Language, Message
from rag.retrieval.spelling import Slip
from rag.retrieval.time_frame import days_of
from rag.store.database import Manifest
from rag.types import TimeFrame


def searched_as(translation: str) -> Message:
    """Name the translation that was searched with, in addition to the question itself."""
    return Message(
        code="searched_as",
        en=f"Also searched in the articles' other language: {translation}",
        zh=f"另以文章的另一种语言检索：{translation}",
    )


def corrected(slip: Slip) -> Message:
    """Say which name was searched for instead of the typed one."""
    return Message(
        code="corrected",
        en=f"No article has “{slip.typed}”: “{slip.name}” was searched for instead.",
        zh=f"文章中没有“{slip.typed}”：已改为检索“{slip.name}”。",
    )


def did_you_mean(slip: Slip) -> Message:
    """Ask if the reader meant the known name that is close to an unknown word."""
    return Message(
        code="did_you_mean",
        en=f"No article has “{slip.typed}”. Did you mean “{slip.name}”?",
        zh=f"文章中没有“{slip.typed}”。您要找的是“{slip.name}”吗？",
    )


def looked_up_again() -> Message:
    """Say what was done after a person doubted the answer before."""
    return Message(
        code="looked_up_again",
        en="The previous question was searched again. Each sentence is quoted from the articles or"
        " was checked against them; its number leads to the source. The articles themselves may be"
        " wrong.",
        zh="已重新查找上一个问题。每句话都是文章原句或已与文章核对，编号指向出处；文章本身也可能有误。",
    )


def no_article_then(frame: TimeFrame) -> Message:
    """Say why the days in a question did not limit the search."""
    return Message(
        code="no_article_then",
        en=f"There are no articles of {days_of(frame)}: those of other days were searched.",
        zh=f"没有 {days_of(frame)} 的文章：检索的是其他日期的文章。",
    )


def behind(error: RagError, manifest: Manifest) -> Message:
    """Say why the answer comes from a generation of the index that is not the newest."""
    return Message(
        code="behind",
        en=f"The index has changed and can't be read now; this answer comes from generation"
        f" {manifest.generation} of {manifest.updated}. {error.message.en}",
        zh=f"索引已变更且目前无法读取；本回答依据 {manifest.updated} 的第 {manifest.generation}"
        f" 代。{error.message.zh}",
    )


def rereading_due() -> Message:
    """Say that the articles may have been read by another version of the program."""
    return Message(
        code="rereading_due",
        en="The files of this index were read by another version of this program: run `rag index`,"
        " which reads them again and computes new embeddings only for changed text.",
        zh="本索引的文件是由本程序的另一版本读取的：请运行 `rag index` 重新读取"
        "（只为有变化的文本计算向量）。",
    )


def no_model(searched_at: str | None) -> Message:
    """Say that no chat model wrote the answer.

    `searched_at` is the host that the question was sent to for searching, None for this machine.
    """
    if searched_at:
        return Message(
            code="no_model_searched_elsewhere",
            en="No language model was used: these are the articles' own sentences. The question's"
            f" vector and terms went to {searched_at}, where the articles are searched.",
            zh="未使用语言模型：以下均为文章原句。"
            f"问题的向量与词项曾发送到 {searched_at}，在那里检索文章。",
        )
    return Message(
        code="no_model",
        en="No language model was used: these are the articles' own sentences, and nothing left"
        " this machine.",
        zh="未使用语言模型：以下均为文章原句，没有任何内容离开本机。",
    )


def fell_back() -> Message:
    """Say what was done because the chat model wrote nothing usable."""
    return Message(
        code="fell_back",
        en="The answer was composed from the articles' own sentences instead.",
        zh="已改用文章原句作答。",
    )


def other_language() -> Message:
    """Say why the answer is not in the language it should be in."""
    return Message(
        code="other_language",
        en="The quotations are not translated. With a language model (RAG_MODEL, or the page's"
        " settings) answers come in the language asked for.",
        zh="引文保留文章的原文语言；使用语言模型（RAG_MODEL 或页面设置）时会用所要求的语言作答。",
    )


def invented_markers(count: int) -> Message:
    """Say how many markers pointed at no sentence of the prompt."""
    return Message(
        code="invented_markers",
        en=f"The model cited {count} source number(s) that do not exist; they were dropped.",
        zh=f"模型引用了 {count} 个不存在的来源编号，已去掉。",
    )


def repaired(count: int) -> Message:
    """Say how many sentences passed the check only after they were rewritten."""
    return Message(
        code="repaired",
        en=f"{count} sentence(s) failed the check at first and were rewritten.",
        zh=f"有 {count} 句话起初未通过核对，已经改写。",
    )


def replaced(count: int) -> Message:
    """Say how many sentences were replaced by the article's own."""
    return Message(
        code="replaced",
        en=f"{count} sentence(s) failed the check and were replaced by the article's own.",
        zh=f"有 {count} 句话未通过核对，已换成文章的原句。",
    )


def left_out(count: int) -> Message:
    """Say how many sentences of the reply are not in the answer."""
    return Message(
        code="left_out",
        en=f"{count} sentence(s) of the model failed the check and were left out.",
        zh=f"模型写的 {count} 句话未通过核对，已略去。",
    )


def only_chosen(count: int) -> Message:
    """Say that only chosen articles were searched."""
    articles = "1 chosen article was" if count == 1 else f"{count} chosen articles were"
    return Message(
        code="only_chosen",
        en=f"Only the {articles} searched.",
        zh=f"仅在选定的 {count} 篇文章中检索。",
    )


def cut_short() -> Message:
    """Say that the program stopped a reply because it was too long."""
    return Message(
        code="cut_short",
        en="The model was stopped: its reply went on for too long.",
        zh="模型的回复过长，已停止。",
    )


def cut_off() -> Message:
    """Say that the endpoint ended the reply at its length limit."""
    return Message(
        code="cut_off",
        en="The model's reply was cut off at the length allowed; an unfinished sentence was"
        " dropped.",
        zh="模型的回复因长度限制被截断，未写完的句子已略去。",
    )


def filtered() -> Message:
    """Say that a content filter ended the reply."""
    return Message(
        code="filtered",
        en="The model's provider stopped the reply (content filter); an unfinished sentence was"
        " dropped.",
        zh="模型服务方的内容过滤中止了回复，未写完的句子已略去。",
    )


def reply_language(language: Language) -> Message:
    """Say that the answer is not in `language`, which was asked for."""
    return Message(
        code="reply_language",
        en=f"The model did not answer in {'Chinese' if language == 'zh' else 'English'}, as it"
        " was asked to.",
        zh=f"模型没有按要求用{'中文' if language == 'zh' else '英文'}作答。",
    )


def nothing_claimed() -> Message:
    """Say that the reply held no statement that could be checked."""
    return Message(
        code="nothing_claimed",
        en="The model's reply held no statement that could be checked.",
        zh="模型的回复中没有可供核对的内容。",
    )


def unjudged(name: str) -> Message:
    """Say that the judge gave no verdict on some sentences."""
    return Message(
        code="unjudged",
        en=f"The judge {name} gave no verdict on some sentences; for these the program's own check"
        " counts.",
        zh=f"评判模型 {name} 对部分句子没有给出结论，以程序自己的核对为准。",
    )
