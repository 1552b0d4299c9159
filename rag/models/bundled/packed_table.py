"""Read token vectors where they lie, in 4 bits, in the weights file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.models.bundled.e5_file import BLOCK_BYTES, dequantise
from rag.models.bundled.published import TABLE_OFFSET, TABLE_SHAPE


class PackedTable:
    """The vector of each token, in float32. The file is mapped, so only rows in use are read."""

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        """`rows` has the packed vector of each token, see `e5_file.dequantise`."""
        self._rows = rows

    def __getitem__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of token ids of any shape, in shape (*ids.shape, width)."""
        blocks = self._rows[ids].reshape(-1, BLOCK_BYTES)
        return dequantise(blocks).reshape(*ids.shape, -1)


def bundled_table(weights: Path) -> PackedTable:
    """Return the token vectors of the bundled model. Raises `OSError` or `ValueError`."""
    rows: NDArray[np.uint8] = np.memmap(
        weights, np.uint8, mode="r", offset=TABLE_OFFSET, shape=TABLE_SHAPE
    )
    return PackedTable(rows)
