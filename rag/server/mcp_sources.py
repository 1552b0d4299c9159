"""What all MCP tools share: cited places as sources, their addresses, the caller, and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel
from starlette.requests import Request

from rag.errors import RagError
from rag.server.access import LOCAL_CALLER
from rag.server.links import Links
from rag.server.refusals import Refused
from rag.types import Answer, Citation

SCHEME = "article://"
READ_ONLY = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


class Source(BaseModel):
    """A cited place: `quote` is the article's text from `start` to `end`, in code points."""

    marker: int
    quote: str
    title: str
    outlet: str | None
    published: str | None
    url: str
    article: str
    start: int
    end: int


class Addresses:
    """The addresses of articles and citations. `base_of` is what links of a request start with.

    An article without an address of its own gets one of this server. Over stdio, where there is no
    server, it gets the address of the resource.
    """

    def __init__(self, links: Links, base_of: Callable[[Request], str]) -> None:
        self._links = links
        self._base_of = base_of

    def of_article(self, context: Context[Any, Any], doc_id: str, url: str | None) -> str:
        """Return the address of an article, which has `url` as its own."""
        request = request_of(context)
        if url or request is None:
            return url or SCHEME + quote(doc_id, errors="replace")
        return self._links.to_article(self._base_of(request), doc_id)

    def of_citation(self, context: Context[Any, Any], citation: Citation) -> str:
        """Return the address of a cited place."""
        request = request_of(context)
        if citation.url or request is None:
            return self.of_article(context, citation.doc_id, citation.url)
        return self._links.to_citation(self._base_of(request), citation)

    def sources(self, context: Context[Any, Any], citations: Sequence[Citation]) -> list[Source]:
        """Return the citations as sources."""
        return [
            Source(
                marker=citation.marker,
                quote=citation.quote,
                title=citation.title,
                outlet=citation.outlet,
                published=str(citation.published) if citation.published else None,
                url=self.of_citation(context, citation),
                article=citation.doc_id,
                start=citation.start,
                end=citation.end,
            )
            for citation in citations
        ]


@contextmanager
def told() -> Iterator[None]:
    """Turn the assistant's errors into errors of a tool, which the model reads."""
    try:
        yield
    except (RagError, Refused) as error:
        raise ToolError(error.message.en) from error


def request_of(context: Context[Any, Any]) -> Request | None:
    """Return the request with which a tool is called, or None over stdio."""
    request = context.request_context.request
    return request if isinstance(request, Request) else None


def caller(context: Context[Any, Any]) -> str:
    """Return the name of who calls a tool, as the gate found it."""
    request = request_of(context)
    return str(request.scope["rag.caller"].name) if request else LOCAL_CALLER


def unchecked(answer: Answer) -> list[str]:
    """Return the sentences whose quotes have to be read."""
    return [s.text for s in answer.statements if s.verdict == "partial"]


def left_out(answer: Answer) -> list[str]:
    """Return the sentences that failed the check, with the reasons."""
    return [
        f"{s.text} ({'; '.join(reason.text(answer.language) for reason in s.reasons)})"
        for s in answer.left_out
    ]
