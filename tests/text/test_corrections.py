"""Notices of correction and retraction, and texts that only use the words."""

from __future__ import annotations

import pytest

from rag.text.corrections import correction_notice

CORRECTED = [
    "Correction: The port cost 310 million euros, not 130 million.",
    "*Clarification: Ms Holt spoke on Monday.*",
    "An earlier version of this article misstated the year of the treaty.",
    "This story has been corrected to say that the bridge was closed on Tuesday.",
    "更正：首日靠泊货轮为四十艘，而非十四艘。",
    "【更正说明】本报昨日有关港口的数字有误。",
    "本文此前版本误将投资额写为三十二亿元。",
    "该报道已作更正。",
]
RETRACTED = [
    "Retraction: We withdraw our report of 3 May.",
    "The editors have retracted this article.",
    "This article has been retracted at the request of its authors.",
    "撤稿声明：因信源无法核实，现撤回上述报道。",
    "本文已撤稿。",
]
NEITHER = [
    "Analysts expect a correction: shares are far above their mean.",
    "The department of corrections said that 12 inmates were moved.",
    "The army withdrew from the town. The article of the treaty was amended in 1994.",
    "The study of 2011 was retracted by the journal.",
    "股市出现技术性更正，分析师认为调整尚未结束。",
    "公司撤回上市申请。该公司已更正其年报中的数字。",
]


@pytest.mark.parametrize("text", CORRECTED)
def test_a_correction(text: str) -> None:
    assert correction_notice("Port opens", f"The port opened.\n\n{text}") == ("corrected", text)


@pytest.mark.parametrize("text", RETRACTED)
def test_a_retraction(text: str) -> None:
    assert correction_notice("Port opens", f"{text}\n\nThe port opened.") == ("retracted", text)


@pytest.mark.parametrize("text", NEITHER)
def test_the_words_alone_are_no_notice(text: str) -> None:
    assert correction_notice("Port opens", f"The port opened.\n\n{text}") is None


def test_a_title_may_say_it() -> None:
    assert correction_notice("CORRECTED - Bank of Tavia cuts rate", "The bank cut it.") == (
        "corrected",
        "CORRECTED - Bank of Tavia cuts rate",
    )
