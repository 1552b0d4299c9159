"""The one path of a question, over the seeds with the real embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from datetime import date

import pytest

from rag.answering.options import ChatWriter, ChatWriters
from rag.assistant import Assistant
from rag.config import MAX_QUESTION_CHARACTERS, Config
from rag.errors import DocumentNotFound, QuestionError
from rag.models.chat import ChatModel
from rag.models.embedder import Embedder
from rag.models.openai_chat import OpenAIChatModel
from rag.store.snapshot import Snapshot
from rag.types import VOIDING, Answer, Draft, Event, Progress, Statement, TimeFrame, Timings
from tests.chat_server import (
    KEY,
    Behaviour,
    answers_html,
    breaks_off,
    chat_server,
    echoes_key,
    error_inside,
    fails,
    in_pieces,
    malformed,
    never_ends,
    says,
    stalls_after,
)

WHY = "苹果为什么选择阿里而不是DeepSeek？"
CLOSE = "2月13日阿里巴巴港股收盘价是多少港元？"
PAID = "How much has Apple paid Baidu for its AI?"
ANSWERABLE = (WHY, CLOSE, PAID, "Why did Apple choose Alibaba?", "iOS18.4什么时候发布？")
UNANSWERABLE = (
    "特斯拉上海工厂的产量是多少？",
    "张艺谋的新电影什么时候上映？",
    "Who won the 2022 FIFA World Cup?",
    "How many employees does Samsung have?",
)


@pytest.fixture(scope="module")
def assistant(seeds: Snapshot, embedder: Embedder) -> Assistant:
    return Assistant(snapshot=seeds, embedder=embedder)


def with_model(assistant: Assistant, model: ChatModel) -> Assistant:
    """The same assistant, what it has embedded included, with a chat model."""
    twin = copy(assistant)
    twin.writer = ChatWriter(model=model)
    twin._writers = ChatWriters(twin.writer)
    return twin


def check(assistant: Assistant, events: Sequence[Event]) -> Answer:
    """The answer of a stream, once every promise about both was seen to hold."""
    *before, answer = events
    assert isinstance(answer, Answer)
    assert not any(isinstance(event, Answer) for event in before)
    assert before[0] == Progress(stage="searching")
    voided = [i for i, e in enumerate(before) if isinstance(e, Progress) and e.stage in VOIDING]
    counted = before[voided[-1] :] if voided else before
    shown = tuple(event for event in counted if isinstance(event, Statement))
    if answer.statements:
        assert shown == answer.statements
    seen: list[int] = []
    for statement in answer.statements:
        assert statement.verdict in ("supported", "partial")
        assert (statement.kind == "claim") is bool(statement.citations)
        assert "[" not in statement.text
        for citation in statement.citations:
            document = assistant.document(citation.doc_id)
            assert citation.quote == document.text[citation.start : citation.end]
            assert citation.content_hash == document.content_hash
            seen.append(citation.marker)
    assert list(dict.fromkeys(seen)) == list(range(1, len(set(seen)) + 1))
    assert (answer.status == "abstained") is (not answer.statements)
    assert (answer.status == "abstained") is bool(answer.nearest)
    assert Answer.from_json(answer.to_json()) == answer
    return answer


def ask(assistant: Assistant, question: str, history: Sequence[Answer] = ()) -> Answer:
    return check(assistant, list(assistant.stream(question, history)))


def codes(answer: Answer) -> list[str]:
    return [notice.code for notice in answer.notices]


@pytest.mark.parametrize("question", ANSWERABLE)
def test_without_a_model_the_articles_own_sentences_answer(
    assistant: Assistant, question: str
) -> None:
    answer = ask(assistant, question)
    assert answer.status == "answered"
    assert answer.model is None
    assert all(s.text == s.citations[0].quote for s in answer.statements)
    assert "no_model" in codes(answer)
    assert ("other_language" in codes(answer)) is (answer.language == "en")


@pytest.mark.parametrize(
    ("question", "fact"), [(CLOSE, "116.7"), (PAID, "1亿美元"), ("iOS18.4什么时候发布？", "4月")]
)
def test_the_answer_gives_the_fact(assistant: Assistant, question: str, fact: str) -> None:
    assert fact in ask(assistant, question).text


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_the_articles_do_not_say_is_not_answered(assistant: Assistant, question: str) -> None:
    answer = ask(assistant, question)
    assert answer.status == "abstained"
    assert answer.missing
    assert 1 <= len(answer.nearest) <= 3
    assert answer.nearest[0].title in answer.text


@pytest.mark.parametrize("question", ["", "  \n", "？" * (MAX_QUESTION_CHARACTERS + 1)])
def test_a_question_that_is_none_is_an_error(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError):
        assistant.ask(question)


# --- when -------------------------------------------------------------------------------------

FEB_13 = date(2025, 2, 13)


@pytest.mark.parametrize(
    ("question", "today"),
    [
        ("2月13日阿里巴巴港股收盘价是多少？", date(2026, 11, 22)),
        ("昨天阿里巴巴港股收盘价是多少？", date(2025, 2, 14)),
        ("What was Alibaba's closing price in Hong Kong yesterday?", date(2025, 2, 14)),
    ],
)
def test_the_days_a_question_speaks_of_are_told(
    assistant: Assistant, question: str, today: date
) -> None:
    frame = assistant.ask(question, today=today).time_frame
    assert frame is not None
    assert (frame.start, frame.end, frame.effect) == (FEB_13, FEB_13, "prefer")


def test_days_that_no_article_is_of_are_told_as_such(assistant: Assistant) -> None:
    question = "昨天苹果决定与谁合作？"
    answer = assistant.ask(question, today=date(2026, 11, 22))
    assert answer.time_frame is not None
    assert answer.time_frame.start == date(2026, 11, 21)
    told = [notice for notice in answer.notices if notice.code == "no_article_then"]
    assert "2026-11-21" in told[0].zh
    # The search is that of the question without its days.
    plain = assistant.ask("昨天苹果决定与谁合作？", until=date(2027, 1, 1))
    assert answer.hits == plain.hits
    assert answer.status == "answered"


def test_a_quarter_is_reported_on_later_and_needs_no_article_of_its_days(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("2024年四季度苹果在华出货量下降了多少？")
    assert "25%" in answer.text
    assert "no_article_then" not in [notice.code for notice in answer.notices]


@pytest.mark.parametrize(
    "question",
    [
        "2月10日以来苹果选择了哪家公司合作？",
        "2025年2月15日之前苹果选择了哪家公司合作？",
        "上周四苹果选择了哪家公司合作？",
        "Which company did Apple choose between February 10 and February 15, 2025?",
        "Which company did Apple choose last Thursday?",
        "Which company did Apple choose since January 2025?",
    ],
)
def test_the_ends_of_a_range_and_weekdays_need_not_be_in_the_text(
    assistant: Assistant, question: str
) -> None:
    assert assistant.ask(question, today=date(2025, 2, 16)).status == "answered"


def test_the_days_that_a_person_sets_leave_other_articles_out(assistant: Assistant) -> None:
    question = "Why did Apple choose Alibaba on February 13?"
    only = TimeFrame(start=FEB_13, end=FEB_13)
    answer = assistant.ask(question, since=FEB_13, until="2025-02-13")
    assert answer.time_frame == only
    documents = assistant.snapshot.documents
    days = {documents[hit.passage.doc_id].published for hit in answer.hits}
    assert {str(day)[:10] for day in days} == {"2025-02-13"}
    assert Answer.from_json(answer.to_json()) == answer

    none = assistant.ask(question, until="2020-01-01")
    assert (none.status, none.hits, none.nearest) == ("abstained", (), ())
    assert [message.code for message in none.missing] == ["no_article_of"]
    with pytest.raises(QuestionError, match="before it begins"):
        assistant.ask(question, since=FEB_13, until=date(2020, 1, 1))


def test_a_follow_up_keeps_the_days_unless_it_names_its_own(assistant: Assistant) -> None:
    first = assistant.ask(CLOSE)
    assert first.time_frame is not None
    kept = assistant.ask("那美股呢？", [first]).time_frame
    assert kept is not None
    assert kept.start == FEB_13
    other = assistant.ask("那2月12日呢？", [first]).time_frame
    assert other is not None
    assert (other.start, other.end) == (date(2025, 2, 12), date(2025, 2, 12))


@pytest.mark.parametrize(
    "question", ["苹果\ud800为什么选择阿里", "\udfff", "a\x00b", "？", "😀" * 99]
)
def test_odd_questions_get_an_answer(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.text
    # No part of it is beyond what a file or a socket takes.
    assert Answer.from_json(answer.to_json().encode()) == answer


def test_a_follow_up_leans_on_the_question_before_it(assistant: Assistant) -> None:
    first = ask(assistant, "苹果为百度AI支付了多少钱？")
    second = ask(assistant, "那OpenAI呢？", [first])
    assert second.question == "那OpenAI呢？"
    assert second.rewritten_question == "苹果为OpenAI支付了多少钱？"
    alone = ask(assistant, WHY, [first])
    assert alone.rewritten_question is None
    assert alone.text == ask(assistant, WHY).text


def test_eight_threads_get_what_one_gets(assistant: Assistant) -> None:
    questions = [WHY, CLOSE, PAID, UNANSWERABLE[0]] * 2
    zero = Timings(retrieve=0, compose=0, verify=0, total=0)
    alone = [replace(assistant.ask(question), timings=zero) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = [replace(a, timings=zero) for a in pool.map(assistant.ask, questions)]
    for one, other in zip(alone, together, strict=True):
        assert one.text == other.text
        assert (one.status, one.citations, one.missing) == (
            other.status,
            other.citations,
            other.missing,
        )


def test_articles_are_found_by_id_or_named_as_missing(assistant: Assistant) -> None:
    references = assistant.documents()
    assert len(references) == 5
    assert assistant.document(references[0].doc_id).title == references[0].title
    with pytest.raises(DocumentNotFound):
        assistant.document("nowhere")


def test_a_model_is_asked_with_fenced_sentences_and_named(assistant: Assistant) -> None:
    reply = "苹果最终放弃了DeepSeek，因为其团队缺乏支持大客户所需的人力和经验。[1]"
    with chat_server(says(*in_pieces(reply, 2))) as server:
        model = OpenAIChatModel(server.config())
        events = list(with_model(assistant, model).stream(WHY))
    answer = check(assistant, events)
    (request,) = server.requests
    assert WHY in request.prompt
    assert request.prompt.count("\n</sentences>\n") == 1
    assert KEY not in request.prompt
    assert answer.status == "answered"
    assert answer.model is not None
    assert (answer.model.name, answer.model.endpoint) == ("tiny-model", server.url)
    assert (answer.model.prompt_tokens, answer.model.completion_tokens) == (70, 9)
    assert "no_model" not in codes(answer)
    assert any(isinstance(event, Draft) for event in events)
    assert Progress(stage="falling_back") not in events


def test_a_reply_without_markers_still_gets_citations(assistant: Assistant) -> None:
    with chat_server(says("2月13日，阿里巴巴港股收盘报116.7港元。")) as server:
        answer = ask(with_model(assistant, OpenAIChatModel(server.config())), CLOSE)
    assert answer.model is not None
    (statement,) = answer.statements
    assert "116.7" in statement.citations[0].quote


def test_a_wrong_number_is_left_out_and_the_rest_stays(assistant: Assistant) -> None:
    reply = "阿里巴巴港股收盘涨2.55%，报116.7港元。[1]阿里巴巴总市值为9.9万亿港元。[1]"
    with chat_server(says(*reply)) as server:
        answer = ask(with_model(assistant, OpenAIChatModel(server.config())), CLOSE)
    assert [s.text for s in answer.statements] == ["阿里巴巴港股收盘涨2.55%，报116.7港元。"]
    (left_out,) = answer.left_out
    assert [reason.code for reason in left_out.reasons] == ["number"]
    assert "9.9万亿港元" in left_out.reasons[0].zh
    assert "left_out" in codes(answer)


def test_a_wrong_detail_gives_way_to_the_source(assistant: Assistant) -> None:
    with chat_server(says("阿里巴巴港股收盘报999.9港元。[1]")) as server:
        answer = ask(with_model(assistant, OpenAIChatModel(server.config())), CLOSE)
        # Asked once for the answer, and once to repair it.
        assert len(server.requests) == 2
    assert len(answer.left_out) == 1
    assert "116.7" in answer.text
    assert {"left_out", "replaced"} <= set(codes(answer))


def test_a_reply_that_is_all_wrong_falls_back_and_keeps_what_was_left_out(
    assistant: Assistant,
) -> None:
    with chat_server(says("植物的光合作用需要阳光和二氧化碳。[1]")) as server:
        answer = ask(with_model(assistant, OpenAIChatModel(server.config())), CLOSE)
    assert len(answer.left_out) == 1
    assert "116.7" in answer.text
    # The text was sent, whatever came of it.
    assert answer.model is not None
    assert {"left_out", "fell_back"} <= set(codes(answer))


def test_a_model_that_finds_no_answer_abstains(assistant: Assistant) -> None:
    with chat_server(says("NO_", "ANSWER")) as server:
        answer = ask(with_model(assistant, OpenAIChatModel(server.config())), CLOSE)
    assert answer.status == "abstained"
    assert [message.code for message in answer.missing] == ["not_answered"]


def test_an_unanswerable_question_is_sent_to_no_model(assistant: Assistant) -> None:
    with chat_server(says("x")) as server:
        answer = ask(with_model(assistant, OpenAIChatModel(server.config())), UNANSWERABLE[0])
    assert server.requests == []
    assert (answer.status, answer.model) == ("abstained", None)


def test_whether_an_answer_is_held_is_asked_of_no_model(
    seeds: Snapshot, embedder: Embedder
) -> None:
    with chat_server(says("[1]")) as server:
        model = OpenAIChatModel(server.config())
        asked = Assistant(snapshot=seeds, embedder=embedder, chat_model=model)
        assert asked.holds_answer("Why did Apple choose Alibaba?")
        assert not asked.holds_answer("Who won the 2022 FIFA World Cup?")
        assert server.requests == []


def test_an_endless_reply_is_cut_and_the_server_hung_up_on(assistant: Assistant) -> None:
    with chat_server(never_ends("苹果为百度AI支付了高达1亿美元的费用。[1]\n")) as server:
        answer = ask(with_model(assistant, OpenAIChatModel(server.config())), PAID)
        assert server.hung_up.wait(5)
    assert "cut_short" in codes(answer)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (echoes_key, "ChatModelRefused"),
        (fails(404), "ChatModelRefused"),
        (fails(500), "ChatModelFailed"),
        (answers_html, "ChatModelFailed"),
        (malformed, "ChatModelFailed"),
        (error_inside("overloaded"), "ChatModelFailed"),
        (stalls_after("阿里巴巴", 20), "ChatModelTimedOut"),
        (breaks_off("阿里巴巴港股收盘涨2.55%，报116.7港元。[1]", "总市"), "ChatModelBrokeOff"),
        (says(), "ChatModelEmpty"),
    ],
)
def test_a_failing_model_is_replaced_in_plain_sight(
    assistant: Assistant, behaviour: Behaviour, code: str
) -> None:
    with chat_server(behaviour) as server:
        model = OpenAIChatModel(server.config(timeout=0.3 if code == "ChatModelTimedOut" else 5))
        events = list(with_model(assistant, model).stream(CLOSE))
    answer = check(assistant, events)
    assert Progress(stage="falling_back") in events
    assert codes(answer)[:2] == [code, "fell_back"]
    # It failed, and it saw the text all the same.
    assert answer.model is not None
    assert answer.statements == assistant.ask(CLOSE).statements
    assert KEY not in answer.to_json()


def test_the_assistant_says_which_model_sees_the_text(assistant: Assistant) -> None:
    with chat_server(says("x")) as server:
        named = with_model(assistant, OpenAIChatModel(server.config())).chat_model_name
        assert named == f"tiny-model @ {server.url}"
    assert assistant.chat_model_name is None
    assert Config().chat_model is None
