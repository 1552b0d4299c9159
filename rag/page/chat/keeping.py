"""Save a conversation: as JSON for the browser, or as Markdown to paste or save."""

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
from rag.page.scope.choice import Asked
from rag.page.scope.rendering import asked_text
from rag.retrieval.time_frame import effect_of
from rag.types import Answer, Citation, Conflict, DocumentReference, Statement

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
#
# Each marker becomes a link, and the sources are listed. All text from outside is escaped, so that
# it cannot become a heading, a link or HTML where it is pasted.

_SIGNS = re.compile(r"([\\`*_\[\]<>|~&])")
_AT_THE_START = re.compile(r"^(?=[#+=-])|^(\d+)(?=[.)])")


def answer_markdown(answer: Answer, language: Language, asked: Asked | None = None) -> str:
    """Return the question, the answer with its citations, and a line for each source.

    `language` is the language of the labels. Quoted text stays as it is. `asked` says which
    articles were asked, if not all.
    """
    words = texts(language)
    parts = [f"**{_plain(answer.question)}**"]
    if answer.rewritten_question is not None:
        parts.append(_labelled(words.understood_as, answer.rewritten_question, words))
    if asked is not None:
        parts.append(asked_markdown(asked, language))
    if answer.time_frame is not None and (asked is None or answer.time_frame.effect != "only"):
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
    parts.append(_list(words.nearest, _nearest(answer, language, words), words))
    # A numbered list would be renumbered, but the markers may have gaps.
    sources = [f"{_marker(c)} {_source(c, words)}" for c in answer.citations]
    parts.append(_list(words.sources, sources, words))
    return "\n\n".join(part for part in parts if part) + "\n"


def asked_markdown(asked: Asked, language: Language, *, draft: bool = False) -> str:
    """Return one line that says which articles were asked, or compared with a draft."""
    return _plain(asked_text(asked, language, draft=draft))


def _nearest(answer: Answer, language: Language, words: Texts) -> list[str]:
    """Return a line for each near article, with its best sentence and why it is no answer."""
    near = {
        passage.citation.doc_id: f"“{_plain(passage.citation.quote)}” "
        + _labelled(words.no_answer, passage.reason.text(language), words)
        for passage in answer.near_passages
    }
    lines = ((_source(r, words), near.get(r.doc_id, "")) for r in answer.nearest)
    return [" · ".join(filter(None, line)) for line in lines]


def conversation_markdown(turns: Sequence[Turn], language: Language) -> str:
    """Return all turns of a conversation one after another, with labels in `language`."""
    return "\n---\n\n".join(_turn(turn, language) for turn in turns)


def _turn(turn: Turn, language: Language) -> str:
    words = texts(language)
    if turn.answer is not None:
        return answer_markdown(turn.answer, language, turn.asked)
    lines = [_statement(s, language, words) for s in turn.statements]
    end = turn.error.text(language) if turn.error is not None else words.stopped
    found = {c.marker: c for s in turn.statements for c in s.citations}
    sources = [f"{_marker(c)} {_source(c, words)}" for _, c in sorted(found.items())]
    parts = [f"**{_plain(turn.question)}**", "\n".join(lines), _plain(end)]
    parts.append(_list(words.sources, sources, words))
    return "\n\n".join(part for part in parts if part) + "\n"


def _statement(statement: Statement, language: Language, words: Texts) -> str:
    """Return a sentence as one line, with its markers, and a note if it is in doubt."""
    markers = "".join(_marker(citation) for citation in statement.citations)
    space = "" if language == "zh" else " "
    doubt = words.in_brackets.format(words.partial) if statement.verdict == "partial" else ""
    # Two spaces at the end of a line keep the next sentence on its own line.
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
    """Return `[n]` as a link to the article, or without a link if there is no safe address."""
    address = _address(citation.url)
    number = f"\\[{citation.marker}\\]"
    return f"[{number}]({address})" if address else number


def _source(source: Citation | DocumentReference, words: Texts) -> str:
    """Return the title, outlet, date and address, as far as they are known."""
    date = str(source.published) if source.published else words.undated
    details = [_plain(part) for part in (source.title, source.outlet, date) if part]
    address = _address(source.url)
    if address:
        details.append(f"<{address}>")
    return " · ".join(details)


def _address(url: str | None) -> str | None:
    """Return an address that cannot break a link or a line, or None if it is not safe."""
    address = safe_url(url)
    return quote(address, safe="/:?#@!$&'*+,;=%~.-_") if address else None


def _plain(text: str) -> str:
    """Return `text` as one line of Markdown that is shown unchanged."""
    line = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _AT_THE_START.sub(lambda match: (match.group(1) or "") + "\\", line)
