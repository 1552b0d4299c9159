"""Web pages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rag.errors import DocumentError
from rag.ingest.files import LoadNotice
from rag.ingest.loader import iter_documents
from rag.types import Document
from tests.ingest.written import CHINESE, ENGLISH, load

PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<title>新港口开放 - 海港日报</title>
<meta property="og:site_name" content="海港日报">
<meta property="article:published_time" content="2025-03-02T08:00:00+08:00">
<link rel="canonical" href="https://news.example.com/harbour"></head><body>
<nav><a href="/">首页</a><a href="/tech">科技</a><a href="/sport">体育</a></nav>
<article><h1>新港口开放</h1><p>{first}</p><script>alert("暗文")</script>
<h2>背景</h2><p>港口建设历时五年，总投资为十二亿元，是当地近年来规模最大的基础设施工程之一。</p>
</article><template>暗文</template>
<p hidden>暗文</p><footer>版权所有 © 2025 海港日报</footer></body></html>"""


def test_a_web_page_is_read_without_its_menus(tmp_path: Path) -> None:
    document = load(tmp_path, "page.html", PAGE.replace("{first}", CHINESE).encode())
    assert CHINESE in document.text
    assert "## 背景" in document.text
    for other in ("首页", "版权", "暗文", "<"):
        assert other not in document.text
    assert (document.title, document.outlet) == ("新港口开放", "海港日报")
    assert (str(document.published), document.language) == ("2025-03-02", "zh")
    assert document.url == "https://news.example.com/harbour"


@pytest.mark.parametrize("html", ["<html></html>", "plain", "<p></p>", "<" * 5000, "<div>" * 5000])
def test_a_page_without_an_article_is_named(tmp_path: Path, html: str) -> None:
    with pytest.raises(DocumentError, match=r"page\.htm"):
        load(tmp_path, "page.htm", html.encode())


LONG = "港口建设历时五年，总投资为十二亿元，是当地近年来规模最大的基础设施工程之一。"


def simple_page(body: str) -> bytes:
    head = '<head><meta charset="utf-8"><title>T</title></head>'
    return f"<html>{head}<body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (f"<div>{LONG}<br>港区有<b>23</b>个<i>泊位</i>。<br/>{LONG}</div>", "港区有23个泊位。"),
        (
            f"<div><div>{LONG}</div><div>港区有<a href=x>23</a>个泊位。</div></div>",
            "港区有23个泊位。",
        ),
        (f"<div>{LONG}<p>{LONG}</p>港区有<span>23</span>个泊位。</div>", "港区有23个泊位。"),
        (
            f"<center><font>{LONG}<br><br>港区有<b>23</b>个泊位。<br>{LONG}</font></center>",
            "港区有23个泊位。",
        ),
        (
            f"<table><tr><td>{LONG * 6}<br>港区有<b>23</b>个泊位。</td></tr></table>",
            "港区有23个泊位。",
        ),
        (
            f"<article><p>{LONG}</p><div>港区<!-- x -->有23<wbr>个<u>泊&#8203;位</u>。</article>",
            "港区有23个泊位。",
        ),
        (f"<p>{LONG}面积10<sup>3</sup>公顷，CO<sub>2</sub>减少。</p>", "面积10³公顷，CO2减少。"),
        (f"<div><b>背景</b><br>{LONG}<br>{CHINESE}</div>", "## 背景\n\n港口建设"),
        (
            f"<div>{ENGLISH}<br>The <em>port</em> of <a href=x>Lund</a> has <b>23</b> berths.",
            "The port of Lund has 23 berths.",
        ),
        (
            f"<p>{LONG}</p><table><tr><th>港<th>泊位<tr><td><b>林</b>港<td>23<br>个</table>",
            "23 个",
        ),
    ],
)
def test_what_stands_within_a_line_of_a_page_splits_no_sentence(
    tmp_path: Path, body: str, sentence: str
) -> None:
    text = load(tmp_path, "page.html", simple_page(body)).text
    assert sentence in text
    assert any(part in text for part in (LONG, ENGLISH))


def test_menus_of_links_are_still_left_out(tmp_path: Path) -> None:
    menu = "<div><a href=a>首页</a> | <a href=b>科技</a> | <a href=c>体育</a></div>"
    text = load(tmp_path, "page.html", simple_page(f"{menu}<div>{LONG}<br>{CHINESE}</div>")).text
    assert "科技" not in text


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr>" + "<td>42</td>" * 90_000 + "</tr></table>",
        "<div>" + "<b>word</b> <i>and</i> " * 40_000 + "</div>",
        "".join(f'<div class="c{number}">t</div>' for number in range(20_000)),
        "<script>x=1;</script>" + "<h2>*Head*</h2><p>Text of it.</p>" * 30_000,
    ],
)
def test_a_huge_page_is_read_in_seconds_and_the_reader_is_told(tmp_path: Path, body: str) -> None:
    (tmp_path / "page.html").write_bytes(simple_page(f"<p>{ENGLISH}</p>{body}"))
    start = time.monotonic()
    document, notice = iter_documents(tmp_path)
    assert time.monotonic() - start < 30  # on a busy machine; the first took minutes
    assert isinstance(document, Document)
    assert isinstance(notice, LoadNotice)
    assert document.text.startswith(ENGLISH)
    assert "x=1" not in document.text
    assert len(document.text) < 800_000
    assert "more than 12,000, so its text was taken whole" in notice.reason.en
