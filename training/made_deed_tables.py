"""Read the tables of wordings of deeds.

A relation begins with `# theme | types of a, b, c | the pair that is exchanged | single parts |
details | its things`. A part is single if only one party can have this role. The name of a line
gives the language (`z`, `e`) and the wording: `a` plain, `p` passive, `c` the other way round, `n`
denied, `r` a deed that excludes it, `u` a deed that does not follow, `d` more than the source
tells. The entries of `n`, `r` and `u` correspond between the languages. `<...>` is left out if its
slot is not told. A line that begins with a blank continues the line above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from training.made_deed_deals import DEALS
from training.made_deed_people import PEOPLE
from training.made_deed_public import PUBLIC
from training.rows import Language

_OPTIONAL = re.compile(r"<([^<>]*)>")
_GOES_ON = re.compile(r"\n(?= [/|] )|\n (?=; )")
_SLOT = re.compile(r"{(\w+)}")
_LANGUAGES: dict[str, Language] = {"z": "zh", "e": "en"}


@dataclass(frozen=True)
class Relation:
    """A kind of deed, its parts, and its wordings by `(language, kind of wording)`."""

    theme: str
    types: dict[str, str]
    pair: str
    pair_kind: str
    single: frozenset[str]
    details: tuple[str, ...]
    things: tuple[tuple[str, str], ...]
    wordings: dict[tuple[Language, str], tuple[str, ...]]


def slots_of(template: str) -> set[str]:
    """Return the slots of `template`. `t`, the score in reverse, counts as `s`."""
    return {"s" if slot == "t" else slot for slot in _SLOT.findall(template)}


def kept(template: str, told: set[str]) -> str:
    """Return `template` with only those optional parts whose slots are all in `told`."""
    return _OPTIONAL.sub(lambda part: part[1] if slots_of(part[1]) <= told else "", template)


def _relation(block: str) -> Relation:
    head, *lines = _GOES_ON.sub("", block).splitlines()
    fields = [field.strip() for field in head.removeprefix("# ").split("|")]
    theme, types, pair, single, details, *things = fields
    word, _, letters = pair.partition(" ")
    wordings = {}
    for line in lines:
        mark, _, rest = line.partition(": ")
        wordings[_LANGUAGES[mark[0]], mark[1]] = tuple(rest.split(" / "))
    return Relation(
        theme=theme,
        types={part[0]: part[2:] for part in types.split()},
        pair=letters,
        pair_kind="roles" if word == "swap" else "from against to",
        single=frozenset(single.split()[1:]),
        details=tuple(details.split()),
        things=tuple(_thing(entry) for field in things for entry in field.split("; ")),
        wordings=wordings,
    )


def _thing(entry: str) -> tuple[str, str]:
    zh, _, en = entry.partition("=")
    return zh, en


RELATIONS = tuple(
    _relation(block) for table in (DEALS, PEOPLE, PUBLIC) for block in table.strip().split("\n\n")
)
