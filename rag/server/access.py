"""Who may ask: API keys, and how many requests a minute.

Without any key, only this machine is served. Once a key was made, every request needs one, also
after all keys were revoked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rag.asgi import Counter, Scope, client_address, header
from rag.config import LOOPBACK, ServerConfig
from rag.errors import ConfigError
from rag.server.keys import KeyRing, KeyScope
from rag.server.logs import log
from rag.server.refusals import Refused, too_many

LOCAL_CALLER = "local"
TRIES = 10
"""Wrong keys a minute of one address, and of one key's id, before more are refused."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who sends a request: the id of a key, or `LOCAL_CALLER` where no key is needed.

    `headers` tell the caller how many requests are left in this minute.
    """

    name: str
    scope: KeyScope
    headers: Mapping[str, str]


class Access:
    """Decides about requests by their keys."""

    def __init__(
        self, ring: KeyRing, config: ServerConfig, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ring = ring
        self._config = config
        self._asked = Counter(60, clock)
        self._wrong = Counter(60, clock)

    @property
    def needs_keys(self) -> bool:
        """True if a request needs a key. Raises `Refused` if the keys can't be read."""
        with _readable():
            return bool(self._ring.keys())

    def link_secret(self) -> bytes | None:
        """Return what signs links, or None where none is needed. Raises `Refused` likewise."""
        with _readable():
            return self._ring.link_secret() if self._ring.keys() else None

    def admit(self, scope: Scope, *, counted: bool) -> Caller:
        """Return who sends a request. Only a `counted` request uses up the caller's minute.

        Raises `Refused`: with 401 without a usable key, and 429 after too many wrong keys or
        requests.
        """
        if not self.needs_keys:
            if not self._config.local or client_address(scope) not in LOOPBACK:
                raise _no_key()
            return Caller(name=LOCAL_CALLER, scope="write", headers={})
        key_id, key_scope = self._checked_key(_presented(scope), client_address(scope))
        limits = self._limits(key_id)
        if counted:
            if self._asked.count(key_id) >= self._config.per_minute:
                seconds = self._asked.wait(key_id)
                refused = too_many(
                    "rate_limit_exceeded",
                    seconds,
                    en=f"This key may send {self._config.per_minute} requests a minute: try again"
                    f" in {seconds:.0f} s.",
                    zh=f"此密钥每分钟最多 {self._config.per_minute} 个请求：请在 {seconds:.0f}"
                    " 秒后重试。",
                )
                refused.headers.update(limits)
                raise refused
            self._asked.add(key_id)
        return Caller(name=key_id, scope=key_scope, headers=self._limits(key_id))

    def _checked_key(self, presented: str, address: str) -> tuple[str, KeyScope]:
        if not presented:
            raise _no_key()
        with _readable():
            key = self._ring.find(presented)
        if key is not None:
            # Wrong keys of others never lock out a right one. It can't be guessed in any time.
            return key.key_id, key.scope
        named = self._ring.key_id(presented)
        guessed = [f"address {address}", *([f"key {named}"] if named else [])]
        if any(self._wrong.count(name) >= TRIES for name in guessed):
            raise too_many(
                "too_many_wrong_keys",
                60,
                en="Too many wrong keys: wait a minute.",
                zh="密钥错误次数过多：请等一分钟再试。",
            )
        for name in guessed:
            self._wrong.add(name)
        raise Refused(
            401,
            "invalid_api_key",
            en="This API key is unknown, expired or revoked: ask for a new one.",
            zh="此 API 密钥不存在、已过期或已撤销：请申请新的密钥。",
            headers={"www-authenticate": "Bearer"},
        )

    def _limits(self, key_id: str) -> dict[str, str]:
        left = max(0, self._config.per_minute - self._asked.count(key_id))
        return {
            "x-ratelimit-limit-requests": str(self._config.per_minute),
            "x-ratelimit-remaining-requests": str(left),
            "x-ratelimit-reset-requests": f"{self._asked.wait(key_id):.0f}s",
        }


@contextmanager
def _readable() -> Iterator[None]:
    """Tell a damaged file of keys to the log alone, since the error names its place."""
    try:
        yield
    except ConfigError as error:
        log.error("keys", extra={"fields": {"error": str(error)}})
        raise Refused(
            503,
            "keys_unreadable",
            en="The keys of this server can't be read: its owner finds the reason in the log.",
            zh="本服务器的密钥无法读取：请其管理者查看日志。",
        ) from error


def _presented(scope: Scope) -> str:
    scheme, _, token = header(scope, b"authorization").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return header(scope, b"x-api-key").strip()


def _no_key() -> Refused:
    return Refused(
        401,
        "missing_api_key",
        en="An API key is needed: send it as `Authorization: Bearer KEY` or `x-api-key: KEY`."
        " `rag key add NAME` makes one.",
        zh="需要 API 密钥：请以 `Authorization: Bearer 密钥` 或 `x-api-key: 密钥` 发送。"
        "可用 `rag key add 名称` 创建。",
        headers={"www-authenticate": "Bearer"},
    )
