"""Make claims about deeds between two or three parties, in many wordings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from training.made_deed_facts import Deed, Drawn, any_deed, other_deed, render
from training.made_deed_tables import Relation, kept, slots_of
from training.made_deed_words import BETWEEN, LINKS, OPENINGS, REPLIES, SAID, TAILS, TIMES, Both
from training.names import Name
from training.rows import Claim, Label, Language
from training.wording import expand, joined, language_pair, sentence

_TRUE_KINDS = {"a": "synonym", "p": "passive", "c": "converse"}
_POSITIVE = "aaapcc"
_FALSE_KINDS = (
    "roles", "roles", "roles", "actor", "actor", "object", "object", "place", "place", "place",
    "negation", "negation", "added", "added", "other verb", "other verb", "other verb",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A source's wording of a deed, and the details that it tells."""

    deed: Deed
    language: Language
    mood: str
    index: int
    template: str
    told: frozenset[str]


@dataclass
class Answer:
    """A claim in words, with its label and kind."""

    text: str
    label: Label
    kind: str


def _in(language: Language, both: Both) -> tuple[str, ...]:
    return both[0] if language == "zh" else both[1]


def _tell(rng: random.Random, deed: Deed, language: Language, mood: str) -> Told:
    """Return a wording of `deed` with some of its details."""
    options = deed.relation.wordings[language, mood]
    index = rng.randrange(len(options))
    details = {slot for slot in deed.relation.details if rng.random() < 0.6}
    plain = kept(options[index], {*deed.names, *details})
    return Told(deed, language, mood, index, plain, frozenset(slots_of(plain)))


def _fitting(
    rng: random.Random, relation: Relation, language: Language, mood: str, told: frozenset[str]
) -> str | None:
    """Return a wording that says no more than `told`, often less, or None."""
    told_less = {slot for slot in sorted(told) if slot in relation.types or rng.random() < 0.7}
    plain = [kept(option, told_less) for option in relation.wordings[language, mood]]
    fit = [option for option in plain if slots_of(option) <= told]
    return rng.choice(fit) if fit else None


def _same_again(rng: random.Random, source: Told, language: Language) -> tuple[str, str] | None:
    """Return a wording of what `source` says, and its mood, or None."""
    if source.mood in "nru":
        option = source.deed.relation.wordings[language, source.mood][source.index]
        plain = kept(option, set(source.told))
        return (plain, source.mood) if slots_of(plain) <= source.told else None
    mood = rng.choice(_POSITIVE)
    template = _fitting(rng, source.deed.relation, language, mood, source.told)
    return (template, mood) if template else None


def _true(rng: random.Random, source: Told, asked: Language) -> Answer | None:
    if asked == source.language and rng.random() < 0.15:
        text = render(rng, source.template, source.deed, asked)
        return Answer(text, "supported", "near copy")
    same = _same_again(rng, source, asked)
    if same is None:
        return None
    template, mood = same
    short = rng.random() < 0.4
    kind = _TRUE_KINDS.get(mood, "synonym")
    if kind == "synonym":
        if short:
            kind = "short name"
        elif slots_of(template) < source.told:
            kind = "shorter"
    return Answer(render(rng, template, source.deed, asked, short=short), "supported", kind)


def _exchanged(rng: random.Random, source: Told, asked: Language) -> Answer | None:
    """Return a claim with two parties exchanged."""
    relation, same = source.deed.relation, _same_again(rng, source, asked)
    if same is None or not relation.pair or not set(relation.pair) <= source.told:
        return None
    if not set(relation.pair) & slots_of(same[0]):
        return None
    alike = len({relation.types[slot] for slot in relation.pair}) == 1
    if not alike and rng.random() < 0.6:
        return None
    made = source.deed.swapped(*relation.pair)
    label: Label = "unknown" if source.mood in "nu" else "refuted"
    return Answer(_words(rng, same[0], made, asked), label, relation.pair_kind)


def _words(rng: random.Random, template: str, deed: Deed, asked: Language) -> str:
    return render(rng, template, deed, asked, short=rng.random() < 0.35)


def _party(
    rng: random.Random, source: Told, asked: Language, beside: Deed | None, drawn: Drawn, kind: str
) -> Answer | None:
    """Return a claim with another party."""
    same = _same_again(rng, source, asked)
    if same is None:
        return None
    deed, has = source.deed, slots_of(same[0])
    parties = [slot for slot in deed.names if slot in has and (slot == "a") == (kind == "actor")]
    if not parties or len(has & set(deed.names)) < 2:
        return None
    slot = rng.choice(parties)
    wanted = deed.relation.types[slot]
    own = {name.short_zh for name in deed.names.values()}
    near = [
        name
        for part, name in (beside.names if beside else {}).items()
        if beside and beside.relation.types[part] == wanted and name.short_zh not in own
    ]
    name = rng.choice(near) if near and rng.random() < 0.8 else drawn.name(wanted)
    sure = slot in deed.relation.single and source.mood in "apc"
    text = _words(rng, same[0], deed.with_name(slot, name), asked)
    return Answer(text, "refuted" if sure else "unknown", kind)


def _place(
    rng: random.Random, source: Told, asked: Language, beside: Deed | None, drawn: Drawn
) -> Answer | None:
    """Return a claim with another place."""
    if "pl" not in source.told or source.mood not in "apc":
        return None
    options = source.deed.relation.wordings[asked, rng.choice(_POSITIVE)]
    fit = [o for o in (kept(o, set(source.told)) for o in options) if "pl" in slots_of(o)]
    fit = [option for option in fit if slots_of(option) <= source.told]
    if not fit:
        return None
    near = beside is not None and "pl" in beside.relation.details and rng.random() < 0.8
    place = beside.place if beside and near else drawn.name("pl")
    text = _words(rng, rng.choice(fit), source.deed.at(place), asked)
    return Answer(text, "refuted", "place")


def _negated(rng: random.Random, source: Told, asked: Language) -> Answer | None:
    """Return a claim that denies what is told, or tells what is denied."""
    if source.mood in "ru":
        return None
    mood = rng.choice(_POSITIVE) if source.mood == "n" else "n"
    template = _fitting(rng, source.deed.relation, asked, mood, source.told)
    if template is None:
        return None
    return Answer(_words(rng, template, source.deed, asked), "refuted", "negation")


def _more(rng: random.Random, source: Told, asked: Language) -> Answer | None:
    """Return a claim that tells more than the source: a new fact or a new detail."""
    if source.mood not in "apc":
        return None
    deed, hidden = source.deed, [s for s in source.deed.relation.details if s not in source.told]
    if hidden and rng.random() < 0.5:
        told = {*source.told, rng.choice(hidden)}
        options = deed.relation.wordings[asked, rng.choice(_POSITIVE)]
        plain = [kept(option, told) for option in options]
        fit = [o for o in plain if slots_of(o) <= told and slots_of(o) - source.told]
        if not fit:
            return None
        return Answer(_words(rng, rng.choice(fit), deed, asked), "unknown", "added")
    template = _fitting(rng, deed.relation, asked, "d", source.told)
    return Answer(_words(rng, template, deed, asked), "unknown", "added") if template else None


def _other_verb(
    rng: random.Random, source: Told, asked: Language, beside: Deed | None
) -> Answer | None:
    """Return a claim of another deed by the same parties, often that of the other sentence."""
    deed = source.deed
    if source.mood not in "apc":
        return None
    if beside and beside.relation.theme != deed.relation.theme and rng.random() < 0.7:
        if beside.relation.types != deed.relation.types:
            return None
        plain = kept(rng.choice(beside.relation.wordings[asked, rng.choice(_POSITIVE)]), set())
        other = Deed(
            beside.relation, deed.names, beside.place, beside.thing, beside.product, beside.numbers
        )
        return Answer(_words(rng, plain, other, asked), "unknown", "other verb")
    mood = rng.choice("rru")
    template = _fitting(rng, deed.relation, asked, mood, source.told)
    if template is None:
        return None
    label: Label = "refuted" if mood == "r" else "unknown"
    return Answer(_words(rng, template, deed, asked), label, "other verb")


def _false(
    rng: random.Random, source: Told, asked: Language, beside: Deed | None, drawn: Drawn
) -> Answer | None:
    kind = rng.choice(_FALSE_KINDS)
    if kind == "roles":
        return _exchanged(rng, source, asked)
    if kind in ("actor", "object"):
        return _party(rng, source, asked, beside, drawn, kind)
    if kind == "place":
        return _place(rng, source, asked, beside, drawn)
    if kind == "negation":
        return _negated(rng, source, asked)
    if kind == "added":
        return _more(rng, source, asked)
    return _other_verb(rng, source, asked, beside)


def _with_time(language: Language, text: str, time: tuple[str, str]) -> str:
    return f"{time[0]}，{text}" if language == "zh" else f"{time[1]}, {text}"


def _with_tail(rng: random.Random, language: Language, text: str, tail: Both) -> str:
    link = "，" if language == "zh" else rng.choice(("; ", ", and "))
    return text + link + expand(rng, rng.choice(_in(language, tail)))


def _spoken(rng: random.Random, language: Language, fact: str, speaker: Name) -> str:
    name = speaker.zh if language == "zh" else speaker.en
    return rng.choice(SAID[language]).format(p=name, f=fact)


def _evidence(rng: random.Random, language: Language, told: list[str], drawn: Drawn) -> str:
    """Return the news item: its sentences in random order, often with an opening."""
    told = rng.sample(told, len(told))
    if rng.random() < 0.45:
        place = drawn.name("pl")
        opening = rng.choice(OPENINGS[language])
        told[0] = opening.format(pl3=place.zh if language == "zh" else place.en) + told[0]
    if len(told) > 1 and rng.random() < 0.2:
        return sentence(language, rng.choice(LINKS[language]).join(told))
    texts = [told[0], *(rng.choice(BETWEEN[language]) + text for text in told[1:])]
    return joined(language, [sentence(language, text) for text in texts])


def _attributed(rng: random.Random) -> Claim | None:
    """Return a claim about who said something.

    The claim names the speaker, another person, or a party.
    """
    asked, given = language_pair(rng)
    drawn = Drawn(rng)
    deed = any_deed(rng, drawn)
    kind = rng.choice(("pe", "pe", "ins"))
    speakers = [drawn.name(kind), drawn.name(kind)]
    source = _tell(rng, deed, given, rng.choice(_POSITIVE))
    fact = _spoken(rng, given, render(rng, source.template, deed, given), speakers[0])
    reply = rng.choice(REPLIES)
    other = rng.choice(_in(given, reply)).format(
        q=speakers[1].zh if given == "zh" else speakers[1].en
    )
    same = _same_again(rng, source, asked)
    if same is None:
        return None
    right = rng.random() < 0.45
    says = speakers[0] if right else speakers[1]
    made = deed
    if not right and rng.random() < 0.35 and "a" in slots_of(same[0]):
        says = deed.names["a"]
        if deed.relation.types["a"] == kind:
            made = deed.with_name("a", speakers[0])
    elif rng.random() < 0.25:
        says = speakers[1] if right else speakers[0]
        text = rng.choice(_in(asked, reply)).format(q=says.zh if asked == "zh" else says.en)
        return _claim(rng, asked, given, text, [fact, other], right, drawn)
    text = _spoken(rng, asked, render(rng, same[0], made, asked), says)
    return _claim(rng, asked, given, text, [fact, other], right, drawn)


def _claim(
    rng: random.Random,
    asked: Language,
    given: Language,
    text: str,
    told: list[str],
    right: bool,
    drawn: Drawn,
) -> Claim:
    return Claim(
        claim_language=asked,
        source_language=given,
        claim=sentence(asked, text),
        evidence=_evidence(rng, given, told, drawn),
        label="supported" if right else "unknown",
        source="made",
        kind="who said it" if right else "attribution",
    )


def _timed(
    rng: random.Random, languages: tuple[Language, Language], made: Answer, fact: str
) -> tuple[Answer, str]:
    """Return claim and fact, with or without the fact's time.

    A time that only the claim has is not supported.
    """
    time, drawn = rng.choice(TIMES), rng.random()
    if drawn < 0.45:
        fact = _with_time(languages[1], fact, time)
    if drawn < 0.1:
        made.text = _with_time(languages[0], made.text, time)
    elif drawn > 0.98 and made.label == "supported":
        made = Answer(_with_time(languages[0], made.text, time), "unknown", "added")
    return made, fact


def _plain(rng: random.Random) -> Claim | None:
    """Return a claim about a deed, which the source tells alone or beside another."""
    asked, given = language_pair(rng)
    drawn = Drawn(rng)
    deed = any_deed(rng, drawn)
    beside = other_deed(rng, drawn, deed) if rng.random() < 0.6 else None
    mood = rng.choice("nru") if rng.random() < 0.2 else rng.choice(_POSITIVE)
    source = _tell(rng, deed, given, mood)
    right = rng.random() < 0.4
    made = _true(rng, source, asked) if right else _false(rng, source, asked, beside, drawn)
    if made is None:
        return None
    fact = render(rng, source.template, deed, given, full=True)
    made, fact = _timed(rng, (asked, given), made, fact)
    tail = rng.choice(TAILS) if rng.random() < 0.3 else None
    if tail:
        fact = _with_tail(rng, given, fact, tail)
        if rng.random() < 0.35:
            made.text = _with_tail(rng, asked, made.text, tail)
    if made.label == "supported" and rng.random() < 0.06:
        others = [other for other in TAILS if other != tail]
        made = Answer(_with_tail(rng, asked, made.text, rng.choice(others)), "unknown", "added")
    rest = []
    if beside:
        told = _tell(rng, beside, given, rng.choice(_POSITIVE))
        rest.append(render(rng, told.template, beside, given, full=True))
    return Claim(
        claim_language=asked,
        source_language=given,
        claim=sentence(asked, made.text),
        evidence=_evidence(rng, given, [fact, *rest], drawn),
        label=made.label,
        source="made",
        kind=made.kind,
    )


def deed_claims(rng: random.Random, count: int) -> Iterator[Claim]:
    """Yield `count` claims about who did what to whom."""
    while count > 0:
        claim = (_attributed if rng.random() < 0.1 else _plain)(rng)
        if claim is not None:
            count -= 1
            yield claim
