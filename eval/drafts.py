"""Measure how well the check of a draft tells a contradiction from what the articles do not say.

    python -m eval drafts SET... [--limit N] [--show]

Sentences are drawn from the articles of each SET, the folder of a test collection. Each is checked
as a sentence of a draft:

- `changed`: with one fact changed (`eval.swaps`), against its own article. It contradicts it.
- `absent`: as it is, against its article without this sentence. Nothing there contradicts it, apart
  from the rare article that contradicts itself.
- `elsewhere`: as it is, against another article that was drawn.
- `reworded`: in another notation, against its own article.

Then come the wordings of `eval.wordings`, `true` and `false`, each against its own source. The
command prints for each how many are told to be contradicted, with 95 % intervals (Wilson).
`--show` prints those of which this is wrong.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.collection import read_documents
from eval.intervals import wilson
from eval.swaps.probes import Source, made_probes, sentences_of
from eval.wordings import document_of, read_wordings
from rag.answering.draft import checked_sentence
from rag.answering.evidence import Evidence, SentenceVectors, cited_sentence
from rag.config import Config
from rag.models.loading import load_embedder, load_reader
from rag.types import Document

_SEED = 20_261_128
_LONGEST = 400
"""The most sentences of an article that are read."""


@dataclass(frozen=True, kw_only=True)
class Drafted:
    """A sentence of a draft, the article's sentences, and whether one of them contradicts it."""

    kind: str
    text: str
    sources: tuple[Source, ...]
    wrong: bool


def drafted(documents: Sequence[Document], limit: int) -> Iterator[Drafted]:
    """Yield sentences made from `limit` sentences of the articles."""
    chance = random.Random(_SEED)  # noqa: S311 - no secret
    probes = made_probes(documents, limit)
    firsts = {probe.group: probe.sources[0] for probe in reversed(probes)}
    others = list(firsts.values())
    for probe in probes:
        source = probe.sources[0]
        sources = tuple(sentences_of(source.document)[:_LONGEST])
        if probe.family == "swap":
            yield Drafted(
                kind=f"changed {probe.kind}", text=probe.claim, sources=sources, wrong=True
            )
        elif probe.family == "notation":
            yield Drafted(kind="reworded", text=probe.claim, sources=sources, wrong=False)
    for source in others:
        rest = tuple(s for s in sentences_of(source.document)[:_LONGEST] if s.text != source.text)
        yield Drafted(kind="absent", text=source.text, sources=rest, wrong=False)
        other = chance.choice(others).document
        if other.doc_id != source.document.doc_id:
            sources = tuple(sentences_of(other)[:_LONGEST])
            yield Drafted(kind="elsewhere", text=source.text, sources=sources, wrong=False)


def _worded() -> Iterator[Drafted]:
    for wording in read_wordings():
        sources = tuple(sentences_of(document_of(wording)))
        kind = f"{'true' if wording.true else 'false'} wording"
        yield Drafted(kind=kind, text=wording.claim, sources=sources, wrong=not wording.true)


def evidence_of(sources: Sequence[Source], vectors: SentenceVectors) -> tuple[Evidence, ...]:
    """Return the sentences as evidence."""
    embedded = vectors.of([source.text for source in sources])
    return tuple(
        cited_sentence(s.document, s.start, s.end, passage=s.paragraph, vector=vector)
        for s, vector in zip(sources, embedded, strict=True)
    )


def main(arguments: Sequence[str]) -> int:
    """Print the figures, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval drafts")
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--limit", type=int, default=60, help="sentences of each set")
    parser.add_argument("--show", action="store_true", help="print each that went wrong")
    given = parser.parse_args(arguments)
    embedder = load_embedder(Config.from_environment().embedder)
    reader, _ = load_reader(None, embedder)
    vectors = SentenceVectors(embedder)
    groups: list[tuple[str, Iterator[Drafted]]] = [("wordings", _worded())]
    groups += [(p.name, drafted(tuple(read_documents(p)), given.limit)) for p in given.sets]
    for name, drafts in groups:
        told: dict[str, list[bool]] = defaultdict(list)
        for one in drafts:
            evidence = evidence_of(one.sources, vectors)
            result = checked_sentence(one.text, evidence, vectors, None, reader)
            contradicted = result.verdict == "contradicted"
            told[one.kind].append(contradicted)
            if given.show and contradicted != one.wrong:
                print(f"[{name} {one.kind}: {result.verdict}] {one.text}")
                print("".join(f"    {reason.en}\n" for reason in result.reasons), end="")
                print("".join(f"    > {c.quote}\n" for c in result.citations), end="")
        for kind, verdicts in sorted(told.items()):
            share = sum(verdicts) / len(verdicts)
            low, high = wilson(share, len(verdicts))
            print(
                f"{name}, {kind}: contradicted {share:.2f} ({low:.2f}-{high:.2f}), "
                f"n = {len(verdicts)}"
            )
    return 0
