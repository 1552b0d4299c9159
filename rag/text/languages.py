"""Decide the language of a text or a passage.

A passage may be in another language than its article.
"""

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
"""The number of cached texts. Several steps read the same few sentences of an answer again."""


@lru_cache(maxsize=_REMEMBERED)
def text_language(text: str) -> Language:
    """Return the main language of a text, decided by the words between its names.

    A Chinese sentence may have more Latin words than Chinese ones ("Qwen2.5-Max在Chatbot
    Arena排名第几"). An English sentence may contain a Chinese name. A text without Chinese
    characters is English.
    """
    han = len(HAN_CHARACTER.findall(text))
    if not han:
        return "en"
    words = english_words(text)
    function_words = sum(word.casefold() in ENGLISH_STOP for word in words)
    return "en" if function_words >= 2 and han < sum(map(len, words)) else "zh"


def passage_language(text: str, of_article: Language) -> Language:
    """Return the language of a passage, from its text and the language of its article.

    A Chinese article may contain a table of codes or an English quotation. If such passages were
    compared with the Chinese ones, they would score high for every English question, only because
    of their language.
    """
    if not has_han(text):
        return "en"
    return "zh" if of_article == "zh" else text_language(text)
