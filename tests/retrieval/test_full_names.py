"""Whether an article names what a question names, or something of like name."""

from __future__ import annotations

import time

import pytest

from rag.retrieval.full_names import Standing, full_names, standing
from rag.text.languages import text_language


def standings(question: str, article: str) -> set[tuple[Standing, str]]:
    return {standing(name, article) for name in full_names(question, text_language(question))}


@pytest.mark.parametrize(
    ("question", "article", "like"),
    [
        ("When did Brunholm College open?", "Brunholm University opened in May.", "University"),
        ("What did Tessaly Motors earn?", "Tessaly Foods earned 3 million.", "Tessaly Foods"),
        ("Who is Petra Ollund?", "Jonas Ollund is the mayor. Ollund said so.", "Jonas Ollund"),
        ("What does the Port of Brunholm handle?", "The Port of Vessby handles cars.", ""),
        ("瑞宁水泥减产多少？", "瑞宁钢铁减产15%，瑞宁表示将检修。", "瑞宁钢铁"),
        ("石楠镇转移多少人？", "石楠乡转移2300人，石楠乡政府说。", "石楠乡"),
        ("南山区财政收入是多少？", "各区县财政收入公布，南山县12亿元。", "南山县"),
        ("What was the revenue of West Brunholm?", "Revenue of East Brunholm was 12.", "East"),
        ("沈文涛获得的奖金是多少？", "沈文博获得青年奖，奖金50万元。", "沈文博"),
    ],
)
def test_another_of_like_name_is_told_apart(question: str, article: str, like: str) -> None:
    found = standings(question, article)
    assert found
    for which, other in found:
        assert which != "same"
        assert like in other


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("When did Brunholm Uni open?", "Brunholm University opened in May."),
        ("When did Brunholm open?", "Brunholm University opened in May."),
        ("When did Brunholm University open?", "Brunholm opened in May, its president said."),
        ("When did Brunholm's Universities open?", "Brunholm University opened in May."),
        ("Who leads Tessaly Group?", "Tessaly is led by Petra Ollund."),
        ("Who is Petra Ollund?", "Ollund is the mayor."),
        ("Who is Mayor Ollund?", "Petra Ollund leads the city."),
        ("When was Brunnholm founded?", "Brunholm was founded in 1810."),
        ("When was Brunohlm founded?", "Brunholm was founded in 1810."),
        ("When was Mongke Tesaly born?", "Möngke Tesály was born in 1810."),
        ("When was the Tessaly Storm?", "The storm hit Tessaly in May."),
        ("瑞宁钢铁减产多少？", "瑞宁减产15%。"),
        ("南山区财政收入是多少？", "南山区财政收入12亿元，南山县9亿元。"),
        ("南山区财政收入是多少？", "南山财政收入12亿元。"),
        ("海南省财政收入是多少？", "海南岛财政收入12亿元。"),
        ("南山区菜价涨了多少？", "南山市场的菜价涨了5%。"),
        ("What was the revenue of West Brunholm?", "Brunholm had a revenue of 12."),
        ("What was the revenue of South Brunholm?", "Southern Brunholm had a revenue of 12."),
        ("瑞宁减产多少？", "瑞宁钢铁减产15%。"),
        ("瑞宁钢铁集团有限公司减产多少？", "瑞宁钢铁减产15%。"),
        ("瑞寧鋼鐵減產多少？", "瑞宁钢铁减产15%。"),
        ("瑞宁水泥减产多少？", "瑞宁钢铁与旗下水泥业务减产15%。"),
    ],
)
def test_short_other_and_misspelt_forms_name_the_same(question: str, article: str) -> None:
    found = standings(question, article)
    assert {which for which, _ in found} <= {"same"}


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("Who is Ann Tesk?", "Ann Vesk is the mayor."),
        ("When did Westerholm flood?", "Easterholm was flooded in May."),
        ("淮顺银行裁员多少？", "江顺银行裁员600人。"),
        ("沈明当选什么会长？", "沈敏当选商会会长。"),
    ],
)
def test_one_letter_makes_another_short_name(question: str, article: str) -> None:
    assert {which for which, _ in standings(question, article)} & {"other", "absent"}


@pytest.mark.parametrize("part", ["Ollund ", "Port of ", "石楠", "石楠镇", "A's ", "é"])
def test_long_articles_take_no_time(part: str) -> None:
    began = time.perf_counter()
    standings("When did Ollund College of Vessby open?", part * 20_000)
    standings("石楠村转移多少人？沈文涛说了什么？", part * 20_000)
    assert time.perf_counter() - began < 10
