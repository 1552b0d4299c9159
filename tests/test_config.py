"""The environment, and nothing else, says what to use."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import (
    BUNDLED_EMBEDDER,
    LOCAL_ENDPOINTS,
    OPENAI_ENDPOINT,
    Config,
    Login,
    PageConfig,
    message_language,
)
from rag.errors import ConfigError

KEY = "sk-very-secret"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Config.from_environment({}) == Config(
        index=Path(".rag"), embedder=BUNDLED_EMBEDDER, chat_model=None
    )


@pytest.mark.parametrize("model", [{}, {"RAG_MODEL": ""}, {"RAG_MODEL": "  "}])
def test_a_key_alone_sends_nothing_anywhere(model: dict[str, str]) -> None:
    env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1/v1", **model}
    assert Config.from_environment(env).chat_model is None


def test_every_variable_is_read() -> None:
    config = Config.from_environment(
        {
            "RAG_INDEX": "/x/index",
            "RAG_EMBEDDER": "some/model",
            "RAG_MODEL": " qwen ",
            "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1/",
            "OPENAI_API_KEY": KEY,
            "RAG_TIMEOUT": "2.5",
        }
    )
    assert (config.index, config.embedder) == (Path("/x/index"), "some/model")
    chat = config.chat_model
    assert chat is not None
    assert (chat.name, chat.endpoint) == ("qwen", "http://127.0.0.1:8000/v1")
    assert (chat.api_key, chat.timeout) == (KEY, 2.5)


def test_a_model_without_an_endpoint_is_at_openai() -> None:
    chat = Config.from_environment({"RAG_MODEL": "m"}).chat_model
    assert chat is not None
    assert (chat.endpoint, chat.api_key, chat.timeout) == (OPENAI_ENDPOINT, None, 60)


def test_the_key_is_in_no_repr() -> None:
    config = Config.from_environment({"RAG_MODEL": "m", "OPENAI_API_KEY": KEY})
    assert KEY not in f"{config!r} {config} {config.chat_model!r}"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RAG_TIMEOUT", "soon"),
        ("RAG_TIMEOUT", "0"),
        ("RAG_TIMEOUT", "-1"),
        ("RAG_TIMEOUT", "nan"),
        ("RAG_TIMEOUT", "inf"),
        ("RAG_TIMEOUT", "3601"),
    ],
)
def test_an_unusable_value_is_named(variable: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.from_environment({"RAG_MODEL": "m", variable: value})
    for text in (caught.value.message.en, caught.value.message.zh):
        assert variable in text
        assert value in text


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "RAG_LANG": "en"}, "en"),
        ({"LANG": "C", "RAG_LANG": "ZH"}, "zh"),
        ({"LANG": "de_DE"}, "en"),
    ],
)
def test_the_language_of_messages(env: dict[str, str], language: str) -> None:
    assert message_language(env) == language


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "sk-SECRET",
        "ftp://user:SECRET@host/",
        "http://[::1/v1?SECRET",
        "http://host:SECRET/v1",
        "http://",
        "http://a b/SECRET",
    ],
)
def test_an_unusable_endpoint_is_refused_and_never_shown(url: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL") as caught:
        Config.from_environment({"RAG_MODEL": "m", "OPENAI_BASE_URL": url})
    assert "SECRET" not in caught.value.message.en + caught.value.message.zh


def test_credentials_in_the_endpoint_are_not_in_the_repr() -> None:
    env = {"RAG_MODEL": "m", "OPENAI_BASE_URL": "http://user:SECRET@127.0.0.1:9/v1"}
    assert "SECRET" not in repr(Config.from_environment(env))


@pytest.mark.parametrize("key", ["密钥SECRET", "sk-SECRET\nsk-OTHER"])
def test_an_unusable_key_is_refused_and_never_shown(key: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as caught:
        Config.from_environment({"RAG_MODEL": "m", "OPENAI_API_KEY": key})
    assert "SECRET" not in str(caught.value)


# --- the page -------------------------------------------------------------------------------------


def test_a_page_has_no_login_and_no_endpoints_but_those_of_this_machine() -> None:
    page = PageConfig.from_environment({"OPENAI_API_KEY": KEY, "RAG_ENDPOINTS": " , "})
    assert (page.endpoints, page.login, page.timeout) == ((), None, 60)
    assert page.local_endpoints == LOCAL_ENDPOINTS
    assert all(url.startswith("http://127.0.0.1:") for url in LOCAL_ENDPOINTS)


def test_what_the_operator_lists_is_read() -> None:
    page = PageConfig.from_environment(
        {
            "RAG_ENDPOINTS": " https://one.example/v1/ ,http://10.0.0.2:8000/v1,https://one.example/v1",
            "RAG_CHAT_AUTH": "reader:pass: 密码",
            "RAG_TIMEOUT": "5",
        }
    )
    assert page.endpoints == ("https://one.example/v1", "http://10.0.0.2:8000/v1")
    assert page.login == Login(user="reader", password="pass: 密码")
    assert page.timeout == 5
    assert "密码" not in repr(page)


@pytest.mark.parametrize(
    "urls",
    ["SECRET", "https://a/v1,ftp://SECRET", "https://u:SECRET@a/v1", "https://a/v1?k=SECRET"],
)
def test_an_endpoint_that_is_not_for_readers_is_refused_and_never_shown(urls: str) -> None:
    with pytest.raises(ConfigError, match="RAG_ENDPOINTS") as caught:
        PageConfig.from_environment({"RAG_ENDPOINTS": urls})
    assert "SECRET" not in caught.value.message.en + caught.value.message.zh


@pytest.mark.parametrize("login", ["SECRET", ":SECRET", "SECRET:", "a:SECRET\nb", " a:SECRET"])
def test_a_login_that_is_none_is_refused_and_never_shown(login: str) -> None:
    with pytest.raises(ConfigError, match="RAG_CHAT_AUTH") as caught:
        PageConfig.from_environment({"RAG_CHAT_AUTH": login})
    assert "SECRET" not in caught.value.message.en + caught.value.message.zh
