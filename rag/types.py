"""The data types that the parts of the project pass to each other.

All are frozen, keyword-only dataclasses, and all sequences are tuples. So values can be shared
between threads and cached without a copy. Offsets count Unicode code points of `Document.text`
(what Python's `len` counts), never bytes or UTF-16 units.

The file's order: what is stored (`Document`, `Passage`), what is found (`Hit`), what an answer says
(`Citation`, `Statement`, `Answer`), and what a stream yields before the answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Literal

from rag.errors import AnswerFormatError
from rag.messages import Language, Message

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Verdict = Literal["supported", "partial", "unsupported"]
StatementKind = Literal["claim", "framing"]
Status = Literal["answered", "partial", "abstained"]
TimeEffect = Literal["only", "prefer", "newest"]
Stage = Literal["searching", "reading", "writing", "checking", "repairing", "falling_back"]
VOIDING: frozenset[Stage] = frozenset({"writing", "falling_back"})


# --- what is stored ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Published:
    """The time at which an article was published, as precise as its source says.

    `moment` always has a time zone. Parts finer than `precision` are the first of their period
    (January, the 1st, midnight). `zone_assumed` is true if the source named no time zone.
    """

    moment: datetime
    precision: Literal["year", "month", "day", "minute"]
    zone_assumed: bool

    def __str__(self) -> str:
        """Return ISO 8601, cut to the precision.

        Examples: `2025`, `2025-02`, `2025-02-13`, `2025-02-13 18:26`.
        """
        shape = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M"}
        return self.moment.strftime(shape[self.precision])


@dataclass(frozen=True, kw_only=True)
class Document:
    """One article as readable text.

    `doc_id` is the file's path relative to its root, without the ending, with `/` between folders.
    In `text`, blank lines separate paragraphs; a heading is a line of its own that starts with `#`
    signs and a space. `content_hash` is the SHA-256 (hex) of the file's bytes.
    """

    doc_id: str
    path: str
    title: str
    outlet: str | None
    published: Published | None
    language: Language
    url: str | None
    text: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A span of a document. It is the unit that is embedded and retrieved.

    Always: `text == document.text[start:end]`. `passage_id` is the store's number for the passage.
    It is unique within an index and is never used again after the passage is removed.
    """

    passage_id: int
    doc_id: str
    start: int
    end: int
    text: str


# --- what is found ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage that a retriever found. A higher score is a better hit.

    Scores of different retrievers cannot be compared.
    """

    passage: Passage
    score: float


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """A passage that a search found, with details of its article.

    Always: `text == document.text[start:end]`, in Unicode code points. A higher `score` is a better
    result. Scores of two searches cannot be compared.
    """

    doc_id: str
    title: str
    outlet: str | None
    published: Published | None
    url: str | None
    start: int
    end: int
    text: str
    score: float


# --- what is said -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Citation:
    """The exact place in an article that supports a statement.

    Always: `quote == document.text[start:end]`, for the document whose file had `content_hash`.
    `marker` is the n of `[n]`. The citations of an answer are numbered by first appearance, and one
    place has one number. `also_in` lists other articles that tell the same story in nearly the same
    words. `answer` is the span of the article, within the quote, that answers the question by
    itself. It is None if no such span was looked for.
    """

    marker: int
    doc_id: str
    start: int
    end: int
    quote: str
    title: str
    outlet: str | None
    published: Published | None
    url: str | None
    content_hash: str
    also_in: tuple[DocumentReference, ...] = ()
    answer: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One sentence of an answer, with its citations and the result of its check.

    A `claim` says something about the world. It has citations, unless it was left out of the
    answer. A `framing` sentence ("There are three reasons:") claims nothing and needs none.
    `reasons` name what failed: a number, a date, a name, a negation, or that no source was found.
    """

    text: str
    kind: StatementKind
    citations: tuple[Citation, ...]
    verdict: Verdict
    reasons: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ConflictValue:
    """One of the values that sources give for the same thing.

    `superseded` is true if a newer report gives a later state. The value was true on its day.
    """

    value: str
    citation: Citation
    superseded: bool = False


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """Different values that sources report for the same subject, measure and time, oldest first.

    `measure` is what the sources say about the subject, with … in place of the values.
    """

    subject: str
    measure: str
    values: tuple[ConflictValue, ...]


@dataclass(frozen=True, kw_only=True)
class DocumentReference:
    """An article as named to a reader, without its text."""

    doc_id: str
    title: str
    outlet: str | None
    published: Published | None
    url: str | None


@dataclass(frozen=True, kw_only=True)
class NearPassage:
    """The best sentence of a near article of an abstention. It is not an answer.

    `reason` says why the sentence does not answer the question.
    """

    citation: Citation
    reason: Message


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A question that may have been meant: it has `name`, which articles have, for `typed`."""

    typed: str
    name: str
    question: str


@dataclass(frozen=True, kw_only=True)
class TimeFrame:
    """The publication days that count for an answer, both included. None leaves an end open.

    `effect` is `only` if a person set the days: articles of other days or without a date are left
    out. Days read from a question leave nothing out: `prefer` ranks articles of these days higher,
    and `newest` ranks newer articles higher, up to `end`. `phrase` is the question's own wording;
    it is empty if a person set the days.
    """

    start: date | None = None
    end: date | None = None
    phrase: str = ""
    effect: TimeEffect = "only"


@dataclass(frozen=True, kw_only=True)
class ModelUse:
    """The chat model that saw the question and sentences of articles, and its token counts.

    Token counts are those that the endpoint reported, or None if it reported none. `saw_articles`
    is false if the model only translated the question for the search.
    """

    name: str
    endpoint: str
    prompt_tokens: int | None
    completion_tokens: int | None
    saw_articles: bool = True


@dataclass(frozen=True, kw_only=True)
class Timings:
    """Wall time of each step of an answer, in seconds."""

    retrieve: float
    compose: float
    verify: float
    total: float


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The whole result of a question.

    `statements` are shown as fact. `left_out` are sentences that failed the check, with the
    reasons. If `status` is `abstained`, there are no statements: `missing` says what was looked for
    and not found, `nearest` names the closest articles, and `near_passages` are their best
    sentences, each with the reason why it is no answer. `did_you_mean` are questions with a name
    that the articles have, in place of a similar one that none has. `model` is None if no chat
    model saw anything. `rewritten_question` is None unless a follow-up question was rewritten to be
    understood alone. `answerability` estimates, from 0 to 1, how likely the sentences found hold an
    answer. Below the threshold of `rag.answering.selection.abstention` the answer is an abstention.
    """

    question: str
    language: Language
    rewritten_question: str | None
    status: Status
    statements: tuple[Statement, ...]
    left_out: tuple[Statement, ...]
    conflicts: tuple[Conflict, ...]
    missing: tuple[Message, ...]
    nearest: tuple[DocumentReference, ...]
    time_frame: TimeFrame | None
    hits: tuple[Hit, ...]
    notices: tuple[Message, ...]
    model: ModelUse | None
    timings: Timings
    answerability: float | None = None
    near_passages: tuple[NearPassage, ...] = ()
    did_you_mean: tuple[Suggestion, ...] = ()

    @property
    def text(self) -> str:
        """Return the answer as plain text.

        It holds the statements with `[n]` markers, or what was not found.
        """
        return "".join(
            piece if isinstance(piece, str) else f"[{piece.marker}]" for piece in self.pieces()
        )

    def pieces(self, doubt: str = "") -> tuple[str | Citation, ...]:
        """Return the parts of `text` in order. A citation stands where its marker stands.

        `doubt` is added after the markers of each statement whose quote has to be read.
        """
        lines: list[tuple[str | Citation, ...]] = []
        if self.status == "abstained":
            lines += [(message.text(self.language),) for message in self.missing]
            lines += [(line,) for line in self._near_lines()]
        else:
            space = "" if self.language == "zh" else " "
            lines += [
                (
                    statement.text + space * bool(statement.citations),
                    *cited(statement.citations),
                    doubt if statement.verdict == "partial" else "",
                )
                for statement in self.statements
            ]
            lines += [conflict_pieces(conflict, self.language) for conflict in self.conflicts]
            lines += [(message.text(self.language),) for message in self.missing]
        said = [piece for line in lines for piece in (*line, "\n") if piece]
        return tuple(said[:-1])

    def _near_lines(self) -> list[str]:
        """Return a line for each near article, and its best sentence, which is no answer."""
        near = {passage.citation.doc_id: passage for passage in self.near_passages}
        no_answer = "不是答案：" if self.language == "zh" else "No answer: "
        lines = []
        for reference in self.nearest:
            lines.append(f"- {_reference_line(reference)}")
            if passage := near.get(reference.doc_id):
                said = passage.citation.quote.replace("\n", " ")
                lines.append(f"  {no_answer}“{said}” {passage.reason.text(self.language)}")
        return lines

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return each citation of statements and conflicts once, in the order of their markers."""
        found = {c.marker: c for s in self.statements for c in s.citations}
        found |= {v.citation.marker: v.citation for c in self.conflicts for v in c.values}
        return tuple(found[marker] for marker in sorted(found))

    def to_text(self) -> str:
        """Return question, answer and sources as plain text without any markup."""
        from rag.exports.plain import plain_text

        return plain_text(self)

    def to_markdown(self) -> str:
        """Return question, answer and sources as Markdown. Text from outside stays text."""
        from rag.exports.markdown import markdown

        return markdown(self)

    def to_json(self) -> str:
        """Return the answer as one JSON object, with its `text`. `from_json` reads it back."""
        fields = _answer_adapter().dump_python(self, mode="json")
        return json.dumps({**fields, "text": self.text}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Answer:
        """Return the answer that `to_json` wrote. Raises `AnswerFormatError` for anything else."""
        from pydantic import ValidationError

        try:
            fields = json.loads(text)
            fields.pop("text")
            return _answer_adapter().validate_python(fields)
        except (
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
            ValidationError,
        ) as error:
            reason = type(error).__name__
            if isinstance(error, ValidationError):
                reason = ".".join(map(str, error.errors()[0]["loc"]))[:100]
            raise AnswerFormatError(
                en=f"This JSON is not an answer ({reason}): give what Answer.to_json wrote.",
                zh=f"这段 JSON 不是答案（{reason}）：请给出 Answer.to_json 写出的内容。",
            ) from error


@cache
def _answer_adapter() -> TypeAdapter[Answer]:
    # Imported here because pydantic takes a fifth of a second, and most commands need no JSON.
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)


def cited(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Return the citations in the order of their markers, one for each marker."""
    found = {citation.marker: citation for citation in citations}
    return tuple(found[marker] for marker in sorted(found))


def markers(citations: tuple[Citation, ...]) -> str:
    """Return the markers, like `[1][3]`: in order, each once."""
    return "".join(f"[{citation.marker}]" for citation in cited(citations))


def conflict_line(conflict: Conflict, language: Language) -> str:
    """Return one line that says on what the sources disagree.

    Each value has its marker, outlet and day.
    """
    pieces = conflict_pieces(conflict, language)
    return "".join(piece if isinstance(piece, str) else f"[{piece.marker}]" for piece in pieces)


def conflict_pieces(conflict: Conflict, language: Language) -> tuple[str | Citation, ...]:
    """Return the parts of `conflict_line`. A citation stands where its marker stands."""
    zh = language == "zh"
    about = [part for part in (conflict.subject, conflict.measure) if part]
    said = (
        f"各方说法不一：{'，'.join(about)}：" if zh else f"Sources disagree: {', '.join(about)}: "
    )
    pieces: list[str | Citation] = []
    for value in conflict.values:
        source = value.citation
        details = [str(part) for part in (source.outlet or source.title, source.published) if part]
        if value.superseded:
            details.append("已有更新的报道" if zh else "superseded by a newer report")
        pieces += [f"{said}{value.value} ", source]
        said = f"（{'，'.join(details)}）；" if zh else f" ({', '.join(details)}); "
    return (*pieces, said.rstrip("；; "))


def _reference_line(reference: DocumentReference) -> str:
    details = [str(part) for part in (reference.outlet, reference.published) if part]
    return reference.title + (f" ({', '.join(details)})" if details else "")


# --- what a stream yields ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The current step of the assistant. `count` is the number of passages or sentences, if known.

    A stage of `VOIDING` makes every earlier `Draft` and `Statement` invalid. `falling_back` means
    that the chat model failed, and the answer is written anew from sentences of the articles.
    `writing` means that the model's earlier text was only its thinking.
    """

    stage: Stage
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Text that the chat model is writing and that is not checked yet.

    `text` is everything written since the last checked sentence. So each draft replaces the one
    before it, and a `Statement` clears it.
    """

    text: str


Event = Progress | Draft | Statement | Answer
"""An event of a stream. Each `Statement` has been checked. The `Answer` comes last, once, and is
the result."""
