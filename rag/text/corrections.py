"""Recognise the notice of an article that it was corrected or withdrawn.

The word alone is not enough: a market has corrections, too. It must stand where notices stand, at
the start of a title or paragraph before a colon, or be said of the article itself.
"""

from __future__ import annotations

import re
from typing import Literal

Correction = Literal["corrected", "retracted"]

_ARTICLE_EN = r"(?:article|story|report|post|piece|headline|version)"
_ARTICLE_ZH = r"(?:本|该|此|上述|原)(?:文|稿|篇|报道|文章|稿件|新闻)"
_START = r"^[\s>*_#\"“【\[（(]*"
_RETRACTED = re.compile(
    rf"{_START}(?:retraction|retracted|withdrawn|撤稿(?:声明|启事|说明)?|撤回(?:声明|启事|报道))\s*[:：】\])）-]"
    rf"|\b(?:this|the) {_ARTICLE_EN} (?:has been|was|is) (?:retracted|withdrawn)\b"
    rf"|\b(?:has|have) (?:retracted|withdrawn) this {_ARTICLE_EN}\b"
    rf"|{_ARTICLE_ZH}(?:现|已|被|予以|特此)+(?:撤稿|撤回|撤销|作废)",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    rf"{_START}(?:corrections?|corrected|clarification|更正(?:启事|说明|声明)?|勘误(?:启事|表)?"
    r"|订正(?:启事)?)\s*(?:[:：】\])）]|[-–—]\s)"
    rf"|\b(?:an )?earlier version of this {_ARTICLE_EN}\b"
    rf"|\bthis {_ARTICLE_EN} (?:has been|was) (?:corrected|amended)\b"
    rf"|{_ARTICLE_ZH}(?:此前|早前|先前|初始|首发)(?:的)?版本|{_ARTICLE_ZH}(?:已|现|已经)(?:作)?(?:更正|勘误|订正)",
    re.IGNORECASE,
)
_SHOWN_CHARACTERS = 300


def correction_notice(title: str, text: str) -> tuple[Correction, str] | None:
    """Return whether an article says that it was corrected or retracted, with the paragraph.

    The paragraph is cut to 300 characters. Returns None if the article has no such notice.
    """
    paragraphs = [title, *text.split("\n\n")]
    for kind, pattern in (("retracted", _RETRACTED), ("corrected", _CORRECTED)):
        for paragraph in paragraphs:
            if pattern.search(paragraph):
                said = paragraph.strip()[:_SHOWN_CHARACTERS]
                return ("retracted" if kind == "retracted" else "corrected"), said
    return None
