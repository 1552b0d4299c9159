"""Figures of the period and the day that are asked about, over articles of several, end to end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.types import Answer

TODAY = date(2025, 9, 1)
Article = tuple[str, str, str]


@pytest.fixture
def ask(tmp_path: Path, embedder: Embedder):  # type: ignore[no-untyped-def]
    def answer(question: str, *articles: Article, today: date = TODAY) -> Answer:
        folder = tmp_path / "articles"
        folder.mkdir()
        for i, (title, day, text) in enumerate(articles):
            front = f'---\ntitle: "{title}"\ndate: {day}\n---\n\n'
            (folder / f"a{i}.md").write_text(f"{front}{text}\n", encoding="utf-8")
        index = tmp_path / "index"
        update_index(index, [folder], embedder)
        return Assistant.open(Config(index=index), embedder=embedder).ask(question, today=today)

    return answer


def shown(answer: Answer) -> str:
    return "\n".join(statement.text for statement in answer.statements)


WOLIN_2024 = (
    "沃林陶瓷2024年业绩",
    "2025-03-12",
    "沃林陶瓷3月12日公布年度业绩。2024年公司营收达到31.5亿元。净利润为2.9亿元。",
)
WOLIN_2023 = (
    "沃林陶瓷发布2023年年报",
    "2024-03-14",
    "沃林陶瓷发布2023年年报。公司全年营收为27.2亿元。净利润为2.2亿元。",
)
TRASK = tuple(
    (
        f"Trask {quarter} quarter",
        day,
        f"Trask said on Tuesday that revenue in the {quarter} quarter was ${figure} million.",
    )
    for quarter, day, figure in (
        ("fourth", "2025-02-04", 71),
        ("first", "2025-05-06", 64),
        ("second", "2025-08-05", 69),
    )
)


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("沃林陶瓷去年的净利润是多少？", "2.9亿元"),
        ("沃林陶瓷2023年净利润是多少？", "2.2亿元"),
        ("沃林陶瓷2023财年的营收是多少？", "27.2亿元"),
    ],
)
def test_a_year_is_the_one_reported_on(ask, question: str, figure: str) -> None:  # type: ignore[no-untyped-def]
    answer = ask(question, WOLIN_2024, WOLIN_2023)
    assert figure in shown(answer)
    others = {"2.9亿元", "2.2亿元", "27.2亿元", "31.5亿元"} - {figure}
    assert not [other for other in others if other in shown(answer) and "净利润" in question]


@pytest.mark.parametrize(
    ("question", "figure"),
    [
        ("What was Trask's first-quarter revenue?", 64),
        ("What was Trask's revenue in Q4 2024?", 71),
        ("What was Trask's revenue last quarter?", 69),
    ],
)
def test_a_quarter_is_the_one_reported_on(ask, question: str, figure: int) -> None:  # type: ignore[no-untyped-def]
    answer = ask(question, *TRASK)
    assert [n for n in (64, 69, 71) if f"${n} million" in shown(answer)] == [figure]


def test_another_quarter_is_no_answer(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("What was Trask's third-quarter revenue?", *TRASK)
    assert answer.status == "abstained"
    (missing,) = answer.missing
    assert "third-quarter" in missing.en
    assert "Q2 2025" in missing.en
    assert "third-quarter" in missing.zh
    assert "2025年二季度" in missing.zh


def test_the_day_of_an_article_is_no_quarter(ask) -> None:  # type: ignore[no-untyped-def]
    article = ("沃林陶瓷亏损", "2025-04-21", "沃林陶瓷公布，公司亏损2.3亿元。")
    assert ask("沃林陶瓷二季度亏损多少？", article).status == "abstained"


def test_a_year_that_is_not_over_is_answered_by_a_part(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("What is Trask's revenue this year?", *TRASK)
    assert "$69 million" in shown(answer) or "$64 million" in shown(answer)
    assert "$71 million" not in shown(answer)


def test_what_happened_in_a_quarter_is_told_by_the_day(ask) -> None:  # type: ignore[no-untyped-def]
    article = ("沃林陶瓷收购", "2025-05-21", "沃林陶瓷收购了石桥瓷业。")
    assert "石桥瓷业" in shown(ask("沃林陶瓷二季度收购了哪家公司？", article))


FLOOD = (
    ("Brenn flood", "2025-03-04", "The Brenn valley flood on March 4 killed 3 people."),
    ("Brenn flood", "2025-03-06", "The death toll of the Brenn valley flood rose to 9."),
    ("Brenn flood", "2025-03-05", "Officials said 5 people had died in the Brenn valley flood."),
)
FLOOD_ZH = (
    ("苇河洪水", "2025-03-04", "苇河县3月4日发生洪水，造成3人遇难、12人失联。"),
    ("苇河洪水遇难人数升至9人", "2025-03-06", "截至3月6日，苇河县洪水已造成9人遇难。"),
    ("苇河洪水善后", "2025-03-09", "苇河县洪水后，灾民安置工作正在进行。"),
)


def test_the_newest_report_of_a_toll_comes_first(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("How many people died in the Brenn valley flood?", *FLOOD)
    assert "9" in answer.statements[0].text
    (conflict,) = answer.conflicts
    superseded = {value.value: value.superseded for value in conflict.values}
    assert superseded.pop("9") is False
    assert set(superseded.values()) == {True}


def test_a_number_of_missing_is_no_number_of_dead(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("苇河县洪水造成多少人遇难？", *FLOOD_ZH)
    assert "9人遇难" in answer.statements[0].text
    (conflict,) = answer.conflicts
    assert [(v.value, v.superseded) for v in conflict.values] == [("3", True), ("9", False)]


@pytest.mark.parametrize(
    ("question", "toll", "others"),
    [
        ("What death toll was reported on March 4?", "killed 3", ("9", "5 people")),
        ("What was the death toll of the Brenn valley flood on March 5?", "5 people", ("9",)),
        ("How many deaths in the Brenn valley flood as of March 5?", "5 people", ("rose to 9",)),
    ],
)
def test_the_report_of_a_day_gives_its_toll(  # type: ignore[no-untyped-def]
    ask, question: str, toll: str, others: tuple[str, ...]
) -> None:
    answer = ask(question, *FLOOD)
    assert toll in shown(answer)
    assert not [other for other in others if other in shown(answer)]


def test_a_question_that_names_only_a_day_and_a_count_is_answered(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask("3月4日公布的遇难人数是多少？", *FLOOD_ZH)
    assert "3人遇难" in shown(answer)
    assert "9人" not in shown(answer)


def test_how_many_more_died_is_no_toll(ask) -> None:  # type: ignore[no-untyped-def]
    more = ("Brenn flood", "2025-03-08", "Another 2 people died in the Brenn valley flood.")
    answer = ask("How many people died in the Brenn valley flood?", *FLOOD, more)
    assert "rose to 9" in answer.statements[0].text


def test_the_newest_price_comes_first(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask(
        "青原州的汽油价格是多少？",
        ("青原州油价", "2025-02-05", "青原州汽油价格为每升7.62元。"),
        ("青原州油价下调", "2025-05-20", "青原州汽油价格降至每升7.15元。"),
    )
    assert "7.15元" in answer.statements[0].text


def test_another_event_is_no_newer_report(ask) -> None:  # type: ignore[no-untyped-def]
    fire = ("Fire in Ostrel", "2025-03-20", "A hotel fire in Ostrel killed 30 people.")
    answer = ask("How many people died in the Brenn valley flood?", *FLOOD, fire)
    assert "30" not in shown(answer)
    assert "30" not in {value.value for c in answer.conflicts for value in c.values}


def test_a_day_without_a_year_is_the_newest(ask) -> None:  # type: ignore[no-untyped-def]
    answer = ask(
        "What did Norvik announce on March 4?",
        ("Norvik", "2023-03-05", "Norvik announced on March 4 that it would close its mill."),
        ("Norvik", "2025-03-05", "Norvik announced on March 4 that it would open a harbour."),
    )
    assert "harbour" in shown(answer)
    assert "mill" not in shown(answer)
