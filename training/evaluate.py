"""Measure the reader on examples that it was not trained on.

Run it with `python -m training evaluate WORK WEIGHTS`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from eval.metrics.roc import area_under_roc
from rag.config import BUNDLED_EMBEDDER
from rag.models.model_folder import find_model
from training.encoding import ReadRow, encode_claim, encode_window, padded, plain_tokenizer
from training.model import ReaderModel, load_weights
from training.near_misses import sentence_spans
from training.rows import (
    CLAIMS_FILE,
    HELD_OUT,
    HELD_OUT_KINDS,
    QUESTIONS_FILE,
    Claim,
    Window,
    claims_of,
    windows_of,
)

_SEED = 5
_TOGETHER = 24


def evaluate_weights(work: Path, weights: Path, *, most: int) -> dict[str, float]:
    """Return the figures of `evaluate` for the weights of a stage."""
    folder = find_model(BUNDLED_EMBEDDER).path
    model = ReaderModel(folder)
    load_weights(model, weights)
    return evaluate(model, plain_tokenizer(folder), work, most=most)


def evaluate(
    model: ReaderModel, tokenizer: Tokenizer, work: Path, *, most: int
) -> dict[str, float]:
    """Return figures on what `build` held out, with at most `most` examples of each kind.

    `sentence …` is the share of answerable questions whose best sentence holds the answer.
    `answerable …` is the area under the ROC curve of answerable windows against a kind of near
    miss. `claims …` is the same of supported claims against others.
    """
    rng = random.Random(_SEED)  # noqa: S311
    was_training = model.training
    model.eval()
    figures = {
        **_questions(model, tokenizer, windows_of(work / HELD_OUT / QUESTIONS_FILE), most, rng),
        **_claims(model, tokenizer, claims_of(work / HELD_OUT / CLAIMS_FILE), most, rng),
    }
    model.train(was_training)
    return {name: round(value, 3) for name, value in figures.items()}


def _questions(
    model: ReaderModel,
    tokenizer: Tokenizer,
    windows: Sequence[Window],
    most: int,
    rng: random.Random,
) -> dict[str, float]:
    groups: dict[tuple[str, str], list[Window]] = defaultdict(list)
    for window in windows:
        groups[window.kind, window.language].append(window)
    figures: dict[str, float] = {}
    positive: dict[str, list[float]] = {}
    for kind, language in sorted(groups, key=lambda key: (key[0] != "as it is", key)):
        drawn = groups[kind, language]
        drawn = rng.sample(drawn, min(most, len(drawn)))
        if len(drawn) < 20:
            continue
        hits, answerable = _read(model, tokenizer, drawn)
        if hits:
            figures[f"sentence, {kind}, {language}"] = sum(hits) / len(hits)
        if kind == "as it is":
            positive[language] = answerable
        elif drawn[0].answer[0] < 0:
            area = _area(positive[language], answerable)
            figures[f"answerable, {kind}, {language}"] = area
    return figures


def _read(
    model: ReaderModel, tokenizer: Tokenizer, windows: Sequence[Window]
) -> tuple[list[bool], list[float]]:
    """Return two lists about the windows.

    The first says for each answerable window if its best sentence has the answer. The second has
    the answerability of all windows.
    """
    hits, answerable = [], []
    for start in range(0, len(windows), _TOGETHER):
        batch = windows[start : start + _TOGETHER]
        rows = [encode_window(tokenizer, window) for window in batch]
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            span, answers, _ = model(*padded(rows))
        answerable += answers.tolist()
        for row, window, scores in zip(rows, batch, span[..., 0], strict=True):
            if window.answer[0] >= 0:
                best = _best_sentence(window.text, row, scores)
                hits.append(best[0] < window.answer[1] and window.answer[0] < best[1])
    return hits, answerable


def _best_sentence(text: str, row: ReadRow, scores: torch.Tensor) -> tuple[int, int]:
    def score(span: tuple[int, int]) -> float:
        tokens = [
            row.base + i for i, (a, b) in enumerate(row.offsets) if a < span[1] and b > span[0]
        ]
        return scores[tokens].mean().item() if tokens else -1e9

    return max(sentence_spans(text), key=score)


def _claims(
    model: ReaderModel, tokenizer: Tokenizer, claims: Sequence[Claim], most: int, rng: random.Random
) -> dict[str, float]:
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        pair = f"{claim.claim_language} of {claim.source_language}"
        if claim.source == "made":
            unseen = "unseen " if claim.kind in HELD_OUT_KINDS else ""
            groups[f"{unseen}made: {claim.kind}"].append(claim)
            groups[f"made, {pair}"].append(claim)
        else:
            of = "qa" if claim.source.startswith("qa-") else "public"
            groups[f"{'edited' if claim.kind == 'edited' else of}, {pair}"].append(claim)
    figures: dict[str, float] = {}
    supported = [c for c in claims if c.source == "made" and c.label == "supported"]
    true = _supported(model, tokenizer, rng.sample(supported, min(most, len(supported))))
    for name in sorted(groups):
        drawn = groups[name]
        drawn = rng.sample(drawn, min(most, len(drawn)))
        scores = _supported(model, tokenizer, drawn)
        yes = [s for s, c in zip(scores, drawn, strict=True) if c.label == "supported"]
        no = [s for s, c in zip(scores, drawn, strict=True) if c.label != "supported"]
        if ":" in name and len(no) >= 10:
            figures[f"claims, {name}"] = _area(true, no)
        elif len(yes) >= 10 and len(no) >= 10:
            figures[f"claims, {name}"] = _area(yes, no)
    return figures


def _supported(model: ReaderModel, tokenizer: Tokenizer, claims: Sequence[Claim]) -> list[float]:
    """Return the log-odds that each claim is supported."""
    scores: list[float] = []
    for start in range(0, len(claims), _TOGETHER):
        rows = [encode_claim(tokenizer, claim) for claim in claims[start : start + _TOGETHER]]
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            _, _, verdict = model(*padded(rows))
        scores += (verdict[:, 0] - torch.logsumexp(verdict[:, 1:], dim=-1)).tolist()
    return scores


def _area(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the area under the ROC curve of positive scores against negative ones."""
    right = np.repeat((1.0, 0.0), (len(positive), len(negative)))
    return area_under_roc(np.array([*positive, *negative]), right)
