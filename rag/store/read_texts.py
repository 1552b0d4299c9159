"""Texts that are read one by one, as a sequence: they need not all be in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload


class ReadTexts(Sequence[str]):
    """`count` texts; `read` returns one of them by its number."""

    def __init__(self, count: int, read: Callable[[int], str]) -> None:
        self._count = count
        self._read = read

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self._read(i) for i in range(*row.indices(self._count))]
        return self._read(row)
