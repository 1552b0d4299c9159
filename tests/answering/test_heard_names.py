"""People whom no dictionary knows are missed, or found by the sound of their names."""

from __future__ import annotations

import pytest

from rag.answering.selection.heard_names import unheard
from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.text.terms import fold

CHIPS = fold("英伟达首席执行官黄仁勋表示，需求超出预期。微软的纳德拉和谷歌的皮查伊也到场。")


@pytest.mark.parametrize(
    ("person", "text"),
    [
        ("Satya Nadella", CHIPS),
        ("Sundar Pichai", CHIPS),
        ("Halford Mackinder", fold("地理学家哈尔福德·麦金德在1904年发表了论文。")),
        ("Graham Twigg", fold("1984年，动物学家格雷厄姆·特威格出版了第一部著作。")),
        ("Tongyi Qianwen", fold("阿里的通义千问发布了新版本。")),
        ("Sam Altman", fold("OpenAI 的 Altman 说，模型会更便宜。")),
    ],
)
def test_a_person_is_found_by_the_sound(person: str, text: object) -> None:
    assert unheard(f"What did {person} say about it?", [fold("天气很好。"), text]) == ()  # type: ignore[list-item]


@pytest.mark.parametrize(
    "person", ["Priya Ramanathan", "Jeff Bezos", "Gabriel Attal", "Sam Altman", "Kenji Tanaka"]
)
def test_a_person_who_is_in_no_text_is_missed(person: str) -> None:
    [missing] = unheard(f"What did {person} say about the chips?", [CHIPS])
    assert missing.text == person


@pytest.mark.parametrize(
    "question",
    [
        "What does the Examination Board say?",  # Chinese articles translate it
        "When was the South African law passed?",
        "What did Cai Chongxin say?",  # a Chinese name: see rag.retrieval.romanised_names
        "What did Hiroto Fumiyama say?",  # Chinese articles have his characters
        "英伟达怎么说？",
    ],
)
def test_nothing_is_said_of_other_names(question: str) -> None:
    assert unheard(question, [CHIPS]) == ()


def test_nobody_gets_the_words_of_another(seeds_index: object, embedder: Embedder) -> None:
    with Assistant.open(Config(index=seeds_index), embedder=embedder) as assistant:  # type: ignore[arg-type]
        answer = assistant.ask("What did Sundar Pichai say about Alibaba?")
        assert answer.statements == ()
        assert "Sundar Pichai" in answer.to_text()
        for nobody in ("What did Jack Ma say about Apple?", "马云怎么评价与苹果的合作？"):
            assert assistant.ask(nobody).statements == ()
        for question, speaker in (
            ("What did Joe Tsai say about Apple?", "蔡崇信"),
            ("What did Tim Cook say about Apple Intelligence?", "库克"),
            ("郭天翔怎么看苹果与阿里的合作？", "郭天翔"),
        ):
            [first, *_] = assistant.ask(question).statements
            passage = first.citations[0]
            text = assistant.document(passage.doc_id).text
            assert speaker in text[max(0, passage.start - 200) : passage.end]
