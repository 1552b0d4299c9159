"""Choosing what computes the embedding model here: a GPU, OpenVINO on the processor, or torch."""

from __future__ import annotations

import contextlib
import importlib.metadata
import shutil
import sys
from pathlib import Path

from rag.config import cache_folder
from rag.messages import Message
from rag.models.embedder import Embedder, OnProgress
from rag.models.model_folder import ModelFolder, find_model
from rag.models.openvino_embedder import OpenVinoEmbedder
from rag.models.openvino_runtime import ExportUnusable

# Counts up whenever `rag.models.openvino_export` makes something else of the same model.
EXPORT_FORMAT = 2

_ACCELERATORS = ("/dev/nvidia0", "/dev/kfd")


def load_embedder(name: str, on_progress: OnProgress | None = None) -> Embedder:
    """The embedding model called `name`: the bundled one, a folder, or a name of the model hub.

    On a GPU it runs through sentence-transformers; else through OpenVINO, for which it is exported
    once, in about a minute, into the user's cache; and through sentence-transformers on the
    processor where that can't be done, with a notice. `on_progress` is told of unpacking and
    exporting. Raises `EmbedderError` where the model can't be found, fetched, unpacked or loaded.
    """
    folder = find_model(name, on_progress)
    if _has_accelerator():
        return _by_torch(folder, None)
    try:
        return _by_openvino(folder, on_progress)
    except ExportUnusable as error:
        return _by_torch(folder, _slow(str(error), export_folder(folder).with_suffix(".failed")))


def export_folder(folder: ModelFolder) -> Path:
    """Where the export of a model lies, or would."""
    return cache_folder() / f"openvino-{folder.fingerprint[:16]}-v{EXPORT_FORMAT}"


def _by_openvino(folder: ModelFolder, on_progress: OnProgress | None) -> Embedder:
    target = export_folder(folder)
    spare = target.with_suffix(".unusable")
    if target.is_dir():
        with contextlib.suppress(ExportUnusable):
            return OpenVinoEmbedder(folder, target)
    failed = target.with_suffix(".failed")
    if failed.is_file():
        raise ExportUnusable(failed.read_text(encoding="utf-8"))
    # Cut short, made by another version, or for another processor: it is made anew.
    shutil.rmtree(spare, ignore_errors=True)
    with contextlib.suppress(OSError):  # there is none, or another process was first
        target.rename(spare)
    from rag.models.openvino_export import export

    try:
        export(folder, target, on_progress)
        embedder = OpenVinoEmbedder(folder, target)
    except ExportUnusable as error:
        # Perhaps only this run can't use the old one, for want of memory: the next one may.
        if not target.exists():
            with contextlib.suppress(OSError):
                spare.rename(target)
        # Trying again would take a minute at every start.
        with contextlib.suppress(OSError):
            failed.write_text(str(error), encoding="utf-8")
        raise
    shutil.rmtree(spare, ignore_errors=True)
    return embedder


def _by_torch(folder: ModelFolder, notice: Message | None) -> Embedder:
    from rag.models.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(folder, notice)


def _has_accelerator() -> bool:
    """Whether torch can use a GPU; it is not imported where there is surely none."""
    there = sys.platform == "darwin" or any(Path(device).exists() for device in _ACCELERATORS)
    if not there or importlib.metadata.version("torch").endswith("+cpu"):
        return False
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def _slow(reason: str, failed: Path) -> Message:
    return Message(
        code="slow_embedder",
        en=f"Embedding runs through torch, several times slower than it could ({reason});"
        f" remove {failed} to try again.",
        zh=f"嵌入模型改由 torch 运行，速度会慢数倍（{reason}）；删除 {failed} 后会重试。",
    )
