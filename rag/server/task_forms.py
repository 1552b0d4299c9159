"""The words by which a chat client's own requests are recognised (`rag/server/tasks.py`).

Every repeat in a pattern is bounded, so that the time is linear in the length of a text.
"""

from __future__ import annotations

import re

from rag.text.characters import HAN
from rag.text.quantities import NUMBER_WORDS


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
PRODUCTS = {
    "title": _any(
        r"\b(?:titles?|label|header|heading|headline|caption|phrase|topic|subject)\b(?! case)",
        rf"\ban? (?:[\w-]+,? ){{0,3}}name\b"
        rf"|\bnam(?:e|ing) (?:(?:this|the|our) )?(?:\w+ )?{_NOUN}\b",
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
    "memory": _any(
        r"\bmemor(?:y|ies|i[sz]e|i[sz]ing)\b|\bremember(?:s|ed|ing)?\b",
        r"\b(?:facts?|information|preferences?|details|insights?)\b[^.!?\n]{0,40}"
        r"\b(?:about|from|of|between)\b[^.!?\n]{0,16}\b(?:user|conversation|dialog)",
        r"\b(?:user|personal)(?:['’]s)? (?:profile|preferences|facts|details|information)\b",
        r"记忆|记住|画像|用户[^。！？\n]{0,8}(?:偏好|喜好|信息|资料|事实)",
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
ARTICLE = _any(r"\b(?:articles?|stor(?:y|ies)|news|reports?)\b(?! so far)|文章|报道|新闻|稿")
# Words of an operator: about the archive, or about an answer that follows.
MORE = _any(
    ARTICLE.pattern, r"\bthen\b|\breply (?:in|with)\b|\bsources?\b|作答|资料|来源|再|回复时"
)
RECAP = _any(r"[^.。:：\n]{0,60}(?:summary|recap|总结|摘要|记忆)[^.。:：\n]{0,60}[:：]")
STOP = re.compile(r"[.!?。！？:：\n]")
ASKS = _any(r"^\W{0,4}(?:what|which|who|whose|when|where|did|does|was|were)\b|是什么|叫什么|哪|吗")
# What the order is about: the chat, or a message of it, which is too little for a summary.
# "The discussion at the summit" is news; "this discussion" and "the chat" aren't.
ABOUT_CHAT = _any(
    rf"\b(?:(?:{_THIS}|the|an?|users?['’]?s?) (?:\w+ )?{_NOUN}|{_NOUN} (?:history|logs?|records?)|"
    r"(?:this|our|above) (?:thread|session)|conversations|chats)\b"
    r"(?!(?: history| logs?| records?)? (?:between|at|of|on|about|over|among|held)\b"
    r"| in (?:the (?!user|same|chat)|this|that)| (?:app|show|control|room|group|bot))",
    rf"{_THIS_ZH}[^，。！？\n]{{0,4}}{_NOUN_ZH}|{_NOUN_ZH}(?:标题|摘要)"
    rf"|(?:[为给把将对据合于读]|压缩|总结|概括)(?:一下)?{_NOUN_ZH}|历史记录",
)
ABOUT_MESSAGE = _any(
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
PRODUCT_ONLY = _any(
    r"\b(?:only|just|single|exactly|nothing but) (?:with )?(?:the |an? |one )?(?:\w+ )?"
    r"(?:title|emoji|tags?|name|quer(?:y|ies))\b|\b(?:title|emoji|tags|name|query) only\b",
    r"[只仅](?:需要?|能)?(?:输出|返回|回复)(?:一个)?(?:标题|标签|表情|emoji|名称|关键词|查询)",
)
# A message that wants an answer is no task. One that forbids an answer is likely to be one.
ANSWERS = _any(
    r"(?P<never>(?:\b(?:not|never|instead of|without|rather than)\b|n't )[^.\n]{0,40}"
    r"\b(?:answer|reply|respond)"
    r"|(?:不|勿|禁止|无需|避免)[^。\n]{0,12}回[答复])",
    r"\b(?:respond|reply) to (?:the |this )?(?:user(?:'s)? )?(?:question|query)\b",
    r"\banswer(?:s|ing)? (?!with\b|only\b|in\b|using\b)[^.\n]{0,24}\b(?:questions?|quer|users?)\b",
    r"\b(?:detailed|full|complete|main|final) (?:response|answer|reply)\b",
    r"\b(?:each|every|(?:before|after|end) (?:your|the)) (?:answer|reply)"
    r"|\b(?:each|every|after your|after the) response\b"
    r"|\b(?:before|then)\b[^.\n]{0,12}\b(?:answer|reply|respond)",
    r"回答(?:用户|问题|提问|我)|每(?:次|个|条)回[答复]",
)
# What operators begin with, and some clients too.
HELPS = _any(r"\bhelpful (?:\w+ )?assistant\b(?! (?:that|who|which|skilled|tasked))")
# The sentence that gives the model its job. A job that makes a product is about the chat.
JOB = _any(
    r"\byou(?:['’]re| are) (?:now )?(?:an?|the)\b[^.!?\n]{0,200}",
    r"\byou (?:generate|create|write|make|produce|suggest|extract|name|keep|maintain|rewrite)\b"
    r"[^.!?\n]{0,200}",
    r"\byour (?:\w+ )?(?:task|job|role|goal|purpose) (?:is|will be)\b[^.!?\n]{0,200}",
    r"(?:你是|您是|你负责|你的(?:任务|职责|工作|目标)是|你(?:需要|要|将)把?)[^。！？\n]{0,100}",
)
OPEN_QUESTION = _any(
    r"(?:^|[\n.!。！])[^\n.!?。！？]{0,300}[?？]\s{0,8}\Z"
    r"|\b(?:question|query)\s?[:：]\s{0,4}[^\s:：][^\n]{0,400}|问题[:：]\s{0,4}\S[^\n]{0,400}"
)
ASKER = _any(
    r"\b(?:users?|humans?|I)\b[^.!?\n]{0,16}\b(?:would|might|may|could|can|wants?)\b"
    r"[^.!?\n]{0,24}\b(?:ask|say|send|type)\b",
    r"用户[^。！？\n]{0,6}(?:可能|会|想|接下来)",
)
# A summary for the model is about the chat, even if it doesn't say so.
LATER = _any(
    r"\b(?:future|subsequent|later|new) (?:context|prompts?|reference|conversation|messages?)\b"
    r"|\bcompact\w*|\bcompress\w*|\bhand-?(?:over|off)\b|\bresum(?:e|ing)\b"
    r"|\bcontinu\w+ (?:it|the (?:conversation|work|task|chat))\b"
    r"|\b(?:another|next) (?:LLM|model|agent)\b",
    r"(?:后续|接下来|今后|新)的?[^。\n]{0,6}(?:上下文|提示|对话|会话)|压缩|交接|前情",
)
FENCE = re.compile(r"(```|\"\"\")(?!json|\s{0,8}[{\[]).{0,8000}?\1", re.DOTALL)
TERMS = (
    PRODUCT_ONLY,
    ANSWERS,
    FENCE,
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
    LATER,
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
    r"(?:user|human|you|用户)(?:'s)?"
    r"(?: ?(?:first |last )?(?:message|input|query|question|消息|输入|提问|问题|提出))?"
    r"(?:\*\*)?\s{0,4}(?:[:：]|[\]>]\s{0,4})"
)
_MODEL = (
    r"(?:assistant|ai|bot|response|助手|助理)"
    r"(?:[ _]?(?:message|reply|response|answer|final|消息|回复|回答))?"
    r"(?:\*\*)?\s{0,4}(?:[:：]|[\]>]\s{0,4})"
)
SAID = _any(rf"{_LABEL}(?:(?P<user>{_USER})|{_MODEL})[^\n]{{0,8000}}")
BLOCK = re.compile(
    r"<(chat_?history|conversation|history|messages|dialogue|session|transcript)\b[^>\n]{0,80}>\n"
    r".{0,8000}?</\1>|\[\s{0,8}\{\s{0,8}\"role\".{0,8000}\]",
    re.IGNORECASE | re.DOTALL,
)
QUESTION = _any(
    r"\"role\": ?\"user\",[^\]}]{0,80}?\"(?:text|content|mainText)\": ?\"((?:[^\"\\]|\\.){1,400})",
    r"<user>\s{0,8}([^<]{1,400})",
    rf"(?:{_LABEL}{_USER}|\bfollow[- ]?up (?:input|question)[:：])[\s\"“]{{0,8}}([^\n]{{1,400}})",
)
QUOTED = _any(
    r"(?:```|\"\"\"|^-{3,}[^\n]{0,40}$|<(?:messages|content)>)\s{1,8}([^\n`]{1,400})",
    r"(?<![\"”])[:：]\s{0,4}[\"“]([^\n\"”]{1,400})[\"”]|[:：]\s{0,4}([^\n:：\"”]{1,400})\Z",
)
EXAMPLE = _any(r"\bexample|示例|例子")
OPEN_LABEL = re.compile(r"[ ,，]{0,3}[^.?!。？！]{0,30}[:：]\s{0,4}\Z")
OBJECT = re.compile(r"\{[^{}\\]{2,400}\}")
LIST = re.compile(r"\[\s{0,8}\"[^\[\]]{1,400}\"\s{0,8}\]")
OF_LISTS = re.compile(r"\{\s{0,8}\"(\w{1,40})\"\s{0,4}:\s{0,4}\[")
