"""Find a model's files: the bundled embedder, a folder, or a name on the model hub.

An embedding model is identified by its fingerprint. It changes with everything that changes the
vectors. No model is loaded here; `huggingface_hub` is imported only for a name on the hub.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.config import BUNDLED_EMBEDDER
from rag.errors import EmbedderError, first_line
from rag.models.bundled import wheel
from rag.models.embedder import OnProgress

_HUB_TIMEOUT_SECONDS = 10.0
_HUB_ORGANISATION = "sentence-transformers"  # its models may be named without it
# Weights for other runtimes are not fetched. They may be several times as large.
_OTHER_RUNTIMES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf"]
_WEIGHTS = ("*.safetensors", "*.bin")
INSTALL_TORCH = '`pip install "sentence-transformers>=6.1,<7" "nncf>=3.2,<4"`'
"""The command that adds to a slim install what other models need."""


@dataclass(frozen=True, kw_only=True)
class ModelFolder:
    """A sentence-transformers model on this machine. `name` is its name in the settings."""

    name: str
    path: Path
    fingerprint: str


def find_model(name: str, on_progress: OnProgress | None = None) -> ModelFolder:
    """Return the folder of the embedding model `name`.

    `on_progress` is called with (done, total) in bytes while the bundled model is unpacked, which
    happens once. A name on the hub is first looked up in the local cache, and fetched over the
    network only if it is not complete there. Raises `EmbedderError` if the model can't be found,
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
            en=f"The embedding model {name!r} is not a folder here, and can't be fetched from the "
            f"model hub ({error}): set RAG_EMBEDDER to a folder, or unset it to use the bundled "
            f"{BUNDLED_EMBEDDER}.",
            zh=f"嵌入模型 {name!r} 不是本机的文件夹，也无法从模型库下载（{error}）："
            f"请把 RAG_EMBEDDER 设为一个文件夹，或者不设它，以使用自带的 {BUNDLED_EMBEDDER}。",
        ) from error
    fingerprint = hashlib.sha256(f"{name}@{path.name}".encode()).hexdigest()
    return ModelFolder(name=name, path=path, fingerprint=fingerprint)


def lacks_torch() -> bool:
    """Return True in a slim install, which runs the models that come with the program only."""
    return importlib.util.find_spec("sentence_transformers") is None


def require_torch(name: str, reason: str | None = None) -> None:
    """Raise `EmbedderError` in a slim install. `reason` is why OpenVINO can't run the model."""
    if lacks_torch():
        en = f" OpenVINO can't run it here ({reason})." if reason else ""
        zh = f"OpenVINO 在此无法运行它（{reason}）。" if reason else ""
        raise EmbedderError(
            en=f"The embedding model {name!r} needs sentence-transformers, which is not "
            f"installed.{en} Run {INSTALL_TORCH}, or unset RAG_EMBEDDER to use the bundled "
            f"{BUNDLED_EMBEDDER}.",
            zh=f"嵌入模型 {name!r} 需要 sentence-transformers，而它没有安装。{zh}"
            f"请运行 {INSTALL_TORCH}，或者不设 RAG_EMBEDDER，以使用自带的 {BUNDLED_EMBEDDER}。",
        )


def find_folder(name: str) -> Path:
    """Return the folder of another model: a folder, or a name on the hub. Raises `NotFetched`."""
    folder = Path(name).expanduser()
    return folder if folder.is_dir() else _from_hub(name)


def cannot_load(name: str, folder: Path, reason: str) -> EmbedderError:
    """Return the error for a folder without a complete model."""
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
    """Raised if a model can't be fetched from the hub, with the reason in one line."""


def _from_hub(repository: str) -> Path:
    """Return the folder of a hub model in the local cache. Its name is the commit."""
    from huggingface_hub import snapshot_download

    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
        if _holds_weights(folder):
            return folder
    except (OSError, ValueError):
        pass  # The model is not in the cache, or the name is invalid: the hub will report that.
    return _fetch(repository)


def _fetch(repository: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        with _no_bars():
            # One request with a time limit comes first. Without a network, a download would
            # try again and again, for more than a minute.
            files = HfApi().model_info(repository, timeout=_HUB_TIMEOUT_SECONDS)
            names = [file.rfilename for file in files.siblings or ()]
            has_safetensors = any(file.endswith(".safetensors") for file in names)
            ignored = [*_OTHER_RUNTIMES, *(["*.bin"] if has_safetensors else [])]
            return Path(snapshot_download(repository, revision=files.sha, ignore_patterns=ignored))
    except Exception as error:  # the hub's client may raise errors of several libraries
        raise NotFetched(first_line(error)) from error


def folder_fingerprint(folder: Path) -> str:
    """Return the SHA-256 (hex) of the names and contents of all files of a model folder.

    Files that end in `.md`, and hidden files and folders, are left out.
    """
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
    """Turn the hub's progress bars off."""
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
