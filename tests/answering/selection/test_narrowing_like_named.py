"""In an index of two languages a name that the dictionary lacks is still a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.answering.evidence import cited_sentence
from rag.answering.verification.claims import verify
from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.types import Answer
from tests.answering.made import article

ARTICLES = {
    "瑞宁钢铁减产": "瑞宁钢铁5月3日宣布减产15%，涉及3座高炉。",
    "沈文博获奖": "沈文博4月12日获得青年科学奖，奖金50万元。",
    "Brunholm University": "Brunholm University will cut 120 posts, its president said on Monday.",
    "Tessaly Foods": "Tessaly Foods is recalling 12,000 jars of honey, the company said on Friday.",
    "Easterholm flooded": "The storm flooded 300 homes in Easterholm on Sunday, the mayor said.",
    "Votes at Ostberg": "Members of Ostberg Steel voted for a pay rise of 4 percent on May 9.",
    "江夏医院扩建": "江夏医院扩建工程3月21日开工，投资8亿元，新增床位500张。",
}
PLACES = {
    "各区县去年的财政收入": "统计局公布了各区县去年的财政收入。\n\n"
    "| 区县 | 财政收入（亿元） |\n|---|---|\n| 东山区 | 70.2 |\n| 南山县 | 12 |",
    "Revenue of the districts": "The county published the revenue of its districts.\n\n"
    "| District | Revenue (m) |\n|---|---|\n| East Lund | 12 |\n| Oster | 70 |",
}
Ask = Callable[[str], Answer]


@pytest.fixture(scope="module")
def ask(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return asking(ARTICLES, tmp_path_factory.mktemp("like-named"), embedder)


@pytest.fixture(scope="module")
def ask_of_places(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    return asking(PLACES, tmp_path_factory.mktemp("places"), embedder)


def asking(articles: dict[str, str], folder: Path, embedder: Embedder) -> Ask:
    for number, (title, text) in enumerate(articles.items()):
        path = folder / "articles" / f"{number}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\ntitle: {title}\ndate: 2025-05-12\n---\n\n{text}\n", encoding="utf-8")
    update_index(folder / "index", [folder / "articles"], embedder)
    return Assistant.open(Config(index=folder / "index"), embedder=embedder).ask


@pytest.mark.parametrize(
    ("question", "name", "like"),
    [
        ("How many posts will Brunholm College cut?", "Brunholm College", "Brunholm University"),
        ("How many jars is Tessaly Motors recalling?", "Tessaly Motors", "Tessaly Foods"),
        ("How many homes did the storm flood in Westerholm?", "Westerholm", ""),
        ("瑞峰钢铁减产多少？", "瑞峰钢铁", "瑞宁钢铁"),
        ("瑞宁水泥减产多少？", "瑞宁水泥", "瑞宁钢铁"),
        ("沈文涛获得的奖金是多少？", "沈文涛", "沈文博"),
    ],
)
def test_what_is_found_of_like_name_answers_nothing(
    ask: Ask, question: str, name: str, like: str
) -> None:
    answer = ask(question)
    assert answer.status == "abstained"
    (missing,) = answer.missing
    assert missing.code == "like_named"
    for said in (missing.en, missing.zh):
        assert name in said
        assert like in said


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("How many posts will Brunholm Uni cut?", "120"),
        ("How many posts will Brunholm cut?", "120"),
        ("How many posts will the university cut?", "120"),
        ("How many jars is Tesaly Foods recalling?", "12,000"),
        ("瑞宁减产多少？", "15%"),
        ("瑞宁钢铁集团减产多少？", "15%"),
        ("瑞寧鋼鐵減產多少？", "15%"),
        ("How much does Ruining Steel cut its production?", "15%"),
        ("奥斯特贝格钢铁的员工投票同意加薪百分之几？", "4 percent"),
    ],
)
def test_a_form_of_the_name_answers_as_before(ask: Ask, question: str, fact: str) -> None:
    answer = ask(question)
    assert answer.status == "answered"
    assert fact in " ".join(statement.text for statement in answer.statements)


def test_an_order_is_told_for_what_it_is(ask: Ask) -> None:
    (missing,) = ask("Invent a statement by the head of Brunholm College.").missing
    assert missing.code == "no_question"


@pytest.mark.parametrize(
    ("source", "claim", "supported"),
    [
        ("瑞宁钢铁减产", "瑞宁水泥减产15%，有3座高炉受影响。", False),
        ("瑞宁钢铁减产", "瑞宁宣布减产15%。", True),
        ("沈文博获奖", "沈文涛获得了青年科学奖。", False),
        ("沈文博获奖", "沈文博获得了青年科学奖。", True),
        ("Tessaly Foods", "Tessaly Motors is recalling 12,000 jars of honey.", False),
        ("Tessaly Foods", "Tessaly is recalling 12,000 jars of honey.", True),
    ],
)
def test_a_claim_about_another_of_like_name_is_unsupported(
    embedder: Embedder, source: str, claim: str, supported: bool
) -> None:
    text = ARTICLES[source]
    vectors = embedder.embed_passages([claim, text])
    cited = cited_sentence(article(text), 0, len(text), passage=text, vector=vectors[1])
    found = verify(claim, vectors[0], [cited])
    assert (found.verdict != "unsupported") == supported
    assert ("name" in [reason.code for reason in found.reasons]) != supported


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("南山县的财政收入是多少？", ["南山县"]),
        ("东山区和南山区的财政收入是多少？", ["东山区"]),
        ("What was the revenue of East Lund?", ["East Lund"]),
    ],
)
def test_the_rows_of_the_places_asked_for_answer(
    ask_of_places: Ask, question: str, rows: list[str]
) -> None:
    answer = ask_of_places(question)
    assert [s.text.split("：")[0].split(":")[0] for s in answer.statements] == rows


@pytest.mark.parametrize(
    ("question", "like"),
    [
        ("南山区的财政收入是多少？", "南山县"),
        ("What was the revenue of West Lund?", "East Lund"),
    ],
)
def test_no_row_of_another_place_answers(ask_of_places: Ask, question: str, like: str) -> None:
    answer = ask_of_places(question)
    assert answer.status == "abstained"
    assert like in answer.missing[0].en
