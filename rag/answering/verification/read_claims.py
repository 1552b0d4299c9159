"""What the reader says of a claim and the sentences that it cites.

Numbers, dates and near copies are compared exactly (`claims`), and that stands. All other
wordings are read: the reader says how likely the sentences bear the claim out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answering.evidence import Evidence
from rag.answering.verification.claims import Verification
from rag.corpus.sentences import split_sentences
from rag.messages import Message
from rag.models.reader import Reader

SURE = 0.8
"""The probability from which on a wording counts as borne out."""
DOUBTED = 0.1
"""The probability below which a wording counts as not borne out."""
SURE_DESPITE = 0.95
"""As `SURE`, where a name or a denial was not found again in the sentences cited."""


def read_claim(
    reader: Reader, claim: str, cited: Sequence[Evidence], verification: Verification
) -> Verification:
    """The verdict on a wording that couldn't be compared exactly; any other one as it is.

    `support` becomes the probability that the sentences bear the claim out.
    """
    if not cited or (verification.exact and verification.verdict == "supported"):
        return verification
    source = " ".join(dict.fromkeys(with_neighbours(evidence) for evidence in cited))
    support = float(reader.judge([(claim, source)])[0][0])
    if verification.exact:
        return replace(verification, support=support)
    doubts = tuple(r for r in verification.reasons if r.code in ("name", "polarity"))
    if support >= (SURE_DESPITE if doubts else SURE):
        return replace(verification, verdict="supported", reasons=(), support=support)
    if support < DOUBTED or doubts:
        reasons = doubts or (_not_borne_out(),)
        return replace(verification, verdict="unsupported", reasons=reasons, support=support)
    return replace(verification, verdict="partial", reasons=(_not_judged(),), support=support)


def with_neighbours(evidence: Evidence) -> str:
    """A sentence with the one before it and the one after it in its passage."""
    spans = [(s.start, s.end) for s in split_sentences(evidence.passage)]
    at = evidence.passage.find(evidence.text)
    if at < 0:
        return evidence.text
    end = at + len(evidence.text)
    before = max((span for span in spans if span[1] <= at), default=(at, at))
    after = min((span for span in spans if span[0] >= end), default=(end, end))
    return evidence.passage[before[0] : after[1]]


def _not_borne_out() -> Message:
    return Message(
        code="not_borne_out",
        en="the cited sentence doesn't say this",
        zh="所引的句子没有这样说",
    )


def _not_judged() -> Message:
    return Message(
        code="not_judged",
        en="its figures, dates and names are in the source; whether the source says this has to be"
        " read in the quote",
        zh="其中的数字、日期和名称与原文相符；原文是否就是这个意思，请读引文判断",
    )
