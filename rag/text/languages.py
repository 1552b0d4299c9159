"""The language of a text and of a passage, which may not be its article's."""

from __future__ import annotations

from functools import lru_cache

from rag.messages import Language
from rag.text.characters import HAN_CHARACTER, has_han
from rag.text.dictionary import english_words

ENGLISH_STOP = frozenset(
    "a about after all also an and any are as at be been before being between both but by can"
    " could did do does during each for from had has have he her him his how i if in into is"
    " it its many may me more most much my no nor not of on or other our out over own s shall"
    " she should so some such tell than that the their them then there these they this those"
    " through to too under up us very was we were what when where which while who whom whose"
    " why will with would you your according article articles report reports say says said"
    " give name please long did get got make made take took reason reasons happen happened"
    " kind date year month day time much called known come came go went put use used new old"
    " first one two".split()
)

_REMEMBERED = 512
"""Texts: choosing, checking and comparing read the same few sentences of an answer anew."""


@lru_cache(maxsize=_REMEMBERED)
def text_language(text: str) -> Language:
    """The language that carries a text: the words between its names decide.

    A Chinese sentence may hold more Latin words than Chinese ones ("Qwen2.5-Max在Chatbot
    Arena排名第几"), and an English one may name someone in Chinese. Without any Chinese character
    a text is English.
    """
    han = len(HAN_CHARACTER.findall(text))
    if not han:
        return "en"
    words = english_words(text)
    function_words = sum(word.casefold() in ENGLISH_STOP for word in words)
    return "en" if function_words >= 2 and han < sum(map(len, words)) else "zh"


def passage_language(text: str, of_article: Language) -> Language:
    """The language of a passage, by its text and its article's language.

    A Chinese article may hold a table of codes or an English quotation. Were they compared with its
    other passages, they would stand out for every English question: for the language alone.
    """
    if not has_han(text):
        return "en"
    return "zh" if of_article == "zh" else text_language(text)
