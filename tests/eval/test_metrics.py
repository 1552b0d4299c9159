import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from eval.metrics import abstention, citations, facts, places, retrieval
from eval.questions import Fact, GoldSpan, Question, QuestionType
from rag.types import Answer, Citation, Conflict, ConflictValue, Passage

Place = tuple[str, int, int]
MakeAnswer = Callable[..., Answer]


def span(place: Place, *facts: str) -> GoldSpan:
    doc_id, start, end = place
    return GoldSpan(doc_id=doc_id, quote="q" * (end - start), start=start, end=end, facts=facts)


def question(kind: QuestionType, *facts: Fact, spans: tuple[GoldSpan, ...] = ()) -> Question:
    return Question(
        question_id="x.zh",
        group="x",
        cluster="x",
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
    retrieval.recall_at_5,
    retrieval.reciprocal_rank,
    facts.fact_recall,
    citations.citation_recall,
    citations.citation_precision,
    abstention.false_abstention,
    abstention.answered_wrong,
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
    assert places.covers(passage(*place), span(("a", 100, 120))) is expected


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
    assert places.cites(citation, span(("a", 100, 120))) is expected


def test_recall_at_5_counts_facts_among_the_first_five(make_answer: MakeAnswer) -> None:
    other: Place = ("z", 0, 50)
    price_a, price_b, date = ("a", 90, 130), ("b", 0, 20), ("b", 40, 80)
    # Fifth is in, sixth is out: price found, date not: 1 of 2 facts.
    late = make_answer(hits=[other, other, other, other, price_a, date])
    assert retrieval.recall_at_5(TWO_FACTS, late) == 0.5
    # Both spans of the price are one fact: still 1 of 2.
    assert retrieval.recall_at_5(TWO_FACTS, make_answer(hits=[price_a, price_b])) == 0.5
    assert retrieval.recall_at_5(TWO_FACTS, make_answer(hits=[date, price_b])) == 1.0
    assert retrieval.recall_at_5(TWO_FACTS, make_answer()) == 0.0


def test_reciprocal_rank_is_of_the_first_gold_span(make_answer: MakeAnswer) -> None:
    other: Place = ("z", 0, 50)
    third = make_answer(hits=[other, other, ("b", 40, 80), ("a", 90, 130)])
    assert retrieval.reciprocal_rank(TWO_FACTS, third) == pytest.approx(1 / 3)
    # The span that states no fact counts too.
    assert retrieval.reciprocal_rank(TWO_FACTS, make_answer(hits=[other, ("c", 0, 30)])) == 0.5
    assert retrieval.reciprocal_rank(TWO_FACTS, make_answer(hits=[other])) == 0.0


def test_fact_recall_reads_what_is_shown(make_answer: MakeAnswer) -> None:
    # The price is stated, the date is not: 1 of 2.
    assert facts.fact_recall(TWO_FACTS, make_answer(says=["收于116.7港元。"])) == 0.5
    both = make_answer(says=["It closed at HK$116.7.", "That was on February 13."])
    assert facts.fact_recall(TWO_FACTS, both) == 1.0
    # What was left out is not shown, and 116.75 is another number.
    hidden = make_answer(says=["116.75港元"], left_out=["2月13日收于116.7港元。"])
    assert facts.fact_recall(TWO_FACTS, hidden) == 0.0


def test_citation_recall_counts_facts_with_a_citation(make_answer: MakeAnswer) -> None:
    # Either article will do for the price; the span without facts earns nothing: 1 of 2.
    answer = make_answer(cites=[("b", 0, 10), ("a", 100, 120), ("c", 0, 10)])
    assert citations.citation_recall(TWO_FACTS, answer) == 0.5
    answer = make_answer(cites=[("b", 0, 10), ("b", 50, 70)])
    assert citations.citation_recall(TWO_FACTS, answer) == 1.0
    # An abstention recalls nothing, and the facts stay in the denominator.
    assert citations.citation_recall(TWO_FACTS, make_answer(status="abstained")) == 0.0


def test_citation_precision_counts_citations_on_gold(make_answer: MakeAnswer) -> None:
    # On gold: a 100..120, c 0..10 (good to cite, states no fact); off: z and b 20..40: 2 of 4.
    answer = make_answer(cites=[("a", 100, 120), ("z", 0, 9), ("c", 0, 10), ("b", 20, 40)])
    assert citations.citation_precision(TWO_FACTS, answer) == 0.5
    # Nothing cited: nothing that could be wrong, so unscored rather than 0 or 1.
    assert citations.citation_precision(TWO_FACTS, make_answer(status="abstained")) is None


def test_abstentions(make_answer: MakeAnswer) -> None:
    abstained = make_answer(status="abstained")
    answered = make_answer(says=["…"])
    partial = make_answer(status="partial", says=["…"])
    scores = [abstention.abstention_recall(UNANSWERABLE, a) for a in (abstained, answered, partial)]
    assert scores == [1.0, 0.0, 0.0]
    scores = [abstention.false_abstention(TWO_FACTS, a) for a in (abstained, answered, partial)]
    assert scores == [1.0, 0.0, 0.0]


def test_a_false_premise_is_abstained_on_or_corrected_by_citation(make_answer: MakeAnswer) -> None:
    assert abstention.false_premise_right(FALSE_PREMISE, make_answer(status="abstained")) == 1.0
    assert abstention.false_premise_right(FALSE_PREMISE, make_answer(cites=[("a", 90, 130)])) == 1.0
    assert abstention.false_premise_right(FALSE_PREMISE, make_answer(cites=[("a", 0, 40)])) == 0.0


def test_a_question_the_run_failed_on_counts_as_the_worst() -> None:
    scores = [metric(TWO_FACTS, None) for metric in ANSWERABLE_METRICS]
    # recall@5, MRR, fact and citation recall 0; precision unscored; a false abstention, and wrong.
    assert scores == [0.0, 0.0, 0.0, 0.0, None, 1.0, 1.0]
    assert abstention.abstention_recall(UNANSWERABLE, None) == 0.0
    assert abstention.false_premise_right(FALSE_PREMISE, None) == 0.0


def test_metrics_leave_questions_that_are_not_theirs_unscored(make_answer: MakeAnswer) -> None:
    answer = make_answer(says=["116.7"], cites=[("a", 100, 120)], hits=[("a", 100, 120)])
    for metric in ANSWERABLE_METRICS:
        assert metric(UNANSWERABLE, answer) is None
        assert metric(FALSE_PREMISE, answer) is None
    for metric in (abstention.abstention_recall, abstention.false_premise_right):
        assert metric(TWO_FACTS, answer) is None


def test_an_answer_without_any_of_the_facts_is_wrong(make_answer: MakeAnswer) -> None:
    right = make_answer(says=["116.7"])
    wrong = make_answer(says=["117.6"])
    abstained = make_answer(status="abstained")
    answers = (right, wrong, abstained, None)
    assert [abstention.answered_wrong(TWO_FACTS, a) for a in answers] == [0, 1, 0, 1]
    assert abstention.answered_wrong(UNANSWERABLE, wrong) is None


def test_ndcg_ranks_gold_spans(make_answer: MakeAnswer) -> None:
    other: Place = ("z", 0, 50)
    # Four gold spans. The first hit covers none, the second the price, the third that same price
    # again and nothing new, the fourth covers b 0..10 and b 50..70: gains 0 1 0 1 1.
    hits = [other, ("a", 90, 130), ("a", 80, 120), ("b", 0, 80)]
    gained = 1 / math.log2(3) + 1 / math.log2(5) + 1 / math.log2(6)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4) + 1 / math.log2(5)
    found = retrieval.ndcg_at_10(TWO_FACTS, make_answer(hits=hits))
    assert found == pytest.approx(gained / ideal)
    whole = make_answer(hits=[("a", 90, 130), ("b", 0, 80), ("c", 0, 40)])
    assert retrieval.ndcg_at_10(TWO_FACTS, whole) == pytest.approx(1.0)
    assert retrieval.ndcg_at_10(TWO_FACTS, None) == 0.0
    assert retrieval.ndcg_at_10(UNANSWERABLE, whole) is None


def test_fact_precision_counts_claims_that_state_a_fact(make_answer: MakeAnswer) -> None:
    says = ["收于116.7港元。", "那是2月13日。", "阿里巴巴在杭州。", "股价曾涨。"]
    assert facts.fact_precision(TWO_FACTS, make_answer(says=says)) == 0.5
    assert facts.fact_precision(TWO_FACTS, make_answer(status="abstained")) is None


def test_short_answers_are_compared_whole(make_answer: MakeAnswer) -> None:
    asked = question("number", PRICE, spans=(span(("a", 100, 120), "price"),))
    assert facts.exact_match(asked, make_answer(says=["116.7"])) == 1.0
    assert facts.exact_match(asked, make_answer(says=["收于116.7港元"])) == 0.0
    # 收, 于, 116.7, 港, 元: one of five words is right, and the one expected is there.
    found = facts.character_f1(asked, make_answer(says=["收于116.7港元。"]))
    assert found == pytest.approx(2 * (1 / 5) * 1 / (1 / 5 + 1))
    assert facts.character_f1(asked, None) == 0.0
    # Two facts are no short answer, nor is a wording with a gap.
    gap = Fact(fact_id="price", accept=("rose…5%",))
    loose = question("number", gap, spans=(span(("a", 100, 120), "price"),))
    for none in (TWO_FACTS, loose, UNANSWERABLE):
        assert facts.exact_match(none, make_answer(says=["116.7"])) is None
        assert facts.character_f1(none, make_answer(says=["116.7"])) is None


def test_language_fidelity_reads_what_is_shown(make_answer: MakeAnswer) -> None:
    mixed = make_answer(says=["苹果选择了阿里巴巴。", "Apple chose Alibaba."])
    assert facts.language_fidelity(TWO_FACTS, mixed) == 0.5
    assert facts.language_fidelity(replace(TWO_FACTS, language="en"), mixed) == 0.5
    assert facts.language_fidelity(TWO_FACTS, make_answer(says=["苹果。"])) == 1.0
    assert facts.language_fidelity(TWO_FACTS, make_answer(status="abstained")) is None


def test_a_disagreement_is_recalled_where_it_is_shown_as_one(make_answer: MakeAnswer) -> None:
    closing = Fact(fact_id="close", accept=("116.7",))
    trading = Fact(fact_id="trading", accept=("117.6",))
    spans = (span(("a", 0, 10), "close"), span(("b", 0, 10), "trading"))
    asked = question("disagreement", closing, trading, spans=spans)
    answer = make_answer(says=["116.7", "117.6"], cites=[("a", 0, 10), ("z", 0, 10)])
    # Both are stated, but nothing tells a reader that they contradict one another.
    assert facts.disagreement_recall(asked, answer) == 0.0
    one, two = answer.citations
    values = (
        ConflictValue(value="116.7港元", citation=two),
        ConflictValue(value="更高", citation=replace(two, quote="盘中报117.6港元")),
    )
    shown = replace(answer, conflicts=(Conflict(subject="阿里", measure="股价", values=values),))
    assert facts.disagreement_recall(asked, shown) == 1.0
    # A value may also cite the place: one's is that of the close.
    values = (ConflictValue(value="不详", citation=one), ConflictValue(value="?", citation=two))
    shown = replace(answer, conflicts=(Conflict(subject="阿里", measure="股价", values=values),))
    assert facts.disagreement_recall(asked, shown) == 0.5
    assert facts.disagreement_recall(asked, None) == 0.0
    assert facts.disagreement_recall(TWO_FACTS, shown) is None
    assert facts.other_disagreements(asked, shown) is None
    assert facts.other_disagreements(TWO_FACTS, shown) == 1.0
    assert facts.other_disagreements(TWO_FACTS, answer) == 0.0


def test_abstention_precision_is_over_abstentions(make_answer: MakeAnswer) -> None:
    abstained, answered = make_answer(status="abstained"), make_answer(says=["…"])
    scores = [
        abstention.abstention_precision(asked, abstained)
        for asked in (UNANSWERABLE, FALSE_PREMISE, TWO_FACTS)
    ]
    assert scores == [1.0, 1.0, 0.0]
    assert abstention.abstention_precision(UNANSWERABLE, answered) is None
    assert abstention.abstention_precision(TWO_FACTS, None) is None


def test_a_planted_value_misleads_where_nothing_speaks_against_it(make_answer: MakeAnswer) -> None:
    asked = replace(TWO_FACTS, false_values=("161万",))
    for says, misled in (
        (["新增就业161万人。"], 1.0),
        (["新增就业161万人。", "收于116.7港元。"], 0.0),
        (["收于116.7港元。"], 0.0),
    ):
        assert abstention.false_value_undisputed(asked, make_answer(says=says)) == misled
    cited = make_answer(says=["161万"], cites=[("z", 0, 9)])
    (citation,) = cited.citations
    values = (ConflictValue(value="161万", citation=citation),) * 2
    conflict = Conflict(subject="就业", measure="人数", values=values)
    assert abstention.false_value_undisputed(asked, replace(cited, conflicts=(conflict,))) == 0.0
    assert abstention.false_value_undisputed(asked, None) == 0.0
    assert abstention.false_value_undisputed(TWO_FACTS, cited) is None


def test_what_no_article_says_comes_from_memory(make_answer: MakeAnswer) -> None:
    asked = replace(UNANSWERABLE, withheld=("12人",))
    assert abstention.answered_from_memory(asked, make_answer(says=["造成12人死亡。"])) == 1.0
    assert abstention.answered_from_memory(asked, make_answer(says=["造成112人死亡。"])) == 0.0
    assert abstention.answered_from_memory(UNANSWERABLE, make_answer(says=["12人"])) is None


def test_articles_that_nobody_judged_are_left_out_of_precision(make_answer: MakeAnswer) -> None:
    asked = replace(TWO_FACTS, unjudged=("z",))
    answer = make_answer(cites=[("a", 100, 120), ("z", 0, 9)])
    assert citations.citation_precision(asked, answer) == 1.0
    assert citations.citation_precision(asked, make_answer(cites=[("z", 0, 9)])) is None
