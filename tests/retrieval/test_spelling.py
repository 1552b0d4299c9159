"""Names typed in another case, or with a slip, over articles that name them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rag.corpus.analysis import count_terms
from rag.index.sections import sections_of
from rag.retrieval.known_words import KnownWords
from rag.retrieval.spelling import Spelled, spelled
from rag.types import Document, Passage

TEXTS = (
    "The railway Brisktrain hired Dana Whitlock, and Whitlock left Norwich for Halden.",
    "Analysts said Microsoft and Brisktrain would work with the maker of the eBoard in Norwich.",
    "In Norwich, Microsoft said that the eBoard of Brisktrain reads news for the US government.",
    "Orbex opened a plant. People read the news at night, and apple growers were glad of it.",
    "去年微软公司与华为在上海谈过合作。华为表示，双方会继续。",
    "华为和腾讯都没有回应，华为称下月公布。",
    "华为的新手机在上海发布，腾讯的总部在深圳。",
)


@pytest.fixture(scope="module")
def known() -> KnownWords:
    article = Document(
        doc_id="a", path="a.md", title="", outlet=None, published=None, language="en", url=None,
        text="\n\n".join(TEXTS), content_hash="",
    )  # fmt: skip
    documents = {
        "en": replace(article, doc_id="en"),
        "zh": replace(article, doc_id="zh", language="zh"),
    }
    passages = [
        Passage(
            passage_id=i,
            doc_id="en" if text.isascii() else "zh",
            start=0,
            end=len(text),
            text=text,
        )
        for i, text in enumerate(TEXTS)
    ]
    vectors = np.zeros((len(TEXTS), 4), np.float32)
    counted = [count_terms(text) for text in TEXTS]
    return KnownWords(sections_of(passages, documents, vectors, counted))


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
    assert spelled(typed, known) == Spelled(text=written)


@pytest.mark.parametrize(
    "question",
    [
        "Who hired Dana Whitlock?",
        "What did NASA and IBM say in May?",
        "Is it for us or for them?",
        "What do people read at night?",
        "Whom did Zorvex hire?",
        "Sales of what?",
        "谁在上海？",
        "",
    ],
)
def test_a_question_that_is_typed_well_is_left_alone(known: KnownWords, question: str) -> None:
    assert spelled(question, known) == Spelled(text=question)


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
    assert [slip.name for slip in found.close] in ([name], [])


@pytest.mark.parametrize("typed", ["Amazon", "Halden", "Applee Inc", "Xyzzyq", "news", "growers"])
def test_a_word_that_is_known_or_like_nothing_is_no_slip(known: KnownWords, typed: str) -> None:
    assert spelled(f"What of {typed}?", known).corrected == ()
