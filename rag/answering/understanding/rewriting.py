"""A follow-up made self-contained by the chat model, within a few seconds or not at all.

What it writes is used only where it can be trusted without knowing what was meant: one line in the
question's language, with the follow-up's own names and numbers, and no number or name that stands
nowhere in the conversation. Otherwise the rewriting without a model (`rag.retrieval.query`) holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.facts import read_facts
from rag.answering.prompt import rewriting_messages
from rag.answering.understanding.asking import PATIENCE, Asker
from rag.corpus.languages import text_language
from rag.messages import Language
from rag.models.chat import ChatModel, TokenUsage
from rag.retrieval.terms import concepts, fold, shows
from rag.types import Answer

_TURNS = 3
_LONGEST_QUESTION = 300
_LONGEST = 300
_QUESTION_MARK = re.compile(r"[?？]")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, kw_only=True)
class Rewriting:
    """What came of asking for one: `text` is None where there is none to use.

    `usage` is None where nothing was sent.
    """

    text: str | None
    usage: TokenUsage | None = None


class QuestionRewriter:
    """Makes follow-ups self-contained through a chat model. Safe between threads."""

    def __init__(self, model: ChatModel, patience: float = PATIENCE) -> None:
        self._asker = Asker(model, patience)

    def rewrite(self, question: str, history: Sequence[Answer], language: Language) -> Rewriting:
        """The follow-up as a question of its own; returns within the patience, raises nothing."""
        if len(question) > _LONGEST_QUESTION:
            return Rewriting(text=None)
        asked = [
            (answer.rewritten_question or answer.question)[:_LONGEST]
            for answer in history[-_TURNS:]
        ]
        said = history[-1].statements[0].text if history and history[-1].statements else ""
        messages = rewriting_messages(question, asked, said, language)
        reply = self._asker.ask(messages, "rewriting")
        line = reply.line.strip("\"“”'` ") if reply.line else ""
        known = "\n".join([question, *asked, said])
        usable = is_usable(line, question, known, language)
        return Rewriting(text=line if usable else None, usage=reply.usage)


def is_usable(line: str, question: str, known: str, language: Language) -> bool:
    """Whether a rewriting is a question that says what the follow-up says, and invents nothing."""
    if not line or len(line) > _LONGEST or line == question:
        return False
    if text_language(line) != language or not _QUESTION_MARK.search(line):
        return False
    folded, around = fold(line), fold(known)
    own = [c for c in concepts(question, across=False) if c.name]
    if not all(shows(folded, name) for name in own):
        return False
    if not set(_DIGITS.findall(question)) <= set(_DIGITS.findall(line)):
        return False
    if not set(_DIGITS.findall(line)) <= set(_DIGITS.findall(known)):
        return False
    invented = [
        name for name in read_facts(line).names if fold(name).characters not in around.characters
    ]
    return not invented
