"""What kind of fact a question asks for, and whether a sentence gives one of that kind."""

from __future__ import annotations

import re
from typing import Literal

from rag.answering.facts import read_facts
from rag.retrieval.terms import names_someone
from rag.types import Published

Wanted = Literal["money", "percent", "number", "date", "person", "reason", "list", "anything"]

# The first pattern that fits decides, so the narrower kinds come first.
_QUESTIONS: dict[Wanted, re.Pattern[str]] = {
    "reason": re.compile(
        r"为什么|为何|何以|原因|理由|凭什么|怎么[会没不]|造成|背后"
        r"|\bwhy\b|\breasons?\b|how come|\bwhat (?:made|makes|led|caused|causes|is behind)",
        re.IGNORECASE,
    ),
    "date": re.compile(
        r"什么时候|何时|哪一?[天年月日]|几[月号日]|日期"
        r"|\bwhen\b|(?:what|which) (?:date|day|year|month)",
        re.IGNORECASE,
    ),
    "percent": re.compile(
        r"百分之几|百分比|占比|份额.*(?:多少|几)|比例|幅度|同比|涨幅|跌幅"
        r"|\bpercent|\bshare of\b|market share|by how much"
        r"|how much did .* (?:rise|fall|drop|decline|grow|gain|increase)",
        re.IGNORECASE,
    ),
    "money": re.compile(
        r"多少[万亿]*(?:钱|美元|港元|元|资金)|金额"
        r"|(?:股价|市值|价格|收盘价|营收|利润)[是为有达]?(?:多少|几)"
        r"|how much (?:money|(?:did|does|has) .*(?:pay|paid|cost|spen[dt]|invest|charge))"
        r"|\bwhat (?:is|was|were) .*(?:price|market cap|value|cost|revenue|profit|budget)",
        re.IGNORECASE,
    ),
    "number": re.compile(
        r"多少|(?<!哪)几[个家只款名台种次位条点]|数量|第几|排名"
        r"|\bhow (?:many|much|large|big|high)\b|\bwhat number\b|\brank",
        re.IGNORECASE,
    ),
    "person": re.compile(
        r"谁|哪一?位|什么人|(?:CEO|总裁|董事长|主席|负责人|创始人).{0,4}叫什么"
        r"|\bwho(?:se|m)?\b|which person",
        re.IGNORECASE,
    ),
    "list": re.compile(
        r"哪[些几]|有什么|列举|分别|\blist\b|\bname the\b|\bwhat (?:are|were)\b"
        r"|\bwhich .*(?:companies|stocks|models|apps|firms|shares|brands|makers)",
        re.IGNORECASE,
    ),
}


def wanted_kind(question: str) -> Wanted:
    """The kind of fact the question asks for; `anything` where its wording doesn't tell."""
    for wanted, pattern in _QUESTIONS.items():
        if pattern.search(question):
            return wanted
    return "anything"


_REASON = re.compile(
    r"因为|由于|原因|因此|所以|为了|看中|看重|旨在|得益|有助于|帮助|以便|促使|导致|优势"
    r"|能够|满足|要求|标准|缺乏|缺少"
    r"|\b(?:because|due to|since|owing|reasons?|therefore|so that|in order|thanks to|led to"
    r"|helps?|advantage)\b",
    re.IGNORECASE,
)


def gives(sentence: str, wanted: Wanted, published: Published | None = None) -> bool:
    """Whether the sentence gives a fact of the wanted kind; always true for open kinds."""
    if wanted in ("list", "anything"):
        return True
    if wanted == "reason":
        return bool(_REASON.search(sentence))
    if wanted == "person":
        return names_someone(sentence)
    facts = read_facts(sentence, published)
    if wanted == "date":
        return bool(facts.dates)
    if wanted == "percent":
        return any(quantity.unit == "%" for quantity in facts.quantities)
    if wanted == "money":
        return any(quantity.unit not in ("", "%", "rank") for quantity in facts.quantities)
    return any(quantity.unit != "%" for quantity in facts.quantities)
