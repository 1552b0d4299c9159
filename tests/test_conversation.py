"""Conversations through the public functions: greetings, doubts, names that come later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from rag.assistant import Assistant
from rag.ingest.chunker import CHUNKER
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.store.snapshot import read_snapshot
from rag.types import Answer

TODAY = date(2025, 6, 1)
ARTICLES = {
    "ferry": "Halden Ferries opened its new terminal in Porto on 3 May because the old pier was too"
    " short for larger ships."
    " Chief executive Ines Duarte said the terminal cost 40 million euros."
    " Porto's mayor said the old pier will become a park.",
    "rail": "Brisk Rail raised its fares by 6% in April."
    " The company said energy prices had doubled. Its chairman Tom Askew will leave in autumn.",
    "tea": "茶企云岭茶业宣布，因为干旱导致春茶减产，公司将把春茶价格上调百分之八。"
    "云岭茶业董事长周正平表示，"
    "秋茶供应不受影响。",
    "mill": "白沙造纸去年关闭了两条生产线，原因是纸浆价格上涨。白沙造纸共有员工1200人。",
}


@pytest.fixture(scope="module")
def assistant(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("talk")
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(f"---\ntitle: {text[:12]}\n---\n\n{text}\n", "utf-8")
    index = folder / "index"
    update_index(index, [folder], embedder)
    snapshot = read_snapshot(index, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    return Assistant(snapshot=snapshot, embedder=embedder)


def talk(assistant: Assistant, *questions: str) -> list[Answer]:
    history: list[Answer] = []
    for question in questions:
        # As the page keeps a conversation: by way of JSON.
        kept = [Answer.from_json(answer.to_json()) for answer in history]
        history.append(assistant.ask(question, kept, today=TODAY))
    return history


def codes(answer: Answer) -> list[str]:
    return [message.code for message in (*answer.notices, *answer.missing)]


@pytest.mark.parametrize(
    ("said", "language"),
    [("Hello!", "en"), ("thanks a lot", "en"), ("谢谢你", "zh"), ("你是谁？", "zh"), ("🎉", "en")],
)
def test_a_courtesy_is_answered_and_claims_nothing(
    assistant: Assistant, said: str, language: str
) -> None:
    [answer] = talk(assistant, said)
    [statement] = answer.statements
    assert (answer.status, answer.language, answer.question) == ("answered", language, said)
    assert (statement.kind, statement.citations) == ("framing", ())
    assert ("sources" in statement.text or "source" in statement.text) or "出处" in statement.text
    assert (answer.hits, answer.notices, answer.missing, answer.model) == ((), (), (), None)


def test_what_has_no_words_is_answered_in_the_language_of_the_conversation(
    assistant: Assistant,
) -> None:
    assert talk(assistant, "云岭茶业为什么涨价？", "👍")[-1].language == "zh"


@pytest.mark.parametrize("between", ["thanks!", "谢谢", "ok great", "👍", "who are you?"])
def test_a_follow_up_leans_on_no_courtesy(assistant: Assistant, between: str) -> None:
    *_, answer = talk(assistant, "Why did Halden Ferries open a new terminal?", between, "Where?")
    assert answer.rewritten_question is not None
    assert "Halden Ferries" in answer.rewritten_question
    assert "Porto" in answer.text


@pytest.mark.parametrize(
    "questions",
    [
        ("Why?",),
        ("真的吗？",),
        ("hi", "What else?"),
        ("你好", "还有呢"),
        ("谢谢", "为什么？"),
    ],
)
def test_what_leans_on_nothing_says_so(assistant: Assistant, questions: Sequence[str]) -> None:
    *_, answer = talk(assistant, *questions)
    assert (answer.status, codes(answer)) == ("abstained", ["nothing_before"])


@pytest.mark.parametrize(
    ("questions", "shows"),
    [
        (("What about Brisk Rail?",), "fares"),
        (("hello", "And Brisk Rail?"), "fares"),
        (("那云岭茶业呢",), "春茶"),
        (("你好", "那白沙造纸呢？"), "白沙造纸"),
    ],
)
def test_a_name_alone_is_a_question_of_its_own(
    assistant: Assistant, questions: Sequence[str], shows: str
) -> None:
    *_, answer = talk(assistant, *questions)
    assert answer.status != "abstained"
    assert shows in answer.text


@pytest.mark.parametrize("doubt", ["Really?", "are you sure", "How do you know that?", "真的吗"])
def test_a_doubt_looks_the_question_up_again(assistant: Assistant, doubt: str) -> None:
    first, again = talk(assistant, "How much did the Halden Ferries terminal cost?", doubt)
    assert again.citations == first.citations
    assert "40 million" in again.text
    assert again.rewritten_question == first.question
    assert "looked_up_again" in codes(again)


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("What do the articles say about Halden Ferries?", "what else?"),
        ("云岭茶业发生了什么", "还有别的情况吗"),
    ],
)
def test_more_is_what_was_not_shown(assistant: Assistant, question: str, more: str) -> None:
    first, second, *_, last = talk(assistant, question, more, more, more, more)
    shown = {(c.doc_id, c.start) for c in first.citations}
    assert not shown & {(c.doc_id, c.start) for c in second.citations}
    assert (last.status, codes(last)) == ("abstained", ["nothing_more"])


@pytest.mark.parametrize(
    ("question", "follow_up", "never"),
    [
        ("Why did Halden Ferries open a new terminal?", "What about Velmond?", "pier"),
        ("How much did Brisk Rail raise its fares?", "And Halden Ferries?", "6%"),
        ("How much did Brisk Rail raise its fares?", "what about zorvex", "6%"),
        ("云岭茶业为什么涨价？", "那维尔蒙呢？", "干旱"),
        ("白沙造纸有多少员工？", "云岭茶业呢？", "1200"),
        ("云岭茶业为什么涨价？", "What about Velmond?", "干旱"),
    ],
)
def test_a_name_that_comes_later_never_has_the_facts_of_the_one_before(
    assistant: Assistant, question: str, follow_up: str, never: str
) -> None:
    first, second = talk(assistant, question, follow_up)
    assert never in first.text
    assert never not in "".join(statement.text for statement in second.statements)


def test_a_follow_up_may_come_behind_an_abstention(assistant: Assistant) -> None:
    first, second = talk(assistant, "How much did Velmond Rail raise its fares?", "And Brisk Rail?")
    assert first.status == "abstained"
    assert "6%" in second.text


def test_a_change_of_subject_is_left_alone(assistant: Assistant) -> None:
    *_, answer = talk(assistant, "云岭茶业为什么涨价？", "谢谢", "白沙造纸有多少员工？")
    assert answer.rewritten_question is None
    assert "1200" in answer.text


@pytest.mark.parametrize(
    ("question", "forms"),
    [
        (
            "why did Halden Ferries open a new terminal",
            ["{}", " {} ?!", "Ｗhy did Halden Ferries open a new　terminal。", "Hi, {}? Thanks!"],
        ),
        ("云岭茶业为什么涨价", ["{}", "{}。", "云岭茶业 为什么 涨价 ？", "请问{}"]),
    ],
)
def test_signs_that_say_nothing_change_no_answer(
    assistant: Assistant, question: str, forms: Sequence[str]
) -> None:
    typed = [f"{question}?", *(form.format(question) for form in forms)]
    answers = [assistant.ask(form, today=TODAY) for form in typed]
    assert answers[0].status == "answered"
    assert {answer.statements for answer in answers} == {answers[0].statements}
    assert [answer.question for answer in answers] == typed
    assert {answer.rewritten_question for answer in answers} == {None}


@pytest.mark.parametrize(
    "typed",
    [
        "why did halden ferries open a new terminal",
        "WHY DID HALDEN FERRIES OPEN A NEW TERMINAL?",
        "Why Did Halden Ferries Open A New Terminal?",
    ],
)
def test_the_case_of_letters_changes_no_answer(assistant: Assistant, typed: str) -> None:
    usual = assistant.ask("Why did Halden Ferries open a new terminal?", today=TODAY)
    answer = assistant.ask(typed, today=TODAY)
    assert usual.status == "answered"
    assert (answer.statements, answer.question) == (usual.statements, typed)


def test_a_slip_in_a_name_is_corrected_and_said(assistant: Assistant) -> None:
    first, second = talk(
        assistant, "How much did the Haldne Ferries terminal cost?", "What did Ines Durate say?"
    )
    assert "40 million" in first.text
    assert first.rewritten_question == "How much did the Halden Ferries terminal cost?"
    [notice] = [notice for notice in first.notices if notice.code == "corrected"]
    assert "“Haldne”" in notice.en
    assert "“Halden”" in notice.zh
    assert second.rewritten_question == "What did Ines Duarte say?"


def test_a_name_that_is_close_to_another_is_not_answered_with_it(assistant: Assistant) -> None:
    [answer] = talk(assistant, "How much did the terminal of Holdun Ferries cost?")
    [either] = talk(assistant, "Who is the chief executive of Holden Ferries?")
    assert "Halden" not in "".join(s.text for s in (*answer.statements, *either.statements))


@pytest.mark.parametrize(
    "typed", ["baisha zaozhi youduoshao yuangong", "yunling chaye weishenme zhangjia"]
)
def test_pinyin_is_said_to_be_unsupported_and_is_leaned_on_by_nothing(
    assistant: Assistant, typed: str
) -> None:
    *_, answer, after = talk(assistant, "华为有多少员工？", typed, "那腾讯呢？")
    assert (answer.status, answer.language, codes(answer)) == ("abstained", "zh", ["pinyin"])
    assert after.rewritten_question == "腾讯有多少员工？"


def test_a_clear_question_in_pinyin_is_guessed_at_and_not_answered(assistant: Assistant) -> None:
    [answer] = talk(assistant, "yuangong you duoshao")
    assert "“员工有多少？”" in answer.text
    assert answer.statements == ()


@pytest.mark.parametrize(
    ("question", "whether", "never"),
    [
        ("Why did Halden Ferries open a new terminal?", "Did it help sales?", "pier"),
        ("Why did Halden Ferries open a new terminal?", "And will it hire pilots?", "pier"),
        ("云岭茶业为什么涨价？", "它裁员了吗？", "干旱"),
    ],
)
def test_a_question_for_yes_or_no_is_not_answered_with_something_else(
    assistant: Assistant, question: str, whether: str, never: str
) -> None:
    first, second = talk(assistant, question, whether)
    assert never in first.text
    assert never not in "".join(statement.text for statement in second.statements)
    assert "nothing_more" not in codes(second)


def test_a_question_for_yes_or_no_is_answered_from_its_words(assistant: Assistant) -> None:
    *_, answer = talk(
        assistant, "How much did Brisk Rail raise its fares?", "Will its chairman leave?"
    )
    assert "Tom Askew" in answer.text


def test_a_person_is_found_by_the_name_in_the_other_script(assistant: Assistant) -> None:
    (answer,) = talk(assistant, "What did Zhou Zhengping say about the autumn tea?")
    assert answer.status == "answered"
    assert "秋茶供应不受影响" in answer.text
    assert answer.rewritten_question == "What did 周正平 say about the autumn tea?"
    assert [notice.code for notice in answer.notices][:1] == ["corrected"]


def test_a_surname_is_that_of_the_person_cited_before(assistant: Assistant) -> None:
    _, then, he = talk(
        assistant,
        "云岭茶业董事长是谁？",
        "What did Chow say about the supply?",
        "Why did he say it?",
    )
    assert then.rewritten_question == "What did 周正平 say about the supply?"
    assert "秋茶供应不受影响" in then.text
    assert "周正平" in (he.rewritten_question or "")


def test_a_surname_alone_is_asked_about(assistant: Assistant) -> None:
    (answer,) = talk(assistant, "What did Rita Chow say?")
    assert [(s.typed, s.name) for s in answer.did_you_mean] == [("Rita Chow", "周正平")]


@pytest.mark.parametrize("name", ["Liu Wenhao", "Wenhao Liu"])
def test_a_person_whom_no_article_names_is_not_answered_for(
    assistant: Assistant, name: str
) -> None:
    (answer,) = talk(assistant, f"How many employees does {name}'s mill have?")
    assert answer.status == "abstained"
    assert answer.missing[0].code in ("no_such_person", "like_named")
    assert name in answer.missing[0].en
