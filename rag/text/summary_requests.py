"""Read a request for a summary: of what, of which days, and if the news is wanted.

`rag/retrieval/summary_asked.py` tells requests from questions. Here the words that requests are
made of are taken off; what is left names an outlet or a topic.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rag.text.characters import HAN, has_han
from rag.text.dates import FULL_MONTH, WEEKDAY_WORDS
from rag.text.plain_requests import (
    is_request_word_en,
    is_request_word_zh,
    names_no_topic_en,
    names_no_topic_zh,
    sums_up,
)
from rag.text.request_examples import REQUESTS
from rag.text.words import segmented, tagged


@dataclass(frozen=True, kw_only=True)
class SummaryRequest:
    """A request for a summary.

    `about` are the words that say of what: outlets or a topic. `when` are the words for days. Both
    are empty if nothing is named. `newest` is true if the latest news is wanted.
    """

    about: str
    when: str = ""
    newest: bool = False


def request_text(text: str) -> str:
    """Return a text in plain letters, without signs around it."""
    plain = " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).split())
    return plain.strip(_SIGNS)


def names_no_topic(text: str) -> bool:
    """Return True if each word of a plain text is one that requests are made of."""
    if has_han(text):
        whole = _TIMES_ZH.sub("", text)
        return names_no_topic_zh(whole, whole != text)
    return names_no_topic_en(_TIMES_EN.sub(" today ", text.casefold()))


def request_share(text: str) -> float:
    """Return the share of a plain text's letters (0 to 1) that are of words of requests."""
    whole = sum(map(str.isalnum, text))
    return 1 - sum(map(str.isalnum, read_request(text).about)) / max(whole, 1)


def asks_for_a_fact(text: str) -> bool:
    """Return True if a word of a plain text asks who, why or how many.

    What happened to something on a day that is named with its year is a fact, too.
    """
    of_a_day = _WHOLE_DAY.search(text) and not sums_up(text.casefold())
    return bool(_FACT.search(text) or (of_a_day and read_request(text).about))


def read_request(text: str) -> SummaryRequest:
    """Return what a plain text, which is a request for a summary, asks for."""
    times, words = (_TIMES_ZH, _topic_zh) if has_han(text) else (_TIMES_EN, _topic_en)
    when = " ".join(match[0].strip(" ,的") for match in times.finditer(text))
    about = " ".join(words(times.sub(" ", text)))
    return SummaryRequest(about=about, when=when, newest=bool(_NEWEST.search(text)))


_SIGNS = "".join(dict.fromkeys(" .。!！?？~…,，;；:：\"'“”"))
_QUOTES = str.maketrans("’‘´`", "''''")
_NEWEST = re.compile(
    r"新(?!闻)|有什么|有啥|有哪些|进展|动态|动静"
    r"|\b(?:new|newest|latest|happen\w*|updates?|going on)\b|\b(?:what|any)\b.*\bnews\b|^news\b",
    re.IGNORECASE,
)
_FACT = re.compile(r"为什么|为何|谁|多少|\b(?:why|who|whose|how (?:many|much))\b", re.IGNORECASE)
_WHOLE_DAY = re.compile(
    rf"\d{{4}}年\d{{1,2}}月\d{{1,2}}|\b\d{{1,2}}(?: of)? {FULL_MONTH},? \d{{4}}"
    rf"|\b{FULL_MONTH} \d{{1,2}},? \d{{4}}",
    re.IGNORECASE,
)
_NO_TOPIC_TAGS = frozenset("mqrdpcutfyoek")
_RUN = re.compile(rf"[{HAN}]+|[A-Za-z0-9][\w.&'-]*")
_WORD_EN = re.compile(r"[^\W_][\w.&'-]*")


def _topic_zh(text: str) -> Iterator[str]:
    """Yield the runs of words that requests are not made of.

    A single character says no topic, and neither do numerals, pronouns and the like alone.
    """
    for run in _RUN.findall(text):
        kept, says_a_topic = "", False
        for word, tag in [*(tagged(run) if has_han(run) else [(run, "eng")]), ("", "")]:
            if word and not is_request_word_zh(word) and word not in _example_words():
                kept += word
                says_a_topic |= tag == "eng" or tag[:1] not in _NO_TOPIC_TAGS
                continue
            if len(kept) > 1 and says_a_topic:
                yield kept
            kept, says_a_topic = "", False


def _topic_en(text: str) -> Iterator[str]:
    """Yield the words that requests are not made of."""
    for word in _WORD_EN.findall(text):
        plain = word.casefold().removesuffix("'s").rstrip(".")
        if not is_request_word_en(plain) and plain not in _example_words():
            yield word.removesuffix("'s")


@cache
def _example_words() -> frozenset[str]:
    """Return the words of the examples of requests that are not of their topics."""
    outside = " ".join(re.sub(r"\{[^}]*\}", " ", request) for request in REQUESTS)
    found = {word.casefold().removesuffix("'s") for word in _WORD_EN.findall(outside)}
    for run in re.findall(rf"[{HAN}]+", outside):
        found.update(segmented(run))
    return frozenset(found)


_WHEN_ZH = (
    r"(?:(?:在|从|截至|到)?(?:今天|今日|昨天|昨日|前天|今早|今晚|昨晚|目前|现在|当前|最近|近期|近日|近来|这几天|这两天|[上这本]?周末"
    r"|(?:这|本|上|过去|最近|近)(?:一|两|三|几|\d+)?(?:个)?(?:天|周|星期|礼拜|月|季度|年)"
    r"|(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}[日号])|\d{4}年(?:\d{1,2}月)?|\d{1,2}月|\d{4}-\d{2}(?:-\d{2})?)"
    r"(?:以来|之后|以后|至今|上午|下午|早上|晚上)?[,,的]?){1,2}"
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
_TIMES_ZH = re.compile(_WHEN_ZH)
_TIMES_EN = re.compile(rf"\b{_WHEN_EN}\b(?:'s)?", re.IGNORECASE)
