"""The report of a run: one page that stands alone, and in which nothing from outside is markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from eval.judging import Judged
from eval.metrics.facts import FactCheck
from eval.page import to_html, to_markdown
from eval.records import Record, Run
from rag.types import Answer

MakeAnswer = Callable[..., Answer]
HOSTILE = "<script>alert(1)</script>{{ 7 * 7 }}"
MANIFEST = {"composer": "extractive", "chat_model": None, "begun": "2025-02-13T10:00:00+00:00"}


def record(name: str, answer: Answer | None, **scores: float) -> Record:
    return Record(
        question_id=name,
        cluster=name,
        type="fact",
        language="zh",
        question=f"{name} {HOSTILE}",
        facts=(
            FactCheck(
                fact_id="f",
                accept=("116.7", HOSTILE),
                quotes=("xx", HOSTILE),
                found=True,
                stated=False,
                cited=False,
            ),
        ),
        seconds=0.5,
        scores={key.replace("_", " "): value for key, value in scores.items()},
        error=None if answer else HOSTILE,
        answer=answer,
    )


def made(make_answer: MakeAnswer) -> Run:
    answer = make_answer(says=[HOSTILE], cites=[("a", 0, 5)], left_out=[HOSTILE])
    records = (record("one", answer, fact_recall=1.0), record("two", None, fact_recall=0.0))
    return Run(name=f"run {HOSTILE}", manifest=MANIFEST, records=records)


def test_text_from_outside_is_text(make_answer: MakeAnswer) -> None:
    page = to_html(made(make_answer))
    assert "<script>alert" not in page
    assert "49" not in re.findall(r"alert\(1\).{0,30}", page)[0]
    assert page.count("<script>") == 1
    assert page.count("&lt;script&gt;alert(1)") >= 8


def test_the_page_loads_nothing(make_answer: MakeAnswer) -> None:
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", to_html(made(make_answer)))


def test_it_tells_what_was_expected_and_marks_what_was_cited_of_it(
    make_answer: MakeAnswer,
) -> None:
    page = to_html(made(make_answer))
    assert 'data-result="right"' in page
    assert 'data-result="wanting"' in page
    assert '<td class="good">yes</td>' in page
    assert "<mark>xx</mark>xxx" in page


def test_metrics_are_there_with_intervals(make_answer: MakeAnswer) -> None:
    run = made(make_answer)
    # One of two: Wilson's interval.
    assert "0.500 (0.095–0.905)" in to_html(run)
    assert "| fact recall | 2 | 0.500 | 0.095–0.905 |" in to_markdown(run)
    assert "MRR" not in to_markdown(run)


def test_a_run_without_records_has_a_page() -> None:
    empty = Run(name="empty", manifest=MANIFEST, records=())
    assert "0 questions" in to_html(empty)
    assert to_markdown(replace(empty)).count("\n") == 2


def test_what_judges_say_and_the_curve_are_there(make_answer: MakeAnswer) -> None:
    run = made(make_answer)
    judged = Judged(
        question_id=run.records[0].question_id, recalls=(True,), precisions=(True, False), unclear=3
    )
    run = replace(run, judged={"judge <J>": (judged,)})
    assert "| citation precision, judged by judge <J> | 2 | 0.500 |" in to_markdown(run)
    page = to_html(run)
    assert "judged by judge &lt;J&gt;" in page
    assert "No clear verdict on 3 claims" in page
    assert "Answering or refusing" not in page
    scored = [
        replace(
            record,
            answer=replace(make_answer(says=["x"]), answerability=0.4 + 0.2 * i),
            scores={metric: 0.0},
        )
        for i, (record, metric) in enumerate(
            zip(run.records, ("abstention recall", "false abstentions"), strict=False)
        )
    ]
    page = to_html(replace(run, records=tuple(scored)))
    # From 0.6 on the unanswerable one (0.4) is refused, and the answerable one is not.
    assert 'points="0.0,0.0 0.0,0.0 0.0,100.0 100.0,100.0"' in page
    assert "1.000 false answers, 0.000 false refusals" in page
