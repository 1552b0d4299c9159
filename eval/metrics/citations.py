"""Whether an answer cites the places that it should; after ALCE (Gao et al., 2023, section 4).

ALCE (arXiv:2305.14627) asks an entailment model whether the passages cited support each sentence.
Here the supporting places were marked by hand beforehand, so no model judges: both measures compare
the places cited with the gold spans. ALCE's recall is over the sentences of the answer; ours is
over the facts that the answer should have had, so saying little doesn't raise it. What a judge has
to say of each sentence and its own citations is apart, in `eval.judging`.
"""

from __future__ import annotations

from eval.metrics.facts import check_facts
from eval.metrics.places import cites
from eval.metrics.shares import share
from eval.questions import Question
from rag.types import Answer


def citation_recall(question: Question, answer: Answer | None) -> float | None:
    """The share of reference facts for which the answer cites one of the fact's gold spans.

    The denominator is all facts of the question: an abstention has 0.
    """
    if not question.answerable:
        return None
    return share(fact.cited for fact in check_facts(question, answer))


def citation_precision(question: Question, answer: Answer | None) -> float | None:
    """The share of distinct citations shown that cite some gold span of the question.

    None where no citation is shown: there is nothing that could be wrong. Citations of articles
    that nobody judged are left out. The place may support any of the facts, so this measures
    relevance; whether each sentence is supported by its own citation is for `eval.judging`.
    """
    if not question.answerable or answer is None:
        return None
    judged = [c for c in answer.citations if c.doc_id not in question.unjudged]
    if not judged:
        return None
    return share(any(cites(c, span) for span in question.spans) for c in judged)
