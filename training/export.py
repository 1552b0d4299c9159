"""Make the reader that the package ships: an OpenVINO model in 8 bits of trained weights.

    python -m training.export WEIGHTS.safetensors FOLDER [--data DATA]

With DATA, the folder of the public sets, the command prints how much 8 bits differ from 32.

The graph starts at the vectors of tokens. Their table is shared with the bundled embedding model.
NNCF quantises the graph as it does that model (`rag.models.openvino_export`): weights by channel,
and activations by ranges measured on invented questions and claims over invented news. This takes
about a minute and 3 GB of memory on one core.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import random
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from tokenizers import Tokenizer
from torch.jit._trace import TracerWarning

from rag.config import BUNDLED_EMBEDDER
from rag.models.model_folder import ModelFolder, find_model
from rag.models.openvino_reader import (
    ANSWERABLE,
    READER_FORMAT,
    SPAN,
    VERDICT,
    OpenVinoReader,
    Probe,
    ReaderSettings,
    file_hashes,
)
from rag.models.openvino_runtime import MODEL_FILE, TokenVectors, import_openvino
from rag.models.subwords import HubTokenizer
from training.encoding import BOS, EOS, MAX_CLAIM, MAX_QUESTION, MAX_TEXT, PAD, plain_tokenizer
from training.model import ReaderModel, load_weights

QUESTION_PROMPT, CLAIM_PROMPT = "query: ", "claim: "
RUNTIME = "openvino int8"
SMOOTHING = 0.8
"""The share of activations' outliers that is moved into the weights (SmoothQuant), 0 to 1.

With weights of an earlier training, the mean difference of probabilities was 0.012 (0.95: 0.014,
0.65: 0.016, 0.5: 0.051; 200 questions and 200 claims)."""

QUESTIONS_SET, CLAIMS_SET = "reading.jsonl.gz", "claims.jsonl.gz"

_SEED = 20_250_213
_TEXTS = 240
_LINES_OF_A_TEXT = (1, 2, 3, 4)
_PROBES = 16
_MEASURED = 200
_MEASURED_CHARACTERS = 300


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A question or a claim, and a text that is read with it."""

    is_claim: bool
    asked: str
    text: str


def export(weights: Path, target: Path, data: Path | None = None) -> str:
    """Write the folder of the reader with these weights, and replace an older one.

    Returns how well 8 bits agree with 32, on rows of `data` if given, or else on the probe. Raises
    `ValueError` if `weights` do not hold a reader's layers and heads.
    """
    openvino = import_openvino()
    source = find_model(BUNDLED_EMBEDDER)
    model = reader_model(source, weights)
    tokenizer = plain_tokenizer(source.path)
    table = token_table(model)
    calibration, probes = invented_pairs()
    graph = traced(openvino, model)
    inputs = [graph_inputs(tokenizer, table, pair) for pair in calibration]
    candidate = quantised(graph, inputs)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folder = Path(scratch)
        openvino.save_model(candidate, folder / MODEL_FILE, compress_to_fp16=False)
        settings(source, file_hashes(folder), expected(model, tokenizer, probes)).write(folder)
        for path in folder.iterdir():
            path.replace(target / path.name)
    tokens = TokenVectors(tokenizer=HubTokenizer(tokenizer), table=table)
    pairs = measured_pairs(data, _MEASURED) if data else probes
    return agreement(model, tokenizer, OpenVinoReader(target, tokens), pairs)


def reader_model(source: ModelFolder, weights: Path) -> ReaderModel:
    """Return the reader in float32 with these weights and the embedding model's tables."""
    model = ReaderModel(source.path)
    with safe_open(weights, "pt") as file:
        found = set(file.keys())
    needed = set(model.shipped())
    if found != needed:
        raise ValueError(
            f"{weights} lacks {len(needed - found)} of the reader's {len(needed)} tensors and has "
            f"{len(found - needed)} others: give reader.safetensors of a training stage"
        )
    load_weights(model, weights)
    return model.eval()


def token_table(model: ReaderModel) -> NDArray[np.float32]:
    """Return the vector of each token, shape (tokens, width).

    The values are rounded to half precision, as in the shared table.
    """
    values = model.encoder.get_input_embeddings().weight.detach().numpy()
    rounded: NDArray[np.float32] = values.astype(np.float16).astype(np.float32)
    return rounded


def invented_pairs() -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Return pairs for calibration and others for checking. Questions and claims alternate."""
    file = files("rag.models.bundled") / "calibration.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    asked = (Path(__file__).parent / "export_texts.tsv").read_text(encoding="utf-8").splitlines()
    chance = random.Random(_SEED)  # noqa: S311
    pairs = []
    for number in range(_TEXTS + _PROBES):
        question, claim = chance.choice(asked).split("\t")
        text = " ".join(chance.sample(lines, chance.choice(_LINES_OF_A_TEXT)))
        is_claim = number % 2 == 1
        # Some claims are lines of the text itself, so that supported claims occur too.
        if is_claim and number % 4 == 1:
            claim = chance.choice(text.split("。"))[:80]
        pairs.append(Pair(is_claim=is_claim, asked=claim if is_claim else question, text=text))
    return tuple(pairs[_PROBES:]), tuple(pairs[:_PROBES])


def input_ids(tokenizer: Tokenizer, pair: Pair) -> list[int]:
    """Return the ids of a question or claim with its text, in the form used in training."""
    prompt, most = (CLAIM_PROMPT, MAX_CLAIM) if pair.is_claim else (QUESTION_PROMPT, MAX_QUESTION)
    asked = tokenizer.encode(prompt + pair.asked, add_special_tokens=False).ids[:most]
    text = tokenizer.encode(pair.text, add_special_tokens=False).ids[:MAX_TEXT]
    return [BOS, *asked, EOS, EOS, *text, EOS]


def graph_inputs(
    tokenizer: Tokenizer, table: NDArray[np.float32], pair: Pair
) -> dict[str, NDArray[Any]]:
    """Return the inputs of the graph for one pair, as a batch of 1."""
    ids = np.array([input_ids(tokenizer, pair)])
    return {"inputs_embeds": table[ids], "attention_mask": np.ones_like(ids)}


def traced(openvino: Any, model: ReaderModel) -> Any:
    """Return the graph from token vectors to the three outputs, for any batch and length."""

    class FromVectors(torch.nn.Module):
        """The reader without its table of token vectors."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, inputs_embeds: torch.Tensor, attention_mask: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            hidden = self.model.encoder(
                inputs_embeds=inputs_embeds, attention_mask=attention_mask
            ).last_hidden_state
            first = hidden[:, 0]
            return (
                self.model.span(hidden),
                self.model.answerable(first)[:, 0],
                self.model.verdict(first),
            )

    width = model.span.in_features
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    with torch.no_grad(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TracerWarning)
        graph = openvino.convert_model(
            FromVectors(),
            example_input={"inputs_embeds": torch.zeros(2, 4, width), "attention_mask": mask},
        )
    # Each layer gives a warning about a check of the mask.
    for where in sorted({f"{one.filename}:{one.lineno}: {one.message}" for one in caught}):
        sys.stderr.write(f"the trace may hold for these inputs only: {where}\n")
    graph.reshape({"inputs_embeds": [-1, -1, width], "attention_mask": [-1, -1]})
    for output, name in zip(graph.outputs, (SPAN, ANSWERABLE, VERDICT), strict=True):
        output.get_tensor().set_names({name})
    return graph


def quantised(graph: Any, inputs: Sequence[dict[str, NDArray[Any]]]) -> Any:
    """Return the graph in 8 bits, with the activation ranges of `inputs`."""
    import nncf

    nncf.set_log_level(logging.ERROR)
    return nncf.quantize(
        graph,
        nncf.Dataset(inputs),
        model_type=nncf.ModelType.TRANSFORMER,
        # Attention in 8 bits is not faster, and is less accurate.
        ignored_scope=nncf.IgnoredScope(types=["ScaledDotProductAttention"], validate=False),
        subset_size=len(inputs),
        advanced_parameters=nncf.AdvancedQuantizationParameters(
            smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(matmul=SMOOTHING)
        ),
    )


def expected(model: ReaderModel, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> tuple[Probe, ...]:
    """Return the probabilities of the float32 reader for each pair."""
    probes = []
    for pair in pairs:
        ids = torch.tensor([input_ids(tokenizer, pair)])
        with torch.no_grad():
            _, answerable, verdict = model(ids, torch.ones_like(ids))
        found = verdict[0].softmax(-1) if pair.is_claim else answerable.sigmoid()
        probes.append(
            Probe(
                is_claim=pair.is_claim,
                asked=pair.asked,
                text=pair.text,
                expected=tuple(round(value, 5) for value in found.tolist()),
            )
        )
    return tuple(probes)


def measured_pairs(data: Path, number: int) -> tuple[Pair, ...]:
    """Return `number` questions and as many claims of the public sets, only for measuring."""
    chance = random.Random(_SEED)  # noqa: S311
    pairs = []
    for name, is_claim in ((QUESTIONS_SET, False), (CLAIMS_SET, True)):
        with gzip.open(data / name, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in chance.sample(lines.readlines(), number)]
        for row in rows:
            # Cut the text so that it has the answer and most of it is read.
            first = 0 if is_claim else max(0, row["start"] - 100)
            text = row["evidence" if is_claim else "context"][first : first + _MEASURED_CHARACTERS]
            asked = row["claim" if is_claim else "question"]
            pairs.append(Pair(is_claim=is_claim, asked=asked, text=text))
    return tuple(pairs)


def agreement(
    model: ReaderModel, tokenizer: Tokenizer, reader: OpenVinoReader, pairs: Sequence[Pair]
) -> str:
    """Return how much the probabilities of 8 bits differ from 32 bits, one line per output."""
    probes = expected(model, tokenizer, pairs)
    found = reader.probed(probes)
    lines = []
    for name, is_claim in (("answerable", False), ("verdict", True)):
        straying = np.abs(
            [
                np.subtract(here, probe.expected)
                for here, probe in zip(found, probes, strict=True)
                if probe.is_claim == is_claim
            ]
        )
        lines.append(f"{name}: mean {straying.mean():.4f}, most {straying.max():.3f}")
    inside = []
    for pair in pairs:
        if not pair.is_claim:
            (reading,) = reader.read(pair.asked, [pair.text])
            ids = torch.tensor([input_ids(tokenizer, pair)])
            with torch.no_grad():
                span, _, _ = model(ids, torch.ones_like(ids))
            last = ids.shape[1] - 1
            logits = span[0, last - len(reading.inside) : last, 0]
            ours = torch.from_numpy(np.ascontiguousarray(reading.inside)).sigmoid()
            inside.append((ours - logits.sigmoid()).abs().numpy())
    straying = np.concatenate(inside)
    lines.append(f"inside: mean {straying.mean():.4f}, most {straying.max():.3f}")
    return "\n".join([*lines, f"n = {len(pairs)} pairs, half of them claims"])


def settings(
    source: ModelFolder, sha256: dict[str, str], probe: tuple[Probe, ...]
) -> ReaderSettings:
    """Return the settings that the program needs besides the graph."""
    return ReaderSettings(
        format=READER_FORMAT,
        runtime=RUNTIME,
        embedder=source.fingerprint,
        question_prompt=QUESTION_PROMPT,
        claim_prompt=CLAIM_PROMPT,
        max_question=MAX_QUESTION,
        max_claim=MAX_CLAIM,
        max_text=MAX_TEXT,
        start=BOS,
        end=EOS,
        padding=PAD,
        sha256=sha256,
        probe=probe,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("weights", type=Path, help="reader.safetensors of a training stage")
    parser.add_argument("target", type=Path, help="folder to write to")
    parser.add_argument("--data", type=Path, help="folder with reading.jsonl.gz, claims.jsonl.gz")
    options = parser.parse_args(arguments)
    sys.stdout.write(export(options.weights, options.target, options.data) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
