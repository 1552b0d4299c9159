"""Make the errors of a chat model. The messages name the endpoint, but never the key."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

from rag.errors import (
    ChatModelBrokeOff,
    ChatModelEmpty,
    ChatModelFailed,
    ChatModelRefused,
    ChatModelTimedOut,
    ChatModelUnreachable,
)

# Proxies.


def is_this_machine(host: str) -> bool:
    """Return True if a name or address can only be this machine."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def proxy_for(endpoint: str) -> str | None:
    """Return the URL of the proxy that the environment sets for `endpoint`, or None.

    The proxy may be unusable. A model on this machine is never asked through a proxy.
    """
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if is_this_machine(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def shown_proxy(url: str) -> str:
    """Return a proxy's URL for display, without anything before the last `@`."""
    scheme, slashes, rest = url.partition("://")
    return without_credentials(scheme + slashes + rest.rpartition("@")[2])


def without_credentials(url: str) -> str:
    """Return the URL for display, without user, password and query."""
    try:
        parts = urlsplit(url)
        # If the port is not a number, it may be part of a password with a `/`, `#` or `?` in it.
        _ = parts.port
    except ValueError:
        return url.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


# Errors.

_DETAIL_CHARACTERS = 200
_BODY_CHARACTERS = 2_000


def error_body(error: Exception) -> str:
    """Return the body of a server's error, or an empty text if it is a web page.

    The client does not look into every form of body.
    """
    body = getattr(error, "body", None)
    text = str(body)[:_BODY_CHARACTERS] if body else ""
    return "" if text.startswith("<") else text


@dataclass(frozen=True, kw_only=True)
class ChatFailures:
    """Makes the errors of one chat model. `proxy` is the proxy that it is asked through."""

    name: str
    endpoint: str
    timeout: float
    proxy: str | None = None
    api_key: str | None = field(default=None, repr=False)

    def refused(self, status: int, error: Exception) -> ChatModelRefused | ChatModelFailed:
        """Return the error for a server that answered with an HTTP error."""
        said = "" if " - " in str(error) else error_body(error)
        detail = self._detail(f"{error} - {said}" if said else error)
        kind = ChatModelRefused if status < 500 else ChatModelFailed
        return kind(
            en=f"The chat model {self._where} answered HTTP {status} ({detail}): check its name,"
            " its endpoint and the key (RAG_MODEL, OPENAI_BASE_URL and OPENAI_API_KEY, or the"
            " page's settings), or try again later.",
            zh=f"{self._where_zh} 返回 HTTP {status}（{detail}）：请检查模型名、接口地址和密钥"
            "（RAG_MODEL、OPENAI_BASE_URL 和 OPENAI_API_KEY，或页面设置），或稍后重试。",
        )

    def timed_out(self) -> ChatModelTimedOut:
        """Return the error for a server that sent nothing for too long."""
        return ChatModelTimedOut(
            en=f"The chat model {self._where} sent nothing for {self.timeout:g} s: raise"
            " RAG_TIMEOUT, or check the server.",
            zh=f"{self._where_zh} 在 {self.timeout:g} 秒内没有返回内容：请调大 RAG_TIMEOUT，"
            "或检查服务器。",
        )

    def too_slow(self) -> ChatModelTimedOut:
        """Return the error for a model that writes, but hardly anything."""
        return ChatModelTimedOut(
            en=f"The chat model {self._where} writes only a letter a second, or less: check the"
            " server, or use a smaller model.",
            zh=f"{self._where_zh} 每秒只写出一个字母或更少：请检查服务器，或改用较小的模型。",
        )

    def unreachable(self) -> ChatModelUnreachable:
        """Return the error for a server that can't be reached."""
        proxy = shown_proxy(self.proxy) if self.proxy else ""
        through = f" through the proxy {proxy}" if proxy else ""
        via = f"（经由代理 {proxy}）" if proxy else ""
        return ChatModelUnreachable(
            en=f"The chat model {self._where} can't be reached{through}: check that the server"
            " runs, and OPENAI_BASE_URL.",
            zh=f"无法连接{self._where_zh}{via}：请确认服务器已启动，并检查 OPENAI_BASE_URL。",
        )

    def no_way(self, error: Exception) -> ChatModelUnreachable:
        """Return the error for a proxy or certificates that can't be used."""
        if self.proxy is None:
            detail = self._detail(error)
            return ChatModelUnreachable(
                en=f"No connection to the chat model {self._where} can be made ({detail}): check"
                " SSL_CERT_FILE and SSL_CERT_DIR.",
                zh=f"无法建立到{self._where_zh} 的连接（{detail}）：请检查 SSL_CERT_FILE 和"
                " SSL_CERT_DIR。",
            )
        proxy = shown_proxy(self.proxy)
        return ChatModelUnreachable(
            en=f"The chat model {self._where} can't be asked through the proxy {proxy}: give an"
            " http:// one (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY), or name the host in NO_PROXY.",
            zh=f"无法通过代理 {proxy} 连接{self._where_zh}：请改用 http:// 代理（HTTPS_PROXY、"
            "HTTP_PROXY、ALL_PROXY），或把该主机写入 NO_PROXY。",
        )

    def not_of_protocol(self, error: Exception) -> ChatModelFailed:
        """Return the error for a server that sent something other than a chat completion."""
        detail = self._detail(error)
        return ChatModelFailed(
            en=f"The chat model {self._where} sent a reply that does not follow the protocol"
            f" ({detail}): check that OPENAI_BASE_URL is an OpenAI-compatible endpoint.",
            zh=f"{self._where_zh} 返回了不符合协议的内容（{detail}）："
            "请确认 OPENAI_BASE_URL 是兼容 OpenAI 的接口。",
        )

    def reported(self, error: Exception) -> ChatModelFailed:
        """Return the error for a server that reported an error instead of a reply."""
        detail = self._detail(error)
        return ChatModelFailed(
            en=f"The chat model {self._where} reported an error ({detail}): try again, or check"
            " the server.",
            zh=f"{self._where_zh} 报告了错误（{detail}）：请重试，或检查服务器。",
        )

    def broke_off(self) -> ChatModelBrokeOff:
        """Return the error for a stream that ended before the reply was complete."""
        return ChatModelBrokeOff(
            en=f"The reply of the chat model {self._where} broke off: try again.",
            zh=f"{self._where_zh} 的回复中途断开：请重试。",
        )

    def empty(self) -> ChatModelEmpty:
        """Return the error for a complete reply without text."""
        return ChatModelEmpty(
            en=f"The chat model {self._where} replied with no text: try again, or choose another"
            " model with RAG_MODEL.",
            zh=f"{self._where_zh} 返回了空回复：请重试，或用 RAG_MODEL 换一个模型。",
        )

    def only_thought(self) -> ChatModelEmpty:
        """Return the error for a model that only thought and gave no answer."""
        return ChatModelEmpty(
            en=f"The chat model {self._where} only thought and gave no answer: let it think less"
            " or write more tokens, or choose another model with RAG_MODEL.",
            zh=f"{self._where_zh} 只输出了思考过程，没有给出回答：请减少其思考或放宽输出长度，"
            "或用 RAG_MODEL 换一个模型。",
        )

    @property
    def _where(self) -> str:
        return f"{self.name!r} at {self.endpoint}"

    @property
    def _where_zh(self) -> str:
        return f"{self.endpoint} 的语言模型 {self.name!r}"

    def _detail(self, error: Exception | str) -> str:
        """Return an error as one short line, without the key, which some servers repeat."""
        line = " ".join(str(error).split())
        if self.api_key:
            line = line.replace(self.api_key, "***")
        return line if len(line) <= _DETAIL_CHARACTERS else line[: _DETAIL_CHARACTERS - 1] + "…"
