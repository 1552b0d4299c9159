"""Make English follow-up questions self-contained.

A new name, day or measure replaces the one of the same kind in the previous question: "And Huawei?"
after "How many phones did Apple ship?" becomes "How many phones did Huawei ship?".
"""

from __future__ import annotations

import re
from datetime import date

from rag.retrieval.conversation import (
    Before,
    ShiftUnit,
    choose_slot,
    is_member,
    quotes_at_length,
    replaced_word,
    shifted,
    with_member,
)
from rag.text.dates import ENGLISH_MONTHS
from rag.text.languages import ENGLISH_STOP
from rag.text.names import (
    WORD,
    Name,
    NameClass,
    english_common,
    english_names,
    english_people,
    is_place,
)

# Days: "And in 2023?" and "The day before?" ask about another day.

_NEXT: dict[str, tuple[ShiftUnit, int]] = {
    "the day after": ("day", 1), "the next day": ("day", 1), "the following day": ("day", 1),
    "a day later": ("day", 1), "the day before": ("day", -1), "the previous day": ("day", -1),
    "a day earlier": ("day", -1), "the year after": ("year", 1), "the next year": ("year", 1),
    "the following year": ("year", 1), "a year later": ("year", 1),
    "the year before": ("year", -1), "the previous year": ("year", -1),
    "a year earlier": ("year", -1),
}  # fmt: skip
_SHIFT = re.compile(r"\b(?:(?:on|in) )?(" + "|".join(_NEXT) + r")\b", re.IGNORECASE)
_TEMPORAL = re.compile(
    r"^(?:in|on|at|by|during|for|since)?\s*(?:the\s+)?(?:(?:first|second|third|fourth) quarter.*"
    r"|(?:19|20)\d\d|q[1-4].*|last (?:year|month|week|quarter)|this (?:year|month|week|quarter))$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def with_days(fragment: str, text: str, before: Before) -> tuple[str, str, bool]:
    """Move the days of a fragment into a question.

    Returns the fragment without its words for days, the question with these days, and True if the
    fragment had any.
    """
    phrase, day = before.days_in(text)
    if match := _SHIFT.search(fragment):
        target = day and shifted(day, *_NEXT[match[1].lower()])
        rest = " ".join((fragment[: match.start()] + fragment[match.end() :]).split())
        if not target:
            return rest, f"{text.rstrip('? ')}, {match[0]}?", True
        return rest, text.replace(phrase, _written(target, phrase), 1), True
    said, _ = before.days_in(fragment)
    if not said and _TEMPORAL.match(fragment):
        said = fragment
    if not said:
        return fragment, text, False
    rest = fragment.replace(said, "", 1).strip()
    rest = re.sub(r"^(?:in|on|at|by|during|for|since)$|\s+(?:in|on|at|by|during|for)$", "", rest)
    rest = re.sub(r"^(?:in|on|at|by|during|for)(?:\s+the)?$", "", rest).strip()
    said = re.sub(r"^(?:in|on|at|by|during|for|since)\s+", "", said, flags=re.IGNORECASE)
    if not phrase:
        link = "" if re.match(r"(?:last|this|yesterday|today)", said, re.IGNORECASE) else "in "
        return rest, f"{text.rstrip('? ')} {link}{said}?", True
    year = _YEAR.search(phrase)
    if year and not _YEAR.search(said) and not re.match(r"(?:last|this|yester)", said, re.I):
        said = f"{said} {year[0]}"
    return rest, text.replace(phrase, said, 1), True


def is_days(text: str) -> bool:
    """Return True if a text has only words for days: "last year", "in the second quarter"."""
    return bool(_TEMPORAL.match(text))


def _written(day: date, like: str) -> str:
    """Return a day in the style of another one."""
    month = ENGLISH_MONTHS[day.month - 1]
    if re.fullmatch(r"(?:19|20)\d\d", like):
        return str(day.year)
    year = f" {day.year}" if _YEAR.search(like) else ""
    return (
        f"{month} {day.day}{',' * bool(year)}{year}"
        if like[:1].isalpha()
        else f"{day.day} {month}{year}"
    )


# Follow-ups.

_LEAD = re.compile(
    r"^\s*(?:(?:and|but|so|ok|okay|then|what about|how about|or|also|as for)\b[,\s]*)+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:,?\s*(?:then|though|too|as well|instead))?\s*[?.!]*\s*$", re.IGNORECASE)
_TOPIC = re.compile(
    r"^(?P<topic>(?!on\b|in\b|at\b|when\b|after\b|before\b)[^,?]{2,40}),\s*(?P<rest>\S.*)$",
    re.IGNORECASE,
)
_AUX = r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)"
_ASKS = re.compile(
    rf"\b(?:what|who|whom|whose|when|where|why|how|which)\b|^{_AUX}\b|,\s*{_AUX}\b", re.IGNORECASE
)
_BARE = re.compile(
    r"^(?P<word>why|when|where|who|how|how come|how so|why not|since when|by whom"
    r"|how much|how many)"
    r"(?:\s+(?:is|was|were|did|does|has|will)?\s*(?:that|this|it|so|not)?"
    r"(?:\s+(?:happen|happened|be|been|take place))?)?$",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"^(?:what (?:happened|came|followed)(?: (?:next|then|later|after(?:wards?)?|after that))?"
    r"|(?:and )?(?:afterwards?|later|after that|since then|next)|what (?:next|then|now))$",
    re.IGNORECASE,
)
# "The company" is the one that was spoken of, unless the question says which one it means.
_KIND = r"the (?:company|firm|startup|bank|airline|carmaker|club|team)"
_PERSONAL = re.compile(
    r"\b(?P<word>he|she|it|they|him|her(?=\s*(?:[?.,]|$|(?:in|on|at|to|for|when|about)\b))|them"
    rf"|{_KIND}(?!['’]|\s+(?:that|which|who|whose|of|behind|in|from|with|called|named)\b))\b",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(rf"\b(?P<word>his|her|its|their|{_KIND}['’]s)\s+(?=[a-z])", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?:that|this)(?=\s*(?:[?.,]|$|\b(?:is|was|were|did|does|has|had|will|would|happen|cost|mean|"
    r"take|change|affect)\b))|\b(?:that|this|the) (?:deal|decision|agreement|announcement|move"
    r"|meeting|match|game|merger|acquisition|takeover|partnership|plan|law|vote|news|report|summit)\b",
    re.IGNORECASE,
)
_PLACE_WORD = re.compile(r"\s+(?:over )?there(?=\s*(?:[?.,]|$))", re.IGNORECASE)
_THERE_IS = re.compile(
    r"\bthere (?:is|are|was|were)\b|\b(?:is|are|was|were) there\b", re.IGNORECASE
)
_BEFORE_THAT = re.compile(r"\s+(?:before|after) (?:that|this)(?=\s*(?:[?.,]|$))", re.IGNORECASE)
_SAID = r"(?:confirm|announce|deny|report|say|admit|learn|know|reveal|disclose|explain|mention)\w*"
_SAID_IT = re.compile(rf"\b(?P<verb>{_SAID})\s+(?P<word>it|that|this)\b", re.IGNORECASE)
_THAT_CLAUSE = re.compile(r"\b(?P<what>that [A-Z\w].{8,}?)\s*\?*$")
_CLAUSE_BREAK = re.compile(
    r"[,;.:]|\b(?:and|or|but|so|when|which|who|after|because|if|since|while|that|as|before|than|to"
    r"|about|why|how|where)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!]\s+(?=[A-Z])")
_LEAD_WH = re.compile(
    rf"^(?:(?:on|in|at|by|to|for|with)\s+)?(?:which|what|who|whom|whose|when|where|why|how)\b"
    rf"(?:\s+(?:many|much|long|often|old|big|large|evening|day|date|year|month|money|percent\w*))?"
    rf"(?:\s+{_AUX}\b)?\s*",
    re.IGNORECASE,
)
_MEASURE_OF = (
    re.compile(
        rf"\b{_AUX}\s+(?P<owner>[^?]+?'s?)\s+(?P<m>[a-z][a-z -]*?)"
        r"(?=\s+(?:in|at|on|for|during|as|by|of|after|last|this|when)\b|\s*\?|$)"
    ),
    re.compile(rf"\b{_AUX}\s+the\s+(?P<m>[a-z][a-z -]*?)(?=\s+(?:of|in|at|on|for)\b)"),
)


def self_contained(question: str, before: Before) -> str | None:
    """Return the follow-up as a question of its own, or None if it needs no history."""
    core = _core(question)
    if not core:
        return None
    if is_bare(question):
        return _bare(core, before)
    if _LEAD.match(question):
        topic = _TOPIC.match(_LEAD.sub("", question))
        if topic and not _ASKS.search(topic["topic"]):
            return _with_topic(topic["topic"].strip(), topic["rest"], before)
    if fragment_of(question):
        return _replace(core, before) or _joined(question, before)
    return _resolved(question, before)


def is_bare(question: str) -> bool:
    """Return True if a text is only a question word ("Why?", "What next?")."""
    core = _core(question)
    return bool(_LATER.match(core) or _BARE.match(core))


def fragment_of(question: str, *, led: bool = False) -> str | None:
    """Return the new part of a text that is not a sentence ("Huawei" of "And Huawei?"), or None.

    With `led` it must begin like a follow-up.
    """
    core = _core(question)
    if not core or _ASKS.search(core) or is_bare(question):
        return None
    begun = bool(_LEAD.match(question))
    return core if begun or (not led and _is_fragment(core)) else None


def _core(question: str) -> str:
    return _TAIL.sub("", _LEAD.sub("", question)).strip()


def _with_topic(topic: str, rest: str, before: Before) -> str:
    """Return a question that first names its topic: "And OpenAI, does Apple pay it?"."""
    if match := _PERSONAL.search(rest):
        return _capital(rest[: match.start()] + topic + rest[match.end() :])
    if english_names(rest):
        return f"{topic}: {rest}"
    replaced = _replace(topic, before)
    return f"{replaced.rstrip('? ')}, {rest}" if replaced else f"{topic}: {rest}"


def _replace(fragment: str, before: Before) -> str | None:
    """Return the previous question with the name, days and measure of the fragment, or None."""
    if quotes_at_length(before.question):
        return None
    if text := with_member(fragment, before.question):
        return text
    text = before.question
    fragment, text, moved = with_days(fragment, text, before)
    if not fragment:
        return text if moved else None
    owner, measure = _owned(fragment)
    if owner is None and not measure:
        return _with_name(fragment, text)
    if owner:
        text = _with_name(owner, text) or text
    return _with_measure(measure, text, before)


def _owned(fragment: str) -> tuple[str | None, str]:
    """Split a fragment into owner and measure: ("Huawei", "market share").

    The owner is None for "its revenue" and "the profit".
    """
    if match := _POSSESSIVE.match(fragment):
        return None, fragment[match.end() :]
    if match := re.match(r"^(?P<owner>[^?]+?)'s?\s+(?P<m>[a-z].*)$", fragment):
        return match["owner"], match["m"]
    if match := re.match(r"^the (?P<m>[a-z][a-z -]*) of (?P<owner>[A-Z].*)$", fragment):
        return match["owner"], match["m"]
    plain = re.sub(r"^(?:the|a|an)\s+", "", fragment, flags=re.IGNORECASE)
    words = plain.split()
    starts = words and words[0].lower() in ("in", "on", "at", "for", "with", "from")
    if words and not starts and plain.islower() and english_common(words):
        return None, plain
    return None, ""


def _with_name(fragment: str, text: str) -> str | None:
    names = english_names(text)
    fragment = re.sub(r"^of\s+|'s?$", "", fragment)
    preposition = re.match(r"^(?:in|at|from)\s+", fragment)
    bare = fragment[preposition.end() :] if preposition else fragment
    first = re.split(r",| and | or ", bare)[0]
    kind: NameClass = "place" if is_place(first) else "other"
    slot = choose_slot(names, kind)
    if preposition or kind == "place":
        if slot and slot.kind == "place":
            return replaced_word(text, slot.text, bare)
        if kind == "place" and names:
            return f"{text.rstrip('? ')} {preposition[0] if preposition else 'in '}{bare}?"
    if slot and slot.kind == "other":
        return replaced_word(text, slot.text, bare)
    if slot and any(c.isupper() for c in bare):
        return replaced_word(text, slot.text, bare)
    return None


def _with_measure(measure: str, text: str, before: Before) -> str | None:
    """Return the question with another noun asked about, or None."""
    for pattern in _MEASURE_OF:
        if match := pattern.search(text):
            return text[: match.start("m")] + measure + text[match.end("m") :]
    subject = subject_of(text)
    if not subject:
        return None
    days, _ = before.days_in(text)
    owner = f"{subject}'s" if not subject.endswith("s") else f"{subject}'"
    when = f" {_link(text, days)}{days}" if days else ""
    return f"What was {owner} {measure}{when}?"


def _link(text: str, days: str) -> str:
    """Return the preposition before the days in the question, with a space, or ""."""
    match = re.search(rf"\b(in|on|at|by|during|for|since)(?: the)? {re.escape(days)}", text, re.I)
    return f"{match[1]} " if match else ""


def _bare(core: str, before: Before) -> str:
    """Return a question word with the previous topic: "Why?", "When was that?", "What next?"."""
    topic = topic_of(before.question)
    match = _BARE.match(core)
    if match and match["word"].lower() not in ("how much", "how many"):
        return f"{_capital(match['word'])} was it: {topic}?"
    return f"{_capital(core)}: {topic}?"


def _resolved(question: str, before: Before) -> str | None:
    """Return a question with its pronouns resolved, or None if it needs no change."""
    core = _LEAD.sub("", question)
    what = _THAT_CLAUSE.search(before.question)
    if what and (match := _SAID_IT.search(core)):
        return _capital(core[: match.start("word")] + what["what"] + core[match.end() :])
    text = _BEFORE_THAT.sub("", core)
    if not _THERE_IS.search(text):
        text = _PLACE_WORD.sub("", text)
    own = english_names(text)
    pronouns = [m for m in (_PERSONAL.search(text), _POSSESSIVE.search(text)) if m]
    if pronouns:
        resolved = _with_meant(text, min(pronouns, key=lambda m: m.start()), own, before)
        return _joined(question, before) if resolved is None else _changed(resolved, core)
    event = _EVENT.search(text)
    leans = event and len(own) < 2 and not _inside(text, event.start(), own, possessive=False)
    if leans or (text == core and _thin(core)):
        return _joined(question, before)
    return _changed(text, core)


def _changed(text: str, core: str) -> str | None:
    return None if text == core else _capital(text)


def _with_meant(text: str, match: re.Match[str], own: list[Name], before: Before) -> str | None:
    """Return the text with a pronoun replaced by what it means, or None if that is unclear."""
    possessive = match.re is _POSSESSIVE
    if _inside(text, match.start(), own, possessive=possessive):
        return text
    meant = _meant(match["word"].lower(), before)
    if meant is None:
        return None
    if possessive:
        meant += "' " if meant.endswith("s") else "'s "
    return text[: match.start()] + meant + text[match.end() :]


def _inside(text: str, at: int, names: list[Name], *, possessive: bool) -> bool:
    """Return True if a pronoun means something that the same question names before it.

    "How did Tsai describe it?" needs the previous question. "What did Apple do when it failed?"
    does not.
    """
    ahead = [name for name in names if name.end <= at]
    if possessive and ahead:
        return True
    first = ahead[0].end if ahead else 0
    breaks = list(_CLAUSE_BREAK.finditer(text, first, at))
    if ahead:
        return bool(breaks)
    if len(_SENTENCE_END.split(text)) > 1 and names:
        return True
    said = WORD.findall(text[: breaks[-1].start()] if breaks else "")
    return sum(w.casefold() not in ENGLISH_STOP for w in said) > 1


def _meant(pronoun: str, before: Before) -> str | None:
    """Return what a pronoun means: the person in the answer, or the subject of the question."""
    if pronoun in ("he", "she", "him", "her", "his"):
        if re.match(r"\s*(?:and |so )?who(?:m|se)?\b", before.question, re.IGNORECASE):
            people = english_people(" ".join(before.answered), before.question)
            if len(people) == 1:
                return people[0]
            match = re.match(r"^who (?:is|was) (?P<what>[^?]{3,60}?)\s*\?*$", before.question, re.I)
            return match["what"] if match else None
        people = english_people(before.question, "")
        if people:
            return people[0]
    return focus_of(before)


def focus_of(before: Before) -> str | None:
    """Return the topic of the conversation.

    It is the name that the last follow-up introduced, or else the subject of its question.
    """
    if before.wording != before.question:
        core = _TAIL.sub("", _LEAD.sub("", before.wording))
        topic = _TOPIC.match(core) if core != before.wording else None
        if topic and english_names(topic["topic"]):
            return topic["topic"].strip()
        brought = english_names(core)
        if brought and not _ASKS.search(core) and brought[0].text in before.question:
            return brought[0].text
    return subject_of(before.question)


def subject_of(text: str) -> str | None:
    """Return who or what a question is about, or None if it names nothing."""
    names = [name for name in english_names(text) if not name.adjunct] or english_names(text)
    asks = list(_ASKS.finditer(text))
    # "DeepSeek was all the rage, so why did Apple pass on it?" is about Apple.
    at = asks[0].start() if asks else 0
    behind = [name for name in names if name.start >= at and name.kind == "other"]
    chosen = behind or [name for name in names if name.kind == "other"] or names
    return chosen[0].text if chosen else None


def topic_of(text: str) -> str:
    """Return the topic of a question, without its question words."""
    return _LEAD_WH.sub("", text.strip().rstrip("?！!. ")).strip() or text.rstrip("? ")


def _joined(question: str, before: Before) -> str:
    """Return the follow-up with the previous topic in brackets after it."""
    own = question.strip().rstrip("? ")
    return f"{own} ({topic_of(before.question)})?"


def _thin(core: str) -> bool:
    """Return True if a question has fewer than two words that can be searched."""
    words = [w for w in WORD.findall(core) if w.casefold() not in ENGLISH_STOP]
    return not english_names(core) and len(words) < 2


def _is_fragment(core: str) -> bool:
    """Return True if a text is not a sentence: a name, a member of a series, or some days."""
    words = core.split()
    names = english_names(core)
    whole = len(names) == 1 and names[0].text == re.sub(r"^[Tt]he ", "", core)
    return len(words) <= 5 and (whole or is_member(core) or is_days(core))


def _capital(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]
