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
from contextlib import suppress

from rag.server.conversation import Turn
from rag.text.characters import HAN, has_han
from rag.text.quantities import NUMBER_WORDS

_END = 4_000  # characters read at either end of a message
_ENDS = 5  # turns read at either end of a conversation for the questions
_OPENING = 300  # a task orders its product in so many characters at the start, or at the end
_NEAR = 100  # characters between a product and its object
_TERMS_NEEDED = 2
_SYSTEM = ("system", "developer")
_TITLE_EN, _TITLE_ZH, _SUMMARY = 40, 20, 500  # characters of a reply


def _any(*patterns: str) -> re.Pattern[str]:
    # ASCII: a Chinese character beside an English word is no part of it.
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE | re.ASCII)


_NOUN = r"(?:conversation|chat|dialog(?:ue)?|discussion|exchange)s?"
_NOUN_ZH = r"(?:对话|会话|聊天|问答)"
_THIS = r"(?:this|our|these|above|following|given|previous|current|entire|whole|below|first)"
_THIS_ZH = (
    r"(?:[这该此][段次个轮条]?|以[上下]|[上下前][述面列]|本[次轮段]|首[轮条次]|当前|历史|整[个段]"
    r"|给[出定]|我们|用户)的?"
)
# What is ordered. The kind whose name comes first is the kind of the task.
_PRODUCTS = {
    "title": _any(
        r"\b(?:titles?|label|header|heading|headline|caption|phrase|topic|subject)\b(?! case)",
        rf"\ban? (?:[\w-]+ )?name\b|\bname (?:this|the|our) (?:\w+ )?{_NOUN}",
        r"\bsummari[sz](?:e|ing)\b[^.!?\n]{0,80}\b(?:[1-9]|few|single|"
        rf"{'|'.join(NUMBER_WORDS[:6])})"
        r"(?:[- ]\w+){0,3} (?:words?|sentence)\b",
        r"标题|题目|主题|名称|名字|命名|会话名|起名",
    ),
    "tags": _any(r"\btags?\b|\bkeywords\b|\bcategori|\bclassify|标签|关键词|分类"),
    "follow_ups": _any(
        r"\bfollow[- ]?ups?\b(?! (?:question|input|query)\b)",
        r"\b(?:next|related|suggested|quick)[- ](?:repl|quest)",
        r"\bsuggestions\b|\bact as (?:the|a) user\b",
        r"\b(?:questions?|messages?|prompts?|things?|what)\b[^.!?\n]{0,20}\b(?:user|human|they)\b"
        r"[^.!?\n]{0,12}\b(?:would|might|may|could|can|will)\b",
        r"追问|继续提?问|生成[^。！？\n]{0,12}问题|(?:以|扮演)\W{0,4}用户",
        r"(?:后续|接下来|下一[步个]|可能|推荐|建议|相关)[^。！？\n]{0,12}问",
    ),
    "queries": _any(
        r"\bsearch (?:engine )?(?:quer|term|keyword|phrase)|\b(?:web|online|internet) search\b",
        r"\b(?:re-?phras|rewrit|reformulat|enrich|extract|condens)\w{0,3}\b"
        r"[^.!?\n]{0,80}?\b(?:quer(?:y|ies)|question)",
        r"(?:搜索|检索|查询)(?:词|关键词|语句|需求|意图)|联网搜索|(?:改写|重写|补充)[^。！？\n]{0,30}",
    ),
    "autocomplete": _any(
        r"\bauto-?complet\w+|\b(?:continue|complete|finish) (?:the (?:text|sentence|draft)|what)\b",
        r"补全|续写",
    ),
    "emoji": _any(
        r"\b(?:an?|one|single|fitting|appropriate|best|which) (?:\w+ )?emoji\b(?! expert)",
        r"(?:一个|合适|代表)[^。！？\n]{0,12}(?:表情|emoji)",
    ),
    "summary": _any(
        r"\b(?:summar(?:y|i[sz]e|i[sz]ing)|compact|compress|condense|recap)\b"
        r"(?![^.\n]{0,100}\b(?:titles?|phrase|name)\b)",
        r"(?:总结|概括|摘要|归纳|压缩|概述)(?![^。\n]{0,60}(?:标题|主题|题目|名))",
    ),
    "other": _any(
        r"\bprompt for \w+ image\b", r"\b(?:synthesi[sz]e|merge|combine)\b[^.!?\n]{0,30}responses\b"
    ),
}
_ARTICLE = _any(r"\b(?:articles?|stor(?:y|ies)|news|reports?)\b(?! so far)|文章|报道|新闻|稿")
# Words of an operator: about the archive, or about an answer that follows.
_MORE = _any(
    _ARTICLE.pattern, r"\bthen\b|\breply (?:in|with)\b|\bsources?\b|作答|资料|来源|再|回复时"
)
_RECAP = _any(r"[^.。:：\n]{0,60}(?:summary|recap|总结|摘要|记忆)[^.。:：\n]{0,60}[:：]")
_STOP = re.compile(r"[.!?。！？:：\n]")
_ASKS = _any(r"^\W{0,4}(?:what|which|who|whose|when|where|did|does|was|were)\b|是什么|叫什么|哪|吗")
# What the order is about: the chat, or a message of it, which is too little for a summary.
# "The discussion at the summit" is news; "this discussion" and "the chat" aren't.
_ABOUT_CHAT = _any(
    rf"\b(?:(?:{_THIS}|the|an?|users?['’]?s?) (?:\w+ )?{_NOUN}|{_NOUN} (?:history|logs?|records?)|"
    r"(?:this|our|above) (?:thread|session)|conversations|chats)\b"
    r"(?!(?: history| logs?| records?)? (?:between|at|of|on|about|over|among|held)\b"
    r"| in (?:the (?!user|same|chat)|this|that)| (?:app|show|control|room|group|bot))",
    rf"{_THIS_ZH}[^，。！？\n]{{0,4}}{_NOUN_ZH}|{_NOUN_ZH}(?:标题|摘要)"
    rf"|(?:[为给把将对据合于读]|压缩|总结|概括)(?:一下)?{_NOUN_ZH}|历史记录",
)
_ABOUT_MESSAGE = _any(
    rf"(?<!language of )\b(?:{_THIS}|the|last|latest|recent) (?:\w+ )?"
    r"(?:message|query|prompt|input)\b(?! (?:of|from|by|to|that|in)\b)",
    r"(?<!language of the )\busers?['’]?s? (?:\w+ )?"
    r"(?:message|quer|question|prompt|input|request)",
    r"\b(?:message|question|input|request)s? (?:of|from|by) (?:the|a) user\b",
    r"\bthe user (?:is|wants|says|asks)\b",
    r"用户(?:发来)?的?(?:首[条次个]|第一[条次个句])?(?:输入|消息|问题|提问|请求|查询|话)",
    rf"{_THIS_ZH}(?:句话|条?消息|提问|输入)",
)
# The product by its name and nothing else: a system message that says so needs no object.
_PRODUCT_ONLY = _any(
    r"\b(?:only|just|single|exactly|nothing but) (?:with )?(?:the |an? |one )?(?:\w+ )?"
    r"(?:title|emoji|tags?|name|quer(?:y|ies))\b|\b(?:title|emoji|tags|name|query) only\b",
    r"[只仅](?:需要?|能)?(?:输出|返回|回复)(?:一个)?(?:标题|标签|表情|emoji|名称|关键词|查询)",
)
# A message that wants an answer is no task. One that forbids an answer is likely to be one.
_ANSWERS = _any(
    r"(?P<never>(?:\b(?:not|never|instead of|without|rather than)\b|n't )[^.\n]{0,40}"
    r"\b(?:answer|reply|respond)"
    r"|(?:不|勿|禁止|无需|避免)[^。\n]{0,12}回[答复])",
    r"\b(?:respond|reply) to (?:the |this )?(?:user(?:'s)? )?(?:question|query)\b",
    r"\banswer(?:s|ing)? (?!with\b|only\b|in\b|using\b)[^.\n]{0,24}\b(?:questions?|quer|users?)\b",
    r"\bhelpful (?:\w+ )?assistant\b(?! (?:that|who|which|skilled|tasked))",
    r"\b(?:each|every|(?:before|after|end) (?:your|the)) (?:answer|reply)"
    r"|\b(?:each|every|after your|after the) response\b"
    r"|\b(?:before|then)\b[^.\n]{0,12}\b(?:answer|reply|respond)",
    r"回答(?:用户|问题|提问|我)|每(?:次|个|条)回[答复]",
)
# A summary for the model is about the chat, even if it doesn't say so.
_LATER = _any(
    r"\b(?:future|subsequent|later|new) (?:context|prompts?|reference|conversation|messages?)\b"
    r"|\bcompact\w*|\bcompress\w*|\bhand-?(?:over|off)\b|\bresum(?:e|ing)\b"
    r"|\bcontinu\w+ (?:it|the (?:conversation|work|task|chat))\b"
    r"|\b(?:another|next) (?:LLM|model|agent)\b",
    r"(?:后续|接下来|今后|新)的?[^。\n]{0,6}(?:上下文|提示|对话|会话)|压缩|交接|前情",
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
        r"extra|further|explan\w+|preamble|prose|commentary|lead-in|introduct\w+|prefix|text)",
        r"[只仅](?:需要?|能|要|可)?(?:输出|返回|回复|给出|回答|写|生成)|直接(?:输出|返回|给出|回复)"
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
        r"\b(?:no|not|avoid\w*|without|omit\w*|exclud\w+|remove|never|don't)\b[^.\n]{0,60}"
        r"\b(?:quot\w+|punctuation|markdown|emojis?|symbols?|formatting|colons|bold|the word)\b",
        r"(?:不|无|避免|禁止|勿)[^。\n]{0,20}(?:引号|标点|符号|加粗|markdown|格式|emoji|表情|冒号|前缀|[序编]号)",
    ),
    # a language
    _any(
        r"\b(?:same|original|primary|detected|user'?s?)(?: \w+)? language\b|\blanguage of\b",
        r"\blocale\b|(?:相同|同样|用户|原|目标|首要|输出)的?语言|语言(?:为|与|和|一致)|语种",
    ),
    # a form for programs
    _any(r"\bJSON\b|\bXML\b|\bschema\b"),
    _any(r"\"(?:title|name|tags|follow_?ups|questions|quer(?:y|ies)|keywords|summary)\"\s?:"),
    # a use by the model later, and what must survive until then
    _LATER,
    _any(
        r"\bnext steps\b|\bpreserv|\bretain|\bdecisions\b|\bpending\b|\bopen (?:tasks|questions)\b",
        r"保留|待办|关键信息|下一步",
    ),
    # the look of a template: a heading or a job, a list of rules, an open label, a quoted message
    _any(
        r"^#{1,6} ?\**(?:task|role|instructions?|guidelines|rules|output|任务|角色|要求|规则|输出)",
        r"\byour (?:task|job|role|goal) is\b|你的(?:任务|职责|工作)是",
    ),
    _any(r"(?:^[ \t]{0,8}(?:[-*•]|\d{1,2}[.、)])[^\n]{1,400}\n\s{0,8}){3}"),
    _any(r"(?:^|[.?!。？！])[^\n.:：?!。？！]{1,40}[:：][\s\"]{0,8}\Z"),
    _any(r"[:：]\s?[\"“][^\"”\n]{1,400}[\"”]\s{0,8}\Z"),
)
_LABEL = rf"(?:^|[:：] )[^\w\n{HAN}]{{0,6}}"
_USER = (
    r"(?:user|human|you|用户)(?:'s)?(?: ?(?:first |last )?(?:message|input|query|消息|输入|提问))?"
    r"\s{0,4}[:：]"
)
_MODEL = r"(?:assistant|ai|bot|response|助手|助理)(?: ?(?:message|reply|消息|回复))?\s{0,4}[:：]"
_SAID = _any(rf"{_LABEL}(?:(?P<user>{_USER})|{_MODEL})[^\n]{{0,8000}}")
_BLOCK = re.compile(
    r"<(chat_?history|conversation|history|messages|dialogue|session|transcript)\b[^>\n]{0,80}>\n"
    r".{0,8000}?</\1>|\[\s{0,8}\{\s{0,8}\"role\".{0,8000}\]",
    re.IGNORECASE | re.DOTALL,
)
_QUESTION = _any(
    r"\"role\": ?\"user\",[^\]}]{0,80}?\"(?:text|content|mainText)\": ?\"((?:[^\"\\]|\\.){1,400})",
    r"<user>\s{0,8}([^<]{1,400})",
    rf"(?:{_LABEL}{_USER}|\bfollow[- ]?up (?:input|question)[:：])[\s\"“]{{0,8}}([^\n]{{1,400}})",
)
_QUOTED = _any(
    r"(?:```|\"\"\"|^-{3,}[^\n]{0,40}$|<(?:messages|content)>)\s{1,8}([^\n`]{1,400})",
    r"(?<![\"”])[:：]\s{0,4}[\"“]([^\n\"”]{1,400})[\"”]|[:：]\s{0,4}([^\n:：\"”]{1,400})\Z",
)
_EXAMPLE = _any(r"\bexample|示例|例子")
_OPEN_LABEL = re.compile(r"[ ,，]{0,3}[^.?!。？！]{0,30}[:：]\s{0,4}\Z")
_OBJECT = re.compile(r"\{[^{}\\]{2,400}\}")
_LIST = re.compile(r"\[\s{0,8}\"[^\[\]]{1,400}\"\s{0,8}\]")


def brief_reply(turns: Sequence[Turn]) -> str | None:
    """Return the short text that serves a client's own request, or None if a person asks."""
    user, system = _last(turns, "user"), _last(turns, *_SYSTEM)
    quotes = _without_transcript(user)[1]
    spoken = [turn.role for turn in turns if turn.role not in _SYSTEM]
    asks = spoken[-1:] == ["user"]
    kind, terms = _ordered(system, system=True, quotes=quotes, late=not asks)
    if asks and not quotes:
        # An operator's message stands here too, and may want a title above the answer. So does a
        # client's recap of an earlier part of the chat.
        kind = None if kind == "summary" or _RECAP.match(system) else kind
        wary = kind == "follow_ups" or _MORE.search(_without_transcript(system)[0])
        terms -= bool(wary)
    if kind and terms >= _TERMS_NEEDED:
        questions = _questions(turns) or _asked(system)
        # Before a question, earlier turns are the order's examples.
        return _reply(kind, system, questions[-1:] if asks and "assistant" in spoken else questions)
    kind, terms = _ordered(user)
    # Alone, "summarize this conversation" may be about a conversation in the news.
    if kind == "summary" and not quotes and "assistant" not in spoken:
        return None
    if kind and terms >= _TERMS_NEEDED:
        earlier = turns[: len(turns) - 1 - [turn.role for turn in reversed(turns)].index("user")]
        return _reply(kind, user, _questions(earlier) or _asked(user))
    return None


def _last(turns: Sequence[Turn], *roles: str) -> str:
    """Return both ends of the last message with one of these roles, "" if there is none."""
    text = next((turn.text for turn in reversed(turns) if turn.role in roles), "")
    ends = text if len(text) <= 2 * _END else f"{text[:_END]}\n{text[-_END:]}"
    return ends.encode(errors="ignore").decode()  # no half of a surrogate pair


def _without_transcript(text: str) -> tuple[str, bool]:
    """Return a message without the chat that it quotes, and whether it quotes one."""
    order = _BLOCK.sub("\n", text)
    both = len({match["user"] is None for match in _SAID.finditer(order)}) == 2
    quotes = both or order != text
    return _FENCE.sub("\n", _SAID.sub("\n", order) if both else order), quotes


def _products(order: str) -> list[tuple[str, re.Match[str]]]:
    """Return the products that a text names with their kinds, in the order of the text."""
    found = [(kind, match) for kind, words in _PRODUCTS.items() for match in words.finditer(order)]
    return sorted(found, key=lambda pair: pair[1].start())


def _ordered(
    text: str, *, system: bool = False, quotes: bool = False, late: bool = False
) -> tuple[str | None, int]:
    """Return the kind of task that a message orders, None if it orders none, and its terms.

    `quotes`: another message quotes the chat. `late`: no question of a person is left open.
    """
    order, own = _without_transcript(text)
    if any(not match["never"] for match in _ANSWERS.finditer(order)):
        return None, 0
    terms = late + (own or quotes) + sum(bool(words.search(text)) for words in _TERMS)
    # An order may stand behind the transcript, on its last line.
    last_line = text.rstrip().rsplit("\n", 1)[-1] if own else ""
    for kind, match in _products(order) or _products(last_line):
        start, end = match.span()
        if start > _OPENING and (system or end < len(match.string) - _OPENING):
            continue
        before, after = match.string[max(0, start - _NEAR) : start], match.string[end : end + _NEAR]
        sentence = _STOP.split(before)[-1] + match[0] + _STOP.split(after)[0]
        if _ARTICLE.search(sentence) or _ASKS.search(sentence):
            continue
        near = before + match[0] + after
        if own or quotes or _ABOUT_CHAT.search(near):
            return kind, terms
        if kind == "summary" and (late or _LATER.search(near)):
            return kind, terms
        only = system and _PRODUCT_ONLY.search(order)
        if kind != "summary" and (only or _ABOUT_MESSAGE.search(near)):
            return kind, terms
    return None, 0


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
        quoted = _QUOTED.search(text)
        if not _ordered(text)[0] and not (quoted and _products(text[: quoted.start()])):
            return [text]
        found = [quoted] if quoted else []
    return [next(filter(None, match.groups())) for match in found]


def _reply(kind: str, text: str, questions: Sequence[str]) -> str:
    """Return the reply to a task: the person's questions, or nothing in the demanded form."""
    order = _without_transcript(text)[0]
    said = {
        "title": _title(questions[0]) if questions else "",
        "queries": _OPEN_LABEL.sub("", questions[-1]) if questions else "",
        "summary": " ".join(questions),
        "emoji": "📰",
    }.get(kind, "")
    neutral = "新闻" if has_han("".join(questions) or order) else "News"
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
    for match in _OBJECT.finditer(order):
        with suppress(ValueError):
            return json.loads(match[0])
    return [] if _LIST.search(order) else None


def _title(question: str) -> str:
    """Return a question shortened to a title, without its final punctuation."""
    line = " ".join(question.strip().split("\n", 1)[0].split())
    room = _TITLE_ZH if has_han(line) else _TITLE_EN
    if len(line) > room:
        line = line[: room + 1].rsplit(" ", 1)[0][:room]
    return line.strip(" \"'“”「」《》.?!,;:。？！，；：…")
