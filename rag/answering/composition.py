"""Compose checked statements, by the chat model or from the articles' own sentences."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.answering.checking import Checker
from rag.answering.citing import Citer
from rag.answering.evidence import Evidence, SentenceVectors
from rag.answering.notices import (
    cut_off,
    cut_short,
    fell_back,
    filtered,
    no_model,
    nothing_claimed,
    other_language,
    reply_language,
)
from rag.answering.options import ChatWriter
from rag.answering.prompt import compose_messages, repair_messages
from rag.answering.search import Found
from rag.answering.selection.extractive import MOST_QUOTED, compose_extractive
from rag.answering.verification.chat_judge import ChatModelJudge
from rag.errors import ChatModelError
from rag.messages import Language, Message
from rag.models.chat import ChatMessage, ChatModel, CutOff, ThoughtSoFar, TokenUsage
from rag.models.cross_encoders import Judge
from rag.text.languages import text_language
from rag.types import Draft, ModelUse, Progress, Statement

# Counting what the chat model read and wrote for one answer.


def full_name(model: ChatModel) -> str:
    """Return the name of the model as readers see it: "name @ endpoint"."""
    return f"{model.name} @ {model.endpoint}"


def unknown_use(model: ChatModel) -> ModelUse:
    """Return the use of a model that reported no counts."""
    return ModelUse(
        name=model.name, endpoint=model.endpoint, prompt_tokens=None, completion_tokens=None
    )


def total_use(
    model: ChatModel, usages: Sequence[TokenUsage], composed: ModelUse | None
) -> ModelUse | None:
    """Return `composed` plus the `usages` for understanding the question; None without both."""
    if not usages:
        return composed
    used = composed or replace(
        unknown_use(model), prompt_tokens=0, completion_tokens=0, saw_articles=False
    )
    counts = TokenUsage(prompt_tokens=used.prompt_tokens, completion_tokens=used.completion_tokens)
    for usage in usages:
        counts += usage
    return replace(
        used,
        prompt_tokens=counts.prompt_tokens,
        completion_tokens=counts.completion_tokens,
    )


# Composing the statements.

_PROMPT_SENTENCES = 12
# The prompt asks for at most five sentences, but a small model may go on until it is stopped.
_MAX_SENTENCES = 8
_MAX_REPLY_CHARACTERS = 6000
# An English text with fewer words may be just the names that were asked for.
_WORDS = 5
# The limit in characters for thoughts without an opening tag. They look like an answer at first,
# but may be longer.
_MAX_UNMARKED_THOUGHTS = 20_000


@dataclass(frozen=True, kw_only=True)
class Composition:
    """The result of composing: checked statements, those that were left out, and notices.

    `refused` is true if the chat model replied that the evidence holds no answer. `seconds` is the
    time spent on attribution and verification.
    """

    statements: tuple[Statement, ...]
    left_out: tuple[Statement, ...] = ()
    notices: tuple[Message, ...] = ()
    model: ModelUse | None = None
    refused: bool = False
    seconds: float = 0.0


def compose(
    found: Found,
    writer: ChatWriter | None,
    language: Language,
    sources: int | None,
    vectors: SentenceVectors,
    judge: Judge | Literal["model"] | None,
) -> Generator[Draft | Statement | Progress, None, Composition]:
    """Compose an answer with the writer's chat model, or from the articles' own sentences.

    The articles' own sentences are also used if the model's reply fails, or if nothing in it passes
    the check. `sources` is the largest number of sentences to use, None for the default. `judge`
    "model" lets the chat model judge what it wrote.
    """
    if not found.assessment.answerable:
        return Composition(statements=())
    if writer is None:
        said = no_model(found.corpus.snapshot.searched_at)
        return (yield from _quote_found(found, language, sources, said))
    model = writer.model
    judge = ChatModelJudge(model) if judge == "model" else judge
    evidence = found.evidence[: sources or _PROMPT_SENTENCES]
    yield Progress(stage="writing", count=len(evidence))
    try:
        composition = yield from write(model, found.query.text, language, evidence, vectors, judge)
    except ChatModelError as error:
        yield Progress(stage="falling_back")
        quoted = yield from _quote_found(found, language, sources, error.message, fell_back())
        return replace(quoted, model=unknown_use(model) if error.sent else None)
    if composition.statements or composition.refused:
        return composition
    yield Progress(stage="falling_back")
    quoted = yield from _quote_found(found, language, sources, *composition.notices, fell_back())
    return replace(quoted, left_out=composition.left_out, model=composition.model)


def _quote_found(
    found: Found, language: Language, sources: int | None, *notices: Message
) -> Generator[Statement, None, Composition]:
    most = sources or MOST_QUOTED
    chosen = compose_extractive(found.asked, found.needed, found.candidates, most)
    evidence = [candidate.evidence for candidate in chosen]
    composition = quote(evidence)
    yield from composition.statements
    if any(e.document.language != language for e in evidence):
        notices += (other_language(),)
    return replace(composition, notices=notices)


def quote(evidence: Sequence[Evidence]) -> Composition:
    """Return the articles' own sentences as statements, each with itself as citation."""
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
    messages: Sequence[ChatMessage] = (),
) -> Generator[Draft | Statement | Progress, None, Composition]:
    """Let the chat model answer, and check each sentence as soon as it is complete.

    Sentences that fail the check are sent back to the model once, with the reasons. If that does
    not help, the source's own sentence replaces a failed one if it is near enough. What still fails
    is left out. `judge` makes the final decision on what passed the typed checks. `messages` are
    the prompt, by default that for answering the question.

    Raises `ChatModelError` if the reply fails, also in its middle: what was yielded before is then
    void. A repair that fails is ignored.
    """
    messages = messages or compose_messages(question, language, evidence)
    checker = Checker(evidence, vectors, judge, rules=messages[0].content, question=question)
    tokens = yield from _read(model, messages, checker, len(evidence))
    if failed := checker.to_repair():
        yield Progress(stage="repairing", count=len(failed))
        messages = repair_messages(question, language, evidence, failed)
        try:
            tokens += yield from _repair(model, messages, checker, len(evidence))
        except ChatModelError:
            tokens = TokenUsage()
        yield from checker.replace_failed(failed)
    if isinstance(judge, ChatModelJudge):
        tokens = TokenUsage()  # The judge shares the model, and its tokens aren't counted.
    use = ModelUse(
        name=model.name,
        endpoint=model.endpoint,
        prompt_tokens=tokens.prompt_tokens,
        completion_tokens=tokens.completion_tokens,
    )
    notices = checker.notices()
    claims = [statement for statement in checker.statements if statement.kind == "claim"]
    if claims and all(_is_in_another(claim.text, language) for claim in claims):
        notices += (reply_language(language),)
    if not claims and not checker.left_out and not checker.refused:
        notices += (nothing_claimed(),)
    return Composition(
        # A framing sentence needs a claim that follows it.
        statements=tuple(checker.statements) if claims else (),
        left_out=tuple(checker.left_out),
        notices=notices,
        model=use,
        refused=checker.refused,
        seconds=checker.seconds,
    )


def _read(
    model: ChatModel, messages: Sequence[ChatMessage], checker: Checker, numbered: int
) -> Generator[Draft | Statement | Progress, None, TokenUsage]:
    """Check a reply while it comes in, and return the tokens it cost.

    If the text so far turns out to be thoughts, it is void: a `Progress` says so, and checking
    starts again.
    """
    # Imported here: only a chat model's reply needs it, and its patterns take time to compile.
    from rag.answering.reply import ReplyReader

    tokens, cut = TokenUsage(), False
    reader, length = ReplyReader(numbered), 0
    for piece in model.stream(messages):
        if isinstance(piece, TokenUsage):
            tokens = piece
        elif isinstance(piece, CutOff):
            checker.cut_short(filtered() if piece.reason == "filter" else cut_off())
            cut = True
        elif isinstance(piece, ThoughtSoFar):
            checker.forget()
            reader, length, cut = ReplyReader(numbered), 0, False
            yield Progress(stage="writing", count=numbered)
        elif cut:
            # The reply is long enough. Read on only for a tag that marks all of it as thoughts.
            length += len(piece)
            if length > _MAX_UNMARKED_THOUGHTS:
                break
        else:
            yield from checker.check(reader.feed(piece[: _MAX_REPLY_CHARACTERS + 1 - length]))
            length += len(piece)
            yield Draft(text=reader.rest)
            if (
                length > _MAX_REPLY_CHARACTERS
                or checker.sentences >= _MAX_SENTENCES
                or checker.loops
            ):
                checker.cut_short(cut_short())
                cut = True
                if not checker.talked:
                    break
    # Where a reply was stopped, an unfinished sentence is dropped.
    yield from checker.check([s for s in reader.finish() if s.ended or not cut])
    return tokens


def _repair(
    model: ChatModel, messages: Sequence[ChatMessage], checker: Checker, numbered: int
) -> Generator[Statement, None, TokenUsage]:
    """Check the reply to a repair once it is complete, and return the tokens it cost."""
    from rag.answering.reply import ReplyReader

    tokens, text = TokenUsage(), ""
    for piece in model.stream(messages):
        if isinstance(piece, TokenUsage):
            tokens = piece
        elif isinstance(piece, ThoughtSoFar):
            text = ""
        elif isinstance(piece, str):
            text += piece
            if len(text) > _MAX_REPLY_CHARACTERS:
                break
    reader = ReplyReader(numbered)
    sentences = (*reader.feed(text[:_MAX_REPLY_CHARACTERS]), *reader.finish())
    yield from checker.check(sentences, repairing=True)
    return tokens


def _is_in_another(text: str, language: Language) -> bool:
    """Return True if a sentence is not in the language asked for.

    A few names alone are in no language.
    """
    if language == "en":
        return text_language(text) == "zh"
    return text_language(text) == "en" and len(text.split()) >= _WORDS
