"""Measure summaries without a chat model against baselines of as many sentences.

    python -m eval summaries titles SET [--articles N] [--skip N]
    python -m eval summaries sets SET [--sets N] [--skip N]
    python -m eval summaries facts SET [--sets N] [--skip N]
    python -m eval summaries topics SET [--questions N] [--skip N]

`titles` sums up single articles in three sentences, without their titles, and counts the share of
the title's words that the summary has. `sets` does the same for eight articles at once and seven
sentences; a title counts by the sentence that shows most of it. `facts` puts together articles of
which several tell the same (those that answer one question of the set), and counts the questions
whose answer is in the summary. `topics` takes questions that ask for a summary of an aspect of one
article, without the words that ask (“Based on the report, summarize the …”), and counts the words
of the reference answer that the summary has.

The baselines are the first sentences (of the article, or of each article in turn) and sentences by
chance. `repeated` is the mean cosine of two sentences of a summary.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import mean
from typing import Any, cast

import numpy as np

from eval.in_memory import snapshot_of
from eval.intervals import Observation, estimate
from rag.answering.evidence import Evidence
from rag.answering.summary.sentences import sentences_of
from rag.assistant import Assistant
from rag.config import Config
from rag.messages import Language
from rag.models.loading import load_embedder, load_reader
from rag.retrieval.stories import Stories
from rag.text.words import terms
from rag.types import Document, Published

_SENTENCES = 3
_SET, _SENTENCES_OF_SET = 8, 7
_QUESTIONS, _COPIES = 3, 4
_ASKING = re.compile(
    r"^(?:Based on|According to|From)\b.{0,160}?, (?=summari)|^summari[sz]e (?:the )?"
    r"|^(?:根据|基于|结合|依据).{0,80}?，(?=[请总概归])|^请?(?:总结|概括|归纳|概述)(?:一下)?|[。.]$",
    re.IGNORECASE,
)
_LEAST = {"zh": 400, "en": 1200}


@dataclass
class Scores:
    """What was counted of one way to sum up."""

    shares: list[float] = field(default_factory=list)
    repeated: list[float] = field(default_factory=list)
    characters: list[int] = field(default_factory=list)

    def add(self, share: float, chosen: Sequence[Evidence]) -> None:
        """Count one summary."""
        self.shares.append(share)
        self.characters.append(sum(len(e.text) for e in chosen))
        if len(chosen) > 1:
            vectors = np.array([e.vector for e in chosen])
            pairs = (vectors @ vectors.T)[np.triu_indices(len(chosen), 1)]
            self.repeated.append(float(pairs.mean()))

    def line(self, name: str) -> str:
        """Return the means in one line."""
        told = estimate([Observation(group=str(n), value=v) for n, v in enumerate(self.shares)])
        return (
            f"{name}: {told.mean:.3f} ({told.low:.3f}-{told.high:.3f}), n = {told.n};"
            f" repeated {mean(self.repeated or [0.0]):.3f}, {mean(self.characters):.0f} characters"
        )


Ways = dict[str, Scores]


class Bench:
    """Sums up documents with the program's own models, and with the baselines."""

    def __init__(self) -> None:
        config = Config.from_environment()
        self._embedder = load_embedder(config.embedder)
        self._reader, _ = load_reader(config.reader, self._embedder)
        self._chance = random.Random(1)  # noqa: S311 - no secret

    def chosen(
        self, documents: Sequence[Document], most: int, topic: str = ""
    ) -> dict[str, list[Evidence]]:
        """Return the sentences that each way chooses."""
        snapshot = snapshot_of(documents, self._embedder, lambda *_: lambda _: None)
        with Assistant(
            snapshot=snapshot, embedder=self._embedder, reader=self._reader
        ) as assistant:
            summary = assistant.summarise(
                topic,
                sentences=most,
                model=None,
                articles=[document.doc_id for document in documents],
                today=date(2026, 1, 1),
            )
            every = [
                one.evidence
                for one in sentences_of(
                    documents, self._embedder, assistant.vectors, Stories(snapshot)
                )
            ]
        places = {(c.doc_id, c.start, c.end) for c in summary.citations}
        ours = [e for e in every if (e.document.doc_id, e.start, e.end) in places]
        if len(ours) < len(places):  # a topic is looked for in all of an article
            ours = [
                replace(every[0], text=c.quote, vector=v)
                for c, v in zip(
                    summary.citations,
                    self._embedder.embed_passages([c.quote for c in summary.citations]),
                    strict=True,
                )
            ]
        count = min(most, len(every))
        return {
            "program": ours,
            "first sentences": _in_turn(every)[:count],
            "by chance": self._chance.sample(every, count),
        }


def _in_turn(every: Sequence[Evidence]) -> list[Evidence]:
    """Return the first sentence of each article, then the second of each, and so on."""
    places: dict[str, int] = {}
    numbered = []
    for number, evidence in enumerate(every):
        place = places[evidence.document.doc_id] = places.get(evidence.document.doc_id, -1) + 1
        numbered.append((place, number, evidence))
    return [evidence for _, _, evidence in sorted(numbered, key=lambda one: one[:2])]


def _titles(given: argparse.Namespace, bench: Bench) -> Ways:
    ways: Ways = {}
    for document in _some(_titled(given.set), given.skip, given.articles):
        for name, chosen in bench.chosen([replace(document, title="")], _SENTENCES).items():
            share = _recall(document.title, " ".join(e.text for e in chosen))
            ways.setdefault(name, Scores()).add(share, chosen)
    return ways


def _sets(given: argparse.Namespace, bench: Bench) -> Ways:
    ways: Ways = {}
    every = _titled(given.set)
    for _ in range(given.skip):
        [next(every) for _ in range(_SET)]
    for _ in range(given.sets):
        some = _some(every, 0, _SET)
        titles = [document.title for document in some]
        plain = [replace(document, title="") for document in some]
        for name, chosen in bench.chosen(plain, _SENTENCES_OF_SET).items():
            shares = [max(_recall(title, e.text) for e in chosen) for title in titles]
            ways.setdefault(name, Scores()).add(mean(shares), chosen)
    return ways


def _facts(given: argparse.Namespace, bench: Bench) -> Ways:
    ways: Ways = {}
    articles = {record["id"]: record for record in _records(given.set, "corpus")}
    asked = [q for q in _records(given.set, "questions") if len(q["relevant"]) >= 2]
    first = given.skip * _QUESTIONS
    for at in range(first, first + given.sets * _QUESTIONS, _QUESTIONS):
        questions = asked[at : at + _QUESTIONS]
        if len(questions) < _QUESTIONS:
            break
        ids = dict.fromkeys(doc for q in questions for doc in q["relevant"][:_COPIES])
        documents = [_document({**articles[doc], "title": ""}) for doc in ids]
        for name, chosen in bench.chosen(documents, 2 * _QUESTIONS).items():
            text = " ".join(e.text for e in chosen)
            told = mean(any(a in text for a in q["answers"]) for q in questions)
            ways.setdefault(name, Scores()).add(told, chosen)
    return ways


def _topics(given: argparse.Namespace, bench: Bench) -> Ways:
    ways: Ways = {}
    articles = {record["id"]: record for record in _records(given.set, "corpus")}
    asked = [q for q in _records(given.set, "questions") if q["type"] == "summary"]
    asked.sort(key=lambda q: q["id"])
    random.Random(2).shuffle(asked)  # noqa: S311 - no secret
    for question in asked[given.skip : given.skip + given.questions]:
        documents = [_document(articles[doc]) for doc in question["relevant"]]
        for name, chosen in bench.chosen(documents, 5, _topic(question["question"])).items():
            share = _recall(question["answers"][0], " ".join(e.text for e in chosen))
            ways.setdefault(name, Scores()).add(share, chosen)
    return ways


def _topic(question: str) -> str:
    """Return the words for the aspect that is to be summed up."""
    for _ in range(3):
        question = _ASKING.sub("", question)
    return question


def _recall(reference: str, text: str) -> float:
    """Return the share of the reference's words that the text has (ROUGE-1 recall)."""
    wanted = set(terms(reference))
    return len(wanted & set(terms(text))) / len(wanted) if wanted else 1.0


def _titled(folder: Path) -> Iterator[Document]:
    for record in _records(folder, "corpus"):
        if record.get("title") and len(record["text"]) >= _LEAST[record["lang"]]:
            yield _document(record)


def _some(documents: Iterator[Document], skip: int, count: int) -> list[Document]:
    chosen: list[Document] = []
    for number, document in enumerate(documents):
        if number >= skip:
            chosen.append(document)
        if len(chosen) == count:
            break
    return chosen


def _document(record: dict[str, Any]) -> Document:
    day = record.get("date") or ""
    moment = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) if len(day) == 10 else None
    return Document(
        doc_id=record["id"],
        path="",
        title=record.get("title") or "",
        outlet=None,
        published=Published(moment=moment, precision="day", zone_assumed=True) if moment else None,
        language=cast(Language, record["lang"]),
        url=None,
        text=record["text"],
        content_hash="",
    )


def _records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


_KINDS = {
    "titles": (_titles, "articles", 60),
    "sets": (_sets, "sets", 20),
    "facts": (_facts, "sets", 20),
    "topics": (_topics, "questions", 40),
}


def main(arguments: Sequence[str]) -> int:
    """Run the command of `arguments`, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval summaries")
    kinds = parser.add_subparsers(dest="kind", required=True)
    for name, (_, counted, count) in _KINDS.items():
        one = kinds.add_parser(name)
        one.add_argument("set", type=Path)
        one.add_argument(f"--{counted}", type=int, default=count)
        one.add_argument("--skip", type=int, default=0)
    given = parser.parse_args(arguments)
    run = _KINDS[given.kind][0]
    for name, scores in run(given, Bench()).items():
        print(scores.line(name))
    return 0
