"""Model servers that already run on this machine, found by asking for their list of models.

Anything may listen at the ports that are asked: what replies is not trusted to be quick, short or
of the protocol. Asking sends no text of anybody's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import httpx2

PATIENCE = 3.0
"""Seconds for all servers together, which are asked at once."""
MAX_NAME_CHARACTERS = 200
_MOST_BYTES = 256 * 1024
_MOST_MODELS = 100


def find_local_models(endpoints: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The names of the models at each of the endpoints that has any, in the order of these.

    Never through a proxy, and no redirect is followed. Starts an event loop: call it from a thread
    without one.
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
    """The reply's body, nothing for a failure. Raises `ValueError` where it is too long."""
    body = b""
    # Unpacked, a short reply may be a long one.
    async with client.stream("GET", url, headers={"accept-encoding": "identity"}) as response:
        if response.status_code != 200:
            return b""
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > _MOST_BYTES:
                raise ValueError("longer than any list of models")
    return body


def _read(body: bytes) -> tuple[str, ...]:
    """The names of `{"data": [{"id": ...}, ...]}`, each once; none of anything else."""
    try:
        listed = json.loads(body)["data"]
        names = [model["id"] for model in listed]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()
    usable = [name for name in names if isinstance(name, str) and is_model_name(name)]
    return tuple(dict.fromkeys(usable))[:_MOST_MODELS]


def is_model_name(name: str) -> bool:
    """Whether a model can be called so: printable, no blanks around it, 200 characters at most."""
    return 0 < len(name) <= MAX_NAME_CHARACTERS and name.isprintable() and name == name.strip()
