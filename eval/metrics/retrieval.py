"""Measure if the passages found for an answer contain what it needed."""

from __future__ import annotations

import math

from eval.metrics.facts import check_facts
from eval.metrics.places import covers
from eval.metrics.shares import share
from eval.questions import Question
from rag.types import Answer

NDCG_CUTOFF = 10


def recall_at_5(question: Question, answer: Answer | None) -> float | None:
    """Return the share of reference facts for which one of the five best hits covers a gold span.

    Facts are counted, not spans: if three articles state a fact, finding one of them is enough.
    With one fact per question this is the recall@k (success@k) of question answering.
    """
    if not question.answerable:
        return None
    return share(fact.found for fact in check_facts(question, answer))


def reciprocal_rank(question: Question, answer: Answer | None) -> float | None:
    """Return 1 / rank of the first hit that covers any gold span, or 0 if none does.

    Its mean is the MRR of TREC-8 question answering (Voorhees, 1999). Spans without facts count,
    because a good answer may cite them.
    """
    if not question.answerable:
        return None
    for rank, hit in enumerate(answer.hits if answer else (), start=1):
        if any(covers(hit.passage, span) for span in question.spans):
            return 1 / rank
    return 0.0


def ndcg_at_10(question: Question, answer: Answer | None) -> float | None:
    """Return nDCG@10 (Järvelin & Kekäläinen, 2002) of the gold spans, each with the same worth.

    The ranked items are spans: a hit adds one place for each gold span that it is the first to
    cover. A hit without a new gold span also takes one place. So two hits that cover the same span
    cost a place, because a reader sees it twice.
    """
    if not question.answerable:
        return None
    gains: list[bool] = []
    wanted = set(question.spans)
    for hit in answer.hits if answer else ():
        covered = {span for span in wanted if covers(hit.passage, span)}
        wanted -= covered
        gains += [True] * len(covered) or [False]
    ideal = [True] * len(question.spans)
    return _dcg(gains) / _dcg(ideal)


def _dcg(gains: list[bool]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains[:NDCG_CUTOFF], start=1))
