"""API keys: shown once, stored as salted hashes, useless when they are revoked or expired."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.errors import ConfigError
from rag.server.keys import FILE_NAME, KeyRing


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "index")


def test_a_key_is_found_by_itself_only(ring: KeyRing) -> None:
    key = ring.add("newsroom", "write")
    other = ring.add("地方版")
    found = ring.find(key)
    assert found is not None
    assert (found.name, found.scope) == ("newsroom", "write")
    known = ring.find(other)
    assert known is not None
    assert (known.name, known.scope) == ("地方版", "read")
    swapped = key[:13] + other[13:]
    for wrong in ("", "x", key[:-1], key + "x", swapped, key.upper(), key.replace("rag-", "sk-")):
        assert ring.find(wrong) is None


def test_the_file_holds_no_key_and_only_its_owner_reads_it(ring: KeyRing, tmp_path: Path) -> None:
    keys = [ring.add(name) for name in ("a", "b")]
    path = tmp_path / "index" / FILE_NAME
    text = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for key in keys:
        assert key not in text
        assert key[13:] not in text  # its secret
    stored = json.loads(text)["keys"]
    assert len({entry["salt"] for entry in stored}) == 2
    assert len({entry["hash"] for entry in stored}) == 2


def test_another_process_sees_changes_at_once(ring: KeyRing, tmp_path: Path) -> None:
    elsewhere = KeyRing(tmp_path / "index")
    key = ring.add("a")
    assert elsewhere.find(key)
    ring.revoke("a")
    assert elsewhere.find(key) is None
    # A revoked key stays known, so that the server stays closed.
    assert [entry.revoked for entry in list(elsewhere.keys())] == [True]
    assert ring.add("a") != key


def test_a_key_can_be_revoked_by_its_id(ring: KeyRing) -> None:
    key = ring.add("a")
    key_id = ring.key_id(key)
    assert key_id
    ring.revoke(key_id)
    assert ring.find(key) is None
    with pytest.raises(ConfigError, match="no key named"):
        ring.revoke("a")


def test_a_key_expires_after_its_last_day(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime.now(UTC).date()
    key = ring.add("short", expires="30d")
    assert ring.keys()[0].expires == (today + timedelta(days=30)).isoformat()
    assert ring.find(key)
    monkeypatch.setattr("rag.server.keys._today", lambda: today + timedelta(days=30))
    assert ring.find(key)
    monkeypatch.setattr("rag.server.keys._today", lambda: today + timedelta(days=31))
    assert ring.find(key) is None


@pytest.mark.parametrize("expires", ["", "soon", "2020-01-01", "0d", "-1d", "2027-13-01"])
def test_a_last_day_that_cannot_be(ring: KeyRing, expires: str) -> None:
    with pytest.raises(ConfigError, match="The last day is"):
        ring.add("a", expires=expires)
    assert ring.keys() == ()


@pytest.mark.parametrize("name", ["", " a", "a\nb", "x" * 65, "<b>", "_"])
def test_a_name_that_cannot_be(ring: KeyRing, name: str) -> None:
    with pytest.raises(ConfigError, match="The key's name is"):
        ring.add(name)


def test_a_name_is_taken_once(ring: KeyRing) -> None:
    ring.add("a")
    with pytest.raises(ConfigError, match="already"):
        ring.add("a")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"keys": 3}', '{"link_secret": "zz", "keys": []}']
)
def test_a_damaged_file_opens_nothing(ring: KeyRing, tmp_path: Path, content: str) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / FILE_NAME).write_text(content)
    with pytest.raises(ConfigError, match="can't be read"):
        ring.keys()


def test_the_secret_of_links_is_made_once(ring: KeyRing, tmp_path: Path) -> None:
    secret = ring.link_secret()
    assert len(secret) == 32
    ring.add("a")
    assert KeyRing(tmp_path / "index").link_secret() == secret
