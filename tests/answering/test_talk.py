"""What a model says beside its answer is told from what it says of the world."""

from __future__ import annotations

import pytest

from rag.answering.talk import declines, is_talk, lists_sources, without_lead_in

TALK = [
    "（注：以上信息均来自所提供的句子。）", "Note: this answer is based on the sentences.",
    "以下是根据资料整理的回答。", "希望这些信息对您有用！", "如有其他问题，欢迎继续提问。",
    "很高兴为你解答。", "以上内容仅供参考。", "用户问的是投产时间。", "我应该先看第一句。",
    "让我再检查一遍。", "这个问题问的是金额。", "抱歉，我是一个语言模型。", "您还想了解什么？",
    "Here is a short answer based on the sentences.", "I hope this helps!",
    "Let me know if you need anything else.", "Feel free to ask for more.",
    "The user wants the cost of the line.", "Okay, let me check the sentences.",
    "We need to answer in one sentence.", "As an AI, I can't browse.", "Wait, maybe it is 4.3.",
    "The answer above is based on the provided sentences.", "What else would be of interest?",
]  # fmt: skip
NEWS = [
    "我国制造业增速加快。", "他说：“我应该早点离开。”", "该公司希望明年盈利。", "用户数量增至3亿。",
    "以下三家公司入选名单。", "何静表示，资金将用于新厂。", "公司回答了投资者的提问。",
    "资料显示，该公司成立于1998年。", "根据规则，主队晋级。", "本届联赛的球队一般均无主场。",
    "They bind to class I molecules.", "这是今年公布的最好结果。",
    "The user base grew to 3 million.", "World War I ended in 1918.", "He said \"I will stay\".",
    "The response of the market was muted.", "Duarte hopes to hire 600 drivers.",
    "The minister asked the question of who pays.", "Apple declined to say when asked about it.",
]  # fmt: skip


@pytest.mark.parametrize("sentence", TALK)
def test_talk(sentence: str) -> None:
    assert is_talk(sentence)


@pytest.mark.parametrize("sentence", NEWS)
def test_news_is_no_talk(sentence: str) -> None:
    assert not is_talk(sentence)
    assert not declines(sentence)
    assert not lists_sources(sentence)
    assert without_lead_in(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "根据提供的句子，无法确定金额。",
        "所给资料中没有提到这一点。",
        "The provided sentences do not mention the cost.",
        "There is not enough information to answer.",
        "The cost is not mentioned in the given passages.",
    ],
)
def test_a_model_may_decline_in_its_own_words(sentence: str) -> None:
    assert declines(sentence)


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("好的，远帆基金领投。", "远帆基金领投。"),
        ("所以答案应该是4.6亿元。", "4.6亿元。"),
        ("So the answer is 52 minutes.", "52 minutes."),
        ("回答", ""),
        ("AI", "AI"),
        ("回答：远帆基金领投。", "远帆基金领投。"),
        ("根据句子1，远帆基金领投。", "远帆基金领投。"),
        ("根据，远帆基金领投。", "远帆基金领投。"),
        ("根据提供的资料，远帆基金领投。", "远帆基金领投。"),
        ("Sure! Answer: the line cost 3 euros.", "The line cost 3 euros."),
        ("According to sentence 2, the line opened.", "The line opened."),
        ("Based on the provided context, the line opened.", "The line opened."),
        ("Sentence 3 states that the line opened.", "The line opened."),
        ("According to the ministry, it opened.", "According to the ministry, it opened."),
        ("据财政部数据，收入增长。", "据财政部数据，收入增长。"),
    ],
)
def test_what_stands_before_the_answer_goes(sentence: str, rest: str) -> None:
    assert without_lead_in(sentence) == rest


@pytest.mark.parametrize(
    "line", ["参考资料：", "来源：澄湖日报", "References", "Sources: [1], [2]", "引用来源"]
)
def test_lists_of_sources_are_known_by_their_head(line: str) -> None:
    assert lists_sources(line)
