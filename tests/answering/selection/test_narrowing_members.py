"""Line 3 and line 5 are two things: in what answers, what a claim may cite, what conflicts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.answering.disagreement.conflicts import find_conflicts
from rag.answering.evidence import cited_sentence
from rag.answering.selection.narrowing import of_those_asked_about
from rag.answering.selection.ranking import Candidate
from rag.answering.verification.claims import verify
from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.types import Answer
from tests.answering.made import article, asked, candidates

METRO = "南坪市地铁6号线1月8日开通，全长31公里，设站24座。"
TRIAL = "The phase 2 trial of Norvadil enrolled 240 patients in four countries, Corvane said."
PHONE = "The Kelda K40 costs 590 euros and went on sale on May 5, the firm said."


def answer(tmp_path: Path, embedder: Embedder, question: str, *texts: str) -> Answer:
    """What is answered from articles of these texts, whose titles say nothing."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.md").write_text(f"---\ntitle: News\n---\n\n{text}\n", encoding="utf-8")
    update_index(tmp_path / "index", [folder], embedder)
    config = Config(index=tmp_path / "index")
    return Assistant.open(config, embedder=embedder).ask(question)


@pytest.mark.parametrize(
    ("text", "question", "wanted", "found"),
    [
        (METRO, "南坪市地铁8号线有多长？", "8号线", "6号线"),
        (PHONE, "What does the Kelda K45 cost?", "K45", "K40"),
        (TRIAL, "How many patients did the Phase III trial of Norvadil enroll?", "III", "phase 2"),
    ],
)
def test_another_member_answers_nothing_and_is_named(
    tmp_path: Path, embedder: Embedder, text: str, question: str, wanted: str, found: str
) -> None:
    given = answer(tmp_path, embedder, question, text)
    assert given.status == "abstained"
    (missing,) = given.missing
    assert missing.code == "another_member"
    for said in (missing.en, missing.zh):
        assert wanted in said
        assert found in said


@pytest.mark.parametrize(
    ("text", "question", "fact"),
    [
        (METRO, "南坪市地铁六号线什么时候开通？", "1月8日"),
        (TRIAL, "How many patients did the Phase II trial of Norvadil enroll?", "240"),
        (PHONE, "What does the Kelda K-40 cost?", "590"),
    ],
)
def test_the_same_one_in_another_notation_answers(
    tmp_path: Path, embedder: Embedder, text: str, question: str, fact: str
) -> None:
    given = answer(tmp_path, embedder, question, text)
    assert given.status == "answered"
    assert fact in given.statements[0].text


def test_of_both_only_the_one_asked_about_is_quoted(tmp_path: Path, embedder: Embedder) -> None:
    other = METRO.replace("6号线", "8号线").replace("31", "19")
    given = answer(tmp_path, embedder, "南坪市地铁8号线有多长？", METRO, other)
    assert [statement.text for statement in given.statements] == [other]


def test_a_sentence_that_names_none_of_the_series_may_answer() -> None:
    question = asked("谁在第50届灯塔杯上演唱了国歌？")
    best, other = "歌手林夏在灯塔杯上演唱了国歌。", "第一届书展由林夏主持。"
    _, first = candidates(question, article(best), best, cosines=(0.9,))
    _, second = candidates(question, article(other), other, cosines=(0.8,))
    members = of_those_asked_about(question.query.text, [*first, *second])
    assert [c.evidence.text for c in members.candidates] == [best]
    assert not members.absent
    assert of_those_asked_about(question.query.text, [*second, *first]).absent


def test_one_of_two_that_is_missing_is_told() -> None:
    question = asked("What do the Kelda K40 and the Kelda K45 cost?")
    document = article(PHONE)
    _, ranked = candidates(question, document, PHONE)
    members = of_those_asked_about(question.query.text, ranked)
    assert (len(members.candidates), members.absent) == (1, ())
    assert "K45" in members.lone[0].en


def test_what_a_passage_is_about_counts_for_its_sentences() -> None:
    question = asked("What does the Kelda K45 cost?")
    price = "It costs 590 euros."
    document = article("Kelda showed the K40.", price, title="Kelda's spring")
    _, ranked = candidates(question, document, price)
    assert not of_those_asked_about(question.query.text, ranked).candidates


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        (METRO, "地铁8号线全长31公里。"),
        (METRO, "Metro Line 8 is 31 kilometres long and has 24 stations."),
        (TRIAL, "The phase III trial of Norvadil enrolled 240 patients in four countries."),
        (PHONE, "The Kelda K45 costs 590 euros."),
        (
            "《南坪市养犬办法》第十二条规定，牵引绳不得超过1.5米。",
            "第十三条规定牵引绳不得超过1.5米。",
        ),
    ],
)
def test_a_claim_about_another_member_is_unsupported(
    embedder: Embedder, source: str, claim: str
) -> None:
    vectors = embedder.embed_passages([claim, source])
    cited = cited_sentence(article(source), 0, len(source), passage=source, vector=vectors[1])
    found = verify(claim, vectors[0], [cited])
    assert found.verdict == "unsupported"
    assert "member" in [reason.code for reason in found.reasons]


def test_a_claim_in_another_notation_is_not_held_against_it(embedder: Embedder) -> None:
    claim = "The second-phase trial of Norvadil enrolled 240 patients in four countries."
    vectors = embedder.embed_passages([claim, TRIAL])
    cited = cited_sentence(article(TRIAL), 0, len(TRIAL), passage=TRIAL, vector=vectors[1])
    found = verify(claim, vectors[0], [cited])
    assert "member" not in [reason.code for reason in found.reasons]


@pytest.mark.parametrize(("line", "conflicts"), [("6号线", 1), ("8号线", 0)])
def test_two_lines_of_two_lengths_are_no_conflict(line: str, conflicts: int) -> None:
    question = asked("南坪市地铁有多少人坐？")
    texts = ("昨天南坪市地铁6号线共有31万人乘坐。", f"昨天南坪市地铁{line}共有47万人乘坐。")
    ranked: list[Candidate] = []
    for number, text in enumerate(texts):
        document = article(text, name=f"paper {number}", day="2025-02-03")
        needed, made = candidates(question, document, text)
        ranked += made
    assert np.allclose(ranked[0].evidence.vector, ranked[1].evidence.vector)
    found = find_conflicts(ranked, needed, question.concepts, ())
    assert len(found) == conflicts
