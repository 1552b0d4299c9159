"""Building: from the public sets' rows to what a training step draws."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from training import build as building
from training.build import build, window
from training.rows import (
    CLAIMS_FILE,
    HELD_OUT,
    HELD_OUT_KINDS,
    QUESTIONS_FILE,
    Question,
    claims_of,
    windows_of,
)

SENTENCES = [f"The {n}th ship of Brennan Ferries carries {n}0 cars to Carlton." for n in range(40)]


def write(path: Path, rows: list[dict[str, object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    questions: list[dict[str, object]] = []
    for number in range(40):
        text = f"Line {number}. " + " ".join(SENTENCES[number % 30 : number % 30 + 5])
        answer = SENTENCES[number % 30 + 2]
        start = text.index(answer)
        questions.append(
            {
                "lang": "en",
                "question": f"Where does the {number % 30 + 2}th ship go?",
                "context": text,
                "start": start,
                "end": start + len(answer),
                "source": "squadshifts-new_wiki" if number % 2 else "houjin-news",
            }
        )
    claim: dict[str, object] = {
        "lang_claim": "en",
        "lang_source": "en",
        "claim": "The ship is large.",
        "evidence": "The ship is very large.",
        "label": "supported",
        "source": "rte",
    }
    write(folder / "reading.jsonl.gz", questions)
    write(folder / "claims.jsonl.gz", [claim, {**claim, "source": "wmt21"}])
    write(folder / "qaclaims.jsonl.gz", [])
    return folder


def test_what_is_built_is_the_same_each_time(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MADE_CLAIMS", 80)
    build(data, tmp_path / "one")
    build(data, tmp_path / "two")
    for name in (QUESTIONS_FILE, CLAIMS_FILE):
        one, two = (gzip.decompress((tmp_path / run / name).read_bytes()) for run in ("one", "two"))
        assert one == two
        assert one


def test_another_process_builds_the_same(data: Path, tmp_path: Path) -> None:
    command = (
        "from pathlib import Path; from training import build; build.MADE_CLAIMS = 80; "
        f"build.build(Path({str(data)!r}), Path({str(tmp_path)!r}) / 'SEED')"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", command.replace("SEED", seed)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            check=True,
        )
    for name in (QUESTIONS_FILE, CLAIMS_FILE):
        one, two = (gzip.decompress((tmp_path / seed / name).read_bytes()) for seed in "12")
        assert one == two


def test_sets_without_an_open_licence_are_left_out_unless_asked_for(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MADE_CLAIMS", 20)
    build(data, tmp_path / "open")
    build(data, tmp_path / "all", open_only=False)

    def sources(run: str) -> set[str]:
        folder = tmp_path / run
        found = set[str]()
        for part in (folder, folder / HELD_OUT):
            found |= {window.source for window in windows_of(part / QUESTIONS_FILE)}
            found |= {claim.source for claim in claims_of(part / CLAIMS_FILE)}
        return found

    assert sources("all") - sources("open") == {"houjin-news", "wmt21"}


def test_kinds_that_are_held_out_are_in_no_training(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "MADE_CLAIMS", 400)
    build(data, tmp_path / "built")
    seen = {claim.kind for claim in claims_of(tmp_path / "built" / CLAIMS_FILE)}
    held = {claim.kind for claim in claims_of(tmp_path / "built" / HELD_OUT / CLAIMS_FILE)}
    assert not seen & HELD_OUT_KINDS
    assert held >= HELD_OUT_KINDS


def test_a_window_holds_the_answer_and_whole_sentences() -> None:
    text = " ".join(SENTENCES)
    start = text.index(SENTENCES[20])
    row = Question(
        language="en",
        question="Where does the 20th ship go?",
        text=text,
        start=start + 4,
        end=start + 12,
        source="made up",
    )
    for seed in range(20):
        made = window(row, random.Random(seed))
        assert made.text[slice(*made.answer)] == text[row.start : row.end]
        assert made.text[slice(*made.sentence)].strip() == SENTENCES[20]
        assert made.text.startswith("The ")
        assert len(made.text) < 700
