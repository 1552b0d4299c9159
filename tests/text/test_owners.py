"""Each list of the language's words has one owner in `rag/text`; no other file writes its own."""

import re
from pathlib import Path

import pytest

import rag

_CODE = Path(rag.__file__).parents[1]
_FILES = tuple(sorted(path for part in ("rag", "eval") for path in (_CODE / part).rglob("*.py")))
# What begins such a list, in whatever way it is written: a tuple, a string of words, a pattern.
_LISTS = {
    "characters.py": r"\\u(?:3400|4dbf|4e00|9fa5|9fff)|\[一-[\u9fa0-\u9fff]|0x(?:3400|4e00|9fff)\b",
    "dates.py, months": r"(?i)\bjan(?:uary)?\b\W{1,6}feb",
    "dates.py, days of the week": r"(?i)\bmon(?:day)?\b\W{1,6}tue|[\"']一二三四五六[日天]",
    "quantities.py": r"[\"'][零〇]?一二三四五六七八九|\bone\b\W{1,6}two\W{1,6}three\W{1,6}four"
    r"|\bfirst\W{1,6}second\W{1,6}third\W{1,6}fourth\W{1,6}fifth",
    "negation.py": r"(?:\b(?:not|no|never|none|nobody|nothing|cannot|without)\b\W{1,6}){3}"
    r"|(?:(?:没有|不是|不会|不能|并未|尚未|从未|未能|未曾|并非)[\s\"',|]{1,6}){3}",
}


@pytest.mark.parametrize("owner", _LISTS)
def test_only_the_owner_has_such_a_list(owner: str) -> None:
    found = []
    for path in _FILES:
        if path != _file(owner):
            text = path.read_text(encoding="utf-8")
            found += [
                f"{path.relative_to(_CODE)}: {match[0]}"
                for match in re.finditer(_LISTS[owner], text)
            ]
    assert found == []


@pytest.mark.parametrize("owner", _LISTS)
def test_the_owner_has_it(owner: str) -> None:
    text = _file(owner).read_text(encoding="utf-8")
    assert re.search(_LISTS[owner], text)


def _file(owner: str) -> Path:
    return _CODE / "rag" / "text" / owner.partition(",")[0]
