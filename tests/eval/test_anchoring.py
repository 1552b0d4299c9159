"""Spans found again after the text around them changed."""

import json
from pathlib import Path

import pytest

from eval import __main__ as command
from eval.anchoring import anchor
from eval.questions import QUESTIONS, load_questions
from rag.ingest.files import find_files
from rag.ingest.loader import load_document
from rag.types import Document

SEEDS = Path(__file__).parents[2] / "seeds"


def document(text: str) -> dict[str, Document]:
    made = Document(
        doc_id="a",
        path="a.md",
        title="",
        outlet=None,
        published=None,
        language="zh",
        url=None,
        text=text,
        content_hash="",
    )
    return {"a": made}


def question_file(folder: Path, quote: str, occurrence: int = 1) -> Path:
    path = folder / "set.jsonl"
    span = {"doc_id": "a", "quote": quote, "occurrence": occurrence, "facts": []}
    path.write_text(
        '{"id":  "untouched", "spans": []}\n' + json.dumps({"id": "q", "spans": [span]})
    )
    return path


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("报 116.7 港元", "截至收盘，报116.7港元。", "报116.7港元"),
        ("Apple（AAPL）rose", "apple (AAPL)\nrose by 5 %", "apple (AAPL)\nrose"),
        ("ＡＢＣ", "xabcx", "abc"),
    ],
)
def test_a_quote_takes_the_wording_of_the_article(
    tmp_path: Path, quote: str, text: str, found: str
) -> None:
    path = question_file(tmp_path, quote)
    (change,) = anchor(path, document(text))
    assert (change.quote, change.found) == (quote, found)
    untouched, changed = path.read_text(encoding="utf-8").splitlines()
    assert untouched == '{"id":  "untouched", "spans": []}'
    assert json.loads(changed)["spans"][0]["quote"] == found
    assert anchor(path, document(text)) == ()


def test_the_place_is_kept_where_the_wording_stands_twice(tmp_path: Path) -> None:
    path = question_file(tmp_path, "涨 5%", occurrence=2)
    anchor(path, document("先涨5%，再涨5%。"))
    span = json.loads(path.read_text(encoding="utf-8").splitlines()[1])["spans"][0]
    assert (span["quote"], span["occurrence"]) == ("涨5%", 2)


def test_what_is_lost_is_told_and_left(tmp_path: Path) -> None:
    path = question_file(tmp_path, "不在这里")
    before = path.read_bytes()
    (change,) = anchor(path, document("别的内容。"))
    assert change.found is None
    assert path.read_bytes() == before


def test_the_projects_own_set_survives_another_cleaner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "questions.jsonl"
    text = QUESTIONS.read_text(encoding="utf-8")
    # As if the cleaner had parted numbers from what stands behind them until now.
    path.write_text(text.replace("港元", " 港元"), encoding="utf-8")
    assert command.main(["anchor", str(SEEDS), "--questions", str(path)]) == 0
    assert "港元" in capsys.readouterr().out
    documents = [load_document(file, SEEDS) for file in find_files(SEEDS)]
    mended, original = load_questions(path, documents), load_questions(QUESTIONS, documents)
    assert [question.spans for question in mended] == [question.spans for question in original]
