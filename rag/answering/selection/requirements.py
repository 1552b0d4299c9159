"""Read what a question asks for, and what a sentence must have to answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.answering.evidence import Evidence
from rag.answering.selection.reported import day_of_article, is_reported, reported_periods
from rag.retrieval.question import Query
from rag.retrieval.time_frame import day_of_report
from rag.text.characters import has_han
from rag.text.dates import CalendarDate, day_of, read_dates, same_date
from rag.text.facts import Facts, read_facts
from rag.text.periods import Period, days_of_period
from rag.text.quantities import same_quantity
from rag.text.terms import Concept, FoldedText, counted_noun, fold, names_someone, shows
from rag.types import Document

# The kinds of fact that a question asks for and that a text gives.

Wanted = Literal["money", "percent", "number", "date", "person", "reason", "list", "anything"]

# A price rise (提价多少) may be told in money or in percent, so it counts as any number. The first
# pattern that fits a part of a question decides, so the narrower kinds come first.
_QUESTIONS: dict[Wanted, re.Pattern[str]] = {
    "reason": re.compile(
        r"为什么|为何|何以|原因|理由|凭什么|怎么(?:会|没|不|就)|造成(?!了?[^，。？?]{0,6}(?:多少|几[人名]))|背后|图什么"
        r"|\bwhy\b|\breasons?\b|how come"
        r"|\bwhat (?:made|makes|led|drove|caused|causes|is behind|was behind|went wrong)",
        re.IGNORECASE,
    ),
    # A "when" without a verb after it begins a clause of its own: "When it closed, how many …".
    "date": re.compile(
        r"什么时[候间]|何时|哪一?[天年月日]|哪个?月|几[月号日]|(?<!哪)几点(?![是的])|日期|年份"
        r"|\bwhen (?:did|do|does|was|were|is|are|will|would|has|have|had|can|could|should)\b"
        r"|\bwhen\s*\?|\bsince when\b|\btimeline\b"
        r"|(?:what|which) (?:date|day|year|month|evening|morning|time|century|decade)\b",
        re.IGNORECASE,
    ),
    "percent": re.compile(
        r"百分之几|百分之多少|百分比|占比|份额.*(?:多少|几|多大)|多[大少]份额|比例|幅度|同比"
        r"|涨幅|跌幅|几个(?:百分)?点|[涨跌升降增]了?(?:多少|几)"
        r"|\bpercent|\bwhat share\b|\bshare of\b|market share|by how much|\bhow fast\b"
        r"|how much did .* (?:rise|fall|drop|decline|grow|gain|increase)",
        re.IGNORECASE,
    ),
    "money": re.compile(
        r"多少[万亿]*(?:钱|美元|港元|元|资金)|金额|值多少|什么价|收(?:盘价?)?(?:在|于|报)?多少"
        r"|(?:(?<![提涨降加减调])价|市值|营收|收入|利润|成本|费用|票房|资金|投资)[^，。？?]{0,8}(?:多少|几)"
        r"|how much (?:money|(?:did|does|has) .*(?:pay|paid|cost|spen[dt]|invest|charge))"
        r"|\bclosing (?:share )?prices?\b|\bwhat did .* (?:cost|close at)\b"
        r"|\bwhat (?:is|was|were) .*"
        r"(?:price|market cap|capitali[sz]ation|value|worth|cost|revenue|profit|budget)",
        re.IGNORECASE,
    ),
    "number": re.compile(
        r"多少|(?<!哪)几[个家只款名台种次位条点岁]|数量|第几|排名|多[大高长远深重]"
        r"|\bhow (?:many|much|large|big|high|long|old|far|tall|often)\b"
        r"|\bwhat (?:number|score)\b|\brank",
        re.IGNORECASE,
    ),
    # A "who" inside a clause is a relative pronoun: "the man who".
    "person": re.compile(
        r"谁(?!更|管)|哪一?位|什么人|(?:CEO|总裁|董事长|主席|负责人|创始人|首席执行官).{0,4}(?:叫什么|是哪)"
        r"|(?:^|[,;:.]\s*|\b(?:and|to|by|with|for|from|of)\s+)who(?:se|m)?\b|which person",
        re.IGNORECASE,
    ),
    "list": re.compile(
        r"哪[些几]|有什么|列举|分别|列一下|列出|\blist\b|\bname the\b|\bwhat (?:are|were)\b"
        r"|\bwhich .*(?:companies|stocks|models|apps|firms|shares|brands|makers|units|teams)",
        re.IGNORECASE,
    ),
}
_PARTS = re.compile(r"[，,、；;。？?：:！!]|\s+and\s+|以及|并且|还有")


def wanted_kinds(question: str) -> tuple[Wanted, ...]:
    """Return the kinds of fact that the parts of a question ask for, each once, in order.

    "哪天签的字，谁签的？" asks for a date and a person. `("anything",)` if no wording tells.
    """
    found = [kind for part in _PARTS.split(question) if (kind := _kind(part)) != "anything"]
    # A pattern may match across what looks like the border of two parts.
    return tuple(dict.fromkeys(found)) or (_kind(question),)


_SEVERAL = re.compile(
    r"各自?|分别|两[者家个天位]|[几哪]些|有哪|列举|列出|列一下|一样吗|相比"
    r"|\b(?:both|each|respectively|list|compare|differ|agree"
    r"|which (?:[a-z-]+ )?(?:two|three|[a-z-]+s))\b",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(
    r"什么|哪|谁|多少|几|怎么|怎样|如何|为何|吗|[是会有能]不[是会有能]"
    r"|\b(?:what|which|who|whose|where|when|why|how)\b",
    re.IGNORECASE,
)


def asks_several(question: str) -> bool:
    """Return True if the wording asks for more than one thing.

    That is: for reasons, a list, something about each of two, or in several parts.
    """
    parts = sum(bool(_INTERROGATIVE.search(part)) for part in _PARTS.split(question))
    return parts > 1 or bool(_SEVERAL.search(question)) or wanted_kinds(question)[0] == "reason"


def _kind(question: str) -> Wanted:
    return next((kind for kind, said in _QUESTIONS.items() if said.search(question)), "anything")


_REASON = re.compile(
    r"因为|由于|原因|因此|所以|为了|看中|看重|旨在|得益|有助于|帮助|以便|促使|导致|优势"
    r"|能够|满足|要求|标准|缺乏|缺少"
    r"|\b(?:because|due to|since|owing|reasons?|therefore|so that|in order|thanks to|led to"
    r"|helps?|advantage)\b",
    re.IGNORECASE,
)


# One price has several values a day: a close is neither an opening nor a high.
_MEASURES = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"收盘|收市|收于|收报|报收|收在"
        r"|\bclosing\b|\bclosed\b|\bcloses?\b(?= (?:at|on|in)\b)|\bfinish|\b(?:the|market) close\b",
        r"开盘|\bopening (?:price|bell)\b|\bopened at\b",
        r"最高|高点|\bhighest\b|\bintraday high\b|\bpeak",
        r"最低|低点|\blowest\b|\bintraday low\b",
    )
)


def same_measure(question: str, text: str) -> bool:
    """Return True if the text mentions each measure asked about: close, opening, high or low."""
    return all(words.search(text) for words in _MEASURES if words.search(question))


_SAID_TO_BE_A_REASON = re.compile(
    r"因为|由于|原因|理由|因此|看中|看重|得益|旨在|为了|以便|促使|导致|缺乏|缺少|基于.{0,30}考虑"
    r"|\b(?:because|due to|owing to|reasons?|thanks to|in order to|so that|led to)\b",
    re.IGNORECASE,
)


def says_reason(text: str) -> bool:
    """Return True if the text calls something a reason.

    A word that may only lead up to one is not enough.
    """
    return bool(_SAID_TO_BE_A_REASON.search(text))


def gives(text: str, facts: Facts, wanted: Wanted) -> bool:
    """Return True if a text with these facts gives one of the wanted kind.

    The kinds "list" and "anything" are always given.
    """
    if wanted in ("list", "anything"):
        return True
    if wanted == "reason":
        return bool(_REASON.search(text))
    if wanted == "person":
        return names_someone(text)
    if wanted == "date":
        return bool(facts.dates)
    if wanted == "percent":
        return any(quantity.unit == "%" for quantity in facts.quantities)
    if wanted == "money":
        return any(quantity.unit not in ("", "%", "rank") for quantity in facts.quantities)
    return bool(facts.quantities)


# What a sentence must have, read in one way for choosing and for abstaining.

_LATIN_WORD = re.compile(r"[A-Za-z]{2}")

_YEAR_REPORTED_WITHIN = timedelta(days=180)
Requirement = Literal["name", "date", "counted", "kind"]


@dataclass(frozen=True, kw_only=True)
class Requirements:
    """The requirements of a question, as far as its wording tells.

    - `question` is its text.
    - `parts` are the kinds of fact that it wants.
    - `dates` are the days it asks about, without the ends of a range, which no sentence has to
      name.
    - `periods` are those it wants a figure for.
    - `reported_on` is the day whose report it asks for.
    - `since` is the day that it names without a year. Nothing written before that day is about it.
    - `names` are those it names.
    - `counted` is what it wants the number of.
    - `facts` are those that the question states itself, which are no answer to it.
    """

    question: str
    parts: tuple[Wanted, ...]
    dates: tuple[CalendarDate, ...]
    periods: tuple[Period, ...]
    reported_on: date | None
    since: date | None
    names: tuple[Concept, ...]
    counted: Concept | None
    facts: Facts

    @property
    def wanted(self) -> Wanted:
        """The kind of fact that is asked for first."""
        return self.parts[0]


def requirements(query: Query, concepts: Sequence[Concept], *, across: bool) -> Requirements:
    """Read the requirements of a question from its wording and its concepts."""
    facts = read_facts(query.text)
    return Requirements(
        question=query.text,
        parts=wanted_kinds(query.text),
        dates=() if _is_range(query) else _days_alone(query, facts.dates),
        periods=query.periods,
        reported_on=day_of_report(query.text, query.time_frame),
        since=_day_without_year(query, facts.dates),
        names=tuple(concept for concept in concepts if concept.name),
        counted=counted_noun(query.text, across=across),
        facts=facts,
    )


def _days_alone(query: Query, dates: tuple[CalendarDate, ...]) -> tuple[CalendarDate, ...]:
    """Return the dates without those that belong to the periods asked about."""
    return tuple(said for said in dates if said.day) if query.periods else dates


def _day_without_year(query: Query, dates: tuple[CalendarDate, ...]) -> date | None:
    """Return the day of a question that names a single one, without its year; else None."""
    frame = query.time_frame
    alone = [said for said in dates if said.day and said.year is None]
    return frame.start if frame and alone and frame.start == frame.end else None


def mixes_scripts(question: str) -> bool:
    """Return True if a question has Chinese characters and words in Latin letters."""
    return bool(has_han(question) and _LATIN_WORD.search(question))


def _is_range(query: Query) -> bool:
    frame = query.time_frame
    return frame is not None and (frame.start is None or frame.end is None or "、" in frame.phrase)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The requirements that one sentence meets, and the facts that it gives.

    - `facts` are all its facts.
    - `given` are the wanted kinds of which it gives a fact.
    - `told` are those of which it gives a fact that the question doesn't state itself.
    - `named` and `named_nearby` are the shares (0 to 1, 1 if none is asked about) of the names that
      are in it and around it.
    - `dated` is true if it names a day asked about, `otherwise_dated` if it names only other days.
    - `periods` are those that it reports on, if figures of a period are asked for.
    - `lacking` are the requirements that it does not meet.
    """

    facts: Facts
    given: frozenset[Wanted]
    told: frozenset[Wanted]
    named: float
    named_nearby: float
    dated: bool
    otherwise_dated: bool
    periods: tuple[Period, ...]
    lacking: frozenset[Requirement]


class RequirementReader:
    """Reads the sentences found for one question."""

    def __init__(self, needed: Requirements) -> None:
        self.needed = needed

    def read(self, evidence: Evidence) -> Reading:
        """Return what the sentence has of what is asked for.

        Names may be around it, in its passage or its article's title. Dates may also be its
        article's own day. What is counted may be anywhere in the article. The fact must be in the
        sentence itself. One of several names is enough: a comparison has more names than one
        sentence mentions.
        """
        needed, document = self.needed, evidence.document
        facts = read_facts(evidence.text, document.published)
        sentence, around = fold(evidence.text), self.around(evidence)
        given = frozenset(part for part in needed.parts if gives(evidence.text, facts, part))
        nearby = _share_named(around, needed.names)
        periods = reported_periods(evidence, needed.periods) if needed.periods else ()
        of_period = is_reported(needed.periods, periods)
        dated = _says_any(needed.dates, facts.dates) or of_period
        lacking: set[Requirement] = set()
        if needed.names and not nearby:
            lacking.add("name")
        if needed.dates and not dated and not self._dated_nearby(evidence):
            lacking.add("date")
        if needed.periods and not of_period and (periods or not self._may_report(document)):
            lacking.add("date")
        if needed.counted and not shows(self.whole(document), needed.counted):
            lacking.add("counted")
        if not given:
            lacking.add("kind")
        return Reading(
            facts=facts,
            given=given,
            told=frozenset(part for part in given if self._is_told(evidence.text, facts, part)),
            named=_share_named(sentence, needed.names),
            named_nearby=nearby,
            dated=dated,
            otherwise_dated=bool((needed.dates and facts.dates) or periods) and not dated,
            periods=periods,
            lacking=frozenset(lacking),
        )

    def around(self, evidence: Evidence) -> FoldedText:
        """Return the passage of a sentence with its article's title."""
        return fold(f"{evidence.document.title}\n{evidence.passage}")

    def whole(self, document: Document) -> FoldedText:
        """Return the whole article with its title."""
        return fold(f"{document.title}\n{document.text}")

    def _may_report(self, document: Document) -> bool:
        """Return True if an article's day allows it to report figures of a year asked about.

        Its day tells nothing about a shorter period: a quarter is reported in the next one.
        """
        day = day_of_article(document)
        years = [p for p in self.needed.periods if (p.first, p.last) == (1, 12)]
        return any(
            day is None or first <= day <= last + _YEAR_REPORTED_WITHIN
            for first, last in (days_of_period(year, day or date.max) for year in years)
        )

    def _dated_nearby(self, evidence: Evidence) -> bool:
        published = evidence.document.published
        known = list(read_dates(evidence.passage, published)[0])
        if published:
            known.append(day_of(published))
        return _says_any(self.needed.dates, known)

    def _is_told(self, text: str, facts: Facts, part: Wanted) -> bool:
        """Return True if the text tells a fact of that kind that the question doesn't state."""
        asked = self.needed.facts
        if part == "reason":
            return says_reason(text)
        if part in ("money", "number", "percent") and not same_measure(self.needed.question, text):
            return False
        if part == "person":
            for name in self.needed.names:
                text = text.replace(name.text, " ")
            return gives(text, facts, part)
        new = Facts(
            quantities=tuple(
                quantity
                for quantity in facts.quantities
                if not any(same_quantity(quantity, other) for other in asked.quantities)
            ),
            dates=tuple(
                said
                for said in facts.dates
                if not any(same_date(said, other) for other in asked.dates)
            ),
            names=(),
            rises=False,
            falls=False,
            moves=(),
        )
        return gives(text, new, part)


def _share_named(text: FoldedText, names: Sequence[Concept]) -> float:
    return sum(shows(text, name) for name in names) / len(names) if names else 1.0


def _says_any(asked: Sequence[CalendarDate], said: Sequence[CalendarDate]) -> bool:
    return any(same_date(one, other) for one in asked for other in said)
