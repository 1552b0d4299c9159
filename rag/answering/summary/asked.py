"""Answer a question that asks for a summary: find out of what, and sum it up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from rag.answering.options import Options
from rag.answering.path import QuestionPath
from rag.answering.summary.notices import newest_instead
from rag.answering.summary.result import Summary
from rag.answering.summary.summarising import Wanted, stream_summary
from rag.retrieval.outlet_names import outlets_named
from rag.retrieval.question import turns_that_asked
from rag.retrieval.time_frame import read_time_frame
from rag.store.index import articles_between, outlets_of
from rag.text.languages import text_language
from rag.text.summary_requests import SummaryRequest, read_request, request_text
from rag.text.written_dates import published_days
from rag.types import Answer, Event, TimeFrame


def stream_asked(
    path: QuestionPath,
    question: str,
    request: SummaryRequest,
    history: Sequence[Answer],
    *,
    time_frame: TimeFrame | None,
    today: date,
    options: Options,
) -> Iterator[Event]:
    """Answer a question that asks for a summary; the `Answer` comes last.

    Days that the request names limit the articles. If none is of these days, the newest are summed
    up, and a notice says so. A bare request in a conversation sums up what it was about.
    """
    path.refresh()
    listed = articles_between(path.snapshot, path.folder, None, None)
    newest = next((published_days(a.published)[1] for a in listed if a.published), None)
    frame = time_frame
    notices = []
    if not frame and (read := read_time_frame(request.when, today, newest)) and read.start:
        frame = TimeFrame(start=read.start, end=read.end)
        if newest and not articles_between(path.snapshot, path.folder, frame.start, frame.end):
            last = TimeFrame(start=newest, end=newest)
            notices.append(newest_instead(frame, last))
            frame = last
    known = outlets_of(path.snapshot, path.folder)
    # An outlet's name may hold words that requests are made of: 界面新闻, Mountain Post.
    full, rest = _outlets_in_full(question, known)
    about = read_request(rest).about if full else request.about
    if not full and not about and not request.newest and not request.when:
        about = _spoken_of(path, history)
    short, topic = outlets_named(about, known)
    outlets = {*full, *short}
    articles = options.articles
    if outlets:
        of_outlets = {article.doc_id for article in listed if article.outlet in outlets}
        articles = frozenset(of_outlets if articles is None else articles & of_outlets)
    writer = path.writer if options.writer == "configured" else options.writer
    wanted = Wanted(
        topic=topic,
        articles=articles,
        time_frame=frame,
        newest=request.newest,
        sentences=options.sources,
        language=options.language or text_language(question),
        writer=writer,
    )
    for step in stream_summary(path, wanted, today=today):
        if isinstance(step, Summary):
            yield replace(step, notices=(*notices, *step.notices)).as_answer(question)
        else:
            yield step


def _outlets_in_full(question: str, outlets: Sequence[str]) -> tuple[list[str], str]:
    """Return the outlets whose whole names a question has, and the question without them."""
    rest = request_text(question)
    found = []
    for outlet in sorted(outlets, key=len, reverse=True):
        without = re.sub(rf"(?<![a-z]){re.escape(outlet)}(?![a-z])", " ", rest, flags=re.I)
        if without != rest:
            found.append(outlet)
            rest = without
    return found, rest


def _spoken_of(path: QuestionPath, history: Sequence[Answer]) -> str:
    """Return the last question of a conversation that asked for no summary; empty if none did."""
    for turn in reversed(turns_that_asked(history)):
        if turn.status != "abstained" and not path.summary_requests.read(turn.question):
            return turn.rewritten_question or turn.question
    return ""
