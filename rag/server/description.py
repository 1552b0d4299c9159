"""The OpenAPI description of the server: what FastAPI finds out, and what it can't know.

FastAPI does not see that all errors have one form, that a key may be needed, which texts are added
to answers, and which replies are no JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

_ERROR: dict[str, Any] = {
    "title": "Error",
    "type": "object",
    "description": "What is wrong, in the language of `Accept-Language`.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
            },
        }
    },
}
_STATUSES = {
    "401": "No usable API key.",
    "422": "A value can't be used.",
    "429": "Too many requests: `Retry-After` says when to try again.",
    "503": "The server is stopping, or the answer took too long.",
    "4XX": "The request is refused.",
    "5XX": "The server failed.",
}
_KEYS = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "x-api-key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
}
_OPEN = ("/health", "/ready")
_WITH_TEXT = ("Answer", "Summary")


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description of an application, which FastAPI keeps from then on."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        components = made["components"]
        for name in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(name, None)
        components["schemas"]["Error"] = _ERROR
        components["securitySchemes"] = _KEYS
        for name in _WITH_TEXT:
            components["schemas"][name]["properties"]["text"] = {
                "type": "string",
                "description": "The sentences with their markers.",
            }
        for path, operation in _operations(made):
            statuses = ("4XX", "5XX") if path in _OPEN else _STATUSES
            for status in statuses:
                operation["responses"][status] = _error(_STATUSES[status])
            if path not in _OPEN:
                # Without any key, this machine needs none.
                operation["security"] = [{}, *({name: []} for name in _KEYS)]
        app.openapi_schema = made
    return app.openapi_schema


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description["paths"].items():
        for operation in methods.values():
            yield path, operation


def _error(said: str) -> dict[str, Any]:
    reference = {"$ref": "#/components/schemas/Error"}
    return {"description": said, "content": {"application/json": {"schema": reference}}}
