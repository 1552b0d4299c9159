"""A reader's choice of model, endpoint and key, and the choices that are allowed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from rag.answering.options import MAX_SOURCES, ChatWriter, Options
from rag.config import ChatModelConfig, PageConfig, endpoint_address
from rag.errors import ChatModelUnreachable, ConfigError
from rag.messages import Language
from rag.models.local_servers import MAX_NAME_CHARACTERS, find_local_models, is_model_name

# --- the choice, as the browser keeps it ------------------------------------------------------
#
# What comes back from a browser is not trusted.

Composer = Literal["model", "quotes"]
AnswerLanguage = Literal["question", "zh", "en"]

CONFIGURED = "configured"
"""The operator's own model, in place of an endpoint. Readers need not know its address."""
_MAX_ENDPOINT_CHARACTERS = 500


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The settings of one reader. They never contain a secret.

    `model` is "" if the endpoint is `CONFIGURED`. `sources` is 0 if the program chooses the number.
    """

    composer: Composer = "model"
    endpoint: str = CONFIGURED
    model: str = ""
    language: AnswerLanguage = "question"
    sources: int = 0

    def stored(self) -> dict[str, Any]:
        """Return the settings for the browser. `read_choice` reads them back."""
        return asdict(self)

    @property
    def answer_language(self) -> Language | None:
        """The language of the answer, or None for the language of the question."""
        return None if self.language == "question" else self.language


def read_choice(stored: object, default: Choice) -> tuple[Choice, bool]:
    """Return the choice that a browser kept, and True if all of it was usable.

    A missing or invalid field gets its default. This does not check if the endpoint is allowed;
    `Models.check` does.
    """
    if stored is None or stored == {}:
        return default, True
    if not isinstance(stored, Mapping):
        return default, False
    known = default.stored()
    kept = {name: stored[name] for name in known if name in stored and _USABLE[name](stored[name])}
    # An endpoint without its model, or a model without its endpoint, would be another choice.
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
"""For each field, a function that is true for a valid value."""


# --- the models and keys, on the server -------------------------------------------------------
#
# A reader names an endpoint, and the server would call it. So only endpoints of the operator are
# allowed: the configured one, which alone gets the environment's key; model servers found running
# on this machine; and those listed in `RAG_ENDPOINTS`. The owner alone may add others.

_MAX_KEY_CHARACTERS = 500
_MOST_SESSIONS = 1_000
_MOST_OWN = 20


@dataclass(frozen=True, kw_only=True)
class _Session:
    """The data kept for one open page. The key is for this endpoint only."""

    endpoint: str
    key: str | None = field(default=None, repr=False)
    writer: ChatWriter | None = field(default=None, repr=False)


class Models:
    """The models that readers can choose. Safe to use from several threads.

    `configured` is the name of the operator's own model, or None. If the page is not `private`,
    only its owner may choose servers of this machine. The owner may also name any endpoint
    (`keep_own`): it and its key stay in memory until the program ends.
    """

    def __init__(self, configured: str | None, page: PageConfig, *, private: bool = True) -> None:
        self.configured = configured
        self.listed = page.endpoints
        self.local = tuple(e for e in page.local_endpoints if e not in page.endpoints)
        self.default = Choice(composer="model" if configured else "quotes")
        self._timeout = page.timeout
        self._private = private
        self._own: dict[str, str | None] = {}
        self._down: set[str] = set()
        self._found: dict[str, tuple[str, ...]] = {}
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._lock = threading.Lock()

    def look(self) -> dict[str, tuple[str, ...]]:
        """Ask the usual ports of this machine for models. Returns the models by endpoint."""
        found = find_local_models(self.local)
        with self._lock:
            self._found = found
        return found

    def found(self) -> dict[str, tuple[str, ...]]:
        """Return what `look` found last."""
        with self._lock:
            return dict(self._found)

    def locals_for(self, *, owner: bool) -> tuple[str, ...]:
        """Return the endpoints of this machine that a reader may choose."""
        return self.local if owner or self._private else ()

    def own(self, *, owner: bool) -> tuple[str, ...]:
        """Return the endpoints that the owner named. They are offered to the owner only."""
        with self._lock:
            return tuple(self._own) if owner else ()

    def keep_own(self, endpoint: str, key: str) -> str:
        """Allow the owner an endpoint, with its key or "", and return it as it is kept.

        Only the owner may call this. Raises `ConfigError` if one of them cannot be used.
        """
        endpoint = endpoint_address(endpoint)
        if key:
            _check_key(key)
        if endpoint not in (*self.listed, *self.local):
            with self._lock:
                if len(self._own) >= _MOST_OWN and endpoint not in self._own:
                    self._own.pop(next(iter(self._own)))
                self._own[endpoint] = key or self._own.get(endpoint)
                if key:
                    # Writers that hold an older key are made again.
                    old = [s for s, known in self._sessions.items() if known.endpoint == endpoint]
                    for session in old:
                        del self._sessions[session]
        return endpoint

    def tell(self, name: str, *, down: bool) -> None:
        """Note whether a model, by its full name, answered just now."""
        with self._lock:
            (self._down.add if down else self._down.discard)(name)

    def is_down(self, name: str | None) -> bool:
        """Return True if the model did not answer when it was asked last."""
        with self._lock:
            return name in self._down

    def check(self, choice: Choice, *, owner: bool = False) -> None:
        """Raise an error if a reader may not choose this, or the choice is incomplete.

        A local model that is not there raises `ChatModelUnreachable`, all else `ConfigError`.
        """
        if choice.composer == "quotes":
            return
        if choice.endpoint == CONFIGURED:
            if not self.configured:
                raise _no_endpoint()
        elif choice.endpoint in (*self.listed, *self.own(owner=owner)):
            if not is_model_name(choice.model):
                raise _no_model(choice.endpoint)
        elif choice.endpoint in self.locals_for(owner=owner):
            # A server that was seen may be down now. Then asking a question gives the error.
            if choice.model not in self.found().get(choice.endpoint, ()) and (
                choice.model not in self.look().get(choice.endpoint, ())
            ):
                raise _not_running(choice)
        else:
            raise _forbidden(choice.endpoint)

    def options(self, stored: object, session: str | None, *, owner: bool = False) -> Options:
        """Return how to answer a reader with this choice.

        Raises the errors of `check`.

        `stored` is what the browser sent: `{}` if it keeps nothing, None before it has read its
        store. An invalid value is replaced by its default, and the settings say so. But a model
        that is not available is never replaced: the text might go to a model that the reader
        rejected.
        """
        if stored is None:
            raise _not_there_yet()
        choice, _ = read_choice(stored, self.default)
        self.check(choice, owner=owner)
        return Options(
            language=choice.answer_language,
            sources=choice.sources or None,
            writer=self._writer(choice, session),
        )

    def name(self, choice: Choice) -> str | None:
        """Return who sees questions and passages, as "name @ endpoint", or None if nobody does."""
        if choice.composer == "quotes":
            return None
        if choice.endpoint == CONFIGURED:
            return self.configured
        return f"{choice.model} @ {choice.endpoint}"

    def keep_key(self, session: str | None, endpoint: str, key: str) -> None:
        """Use the key for this endpoint until the session ends.

        Raises `ConfigError` if it is not a key, or if readers' keys may not be sent to this
        endpoint.
        """
        if endpoint not in self.listed:
            raise _forbidden(endpoint)
        _check_key(key)
        self._remember(session, _Session(endpoint=endpoint, key=key))

    def forget(self, session: str | None) -> None:
        """Forget the data of a session, because its page was closed."""
        with self._lock:
            self._sessions.pop(session or "", None)

    def _writer(
        self, choice: Choice, session: str | None
    ) -> ChatWriter | Literal["configured"] | None:
        if choice.composer == "quotes":
            return None
        if choice.endpoint == CONFIGURED:
            return "configured"
        with self._lock:
            known = self._sessions.get(session or "")
        if known is None or known.endpoint != choice.endpoint:
            # A key typed for another endpoint must not be sent to this one.
            known = _Session(endpoint=choice.endpoint, key=self._own.get(choice.endpoint))
        if known.writer is None or known.writer.model.name != choice.model:
            known = replace(known, writer=self._new_writer(choice, known.key))
            self._remember(session, known)
        return known.writer

    def _new_writer(self, choice: Choice, key: str | None) -> ChatWriter:
        config = ChatModelConfig(
            name=choice.model, endpoint=choice.endpoint, api_key=key, timeout=self._timeout
        )
        # Imported here: without a model the page starts half a second sooner.
        from rag.models.openai_chat import OpenAIChatModel

        return ChatWriter.of(OpenAIChatModel(config))

    def _remember(self, session: str | None, known: _Session) -> None:
        if session is None:
            return  # All requests without a session would share one.
        with self._lock:
            self._sessions[session] = known
            self._sessions.move_to_end(session)
            if len(self._sessions) > _MOST_SESSIONS:
                self._sessions.popitem(last=False)


def _check_key(key: str) -> None:
    if len(key) > _MAX_KEY_CHARACTERS or not key.isascii() or not key.isprintable():
        raise _no_key()


def _not_there_yet() -> ConfigError:
    return ConfigError(
        en="This browser has not read its settings yet: ask again in a moment.",
        zh="本浏览器尚未读取设置：请稍后再问。",
    )


def _forbidden(endpoint: str) -> ConfigError:
    shown = endpoint[:100]
    return ConfigError(
        en=f"The endpoint {shown!r} may not be used by this page: choose one from the list, or"
        " ask the operator to add it to RAG_ENDPOINTS.",
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


def _not_running(choice: Choice) -> ChatModelUnreachable:
    return ChatModelUnreachable(
        en=f"No server at {choice.endpoint} offers a model called {choice.model!r} now: start it"
        " and look again, or choose another in the settings.",
        zh=f"{choice.endpoint} 目前没有名为 {choice.model!r} 的模型：请启动后重新查找，"
        "或在设置中另选一个。",
    )


def _no_key() -> ConfigError:
    return ConfigError(
        en=f"That is not a usable key: a key has at most {_MAX_KEY_CHARACTERS} characters, only"
        " ASCII letters, digits and signs. Copy it again.",
        zh=f"这不是可用的密钥：密钥最多 {_MAX_KEY_CHARACTERS} 个字符，只含 ASCII 字母、数字和符号。"
        "请重新复制。",
    )
