"""Running graphs through OpenVINO: what the embedding model and the reader have in common.

A graph reads the vectors of tokens. Their table, most of a multilingual model's weights, stays a
file that is read by row, and both models share it. Similar lengths are read together, a few sizes
of batches get kernels, and as many batches are under way as the processor has work for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

if TYPE_CHECKING:
    import openvino

MODEL_FILE = "model.xml"
WEIGHTS_FILE = "model.bin"
TOKENIZER_FILE = "tokenizer.json"
TABLE_FILE = "embeddings.npy"
COMPILED_FOLDER = "compiled"

# A batch of this many tokens keeps the weights busy and still lies in the caches.
_BATCH_TOKENS = 2048
# In smaller batches less is padded, and no core is left without work at the end.
_BATCH_TOKENS_OF_FEW = 512
# Lengths are rounded up to a multiple, so that fewer shapes need kernels of their own.
_LENGTH_STEP = 16

Inputs = dict[str, NDArray[Any]]


class ExportUnusable(Exception):
    """The exported model can't be loaded here, or computes something else than it should."""


@dataclass(frozen=True, kw_only=True)
class TokenVectors:
    """A tokenizer, which neither cuts nor pads, and the vector of each of its tokens.

    `table` has a row for each token id. It is a file that is read where rows are asked for.
    """

    tokenizer: Tokenizer
    table: NDArray[Any]

    @classmethod
    def read(cls, export: Path) -> TokenVectors:
        """Those of an exported embedding model. Raises whatever the files make libraries raise."""
        return cls(
            tokenizer=Tokenizer.from_file(str(export / TOKENIZER_FILE)),
            # Of 250,000 rows a text needs a hundred: only those are read.
            table=np.load(export / TABLE_FILE, mmap_mode="r"),
        )


@runtime_checkable
class SharesTokens(Protocol):
    """An embedding model whose tokenizer and table another model may use too."""

    @property
    def tokens(self) -> TokenVectors:
        """Its tokenizer and the vectors of its tokens."""
        ...


def import_openvino() -> Any:
    """The module `openvino`, which is to be imported through here and nowhere else.

    On import it reports to its makers' statistics, over the network and without being asked to.
    It does without where the package that does this can't be imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def compile_model(core: openvino.Core, export: Path, cache: Path | None) -> openvino.CompiledModel:
    """The model, compiled for this processor; the first time takes seconds, later ones less.

    What was compiled is kept in the folder `cache`; without one, it is compiled each time.
    """
    settings = {"PERFORMANCE_HINT": "THROUGHPUT"}
    if cache is not None:
        settings["CACHE_DIR"] = str(cache)
    return core.compile_model(str(export / MODEL_FILE), "CPU", settings)


def batches(
    lengths: Sequence[int], longest: int, *, few: bool = False
) -> Iterator[tuple[list[int], int]]:
    """Rows of each batch and the length that they are padded to, the longest first.

    `longest` is the longest input that the model reads. `few` is for texts that a person waits
    for: batches are small, and their sizes powers of two, since each shape needs kernels, which
    take longer to make than the batch to compute.
    """
    order = sorted(range(len(lengths)), key=lambda row: -lengths[row])
    while order:
        stepped = -(-lengths[order[0]] // _LENGTH_STEP) * _LENGTH_STEP
        # A model may have no positions beyond its longest input.
        length = min(stepped, longest)
        count = max(1, (_BATCH_TOKENS_OF_FEW if few else _BATCH_TOKENS) // length)
        if few:
            count = 1 << (min(count, len(order)).bit_length() - 1)
        batch, order = order[:count], order[count:]
        yield batch, length


class TokenGraph:
    """A compiled graph that reads the vectors of tokens. Safe to call from several threads."""

    def __init__(self, model: openvino.CompiledModel, table: NDArray[Any], *, padding: int) -> None:
        """`padding` is the id of the token that fills shorter rows of a batch up."""
        self._model = model
        self._table = table
        self._padding = padding
        self._requests = int(model.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))

    def inputs(self, ids: Sequence[Sequence[int]], length: int) -> Inputs:
        """The inputs of a batch: token ids of each row, padded to `length`."""
        tokens = np.full((len(ids), length), self._padding, np.int64)
        mask = np.zeros((len(ids), length), np.int64)
        for row, values in enumerate(ids):
            tokens[row, : len(values)] = values
            mask[row, : len(values)] = 1
        return {"inputs_embeds": self._table[tokens].astype(np.float32), "attention_mask": mask}

    def begin(self, inputs: Inputs) -> openvino.InferRequest:
        """Begin with one batch; `wait()` of what comes back waits for its outputs."""
        request = self._model.create_infer_request()
        request.start_async(inputs)
        return request

    def run(
        self,
        inputs: Iterable[tuple[list[int], Inputs]],
        collect: Callable[[list[int], openvino.InferRequest], None],
        stop: Callable[[], bool] | None = None,
    ) -> bool:
        """Compute batches, given as their rows and inputs, several at once.

        `collect` is called in this thread with the rows of each batch, in order, and the request
        that holds its outputs. `stop` is asked between batches whether the rest is needed no more.
        Returns whether all batches were computed.
        """
        under_way: list[tuple[list[int], openvino.InferRequest]] = []
        free = [self._model.create_infer_request() for _ in range(self._requests)]

        def take() -> None:
            rows, request = under_way.pop(0)
            request.wait()
            collect(rows, request)
            free.append(request)

        try:
            for rows, batch in inputs:
                if not free:
                    take()
                if stop is not None and stop():
                    return False
                request = free.pop()
                request.start_async(batch)
                under_way.append((rows, request))
            while under_way:
                if stop is not None and stop():
                    return False
                take()
            return True
        finally:
            for _, request in under_way:
                request.wait()
