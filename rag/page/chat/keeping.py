"""A conversation to keep: as JSON for the browser, as Markdown to paste or to save."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import AnswerFormatError, first_line
from rag.messages import Language
from rag.page.chat.texts import Texts, texts
from rag.page.chat.turns import Turn
from rag.page.markup import safe_url
from rag.retrieval.time_frame import effect_of
from rag.types import Answer, Citation, Conflict, DocumentReference, Statement

if TYPE_CHECKING:
    from pydantic import TypeAdapter


# A conversation as JSON: what the browser keeps of it, and what a reader saves as a file.
#
# What comes back from a browser is untrusted: it has this form, within these bounds, or is refused.

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


# Answers as Markdown, to paste or to save: every marker a link, and a list of the sources.
#
# Pure functions. Everything from outside is escaped for Markdown, so that no title, sentence or
# question can become a heading, a link or HTML wherever it is pasted.

_SIGNS = re.compile(r"([\\`*_\[\]<>|~&])")
_AT_THE_START = re.compile(r"^(?=[#+=-])|^(\d+)(?=[.)])")


def answer_markdown(answer: Answer, language: Language) -> str:
    """The question, the answer with its citations, and a line for each source.

    `language` is that of the words around them; what is quoted stays as it is.
    """
    words = texts(language)
    parts = [f"**{_plain(answer.question)}**"]
    if answer.rewritten_question is not None:
        parts.append(_labelled(words.understood_as, answer.rewritten_question, words))
    if answer.time_frame is not None:
        parts.append(
            _labelled(words.time_frame, effect_of(answer.time_frame).text(language), words)
        )
    if answer.status == "abstained":
        parts.append(_plain(words.abstained))
    parts.append("\n".join(_statement(s, answer.language, words) for s in answer.statements))
    parts += [_conflict(conflict, words) for conflict in answer.conflicts]
    if answer.missing:
        heading = words.missing if answer.status == "abstained" else words.incomplete
        parts.append(_list(heading, [_plain(m.text(language)) for m in answer.missing], words))
    parts.append(_list(words.nearest, [_source(r, words) for r in answer.nearest], words))
    # A list with a number for each source would be numbered anew: markers may have gaps.
    sources = [f"{_marker(c)} {_source(c, words)}" for c in answer.citations]
    parts.append(_list(words.sources, sources, words))
    return "\n\n".join(part for part in parts if part) + "\n"


def conversation_markdown(turns: Sequence[Turn], language: Language) -> str:
    """Every turn of a conversation, one under the other, with the page's words around them."""
    return "\n---\n\n".join(_turn(turn, language) for turn in turns)


def _turn(turn: Turn, language: Language) -> str:
    words = texts(language)
    if turn.answer is not None:
        return answer_markdown(turn.answer, language)
    lines = [_statement(s, language, words) for s in turn.statements]
    end = turn.error.text(language) if turn.error is not None else words.stopped
    found = {c.marker: c for s in turn.statements for c in s.citations}
    sources = [f"{_marker(c)} {_source(c, words)}" for _, c in sorted(found.items())]
    parts = [f"**{_plain(turn.question)}**", "\n".join(lines), _plain(end)]
    parts.append(_list(words.sources, sources, words))
    return "\n\n".join(part for part in parts if part) + "\n"


def _statement(statement: Statement, language: Language, words: Texts) -> str:
    """A sentence on a line of its own, ended by its markers and, where it is in doubt, by that."""
    markers = "".join(_marker(citation) for citation in statement.citations)
    space = "" if language == "zh" else " "
    doubt = words.in_brackets.format(words.partial) if statement.verdict == "partial" else ""
    # Two blanks at the end of a line keep the next sentence from being joined to it.
    return f"{_plain(statement.text)}{space * bool(markers)}{markers}{doubt}  "


def _conflict(conflict: Conflict, words: Texts) -> str:
    about = words.comma.join(part for part in (conflict.subject, conflict.measure) if part)
    lines = []
    for value in conflict.values:
        state = words.in_brackets.format(words.superseded) if value.superseded else ""
        lines.append(f"{_plain(value.value)} {_marker(value.citation)}{state}")
    return _list(words.conflicts + words.colon + about, lines, words)


def _list(heading: str, lines: Sequence[str], words: Texts) -> str:
    if not lines:
        return ""
    return f"{_plain(heading)}{words.colon.rstrip()}\n\n" + "\n".join(f"- {line}" for line in lines)


def _labelled(label: str, content: str, words: Texts) -> str:
    return f"{label}{words.colon}{_plain(content)}"


def _marker(citation: Citation) -> str:
    """`[n]` as a link to the article, or bare where it has no address to follow."""
    address = _address(citation.url)
    number = f"\\[{citation.marker}\\]"
    return f"[{number}]({address})" if address else number


def _source(source: Citation | DocumentReference, words: Texts) -> str:
    """Title, outlet, date and address, as far as they are known."""
    date = str(source.published) if source.published else words.undated
    details = [_plain(part) for part in (source.title, source.outlet, date) if part]
    address = _address(source.url)
    if address:
        details.append(f"<{address}>")
    return " · ".join(details)


def _address(url: str | None) -> str | None:
    """An address that ends neither a link nor its line, or None where no one may follow it."""
    address = safe_url(url)
    return quote(address, safe="/:?#@!$&'*+,;=%~.-_") if address else None


def _plain(text: str) -> str:
    """`text` as one line of Markdown that shows it as it is."""
    line = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _AT_THE_START.sub(lambda match: (match.group(1) or "") + "\\", line)
