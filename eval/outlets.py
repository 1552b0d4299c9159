"""Measure how well outlets are compared: what they share, what one alone has, where they differ.

    python -m eval outlets planted --chinese SET --english SET [--topics N] [--seed N] [--skip N]
    python -m eval outlets reported SET [--topics N]

`planted` makes outlets from paragraphs that two sets have in both languages, in one order and with
as many sentences (xquad_en2zh and xquad_zh2en). By a seed, each sentence is given to both outlets,
one in its Chinese and one in its English, or to one of them alone, or to both with another figure
in one. The topic is the two words that
most sentences have.

`reported` takes questions of a set whose articles contradict each other about the answer
(rgb_zh_fact and rgb_en_fact): `relevant` ones give the true answer, `conflicting` ones a false one.
Each article is an outlet. The topic is the question.

Both print, for each class, how many were expected, found and right, with 95 % intervals.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from eval.in_memory import snapshot_of
from eval.intervals import wilson
from rag.answering.comparison.result import Comparison
from rag.assistant import Assistant
from rag.config import Config
from rag.messages import Language
from rag.models.loading import load_embedder, load_reader
from rag.text.characters import has_han
from rag.text.sentences import split_sentences
from rag.types import Document

_DIGITS = re.compile(r"(?<![\d.,:–-])\d{2,}(?![\d.,:–-]*\d)")


@dataclass
class Scores:
    """Counts of one class."""

    expected: int = 0
    found: int = 0
    shown: int = 0
    right: int = 0

    def line(self, name: str) -> str:
        """Return recall and precision in one line."""
        parts = []
        for word, some, all_ in (
            ("recall", self.found, self.expected),
            ("precision", self.right, self.shown),
        ):
            share = some / all_ if all_ else 0.0
            low, high = wilson(share, all_) if all_ else (0.0, 0.0)
            parts.append(f"{word} {share:.2f} ({low:.2f}-{high:.2f}), n = {all_}")
        return f"{name}: {'; '.join(parts)}"


@dataclass
class Planted:
    """Two outlets' texts on one topic, and what is true of each pair or sentence."""

    topic: str
    texts: dict[str, str]
    shared: set[frozenset[str]] = field(default_factory=set)
    differing: set[frozenset[str]] = field(default_factory=set)
    only: set[str] = field(default_factory=set)


def planted(chinese: Sequence[str], english: Sequence[str], seed: int) -> Planted | None:
    """Return two outlets made of paired sentences; None if there are too few to plant."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    zh: list[str] = []
    en: list[str] = []
    made = Planted(topic=_topic(english), texts={})
    for place, (one, other) in enumerate(zip(chinese, english, strict=True)):
        kind = chance.choice(("shared", "zh", "en", "differing")) if place else "shared"
        changed = _with_another_figure(other, chance) if kind == "differing" else None
        if kind == "zh":
            zh.append(one)
            made.only.add(one)
        elif kind == "en":
            en.append(other)
            made.only.add(other)
        elif changed:
            zh.append(one)
            en.append(changed)
            made.differing.add(frozenset((one, changed)))
        else:
            zh.append(one)
            en.append(other)
            made.shared.add(frozenset((one, other)))
    made.texts.update({"zh": "".join(zh), "en": " ".join(en)})
    return made if len(zh) > 1 and len(en) > 1 else None


def _topic(english: Sequence[str]) -> str:
    """Return the two longer words that most sentences have, as somebody types a topic."""
    count = Counter(word for text in english for word in set(re.findall(r"[A-Za-z]{5,}", text)))
    return " ".join(word for word, _ in count.most_common(2))


def _with_another_figure(text: str, chance: random.Random) -> str | None:
    figures = list(_DIGITS.finditer(text))
    if not figures:
        return None
    match = chance.choice(figures)
    value = int(match[0])
    other = value + chance.choice((2, 3, 7)) if value < 3000 else round(value * 1.4)
    return text[: match.start()] + str(other) + text[match.end() :]


def score_planted(made: Planted, result: Comparison, scores: dict[str, Scores]) -> None:
    """Count what a comparison found of what was planted."""
    shared = {frozenset(c.quote for c in fact.citations) for fact in result.shared}
    differing = {frozenset(v.citation.quote for v in c.values) for c in result.contradictions}
    only = {citation.quote for report in result.only for citation in report.citations}
    for name, expected, shown in (
        ("shared", made.shared, shared),
        ("contradictions", made.differing, differing),
        ("only", made.only, only),
    ):
        one = scores.setdefault(name, Scores())
        one.expected += len(expected)
        one.found += len(expected & shown)
        one.shown += len(shown)
        one.right += len(expected & shown)


def _run_planted(given: argparse.Namespace, ask: Ask) -> dict[str, Scores]:
    scores: dict[str, Scores] = {}
    paired = zip(_records(given.chinese, "corpus"), _records(given.english, "corpus"), strict=False)
    done = 0
    for number, (chinese, english) in enumerate(paired):
        sentences = _sentences(chinese["text"]), _sentences(english["text"])
        if number < given.skip or not 3 <= len(sentences[0]) == len(sentences[1]):
            continue
        made = planted(*sentences, given.seed + number)
        if made is None:
            continue
        score_planted(made, ask(made.topic, made.texts), scores)
        done += 1
        if done == given.topics:
            break
    return scores


def _run_reported(given: argparse.Namespace, ask: Ask) -> dict[str, Scores]:
    """Count questions whose contradiction is found, and contradictions that are none."""
    articles = {record["id"]: record["text"] for record in _records(given.set, "corpus")}
    asked = [q for q in _records(given.set, "questions") if q.get("conflicting")]
    told = Scores()
    for question in asked[: given.topics]:
        true, false = question["relevant"][:4], question["conflicting"][:4]
        result = ask(question["question"], {doc: articles[doc] for doc in (*true, *false)})
        right = [
            contradiction
            for contradiction in result.contradictions
            for docs in [{value.citation.doc_id for value in contradiction.values}]
            if docs & set(true) and docs & set(false)
        ]
        told.expected += 1
        told.found += bool(right)
        told.shown += len(result.contradictions)
        told.right += len(right)
    return {"contradictions": told}


class Ask:
    """Compares outlets that are given as texts."""

    def __init__(self) -> None:
        config = Config.from_environment()
        self._embedder = load_embedder(config.embedder)
        self._reader, _ = load_reader(config.reader, self._embedder)

    def __call__(self, topic: str, texts: dict[str, str]) -> Comparison:
        """Return the comparison of outlets, named by the keys."""
        documents = [
            Document(
                doc_id=outlet,
                path="",
                title="",
                outlet=outlet,
                published=None,
                language=_language(text),
                url=None,
                text=text,
                content_hash="",
            )
            for outlet, text in texts.items()
        ]
        snapshot = snapshot_of(documents, self._embedder, lambda *_: lambda _: None)
        with Assistant(
            snapshot=snapshot, embedder=self._embedder, reader=self._reader
        ) as assistant:
            return assistant.compare(topic, today=date(2026, 1, 1))


def _language(text: str) -> Language:
    return "zh" if has_han(text) else "en"


def _sentences(text: str) -> list[str]:
    return [text[s.start : s.end].strip() for s in split_sentences(text)]


def _records(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main(arguments: Sequence[str]) -> int:
    """Run the command of `arguments`, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m eval outlets")
    kinds = parser.add_subparsers(dest="kind", required=True)
    made = kinds.add_parser("planted")
    made.add_argument("--chinese", type=Path, required=True)
    made.add_argument("--english", type=Path, required=True)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--skip", type=int, default=0)
    reported = kinds.add_parser("reported")
    reported.add_argument("set", type=Path)
    for one in (made, reported):
        one.add_argument("--topics", type=int, default=40)
    given = parser.parse_args(arguments)
    run = _run_planted if given.kind == "planted" else _run_reported
    for name, scores in run(given, Ask()).items():
        print(scores.line(name))
    return 0
