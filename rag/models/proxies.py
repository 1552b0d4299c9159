"""Tells which proxy of the environment stands between this machine and an endpoint."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass


def is_this_machine(host: str) -> bool:
    """Tells whether a name or address can mean nothing but this machine."""
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
    """The URL of the proxy that the environment names for `endpoint`, None where it names none.

    It may be one that can't be used. A model of this machine is never asked through a proxy.
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
    """Returns a proxy's URL as it may be shown; all before the last `@` is taken for a password."""
    scheme, slashes, rest = url.partition("://")
    return without_credentials(scheme + slashes + rest.rpartition("@")[2])


def without_credentials(url: str) -> str:
    """Returns the URL as it may be shown: without user, password and query."""
    try:
        parts = urlsplit(url)
        # What is no number there may be a password, cut short by a `/`, `#` or `?` in it.
        _ = parts.port
    except ValueError:
        return url.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))
