"""Measure how often a Chinese person is found by the name in Latin letters, and when wrongly.

    python benchmarks/romanised_names.py SET [--names 300] [--seed 1]

SET is a folder with a Chinese test collection (`eval/collection.py`). The people are those that the
segmenter finds in its articles and that begin with a surname. Words of the dictionary, names of
foreigners written by their sound, and characters with several readings are left out. Each name is
written in pinyin, every other one with the surname last. As many names that no article has are made
of the surname of one person and the given name of another.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.collection import read_documents
from rag.retrieval.known_words import KnownWords
from rag.retrieval.romanised_names import chinese_names_of
from rag.store.sections import sections_of
from rag.text.dictionary import load_dictionary
from rag.text.names import TRANSLITERATING, chinese_people
from rag.text.sounds import readings_of, surnames_in_pinyin
from rag.text.words import count_terms, simplified
from rag.types import Document, Passage

_PASSAGE = 500
"""The length of a passage, in characters."""


def known_in(documents: Sequence[Document]) -> KnownWords:
    """Return the words of the articles. Their vectors play no part."""
    passages = [
        Passage(passage_id=0, doc_id=d.doc_id, start=at, end=at + len(text), text=text)
        for d in documents
        for at in range(0, len(d.text), _PASSAGE)
        for text in [d.text[at : at + _PASSAGE]]
    ]
    counted = [count_terms(passage.text) for passage in passages]
    vectors = np.zeros((len(passages), 4), np.float32)
    return KnownWords(sections_of(passages, {d.doc_id: d for d in documents}, vectors, counted))


def is_plain(name: str) -> bool:
    """Return True for a surname and one or two characters, each with one reading."""
    first, given = name[0], name[1:]
    surnames = [said for said in readings_of(first) if first in surnames_in_pinyin(said)]
    return (
        1 <= len(given) <= 2
        and len(surnames) == 1
        and all(len(readings_of(character)) == 1 for character in given)
        and not TRANSLITERATING.issuperset(given)
    )


def typed(name: str, *, surname_last: bool) -> tuple[str, str]:
    """Return a plain name in pinyin."""
    first, rest = name[0], name[1:]
    surname = next(s for s in readings_of(first) if first in surnames_in_pinyin(s)).capitalize()
    given = "".join(next(iter(readings_of(character))) for character in rest).capitalize()
    return (given, surname) if surname_last else (surname, given)


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--names", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    documents = read_documents(options.set)
    known = known_in(documents)
    articles = [simplified(document.text) for document in documents]
    everything = "\n".join(articles)
    draw = random.Random(options.seed)
    people = sorted(
        {
            name
            for article in draw.sample(articles, min(2_000, len(articles)))
            for name in chinese_people(article, "")
            if is_plain(name) and name not in load_dictionary().english
        }
    )
    chosen = draw.sample(people, min(options.names, len(people)))
    made = [one[0] + draw.choice(people)[1:] for one in chosen]
    times, read = [], list[tuple[str, str]]()
    for kind, names in (("named in the articles", chosen), ("not named", made)):
        counts: Counter[str] = Counter()
        for number, name in enumerate(names):
            words = typed(name, surname_last=number % 2 == 1)
            if kind == "not named" and (name in everything or not is_plain(name)):
                continue
            begun = time.perf_counter()
            found = chinese_names_of(*words, known)
            times.append(time.perf_counter() - begun)
            outcome = (
                "not read as a name" if found is None
                else "nobody" if not found
                else "several" if len(found) > 1
                else "that person" if found == [name]
                else "somebody else"
            )  # fmt: skip
            counts[outcome] += 1
            if found and outcome == "somebody else":
                read.append((name, found[0]))
        print(kind, counts.total(), dict(counts))
    print("somebody else:", read[:20])
    print(f"median {1e3 * np.median(times):.1f} ms, p95 {1e3 * np.quantile(times, 0.95):.1f} ms")


if __name__ == "__main__":
    main()
