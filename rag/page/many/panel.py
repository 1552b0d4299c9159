"""The components and events of the section that answers a file of questions."""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from rag.answering.composition import full_name
from rag.answering.options import ChatWriter, Options
from rag.batch.answering import table_bytes
from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.controls import render_errand
from rag.page.chat.sent import said
from rag.page.chat.turns import Assistant
from rag.page.many.jobs import OWNER, READER, AskUntil, Job, Jobs, Limits, too_large
from rag.page.many.rendering import render_job, render_many, render_reading
from rag.page.many.texts import texts
from rag.page.markup import render_error
from rag.page.owner import is_owner
from rag.page.parts import QUIET, Update, asset
from rag.page.scope.choice import Scope
from rag.page.scope.shelf import Narrow, Narrowed
from rag.page.texts import language_sent
from rag.types import Answer

_SHOW_SECONDS = 0.3
_MOST_NAME = 200
_FORMS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
}
_AT_ONCE: dict[str, Any] = {"queue": False, **QUIET}

OptionsOf = Callable[[object, gr.Request], Options]


@dataclass(frozen=True, kw_only=True)
class ManyPanel:
    """The components: the run, the section, and the key of the run of this session."""

    run: gr.HTML
    section: gr.HTML
    key: gr.State


def draw_many() -> ManyPanel:
    """Make the components, in their order on the page."""
    script = asset("section.js")
    return ManyPanel(
        # The run comes first, since the question box covers the end of the view.
        run=gr.HTML("", js_on_load=script, apply_default_css=False),
        section=gr.HTML("", js_on_load=script, apply_default_css=False),
        key=gr.State(""),
    )


def said_in(parts: ManyPanel, jobs: Jobs | None, language: Language, *, owner: bool) -> Update:
    """Return the section in `language`. A run keeps its language."""
    limits = OWNER if owner else READER
    return {parts.section: render_many(language, limits, owner=owner) if jobs else ""}


def wire_many(
    parts: ManyPanel,
    assistant: Assistant,
    jobs: Jobs,
    choice: gr.Radio,
    stored: gr.BrowserState,
    options_of: OptionsOf,
    chosen: gr.State,
    narrow: Narrow,
    version: Callable[[], str],
    errand: gr.HTML,
) -> None:
    """Connect the events.

    `choice` is the language choice, `stored` the settings that `options_of` reads, and `chosen` the
    `Scope` that `narrow` reads. `version` returns what changes with the articles. `errand` lets the
    browser save a file.
    """

    def how(scope: Scope, kept: object, request: gr.Request) -> _How:
        """Return how the reader's questions are answered, and what that depends on."""
        some = narrow(scope)
        options = replace(options_of(kept, request), articles=some.articles)
        return _How(
            ask=_asking(assistant, options, some),
            settings=_settings(assistant, options, scope, some),
            version=version(),
        )

    does = _Happenings(parts=parts, jobs=jobs, how=how, errand=errand)
    asked = [choice, chosen, stored]
    shown = [parts.run, parts.key]
    # As many as look on at once; how many are answered at once is for `Jobs`.
    queued: dict[str, Any] = {"concurrency_limit": 8, "concurrency_id": "many", **QUIET}
    parts.section.answer_table(does.answer, asked, shown, **queued)
    parts.run.go_on(does.go_on, [parts.key, *asked], shown, **queued)
    parts.run.ask_again(does.ask_again, [parts.key, *asked], shown, **queued)
    parts.run.stop_table(does.stop, [parts.key, choice], [parts.run], **_AT_ONCE)
    parts.run.save_table(does.save, [parts.key, choice], [errand, parts.run], **_AT_ONCE)


@dataclass(frozen=True, kw_only=True)
class _How:
    """How questions are answered, and the settings and the version of the articles for it."""

    ask: AskUntil
    settings: str
    version: str


@dataclass(frozen=True, kw_only=True)
class _Happenings:
    """The event handlers. What the browser sends is checked here and in `Jobs`."""

    parts: ManyPanel
    jobs: Jobs
    how: Callable[[Scope, object, gr.Request], _How]
    errand: gr.HTML

    def answer(
        self,
        event: gr.EventData,
        language: Language,
        scope: Scope,
        kept: object,
        request: gr.Request,
    ) -> Iterator[Update]:
        """Answer the file that was sent."""
        language, owner = language_sent(language), is_owner(request)
        yield {self.parts.run: render_reading(language)}
        try:
            name, data = _file_sent(event, OWNER if owner else READER)
            how = self.how(scope, kept, request)
            job = self.jobs.begin(name, data, how.ask, how.settings, how.version, owner=owner)
        except RagError as error:
            yield {self.parts.run: render_error(error.message.text(language), language)}
            return
        yield from self._follow(job, language)

    def go_on(
        self, key: str, language: Language, scope: Scope, kept: object, request: gr.Request
    ) -> Iterator[Update]:
        """Go on with the file that was stopped."""
        how = partial(self.how, scope, kept, request)
        yield from self._goes_on(key, language, how, again=False)

    def ask_again(
        self, key: str, language: Language, scope: Scope, kept: object, request: gr.Request
    ) -> Iterator[Update]:
        """Ask all questions of the file again, and show what changed."""
        how = partial(self.how, scope, kept, request)
        yield from self._goes_on(key, language, how, again=True)

    def _goes_on(
        self, key: str, language: Language, how: Callable[[], _How], *, again: bool
    ) -> Iterator[Update]:
        language = language_sent(language)
        try:
            now = how()
            job = self.jobs.go_on(key, now.ask, now.version, again=again)
        except RagError as error:
            yield {self.parts.run: render_error(error.message.text(language), language)}
            return
        if job is None:
            yield {self.parts.run: render_error(texts(language).no_longer, language)}
            return
        yield from self._follow(job, language)

    def _follow(self, job: Job, language: Language) -> Iterator[Update]:
        """Show how far a run is until it ends. If the reader leaves, it goes on."""
        shown = ""
        while True:
            running = job.state == "running"
            drawn = render_job(job, language)
            if drawn != shown:
                shown = drawn
                yield {self.parts.key: job.key, self.parts.run: drawn}
            if not running:
                return
            time.sleep(_SHOW_SECONDS)

    def stop(self, key: str, language: Language) -> Update:
        """Stop the run of this session. What is answered is kept."""
        job = self.jobs.find(key)
        if job is None:
            return {self.parts.run: gr.skip()}
        job.stop.set()
        return {self.parts.run: render_job(job, language_sent(language))}

    def save(self, event: gr.EventData, key: str, language: Language) -> Update:
        """Return the table as a file that the browser saves."""
        language = language_sent(language)
        job, form = self.jobs.find(key), said(event, "value")
        if job is None or form not in _FORMS:
            return {self.errand: ""}
        try:
            rows = job.rows[:]
            changes = any(row.change for row in rows)
            data = table_bytes(job.table, rows, form, language, changes=changes)
        except RagError as error:
            return {self.parts.run: render_error(error.message.text(language), language)}
        coded = base64.b64encode(data).decode()
        file = {"name": f"answers{form}", "type": _FORMS[form], "base64": coded}
        return {self.errand: render_errand("save", **file)}


def _file_sent(event: gr.EventData, limits: Limits) -> tuple[str, bytes]:
    """Return the name and the bytes of the file that the browser sent. Raises `ConfigError`.

    The browser does not send a file that is too large, but only its size.
    """
    name, size = said(event, "name")[:_MOST_NAME], said(event, "size")
    try:
        data = base64.b64decode(said(event, "base64"), validate=True)
    except binascii.Error:
        data = b""
    if not data and size.isascii() and size.isdigit() and len(size) < 20 and int(size):
        raise too_large(name, int(size), limits)
    return name, data


def _asking(assistant: Assistant, options: Options, some: Narrowed) -> AskUntil:
    def ask(question: str, stop: threading.Event) -> Answer | None:
        for event in assistant.events(question, time_frame=some.frame, options=options):
            if stop.is_set():
                return None
            if isinstance(event, Answer):
                return event
        raise RuntimeError("the stream ended without an answer")

    return ask


def _settings(assistant: Assistant, options: Options, scope: Scope, some: Narrowed) -> str:
    writer = options.writer
    name = full_name(writer.model) if isinstance(writer, ChatWriter) else writer
    depends = [
        assistant.chat_model_name if name == "configured" else name,
        options.language,
        options.sources,
        # What is chosen, not its articles: an outlet has others tomorrow.
        repr(scope),
        repr(some.frame),
    ]
    return json.dumps(depends)
