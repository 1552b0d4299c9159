"""The labels of the seeds' sentences, and what is counted with them."""

from __future__ import annotations

from pathlib import Path

import rag
from eval.seed_stories import count, read_labels
from rag.answering.story.result import Story, StoryRow
from rag.types import Citation

SEEDS = Path(rag.__file__).parents[1] / "seeds"


def row(*quotes: str) -> StoryRow:
    cited = tuple(
        Citation(
            marker=n,
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
        for n, quote in enumerate(quotes, 1)
    )
    return StoryRow(day="2025-02-13", day_from="article", citations=cited)


def test_every_label_is_in_the_seeds_and_every_event_of_a_topic_is_labelled() -> None:
    labels = read_labels()
    text = "".join(path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt"))
    text = text.replace("**", "")
    assert [start for start in (*labels.events, *labels.unsure) if start not in text] == []
    named = {event for topic in labels.topics.values() for each in topic.values() for event in each}
    assert named <= set(labels.events.values())


def test_rows_are_counted_by_what_they_tell() -> None:
    labels = read_labels()
    topic = "阿里巴巴的股价"
    close, high = (
        next(start for start, event in labels.events.items() if event == wanted)
        for wanted in ("hk-close", "hk-high")
    )
    told = Story(
        topic=topic,
        language="zh",
        rows=(row(close), row(close, high), row("无关的话。"), row(labels.unsure[0])),
    )
    assert count(told, labels) == {
        "rows": 4,
        "of the topic": 2,
        "no event": 1,
        "mixed": 1,
        "events found": 2,
        "events": 4,
    }
