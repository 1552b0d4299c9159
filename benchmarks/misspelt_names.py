"""Measure how often "Did you mean …?" finds the name of a misspelt one, and when it asks wrongly.

    python benchmarks/misspelt_names.py SETS [--set NAME …] [--questions 60] [--seed 1]

SETS is a folder of test collections (`eval/collection.py`). Names of the questions are misspelt by
a seeded generator. Found: the answer corrected the name by itself (`corrected`), or offers the
right one. A false offer is any correction or offer for a question as it stands in the set. Each
kind of misspelling is judged alone; `HELD_OUT` kinds were not looked at when the search for names
was made.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from eval.cached_embedder import CachedEmbedder
from eval.collection import read_collection
from eval.in_memory import VECTORS, snapshot_of
from eval.opening import config_for
from rag.answering.path import QuestionPath
from rag.models.loading import load_embedder, load_reader
from rag.text.languages import text_language
from rag.text.names import chinese_names, english_names
from rag.text.sounds import same_initial, same_sound
from rag.types import Answer

LETTERS = "abcdefghijklmnopqrstuvwxyz"
HELD_OUT = {"en dropped", "en swapped", "zh two homophones", "zh same initial"}


def _is_usual(character: str) -> bool:
    """Return True for the 3,755 commonest characters, the first level of GB 2312."""
    code = character.encode("gb2312", errors="ignore")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7


def misspelt(name: str, language: str, draw: random.Random) -> Iterator[tuple[str, str]]:
    """Yield misspellings of a name, each with its kind."""
    if language == "en":
        words = [word for word in name.split() if len(word) >= 5 and word.isalpha()]
        if not words:
            return
        word = draw.choice(words)
        at = draw.randrange(1, len(word) - 1)
        letter = draw.choice(LETTERS.replace(word[at].lower(), ""))
        for kind, other in (
            ("en doubled", word[:at] + word[at] + word[at:]),
            ("en replaced", word[:at] + letter + word[at + 1 :]),
            ("en dropped", word[:at] + word[at + 1 :]),
            ("en swapped", word[:at] + word[at + 1] + word[at] + word[at + 2 :]),
        ):
            if other != word:
                yield kind, name.replace(word, other)
        return
    sounds = [[c for c in same_sound(x) if c != x and _is_usual(c)] for x in name]
    initials = [
        [c for c in same_initial(x) if c not in same_sound(x) and _is_usual(c)] for x in name
    ]
    places = [i for i, others in enumerate(sounds) if others]
    if places:
        at = draw.choice(places)
        yield "zh homophone", name[:at] + draw.choice(sounds[at]) + name[at + 1 :]
    if len(places) > 1:
        two = draw.sample(places, 2)
        yield (
            "zh two homophones",
            "".join(draw.choice(sounds[i]) if i in two else c for i, c in enumerate(name)),
        )
    places = [i for i, others in enumerate(initials) if others]
    if places:
        at = draw.choice(places)
        yield "zh same initial", name[:at] + draw.choice(initials[at]) + name[at + 1 :]


def _asked(path: QuestionPath, question: str) -> Answer:
    *_, answer = path.events(question)
    if not isinstance(answer, Answer):
        raise TypeError("a stream ends with its answer")
    return answer


def _offers(answer: Answer) -> list[str]:
    """Return the questions that were asked or offered in place of the typed one."""
    corrected = any(notice.code == "corrected" for notice in answer.notices)
    read = [answer.rewritten_question] if corrected and answer.rewritten_question else []
    return [*read, *(meant.question for meant in answer.did_you_mean)]


def main() -> None:
    """Print the rates of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--set", action="append", dest="names")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    config = config_for("extractive")
    embedder = load_embedder(config.embedder)
    reader, _ = load_reader(config.reader, embedder)
    cached = CachedEmbedder(embedder, VECTORS)
    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    asked_again: Counter[str] = Counter()
    for name in options.names or sorted(p.name for p in options.sets.iterdir() if p.is_dir()):
        draw = random.Random(options.seed)
        collection = read_collection(options.sets / name)
        path = QuestionPath(
            snapshot=snapshot_of(collection.documents, cached, lambda *_: lambda _: None),
            embedder=embedder,
            reader=reader,
        )
        chosen = draw.sample(
            collection.questions, min(options.questions, len(collection.questions))
        )
        for question in chosen:
            language = text_language(question.text)
            answer = _asked(path, question.text)
            offers = _offers(answer)
            key = f"{language} as it stands"
            tried[key] += 1
            asked_again[key] += bool(offers)
            if offers and options.show:
                print("FALSE", question.text, offers)
            read = chinese_names if language == "zh" else english_names
            names = [n.text for n in read(question.text) if language == "en" or len(n.text) <= 5]
            if not names:
                continue
            right = draw.choice(names)
            for kind, wrong in misspelt(right, language, draw):
                answer = _asked(path, question.text.replace(right, wrong))
                held = kind + (" (held out)" if kind in HELD_OUT else "")
                tried[held] += 1
                hit = any(right.casefold() in offer.casefold() for offer in _offers(answer))
                found[held] += hit
                asked_again[held] += not hit and answer.status == "abstained"
                if not hit and options.show:
                    print(kind, right, wrong, answer.status, _offers(answer))
    for kind in sorted(tried):
        if kind.endswith("stands"):
            print(f"{kind}: {asked_again[kind]} false of {tried[kind]}")
        else:
            print(f"{kind}: {found[kind]} found of {tried[kind]},", end=" ")
            print(f"{asked_again[kind]} refused without an offer")


if __name__ == "__main__":
    main()
