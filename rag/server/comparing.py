"""`/v1/compare`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from rag.answering.comparison.result import Comparison
from rag.server.rest import TopicRequest, caller_of
from rag.server.service import Service


def comparison_routes(service: Service) -> APIRouter:
    """Return the route over a service."""
    routes = APIRouter(prefix="/v1", tags=["REST"])

    @routes.post("/compare", summary="Compare outlets", response_model=Comparison)
    async def compare(body: TopicRequest, request: Request) -> Response:
        """Compare what outlets report on a topic, in exact quotes.

        `shared` is what several outlets say; its `wordings` count independent ones. `only` is what
        each outlet alone reports. `contradictions` is where outlets differ.
        """
        request.scope["rag.question"] = body.topic
        compared = await service.compare(
            caller_of(request),
            body.topic,
            articles=body.articles,
            outlets=body.outlets,
            since=body.since,
            until=body.until,
            today=body.today,
        )
        return Response(compared.to_json(), media_type="application/json")

    return routes
