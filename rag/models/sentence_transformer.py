"""Embed with sentence-transformers and torch, as the reference and on a GPU.

sentence-transformers imports torch, which takes seconds, so it is imported only when a model is
loaded. Vectors are computed in float32, which works on every machine.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from rag.errors import first_line
from rag.messages import Message
from rag.models.embedder import Vectors
from rag.models.model_folder import (
    INSTALL_TORCH,
    ModelFolder,
    cannot_load,
    find_folder,
    lacks_torch,
)

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

# Texts are padded to the longest of their batch, so larger batches waste more time on a CPU.
_BATCH_SIZE = 16
_TALKATIVE = ("transformers", "sentence_transformers")


def load_sentence_transformer(name: str, path: Path) -> SentenceTransformer:
    """Load the model in the folder `path`. `name` is for messages. Raises `EmbedderError`."""
    from sentence_transformers import SentenceTransformer

    try:
        with quiet():
            return SentenceTransformer(str(path), local_files_only=True)
    except Exception as error:  # a broken model folder may raise anything
        raise cannot_load(name, path, first_line(error)) from error


def load_cross_encoder(name: str) -> CrossEncoder:
    """Load the cross-encoder `name`, a folder or a name on the hub.

    Raises `NotFetched`, `ImportError` in a slim install, and any error for a broken folder.
    """
    if lacks_torch():
        raise ImportError(f"it needs {INSTALL_TORCH}")
    path = find_folder(name)
    from sentence_transformers import CrossEncoder

    with quiet():
        model: CrossEncoder = CrossEncoder(str(path), local_files_only=True)
    return model


class SentenceTransformerEmbedder:
    """An `Embedder` that uses a `SentenceTransformer`. Raises `EmbedderError`.

    Questions are embedded by `encode_query` and passages by `encode_document`, which add the
    model's own prompts. `max_tokens` is `sys.maxsize` for a model that reads any length.
    """

    def __init__(self, folder: ModelFolder, notice: Message | None = None) -> None:
        model = load_sentence_transformer(folder.name, folder.path)
        self.name = folder.name
        self.fingerprint = folder.fingerprint
        self.runtime = f"torch {model.device.type} float32"
        self.notice = notice
        self.dimensions = model.get_embedding_dimension() or len(model.encode("")[0])
        self.max_tokens = int(min(model.max_seq_length or sys.maxsize, sys.maxsize))
        self._model = model
        # A tokenizer's truncation is state that several threads would change. The lock costs no
        # time, since one batch keeps all cores busy.
        self._lock = threading.Lock()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions, shape (n, dimensions), in order."""
        return self._embed(self._model.encode_query, texts, None)

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of passages, shape (n, dimensions), in order.

        `on_progress` is called in this thread after each batch, with the number of its texts.
        """
        return self._embed(self._model.encode_document, texts, on_progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without prefix, special tokens and limit."""
        tokenizer = self._model.tokenizer
        fast = getattr(tokenizer, "backend_tokenizer", tokenizer)
        with self._lock:
            if isinstance(fast, Tokenizer):
                # sentence-transformers sets both again for each batch that it encodes.
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
        # The longest first, so that a lack of memory shows at once.
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


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Turn progress bars and load reports off."""
    from transformers.utils import logging as transformers_logging

    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    bars = transformers_logging.is_progress_bar_enabled()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
