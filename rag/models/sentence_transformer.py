"""Embedding through sentence-transformers and torch: the reference, and the way to a GPU.

sentence-transformers brings torch and takes seconds to import, so it is imported when a model is
loaded and not before. Vectors are computed in float32, which every machine can do.
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
from rag.models.model_folder import ModelFolder, cannot_load

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

# Texts of a batch are padded to its longest, so larger batches waste more on a CPU.
_BATCH_SIZE = 16
_TALKATIVE = ("transformers", "sentence_transformers")


def load_sentence_transformer(name: str, path: Path) -> SentenceTransformer:
    """The model in the folder `path`, which messages call `name`. Raises `EmbedderError`."""
    from sentence_transformers import SentenceTransformer

    try:
        with quiet():
            return SentenceTransformer(str(path), local_files_only=True)
    except Exception as error:  # what a broken or foreign folder raises is anybody's guess
        raise cannot_load(name, path, first_line(error)) from error


def load_cross_encoder(path: Path) -> CrossEncoder:
    """The model in the folder `path` that reads two texts together; raises whatever it raises."""
    from sentence_transformers import CrossEncoder

    with quiet():
        model: CrossEncoder = CrossEncoder(str(path), local_files_only=True)
    return model


class SentenceTransformerEmbedder:
    """The `Embedder` protocol over a `SentenceTransformer`; raises `EmbedderError`.

    Questions go through `encode_query` and passages through `encode_document`, which put the
    model's own prompts in front. `max_tokens` is `sys.maxsize` for a model that reads any length.
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


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep progress bars and load reports off the terminal."""
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
