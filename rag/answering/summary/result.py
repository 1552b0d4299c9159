"""The result of summing up articles, as a value, as an `Answer` and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rag.errors import AnswerFormatError, first_line
from rag.messages import Language, Message
from rag.types import (
    Answer,
    Citation,
    DocumentReference,
    ModelUse,
    Statement,
    TimeFrame,
    Timings,
    markers,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What articles say, in a few sentences, oldest article first.

    Without a chat model, each statement is a sentence of an article with itself as citation. With
    one, the statements are the model's, each checked against its citations; `left_out` are those
    that failed. `topic` is empty if no topic was given. `articles` are those that were read, oldest
    first, and `more` counts further ones that were not, because there were too many. Nothing was
    found if there are no statements: `missing` says what.
    """

    topic: str
    language: Language
    statements: tuple[Statement, ...]
    articles: tuple[DocumentReference, ...]
    more: int = 0
    left_out: tuple[Statement, ...] = ()
    time_frame: TimeFrame | None = None
    missing: tuple[Message, ...] = ()
    notices: tuple[Message, ...] = ()
    model: ModelUse | None = None
    seconds: float = 0.0

    @property
    def found(self) -> bool:
        """True if there is anything to tell."""
        return bool(self.statements)

    @property
    def text(self) -> str:
        """Return the statements with `[n]` markers, a line each, or what was not found."""
        space = "" if self.language == "zh" else " "
        lines = [
            s.text + (space + markers(s.citations) if s.citations else "") for s in self.statements
        ]
        return "\n".join(lines or [message.text(self.language) for message in self.missing])

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return each citation once, in the order of their markers."""
        found = {c.marker: c for s in self.statements for c in s.citations}
        return tuple(found[marker] for marker in sorted(found))

    def as_answer(self, question: str = "") -> Answer:
        """Return the summary as the answer to a question, which can be shown and exported.

        The default question is the topic, or the word for a summary.
        """
        label = {"en": "Summary", "zh": "摘要"}[self.language]
        return Answer(
            question=question or self.topic or label,
            language=self.language,
            rewritten_question=None,
            status="answered" if self.statements else "abstained",
            statements=self.statements,
            left_out=self.left_out,
            conflicts=(),
            missing=() if self.statements else self.missing,
            nearest=(),
            time_frame=self.time_frame,
            hits=(),
            notices=self.notices,
            model=self.model,
            timings=Timings(retrieve=0, compose=self.seconds, verify=0, total=self.seconds),
        )

    def to_markdown(self) -> str:
        """Return the summary and its sources as Markdown. Text from outside stays text."""
        return self.as_answer().to_markdown()

    def to_json(self) -> str:
        """Return the summary as one JSON object, with its `text`. `from_json` reads it back."""
        fields = _adapter().dump_python(self, mode="json")
        return json.dumps({**fields, "text": self.text}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Summary:
        """Return what `to_json` wrote. Raises `AnswerFormatError` for anything else."""
        from pydantic import ValidationError

        try:
            fields = json.loads(text)
            fields.pop("text")
            return _adapter().validate_python(fields)
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
            ValidationError,
        ) as error:
            reason = first_line(error)
            raise AnswerFormatError(
                en=f"This JSON is not a summary ({reason}): give what Summary.to_json wrote.",
                zh=f"这段 JSON 不是摘要（{reason}）：请给出 Summary.to_json 写出的内容。",
            ) from error


@cache
def _adapter() -> TypeAdapter[Summary]:
    # Imported here because pydantic takes a fifth of a second, and most commands need no JSON.
    from pydantic import TypeAdapter

    return TypeAdapter(Summary)
