"""Save a conversation: as JSON for the browser, or as Markdown to save."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import AnswerFormatError, first_line
from rag.exports.layout import Layout, lay_out, lay_out_unfinished
from rag.exports.markdown import escaped, joined
from rag.messages import Language
from rag.page.chat.texts import texts
from rag.page.chat.turns import Turn
from rag.page.scope.choice import Asked
from rag.page.scope.rendering import Work, asked_text
from rag.text.characters import one_line
from rag.types import Citation

if TYPE_CHECKING:
    from pydantic import TypeAdapter


# --- as JSON ----------------------------------------------------------------------------------
#
# JSON that comes back from a browser is not trusted. It is refused unless its form and size are
# right.

MAX_CHARACTERS = 4_000_000
"""The limit for one conversation: twice that of `assets/kept.js`, which counts UTF-16 units."""

MAX_TURNS = 200


def conversation_json(turns: tuple[Turn, ...]) -> str:
    """Return the turns as a JSON array. `conversation_from_json` reads it back.

    Each `answer` has the form of `Answer.to_json`, so that `Answer.from_json` can read it.
    """
    fields = _adapter().dump_python(turns, mode="json")
    for turn, shown in zip(turns, fields, strict=True):
        if turn.answer is not None:
            shown["answer"] = json.loads(turn.answer.to_json())
    return json.dumps(fields, ensure_ascii=False)


def conversation_from_json(text: str) -> tuple[Turn, ...]:
    """Return the turns that `conversation_json` wrote.

    Raises `AnswerFormatError` for anything else.

    Turns are numbered from 1. A turn that was still streaming counts as stopped.
    """
    from pydantic import ValidationError

    try:
        if len(text) > MAX_CHARACTERS:
            raise ValueError(f"{len(text):,} characters, at most {MAX_CHARACTERS:,}")
        turns = _adapter().validate_json(text)
        if not 0 < len(turns) <= MAX_TURNS:
            raise ValueError(f"{len(turns)} questions, 1 to {MAX_TURNS}")
        for turn in turns:
            _check(turn)
    except (ValueError, RecursionError, ValidationError) as error:
        reason = first_line(error)
        raise AnswerFormatError(
            en=f"This kept conversation can't be read ({reason}), so it was deleted.",
            zh=f"这段保存的对话无法读取（{reason}），已将其删除。",
        ) from error
    return tuple(
        replace(turn.stop() if turn.running else turn, number=number)
        for number, turn in enumerate(turns, start=1)
    )


def _check(turn: Turn) -> None:
    """Raise `ValueError` if values of the right form are impossible."""
    if not 0 < len(turn.question) <= MAX_QUESTION_CHARACTERS:
        raise ValueError(f"a question of {len(turn.question):,} characters")
    statements = list(turn.statements)
    citations: list[Citation] = []
    if turn.answer is not None:
        statements += turn.answer.statements
        citations += turn.answer.citations
        citations += [near.citation for near in turn.answer.near_passages]
    citations += [c for statement in statements for c in statement.citations]
    for citation in citations:
        if citation.marker < 1 or citation.end - citation.start != len(citation.quote):
            raise ValueError(f"a quote of {citation.start} to {citation.end}")
        if citation.start < 0:
            raise ValueError(f"a quote that begins at {citation.start}")


@cache
def _adapter() -> TypeAdapter[tuple[Turn, ...]]:
    # Imported here because pydantic is slow to import (see `rag.types`).
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[Turn, ...])


# --- as Markdown ------------------------------------------------------------------------------


def asked_markdown(asked: Asked, language: Language, *, of: Work = "question") -> str:
    """Return `asked_text` as Markdown."""
    return escaped(one_line(asked_text(asked, language, of=of)))


def conversation_markdown(turns: Sequence[Turn], language: Language) -> str:
    """Return all turns of a conversation one after another, with labels in `language`."""
    return joined([laid_out(turn, language) for turn in turns])


def laid_out(turn: Turn, language: Language) -> Layout:
    """Return the layout of a turn, whether it has an answer, was stopped, or failed."""
    if turn.answer is not None:
        asked = asked_text(turn.asked, language) if turn.asked else ""
        return lay_out(turn.answer, language, asked=asked)
    end = turn.error or texts(language).stopped
    return lay_out_unfinished(turn.question, turn.statements, end, language)
