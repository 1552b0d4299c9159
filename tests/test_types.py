"""Answers as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import pytest

from rag.errors import AnswerFormatError
from rag.messages import Language, Message
from rag.types import (
    Answer,
    Citation,
    Conflict,
    ConflictValue,
    DocumentReference,
    Hit,
    ModelUse,
    Passage,
    Published,
    Statement,
    TimeFrame,
    Timings,
    markers,
)

BEIJING = timezone(timedelta(hours=8))
MINUTE = Published(
    moment=datetime(2025, 2, 13, 18, 26, 10, tzinfo=BEIJING), precision="minute", zone_assumed=True
)
YEAR = Published(moment=datetime(2024, 1, 1, tzinfo=UTC), precision="year", zone_assumed=False)
MISSING = Message(code="missing", en="Looked for “x”.", zh="查找了“x”。")


def citation(marker: int, published: Published | None = MINUTE) -> Citation:
    return Citation(
        marker=marker,
        doc_id="a/b",
        start=3,
        end=7,
        quote="𠮷 “好”",
        title="A title",
        outlet=None,
        published=published,
        url=None,
        content_hash="0" * 64,
    )


def claim(text: str, *numbers: int) -> Statement:
    cited = tuple(citation(number) for number in numbers)
    return Statement(text=text, kind="claim", citations=cited, verdict="supported")


ANSWER = Answer(
    question="Why?",
    language="en",
    rewritten_question="Who? Why?",
    status="partial",
    statements=(
        Statement(text="The reasons:", kind="framing", citations=(), verdict="supported"),
        claim("One.", 1),
        claim("Two.", 2, 1),
    ),
    left_out=(
        Statement(
            text="Three.", kind="claim", citations=(), verdict="unsupported", reasons=(MISSING,)
        ),
    ),
    conflicts=(
        Conflict(
            subject="s",
            measure="m",
            values=(
                ConflictValue(value="1", citation=citation(1)),
                ConflictValue(value="2", citation=citation(2, YEAR)),
            ),
        ),
    ),
    missing=(MISSING,),
    nearest=(
        DocumentReference(doc_id="a", title="T", outlet="O", published=YEAR, url="http://x"),
        DocumentReference(doc_id="b", title="U", outlet=None, published=None, url=None),
    ),
    time_frame=TimeFrame(start=datetime(2025, 2, 1, tzinfo=UTC).date(), end=None, phrase="2月"),
    hits=(
        Hit(passage=Passage(passage_id=1, doc_id="a", start=0, end=2, text="𠮷\u2028"), score=0.87),
    ),
    notices=(MISSING,),
    model=ModelUse(name="m", endpoint="http://x", prompt_tokens=None, completion_tokens=3),
    timings=Timings(retrieve=0.1, compose=0.2, verify=0.3, total=0.6),
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_survives_json(language: Language) -> None:
    answer = replace(ANSWER, language=language)
    text = answer.to_json()
    read = Answer.from_json(text)
    assert read == answer
    assert read == Answer.from_json(text.encode())
    assert "\n" not in text
    # Equal datetimes may differ in their zones, and a reader is shown the zone's own hour.
    published = read.statements[1].citations[0].published
    assert published is not None
    assert published.moment.utcoffset() == timedelta(hours=8)
    assert str(published) == "2025-02-13 18:26"


def test_json_holds_the_text_for_readers_in_other_languages() -> None:
    assert json.loads(ANSWER.to_json())["text"] == ANSWER.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "null",
        "{}",
        '"x"',
        '{"text": "x"}',
        b"\xff\xfe\x00",
        "[" * 100_000,
        json.dumps({**json.loads(ANSWER.to_json()), "status": "certain"}),
        json.dumps({**json.loads(ANSWER.to_json()), "statements": [{}]}),
    ],
)
def test_anything_else_is_no_answer(text: str | bytes) -> None:
    with pytest.raises(AnswerFormatError) as caught:
        Answer.from_json(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_text_shows_markers_behind_each_statement() -> None:
    assert ANSWER.text == (
        "The reasons:\nOne. [1]\nTwo. [1][2]\nSources disagree: s, m: 1 [1] (A title,"
        " 2025-02-13 18:26); 2 [2] (A title, 2024)\nLooked for “x”."
    )
    assert replace(ANSWER, language="zh").text == (
        "The reasons:\nOne.[1]\nTwo.[1][2]\n各方说法不一：s，m：1 [1]（A title，"
        "2025-02-13 18:26）；2 [2]（A title，2024）\n查找了“x”。"
    )


def test_the_text_of_an_abstention_names_what_is_missing_and_near() -> None:
    abstained = replace(ANSWER, status="abstained", statements=())
    assert abstained.text == "Looked for “x”.\n- T (O, 2024)\n- U"


def test_markers_are_in_order_and_once() -> None:
    assert markers((citation(3), citation(1), citation(3))) == "[1][3]"
    assert markers(()) == ""


def test_citations_are_listed_once_in_order() -> None:
    assert [c.marker for c in ANSWER.citations] == [1, 2]


@pytest.mark.parametrize(
    ("precision", "shown"),
    [
        ("year", "2025"),
        ("month", "2025-02"),
        ("day", "2025-02-13"),
        ("minute", "2025-02-13 18:26"),
    ],
)
def test_a_date_is_shown_no_more_precisely_than_it_is_known(
    precision: Literal["year", "month", "day", "minute"], shown: str
) -> None:
    assert str(replace(MINUTE, precision=precision)) == shown


def test_the_pieces_of_an_answer_are_its_text() -> None:
    doubtful = replace(ANSWER.statements[-1], verdict="partial")
    said = replace(ANSWER, statements=(*ANSWER.statements[:-1], doubtful))
    doubted = "".join(p if isinstance(p, str) else f"[{p.marker}]" for p in said.pieces(" (?)"))
    assert "Two. [1][2] (?)\n" in doubted
    assert doubted.replace(" (?)", "") == said.text
    empty = replace(ANSWER, statements=(), conflicts=(), missing=())
    assert empty.pieces() == ()
    assert empty.text == ""
