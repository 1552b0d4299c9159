"""Answers for which the reader read the sentences: on the seeds and on articles made for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.ingest.chunker import CHUNKER
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.store.indexing import update_index
from rag.store.snapshot import Snapshot, read_snapshot

PARK = """---
title: Heron Marsh reserve opens
date: 2025-04-18
---

Heron Marsh reserve opened on Friday, drawing 8,000 visitors on its first day.

The site covers 312 hectares. The warden is Ellen Voss, a former forester. Entry costs $7.

Building it cost $24 million, 60% of which came from the state.
"""

FIRM = """---
title: 瑞川科技完成融资
date: 2025-03-05
---

瑞川科技3月5日宣布完成B轮融资，金额为3.2亿元，领投方为青禾资本。

瑞川科技现有员工1260人，去年营业收入为4.1亿元。总部位于宁波。
"""


@pytest.fixture(scope="module")
def assistant(seeds: Snapshot, embedder: Embedder, reader: Reader) -> Assistant:
    return Assistant(snapshot=seeds, embedder=embedder, reader=reader)


@pytest.fixture(scope="module")
def made(embedder: Embedder, reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("made")
    (folder / "park.md").write_text(PARK, encoding="utf-8")
    (folder / "firm.md").write_text(FIRM, encoding="utf-8")
    index = folder / "index"
    update_index(index, [folder], embedder)
    snapshot = read_snapshot(index, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    return Assistant(snapshot=snapshot, embedder=embedder, reader=reader)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who is the warden of Heron Marsh reserve?", "Ellen Voss"),
        ("How much does it cost to enter Heron Marsh reserve?", "$7"),
        ("瑞川科技有多少职工？", "1260人"),
        ("瑞川科技的总部在哪里？", "宁波"),
    ],
)
def test_the_first_sentence_answers_and_its_words_are_marked(
    made: Assistant, question: str, words: str
) -> None:
    answer = made.ask(question)
    assert answer.status in ("answered", "partial")
    first = answer.statements[0]
    assert words in first.text
    (citation,) = first.citations
    assert citation.answer is not None
    start, end = citation.answer
    assert citation.start <= start < end <= citation.end
    assert words in made.document(citation.doc_id).text[start:end]


def test_a_word_that_the_article_has_another_for_is_no_reason_to_refuse(
    made: Assistant, embedder: Embedder
) -> None:
    # 职工 are 员工 in the article: by its words alone nothing would be found.
    plain = Assistant(snapshot=made.snapshot, embedder=embedder)
    assert plain.ask("瑞川科技有多少职工？").status == "abstained"
    assert made.ask("瑞川科技有多少职工？").status in ("answered", "partial")


@pytest.mark.parametrize(
    "question",
    ["What did Elon Musk say about Alibaba?", "What did Bill Gates say about Apple?"],
)
def test_no_reading_makes_up_for_a_name_that_no_article_has(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "abstained"
    assert question.split(" say")[0].removeprefix("What did ") in answer.missing[0].en


def test_the_passage_that_answers_comes_first(made: Assistant) -> None:
    hits = made.ask("Who is the warden of Heron Marsh reserve?").hits
    assert hits[0].passage.doc_id == "park"
    assert len({hit.passage.passage_id for hit in hits}) == len(hits)


def test_every_sentence_that_was_read_keeps_its_place(assistant: Assistant) -> None:
    found = assistant.find("苹果为什么选择阿里巴巴？")
    read = [c for c in found.candidates if c.read]
    assert len(read) >= 10
    for candidate in read:
        evidence = candidate.evidence
        assert evidence.text == evidence.document.text[evidence.start : evidence.end]
        if evidence.answer:
            assert evidence.start <= evidence.answer[0] < evidence.answer[1] <= evidence.end


def test_without_the_reader_nothing_is_marked(seeds: Snapshot, embedder: Embedder) -> None:
    answer = Assistant(snapshot=seeds, embedder=embedder).ask("苹果为什么选择阿里巴巴？")
    assert answer.status == "answered"
    assert all(c.answer is None for s in answer.statements for c in s.citations)
