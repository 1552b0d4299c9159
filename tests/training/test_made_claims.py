"""Claims of our own: the same for a seed, in all languages and kinds, and never empty."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from rag.text.characters import has_han
from training.made_deeds import deed_claims
from training.made_figures import figure_claims
from training.made_statements import statement_claims
from training.rows import Claim

Maker = Callable[[random.Random, int], Iterator[Claim]]
MAKERS = (deed_claims, figure_claims, statement_claims)


@pytest.mark.parametrize("make", MAKERS)
def test_a_seed_gives_the_same_claims(make: Maker) -> None:
    assert list(make(random.Random(7), 60)) == list(make(random.Random(7), 60))


@pytest.mark.parametrize("make", MAKERS)
def test_claims_are_of_every_label_and_pair_of_languages(make: Maker) -> None:
    claims = list(make(random.Random(8), 600))
    assert len(claims) == 600
    labels = Counter(claim.label for claim in claims)
    assert 0.35 < labels["supported"] / 600 < 0.55
    assert labels["refuted"] > 60
    assert labels["unknown"] > 20
    pairs = {(claim.claim_language, claim.source_language) for claim in claims}
    assert pairs == {("zh", "zh"), ("en", "en"), ("zh", "en"), ("en", "zh")}


@pytest.mark.parametrize("make", MAKERS)
def test_texts_are_whole_and_in_their_language(make: Maker) -> None:
    for claim in make(random.Random(9), 600):
        assert claim.claim.strip()
        assert not set("{}[]|") & set(claim.claim + claim.evidence), claim
        assert has_han(claim.claim) == (claim.claim_language == "zh"), claim
        assert has_han(claim.evidence) == (claim.source_language == "zh"), claim


@pytest.mark.parametrize("make", MAKERS)
def test_no_claim_is_both_true_and_false_of_one_text(make: Maker) -> None:
    said: dict[tuple[str, str], bool] = {}
    for claim in make(random.Random(10), 3000):
        true = claim.label == "supported"
        assert said.setdefault((claim.claim, claim.evidence), true) == true, claim
