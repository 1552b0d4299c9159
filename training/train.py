"""Train the reader: `python -m training train WORK RUN [--steps N] [--start WEIGHTS]`.

A step reads 40 questions with a text and 24 claims with a source. The examples of a step depend
only on the seed and the step, so an interrupted run continues with the same result. A stage starts
with the weights of the one before it (`--start`). Its learning rate rises and then falls to 0.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from rag.config import BUNDLED_EMBEDDER
from rag.models.model_folder import find_model
from training import sources
from training.encoding import (
    ClaimRow,
    ReadRow,
    encode_claim,
    encode_window,
    padded,
    plain_tokenizer,
)
from training.evaluate import evaluate
from training.model import ReaderModel, load_weights, save_weights
from training.rows import CLAIMS_FILE, QUESTIONS_FILE, Claim, Window, claims_of, windows_of

QUESTIONS = 40
CLAIMS = 24
"""The numbers of questions and claims in a step. Stage 1 read 32 of each."""
_TOGETHER = 16
"""The number read at once. They have similar lengths, so that there is little padding."""
_WARM_UP = 0.04
_SAVED_EVERY = 50
_EVALUATED_EVERY = 400

QUESTION_SHARES = {
    "as it is": 0.41,
    "switched": 0.09,
    "translated": 0.08,
    "translation taken out": 0.02,
    "not answered": 0.01,
    "sentence taken out": 0.10,
    "text like it": 0.07,
    "stranger's name": 0.05,
    "name of the text": 0.05,
    "other number": 0.03,
    "opposite": 0.04,
    "other attribute": 0.04,
    "near miss, switched": 0.02,
}
"""How often each kind of question is drawn."""

CLAIM_SHARES = {"public": 0.46, "edited": 0.08, "neighbours": 0.05, "made": 0.41}

Example = TypeVar("Example", Window, Claim)
Row = TypeVar("Row")


class Draws(Generic[Example]):
    """Draws examples: first a group by its share, then an example by the weight of its source.

    An example whose source is not in `known` has weight 1.
    """

    def __init__(
        self,
        groups: Mapping[str, list[Example]],
        shares: Mapping[str, float],
        known: Mapping[str, sources.Source],
    ) -> None:
        def weight(example: Example) -> float:
            source = known.get(example.source)
            return source.weight if source else 1.0

        self._names = [name for name in shares if groups.get(name)]
        self._shares = [shares[name] for name in self._names]
        self._groups: Mapping[str, list[Example]] = groups
        self._cumulated = {
            name: list(accumulate(map(weight, groups[name]))) for name in self._names
        }

    def draw(self, count: int, rng: random.Random) -> list[Example]:
        """Return `count` examples, drawn with replacement."""
        drawn = []
        for name in rng.choices(self._names, self._shares, k=count):
            drawn += rng.choices(self._groups[name], cum_weights=self._cumulated[name])
        return drawn


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The settings of a training stage."""

    steps: int
    rate: float
    seed: int
    threads: int


def train(work: Path, run: Path, plan: Plan, start: Path | None = None) -> None:
    """Train one stage on the data that `build` wrote into `work`.

    The state, log and weights are written into `run`.
    """
    torch.set_num_threads(plan.threads)
    run.mkdir(parents=True, exist_ok=True)
    folder = find_model(BUNDLED_EMBEDDER).path
    tokenizer = plain_tokenizer(folder)
    torch.manual_seed(plan.seed)
    model = ReaderModel(folder)
    if start is not None:
        load_weights(model, start)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=plan.rate, weight_decay=0.01)
    first = _resume(run, model, optimizer)
    questions = _questions(windows_of(work / QUESTIONS_FILE))
    claims = _claims(claims_of(work / CLAIMS_FILE))
    log = _Log(run)
    model.train()
    for step in range(first, plan.steps):
        rng = random.Random(plan.seed * 1_000_003 + step)  # noqa: S311
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * _rate(step, plan.steps)
        read = [encode_window(tokenizer, w) for w in questions.draw(QUESTIONS, rng)]
        said = [encode_claim(tokenizer, c) for c in claims.draw(CLAIMS, rng)]
        losses = [
            sum(_learn(model, part, question_loss, of=QUESTIONS) for part in _parts(read)),
            sum(_learn(model, part, claim_loss, of=CLAIMS) for part in _parts(said)),
        ]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        log.step(step + 1, plan.steps, losses)
        if (step + 1) % _SAVED_EVERY == 0 or step + 1 == plan.steps:
            _save(run, model, optimizer, step + 1)
        if (step + 1) % _EVALUATED_EVERY == 0 or step + 1 == plan.steps:
            log.figures(step + 1, evaluate(model, tokenizer, work, most=240))
    save_weights(model, run / "reader.safetensors")


def question_loss(model: ReaderModel, rows: Sequence[ReadRow]) -> torch.Tensor:
    """Return the loss of a batch of questions.

    It covers whether each token is inside the answering sentence, the answer's start and end, and
    answerability.
    """
    tokens, mask = padded(rows)
    span, answerable, _ = model(tokens, mask)
    of_text = torch.zeros(tokens.shape, dtype=torch.bool)
    inside = torch.zeros(tokens.shape)
    for number, row in enumerate(rows):
        of_text[number, row.base : len(row.ids) - 1] = True
        inside[number, row.inside[0] : row.inside[1]] = 1.0
    # The first token means "no answer".
    allowed = of_text.clone()
    allowed[:, 0] = True
    ends = span.masked_fill(~allowed[..., None], -1e4)
    starts = torch.tensor([row.start for row in rows])
    stops = torch.tensor([row.end for row in rows])
    answered = torch.tensor([float(row.start != 0) for row in rows])
    return (
        binary_cross_entropy_with_logits(span[..., 0][of_text], inside[of_text])
        + 0.2 * (cross_entropy(ends[..., 1], starts) + cross_entropy(ends[..., 2], stops))
        + binary_cross_entropy_with_logits(answerable, answered)
    )


def claim_loss(model: ReaderModel, rows: Sequence[ClaimRow]) -> torch.Tensor:
    """Return the loss of a batch of verdicts.

    If only "not supported" is known, the other two verdicts count together.
    """
    _, _, verdict = model(*padded(rows))
    chances = verdict.log_softmax(-1)
    either = torch.logsumexp(chances[:, 1:], dim=-1, keepdim=True)
    wanted = torch.tensor([[row.verdict] for row in rows])
    return -torch.cat([chances, either], dim=-1).gather(1, wanted).mean()


def _learn(
    model: ReaderModel, rows: Sequence[Any], loss_of: Callable[..., torch.Tensor], *, of: int
) -> float:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = loss_of(model, rows)
    share = len(rows) / of
    (loss * share).backward()  # type: ignore[no-untyped-call]
    return loss.item() * share


def _parts(rows: list[Row]) -> Iterator[list[Row]]:
    rows = sorted(rows, key=lambda row: len(row.ids))  # type: ignore[attr-defined]
    for start in range(0, len(rows), _TOGETHER):
        yield rows[start : start + _TOGETHER]


def _rate(step: int, steps: int) -> float:
    """Return the factor of the learning rate: it rises in the first steps, then falls to 0."""
    return min(1.0, (step + 1) / (_WARM_UP * steps)) * max(0.01, 1 - step / steps)


def _questions(windows: Sequence[Window]) -> Draws[Window]:
    groups: dict[str, list[Window]] = defaultdict(list)
    for window in windows:
        kind = window.kind
        groups["near miss, switched" if kind.endswith(", switched") else kind].append(window)

    return Draws(groups, QUESTION_SHARES, sources.QUESTIONS)


def _claims(claims: Sequence[Claim]) -> Draws[Claim]:
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.source in ("made", "neighbours"):
            groups[claim.source].append(claim)
        else:
            groups["edited" if claim.kind == "edited" else "public"].append(claim)

    return Draws(groups, CLAIM_SHARES, sources.CLAIMS)


class _Log:
    """Writes the progress of a run to standard output, and its figures to `log.jsonl` too."""

    def __init__(self, run: Path) -> None:
        self._path = run / "log.jsonl"
        self._began = time.monotonic()
        self._recent: list[list[float]] = []

    def step(self, step: int, steps: int, losses: list[float]) -> None:
        self._recent = [*self._recent[-49:], losses]
        if step % 25 == 0:
            questions, claims = (sum(x) / len(x) for x in zip(*self._recent, strict=True))
            minutes = (time.monotonic() - self._began) / 60
            print(
                f"step {step} of {steps}: loss {questions:.3f} (questions), {claims:.3f} (claims),"
                f" {minutes:.0f} min",
                flush=True,
            )

    def figures(self, step: int, figures: dict[str, float]) -> None:
        line = json.dumps({"step": step, **figures})
        print(line, flush=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _save(run: Path, model: ReaderModel, optimizer: torch.optim.Optimizer, step: int) -> None:
    state = {"model": model.shipped(), "optimizer": optimizer.state_dict(), "step": step}
    torch.save(state, run / "state.part")
    (run / "state.part").replace(run / "state.pt")


def _resume(run: Path, model: ReaderModel, optimizer: torch.optim.Optimizer) -> int:
    if not (run / "state.pt").is_file():
        return 0
    state = torch.load(run / "state.pt", weights_only=True)
    model.load_state_dict(state["model"], strict=False)
    optimizer.load_state_dict(state["optimizer"])
    step: int = state["step"]
    return step
