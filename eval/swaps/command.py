"""Measure which false sentences the program's own check catches, and which true ones it refuses.

    python -m eval swaps SET... [--limit N] [--parallel SET SET] [--failures FILE]

Each SET is the folder of a test collection. From its true sentences, the command makes false ones
by one change (`swapping`) and true ones by another wording (`rewording`). Each is checked like a
sentence of an answer. *Caught* is the share with the verdict `unsupported`, and *stopped* the share
with any verdict but `supported`. For true claims these are false alarms. Intervals are Wilson's, of
95 % (`eval.intervals`).

Claims that people wrote about a set's articles are checked too, if the set has them (`nuggets`,
`evidence_note`, `claims.jsonl`). For claims labelled by experts, the command prints the area under
the ROC curve of `Verification.support`. `--parallel` checks sentences of the first set against
their translations in the second.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from eval.cached_embedder import CachedEmbedder
from eval.collection import read_documents
from eval.in_memory import VECTORS
from eval.intervals import wilson
from eval.metrics.roc import area_under_roc
from eval.progress import progress_bars, watch_with
from eval.swaps.probes import Probe, made_probes, parallel_probes, written_probes
from rag.answering.citing import attribute
from rag.answering.evidence import cited_sentence
from rag.answering.verification.claims import Verification, verify
from rag.config import Config
from rag.errors import RagError
from rag.models.embedder import Embedder, Vectors
from rag.models.loading import load_embedder

_BATCH = 256


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A probe with the result of the program's check, and the time that it took."""

    probe: Probe
    verification: Verification
    seconds: float


def check(
    probes: Sequence[Probe], embedder: Embedder, told: Callable[[int], None]
) -> list[Checked]:
    """Return the result of the program's check for each probe."""
    texts = {p.claim: 0 for p in probes} | {s.text: 0 for p in probes for s in p.sources}
    order = sorted(texts, key=len)
    vectors: dict[str, Vectors] = {}
    for start in range(0, len(order), _BATCH):
        some = order[start : start + _BATCH]
        vectors |= dict(zip(some, embedder.embed_passages(some), strict=True))
    checked = []
    for probe in probes:
        cited = [
            cited_sentence(s.document, s.start, s.end, passage=s.paragraph, vector=vectors[s.text])
            for s in probe.sources
        ]
        started = time.process_time()
        if len(cited) == 1:
            verification = verify(probe.claim, vectors[probe.claim], cited)
        else:
            _, verification = attribute(probe.claim, vectors[probe.claim], (), cited)
        seconds = time.process_time() - started
        checked.append(Checked(probe=probe, verification=verification, seconds=seconds))
        told(1)
    return checked


def main(arguments: Sequence[str]) -> int:
    """Run the measurement of the command line, and return the exit status."""
    options = _parser().parse_args(arguments)
    console, log = Console(), Console(stderr=True)
    try:
        probes = collect(options.sets, options.parallel, options.limit)
        embedder = CachedEmbedder(load_embedder(Config.from_environment().embedder), VECTORS)
        with progress_bars(log) as bars:
            checked = check(probes, embedder, watch_with(bars)("Checking", len(probes)))
        if options.failures:
            write_failures(options.failures, checked)
    except (RagError, OSError) as error:
        log.print(str(error), style="bold red", markup=False)
        return 2
    console.print(table(checked))
    if (area := support_area(checked)) is not None:
        console.print(f"Area under the ROC curve of the support, labelled claims: {area:.3f}")
    spent = 1000 * sum(c.seconds for c in checked) / max(len(checked), 1)
    console.print(f"{len(checked)} claims, {spent:.2f} ms each beside the embedding.")
    return 0


def collect(sets: Sequence[Path], parallel: Sequence[Path] | None, limit: int) -> list[Probe]:
    """Return the probes of every set, from at most `limit` sentences each."""
    probes: list[Probe] = []
    for folder in sets:
        documents = read_documents(folder)
        probes += written_probes(folder, documents, limit)
        probes += made_probes(documents, limit)
    if parallel:
        probes += parallel_probes(parallel[0], parallel[1], limit)
    return probes


def table(checked: Sequence[Checked]) -> Table:
    """Return a table of what was caught, by family, language and kind."""
    shown = Table("family", "language", "kind", "n", "caught", "95 %", "stopped")
    rows = {(c.probe.family, c.probe.language, c.probe.kind) for c in checked}
    totals = {(family, language, "all") for family, language, _ in rows}
    for row in sorted(rows | totals):
        family, language, kind = row
        some = [
            c.verification.verdict
            for c in checked
            if (c.probe.family, c.probe.language) == (family, language)
            and kind in ("all", c.probe.kind)
        ]
        caught = some.count("unsupported") / len(some)
        low, high = wilson(caught, len(some))
        stopped = 1 - some.count("supported") / len(some)
        shown.add_row(
            *row, str(len(some)), f"{caught:.3f}", f"{low:.3f}–{high:.3f}", f"{stopped:.3f}"
        )
    return shown


def support_area(checked: Sequence[Checked]) -> float | None:
    """Return the chance that a claim labelled as supported has more support than another one.

    It is None if there are no claims of one kind.
    """
    labelled = [c for c in checked if c.probe.family == "labelled"]
    supports = np.array([c.verification.support for c in labelled], float)
    area = area_under_roc(supports, np.array([c.probe.true for c in labelled], float))
    return None if math.isnan(area) else area


def write_failures(path: Path, checked: Sequence[Checked]) -> None:
    """Write the refused true claims and the accepted false ones, one per line."""
    lines = []
    for c in checked:
        if c.probe.true == (c.verification.verdict == "unsupported"):
            record = {
                "family": c.probe.family,
                "kind": c.probe.kind,
                "verdict": c.verification.verdict,
                "reasons": [reason.en for reason in c.verification.reasons],
                "detail": c.probe.detail,
                "claim": c.probe.claim,
                "sources": [source.text for source in c.probe.sources],
            }
            lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval swaps", description="Test the check of claims with swapped facts."
    )
    parser.add_argument("sets", type=Path, nargs="*", metavar="SET", help="test collections")
    parser.add_argument("--limit", type=int, default=200, metavar="N", help="sentences of each set")
    parser.add_argument("--parallel", type=Path, nargs=2, metavar="SET", help="sets that translate")
    parser.add_argument("--failures", type=Path, metavar="FILE", help="keep what went wrong")
    return parser
