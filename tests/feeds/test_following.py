"""Feeds of every usual shape, followed over a real connection into a real index."""

from __future__ import annotations

import json

from rag.feeds.following import Feeds
from rag.store.articles import Listed
from rag.uploads.library import Library

from .made import SHIPS_ZH, STORIES, atom, item, page, rss, whole
from .site import Site

XML = "application/rss+xml"


def fetched(library: Library) -> dict[str, Listed]:
    """The articles that came from the web, by title."""
    return {a.title: a for a in library.catalogue().articles if library.is_uploaded(a)}


def put_teasers(site: Site, *slugs: str, **rest: str) -> str:
    for slug in slugs:
        site.put(f"/news/{slug}", page(slug, **rest), marked=True)
    feed = rss(*(item(slug, f"/news/{slug}?utm_source=rss") for slug in slugs))
    return site.put("/rss.xml", feed, kind=XML, marked=True)


def test_a_teaser_feed_leads_to_its_pages(feeds: Feeds, site: Site, library: Library) -> None:
    feed = feeds.add(put_teasers(site, "harbour", "bank"))
    assert feed.name == "Lund Courier"
    assert fetched(library) == {}
    [report] = feeds.run()
    assert (report.count("new"), report.error, report.notices) == (2, None, ())
    articles = fetched(library)
    assert set(articles) == {STORIES["harbour"][0], STORIES["bank"][0]}
    harbour = articles[STORIES["harbour"][0]]
    assert (harbour.outlet, str(harbour.published)) == ("Lund Courier", "2025-02-03 08:30")
    document = library.document(harbour.doc_id)
    assert "310 million euros" in document.text
    assert "All rights reserved" not in document.text
    assert document.url == f"{site.url}/news/harbour?utm_source=rss"


def test_nothing_is_fetched_twice(feeds: Feeds, site: Site) -> None:
    feeds.add(put_teasers(site, "harbour", "bank"))
    feeds.run()
    before = len(site.asked)
    [report] = feeds.run()
    assert report.articles == ()
    [(path, headers, _)] = site.asked[before:]
    assert path == "/rss.xml"
    assert headers["if-none-match"]


def test_a_full_text_feed_needs_no_page(feeds: Feeds, site: Site, library: Library) -> None:
    content = whole("bridge")
    feeds.add(site.put("/full", rss(item("bridge", "/never-asked", content=content)), kind=XML))
    [report] = feeds.run()
    assert report.count("new") == 1
    [article] = fetched(library).values()
    assert "31 to 14" in library.document(article.doc_id).text
    assert "/never-asked" not in site.paths()


def test_atom_and_json_feeds(feeds: Feeds, site: Site, library: Library) -> None:
    site.put("/bank", page("bank", site="The Tavia Times"))
    feeds.add(
        site.put("/atom", atom("bank", "bank", content="Short."), kind="application/atom+xml")
    )
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Orla Post",
        "items": [
            {
                "id": "1",
                "url": f"{site.url}/bridge",
                "title": STORIES["bridge"][0],
                "content_html": whole("bridge"),
                "date_published": "2025-02-04T18:00:00-05:00",
            },
            {"id": "no address", "content_text": "x"},
        ],
    }
    feeds.add(site.put("/json", json.dumps(value), kind="application/feed+json"))
    reports = {report.feed.name: report for report in feeds.run()}
    assert [r.count("new") for r in reports.values()] == [1, 1]
    assert [n.code for n in reports["Orla Post"].notices] == ["entries_unusable"]
    articles = fetched(library)
    bank, bridge = articles[STORIES["bank"][0]], articles[STORIES["bridge"][0]]
    assert (bank.outlet, str(bank.published)) == ("The Tavia Times", "2025-02-05 09:15")
    assert (bridge.outlet, str(bridge.published)) == ("Orla Post", "2025-02-04 18:00")


def test_a_gbk_feed_and_page(feeds: Feeds, site: Site, library: Library) -> None:
    title, *paragraphs = SHIPS_ZH
    body = "".join(f"<p>{p}</p>" for p in paragraphs)
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
        f"<title>{title}</title></head><body><div class='article'><h1>{title}</h1>{body}</div>"
        "</body></html>"
    )
    site.put("/port.html", html.encode("gbk"), kind="text/html")
    xml = (
        '<?xml version="1.0" encoding="gb2312"?><rss version="2.0"><channel><title>云岭日报</title>'
        f"<item><title>{title}</title><link>port.html</link><pubDate>2025-02-03 09:30:00</pubDate>"
        f"<description>{title}</description></item></channel></rss>"
    )
    feeds.add(site.put("/gbk", xml.encode("gbk"), kind="text/xml"))
    feeds.run()
    [article] = fetched(library).values()
    assert (article.outlet, article.language) == ("云岭日报", "zh")
    assert str(article.published) == "2025-02-03 09:30"
    assert "三百二十万吨" in library.document(article.doc_id).text


def test_dates_that_cannot_be_are_not_believed(feeds: Feeds, site: Site, library: Library) -> None:
    wrong = {
        "harbour": "Thu, 01 Jan 1970 00:00:00 GMT",
        "bridge": "Mon, 03 Feb 2098 08:30:00 +0100",
        "bank": "Sat, 01 Mar 2025 00:00:00 GMT",
    }
    for slug in wrong:
        date = "" if slug == "harbour" else "2025-02-06T07:00:00Z"
        site.put(f"/{slug}", page(slug, date=date))
    items = [item(slug, f"/{slug}", date=date) for slug, date in wrong.items()]
    feeds.add(site.put("/rss", rss(*items), kind=XML))
    feeds.run()
    days = {title: a.published and str(a.published) for title, a in fetched(library).items()}
    assert days[STORIES["harbour"][0]] is None
    assert days[STORIES["bridge"][0]] == "2025-02-06 07:00"
    # A feed that dates everything by its own making.
    assert days[STORIES["bank"][0]] == "2025-02-06 07:00"


def test_a_page_that_names_its_feed_is_enough(feeds: Feeds, site: Site) -> None:
    address = put_teasers(site, "harbour")
    link = '<link rel="alternate" type="application/rss+xml" href="rss.xml">'
    site.put("/", f"<html><head>{link}</head><body>News</body></html>")
    assert feeds.add(f"{site.url}/").address == address


def test_a_changed_article_replaces_itself_and_both_versions_stay(
    feeds: Feeds, site: Site, library: Library
) -> None:
    feeds.add(put_teasers(site, "harbour"))
    feeds.run()
    [before] = fetched(library).values()
    old = library.document(before.doc_id)
    note = "Correction: An earlier version of this article gave a wrong cost of the port."
    put_teasers(site, "harbour", extra=note)
    newer = rss(item("harbour", "/news/harbour", title="Lund opens its harbour"))
    site.put("/rss.xml", newer, kind=XML, marked=True)
    [report] = feeds.run()
    [kept] = report.articles
    assert (kept.outcome, kept.correction) == ("changed", "corrected")
    assert kept.reason is not None
    assert note in kept.reason.en
    [after] = fetched(library).values()
    assert after.doc_id == before.doc_id
    assert note in library.document(after.doc_id).text

    first, second = feeds.versions(f"{site.url}/news/harbour")
    assert first.content_hash == old.content_hash
    assert note.encode() not in feeds.page_path(first).read_bytes()
    assert note.encode() in feeds.page_path(second).read_bytes()


def test_the_same_text_in_two_feeds_of_an_outlet_is_one_article(
    feeds: Feeds, site: Site, library: Library
) -> None:
    for path in ("/a", "/m/a"):
        site.put(path, page("bank", site="Courier"))
    site.put("/other", page("bank", site="Herald"))
    for path, link in (("/1", "/a"), ("/2", "/m/a"), ("/3", "/other")):
        feeds.add(site.put(path, rss(item("bank", link)), kind=XML), name=path)
    outcomes = sorted(kept.outcome for report in feeds.run() for kept in report.articles)
    # The other outlet's is another article, which the index counts as the same story.
    assert outcomes == ["duplicate", "new", "new"]
    outlets = sorted(str(a.outlet) for a in library.catalogue().articles)
    assert outlets == ["Courier", "Herald", "None"]


def test_what_a_person_removed_stays_removed(feeds: Feeds, site: Site, library: Library) -> None:
    address = put_teasers(site, "harbour", "bank")
    feeds.add(address)
    feeds.run()
    gone = fetched(library)[STORIES["bank"][0]]
    library.remove(gone.doc_id)
    changed = rss(item("bank", "/news/bank", title="Bank cuts"), item("harbour", "/news/harbour"))
    site.put("/rss.xml", changed, kind=XML)
    feeds.run()
    assert set(fetched(library)) == {STORIES["harbour"][0]}
    # A person who asks for it wants it.
    [kept] = feeds.fetch([f"{site.url}/news/bank"])
    assert kept.doc_id == gone.doc_id
    assert set(fetched(library)) == {STORIES["harbour"][0], STORIES["bank"][0]}


def test_opml_goes_out_and_comes_back(feeds: Feeds, site: Site) -> None:
    feeds.add(put_teasers(site, "harbour"), name="Lund & “Orla”")
    text = feeds.export_opml()
    [feed] = feeds.list()
    feeds.remove(feed.name)
    assert feeds.list() == ()
    assert [(f.address, f.name) for f in feeds.import_opml(text.encode())] == [
        (feed.address, feed.name)
    ]
    assert feeds.import_opml(text.encode()) == ()
    assert feeds.run()[0].count("new") == 1
