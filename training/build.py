"""Build the training data: `python -m training build DATA WORK`.

The command reads the public sets in `DATA` and adds near misses, questions across languages and
generated claims. It writes `WORK/questions.jsonl.gz` and `WORK/claims.jsonl.gz`. Held-out examples
(every twentieth text, and whole kinds of claims) go to `WORK/held_out/`. The same input gives the
same output.
"""

from __future__ import annotations

import math
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from rag.text.sentences import split_sentences
from training import sources
from training.crossing import WordSwitch, translated_sentences
from training.made_deeds import deed_claims
from training.made_figures import figure_claims
from training.made_statements import statement_claims
from training.near_misses import (
    NearMisses,
    grams,
    sentence_spans,
    with_an_opposite,
    with_another_number,
)
from training.rows import (
    CLAIMS_FILE,
    HELD_OUT,
    HELD_OUT_KINDS,
    QUESTIONS_FILE,
    Claim,
    Question,
    Window,
    write_examples,
)

MADE_CLAIMS = 14_000
"""The number of claims that each of the three generators makes."""

_SEED = 20_261_127
_HELD_OUT_OF = 20
_TOKENS = (50, 80, 110, 140)
"""The approximate length of a window in tokens. One length is drawn for each question."""
_TOKENS_OF_A_CHARACTER = {"zh": 0.62, "en": 0.24}
_NEAR_MISS_OF = 0.4
_SWITCHED_OF = 0.3
_LONGEST_EVIDENCE = {"zh": 400, "en": 1100}


def build(data: Path, work: Path, *, open_only: bool = True) -> None:
    """Write the training data into `work`. Sets without an open licence are used only if asked."""
    rng = random.Random(_SEED)  # noqa: S311
    rows = sources.questions(data, open_only=open_only)
    claims = sources.claims(data, open_only=open_only)
    (work / HELD_OUT).mkdir(parents=True, exist_ok=True)
    windows = [window(row, rng) for row in _questions(rows, claims, rng)]
    made = chain(
        deed_claims(rng, MADE_CLAIMS),
        figure_claims(rng, MADE_CLAIMS),
        statement_claims(rng, MADE_CLAIMS),
    )
    short = [c for c in claims if len(c.evidence) <= _LONGEST_EVIDENCE[c.source_language]]
    texts = [row for row in rows if row.language == "zh" or "squadshifts" in row.source]
    every = [*short, *made, *_edited(short, rng), *_neighbours(texts, rng)]
    for name, examples in ((QUESTIONS_FILE, windows), (CLAIMS_FILE, every)):
        write_examples(work / name, (e for e in examples if not _is_held_out(e)))
        write_examples(work / HELD_OUT / name, (e for e in examples if _is_held_out(e)))
        print(f"{name}: {len(examples)}", flush=True)


def window(row: Question, rng: random.Random) -> Window:
    """Return the part of the text that is read: whole sentences around the answer.

    Without an answer, the window is around the sentence that shares most with the question.
    """
    spans = sentence_spans(row.text)
    holding = [i for i, (a, b) in enumerate(spans) if a < row.end and row.start < b]
    if not holding:
        asked = grams(row.question)
        likest = max(range(len(spans)), key=lambda i: _shared(asked, row.text[slice(*spans[i])]))
        holding = [likest]
    first, last = holding[0], holding[-1]
    room = rng.choice(_TOKENS) / _TOKENS_OF_A_CHARACTER[row.language]
    while first > 0 or last < len(spans) - 1:
        earlier = first > 0 and (last == len(spans) - 1 or rng.random() < 0.5)
        one, two = (first - 1, last) if earlier else (first, last + 1)
        if spans[two][1] - spans[one][0] > room:
            break
        first, last = one, two
    start, end = spans[first][0], spans[last][1]
    answered = row.start >= 0
    return Window(
        language=row.language,
        question=row.question,
        text=row.text[start:end],
        answer=(row.start - start, row.end - start) if answered else (-1, -1),
        sentence=(
            (spans[holding[0]][0] - start, spans[holding[-1]][1] - start) if answered else (-1, -1)
        ),
        source=row.source,
        kind=row.kind,
    )


def _questions(
    rows: Sequence[Question], claims: Sequence[Claim], rng: random.Random
) -> Iterator[Question]:
    near_misses = NearMisses(rows, rng)
    switch = WordSwitch(list(dict.fromkeys(row.text for row in rows))[::3])
    for row in rows:
        kept = replace(row, kind="not answered") if row.start < 0 else row
        yield kept
        if row.start >= 0:
            for make in near_misses.makers.values():
                if rng.random() < _NEAR_MISS_OF and (miss := make(row, rng)):
                    yield miss
                    if rng.random() < _SWITCHED_OF / 3:
                        yield replace(switch.switched(miss, rng), kind=f"{miss.kind}, switched")
            if rng.random() < _SWITCHED_OF:
                yield replace(switch.switched(row, rng), kind="switched")
    yield from translated_sentences(claims, rng)


def _shared(asked: set[str], sentence: str) -> float:
    found = grams(sentence)
    return len(asked & found) / math.sqrt(len(found) + 12)


def _edited(claims: Sequence[Claim], rng: random.Random) -> Iterator[Claim]:
    """Yield supported claims with one word or number changed, so that they are not supported."""
    for claim in claims:
        if claim.label != "supported" or rng.random() > 0.5:
            continue
        same = claim.claim_language == claim.source_language
        number = with_another_number(claim.claim, rng) if same and rng.random() < 0.3 else None
        changed = number or with_an_opposite(claim.claim, claim.claim_language, rng)
        if changed is not None:
            yield replace(claim, claim=changed, label="not_supported", kind="edited")


def _neighbours(rows: Sequence[Question], rng: random.Random) -> Iterator[Claim]:
    """Yield claims that are sentences of a text, each with two kinds of evidence.

    With the three sentences that follow it as evidence, the claim is true, but not said there. With
    itself and the next two sentences as evidence, it is supported.
    """
    for text, language in {row.text: row.language for row in rows}.items():
        sentences = [text[s.start : s.end].strip() for s in split_sentences(text)]
        if len(sentences) < 5 or rng.random() > 0.6:
            continue
        at = rng.randrange(len(sentences) - 4)
        claim = sentences[at]
        joint = "" if language == "zh" else " "
        for evidence, label in (
            (sentences[at + 1 : at + 4], "unknown"),
            (sentences[at : at + 3], "supported"),
        ):
            yield Claim(
                claim_language=language,
                source_language=language,
                claim=claim,
                evidence=joint.join(evidence),
                label=label,  # type: ignore[arg-type]
                source="neighbours",
                kind=f"neighbour, {label}",
            )


def _is_held_out(example: Window | Claim) -> bool:
    if isinstance(example, Claim) and example.kind in HELD_OUT_KINDS:
        return True
    text = example.text if isinstance(example, Window) else example.evidence
    return zlib.crc32(text[:60].encode()) % _HELD_OUT_OF == 0
