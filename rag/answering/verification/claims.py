"""Check a claim against the sentences it cites, and give the verdict.

Typed checks come first, since the similarity of a small model notices neither a wrong number nor a
wrong direction: numbers, dates, names and polarity of the claim must agree with the source. The
meaning comes next: by cosine, and across languages also by the words that the dictionary finds in
the source. A claim that fails a typed check is `unsupported`, however similar it looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from rag.answering.evidence import Evidence, coverage
from rag.answering.verification.alignment import tokens
from rag.answering.verification.figures import another_owner, figure_otherwise
from rag.answering.verification.names import joined, wrong_names
from rag.answering.verification.wording import (
    Finding,
    compare_wording,
    condition,
    is_copy,
    left_out_condition,
    opposed_across,
)
from rag.messages import Message
from rag.text.dates import day_of, read_dates, read_weekdays, same_date, weekday_of
from rag.text.facts import Facts, clauses, read_facts
from rag.text.identifiers import read_identifiers, relation_within
from rag.text.languages import text_language
from rag.text.negation import denies
from rag.text.quantities import ORDINAL_WORDS, ROMAN_NUMERALS, Quantity, same_quantity
from rag.text.terms import concepts, fold
from rag.types import Verdict

RELATED = {"same": 0.86, "across": 0.82}
"""The least nearness of a wording to its source at which both are about the same thing. `across` is
for two languages, with the weights below. Of the true wordings of `python -m eval wordings` 4 % are
farther in either case. Of sentences paired with a source about something else 72 % (`same`) and 99
% (`across`) are farther."""
NOT_JUDGED = "not_judged"
"""The code of the reason that a wording can't be judged true or false here."""
_WORDING_WEIGHT, _FACT_WEIGHT, _MOST_FACTS = 0.15, 0.01, 3
# "The first" is said in many ways.
_FIRST = re.compile(r"首|最初|最早|起初|第一|一|first|initial|earliest|debut")
_SAME_WORDING, _SAME_CLAUSE, _RELATED_CLAUSE = 0.6, 0.5, 0.3
_BOUND = 0.15
"""How far a value may be beyond a bound that a claim gives for it: more than 60 for 62."""
_MORE = re.compile(
    r"(?:超过|超出|逾|多于|高于|突破|至少|不少于|more than|over|above|at least|exceed\w*)\W*$",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"(?:不足|不到|少于|低于|未满|近|将近|接近|fewer than|less than|under|below|nearly|almost)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """A verdict, with the reasons if it is less than `supported`.

    `support` (0 to 1) is how near the claim's meaning is to its sources', whatever the verdict. It
    serves to rank claims and is no probability.
    """

    verdict: Verdict
    reasons: tuple[Message, ...]
    support: float = 0.0


def verify(claim: str, vector: NDArray[np.float32], cited: Sequence[Evidence]) -> Verification:
    """Check `claim`, whose unit vector is `vector`, against all the sentences it cites."""
    if not cited:
        return Verification(verdict="unsupported", reasons=(_no_source(),))
    if any(claim == evidence.text for evidence in cited):
        return Verification(verdict="supported", reasons=(), support=1.0)
    language = text_language(claim)
    alike = [e for e in cited if text_language(e.text) == language]
    closest = max(cited, key=lambda e: float(e.vector @ vector))
    cosine = float(closest.vector @ vector)
    same = text_language(closest.text) == language
    nearness = cosine if same else max(_nearness_across(claim, vector, e) for e in cited)
    support = min(max(nearness, 0.0), 1.0)
    if exact := _compared_exactly(claim, cited, alike):
        return replace(exact, support=support)
    verdict, reasons = _judge(claim, cited, alike, closest, cosine, nearness)
    return Verification(verdict=verdict, reasons=reasons, support=support)


def _compared_exactly(
    claim: str, cited: Sequence[Evidence], alike: Sequence[Evidence]
) -> Verification | None:
    """Return the verdict of exact comparison, None if it gives none.

    `alike` are the cited sentences in the claim's language.
    """
    wording = compare_wording(claim, alike) if alike else Finding(verdict=None)
    if wording.verdict in ("supported", "partial"):
        return Verification(verdict=wording.verdict, reasons=wording.reasons)
    wrong = _wrong_facts(claim, cited, across=not alike)
    if not wrong and not wording.reasons:
        return None
    known = {reason.code for reason in wrong}
    return Verification(
        verdict="unsupported",
        reasons=(*wrong, *(r for r in wording.reasons if r.code not in known)),
    )


def _judge(
    claim: str,
    cited: Sequence[Evidence],
    alike: Sequence[Evidence],
    closest: Evidence,
    cosine: float,
    nearness: float,
) -> tuple[Verdict, tuple[Message, ...]]:
    """Return the verdict and reasons for a wording that nothing contradicts.

    It is supported if it is the source's own wording, with nothing added and little but whole
    clauses left out (`is_copy`). A similar meaning is never enough, since false rewordings are as
    similar to the source as true ones.
    """
    same = any(closest is evidence for evidence in alike)
    told = same and _shared_wording(claim, closest.text) >= _SAME_WORDING
    if nearness < RELATED["same" if same else "across"] and not told:
        return "unsupported", (_far_from_source(cosine),)
    alters = same and denies(claim, verbs=False) != any(_negates(e.text, claim) for e in cited)
    if alters and told:
        return "unsupported", (_negation_differs(),)
    if word := left_out_condition(claim, alike):
        return "unsupported", (condition(word),)
    if not alters and any(is_copy(claim, e) for e in alike):
        return "supported", ()
    elsewhere = wrong_names(claim, [_alone(evidence) for evidence in cited])
    return "partial", (*map(_only_elsewhere, elsewhere), not_judged())


def _alone(evidence: Evidence) -> Evidence:
    """Return the sentence as if it were its whole article."""
    document = replace(evidence.document, title="", text=evidence.text)
    return replace(evidence, document=document, passage=evidence.text)


def _wrong_facts(claim: str, cited: Sequence[Evidence], *, across: bool) -> tuple[Message, ...]:
    """Return reasons for the claim's numbers, dates, names and direction that its sources lack."""
    said = read_facts(claim)
    sources = [(read_facts(e.text, e.document.published), e) for e in cited]
    wrong = [
        *_wrong_numbers(claim, said, sources),
        *_wrong_dates(claim, said, sources),
        *_wrong_names(claim, cited),
        *_wrong_members(claim, cited),
        *_wrong_direction(said, [facts for facts, _ in sources]),
    ]
    if otherwise := figure_otherwise(claim, cited):
        wrong.append(_figure_otherwise(*otherwise))
    if owned := another_owner(claim, cited, across=across):
        wrong.append(_not_theirs(*owned))
    if across and (pair := opposed_across(claim, " ".join(e.text for e in cited))):
        wrong.append(_opposite(*pair))
    return tuple(wrong)


def _negates(source: str, claim: str) -> bool:
    """Return True if the source negates something that the claim is about.

    For a negated claim a looser relation is enough: 没有上市计划 and 不打算上市 share one word.
    """
    least = _RELATED_CLAUSE if denies(claim, verbs=False) else _SAME_CLAUSE
    return any(
        _shared_wording(clause, claim) >= least
        for clause in clauses(source)
        if denies(clause, verbs=False)
    )


def _nearness_across(claim: str, vector: NDArray[np.float32], source: Evidence) -> float:
    """Return the cosine, raised by the claim's words and facts that the source shows."""
    wording = concepts(claim, across=True)
    share = coverage(fold(source.text), wording, [1.0] * len(wording)) if wording else 0.0
    facts = min(supplied_facts(claim, source), _MOST_FACTS)
    return float(source.vector @ vector) + _WORDING_WEIGHT * share + _FACT_WEIGHT * facts


def supplied_facts(claim: str, evidence: Evidence) -> int:
    """Return how many of the claim's numbers and dates the sentence gives."""
    said = read_facts(claim)
    source = read_facts(evidence.text, evidence.document.published)
    return sum(any(same_quantity(q, s) for s in source.quantities) for q in said.quantities) + sum(
        any(same_date(d, s) for s in source.dates) for d in said.dates
    )


def _wrong_numbers(
    claim: str, said: Facts, sources: Sequence[tuple[Facts, Evidence]]
) -> list[Message]:
    known = [quantity for facts, _ in sources for quantity in facts.quantities]
    other = [q for q in said.quantities if not any(same_quantity(q, source) for source in known)]
    if not other:
        return []
    written = joined("\n".join(evidence.text for _, evidence in sources))
    said_there = " ".join(evidence.text for _, evidence in sources).casefold()
    counts = {t.key for _, e in sources for t in tokens(e.text) if t.kind == "number"}
    # "The second phase" is 二期: identifiers are compared by themselves.
    members = [named.text.casefold() for named in read_identifiers(claim)]
    return [
        Message(
            code="number",
            en=f"the number “{quantity.text}” is not in the cited sentence",
            zh=f"数字“{quantity.text}”不在所引的句子中",
        )
        for quantity in other
        if not (f"{quantity.value}" in counts and not quantity.unit)
        and not _is_bound_of(quantity, claim, known)
        and not (quantity.unit == "rank" and any(quantity.text in name for name in members))
        and not (quantity.unit == "rank" and _ranked(quantity.value, said_there))
        and not _is_part_of_name(quantity.text, claim, written)
    ]


def _is_bound_of(quantity: Quantity, claim: str, known: Sequence[Quantity]) -> bool:
    """Return True if the claim gives the quantity as a bound, and a source's value is near it."""
    at = claim.casefold().find(quantity.text)
    before = claim[:at] if at > 0 else ""
    more, less = _MORE.search(before), _LESS.search(before)
    if not (more or less):
        return False
    low, high = (1.0, 1.0 + _BOUND) if more else (1.0 - _BOUND, 1.0)
    return any(
        (source.unit, source.measure) == (quantity.unit, quantity.measure)
        and low <= float(source.value / quantity.value) <= high
        for source in known
        if quantity.value
    )


def _ranked(rank: Decimal, source: str) -> bool:
    """Return True if a source gives a rank in other words: initially, World War II."""
    if rank == 1:
        return bool(_FIRST.search(source))
    if rank > 10:
        return False
    said = [ORDINAL_WORDS[int(rank) - 1]]
    if rank <= 6:
        said.append(ROMAN_NUMERALS[int(rank)].lower())
    return bool(re.search(rf"\b(?:{'|'.join(said)})\b", source))


def _is_part_of_name(number: str, claim: str, source: str) -> bool:
    """Return True if the claim's number follows a Latin word that it also follows in the source.

    An example is "iOS 18.4" with a source that writes iOS18.4; `source` must be `joined`.
    """
    words = re.findall(rf"([A-Za-z]+)[ -]?{re.escape(number)}(?![\d.]*\d)", claim)
    return any(
        re.search(rf"{re.escape(joined(word + number))}(?![\d.]*\d)", source) for word in words
    )


def _wrong_dates(
    claim: str, said: Facts, sources: Sequence[tuple[Facts, Evidence]]
) -> list[Message]:
    if not said.dates and not read_weekdays(claim.casefold()):
        return []
    known = [said_date for facts, _ in sources for said_date in facts.dates]
    counts = {quantity.value for facts, _ in sources for quantity in facts.quantities}
    for _, evidence in sources:
        # An article may mean its own day, or the day its paragraph names, without saying it.
        known += read_dates(evidence.passage, evidence.document.published)[0]
        if evidence.document.published:
            known.append(day_of(evidence.document.published))
    named = {day for _, e in sources for day, _ in read_weekdays(e.passage.casefold())}
    if named:
        named |= {day for said_date in known if (day := weekday_of(said_date)) is not None}
    wrong_weekdays = [
        written for day, written in read_weekdays(claim.casefold()) if named and day not in named
    ]
    return [
        Message(
            code="date",
            en=f"the day “{written}” is not in the cited passage",
            zh=f"“{written}”不在所引的段落中",
        )
        for written in wrong_weekdays
    ] + [
        Message(
            code="date",
            en=f"the date “{claimed.text}” is not in the cited passage",
            zh=f"日期“{claimed.text}”不在所引的段落中",
        )
        for claimed in said.dates
        if not any(same_date(claimed, source) for source in known)
        # "2000 people" is read as a year, 2000人 is not.
        and not (claimed.text.isdigit() and claimed.year in counts)
    ]


def _wrong_names(claim: str, cited: Sequence[Evidence]) -> list[Message]:
    return [
        Message(
            code="name",
            en=f"the name “{name}” is not in the cited article",
            zh=f"名称“{name}”不在所引的文章中",
        )
        for name in wrong_names(claim, cited)
    ]


def _wrong_members(claim: str, cited: Sequence[Evidence]) -> list[Message]:
    """Return a reason for each identifier of the claim that the sources replace.

    That is: the sources name another one of the same series, and not this one.
    """
    wrong = []
    for named in read_identifiers(claim):
        relations = {
            relation_within((named,), e.text, (e.document.title, e.passage)) for e in cited
        }
        if "other" in relations and "same" not in relations:
            wrong.append(
                Message(
                    code="member",
                    en=f"the cited sentence is not about “{named.text}” but about another one",
                    zh=f"所引的句子说的不是“{named.text}”，而是另一个",
                )
            )
    return wrong


def _wrong_direction(said: Facts, sources: Sequence[Facts]) -> list[Message]:
    rises, falls = any(f.rises for f in sources), any(f.falls for f in sources)
    up = said.rises and not said.falls and falls and not rises
    down = said.falls and not said.rises and rises and not falls
    moved = [move for facts in sources for move in facts.moves]
    for quantity, rising in said.moves:
        # The same value moves in the source too, but only in the other direction.
        ways = {way for source, way in moved if same_quantity(quantity, source)}
        up, down = up or (rising and ways == {False}), down or (not rising and ways == {True})
    if not (up or down):
        return []
    return [
        Message(
            code="polarity",
            en=f"the claim speaks of a {'rise' if up else 'fall'}, the cited sentence of a"
            f" {'fall' if up else 'rise'}",
            zh=f"陈述说的是{'上升' if up else '下降'}，所引的句子说的是{'下降' if up else '上升'}",
        )
    ]


def _opposite(said: str, source: str) -> Message:
    return Message(
        code="polarity",
        en=f"the claim says “{said}”, but the cited sentence says the opposite: “{source}”",
        zh=f"陈述说“{said}”，所引的句子说的却相反：“{source}”",
    )


def _shared_wording(claim: str, source: str) -> float:
    wording = concepts(claim, across=False)
    return coverage(fold(source), wording, [1.0] * len(wording))


def _not_theirs(number: str, name: str) -> Message:
    return Message(
        code="roles",
        en=f"in the cited sentence, “{number}” is not about “{name}”",
        zh=f"所引的句子中，“{number}”说的不是“{name}”",
    )


def _figure_otherwise(kind: str, number: str, said: str, source: str) -> Message:
    return Message(
        code="measure" if kind == "measure" else "figure",
        en=f"about “{number}” the claim says “{said}”, but the cited sentence says “{source}”",
        zh=f"关于“{number}”，陈述说的是“{said}”，所引的句子说的是“{source}”",
    )


def _no_source() -> Message:
    return Message(
        code="no_source",
        en="no sentence of the articles was found that says this",
        zh="文章中没有找到支持这一说法的句子",
    )


def _far_from_source(cosine: float) -> Message:
    return Message(
        code="meaning",
        en=f"the cited sentence says something else (similarity {cosine:.2f})",
        zh=f"所引的句子说的是另一回事（相似度 {cosine:.2f}）",
    )


def _negation_differs() -> Message:
    return Message(
        code="polarity",
        en="the claim denies what the cited sentence states, or the other way round",
        zh="陈述否定了所引句子的说法，或者相反",
    )


def _only_elsewhere(name: str) -> Message:
    return Message(
        code="name_elsewhere",
        en=f"“{name}” is in the article, but not in the quoted sentence",
        zh=f"“{name}”在文章中出现，但不在所引的句子里",
    )


def not_judged() -> Message:
    """Return the reason that nothing was found wrong, and nothing confirms the wording."""
    return Message(
        code=NOT_JUDGED,
        en="no number, date or name in it was found wrong; read the quote to see whether the source"
        " says this",
        zh="其中的数字、日期和名称未发现错误；原文是否这样说，请读引文判断",
    )
