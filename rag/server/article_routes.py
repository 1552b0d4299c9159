"""`/v1/articles`: list, read, add and remove articles."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from rag.errors import DocumentError
from rag.messages import Language
from rag.page.texts import preferred_language
from rag.retrieval.time_frame import days_between
from rag.server.refusals import Refused
from rag.server.rest import Body, as_json
from rag.server.service import Service
from rag.store.articles import Listed
from rag.store.corrections import Correction, as_corrected
from rag.types import Document, Published
from rag.uploads.intake import MAX_FILES, Upload, upload_limit
from rag.uploads.library import Library

MOST_ON_A_PAGE = 500


class ListedArticle(BaseModel):
    """An article of the list, without its text."""

    doc_id: str
    title: str
    outlet: str | None
    published: Published | None
    language: Language


class ArticleResponse(ListedArticle):
    """An article with its text. `content_hash` is the SHA-256 of its file."""

    url: str | None
    text: str
    content_hash: str


class ArticlesResponse(BaseModel):
    """One page of the list of articles, the newest first. `next` is the `after` of the next page.

    `total` counts the articles of all pages.
    """

    articles: list[ListedArticle]
    total: int
    next: str | None


class AddedResponse(BaseModel):
    """What became of the files that were sent, by their names."""

    new: list[str]
    replaced: list[str]
    same: list[str]
    refused: list[dict[str, str]]
    error: str | None


class CorrectRequest(Body):
    """What is right. A field that is left out stays, and an empty text takes a correction back."""

    outlet: Annotated[str | None, Field(examples=["界面新闻"])] = None
    title: str | None = None
    day: Annotated[str | None, Field(examples=["2025-02-13"])] = None


class CorrectedResponse(BaseModel):
    """An article as it is listed now. `outlet` and `day` are empty if nothing tells them."""

    doc_id: str
    outlet: str
    title: str
    day: str


class RemovedResponse(BaseModel):
    """The titles of the articles that were removed."""

    removed: list[str]


def article_list_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter(prefix="/v1", tags=["REST"])
    _add_reading(routes, service)
    _add_writing(routes, service)
    return routes


def _add_reading(routes: APIRouter, service: Service) -> None:
    @routes.get("/articles", summary="List articles", response_model=ArticlesResponse)
    async def articles(
        limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 50,
        after: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
        since: Annotated[str | None, Query(description="2025-02-13, 2025-02 or 2025.")] = None,
        until: str | None = None,
        outlet: str | None = None,
        language: Literal["zh", "en"] | None = None,
    ) -> Response:
        """List the articles, the newest first, without their texts."""

        def read() -> tuple[list[Listed], int, str | None]:
            listed = list(_listed(library_of(service), since, until, outlet, language))
            ids = [article.doc_id for article in listed]
            if after is not None and after not in ids:
                raise Refused(
                    422,
                    "unknown_page",
                    en=f"There is no article {after[:100]!r} to go on after: begin again.",
                    zh=f"没有可接续的文章 {after[:100]!r}：请从头开始。",
                    param="after",
                )
            begin = 0 if after is None else ids.index(after) + 1
            page = listed[begin : begin + limit]
            more = begin + limit < len(listed)
            return page, len(listed), page[-1].doc_id if more else None

        page, total, following = await asyncio.to_thread(read)
        shown = as_json(page, list[Listed])
        for article in shown:  # where files lie is nobody's business
            article.pop("base")
            article.pop("path")
        return JSONResponse({"articles": shown, "total": total, "next": following})

    @routes.get(
        "/articles/{doc_id:path}", summary="Read an article", response_model=ArticleResponse
    )
    async def article(doc_id: str) -> Response:
        """Return an article with its text."""
        shown = as_json(await service.document(doc_id), Document)
        shown.pop("path")
        return JSONResponse(shown)


def _add_writing(routes: APIRouter, service: Service) -> None:
    writer = ThreadPoolExecutor(1, thread_name_prefix="articles")

    @routes.post(
        "/articles",
        summary="Add articles",
        response_model=AddedResponse,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {
                            "type": "object",
                            "required": ["file"],
                            "properties": {
                                "file": {
                                    "type": "array",
                                    "items": {"type": "string", "format": "binary"},
                                }
                            },
                        }
                    }
                },
            }
        },
    )
    async def add(request: Request) -> Response:
        """Add files to the index: articles, zips of articles, or JSON Lines (field `file`).

        A file with a known name replaces the older one.
        """
        library = library_of(service)
        language = preferred_language(request.headers.get("accept-language"))
        with tempfile.TemporaryDirectory(prefix="cited-rag-") as folder:
            uploads = await _received(request, Path(folder))
            loop = asyncio.get_running_loop()
            added = await loop.run_in_executor(writer, library.add, uploads)
        return JSONResponse(
            {
                "new": added.new,
                "replaced": added.replaced,
                "same": added.same,
                "refused": [
                    {"name": refusal.name, "reason": refusal.reason.text(language)}
                    for refusal in added.refused
                ],
                "error": added.error.text(language) if added.error else None,
            }
        )

    @routes.patch(
        "/articles/{doc_id:path}", summary="Correct an article", response_model=CorrectedResponse
    )
    async def correct(doc_id: str, body: CorrectRequest) -> Response:
        """Correct the outlet, the title or the day of an article by hand.

        Its file stays as it is, and the correction holds when the file is read again.
        """
        library = library_of(service)
        loop = asyncio.get_running_loop()

        def work() -> Correction:
            library.correct(doc_id, outlet=body.outlet, title=body.title, day=body.day)
            return as_corrected(library.document(doc_id))

        try:
            now = await loop.run_in_executor(writer, work)
        except DocumentError as error:
            said = error.message
            raise Refused(422, "invalid_value", en=said.en, zh=said.zh) from error
        return JSONResponse({"doc_id": doc_id, **asdict(now)})

    @routes.delete(
        "/articles/{doc_id:path}", summary="Remove an article", response_model=RemovedResponse
    )
    async def remove(doc_id: str, alone: bool = False) -> Response:
        """Remove an article that was added here, with all articles of its file.

        With `alone`, the other articles of the file stay.
        """
        library = library_of(service)
        loop = asyncio.get_running_loop()
        removed = await loop.run_in_executor(writer, partial(library.remove, doc_id, alone=alone))
        return JSONResponse({"removed": removed})


def library_of(service: Service) -> Library:
    """Return the articles. Raises `Refused` if the assistant has no folder."""
    library = service.assistant.library
    if library is None:
        raise Refused(
            404,
            "no_library",
            en="This server has no list of articles.",
            zh="本服务器没有文章列表。",
        )
    return library


def _listed(
    library: Library,
    since: str | None,
    until: str | None,
    outlet: str | None,
    language: Language | None,
) -> Iterator[Listed]:
    frame = days_between(since, until)
    start = frame.start if frame else None
    end = frame.end if frame else None
    for article in library.catalogue().articles:
        day = article.published.moment.date() if article.published else None
        if (
            (language is None or article.language == language)
            and (outlet is None or article.outlet == outlet)
            and _is_within(day, start, end)
        ):
            yield article


def _is_within(day: date | None, start: date | None, end: date | None) -> bool:
    if start is None and end is None:
        return True
    if day is None:
        return False
    return (start is None or start <= day) and (end is None or day <= end)


async def _received(request: Request, folder: Path) -> list[Upload]:
    """Return the files of a request, stored in `folder`. Raises `Refused` and `DocumentError`."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise _no_files()
    uploads = []
    async with request.form(max_files=MAX_FILES, max_fields=10) as form:
        sent = [item for item in form.getlist("file") if isinstance(item, UploadFile)]
        if not sent:
            raise _no_files()
        for number, item in enumerate(sent):
            name = item.filename or ""
            if (item.size or 0) > upload_limit(name):
                raise Refused(
                    413,
                    "file_too_long",
                    en=f"{name[:100]!r} is too large: the limit is"
                    f" {upload_limit(name) // 1024**2} MiB.",
                    zh=f"{name[:100]!r} 过大：上限为 {upload_limit(name) // 1024**2} MiB。",
                )
            path = folder / str(number)
            with path.open("xb") as file:
                while piece := await item.read(1024**2):
                    await asyncio.to_thread(file.write, piece)
            uploads.append(Upload(name=name, path=path))
    return uploads


def _no_files() -> Refused:
    return Refused(
        422,
        "no_files",
        en="Send files as multipart/form-data in the field `file`: `curl -F file=@news.zip …`.",
        zh="请以 multipart/form-data 的 file 字段发送文件：`curl -F file=@news.zip …`。",
        param="file",
    )
