"""Measure how well the check distinguishes false rewordings of a source from true ones.

    python -m eval wordings [--show]

`wordings.jsonl` has sentences as a chat model might write them, 300 false and 200 true, each with
one to three news sentences as its source, in Chinese, in English, and across the two. They were
written before the reader was trained, without knowledge of its training data.

Each goes through the normal check of a reply. The command prints, by kind, how many of the false
and of the true ones are supported, partial and left out. First it prints how well the reader alone
would distinguish them; this is not part of the check. `--show` prints each wrong case.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.intervals import wilson
from eval.metrics.roc import area_under_roc
from rag.answering.checking import Checker
from rag.answering.evidence import SentenceVectors, cited_sentence
from rag.answering.reply import ReplySentence
from rag.config import Config
from rag.messages import Language
from rag.models.loading import load_embedder, load_reader
from rag.models.reader import Reader
from rag.text.sentences import split_sentences
from rag.types import Document, Verdict

WORDINGS = Path(__file__).with_name("wordings.jsonl")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A sentence about a source, whether it is true, and the kind of rewording."""

    wording_id: str
    source_language: Language
    claim_language: Language
    kind: str
    source: str
    claim: str
    true: bool


def read_wordings(path: Path = WORDINGS) -> tuple[Wording, ...]:
    """Return the wordings of a file, in order."""
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return tuple(Wording(wording_id=record.pop("id"), **record) for record in records)


def verdict_of(wording: Wording, vectors: SentenceVectors) -> Verdict:
    """Return the check's verdict on the claim, with the source's sentences as evidence."""
    document = document_of(wording)
    spans = [(s.start, s.end) for s in split_sentences(wording.source)]
    embedded = vectors.of([wording.source[start:end] for start, end in spans])
    evidence = [
        cited_sentence(document, start, end, passage=wording.source, vector=vector)
        for (start, end), vector in zip(spans, embedded, strict=True)
    ]
    checker = Checker(evidence, vectors, None)
    list(checker.check([ReplySentence(text=wording.claim, numbers=(), ended=True)]))
    checked = [*checker.statements, *checker.left_out]
    return checked[0].verdict if checked else "unsupported"


def main(arguments: Sequence[str]) -> int:
    """Print the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval wordings")
    parser.add_argument("--show", action="store_true", help="print each that went wrong")
    given = parser.parse_args(arguments)
    config = Config.from_environment()
    embedder = load_embedder(config.embedder)
    reader, _ = load_reader(config.reader, embedder)
    vectors = SentenceVectors(embedder)
    verdicts: dict[tuple[bool, str], Counter[Verdict]] = defaultdict(Counter)
    for wording in read_wordings():
        verdict = verdict_of(wording, vectors)
        languages = f"{wording.claim_language} of {wording.source_language}"
        for group in ("all", languages, wording.kind):
            verdicts[wording.true, group][verdict] += 1
        if given.show and (verdict == "supported") != wording.true:
            print(f"{wording.wording_id} {wording.kind} {verdict}: {wording.claim}")
    if reader:
        _print_judgement(reader)
    for true, group in sorted(verdicts, key=lambda key: (key[0], key[1] != "all", key[1])):
        counts = verdicts[true, group]
        total = counts.total()
        wrong = counts["unsupported" if true else "supported"] / total
        low, high = wilson(wrong, total)
        told = f"refused {wrong:.2f}" if true else f"supported {wrong:.2f}"
        print(
            f"{'true' if true else 'false'}, {group}: {told} ({low:.2f}-{high:.2f}), partial"
            f" {counts['partial'] / total:.2f}, n = {total}"
        )
    return 0


def _print_judgement(reader: Reader) -> None:
    """Print how well the reader alone separates true from false wordings."""
    wordings = read_wordings()
    supported = reader.judge([(w.claim, w.source) for w in wordings])[:, 0]
    area = area_under_roc(supported.astype(float), np.array([w.true for w in wordings], float))
    print(f"the reader's own judgement: area under the ROC curve {area:.3f}, n = {len(wordings)}")


def document_of(wording: Wording) -> Document:
    """Return the source of a wording as an article."""
    return Document(
        doc_id=wording.wording_id,
        path="",
        title="",
        outlet=None,
        published=None,
        language=wording.source_language,
        url=None,
        text=wording.source,
        content_hash="",
    )
