"""Measure how often a question about a stranger is answered with what was said of somebody else.

    PYTHONPATH=. python benchmarks/strange_names.py seeds

In each Chinese question of the seeds that can be answered by itself, a company that no article
names takes the place of the first person, organisation or product. None of these can be answered.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace
from pathlib import Path

from eval.opening import opened
from eval.questions import QUESTIONS, load_questions
from eval.swaps.words import COMPANIES
from rag.ingest.files import find_files
from rag.ingest.loader import load_document
from rag.text.characters import has_han
from rag.text.names import names_in

_STRANGERS = 3
"""How many of them each question is asked with."""
_SEED = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("seeds", type=Path)
    folder = parser.parse_args().seeds
    documents = [load_document(path, folder) for path in find_files(folder)]
    text = "".join(document.title + document.text for document in documents)
    strangers = [name for name in COMPANIES["zh"] if name not in text]
    chosen = random.Random(_SEED)
    asked = answered = 0
    with opened(folder, None, "extractive") as assistant:
        for question in load_questions(QUESTIONS, documents):
            named = [
                n.text for n in names_in(question.text) if n.kind != "place" and has_han(n.text)
            ]
            if question.language != "zh" or question.after or not question.answerable or not named:
                continue
            for stranger in chosen.sample(strangers, _STRANGERS):
                changed = replace(question, text=question.text.replace(named[0], stranger))
                asked += 1
                if assistant.ask(changed, []).statements:
                    answered += 1
                    print("answered:", changed.text)
    print(f"{answered} of {asked} questions about {len(strangers)} strangers are answered")


if __name__ == "__main__":
    main()
