"""The MCP tools of the desk: compare outlets, sum up articles, lay out a story through time.

Their results are shaped as those of `/v1/compare`, `/v1/summary` and `/v1/story`. A tool waits in
the same queue as these, and has the same limits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from pydantic import BaseModel, Field

from rag.answering.comparison.result import Comparison
from rag.answering.story.result import Story
from rag.answering.summary.result import Summary
from rag.answering.summary.summarising import MOST_SENTENCES
from rag.config import MAX_QUESTION_CHARACTERS
from rag.messages import Language
from rag.server.mcp_sources import (
    READ_ONLY,
    Addresses,
    Source,
    caller,
    left_out,
    told,
    unchecked,
)
from rag.server.rest import MOST_CHOSEN
from rag.server.service import Service
from rag.types import Citation, ConflictValue

_Sources = Callable[[Sequence[Citation]], list[Source]]
_Names = Annotated[list[str] | None, Field(max_length=MOST_CHOSEN)]
_Topic = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_QUESTION_CHARACTERS,
        description="A question or words, in Chinese or English.",
    ),
]
_Articles = Annotated[
    _Names, Field(description="Only the articles with these ids, from search; else all.")
]
_Outlets = Annotated[_Names, Field(description="Only these outlets; else all.")]
_Since = Annotated[
    str | None, Field(description="Only articles of this day (2025-02-13) and later.")
]
_Until = Annotated[str | None, Field(description="Only articles of this day and earlier.")]


class Shared(BaseModel):
    """What several outlets say, one source of each. `wordings` counts those that are no copies."""

    sources: list[Source]
    wordings: int


class OfOutlet(BaseModel):
    """What one outlet alone says; `left_out` counts further sentences."""

    outlet: str
    sources: list[Source]
    left_out: int


class Differing(BaseModel):
    """Where outlets contradict each other: in a number, date, name or the whole statement.

    Each of `sources` has its own of the `values`, in the same order.
    """

    kind: str
    values: list[str]
    sources: list[Source]


class Compared(BaseModel):
    """What outlets report on a topic, in exact quotes."""

    contradictions: list[Differing]
    shared: list[Shared]
    only: list[OfOutlet]
    left_out: int
    notices: list[str]


class Summed(BaseModel):
    """What articles say, in a few sentences, oldest article first.

    `text` holds the markers of the `sources`; it is what was not found if there are none.
    `articles` are the ids of those that were read, and `more` counts further ones that were too
    many. `unchecked` are sentences whose quotes have to be read, `left_out` those that failed the
    check, with the reasons.
    """

    text: str
    sources: list[Source]
    articles: list[str]
    more: int
    unchecked: list[str]
    left_out: list[str]
    notices: list[str]


class Value(BaseModel):
    """A value as its source gives it. `superseded` is true if a newer report has a later state."""

    value: str
    superseded: bool
    source: Source


class Changed(BaseModel):
    """A value that an earlier row gives otherwise. Both were true at their time."""

    measure: str
    before: Value
    after: Value


class Disputed(BaseModel):
    """Values that outlets give for the same measure of the same moment."""

    measure: str
    values: list[Value]


class Row(BaseModel):
    """One event: what outlets say of it, one sentence each.

    `day` is 2025-02-13, or 2025-02, or None. `day_from` is sentence, article or unknown.
    """

    day: str | None
    day_from: str
    sources: list[Source]
    changes: list[Changed]
    disagreements: list[Disputed]


class Told(BaseModel):
    """A topic through time, the newest row last. `left_out` counts other statements."""

    rows: list[Row]
    left_out: int
    notices: list[str]


def add_desk(server: MCPServer[Any], service: Service, addresses: Addresses) -> None:
    """Add the tools to a server."""

    @server.tool(title="Compare outlets", annotations=READ_ONLY)
    async def compare(
        topic: _Topic,
        context: Context[Any, Any],
        outlets: Annotated[
            _Names, Field(description="Only these outlets; else all, 12 at most.")
        ] = None,
        since: _Since = None,
        until: _Until = None,
    ) -> Compared:
        """Compare what news outlets report on a topic.

        Tells what several say, what one alone says, and where they contradict each other. What two
        quotes mean is for the reader to judge.
        """
        with told():
            result = await service.compare(
                caller(context), topic, outlets=outlets or (), since=since, until=until
            )
        return _compared(result, partial(addresses.sources, context))

    @server.tool(title="Sum up articles", annotations=READ_ONLY)
    async def summarise(
        context: Context[Any, Any],
        topic: Annotated[
            str,
            Field(
                max_length=MAX_QUESTION_CHARACTERS,
                description="Words, or the id or title of one article. Without them, the chosen"
                " articles are summed up, or the newest.",
            ),
        ] = "",
        sentences: Annotated[
            int | None, Field(ge=1, le=MOST_SENTENCES, description="The most sentences.")
        ] = None,
        language: Annotated[
            Language | None, Field(description="The language of the summary.")
        ] = None,
        articles: _Articles = None,
        outlets: _Outlets = None,
        since: _Since = None,
        until: _Until = None,
    ) -> Summed:
        """Sum up a topic, an article, or the articles of some days or outlets.

        Each sentence cites a source that was checked.
        """
        with told():
            result = await service.run(
                caller(context),
                lambda: service.assistant.summarise(
                    topic,
                    sentences=sentences,
                    language=language,
                    articles=articles or (),
                    outlets=outlets or (),
                    since=since,
                    until=until,
                ),
            )
        return _summed(result, partial(addresses.sources, context))

    @server.tool(title="A story through time", annotations=READ_ONLY)
    async def story(
        topic: _Topic,
        context: Context[Any, Any],
        articles: _Articles = None,
        outlets: _Outlets = None,
        since: _Since = None,
        until: _Until = None,
    ) -> Told:
        """Lay out a topic through time in exact quotes, the newest event last.

        Tells which values changed and where outlets differ on one moment.
        """
        with told():
            result = await service.run(
                caller(context),
                lambda: service.assistant.story(
                    topic,
                    articles=articles or (),
                    outlets=outlets or (),
                    since=since,
                    until=until,
                ),
            )
        return _story(result, partial(addresses.sources, context))


def _compared(result: Comparison, sources: _Sources) -> Compared:
    return Compared(
        contradictions=[
            Differing(
                kind=each.kind,
                values=[value.value for value in each.values],
                sources=sources(tuple(value.citation for value in each.values)),
            )
            for each in result.contradictions
        ],
        shared=[
            Shared(sources=sources(fact.citations), wordings=fact.wordings)
            for fact in result.shared
        ],
        only=[
            OfOutlet(
                outlet=report.outlet, sources=sources(report.citations), left_out=report.left_out
            )
            for report in result.only
        ],
        left_out=result.left_out,
        notices=[notice.text(result.language) for notice in result.notices],
    )


def _summed(result: Summary, sources: _Sources) -> Summed:
    answer = result.as_answer()
    return Summed(
        text=result.text,
        sources=sources(result.citations),
        articles=[article.doc_id for article in result.articles],
        more=result.more,
        unchecked=unchecked(answer),
        left_out=left_out(answer),
        notices=[notice.text(result.language) for notice in result.notices],
    )


def _story(result: Story, sources: _Sources) -> Told:
    def value(given: ConflictValue) -> Value:
        [source] = sources((given.citation,))
        return Value(value=given.value, superseded=given.superseded, source=source)

    return Told(
        rows=[
            Row(
                day=row.day,
                day_from=row.day_from,
                sources=sources(row.citations),
                changes=[
                    Changed(measure=c.measure, before=value(c.before), after=value(c.after))
                    for c in row.changes
                ],
                disagreements=[
                    Disputed(measure=d.measure, values=[value(v) for v in d.values])
                    for d in row.disagreements
                ],
            )
            for row in result.rows
        ],
        left_out=len(result.others),
        notices=[notice.text(result.language) for notice in result.notices],
    )
