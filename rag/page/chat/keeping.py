"""A conversation as JSON: what the browser keeps of it, and what a reader saves as a file.

What comes back from a browser is untrusted: it has this form, within these bounds, or is refused.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import AnswerFormatError, first_line
from rag.page.chat.turns import Turn
from rag.types import Citation

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MAX_CHARACTERS = 4_000_000
"""Of one conversation: twice what `assets/kept.js` keeps, since a browser counts UTF-16 units."""

MAX_TURNS = 200


def conversation_json(turns: tuple[Turn, ...]) -> str:
    """The turns as a JSON array; `conversation_from_json` reads it back.

    Each `answer` is what `Answer.to_json` gives, so that `Answer.from_json` reads it.
    """
    fields = _adapter().dump_python(turns, mode="json")
    for turn, shown in zip(turns, fields, strict=True):
        if turn.answer is not None:
            shown["answer"] = json.loads(turn.answer.to_json())
    return json.dumps(fields, ensure_ascii=False)


def conversation_from_json(text: str) -> tuple[Turn, ...]:
    """Read what `conversation_json` wrote. Raises `AnswerFormatError` on anything else.

    Turns are numbered anew, and one that was cut off while it streamed counts as stopped.
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
    """Raise `ValueError` for what has the right form and still can't be."""
    if not 0 < len(turn.question) <= MAX_QUESTION_CHARACTERS:
        raise ValueError(f"a question of {len(turn.question):,} characters")
    statements = list(turn.statements)
    citations: list[Citation] = []
    if turn.answer is not None:
        statements += turn.answer.statements
        citations += turn.answer.citations
    citations += [c for statement in statements for c in statement.citations]
    for citation in citations:
        if citation.marker < 1 or citation.end - citation.start != len(citation.quote):
            raise ValueError(f"a quote of {citation.start} to {citation.end}")
        if citation.start < 0:
            raise ValueError(f"a quote that begins at {citation.start}")


@cache
def _adapter() -> TypeAdapter[tuple[Turn, ...]]:
    # Imported late, as in `rag.types`.
    from pydantic import TypeAdapter

    return TypeAdapter(tuple[Turn, ...])
