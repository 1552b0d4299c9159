"""What a character is, for every part of the corpus: its script, and whether it may stay."""

from __future__ import annotations

import re
import unicodedata

from rag.text.han import HAN

_CJK = re.compile(rf"[{HAN}\u3000-\u303f\u3040-\u30ff\uff00-\uffef]")
_NEWLINES = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Controls, surrogates, and marks without a width that hide or reorder text. The joiner of emoji
# (U+200D) stays.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def cleaned(text: str) -> str:
    """`text` in NFC with LF as its only line break, without invisible characters."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _NEWLINES.sub("\n", text)))


def one_line(text: str) -> str:
    """`text`, cleaned, on one line with single blanks."""
    return " ".join(cleaned(text).split())


def is_cjk(character: str) -> bool:
    """Whether this is a Han character, kana, or a full-width sign."""
    return bool(_CJK.match(character))
