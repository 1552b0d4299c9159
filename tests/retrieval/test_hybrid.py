"""Lexical and hybrid retrieval: held to a textbook, and to hard questions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.single_retrievers import LexicalRetriever
from rag.models.embedder import Embedder
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.lexical import Clause, LexicalIndex
from rag.retrieval.time_frame import time_frame_of
from rag.store.indexing import update_index
from rag.store.postings import Postings
from rag.store.snapshot import Snapshot
from rag.text.languages import passage_language
from rag.text.words import count_terms, term_number, terms
from rag.types import TimeFrame
from tests.conftest import HashEmbedder
from tests.store.test_indexing import snapshot


def textbook(texts: Sequence[str], question: str) -> list[float]:
    """BM25 as it stands in the books, with k1 = 1.2 and b = 0.75."""
    bags = [Counter(terms(text)) for text in texts]
    mean = sum(bag.total() for bag in bags) / len(bags)
    scores = []
    for bag in bags:
        score = 0.0
        for term in set(terms(question)):
            n = sum(term in other for other in bags)
            idf = math.log(1 + (len(bags) - n + 0.5) / (n + 0.5))
            tf, norm = bag[term], 1.2 * (0.25 + 0.75 * bag.total() / mean)
            score += idf * tf * 2.2 / (tf + norm) if tf else 0.0
        scores.append(score)
    return scores


words = st.lists(st.sampled_from("ship harbour 港口 船 开放 2025 came Lund".split()), max_size=12)


@given(st.lists(words.map(" ".join), min_size=1, max_size=8), words.map(" ".join))
def test_scores_are_those_of_the_textbook(texts: list[str], question: str) -> None:
    if not any(terms(text) for text in texts):
        return
    postings = Postings.of([count_terms(text) for text in texts])
    clauses = [Clause(forms=((term_number(term),),)) for term in dict.fromkeys(terms(question))]
    found = LexicalIndex([postings]).search(clauses).scores(postings)
    assert found.tolist() == pytest.approx(textbook(texts, question), abs=1e-5)


NEWS = {
    "apple": "苹果公司与阿里巴巴合作，为中国的iPhone用户开发人工智能功能，投资1亿美元。",
    "qwen": "阿里云发布Qwen2.5-Max，在Chatbot Arena上排名第七。",
    "tsmc": "台积电在亚利桑那州的工厂将于2025年投产，投资总额为四百亿美元。",
    "harbour": "The harbour of Lund opened on Monday; forty ships came, and the mayor spoke.",
    "tesla": "Tesla cut the price of the Model 3 in China by 6 percent in January.",
}


def made(tmp_path: Path, embedder: Embedder, news: dict[str, str]) -> Snapshot:
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in news.items():
        (folder / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    update_index(tmp_path / "index", [folder], embedder)
    return snapshot(tmp_path / "index", embedder)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("蘋果與阿里巴巴合作做什麼？", "apple"),
        ("Qwen2.5-Max排第几？", "qwen"),
        ("qwen 2.5 max ranking", "qwen"),
        ("ＩＰＨＯＮＥ的功能", "apple"),
        ("特斯拉 Model 3 降价多少？", "tesla"),
        ("How many ships came to the harbor of Lund?", "harbour"),
        ("Which company invests in Arizona 亚利桑那 factory?", "tsmc"),
        ("苹果投资一亿美元？", "apple"),
        ("哪里投资了40000000000美元？", "tsmc"),
    ],
)
def test_hard_questions_find_their_article(
    tmp_path: Path, embedder: Embedder, question: str, expected: str
) -> None:
    read = made(tmp_path, embedder, NEWS)
    first = HybridRetriever(read, embedder).retrieve(question, 3)[0]
    assert first.passage.doc_id == expected


@pytest.mark.parametrize("question", ["", "？！……", "🙂🙂", "港" * 10_000, "a " * 5_000])
def test_odd_questions_are_no_fault(
    tmp_path: Path, hash_embedder: HashEmbedder, question: str
) -> None:
    read = made(tmp_path, hash_embedder, NEWS)
    assert len(HybridRetriever(read, hash_embedder).retrieve(question, 3)) == 3
    assert len(LexicalRetriever(read).retrieve(question, 3)) <= 3


def test_an_empty_index_finds_nothing(tmp_path: Path, hash_embedder: HashEmbedder) -> None:
    empty = made(tmp_path, hash_embedder, {"a": "\n"})
    assert HybridRetriever(empty, hash_embedder).retrieve("Qwen", 5) == ()
    assert LexicalRetriever(empty).retrieve("Qwen", 5) == ()


def test_a_corpus_of_one_passage_and_one_of_equal_passages(
    tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    (tmp_path / "one").mkdir()
    one = made(tmp_path / "one", hash_embedder, {"a": NEWS["qwen"]})
    assert len(HybridRetriever(one, hash_embedder).retrieve("Qwen", 5)) == 1
    (tmp_path / "equal").mkdir()
    equal = made(tmp_path / "equal", hash_embedder, dict.fromkeys("abc", NEWS["qwen"]))
    assert len(HybridRetriever(equal, hash_embedder).retrieve("Qwen", 5)) == 3


TOGETHER = "Apple and Alibaba work together on AI."
DATED = {
    "early": f"---\npublished: 2025-02-10\n---\n\n{TOGETHER}",
    "middle": f"---\npublished: 2025-02-13\n---\n\n{TOGETHER}",
    "month": f"---\npublished: 2025-01\n---\n\n{TOGETHER}",
    "undated": TOGETHER,
}


def dated(tmp_path: Path, embedder: HashEmbedder) -> HybridRetriever:
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in DATED.items():
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    update_index(tmp_path / "index", [folder], embedder)
    return HybridRetriever(snapshot(tmp_path / "index", embedder), embedder)


def test_only_articles_of_the_days_that_a_person_sets_are_found(
    tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    retriever = dated(tmp_path, hash_embedder)

    def found(since: str, until: str) -> set[str]:
        hits = retriever.retrieve("Apple and Alibaba", 9, time_frame_of(since, until))
        return {hit.passage.doc_id for hit in hits}

    assert found("", "") == set(DATED)
    assert found("2025-02-11", "") == {"middle"}
    assert found("", "2025-02-10") == {"early", "month"}
    # An article that is dated to the month alone may be of any of its days.
    assert found("2025-01-15", "2025-01-15") == {"month"}
    assert found("2024", "2024") == set()


def test_articles_of_the_days_asked_about_come_first_and_none_is_left_out(
    tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    retriever = dated(tmp_path, hash_embedder)
    day = date(2025, 2, 13)

    def order(frame: TimeFrame) -> list[str]:
        hits = retriever.retrieve("Apple and Alibaba", 9, frame)
        assert len(hits) == len(DATED)
        return [hit.passage.doc_id for hit in hits]

    assert order(TimeFrame(start=day, end=day, effect="prefer", phrase="2月13日"))[0] == "middle"
    early = date(2025, 2, 9)
    # What is published a day later may report on it.
    assert order(TimeFrame(start=early, end=early, effect="prefer", phrase="9日"))[0] == "early"
    newest = order(TimeFrame(end=day, effect="newest", phrase="最新"))
    assert newest.index("middle") < newest.index("early") < newest.index("month")
    until = order(TimeFrame(end=date(2025, 2, 11), effect="newest", phrase="截至2月11日"))
    assert until[0] == "early"
    assert until[-1] == "middle"


def test_a_passage_in_another_language_than_its_article_is_told(
    tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    news = {"zh": "苹果公司与阿里巴巴合作。\n\n# 表\n\n1.25 3.50 AAPL", "en": "Ships came to 港口."}
    read = made(tmp_path, hash_embedder, news)
    told = {
        p.text[:2]: passage_language(p.text, read.documents[p.doc_id].language)
        for p in read.passages
    }
    assert told["苹果"] == "zh"
    assert told["Sh"] == "en"


def test_only_passages_that_share_a_term_are_found_by_words(
    tmp_path: Path, hash_embedder: HashEmbedder
) -> None:
    read = made(tmp_path, hash_embedder, NEWS)
    found = LexicalRetriever(read).retrieve("Chatbot Arena排名", 5)
    assert [hit.passage.doc_id for hit in found] == ["qwen"]
    # Across languages by the dictionary: an English question, a Chinese article.
    across = LexicalRetriever(read).retrieve("What did Apple develop with Alibaba?", 5)
    assert across[0].passage.doc_id == "apple"
    [worth] = LexicalRetriever(read).retrieve("Who spends $40 billion?", 5)
    assert worth.passage.doc_id == "tsmc"
