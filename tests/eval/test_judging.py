"""ALCE's measures over judges: one of rules, the program's own check, and what comes of failure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.judging import (
    Judged,
    VerifierJudge,
    estimates,
    judge_answers,
    judge_claim,
    read_judged,
    write_judged,
)
from rag.errors import JudgeError
from rag.models.embedder import Embedder
from rag.types import Answer, Citation, Statement

MakeAnswer = Callable[..., Answer]


class WordJudge:
    """Says that sources support a claim if they have all of its words together."""

    name = "words: all"

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        if "riddle" in claim:
            raise JudgeError(en="no verdict", zh="没有结论")
        there = " ".join(source.quote for source in sources).split()
        return float(all(word in there for word in claim.split()))


@pytest.fixture
def claim(make_answer: MakeAnswer) -> Callable[..., Statement]:
    def make(text: str, *quotes: str) -> Statement:
        cited = make_answer(cites=[("a", 0, 9)] * len(quotes)).citations
        return Statement(
            text=text,
            kind="claim",
            verdict="supported",
            citations=tuple(replace(c, quote=q) for c, q in zip(cited, quotes, strict=True)),
        )

    return make


@pytest.mark.parametrize(
    ("text", "quotes", "expected"),
    [
        ("apple chose alibaba", ["apple chose alibaba"], (True, [True])),
        ("apple chose alibaba", ["apple chose baidu"], (False, [False])),
        ("apple chose alibaba", [], (False, [])),
        # Together only: neither can be left out.
        ("apple chose alibaba", ["apple chose", "alibaba"], (True, [True, True])),
        # The second says nothing, and the first is enough without it.
        ("apple chose alibaba", ["apple chose alibaba", "rain"], (True, [True, False])),
        # Either is enough by itself: both are of use.
        ("apple rose", ["apple rose", "the apple rose"], (True, [True, True])),
    ],
)
def test_recall_and_precision_of_a_claim(
    claim: Callable[..., Statement],
    text: str,
    quotes: list[str],
    expected: tuple[bool, list[bool]],
) -> None:
    assert judge_claim(claim(text, *quotes), WordJudge()) == expected


def test_answers_are_judged_claim_by_claim(
    make_answer: MakeAnswer, claim: Callable[..., Statement], tmp_path: Path
) -> None:
    answer = replace(
        make_answer(),
        statements=(
            claim("a b", "a b", "c"),
            claim("a z", "a b"),
            claim("riddle", "riddle"),
            Statement(text="So:", kind="framing", citations=(), verdict="supported"),
        ),
    )
    told: list[int] = []
    silent = make_answer(status="abstained")
    judged = judge_answers([("q1", answer), ("q2", silent), ("q3", None)], WordJudge(), told.append)
    assert judged == (
        Judged(
            question_id="q1",
            recalls=(True, False),
            precisions=(True, False, False),
            unclear=1,
        ),
    )
    assert sum(told) == 3
    recall, precision = estimates(judged, {"q1": "q"})
    assert (recall[0], recall[1].n, recall[1].mean) == ("citation recall", 2, 0.5)
    assert precision[1].n == 3
    assert precision[1].mean == pytest.approx(1 / 3)
    # Kept in the run's folder under the judge's name, whatever signs that has.
    assert write_judged(tmp_path, WordJudge(), judged).name == "judged-words-all.jsonl"
    assert read_judged(tmp_path) == {"words: all": judged}


def test_the_programs_own_check_is_a_judge_too(
    claim: Callable[..., Statement], embedder: Embedder
) -> None:
    judge = VerifierJudge(embedder)
    quote = "2024年第四季度苹果在中国的出货量下降了25%。"
    assert judge_claim(claim(quote, quote), judge) == (True, [True])
    other = "2024年第四季度苹果在中国的出货量下降了35%。"
    assert judge_claim(claim(other, quote), judge) == (False, [False])
