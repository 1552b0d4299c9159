"""The manners and the limits of fetching, over real connections."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from rag.errors import FetchError
from rag.feeds import web
from rag.feeds.addresses import article_key, is_public, usable_address
from rag.feeds.following import Feeds
from rag.uploads.library import Library

from .made import STORIES, item, page, rss
from .site import Site
from .test_following import XML, fetched, put_teasers


def test_a_moved_feed_is_followed_to_its_new_address(feeds: Feeds, site: Site) -> None:
    old = site.put("/old", rss(item("bank", "/bank")), kind=XML)
    feeds.add(old)
    new = put_teasers(site, "bank")
    site.put("/old", "", status=302, headers={"Location": "/rss.xml"})
    assert feeds.run()[0].feed.address == old
    site.put("/old", "", status=301, headers={"Location": "/rss.xml"})
    [report] = feeds.run()
    assert [notice.code for notice in report.notices] == ["feed_moved"]
    assert [(feed.address, feeds.count(feed)) for feed in feeds.list()] == [(new, 1)]


def test_a_feed_that_is_gone_is_not_asked_again(feeds: Feeds, site: Site) -> None:
    address = put_teasers(site, "bank")
    feeds.add(address)
    site.put("/rss.xml", "", status=410)
    [report] = feeds.run()
    assert report.error is not None
    assert "410" in report.error.en
    assert [notice.code for notice in report.notices] == ["feed_stopped"]
    asked = len(site.asked)
    assert feeds.run() == ()
    assert len(site.asked) == asked
    put_teasers(site, "bank")
    feeds.add(address)
    assert feeds.run()[0].count("new") == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_asks_for_time_gets_it(feeds: Feeds, site: Site, status: int) -> None:
    feeds.add(put_teasers(site, "harbour", "bank"))
    answer = site.answers["/news/harbour"]
    site.put("/news/harbour", "", status=status, headers={"Retry-After": "600"})
    [report] = feeds.run()
    assert report.error is not None
    assert re.search(r"left alone until \d{4}-", report.error.en)
    assert "之前不要访问" in report.error.zh
    asked = len(site.asked)
    [report] = feeds.run()  # too early: nothing is asked
    assert len(site.asked) == asked
    assert report.error is not None
    feeds._web._hosts._now = lambda: time.time() + 601
    site.answers["/news/harbour"] = answer
    # The feed did not change, and yet what was left is fetched.
    [report] = feeds.run()
    assert (report.count("new"), report.error) == (2, None)


def test_robots_are_obeyed(feeds: Feeds, site: Site, library: Library) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /news/b*k\n", kind="text/plain")
    feeds.add(put_teasers(site, "harbour", "bank"))
    [report] = feeds.run()
    assert {kept.title: kept.outcome for kept in report.articles} == {
        STORIES["harbour"][0]: "new",
        STORIES["bank"][0]: "refused",
    }
    [reason] = [kept.reason for kept in report.articles if kept.reason]
    assert "robots.txt" in reason.en
    assert set(fetched(library)) == {STORIES["harbour"][0]}
    assert not any("bank" in path for path in site.paths())
    # It is read once, not before each page.
    assert len(site.asked) - len(site.paths()) == 1


def test_a_robots_file_that_cannot_be_read_forbids_for_now(feeds: Feeds, site: Site) -> None:
    address = site.put("/page", page("bridge"))
    site.put("/robots.txt", "", status=500)
    assert feeds.fetch([address])[0].outcome == "failed"
    assert "/page" not in site.paths()
    del site.answers["/robots.txt"]
    assert feeds.fetch([address])[0].outcome == "new"


def test_a_host_is_asked_at_its_pace_by_a_named_program(
    open_feeds: Callable[..., Feeds], site: Site
) -> None:
    feeds = open_feeds(pause=0.8)
    feeds.fetch([site.put(f"/{slug}", page(slug)) for slug in STORIES])
    times = sorted(moment for _, _, moment in site.asked)
    assert len(times) >= 4
    assert all(later - earlier > 0.4 for earlier, later in pairwise(times))
    assert {headers["user-agent"] for _, headers, _ in site.asked} == {web.USER_AGENT}


def test_a_feed_that_fails_stops_no_other(feeds: Feeds, site: Site) -> None:
    good = put_teasers(site, "bank")
    feeds.add(good, name="good")
    broken = {
        "malformed": '<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item',
        "no feed": "<html><body>Please log in</body></html>",
        "bomb": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        + rss(item("bank", "/bank", title="&b;"))[39:],
        "external": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + rss(item("bank", "/bank"))[39:],
        "empty": "",
        "deep": rss("<a>" * 100_000),
        "many": rss("<item/>" * 60_000),
    }
    for name, body in broken.items():
        path = f"/{name.replace(' ', '-')}"
        feeds.add(site.put(path, rss(), kind=XML), name=name)
        site.put(path, body, kind="text/html" if name == "no feed" else XML)
    site.put("/huge", rss(), kind=XML)
    feeds.add(f"{site.url}/huge", name="huge")
    site.put("/huge", gzip.compress(b" " * 11_000_000), headers={"Content-Encoding": "gzip"})
    reports = {report.feed.name: report for report in feeds.run()}
    assert reports["good"].count("new") == 1
    assert reports["good"].error is None
    failed = {name for name, report in reports.items() if report.error}
    assert failed == {*broken, "huge"} - {"malformed"}
    assert [notice.code for notice in reports["malformed"].notices] == ["feed_damaged"]
    for name in failed:
        error = reports[name].error
        assert error is not None
        assert "\n" not in error.en + error.zh
        assert error.en.startswith(("The reply", "http")), error.en
    assert {feed.name for feed in feeds.list() if feed.fault} == failed


def test_text_of_a_damaged_feed_is_no_article(feeds: Feeds, site: Site, library: Library) -> None:
    content = "<p>" + "The council voted and voted. " * 60
    cut = rss(item("bank", "/bank", content=content + "</p>"))[:-30]
    site.put("/bank", page("bank"))
    feeds.add(site.put("/cut", rss(item("bank", "/bank")), kind=XML))
    site.put("/cut", cut, kind=XML)
    assert feeds.run()[0].count("new") == 1
    [article] = fetched(library).values()
    assert "3.25 percent" in library.document(article.doc_id).text


def test_a_slow_page_is_given_up(open_feeds: Callable[..., Feeds], site: Site) -> None:
    feeds = open_feeds(patience=0.6)
    site.put("/robots.txt", "", status=404)
    address = site.put("/slow", page("bank"), drip=0.2)
    begun = time.monotonic()
    [kept] = feeds.fetch([address])
    assert kept.outcome == "failed"
    assert time.monotonic() - begun < 15
    assert kept.reason is not None
    assert "0.6 seconds" in kept.reason.en


def test_what_is_no_article_is_refused_with_a_reason(feeds: Feeds, site: Site) -> None:
    addresses = [
        site.put("/huge", page("bank", extra="x" * 6_000_000)),
        site.put("/picture", b"\x89PNG", kind="image/png"),
        site.put("/blank", "<html><body></body></html>"),
        site.put("/odd", b"\xce\xb2", headers={"Content-Encoding": "br"}),
        f"{site.url}/missing",
        "ftp://news.example/a",
        site.put("/loop", "", status=302, headers={"Location": "/loop"}),
    ]
    results = feeds.fetch(addresses)
    assert [r.address for r in results] == addresses
    assert {r.outcome for r in results} == {"refused"}
    assert all(r.reason and "\n" not in r.reason.en + r.reason.zh for r in results)


def test_a_page_that_is_gone_keeps_its_article(feeds: Feeds, site: Site, library: Library) -> None:
    address = site.put("/bank", page("bank"))
    assert feeds.fetch([address])[0].outcome == "new"
    site.put("/bank", "", status=410)
    [kept] = feeds.fetch([address])
    assert (kept.outcome, kept.correction) == ("refused", "gone")
    assert len(fetched(library)) == 1


# Safety.


@pytest.mark.parametrize(
    "number",
    "127.0.0.1 0.0.0.0 10.1.2.3 172.16.0.1 192.168.0.1 169.254.169.254 100.100.100.200 224.0.0.1"
    " 255.255.255.255 240.0.0.1 168.63.129.16 192.0.0.192 ::1 :: fe80::1 fe80::1%eth0"
    " fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1"
    " 2002:7f00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe".split(),
)
def test_addresses_of_no_public_host(number: str) -> None:
    assert not is_public(number)


@pytest.mark.parametrize(
    "number", ["1.1.1.1", "::ffff:1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"]
)
def test_addresses_of_public_hosts(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]", "0"]
)
def test_this_machine_is_not_asked(open_feeds: Callable[..., Feeds], site: Site, host: str) -> None:
    feeds = open_feeds(allow=frozenset())
    site.put("/a", page("bank"))
    port = site.url.rpartition(":")[2]
    [kept] = feeds.fetch([f"http://{host}:{port}/a"])
    assert kept.outcome in ("refused", "failed")
    assert site.asked == []


def test_a_redirect_is_checked_again(feeds: Feeds, site: Site) -> None:
    port = site.url.rpartition(":")[2]
    for target in (
        f"http://localhost:{port}/secret",
        "file:///etc/passwd",
        "http://u:p@127.0.0.1/",
    ):
        address = site.put("/away", "", status=302, headers={"Location": target})
        [kept] = feeds.fetch([address])
        assert kept.outcome == "refused"
    assert "/secret" not in site.paths()


def test_a_name_is_looked_up_once_and_the_checked_address_is_asked(
    open_feeds: Callable[..., Feeds], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the name could be public when it is checked, and this machine a moment later."""
    asked: list[str] = []

    async def lookup(_self: object, host: str, port: int, **_rest: object) -> list[object]:
        asked.append(host)
        number = "127.0.0.1" if host == "rebind.example" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", lookup)
    feeds = open_feeds(allow=frozenset())
    port = site.url.rpartition(":")[2]
    assert feeds.fetch([f"http://rebind.example:{port}/a"])[0].outcome == "refused"
    assert site.asked == []
    feeds = open_feeds(allow=frozenset({"rebind.example"}))
    site.put("/a", page("bank"))
    asked.clear()
    feeds._web._hosts.set_robots(f"http://rebind.example:{port}", "")
    assert feeds.fetch([f"http://rebind.example:{port}/a"])[0].outcome == "new"
    assert asked.count("rebind.example") == 1
    [(_, headers, _)] = site.asked
    assert headers["host"] == f"rebind.example:{port}"


def test_addresses_are_written_one_way() -> None:
    assert usable_address("HTTP://WWW.News.example:80/a b?x=1#part") == (
        "http://www.news.example/a%20b?x=1"
    )
    assert usable_address("https://新华.example/文") == ("https://xn--xkrr14b.example/%E6%96%87")
    one = usable_address("http://www.news.example/a/?utm_source=rss&id=7")
    assert article_key(one) == article_key(usable_address("https://news.example/a?id=7"))
    for bad in ("news.example", "http://u:p@news.example/", "file:///etc/passwd", "http://", ""):
        with pytest.raises(FetchError):
            usable_address(bad)
