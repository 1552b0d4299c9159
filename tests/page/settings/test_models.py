"""Which models a reader may choose, and where a reader's key goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rag.answering.options import ChatWriter
from rag.config import PageConfig
from rag.errors import ChatModelUnreachable, ConfigError
from rag.models.chat import ChatMessage
from rag.page.settings.models import Choice, Models
from tests.chat_server import KEY, ChatServer, chat_server, listing, says

QUESTION = [ChatMessage(role="user", content="q")]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server(says("ok")) as chat:
        yield chat


@pytest.fixture
def other() -> Iterator[ChatServer]:
    with chat_server(says("ok")) as chat:
        yield chat


def chosen(server: ChatServer, **changes: Any) -> dict[str, Any]:
    return {**Choice(endpoint=server.url, model="tiny-model").stored(), **changes}


def ask(models: Models, stored: object, session: str = "s") -> None:
    """Send a word to the model that the choice leads to."""
    writer = models.options(stored, session).writer
    assert isinstance(writer, ChatWriter)
    list(writer.model.stream(QUESTION))


def test_without_a_choice_the_operators_model_answers_or_none() -> None:
    alone = PageConfig(local_endpoints=())
    assert Models("qwen @ x", alone).options({}, "s").writer == "configured"
    assert Models("qwen @ x", alone).name(Choice()) == "qwen @ x"
    assert Models(None, alone).options({}, "s").writer is None
    assert Models(None, alone).name(Models(None, alone).default) is None


def test_language_and_sources_reach_the_answer() -> None:
    models = Models(None, PageConfig())
    stored = Choice(composer="quotes", language="en", sources=3).stored()
    options = models.options(stored, "s")
    assert (options.language, options.sources, options.writer) == ("en", 3, None)
    free = models.options({}, "s")
    assert (free.language, free.sources) == (None, None)


def test_a_local_model_is_used_once_it_was_seen(server: ChatServer) -> None:
    models = Models(None, PageConfig(local_endpoints=(server.url,)))
    assert models.found() == {}
    ask(models, chosen(server))  # As after a restart: the reader chose it before.
    assert models.found() == {server.url: ("tiny-model",)}
    assert server.requests[0].body["model"] == "tiny-model"
    assert server.requests[0].headers["authorization"] == "Bearer none"
    assert models.name(Choice(endpoint=server.url, model="m")) == f"m @ {server.url}"


def test_a_local_model_that_is_not_there_is_refused(server: ChatServer) -> None:
    models = Models("q @ x", PageConfig(local_endpoints=(server.url,)))
    with pytest.raises(ChatModelUnreachable, match="'other-model'"):
        models.options(chosen(server, model="other-model"), "s")
    server.listed = listing("other-model")
    ask(models, chosen(server, model="other-model"))


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:22/v1",
        "http://localhost:11434/v1",
        "file:///etc/passwd",
        "https://listed.example/v1/../admin",
        "https://listed.example@evil.example/v1",
        "",
    ],
)
def test_an_endpoint_that_the_operator_did_not_list_is_refused(endpoint: str) -> None:
    page = PageConfig(endpoints=("https://listed.example/v1",))
    models = Models("q @ x", page)
    stored = Choice(endpoint=endpoint, model="m").stored()
    with pytest.raises(ConfigError, match="RAG_ENDPOINTS") as caught:
        models.options(stored, "s")
    assert repr(endpoint) in caught.value.message.zh
    with pytest.raises(ConfigError, match="RAG_ENDPOINTS"):
        models.keep_key("s", endpoint, KEY)


def test_what_is_no_value_of_its_setting_is_the_defaults() -> None:
    models = Models("q @ x", PageConfig())
    stored = Choice(composer="quotes", language="zh").stored() | {"sources": 99}
    options = models.options(stored, "s")
    assert (options.language, options.sources, options.writer) == ("zh", None, None)
    assert models.options("x", "s") == models.options({}, "s")


def test_a_browser_that_does_not_know_yet_is_not_taken_for_one_that_kept_nothing() -> None:
    with pytest.raises(ConfigError, match="ask again"):
        Models("q @ x", PageConfig()).options(None, "s")


def test_what_is_not_whole_says_what_is_missing(server: ChatServer) -> None:
    models = Models(None, PageConfig(endpoints=(server.url,)))
    with pytest.raises(ConfigError, match="choose an endpoint"):
        models.options(Choice(composer="model").stored(), "s")
    with pytest.raises(ConfigError, match="Name a model"):
        models.options(chosen(server, model=""), "s")


def test_a_key_goes_to_its_endpoint_for_its_session_and_no_further(
    server: ChatServer, other: ChatServer
) -> None:
    models = Models(None, PageConfig(endpoints=(server.url, other.url)))
    ask(models, chosen(server))
    models.keep_key("s", server.url, KEY)
    ask(models, chosen(server))
    ask(models, chosen(server, model="another"))
    ask(models, chosen(server), session="someone else")
    ask(models, chosen(other))
    ask(models, chosen(server))  # The key went with the endpoint.
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer none", f"Bearer {KEY}", f"Bearer {KEY}", "Bearer none", "Bearer none"]
    assert other.requests[0].headers["authorization"] == "Bearer none"


def test_a_closed_page_leaves_no_key_behind(server: ChatServer) -> None:
    models = Models(None, PageConfig(endpoints=(server.url,)))
    models.keep_key("s", server.url, KEY)
    models.options(chosen(server), "s")
    assert KEY not in repr(models.__dict__)
    models.forget("s")
    models.forget("never seen")
    ask(models, chosen(server))
    assert server.requests[0].headers["authorization"] == "Bearer none"


@pytest.mark.parametrize("key", ["密钥SECRET", "SECRET\nX: y", "SECRET" * 100])
def test_what_is_no_key_is_refused_and_never_shown(server: ChatServer, key: str) -> None:
    models = Models(None, PageConfig(endpoints=(server.url,)))
    with pytest.raises(ConfigError) as caught:
        models.keep_key("s", server.url, key)
    assert "SECRET" not in caught.value.message.en + caught.value.message.zh


def test_one_writer_serves_a_session_so_that_it_can_remember(server: ChatServer) -> None:
    models = Models(None, PageConfig(endpoints=(server.url,)))
    first = models.options(chosen(server), "s").writer
    assert models.options(chosen(server, sources=4), "s").writer is first
    assert models.options(chosen(server), "t").writer is not first


def test_a_session_of_long_ago_makes_room(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.page.settings.models._MOST_SESSIONS", 2)
    models = Models(None, PageConfig(endpoints=(server.url,)))
    for session in ("a", "b", "c"):
        models.keep_key(session, server.url, KEY)
    for session in ("a", "c"):
        ask(models, chosen(server), session)
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer none", f"Bearer {KEY}"]


def test_an_endpoint_that_is_listed_and_local_is_one(server: ChatServer) -> None:
    page = PageConfig(endpoints=(server.url,), local_endpoints=(server.url,))
    models = Models(None, page)
    assert (models.listed, models.local) == ((server.url,), ())


def test_a_page_for_everyone_offers_servers_of_this_machine_to_its_owner_only(
    server: ChatServer,
) -> None:
    models = Models(None, PageConfig(local_endpoints=(server.url,)), private=False)
    with pytest.raises(ConfigError, match="RAG_ENDPOINTS"):
        models.options(chosen(server), "s")
    assert models.options(chosen(server), "s", owner=True).writer is not None


def test_only_the_owner_uses_a_server_that_the_owner_named(server: ChatServer) -> None:
    models = Models(None, PageConfig(local_endpoints=()))
    assert models.keep_own(f" {server.url}/ ", KEY) == server.url
    with pytest.raises(ConfigError, match="RAG_ENDPOINTS"):
        models.options(chosen(server), "s")
    writer = models.options(chosen(server), "s", owner=True).writer
    assert isinstance(writer, ChatWriter)
    list(writer.model.stream(QUESTION))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    for address in (
        "ftp://x/v1",
        "http://u:p@x/v1",
        "http://x/v1?key=1",
        "x",
        "http://" + "x" * 600,
    ):
        with pytest.raises(ConfigError, match="no address"):
            models.keep_own(address, "")
