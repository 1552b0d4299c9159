"""Composing: evidence to checked statements, by the chat model or from the articles' own words."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rag.answering.checking import Checker
from rag.answering.citing import Citer
from rag.answering.evidence import Evidence, SentenceVectors
from rag.answering.prompt import compose_messages, repair_messages
from rag.answering.reply import ReplyReader
from rag.answering.verification.chat_judge import ChatModelJudge
from rag.errors import ChatModelError
from rag.messages import Language, Message
from rag.models.chat import ChatMessage, ChatModel, TokenUsage
from rag.models.judge import Judge
from rag.types import Draft, ModelUse, Progress, Statement

# The prompt asks for five sentences at most; a small model may go on until it is stopped.
_MAX_SENTENCES = 8
_MAX_REPLY_CHARACTERS = 6000


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


# Where a reply was stopped, what it was about to say is no sentence.
_ENDED = re.compile(r"[。！？!?.…][”’」』\"')）]*$")


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
    question: str,
    language: Language,
    evidence: Sequence[Evidence],
    vectors: SentenceVectors,
    judge: Judge | None = None,
) -> Generator[Draft | Statement | Progress, None, Composition]:
    """Let the chat model answer, checking each sentence as soon as it is whole.

    What fails goes back to the model once, with the reasons; where that mends nothing, the source's
    own sentence takes its place if it is near. What still fails is left out. `judge` has the last
    word on what passed the typed checks. Raises `ChatModelError` where the reply fails, also in
    its middle: what was yielded before is then void. A repair that fails is as if it wasn't tried.
    """
    checker = Checker(evidence, vectors, judge)
    messages = compose_messages(question, language, evidence)
    tokens = yield from _read(model, messages, checker)
    if failed := checker.to_repair():
        yield Progress(stage="repairing", count=len(failed))
        messages = repair_messages(question, language, evidence, failed)
        try:
            tokens += yield from _read(model, messages, checker, repairs=len(failed))
        except ChatModelError:
            tokens = TokenUsage()
        yield from checker.replace_failed(failed)
    if isinstance(judge, ChatModelJudge):
        tokens = TokenUsage()  # What the judgements cost isn't counted.
    use = ModelUse(
        name=model.name,
        endpoint=model.endpoint,
        prompt_tokens=tokens.prompt_tokens,
        completion_tokens=tokens.completion_tokens,
    )
    # Framing without any claim behind it leads up to nothing.
    claims = any(statement.kind == "claim" for statement in checker.statements)
    return Composition(
        statements=tuple(checker.statements) if claims else (),
        left_out=tuple(checker.left_out),
        notices=checker.notices(),
        model=use,
        refused=checker.refused,
        seconds=checker.seconds,
    )


def _read(
    model: ChatModel, messages: Sequence[ChatMessage], checker: Checker, repairs: int = 0
) -> Generator[Draft | Statement, None, TokenUsage]:
    """Check a reply as it comes in; gives the tokens it cost.

    `repairs` is how many sentences a repair may bring, 0 where the reply is no repair.
    """
    tokens = TokenUsage()
    most = checker.sentences + (repairs or _MAX_SENTENCES)
    reader, length = ReplyReader(), 0
    for piece in model.stream(messages):
        if isinstance(piece, TokenUsage):
            tokens = piece
            continue
        length += len(piece)
        yield from checker.check(reader.feed(piece), repairing=bool(repairs))
        if length > _MAX_REPLY_CHARACTERS or checker.sentences >= most or checker.loops:
            if not repairs:
                checker.cut_short()
            rest = [s for s in reader.finish() if _ENDED.search(s.text)]
            break
        yield Draft(text=reader.rest)
    else:
        rest = list(reader.finish())
    yield from checker.check(rest, repairing=bool(repairs))
    return tokens
