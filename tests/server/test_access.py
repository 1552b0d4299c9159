"""Who may ask, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.asgi import Scope
from rag.config import ServerConfig
from rag.server.access import LOCAL_CALLER, TRIES, Access
from rag.server.keys import KeyRing
from rag.server.refusals import Refused

CONFIG = ServerConfig(per_minute=3)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Door:
    """An access with keys, and a clock to turn."""

    ring: KeyRing
    clock: Clock = field(default_factory=Clock)
    config: ServerConfig = CONFIG
    access: Access = field(init=False)

    def __post_init__(self) -> None:
        self.access = Access(self.ring, self.config, self.clock)

    def status(self, key: str = "", address: str = "127.0.0.1", **headers: str) -> int:
        try:
            self.access.admit(request(key, address, **headers), counted=True)
        except Refused as refused:
            return refused.status
        return 200


def request(key: str = "", address: str = "127.0.0.1", **headers: str) -> Scope:
    pairs = {"authorization": f"Bearer {key}"} if key else {}
    pairs |= {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in pairs.items()]
    return {"type": "http", "headers": raw, "client": (address, 1)}


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(KeyRing(tmp_path))


def test_without_keys_only_this_machine_is_served(door: Door) -> None:
    assert door.access.admit(request(), counted=True).name == LOCAL_CALLER
    assert door.status(address="192.168.1.7") == 401
    elsewhere = Door(door.ring, config=ServerConfig(host="0.0.0.0"))
    assert elsewhere.status() == 401


def test_once_a_key_was_made_everybody_needs_one(door: Door) -> None:
    key = door.ring.add("a")
    assert door.status() == 401
    assert door.status(key) == 200
    assert door.status(x_api_key=key) == 200
    assert door.status(authorization=f"bearer {key}") == 200
    assert door.status(authorization=f"Basic {key}") == 401
    door.ring.revoke("a")
    assert door.status(key) == 401
    assert door.status() == 401


def test_a_key_has_so_many_requests_a_minute(door: Door) -> None:
    key, other = door.ring.add("a"), door.ring.add("b")
    told = [door.access.admit(request(key), counted=True).headers for _ in range(3)]
    assert [h["x-ratelimit-remaining-requests"] for h in told] == ["2", "1", "0"]
    assert told[0]["x-ratelimit-limit-requests"] == "3"
    door.clock.now = 20
    with pytest.raises(Refused) as caught:
        door.access.admit(request(key), counted=True)
    assert caught.value.status == 429
    assert caught.value.headers["retry-after"] == "40"
    assert caught.value.headers["x-ratelimit-remaining-requests"] == "0"
    # Another key has a minute of its own, and what is not counted is free.
    assert door.status(other) == 200
    door.access.admit(request(key), counted=False)
    door.clock.now = 61
    assert door.status(key) == 200


def test_guessing_is_slowed_for_an_address(door: Door) -> None:
    key = door.ring.add("a")
    wrong = [f"rag-{n:08x}-{'x' * 43}" for n in range(TRIES + 1)]
    statuses = [door.status(guess, "10.0.0.1") for guess in wrong]
    assert statuses == [401] * TRIES + [429]
    # All who stand behind one proxy share its address: a right key passes all the same.
    assert door.status(key, "10.0.0.1") == 200
    door.clock.now = 61
    assert door.status(wrong[0], "10.0.0.1") == 401


def test_guessing_is_slowed_for_a_key_but_its_owner_is_not_locked_out(door: Door) -> None:
    key = door.ring.add("a")
    wrong = key[:-4] + ("AAAA" if not key.endswith("AAAA") else "BBBB")
    assert {door.status(wrong, f"10.0.0.{n}") for n in range(TRIES)} == {401}
    assert door.status(wrong, "10.0.0.99") == 429
    assert door.status(key, "10.9.9.9") == 200


def test_a_header_of_a_proxy_changes_no_address(door: Door) -> None:
    door.ring.add("a")
    for n in range(TRIES):
        door.status(f"rag-{n:08x}-{'x' * 43}", "10.0.0.1", x_forwarded_for=f"1.2.3.{n}")
    assert door.status(f"rag-00000000-{'y' * 43}", "10.0.0.1", x_forwarded_for="9.9.9.9") == 429
