"""Names that a question may mean, over articles that name them."""

from __future__ import annotations

import pytest

from rag.retrieval.meant import meant, with_name
from rag.retrieval.spelling import Slip
from tests.retrieval.articles import known_words

ARTICLE = "阿里巴巴集团董事会主席蔡崇信在迪拜回应了传闻。苹果首席执行官蒂姆·库克没有置评。"


@pytest.mark.parametrize(
    ("question", "typed", "name"),
    [
        ("蔡重信在哪里回应？", "蔡重信", "蔡崇信"),
        ("蔡崇新在哪里回应？", "蔡崇新", "蔡崇信"),
        ("阿里八八的主席是谁？", "阿里八八", "阿里巴巴"),
        ("蒂姆·科克说了什么？", "科克", "库克"),
    ],
)
def test_a_chinese_name_that_sounds_alike_is_found(question: str, typed: str, name: str) -> None:
    assert meant(question, (), known_words(), [ARTICLE]) == (Slip(typed=typed, name=name),)


@pytest.mark.parametrize(
    "question",
    [
        "蔡崇信是什么时候回应的？",
        "事实是什么？",
        "库克什么时候置评？",
        "王小明住在哪里？",
        "？",
        "",
    ],
)
def test_what_is_written_as_the_articles_write_it_is_left_alone(question: str) -> None:
    assert meant(question, (), known_words(), [ARTICLE]) == ()


def test_only_whole_words_are_replaced() -> None:
    slip = Slip(typed="Cock", name="Cook")
    assert with_name("Did Cock see Hancock?", slip) == "Did Cook see Hancock?"
