"""The words of requests for a summary or for news, and requests that are made of nothing else.

Every word must be one that such a request has, and one of them must ask for a summary or for news.
One other word, and the text may be a question: "what is the news" asks for news, "what is the news
anchor's name" does not.
"""

from __future__ import annotations

import re

from rag.text.quantities import NUMBER_WORDS

_SIGNALS_ZH = re.compile(
    r"总结|概括|归纳|摘要|综述|汇总|梳理|概要|概述|小结|简报|速览|盘点|浓缩|提炼|捋一?捋|理一理|整理|缩写|提要"
    r"|(?:主要|核心|大致)(?:内容|意思|观点)|要点|重点|大意|梗概|中心思想"
)
_NEWS_ZH = re.compile(
    r"新闻|消息|要闻|头条|进展|动态|动向|大事|新鲜事|资讯|快讯|热点|新文章|新报道|最新(?:的)?(?:文章|报道)"
)
_NEWS_WANTED_ZH = re.compile(
    r"什么|啥|哪些|有没有|吗|最新|新的|值得|重要|看看|给我|来点|说说|讲讲|聊聊"
)
_FILLERS_ZH = re.compile(
    r"(?:文章|报道|稿件?子?|原文|全文|本文|正文|媒体|报纸|事件|事情|案件|内容|部分|方面|版本|情况"
    r"|什么|啥|哪些|有没有|没有|值得|关注|留意|重要|要紧|重大|主要|核心|最新|后续|简单|简短|简要|简明|快速|大概|大致"
    r"|今天|今日|昨天|昨日|前天|最近|近期|近日|目前|现在|本周|上周|这周|本月|上个?月|过去|这[几两]天"
    r"|上面|上述|以上|前面|所有|全部|一切|大家|看看|说说|讲讲|聊聊|麻烦|帮忙|可以|能否|能不能|可否|希望|需要"
    r"|一下|一个|一份|一段|一些|一点|几句|两句|三句|一句|句|话|字|点|段|份|个|篇|条|些|这|那|几|两|三|一|二|多|少"
    r"|请|能|成|周末|帮|我|们|给|替|为|想|要|看|读|听|写|做|来|出|说|讲|谈|列|用|以|把|将|对|在|从|里|中|有|是|的|地|得|了|过|都|还|也"
    r"|吗|呢|吧|啊|呀|嘛|你|您|先|再|就|最|新|大|好|下|和|与|关于)"
)
_REQUEST_WORD_ZH = re.compile(
    rf"(?:{_SIGNALS_ZH.pattern}|{_NEWS_ZH.pattern}|{_FILLERS_ZH.pattern})+"
)
_DAYS_ZH = re.compile(r"\d{4}年|\d{1,2}月|\d{1,2}[日号]|\d+[天周个条篇句字]|[天周月年]")

_SIGNALS_EN = frozenset(
    "summary summaries summarise summarize summarised summarized summing sum recap digest overview"
    " rundown gist highlights takeaways tldr shorten condense condensed nutshell synopsis briefing"
    " outline roundup round version abridge boil".split()
)
_NEWS_EN = frozenset("news headlines stories updates update developments happening events".split())
_NEWS_WANTED_EN = frozenset(
    "what what's whats any give show tell latest top today todays new newest see read hear".split()
)
_ARTICLES_EN = frozenset(
    "article articles piece pieces story coverage reporting reports press papers paper newspapers"
    " outlets text texts column columns post posts documents document".split()
)
_FILLERS_EN = frozenset(
    "please pls could can would will you your i i'd me us we our a an the this that these"
    " those it them they all both each every everything of for from in on to with by and is"
    " are was were be been there here some do does did have has had give get make write show"
    " tell want need like help let let's send bring short brief quick concise quickly briefly"
    " shortly sentence sentences paragraph paragraphs line lines words few main key most"
    " important big major central point points idea ideas message recent latest newest new now"
    " just again so today today's yesterday yesterday's tonight week week's month month's year"
    " morning evening last past days day weeks months lately recently up down out into over"
    " whole full single about say says said report reported wrote covered cover read hello hi"
    " hey ok okay thanks thank thx mainly essentially basically only too also mind possible"
    " couple document view anything something".split()
) | frozenset(NUMBER_WORDS)
_KNOWN_EN = _FILLERS_EN | _SIGNALS_EN | _NEWS_EN | _NEWS_WANTED_EN | _ARTICLES_EN
_WORDS_EN = re.compile(r"[a-z0-9']+")
_FRESH_EN = frozenset({"new", "newest", "latest"})
_ASKED_FOR_EN = frozenset({"any", "what", "what's", "show", "give", "tell"})
_WHAT_EN = frozenset({"what", "what's", "anything", "something"})
_ABOUT_WHAT_EN = re.compile(r"^(?:so )?what(?:'s| is| are| was| were) .*\babout$")
_ABOUT_IT_EN = re.compile(
    r"^(?:is|are|was|were|does|do|did|has|have) (?:it|this|that|they|these)\b"
)


def is_request_word_zh(word: str) -> bool:
    """Return True if a Chinese word is one that requests are made of, and says no topic."""
    return bool(_REQUEST_WORD_ZH.fullmatch(word))


def is_request_word_en(word: str) -> bool:
    """Return True if an English word, in lower case, is one that requests are made of."""
    return word in _KNOWN_EN


def sums_up(text: str) -> bool:
    """Return True if a word of a text, in lower case, asks to sum up."""
    return bool(_SIGNALS_ZH.search(text) or _SIGNALS_EN & set(_WORDS_EN.findall(text)))


def names_no_topic_zh(text: str, timed: bool) -> bool:
    """Return True if a Chinese text asks for a summary or for news, and names no topic.

    `timed` is true if it names a day, which is not in `text`: 昨日要闻.
    """
    summary, news = _SIGNALS_ZH.search(text), _NEWS_ZH.search(text)
    wants_news = news and (timed or _NEWS_WANTED_ZH.search(text))
    if not summary and not wants_news:
        return False
    rest = _NEWS_ZH.sub("", _SIGNALS_ZH.sub("", text))
    rest = _DAYS_ZH.sub("", _FILLERS_ZH.sub("", rest))
    return not re.search(r"\w", rest)


def names_no_topic_en(text: str) -> bool:
    """Return True if an English text, in lower case, asks for a summary or news without a topic."""
    words = _WORDS_EN.findall(text)
    if not words or not set(words) <= _KNOWN_EN or _ABOUT_IT_EN.match(text):
        return False
    said = set(words)
    of_articles = bool(said & _ARTICLES_EN) and bool(_ABOUT_WHAT_EN.match(text))
    reported = bool(said & _ARTICLES_EN) and bool(said & {"say", "report", "reported", "write"})
    fresh = bool(said & _ARTICLES_EN and said & _FRESH_EN and said & _ASKED_FOR_EN)
    fresh = fresh or ("new" in said and bool(said & _WHAT_EN))
    if "version" in said and not said & {"short", "brief", "quick", "condensed"}:
        return False
    wants_news = fresh or (bool(said & _NEWS_EN) and bool(said & _NEWS_WANTED_EN))
    return bool(said & _SIGNALS_EN) or of_articles or (reported and "what" in said) or wants_news
