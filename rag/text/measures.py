"""Find out what a figure measures, from the words around it."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.text.quantities import NUMBER_WORDS

_MONEY = frozenset({"USD", "HKD", "CNY", "EUR", "GBP", "JPY", "KRW"})
_SHARE = frozenset({"%"})
_COUNT = frozenset({""})
# Name, possible units, and words of each measure. The last word before a number decides, else the
# first word after it.
MEASURES = tuple(
    (name, units, re.compile(words, re.IGNORECASE))
    for name, units, words in (
        ("price", _MONEY, r"股价|收报|报收|收于|收在|报(?=\d)|[港美A]股报|\bshare price"
                          r"|\b(?:clos|trad)(?:ed|ing) at\b|\bshares?\b"),
        ("market value", _MONEY, r"市值|\bmarket (?:cap\w*|value)\b"),
        ("revenue", _MONEY, r"营业?收入?|销售额|\brevenues?\b|\bsales\b"),
        ("profit", _MONEY, r"净?利润|盈利|\bprofits?\b|\bnet income\b|\bearnings\b"),
        ("loss", _MONEY, r"亏损|\bnet loss\b"),
        ("box office", _MONEY, r"票房|\bbox office\b|\bgrossed\b"),
        ("gain", _SHARE, r"涨幅|上涨|大涨|涨|\bgain(?:s|ed)?\b|\brose\b|\bjumped\b|\bclimbed\b"),
        ("fall", _SHARE, r"跌幅|下跌|大跌|跌|\bfell\b|\bdropped\b|\bslid\b"),
        ("share of the market", _SHARE, r"份额|市占率|占有率|\bmarket share\b"),
        ("unemployment", _SHARE, r"失业率|\bunemployment\b|\bjobless rate\b"),
        ("inflation", _SHARE, r"通胀率|通货膨胀率|\binflation\b|\bCPI\b"),
        ("shipments", _COUNT, r"出货量?|\bshipments?\b|\bshipped\b"),
        ("deliveries", _COUNT, r"交付量?|\bdeliver(?:ies|ed)\b"),
        ("deaths", _COUNT, r"死亡|遇难|身亡|丧生|\bdea(?:d|ths?)\b|\bdied\b|\bkilled\b"),
        ("injured", _COUNT, r"受伤|伤者|\binjur(?:ed|ies)\b|\bwounded\b"),
        ("missing", _COUNT, r"失踪|失联|下落不明|\bmissing\b|\bunaccounted for\b"),
        ("trapped", _COUNT, r"被困|\btrapped\b"),
        ("cases", _COUNT, r"确诊|病例|感染者|\bcases\b|\binfections\b"),
        ("interest rate", _SHARE, r"利率|\binterest rates?\b|\bkey rate\b|\bpolicy rate\b"),
        ("fuel price", _MONEY, r"[汽柴油]油?价格?|\b(?:petrol|gasoline|diesel|fuel) prices?\b"),
        ("new jobs", _COUNT, r"新增就业|\bjobs added\b|\bnew jobs\b"),
        ("users", _COUNT, r"用户数?|\busers\b"),
        ("employees", _COUNT, r"员工|\bemployees\b"),
        ("population", _COUNT, r"人口|\bpopulation\b"),
        ("score", _COUNT, r"得分|评分|\bscore[sd]?\b"),
    )
)  # fmt: skip
RUNNING = frozenset({"deaths", "injured", "missing", "trapped", "cases"})
"""Measures of one event that change with newer reports. A value holds until the next report."""
UNTIL_CHANGED = RUNNING | {"interest rate", "fuel price", "unemployment", "inflation"}
"""Measures for which the value in the newest report holds.

A share price is not one of them, because it has several values a day.
"""
ONE_COUNT = (
    frozenset(
        {"死亡", "遇难", "身亡", "丧生", "罹难", "death", "dead", "die", "kill", "toll", "fatal"}
    ),
    frozenset({"受伤", "伤者", "injur", "wound"}),
    frozenset({"失踪", "失联", "下落不明", "miss", "unaccount"}),
    frozenset({"人数", "人"}),
)
"""Groups of words and English stems that reports use for the same count.

For example, a question has "死亡人数" where a report has "5人遇难".
"""
COUNTING_WORDS = frozenset({"peopl", "person"}).union(*ONE_COUNT)
"""Words for what is counted. They do not say which event is meant."""
_INCREASE = re.compile(
    r"又有|新增|再有|另有|再添|增加了?\s?\d"
    rf"|\b(?:another|additional|(?:\d+|{'|'.join(NUMBER_WORDS[:10])}|several|dozens)"
    r" more(?! than))\b",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"累计|总数|共|[升增]至|上升到|增加到|达到?|已造成"
    r"|\b(?:bring\w*|total|toll|rose to|risen to)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"营收|营业|收入|利润|净利|盈利|盈亏|亏损|亏了|亏多少|赚|毛利|销量|销售|卖出|卖了|产量|产值|产能|出货|交付"
    r"|订单|GDP|生产总值|增加值|出口|进口|进出口|外贸|贸易|顺差|逆差|票房|客流|旅客|吞吐|货运|发电|用电"
    r"|CPI|PPI|PMI|通胀|物价|失业|就业|零售|财政|税收|人均|现金流|研发|投资额|融资额|成交|保费|贷款|存款"
    r"|业绩|财报|[年季中]报|毛利率|净息差|增速|增长率|同比|环比|装机|接待|游客"
    r"|[量额率值润损](?:同比|环比)?[是为达有增降升跌涨了到]{0,3}(?:多少|几|多大|多高)"
    r"|\b(?:revenues?|sales|turnover|profits?|earn(?:ed|ings|s)?|income|loss(?:es)?"
    r"|los(?:e|es|ing|t)|ebitda|margins?|output|production|produc(?:e|ed)|shipments?|ship(?:ped)?"
    r"|deliver(?:y|ies|ed)?|sell|sold|orders|gdp|growth|grow|grew|exports?|imports?|deficit"
    r"|surplus|inflation|unemployment|jobless|cpi|ppi|pmi|box office|passengers|traffic"
    r"|throughput|spend(?:ing)?|spent|results|cash flow|subscribers|dividends?|capex|premiums"
    r"|loans|deposits|bookings|volumes?|rate|figures?|economy|harvest|catch|visitors|arrivals)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"哪|谁|何时|什么时[候间]|为什么|为何|原因|\b(?:which|whom?|whose|when|where|why|reasons?)\b"
    r"|\bwhat (?:compan|firm|countr|cit|team|person|product|event|bank|group|caus|led|made)\w*",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"多少|[增降涨跌]了?几|\bhow (?:much|many|large|big|fast|high)\b", re.IGNORECASE
)


def asks_for_figure(question: str) -> bool:
    """Return True if a question asks for a figure of a period, such as revenue, output or GDP."""
    if not _REPORTED.search(question):
        return False
    return bool(_FIGURE.search(question)) or not _OTHER.search(question)


def is_increase(text: str) -> bool:
    """Return True if a text only states an increase of a count: "another 3 people died"."""
    return bool(_INCREASE.search(text)) and not _TOTAL.search(text)


@lru_cache(maxsize=4096)
def measures_in(text: str) -> frozenset[str]:
    """Return the names of the measures in `MEASURES` whose words are in a text."""
    return frozenset(name for name, _, words in MEASURES if words.search(text))
