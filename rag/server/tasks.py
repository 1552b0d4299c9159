"""Recognise the requests that a chat client sends for itself, and answer them without a search.

A client asks the same model for a title of the chat, tags, follow-up questions, search queries, an
emoji, the rest of a sentence or a summary that replaces old messages. None of these is a question
about the news. They are recognised by their form, not by the client: the text orders a *product*,
names the chat or a message of it as the *object*, and sets several *terms*, such as a length, a
ban on quotation marks, "output only …", a JSON object or an embedded transcript. A person who asks
for a title names an article, and seldom sets two terms.

Both ends of a message are read, and every repeat in a pattern is bounded, so that the time is
linear in the length of the conversation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from rag.server.conversation import Turn

_END = 4_000  # characters read at either end of a message
_ENDS = 5  # turns read at either end of a conversation for the questions
_OPENING = 300  # a system message orders its product within so many characters
_NEAR = 100  # characters between a product and its object
_SYSTEM = ("system", "developer")
_TITLE_EN, _TITLE_ZH, _SUMMARY = 40, 20, 500  # characters of a reply


def _any(*patterns: str) -> re.Pattern[str]:
    # ASCII: a Chinese character beside an English word is no part of it.
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE | re.ASCII)


_MAKE = (
    r"\b(?!given\b)(?:generat|creat|writ|provid|giv|suggest|produc|mak|propos|craft|compos|return|"
    r"output|respond|summari[sz]|predict|select|choos|extract|pick|assign|reflect|com|turn|convert|"
    r"transform)\w{0,4}\b[^.!?\n]{0,100}?\b"
)
_MAKE_ZH = (
    r"(?:生成|起|取|拟|写|总结|概括|归纳|提炼|提取|返回|输出|给出|预测|推荐|提出|建议|选|打|配)"
    r"[^。！？\n]{0,50}?"
)
_THIS = r"(?:this|our|these|above|following|given|previous|preceding|current|entire|whole|below)"
_THIS_ZH = (
    r"(?:这[段次个轮]?|以[上下]|[上下][述面列]|本[次轮段]|当前|历史|整[个段]|给[出定]|我们|用户)的?"
)
_NOUN = r"(?:conversation|chat|dialog(?:ue)?|discussion|thread|session)s?"
_NOUN_ZH = r"(?:对话|会话|聊天)"
# The chat itself. "The discussion at the summit" is news; "this discussion" and "the chat" aren't.
_CHAT = (
    rf"\b(?:(?:{_THIS}|users?['’]?s?) (?:\w+ )?{_NOUN}\b|(?:the (?:conversation|chat|dialogue|"
    r"discussion)s?|(?:conversation|chat)s? (?:history|logs?|records?|context))\b"
    r"(?!(?: \w+)? (?:between|at|of|on|about|over|among|held|with|from)\b| in (?:the|[A-Z])))"
)
_CHAT_ZH = rf"(?:{_THIS_ZH}[^，。！？\n]{{0,4}}{_NOUN_ZH}|{_NOUN_ZH}(?:标题|内容|记录|历史|摘要))"
_NO_TITLE = r"(?![^.。\n]{0,40}(?:\btitle|标题|主题|题目))"

# What is ordered. The kind whose order comes first is the kind of the task.
_PRODUCTS = {
    "title": _any(
        _MAKE + r"(?:titles?|header|heading|headline|caption)\b(?! case)",
        r"\b(?:concise|short|brief|descriptive) (?:[\w-]+ ){0,3}title\b",
        r"\bsummari[sz]e[^.!?\n]{0,30} (?:message|request|query|question|prompt|input)\b"
        r"[^.!?\n]{0,40}\b(?:phrase|sentence|words)\b",
        rf"\bname (?:\w+ )?{_NOUN}|\b{_NOUN} an? (?:\w+ )?name\b|\bname for (?:the|this)\b",
        r"\b(?:decompose|identify|detect|determine)\b[^.!?\n]{0,40}\b(?:subject|intention|topic)\b",
        _MAKE_ZH + r"(?:标题|题目|主题|名称)",
    ),
    "tags": _any(_MAKE + r"(?:tags?|keywords|labels|categories)\b", _MAKE_ZH + r"(?:标签|关键词)"),
    "follow_ups": _any(
        _MAKE + r"(?:follow[- ]?ups?\b|(?:next|related|suggested|quick)[- ](?:repl|quest))",
        _MAKE + r"(?:questions?|messages?|prompts?|what)\b[^.!?\n]{0,20}\b(?:user|human|they)\b"
        r"[^.!?\n]{0,12}\b(?:would|might|may|could|can|will)\b",
        _MAKE_ZH + r"(?:问题|追问|提问)",
    ),
    "queries": _any(
        _MAKE + r"search (?:quer|term|keyword|phrase)",
        r"\b(?:rephras|rewrit|reformulat|enrich|extract|condens)\w{0,3}\b"
        r"[^.!?\n]{0,80}?\b(?:quer(?:y|ies)|question)",
        r"(?:生成|提取|改写|重写|优化|转换)[^。！？\n]{0,30}?(?:搜索|检索|查询)",
        r"(?:改写|重写|补全)[^。！？\n]{0,30}?问题|搜索(?:需求|意图|关键词)[^。！？\n]{0,8}(?:分析|优化)",
    ),
    "autocomplete": _any(
        r"\bauto-?complet\w+|\b(?:continue|complete|finish) the (?:text|sentence|draft)\b",
        r"(?:补全|续写)[^。！？\n]{0,12}(?:文本|输入|句子|内容)",
    ),
    "emoji": _any(
        _MAKE + r"emojis?\b", r"\bemoji (?:that )?(?:fits|suits)", _MAKE_ZH + r"(?:表情|emoji)"
    ),
    "summary": _any(
        rf"\b(?:summar\w+|compact|compress|condense|recap)\b[^.!?\n]{{0,40}}?{_CHAT}{_NO_TITLE}",
        rf"\b{_NOUN} (?:summary|so far)\b",
        rf"(?:总结|概括|摘要|归纳|压缩|概述)(?:一下)?{_CHAT_ZH}{_NO_TITLE}",
        rf"{_CHAT_ZH}[^。！？\n]{{0,12}}?(?:总结|概括|摘要|压缩){_NO_TITLE}",
    ),
    "other": _any(
        r"\bprompt for \w+ image\b", r"\b(?:synthesi[sz]e|merge|combine)\b[^.!?\n]{0,30}responses\b"
    ),
}
_ARTICLE = _any(r"\b(?:articles?|stor(?:y|ies)|news|reports?)\b(?! so far)|文章|报道|新闻|稿")
# What the order is about: the chat, or a message of it, which is too little for a summary.
_ABOUT_CHAT = _any(_CHAT, _CHAT_ZH)
_ABOUT_MESSAGE = _any(
    rf"\b(?:{_THIS}|the|first|last|latest|recent) (?:\w+ )?(?:message|query|prompt|input)\b",
    r"\busers?['’]?s? (?:\w+ )?(?:message|quer|question|prompt|input|request)",
    r"\b(?:message|question|input|request)s? (?:of|from|by) (?:the|a) user\b",
    r"用户的?(?:首[条次个]|第一[条次个])?(?:输入|消息|问题|提问|请求|查询)",
    rf"{_THIS_ZH}(?:句话|条?消息|提问|输入)",
)
# The product by its name and nothing else: a system message that says so needs no object.
_PRODUCT_ONLY = _any(
    r"\b(?:only|just|single|nothing but) (?:the |an? |one )?(?:\w+ )?"
    r"(?:title|emoji|tags?|name|quer(?:y|ies))\b|\b(?:title|emoji|tags|name|query) only\b",
    r"[只仅](?:需|能)?(?:输出|返回|回复)(?:一个)?(?:标题|标签|表情|emoji|名称|关键词|查询)",
)
# A message that wants an answer is no task. One that forbids an answer is likely to be one.
_ANSWERS = _any(
    r"(?P<never>(?:\b(?:not|never|without|instead of|rather than)\b|n't )[^.\n]{0,40}\banswer"
    r"|(?:不|勿|禁止|无需|避免)[^。\n]{0,12}回答)",
    r"\banswer(?:s|ing)? (?!with\b|only\b|in\b|using\b)[^.\n]{0,24}\b(?:questions?|quer|users?)\b",
    r"\bhelpful (?:\w+ )?assistant\b(?! (?:that|who|which|skilled|tasked))",
    r"\b(?:each|every|(?:before|after|end|begin|start)(?: with)? (?:your|the)) (?:answer|reply|response)"
    r"|\b(?:before|then)\b[^.\n]{0,12}\b(?:answer|reply|respond)",
    r"回答(?:用户|问题|提问|我)|每(?:次|个|条)回[答复]",
)
_FENCE = re.compile(r"(```|\"\"\")(?!json|\s{0,8}[{\[]).{0,8000}?\1", re.DOTALL)
_TERMS = (
    _PRODUCT_ONLY,
    _ANSWERS,
    _FENCE,
    # nothing else
    _any(
        r"\b(?:output|return|respond|reply|answer|provide|give|write|is restricted)\b[^.\n]{0,40}"
        r"\b(?:only|solely|just|exclusively|nothing but)\b|\b(?:only|just|solely) (?:need to )?"
        r"(?:the|an?|output|return|respond|reply|answer|give|provide|write)\b",
        r"\bnothing (?:else|but)\b|\bgo straight\b|\b(?:no|without)(?: any)? (?:other|additional|"
        r"extra|further|explan\w+|preamble|prose|commentary|lead-in|introduct\w+|prefix)",
        r"[只仅](?:需|能|要|可)?(?:输出|返回|回复|给出|回答|写|生成)|直接(?:输出|返回|给出|回复)"
        r"|(?:不要|无需|不得|禁止|不能)[^。\n]{0,6}(?:解释|说明|多余|其[他它])|[以之]外的",
    ),
    # a length
    _any(
        r"\b(?:\d+|two|three|four|five|six|seven|eight|ten)(?:[-–~ ]{1,3}(?:to |or )?"
        r"(?:\d+|\w{3,5}))?[- ]?(?:words?|char(?:acter)?s?|tokens|sentences)\b",
        r"\b(?:concise|short|briefly|max(?:imum)?|at most|no more than|no longer than)\b",
        r"[\d一二三四五六七八九十]\s?个?(?:中文|汉)?[字词]|不(?:要)?超过|以内|简短|简洁|精[炼简]",
    ),
    # a ban on marks
    _any(
        r"\b(?:no|not|without|avoid\w*|omit\w*|exclud\w+|remove|never|don't)\b[^.\n]{0,60}"
        r"\b(?:quot\w+|punctuation|markdown|emojis?|symbols?|formatting|colons?|bold|the word)\b",
        r"(?:不|无|避免|禁止|勿)[^。\n]{0,20}(?:引号|标点|符号|加粗|markdown|格式|emoji|表情|冒号|前缀)",
    ),
    # a language
    _any(
        r"\b(?:same|original|primary|detected|user'?s?)(?: \w+)? language\b|\blanguage (?:of|used)\b",
        r"\blocale\b|(?:相同|同样|用户|原|目标|首要|输出)的?语言|语言(?:为|与|和|一致)|语种",
    ),
    # a form for programs
    _any(r"\bJSON\b|\bXML\b|\bschema\b"),
    _any(r"\"(?:title|name|tags|follow_?ups|questions|quer(?:y|ies)|keywords|summary)\"\s?:"),
    # a use by the model later, and what must survive until then
    _any(
        r"\b(?:future|subsequent|later|new) (?:context|prompts?|reference|conversation|messages?)\b"
        r"|\bcompact\w*|\bcompress\w*|\bhand-?(?:over|off)\b|\bresum(?:e|ing)\b"
        r"|\bcontinu\w+ the (?:conversation|work|task|chat)|\b(?:another|next) (?:LLM|model|agent)\b",
        r"(?:后续|接下来|今后|新)的?[^。\n]{0,6}(?:上下文|提示|对话|会话)|压缩|交接|前情",
    ),
    _any(r"\bnext steps\b|\bpreserv|\bretain|\bdecisions\b|\bpending\b|保留|待办|关键信息|下一步"),
    # the look of a template: a heading or a job, a list of rules, an open label
    _any(
        r"^#{1,6} ?\**(?:task|role|instructions?|guidelines|rules|output|任务|角色|要求|规则|输出)",
        r"\byour (?:task|job|role|goal) is\b|你的(?:任务|职责|工作)是",
    ),
    _any(r"(?:^[ \t]{0,8}(?:[-*•]|\d{1,2}[.、)])[^\n]{1,400}\n\s{0,8}){3}"),
    _any(r"(?:^|[.?!。？！])[^\n.:：?!。？！]{1,40}[:：][\s\"]{0,8}\Z"),
)
_LABEL = r"(?:^|[:：] )[^\w\n\u4e00-\u9fff]{0,6}"
_USER = r"(?:user|human|用户)(?: ?(?:message|input|query|消息|输入|提问))?\s{0,4}[:：]"
_MODEL = r"(?:assistant|ai|bot|response|助手|助理)(?: ?(?:message|reply|消息|回复))?\s{0,4}[:：]"
_SAID = _any(rf"{_LABEL}(?:(?P<user>{_USER})|{_MODEL})[^\n]{{0,8000}}")
_BLOCK = re.compile(
    r"<(chat_?history|conversation|history|messages|dialogue|session|transcript)\b[^>\n]{0,80}>"
    r".{0,8000}?</\1>|\[\s{0,8}\{\s{0,8}\"role\".{0,8000}\]",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION = _any(
    r"\"role\": ?\"user\", ?\"\w{1,20}\": ?\"((?:[^\"\\]|\\.){1,400})|<user>\s{0,8}([^<]{1,400})",
    rf"(?:{_LABEL}{_USER}|\bfollow[- ]?up (?:input|question)[:：])[\s\"“]{{0,8}}([^\n]{{1,400}})",
)
_QUOTED = _any(
    r"(?:```|\"\"\"|^-{4,})\s{0,8}([^\n`]{1,400})",
    r"[:：]\s{0,4}[\"“]?([^\n:：\"”]{1,400})[\"”]?\s{0,8}\Z",
)
_EXAMPLE = _any(r"\bexample|示例|例子")
_OPEN_LABEL = re.compile(r"[ ,，]{0,3}[^.?!。？！]{0,30}[:：]\s{0,4}\Z")
_JSON = re.compile(r"\{[^{}]{2,400}\}|\[\s{0,8}\"[^\[\]]{1,400}\"\s{0,8}\]")
_ZH = re.compile(r"[\u4e00-\u9fff]")


def brief_reply(turns: Sequence[Turn]) -> str | None:
    """Return the short text that serves a client's own request, or None if a person asks."""
    user, system = _last(turns, "user"), _last(turns, *_SYSTEM)
    quotes = _without_transcript(user)[1]
    kind, terms = _ordered(user)
    # Alone, "summarize this conversation" may be about a conversation in the news.
    if kind == "summary" and not quotes and all(turn.role != "assistant" for turn in turns):
        kind = None
    if kind and terms >= 2:
        return _reply(kind, user, _questions(turns))
    kind, terms = _ordered(system, opening=_OPENING, quotes=quotes)
    if user and turns[-1].role not in _SYSTEM:
        # An operator's own message stands here too, and may ask for a title above an answer.
        wary = kind in ("follow_ups", "summary") or _ARTICLE.search(_without_transcript(system)[0])
        terms -= 1 if wary and not quotes else 0
    else:
        terms += 1
    if kind and terms >= 2:
        return _reply(kind, system, _questions(turns) or _asked(system))
    return None


def _last(turns: Sequence[Turn], *roles: str) -> str:
    """Return both ends of the last message with one of these roles, "" if there is none."""
    text = next((turn.text for turn in reversed(turns) if turn.role in roles), "")
    return text if len(text) <= 2 * _END else f"{text[:_END]}\n{text[-_END:]}"


def _without_transcript(text: str) -> tuple[str, bool]:
    """Return a message without the chat that it quotes, and whether it quotes one."""
    order = _BLOCK.sub("\n", text)
    both = len({match["user"] is None for match in _SAID.finditer(order)}) == 2
    quotes = both or order != text
    return _FENCE.sub("\n", _SAID.sub("\n", order) if both else order), quotes


def _product(order: str) -> tuple[str, re.Match[str]] | None:
    """Return the kind of product that a text orders first, and where it does so."""
    matches = [(kind, words.search(order)) for kind, words in _PRODUCTS.items()]
    found = [(kind, match) for kind, match in matches if match]
    return min(found, key=lambda pair: pair[1].start(), default=None)


def _ordered(
    text: str, *, opening: int | None = None, quotes: bool = False
) -> tuple[str | None, int]:
    """Return the kind of task that a message orders, None if it orders none, and its terms.

    `opening`: it is a system message, and orders the product within so many characters. `quotes`:
    another message quotes the chat.
    """
    order, own = _without_transcript(text)
    product = _product(order) or (_product(text) if own else None)
    if not product or any(not match["never"] for match in _ANSWERS.finditer(order)):
        return None, 0
    kind, match = product
    before, after = match.string[: match.start()], match.string[match.end() :]
    clause = before[-15:] + match[0] + re.split(r"[.。:：\n]", after[:40])[0]
    near = before[-_NEAR:] + match[0] + after[:_NEAR]
    about = own or quotes or bool(_ABOUT_CHAT.search(near))
    if kind != "summary" and not about:
        about = bool(_ABOUT_MESSAGE.search(near) or (opening and _PRODUCT_ONLY.search(order)))
    if not about or _ARTICLE.search(clause) or (opening and match.start() > opening):
        return None, 0
    return kind, (own or quotes) + sum(bool(words.search(text)) for words in _TERMS)


def _questions(turns: Sequence[Turn]) -> list[str]:
    """Return what the person asked, from the conversation and from a transcript in it."""
    ends = turns if len(turns) <= 2 * _ENDS else [*turns[:_ENDS], *turns[-_ENDS:]]
    texts = [_last([turn], "user") for turn in ends]
    return [question for text in texts if text for question in _asked(text)]


def _asked(text: str) -> list[str]:
    """Return the questions that one message asks or quotes, without any order to the model."""
    found = list(_QUESTION.finditer(text))
    if found and _EXAMPLE.search(text[: found[0].start()]):
        found = found[-1:]
    if not found:
        if not _product(_without_transcript(text)[0]):
            return [text]
        found = [match for match in [_QUOTED.search(text)] if match]
    return [next(filter(None, match.groups()[-3:])) for match in found]


def _reply(kind: str, text: str, questions: Sequence[str]) -> str:
    """Return the reply to a task: the person's questions, or nothing in the demanded form."""
    order = _without_transcript(text)[0]
    said = {
        "title": _title(questions[0]) if questions else "",
        "queries": _OPEN_LABEL.sub("", questions[-1]) if questions else "",
        "summary": " ".join(questions),
        "emoji": "📰",
    }.get(kind, "")
    neutral = "新闻" if _ZH.search("".join(questions) or order) else "News"
    said = " ".join(said.split())[:_SUMMARY] or neutral
    shape = _shape(order)
    if isinstance(shape, dict):
        filled = {key: type(value)() for key, value in shape.items()}
        texts = [key for key, value in filled.items() if value == ""]
        if texts and kind in ("title", "summary", "emoji"):
            filled[next((key for key in texts if "title" in key.casefold()), texts[-1])] = said
        return json.dumps(filled, ensure_ascii=False)
    if kind in ("tags", "follow_ups") and shape is not None:
        return "[]"
    return json.dumps({"follow_ups": []}) if kind == "follow_ups" else said


def _shape(order: str) -> object:
    """Return the first JSON object or list that an order shows, None if it shows none."""
    for match in _JSON.finditer(order):
        try:
            return json.loads(match[0])
        except ValueError:
            continue
    return None


def _title(question: str) -> str:
    """Return a question shortened to a title, without its final punctuation."""
    line = " ".join(question.strip().split("\n", 1)[0].split())
    room = _TITLE_ZH if _ZH.search(line) else _TITLE_EN
    if len(line) > room:
        line = line[: room + 1].rsplit(" ", 1)[0][:room]
    return line.strip(" \"'“”「」《》.?!,;:。？！，；：…")
