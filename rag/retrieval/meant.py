"""Find the names that a question may mean, where it has a similar one that no article has.

`rag.retrieval.spelling` corrects clear slips before the search. What is here only asks: "Did you
mean …?" A similar name may be another one, so nothing is searched for in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.retrieval.known_words import KnownWords, in_dictionary
from rag.retrieval.romanised_names import lone_surnames, people_called
from rag.retrieval.spelling import Slip, close_name, close_names
from rag.text.characters import HAN
from rag.text.languages import ENGLISH_STOP
from rag.text.names import chinese_names, chinese_people, english_names
from rag.text.sounds import same_initial, same_sound
from rag.text.words import simplified, tagged

_HAN_RUN = re.compile(f"[{HAN}]{{2,}}")
_LONGEST = 4
"""The longest part of a Chinese name that is compared, in characters."""
_AROUND = 12
"""Characters of an article on both sides of a match, to see of which name it is a part."""
_MOST_WORDS = 4
"""The most English words that are compared: each takes milliseconds."""


def meant(
    question: str, unknown: Sequence[str], known: KnownWords, texts: Sequence[str]
) -> tuple[Slip, ...]:
    """Return similar names that articles have, for names of a question that none has.

    `unknown` are the question's words that are known nowhere, and `texts` the articles that were
    found for it. An English name differs in one letter. A Chinese one sounds the same, or begins
    with the same consonant in one of its characters.
    """
    slips = (
        *close_names(unknown, known),
        *_in_longer_names(question, unknown, known),
        *_sharing_surname(question, known, texts),
        *_sounding_alike(question, texts),
    )
    return tuple({slip.typed: slip for slip in slips}.values())


def with_name(question: str, slip: Slip) -> str:
    """Return the question with the name that may have been meant."""
    place = re.escape(slip.typed)
    if slip.typed.isascii():
        place = rf"(?<![A-Za-z0-9]){place}(?![A-Za-z0-9])"
    return re.sub(place, lambda _: slip.name, question)


def _in_longer_names(question: str, unknown: Sequence[str], known: KnownWords) -> Iterator[Slip]:
    """Yield similar words for the words of names that only the dictionary has: "Tim Cock"."""
    words = [
        word
        for name in english_names(question)
        for parts in [re.findall(r"[A-Za-z]+", name.text)]
        if len(parts) > 1
        for word in parts
        if word[0].isupper()
        and word not in unknown
        and word.lower() not in ENGLISH_STOP
        and in_dictionary(word)
        and not known.passages_naming(word)
    ]
    for word in words[:_MOST_WORDS]:
        if name := close_name(word, known, in_name=True):
            yield Slip(typed=word, name=name)


def _sharing_surname(question: str, known: KnownWords, texts: Sequence[str]) -> Iterator[Slip]:
    """Yield the one person of Chinese `texts` who has an unknown surname: 蔡崇信 for "Joe Tsai"."""
    for word in lone_surnames(question, known):
        people = people_called(word, texts)
        if len(people) == 1:
            first = re.search(rf"(?:\b[A-Z][a-z]+ )?\b{re.escape(word)}\b", question)
            yield Slip(typed=first[0] if first else word, name=people[0])


def _sounding_alike(question: str, texts: Sequence[str]) -> Iterator[Slip]:
    """Yield the Chinese names of `texts` that sound like a part of the question."""
    plain = simplified(question)
    articles = [simplified(text) for text in texts]
    if len(plain) != len(question) or not articles:
        return
    # A part that cuts a known word in two is no name: 是什 in 是什么.
    edges = {0}
    for word, _ in tagged(plain):
        edges.add(max(edges) + len(word))
    done: set[int] = set()
    for length in range(_LONGEST, 1, -1):
        for run in _HAN_RUN.finditer(plain):
            for start in range(run.start(), run.end() - length + 1):
                end = start + length
                if done.intersection(range(start, end)) or not {start, end} <= edges:
                    continue
                if alike := _named_alike(plain, start, end, articles):
                    done.update(range(start, end))
                    before, name = alike
                    typed = question[start - before : start - before + len(name)]
                    yield Slip(typed=typed, name=name)


def _named_alike(
    question: str, start: int, end: int, articles: Sequence[str]
) -> tuple[int, str] | None:
    """Return a name that sounds like a part of the question but is written otherwise, or None.

    The name may go on before and behind the part, where the question has the same characters. It
    comes with the number of characters that it has before the part.
    """
    typed = question[start:end]
    if any(typed in article for article in articles):
        return None
    for pattern in _patterns(typed):
        for article in articles:
            for match in re.finditer(pattern, article):
                part = _name_of(match, article)
                if part is None:
                    continue
                before, name = match.start() - part[0], article[part[0] : part[1]]
                behind = part[1] - match.end()
                whole = question[start - before : end + behind] if start >= before else ""
                if whole == name[:before] + typed + name[len(name) - behind :]:
                    return before, name
                if len(typed) == _LONGEST:
                    return 0, match[0]
    return None


def _patterns(typed: str) -> Iterator[str]:
    """Yield expressions for the same sound, then for one character with the same initial."""
    yield "".join(f"[{same_sound(character)}]" for character in typed)
    for i, character in enumerate(typed):
        yield typed[:i] + f"[{same_initial(character)}]" + typed[i + 1 :]


def _name_of(match: re.Match[str], article: str) -> tuple[int, int] | None:
    """Return the span of the name, without other names beside a dot, that a match is in."""
    first = max(0, match.start() - _AROUND)
    around = article[first : match.end() + _AROUND]
    names = [name.text for name in chinese_names(around)]
    spans = [
        (first + part.start(), first + part.end())
        for name in {part for name in names for part in re.split(r"[·.\s]+", name) if part}
        | set(chinese_people(around, ""))
        for part in re.finditer(re.escape(name), around)
    ]
    whole = [(a, b) for a, b in spans if a <= match.start() and match.end() <= b]
    return max(whole, key=lambda span: span[1] - span[0], default=None)
