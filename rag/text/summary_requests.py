"""Recognise texts that ask for a summary of articles, and not for a fact.

"Summarise the Jiemian article" asks for a summary; "summarise why Apple chose Alibaba" asks why. So
what is to be summed up must be nothing, a pronoun, a time, or articles: the object's own noun tells
(article, news, coverage; 文章, 报道, 新闻). A doubtful text is a question.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rag.text.characters import has_han
from rag.text.dates import FULL_MONTH, WEEKDAY_WORDS
from rag.text.plain_requests import names_no_topic_en, names_no_topic_zh

_LONGEST = 80
"""A longer text, in characters, says more than a request for a summary does."""


@dataclass(frozen=True, kw_only=True)
class SummaryRequest:
    """A request for a summary.

    `about` are the words that say of what: outlets or a topic. `when` are the words for days. Both
    are empty if nothing is named. `newest` is true if the latest news is wanted.
    """

    about: str
    when: str = ""
    newest: bool = False


def summary_request(text: str) -> SummaryRequest | None:
    """Return the request that a text makes for a summary; None for any other text."""
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).split())
    plain = plain.strip(_SIGNS)
    if not plain or len(plain) > _LONGEST:
        return None
    if has_han(plain):
        plain = _ENDING_ZH.sub("", plain) if re.search(_SUM_UP_ZH, plain) else plain
        whole = _TIMES_ZH.sub("", plain)
        return _chinese(plain) or _without_topic(
            plain, names_no_topic_zh(whole, whole != plain), _TIMES_ZH
        )
    plain = _THANKS_EN.sub("", plain)
    low = plain.casefold()
    return _english(plain) or _without_topic(
        low, names_no_topic_en(_TIMES_EN.sub(" today ", low)), _TIMES_EN
    )


_SIGNS = "".join(dict.fromkeys(" .。!！?？~…,，;；:：\"'“”"))
_ENDING_ZH = re.compile(r"(?:[,，]?(?:好吗|好不好|可以吗|行吗|吗|呢|吧|谢谢))+$")
_THANKS_EN = re.compile(
    r"(?:[,.]? (?:please|pls|thanks?(?: you)?|thx|for me|for us))+$", re.IGNORECASE
)
_QUOTES = str.maketrans("’‘´`", "''''")

# Chinese. What is asked for stands behind the verb, or before it with 把 or as a topic.

_POLITE_ZH = (
    r"(?:(?:请你?|麻烦你?|劳驾|帮我?|帮忙|给我|替我|为我|我想|我要|我想要|你|能不能|能否|可以|可否|先|再|来)"
    r"[,,]?)*"
)
_SUM_UP_ZH = r"(?:总结|概括|归纳|综述|汇总|梳理|小结|概述|摘要|盘点|提炼|简述|浓缩)"
_ABIT_ZH = r"(?:(?:总结|概括)?(?:一下子?|一遍|下|一|个)?(?:吧|呗)?)"
_MANNER_ZH = (
    r"(?:(?:简要|简单|大致|快速|用?[一二两三几]?句话|用[中英]文|用一段话|分点|逐条)[地的]?(?:来)?)?"
)
_NOUN_ZH = (
    r"(?:文章|报道|新闻|消息|稿件|稿子|资讯|要闻|头条|快讯|专栏|推送|原文|全文|本文|正文|[一1]篇"
    r"|(?:这|那|上|下)(?:一)?(?:篇|些|几篇|则|条))"
)
_GIST_ZH = (
    r"(?:的?(?:主要|核心|大致|全部|所有|重点)?"
    r"(?:内容|要点|大意|重点|意思|观点|信息|看点|主旨|脉络|情况))?"
)
_PRODUCT_ZH = r"(?:总结|摘要|概要|综述|小结|简报|概述|汇总|导读|速览|简讯|要点)"
_ONE_ZH = r"(?:写|做|来|出|列|给|生成|整理|要)(?:我|出)?(?:[一1]?[份个段篇下])?"
_NEW_NOUN_ZH = r"(?:新闻|消息|进展|动态|动向|资讯|要闻|头条|情况|变化|报道|新鲜事|大事|事情?)"
_WHEN_ZH = (
    r"(?:(?:在|从|截至|到)?(?:今天|今日|昨天|昨日|前天|今早|今晚|昨晚|目前|现在|当前|最近|近期|近日|近来|这几天|这两天|[上这本]?周末"
    r"|(?:这|本|上|过去|最近|近)(?:一|两|三|几|\d+)?(?:个)?(?:天|周|星期|礼拜|月|季度|年)"
    r"|(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}[日号])|\d{4}年(?:\d{1,2}月)?|\d{1,2}月|\d{4}-\d{2}(?:-\d{2})?)"
    r"(?:以来|之后|以后|至今|上午|下午|早上|晚上)?[,,的]?){1,2}"
)
_ASKS_ZH = re.compile(
    r"为什么|为何|怎么(?!样)|如何|怎样|多少|几[个家天年月名位次]|哪[个家些里位种年天]|谁|是否|吗$|什么时候|何时|什么(?!新闻|消息|进展|动态"
    r"|新|事|大事|情况|变化|要闻|头条)|原因|的(?:原因|影响|区别|特点|作用|意义|措施|策略|优势|问题)$"
)
_SUM_FIRST_ZH = re.compile(rf"^{_POLITE_ZH}{_MANNER_ZH}{_SUM_UP_ZH}{_ABIT_ZH}[,,:]?(?P<object>.*)$")
_OBJECT_FIRST_ZH = re.compile(
    rf"^{_POLITE_ZH}(?:把|将|对)?(?P<object>.+?)(?:进行|做个?|作个?|来个)?{_MANNER_ZH}"
    rf"(?:总结|概括|归纳|汇总|梳理|小结|整理(?=成)|浓缩){_ABIT_ZH}(?:成(?:一?[份段篇个])?(?:摘要|总结|简报|概要|[一二两三几]?句话))?$"
)
_A_SUMMARY_ZH = re.compile(
    rf"^{_POLITE_ZH}(?:{_ONE_ZH})(?:关于|有关)?(?P<object>.*?)的?(?:{_PRODUCT_ZH})(?:吧|呗)?$"
)
_SUMMARY_ALONE_ZH = re.compile(
    rf"^(?P<object>(?:{_WHEN_ZH})?.{{0,20}}?{_NOUN_ZH})的?{_PRODUCT_ZH}$"
)
_ARTICLES_ZH = re.compile(
    rf"^(?P<about>.*?)(?:的|中|里)?(?:所有|全部|主要|最新|重要|相关)?的?{_NOUN_ZH}{_GIST_ZH}"
    rf"(?:{_NOUN_ZH}{_GIST_ZH})?(?:讲了什么|说了什么|写了什么|都有什么)?$"
)
_ONLY_ZH = re.compile(
    rf"^(?:(?:{_WHEN_ZH})?(?:以上|上面|上述|前面|这里|全部|所有|一切|大家)?(?:的)?(?:内容|要点|它们?|这些|那些)?)$"
)
_NEW_ZH = re.compile(
    rf"^{_POLITE_ZH}(?:{_SUM_UP_ZH}{_ABIT_ZH})?(?P<about>.{{0,24}}?)"
    rf"(?:(?:都|还)?(?:有没有|有什么|有哪些|有啥|有何|有|出了什么|出了哪些)"
    rf"(?:新的?|最新的?|重要的?|重大的?|什么|值得关注的)*{_NEW_NOUN_ZH}"
    rf"|的?(?:最新|最近|近期|后续|今日|今天的?|昨天的?|本周的?)(?:的)?{_NEW_NOUN_ZH}"
    rf"(?:是什么|有哪些|有什么|如何|怎么?样了?|呢|汇总|一览|速览)?"
    rf"|发生了(?:什么|哪些)(?:{_NEW_NOUN_ZH})?|(?:到|进展到)(?:哪里|哪一步|什么程度|哪儿)了)"
    r"(?:吗|呢|啊|呀)?$"
)
_SAY_ZH = re.compile(
    rf"^(?P<about>(?:{_WHEN_ZH})?(?:这|那|上面|以上)?(?:些|几篇|篇|几家)?(?:文章|报道|新闻|媒体|报纸|各家媒体)?"
    rf"(?:{_WHEN_ZH})?)(?:都|主要|分别|究竟|到底|大概)*(?:在?(?:讲|说|写|报道?|谈)(?:了|的是)?)(?:些|一些)?"
    r"(?:什么|啥|哪些(?:内容|新闻|事情?))(?:内容|新闻|事情?)?$"
)
_OUTLET_SAYS_ZH = re.compile(
    rf"^(?P<about>[\w]{{2,12}}?(?:{_WHEN_ZH})|(?:{_WHEN_ZH})[\w]{{2,12}}?)都(?:报道|发|写|登|发表)了"
    r"(?:些)?(?:什么|哪些)(?:新闻|文章|内容)?$"
)
_SAYERS_ZH = re.compile(r"文章|报道|新闻|媒体|报纸|篇")
_RELATIVE_ZH = re.compile(r"[今昨前]|周末|[这本上近]|过去|最近|目前|现在|当前")
_ABOUT_NEW_ZH = re.compile(r"^(?:关于|有关|说到|至于)?(?P<about>[\w\s·—“”《》-]{0,16}?)[的,,]?$")
_NO_TIME_ZH = r"以上|上面|上述|前面|这里|全部|所有|一切|大家|的?(?:内容|要点|它们?|这些|那些)$"
_WHEN_ALONE_ZH = re.compile(
    rf"^(?:{_WHEN_ZH})?(?:我们|大家|这里|文章里|报道中|媒体上)?(?:都|还|又)?$"
)
_FRESH_ZH = re.compile(
    r"最新|近期|后续|(?<!重)新(?:的)?(?:消息|进展|动态|动向|情况|报道)|新闻$|消息|动态"
)


def _chinese(text: str) -> SummaryRequest | None:
    if (found := _SAY_ZH.match(text)) and _SAYERS_ZH.search(found["about"]):
        when = _TIMES_ZH.search(found["about"])
        return _request(_TIMES_ZH, when[0] if when else "")
    if found := _OUTLET_SAYS_ZH.match(text):
        return _request(_TIMES_ZH, found["about"])
    if found := _NEW_ZH.match(text):
        return _news_zh(text, found["about"])
    for pattern in (_SUM_FIRST_ZH, _A_SUMMARY_ZH, _SUMMARY_ALONE_ZH, _OBJECT_FIRST_ZH):
        if not (found := pattern.match(text)):
            continue
        what = found["object"].strip(" ,的")
        if _ASKS_ZH.search(what):
            return None
        if _ONLY_ZH.match(what):
            return _request(_TIMES_ZH, re.sub(_NO_TIME_ZH, "", what))
        if articles := _ARTICLES_ZH.match(what):
            about = re.sub(
                r"^(?:关于|有关|对于|针对)|(?:的|中|里|最新|所有|全部)$", "", articles["about"]
            )
            return _request(_TIMES_ZH, about.strip(" 的"), newest="最新" in what)
    return None


def _news_zh(text: str, about: str) -> SummaryRequest | None:
    """Return the request for the latest news, which may be on a topic."""
    if _WHEN_ALONE_ZH.match(about):
        when = re.match(_WHEN_ZH, about)
        if "发生" in text and when and not _RELATIVE_ZH.search(when[0]):
            return None
        return _request(_TIMES_ZH, when[0] if when else "", newest=True)
    named = _ABOUT_NEW_ZH.match(about)
    # "What has happened to Acme" and "what changes does Acme have" ask for facts.
    if not named or _ASKS_ZH.search(about) or not _FRESH_ZH.search(text[len(about) :]):
        return None
    return _request(_TIMES_ZH, named["about"].strip(), newest=True)


# English.

_POLITE_EN = (
    r"(?:(?:please|pls|kindly|hi|hello|ok|okay|so|now|just|quickly|briefly|hey|can you|could you"
    r"|would you|will you"
    r"|can i get|could i have|may i have|i'd like(?: you)?(?: to)?|i would like(?: you)?(?: to)?"
    r"|i want(?: you)?(?: to)?"
    r"|i need(?: you to)?|help me(?: to)?|let's|let us)[,.]? )*"
)
_SUM_UP_EN = (
    r"(?:summari[sz]e|sum up|recap|condense|digest|outline"
    r"|(?:(?:give|write|make|show|send|prepare|draft|do|get|have|provide|create)(?: me| us)?"
    r"(?: with)? )?"
    r"(?:an?|the|your)? ?(?:(?:short|brief|quick|concise|one-paragraph|three-sentence|daily"
    r"|weekly) )*"
    r"(?:summary|recap|digest|overview|rundown|round-?up|synopsis|abstract|briefing|tl;?dr|gist"
    r"|highlights|headlines|(?:main|key|central) (?:points?|messages?|takeaways?)|takeaways)"
    r"(?: (?:of|for|on|about|from|in))?"
    r"|tl;?dr|boil down)"
)
_NOUN_EN = (
    r"(?:articles?|news|stor(?:y|ies)|coverage|reporting|reports|headlines?|pieces?|press"
    r"|papers?|newspapers?"
    r"|dispatch(?:es)?|texts?|columns?|posts?|documents?)"
)
_WHEN_EN = (
    r"(?:(?:since |from )?(?:today|yesterday)|tonight"
    r"|(?:the )?(?:last|past|previous|this|these) (?:\w+ )?"
    r"(?:days?|weeks?|months?|years?|morning|evening|afternoon|week|weekend)"
    r"|lately|recently|so far|overnight|right now|now"
    r"|(?:(?:since|from|on|in|between|of|for|during|until|before|after) )?"
    rf"(?:(?:{FULL_MONTH.lower()}|{'|'.join(WEEKDAY_WORDS)})(?: \d{{1,2}}(?:st|nd|rd|th)?)?"
    r"(?:,? (?:19|20)\d\d)?"
    rf"|\d{{1,2}} (?:{FULL_MONTH.lower()})(?: (?:19|20)\d\d)?"
    r"|(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?))"
)
_ASKS_EN = re.compile(
    r"\b(?:why|how|who|whom|whose|when|where|which|whether|if|what|reasons?|differences?"
    r"|impacts?|effects?|causes?)\b"
)
_CATCH_UP_EN = re.compile(
    rf"^{_POLITE_EN}(?:catch (?:me|us) up|bring (?:me|us) up to (?:date|speed)|fill (?:me|us) in"
    r"|(?:update|brief) (?:me|us))(?: (?:on|with|about) (?P<of>.+))?$"
)
_SUM_EN = re.compile(
    rf"^{_POLITE_EN}(?:what(?:'s| is| are) )?{_SUM_UP_EN}(?: for (?:me|us))?"
    r"(?P<object>(?:[ :,].*)?)$"
)
_ONLY_EN = re.compile(
    rf"^(?:it|this|that|them|these|those|all(?: of (?:it|this|them|these))?|everything|the above"
    rf"|the lot|the main points|"
    rf"the key points|the gist)?(?: ?(?:please|for me|for us|in (?:brief|short|a few words"
    rf"|one paragraph|\w+ sentences)"
    rf"|{_WHEN_EN}))*$"
)
_ARTICLES_EN = re.compile(
    rf"^(?:(?:all|each|both|every|some|any)(?: of)? )?(?:the |this |that |these |those |my |our "
    rf"|your )?"
    rf"(?P<ahead>(?:[\w.&'-]+ ){{0,4}}?){_NOUN_EN}(?P<behind>(?: (?:about|on|of|from|by|in|for"
    rf"|since|until|between|over"
    rf"|regarding|concerning|published|that|which|here|i have|today|yesterday|this|last|so|you"
    rf"|covering|around).*)?)$"
)
_PAPERS_SAY_EN = re.compile(
    r"^what (?:the |these |those |all )?(?P<outlet>(?:[\w.&'-]+ ){0,3}?)(?:papers|outlets|media"
    r"|press|articles|newspapers|wrote"
    r"|writes|reported|reports|says|said)(?: (?:say|says|said|report|reported|write|wrote|have"
    r"|are saying|have to say))?"
    r"(?: (?:about|on|of) (?P<about>.+))?$"
)
_SAY_EN = re.compile(
    r"^what (?:do|did|does|have|has) (?:all )?(?:the |these |those |this |my )?(?:articles?|papers?"
    r"|newspapers?|reports|news|outlets|media|stor(?:y|ies)) (?:say|report|write|reported|written)"
    rf"(?P<when>(?:,? {_WHEN_EN})*)$"
)
_ALL_OF_EN = re.compile(
    r"^(?:everything|all)(?: that (?:was|has been))? (?:about|on|from|by|written about|published on"
    r"|published by) (?P<of>.+)$"
    r"|^(?:what|everything that|all that) (?:was|has been|were) (?:published|reported|written"
    rf"|in the news)(?P<when>(?:,? {_WHEN_EN})*)$"
)
_RELATIVE_EN = re.compile(
    r"today|yesterday|tonight|last|past|previous|this|these|lately|recently|so far|now|overnight"
)
_NEW_EN = re.compile(
    rf"^{_POLITE_EN}(?:(?:tell|show|give) (?:me|us) )?(?:(?:is|are) there )?(?:"
    rf"(?:what(?:'s| is| has been| was)?|anything|something)(?: is| are| has been)? new(?: here"
    rf"| in (?:the )?(?:articles?|news|papers|index))?"
    rf"(?: ?(?:with|about|on|from|regarding|in) (?P<of1>.+?))?"
    rf"|(?:what(?:'s| is| are) )?(?:any|some|the)? ?(?:latest|newest|most recent|recent|new"
    rf"|today's|yesterday's|this week's|top|main)? ?"
    rf"(?P<noun>news|headlines|stories|updates?|developments?)(?: ?(?:on|about|with|from|in"
    rf"|regarding|for|of|around) (?P<of2>.+?))?"
    rf"|what(?:'s| is) the latest(?: ?(?:on|about|with|from|regarding) (?P<of3>.+?))?"
    rf"|what(?:'s| is| has| was)? ?(?:happened|happening|been happening|going on|gone on|up)"
    rf"(?: in (?:the )?(?:news|world))?"
    rf"|what(?:'s| is) (?:going on|happening|up) with (?P<of6>.+?)"
    rf"|what (?:did|have) i (?:miss|missed)|(?:the )?latest(?: ?(?:on|about|with|regarding) "
    rf"(?P<of4>.+?))?"
    rf"|what(?:'s| is) in the (?:news|papers|articles)(?: about (?P<of5>.+?))?"
    rf")(?P<when>(?:,? {_WHEN_EN})*)$"
)
_FUNCTION_EN = re.compile(
    r"\b(?:about|on|of|from|by|in|for|since|until|between|over|regarding|concerning|published"
    r"|that|which|here|i have|you have"
    r"|covering|around|the|this|that|these|those|latest|newest|recent|new|main|most|important"
    r"|single|short|whole|full)\b"
)
_TOPICS = tuple(f"of{number}" for number in range(1, 7))
_TITLES_OF_PRODUCTS = re.compile(r"^(?:ios|android|windows|version|release|python|chrome)\b")


def _english(text: str) -> SummaryRequest | None:
    folded = text.casefold()
    if found := _NEW_EN.match(folded):
        of = next((found[name] for name in _TOPICS if found[name]), "")
        return _news_en(text, folded, of, found["when"])
    if found := _SAY_EN.match(folded):
        return _request(_TIMES_EN, found["when"])
    if found := _CATCH_UP_EN.match(folded):
        return _news_en(text, folded, found["of"] or "", "")
    if not (found := _SUM_EN.match(folded)):
        return None
    start, end = found.span("object")
    what = text[start:end].strip(" :,")
    low = what.casefold()
    if _ONLY_EN.match(low):
        when = re.search(_WHEN_EN, low)
        return _request(_TIMES_EN, when[0] if when else "")
    if said := _PAPERS_SAY_EN.match(low):
        outlet, topic = (_words(what, *said.span(name)) for name in ("outlet", "about"))
        return _request(_TIMES_EN, f"{outlet} {topic}")
    if found := _ALL_OF_EN.match(low):
        return _request(_TIMES_EN, _words(what, *found.span("of")) or found["when"])
    if _ASKS_EN.search(low):
        return None
    days = [match[0] for match in _TIMES_EN.finditer(what)]
    what = " ".join(_TIMES_EN.sub(" ", what).split())
    if articles := _ARTICLES_EN.match(what.casefold()):
        parts = [what[slice(*articles.span(name))] for name in ("ahead", "behind")]
        newest = bool(re.search(r"\b(?:latest|newest|recent|new)\b", low))
        return _request(_TIMES_EN, " ".join([*parts, *days]), newest=newest)
    return None


def _news_en(text: str, folded: str, of: str, when: str) -> SummaryRequest | None:
    # "What is new in Android 16?" asks for a fact, and "news" alone may be the name of anything.
    in_product = re.search(r"\bnew in (?!the (?:news|articles|papers)\b)", folded)
    happened = re.search(r"\bhappen|going on|gone on|\bbeen up\b", folded) and not of
    if happened and when and not _RELATIVE_EN.search(when):
        return None
    if (
        in_product
        or re.search(r"\b(?:that|which)\b", of)
        or _TITLES_OF_PRODUCTS.match(of)
        or _ASKS_EN.search(of)
    ):
        return None
    if len(of.split()) > 8:
        return None
    at = folded.find(of) if of else -1
    about = text[at : at + len(of)] if at >= 0 else ""
    whose = re.search(r"\b(?:today|yesterday|this week)(?='s)", folded)
    when = when.strip(" ,") or (whose[0] if whose else "")
    return _request(_TIMES_EN, f"{about} {when}", newest=True)


def _words(text: str, start: int, end: int) -> str:
    return text[start:end] if start >= 0 else ""


# What both languages share.

_TIMES_ZH = re.compile(_WHEN_ZH)
_TIMES_EN = re.compile(rf"\b{_WHEN_EN}\b(?:'s)?", re.IGNORECASE)


def _request(times: re.Pattern[str], said: str, *, newest: bool = False) -> SummaryRequest:
    """Return the request with its words for days apart, and without words that only join."""
    when = " ".join(match[0].strip(" ,的") for match in times.finditer(said))
    about = times.sub(" ", said)
    if times is _TIMES_EN:
        about = _FUNCTION_EN.sub(" ", re.sub(r"'s\b", " ", about))
    about = re.sub(r"^[的在\s]+|[的在\s]+$", "", " ".join(about.split()))
    return SummaryRequest(about=about, when=when, newest=newest)


def _without_topic(text: str, asked: bool, times: re.Pattern[str]) -> SummaryRequest | None:
    if not asked:
        return None
    when = times.search(text)
    newest = bool(re.search(r"新|有什么|有啥|\b(?:new|news|latest|happening|updates?)\b", text))
    return _request(times, when[0] if when else "", newest=newest)
