"""`/v1/summary` and `/v1/story`."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from rag.answering.story.result import Story
from rag.answering.summary.result import Summary
from rag.answering.summary.summarising import MOST_SENTENCES
from rag.config import MAX_QUESTION_CHARACTERS
from rag.server.rest import Chosen, TopicRequest, caller_of
from rag.server.service import Service


class SummaryRequest(Chosen):
    """What is to be summed up: a topic, or the chosen articles."""

    topic: Annotated[
        str,
        Field(
            max_length=MAX_QUESTION_CHARACTERS,
            examples=["Apple and Alibaba"],
            description="Words, or the id or title of one article. Without them, the chosen"
            " articles are summed up.",
        ),
    ] = ""
    sentences: Annotated[
        int | None,
        Field(ge=1, le=MOST_SENTENCES, description="The most sentences of the summary."),
    ] = None
    language: Annotated[
        Literal["zh", "en"] | None,
        Field(description="The language of the summary. The default is the topic's."),
    ] = None


def desk_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter(prefix="/v1", tags=["REST"])

    @routes.post("/summary", summary="Sum up articles", response_model=Summary)
    async def summary(body: SummaryRequest, request: Request) -> Response:
        """Sum up a topic or the chosen articles in a few sentences, each with its source.

        `text` holds the summary with its markers. `more` counts articles that were too many to
        read. Without statements, `missing` says why.
        """
        request.scope["rag.question"] = body.topic

        def work() -> Summary:
            return service.assistant.summarise(
                body.topic,
                sentences=body.sentences,
                language=body.language,
                articles=body.articles,
                outlets=body.outlets,
                since=body.since,
                until=body.until,
                today=body.today,
            )

        made = await service.run(caller_of(request), work)
        return Response(made.to_json(), media_type="application/json")

    @routes.post("/story", summary="A story through time", response_model=Story)
    async def story(body: TopicRequest, request: Request) -> Response:
        """Lay out a topic through time in exact quotes, the newest event last.

        A row is one event with what each outlet says of it. `day_from` tells if a sentence names
        its day. `changes` are values that an earlier row gives otherwise, `disagreements` those on
        which outlets differ.
        """
        request.scope["rag.question"] = body.topic

        def work() -> Story:
            return service.assistant.story(
                body.topic,
                articles=body.articles,
                outlets=body.outlets,
                since=body.since,
                until=body.until,
                today=body.today,
            )

        told = await service.run(caller_of(request), work)
        return Response(told.to_json(), media_type="application/json")

    return routes
