"""Find whose words a question asks for, and where somebody may speak in an article."""

from __future__ import annotations

import re

from rag.text.characters import HAN, has_han
from rag.text.names import english_names, words_of

_SAYS = (
    "say|said|says|think|thinks|thought|believe|believes|believed|claim|claims|claimed|comment|"
    "comments|commented|state|stated|argue|argues|argued|warn|warns|warned|predict|predicts|"
    "predicted|suggest|suggests|suggested|mention|mentioned|tell|told|react|reacted|respond|"
    "responded|describe|described|view|viewed|see|assess|assessed|judge|judged|explain|explained"
)
_ENGLISH = re.compile(
    rf"\b(?:what|how) (?:did|does|do|has|had|would) (?P<verb>[^?,.]{{2,60}}?) (?:{_SAYS})\b"
    r"|\bwhat (?:is|was|are|were) (?P<noun>[^?,.]{3,60}?)(?:'s|’s|s'|s’) "
    r"(?:views?|opinions?|take|reactions?|comments?|stance|position|response|assessment)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    "(?P<who>[^，。？?,]{2,40}?)(?:是|又|曾|都)?(?:"
    "(?:怎么|怎样|如何)(?:看(?![到见出书病])|说(?![服明])|讲|评价|评论|回应|表态|解释|看待|形容|描述)"
    "|(?:说|讲|谈|表示|透露|提到)(?:了|过)?(?:些|一些)?(?:什么|哪些|啥)"
    "|(?:有|持|给出|作出|做出)(?:了|过)?(?:些)?(?:什么|何|哪些|怎样的)(?:看法|评价|评论|回应|观点|表态|意见|态度)"
    ")"
)
_TOPIC = re.compile("对于|对|关于|就|针对|给|向|把|跟|和|与")
"""What stands before these words speaks, what stands behind them is spoken of."""


_HAN_NAME = re.compile(rf"[{HAN}·]{{2,12}}")
_SPEECH = re.compile(
    rf"\b(?:{_SAYS}|according to|added|adds|asked|wrote|writes|expects?|expected)\b"
    '|说|称|表示|指出|认为|强调|坦言|透露|写道|回应|直言|提到|介绍|相信|预计|预测|看来|看好|解释|补充|[“"「]',
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\s*(?:[“\"「]|他|她|其|(?:he|she|they)\b)", re.IGNORECASE)


def speech_around(text: str, start: int, end: int) -> str:
    """Return the paragraph of `text[start:end]` if somebody may speak there, else "".

    If it begins with a quotation mark or a pronoun, the paragraph before comes first.
    """
    before, here = text[:start].rpartition("\n")[::2]
    paragraph = here + text[start:end] + text[end:].partition("\n")[0]
    if not _SPEECH.search(paragraph):
        return ""
    if _GOES_ON.match(paragraph):
        last = before.rstrip().rpartition("\n")[2]
        paragraph = f"{last}\n{paragraph}"
    return paragraph


def speaker_asked(question: str) -> str | None:
    """Return the person whose words a question asks for, as it is written there, or None."""
    if match := _ENGLISH.search(question):
        said, end = match["verb"] or match["noun"], max(match.end("verb"), match.end("noun"))
        if has_han(said):  # a name that was put in from the articles: "What did 马云 say"
            return said if _HAN_NAME.fullmatch(said) else None
        named = [n.text for n in english_names(question) if n.end == end and n.kind == "other"]
        # "Apple CEO Tim Cook": the last words are the person.
        words = named[0].split() if named else []
        while any(word.isupper() and len(word) > 2 for word in words):
            words = words[1:]
        while words and words[0].endswith(("'s", "’s")):
            words = words[1:]
        return " ".join(words[-3:]) if len(words) > 1 else None
    if match := _CHINESE.match(question):
        name = ""
        for word in words_of(_TOPIC.split(match["who"])[0]):
            person = word.tag.startswith("nr") or (name and word.text == "·")
            name = name + word.text if person else ""
        return name if len(name) > 1 else None
    return None
