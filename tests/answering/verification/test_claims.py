"""Swap probes: a true sentence of the seeds with one thing changed must not pass."""

from __future__ import annotations

import pytest

from rag.answering.verification.claims import verify
from rag.answering.verification.names import wrong_names
from tests.answering.evidence import Sources

CLOSE = "截至收盘，阿里巴巴港股涨2.55%"
PAID = "已经为百度AI支付了高达1亿美元的费用"
RANKED = "以1332分位列全球第七名，也是"
SHIPPED = "而华为的出货量增长了24%"
CHOSEN = "董事局主席蔡崇信确认"
DATA = "部分原因是阿里拥有大量关于用户购物"
RELEASE = "iOS18.4或将于2025年4月"


@pytest.mark.parametrize("part", [CLOSE, PAID, RANKED, SHIPPED, CHOSEN, DATA, RELEASE])
def test_the_sentence_itself_is_supported(sources: Sources, part: str) -> None:
    (evidence,) = sources.of(part)
    verification = sources.check(evidence.text, part)
    assert (verification.verdict, verification.reasons) == ("supported", ())


@pytest.mark.parametrize(
    ("part", "true", "false", "reason"),
    [
        (CLOSE, "涨2.55%", "涨2.65%", "number"),
        (CLOSE, "116.7港元", "116.7美元", "number"),
        (CLOSE, "2.2万亿", "2.2亿", "number"),
        (CLOSE, "港股涨", "港股跌", "polarity"),
        (PAID, "1亿美元", "1亿元", "number"),
        (PAID, "1亿美元", "10亿美元", "number"),
        (RANKED, "第七名", "第五名", "number"),
        (RANKED, "1332", "1323", "number"),
        (SHIPPED, "2024年", "2023年", "date"),
        (SHIPPED, "第四季度", "第三季度", "date"),
        (SHIPPED, "增长了24%", "下降了24%", "polarity"),
        (SHIPPED, "下降了25%", "增长了25%", "polarity"),
        (CHOSEN, "蔡崇信", "马云", "name"),
        (CHOSEN, "阿里巴巴", "三星", "name"),
        (RELEASE, "4月", "5月", "date"),
        (RELEASE, "iOS18.4", "iOS19.4", "name"),
    ],
)
def test_one_changed_fact_is_unsupported_and_named(
    sources: Sources, part: str, true: str, false: str, reason: str
) -> None:
    (evidence,) = sources.of(part)
    assert true in evidence.text
    verification = sources.check(evidence.text.replace(true, false), part)
    assert verification.verdict == "unsupported"
    assert reason in [message.code for message in verification.reasons]


def test_the_reason_shows_the_number_in_both_languages(sources: Sources) -> None:
    (reason,) = sources.check("截至收盘，阿里巴巴港股涨2.65%。", CLOSE).reasons
    assert "2.65%" in reason.en
    assert "2.65%" in reason.zh


@pytest.mark.parametrize(
    ("part", "claim", "reason"),
    [
        (CLOSE, "Alibaba's Hong Kong shares rose 2.65% to HK$116.7.", "number"),
        (CLOSE, "Alibaba's Hong Kong shares rose 2.55% to $116.7.", "number"),
        (CLOSE, "Alibaba's Hong Kong shares fell 2.55% to HK$116.7.", "polarity"),
        (PAID, "Apple has paid Baidu up to 100 million yuan for its AI.", "number"),
        (RANKED, "Qwen2.5-Max ranked sixth in the world with a score of 1332.", "number"),
        (SHIPPED, "Huawei's shipments fell 24%.", "polarity"),
        (RELEASE, "iOS 18.5 may be officially released in April 2025.", "number"),
        (RELEASE, "iOS 18.4 may be officially released in May 2025.", "date"),
        (DATA, "Samsung chose Alibaba partly for its users' payment data.", "name"),
    ],
)
def test_a_changed_fact_is_found_across_languages(
    sources: Sources, part: str, claim: str, reason: str
) -> None:
    verification = sources.check(claim, part)
    assert verification.verdict == "unsupported"
    assert reason in [message.code for message in verification.reasons]


@pytest.mark.parametrize(
    ("part", "claim"),
    [
        (CLOSE, "On 13 February Alibaba's Hong Kong shares closed up 2.55% at HK$116.7."),
        (PAID, "Apple has paid Baidu up to $100 million for its AI."),
        (RELEASE, "iOS 18.4 may be officially released in April 2025."),
        (SHIPPED, "Huawei's shipments grew 24% while Apple's fell 25%."),
        ("苹果出货量达到1310万台", "Apple shipped 13.1 million phones, a market share of 17%."),
        (DATA, "Apple chose Alibaba partly for its data on users' shopping and payment habits."),
        (
            "通义App月活用户规模为424万",
            "The Tongyi app had 4.24 million monthly users by July 2024.",
        ),
        ("累计投入160亿美元", "Alibaba spent $16 billion on share buybacks in 2024."),
        ("不会太明显", "Apple Intelligence will not boost sales in China much, an analyst thinks."),
        ("也非常荣幸能够与苹果这样的公司做生意", "我们很荣幸能够与苹果这样的公司做生意。"),
        (DATA, "苹果选择了阿里，因为阿里拥有大量用户购物和支付习惯的个人数据。"),
        (RANKED, "Qwen2.5-Max位列全球第七。"),
    ],
)
def test_a_fair_paraphrase_is_not_refused(sources: Sources, part: str, claim: str) -> None:
    verification = sources.check(claim, part)
    assert verification.verdict != "unsupported", verification.reasons


@pytest.mark.parametrize(
    "claim",
    [
        "The weather in Dubai was hot during the summit.",
        "Tesla is building a new factory.",
        "今年夏天的雨水特别多。",
    ],
)
def test_a_sentence_about_something_else_is_unsupported(sources: Sources, claim: str) -> None:
    assert sources.check(claim, CHOSEN).verdict == "unsupported"


def test_a_denial_in_the_sources_own_words_is_unsupported(sources: Sources) -> None:
    verification = sources.check("苹果为百度AI支付了高达1亿美元的费用。", PAID)
    denied = sources.check("苹果没有为百度AI支付高达1亿美元的费用。", PAID)
    assert verification.verdict == "supported"
    assert denied.verdict == "unsupported"
    assert [reason.code for reason in denied.reasons] == ["polarity"]


def test_the_day_of_publication_counts_as_said(sources: Sources) -> None:
    # The sentence says 今日; its article is of 2025-02-14.
    part = "阿里股价上涨6.34%"
    assert sources.check("2月14日，阿里股价上涨6.34%，达到124.1港元。", part).verdict == "supported"
    wrong = sources.check("2月16日，阿里股价上涨6.34%，达到124.1港元。", part)
    assert [reason.code for reason in wrong.reasons] == ["date"]


def test_nothing_cited_is_no_source(sources: Sources) -> None:
    verification = verify("x", sources.vector("x"), ())
    assert verification.verdict == "unsupported"
    assert [reason.code for reason in verification.reasons] == ["no_source"]


SHIPMENTS = "下降了25%，而华为的出货量增长了24%"


@pytest.mark.parametrize(
    ("claim", "false"),
    [
        ("Apple's shipments in China increased by 24%.", True),
        ("Huawei's shipments decreased by 25%.", True),
        ("Huawei's shipments in China grew by 24%.", False),
        ("Apple's shipments in China fell by 25%.", False),
        ("苹果的出货量增长了24%。", True),
        ("华为的出货量增长了24%。", False),
        ("苹果在中国的出货量下降了25%，华为增长了24%。", False),
    ],
)
def test_a_number_stays_with_whom_it_is_of(sources: Sources, claim: str, false: bool) -> None:
    found = sources.check(claim, SHIPMENTS)
    assert ("roles" in [reason.code for reason in found.reasons]) is false
    if false:
        assert found.verdict == "unsupported"


@pytest.mark.parametrize(
    ("claim", "wrong"),
    [
        ("他在峰会上证实了合作。", ()),
        ("他在发布会上证明了这一点。", ()),
        ("他在会上海量引用数据。", ()),
        ("上证指数当天收高。", ("上证",)),
        ("他飞往马德里。", ("马德里",)),
    ],
)
def test_a_name_is_not_cut_out_of_two_words(
    sources: Sources, claim: str, wrong: tuple[str, ...]
) -> None:
    assert set(wrong) <= set(wrong_names(claim, sources.of(CLOSE))) <= {*wrong, "上证指数"}
