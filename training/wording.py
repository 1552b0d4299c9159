"""Tools for making sentences: choices in templates, verb forms, openings of news items."""

from __future__ import annotations

import random
import re

from training.rows import Language

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeiou](?!ne\b|ni|se|u))")
_CJK = r"[\u4e00-\u9fff]"
_JOIN = re.compile(rf"(?<={_CJK}) +(?={_CJK})")

IRREGULAR = {
    "begin": ("began", "begun", "beginning"),
    "break": ("broke", "broken", "breaking"),
    "build": ("built", "built", "building"),
    "buy": ("bought", "bought", "buying"),
    "cut": ("cut", "cut", "cutting"),
    "get": ("got", "got", "getting"),
    "give": ("gave", "given", "giving"),
    "go": ("went", "gone", "going"),
    "have": ("had", "had", "having"),
    "hold": ("held", "held", "holding"),
    "lay": ("laid", "laid", "laying"),
    "leave": ("left", "left", "leaving"),
    "let": ("let", "let", "letting"),
    "lose": ("lost", "lost", "losing"),
    "make": ("made", "made", "making"),
    "pay": ("paid", "paid", "paying"),
    "put": ("put", "put", "putting"),
    "sell": ("sold", "sold", "selling"),
    "send": ("sent", "sent", "sending"),
    "set": ("set", "set", "setting"),
    "shut": ("shut", "shut", "shutting"),
    "sign": ("signed", "signed", "signing"),
    "sue": ("sued", "sued", "suing"),
    "take": ("took", "taken", "taking"),
    "win": ("won", "won", "winning"),
    "withdraw": ("withdrew", "withdrawn", "withdrawing"),
    "scrap": ("scrapped", "scrapped", "scrapping"),
    "stop": ("stopped", "stopped", "stopping"),
    "drop": ("dropped", "dropped", "dropping"),
    "ban": ("banned", "banned", "banning"),
    "submit": ("submitted", "submitted", "submitting"),
    "transfer": ("transferred", "transferred", "transferring"),
    "bring": ("brought", "brought", "bringing"),
    "spend": ("spent", "spent", "spending"),
    "teach": ("taught", "taught", "teaching"),
}

OPENINGS: dict[Language, tuple[str, ...]] = {
    "zh": (
        "",
        "",
        "",
        "【本报讯】",
        "记者从有关方面获悉，",
        "据当地媒体报道，",
        "公告显示，",
        "据一份声明，",
        "周二发布的消息称，",
        "新华社电：",
        "据通报，",
        "记者了解到，",
        "一位发言人表示，",
        "周四晚间的消息显示，",
    ),
    "en": (
        "",
        "",
        "",
        "",
        "Reuters — ",
        "According to a statement, ",
        "A spokesperson said on Tuesday that ",
        "Officials said ",
        "In a statement on Thursday it was confirmed that ",
        "It was announced on Friday that ",
        "Local media reported that ",
        "A filing shows that ",
        "(AP) ",
    ),
}


def expand(rng: random.Random, template: str) -> str:
    """Return `template` with one alternative chosen for each `[a|b]`, also nested ones."""
    while "[" in template:
        template = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), template)
    return template


def say(rng: random.Random, template: str, **slots: str) -> str:
    """Return `template` with its choices made and its slots filled."""
    return expand(rng, template).format(**slots)


def verb_forms(verb: str) -> tuple[str, str, str]:
    """Return past, participle and -ing form of an English verb."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("e"):
        return verb + "d", verb + "d", verb[:-1] + "ing"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied", verb[:-1] + "ied", verb + "ing"
    return verb + "ed", verb + "ed", verb + "ing"


def inflected(phrase: str) -> dict[str, str]:
    """Return the base, past, participle and -ing form of a phrase that begins with a verb."""
    verb, _, rest = phrase.partition(" ")
    forms = verb_forms(verb)
    keys = ("past", "part", "ing")
    made = {key: f"{form} {rest}".strip() for key, form in zip(keys, forms, strict=True)}
    return {"base": phrase, **made}


def sentence(language: Language, text: str) -> str:
    """Return `text` as a sentence with a capital first letter and one full stop."""
    text = " ".join(text.split())
    if language == "zh":
        return _JOIN.sub("", text).rstrip("。，") + "。"
    text = _ARTICLE.sub(r"\1n ", text.replace("s's ", "s' "))
    return text[:1].upper() + text[1:].rstrip(".,") + "."


def opened(rng: random.Random, language: Language, text: str) -> str:
    """Return `text` as a sentence of a news item, often with an opening."""
    opening = rng.choice(OPENINGS[language])
    if opening and language == "en" and text.startswith(("The ", "In ", "On ", "At ", "A ")):
        text = text[:1].lower() + text[1:]
    if opening.endswith(("— ", ") ")):
        text = text[:1].upper() + text[1:]
    return sentence(language, opening + text)


def joined(language: Language, sentences: list[str]) -> str:
    """Return sentences joined to a text."""
    return ("" if language == "zh" else " ").join(sentences)


def language_pair(rng: random.Random) -> tuple[Language, Language]:
    """Return random languages for a claim and for its source."""
    drawn = rng.random()
    if drawn < 0.35:
        return "zh", "zh"
    if drawn < 0.7:
        return "en", "en"
    return ("en", "zh") if drawn < 0.85 else ("zh", "en")
