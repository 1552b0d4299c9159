"""What a reader chose of models, endpoints and keys, and what may be chosen."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from rag.answering.options import MAX_SOURCES, Options, Writer
from rag.config import ChatModelConfig, PageConfig
from rag.errors import ConfigError
from rag.messages import Language
from rag.models.local_servers import MAX_NAME_CHARACTERS, find_local_models, is_model_name
from rag.models.openai_chat import OpenAIChatModel

# What a reader chose, as it is kept in the browser. What comes back from there is untrusted.

Composer = Literal["model", "quotes"]
AnswerLanguage = Literal["question", "zh", "en"]

CONFIGURED = "configured"
"""In the place of an endpoint: the operator's own model, whose address a reader needn't know."""
_MAX_ENDPOINT_CHARACTERS = 500


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The settings of one reader; never a secret among them.

    `model` is "" where the endpoint is `CONFIGURED`. `sources` is 0 where the reader leaves it to
    the program.
    """

    composer: Composer = "model"
    endpoint: str = CONFIGURED
    model: str = ""
    language: AnswerLanguage = "question"
    sources: int = 0

    def stored(self) -> dict[str, Any]:
        """For the browser; `read_choice` reads it back."""
        return asdict(self)

    @property
    def answer_language(self) -> Language | None:
        """The answer's language, None for the question's."""
        return None if self.language == "question" else self.language


def read_choice(stored: object, default: Choice) -> tuple[Choice, bool]:
    """The choice that a browser kept, and whether all of it was usable.

    What is missing or no value of its field is the default's. Whether an endpoint may be used at
    all is not known here, but to `rag.page.settings.models`.
    """
    if stored is None or stored == {}:
        return default, True
    if not isinstance(stored, Mapping):
        return default, False
    known = default.stored()
    kept = {name: stored[name] for name in known if name in stored and _USABLE[name](stored[name])}
    # An endpoint without its model, or a model without its endpoint, is another choice.
    if not {"endpoint", "model"} <= set(kept):
        kept.pop("endpoint", None)
        kept.pop("model", None)
    return replace(default, **kept), set(kept) == set(known)


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and value.isprintable()


_USABLE: Mapping[str, Callable[[object], bool]] = {
    "composer": lambda value: value in get_args(Composer),
    "endpoint": lambda value: _is_text(value, _MAX_ENDPOINT_CHARACTERS),
    "model": lambda value: value == "" or (isinstance(value, str) and is_model_name(value)),
    "language": lambda value: value in get_args(AnswerLanguage),
    "sources": lambda value: type(value) is int and 0 <= value <= MAX_SOURCES,
}
"""Whether a value can be one of that field."""


# Which models a reader may choose, and the keys that readers typed: the server's side.
#
# A reader names an endpoint, and this machine would call it: so only endpoints of the operator's
# will do. Those are the configured one, which alone gets the environment's key; model servers found
# running on this machine; and those listed in `RAG_ENDPOINTS`.

_MAX_KEY_CHARACTERS = 500
_MOST_SESSIONS = 1_000


@dataclass(frozen=True, kw_only=True)
class _Session:
    """What is kept for one open page while it is open. The key is for that endpoint alone."""

    endpoint: str
    key: str | None = field(default=None, repr=False)
    writer: Writer | None = field(default=None, repr=False)


class Models:
    """The models there are to choose from. Safe between threads.

    `configured` is what the operator's own model is called, None where there is none.
    """

    def __init__(self, configured: str | None, page: PageConfig) -> None:
        self.configured = configured
        self.listed = page.endpoints
        self.local = tuple(e for e in page.local_endpoints if e not in page.endpoints)
        self.default = Choice(composer="model" if configured else "quotes")
        self._timeout = page.timeout
        self._found: dict[str, tuple[str, ...]] = {}
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._lock = threading.Lock()

    def look(self) -> dict[str, tuple[str, ...]]:
        """Ask this machine's usual ports for models; by endpoint, what is there now."""
        found = find_local_models(self.local)
        with self._lock:
            self._found = found
        return found

    def found(self) -> dict[str, tuple[str, ...]]:
        """What `look` found last."""
        with self._lock:
            return dict(self._found)

    def check(self, choice: Choice) -> None:
        """Raises `ConfigError` where a reader may not choose that, or it is not whole."""
        if choice.composer == "quotes":
            return
        if choice.endpoint == CONFIGURED:
            if not self.configured:
                raise _no_endpoint()
        elif choice.endpoint in self.listed:
            if not is_model_name(choice.model):
                raise _no_model(choice.endpoint)
        elif choice.endpoint in self.local:
            # A server that was seen may be away now: the question will tell, and be answered.
            if choice.model not in self.found().get(choice.endpoint, ()) and (
                choice.model not in self.look().get(choice.endpoint, ())
            ):
                raise _not_running(choice)
        else:
            raise _forbidden(choice.endpoint)

    def options(self, stored: object, session: str | None) -> Options:
        """How to answer a reader who chose that. Raises `ConfigError` where it can't be used.

        `stored` is what the browser sent: `{}` where it keeps nothing, None before it knows.

        What is no value of its setting is the default's, as the settings then say. But nothing is
        put in the place of a model that can't be had: the text might go to one that the reader
        turned away from.
        """
        if stored is None:
            raise _not_there_yet()
        choice, _ = read_choice(stored, self.default)
        self.check(choice)
        return Options(
            language=choice.answer_language,
            sources=choice.sources or None,
            writer=self._writer(choice, session),
        )

    def name(self, choice: Choice) -> str | None:
        """Who sees questions and passages, as "name @ endpoint"; None where nobody does."""
        if choice.composer == "quotes":
            return None
        if choice.endpoint == CONFIGURED:
            return self.configured
        return f"{choice.model} @ {choice.endpoint}"

    def keep_key(self, session: str | None, endpoint: str, key: str) -> None:
        """Use the key for that endpoint for as long as the session lasts.

        Raises `ConfigError` for what is no key, and where no key of a reader's may go.
        """
        if endpoint not in self.listed:
            raise _forbidden(endpoint)
        if len(key) > _MAX_KEY_CHARACTERS or not key.isascii() or not key.isprintable():
            raise _no_key()
        self._remember(session, _Session(endpoint=endpoint, key=key))

    def forget(self, session: str | None) -> None:
        """Drop what was kept for a session: its page was closed."""
        with self._lock:
            self._sessions.pop(session or "", None)

    def _writer(self, choice: Choice, session: str | None) -> Writer | Literal["configured"] | None:
        if choice.composer == "quotes":
            return None
        if choice.endpoint == CONFIGURED:
            return "configured"
        with self._lock:
            known = self._sessions.get(session or "")
        if known is None or known.endpoint != choice.endpoint:
            # A key typed for another endpoint goes no further.
            known = _Session(endpoint=choice.endpoint)
        if known.writer is None or known.writer.model.name != choice.model:
            config = ChatModelConfig(
                name=choice.model,
                endpoint=choice.endpoint,
                api_key=known.key,
                timeout=self._timeout,
            )
            known = replace(known, writer=Writer.of(OpenAIChatModel(config)))
            self._remember(session, known)
        return known.writer

    def _remember(self, session: str | None, known: _Session) -> None:
        if session is None:
            return  # Whoever comes without a session would share it with all who do.
        with self._lock:
            self._sessions[session] = known
            self._sessions.move_to_end(session)
            if len(self._sessions) > _MOST_SESSIONS:
                self._sessions.popitem(last=False)


def _not_there_yet() -> ConfigError:
    return ConfigError(
        en="This browser has not read its settings yet: ask again in a moment.",
        zh="本浏览器尚未读取设置：请稍后再问。",
    )


def _forbidden(endpoint: str) -> ConfigError:
    shown = endpoint[:100]
    return ConfigError(
        en=f"The endpoint {shown!r} is not one that this page may use: choose one of the list, or"
        " have its operator add it to RAG_ENDPOINTS.",
        zh=f"本页面不可使用接口 {shown!r}：请从列表中选择，或请管理员将其加入 RAG_ENDPOINTS。",
    )


def _no_endpoint() -> ConfigError:
    return ConfigError(
        en="No language model is configured here: choose an endpoint, or the articles’ own"
        " sentences.",
        zh="这里没有配置语言模型：请选择一个接口，或选择文章原句。",
    )


def _no_model(endpoint: str) -> ConfigError:
    return ConfigError(
        en=f"Name a model of {endpoint}: 1 to {MAX_NAME_CHARACTERS} characters in one line.",
        zh=f"请填写 {endpoint} 的模型名：一行，1 到 {MAX_NAME_CHARACTERS} 个字符。",
    )


def _not_running(choice: Choice) -> ConfigError:
    return ConfigError(
        en=f"No server at {choice.endpoint} offers a model called {choice.model!r} now: start it"
        " and look again, or choose another in the settings.",
        zh=f"{choice.endpoint} 目前没有名为 {choice.model!r} 的模型：请启动后重新查找，"
        "或在设置中另选一个。",
    )


def _no_key() -> ConfigError:
    return ConfigError(
        en=f"That is no key: it has at most {_MAX_KEY_CHARACTERS} characters, all of them letters,"
        " digits and signs of ASCII. Copy it again.",
        zh=f"这不是可用的密钥：密钥最多 {_MAX_KEY_CHARACTERS} 个字符，只含 ASCII 字母、数字和符号。"
        "请重新复制。",
    )
