"""The swap probe: which false sentences the program's own check catches, and which true ones.

    python -m eval swaps SET... [--limit N]    SET is the folder of a test collection

From true sentences of each set it makes false ones by one change (`eval.swapping`) and true ones
by another wording (`eval.rewording`), and has each checked against the sentence it came from, as
an answer's sentence is. *Caught* is the share of false claims with the verdict `unsupported`,
*stopped* of those with any verdict but `supported`; for true claims the first is the rate of false
alarms. 95 % intervals are Wilson's (`eval.intervals`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from eval.cached_embedder import CachedEmbedder
from eval.collection import read_documents
from eval.in_memory import VECTORS
from eval.intervals import wilson
from eval.probes import Probe, Source, made_probes, parallel_probes, written_probes
from rag.answering.attribution import attribute
from rag.answering.evidence import Evidence
from rag.answering.verification import Verification, verify
from rag.models.embedder import Embedder, Vectors

_BATCH = 256


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A probe with what the program's check said of it, and how long that took."""

    probe: Probe
    verification: Verification
    seconds: float


def check(
    probes: Sequence[Probe], embedder: Embedder, told: Callable[[int], None]
) -> list[Checked]:
    """What the program's check says of each probe."""
    texts = {p.claim: 0 for p in probes} | {s.text: 0 for p in probes for s in p.sources}
    order = sorted(texts, key=len)
    vectors: dict[str, Vectors] = {}
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        vectors |= dict(zip(some, embedder.embed_passages(some), strict=True))
    checked = []
    for probe in probes:
        cited = [_evidence(source, vectors[source.text]) for source in probe.sources]
        started = time.process_time()
        if len(cited) == 1:
            verification = verify(probe.claim, vectors[probe.claim], cited)
        else:
            _, verification = attribute(probe.claim, vectors[probe.claim], (), cited)
        seconds = time.process_time() - started
        checked.append(Checked(probe=probe, verification=verification, seconds=seconds))
        told(1)
    return checked


def _evidence(source: Source, vector: Vectors) -> Evidence:
    return Evidence(
        document=source.document,
        start=source.start,
        end=source.end,
        text=source.text,
        cosine=0.0,
        coverage=0.0,
        nearby=0.0,
        passage=source.paragraph,
        vector=vector,
    )
