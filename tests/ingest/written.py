"""Articles that a test writes to a file, and reads."""

from __future__ import annotations

from pathlib import Path

from rag.ingest.loader import load_document
from rag.types import Document

CHINESE = "新港口周一正式开放，四十艘货船当天到港。市长表示，港口将为全市带来三千个就业岗位。"
ENGLISH = "The harbour of Lund opened on Monday – “forty ships” came, the café owner said."


def load(tmp_path: Path, name: str, data: bytes) -> Document:
    """Write a file of that name and return its one article."""
    path = tmp_path / name
    path.write_bytes(data)
    return load_document(path, tmp_path)
