"""Decide if a sentence of an article can be understood alone."""

from __future__ import annotations

import re

from rag.messages import Language
from rag.text.characters import HAN
from rag.text.languages import text_language

_LENGTHS: dict[Language, range] = {"zh": range(18, 101), "en": range(45, 261)}
"""The length in characters of a sentence that is complete and quick to read."""
# Datelines, bylines, captions, and remains of a web page.
_NO_PROSE = re.compile(
    r"日[电讯]|[报网社]讯|[（(](?:记者|通讯员)|▲|图为|摄影|\||\((?:Reuters|AP|AFP|Xinhua)\)"
)
_WHOLE = re.compile(r"""[。！.!][”’"')）」』]*$""")
_PAIRS = ("“”", "「」", "《》", "（）", "()", "【】")
_LONGER_WORD = re.compile(r"[A-Za-z]{4,}")
# A sentence with such an opening needs the one before it. A sentence with "we" needs its speaker.
_LEANS_BACK: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(
        r"^[“「]?(?:[他她它这那该此其但而并且也还又则]|双方|二者|两者|后者|前者|同时|与此同时|不过|因此"
        r"|所以|另外|对此|据此|随后|然而|例如|比如|除此|除了|相比|一方面|另一方面|值得|最终|同样)|我|上述"
    ),
    "en": re.compile(
        r"^[“\"‘(]?(?:(?:he|she|it|they|this|that|these|those|his|her|its|their|but|and|or|nor|so"
        r"|yet|then|also|both|however|meanwhile|instead|still|such|there|another|others"
        r"|the (?:latter|former|same))\b|(?-i:[a-z]))|\b(?:i|we|our|my|(?-i:us))\b",
        re.IGNORECASE,
    ),
}
# Words that are clear only if one knows the article and its day.
_LEANS_ON_ARTICLE: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(
        r"[今昨前明][年日天晚晨早]|当[日天年]|去年|本[周月季次届报刊]|上[周月]|目前|此[次前后番]|这"
        rf"|近[期日来年]|日前|[他她它]|该|其[他中]?|(?<![{HAN}])公司|截[至止](?:发稿|收盘)"
        r"|年初|至今|年内|股价|收盘|盘中|(?<![年\d])\d{1,2}月|(?<![月\d])\d{1,2}日"
    ),
    "en": re.compile(
        r"\b(?:today|yesterday|tomorrow|tonight|ago|now|recent(?:ly)?|currently|earlier|later|shares"
        r"|(?:this|last|next) \w+|\w+day|he|she|it|they|his|her|its|their|the (?:company|firm"
        r"|group|bank|city|country|government|president|minister|agency|team))\b",
        re.IGNORECASE,
    ),
}


def is_whole(sentence: str, language: Language) -> bool:
    """Return True if a sentence is complete, in the language of its article.

    A sentence that starts with "he" or 此外, or contains "we", needs other sentences.
    """
    return bool(
        len(sentence) in _LENGTHS[language]
        and _WHOLE.search(sentence)
        and all(sentence.count(a) == sentence.count(b) for a, b in map(tuple, _PAIRS))
        and sentence.count('"') % 2 == 0
        and not _NO_PROSE.search(sentence)
        and not (language == "en" and _is_headline(sentence))
        and not _LEANS_BACK[language].search(sentence)
        and text_language(sentence) == language
    )


def leans_on_article(sentence: str, language: Language) -> bool:
    """Return True if it has words that only its article and day explain: 今日, "the company"."""
    return bool(_LEANS_ON_ARTICLE[language].search(sentence))


def _is_headline(sentence: str) -> bool:
    """Return True if most words are capitalised, so that capitals do not mark names."""
    words: list[str] = _LONGER_WORD.findall(sentence)
    return 2 * sum(word[0].isupper() for word in words) > len(words)
