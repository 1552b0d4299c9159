"""Cross-encoders that a user may choose: judges of claims, and rerankers of passages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import JudgeError, RerankerError, first_line
from rag.models.model_folder import NotFetched
from rag.models.sentence_transformer import load_cross_encoder
from rag.types import Citation

# Judges read a claim together with its sources, and return how well the sources support it. They
# are at least a hundred times slower than the program's own check. But they can check things that
# it can't, such as who holds which office, and what causes what.


class Judge(Protocol):
    """Judges how well sources support a claim. It can be called from several threads."""

    name: str

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        """Return the support, from 0 (none) to 1 (full).

        Raises `RagError` if the judge gives no verdict.
        """
        ...


class CrossEncoderJudge:
    """A `Judge` that uses a `CrossEncoder` for natural language inference.

    The model must have a label called "entailment". Its probability is the support.
    """

    def __init__(self, name: str) -> None:
        """`name` is a folder, or a name on the model hub. Raises `JudgeError`."""
        self.name = name
        self._lock = threading.Lock()
        try:
            self._model = load_cross_encoder(name)
            labels = (self._model.config and self._model.config.id2label) or {}
            entailment = [i for i, label in labels.items() if label.lower() == "entailment"]
        except NotFetched as error:
            raise _cannot_judge(name, str(error)) from error
        except Exception as error:  # a broken model folder may raise anything
            raise _cannot_judge(name, first_line(error)) from error
        if len(entailment) != 1:
            raise _cannot_judge(name, "it has no label called entailment")
        (self._entailment,) = entailment

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        """Return the probability that the sources, joined together, entail the claim."""
        try:
            with self._lock:
                logits = self._model.predict(
                    [("\n".join(map(_shown, sources)), claim)],
                    show_progress_bar=False,
                    activation_fn=_unchanged,
                )
        except Exception as error:  # the model may raise anything
            raise _cannot_judge(self.name, first_line(error)) from error
        odds = np.exp(logits[0] - np.max(logits[0]))
        return float(odds[self._entailment] / odds.sum())


def _shown(source: Citation) -> str:
    """Return the quotation with its date, because it may say "yesterday"."""
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


# Rerankers read a question together with a passage, and score how well the passage fits. This is a
# thousand times slower than comparing vectors, so only the best hits are scored. They are off
# unless `RAG_RERANKER` names one: any `CrossEncoder` of sentence-transformers.


class Reranker(Protocol):
    """Scores passages for a question. It can be called from several threads."""

    name: str

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a score for each text, shape (len(texts),): higher is better, on any scale."""
        ...


class CrossEncoderReranker:
    """A `Reranker` that uses a `CrossEncoder`. Its methods raise `RerankerError`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        try:
            self._model = load_cross_encoder(name)
        except NotFetched as error:
            raise _not_found(name, error) from error
        except Exception as error:  # a broken model folder may raise anything
            raise _cannot_rerank(name, first_line(error)) from error
        self.score("question", ["passage"])

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a score for each text, shape (len(texts),): higher is better."""
        try:
            with self._lock:
                scores = self._model.predict(
                    [(question, text) for text in texts], show_progress_bar=False
                )
            found = np.asarray(scores, np.float32)
        except Exception as error:  # the model may raise anything
            raise _cannot_rerank(self.name, first_line(error)) from error
        if found.shape != (len(texts),) or not np.isfinite(found).all():
            raise _cannot_rerank(self.name, "it doesn't give one number for each passage")
        return found


def _not_found(name: str, error: NotFetched) -> RerankerError:
    return RerankerError(
        en=f"The reranker {name!r} is not a folder here, and can't be fetched from the model hub "
        f"({error}): set RAG_RERANKER to a folder, or unset it to do without.",
        zh=f"重排模型 {name!r} 不是本机的文件夹，也无法从模型库下载（{error}）："
        "请把 RAG_RERANKER 设为一个文件夹，或者不设它，不使用重排。",
    )


def _cannot_rerank(name: str, reason: str) -> RerankerError:
    return RerankerError(
        en=f"The reranker {name!r} can't be used ({reason}): set RAG_RERANKER to a CrossEncoder of"
        " sentence-transformers with one score, or unset it to do without.",
        zh=f"重排模型 {name!r} 无法使用（{reason}）：请把 RAG_RERANKER 设为只给出一个分值的"
        " sentence-transformers CrossEncoder，或者不设它，不使用重排。",
    )
