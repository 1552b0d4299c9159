"""`/v1/models`, `/v1/chat/completions` and `/v1/responses`, as OpenAI's clients expect them.

The text of an answer is sent when all of it has been checked, since what was sent can't be taken
back. Until then a stream holds only comments that keep it open.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from rag.errors import RagError
from rag.page.texts import preferred_language
from rag.server.conversation import Turn
from rag.server.openai_requests import (
    MODEL,
    QUOTING_MODEL,
    Annotation,
    ChatRequest,
    LinkTo,
    ResponsesRequest,
    annotations_of,
    new_id,
    pieces_of,
    question_of,
    turns_of_chat,
    turns_of_responses,
)
from rag.server.refusals import Refused, refusal_of
from rag.server.rest import caller_of
from rag.server.service import Service
from rag.server.sse import PING, event, stream, with_pings
from rag.server.tasks import brief_reply
from rag.types import Answer

_STREAMED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}
LinksFor = Callable[[Request], LinkTo]
"""Returns what makes the links in the answer to a request."""


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What a request is answered with."""

    model: str
    parts: tuple[str, ...]
    annotations: tuple[Annotation, ...] = ()
    read: int = 0
    written: int = 0
    created: int = 0

    @property
    def text(self) -> str:
        return "".join(self.parts)


def openai_routes(service: Service, links_for: LinksFor) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
    begun = int(time.time())

    @routes.get("/models", summary="List the models")
    async def models() -> Response:
        """List the models. They differ only if a chat model is set up."""
        return JSONResponse(
            {"object": "list", "data": [_model(name, begun) for name in (MODEL, QUOTING_MODEL)]}
        )

    @routes.get("/models/{name}", summary="Describe a model")
    async def model(name: str) -> Response:
        """Describe one of the models."""
        question_of([Turn(role="user", text="?")], name)  # refuses unknown names
        return JSONResponse(_model(name, begun))

    @routes.post("/chat/completions", summary="Chat Completions", responses=_STREAMED)
    async def chat(body: ChatRequest, request: Request) -> Response:
        """Answer the last message of the user. Citations are annotations of type url_citation."""
        turns = turns_of_chat(body)
        if not body.stream:
            said = await _answered(service, turns, body.model, request, links_for(request))
            return JSONResponse(_completion(said))
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        waiting = _later(service, turns, body.model, request, links_for(request))
        return stream(_chat_stream(await waiting, request, with_usage=with_usage))

    @routes.post("/responses", summary="Responses", responses=_STREAMED)
    async def responses(body: ResponsesRequest, request: Request) -> Response:
        """Answer the last message of the input. Nothing is stored."""
        turns = turns_of_responses(body)
        if not body.stream:
            said = await _answered(service, turns, body.model, request, links_for(request))
            return JSONResponse(_response(said, new_id("resp_"), new_id("msg_")))
        waiting = _later(service, turns, body.model, request, links_for(request))
        return stream(_responses_stream(await waiting, request))

    return routes


def _model(name: str, created: int) -> dict[str, Any]:
    # Whoever looks for a chat model knows by the owner that this is none.
    return {"id": name, "object": "model", "created": created, "owned_by": "cited-rag"}


# --- answering --------------------------------------------------------------------------------

_Waiting = AsyncIterator["_Said | Refused | None"]
"""Yields None while the answer is worked on, then what is to be sent."""


async def _answered(
    service: Service, turns: Sequence[Turn], model: str, request: Request, link_to: LinkTo
) -> _Said:
    """Return the answer to the last question of the turns."""
    question = question_of(turns, model)
    # A hostile conversation takes a moment to look through.
    if (reply := await asyncio.to_thread(brief_reply, turns)) is not None:
        return _Said(model=model, parts=(reply,), created=int(time.time()))
    request.scope["rag.question"] = question.text
    answer = await service.answer(caller_of(request), question)
    return _said(answer, model, link_to)


async def _later(
    service: Service, turns: Sequence[Turn], model: str, request: Request, link_to: LinkTo
) -> _Waiting:
    """Return the answer as a stream, once it is clear that the request is not refused at once."""
    question_of(turns, model)

    async def once() -> AsyncIterator[_Said | Refused]:
        try:
            yield await _answered(service, turns, model, request, link_to)
        except RagError as error:
            yield refusal_of(error)
        except Refused as refused:
            yield refused

    waiting = with_pings(once())
    first = await anext(waiting)
    if isinstance(first, Refused):
        await waiting.aclose()
        raise first

    async def rest() -> AsyncIterator[_Said | Refused | None]:
        try:
            yield first
            async for item in waiting:
                yield item
        finally:
            await waiting.aclose()

    return rest()


def _said(answer: Answer, model: str, link_to: LinkTo) -> _Said:
    parts: list[str] = []
    for piece in pieces_of(answer):
        if isinstance(piece, str):
            parts.append(piece)
        elif parts:
            parts[-1] += f"[{piece.marker}]"
    used = answer.model
    return _Said(
        model=model,
        parts=tuple(parts),
        annotations=annotations_of(answer, link_to),
        read=(used.prompt_tokens or 0) if used else 0,
        written=(used.completion_tokens or 0) if used else 0,
        created=int(time.time()),
    )


# --- Chat Completions -------------------------------------------------------------------------


def _completion(said: _Said) -> dict[str, Any]:
    message = {
        "role": "assistant",
        "content": said.text,
        "refusal": None,
        "annotations": [annotation.nested() for annotation in said.annotations],
    }
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {
        "id": new_id("chatcmpl-"),
        "object": "chat.completion",
        "created": said.created,
        "model": said.model,
        "choices": [choice],
        "usage": _chat_usage(said),
    }


def _chat_usage(said: _Said) -> dict[str, int]:
    return {
        "prompt_tokens": said.read,
        "completion_tokens": said.written,
        "total_tokens": said.read + said.written,
    }


async def _chat_stream(
    waiting: _Waiting, request: Request, *, with_usage: bool
) -> AsyncIterator[str]:
    async for item in waiting:
        if item is None:
            yield PING
        elif isinstance(item, Refused):
            yield event(_error(item, request))
            return
        else:
            for chunk in _chunks(item, with_usage=with_usage):
                yield event(json.dumps(chunk, ensure_ascii=False))
    yield event("[DONE]")


def _chunks(said: _Said, *, with_usage: bool) -> Iterator[dict[str, Any]]:
    head = {
        "id": new_id("chatcmpl-"),
        "object": "chat.completion.chunk",
        "created": said.created,
        "model": said.model,
    }
    usage: dict[str, Any] = {"usage": None} if with_usage else {}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**head, "choices": [choice], **usage}

    yield chunk({"role": "assistant", "content": ""})
    for part in said.parts:
        yield chunk({"content": part})
    last: dict[str, Any] = {"content": ""}
    if said.annotations:
        last["annotations"] = [annotation.nested() for annotation in said.annotations]
    yield chunk(last, "stop")
    if with_usage:
        yield {**head, "choices": [], "usage": _chat_usage(said)}


# --- Responses --------------------------------------------------------------------------------


def _response(
    said: _Said | None,
    response_id: str,
    message_id: str,
    *,
    model: str = MODEL,
    status: str = "completed",
    error: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the object of a response; without `said`, that of one under way or failed."""
    usage = None
    if said:
        usage = {
            "input_tokens": said.read,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": said.written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": said.read + said.written,
        }
    return {
        "id": response_id,
        "object": "response",
        "created_at": said.created if said else int(time.time()),
        "status": status,
        "error": error,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": said.model if said else model,
        "output": [_message(said, message_id)] if said else [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": usage,
    }


def _message(said: _Said | None, message_id: str) -> dict[str, Any]:
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "status": "completed" if said else "in_progress",
        "content": [_output_text(said)] if said else [],
    }


def _output_text(said: _Said | None) -> dict[str, Any]:
    return {
        "type": "output_text",
        "text": said.text if said else "",
        "annotations": [a.flat() for a in said.annotations] if said else [],
        "logprobs": [],
    }


async def _responses_stream(waiting: _Waiting, request: Request) -> AsyncIterator[str]:
    response_id, message_id = new_id("resp_"), new_id("msg_")
    number = 0

    def told(kind: str, **fields: Any) -> str:
        nonlocal number
        fields = {"type": kind, "sequence_number": number, **fields}
        number += 1
        return event(json.dumps(fields, ensure_ascii=False), kind)

    under_way = _response(None, response_id, message_id, status="in_progress")
    yield told("response.created", response=under_way)
    yield told("response.in_progress", response=under_way)
    async for item in waiting:
        if item is None:
            yield PING
        elif isinstance(item, Refused):
            error = item.body(preferred_language(request.headers.get("accept-language")))["error"]
            failed = _response(
                None,
                response_id,
                message_id,
                status="failed",
                error={"code": "server_error", "message": error["message"]},
            )
            yield told("response.failed", response=failed)
        else:
            for kind, fields in _response_events(item, response_id, message_id):
                yield told(kind, **fields)


def _response_events(
    said: _Said, response_id: str, message_id: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    item = {"output_index": 0}
    part = {"item_id": message_id, "output_index": 0, "content_index": 0}
    yield "response.output_item.added", {**item, "item": _message(None, message_id)}
    yield "response.content_part.added", {**part, "part": _output_text(None)}
    for text in said.parts:
        yield "response.output_text.delta", {**part, "delta": text, "logprobs": []}
    for number, annotation in enumerate(said.annotations):
        fields = {**part, "annotation_index": number, "annotation": annotation.flat()}
        yield "response.output_text.annotation.added", fields
    yield "response.output_text.done", {**part, "text": said.text, "logprobs": []}
    yield "response.content_part.done", {**part, "part": _output_text(said)}
    yield "response.output_item.done", {**item, "item": _message(said, message_id)}
    yield "response.completed", {"response": _response(said, response_id, message_id)}


def _error(refused: Refused, request: Request) -> str:
    language = preferred_language(request.headers.get("accept-language"))
    return json.dumps(refused.body(language), ensure_ascii=False)
