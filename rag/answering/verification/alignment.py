"""Compare a claim with the sentence it rests on, token by token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from rag.text.characters import HAN
from rag.text.dates import ANY_MONTH, MONTH_WORDS, read_dates, read_weekday, read_weekdays
from rag.text.dictionary import stem
from rag.text.quantities import COUNT_WORDS, read_quantities
from rag.text.words import segmented, simplified

# Splitting a sentence into tokens.

TokenKind = Literal["number", "date", "name", "word", "light", "break"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or date of a text. Tokens with the same `key` say the same.

    `kind` is `light` for a word that carries no fact (a particle, an article), and `break` for a
    mark between clauses. `text` is the token as written, `at` is where it starts.
    """

    key: str
    text: str
    kind: TokenKind
    at: int


_NO_WORD = "星礼周百一二两三四五六七八九十千万亿"
"""First characters of a day of the week, a share or a count. A run of Han characters is cut before
them."""
_TOKEN = re.compile(
    rf"(?P<date>\d{{4}}-\d{{2}}-\d{{2}}(?!\d)"
    rf"|\d{{4}}年(?:\d{{1,2}}月(?:\d{{1,2}}[日号])?)?|\d{{1,2}}月(?:\d{{1,2}}[日号])?(?!前|后|内)"
    rf"|\d{{1,2}}[日号](?!线)"
    rf"|\b(?i:{ANY_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b(?![,.:]\d)"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)? (?i:{ANY_MONTH})\b(?:,? \d{{4}})?)"
    rf"|(?P<number>(?i:us|hk)?[$€£¥]?\d+(?:,\d{{3}})*(?:\.\d+)?"
    r"(?:\s?(?:万亿|千万|百万|亿|万|千|百)|[kmb]\b"
    r"|[ -]?(?i:trillion|billion|million|thousand|hundred|bn|tn|mn)\b)?"
    r"(?:\s?(?:%|个百分点)|[ -](?i:per ?cent\b(?! point)|percentage points?\b))?(?:st|nd|rd|th)?)"
    r"|(?P<weekday>(?:星期|礼拜)[一二三四五六日天]|(?<![一上下每本两])周[一二三四五六日](?![年岁次边]))"
    rf"|(?P<percent>百分之[零一二三四五六七八九十百]+)"
    rf"|(?P<count>[一二两三四五六七八九十百千万亿]{{2,}}"
    rf"|[一二两三四五六七八九十](?=[家名位款项座种倍条支届轮个次人天年成]))"
    rf"|(?P<han>[{HAN}](?:(?![{_NO_WORD}])[{HAN}])*)"
    rf"|(?P<latin>[^\W\d_{HAN}](?:[^\W_{HAN}]|['’.&+-](?=[^\W_{HAN}]))*)"
    r"|(?P<break>[，；：。！？,;:!?.()（）])"
)
_LIGHT = frozenset(
    "的 了 着 地 得 之 其 也 都 就 而 且 并 所 把 则 又 还 便 即 于 在 和 与 及 以及 该 这 那 此"
    " 一个 对 从 由 为 以 等 等等 中 里 上 a an the of that which who this these those to in on"
    " at by for and as is are was were be been has have had it its".split()
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text in either language, in order."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    plain = simplified(plain)
    return tuple(_read(plain))


def _read(plain: str) -> Iterator[Token]:
    at = 0
    while match := _TOKEN.search(plain, at):
        at = match.end()
        said, start = match[0], match.start()
        if match["han"]:
            # Join the runs up to the next number, since 十二 inside a run is a token of its own.
            end = at
            while end < len(plain) and (next_ := _TOKEN.match(plain, end)) and next_["han"]:
                end = next_.end()
            at = end
            for word in segmented(plain[start:end]):
                kind: TokenKind = "light" if word in _LIGHT else "word"
                yield Token(key=word, text=word, kind=kind, at=start)
                start += len(word)
        elif match["latin"]:
            yield from _latin(said, start)
        elif match["weekday"]:
            ((weekday, _),) = read_weekdays(said)
            yield Token(key=f"weekday {weekday}", text=said, kind="date", at=start)
        elif match["break"]:
            yield Token(key=said, text=said, kind="break", at=start)
        else:
            yield _fact(said, start, is_date=bool(match["date"]))


def _latin(said: str, at: int) -> Iterator[Token]:
    word = said
    folded = word.casefold()
    if folded.endswith("n't") and folded != "n't":
        base = {"won't": "will", "can't": "can"}.get(folded, folded[:-3])
        yield Token(key=stem(base), text=base, kind="light" if base in _LIGHT else "word", at=at)
        yield Token(key="not", text="n't", kind="word", at=at)
        return
    if folded == "cannot":
        yield Token(key="can", text="can", kind="word", at=at)
        yield Token(key="not", text="not", kind="word", at=at)
        return
    folded = folded.removesuffix("'s").rstrip(".")
    if folded in COUNT_WORDS:
        yield Token(key=f"{COUNT_WORDS[folded]}", text=said, kind="number", at=at)
    elif (weekday := read_weekday(folded)) is not None:
        yield Token(key=f"weekday {weekday}", text=said, kind="date", at=at)
    elif said[0].isupper() and folded in MONTH_WORDS:
        yield Token(key=_fact_key(said, is_date=True), text=said, kind="date", at=at)
    elif folded in _LIGHT:
        yield Token(key=folded, text=said, kind="light", at=at)
    else:
        name = any(c.isupper() for c in said)
        yield Token(key=stem(folded), text=said, kind="name" if name else "word", at=at)


@lru_cache(maxsize=4096)
def _fact_key(said: str, *, is_date: bool) -> str:
    """Return the meaning of a number or date, so that two notations of it have one key."""
    if is_date:
        dates, _ = read_dates(said, None)
        if dates:
            date = dates[0]
            return f"date {date.year or ''}-{date.month or ''}-{date.day or ''}"
    if said in COUNT_WORDS:
        return str(COUNT_WORDS[said])
    quantities = read_quantities(said.casefold())
    if quantities:
        quantity = quantities[0]
        return f"{quantity.value.normalize():f}{quantity.unit}{quantity.measure}"
    return said


def _fact(said: str, at: int, *, is_date: bool) -> Token:
    is_date = is_date or bool(_YEAR.fullmatch(said))
    kind: TokenKind = "date" if is_date else "number"
    return Token(key=_fact_key(said, is_date=is_date), text=said, kind=kind, at=at)


# Aligning a claim with a sentence.
#
# If both are nearly the same sentence, a word where the source has another one changes what is
# said, unless the two words mean the same. Wagner and Fischer, "The String-to-String Correction
# Problem" (1974), over the matching blocks of Ratcliff and Obershelp that `difflib` finds.

_LONGEST_EXCHANGE = 80


@dataclass(frozen=True, kw_only=True)
class Change:
    """A place where claim and source differ: the tokens of each, of which either may be empty.

    `clause` is true if whole clauses of the source are left out.
    """

    said: tuple[Token, ...]
    source: tuple[Token, ...]
    clause: bool = False


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """The result of comparing a claim with a source.

    The claim has `words` words, and `shared` is the part (0 to 1) of them that the source has in
    the same order. `exchanged` are two stretches that are swapped in the claim, if it is the same
    otherwise.
    """

    words: int
    shared: float
    changes: tuple[Change, ...]
    exchanged: tuple[tuple[Token, ...], tuple[Token, ...]] | None = None


@lru_cache(maxsize=1024)
def align(claim: str, source: str) -> Alignment:
    """Align `claim` with `source`; both are in one language."""
    said, given = _compared(claim), _compared(source)
    if not said:
        return Alignment(words=0, shared=0.0, changes=())
    start = _common(said, given)
    end = _common(said[start:][::-1], given[start:][::-1])
    one, two = said[start : len(said) - end], given[start : len(given) - end]
    matcher = SequenceMatcher(None, [t.key for t in one], [t.key for t in two], autojunk=False)
    changes = [
        Change(
            said=one[i:j],
            source=two[k:m],
            clause=_whole_clauses(given, start + k, start + m),
        )
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    ]
    changes = [
        Change(said=_words(c.said), source=_words(c.source), clause=c.clause)
        for c in changes
        if _words(c.said) or _words(c.source)
    ]
    other = sum(len(change.said) for change in changes)
    total = len(_words(said))
    return Alignment(
        words=total,
        shared=1 - other / max(total, 1),
        changes=tuple(changes),
        exchanged=_exchanged(one, two),
    )


def _exchanged(
    said: Sequence[Token], source: Sequence[Token]
) -> tuple[tuple[Token, ...], tuple[Token, ...]] | None:
    """Return the two ends of a stretch that are swapped, if the words between them are the same."""
    one, two = [t.key for t in said], [t.key for t in source]
    if len(one) > _LONGEST_EXCHANGE or sorted(one) != sorted(two):
        return None
    for i in range(1, len(one) - 1):
        for j in range(1, len(one) - i):
            if one[:i] == two[len(two) - i :] and one[len(one) - j :] == two[:j]:
                middle = said[i : len(one) - j]
                same = one[i : len(one) - j] == two[j : len(two) - i]
                if same and any(t.kind != "break" for t in middle):
                    return tuple(said[:i]), tuple(said[len(one) - j :])
    return None


def shared_words(claim: str, source: str) -> float:
    """Return the part (0 to 1) of the claim's words that are anywhere in the source."""
    there = {token.key for token in tokens(source)}
    words = _words(tokens(claim))
    return sum(token.key in there for token in words) / max(len(words), 1)


def words_in_order(claim: str, source: str) -> bool:
    """Return True if the source has all words of the claim, in the claim's order."""
    there = iter(tokens(source))
    return all(any(token.key == word.key for token in there) for word in _words(tokens(claim)))


def _compared(text: str) -> tuple[Token, ...]:
    return tuple(token for token in tokens(text) if token.kind != "light")


def _words(some: Sequence[Token]) -> tuple[Token, ...]:
    return tuple(token for token in some if token.kind not in ("light", "break"))


def _common(one: Sequence[Token], two: Sequence[Token]) -> int:
    count = 0
    for a, b in zip(one, two, strict=False):
        if a.key != b.key:
            break
        count += 1
    return count


def _whole_clauses(source: Sequence[Token], start: int, end: int) -> bool:
    """Return True if source[start:end] begins and ends where clauses do."""
    if end <= start:
        return False
    before = start == 0 or source[start - 1].kind == "break" or source[start].kind == "break"
    after = (
        end >= len(source) or source[end].kind == "break" or source[max(end - 1, 0)].kind == "break"
    )
    return before and after
