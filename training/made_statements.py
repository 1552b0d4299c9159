"""Make claims about what is done, planned, refused or rumoured, why, when, and on conditions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from training.made_cases import Slots, case_claim
from training.made_statement_cases import STATEMENT_CASES
from training.made_statement_words import (
    ACTIONS,
    CAUSES,
    CONDITIONS,
    FOLLOWS,
    OUTCOMES,
    STATUSES,
    Action,
)
from training.rows import Claim, Label, Language
from training.wording import expand, inflected, joined, language_pair, opened, say, sentence

Wordings = dict[Language, tuple[str, ...]]

_ACTOR_SLOTS = {"company": "co", "person": "pe", "place": "pl", "institution": "ins", "team": "te"}
_WHEN: Wordings = {
    "zh": ("周一", "上周", "上月", "昨天", "本月初"),
    "en": ("on Monday", "last week", "last month", "yesterday", "earlier this month"),
}
_SAYS: Wordings = {
    "zh": ("{p}[称|表示|透露]，{s}", "据{p}介绍，{s}", "{s}，{p}这样说"),
    "en": ("{p} [said|says|told reporters] that {s}", "according to {p}, {s}", "{s}, {p} said"),
}
_ORDER: Wordings = {
    "zh": (
        "{e}之后，{l}",
        "{l}之前，{e}",
        "先是{e}，[随后|接着]{l}",
        "{l}，而在那之前，{e}",
        "{e}，后来{l}",
    ),
    "en": (
        "{e} before {l}",
        "{l} [after|only after] {e}",
        "first {e}; then {l}",
        "{e}, and [later|afterwards] {l}",
        "{l}, but before that {e}",
    ),
}
_SAME_TIME: Wordings = {
    "zh": ("{e}，与此同时{l}", "在{e}的同一时刻，{l}"),
    "en": ("{e} at the very moment when {l}", "{e} at the same time as {l}"),
}
_BECAUSE: Wordings = {
    "zh": (
        "因{c}，{o}",
        "由于{c}，{o}",
        "{o}，[原因是|起因是]{c}",
        "{c}[导致|致使]{o}",
        "{o}，这[要归因于|是缘于]{c}",
        "受{c}影响，{o}",
    ),
    "en": (
        "{o} because of {c}",
        "{o} [owing to|due to|as a result of] {c}",
        "because of {c}, {o}",
        "the reason why {o} was {c}",
        "{o}, with {c} to blame",
        "{o}, and the cause was {c}",
    ),
}
_BECAUSE_NOT: Wordings = {
    "zh": ("{o}是因为{c}，而不是{d}", "{o}与{d}无关，真正的原因是{c}"),
    "en": (
        "{o} because of {c}, not because of {d}",
        "it was {c} and not {d} that was the reason why {o}",
    ),
}
_NO_CAUSE: Wordings = {
    "zh": ("{o}，原因尚未公布；此前当地曾出现{c}", "{o}，是否与近期的{c}有关，目前不得而知"),
    "en": (
        "{o}, and no reason was given; the days before had brought {c}",
        "{o}, but whether {c} had anything to do with it is not known",
    ),
}
_REVERSED: Wordings = {
    "zh": ("{c}是{o}的结果", "因为{o}，才出现了{c}"),
    "en": ("{c} came about because {o}", "{c} followed from the fact that {o}"),
}
_IF: Wordings = {
    "zh": (
        "如果{k}，{a}将{v}",
        "{a}将{v}，前提是{k}",
        "只要{k}，{a}就会{v}",
        "一旦{k}，{a}便会{v}",
    ),
    "en": (
        "{a} will {base} if {k}",
        "provided that {k}, {a} will {base}",
        "{a} has promised to {base} [on condition that|as long as] {k}",
        "once {k}, {a} is to {base}",
    ),
}
_UNLESS: Wordings = {
    "zh": ("除非{k}，否则{a}将{v}", "无论{k}与否，{a}都将{v}", "即便{k}，{a}也不会{v}"),
    "en": (
        "{a} will {base} unless {k}",
        "{a} will {base} whether or not {k}",
        "even if {k}, {a} will not {base}",
    ),
}


@dataclass(frozen=True)
class Fact:
    """An action and the names in it."""

    action: Action
    slots: Slots


def _words(
    rng: random.Random, language: Language, fact: Fact, when: int = 0, *, short: bool = False
) -> dict[str, str]:
    """Return the actor and the verb phrase of `fact`, in its forms."""
    strings = fact.slots.strings(rng, language, short=short)
    made = {"a": strings[_ACTOR_SLOTS[fact.action.actor]], "t": _WHEN[language][when]}
    phrase = fact.action.zh if language == "zh" else fact.action.en
    phrase = expand(rng, phrase).format(**strings)
    return {**made, "v": phrase} if language == "zh" else {**made, **inflected(phrase)}


def _told(
    rng: random.Random,
    language: Language,
    status: str,
    fact: Fact,
    when: int | None = None,
    *,
    short: bool = False,
) -> str:
    """Return `fact` as planned, done, refused and so on. Without `when`, its day is not told."""
    templates = STATUSES[status][language == "en"]
    if when is None:
        templates = tuple(template for template in templates if "{t}" not in template)
    return say(rng, rng.choice(templates), **_words(rng, language, fact, when or 0, short=short))


def _claim(
    asked: Language, given: Language, claim: str, told: list[str], label: Label, kind: str
) -> Claim:
    return Claim(
        claim_language=asked,
        source_language=given,
        claim=sentence(asked, claim),
        evidence=joined(given, told),
        label=label,
        source="made",
        kind=kind,
    )


def _status(rng: random.Random) -> Claim:
    """Return a claim about how certain or how advanced an action is.

    In more than half of the texts, another action is told too.
    """
    asked, given = language_pair(rng)
    fact = Fact(rng.choice(ACTIONS), Slots(rng))
    when = rng.randrange(5)
    status = rng.choice(tuple(FOLLOWS))
    while status == "begun" and fact.action.actor == "person":
        status = rng.choice(tuple(FOLLOWS))
    follows = FOLLOWS[status]
    right = rng.random() < 0.43
    fit = [follow for follow in follows if (follow[2] == "supported") == right]
    kind, claimed = "synonym", status
    label: Label = "supported"
    if right and (not fit or rng.random() < 0.6):
        kind = "tense kept" if status in ("done", "plan", "begun", "postponed") else "synonym"
    else:
        kind, claimed, label = rng.choice(fit)
    first = _told(rng, given, status, fact, when)
    told = [opened(rng, given, first)]
    if rng.random() < 0.6:
        action = fact.action if rng.random() < 0.6 else rng.choice(ACTIONS)
        other = Fact(action, Slots(rng, fact.slots))
        beside = claimed if rng.random() < 0.6 else rng.choice(tuple(STATUSES))
        told.append(sentence(given, _told(rng, given, beside, other, rng.randrange(5))))
        rng.shuffle(told)
    dated = when if _WHEN[given][when] in first else None
    claim = _told(rng, asked, claimed, fact, dated, short=rng.random() < 0.5)
    if kind in ("synonym", "tense kept") and asked == given and rng.random() < 0.2:
        claim, kind = first, "near copy"
    return _claim(asked, given, claim, told, label, kind)


def _reported(rng: random.Random) -> Claim:
    """Return a claim about what somebody says that somebody else does."""
    asked, given = language_pair(rng)
    slots = Slots(rng)
    fact = Fact(rng.choice([action for action in ACTIONS if action.actor != "person"]), slots)
    status = rng.choice(("done", "plan", "failed", "refused", "cancelled", "postponed"))
    speaker, other = slots.names["pe2"], Slots(rng, slots).names["pe"]

    def said(language: Language, status: str, *, by_other: bool = False) -> str:
        name = other if by_other else speaker
        words = _told(rng, language, status, fact, short=rng.random() < 0.5)
        return say(
            rng, rng.choice(_SAYS[language]), s=words, p=name.zh if language == "zh" else name.en
        )

    told = [opened(rng, given, said(given, status))]
    if rng.random() < 0.43:
        return _claim(asked, given, said(asked, status), told, "supported", "reported")
    if rng.random() < 0.4:
        return _claim(asked, given, said(asked, status, by_other=True), told, "unknown", "owner")
    kind, claimed, label = rng.choice([row for row in FOLLOWS[status] if row[2] != "supported"])
    return _claim(asked, given, said(asked, claimed), told, label, kind)


def _clause(rng: random.Random, language: Language, fact: Fact) -> str:
    words = _words(rng, language, fact)
    return words["a"] + words["v"] if language == "zh" else f"{words['a']} {words['past']}"


def _time_order(rng: random.Random) -> Claim:
    """Return a claim about which of two things was first."""
    asked, given = language_pair(rng)
    first = Fact(rng.choice(ACTIONS), Slots(rng))
    second = Fact(rng.choice(ACTIONS), Slots(rng, first.slots))

    def ordered(language: Language, early: Fact, late: Fact, wordings: Wordings = _ORDER) -> str:
        clauses = {"e": _clause(rng, language, early), "l": _clause(rng, language, late)}
        return say(rng, rng.choice(wordings[language]), **clauses)

    told = [opened(rng, given, ordered(given, first, second))]
    drawn = rng.random()
    if drawn < 0.4:
        return _claim(asked, given, ordered(asked, first, second), told, "supported", "converse")
    if drawn < 0.47:
        claim = _clause(rng, asked, rng.choice((first, second)))
        return _claim(asked, given, claim, told, "supported", "shorter")
    if drawn < 0.93:
        return _claim(asked, given, ordered(asked, second, first), told, "refuted", "time order")
    claim = ordered(asked, first, second, _SAME_TIME)
    return _claim(asked, given, claim, told, "refuted", "time order")


def _cause(rng: random.Random) -> Claim:
    """Return a claim about the cause of something."""
    asked, given = language_pair(rng)
    slots = Slots(rng)
    outcome, other = rng.sample(OUTCOMES, 2)
    cause, wrong, third = rng.sample(CAUSES, 3)

    def because(
        language: Language,
        wordings: Wordings,
        why: tuple[str, str],
        what: tuple[str, str] = outcome,
    ) -> str:
        at, short = language == "en", language == asked and rng.random() < 0.5
        names = slots.strings(rng, language, short=short)
        parts = {
            "o": say(rng, what[at], **names),
            "c": expand(rng, why[at]),
            "d": expand(rng, wrong[at]),
        }
        return say(rng, rng.choice(wordings[language]), **parts)

    known = rng.choice((_BECAUSE, _BECAUSE, _BECAUSE_NOT, _NO_CAUSE))
    told = [opened(rng, given, because(given, known, cause))]
    if rng.random() < 0.6 and known is _BECAUSE:
        told.append(sentence(given, because(given, _BECAUSE, wrong, other)))
        rng.shuffle(told)
    right = rng.random() < 0.43
    if right and known is not _NO_CAUSE:
        return _claim(asked, given, because(asked, _BECAUSE, cause), told, "supported", "synonym")
    if right:
        names = slots.strings(rng, asked, short=True)
        claim = say(rng, outcome[asked == "en"], **names)
        return _claim(asked, given, claim, told, "supported", "shorter")
    if known is _NO_CAUSE:
        return _claim(asked, given, because(asked, _BECAUSE, cause), told, "unknown", "cause")
    if rng.random() < 0.3:
        return _claim(asked, given, because(asked, _REVERSED, cause), told, "refuted", "cause")
    why = wrong if rng.random() < 0.7 else third
    return _claim(asked, given, because(asked, _BECAUSE, why), told, "refuted", "cause")


def _condition(rng: random.Random) -> Claim:
    """Return a claim about a promise with a condition."""
    asked, given = language_pair(rng)
    fact = Fact(rng.choice(ACTIONS), Slots(rng))
    condition, other = rng.sample(CONDITIONS, 2)

    def promised(language: Language, wordings: Wordings, terms: tuple[str, str, str]) -> str:
        words = _words(rng, language, fact, short=language == asked)
        words["k"] = expand(rng, terms[language == "en"])
        return say(rng, rng.choice(wordings[language]), **words)

    told = [opened(rng, given, promised(given, _IF, condition))]
    if rng.random() < 0.5:
        beside = Fact(rng.choice(ACTIONS), Slots(rng, fact.slots))
        told.append(sentence(given, _told(rng, given, rng.choice(("done", "plan")), beside, 0)))
    if rng.random() < 0.43:
        return _claim(asked, given, promised(asked, _IF, condition), told, "supported", "synonym")
    drawn = rng.random()
    if drawn < 0.35:
        return _claim(
            asked, given, promised(asked, _UNLESS, condition), told, "refuted", "condition"
        )
    if drawn < 0.55:
        return _claim(asked, given, promised(asked, _IF, other), told, "unknown", "condition")
    if drawn < 0.8:
        claim = _told(rng, asked, rng.choice(("done", "done", "confirmed")), fact, short=True)
        return _claim(asked, given, claim, told, "unknown", "condition")
    met = expand(rng, condition[0]) + "，这一条件已经满足" if asked == "zh" else condition[2]
    return _claim(asked, given, met, told, "unknown", "condition")


_MAKERS = (_status,) * 9 + (_reported,) * 2 + (_time_order,) * 2 + (_cause,) * 3 + (_condition,) * 2


def statement_claims(rng: random.Random, count: int) -> Iterator[Claim]:
    """Yield `count` claims about things without figures."""
    for _ in range(count):
        if rng.random() < 0.4:
            yield case_claim(rng, rng.choice(STATEMENT_CASES))
        else:
            yield rng.choice(_MAKERS)(rng)
