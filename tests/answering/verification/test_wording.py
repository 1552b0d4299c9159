"""A claim beside the sentence it rests on: one changed word is seen, its true twin is not."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.evidence import Evidence, cited_sentence
from rag.answering.verification.alignment import align, tokens
from rag.answering.verification.claims import Verification, verify
from rag.answering.verification.figures import figure_otherwise
from rag.answering.verification.names import aliases_in, wrong_names
from rag.answering.verification.wording import compare_wording
from rag.types import Document

VECTOR = np.eye(1, 4, dtype=np.float32)[0]


def evidence(text: str) -> Evidence:
    document = Document(
        doc_id="a", path="", title="", outlet=None, published=None, language="zh",
        url=None, text=text, content_hash="",
    )  # fmt: skip
    return cited_sentence(document, 0, len(text), passage=text, vector=VECTOR)


def check(claim: str, source: str, nearness: float = 1.0) -> Verification:
    """The verdict where the vectors have that cosine."""
    rest = float(np.sqrt(1 - nearness**2))
    return verify(claim, np.array([nearness, rest, 0, 0], np.float32), [evidence(source)])


GREW = "周三，东海港的货物吞吐量超过58.3万吨，比上年增长12%，港务局局长李建国表示感谢。"
BOUGHT = (
    "On Tuesday Northwind said it bought Lakeside for $4 million, more than two rivals offered."
)


@pytest.mark.parametrize(
    ("source", "true", "false", "code"),
    [
        (GREW, "58.3万吨", "58.3亿吨", "number"),
        (GREW, "58.3万吨", "58.3万公斤", "number"),
        (GREW, "12%", "12个百分点", "number"),
        (GREW, "周三", "周五", "date"),
        (GREW, "超过", "不到", "polarity"),
        (GREW, "增长", "下降", "polarity"),
        (GREW, "表示感谢", "没有表示感谢", "polarity"),
        (GREW, "李建国", "王建民", "wording"),
        (GREW, "局长", "副局长", "wording"),
        (GREW, "货物", "旅客", "wording"),
        (GREW.replace("货物", "支持者"), "支持者", "反对者", "polarity"),
        (BOUGHT, "Tuesday", "Friday", "date"),
        (BOUGHT, "$4 million", "$4 billion", "number"),
        (BOUGHT, "$4 million", "€4 million", "number"),
        (BOUGHT, "more than", "less than", "polarity"),
        (BOUGHT, "it bought", "it never bought", "polarity"),
        (BOUGHT, "two rivals", "five rivals", "number"),
        (BOUGHT, "Lakeside", "Hillside", "name"),
        (BOUGHT, "bought", "sold", "polarity"),
    ],
)
def test_one_changed_word_is_unsupported(source: str, true: str, false: str, code: str) -> None:
    assert true in source
    verification = check(source.replace(true, false), source)
    assert verification.verdict == "unsupported"
    assert code in [reason.code for reason in verification.reasons]


@pytest.mark.parametrize(
    ("source", "true", "same"),
    [
        (GREW, "58.3万吨", "583,000吨"),
        (GREW, "12%", "百分之十二"),
        (GREW, "周三", "星期三"),
        (GREW, "，比上年增长12%", ""),
        (BOUGHT, "$4 million", "$4,000,000"),
        (BOUGHT, "$4 million", "4 million dollars"),
        (BOUGHT, "two rivals", "2 rivals"),
        (BOUGHT, "On Tuesday ", ""),
        (BOUGHT, "said it", "told that it"),
    ],
)
def test_the_same_in_other_words_or_notation_is_not(source: str, true: str, same: str) -> None:
    assert true in source
    verification = check(source.replace(true, same), source)
    assert verification.verdict == "supported", verification.reasons


def test_two_names_that_change_places_are_seen() -> None:
    source = "Northwind sued Lakeside over the harbour."
    (reason,) = check("Lakeside sued Northwind over the harbour.", source).reasons
    assert reason.code == "roles"
    assert "Lakeside" in reason.zh
    # Listed names have no roles.
    listed = "Northwind, Lakeside, and Hillside merged."
    assert align("Lakeside, Northwind, and Hillside merged.", listed).exchanged is None


def test_a_clause_word_for_word_is_supported_however_far_its_vector_is() -> None:
    assert check("比上年增长12%", GREW, 0.5).verdict == "supported"
    assert check("“比上年增长12%。”", GREW, 0.5).verdict == "supported"
    # The middle of a clause is none.
    assert compare_wording("年增长12", [evidence(GREW)]).verdict is None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("港口将关闭。", "如果台风来临，港口将关闭。"),
        ("The port will close.", "If a storm comes, the port will close."),
        ("港口已经关闭。", "港务局否认这一说法：港口已经关闭。"),
    ],
)
def test_a_clause_under_a_condition_or_denial_is_supported_in_part(claim: str, source: str) -> None:
    verification = check(claim, source)
    assert verification.verdict == "partial"
    assert [reason.code for reason in verification.reasons] == ["condition"]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The port allowed ships to enter.", "港口禁止船只进入。"),
        ("The mayor supported the plan.", "市长反对该计划。"),
    ],
)
def test_an_opposite_is_seen_across_languages(claim: str, source: str) -> None:
    verification = check(claim, source)
    assert verification.verdict == "unsupported"
    assert [reason.code for reason in verification.reasons] == ["polarity"]


def test_names_are_found_in_another_form() -> None:
    assert wrong_names("European ports grew.", [evidence("Ports in Europe grew.")]) == ()
    australia = [evidence("Ports in Australia grew.")]
    assert wrong_names("The Austria office grew.", australia) == ("Austria",)
    rivals = [evidence("Rivals from the US and China ban it for children under 16.")]
    assert wrong_names("US-based rivals in the US-China race ban under-16s.", rivals) == ()
    assert wrong_names("US-based rivals ban under-18s.", rivals) == ("under-18s",)
    models = [evidence("Qwen2.5-Max beats Llama Plus.")]
    assert wrong_names("Qwen2.5-Plus beats Llama.", models) == ("Qwen2.5-Plus",)
    assert wrong_names("英国港口增长。", [evidence("Ports in the UK grew.")]) == ()
    assert wrong_names("法国港口增长。", [evidence("Ports in the UK grew.")]) == ("法国",)
    source = [evidence("The World Port Council met.")]
    assert wrong_names("On Monday the WPC met.", source) == ()


def test_an_alias_of_the_articles_own_parentheses_is_the_same_name() -> None:
    text = "该公司发布了远航模型（Yuanhang）。远航模型的用户超过三百万。"
    source = replace(evidence("远航模型的用户超过三百万。"), document=evidence(text).document)
    assert compare_wording("Yuanhang的用户超过三百万。", [source]).reasons == ()


REPORT = (
    "云帆科技4月28日披露，第一季度营业收入12.6亿元，同比增长12%，环比下降3%；净亏损9800万元。"
    "公司拟每10股派发现金红利3.5元，员工超过1.2万人。"
)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("云帆科技收入环比增长12%。", "环比"),
        ("Revenue at Yunfan fell 3 percent from a year earlier.", "a year earlier"),
        ("云帆科技每股派发3.5元。", "每股"),
        ("云帆科技的员工不足1.2万人。", "不足"),
        ("云帆科技亏损12.6亿元。", "亏损"),
        ("云帆科技盈利9800万元。", "盈利"),
    ],
)
def test_a_figure_is_what_its_source_says_it_is(claim: str, said: str) -> None:
    otherwise = figure_otherwise(claim, [evidence(REPORT)])
    assert otherwise is not None
    assert said in otherwise[2]


@pytest.mark.parametrize(
    "claim",
    [
        "云帆科技一季度收入同比增长12%。",
        "Its revenue fell 3 percent from the previous quarter.",
        "云帆科技每十股派3.5元。",
        "云帆科技有1.2万余人。",
        "The company lost 98 million yuan.",
        "云帆科技有500家门店。",
    ],
)
def test_a_figure_told_in_other_words_or_with_fewer_is_none(claim: str) -> None:
    assert figure_otherwise(claim, [evidence(REPORT)]) is None


def test_a_short_form_of_the_sources_words_changes_nothing() -> None:
    source = "云帆科技4月28日披露，第一季度营业收入12.6亿元。"
    assert compare_wording("云帆科技一季度营收为12.6亿元。", [evidence(source)]).reasons == ()
    minus = "云帆科技披露，第一季度负增长2%。"
    assert verify("云帆科技一季度增长2%。", VECTOR, [evidence(minus)]).verdict != "supported"


@pytest.mark.parametrize(
    ("claim", "source", "wrong"),
    [
        ("云大的研究者指出，冰川退缩了。", "云岭大学的研究者说，冰川退缩了。", ()),
        ("云大的研究者指出，冰川退缩了。", "海岭学院的研究者说，冰川退缩了。", ("云大",)),
        ("澜江中院作出了判决。", "澜江市中级人民法院周一作出判决。", ()),
        ("澜江中院作出了判决。", "澜江市政府周一作出决定。", ("江中",)),
    ],
)
def test_a_chinese_name_may_be_shortened(claim: str, source: str, wrong: tuple[str, ...]) -> None:
    assert wrong_names(claim, [evidence(source)]) == wrong


@given(st.text(max_size=60))
def test_a_text_beside_itself_differs_in_nothing(text: str) -> None:
    alignment = align(text, text)
    assert alignment.changes == ()
    assert alignment.exchanged is None
    assert all(token.text for token in tokens(text))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_texts_can_be_compared(claim: str, source: str) -> None:
    alignment = align(claim, source)
    assert 0.0 <= alignment.shared <= 1.0
    compare_wording(claim, [evidence(source)])


@pytest.mark.parametrize("text", ["中文（Ab，", "Ab（中文，"])
def test_open_parentheses_without_end_take_no_time(text: str) -> None:
    began = time.process_time()
    aliases_in(text * 10_000)
    assert time.process_time() - began < 1
