"""Measure one system of the race: how fast it indexes and searches, or what it answers.

    python benchmarks/peers/run.py SYSTEM speed SET --model FOLDER --out FILE
    python benchmarks/peers/run.py SYSTEM answers QUESTIONS --model FOLDER --out FILE ...

SYSTEM is `here`, `llama_index`, `haystack` or `txtai`, run by the Python that has it installed.
`benchmarks/race.py` calls this for each of them and makes a table of the results.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from sets import Text, read, read_documents, sample, say
from system import Articles, ChatModel, Reply, Search, System

T = TypeVar("T")

SYSTEMS = {
    "here": "Here",
    "llama_index": "LlamaIndex",
    "haystack": "Haystack",
    "txtai": "Txtai",
}
SHARED_PACKAGES = ("sentence-transformers", "torch")
_WARMING = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("--model", type=Path, required=True, help="sentence-transformers folder")
    parser.add_argument("--out", type=Path, required=True)
    tasks = parser.add_subparsers(dest="task", required=True)
    speed = tasks.add_parser("speed", help="time to index documents and to search in them")
    speed.add_argument("corpus", type=Path, help="corpus.jsonl.gz")
    speed.add_argument("questions", type=Path, help="questions.jsonl.gz")
    speed.add_argument("--articles", type=int, required=True)
    speed.add_argument("--questions-limit", type=int, default=50)
    speed.set_defaults(do=measure_speed)
    answers = tasks.add_parser("answers", help="answers to questions, appended one by one")
    answers.add_argument("folder", type=Path, help="the articles")
    answers.add_argument("texts", type=Path, help="JSON lines: id and text of each article")
    answers.add_argument("questions", type=Path, help="JSON lines: id and question")
    answers.add_argument("--endpoint", required=True)
    answers.add_argument("--chat-model", required=True)
    answers.add_argument("--seconds", type=float, default=3600, help="to wait for an answer")
    answers.set_defaults(do=collect_answers)
    options = parser.parse_args()

    system = import_module(f"{options.system}_system")
    opened: System = getattr(system, SYSTEMS[options.system])(str(options.model))
    options.do(opened, options)
    return 0


def measure_speed(system: System, options: argparse.Namespace) -> None:
    """Measure one round: index the documents once, and ask each question once in every way."""
    documents = read_documents(options.corpus, options.articles)
    questions = sample(read(options.questions), options.questions_limit)
    # Loading and the first use of a model do not count as part of its speed.
    system.index(documents[:_WARMING])
    for search in system.searches().values():
        search(questions[0].text)
    passages, seconds, processor = _timed(lambda: system.index(documents))
    result = {
        "system": options.system,
        "versions": versions(system),
        "cores": os.cpu_count(),
        "articles": len(documents),
        "characters": sum(len(document.text) for document in documents),
        "passages": passages,
        "index_seconds": {"clock": seconds, "processor": processor},
        "search_milliseconds": _milliseconds(system.searches(), questions),
    }
    options.out.write_text(json.dumps(result), encoding="utf-8")
    say(f"{options.system}: {len(documents)} documents in {seconds:.1f} s")


def _milliseconds(
    searches: Mapping[str, Search], questions: Sequence[Text]
) -> dict[str, dict[str, list[float]]]:
    """Return the search times of every way.

    Each question is asked in every way before the next one, so that a busy minute affects all ways.
    """
    times: dict[str, dict[str, list[float]]] = {
        way: {"clock": [], "processor": []} for way in searches
    }
    for question in questions:
        for way, search in searches.items():
            _, clock, processor = _timed(lambda ask=search, text=question.text: ask(text))
            times[way]["clock"].append(1000 * clock)
            times[way]["processor"].append(1000 * processor)
    return times


def _timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """Return the result of the work, its seconds by the clock, and its processor seconds.

    Processor seconds are of all threads. Other programs on the machine do not add to them.
    """
    clock, processor = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - clock, time.process_time() - processor


def collect_answers(system: System, options: argparse.Namespace) -> None:
    """Ask the questions without an answer in the file. Each answer is written at once."""
    done = {record["id"] for record in kept(options.out)}
    asked = [Text(str(r["id"]), r["question"]) for r in read(options.questions)]
    articles = Articles(options.folder, tuple(read_documents(options.texts)))
    model = ChatModel(options.endpoint, options.chat_model, options.seconds)
    answer = system.answers(articles, model)
    for question in asked:
        if question.id in done:
            continue
        started = time.perf_counter()
        reply: Reply = answer(question.text)
        record = {
            "id": question.id,
            "chat_model": options.chat_model,
            "versions": versions(system),
            "seconds": time.perf_counter() - started,
            **asdict(reply),
        }
        with options.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        say(f"{options.system}: {question.id} in {record['seconds']:.0f} s")


def kept(file: Path) -> Sequence[dict[str, Any]]:
    return list(read(file)) if file.is_file() else []


def versions(system: System) -> dict[str, str]:
    return {name: version(name) for name in (*system.packages, *SHARED_PACKAGES)}


if __name__ == "__main__":
    sys.exit(main())
