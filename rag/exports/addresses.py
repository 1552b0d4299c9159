"""Tell which addresses are safe to make a link of."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f\u2028\u2029]")


def safe_url(url: str | None) -> str | None:
    """Return `url` if it is safe to follow (http or https, with a host), or else None."""
    if not url or _UNSAFE_IN_URL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def link_target(url: str | None) -> str | None:
    """Return an address in ASCII that can break no link and no line, or None if it is not safe."""
    address = safe_url(url)
    return quote(address, safe="/:?#@!$&'*+,;=%~.-_") if address else None
