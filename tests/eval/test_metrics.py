from collections.abc import Callable

import pytest

from eval import metrics
from eval.questions import Fact, GoldSpan, Question, QuestionType
from rag.types import Answer, Citation, Passage

Place = tuple[str, int, int]
MakeAnswer = Callable[..., Answer]


def span(place: Place, *facts: str) -> GoldSpan:
    doc_id, start, end = place
    return GoldSpan(doc_id=doc_id, quote="q" * (end - start), start=start, end=end, facts=facts)


def question(kind: QuestionType, *facts: Fact, spans: tuple[GoldSpan, ...] = ()) -> Question:
    return Question(
        question_id="x.zh",
        group="x",
        language="zh",
        type=kind,
        text="？",
        answerable=kind not in ("unanswerable", "false_premise"),
        facts=facts,
        spans=spans,
    )


# Two articles state the price, one the date; a fourth span is good to cite but states neither.
PRICE = Fact(fact_id="price", accept=("116.7",))
DATE = Fact(fact_id="date", accept=("2月13日", "February 13"))
TWO_FACTS = question(
    "across",
    PRICE,
    DATE,
    spans=(
        span(("a", 100, 120), "price"),
        span(("b", 0, 10), "price"),
        span(("b", 50, 70), "date"),
        span(("c", 0, 10)),
    ),
)
UNANSWERABLE = question("unanswerable")
FALSE_PREMISE = question("false_premise", PRICE, spans=(span(("a", 100, 120), "price"),))

ANSWERABLE_METRICS = (
    metrics.recall_at_5,
    metrics.reciprocal_rank,
    metrics.fact_recall,
    metrics.citation_recall,
    metrics.citation_precision,
    metrics.false_abstention,
    metrics.answered_wrong,
)


def passage(doc_id: str, start: int, end: int) -> Passage:
    return Passage(passage_id=1, doc_id=doc_id, start=start, end=end, text="x" * (end - start))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("a", 0, 200), True),  # holds all 20 characters
        (("a", 0, 110), True),  # 10 of 20: exactly half
        (("a", 0, 109), False),  # 9 of 20
        (("a", 111, 300), False),  # 9 of 20
        (("b", 100, 120), False),  # another article
    ],
)
def test_a_passage_covers_half_of_a_span_or_more(place: Place, expected: bool) -> None:
    assert metrics.covers(passage(*place), span(("a", 100, 120))) is expected


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("a", 60, 160), True),  # the sentence around the clause: 20 of 20
        (("a", 104, 108), True),  # a clause within it: 4 of 4
        (("a", 90, 110), True),  # 10 of 20
        (("a", 89, 109), False),  # 9 of 20
        (("a", 80, 100), False),  # neighbours share nothing
        (("b", 100, 120), False),  # another article
    ],
)
def test_a_citation_shares_half_of_the_shorter(place: Place, expected: bool) -> None:
    doc_id, start, end = place
    citation = Citation(
        marker=1,
        doc_id=doc_id,
        start=start,
        end=end,
        quote="x" * (end - start),
        title="t",
        outlet=None,
        published=None,
        url=None,
        content_hash="h",
    )
    assert metrics.cites(citation, span(("a", 100, 120))) is expected


def test_recall_at_5_counts_facts_among_the_first_five(make_answer: MakeAnswer) -> None:
    other: Place = ("z", 0, 50)
    price_a, price_b, date = ("a", 90, 130), ("b", 0, 20), ("b", 40, 80)
    # Fifth is in, sixth is out: price found, date not: 1 of 2 facts.
    late = make_answer(hits=[other, other, other, other, price_a, date])
    assert metrics.recall_at_5(TWO_FACTS, late) == 0.5
    # Both spans of the price are one fact: still 1 of 2.
    assert metrics.recall_at_5(TWO_FACTS, make_answer(hits=[price_a, price_b])) == 0.5
    assert metrics.recall_at_5(TWO_FACTS, make_answer(hits=[date, price_b])) == 1.0
    assert metrics.recall_at_5(TWO_FACTS, make_answer()) == 0.0


def test_reciprocal_rank_is_of_the_first_gold_span(make_answer: MakeAnswer) -> None:
    other: Place = ("z", 0, 50)
    third = make_answer(hits=[other, other, ("b", 40, 80), ("a", 90, 130)])
    assert metrics.reciprocal_rank(TWO_FACTS, third) == pytest.approx(1 / 3)
    # The span that states no fact counts too.
    assert metrics.reciprocal_rank(TWO_FACTS, make_answer(hits=[other, ("c", 0, 30)])) == 0.5
    assert metrics.reciprocal_rank(TWO_FACTS, make_answer(hits=[other])) == 0.0


def test_fact_recall_reads_what_is_shown(make_answer: MakeAnswer) -> None:
    # The price is stated, the date is not: 1 of 2.
    assert metrics.fact_recall(TWO_FACTS, make_answer(says=["收于116.7港元。"])) == 0.5
    both = make_answer(says=["It closed at HK$116.7.", "That was on February 13."])
    assert metrics.fact_recall(TWO_FACTS, both) == 1.0
    # What was left out is not shown, and 116.75 is another number.
    hidden = make_answer(says=["116.75港元"], left_out=["2月13日收于116.7港元。"])
    assert metrics.fact_recall(TWO_FACTS, hidden) == 0.0


def test_citation_recall_counts_facts_with_a_citation(make_answer: MakeAnswer) -> None:
    # Either article will do for the price; the span without facts earns nothing: 1 of 2.
    answer = make_answer(cites=[("b", 0, 10), ("a", 100, 120), ("c", 0, 10)])
    assert metrics.citation_recall(TWO_FACTS, answer) == 0.5
    answer = make_answer(cites=[("b", 0, 10), ("b", 50, 70)])
    assert metrics.citation_recall(TWO_FACTS, answer) == 1.0
    # An abstention recalls nothing, and the facts stay in the denominator.
    assert metrics.citation_recall(TWO_FACTS, make_answer(status="abstained")) == 0.0


def test_citation_precision_counts_citations_on_gold(make_answer: MakeAnswer) -> None:
    # On gold: a 100..120, c 0..10 (good to cite, states no fact); off: z and b 20..40: 2 of 4.
    answer = make_answer(cites=[("a", 100, 120), ("z", 0, 9), ("c", 0, 10), ("b", 20, 40)])
    assert metrics.citation_precision(TWO_FACTS, answer) == 0.5
    # Nothing cited: nothing that could be wrong, so unscored rather than 0 or 1.
    assert metrics.citation_precision(TWO_FACTS, make_answer(status="abstained")) is None


def test_abstentions(make_answer: MakeAnswer) -> None:
    abstained = make_answer(status="abstained")
    answered = make_answer(says=["…"])
    partial = make_answer(status="partial", says=["…"])
    scores = [metrics.right_abstention(UNANSWERABLE, a) for a in (abstained, answered, partial)]
    assert scores == [1.0, 0.0, 0.0]
    scores = [metrics.false_abstention(TWO_FACTS, a) for a in (abstained, answered, partial)]
    assert scores == [1.0, 0.0, 0.0]


def test_a_false_premise_is_abstained_on_or_corrected_by_citation(make_answer: MakeAnswer) -> None:
    assert metrics.false_premise_right(FALSE_PREMISE, make_answer(status="abstained")) == 1.0
    assert metrics.false_premise_right(FALSE_PREMISE, make_answer(cites=[("a", 90, 130)])) == 1.0
    assert metrics.false_premise_right(FALSE_PREMISE, make_answer(cites=[("a", 0, 40)])) == 0.0


def test_a_question_the_run_failed_on_counts_as_the_worst() -> None:
    scores = [metric(TWO_FACTS, None) for metric in ANSWERABLE_METRICS]
    # recall@5, MRR, fact and citation recall 0; precision unscored; a false abstention, and wrong.
    assert scores == [0.0, 0.0, 0.0, 0.0, None, 1.0, 1.0]
    assert metrics.right_abstention(UNANSWERABLE, None) == 0.0
    assert metrics.false_premise_right(FALSE_PREMISE, None) == 0.0


def test_metrics_leave_questions_that_are_not_theirs_unscored(make_answer: MakeAnswer) -> None:
    answer = make_answer(says=["116.7"], cites=[("a", 100, 120)], hits=[("a", 100, 120)])
    for metric in ANSWERABLE_METRICS:
        assert metric(UNANSWERABLE, answer) is None
        assert metric(FALSE_PREMISE, answer) is None
    for metric in (metrics.right_abstention, metrics.false_premise_right):
        assert metric(TWO_FACTS, answer) is None


def test_an_answer_without_any_of_the_facts_is_wrong(make_answer: MakeAnswer) -> None:
    right = make_answer(says=["116.7"])
    wrong = make_answer(says=["117.6"])
    abstained = make_answer(status="abstained")
    answers = (right, wrong, abstained, None)
    assert [metrics.answered_wrong(TWO_FACTS, a) for a in answers] == [0, 1, 0, 1]
    assert metrics.answered_wrong(UNANSWERABLE, wrong) is None
