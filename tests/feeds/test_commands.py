"""`rag feed` and `rag fetch` as they are typed, with the real model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rag
from rag.config import Config
from tests.test_surroundings import rag as command

from .made import STORIES, page
from .site import Site
from .test_following import put_teasers


def test_feeds_from_the_command_line(site: Site, tmp_path: Path) -> None:
    env = {"RAG_FETCH_ALLOW": "127.0.0.1"}
    address = put_teasers(site, "bank")
    added = command(tmp_path, "feed", "add", address, "--name", "Tavia", **env)
    assert (added.code, "Following Tavia" in added.out) == (0, True), added
    ran = command(tmp_path, "feed", "run", **env)
    assert ran.code == 0, ran
    assert "Tavia: 1 new" in ran.out
    assert STORIES["bank"][0] in command(tmp_path, "status").out
    site.put("/rss.xml", "", status=500)
    failed = command(tmp_path, "feed", "run", RAG_LANG="zh", **env)
    assert failed.code == 1
    assert "Tavia: " in failed.err
    assert "拒绝了请求（HTTP 500）" in failed.err
    [feed] = json.loads(command(tmp_path, "feed", "list", "--json").out)
    assert (feed["name"], feed["articles"], bool(feed["fault_en"])) == ("Tavia", 1, True)
    (tmp_path / "feeds.opml").write_text(command(tmp_path, "feed", "export").out)
    assert command(tmp_path, "feed", "remove", "Tavia").code == 0
    assert address in command(tmp_path, "feed", "import", "feeds.opml").out


def test_one_article_and_one_that_is_none(site: Site, tmp_path: Path) -> None:
    address = site.put("/a", page("harbour"))
    ran = command(tmp_path, "fetch", address, f"{site.url}/b", RAG_FETCH_ALLOW="127.0.0.1")
    assert ran.code == 1
    assert f"added: {STORIES['harbour'][0]}" in ran.out
    assert "HTTP 404" in ran.out
    versions = json.loads(command(tmp_path, "feed", "versions", address, "--json").out)
    assert Path(tmp_path, versions[0]["page"]).read_bytes() == page("harbour").encode()
    refused = command(tmp_path, "fetch", address)
    assert "RAG_FETCH_ALLOW" in refused.out


def test_from_python(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_FETCH_ALLOW", "127.0.0.1")
    config = Config(index=tmp_path / "index")
    [kept] = rag.fetch(site.put("/a", page("bridge")), config=config)
    assert (kept.outcome, kept.title) == ("new", STORIES["bridge"][0])
    answer = rag.answer("When was the Orla bridge closed?", config=config)
    assert "Tuesday" in answer.text
    feeds = rag.Feeds.open(config)
    assert feeds.outdated(answer) == ()
    feeds.close()
