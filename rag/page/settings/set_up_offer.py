"""What the guided set-up offers a reader, what it says, and whether a model works.

No function here draws components; `set_up` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from rag.answering.options import Options
from rag.errors import ConfigError, RagError
from rag.messages import Language, Message
from rag.models.chat import ChatMessage
from rag.models.endpoint_errors import is_this_machine
from rag.page.chat.texts import texts as chat_texts
from rag.page.chat.trouble import CODES, model_trouble, trouble_line
from rag.page.chat.turns import Assistant, Turn, take
from rag.page.markup import escaped, inline
from rag.page.settings.models import CONFIGURED, Choice, Models
from rag.page.settings.set_up_texts import COMMANDS, Texts, texts
from rag.page.texts import HTML_LANGUAGE

OTHER = "other"
"""The choice of a server that the owner names."""

_SERVERS = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}
_GREETING = {"en": "What is the capital of France?", "zh": "法国的首都是哪里？"}
_MOST_SHOWN = 300


def offered(models: Models, language: Language, *, owner: bool) -> list[tuple[str, str]]:
    """Return what a reader can choose: a label, and the value that `wished` reads."""
    words = texts(language)
    found = models.found()
    local = [
        (words.on_this_machine.format(name, _server(endpoint)), f"{endpoint}\t{name}")
        for endpoint in models.locals_for(owner=owner)
        for name in found.get(endpoint, ())
    ]
    configured = [(words.configured.format(models.configured), f"{CONFIGURED}\t")]
    listed = [(words.needs_model.format(endpoint), f"{endpoint}\t") for endpoint in models.listed]
    other = [(words.other, OTHER)] if owner else []
    return [*(configured if models.configured else []), *local, *listed, *other]


def boxes(value: object) -> tuple[bool, bool]:
    """Return if a choice needs an address, and if it needs a model and perhaps a key."""
    listed = isinstance(value, str) and value.endswith("\t") and value != f"{CONFIGURED}\t"
    return value == OTHER, value == OTHER or listed


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a reader filled in: the chosen value, and the text of the three boxes."""

    value: object
    endpoint: object
    model: object
    key: object

    def choice(self, models: Models, session: str | None, base: Choice, *, owner: bool) -> Choice:
        """Return the choice, and keep its endpoint and key in memory.

        Raises an error if it cannot be used.
        """
        endpoint, _, name = str(self.value or "").partition("\t")
        needs_endpoint, needs_model = boxes(self.value)
        if needs_model:
            name = str(self.model or "").strip()
        key = str(self.key or "").strip() if needs_model else ""
        if needs_endpoint:
            if not owner:
                raise ConfigError(
                    en="Only the owner of this page names other servers.",
                    zh="只有本页面的所有者可以指定其他服务器。",
                )
            endpoint = models.keep_own(str(self.endpoint or ""), key)
        if key and endpoint in models.listed:
            models.keep_key(session, endpoint, key)
        choice = Choice(
            composer="model",
            endpoint=endpoint,
            model=name,
            language=base.language,
            sources=base.sources,
        )
        models.check(choice, owner=owner)
        return choice

    def host(self, models: Models) -> str | None:
        """Return the address that a question would go to, or None if it is not filled in yet."""
        if self.value == OTHER:
            return str(self.endpoint or "").strip() or None
        endpoint = str(self.value or "").partition("\t")[0]
        if endpoint == CONFIGURED:
            return (models.configured or "").rpartition(" @ ")[2] or None
        return endpoint or None


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Whether a model works, and a line that says what it wrote or why it does not work.

    `detail` is what the model client said, or an empty text.
    """

    works: bool
    line: str
    detail: str = ""


def failed_trial(message: Message, language: Language) -> Trial:
    """Return the trial of a model that gave no usable reply, or could not be asked."""
    short = trouble_line(message, chat_texts(language)) if message.code in CODES else ""
    said = message.text(language)
    line = texts(language).failed.format(short or said)
    return Trial(works=False, line=line, detail=said if short else "")


def try_model(assistant: Assistant, options: Options, question: str, language: Language) -> Trial:
    """Ask the model one question.

    The first sentence that it writes is enough: a whole answer takes a small machine a minute. If
    the articles hold no answer, the model is asked something simple without them.
    """
    words = texts(language)
    if question:
        turn = Turn(number=1, question=question)
        with closing(take(turn, assistant, options=options)) as turns:
            for turn in turns:
                written = _first_written(turn)
                if written:
                    return Trial(works=True, line=words.tried.format(written))
        trouble = model_trouble(turn)
        if trouble is not None:
            return failed_trial(trouble, language)
    if options.writer is None or options.writer == "configured":
        # Its words can be had only through a question that the articles answer.
        return Trial(works=True, line=words.keep)
    try:
        prompt = [ChatMessage(role="user", content=_GREETING[language])]
        said = "".join(p for p in options.writer.model.stream(prompt) if isinstance(p, str))
    except RagError as error:
        return failed_trial(error.message, language)
    return Trial(works=bool(said.strip()), line=words.tried.format(_cut(said.strip())))


def _first_written(turn: Turn) -> str:
    """Return the first checked sentence that the model wrote for a turn, or an empty text."""
    answer = turn.answer
    if answer is not None:
        quoted = answer.model is None or any(n.code == "fell_back" for n in answer.notices)
        statements = () if quoted else answer.statements
    elif turn.progress is not None and turn.progress.stage == "falling_back":
        statements = ()  # These are the articles' own sentences.
    else:
        statements = turn.statements
    return next((_cut(one.text) for one in statements if one.kind == "claim"), "")


def _cut(text: str) -> str:
    return text[:_MOST_SHOWN] + "…" * (len(text) > _MOST_SHOWN)


# --- as HTML ----------------------------------------------------------------------------------


def render_head(
    models: Models,
    choices: Sequence[tuple[str, str]],
    system: str,
    question: str,
    language: Language,
) -> str:
    """Return the heading, and what was found, or how to install a server.

    `question` led here, or is empty.
    """
    words = texts(language)
    lines = [f'<h2 tabindex="-1">{escaped(words.title)}</h2><p>{escaped(words.why)}</p>']
    if question:
        lines.append(f"<p>{inline(words.for_question.format(_cut(question)))}</p>")
    if not choices:
        lines.append(f"<p>{escaped(words.not_offered)}</p>")
    elif any(endpoint in models.local for endpoint in _endpoints(choices)):
        lines.append(f"<p>{escaped(words.found)}</p>")
    elif models.local and choices[-1][1] == OTHER:
        lines.append(_commands(system, words))
    return _section("rag-set-up-head", "".join(lines), language)


def render_sent(host: str | None, language: Language) -> str:
    """Return what will be sent where, before it is used."""
    words = texts(language)
    if host is None:
        body = f"<p>{escaped(words.choose_first)}</p>"
    else:
        name = urlsplit(host).netloc.rpartition("@")[2] or host
        here = is_this_machine(urlsplit(host).hostname or "") if "://" in host else False
        line = (words.sent_local if here else words.sent_remote).format(name)
        body = f"<p><strong>{escaped(line)}</strong> {escaped(words.nothing_else)}</p>"
    return _section("rag-set-up-sent", f"<h3>{escaped(words.sent_title)}</h3>{body}", language)


def render_busy(question: str, language: Language) -> str:
    """Return the line while a model is tried. Screen readers read it out."""
    return _result(texts(language).trying.format(question or "…"), "busy", language)


def render_result(trial: Trial, language: Language) -> str:
    """Return what a trial showed, with what the model client said folded."""
    body = ""
    if trial.detail:
        summary = escaped(chat_texts(language).trouble_details)
        body = f"<details><summary>{summary}</summary><p>{inline(trial.detail)}</p></details>"
    return _result(trial.line, "good" if trial.works else "bad", language, body)


def _result(
    line: str, kind: Literal["busy", "good", "bad"], language: Language, more: str = ""
) -> str:
    body = f'<div data-kind="{kind}"><p role="status">{inline(line)}</p>{more}</div>'
    return _section("rag-set-up-result", body, language)


def _commands(system: str, words: Texts) -> str:
    first, second = COMMANDS[system]
    return (
        f"<p>{escaped(words.none_found)}</p><p>{escaped(words.install[system])}</p>"
        f'<pre tabindex="0">{escaped(first)}\n{escaped(second)}</pre>'
        f"<p>{escaped(words.then_look)}</p>"
    )


def _section(css_class: str, body: str, language: Language) -> str:
    return f'<section class="{css_class}" lang="{HTML_LANGUAGE[language]}">{body}</section>'


def _endpoints(choices: Sequence[tuple[str, str]]) -> list[str]:
    return [value.partition("\t")[0] for _, value in choices]


def _server(endpoint: str) -> str:
    """Return the program that usually listens at an endpoint's port, or its address."""
    parts = urlsplit(endpoint)
    return _SERVERS.get(parts.port or 0, "") or parts.netloc
