"""Find names of a claim that the cited articles lack, in any of their forms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence, Set
from functools import lru_cache
from itertools import accumulate

from rag.answering.evidence import Evidence
from rag.retrieval.full_names import full_names, standing
from rag.text.characters import HAN, has_han
from rag.text.dates import read_dates, read_weekdays
from rag.text.dictionary import load_dictionary, stem
from rag.text.facts import NO_NAMES, read_facts
from rag.text.languages import text_language
from rag.text.names import is_part_of_transliteration
from rag.text.quantities import UNIT_WORDS
from rag.text.terms import fold
from rag.text.words import simplified, tagged

# Other names of a thing, from parentheses in an article and from the dictionary.

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
    """Return pairs of names for one thing that the article writes beside each other.

    Each pair is a stretch of Han characters that ends in the name, and the other name: for
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
    """Return True if two names are of one thing, by the article's parentheses or the dictionary."""
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


# Names that the cited articles certainly lack.

_WORD = r"[A-Z][\w.&+'-]*\w|[a-z]+[A-Z]\w*"
_RUN = re.compile(rf"(?:{_WORD})(?: (?:{_WORD}))*")
_LETTERS = re.compile(r"[a-z]{2,}")
# Newspapers shorten these to one character: 港股, 美股.
_SHORTENED = {"香港": "港", "美国": "美"}
_LONGEST_GAP = 3
"""The most characters that a short form of a Chinese name leaves out at one place."""
_DERIVED = re.compile(r"(?<=\w{4})(?:ians?|ans?|ns?|ese|ish|s)$")
_ALSO_ENGLISH = {"british": "Brit", "britain": "British", "france": "French", "america": "US"}
# English has several names for these, Chinese has one.
_ALSO = {
    "uk": "英国", "britain": "英国", "england": "英", "british": "英", "english": "英",
    "us": "美", "america": "美", "american": "美", "western": "西", "eastern": "东",
    "holland": "荷兰", "eu": "欧盟", "un": "联合国",
}  # fmt: skip


_ENGLISH = {
    "英国": "uk british britain england english", "美国": "us u.s. america",
    "法国": "french", "荷兰": "dutch", "西班牙": "spanish", "瑞士": "swiss", "丹麦": "danish",
    "波兰": "polish", "瑞典": "swedish", "土耳其": "turkish", "希腊": "greek", "圣经": "bibl",
    "欧盟": "eu", "联合国": "un", "教皇": "papa",
}  # fmt: skip


def wrong_names(claim: str, cited: Sequence[Evidence]) -> tuple[str, ...]:
    """Return the names of `claim` that the cited articles have in no language.

    If claim and article share a language, the article must have the name as it is written. With a
    Chinese article, an English name is judged only if the dictionary knows it and knows it only as
    a name, since an unknown name may have any transliteration.
    """
    articles = {e.document.doc_id: f"{e.document.title}\n{e.document.text}" for e in cited}
    text = "\n".join(articles.values())
    across = text_language(text) == "zh" and text_language(claim) == "en"
    wrong = _foreign(claim, text) if across else _as_written(claim, text)
    into_english = text_language(text) == "en"
    chinese = _chinese(claim, text, across=into_english)
    found = dict.fromkeys([*wrong, *chinese, *_like_named(claim, text)])
    return tuple(name for name in found if not _shortens(name, text))


def _shortens(name: str, text: str) -> bool:
    """Return True if a Chinese name is a short form of a longer name in the text.

    Its characters are in the longer name, in order. Examples are 云大 of 云岭大学, and 江中院 of
    澜江市中级人民法院.
    """
    if not re.fullmatch(rf"[{HAN}]{{2,5}}", name):
        return False
    between = rf"[{HAN}]{{0,{_LONGEST_GAP}}}"
    return bool(re.search(between.join(map(re.escape, simplified(name))), simplified(text)))


def _like_named(claim: str, text: str) -> list[str]:
    """Return names that the dictionary lacks, if a text in the same language has a similar one.

    A Chinese name needs no similar one: if the text doesn't have it at all, it is returned.
    """
    language = text_language(claim)
    if text_language(text) != language:
        return []
    wrong = {"other"} if language == "en" else {"other", "absent"}
    return [name.text for name in full_names(claim, language) if standing(name, text)[0] in wrong]


@lru_cache(maxsize=128)
def joined(text: str) -> str:
    """Return the folded text without blanks and hyphens, which names have or don't have."""
    return re.sub(r"[\s-]+", "", fold(text).characters)


def _as_written(claim: str, text: str) -> list[str]:
    there = joined(text)
    return [
        name
        for name in read_facts(claim).names
        if joined(name) not in there
        and joined(_DERIVED.sub("", name)) not in there
        and not _stands_for_words(name, claim, text)
        and not _in_parts(name, text)
    ]


def _in_parts(name: str, text: str) -> bool:
    """Return True if the text has the parts of a hyphenated word.

    Examples are "US-based" for a company in the US, "under-16s" for children under 16, and
    "US-China" for something between the two. The name of a model is not such a word: Qwen2.5-Plus
    is not Qwen2.5.
    """
    parts = name.split("-")
    plain = [part for part in parts if part.isalpha() and part.islower()]
    named = [part.removesuffix("s") for part in parts if part not in plain]
    if len(parts) < 2 or not (plain or all(part.isalpha() for part in parts)):
        return False
    return all(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) for part in named)


def _stands_for_words(name: str, claim: str, text: str) -> bool:
    """Return True if a short form is spelled out in the text, or before its parentheses."""
    if not name.isupper() or len(name) < 2:
        return _ALSO_ENGLISH.get(name.casefold(), "\0") in text
    letters = r"\w*[\s-]+(?:of |and |for |the |on )?".join(map(re.escape, name))
    if re.search(rf"\b{letters}\w*", text, re.IGNORECASE):
        return True
    return f"({name})" in claim and bool(re.search(rf"\b{letters}\w*", claim, re.IGNORECASE))


def _foreign(claim: str, text: str) -> list[str]:
    """Return the names of an English claim that a Chinese text lacks."""
    there, wrong = joined(text), []
    for match in _RUN.finditer(claim):
        words = [w.removesuffix("'s") for w in match[0].split()]
        words = [w for w in words if w.casefold() not in NO_NAMES]
        phrase = " ".join(words)
        if len(words) > 1 and _meanings(phrase) and not any(_named(w, text) for w in words):
            words = [phrase]
        if words and all(_lacks(word, text, there) for word in words):
            wrong.append(phrase)
    # Numbered names: the claim has GPT-5 where the text has only GPT-4o.
    for name in read_facts(claim).names:
        letters = _LETTERS.match(joined(name))
        numbered = letters and any(c.isdigit() for c in name)
        if numbered and letters and letters[0] in there and joined(name) not in there:
            wrong.append(name)
    return wrong


def _lacks(name: str, text: str, there: str) -> bool:
    """Return True if the dictionary knows `name` only as a name, and the text has no form of it."""
    meanings = _meanings(name)
    if not meanings or joined(name) in there or _ALSO.get(name.casefold(), "\0") in text:
        return False
    short = {form[:2] for form in meanings if len(form) > 2}
    forms = meanings | short | {_SHORTENED[f] for f in meanings & _SHORTENED.keys()}
    return not any(form in text for form in forms)


def _named(word: str, text: str) -> bool:
    """Return True if the text has a name that the word can mean: China for Greater China."""
    dictionary = load_dictionary()
    return any(
        f in text for f in dictionary.chinese.get(stem(word), frozenset()) & dictionary.names
    )


def _meanings(name: str) -> frozenset[str]:
    """Return the Chinese names for an English one; none if it has any other meaning."""
    dictionary = load_dictionary()
    stemmed = " ".join(map(stem, name.split()))
    forms = frozenset(f for f in dictionary.chinese.get(stemmed, ()) if len(f) > 1)
    return forms if forms <= dictionary.names else frozenset()


def _chinese(claim: str, text: str, *, across: bool) -> list[str]:
    """Return the Chinese names of the claim that the text lacks, also under English names."""
    if not has_han(claim):
        return []
    dictionary, stems = load_dictionary(), fold(text).stems
    return [
        word
        for word in _chinese_names(claim)
        if word not in text
        and not any(f" {form} " in stems for form in dictionary.english[word])
        and not (
            across
            and (
                f"{word}·" in claim
                or f"·{word}" in claim
                or is_part_of_transliteration(word, claim)
                or _may_be_shown(word, text)
            )
        )
    ]


@lru_cache(maxsize=128)
def _chinese_names(claim: str) -> tuple[str, ...]:
    dictionary = load_dictionary()
    ends = set(accumulate(len(word) for word, _ in tagged(claim)))
    found, at = [], 0
    for word in dictionary.words_in(claim):
        at = claim.index(word, at)
        is_name = word in dictionary.names and word not in UNIT_WORDS and not _is_day(word)
        if is_name and not _is_cut(at, at + len(word), ends):
            found.append(word)
        at += len(word)
    return tuple(found)


def _is_day(word: str) -> bool:
    """Return True if a word names a day of the week, a month or a day: 周四, 三月."""
    return bool(read_weekdays(word)) or any(d.text == word for d in read_dates(word, None)[0])


def _is_cut(start: int, end: int, ends: Set[int]) -> bool:
    """Return True if a stretch goes over the end of one word and takes only a part of another.

    `ends` are the ends of all words. In 会上证实 the stretch 上证 is no name.
    """
    over = any(start < at < end for at in ends)
    return over and not ({start, end} <= ends | {0})


def _may_be_shown(word: str, text: str) -> bool:
    """Return True if an English text may mean a Chinese name: 欧洲 by European, 英国 by UK.

    A name without an English one in the dictionary can't be found missing.
    """
    forms = load_dictionary().english[word]
    plain = _plain(text)
    return not forms or any(
        re.search(rf"\b{re.escape(part)}", plain)
        for part in (*_ENGLISH.get(word, "").split(), *map(_root, forms))
    )


def _root(form: str) -> str:
    """Return the start that a name shares with words made from it: germ for Germany and German."""
    longest = max(form.split(), key=len)
    return longest[: max(4, len(longest) - 2)]


@lru_cache(maxsize=32)
def _plain(text: str) -> str:
    """Return the text in lower case, without accents."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
