"""Turning the sentences of a chat model's reply into checked statements."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answering.citing import Citer, attribute
from rag.answering.evidence import Evidence, SentenceVectors
from rag.answering.notices import (
    invented_markers,
    left_out,
    repaired,
    replaced,
    unjudged,
)
from rag.answering.prompt import NO_ANSWER
from rag.answering.reply import ReplySentence
from rag.answering.talk import declines, is_talk, leads_up
from rag.answering.verification.claims import NOT_JUDGED, Verification
from rag.errors import RagError
from rag.messages import Message
from rag.models.cross_encoders import Judge
from rag.text.facts import read_facts
from rag.text.languages import text_language
from rag.types import Statement

# More of them and the reply as a whole is not worth another one.
_MOST_REPAIRED = 3
# A small model that repeats itself as often goes on doing so until it is stopped.
_REPEATS = 3
# How near a rewritten sentence stays to the one that it replaces, and how near a source must be to
# stand in for a sentence: about where the verification begins to call sentences alike. Across
# languages cosines are lower; the sentence is a true quotation at worst.
_NEAR, _NEAR_ACROSS = 0.88, 0.80
# What is wrong is a detail; a sentence of another meaning has no source to stand in for it.
_DETAILS = {"number", "date", "name", "polarity", "wording", "roles", "condition", "figure"}
_JUDGED_FALSE = 0.5
# The word asked for anywhere, or "no answer" as a whole sentence: within one it may be news.
_REFUSAL = re.compile(
    rf"{NO_ANSWER}|^\W*(?:no[ _-]?answer|(?:无|没有)答案|无法回答)\W*$", re.IGNORECASE
)
# So much of the prompt in a sentence, in letters, is the prompt itself.
_ECHO = 6
_NO_LETTERS = re.compile(r"[\W\d_]+")


def check_claim(
    claim: str, evidence: Sequence[Evidence], vectors: SentenceVectors, judge: Judge | None
) -> Statement:
    """Check one sentence against the evidence that supports it best.

    The citations are the sentences that it was held against, even where it is unsupported.
    """
    (vector,) = vectors.of([claim])
    cited, verification = attribute(claim, vector, (), evidence)
    if verification.verdict != "unsupported":
        with contextlib.suppress(RagError):
            verification = judged(claim, cited, verification, judge)
    return Statement(
        text=claim,
        kind="claim",
        citations=Citer().cite(cited),
        verdict=verification.verdict,
        reasons=verification.reasons,
    )


class Checker:
    """Checks the sentences of a reply, and of the repair that may follow it, in order.

    `statements` are what holds, `left_out` what doesn't; what claims nothing is in neither, and
    `talked` tells that there was some. `seconds` is the time spent here.
    """

    def __init__(
        self,
        evidence: Sequence[Evidence],
        vectors: SentenceVectors,
        judge: Judge | None,
        *,
        rules: str = "",
        question: str = "",
    ) -> None:
        """`evidence[i]` is what the prompt numbered i + 1; `rules` and `question` are the rest."""
        self.statements: list[Statement] = []
        self.left_out: list[Statement] = []
        self.talked = False
        self.seconds = 0.0
        self._no_answer = self._declined = False
        self._evidence = evidence
        self._vectors = vectors
        self._judge = judge
        self._rules, self._question = _letters(rules), _letters(question)
        self._citer = Citer()
        self._said: set[str] = set()
        self._invented = self._repaired = self._replaced = self._repeated = 0
        self._cut: Message | None = None
        self._unjudged = False
        # What a sentence that failed would have cited, by its text.
        self._sources: dict[str, Evidence] = {}
        # Where in `statements` those of the repair begin, and how many more may come.
        self._repair_begins = self._repairs_left = 0

    def check(
        self, sentences: Sequence[ReplySentence], *, repairing: bool = False
    ) -> Iterator[Statement]:
        """Yield the statements that hold; of a first reply, keep the rest as left out."""
        for sentence in sentences:
            if _REFUSAL.search(sentence.text):
                self._no_answer = self._no_answer or not repairing
                continue
            if self._claims_nothing(sentence):
                continue
            bare = sentence.text.rstrip(" .,;。，；")
            if any(bare in said for said in self._said):
                # A part of a sentence may lead up to a new one; the same one again is a loop.
                self._repeated += sentence.text in self._said
                continue
            self._said.add(sentence.text)
            if repairing and not self._repairs_left:
                break
            statement = self._statement(sentence)
            if statement.verdict != "unsupported":
                self.statements.append(statement)
                self._repairs_left -= repairing
                yield statement
            elif not repairing:
                self.left_out.append(statement)

    @property
    def refused(self) -> bool:
        """Tells whether the model said, in its own words, that there is no answer."""
        return self._no_answer or (self._declined and not self.statements)

    @property
    def sentences(self) -> int:
        """How many different sentences there have been so far."""
        return len(self._said)

    @property
    def loops(self) -> bool:
        """Whether the model goes on saying what it has said."""
        return self._repeated >= _REPEATS

    def cut_short(self, how: Message) -> None:
        """Remember how the reply came to end before it was whole."""
        self._cut = how

    def forget(self) -> None:
        """Begin anew: all that was checked so far was no part of the answer."""
        self.statements.clear()
        self.left_out.clear()
        self._said.clear()
        self._sources.clear()
        self._citer = Citer()
        self._no_answer = self._declined = False
        self._invented = self._repeated = 0
        self._cut = None

    def to_repair(self) -> tuple[Statement, ...]:
        """What is worth asking the model about again, which is taken to happen next."""
        failed = () if self.refused else tuple(self.left_out[:_MOST_REPAIRED])
        self._repair_begins, self._repairs_left = len(self.statements), len(failed)
        self._repeated = 0
        return failed

    def replace_failed(self, failed: Sequence[Statement]) -> Iterator[Statement]:
        """Settle what became of statements that went back to the model.

        One that a statement has taken the place of is no longer left out. Where none has, and only
        a detail was wrong, the sentence that it must have come from is yielded in its place.
        """
        rewritten = self._vectors.of([s.text for s in self.statements[self._repair_begins :]])
        for statement in failed:
            (vector,) = self._vectors.of([statement.text])
            if len(rewritten) and float((rewritten @ vector).max()) >= _NEAR:
                self.left_out.remove(statement)
                self._repaired += 1
                continue
            details = {reason.code for reason in statement.reasons} <= _DETAILS
            source = self._sources.get(statement.text)
            if not details or not source or not _is_near(statement.text, vector, source):
                continue
            if source.text not in self._said and not self._cited(source):
                self._said.add(source.text)
                self._replaced += 1
                quoted = Statement(
                    text=source.text,
                    kind="claim",
                    citations=self._citer.cite([source]),
                    verdict="supported",
                )
                self.statements.append(quoted)
                yield quoted

    def notices(self) -> tuple[Message, ...]:
        """What a reader should know of how the reply was treated."""
        told = (
            (self._invented, invented_markers),
            (self._repaired, repaired),
            (self._replaced, replaced),
            (len(self.left_out), left_out),
        )
        notices = [message(count) for count, message in told if count]
        if self._cut:
            notices.append(self._cut)
        if self._unjudged and self._judge:
            notices.append(unjudged(self._judge.name))
        return tuple(notices)

    def _claims_nothing(self, sentence: ReplySentence) -> bool:
        """Tells whether a sentence is talk or the prompt's; what an article says is neither."""
        text = sentence.text
        if any(text in evidence.text for evidence in self._evidence):
            return False
        declined = declines(text)
        self._declined = self._declined or declined
        letters = _letters(text)
        # With a marker, words of the question are an answer to it.
        echoed = letters in self._rules or (letters in self._question and not sentence.numbers)
        nothing = declined or (echoed and len(letters) >= _ECHO) or is_talk(text)
        self.talked = self.talked or nothing
        return nothing

    def _cited(self, source: Evidence) -> bool:
        place = (source.document.doc_id, source.start)
        return any((c.doc_id, c.start) == place for s in self.statements for c in s.citations)

    def _statement(self, sentence: ReplySentence) -> Statement:
        started = time.perf_counter()
        known = [n for n in sentence.numbers if 1 <= n <= len(self._evidence)]
        self._invented += len(sentence.numbers) - len(known)
        marked = [self._evidence[n - 1] for n in known]
        (vector,) = self._vectors.of([sentence.text])
        cited, verification = attribute(sentence.text, vector, marked, self._evidence)
        self.seconds += time.perf_counter() - started
        if verification.verdict != "supported" and _is_framing(sentence.text, verification):
            return Statement(text=sentence.text, kind="framing", citations=(), verdict="supported")
        if verification.verdict != "unsupported":
            try:
                verification = judged(sentence.text, cited, verification, self._judge)
            except RagError:
                self._unjudged = True
        supported = verification.verdict != "unsupported"
        if not supported and cited:
            self._sources[sentence.text] = cited[0]
        return Statement(
            text=sentence.text,
            kind="claim",
            # A sentence that is left out gets no marker: the reader sees no such number.
            citations=self._citer.cite(cited) if supported else (),
            verdict=verification.verdict,
            reasons=verification.reasons,
        )


def judged(
    claim: str, cited: Sequence[Evidence], verification: Verification, judge: Judge | None
) -> Verification:
    """The judge's verdict where there is a judge; an article's own words need none.

    Raises `JudgeError` where the judge gives no verdict.
    """
    if judge is None or any(e.text == claim for e in cited):
        return verification
    support = judge.support(claim, Citer().cite(cited))
    reasons = tuple(r for r in verification.reasons if r.code != NOT_JUDGED)
    if support >= _JUDGED_FALSE:
        verdict = verification.verdict if reasons else "supported"
        return Verification(verdict=verdict, reasons=reasons)
    reason = _not_supported(judge.name)
    return Verification(verdict="unsupported", reasons=(*reasons, reason))


def _letters(text: str) -> str:
    return _NO_LETTERS.sub("", text).casefold()


def _is_near(claim: str, vector: NDArray[np.float32], source: Evidence) -> bool:
    same = text_language(claim) == text_language(source.text)
    return float(source.vector @ vector) >= (_NEAR if same else _NEAR_ACROSS)


def _is_framing(sentence: str, verification: Verification) -> bool:
    """Whether a sentence only leads up to others: it gives no fact, and fails none."""
    facts = read_facts(sentence)
    claims = facts.quantities or facts.dates
    failed = {reason.code for reason in verification.reasons} - {"meaning", "no_source", NOT_JUDGED}
    return not claims and not failed and leads_up(sentence)


def _not_supported(name: str) -> Message:
    return Message(
        code="judge",
        en=f"the judge {name} finds no support for it in the cited sentence",
        zh=f"评判模型 {name} 认为所引的句子不支持这一说法",
    )
