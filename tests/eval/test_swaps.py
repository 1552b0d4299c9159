"""The swap probe: changes that make a sentence false, rewordings that do not, and the table."""

from __future__ import annotations

import gzip
import json
import random
from decimal import Decimal
from pathlib import Path

import pytest

from eval.collection import read_documents
from eval.swaps.command import check, collect, support_area, table, write_failures
from eval.swaps.probes import made_probes, parallel_probes, written_probes
from eval.swaps.rewording import literal_variants, notations
from eval.swaps.swapping import KINDS, Names, swaps
from rag.messages import Language
from rag.models.embedder import Embedder

NAMES: Names = {"person": ["John Smith"], "place": ["Canada"], "company": [], "product": []}
ENGLISH = (
    "On Monday Mary Jones said in Paris that profit rose 12% to $3 million, and it will not fall."
)


def swapped(text: str, language: Language) -> dict[str, tuple[str, str]]:
    made = swaps(text, language, text, NAMES, random.Random(1))
    return {swap.kind: (swap.was, swap.now) for swap in made}


def test_each_kind_of_fact_is_changed_once() -> None:
    found = swapped(ENGLISH, "en")
    assert set(found) <= set(KINDS)
    assert {"number", "magnitude", "unit", "date", "name", "negation", "direction"} <= set(found)
    assert found["magnitude"][0] == "million"
    assert found["date"][0] == "Monday"
    assert all(was != now for was, now in found.values())


@pytest.mark.parametrize("text", ["A300", "[12]", "12:30"])
def test_digits_that_count_nothing_are_left(text: str) -> None:
    assert "number" not in swapped(text, "en")


def test_chinese_facts_are_changed() -> None:
    found = swapped("2月13日，产量超过30万吨，下降5%，将会继续。", "zh")
    assert {"number", "magnitude", "unit", "date", "direction", "negation"} <= set(found)


def test_a_notation_says_the_same() -> None:
    made = dict(notations("共58.3万人", "zh"))
    assert made == {"number": "共583,000人"}
    assert Decimal("583000") == Decimal("58.3") * 10**4
    assert ("date", "on 13 February he left") in list(notations("on February 13 he left", "en"))


def test_a_clause_is_part_of_its_sentence() -> None:
    chance = random.Random(1)
    for kind, text in literal_variants(ENGLISH, "en", chance):
        assert kind in ("punctuation", "clause")
        assert text.rstrip(".") in ENGLISH


def make_set(folder: Path, sentence: str, language: str, **question: object) -> Path:
    folder.mkdir()
    document = {"id": f"{folder.name}-d1", "lang": language, "text": sentence}
    asked = {"id": "q1", "question": "?", "relevant": [document["id"]], **question}
    for name, record in (("corpus", document), ("questions", asked)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.write(json.dumps(record) + "\n")
    return folder


def test_a_set_is_probed_and_shown(tmp_path: Path, embedder: Embedder) -> None:
    one = make_set(
        tmp_path / "one", ENGLISH, "en", nuggets=["Mary Jones said that profit rose 12%."]
    )
    two = make_set(tmp_path / "two", "周一，玛丽·琼斯在巴黎说，利润增长12%，达到300万美元。", "zh")
    probes = collect([one], [one, two], 5)
    families = {probe.family for probe in probes}
    assert {"swap", "literal", "notation", "written", "across"} <= families
    checked = check(probes, embedder, lambda _: None)
    shown = table(checked)
    assert shown.row_count > len(families)
    assert all(c.verification.verdict == "unsupported" for c in checked if c.probe.family == "swap")
    assert support_area(checked) is None
    write_failures(tmp_path / "failures.jsonl", checked)
    documents = read_documents(one)
    assert made_probes(documents, 5) == made_probes(documents, 5)
    assert written_probes(two, read_documents(two), 5) == []
    assert parallel_probes(one, two, 5)[0].sources[0].document.language == "zh"
