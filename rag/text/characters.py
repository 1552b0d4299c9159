"""Recognise Han characters, and clean the characters of a text."""

from __future__ import annotations

import re
import unicodedata

HAN = r"々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""A character class for Han characters, to be put inside `[...]` of a regular expression.

It covers the unified characters with their extensions, the compatibility characters, the repetition
mark, and the round zero of dates (二〇二五年).
"""
HAN_CHARACTER = re.compile(f"[{HAN}]")


def has_han(text: str) -> bool:
    """Return True if a text contains a Han character."""
    return bool(HAN_CHARACTER.search(text))


# PDF files often contain radicals of dictionaries instead of ordinary characters that look the
# same. Unicode names the equivalent of each radical (EquivalentUnifiedIdeograph.txt, 16.0). NFKC
# only knows those of the Kangxi block.
_RADICALS = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕𫜹⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民⺡氵⺢氺⺣灬⺤爫"
    "⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角"
    "⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦"
    "⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_FOLDED = dict(zip(_RADICALS[::2], _RADICALS[1::2], strict=True)) | {"\u2010": "-", "\u2011": "-"}
# NFKC keeps the meaning of these: Kangxi radicals, ligatures, full-width letters, digits and ％,
# and mathematical letters. It would turn ² into 2 and ½ into 1/2, so all others stay.
_FOLDABLE = re.compile(
    "[\u2e81-\u2ef3\u2f00-\u2fd5\ufb00-\ufb06\uff05\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
    "\u2010\u2011\U0001d400-\U0001d7ff]"
)
_FULL_WIDTH_NUMBER = re.compile("[\uff10-\uff19]+(?:[．，][\uff10-\uff19]+)+")
_HALF_WIDTH = str.maketrans("．，", ".,")
_CJK = re.compile(rf"[{HAN}\u3000-\u303f\u3040-\u30ff\uff00-\uffef]")
_NEWLINES = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters, surrogates, and marks without a width that hide or reorder text. The joiner of
# emoji (U+200D) stays.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def cleaned(text: str) -> str:
    """Return `text` in NFC, with LF as its only line break and without invisible characters."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _NEWLINES.sub("\n", text)))


def folded(text: str) -> str:
    """Return `text` with look-alike characters replaced by ordinary ones: `⻓⽉` becomes `长月`.

    Full-width letters and digits become half-width, and so do the signs inside numbers
    (`１，２００`). Other punctuation stays. Signs that mean more than their letters also stay (`²`,
    `½`, `①`, `㎡`).
    """
    if not _FOLDABLE.search(text):
        return text
    wide = _FULL_WIDTH_NUMBER.sub(lambda match: match[0].translate(_HALF_WIDTH), text)
    return _FOLDABLE.sub(_ordinary, wide)


def _ordinary(match: re.Match[str]) -> str:
    return _FOLDED.get(match[0]) or unicodedata.normalize("NFKC", match[0])


def one_line(text: str) -> str:
    """Return `text` cleaned, on one line, with single spaces."""
    return " ".join(cleaned(text).split())


def is_cjk(character: str) -> bool:
    """Return True if this is a Han character, kana, or a full-width sign."""
    return bool(_CJK.match(character))
