"""`/v1/answer`, `/v1/search` and `/v1/verify`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.responses import JSONResponse, Response

from rag.answering.options import MAX_SOURCES
from rag.assistant import MOST_RESULTS
from rag.config import MAX_QUESTION_CHARACTERS
from rag.errors import RagError
from rag.page.texts import preferred_language
from rag.server.refusals import Refused, refusal_of
from rag.server.service import Events, Question, Service
from rag.server.sse import PING, event, stream, with_pings
from rag.types import Answer, Draft, Event, Progress, SearchResult, Statement

T = TypeVar("T")

MOST_TURNS = 20
MOST_CHOSEN = 1_000


class Body(BaseModel):
    """Fields that are not known are ignored, as they may belong to a later version."""

    model_config = ConfigDict(extra="ignore", strict=True)


_Day = Annotated[
    str | None, Field(description="A day: 2025-02-13, 2025-02 or 2025.", examples=["2025-02-13"])
]


_Names = Annotated[list[str], Field(max_length=MOST_CHOSEN)]


class Chosen(Body):
    """Which articles are looked at, and the day of asking."""

    articles: Annotated[_Names, Field(description="Only the articles with these ids.")] = []
    outlets: Annotated[_Names, Field(description="Only articles of these outlets.")] = []
    since: _Day = None
    until: _Day = None
    today: Annotated[
        str | None,
        Field(description="The day that “yesterday” refers to. The default is the server's day."),
    ] = None


class TopicRequest(Chosen):
    """A topic: a question or words."""

    topic: Annotated[
        str,
        Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS, examples=["Apple and Alibaba"]),
    ]


class AnswerRequest(Chosen):
    """A question, and how it is to be answered."""

    question: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_QUESTION_CHARACTERS,
            examples=["why did Apple choose Alibaba"],
        ),
    ]
    history: Annotated[
        list[dict[str, Any]],
        Field(
            max_length=MOST_TURNS,
            description="The earlier answers of the conversation as they were received, oldest"
            " first.",
        ),
    ] = []
    language: Annotated[
        Literal["zh", "en"] | None,
        Field(description="The language of the answer. The default is the question's."),
    ] = None
    sources: Annotated[
        int | None,
        Field(ge=1, le=MAX_SOURCES, description="The most sentences that the answer may use."),
    ] = None
    stream: Annotated[
        bool,
        Field(
            description="Send server-sent events: progress, draft, statement, then one answer (or"
            " error)."
        ),
    ] = False
    passages: Annotated[
        bool,
        Field(description="Also return the passages that were read, as `hits`, used or not."),
    ] = False


class SearchRequest(Chosen):
    """A question or words, and how many passages are wanted."""

    query: Annotated[
        str,
        Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS, examples=["Apple and Alibaba"]),
    ]
    k: Annotated[int, Field(ge=1, le=MOST_RESULTS, description="The most passages.")] = 10


class VerifyRequest(Chosen):
    """One or more sentences that are to be compared with the articles."""

    claim: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_QUESTION_CHARACTERS,
            examples=["Alibaba will work with Apple on AI features in China."],
        ),
    ]


class SearchResponse(BaseModel):
    """The passages that fit best, best first."""

    results: list[SearchResult]


@dataclass(frozen=True, kw_only=True)
class _Failure:
    """What stands in for an answer if the work fails within a stream."""

    refused: Refused


def rest_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter(prefix="/v1", tags=["REST"])

    @routes.post(
        "/answer",
        summary="Answer a question",
        responses={200: {"model": Answer, "content": {"text/event-stream": {}}}},
    )
    async def answer(body: AnswerRequest, request: Request) -> Response:
        """Answer a question from the articles. Each sentence of the answer cites its source.

        `text` holds the answer with its markers. `status` is `answered`, `partial` or `abstained`.
        """
        question = await asyncio.to_thread(_question, body)
        caller = caller_of(request)
        request.scope["rag.question"] = body.question
        if not body.stream:
            answer = await service.answer(caller, question)
            return Response(_told(answer, body).to_json(), media_type="application/json")
        return await streamed(
            request,
            service.answering(caller, question),
            lambda item: event(_event_json(item, body), _name(item)),
        )

    @routes.post("/search", summary="Find passages", response_model=SearchResponse)
    async def search(body: SearchRequest, request: Request) -> Response:
        """Find the passages of the articles that fit best. `start` and `end` are code points."""
        request.scope["rag.question"] = body.query
        found = await service.search(
            caller_of(request),
            body.query,
            body.k,
            articles=body.articles,
            outlets=body.outlets,
            since=body.since,
            until=body.until,
            today=body.today,
        )
        return JSONResponse({"results": as_json(list(found), list[SearchResult])})

    @routes.post("/verify", summary="Check a claim", response_model=Statement)
    async def verify(body: VerifyRequest, request: Request) -> Response:
        """Compare a claim with the articles.

        `verdict` is `supported` (a source says the same), `partial` (read the quotes) or
        `unsupported`; `reasons` say what differs, and `citations` hold the exact quotes.
        """
        request.scope["rag.question"] = body.claim
        checked = await service.verify(
            caller_of(request),
            body.claim,
            articles=body.articles,
            outlets=body.outlets,
            since=body.since,
            until=body.until,
            today=body.today,
        )
        return JSONResponse(as_json(checked, Statement))

    return routes


async def streamed(
    request: Request, work: AbstractAsyncContextManager[Events[T]], told: Callable[[T], str]
) -> Response:
    """Return a response that sends events as they come. `told` writes one of them.

    Raises what is raised before the first event. What fails later is told as an event `error`.
    """
    stack = AsyncExitStack()
    try:
        events = aiter(await stack.enter_async_context(work))
        first = await anext(events)
    except BaseException:
        await stack.aclose()
        raise
    language = preferred_language(request.headers.get("accept-language"))

    async def parts() -> AsyncIterator[str]:
        async with stack:
            yield told(first)
            async for item in with_pings(_safe(events)):
                if item is None:
                    yield PING
                elif isinstance(item, _Failure):
                    error = json.dumps(item.refused.body(language), ensure_ascii=False)
                    yield event(error, "error")
                else:
                    yield told(item)

    return stream(parts())


def caller_of(request: Request) -> str:
    """Return the name of who sends the request, as the gate found it."""
    return str(request.scope["rag.caller"].name)


def as_json(value: Any, kind: Any) -> Any:
    """Return a value as JSON types."""
    return _adapter(kind).dump_python(value, mode="json")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _question(body: AnswerRequest) -> Question:
    return Question(
        text=body.question,
        history=tuple(_turn(turn) for turn in body.history),
        language=body.language,
        sources=body.sources,
        articles=body.articles,
        outlets=body.outlets,
        since=body.since,
        until=body.until,
        today=body.today,
    )


def _turn(fields: dict[str, Any]) -> Answer:
    """Return an earlier answer. It need not hold its hits, which are not sent by default."""
    return Answer.from_json(json.dumps({"text": "", **fields, "hits": []}))


def _told(answer: Answer, body: AnswerRequest) -> Answer:
    return answer if body.passages else replace(answer, hits=())


def _event_json(item: Event, body: AnswerRequest) -> str:
    if isinstance(item, Answer):
        return _told(item, body).to_json()
    return json.dumps(as_json(item, type(item)), ensure_ascii=False)


def _name(item: Event) -> str:
    names: dict[type, str] = {
        Progress: "progress",
        Draft: "draft",
        Statement: "statement",
        Answer: "answer",
    }
    return names[type(item)]


async def _safe(events: AsyncIterator[T]) -> AsyncIterator[T | _Failure]:
    try:
        async for item in events:
            yield item
    except RagError as error:
        yield _Failure(refused=refusal_of(error))
