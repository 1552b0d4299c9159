"""Finding the reader: the one that is packed with the program, another folder's, or none."""

from __future__ import annotations

import json
import struct
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.errors import RagError, ReaderError, first_line
from rag.messages import Message
from rag.models import bundled
from rag.models.embedder import Embedder
from rag.models.openvino_reader import OpenVinoReader, ReaderSettings
from rag.models.openvino_runtime import (
    TOKENIZER_FILE,
    ExportUnusable,
    SharesTokens,
    TokenVectors,
)
from rag.models.reader import Reader

OFF = "off"
_WEIGHTS_FILE = "model.safetensors"
_TABLE = "embeddings.word_embeddings.weight"


def load_reader(setting: str | None, embedder: Embedder) -> tuple[Reader | None, Message | None]:
    """The reader, or None and why a person should know that there is none.

    `setting` is that of `RAG_READER`: None for the packed reader, "off", or a folder that
    `training.export` wrote. The packed one reads the bundled embedding model's tokens: beside any
    other model there is none, and no notice. Raises `ReaderError` where a folder that was asked
    for can't be used.
    """
    if setting == OFF:
        return None, None
    if setting is not None:
        try:
            return _load(Path(setting).expanduser(), embedder), None
        except ExportUnusable as error:
            raise _cannot_read(setting, str(error)) from error
    if embedder.fingerprint != bundled.fingerprint():
        return None, None
    try:
        return _load(packed_folder(), embedder), None
    except ExportUnusable as error:
        return None, _without(str(error))


def packed_folder() -> Path:
    """The folder of the reader that is packed with the program."""
    return Path(str(files("rag.models") / "reader"))


def _load(folder: Path, embedder: Embedder) -> Reader:
    if ReaderSettings.read(folder).embedder != embedder.fingerprint:
        raise ExportUnusable(f"it was not trained with the embedding model {embedder.name}")
    return OpenVinoReader(folder, _token_vectors(embedder))


def _token_vectors(embedder: Embedder) -> TokenVectors:
    """The embedding model's own, shared where it runs through OpenVINO."""
    if isinstance(embedder, SharesTokens):
        return embedder.tokens
    if embedder.fingerprint != bundled.fingerprint():
        raise ExportUnusable("the embedding model doesn't run through OpenVINO")
    try:
        folder = bundled.bundled_folder()
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        return TokenVectors(tokenizer=tokenizer, table=_table(folder / _WEIGHTS_FILE))
    except RagError as error:
        raise ExportUnusable(str(error)) from error
    except Exception as error:  # the tokenizer's library raises no class of its own
        raise ExportUnusable(first_line(error)) from error


def _table(weights: Path) -> NDArray[np.float32]:
    """The vectors of tokens in a file of safetensors, read by row.

    The form (https://github.com/huggingface/safetensors#format): u64 header size, JSON header,
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
