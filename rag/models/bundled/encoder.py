"""Build the graph of the bundled encoder from its weights, in 32 or in 8 bits.

The graph takes token vectors and gives one unit vector for each text. It has the layers of BERT
(Devlin et al., 2019, arXiv:1810.04805), and the mean of the last layer over the tokens of a text.

In 8 bits, the inputs of every product with a weight matrix are rounded to 256 steps between two
limits, and the rows of the matrix to 255 steps each. The limits were measured once, on texts, by
`training.embedder_ranges`, and come with the program. Some channels of the activations are far
larger than the others. They are divided by a scale, and the columns of the matrix are multiplied by
it (SmoothQuant, Xiao et al., 2023, arXiv:2211.10438). The processor's runtime recognises this form
and computes it with integers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.models.bundled.e5_file import E5File, Shape, read_values
from rag.models.openvino_runtime import import_openvino

Values = Mapping[str, NDArray[np.float32]]
"""The tensors of the weights file by their names in it; a matrix has one row for each output."""

TABLE = "emb.word"
RANGES_FILE = "ranges.npz"
_LEVELS = 256
_LARGEST = 127  # of a signed weight
_ATTENDED = ".ao"  # the product after attention, see `with_scaled_values`


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """The limits of activations, by the name of the product that they go into.

    `limits[name]` is (low, high), after the division by the scale. `scales[name]` has one value for
    each channel. `probe` has the vectors of the probe texts by the model in 32 bits, shape (n,
    dimensions).
    """

    limits: Mapping[str, tuple[float, float]]
    scales: Mapping[str, NDArray[np.float32]]
    probe: NDArray[np.float32]

    @classmethod
    def packed(cls) -> Ranges:
        """Read the ranges that come with the program."""
        limits, scales = {}, {}
        with (files("rag.models.bundled") / RANGES_FILE).open("rb") as file:
            arrays = np.load(file)
            for key in arrays:
                name, _, kind = key.rpartition(".")
                if kind == "limits":
                    low, high = map(float, arrays[key])
                    limits[name] = low, high
                elif kind == "scales":
                    scales[name] = arrays[key]
            return cls(limits=limits, scales=scales, probe=arrays["probe"])


class Products(Protocol):
    """Prepares a product with weights: changes its inputs, and its matrix into a node."""

    def inputs(self, name: str, node: Any) -> Any:
        """Return the inputs of the product `name`, of shape (texts, tokens, channels)."""
        ...

    def matrix(self, name: str, weights: NDArray[np.float32]) -> Any:
        """Return the matrix of the product `name` as a node."""
        ...


class InFloat:
    """Leaves everything in 32 bits."""

    def __init__(self) -> None:
        self._ops = _operations()

    def inputs(self, _name: str, node: Any) -> Any:
        """Return the inputs as they are."""
        return node

    def matrix(self, _name: str, weights: NDArray[np.float32]) -> Any:
        """Return the weights as they are."""
        return self._ops.constant(weights)


class InEightBits:
    """Rounds inputs and weights to 8 bits."""

    def __init__(self, ranges: Ranges) -> None:
        self._ops = _operations()
        self._ranges = ranges

    def inputs(self, name: str, node: Any) -> Any:
        """Return the inputs divided by their scales, and rounded between their limits."""
        ops = self._ops
        if not name.endswith(_ATTENDED):
            scales = self._ranges.scales[name]
            node = ops.multiply(node, ops.constant((1 / scales).reshape(1, 1, -1)))
        low, high = (ops.constant(np.float32(limit)) for limit in self._ranges.limits[name])
        return ops.fake_quantize(node, low, high, low, high, _LEVELS)

    def matrix(self, name: str, weights: NDArray[np.float32]) -> Any:
        """Return the weights as integers, times the step of each row."""
        ops = self._ops
        if not name.endswith(_ATTENDED):
            weights = weights * self._ranges.scales[name]
        steps = np.abs(weights).max(axis=1, keepdims=True) / _LARGEST
        steps = np.maximum(steps, np.finfo(np.float32).tiny).astype(np.float32)
        levels = np.clip(np.round(weights / steps), -_LARGEST, _LARGEST).astype(np.int8)
        return ops.multiply(ops.convert(ops.constant(levels), "f32"), ops.constant(steps))


def read_encoder(data: bytes | memoryview, file: E5File) -> dict[str, NDArray[np.float32]]:
    """Return the values of all tensors but the table of token vectors."""
    return {
        tensor.name: np.concatenate(list(read_values(data, tensor))).reshape(tensor.dimensions)
        for tensor in file.tensors
        if tensor.name != TABLE
    }


def with_scaled_values(values: Values, ranges: Ranges) -> Values:
    """Return weights whose attention gives its outputs divided by their scales.

    The result computes the same. The scales go into the value matrix before attention, which mixes
    rows and never columns, and come out of the matrix after it. So the graph has no step for them.
    """
    changed = dict(values)
    for name, scales in ranges.scales.items():
        if name.endswith(_ATTENDED):
            value = name.removesuffix(_ATTENDED) + ".v"
            changed[f"{value}.w"] = values[f"{value}.w"] / scales[:, None]
            changed[f"{value}.b"] = values[f"{value}.b"] / scales
            changed[f"{name}.w"] = values[f"{name}.w"] * scales
    return changed


def encoder_graph(shape: Shape, values: Values, products: Products) -> Any:
    """Return the graph from `inputs_embeds` (texts, tokens, width) and `attention_mask`.

    Its output has the shape (texts, width), and rows of length 1. Positions are part of the graph,
    so a text may have at most `shape.positions` tokens.
    """
    openvino, ops = import_openvino(), _operations()
    tokens = ops.parameter([-1, -1, shape.hidden], np.float32, name="inputs_embeds")
    mask = ops.parameter([-1, -1], np.int64, name="attention_mask")
    for parameter in (tokens, mask):
        parameter.output(0).set_names({parameter.get_friendly_name()})
    builder = _Builder(ops, shape, values, products)
    last = builder.layers(tokens, mask)
    model = openvino.Model([ops.result(builder.mean(last, mask))], [tokens, mask], "encoder")
    model.validate_nodes_and_infer_types()
    return model


class _Builder:
    """Adds nodes; each method returns the node of its result."""

    def __init__(self, ops: Any, shape: Shape, values: Values, products: Products) -> None:
        self._ops, self._shape, self._values, self._products = ops, shape, values, products

    def layers(self, tokens: Any, mask: Any) -> Any:
        """Return the last layer's output, shape (texts, tokens, width)."""
        ops = self._ops
        visible = ops.convert(ops.unsqueeze(mask, ops.constant(np.array([1, 2]))), "boolean")
        state = self._norm(ops.add(tokens, self._positions(tokens)), "emb.ln")
        for layer in range(self._shape.layers):
            attended = self._attention(state, visible, f"l{layer}")
            state = self._norm(ops.add(attended, state), f"l{layer}.aln")
            wide = ops.gelu(self._product(state, f"l{layer}.fi"), "erf")
            state = self._norm(ops.add(self._product(wide, f"l{layer}.fo"), state), f"l{layer}.oln")
        return state

    def mean(self, state: Any, mask: Any) -> Any:
        """Return the mean over the tokens of each text, as a unit vector.

        The sum has the same direction as the mean.
        """
        ops = self._ops
        weight = ops.unsqueeze(ops.convert(mask, "f32"), ops.constant(np.array([2])))
        total = ops.reduce_sum(ops.multiply(state, weight), ops.constant(np.array([1])), False)
        return ops.normalize_l2(total, ops.constant(np.array([1])), 1e-24, "max")

    def _positions(self, tokens: Any) -> Any:
        ops = self._ops
        # All tokens are of the first type, as texts are embedded one by one.
        table = self._values["emb.pos"] + self._values["emb.type"][0]
        size = ops.gather(
            ops.shape_of(tokens), ops.constant(np.array([1])), ops.constant(np.int64(0))
        )
        one = ops.constant(np.array([1]))
        return ops.slice(ops.constant(table[None]), ops.constant(np.array([0])), size, one, one)

    def _attention(self, state: Any, visible: Any, layer: str) -> Any:
        ops, shape = self._ops, self._shape
        width = shape.hidden // shape.heads
        by_head = ops.constant(np.array([0, 0, shape.heads, width]))
        swapped = ops.constant(np.array([0, 2, 1, 3]))
        # One product instead of three: the processor's units are used better.
        joined = self._product(state, f"{layer}.qkv", tuple(f"{layer}.{part}" for part in "qkv"))
        parts = ops.variadic_split(
            joined, ops.constant(np.int64(2)), ops.constant(np.array([shape.hidden] * 3))
        )
        query, key, value = (
            ops.transpose(ops.reshape(part, by_head, True), swapped) for part in parts.outputs()
        )
        mixed = ops.scaled_dot_product_attention(
            query, key, value, visible, ops.constant(np.float32(1 / math.sqrt(width))), causal=False
        )
        whole = ops.constant(np.array([0, 0, shape.hidden]))
        return self._product(ops.reshape(ops.transpose(mixed, swapped), whole, True), f"{layer}.ao")

    def _product(self, state: Any, name: str, parts: Sequence[str] = ()) -> Any:
        """Return `state` times a matrix plus a bias, or those of `parts` one below the other."""
        ops, names = self._ops, parts or (name,)
        weights = np.concatenate([self._values[f"{part}.w"] for part in names])
        bias = np.concatenate([self._values[f"{part}.b"] for part in names])
        inputs, matrix = self._products.inputs(name, state), self._products.matrix(name, weights)
        product = ops.matmul(inputs, matrix, False, True)
        return ops.add(product, ops.constant(bias.reshape(1, 1, -1)))

    def _norm(self, state: Any, name: str) -> Any:
        ops = self._ops
        last = ops.constant(np.array([2]))
        state = ops.mvn(state, last, True, self._shape.layer_norm_epsilon, "INSIDE_SQRT")
        state = ops.multiply(state, ops.constant(self._values[f"{name}.w"].reshape(1, 1, -1)))
        return ops.add(state, ops.constant(self._values[f"{name}.b"].reshape(1, 1, -1)))


def _operations() -> Any:
    """Return OpenVINO's operations. The set is fixed, so that the graph is the same everywhere."""
    import_openvino()
    from openvino import opset15

    return opset15
