"""Many conversations at once on one assistant: none fails, and none changes another's answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from rag.answering.search import QuestionVector
from rag.answering.understanding import QuestionRewriter, Translator
from rag.assistant import Assistant
from rag.models.embedder import Embedder
from rag.models.openai_chat import OpenAIChatModel
from rag.retrieval.question import as_embedded
from rag.store.snapshot import Snapshot
from rag.types import Answer, Timings
from tests.chat_server import Reply, Request, chat_server, in_pieces, says

TODAY = date(2025, 2, 14)
CONVERSATIONS = (
    ("苹果为什么选择阿里？", "那为什么没有选择DeepSeek？"),
    ("2月13日阿里巴巴港股收盘价是多少港元？", "2月12日呢？"),
    ("Why did Apple choose Alibaba?", "And why not DeepSeek?"),
    ("iOS18.4什么时候发布？", "它会有哪些功能？"),
    ("蔡崇信在哪里确认了合作？", "他说了什么？"),
    ("How did Alibaba's shares react?", "And what about Baidu?"),
    ("特斯拉上海工厂的产量是多少？", "苹果在中国的销量下降了多少？"),
    ("Who is Joe Tsai?", "What did he say in Dubai?"),
)
SHOWN = re.compile(r"^\[(\d+)\] \(.*?\) (.+)$", re.MULTILINE)


def quotes_or_translates(reply: Reply, request: Request) -> None:
    """Two of the sentences that the prompt shows; where it shows none, a translation."""
    shown = SHOWN.findall(request.prompt)
    text = "\n".join(f"{text} [{number}]" for number, text in shown[:2]) or "苹果与阿里巴巴合作"
    says(*in_pieces(text, 5))(reply, request)


def talk(assistant: Assistant, questions: Sequence[str]) -> list[Answer]:
    """The answers of a conversation, apart from the time that they took."""
    untimed = Timings(retrieve=0, compose=0, verify=0, total=0)
    history: list[Answer] = []
    for question in questions:
        answer = assistant.ask(question, history, today=TODAY)
        history.append(replace(answer, timings=untimed))
    return history


def test_conversations_at_once_have_the_answers_of_each_alone(
    seeds: Snapshot, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine, the little model may take longer than a reader should wait.
    for asks in (Translator, QuestionRewriter):
        monkeypatch.setattr(asks.__init__, "__defaults__", (60.0,))
    with chat_server(quotes_or_translates) as server:

        def opened() -> Assistant:
            model = OpenAIChatModel(server.config())
            return Assistant(snapshot=seeds, embedder=embedder, chat_model=model)

        assistant = opened()
        alone = [talk(assistant, questions) for questions in CONVERSATIONS]
        assistant = opened()  # one that knows nothing yet
        with ThreadPoolExecutor(len(CONVERSATIONS)) as pool:
            together = list(pool.map(lambda questions: talk(assistant, questions), CONVERSATIONS))
    assert together == alone
    assert {answer.status for answers in alone for answer in answers} >= {"answered", "abstained"}
    assert sum(answer.model is not None for answers in alone for answer in answers) >= 12


def test_a_question_that_is_begun_early_has_the_vector_it_would_have(embedder: Embedder) -> None:
    texts = ("苹果", "Why did Apple choose Alibaba?")
    begun = [QuestionVector(embedder, text) for text in texts]
    for vector, text in zip(begun, texts, strict=True):
        assert np.array_equal(vector.of(text)(), embedder.embed_queries([as_embedded(text)])[0])
    # Understanding may make another text of it.
    assert np.array_equal(begun[0].of("阿里")(), embedder.embed_queries(["阿里"])[0])


@pytest.mark.parametrize(
    "question",
    [
        "Why did Apple choose Alibaba?",
        "How did Alibaba's shares react?",
        "Which companies did Apple talk to?",
        "苹果为什么选择阿里？",
        "特斯拉上海工厂的产量是多少？",
    ],
)
def test_days_that_all_articles_are_of_change_no_answer(
    seeds: Snapshot, embedder: Embedder, question: str
) -> None:
    assistant = Assistant(snapshot=seeds, embedder=embedder)
    free = assistant.ask(question, today=TODAY)
    held = assistant.ask(question, today=TODAY, since="2025-02", until="2025-02")
    assert (held.status, held.text, held.missing) == (free.status, free.text, free.missing)
