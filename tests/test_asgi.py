"""What the page and the server know of a request."""

from __future__ import annotations

import pytest

from rag.asgi import Counter, Scope, client_address, header, host_name, is_from_another_site


def request(**headers: str) -> Scope:
    pairs = [(n.replace("_", "-").encode(), v.encode("latin-1")) for n, v in headers.items()]
    return {"type": "http", "headers": pairs, "client": ("10.0.0.7", 4711)}


@pytest.mark.parametrize(
    ("host", "name"),
    [("localhost:8765", "localhost"), ("[::1]:80", "[::1]"), ("A.Example", "a.example"), ("", "")],
)
def test_the_name_of_the_host(host: str, name: str) -> None:
    assert host_name(request(host=host)) == name


def test_a_header_keeps_its_case_and_the_address_is_that_of_the_connection() -> None:
    asked = request(authorization="Bearer AbC", x_forwarded_for="1.2.3.4")
    assert header(asked, b"authorization") == "Bearer AbC"
    assert header(asked, b"cookie") == ""
    assert client_address(asked) == "10.0.0.7"
    assert client_address({"type": "http", "headers": []}) == ""


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"origin": "http://127.0.0.1:8765", "host": "127.0.0.1:8765"}, False),
        ({"origin": "http://evil.example", "host": "127.0.0.1:8765"}, True),
        ({"origin": "null", "host": "127.0.0.1:8765"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "same-site"}, True),
        ({"sec_fetch_site": "same-origin", "origin": "http://evil.example"}, False),
    ],
)
def test_another_sites_request_is_known(headers: dict[str, str], foreign: bool) -> None:
    assert is_from_another_site(request(**headers)) is foreign


def test_a_counter_counts_its_last_period_only() -> None:
    now = 0.0
    counter = Counter(60, lambda: now, most=3)
    counter.add("a")
    now = 20.0
    counter.add("a")
    assert (counter.count("a"), counter.count("b")) == (2, 0)
    assert (counter.wait("a"), counter.wait("b")) == (40.0, 0.0)
    now = 60.0  # the first is out of the period
    assert (counter.count("a"), counter.wait("a")) == (1, 20.0)
    for name in "bcd":
        counter.add(name)
    assert counter.count("a") == 0  # the name that was used longest ago
    assert counter.count("d") == 1
