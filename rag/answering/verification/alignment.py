"""Laying a claim beside the sentence it rests on, word by word.

Where claim and source are nearly the same sentence, a word that stands where the source has
another one is a change of what is said, unless the two words mean the same. Wagner and Fischer,
"The String-to-String Correction Problem" (1974), over the matching blocks of Ratcliff and Obershelp
that `difflib` finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.answering.verification.tokens import Token, tokens

_LONGEST_EXCHANGE = 80


@dataclass(frozen=True, kw_only=True)
class Change:
    """A place where claim and source differ: what each of them says there, either may be empty.

    `clause` tells that whole clauses of the source are left out.
    """

    said: tuple[Token, ...]
    source: tuple[Token, ...]
    clause: bool = False


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """A claim of so many `words` laid beside a source; `shared` is the part (0 to 1) of them there.

    `exchanged` are two stretches that have changed places, the claim being the same otherwise.
    """

    words: int
    shared: float
    changes: tuple[Change, ...]
    exchanged: tuple[tuple[Token, ...], tuple[Token, ...]] | None = None


def align(claim: str, source: str) -> Alignment:
    """Lay `claim` beside `source`; both in one language."""
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
    """The ends of a stretch whose ends have changed places around the same words."""
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
    """The part (0 to 1) of the claim's words that stand anywhere in the source."""
    there = {token.key for token in tokens(source)}
    words = _words(tokens(claim))
    return sum(token.key in there for token in words) / max(len(words), 1)


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
    """Whether source[start:end] begins and ends where clauses do."""
    if end <= start:
        return False
    before = start == 0 or source[start - 1].kind == "break" or source[start].kind == "break"
    after = (
        end >= len(source) or source[end].kind == "break" or source[max(end - 1, 0)].kind == "break"
    )
    return before and after
