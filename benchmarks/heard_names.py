"""Measure how well people are found by the sound of their names, in the other script.

    PYTHONPATH=. python benchmarks/heard_names.py SETS/xquad_en2zh

Takes the people whom English questions name and whom the dictionary does not know. Each is looked
for in the Chinese article that the question is about, and, instead of another person, in the
articles of other questions. It also counts the questions that would be refused by mistake.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from eval.collection import read_collection
from rag.answering.selection.heard_names import unheard
from rag.text.terms import fold

_OTHERS = 8
_SEED = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("set", type=Path)
    collection = read_collection(parser.parse_args().set, None)
    texts = {d.doc_id: fold(f"{d.title}\n{d.text}") for d in collection.documents}
    chosen = random.Random(_SEED)
    refused = present = absent = 0
    people = []
    for question in collection.questions:
        own = [texts[doc_id] for doc_id in question.relevant]
        # In a text that has nobody, everyone is missing: so this is who could be.
        for person in (concept.text for concept in unheard(question.text, [fold("无")])):
            people.append(person)
            present += 1
            others = chosen.sample(sorted(set(texts) - set(question.relevant)), _OTHERS)
            absent += sum(bool(unheard(question.text, [texts[name]])) for name in others)
        missing = unheard(question.text, own)
        refused += bool(missing)
        if missing:
            print("not found:", ", ".join(c.text for c in missing), "in:", question.text)
    print(
        f"{len(collection.questions)} questions name {present} times {len(set(people))} people;"
        f" {refused} times they are not found in their own article, and {absent} of"
        f" {present * _OTHERS} times not in another one"
    )


if __name__ == "__main__":
    main()
