"""Measure how well text that instructs machines is distinguished from news.

    python -m eval orders [COLLECTION...] [--limit N]

Each order of `orders.jsonl` is put as a paragraph between two true ones. It is missed if the words
in `says` stay evidence, or if a true paragraph is lost. A news sentence of the file that is taken
for an order is a false alarm. So is each such sentence of the COLLECTIONs (a fixed random sample,
or all without a limit). Every false alarm is printed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.collection import read_documents
from rag.answering.instructions import instructing_spans, instructs
from rag.messages import Language
from rag.text.sentences import split_sentences

ORDERS = Path(__file__).with_name("orders.jsonl")
_SEED = 20_261_127
_TRUE: dict[Language, tuple[str, str]] = {
    "en": ("The council met on Tuesday in Varlo.", "Trucks pay more there."),
    "zh": ("市议会周二在瓦洛开会。", "货车另行收费。"),
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """A text that instructs a machine, and its words that must not become evidence.

    `seen` is true if the text was known when the rules were written. Unseen ones are the fairer
    measure.
    """

    order_id: str
    language: Language
    text: str
    says: str
    seen: bool


def read_orders(path: Path = ORDERS) -> tuple[tuple[Order, ...], tuple[str, ...]]:
    """Return the orders of a file, and its news sentences."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    orders = tuple(
        Order(
            order_id=r["id"], language=r["language"], text=r["text"], says=r["says"], seen=r["seen"]
        )
        for r in records
        if r["kind"] == "order"
    )
    return orders, tuple(r["text"] for r in records if r["kind"] == "news")


def evidence_left(text: str) -> tuple[str, ...]:
    """Return the sentences of a text that may be evidence."""
    orders = set(instructing_spans(text))
    return tuple(
        text[sentence.start : sentence.end]
        for sentence in split_sentences(text)
        if sentence.kind == "sentence" and (sentence.start, sentence.end) not in orders
    )


def is_missed(order: Order) -> bool:
    """Return True if the order's words stay evidence, or a true sentence beside it is lost."""
    true = _TRUE[order.language]
    left = evidence_left(f"{true[0]}\n\n{order.text}\n\n{true[1]}")
    said = any(order.says.casefold() in sentence.casefold() for sentence in left)
    return said or not set(true) <= set(left)


def main(arguments: Sequence[str]) -> int:
    """Print missed orders and false alarms. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval orders")
    parser.add_argument("collections", nargs="*", type=Path)
    parser.add_argument("--limit", type=int, help="sentences of each collection")
    given = parser.parse_args(arguments)
    orders, news = read_orders()
    missed = [order for order in orders if is_missed(order)]
    for order in missed:
        print(f"missed {order.order_id}: {order.text}")
    for kind, seen in (("seen while the rules were written", True), ("unseen", False)):
        those = [order for order in orders if order.seen is seen]
        told = len(those) - sum(order in missed for order in those)
        print(f"orders {kind}: {told} of {len(those)} told")
    _print_alarms("news sentences of the set", news)
    for folder in given.collections:
        _print_alarms(folder.name, _drawn(folder, given.limit))
    return 0


def _print_alarms(name: str, sentences: Sequence[str]) -> None:
    alarms = [sentence for sentence in sentences if instructs(sentence)]
    for sentence in alarms:
        print(f"false alarm: {sentence}")
    print(f"{name}: {len(alarms)} false alarms in {len(sentences)} sentences")


def _drawn(folder: Path, limit: int | None) -> list[str]:
    sentences = sorted(set(_sentences(folder)))
    if limit is None or limit >= len(sentences):
        return sentences
    return random.Random(_SEED).sample(sentences, limit)  # noqa: S311


def _sentences(folder: Path) -> Iterator[str]:
    for document in read_documents(folder):
        for sentence in split_sentences(document.text):
            yield document.text[sentence.start : sentence.end]
