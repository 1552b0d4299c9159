"""Embedding models through sentence-transformers: the bundled one, a folder, or a hub's name.

sentence-transformers brings torch and takes seconds to import, so it is imported when a model is
loaded and not before. Vectors are computed in float32, which every machine can do: an index made
on one machine can then be searched on another. (bfloat16 nearly doubles the speed on a CPU that has
it, at cosines above 0.9999 to float32; a CPU that has not must emulate it.)
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from rag.config import BUNDLED_EMBEDDER
from rag.errors import EmbedderError
from rag.models import bundled
from rag.models.embedder import Embedder, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Texts of a batch are padded to its longest, so larger batches waste more on a CPU.
_BATCH_SIZE = 16
_HUB_TIMEOUT_SECONDS = 10.0
_HUB_ORGANISATION = "sentence-transformers"  # whose models may be named without it
# Weights for other runtimes, which may be several times as large as those that are loaded.
_OTHER_RUNTIMES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf"]


def load_embedder(name: str, on_progress: bundled.OnProgress | None = None) -> Embedder:
    """The embedding model called `name`: the bundled one, a folder, or a name of the model hub.

    Loading takes seconds. `on_progress` is told (done, total) in bytes while the bundled model is
    unpacked, the first time. A name of the hub is looked for in its local cache first, and asked
    for over the network only where it is not there. Raises `EmbedderError` where the model can't
    be found, fetched, unpacked or loaded.
    """
    if name == BUNDLED_EMBEDDER:
        model = _load(bundled.bundled_folder(on_progress), name)
        fingerprint = bundled.fingerprint()
    elif (folder := Path(name).expanduser()).is_dir():
        model = _load(folder, name)
        fingerprint = folder_fingerprint(folder)
    else:
        model, commit = _load_from_hub(name)
        fingerprint = hashlib.sha256(f"{name}@{commit}".encode()).hexdigest()
    return SentenceTransformerEmbedder(name=name, model=model, fingerprint=fingerprint)


class SentenceTransformerEmbedder:
    """The `Embedder` protocol over a loaded `SentenceTransformer`.

    Questions go through `encode_query` and passages through `encode_document`, which put the
    model's own prompts in front. `max_tokens` is `sys.maxsize` for a model that reads any length.
    """

    def __init__(self, *, name: str, model: SentenceTransformer, fingerprint: str) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimensions = model.get_embedding_dimension() or len(model.encode("")[0])
        self.max_tokens = int(min(model.max_seq_length or sys.maxsize, sys.maxsize))
        self._model = model
        # One batch keeps all cores busy anyway, and a tokenizer's truncation is state that calls
        # from several threads would change under each other.
        self._lock = threading.Lock()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, shape (n, dimensions), in order."""
        return self._embed(self._model.encode_query, texts, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Vectors of passages, shape (n, dimensions), in order.

        `on_progress` is called in this thread after each batch, with the number of its texts.
        """
        return self._embed(self._model.encode_document, texts, on_progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text alone, without prefix and special tokens, however many they are."""
        tokenizer = self._model.tokenizer
        fast = getattr(tokenizer, "backend_tokenizer", tokenizer)
        with self._lock:
            if isinstance(fast, Tokenizer):
                # sentence-transformers sets both anew for each batch it encodes.
                fast.no_truncation()
                fast.no_padding()
                encodings = fast.encode_batch_fast(list(texts), add_special_tokens=False)
                return [len(encoding) for encoding in encodings]
            return [
                len(tokenizer.encode(text, add_special_tokens=False, verbose=False))
                for text in texts
            ]

    def _embed(
        self,
        encode: Callable[..., Any],
        texts: Sequence[str],
        on_progress: Callable[[int], None] | None,
    ) -> Vectors:
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        counts = self.count_tokens(texts)
        # The longest first: if memory runs out, it does so at once.
        order = sorted(range(len(texts)), key=counts.__getitem__, reverse=True)
        for start in range(0, len(order), _BATCH_SIZE):
            batch = order[start : start + _BATCH_SIZE]
            with self._lock:
                vectors[batch] = encode(
                    [texts[index] for index in batch],
                    batch_size=len(batch),
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
            if on_progress is not None:
                on_progress(len(batch))
        return vectors


def _load(folder: Path, name: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    try:
        with _quiet():
            return SentenceTransformer(str(folder), local_files_only=True)
    except Exception as error:  # what a broken or foreign folder raises is anybody's guess
        reason = _first_line(error)
        raise EmbedderError(
            en=f"The embedding model {name!r} can't be loaded from {folder} ({reason}): check "
            "that the folder holds a whole sentence-transformers model, or set RAG_EMBEDDER to "
            "another.",
            zh=f"无法从 {folder} 加载嵌入模型 {name!r}（{reason}）：请检查该文件夹是否为完整的 "
            "sentence-transformers 模型，或者把 RAG_EMBEDDER 设为别的模型。",
        ) from error


def _load_from_hub(name: str) -> tuple[SentenceTransformer, str]:
    """The model of the hub called `name`, and its commit."""
    from huggingface_hub import snapshot_download

    repository = name if "/" in name else f"{_HUB_ORGANISATION}/{name}"
    try:
        folder = Path(snapshot_download(repository, local_files_only=True))
        return _load(folder, name), folder.name
    except (OSError, ValueError, EmbedderError):
        # Not there, not whole, or no name at all: the hub will tell.
        folder = _fetch(repository, name)
        return _load(folder, name), folder.name


def _fetch(repository: str, name: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    try:
        with _quiet():
            # One question with a time limit before anything that tries again and again: without
            # a network, downloading at once would take more than a minute to say so.
            files = HfApi().model_info(repository, timeout=_HUB_TIMEOUT_SECONDS)
            names = [file.rfilename for file in files.siblings or ()]
            has_safetensors = any(file.endswith(".safetensors") for file in names)
            ignored = [*_OTHER_RUNTIMES, *(["*.bin"] if has_safetensors else [])]
            return Path(snapshot_download(repository, revision=files.sha, ignore_patterns=ignored))
    except Exception as error:  # of several libraries below the hub's client
        reason = _first_line(error)
        raise EmbedderError(
            en=f"The embedding model {name!r} is no folder here, and can't be fetched from the "
            f"model hub ({reason}): set RAG_EMBEDDER to a folder, or unset it to use the bundled "
            f"{BUNDLED_EMBEDDER}.",
            zh=f"嵌入模型 {name!r} 不是本机的文件夹，也无法从模型库下载（{reason}）："
            f"请把 RAG_EMBEDDER 设为一个文件夹，或者不设它，以使用自带的 {BUNDLED_EMBEDDER}。",
        ) from error


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
def _quiet() -> Iterator[None]:
    """Keep the progress bars and load reports of the libraries off the terminal."""
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )
    from transformers.utils import logging as transformers_logging

    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    bars = transformers_logging.is_progress_bar_enabled()
    hub_bars = not are_progress_bars_disabled()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    disable_progress_bars()
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
        if hub_bars:
            enable_progress_bars()


_TALKATIVE = ("transformers", "sentence_transformers", "huggingface_hub")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
