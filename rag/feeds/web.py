"""Fetch one address of the web, within limits of size and time, and by the rules of its host.

The only user of httpx2 in this folder. No proxy, no cookies, no credentials. Each redirect is a new
request: its host is checked again, and asked by its own rules (`rag.feeds.hosts`).
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace
from importlib.metadata import version
from urllib.parse import urljoin

import httpx2

from rag.config import FetchConfig
from rag.errors import FetchError
from rag.feeds.addresses import checked_addresses, host_of, usable_address
from rag.feeds.hosts import Hosts, robots_address
from rag.ingest.files import shown

MEGABYTE = 1024**2
MAX_REDIRECTS = 5
MAX_ROBOTS_BYTES = MEGABYTE // 2
"""The most bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB."""
AGENT = "cited-rag"
USER_AGENT = f"{AGENT}/{version('cited-rag')} (feed reader)"
_PERMANENT = (301, 308)
_REDIRECTS = (*_PERMANENT, 302, 303, 307)
_BUSY = (429, 503)
_SILENCE = 10.0
"""The most seconds to wait for a connection, or for the next bytes of a reply."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What an address answered: 200 with a body, or 304 without.

    `address` is where the last redirect led. `moved_to` is that address if every redirect to it was
    permanent and there was at least one, else None.
    """

    status: int
    address: str
    body: bytes
    content_type: str
    etag: str | None
    modified: str | None
    moved_to: str | None = None


class Web:
    """Fetches addresses. Several threads may share one; none of them may run an event loop."""

    def __init__(self, config: FetchConfig, hosts: Hosts) -> None:
        self._config = config
        self._hosts = hosts
        self._tls = httpx2.create_ssl_context(trust_env=False)

    def get(
        self,
        address: str,
        *,
        accept: str,
        limit: int,
        etag: str | None = None,
        modified: str | None = None,
    ) -> Reply:
        """Return what a usable address answers, at most `limit` bytes. Waits for the host's turn.

        With `etag` or `modified`, those of an earlier reply, the answer may be 304. Raises
        `FetchError`.
        """
        headers = {"accept": accept}
        if etag:
            headers["if-none-match"] = etag
        if modified:
            headers["if-modified-since"] = modified
        return asyncio.run(self._follow(address, headers, limit, robots=True))

    async def _follow(
        self, address: str, headers: dict[str, str], limit: int, *, robots: bool
    ) -> Reply:
        """Follow redirects. The time of the host's turn does not count as time of the request."""
        left = self._config.patience
        current, permanent = address, True
        for _ in range(MAX_REDIRECTS + 1):
            if robots:
                await self._obey_robots(current)
            await self._hosts.turn(current)
            begun = time.monotonic()
            try:
                async with asyncio.timeout(left):
                    reply = await self._once(current, headers, limit, self._config.allow)
            except TimeoutError:
                raise _too_slow(current, self._config.patience) from None
            left -= time.monotonic() - begun
            if reply.status not in _REDIRECTS:
                moved = reply.address if permanent and current != address else None
                return replace(self._judged(reply), moved_to=moved)
            permanent = permanent and reply.status in _PERMANENT
            # The body of a redirect holds its target here.
            current = usable_address(reply.body.decode())
        raise FetchError(
            en=f"{shown(address)} redirects more than {MAX_REDIRECTS} times: check the address.",
            zh=f"{shown(address)} 重定向超过 {MAX_REDIRECTS} 次：请检查地址。",
        )

    async def _obey_robots(self, address: str) -> None:
        """Read the host's robots.txt if it isn't known. Raises `FetchError` if it forbids."""
        if not self._hosts.knows_robots(address):
            try:
                reply = await self._follow(
                    robots_address(address), {"accept": "text/plain"}, MAX_ROBOTS_BYTES,
                    robots=False,
                )  # fmt: skip
                rules = reply.body.decode("utf-8", errors="replace")
            except FetchError as error:
                # Without such a file everything is allowed. If it can't be read, nothing is.
                if error.status is None or not 400 <= error.status < 500 or error.status in _BUSY:
                    raise
                rules = ""
            self._hosts.set_robots(address, rules)
        if not self._hosts.allows(address, AGENT):
            raise FetchError(
                en=f"{shown(address)} may not be fetched by programs: robots.txt of its host says"
                " so. Save the page, and add the file.",
                zh=f"{shown(address)} 不允许程序抓取（其主机的 robots.txt 如此规定）："
                "请保存网页后添加文件。",
            )

    async def _once(
        self, address: str, headers: dict[str, str], limit: int, allowed: Collection[str]
    ) -> Reply:
        """Send one request to a checked address of the host. A redirect's body is its target."""
        failed: Exception | None = None
        for number in await checked_addresses(address, allowed):
            try:
                return await self._ask(address, number, headers, limit)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failed = error
            except (httpx2.HTTPError, httpx2.InvalidURL, zlib.error) as error:
                failed = error
                break
        reason = str(failed).strip().partition("\n")[0][:120] or type(failed).__name__
        raise FetchError(
            en=f"{shown(host_of(address))} gave no reply ({reason}): it is tried again next time.",
            zh=f"{shown(host_of(address))} 没有回应（{reason}）：下次会再试。",
            passing=True,
        ) from failed

    async def _ask(self, address: str, number: str, headers: dict[str, str], limit: int) -> Reply:
        url = httpx2.URL(address)
        sent = {
            "host": url.netloc.decode(),
            "user-agent": USER_AGENT,
            "accept-encoding": "gzip",
            **headers,
        }
        async with (
            httpx2.AsyncClient(verify=self._tls, trust_env=False, timeout=_SILENCE) as client,
            client.stream(
                "GET",
                # The connection goes to the checked address; the certificate is the name's.
                url.copy_with(host=number),
                headers=sent,
                extensions={"sni_hostname": url.raw_host.decode()},
                follow_redirects=False,
            ) as response,
        ):
            status, got = response.status_code, response.headers
            if status in _REDIRECTS and "location" in got:
                body = urljoin(address, got["location"].strip()).encode()
            elif status == 200:
                body = await _read(response.aiter_raw(), got.get("content-encoding", ""), limit)
            else:
                body = b""
            if status in _BUSY:
                self._hosts.wait(address, got.get("retry-after", ""))
            return Reply(
                status=status,
                address=address,
                body=body,
                content_type=got.get("content-type", ""),
                etag=got.get("etag"),
                modified=got.get("last-modified"),
            )

    def _judged(self, reply: Reply) -> Reply:
        """Return a reply of 200 or 304, and raise `FetchError` for any other."""
        if reply.status in (200, 304):
            return reply
        name, status = shown(reply.address), reply.status
        if status in _BUSY:
            raise self._hosts.asked_to_wait(reply.address, status)
        if status in (404, 410):
            raise FetchError(
                en=f"{name} is gone (HTTP {status}): check the address.",
                zh=f"{name} 已不存在（HTTP {status}）：请检查地址。",
                status=status,
            )
        raise FetchError(
            en=f"{name} refused with HTTP {status}: open it in a browser to see why.",
            zh=f"{name} 拒绝了请求（HTTP {status}）：请在浏览器中打开查看原因。",
            status=status,
            passing=status >= 500,
        )


async def _read(pieces: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """Return the unpacked body. A packed body is unpacked only up to the limit."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise FetchError(
            en=f"The reply is packed as {shown(encoding[:20])}, which was not asked for.",
            zh=f"回应以未请求的 {shown(encoding[:20])} 方式压缩。",
        )
    unpacker = zlib.decompressobj(wbits=47) if encoding not in ("", "identity") else None
    body = bytearray()
    async for piece in pieces:
        body += unpacker.decompress(piece, limit + 1 - len(body)) if unpacker else piece
        if len(body) > limit:
            raise FetchError(
                en=f"The reply is larger than {limit / MEGABYTE:g} MB, so it was not read.",
                zh=f"回应超过 {limit / MEGABYTE:g} MB，未读取。",
            )
    if unpacker and body and not unpacker.eof:
        raise FetchError(
            en="The reply broke off: it is tried again next time.",
            zh="回应中断：下次会再试。",
            passing=True,
        )
    return bytes(body)


def _too_slow(address: str, seconds: float) -> FetchError:
    return FetchError(
        en=f"{shown(host_of(address))} took more than {seconds:g} seconds: it is tried again next"
        " time.",
        zh=f"{shown(host_of(address))} 用时超过 {seconds:g} 秒：下次会再试。",
        passing=True,
    )
