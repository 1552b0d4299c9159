"""The words of the chat, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.messages import Language
from rag.types import Progress, Stage, StatementKind, Verdict


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All words of the chat in one language. `{}` is the place of a value."""

    question: str
    placeholder: str
    waiting: str
    ask: str
    stop: str
    new_conversation: str
    examples: str
    articles: tuple[str, str]
    outlets: tuple[str, str]
    unread: tuple[str, str]
    nothing_loaded: str
    see_articles: str
    language_names: Mapping[Language, str]
    quotation: str
    untranslated: Mapping[Language, str]
    answer_in: Mapping[Language, str]
    trouble: Mapping[str, str]
    trouble_details: str
    try_again: str
    to_settings: str
    without_model: str
    question_empty: str
    question_too_long: str
    one_at_a_time: str
    unexpected: str
    copy_answer: str
    copy_markdown: str
    share: str
    copied: str
    copy_failed: str
    edit: str
    retry: str
    editing: str
    cancel: str
    save_all: str
    save_word: str
    save_pdf: str
    save_markdown: str
    save_json: str

    stages: Mapping[Stage, str]
    counted_stages: Mapping[Stage, str]
    draft: str
    stopped: str

    supported: str
    partial: str
    unsupported: str
    framing: str
    why: str
    marker: str
    to_statement: str
    show_in_article: str

    abstained: str
    missing: str
    nearest: str
    no_answer: str
    no_article_has: str
    did_you_mean: str
    read_article: str
    incomplete: str
    left_out: str
    left_out_one: str
    conflicts: str
    superseded: str
    value: str
    source: str
    date: str
    time_frame: str
    understood_as: str

    model_saw: str
    model_saw_question: str
    model_tokens: str
    model_none: str
    seconds: str

    sources: str
    all_sources: str
    considered: str
    whole_article: str
    close: str
    marked_here: str
    marked_near: str
    cut: str
    original: str
    undated: str
    article_gone: str
    article_not_there: str
    article_changed: str
    also_in: str

    colon: str
    comma: str
    in_brackets: str

    def progress(self, progress: Progress | None) -> str:
        """Return what the assistant is doing, in words."""
        if progress is None:
            return self.stages["searching"]
        if progress.count is not None and progress.stage in self.counted_stages:
            return self.counted_stages[progress.stage].format(progress.count)
        return self.stages[progress.stage]

    def verdict(self, verdict: Verdict, kind: StatementKind) -> str:
        """Return in words how far a statement is supported."""
        if kind == "framing":
            return self.framing
        return {
            "supported": self.supported,
            "partial": self.partial,
            "unsupported": self.unsupported,
        }[verdict]


EN = Texts(
    question="Your question",
    placeholder="Ask in Chinese or English",
    waiting="The page is still loading. Your question will be asked at once after that.",
    ask="Ask",
    stop="Stop",
    new_conversation="New chat",
    examples="Try one of these",
    articles=("{} article", "{} articles"),
    outlets=("{} outlet", "{} outlets"),
    unread=("{} file could not be read", "{} files could not be read"),
    nothing_loaded="There are no articles yet. Add some, or run: rag index FOLDER",
    see_articles="Articles",
    language_names={"zh": "Chinese", "en": "English"},
    quotation="Quoted word for word",
    untranslated={
        "zh": "Quotations are not translated. To get the answer in Chinese, set up a language model"
        " (2 minutes):",
        "en": "Quotations are not translated. To get the answer in English, set up a language model"
        " (2 minutes):",
    },
    answer_in={"zh": "Answer in Chinese", "en": "Answer in English"},
    trouble={
        "ChatModelUnreachable": "The language model{} can’t be reached.",
        "ChatModelTimedOut": "The language model{} did not answer in time.",
        "ChatModelRefused": "The language model{} refused the question.",
        "ChatModelFailed": "The language model{} failed.",
        "ChatModelBrokeOff": "The reply of the language model{} broke off.",
        "ChatModelEmpty": "The language model{} replied with no text.",
    },
    trouble_details="Details",
    try_again="Try again",
    to_settings="Settings",
    without_model="Answer without it",
    question_empty="Type a question first.",
    question_too_long="That is {} characters; a question has at most {}. Please shorten it.",
    one_at_a_time="One question at a time: wait for this answer, or stop it.",
    unexpected="Something went wrong on our side, so there is no answer. Please ask again.",
    copy_answer="Copy with sources",
    copy_markdown="Copy as Markdown",
    share="Share",
    copied="Copied.",
    copy_failed="The browser refused to copy.",
    edit="Edit the question",
    retry="Ask again",
    editing="Editing question {}: the new question replaces it, and all that follows is removed.",
    cancel="Cancel",
    save_all="Save all as",
    save_word="Save all as Word",
    save_pdf="Save all as PDF",
    save_markdown="Save all as Markdown",
    save_json="Save all as JSON",
    stages={
        "searching": "Searching the articles…",
        "reading": "Reading…",
        "writing": "Writing…",
        "checking": "Checking each sentence against its source…",
        "repairing": "Rewriting sentences that failed the check…",
        "falling_back": "The language model failed; answering with the articles’ own sentences…",
    },
    counted_stages={"reading": "Reading {} passages…", "checking": "Checking {} sentences…"},
    draft="Draft, not checked yet",
    stopped="Stopped. The sentences shown were checked; the rest was not written.",
    supported="Checked: supported by its source",
    partial="Read the quote",
    unsupported="Not supported",
    framing="Introduces what follows, and states no fact",
    why="Why?",
    marker="Source {}: {}",
    to_statement="Back to the sentence that cites source {}",
    show_in_article="Show it in the article",
    abstained="The articles don’t answer this",
    missing="Looked for and not found",
    nearest="The nearest articles, which don’t answer",
    no_answer="Not an answer",
    no_article_has="No article found has “{}”.",
    did_you_mean="Did you mean “{}”?",
    read_article="Read it",
    incomplete="Not found in the articles",
    left_out="{} sentences left out, because they failed the check",
    left_out_one="1 sentence left out, because it failed the check",
    conflicts="The sources disagree",
    superseded="superseded by a newer report",
    value="What they say",
    source="Source",
    date="Date",
    time_frame="Time asked about",
    understood_as="Understood as",
    model_saw="Model: {} at {}; it saw the question and passages of the articles",
    model_saw_question="Model: {} at {}; it saw only the question",
    model_tokens="{} tokens read, {} written",
    model_none="No language model was used; nothing left this machine",
    seconds="{:.1f} s",
    sources="Sources",
    all_sources="All sources",
    considered="Passages read but not used: {}",
    whole_article="The whole article",
    close="Close",
    marked_here="What the answer cites is marked.",
    marked_near="The nearest sentence is marked. It is not an answer.",
    cut="Only the first {:,} characters are shown.",
    original="Original",
    undated="undated",
    article_gone="This article is no longer in the index; here is the sentence that was quoted.",
    article_not_there="This article is no longer in the index.",
    also_in="The same report is also in: {}",
    article_changed="This article has changed since; here is the sentence as it was quoted.",
    colon=": ",
    comma=", ",
    in_brackets=" ({})",
)

ZH = Texts(
    question="您的问题",
    placeholder="用中文或英文提问",
    waiting="页面还在加载，加载完成后会立即提出您的问题。",
    ask="提问",
    stop="停止",
    new_conversation="新对话",
    examples="试试这些问题",
    articles=("{} 篇文章", "{} 篇文章"),
    outlets=("{} 家媒体", "{} 家媒体"),
    unread=("{} 个文件无法读取", "{} 个文件无法读取"),
    nothing_loaded="还没有文章。请添加文章，或运行：rag index 文件夹",
    see_articles="文章",
    language_names={"zh": "中文", "en": "英文"},
    quotation="文章原句",
    untranslated={
        "zh": "引文不翻译。如需中文回答，请设置一个语言模型（约 2 分钟）：",
        "en": "引文不翻译。如需英文回答，请设置一个语言模型（约 2 分钟）：",
    },
    answer_in={"zh": "用中文回答", "en": "用英文回答"},
    trouble={
        "ChatModelUnreachable": "无法连接语言模型{}。",
        "ChatModelTimedOut": "语言模型{}没有及时作答。",
        "ChatModelRefused": "语言模型{}拒绝了提问。",
        "ChatModelFailed": "语言模型{}出错了。",
        "ChatModelBrokeOff": "语言模型{}的回答中途断开。",
        "ChatModelEmpty": "语言模型{}返回了空回答。",
    },
    trouble_details="详情",
    try_again="重试",
    to_settings="设置",
    without_model="不用模型作答",
    question_empty="请先输入问题。",
    question_too_long="问题有 {} 个字符，最多 {} 个，请缩短后再问。",
    one_at_a_time="一次只能问一个问题：请等这次回答完成，或先停止它。",
    unexpected="我们这边出了错，没有得到答案，请再问一次。",
    copy_answer="复制（含出处）",
    copy_markdown="复制为 Markdown",
    share="分享",
    copied="已复制。",
    copy_failed="浏览器不允许复制。",
    edit="修改问题",
    retry="重新提问",
    editing="正在修改第 {} 个问题：新问题会取代它，其后的内容将被移除。",
    cancel="取消",
    save_all="整段对话存为",
    save_word="整段对话存为 Word",
    save_pdf="整段对话存为 PDF",
    save_markdown="整段对话存为 Markdown",
    save_json="整段对话存为 JSON",
    stages={
        "searching": "正在检索文章……",
        "reading": "正在阅读……",
        "writing": "正在撰写……",
        "checking": "正在逐句核对出处……",
        "repairing": "正在改写未通过核对的句子……",
        "falling_back": "语言模型出错，改用文章原句作答……",
    },
    counted_stages={"reading": "正在阅读 {} 个段落……", "checking": "正在核对 {} 个句子……"},
    draft="草稿，尚未核对",
    stopped="已停止。以上内容已经核对，其余没有写出。",
    supported="已核对：出处支持这句话",
    partial="请读引文",
    unsupported="没有得到支持",
    framing="引出下文，不作论断",
    why="原因",
    marker="出处 {}：{}",
    to_statement="回到引用出处 {} 的句子",
    show_in_article="在文章中查看",
    abstained="这些文章没有回答这个问题",
    missing="查找过但没有找到",
    nearest="最接近的文章（没有回答这个问题）",
    no_answer="不是答案",
    no_article_has="找到的文章中没有“{}”。",
    did_you_mean="您要找的是“{}”吗？",
    read_article="阅读",
    incomplete="文章中没有找到",
    left_out="略去 {} 个未通过核对的句子",
    left_out_one="略去 1 个未通过核对的句子",
    conflicts="各出处说法不一",
    superseded="已有更新的报道",
    value="说法",
    source="出处",
    date="日期",
    time_frame="所问时间",
    understood_as="理解为",
    model_saw="模型：{}（{}），它看到了问题和文章片段",
    model_saw_question="模型：{}（{}），它只看到了问题",
    model_tokens="读取 {} 个词元，写出 {} 个",
    model_none="未使用语言模型，没有内容离开本机",
    seconds="{:.1f} 秒",
    sources="出处",
    all_sources="全部出处",
    considered="读过但未采用的段落：{}",
    whole_article="全文",
    close="关闭",
    marked_here="答案引用的内容已标出。",
    marked_near="最接近的句子已标出，它不是答案。",
    cut="只显示前 {:,} 个字符。",
    original="原文链接",
    undated="日期不详",
    article_gone="索引中已没有这篇文章，这里是当时引用的句子。",
    article_not_there="索引中已没有这篇文章。",
    also_in="同一报道另见：{}",
    article_changed="这篇文章后来有改动，这里是当时引用的句子。",
    colon="：",
    comma="，",
    in_brackets="（{}）",
)


def texts(language: Language) -> Texts:
    """Return the words of the chat in `language`."""
    return ZH if language == "zh" else EN
