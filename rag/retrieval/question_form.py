"""Gives a question one form, however it was typed: signs that say nothing change no answer."""

from __future__ import annotations

import re
import unicodedata

from rag.corpus.characters import folded
from rag.corpus.languages import ENGLISH_STOP, text_language
from rag.text.courtesies import without_courtesies
from rag.text.han import HAN

_SIGNS = frozenset("?？!！。.…~～;；,，、 \ufe0f\u200d")
_ABBREVIATION = re.compile(r"(?:\b[A-Za-z]\.){2,}$|\b(?:Inc|Corp|Co|Ltd|Jr|Sr)\.$")
# A quotation, which is kept as it is, or a blank beside a Chinese character.
_BLANK = re.compile(
    r"[“\"「『《‘][^“”\"「」『』《》‘’]{1,200}[”\"」』》’]"
    rf"|(?<=[{HAN}，。、？！]) (?=[\w，。、？！])|(?<=\w) (?=[{HAN}，。、？！])"
)


def tidy_question(question: str) -> str:
    """Returns the question in the form that is searched: one kind of blank, letter and end.

    Full-width letters and digits become ordinary ones, blanks within Chinese go (not those of a
    quotation), courtesies around the question too; a common first word gets its capital, and the
    end a question mark. Where nothing but signs would be left it stays as it is.
    """
    text = without_courtesies(" ".join(folded(question).split()))
    language = text_language(text)
    if language == "zh":
        text = _BLANK.sub(lambda match: match[0].strip(), text)
    end = len(text)
    while end and (text[end - 1] in _SIGNS or unicodedata.category(text[end - 1]) in ("So", "Sk")):
        end -= 1
    core = text[:end]
    if not core:
        return " ".join(question.split())
    # "… in the U.S." loses no point that belongs to it.
    if _ABBREVIATION.search(text[max(0, end - 10) : end + 1]):
        core = text[: end + 1]
    first = core.partition(" ")[0]
    if first in ENGLISH_STOP:
        core = core[:1].upper() + core[1:]
    return core + ("？" if language == "zh" else "?")


def as_embedded(question: str) -> str:
    """The question as it is embedded: its first word in small letters where it is a common one.

    The model reads case, and people type both. docs/retrieval.md tells what other forms score.
    """
    first, _, rest = question.partition(" ")
    return f"{first.lower()} {rest}" if first.lower() in ENGLISH_STOP and first != "I" else question
