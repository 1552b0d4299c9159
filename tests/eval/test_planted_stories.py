"""The counting of planted stories: what is right counts, and what is wrong does not."""

from __future__ import annotations

from eval.stories import DEVELOPED, HELD_OUT, LOOKED_AT, Counts, made, score
from rag.answering.story.result import Story, StoryRow
from rag.types import Citation


def cited(quote: str, marker: int) -> Citation:
    return Citation(
        marker=marker,
        doc_id="a",
        start=0,
        end=len(quote),
        quote=quote,
        title="",
        outlet=None,
        published=None,
        url=None,
        content_hash="",
    )


def told(rows: list[tuple[str, list[str]]]) -> Story:
    return Story(
        topic="t",
        language="zh",
        rows=tuple(
            StoryRow(
                day=day,
                day_from="sentence",
                citations=tuple(cited(quote, n) for n, quote in enumerate(quotes, 1)),
            )
            for day, quotes in rows
        ),
    )


def test_a_story_with_every_fact_scores_full_and_an_empty_one_nothing() -> None:
    story = made(DEVELOPED[1], 1)
    facts: dict[tuple[int, str], list[str]] = {}
    for sentence, fact in story.facts.items():
        facts.setdefault(fact, []).append(sentence)
    counts = Counts()
    score(story, told([(day, quotes) for (_, day), quotes in facts.items()]), counts)
    assert counts.found["facts that have a row"] == [3, 3]
    assert counts.found["sentences in the row of their fact"] == [len(story.facts)] * 2
    assert counts.found["rows with the right day"] == [3, 3]
    assert counts.found["rows that mix two facts"] == [0, 3]
    nothing = Counts()
    score(story, told([]), nothing)
    assert nothing.found["facts that have a row"] == [0, 3]
    mixed = Counts()
    score(story, told([("2020-01-01", list(story.facts))]), mixed)
    assert mixed.found["rows that mix two facts"] == [1, 1]
    assert mixed.found["rows with the right day"] == [0, 1]


def test_no_topic_is_in_two_lots() -> None:
    topics = [kind.topic for kind in (*DEVELOPED, *LOOKED_AT, *HELD_OUT)]
    assert len(topics) == len(set(topics)) == 14
