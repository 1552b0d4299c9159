"""The owner is who comes from this machine, or has the second password."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from rag.config import Login, PageConfig
from rag.errors import ConfigError
from rag.page.guard import TRIES, Guard
from rag.page.owner import is_owner

READER, OWNER = Login(user="r", password="one"), Login(user="o", password="two")


class Page:
    """The application behind the guard: it keeps whose request came last."""

    def __init__(self) -> None:
        self.owner: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        del receive
        self.owner = is_owner(type("Request", (), {"scope": scope}))
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b""})


async def _ask(
    guard: Guard, client: str, *, path: str = "/", login: Login | None = None, **headers: str
) -> int:
    given = {"host": "127.0.0.1:7860", **{k.replace("_", "-"): v for k, v in headers.items()}}
    if login:
        secret = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
        given["authorization"] = f"Basic {secret}"
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "client": (client, 1),
        "headers": [(k.encode(), v.encode()) for k, v in given.items()],
    }
    await guard(scope, None, send)  # type: ignore[arg-type]
    return int(sent[0]["status"])


def ask(guard: Guard, client: str, **rest: Any) -> int:
    return asyncio.run(_ask(guard, client, **rest))


@pytest.mark.parametrize(
    ("client", "headers", "owner"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {"host": "localhost:7860"}, True),
        ("127.0.0.1", {"origin": "http://127.0.0.1:7860"}, True),
        ("10.0.0.7", {}, False),
        ("127.0.0.1", {"x_forwarded_for": "10.0.0.7"}, False),
        ("127.0.0.1", {"forwarded": "for=10.0.0.7"}, False),
        ("127.0.0.1", {"host": "news.example"}, False),
        ("127.0.0.1", {"sec_fetch_site": "same-origin", "origin": "https://news.example"}, False),
    ],
)
def test_the_owner_comes_from_this_machine_and_through_no_proxy(
    client: str, headers: dict[str, str], owner: bool
) -> None:
    page = Page()
    assert ask(Guard(page, hosts=None), client, **headers) == 200
    assert page.owner is owner


def test_the_second_password_makes_an_owner_of_somebody_elsewhere() -> None:
    page = Page()
    guard = Guard(page, hosts=None, login=READER, owner=OWNER)
    assert ask(guard, "10.0.0.7", login=READER) == 200
    assert [page.owner] == [False]
    assert ask(guard, "10.0.0.7", path="/owner", login=READER) == 401
    assert ask(guard, "10.0.0.7", path="/articles/upload", login=READER) == 403
    assert ask(guard, "10.0.0.7", path="/owner", login=OWNER) == 303
    assert ask(guard, "10.0.0.7", login=OWNER) == 200
    assert [page.owner] == [True]
    assert ask(guard, "127.0.0.1") == 401  # This machine needs a login too, where all do.


def test_guesses_at_the_owners_password_are_limited() -> None:
    page = Page()
    guard = Guard(page, hosts=None, owner=OWNER)
    wrong = Login(user="o", password="guess")
    assert ask(guard, "10.0.0.7") == 200  # Others read without a login.
    for _ in range(TRIES):
        assert ask(guard, "10.0.0.7", path="/owner", login=wrong) == 401
    assert ask(guard, "10.0.0.7", path="/owner", login=OWNER) == 429
    assert ask(guard, "10.0.0.8", path="/owner", login=OWNER) == 303


def test_the_owners_login_comes_from_the_environment_and_is_never_shown() -> None:
    config = PageConfig.from_environment({"RAG_OWNER_AUTH": "o:two-secret"})
    assert config.owner == Login(user="o", password="two-secret")
    assert "two-secret" not in repr(config)
    with pytest.raises(ConfigError, match="RAG_OWNER_AUTH"):
        PageConfig.from_environment({"RAG_OWNER_AUTH": "two-secret"})
