"""Names typed in another case, or with a slip, over articles that name them."""

from __future__ import annotations

import pytest

from rag.retrieval.known_words import KnownWords
from rag.retrieval.spelling import Slip, close_names, spelled
from tests.retrieval.articles import known_words


@pytest.fixture(scope="module")
def known() -> KnownWords:
    return known_words()


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("who hired dana whitlock?", "who hired Dana Whitlock?"),
        ("WHO HIRED DANA WHITLOCK?", "Who hired Dana Whitlock?"),
        ("Who Did Brisktrain Hire in Norwich?", "Who did Brisktrain hire in Norwich?"),
        ("who reads the news on the eboard?", "who reads the news on the eBoard?"),
        ("WHAT DID THE US READ ON THE EBOARD", "What did the US read on the eBoard"),
        ("who runs orbex's plant", "who runs Orbex's plant"),
        ("who lives in the united states", "who lives in the United States"),
        ("why did BRISKTRAIN choose MICROSOFT?", "why did Brisktrain choose Microsoft?"),
        ("谁和microsoft谈过eboard", "谁和Microsoft谈过eBoard"),
        ("WHAT ABOUT ZORVEX?", "What about Zorvex?"),
    ],
)
def test_words_get_the_case_that_they_have_in_articles(
    known: KnownWords, typed: str, written: str
) -> None:
    found = spelled(typed, known)
    assert (found.text, found.corrected) == (written, ())
    assert close_names(found.unknown, known) == ()


@pytest.mark.parametrize(
    "question",
    [
        "Who hired Dana Whitlock?",
        "What did NASA and IBM say in May?",
        "Is it for us or for them?",
        "What do people read at night?",
        "Whom did Zorvex hire?",
        "Where were the Brisktrain games that Zorvex won?",
        "Sales of what?",
        "谁在上海？",
        "",
    ],
)
def test_a_question_that_is_typed_well_is_left_alone(known: KnownWords, question: str) -> None:
    found = spelled(question, known)
    assert (found.text, found.corrected) == (question, ())
    assert close_names(found.unknown, known) == ()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Brisktarin", "Brisktrain"),
        ("brisktrrain", "Brisktrain"),
        ("Whittlock", "Whitlock"),
        ("Micorsoft", "Microsoft"),
        ("Microsft", "Microsoft"),
        ("Tencnet", "Tencent"),
        ("Huwei", "Huawei"),
    ],
)
def test_a_clear_slip_is_corrected(known: KnownWords, typed: str, name: str) -> None:
    found = spelled(f"What did {typed} say?", known)
    assert found.text == f"What did {name} say?"
    assert [(slip.typed, slip.name) for slip in found.corrected] == [(typed, name)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Norwick", "Norwich"), ("Holden", "Halden"), ("Whitlok", "Whitlock"), ("Orbax", "Orbex")],
)
def test_what_may_be_another_name_is_only_named(known: KnownWords, typed: str, name: str) -> None:
    found = spelled(f"Who runs {typed}?", known)
    assert (found.text, found.corrected) == (f"Who runs {typed}?", ())
    assert close_names(found.unknown, known) == (Slip(typed=typed, name=name),)


@pytest.mark.parametrize("typed", ["Amazon", "Halden", "Applee Inc", "Xyzzyq", "news", "growers"])
def test_a_word_that_is_known_or_like_nothing_is_no_slip(known: KnownWords, typed: str) -> None:
    assert spelled(f"What of {typed}?", known).corrected == ()
