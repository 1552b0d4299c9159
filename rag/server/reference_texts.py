"""The texts of the reference page in Chinese. The English ones stand beside what they describe."""

from __future__ import annotations

from rag.messages import Language

_CHINESE = {
    "2025-02-13, 2025-02 or 2025.": ("2025-02-13、2025-02 或 2025。"),
    "A day: 2025-02-13, 2025-02 or 2025.": ("日期：2025-02-13、2025-02 或 2025。"),
    "Add files to the index: articles, zips of articles, or JSON Lines (field `file`). A "
    "file with a known name replaces the older one.": (
        "向索引添加文件：文章、文章的 zip 包或 JSON Lines（字段 `file`）。同名文件会取代旧文件。"
    ),
    "Also return the passages that were read, as `hits`, used or not.": (
        "同时以 `hits` 返回读过的段落，无论是否采用。"
    ),
    "Answer a question from the articles. Each sentence of the answer cites its source. "
    "`text` holds the answer with its markers. `status` is `answered`, `partial` or "
    "`abstained`.": (
        "根据文章回答问题，回答的每一句都注明出处。`text` 为带编号的回答。`status` 为 "
        "`answered`（已回答）、`partial`（部分回答）或 `abstained`（未回答）。"
    ),
    "Answer the last message of the input. Nothing is stored.": (
        "回答输入中的最后一条消息。不保存任何内容。"
    ),
    "Answer the last message of the user. Citations are annotations of type url_citation.": (
        "回答用户的最后一条消息。引文以 url_citation 类型的 annotations 返回。"
    ),
    "Compare a claim with the articles. `verdict` is `supported` (a source says the "
    "same), `partial` (read the quotes) or `unsupported`; `reasons` say what differs, "
    "and `citations` hold the exact quotes.": (
        "将一句话与文章核对。`verdict` 为 `supported`（出处说法相同）、`partial`（请读引"
        "文）或 `unsupported`（不支持）；`reasons` 说明不同之处，`citations` 为引文原文。"
    ),
    "Compare each sentence of a text with the articles. No chat model is asked. `verdict` is "
    "`supported`, `partial` (read the quotes), `contradicted`, `not_found` or `no_fact`. "
    "`differing` are the spans of the draft that differ from the source.": (
        "将文本逐句与文章核对，不使用语言模型。`verdict` 为 `supported`（有出处）、`partial`"
        "（请读引文）、`contradicted`（与出处不符）、`not_found`（未找到）或 `no_fact`（无事实"
        "陈述）。`differing` 为稿件中与出处不同之处的位置。"
    ),
    "Send server-sent events: a `sentence` each, or an `error`.": (
        "以服务器推送事件返回：每句一个 `sentence`，或一个 `error`。"
    ),
    "Compare what outlets report on a topic, in exact quotes. `shared` is what several outlets "
    "say; its `wordings` count independent ones. `only` is what each outlet alone reports. "
    "`contradictions` is where outlets differ.": (
        "对比各媒体对同一话题的报道，均为原文引文。`shared` 为多家媒体都有的说法，其 `wordings` 为"
        "独立表述的数量；`only` 为仅一家媒体的报道；`contradictions` 为各媒体说法不一之处。"
    ),
    "Words, or the id or title of one article. Without them, the chosen articles are summed up.": (
        "词语，或一篇文章的编号或标题。不写则概括所选的文章。"
    ),
    "The most sentences of the summary.": ("摘要最多多少句。"),
    "The language of the summary. The default is the topic's.": (
        "摘要所用的语言，默认与话题相同。"
    ),
    "Sum up a topic or the chosen articles in a few sentences, each with its source. `text` holds "
    "the summary with its markers. `more` counts articles that were too many to read. Without "
    "statements, `missing` says why.": (
        "用几句话概括一个话题或所选的文章，每句都注明出处。`text` 为带编号的摘要。`more` 为因数量"
        "过多而未读的文章数。没有句子时，`missing` 说明原因。"
    ),
    "Lay out a topic through time in exact quotes, the newest event last. A row is one event "
    "with what each outlet says of it. `day_from` tells if a sentence names its day. `changes` "
    "are values that an earlier row gives otherwise, `disagreements` those on which outlets "
    "differ.": (
        "按时间梳理一个话题，均为原文引文，最新的事件在后。一行是一个事件及各媒体的说法。"
        "`day_from` 说明日期是否由句子写明。`changes` 为与较早一行不同的数值，"
        "`disagreements` 为各媒体不一致的数值。"
    ),
    "Describe one of the models.": ("返回其中一个模型的信息。"),
    "Find the passages of the articles that fit best. `start` and `end` are code points.": (
        "查找最相关的文章段落。`start` 与 `end` 按码点计数。"
    ),
    "List the articles, the newest first, without their texts.": (
        "列出文章，最新的在前，不含正文。"
    ),
    "List the models. They differ only if a chat model is set up.": (
        "列出模型。只有配置了语言模型时它们才有区别。"
    ),
    "Only articles of these outlets.": ("仅限这些媒体的文章。"),
    "Only the articles with these ids.": ("仅限这些编号的文章。"),
    "Correct the outlet, the title or the day of an article by hand. Its file stays as it is, and"
    " the correction holds when the file is read again.": (
        "手工更正文章的媒体、标题或日期。文件保持原样，再次读取该文件时更正仍然有效。"
    ),
    "Remove an article that was added here, with all articles of its file. With `alone`, the other"
    " articles of the file stay.": (
        "移除在此添加的文章，连同其文件中的所有文章。使用 `alone` 时保留该文件的其他文章。"
    ),
    "Return an article with its text.": ("返回文章及其正文。"),
    "Return figures in the text format of Prometheus.": ("以 Prometheus 文本格式返回运行数据。"),
    "Say if the index and the models are open, and which generation. 503 while stopping.": (
        "说明索引和模型是否已打开，以及索引的代次。正在停止时返回 503。"
    ),
    "Say that the process is alive.": ("说明进程在运行。"),
    "Send server-sent events: progress, draft, statement, then one answer (or error).": (
        "以服务器推送事件返回：progress、draft、statement，最后是一个 answer（或 error）。"
    ),
    "The `next` of the page before.": ("上一页的 `next`。"),
    "The day that “yesterday” refers to. The default is the server's day.": (
        "“昨天”所依据的日期。默认为服务器当天。"
    ),
    "The earlier answers of the conversation as they were received, oldest first.": (
        "对话中此前的回答，按收到的原样给出，最早的在前。"
    ),
    "The language of the answer. The default is the question's.": (
        "回答所用的语言，默认与提问相同。"
    ),
    "The most passages.": ("最多返回多少个段落。"),
    "The most sentences that the answer may use.": ("回答最多可使用多少个句子。"),
}


def reference_text(english: str, language: Language) -> str:
    """Return a description in that language, on one line.

    Raises `KeyError` for a text without a translation.
    """
    text = " ".join(english.split())
    return _CHINESE[text] if language == "zh" and text else text
