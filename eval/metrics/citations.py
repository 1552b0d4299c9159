"""Measure if an answer cites the right places, after ALCE (Gao et al., 2023, section 4).

ALCE (arXiv:2305.14627) asks an entailment model if the cited passages support each sentence. Here
the supporting places were marked by hand beforehand, so no model judges: both measures compare the
cited places with the gold spans. ALCE's recall is over the sentences of the answer. Here it is over
the facts that the answer should have, so a short answer does not raise it. Judges' verdicts on each
sentence and its own citations are in `eval.judging`.
"""

from __future__ import annotations

from eval.metrics.facts import check_facts
from eval.metrics.places import cites
from eval.metrics.shares import share
from eval.questions import Question
from rag.types import Answer


def citation_recall(question: Question, answer: Answer | None) -> float | None:
    """Return the share of reference facts for which the answer cites one of their gold spans.

    The denominator is all facts of the question, so an abstention has 0.
    """
    if not question.answerable:
        return None
    return share(fact.cited for fact in check_facts(question, answer))


def citation_precision(question: Question, answer: Answer | None) -> float | None:
    """Return the share of distinct citations shown that cite any gold span of the question.

    It is None if no citation is shown, because nothing can be wrong then. Citations of unjudged
    articles are left out. The place may support any of the facts, so this measures relevance.
    `eval.judging` measures if each sentence is supported by its own citation.
    """
    if not question.answerable or answer is None:
        return None
    judged = [c for c in answer.citations if c.doc_id not in question.unjudged]
    if not judged:
        return None
    return share(any(cites(c, span) for span in question.spans) for c in judged)
