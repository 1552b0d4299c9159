"""Find English sentences that address a program (see `rag.text.machine_orders`)."""

from __future__ import annotations

import re

from rag.text.machine_orders import Signals, any_of

_BRANDS = r"chat ?gpt|gpt(?:-?[\d.]+\w*)?|claude|gemini|copilot|deepseek|qwen|llama|grok|perplexity"
_MADE_OF = (
    r"ai|llm|gpt|automated|automatic|automatically generated|virtual|digital|generative"
    r"|search|answer"
    r"|answering|question[ -]answering|retrieval|rag|machine|summari[sz]ation"
)
_KINDS = (
    r"assistants?|agents?|models?|systems?|tools?|readers?|bots?|engines?|programs?|services?"
    r"|summari[sz]ers?|summar(?:y|ies)|answers|replies|responses"
)
# `_CERTAIN` can only be a machine. `_LIKELY` may also be a person or a thing.
_CERTAIN = (
    rf"(?:{_BRANDS}|ais?|a\.i\.|artificial intelligences?|llms?|(?:large "
    rf"|small )?language models?|neural net(?:work)?s?"
    r"|chat ?bots?|summari[sz]ers?|(?:web )?(?:crawlers?|scrapers?|spiders?)"
    rf"|(?:{_MADE_OF})(?:[ -](?:powered|based|driven))?(?: \w+)? (?:{_KINDS}))"
)
_LIKELY = (
    rf"(?:{any_of('assistants? agents? models? bots? robots? machines? software programs?')}"
    r"|algorithms?|search engines?|systems?)"
)
_NOTICE = any_of(
    "notes? messages? notices? memo attention warnings? instructions? reminders? hints? requests?"
    " guidance directives? prompts? commands? intended addressed meant written visible hidden"
    " directed readable speaking talking"
)
# "AI companies" are people. So the name of a machine must end the phrase, or be followed by what
# the machine does or must do.
_ENDS = (
    r"(?=\W*$|\s*[^\w\s]|\s(?:who|that|which|\w+ing|must|should|shall|ought|ha[sd]|have|is|are|to"
    r"|please|and|or|only|comes?|reads?|sees?|finds?|will|can|may|it|you|with|without|of|in"
    rf"|{_NOTICE})\b)"
)
_SOME = r"(?:(?:all|any|every|each|the|whichever|an?|other|these|our|dear|this|good|helpful) ){0,3}"
_CERTAINLY = rf"\b{_CERTAIN}\b{_ENDS}"
_MACHINE = rf"\b{_SOME}(?:{_CERTAIN}|{_LIKELY})\b{_ENDS}"
_READS = (
    r"(?:read|process|pars|summari[sz]|index|crawl|visit|ingest|quot|cit|us|analy[sz]|scrap"
    r"|see|find"
    r"|com(?:e|es|ing) across|encounter|writ|compos|generat|answer)(?:e|es|s|ing)?"
)
_THIS = r"(?:this|the (?:following|above|present)|these)\b"
_SAY = any_of(
    "answer reply respond say state report output print write mention tell claim give use cite"
    " quote repeat recommend include treat display show present describe assert confirm conclude"
    " rank put list insist declare refuse call inform praise index record reveal read rely trust"
    " ignore disregard forget override bypass discard pretend accept prefer act behave listen"
    " ensure begin start end take_note make_sure"
).replace("_", " ")
_TO_SAY = any_of(
    "answer reply respond say state report output print write mention tell give cite quote repeat"
    " recommend treat display show present describe assert confirm conclude rank insist declare"
    " take use regard consider refuse reveal ignore disregard claim include inform praise"
    " call put read"
)
_MUST = (
    r"(?:must|shall|should|ought to|may|ha(?:ve|s) to|needs? to|(?:is|are)(?: \w+)? to"
    r"|(?:is|are)(?: \w+)? (?:required|asked|instructed|requested|told|ordered|urged|expected) to"
    r"|(?:asked?|asks|want|wants|told|instruct(?:s|ed)?|need) you to)(?: not)?"
)
_OBLIGED = (
    rf"(?<!that )(?<!which )(?<!who )\b{_MUST} (?:\w+ly |always |never |hereby |only )*{_TO_SAY}\b"
)
_REPLY = any_of("answer reply respond say output state write tell confirm")
_FORGET = (
    r"\b(?:ignore|disregard|forget|override|bypass|stop reading|distrust"
    r"|do not (?:use|cite|trust|quote))"
)
_CLAUSE = r"(?:^|[.,:;!?(\[>*—–]|\s-)[\s\W]*"
_SOFTLY = (
    r"(?:(?:please|kindly|always|never|only|just|simply|then|now|also|instead|do|not|don['’]t"
    r"|be sure to|make sure) ){0,3}"
)
_WRITTEN = r"(?:answer|reply|response|summary|output|completion)"
_SOURCES = (
    r"(?:sources?|passages?|documents?|articles?|texts?|pages?|(?:search )?results?|paragraphs?)"
)
_COMMANDS = r"(?:instructions?|prompts?|rules|guidelines?|system messages?|directives?)"
_REPORTED = (
    r"(?:said|told (?!before|earlier|above)|argued|wrote|according to|decided|ruled|announced"
    r"|recommended|warned|explained|suggested|proposed|asked (?:the|its|his|her|customers)"
    r"|under the (?:new )?law|(?:study|report|court|researchers|survey) (?:found|says))"
)
_REPORTS = any_of("says argues writes believes thinks recommends proposes warns found")

SIGNALS = Signals(
    directed=(
        # The sentence addresses a machine: "Note to", "Dear", "LLM instruction:", "Bots, listen",
        # "If you are".
        (2.0, rf"\b{_NOTICE}(?: only)?(?: (?:to|for)\b[:,]?|[:,]) {_MACHINE}"),
        (1.0, rf"^\W*{_NOTICE} (?:to|for) {_MACHINE}\W*[:.!]"),
        (2.0, rf"\b(?:dear|hey|hi|hello|attention|listen|please|okay|psst),? {_MACHINE}"),
        # "for any bot that scrapes us: ...", "context for the model: ...", "(This is for ChatGPT.)"
        (2.5, rf"^\W*(?:[\w.]+\W+){{0,4}}(?:to|for|of) {_MACHINE}[^.!?:]{{0,30}}:"),
        (2.5, rf"\bis (?:only )?(?:for|to) {_CERTAINLY}"),
        (2.0, rf"\b(?:any|every|all|each) {_CERTAIN} (?:is|are) (?:\w+ )?(?:informed|told"
              rf"|advised|notified)\b"),
        (2.5, rf"\b(?:read|processed|summari[sz]ed|parsed|analy[sz]ed|quoted) by {_MACHINE}"),
        (3.0, rf"@(?:{_CERTAIN}|{_LIKELY})\b"),
        (2.0, rf"^\W*(?:to|for) (?:\w+ ){{0,2}}{_MACHINE}[^.!?]{{0,60}}(?:[:,]|\bonly\b)"),
        (2.0, rf"^\W*{_MACHINE}[^.!?:]{{0,40}}[,:!]\W*{_SOFTLY}{_SAY}\b"),
        (2.5, rf"^\W*(?:{_CERTAIN}|{_LIKELY}) {_NOTICE}\W*[:.!–—-]"),
        (2.5, rf"\byou(?:['’]re| are|,)(?: now)? (?:an? |the )?(?:\w+ )?{_MACHINE}"
              rf"|\bas {_MACHINE},? you\b"
              rf"|\bbe {_MACHINE}"),
        (2.0, rf"\b(?:act|behave|respond|answer) (?:as|like) {_MACHINE}|\bto you, {_MACHINE}"),
        # The machine reads this text: "any assistant reading this", "whoever is composing the
        # answer".
        (2.0, rf"{_MACHINE}(?: (?:that|which|who))?(?: is| are)? {_READS} (?:{_THIS}|your\b)"),
        (3.0, rf"\b(?:whoever|whatever|you,? who)(?: is| are)? {_READS} (?:the {_WRITTEN}"
              rf"|{_THIS})"),
        (3.0, rf"\byou,? who(?: is| are)? {_READS} the question"),
        # The machine must say something, or forget something.
        (1.5, rf"{_CLAUSE}{_SOFTLY}{_SAY}\b(?! of\b)|\b(?:and|then) {_SAY} (?:that|the)\b"),
        (1.0, rf"{_CLAUSE}{_SOFTLY}{_REPLY} (?:that|with|zero|yes|no|none|\d|the (?:user"
              rf"|reader))\b"),
        (1.0, rf"(?:{_MACHINE}|\byou\b|\b{_WRITTEN}\b|\bit\b)[^.!?,;]{{0,60}}{_OBLIGED}"),
        (0.5, _OBLIGED),
        (2.5, rf"(?:(?<!\bto )|\byou to ){_FORGET}\b[^.!?]{{0,40}}\b(?:{_COMMANDS}"
              rf"|(?:other|further) {_SOURCES}|(?:rest|remainder) of (?:this|the) (?:article"
              rf"|text|page)|what (?:you|was)|everything)\b"),
        (1.5, rf"{_CLAUSE}(?:please )?pretend (?:that|to|you)\b"),
        (2.0, rf"\bfrom now on,? (?:you (?:are|act)|(?:you (?:must|will|should) )?{_SAY})\b"),
        (3.0, rf"\b(?:assistant|model|bot|ai)(?:['’]s)? {_COMMANDS} (?:require|demand|say|state)"),
        (2.0, r"\b(?:admin|developer|system|root|safety) (?:override|mode)\b|\bverification is\b"),
        (2.0, rf"\byour (?:\w+ )?{_WRITTEN}\b|\b(?:inform|instruct|tell|remind) your users?\b"),
        (2.0, rf"\bwhen (?:summari[sz]|answer|reply|respond|quot|cit"
              rf"|rephras)ing\b[^.!?]{{0,30}},\s*{_SOFTLY}{_SAY}\b"),
        (2.0, rf"{_CLAUSE}{_SOFTLY}(?:use|give|repeat|copy) the (?:following|exact"
              rf"|below) (?:{_WRITTEN}|words|text)\b"),
        (3.0, r"\byour instructions (?:are|say)\b"),
        (3.0, r"\byour new (?:task|role)\b|\byour (?:task|role|instructions?) (?:has"
              r"|have)(?: been)? changed\b"),
        (1.0, rf"\bother {_SOURCES}\b[^.!?]{{0,30}}\bin the context\b|\bso rely on\b"),
        (2.0, rf"^\W*{_CERTAIN}(?:,? (?:(?:and|or) )?(?:\w+ )?{_MACHINE})+\s*:"),
    ),
    about=(
        (1.5, rf"\b{_CERTAIN}\b{_ENDS}"),
        (1.0, _MACHINE),
        (0.5, r"\bthat\b|\d|[:\"“]|\bas\b|\b(?:zero|none)\b"),
        # The answer, the person who asks, and the sources.
        (1.0, rf"\b(?:an?|the|any|each|every) (?:\w+ )?{_WRITTEN} (?:to|based|from|about|that)\b"),
        (1.0, rf"\b(?:when|while|before) \w+ing (?:an?|the|any) (?:\w+ )?(?:{_WRITTEN}"
              rf"|questions?)\b"),
        (1.0, r"\byour\b[^.!?]{0,50}\b(?:says?|states?|mentions?|writes?)\b"),
        (1.0, r"\b(?:the|a|any|your) users?\b|^\W*users? asks?\b"),
        (1.0, r"\b(?:if|when(?:ever)?|once)\b[^.!?,]{0,30}\b(?:asked|asks?|inquires?|questions?"
              r"|wants to know)\b|\basks? (?:about|for|whether)\b[^.!?]*\?"),
        (1.0, r"\byou(?:r|rs)?\b"),
        (1.0, rf"\b{_THIS} (?:\w+ )?(?:{_SOURCES}|note|message|sentence|content|file|website)\b"),
        (1.5, rf"\b(?:any |all )?(?:other|remaining|further) (?:\w+ )?{_SOURCES}\b"),
        (1.5, r"\bground truth\b|\b(?:correct|official|only) (?:answer|figure|number|count)\b"
              r"|\bonly (?:trust|reliable|this)\w*\b|\b(?:article|document|text) says\b"),
        (2.0, r"\bin the context\b"),
        (1.5, rf"\b(?:system|new|previous|prior|above|earlier|initial|original|hidden|secret)"
              rf" {_COMMANDS}\b|\b(?:all|your) (?:\w+ )?{_COMMANDS}\b"
              r"|\bfrom now on\b|\b(?:were|been) told (?:before|earlier|above)\b"),
        # The sentence reports what somebody said.
        (-3.5, rf"\b{_REPORTED}\b|\b(?:says?|argues?|believes?|thinks?)(?: that)? {_MACHINE}"
               rf"|,(?! (?:which|who|that|say|and) )[^,]*\b{_REPORTS}\b[^,]{{0,20}}$"),
    ),
    hint=re.compile(
        rf"\b(?:you|yours?|users?|{_COMMANDS}|context|override|pretend|{_BRANDS}|ais?|a\.i\."
        r"|artificial|llms?|language|neural|\w*bots?|summar\w*|crawlers?|scrapers?|spiders?"
        r"|assistants?|agents?|models?|machines?|software|programs?|algorithms?|engines?|systems?"
        rf"|tools?|readers?|whoever|other {_SOURCES}|further {_SOURCES}|rest|remainder"
        rf"|when \w+ing|following|answers?|from now on"
        r"|response|document|context)\b",
        re.IGNORECASE,
    ),
    enough=4.0,
)  # fmt: skip


def speaks_to_a_machine(text: str) -> bool:
    """Return True if English text addresses a program that reads it.

    The text must not contain its quotations.
    """
    return SIGNALS.speaks_to_a_machine(text)
