"""Claims about who did what to whom."""

from __future__ import annotations

import random
from collections.abc import Iterator

from training.made_cases import case_claim
from training.made_role_cases import ROLE_CASES
from training.rows import Claim


def role_claims(rng: random.Random, count: int) -> Iterator[Claim]:
    """`count` claims about who did what to whom."""
    for _ in range(count):
        yield case_claim(rng, rng.choice(ROLE_CASES))
