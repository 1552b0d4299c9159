"""Judges: models that read sources and a claim together, and tell how far it is supported.

They are slower than the program's own check by a hundred times and more, and read what it can't:
who holds which office, what causes what.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rag.errors import JudgeError, first_line
from rag.models.model_folder import NotFetched, find_folder
from rag.models.sentence_transformer import load_cross_encoder
from rag.types import Citation


class Judge(Protocol):
    """Tells how far sources support a claim. Safe to call from several threads."""

    name: str

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        """0 (not at all) to 1 (wholly). Raises `RagError` where the judge gives no verdict."""
        ...


class CrossEncoderJudge:
    """The `Judge` protocol over a `CrossEncoder` for natural language inference.

    The model must have a label called "entailment"; its probability is the support.
    """

    def __init__(self, name: str) -> None:
        """`name` is a folder, or a name of the model hub. Raises `JudgeError`."""
        self.name = name
        self._lock = threading.Lock()
        try:
            self._model = load_cross_encoder(find_folder(name))
            labels = (self._model.config and self._model.config.id2label) or {}
            entailment = [i for i, label in labels.items() if label.lower() == "entailment"]
        except NotFetched as error:
            raise _cannot_judge(name, str(error)) from error
        except Exception as error:  # what a broken or foreign folder raises is anybody's guess
            raise _cannot_judge(name, first_line(error)) from error
        if len(entailment) != 1:
            raise _cannot_judge(name, "it has no label called entailment")
        (self._entailment,) = entailment

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        """The probability that the sources, one after the other, entail the claim."""
        try:
            with self._lock:
                logits = self._model.predict(
                    [("\n".join(map(_shown, sources)), claim)],
                    show_progress_bar=False,
                    activation_fn=_unchanged,
                )
        except Exception as error:  # whatever a foreign model raises
            raise _cannot_judge(self.name, first_line(error)) from error
        odds = np.exp(logits[0] - np.max(logits[0]))
        return float(odds[self._entailment] / odds.sum())


def _shown(source: Citation) -> str:
    """The quotation with the day it is of, on which its "yesterday" leans."""
    return f"({source.published}) {source.quote}" if source.published else source.quote


def _unchanged(scores: object) -> object:
    return scores


def _cannot_judge(name: str, reason: str) -> JudgeError:
    return JudgeError(
        en=f"The judge {name!r} can't be used ({reason}): name a CrossEncoder of"
        " sentence-transformers for natural language inference, a folder or a name of the hub.",
        zh=f"评判模型 {name!r} 无法使用（{reason}）：请给出用于自然语言推理的"
        " sentence-transformers CrossEncoder，文件夹或模型库中的名称。",
    )
