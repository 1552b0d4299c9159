"""A sentence that answers for somebody else, with the real reader on articles made for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.ingest.chunker import CHUNKER
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.store.indexing import update_index
from rag.store.snapshot import read_snapshot

ARTICLES = {
    "yard": "Halden Ferries paid Norvik Yard 12 million euros for the hull, the company said."
    " Sundby Yard will paint the ship in autumn. The captain, Olle Brandt, has sailed since 1998.",
    "fees": "腾讯去年向华为支付了860万元专利费。小米的专利由另一家公司管理。"
    "双方的合同今年六月到期。",
    "vote": "Lena Marsk beat Otto Rehn in the vote for mayor of Farsund with 54 percent."
    " Rehn had been mayor for eight years. Marsk wants to build a tram.",
}


@pytest.fixture(scope="module")
def assistant(
    embedder: Embedder, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("others")
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    index = folder / "index"
    update_index(index, [folder], embedder)
    snapshot = read_snapshot(index, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    return Assistant(snapshot=snapshot, embedder=embedder, reader=reader)


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("How much did Halden Ferries pay Sundby Yard for the hull?", "Norvik Yard"),
        ("腾讯去年向小米支付了多少专利费？", "华为"),
    ],
)
def test_a_sentence_about_another_name_is_no_answer(
    assistant: Assistant, question: str, other: str
) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.missing[0].code) == ("abstained", "another_name")
    assert other in answer.missing[0].en


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How much did Halden Ferries pay Norvik Yard for the hull?", "12 million"),
        ("腾讯去年向华为支付了多少专利费？", "860万"),
        ("Whom did Lena Marsk beat?", "Otto Rehn"),
        ("What does Marsk want to build?", "tram"),
        ("How long had Otto Rehn been mayor?", "eight years"),
        ("腾讯与华为的合同何时到期？", "六月"),
    ],
)
def test_a_sentence_that_names_others_too_stays(
    assistant: Assistant, question: str, said: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status in ("answered", "partial"), answer.missing
    assert said in answer.text
