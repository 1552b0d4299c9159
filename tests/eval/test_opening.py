"""A test collection is asked with the models that the settings name, and its run says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import opening
from eval.opening import Composer, Opened, opened_in_memory
from eval.questions import Question
from rag.models.embedder import Embedder
from rag.store.snapshot import Snapshot
from rag.types import Answer
from tests.chat_server import Reply, Request, chat_server, says
from tests.models.tiny_cross_encoder import tiny_cross_encoder

QUESTION = "2月13日阿里巴巴港股收盘价是多少港元？"
CLAIM = "阿里巴巴港股收盘上涨2.55%，报116.7港元/股。"


@pytest.fixture(autouse=True)
def _only_these_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, embedder: Embedder
) -> None:
    for variable in ("RAG_MODEL", "RAG_RERANKER", "RAG_JUDGE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(opening, "load_embedder", lambda _: embedder)
    monkeypatch.setattr(opening, "VECTORS", tmp_path / "vectors.sqlite3")


def ask(seeds: Snapshot, composer: Composer = "extractive") -> tuple[Opened, Answer]:
    question = Question(
        question_id="q", group="q", cluster="q", language="zh", type="number", text=QUESTION,
        answerable=True, facts=(), spans=(),
    )  # fmt: skip
    documents = tuple(seeds.documents.values())
    with opened_in_memory(documents, composer, lambda *_: lambda _: None) as made:
        return made, made.ask(question, ())


def test_the_reranker_orders_the_hits(
    seeds: Snapshot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain, before = ask(seeds)
    folder = str(tiny_cross_encoder(tmp_path / "reranker"))
    monkeypatch.setenv("RAG_RERANKER", folder)
    reranked, after = ask(seeds)
    assert (plain.about["reranker"], reranked.about["reranker"]) == (None, folder)
    assert before.hits != after.hits


def test_the_judge_has_the_last_word(seeds: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    def doubts(reply: Reply, request: Request) -> None:
        says("NO" if "<claim>" in request.prompt else CLAIM)(reply, request)

    with chat_server(doubts) as server:
        monkeypatch.setenv("RAG_MODEL", "tiny-model")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        unjudged, before = ask(seeds, "model")
        monkeypatch.setenv("RAG_JUDGE", "model")
        judged, after = ask(seeds, "model")
    assert (unjudged.about["judge"], judged.about["judge"]) == (None, "model")
    assert CLAIM in [statement.text for statement in before.statements]
    assert CLAIM not in [statement.text for statement in after.statements]
    assert "judge" in [reason.code for s in after.left_out for reason in s.reasons]


def test_quotations_have_no_judge(seeds: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_JUDGE", "no-such-model")
    opened, answer = ask(seeds)
    assert opened.about["judge"] is None
    assert answer.status == "answered"
