"""Whether the passages that an answer had before it hold what it needed."""

from __future__ import annotations

import math

from eval.metrics.facts import check_facts
from eval.metrics.places import covers
from eval.metrics.shares import share
from eval.questions import Question
from rag.types import Answer

NDCG_CUTOFF = 10


def recall_at_5(question: Question, answer: Answer | None) -> float | None:
    """The share of reference facts for which one of the five best hits covers a gold span.

    Facts, not spans: where three articles state a fact, finding one of them is enough. With one
    fact to a question this is the recall@k (success@k) of question answering.
    """
    if not question.answerable:
        return None
    return share(fact.found for fact in check_facts(question, answer))


def reciprocal_rank(question: Question, answer: Answer | None) -> float | None:
    """1 / rank of the first hit that covers any gold span; 0 where none does.

    Its mean is the MRR of TREC-8 question answering (Voorhees, 1999). Spans without facts count,
    since they are places a good answer may cite.
    """
    if not question.answerable:
        return None
    for rank, hit in enumerate(answer.hits if answer else (), start=1):
        if any(covers(hit.passage, span) for span in question.spans):
            return 1 / rank
    return 0.0


def ndcg_at_10(question: Question, answer: Answer | None) -> float | None:
    """nDCG@10 (Järvelin & Kekäläinen, 2002) of the gold spans, each worth the same.

    Spans are what is ranked: a hit lists the gold spans that it is the first to cover, one place
    after the other, and one that covers no gold span takes up a place. Two hits that cover the
    same span and no other so cost a place too: a reader is shown it twice.
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
