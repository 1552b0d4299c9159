"""Other names that an article gives in parentheses, and that the dictionary knows."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.corpus.dictionary import load_dictionary, stem
from rag.text.han import HAN

_LATIN = r"[A-Za-z][\w.&+' -]{0,40}\w"
_HAN = rf"[{HAN}·]{{2,16}}"
_IN_PARENTHESES = (
    re.compile(
        rf"(?P<han>{_HAN})[”》]?\s?[（(]“?(?P<latin>{_LATIN})(?:[，,;；][^（(）)]{{0,60}})?”?[）)]"
    ),
    re.compile(
        rf"(?P<latin>{_LATIN})[”》]?\s?[（(]“?(?P<han>{_HAN})(?:[，,;；][^（(）)]{{0,60}})?”?[）)]"
    ),
)
_SHORT_FOR = re.compile(
    rf"(?P<long>[{HAN}]{{3,20}})[（(](?:以下)?(?:简称|下称)"
    rf"[：:]?[“\"]?(?P<short>{_HAN})[”\"]?[）)]"
)


@lru_cache(maxsize=32)
def aliases_in(article: str) -> frozenset[tuple[str, str]]:
    """Pairs of names for one thing that the article writes beside each other.

    Each is a stretch of Han characters that ends in the name, and the other name: for
    “通义千问（Qwen）” it is (通义千问, qwen).
    """
    found = {
        (match["han"], match["latin"].casefold())
        for pattern in _IN_PARENTHESES
        for match in pattern.finditer(article)
    }
    found |= {(match["long"], match["short"]) for match in _SHORT_FOR.finditer(article)}
    return frozenset(found)


def same_name(one: str, two: str, article: str) -> bool:
    """Whether two names are one thing's, by the article's own parentheses or the dictionary."""
    one, two = one.casefold(), two.casefold()
    for han, other in aliases_in(article):
        for name, alias in ((one, two), (two, one)):
            if alias == other and len(name) > 1 and han.endswith(name):
                return True
    dictionary = load_dictionary()
    if one.isascii() == two.isascii():
        return False
    latin, han = (one, two) if one.isascii() else (two, one)
    words = " ".join(map(stem, latin.split()))
    return any(han in (form, form[:2]) for form in dictionary.chinese.get(words, ()))
