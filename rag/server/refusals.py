"""Why a request is refused: an HTTP status, and a line in both languages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rag.errors import (
    AnswerFormatError,
    AssistantClosed,
    ConfigError,
    DocumentError,
    DocumentNotFound,
    IndexUnusable,
    QuestionError,
    RagError,
)
from rag.messages import Language, Message

_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}


class Refused(Exception):
    """A request that is not answered. The body follows OpenAI's form of an error.

    `param` is the field of the request that is at fault, if there is one.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        en: str,
        zh: str,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(en)
        self.status = status
        self.message = Message(code=code, en=en, zh=zh)
        self.param = param
        self.headers = dict(headers or {})

    def body(self, language: Language) -> dict[str, Any]:
        """Return the JSON object that tells the client."""
        kind = "rate_limit_error" if self.status == 429 else "invalid_request_error"
        if self.status >= 500:
            kind = "server_error"
        return {
            "error": {
                "message": self.message.text(language),
                "type": _TYPES.get(self.status, kind),
                "param": self.param,
                "code": self.message.code,
            }
        }


def too_many(code: str, seconds: float, *, en: str, zh: str) -> Refused:
    """Return a refusal that says when to try again: after `seconds`, rounded up."""
    wait = str(max(1, math.ceil(seconds)))
    return Refused(429, code, en=en, zh=zh, headers={"retry-after": wait})


def failure(request_id: str) -> Refused:
    """Return how the server tells an error of its own."""
    return Refused(
        500,
        "internal_error",
        en=f"The server failed. Its log has the details under {request_id}.",
        zh=f"服务器出错。详情见日志中的 {request_id}。",
    )


def refusal_of(error: RagError) -> Refused:
    """Return how the server tells an error of the assistant."""
    if isinstance(error, DocumentNotFound):
        return Refused(
            404,
            "article_not_found",
            en="There is no such article: GET /v1/articles lists them.",
            zh="没有这篇文章：GET /v1/articles 可列出全部文章。",
        )
    status = {
        QuestionError: (422, "invalid_question"),
        ConfigError: (422, "invalid_value"),
        AnswerFormatError: (422, "invalid_history"),
        DocumentError: (409, "article_refused"),
    }
    for kind, (number, code) in status.items():
        if isinstance(error, kind):
            return Refused(number, code, en=error.message.en, zh=error.message.zh)
    unavailable = isinstance(error, IndexUnusable | AssistantClosed)
    code = "index_unavailable" if unavailable else "unavailable"
    headers = {"retry-after": "5"}
    return Refused(503, code, en=error.message.en, zh=error.message.zh, headers=headers)
