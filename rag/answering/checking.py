"""Turn the sentences of a chat model's reply into checked statements."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.answering.citing import VERDICT_RANK, Citer, attribute
from rag.answering.evidence import Evidence, SentenceVectors
from rag.answering.notices import (
    invented_markers,
    left_out,
    repaired,
    replaced,
    unjudged,
)
from rag.answering.prompt import NO_ANSWER
from rag.answering.talk import declines, is_talk, leads_up
from rag.answering.verification.claims import NOT_JUDGED, Verification
from rag.answering.verification.contradiction import said_otherwise
from rag.errors import RagError
from rag.messages import Message
from rag.models.cross_encoders import Judge
from rag.models.reader import Reader
from rag.text.facts import read_facts
from rag.text.languages import text_language
from rag.types import Statement

if TYPE_CHECKING:
    from rag.answering.reply import ReplySentence

# If more sentences fail, the reply as a whole is not worth a repair.
_MOST_REPAIRED = 3
# A small model that repeats itself this often goes on until it is stopped.
_REPEATS = 3
# How near a rewritten sentence must be to the one it replaces, and a source to the sentence that it
# may replace. The first value is about where the verification begins to call sentences alike.
# Across languages cosines are lower; at worst the sentence is a true quotation.
_NEAR, _NEAR_ACROSS = 0.88, 0.80
# With these reasons only a detail is wrong. A sentence with another meaning is never replaced by a
# source.
_DETAILS = {
    "number",
    "date",
    "name",
    "polarity",
    "wording",
    "roles",
    "condition",
    "figure",
    "measure",
}
_JUDGED_FALSE = 0.5
# The agreed word counts anywhere. "No answer" counts only as a whole sentence: inside one it may be
# news.
_REFUSAL = re.compile(
    rf"{NO_ANSWER}|^\W*(?:no[ _-]?answer|(?:无|没有)答案|无法回答)\W*$", re.IGNORECASE
)
# A sentence whose letters are all in the prompt, at least this many, was copied from it.
_ECHO = 6
_NO_LETTERS = re.compile(r"[\W\d_]+")


def check_claim(
    claim: str,
    evidence: Sequence[Evidence],
    vectors: SentenceVectors,
    judge: Judge | None,
    reader: Reader | None = None,
) -> Statement:
    """Check one sentence against the evidence that supports it best.

    The citations are the sentences that it was compared with, even if it is unsupported. Where only
    a word differs that is no fact, the reader decides if the two say the same.
    """
    (vector,) = vectors.of([claim])
    cited, verification = attribute(claim, vector, (), evidence)
    differs = verification.verdict == "unsupported"
    if reader and differs and (told := said_otherwise(claim, vector, evidence, reader)):
        cited, verification = (told[0],), told[1]
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


def combined(claim: str, checked: Sequence[Statement]) -> Statement:
    """Return one result for a claim of several sentences: the worst verdict, and all reasons."""
    if len(checked) == 1:
        return checked[0]
    places = dict.fromkeys((c.doc_id, c.start, c.end) for s in checked for c in s.citations)
    number = {place: marker for marker, place in enumerate(places, 1)}
    cited = {(c.doc_id, c.start, c.end): c for s in checked for c in s.citations}
    worst = min(checked, key=lambda statement: VERDICT_RANK[statement.verdict])
    return Statement(
        text=claim,
        kind="claim",
        citations=tuple(replace(c, marker=number[place]) for place, c in cited.items()),
        verdict=worst.verdict,
        reasons=tuple(dict.fromkeys(reason for s in checked for reason in s.reasons)),
    )


class Checker:
    """Checks the sentences of a reply, and of the repair that may follow it, in order.

    `statements` are those that passed, `left_out` those that failed. Sentences that claim nothing
    are in neither; `talked` is true if there were any. `seconds` is the time spent here.
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
        """Check against `evidence`, of which `evidence[i]` has the number i + 1 in the prompt.

        `rules` and `question` are the other parts of the prompt.
        """
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
        # The source that a failed sentence would have cited, by the sentence's text.
        self._sources: dict[str, Evidence] = {}
        # Where the repaired ones begin in `statements`, and how many more may be added.
        self._repair_begins = self._repairs_left = 0

    def check(
        self, sentences: Sequence[ReplySentence], *, repairing: bool = False
    ) -> Iterator[Statement]:
        """Yield the statements that pass. Of a first reply, keep the others as left out."""
        for sentence in sentences:
            if _REFUSAL.search(sentence.text):
                self._no_answer = self._no_answer or not repairing
                continue
            if self._claims_nothing(sentence):
                continue
            bare = sentence.text.rstrip(" .,;。，；")
            if any(bare in said for said in self._said):
                # A part of a sentence may introduce a new one; the same whole sentence again is a
                # loop.
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
        """True if the model said, in its own words, that there is no answer."""
        return self._no_answer or (self._declined and not self.statements)

    @property
    def sentences(self) -> int:
        """The number of different sentences so far."""
        return len(self._said)

    @property
    def loops(self) -> bool:
        """True if the model keeps repeating itself."""
        return self._repeated >= _REPEATS

    def cut_short(self, how: Message) -> None:
        """Remember why the reply ended early."""
        self._cut = how

    def forget(self) -> None:
        """Start again: all that was checked so far was not part of the answer."""
        self.statements.clear()
        self.left_out.clear()
        self._said.clear()
        self._sources.clear()
        self._citer = Citer()
        self._no_answer = self._declined = False
        self._invented = self._repeated = 0
        self._cut = None

    def to_repair(self) -> tuple[Statement, ...]:
        """Return the failed statements that are worth a repair, and prepare for the repair."""
        failed = () if self.refused else tuple(self.left_out[:_MOST_REPAIRED])
        self._repair_begins, self._repairs_left = len(self.statements), len(failed)
        self._repeated = 0
        return failed

    def replace_failed(self, failed: Sequence[Statement]) -> Iterator[Statement]:
        """Decide what happens to statements that were sent back to the model.

        A statement that was rewritten is no longer left out. If a statement was not rewritten and
        only a detail in it was wrong, the sentence that it must come from is yielded instead.
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
        """Return the notices about how the reply was treated."""
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
        """Return True if a sentence is talk or repeats the prompt.

        A sentence of an article never counts as either.
        """
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
            # A sentence that is left out gets no marker, since the reader doesn't see it.
            citations=self._citer.cite(cited) if supported else (),
            verdict=verification.verdict,
            reasons=verification.reasons,
        )


def judged(
    claim: str, cited: Sequence[Evidence], verification: Verification, judge: Judge | None
) -> Verification:
    """Return the judge's verdict if there is a judge. An article's own words need no judge.

    Raises `JudgeError` if the judge gives no verdict.
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
    return is_near(claim, source.text, float(source.vector @ vector))


def is_near(claim: str, source: str, cosine: float) -> bool:
    """Return True if two texts are so similar that they speak of the same thing."""
    same = text_language(claim) == text_language(source)
    return cosine >= (_NEAR if same else _NEAR_ACROSS)


def _is_framing(sentence: str, verification: Verification) -> bool:
    """Return True if a sentence only introduces others: it states no fact, and fails no check."""
    facts = read_facts(sentence)
    claims = facts.quantities or facts.dates
    failed = {reason.code for reason in verification.reasons} - {"meaning", "no_source", NOT_JUDGED}
    return not claims and not failed and leads_up(sentence)


def _not_supported(name: str) -> Message:
    return Message(
        code="judge",
        en=f"the judge {name} finds that the cited sentence does not support this",
        zh=f"评判模型 {name} 认为所引的句子不支持这一说法",
    )
