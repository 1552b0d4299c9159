"""Which proxy of the environment is asked, and for which endpoints none is."""

from __future__ import annotations

import pytest

from rag.models.endpoint_errors import is_this_machine, proxy_for, shown_proxy, without_credentials


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "api.localhost", "127.0.0.1", "127.8.9.1", "::1", "0.0.0.0",
     "::ffff:127.0.0.1"],
)  # fmt: skip
def test_these_are_this_machine(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["192.0.2.5", "localhost.example.org", "128.0.0.1", "::2", ""])
def test_these_are_not(host: str) -> None:
    assert not is_this_machine(host)


def test_the_proxy_of_the_scheme_comes_before_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    assert proxy_for("https://models.example/v1") is None
    monkeypatch.setenv("ALL_PROXY", "http://192.0.2.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "192.0.2.2:2")
    assert proxy_for("http://models.example/v1") == "http://192.0.2.1:1"
    assert proxy_for("https://models.example/v1") == "http://192.0.2.2:2"
    assert proxy_for("https://127.0.0.2:8000/v1") is None
    monkeypatch.setenv("NO_PROXY", "other.example, .models.example,models.example")
    assert proxy_for("https://models.example/v1") is None


def test_no_password_is_shown() -> None:
    assert without_credentials("http://u:p@h.example:1/v1?key=k#f") == "http://h.example:1/v1"
    assert without_credentials("socks://u:p@[::1") == "[::1"


@pytest.mark.parametrize(
    "secret", ["u:se/cret", "u:se#cret", "u:se?cret", "u:12/cret", "u:se@cret"]
)
def test_no_part_of_a_password_with_signs_is_shown(secret: str) -> None:
    assert shown_proxy(f"http://{secret}@h.example:1") == "http://h.example:1"
    if "12" not in secret:
        shown = without_credentials(f"https://{secret}@h.example:1/v1")
        assert "se" not in shown
        assert "cret" not in shown
