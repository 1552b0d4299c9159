"""`/v1/draft`: check each sentence of a text."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from rag.answering.draft import MOST_CHARACTERS, DraftReport, DraftSentence
from rag.server.rest import Chosen, as_json, caller_of, streamed
from rag.server.service import Service
from rag.server.sse import event


class DraftRequest(Chosen):
    """A text of several sentences."""

    draft: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_CHARACTERS,
            examples=["阿里股价上涨2.65%。Apple works with Alibaba."],
        ),
    ]
    stream: Annotated[
        bool, Field(description="Send server-sent events: a `sentence` each, or an `error`.")
    ] = False


def draft_routes(service: Service) -> APIRouter:
    """Return the route over a service."""
    routes = APIRouter(prefix="/v1", tags=["REST"])

    @routes.post(
        "/draft",
        summary="Check a draft",
        responses={200: {"model": DraftReport, "content": {"text/event-stream": {}}}},
    )
    async def draft(body: DraftRequest, request: Request) -> Response:
        """Compare each sentence of a text with the articles. No chat model is asked.

        `verdict` is `supported`, `partial` (read the quotes), `contradicted`, `not_found` or
        `no_fact`. `differing` are the spans of the draft that differ from the source.
        """
        request.scope["rag.question"] = body.draft
        work = service.checking_draft(
            caller_of(request),
            body.draft,
            articles=body.articles,
            outlets=body.outlets,
            since=body.since,
            until=body.until,
            today=body.today,
        )
        if body.stream:
            return await streamed(request, work, _told)
        async with work as sentences:
            checked = tuple([sentence async for sentence in sentences])
        report = DraftReport(draft=body.draft, sentences=checked)
        return Response(report.to_json(), media_type="application/json")

    return routes


def _told(sentence: DraftSentence) -> str:
    fields = as_json(sentence, DraftSentence)
    return event(json.dumps(fields, ensure_ascii=False), "sentence")
