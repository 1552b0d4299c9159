"""Lay an answer out as lines in reading order, which every format then writes in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.exports.addresses import link_target
from rag.exports.texts import Labels, labels
from rag.messages import Language, Message
from rag.retrieval.time_frame import effect_of
from rag.text.characters import one_line
from rag.types import Answer, Citation, Conflict, Document, DocumentReference, Statement, cited


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an answer: `text`, the citations that follow it, and a remark after these."""

    text: str
    citations: tuple[Citation, ...] = ()
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One article that is named: what is known of it, and the exact quote that is cited.

    `marker` is None for an article that is only near; then `quote` is its best sentence. `said` is
    true if the quote is itself a sentence of the answer. `url` is safe to link to. `remark` names
    others with the same report, or says why the quote is no answer.
    """

    details: str
    url: str | None
    marker: int | None = None
    quote: str | None = None
    said: bool = False
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Lines or sources under a heading."""

    heading: str
    lines: tuple[Line, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A question with its answer, in the order in which people read it.

    All texts are on one line and have no control characters. `before` says how the question was
    understood, `body` has a line for each sentence, and `after` are notices. `space` stands between
    a sentence and its markers.
    """

    question: str
    before: tuple[str, ...]
    body: tuple[Line, ...]
    sections: tuple[Section, ...]
    after: tuple[str, ...]
    space: str
    labels: Labels


def lay_out(answer: Answer, language: Language | None = None, *, asked: str = "") -> Layout:
    """Return the layout of an answer. The labels are in `language`, by default the answer's.

    Sentences and quotes keep their own language. `asked` says which articles were asked, if not
    all: that names the days, too, to which the answer was confined.
    """
    language = language or answer.language
    words = labels(language)
    before = []
    if answer.rewritten_question is not None:
        before.append(words.understood_as + words.colon + one_line(answer.rewritten_question))
    if asked:
        before.append(one_line(asked))
    if answer.time_frame is not None and not (asked and answer.time_frame.effect == "only"):
        effect = one_line(effect_of(answer.time_frame).text(language))
        before.append(words.time_frame + words.colon + effect)
    body = [_line(statement, words) for statement in answer.statements]
    if answer.status == "abstained":
        body.insert(0, Line(text=words.abstained))
    sections = [_conflict(conflict, words) for conflict in answer.conflicts]
    missing = tuple(Line(text=one_line(m.text(language))) for m in answer.missing)
    heading = words.missing if answer.status == "abstained" else words.incomplete
    sections += [
        Section(heading=heading, lines=missing),
        Section(heading=words.nearest, sources=tuple(_nearest(answer, language, words))),
        _sources(answer.citations, body, words),
    ]
    return Layout(
        question=one_line(answer.question),
        before=tuple(before),
        body=tuple(body),
        sections=tuple(s for s in sections if s.lines or s.sources),
        after=tuple(_notes(answer, language, words)),
        space="" if answer.language == "zh" else " ",
        labels=words,
    )


def lay_out_unfinished(
    question: str, statements: Sequence[Statement], end: Message | str, language: Language
) -> Layout:
    """Return the layout of a question whose answer was not finished, and how it ended."""
    words = labels(language)
    said = end if isinstance(end, str) else end.text(language)
    found = {c.marker: c for s in statements for c in s.citations}
    body = [_line(statement, words) for statement in statements]
    sources = _sources([found[marker] for marker in sorted(found)], body, words)
    return Layout(
        question=one_line(question),
        before=(),
        body=(*body, Line(text=one_line(said))),
        sections=(sources,) if sources.sources else (),
        after=(),
        space="" if language == "zh" else " ",
        labels=words,
    )


def details_of(article: Document, language: Language) -> str:
    """Return an article's title, outlet and day on one line, as they are in the list of sources."""
    return _details(article, labels(language))


def marker_of(source: Source) -> str:
    """Return `[n] ` for a source that is cited, or else an empty text."""
    return f"[{source.marker}] " if source.marker is not None else ""


def _line(statement: Statement, words: Labels) -> Line:
    doubt = words.in_brackets.format(words.partial) if statement.verdict == "partial" else ""
    citations = cited(statement.citations)
    return Line(text=one_line(statement.text), citations=citations, remark=doubt)


def _conflict(conflict: Conflict, words: Labels) -> Section:
    about = words.comma.join(part for part in (conflict.subject, conflict.measure) if part)
    lines = []
    for value in conflict.values:
        source = value.citation
        details = [source.outlet or source.title, str(source.published or words.undated)]
        details += [words.superseded] * value.superseded
        remark = words.in_brackets.format(words.comma.join(map(one_line, details)))
        lines.append(Line(text=one_line(value.value), citations=(source,), remark=remark))
    heading = words.conflicts + words.colon + one_line(about)
    return Section(heading=heading, lines=tuple(lines))


def _sources(citations: Iterable[Citation], body: Sequence[Line], words: Labels) -> Section:
    sentences = {line.text for line in body}
    sources = []
    for citation in citations:
        others = "; ".join(one_line(d.outlet or d.title) for d in citation.also_in)
        sources.append(
            replace(
                _source(citation, words),
                marker=citation.marker,
                quote=one_line(citation.quote),
                said=one_line(citation.quote) in sentences,
                remark=words.also_in.format(others) if others else "",
            )
        )
    return Section(heading=words.sources, sources=tuple(sources))


def _nearest(answer: Answer, language: Language, words: Labels) -> Iterable[Source]:
    """Yield each near article with its best sentence and why that is no answer."""
    near = {passage.citation.doc_id: passage for passage in answer.near_passages}
    for reference in answer.nearest:
        source = _source(reference, words)
        if passage := near.get(reference.doc_id):
            why = words.no_answer + words.colon + one_line(passage.reason.text(language))
            source = replace(source, quote=one_line(passage.citation.quote), remark=why)
        yield source


def _source(source: Citation | DocumentReference, words: Labels) -> Source:
    return Source(details=_details(source, words), url=link_target(source.url))


def _details(source: Citation | DocumentReference | Document, words: Labels) -> str:
    details = (source.title, source.outlet, str(source.published or words.undated))
    return " · ".join(one_line(part) for part in details if part)


def _notes(answer: Answer, language: Language, words: Labels) -> Iterable[str]:
    if answer.left_out:
        yield words.left_out.format(len(answer.left_out))
    for notice in answer.notices:
        # Most answers have no model; their sentences are shown as quotes already.
        if notice.code != "no_model":
            yield one_line(notice.text(language))
    if answer.model is not None and answer.model.saw_articles:
        yield words.model_saw.format(one_line(answer.model.name))
