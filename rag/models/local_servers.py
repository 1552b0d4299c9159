"""Find model servers that run on this machine, by asking them for their list of models.

Any program may listen at these ports, so a reply may be slow, long or not in the protocol. The
requests contain no text of the user.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import httpx2

PATIENCE = 3.0
"""The time limit in seconds. All servers are asked at the same time."""
MAX_NAME_CHARACTERS = 200
_MOST_BYTES = 256 * 1024
_MOST_MODELS = 100


def find_local_models(endpoints: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the names of the models at each endpoint that has any, in the order of the endpoints.

    No proxy is used, and no redirect is followed. Starts an event loop, so it must be called from a
    thread without one.
    """
    return asyncio.run(_find(endpoints))


async def _find(endpoints: Sequence[str]) -> dict[str, tuple[str, ...]]:
    async with httpx2.AsyncClient(
        trust_env=False, follow_redirects=False, timeout=PATIENCE
    ) as client:
        found = await asyncio.gather(*(_names(client, endpoint) for endpoint in endpoints))
    return {e: names for e, names in zip(endpoints, found, strict=True) if names}


async def _names(client: httpx2.AsyncClient, endpoint: str) -> tuple[str, ...]:
    try:
        async with asyncio.timeout(PATIENCE):
            return _read(await _get(client, f"{endpoint}/models"))
    except (TimeoutError, httpx2.HTTPError, ValueError):
        return ()


async def _get(client: httpx2.AsyncClient, url: str) -> bytes:
    """Return the reply's body, or nothing after an error. Raises `ValueError` if it is too long."""
    body = b""
    # No compression: a short compressed reply may be very long when it is unpacked.
    async with client.stream("GET", url, headers={"accept-encoding": "identity"}) as response:
        if response.status_code != 200:
            return b""
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > _MOST_BYTES:
                raise ValueError("longer than any list of models")
    return body


def _read(body: bytes) -> tuple[str, ...]:
    """Return the unique names in `{"data": [{"id": ...}, ...]}`; none if the form is different."""
    try:
        listed = json.loads(body)["data"]
        # Another cited-rag answers from its own articles, so it is no chat model.
        names = [model["id"] for model in listed if model.get("owned_by") != "cited-rag"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()
    usable = [name for name in names if isinstance(name, str) and is_model_name(name)]
    return tuple(dict.fromkeys(usable))[:_MOST_MODELS]


def is_model_name(name: str) -> bool:
    """Return True if a name is printable, without blanks around it, and at most 200 characters."""
    return 0 < len(name) <= MAX_NAME_CHARACTERS and name.isprintable() and name == name.strip()
