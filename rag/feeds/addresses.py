"""Check web addresses: only http and https, only public hosts, and one spelling for each article.

A name is resolved here, every address behind it is checked, and the connection goes to the checked
address. So a name that resolves to another address a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Collection
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from rag.errors import FetchError
from rag.ingest.files import shown
from rag.ingest.front_matter import MAX_URL_CHARACTERS, web_address

_PORTS = {"http": 80, "https": 443}
# Parameters that say where a reader came from. The article is the same without them.
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|spm|_ga|ncid|cmpid|ocid|ref_src|ref_url",
    re.IGNORECASE,
)
# Addresses that count as public, at which clouds answer with secrets of the machine that asks.
_METADATA = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24")))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Compatible addresses of old: ::127.0.0.1.
_COMPATIBLE = ipaddress.ip_network("::/96")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def usable_address(text: str) -> str:
    """Return a web address in its usual spelling, without fragment. Raises `FetchError`."""
    given = text.strip()
    if given.lower().startswith("feed://"):
        given = "http" + given[4:]
    quoted = quote(given, safe="%/:=&?~#+!$,;'@()*[]") if given.isprintable() else given
    if web_address(quoted) is None:
        raise _unusable(given)
    try:
        parts = urlsplit(quoted)
        name, port = urlsplit(given).hostname or "", parts.port
        host = name.rstrip(".").encode("idna").decode().lower()
    except (ValueError, UnicodeError):
        raise _unusable(given) from None
    if not host:
        raise _unusable(given)
    scheme = parts.scheme.lower()
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[scheme]:
        place += f":{port}"
    return urlunsplit((scheme, place, parts.path or "/", parts.query, ""))


def article_key(address: str) -> str:
    """Return the key of an article: its usable address without tracking parameters and scheme.

    The addresses of one article in two feeds differ in these.
    """
    parts = urlsplit(address)
    kept = [
        pair
        for pair in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(pair[0])
    ]
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(("", parts.netloc.removeprefix("www."), path, urlencode(kept), ""))


def host_of(address: str) -> str:
    """Return the host of a usable address, without its port."""
    return urlsplit(address).hostname or ""


async def checked_addresses(address: str, allowed: Collection[str]) -> tuple[str, ...]:
    """Return the numeric addresses of an address's host, if all of them are public.

    The hosts in `allowed` may have any. Raises `FetchError`.
    """
    host = host_of(address)
    port = urlsplit(address).port or _PORTS[urlsplit(address).scheme]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            en=f"{shown(host)} can't be found: check the address, and the network.",
            zh=f"找不到 {shown(host)}：请检查地址和网络。",
            passing=True,
        ) from error
    numbers = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if host not in allowed and not all(is_public(number) for number in numbers):
        raise FetchError(
            en=f"{shown(host)} is no public host, so it is not fetched: if it is one of yours, name"
            " it in RAG_FETCH_ALLOW.",
            zh=f"{shown(host)} 不是公网主机，因此不抓取：如为自己的主机，请写入 RAG_FETCH_ALLOW。",
        )
    return numbers


def is_public(number: str) -> bool:
    """Return True if a numeric address is one of the public internet.

    An IPv6 address that carries an IPv4 address (mapped, compatible, 6to4, Teredo, NAT64) is public
    if both are.
    """
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False  # with a scope, such as fe80::1%eth0
    return all(_is_public(one) for one in (address, *_carried(address)))


def _carried(address: _Address) -> tuple[_Address, ...]:
    """Return the IPv4 addresses in an IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found: list[_Address | None] = [address.ipv4_mapped, address.sixtofour]
    found += address.teredo or ()
    if address in _NAT64 or address in _COMPATIBLE:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return True  # the mapped address decides
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not any(address in network for network in _METADATA)
    ) or address in _NAT64


def _unusable(given: str) -> FetchError:
    name = shown(given[:120])
    return FetchError(
        en=f"{name!r} is no address that can be fetched: give http:// or https:// with a host, at"
        f" most {MAX_URL_CHARACTERS} characters, and no user name or password.",
        zh=f"{name!r} 不是可抓取的地址：请给出带主机名的 http:// 或 https:// 地址，"
        f"不超过 {MAX_URL_CHARACTERS} 个字符，且不含用户名或密码。",
    )
