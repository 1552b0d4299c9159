"""Links to a marked article: exact, found again after an edit, and signed where keys are needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.server.links import VALID_SECONDS, CitedPlace, Links, find_quote, quote_digest, read_place
from rag.store.indexing import update_index
from rag.types import Citation

from .conftest import Running, running

QUOTE = "雪山隧道全长12.9公里。"
# As an article writes it so that a reader sees the tags.
HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"


@pytest.fixture(scope="module")
def corpus(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("linked")
    (folder / "news" / "north of").mkdir(parents=True)
    (folder / "news" / "snow.md").write_text(f"# 雪山通车\n\n第一段。\n\n{QUOTE}另有一段。\n")
    (folder / "news" / "north of" / "冰 & 雪?.md").write_text(
        f"# {HOSTILE}\n\n{HOSTILE} 冰雪大会开幕。\n"
    )
    update_index(folder / "index", [folder / "news"], embedder)
    return Assistant.open(Config(index=folder / "index"), embedder=embedder)


@pytest.fixture(scope="module")
def server(corpus: Assistant) -> Iterator[Running]:
    with running(corpus) as server:
        yield server


def cited(server: Running) -> str:
    """Return the address that an answer gives for the cited sentence."""
    body = {
        "model": "cited-rag",
        "messages": [{"role": "user", "content": "雪山隧道全长多少公里？"}],
    }
    said = server.post("/v1/chat/completions", **body).json()["choices"][0]["message"]
    assert QUOTE in said["content"]
    url: str = said["annotations"][0]["url_citation"]["url"]
    return url


def test_a_link_marks_the_quote(server: Running) -> None:
    url = cited(server)
    assert url.startswith(f"{server.url}/a/snow?at=")
    shown = server.client.get(url)
    assert shown.status_code == 200
    assert f'<mark id="quote">{QUOTE}</mark>' in shown.text
    assert "另有一段" in shown.text
    assert "edited" not in shown.text


def test_the_quote_is_found_again_after_an_edit(embedder: Embedder, tmp_path: Path) -> None:
    article = tmp_path / "news" / "snow.md"
    article.parent.mkdir()
    article.write_text(f"# 雪山通车\n\n{QUOTE}\n")
    update_index(tmp_path / "index", [article.parent], embedder)
    assistant = Assistant.open(Config(index=tmp_path / "index"), embedder=embedder)
    with running(assistant) as server:
        url = cited(server)
        article.write_text(f"# 雪山通车\n\n更正：标题有误。\n\n{QUOTE}\n")
        update_index(tmp_path / "index", [article.parent], embedder)
        shown = server.client.get(url)
        assert f'<mark id="quote">{QUOTE}</mark>' in shown.text
        assert "was edited after it was cited. The cited sentence is unchanged." in shown.text
        article.write_text("# 雪山通车\n\n更正：隧道全长13公里。\n")
        update_index(tmp_path / "index", [article.parent], embedder)
        shown = server.client.get(url, headers={"accept-language": "zh"})
        assert "<mark" not in shown.text
        assert "所引的句子已不在文中" in shown.text


def test_hostile_titles_and_texts_are_shown_as_text(server: Running) -> None:
    shown = server.client.get("/a/north%20of/%E5%86%B0%20%26%20%E9%9B%AA%3F")
    assert shown.status_code == 200
    assert "<script>alert" not in shown.text
    assert "<img" not in shown.text
    assert "&lt;script&gt;" in shown.text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert shown.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    ["?at=5-2", "?at=0-999999999&v=x", "?at=a-b", "?v=%00", "?at=0-5&v=" + "0" * 16 + ".zz"],
)
def test_a_malformed_place_marks_nothing(server: Running, query: str) -> None:
    shown = server.client.get(f"/a/snow{query}")
    assert shown.status_code == 200
    assert "<mark" not in shown.text


@pytest.mark.parametrize("path", ["/a/", "/a/nowhere", "/a/..%2f..%2fetc%2fpasswd", "/a/%00"])
def test_no_other_file_is_shown(server: Running, path: str) -> None:
    response = server.client.get(path)
    assert response.status_code == 404
    assert "root:" not in response.text


def test_a_signed_link_opens_without_a_key_until_it_is_altered(corpus: Assistant) -> None:
    with running(corpus) as server:
        key = server.ring.add("reader")
        server.client.headers["authorization"] = f"Bearer {key}"
        url = cited(server)
        del server.client.headers["authorization"]
        assert server.client.get(url).status_code == 200
        assert server.client.get("/a/snow").status_code == 403
        fields = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        assert set(fields) == {"at", "v", "until", "sig"}
        for name, altered in (
            ("at", "0-3"),
            ("v", "0" * 16 + "." + "0" * 16),
            ("until", str(int(fields["until"]) + 1)),
            ("sig", "0" * 64),
            ("sig", "ü"),
        ):
            response = server.client.get("/a/snow", params={**fields, name: altered})
            assert response.status_code == 403
        other = server.client.get("/a/north%20of/%E5%86%B0%20%26%20%E9%9B%AA%3F", params=fields)
        assert other.status_code == 403
        with_key = server.client.get("/a/snow", headers={"x-api-key": key})
        assert with_key.status_code == 200


def citation(start: int, end: int, quote: str) -> Citation:
    return Citation(
        marker=1,
        doc_id="a b/c",
        start=start,
        end=end,
        quote=quote,
        title="T",
        outlet=None,
        published=None,
        url=None,
        content_hash="f" * 64,
    )


def test_a_signed_link_expires() -> None:
    now = 1_000.0
    links = Links(lambda: b"secret", lambda: now)
    url = links.to_citation("https://news.example", citation(1, 3, "bc"))
    assert url.startswith("https://news.example/a/a%20b/c?at=1-3&v=")
    fields = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    parts = (fields["at"], fields["v"], fields["until"], fields["sig"])
    assert links.allows("a b/c", *parts)
    now += VALID_SECONDS
    assert links.allows("a b/c", *parts)
    now += 1
    assert not links.allows("a b/c", *parts)
    assert not Links(lambda: b"other", lambda: 1_000.0).allows("a b/c", *parts)


def test_the_nearest_place_with_the_same_words_is_marked() -> None:
    place = CitedPlace(start=9, end=11, article="0" * 16, quote=quote_digest("bc"))
    assert find_quote("abc-abc-abc", place) == (9, 11)
    assert find_quote("abc-abc--", place) == (5, 7)
    assert find_quote("nothing", place) is None
    assert read_place("9-11", "0" * 16 + "." + quote_digest("bc")) == place
