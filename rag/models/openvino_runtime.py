"""Run graphs on OpenVINO; the embedding model and the reader share this code.

A graph takes token vectors as input. Their table is most of a multilingual model's weights. It
stays in a file that is read by row, and both models share it. Texts of similar length are in the
same batch, there are only a few batch sizes, and several batches are computed at the same time.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from rag.models.subwords import (
    PIECES_FILE,
    TOKENIZER_FILE,
    HubTokenizer,
    PieceTokenizer,
    SubwordTokenizer,
)

if TYPE_CHECKING:
    import openvino

MODEL_FILE = "model.xml"
WEIGHTS_FILE = "model.bin"
TABLE_FILE = "embeddings.npy"
COMPILED_FOLDER = "compiled"

_COMPILED_KEPT = 3

# A batch of this many tokens uses the weights well and still fits into the caches.
_BATCH_TOKENS = 2048
# Smaller batches have less padding, and leave no core idle at the end.
_BATCH_TOKENS_OF_FEW = 512
# Lengths are rounded up to a multiple of this, so that fewer shapes need kernels.
_LENGTH_STEP = 16

Inputs = dict[str, NDArray[Any]]


class ExportUnusable(Exception):
    """Raised if an exported model can't be loaded here, or gives wrong results."""


class Table(Protocol):
    """The vectors of tokens: an array with a row for each token id, or what reads like one."""

    def __getitem__(self, ids: NDArray[np.int64], /) -> NDArray[Any]:
        """Return the vectors of token ids of any shape, in shape (*ids.shape, width)."""
        ...


@dataclass(frozen=True, kw_only=True)
class TokenVectors:
    """A tokenizer, and the vector of each of its tokens.

    `table` is a mapped file, so only the rows in use are read.
    """

    tokenizer: SubwordTokenizer
    table: Table

    @classmethod
    def read(cls, export: Path, table: Table | None = None) -> TokenVectors:
        """Read the token vectors of an exported model. Broken files may raise any error.

        `table` is given if the vectors are not in the folder of the export.
        """
        if table is None:
            # A text needs about a hundred of the 250,000 rows, and only these are read.
            table = np.load(export / TABLE_FILE, mmap_mode="r")
        if (export / PIECES_FILE).exists():
            return cls(tokenizer=PieceTokenizer(export), table=table)
        return cls(tokenizer=HubTokenizer.open(export / TOKENIZER_FILE), table=table)


@runtime_checkable
class SharesTokens(Protocol):
    """An embedding model whose tokenizer and table other models may use."""

    @property
    def tokens(self) -> TokenVectors:
        """The tokenizer and the token vectors."""
        ...


def import_openvino() -> Any:
    """Import the module `openvino` without its telemetry. It must not be imported anywhere else.

    On import, `openvino` would send usage statistics to its makers over the network, without
    asking. It does not if its telemetry package can't be imported.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def compile_model(
    core: openvino.Core, export: Path, cache: Path | None, threads: int | None = None
) -> openvino.CompiledModel:
    """Return the model, compiled for this processor. This takes seconds the first time.

    The compiled model is kept in the folder `cache`, so later calls are faster. Without a folder,
    it is compiled each time. `threads` is how many compute at the same time, by default all.
    """
    settings = {"PERFORMANCE_HINT": "THROUGHPUT"}
    if threads is not None:
        settings["INFERENCE_NUM_THREADS"] = str(threads)
        # Else each process would hold its threads on the first processors, all on the same ones.
        settings["ENABLE_CPU_PINNING"] = "NO"
    if cache is not None:
        settings["CACHE_DIR"] = str(cache)
        # The weights are read where they are: without this, they would be there twice.
        settings["CACHE_MODE"] = "OPTIMIZE_SIZE"
    model = core.compile_model(str(export / MODEL_FILE), "CPU", settings)
    if cache is not None:
        _drop_oldest(cache)
    return model


def _drop_oldest(cache: Path) -> None:
    """Delete all but the newest compiled models: one is added for each path and each version."""
    with contextlib.suppress(OSError):  # another process may be deleting them too
        kept = sorted(cache.glob("*.blob"), key=lambda blob: -blob.stat().st_mtime_ns)
        for blob in kept[_COMPILED_KEPT:]:
            blob.unlink(missing_ok=True)


def batches(
    lengths: Sequence[int], longest: int, *, few: bool = False
) -> Iterator[tuple[list[int], int]]:
    """Yield the rows of each batch and the length that they are padded to, the longest first.

    `longest` is the longest input that the model reads. `few` is for texts that a user waits for.
    Batches are small then, and their sizes are powers of two, because each new shape needs
    kernels, and making them takes longer than computing the batch.
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
    """A compiled graph that takes token vectors. It can be called from several threads."""

    def __init__(self, model: openvino.CompiledModel, table: Table, *, padding: int) -> None:
        """`padding` is the id of the token that fills up shorter rows of a batch."""
        self._model = model
        self._table = table
        self._padding = padding
        self._requests = int(model.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))

    def inputs(self, ids: Sequence[Sequence[int]], length: int) -> Inputs:
        """Return the inputs of a batch from the token ids of its rows, padded to `length`."""
        tokens = np.full((len(ids), length), self._padding, np.int64)
        mask = np.zeros((len(ids), length), np.int64)
        for row, values in enumerate(ids):
            tokens[row, : len(values)] = values
            mask[row, : len(values)] = 1
        vectors = np.asarray(self._table[tokens], np.float32)
        return {"inputs_embeds": vectors, "attention_mask": mask}

    def begin(self, inputs: Inputs) -> openvino.InferRequest:
        """Start one batch. `wait()` on the returned request waits for its outputs."""
        request = self._model.create_infer_request()
        request.start_async(inputs)
        return request

    def run(
        self,
        inputs: Iterable[tuple[list[int], Inputs]],
        collect: Callable[[list[int], openvino.InferRequest], None],
        stop: Callable[[], bool] | None = None,
    ) -> bool:
        """Compute batches, given as rows and inputs, several at the same time.

        `collect` is called in this thread with the rows of each batch, in order, and the request
        with its outputs. `stop` is called between batches, and ends the run if it returns True.
        Returns True if all batches were computed.
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
