"""Turn examples into token ids and targets of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training.rows import Claim, Window

BOS, PAD, EOS = 0, 1, 2
IGNORED = -100
"""A target that does not count in the loss."""
MAX_QUESTION = 48
MAX_CLAIM = 96
MAX_TEXT = 176
VERDICTS = ("supported", "refuted", "unknown", "not_supported")


@dataclass(frozen=True, kw_only=True)
class ReadRow:
    """The ids of `<s> query: question </s></s> text </s>`, and its targets.

    The text's tokens begin at `base`. `inside` are the indices of the tokens of the answering
    sentence. `start` and `end` are those of the answer: 0 (the first token) if there is none, and
    `IGNORED` if the set marks the whole sentence as the answer.
    """

    ids: list[int]
    base: int
    inside: tuple[int, int]
    start: int
    end: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class ClaimRow:
    """The ids of `<s> claim: claim </s></s> source </s>`, and the number of its verdict."""

    ids: list[int]
    verdict: int


def plain_tokenizer(folder: Path) -> Tokenizer:
    """Return the embedding model's tokenizer without truncation and padding."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode_window(tokenizer: Tokenizer, window: Window) -> ReadRow:
    """Return the ids and targets of a question with its window."""
    asked = _ids(tokenizer, "query: " + window.question)[:MAX_QUESTION]
    encoding = tokenizer.encode(window.text, add_special_tokens=False)
    ids, offsets = encoding.ids[:MAX_TEXT], encoding.offsets[:MAX_TEXT]
    base = len(asked) + 3
    within = _tokens(offsets, window.answer)
    sentence = _tokens(offsets, window.sentence)
    if within is None or sentence is None:
        within, sentence = None, None
    start, end = (base + within[0], base + within[1]) if within else (0, 0)
    if sentence is not None and within == sentence:
        start, end = IGNORED, IGNORED
    return ReadRow(
        ids=[BOS, *asked, EOS, EOS, *ids, EOS],
        base=base,
        inside=(base + sentence[0], base + sentence[1] + 1) if sentence else (0, 0),
        start=start,
        end=end,
        offsets=offsets,
    )


def encode_claim(tokenizer: Tokenizer, claim: Claim) -> ClaimRow:
    """Return the ids and the verdict of a claim with its source."""
    said = _ids(tokenizer, "claim: " + claim.claim)[:MAX_CLAIM]
    source = _ids(tokenizer, claim.evidence)[:MAX_TEXT]
    return ClaimRow(ids=[BOS, *said, EOS, EOS, *source, EOS], verdict=VERDICTS.index(claim.label))


def padded(rows: Sequence[ReadRow | ClaimRow]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return token ids and mask, shape (n, longest)."""
    longest = max(len(row.ids) for row in rows)
    tokens = torch.full((len(rows), longest), PAD)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for number, row in enumerate(rows):
        tokens[number, : len(row.ids)] = torch.tensor(row.ids)
        mask[number, : len(row.ids)] = 1
    return tokens, mask


def _ids(tokenizer: Tokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def _tokens(offsets: Sequence[tuple[int, int]], span: tuple[int, int]) -> tuple[int, int] | None:
    """Return the first and last token that a span of characters touches, or None."""
    touched = [i for i, (a, b) in enumerate(offsets) if b > span[0] and a < span[1]]
    return (touched[0], touched[-1]) if touched and span[0] >= 0 else None
