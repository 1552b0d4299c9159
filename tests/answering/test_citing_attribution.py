"""Each claim gets the sentences that it rests on, whatever markers its writer gave it."""

from __future__ import annotations

from rag.answering.citing import attribute
from rag.answering.evidence import Evidence
from tests.answering.evidence import Sources

CLOSE = "截至收盘，阿里巴巴港股涨2.55%"
PAID = "已经为百度AI支付了高达1亿美元的费用"
DATA = "部分原因是阿里拥有大量关于用户购物"
SHIPPED = "而华为的出货量增长了24%"
ALL = (CLOSE, PAID, DATA, SHIPPED)


def cited(sources: Sources, claim: str, *marked: str) -> tuple[list[Evidence], str]:
    found, verification = attribute(
        claim, sources.vector(claim), sources.of(*marked), sources.of(*ALL)
    )
    return list(found), verification.verdict


def texts(sources: Sources, *parts: str) -> list[str]:
    return [evidence.text for evidence in sources.of(*parts)]


def test_a_claim_without_markers_gets_its_sentence(sources: Sources) -> None:
    found, verdict = cited(sources, "Apple has paid Baidu up to $100 million for its AI.")
    assert [evidence.text for evidence in found] == texts(sources, PAID)
    assert verdict != "unsupported"


def test_a_wrong_marker_is_corrected(sources: Sources) -> None:
    found, verdict = cited(sources, "阿里巴巴港股收盘上涨2.55%，报116.7港元。", PAID)
    assert [evidence.text for evidence in found] == texts(sources, CLOSE)
    assert verdict != "unsupported"


def test_markers_that_add_nothing_are_dropped(sources: Sources) -> None:
    found, _ = cited(sources, "华为的出货量增长了24%。", DATA, SHIPPED, PAID)
    assert [evidence.text for evidence in found] == texts(sources, SHIPPED)


def test_a_claim_that_rests_on_two_sentences_keeps_both(sources: Sources) -> None:
    claim = "苹果为百度AI支付了高达1亿美元，阿里巴巴港股报116.7港元。"
    found, _ = cited(sources, claim, PAID, CLOSE)
    assert sorted(evidence.text for evidence in found) == sorted(texts(sources, PAID, CLOSE))


def test_no_sentence_supports_an_invented_number(sources: Sources) -> None:
    _, verdict = cited(sources, "华为的出货量增长了31%。", SHIPPED)
    assert verdict == "unsupported"


def test_a_sentence_beside_the_nearest_one_may_say_it(sources: Sources) -> None:
    claim = "苹果选择了阿里巴巴。"
    evidence = sources.of("苹果携手阿里巴巴", "开发的模型当中选择了阿里巴巴")
    for given in (evidence, evidence[::-1]):
        found, verification = attribute(claim, sources.vector(claim), (), given)
        assert [e.text for e in found] == texts(sources, "开发的模型当中选择了阿里巴巴")
        assert verification.verdict == "partial"
    for false in ("苹果没有选择阿里巴巴。", "苹果拒绝了阿里巴巴。"):
        _, verification = attribute(false, sources.vector(false), (), evidence)
        assert verification.verdict == "unsupported", false


def test_without_evidence_nothing_is_cited(sources: Sources) -> None:
    found, verification = attribute("x", sources.vector("x"), (), ())
    assert (found, verification.verdict) == ((), "unsupported")
