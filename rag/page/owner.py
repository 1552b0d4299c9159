"""Tell the owner of the page from its other readers.

The owner is who comes from this machine itself, or who has the owner's password. Only the owner
changes articles and sets up model servers. All others ask and read.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from rag.asgi import LOCAL_HOSTS, Scope, client_address, header, host_name

_MARK = "cited_rag_owner"
# What proxies add to a request that they pass on.
_FORWARDED = (b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip")


def comes_from_this_machine(scope: Scope) -> bool:
    """Return True if a browser or program of this machine sent the request itself.

    A proxy on this machine passes on requests of others. It gives itself away by its headers, by
    the host name or origin that its readers use, or by HTTP 1.0, which only proxies still speak.
    """
    if not _is_loopback(client_address(scope)) or scope.get("http_version") == "1.0":
        return False
    if any(header(scope, name) for name in _FORWARDED):
        return False
    origin = re.sub(r":\d+$", "", header(scope, b"origin").lower().partition("://")[2])
    return host_name(scope) in LOCAL_HOSTS and (not origin or origin in LOCAL_HOSTS)


def mark(scope: Scope, *, owner: bool) -> None:
    """Note in the request who sent it."""
    scope[_MARK] = owner


def is_owner(request: Any) -> bool:
    """Return True if the owner sent this request, of Gradio or of Starlette.

    A request that no guard has seen is nobody's.
    """
    inner = getattr(request, "request", None) or request
    scope = getattr(inner, "scope", None)
    return isinstance(scope, dict) and scope.get(_MARK) is True


def _is_loopback(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(known, "ipv4_mapped", None) or known
    return bool(mapped.is_loopback)
