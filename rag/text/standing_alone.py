"""Recognise sentences that can't stand alone, and lines that are no sentences of a report."""

from __future__ import annotations

import re

_LEANS = re.compile(
    r"^\W*(?:[他她它](?:们)?|其|该|此|这|那"
    r"|前者|后者|对此|与此|为此|因此|所以|但是?|不过|然而|而|并且|同时"
    r"|随后|此后|之后|后来|[^\W\d]{2}后(?=[，,])|此外|另外|另一|其次|再者|最后|例如|比如|换言之|也就是说|上述|以上|以下|以前|还|也)"
    r"|^\W*(?:he|she|it|they|his|her|its|their|this|that|these|those|but|and|or|so|however|yet"
    r"|still|also|moreover|meanwhile|then|here|there|such|instead"
    r"|for (?:example|instance)|in addition)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[。！？!?.…｡．][”’」』）)】\]\"'\s]*$")
_CAPTION = re.compile(
    r"^\W*(?:图[片源表\d]|图[：:|]|视频|摄影?[：:|]|来源[：:]|资料图|示意图|截图|海报"
    r"|(?:photo|image|picture|figure|video|source|credit|file photo)s?\b\W*(?:\d+|by|:|\|))"
    r"|(?:图源|图片来源|资料图片?|供图|摄|/摄)[^。]{0,20}[)）】\]。.]*$"
    r"|\((?:photo|image|picture|file photo)\b[^)]*\)\W*$|\b(?:getty images|afp|ap photo)\W*$",
    re.IGNORECASE,
)


def leans(sentence: str) -> bool:
    """Return True if a sentence begins with a word that points at the sentence before it."""
    return bool(_LEANS.match(sentence))


def is_ended(sentence: str) -> bool:
    """Return True if a sentence ends with a mark that ends sentences; a heading has none."""
    return bool(_ENDED.search(sentence))


def is_caption(sentence: str) -> bool:
    """Return True if a line only describes a picture or says where it is from."""
    return bool(_CAPTION.search(sentence))


def asks(sentence: str) -> bool:
    """Return True if a line asks a question, or announces with a colon what follows it."""
    return sentence.rstrip("”’\"' 」』）)").endswith(("?", "？", "：", ":"))
