"""The words of the history and of addresses, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass

from rag.messages import Language


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of earlier conversations and of links, in one language.

    `{}` is the place of a value. Pairs are for one and for several.
    """

    history: str
    earlier: str
    where: str
    none: str
    search: str
    found: tuple[str, str]
    found_none: str
    questions: tuple[str, str]
    rename: str
    new_name: str
    save: str
    cancel: str
    delete: str
    deleted: str
    undo: str
    delete_all: str
    delete_all_sure: str
    close: str

    unreadable: str
    full: str
    failed: str
    not_here: str

    linked: str
    edited: str
    no_article: str


EN = Texts(
    history="History",
    earlier="Earlier conversations",
    where="Kept only in this browser. When space runs out, the oldest are deleted.",
    none="None yet.",
    search="Search titles and answers",
    found=("{} conversation found", "{} conversations found"),
    found_none="No conversation has these words.",
    questions=("{} question", "{} questions"),
    rename="Rename “{}”",
    new_name="New name of “{}”",
    save="Save",
    cancel="Cancel",
    delete="Delete “{}”",
    deleted="“{}” was deleted.",
    undo="Undo",
    delete_all="Delete all…",
    delete_all_sure="Yes, delete all of them",
    close="Close",
    unreadable="A kept conversation could not be read, so it was deleted.",
    full="The oldest conversations were deleted to make room for this one.",
    failed="This browser could not keep the conversation: save it as a file if you need it.",
    not_here="This browser does not have the conversation of this link:"
    " a conversation is kept only in the browser that it was held in.",
    linked="What the link points to is marked.",
    edited="This article is not the text that the link was made for, so nothing is marked.",
    no_article="This page has no article at this address: the article was removed,"
    " or the link is wrong.",
)

ZH = Texts(
    history="历史",
    earlier="以前的对话",
    where="只保存在这个浏览器中。空间不足时，最早的会被删除。",
    none="还没有。",
    search="搜索标题和回答",
    found=("找到 {} 段对话", "找到 {} 段对话"),
    found_none="没有对话包含这些词。",
    questions=("{} 个问题", "{} 个问题"),
    rename="重命名“{}”",
    new_name="“{}”的新名称",
    save="保存",
    cancel="取消",
    delete="删除“{}”",
    deleted="已删除“{}”。",
    undo="撤销",
    delete_all="全部删除……",
    delete_all_sure="确定全部删除",
    close="关闭",
    unreadable="有一段保存的对话无法读取，已将其删除。",
    full="为腾出空间，最早的对话已被删除。",
    failed="浏览器无法保存这段对话：如有需要，请将它存为文件。",
    not_here="这个浏览器中没有此链接的对话：对话只保存在当时所用的浏览器中。",
    linked="链接所指的内容已标出。",
    edited="这篇文章已不是制作链接时的文本，因此没有标出内容。",
    no_article="本页面没有这个地址的文章：文章已被移除，或链接有误。",
)


def texts(language: Language) -> Texts:
    """Return the words of the history and of addresses in `language`."""
    return ZH if language == "zh" else EN
