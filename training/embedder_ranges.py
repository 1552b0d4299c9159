"""Measure the ranges of the bundled embedding model's activations, once, for the program to use.

    python -m training.embedder_ranges

It runs the model in 32 bits on the texts of `calibration.txt`, whole and in short pieces, and
writes `rag/models/bundled/ranges.npz`. It must be run again when the weights, the graph or the
texts change. It needs neither torch nor NNCF, and takes half a minute.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.bundled.e5_file import Shape
from rag.models.bundled.encoder import RANGES_FILE, InFloat, Values, encoder_graph, read_encoder
from rag.models.bundled.packed_table import bundled_table
from rag.models.bundled.tokenizer import BOS, EOS, build_tokenizer
from rag.models.bundled.weights import find_weights, read_weights
from rag.models.bundled.wheel import MAX_TOKENS, PASSAGE_PROMPT, QUERY_PROMPT
from rag.models.calibration import calibration_texts, probe_texts
from rag.models.openvino_runtime import import_openvino

SMOOTHING = 0.8
"""The share of the activations' outliers that is moved into the weights (SmoothQuant), 0 to 1.

Mean cosine to 32 bits on 500 pieces of news: 0.9994 (0.9: 0.9991, 0.95: 0.9985)."""

PIECES = (8, 30)
"""The lengths of the short pieces in characters: a question or a heading has other ranges."""

_SEED = 7
_LEAST = 1e-5
_STEPS = 255
_IN_32_BITS = {"INFERENCE_PRECISION_HINT": "f32"}

Inputs = Mapping[str, NDArray[Any]]


class Recording:
    """Keeps the inputs of each product and its weights. All stay in 32 bits."""

    def __init__(self) -> None:
        self.nodes: dict[str, Any] = {}
        self.weights: dict[str, NDArray[np.float32]] = {}
        self._in_float = InFloat()

    def inputs(self, name: str, node: Any) -> Any:
        """Keep the inputs of the product `name`, and return them."""
        self.nodes[name] = node
        return node

    def matrix(self, name: str, weights: NDArray[np.float32]) -> Any:
        """Keep the weights, and return them as a node."""
        self.weights[name] = weights
        return self._in_float.matrix(name, weights)


def measure() -> dict[str, NDArray[np.float32]]:
    """Return the arrays of the file of ranges, see `rag.models.bundled.encoder.Ranges`."""
    source = find_weights()
    data, file = read_weights(source)
    values, tokenizer, table = (
        read_encoder(data, file),
        build_tokenizer(file.pieces, file.scores, file.replacements),
        bundled_table(source),
    )
    start, end = file.pieces.index(BOS), file.pieces.index(EOS)

    def inputs(text: str) -> Inputs:
        inner = tokenizer.encode(text, add_special_tokens=False).ids[: MAX_TOKENS - 2]
        ids = np.array([[start, *inner, end]])
        return {"inputs_embeds": table[ids], "attention_mask": np.ones_like(ids)}

    prompts = itertools.cycle([PASSAGE_PROMPT, QUERY_PROMPT])
    texts = [prompt + text for prompt, text in zip(prompts, with_pieces(), strict=False)]
    arrays = ranges(file.shape, values, [inputs(text) for text in texts])
    probe = [inputs(PASSAGE_PROMPT + text) for text in probe_texts()]
    arrays["probe"] = vectors(file.shape, values, probe)
    return arrays


def with_pieces() -> list[str]:
    """Return the calibration texts, and of each a piece of every length."""
    chance = random.Random(_SEED)  # noqa: S311
    whole = calibration_texts()
    pieces = []
    for text, length in itertools.product(whole, PIECES):
        first = chance.randrange(max(1, len(text) - length))
        pieces.append(text[first : first + length])
    return [*whole, *pieces]


def ranges(shape: Shape, values: Values, texts: Sequence[Inputs]) -> dict[str, NDArray[np.float32]]:
    """Return the limits and scales of each product's inputs over the texts."""
    openvino, recording = import_openvino(), Recording()
    graph = encoder_graph(shape, values, recording)
    names = list(recording.nodes)
    tapped = openvino.Model(
        [recording.nodes[name].output(0) for name in names], graph.get_parameters(), "tapped"
    )
    model = openvino.Core().compile_model(tapped, "CPU", _IN_32_BITS)
    lows = {name: np.zeros(1, np.float32) for name in names}
    highs = dict(lows)
    for text in texts:
        for name, found in zip(names, model(text).values(), strict=True):
            lows[name] = np.minimum(lows[name], found.min(axis=(0, 1)))
            highs[name] = np.maximum(highs[name], found.max(axis=(0, 1)))
    arrays = {}
    for name in names:
        scales = smoothing(lows[name], highs[name], recording.weights[name])
        arrays[f"{name}.scales"] = scales
        arrays[f"{name}.limits"] = limits(lows[name] / scales, highs[name] / scales)
    return arrays


def smoothing(
    low: NDArray[np.float32], high: NDArray[np.float32], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return what each channel of the activations is divided by, shape (channels,)."""
    largest = np.maximum(np.maximum(-low, high), _LEAST)
    heaviest = np.maximum(np.abs(weights).max(axis=0), _LEAST)
    return np.asarray(largest**SMOOTHING / heaviest ** (1 - SMOOTHING), np.float32)


def limits(low: NDArray[np.float32], high: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the limits of all channels, widened so that 0 is one of the 256 levels."""
    least, most = float(low.min()), float(high.max())
    zero = min(max(round(-least / (most - least) * _STEPS), 1), _STEPS - 1)
    step = max(-least / zero, most / (_STEPS - zero))
    return np.array([-zero * step, (_STEPS - zero) * step], np.float32)


def vectors(shape: Shape, values: Values, texts: Sequence[Inputs]) -> NDArray[np.float32]:
    """Return the vectors of texts in 32 bits, shape (texts, dimensions)."""
    graph = encoder_graph(shape, values, InFloat())
    model = import_openvino().Core().compile_model(graph, "CPU", _IN_32_BITS)
    return np.concatenate([np.array(model(text)[0]) for text in texts])


def main() -> int:
    """Run the command, and return the exit status."""
    target = Path(str(files("rag.models.bundled") / RANGES_FILE))
    arrays = measure()
    np.savez(target, allow_pickle=False, **arrays)
    sys.stdout.write(f"{target}: {len(arrays)} arrays, {target.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
