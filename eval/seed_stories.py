"""Measure stories through time on the articles of `seeds/`, whose sentences are labelled by hand.

    python -m eval seed-stories [--show]

`story_labels.json` says which sentences tell of which event (by how they begin), which events each
topic is about (`tells`), which a story may also tell (`may_tell`), and which sentences are neither
events nor none (`unsure`). One person labelled them, before the program was changed for them.

Printed are, for each topic and for all: the rows, those that tell an event of the topic, those that
tell no event, those that mix sentences of different events or of none, and the events found.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.answering.story.result import Story, StoryRow
from rag.assistant import Assistant
from rag.config import Config
from rag.models.loading import load_embedder
from rag.store.indexing import update_index

_LABELS = Path(__file__).parent / "story_labels.json"
_SEEDS = Path(__file__).parents[1] / "seeds"
_TODAY = date(2025, 2, 20)
_UNSURE, _NONE = "unsure", "none"
_COLUMNS = ("rows", "of the topic", "no event", "mixed", "events found", "events")


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What the sentences tell: `events` maps beginnings of sentences to events."""

    events: dict[str, str]
    unsure: tuple[str, ...]
    topics: dict[str, dict[str, list[str]]]

    def event_of(self, sentence: str) -> str:
        """Return the event that a sentence tells of, `unsure`, or `none`."""
        for beginning, event in self.events.items():
            if sentence.startswith(beginning):
                return event
        return _UNSURE if sentence.startswith(self.unsure) else _NONE


def read_labels() -> Labels:
    """Return the labels of the seeds' sentences."""
    read = json.loads(_LABELS.read_text(encoding="utf-8"))
    return Labels(
        events={start: event for event, starts in read["events"].items() for start in starts},
        unsure=tuple(read["unsure"]),
        topics=read["topics"],
    )


def count(told: Story, labels: Labels) -> dict[str, int]:
    """Return the counts of a story, by the names of `_COLUMNS`."""
    topic = labels.topics[told.topic]
    rows = [_events_of(row, labels) for row in told.rows]
    found = {event for row in rows for event in row}
    return {
        "rows": len(rows),
        "of the topic": sum(bool(row & set(topic["tells"])) for row in rows),
        "no event": sum(row == {_NONE} for row in rows),
        "mixed": sum(len(row - {_UNSURE}) > 1 for row in rows),
        "events found": len(found & set(topic["tells"])),
        "events": len(topic["tells"]),
    }


def _events_of(row: StoryRow, labels: Labels) -> set[str]:
    return {labels.event_of(citation.quote) for citation in row.citations}


def main(arguments: Sequence[str]) -> int:
    """Run the command of `arguments`, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval seed-stories")
    parser.add_argument("--show", action="store_true", help="print the stories")
    given = parser.parse_args(arguments)
    labels = read_labels()
    total = dict.fromkeys(_COLUMNS, 0)
    with TemporaryDirectory() as folder:
        config = Config(index=Path(folder) / "index")
        embedder = load_embedder(config.embedder)
        update_index(config.index, [_SEEDS], embedder)
        with Assistant.open(config, embedder=embedder) as assistant:
            for topic in labels.topics:
                told = assistant.story(topic, today=_TODAY)
                if given.show:
                    _show(told, labels)
                counts = count(told, labels)
                print(topic, _line(counts), sep=": ")
                total = {name: total[name] + counts[name] for name in _COLUMNS}
    print("all", _line(total), sep=": ")
    return 0


def _line(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {counts[name]}" for name in _COLUMNS)


def _show(told: Story, labels: Labels) -> None:
    for row in told.rows:
        print(row.day, row.day_from)
        for citation in row.citations:
            print(f"    [{labels.event_of(citation.quote)}] {citation.quote}")
