"""Recognise what a model says besides its answer: courtesies, doubts, headings, lists of sources.

None of this claims anything about the news, so it gets no marker and no verdict. The patterns look
at who speaks to whom: a sentence of an answer is about the world, never about the reader, the model
or the answer itself. Text in quotation marks was said by someone else and is ignored.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"“[^”]{0,200}”|「[^」]{0,200}」|\"[^\"]{0,200}\"|‘[^’]{0,200}’")

_ANSWER_ZH = "(?:回答|答案|答复|解答|总结|摘要|概述|回复|整理|分析|说明|内容|信息|资料|句子|结果)"
_ZH = (
    # spoken to the reader
    "您|感谢你|希望[^，。]{0,12}你|祝你|[帮协]助你|(?:告诉|告知|联系)我|随时(?:提问|告诉|联系|问我)",
    "^(?:如果|如|若|假如|要是)?你(?:还|有|想|需|对)",
    "^(?:如需|若需|如有|若有|欢迎)[^。]{0,24}(?:问题|疑问|帮助|提问|咨询|补充|信息|了解)",
    # about the answer
    f"^(?:以下|下面|如下)[^，,。]{{0,24}}{_ANSWER_ZH}[^，。,]{{0,10}}[。：:！!]?$",
    "^(?:以上|上述|这)(?:就)?(?:是|为)[^，,。]{0,20}(?:回答|答案|答复|解答|总结|整理|全部内容|信息)"
    "[^，。,]{0,8}[。：:！!]?$",
    f"^(?:以上|上述|本){_ANSWER_ZH}[^。]{{0,12}}(?:仅供参考|来自|基于|依据|均)",
    f"^[^，。]{{0,6}}{_ANSWER_ZH}(?:如下|是)[。：:]?$|^(?:置信度|信心)",
    "作为(?:一个|一名|一款)?(?:AI|人工智能|语言模型|大模型|助手)|很高兴(?:为|能|回答)",
    # about the task; the words show who is working on it
    "^(?:非常|很)?(?:抱歉|对不起|不好意思)",
    "用户(?:的?(?:问题|提问|需求)|问|想(?:知道|了解|要)|询问|提问|希望|要求)",
    "(?:^|[，,；;。：]|那么|所以|因此|现在|首先|接下来|然后)我(?:就|还)?"
    "(?:应该|应当|需要|必须|将|会|来|要|得|可以|能|先|再|认为|觉得|想|无法|不能|看到|注意到|发现)",
    "我们?(?:需要|应该|应当|必须|可以|先|来|要)(?:先|再)?"
    "(?:回答|检查|核对|看看|引用|确认|分析|总结|写|从|确保|遵守)",
    "(?:^|[，；])让我(?:们)?(?:来|先|再)?(?:看|想|检查|分析|找|回答|总结|确认|整理)",
    "(?:这个|该|本|此)?(?:问题|题目)(?:问的?是|是问|在问|要求|是关于|询问)",
    "再(?:检查|核对|确认|看)(?:一下|一遍)|规则(?:\\d|(?:要求|说)(?:我|每句|要|写|用|回答|只))",
    "^(?:等等|等一下|不对|嗯|哦|唔|好)[，,。！…]|最后写[^，。]{0,6}编号",
)
_ANSWER_EN = (
    r"(?:answers?|response|summary|information|overview|list|details|breakdown|facts?|"
    r"sentences?|explanation|result)"
)
_EN = (
    # spoken to the reader
    r"\blet me know\b|\bfeel free\b|\b(?:hope|glad|happy|here) (?:this|that|it|to|I)?\b[^.]{0,30}"
    r"\b(?:help|you|assist)",
    r"\bif you(?:'d| would| have| need| want|'re| are)\b[^.]{0,40}"
    r"\b(?:question|help|more|further|know|ask|detail|clarif|else|like)",
    r"^(?:would|do|can|could) you\b|\bthank you for (?:your|asking)",
    r"\bfor your (?:question|reference)",
    r"^please (?:let|note|feel|ask|refer|provide|see|be)\b",
    # about the answer
    rf"^(?:here(?:'s| is| are)|below (?:is|are)|the following (?:is|are)|this is|these are|"
    rf"that is|above (?:is|are))\b[^.]{{0,60}}\b{_ANSWER_EN}\b[^.]{{0,50}}[.:!]?$",
    rf"^(?:the|this|my) {_ANSWER_EN}(?: (?:above|below|provided|to [^.]{{0,40}}))? "
    r"(?:is|are|was|comes?)\b[^.]{0,30}\b(?:based|from|as follows|below|only|complete)",
    r"^(?:(?:please )?note|disclaimer)\b[^.]{0,40}\b(?:above|answer|response|provided)\b",
    r"^(?:this|the|my) (?:answer|response|information|summary)\b[^.]{0,12}"
    r"\b(?:based|taken|comes)\b",
    r"^confidence\b.{0,30}$|\bas an? (?:AI|language model|assistant)\b",
    # about the task; the words show who is working on it
    r"^(?:sorry|apologies|my apologies)\b",
    r"\bthe user(?:'s)? (?:is |was |has |just )?(?:ask|want|question|quer|request|need|would)",
    r"\bthe question (?:is|asks|was|wants|says)\b",
    r"^(?:(?:so|now|okay|ok|alright|hmm+|wait|first|next|then|but|actually|well|and|let's see)"
    r"\b,?\s*)*(?:let me|let's|let us)\b",
    r"^(?:hmm+|wait|okay|ok|alright|let's see|hold on|double[- ]check(?:ing)?)\b[,.!… ]",
    r"\bwe (?:should |need to |must |have to |can |'ll |will |are asked to )"
    r"(?:answer|cite|respond|reply|output|write|mention|say|produce|give|include|follow|check)\b",
    r"\b(?:need|have) to (?:answer|cite|respond|reply|check the (?:sentences|rules))\b",
)
_TALK = re.compile("|".join((*_ZH, *_EN)), re.IGNORECASE)
# Case matters here: the "I" in "World War I" is not a speaker.
_SPEAKER = re.compile(
    r"(?:^|[,;:.(—–-]\s?|\b(?:and|but|so|that|if|as|when|because|since|what|which|how|before|then"
    r"|now|sure|think) )I(?:['’](?:m|ll|ve|d)\b| [a-z]+)"
    r"|(?:^|[^A-Za-z])My (?:answer|reply)"
)

_NOTE = re.compile(r"^[（(]?(?:注意?|说明|备注|note|nb)\s*[:：]\s*", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:好的|好|当然(?:可以)?|没问题|明白了?|收到|您好|你好|嗯|谢谢|不客气"
    r"|sure(?: thing)?|certainly|of course|okay|ok|got it|absolutely|great question|hello|hi"
    r"|thank you|thanks|you're welcome|understood)(?:[，,！!。.：:～~]\s*|\s*$)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:(?:最终|简短|直接)?(?:回答|答案|答复|答|结论|总结)"
    r"|(?:final |short |direct |the )?(?:answer|response|reply|conclusion|summary))"
    r"\s*(?:[:：]\s*|$)|^(?:助手|助理|assistant|AI|A)\s*[:：]\s*"
    r"|^(?:(?:所以|因此|那么|综上)，?)?(?:最终|正确)?答案(?:应该|应当|应|就)?(?:是|为)\s*[:：]?\s*"
    r"|^(?:(?:so|therefore|thus),? )?the (?:final |correct )?answer"
    r" (?:is|should be|would be)\s*:?\s*",
    re.IGNORECASE,
)
_GIVEN_ZH = (
    r"(?:(?:提供|给出|所给|给定|上述|以上|这些|所附|带?编号)的?(?:的)?[^，,。]{0,6}"
    r"(?:句子|资料|信息|内容|文章|报道|材料|上下文|文本)|第?\d+句|上下文|句子"
    r"|(?:句子|资料|来源)\s*\d+(?:\s*[和、,]\s*\d+)*)"
)
_GIVEN_EN = (
    r"(?:the )?(?:(?:provided |given |above |numbered |supplied )+"
    r"(?:sentences?|context|information|passages?|sources?|texts?|articles?|excerpts?|quotations?|documents?)"
    r"|(?:sentences?|context|passages?|sources?)(?: \d+(?:(?:,| and|, and) \d+)*)?"
    r"|(?:information|articles?|text|documents?) (?=provided|given|above))"
    r"(?: (?:provided|given|above))?"
)
# The words for the source may be missing: they may have been a marker that was removed.
_LEAD_IN = re.compile(
    rf"^(?:根据|依据|基于|据|按照|正?如|从){_GIVEN_ZH}?(?:中)?"
    r"(?:所述|所说|所示|所言|显示|提到|指出|可知|来看|的(?:内容|信息|说法|报道))?\s*[，,：:]\s*"
    rf"|^{_GIVEN_ZH}?(?:中)?(?:指出|提到|显示|表明|说明)[，,：:]\s*"
    r"|^(?:according to|as (?:stated|reported|noted|mentioned|described|shown|indicated|said) "
    rf"(?:in|by)|based on|per|from|in)(?: {_GIVEN_EN})?\s*[,:]\s*"
    r"|^(?:sentences?|sources?) \d+(?:(?:,| and|, and) \d+)* "
    r"(?:says?|states?|mentions?|notes?|reports?|indicates?|shows?)(?: that)? ",
    re.IGNORECASE,
)
_SOURCES = re.compile(
    r"^(?:参考(?:资料|文献|来源|链接|文章|句子|信息)?|引用(?:来源|文献|句子|资料)?|注释|脚注|延伸阅读"
    r"|(?:资料|信息|数据|新闻|内容|文章)?来源|出处|相关(?:链接|文章|报道)"
    r"|(?:list of )?(?:sources?|references?|citations?|footnotes?|links?)(?: (?:used|cited|list))?"
    r"|works cited|bibliography|further reading|source sentences?)"
    r"(?:列表|如下|\s*\(s\))?\s*(?:[:：]|$)",
    re.IGNORECASE,
)
_DECLINES = re.compile(
    r"(?:提供|给出|所给|给定|上述|以上|这些|带编号|编号|现有|已有)的?[^，。]{0,8}"
    r"(?:句子|资料|信息|内容|文章|报道|材料|上下文|文本)[^。]{0,12}"
    r"(?:没有|未(?:能|曾)?|并未|无法|不能|不足|不包含|不涉及|找不到)"
    r"|^(?:无法|不能|难以)(?:根据|从|依据)|^(?:我)?(?:无法|不能)(?:回答|确定)"
    r"|^(?:没有|未)(?:找到)?[^，。]{0,6}(?:相关|足够)的?(?:信息|资料|内容)"
    r"|\b(?:the|these|those|any of the)(?: (?:provided|given|numbered|above|available))*"
    r" (?:sentences?|context|information|passages?|texts?|sources?|articles?|excerpts?|quotations?)"
    r"(?: (?:provided|given|above))?\b[^.]{0,30}"
    r"\b(?:do(?:es)? not|don't|doesn't|cannot|can't|did not|fails? to|lacks?|contains? no"
    r"|provides? no|gives? no|mentions? no|(?:is|are) not (?:enough|sufficient)|insufficient)\b"
    r"|\b(?:not|isn't|aren't|no information)\b[^.]{0,30}\b(?:mentioned|provided|specified|given|"
    r"stated|found|available|included)\b[^.]{0,10}\b(?:in|by|from) the (?:provided |given |"
    r"numbered |above )*(?:sentences?|context|passages?|excerpts?|quotations?)"
    r"|^there is (?:no|not enough) information\b",
    re.IGNORECASE,
)
_FRAMING = re.compile(
    r"(?:原因|理由|如下|以下|几点|方面|因素|\breasons?|\bfollow(?:s|ing)|\bpoints?|\bfactors?)"
    r"[^，,。.:：]{0,24}[:：]$"
    r"|^(?:根据|依据|基于)(?:以上|上述|这些|所给|提供的)?[^，,。]{0,8}(?:句子|文章|报道|信息)[^，,]{0,6}[，,。]?$"
    r"|^(?:here (?:is|are)|the (?:main |key )?reasons? (?:is|are|include)"
    r"|according to the (?:sentences|articles))[^.]{0,40}[.:]?$",
    re.IGNORECASE,
)


def without_lead_in(text: str, *, first: bool = True) -> str:
    """Return the sentence without an "Answer:" or "According to sentence 2," before it.

    The `first` sentence of a reply may also begin with "Sure,".
    """
    rest = text
    while match := (
        (first and _GREETING.match(rest)) or _LABEL.match(rest) or _LEAD_IN.match(rest)
    ):
        rest = rest[match.end() :]
    return text if rest == text else rest[:1].upper() + rest[1:]


def is_talk(text: str) -> bool:
    """Return True if a sentence is a question, or is about the reader, the model or its answer."""
    said = _NOTE.sub("", _QUOTED.sub("“”", text))
    asks = said.rstrip("”\"'） )*").endswith(("?", "？"))
    return asks or bool(_TALK.search(said) or _SPEAKER.search(said))


def declines(text: str) -> bool:
    """Return True if a sentence says that the sentences of the prompt don't hold the answer."""
    return bool(_DECLINES.search(_QUOTED.sub("“”", text)))


def leads_up(text: str) -> bool:
    """Return True if a sentence only introduces others, as "the reasons are:" does."""
    return bool(_FRAMING.search(text))


def lists_sources(line: str) -> bool:
    """Return True if a line, without its markup, begins a list of sources."""
    return bool(_SOURCES.match(line))
