"""Composing: evidence to checked statements, by the chat model or from the articles' own words."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rag.answering.attribution import attribute
from rag.answering.citing import Citer
from rag.answering.evidence import Evidence, SentenceVectors
from rag.answering.facts import read_facts
from rag.answering.prompt import NO_ANSWER
from rag.answering.reply import ReplyReader, ReplySentence
from rag.answering.verification import Verification
from rag.messages import Message
from rag.models.chat import ChatMessage, ChatModel, TokenUsage
from rag.types import Draft, ModelUse, Statement

# The prompt asks for five sentences at most; a small model may go on until it is stopped.
_MAX_SENTENCES = 8
_MAX_REPLY_CHARACTERS = 6000
_FRAMING = re.compile(
    r"(?:原因|理由|如下|以下|几点|方面|因素|\breasons?|\bfollow(?:s|ing)|\bpoints?|\bfactors?)"
    r"[^，,。.:：]{0,24}[:：]$"
    r"|^(?:根据|依据|基于)(?:以上|上述|这些|所给|提供的)?[^，,。]{0,8}(?:句子|文章|报道|信息)[^，,]{0,6}[，,。]?$"
    r"|^(?:here (?:is|are)|the (?:main |key )?reasons? (?:is|are|include)"
    r"|according to the (?:sentences|articles))[^.]{0,40}[.:]?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """What a composer made: checked statements, what it left out, and what there is to say of it.

    `refused` is true where the chat model replied that the evidence holds no answer. `seconds`
    is the time spent on attribution and verification.
    """

    statements: tuple[Statement, ...]
    left_out: tuple[Statement, ...] = ()
    notices: tuple[Message, ...] = ()
    model: ModelUse | None = None
    refused: bool = False
    seconds: float = 0.0


def quote(evidence: Sequence[Evidence]) -> Composition:
    """The articles' own sentences as statements, each its own citation."""
    citer = Citer()
    return Composition(
        statements=tuple(
            Statement(text=e.text, kind="claim", citations=citer.cite([e]), verdict="supported")
            for e in evidence
        )
    )


def write(
    model: ChatModel,
    messages: Sequence[ChatMessage],
    evidence: Sequence[Evidence],
    vectors: SentenceVectors,
) -> Generator[Draft | Statement, None, Composition]:
    """Let the chat model answer, checking each sentence as soon as it is whole.

    `evidence[i]` is what the prompt numbered i + 1. Raises `ChatModelError` where the reply
    fails, also in its middle: what was yielded before is then void.
    """
    checker = _Checker(evidence, vectors)
    tokens = TokenUsage(prompt_tokens=None, completion_tokens=None)
    reader, length = ReplyReader(), 0
    pieces = model.stream(messages)
    for piece in pieces:
        if isinstance(piece, TokenUsage):
            tokens = piece
            continue
        length += len(piece)
        yield from checker.check(reader.feed(piece))
        if length > _MAX_REPLY_CHARACTERS or checker.sentences >= _MAX_SENTENCES:
            checker.cut_short()
            break
        yield Draft(text=reader.rest)
    yield from checker.check(reader.finish())
    use = ModelUse(
        name=model.name,
        endpoint=model.endpoint,
        prompt_tokens=tokens.prompt_tokens,
        completion_tokens=tokens.completion_tokens,
    )
    return checker.composition(use)


class _Checker:
    """Turns the sentences of one reply into statements, in order."""

    def __init__(self, evidence: Sequence[Evidence], vectors: SentenceVectors) -> None:
        self._evidence = evidence
        self._vectors = vectors
        self._citer = Citer()
        self._statements: list[Statement] = []
        self._left_out: list[Statement] = []
        self._said: set[str] = set()
        self._refused = self._cut = False
        self._invented = 0
        self._seconds = 0.0

    def check(self, sentences: Sequence[ReplySentence]) -> Generator[Statement, None, None]:
        """Yield the statements that hold; keep the rest as left out."""
        for sentence in sentences:
            if NO_ANSWER in sentence.text.upper().replace(" ", "_"):
                self._refused = True
                continue
            if sentence.text in self._said:
                continue
            self._said.add(sentence.text)
            statement = self._statement(sentence)
            if statement.verdict == "unsupported":
                self._left_out.append(statement)
            else:
                self._statements.append(statement)
                yield statement

    @property
    def sentences(self) -> int:
        """How many different sentences the reply has had so far."""
        return len(self._said)

    def cut_short(self) -> None:
        """Remember that the reply was longer than is read."""
        self._cut = True

    def composition(self, use: ModelUse) -> Composition:
        """What came of the whole reply; framing without any claim behind it is dropped."""
        claims = any(statement.kind == "claim" for statement in self._statements)
        return Composition(
            statements=tuple(self._statements) if claims else (),
            left_out=tuple(self._left_out),
            notices=tuple(self._notices()),
            model=use,
            refused=self._refused,
            seconds=self._seconds,
        )

    def _statement(self, sentence: ReplySentence) -> Statement:
        started = time.perf_counter()
        known = [n for n in sentence.numbers if 1 <= n <= len(self._evidence)]
        self._invented += len(sentence.numbers) - len(known)
        marked = [self._evidence[n - 1] for n in known]
        (vector,) = self._vectors.of([sentence.text])
        cited, verification = attribute(sentence.text, vector, marked, self._evidence)
        self._seconds += time.perf_counter() - started
        supported = verification.verdict != "unsupported"
        if verification.verdict != "supported" and _is_framing(sentence.text, verification):
            return Statement(text=sentence.text, kind="framing", citations=(), verdict="supported")
        return Statement(
            text=sentence.text,
            kind="claim",
            # A sentence that is left out gets no marker: the reader sees no such number.
            citations=self._citer.cite(cited) if supported else (),
            verdict=verification.verdict,
            reasons=verification.reasons,
        )

    def _notices(self) -> list[Message]:
        notices = []
        if self._invented:
            notices.append(
                Message(
                    code="invented_markers",
                    en=f"The model cited {self._invented} source number(s) that do not exist; they"
                    " were dropped.",
                    zh=f"模型引用了 {self._invented} 个不存在的来源编号，已去掉。",
                )
            )
        if self._left_out:
            count = len(self._left_out)
            notices.append(
                Message(
                    code="left_out",
                    en=f"{count} sentence(s) of the model failed the check and were left out.",
                    zh=f"模型写的 {count} 句话未通过核对，已略去。",
                )
            )
        if self._cut:
            notices.append(
                Message(
                    code="cut_short",
                    en=f"The model was stopped: its reply went beyond {_MAX_SENTENCES} sentences or"
                    f" {_MAX_REPLY_CHARACTERS} characters.",
                    zh=f"模型的回复超过 {_MAX_SENTENCES} 句或 {_MAX_REPLY_CHARACTERS} 个字符，"
                    "已停止。",
                )
            )
        return notices


def _is_framing(sentence: str, verification: Verification) -> bool:
    """Whether a sentence only leads up to others: it gives no fact, and fails none."""
    facts = read_facts(sentence)
    claims = facts.quantities or facts.dates
    failed = {reason.code for reason in verification.reasons} - {"meaning", "no_source"}
    return not claims and not failed and bool(_FRAMING.search(sentence))
