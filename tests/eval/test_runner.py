import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from eval.questions import Fact, GoldSpan, Question
from eval.report import print_errors, print_failures, print_tables
from eval.runner import run, summarise
from rag.errors import QuestionError
from rag.messages import Language
from rag.types import Answer

MakeAnswer = Callable[..., Answer]


def question(name: str, language: Language, *, answerable: bool = True) -> Question:
    fact = Fact(fact_id="price", accept=("116.7",))
    span = GoldSpan(doc_id="a", quote="116.7", start=0, end=5, facts=("price",))
    return Question(
        question_id=f"{name}.{language}",
        group=name,
        cluster=name,
        language=language,
        type="fact" if answerable else "unanswerable",
        text=f"{name} {language}",
        answerable=answerable,
        facts=(fact,) if answerable else (),
        spans=(span,) if answerable else (),
    )


QUESTIONS = (
    question("price", "zh"),
    question("price", "en"),
    question("owner", "zh", answerable=False),
    question("owner", "en", answerable=False),
)


def test_a_run_scores_every_question_and_counts_failures(make_answer: MakeAnswer) -> None:
    right = make_answer(says=["116.7"], cites=[("a", 0, 5)], hits=[("a", 0, 5)])
    abstained = make_answer(status="abstained")

    def ask(question: Question, _: Sequence[Answer]) -> Answer:
        if question.text == "price en":
            raise QuestionError(en="too hard", zh="太难")
        return right if question.text == "price zh" else abstained

    seen: list[str] = []
    outcomes = run(QUESTIONS, ask, lambda outcome: seen.append(outcome.question.question_id))
    assert seen == [q.question_id for q in QUESTIONS]
    assert [o.error for o in outcomes] == [None, "too hard", None, None]
    assert [o.failed for o in outcomes] == [False, True, False, False]

    means = {(r.slice, r.metric): r.estimate for r in summarise(outcomes)}
    # One of the two answerable questions failed: (1 + 0) / 2, and it is a false abstention.
    assert means["overall", "fact recall"].mean == 0.5
    assert means["overall", "false abstentions"].mean == 0.5
    assert (means["zh", "fact recall"].mean, means["en", "fact recall"].mean) == (1.0, 0.0)
    # It showed no citation, so precision is over the other one alone.
    assert means["overall", "citation precision"].n == 1
    assert means["unanswerable", "abstention recall"].mean == 1.0
    assert means["unanswerable", "fact recall"].mean is None


def test_errors_are_named() -> None:
    def ask(_: Question, __: Sequence[Answer]) -> Answer:
        raise QuestionError(en="too hard", zh="太难")

    console = Console(record=True, width=100, file=io.StringIO())
    print_errors(console, run(QUESTIONS[:1], ask))
    assert console.export_text() == "price.zh has no answer: too hard\n"


def test_a_bug_ends_the_run() -> None:
    def ask(question: Question, _: Sequence[Answer]) -> Answer:
        raise ZeroDivisionError(question.text)

    with pytest.raises(ZeroDivisionError):
        run(QUESTIONS, ask)


def test_the_report(make_answer: MakeAnswer) -> None:
    wrong = make_answer(says=["[bold]117.6"], cites=[("z", 0, 5)])
    outcomes = run(QUESTIONS, lambda *_: wrong)
    rows = summarise(outcomes)
    console = Console(record=True, width=100, file=io.StringIO())
    print_tables(console, rows)
    print_failures(console, outcomes)
    text = console.export_text()
    # 0 of 2 in one group: Wilson's interval for 0 of 1 is 0..0.793.
    assert "fact recall" in text
    assert "0.000 – 0.793" in text
    # What an answer says is shown as it is, not read as markup.
    assert "[bold]117.6" in text
    assert "owner.en" in text


def test_a_follow_up_is_asked_in_the_light_of_the_answers_before_it(
    make_answer: MakeAnswer,
) -> None:
    first = question("first", "zh")
    then = replace(question("then", "zh"), after=first)
    last = replace(question("last", "zh"), after=then)
    asked: list[tuple[str, list[str]]] = []

    def ask(question: Question, history: Sequence[Answer]) -> Answer:
        asked.append((question.text, [answer.question for answer in history]))
        return replace(make_answer(says=["116.7"]), question=question.text)

    run([first, then, last], ask)
    whole = [("first zh", []), ("then zh", ["first zh"]), ("last zh", ["first zh", "then zh"])]
    assert asked == whole
    asked.clear()
    # Alone in a sample, it has the questions before it asked as well.
    assert len(run([last], ask)) == 1
    assert asked == whole
