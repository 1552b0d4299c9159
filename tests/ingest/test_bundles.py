"""One file with many articles: exports of Factiva, Nexis and WeChat accounts, and JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from rag.ingest.files import LoadFailure, LoadNotice
from rag.ingest.loader import load_documents
from rag.types import Document
from tests.ingest import exported
from tests.ingest.exported import ALL, FERRY, MILL, PORT, Told

_BYTES = bytes | str


def read(
    tmp_path: Path, name: str, content: _BYTES
) -> tuple[list[Document], list[LoadFailure | LoadNotice]]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    items = list(load_documents(path, tmp_path))
    return (
        [item for item in items if isinstance(item, Document)],
        [item for item in items if not isinstance(item, Document)],
    )


EXPORTS: dict[str, tuple[str, Callable[[Sequence[Told]], _BYTES]]] = {
    "factiva": ("a.txt", exported.factiva),
    "factiva, codes": ("a.txt", lambda told: exported.factiva(told, coded=True)),
    "factiva, page": ("a.html", exported.factiva_page),
    "factiva, plain page": ("a.html", lambda told: exported.factiva_page(told, coded=False)),
    "factiva, rtf": ("a.rtf", lambda told: exported.rtf(exported.factiva(told).split("\n"))),
    "factiva, codes, rtf in GBK": (
        "a.rtf",
        lambda told: exported.rtf(exported.factiva(told, coded=True).split("\n"), "gbk"),
    ),
    "nexis": ("a.txt", exported.nexis),
    "nexis, page": (
        "a.htm",
        lambda told: (
            "<html><body>"
            + "".join(f"<div>{line}</div>" for line in exported.nexis(told, 1000).split("\n"))
            + "</body></html>"
        ),
    ),
    "nexis uni": ("a.txt", lambda told: "\n".join(exported.nexis_uni_lines(told))),
    "nexis uni, rtf": ("a.rtf", lambda told: exported.rtf(exported.nexis_uni_lines(told))),
    "nexis uni, word": ("a.docx", exported.nexis_docx),
    "wechat, pages": ("a.html", lambda told: "\n".join(map(exported.wechat_page, told))),
    "wechat, merged": ("a.html", exported.wechat_merged),
}


@pytest.mark.parametrize("kind", EXPORTS)
def test_each_article_has_its_own_title_outlet_day_and_whole_text(
    tmp_path: Path, kind: str
) -> None:
    name, make = EXPORTS[kind]
    documents, others = read(tmp_path, name, make(ALL))
    assert others == []
    assert [(d.title, d.outlet, str(d.published)[:10]) for d in documents] == [
        (told.title, told.outlet, told.day) for told in ALL
    ]
    for document, told in zip(documents, ALL, strict=True):
        assert document.text.split("\n\n") == list(told.paragraphs)
        assert document.language == ("zh" if told.chinese else "en")
        assert document.path == name
        assert document.doc_id.startswith("a/")


@pytest.mark.parametrize("kind", EXPORTS)
def test_ids_stay_when_the_export_is_made_again_with_more_articles(
    tmp_path: Path, kind: str
) -> None:
    name, make = EXPORTS[kind]
    before, _ = read(tmp_path, name, make([FERRY, MILL]))
    after, _ = read(tmp_path, name, make([PORT, FERRY, MILL, MILL]))
    assert [d.doc_id for d in after][1:] == [d.doc_id for d in before]
    assert [d.content_hash for d in after][1:] == [d.content_hash for d in before]


def test_the_number_of_the_database_is_the_id(tmp_path: Path) -> None:
    documents, _ = read(tmp_path, "a.txt", exported.factiva([FERRY, PORT]))
    assert [d.doc_id for d in documents] == [f"a/{FERRY.number}", f"a/{PORT.number}"]


def test_codes_in_the_cells_of_a_rich_text_table(tmp_path: Path) -> None:
    rows = [("HD", MILL.title), ("WC", "212 words"), ("PD", MILL.written), ("SN", MILL.outlet),
            ("LP", MILL.paragraphs[0]), ("TD", MILL.paragraphs[1]), ("CO", "silva : Silvapapp"),
            ("AN", f"Document {MILL.number}")]  # fmt: skip
    table = "".join(rf"\trowd\cellx900\intbl {code}\cell {said}\cell\row" for code, said in rows)
    documents, others = read(tmp_path, "a.rtf", rf"{{\rtf1\ansi {table}}}")
    assert others == []
    assert [(d.title, d.outlet, str(d.published)) for d in documents] == [
        (MILL.title, MILL.outlet, MILL.day)
    ]
    assert documents[0].text.split("\n\n") == list(MILL.paragraphs)


def test_a_rich_text_article_in_a_code_page_is_read_as_word_files_are(tmp_path: Path) -> None:
    body = b"".join(rb"\'%02x" % byte for byte in f"{PORT.title}\n".encode("gb18030"))
    text = b"".join(rb"\'%02x" % byte for byte in PORT.paragraphs[0].encode("gb18030"))
    content = rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 Song;}}" + body + rb"\par " + text + rb"\par}"
    (document,), others = read(tmp_path, "a.rtf", content)
    assert others == []
    assert (document.doc_id, document.title) == ("a", PORT.title)
    assert PORT.paragraphs[0] in document.text


def test_nexis_with_a_headline_field_below_the_length(tmp_path: Path) -> None:
    text = (
        f"1 of 1 DOCUMENTS\n\n{MILL.outlet}\n\nMarch 5, 2025\n\nLENGTH: 212 words\n\n"
        f"HEADLINE: Paper mill in Vessla\nto close in June\n\nBODY:\n{MILL.paragraphs[0]}\n\n"
        f"{MILL.paragraphs[1]}\n\nLOAD-DATE: March 5, 2025\n"
    )
    (document,), others = read(tmp_path, "a.txt", text)
    assert others == []
    assert (document.title, document.outlet) == (MILL.title, MILL.outlet)
    assert document.text.split("\n\n") == list(MILL.paragraphs)


# --- what breaks --------------------------------------------------------------------------------


def test_an_export_that_is_cut_off_keeps_its_last_article(tmp_path: Path) -> None:
    text = exported.factiva(ALL)
    documents, (notice,) = read(tmp_path, "a.txt", text[: text.index("The town's")])
    assert documents[-1].title == MILL.title
    assert MILL.paragraphs[0] in documents[-1].text
    assert isinstance(notice, LoadNotice)
    assert notice.line == text[: text.index(MILL.title)].count("\n")
    assert "cut off" in notice.reason.en
    assert "中断" in notice.reason.zh


@pytest.mark.parametrize("coded", [False, True])
def test_two_articles_without_a_mark_between_them_stay_one_and_the_place_is_told(
    tmp_path: Path, coded: bool
) -> None:
    text = exported.factiva(ALL, coded=coded).replace(f"Document {FERRY.number}", "")
    text = text.replace(f"文档 {PORT.number}", "", 1)
    documents, (notice,) = read(tmp_path, "a.txt", text)
    assert [d.title for d in documents] == [FERRY.title]
    for told in ALL:
        assert all(paragraph in documents[0].text for paragraph in told.paragraphs)
    assert isinstance(notice, LoadNotice)
    place = text.split("\n").index(PORT.title) + 1
    assert notice.line is not None
    assert abs(notice.line - place) <= 1


def test_a_head_that_is_not_understood_loses_no_text(tmp_path: Path) -> None:
    text = exported.factiva(ALL).replace("212 字\n2025年3月4日", "unknown")
    documents, (notice,) = read(tmp_path, "a.txt", text)
    assert len(documents) == 3
    assert all(paragraph in documents[1].text for paragraph in PORT.paragraphs)
    assert isinstance(notice, LoadNotice)
    assert notice.reason.code == "export_not_parted"


def test_nexis_cut_off_in_its_last_article(tmp_path: Path) -> None:
    lines = exported.nexis_uni_lines(ALL)
    text = "\n".join(lines[: lines.index(MILL.paragraphs[1])])
    documents, (notice,) = read(tmp_path, "a.txt", text)
    assert [d.title for d in documents] == [told.title for told in ALL]
    assert isinstance(notice, LoadNotice)
    assert notice.reason.code == "export_cut_off"


# --- JSON ---------------------------------------------------------------------------------------

_URL = "https://news.example.com/ferry"
_NAMED = {"title": FERRY.title, "url": _URL, "content": FERRY.paragraphs[0]}
SHAPES: dict[str, Any] = {
    "list": [{**_NAMED, "date": FERRY.day, "outlet": FERRY.outlet}],
    "NewsAPI": {
        "status": "ok",
        "totalResults": 1,
        "articles": [
            {
                **_NAMED,
                "source": {"id": None, "name": FERRY.outlet},
                "author": "Ada Holm",
                "description": "More trips.",
                "publishedAt": "2025-03-03T08:15:00Z",
                "content": f"{FERRY.paragraphs[0]} … [+3120 chars]",
            }
        ],
    },
    "GDELT": {
        "articles": [
            {
                **_NAMED,
                "seendate": "20250303T081500Z",
                "domain": FERRY.outlet,
                "language": "English",
            }
        ]
    },
    "JSON Feed": {
        "version": "https://jsonfeed.org/version/1.1",
        "title": FERRY.outlet,
        "description": "News of the harbour",
        "home_page_url": "https://news.example.com/",
        "items": [
            {
                "id": _URL,
                "url": _URL,
                "title": FERRY.title,
                "content_html": f"<p>{FERRY.paragraphs[0]}</p>",
                "date_published": "2025-03-03T08:15:00Z",
                "authors": [{"name": "Ada Holm"}],
                "outlet": FERRY.outlet,
            }
        ],
    },
    "database": {
        "response": {"docs": [{**_NAMED, "pub_date": FERRY.day, "publication": FERRY.outlet}]}
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_json_of_many_shapes(tmp_path: Path, shape: str) -> None:
    documents, others = read(tmp_path, "a.json", json.dumps(SHAPES[shape]))
    assert others == []
    (document,) = documents
    assert (document.title, document.outlet) == (FERRY.title, FERRY.outlet)
    assert (document.url, str(document.published)[:10]) == (_URL, FERRY.day)
    assert document.text == FERRY.paragraphs[0]


def test_json_of_a_wechat_account_is_dated_in_china(tmp_path: Path) -> None:
    link = "https://mp.weixin.qq.com/s?__biz=MzA5&mid=2650&idx={}&sn=9f&chksm={}&scene=27"
    rows = [
        {"title": told.title, "nickname": told.outlet, "create_time": 1741044600, "read_num": 3,
         "link": link.format(n, n), "content": f"<p>{told.paragraphs[0]}</p><p>完</p>"}
        for n, told in enumerate((PORT, MILL))
    ]  # fmt: skip
    documents, others = read(tmp_path, "a.json", json.dumps(rows))
    assert others == []
    assert [str(d.published) for d in documents] == ["2025-03-04 07:30"] * 2
    assert [d.outlet for d in documents] == [PORT.outlet, MILL.outlet]
    assert documents[0].text == PORT.paragraphs[0]
    rows[0] |= {"read_num": 999, "link": link.format(0, "zz")}
    again, _ = read(tmp_path, "a.json", json.dumps(rows[::-1]))
    assert [d.doc_id for d in again] == [d.doc_id for d in documents][::-1]


def test_messages_of_a_wechat_account_hold_several_articles(tmp_path: Path) -> None:
    def info(told: Told) -> dict[str, str]:
        address = f"https://mp.weixin.qq.com/s/{told.number}"
        return {"title": told.title, "digest": told.paragraphs[0], "content_url": address}

    message = {
        "comm_msg_info": {"id": 1000, "datetime": 1741044600},
        "app_msg_ext_info": {**info(PORT), "multi_app_msg_item_list": [info(MILL)]},
    }
    value = {"nickname": "鹭港观察", "general_msg_list": json.dumps({"list": [message]})}
    documents, _ = read(tmp_path, "a.json", json.dumps(value))
    assert [(d.title, d.outlet, str(d.published)) for d in documents] == [
        (told.title, "鹭港观察", "2025-03-04 07:30") for told in (PORT, MILL)
    ]


def test_broken_json_gives_what_is_whole_and_what_is_left(tmp_path: Path) -> None:
    rows = [{"title": t.title, "text": t.paragraphs[0], "outlet": t.outlet} for t in ALL]
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    documents, (notice,) = read(tmp_path, "a.json", text[: text.index(MILL.outlet)])
    assert [d.title for d in documents] == [told.title for told in ALL]
    assert documents[2].text == MILL.paragraphs[0]
    assert isinstance(notice, LoadNotice)
    assert notice.reason.code == "export_broken"
    assert notice.line == text[: text.index(MILL.outlet)].count("\n") + 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ('{"title": "Options", "description": "x"}', LoadNotice),
        ("[]", LoadNotice),
        ("[[[[1]]]]", LoadNotice),
        ("nonsense", LoadFailure),
        ('[{"tit', LoadFailure),
    ],
)
def test_json_without_articles_is_a_note_and_broken_json_a_failure(
    tmp_path: Path, content: str, kind: type
) -> None:
    documents, (told,) = read(tmp_path, "a.json", content)
    assert documents == []
    assert isinstance(told, kind)
    assert "holds no articles" in told.reason.en


def test_a_list_of_titles_is_read_and_told(tmp_path: Path) -> None:
    rows = [{"title": told.title, "url": f"https://x.example/{n}"} for n, told in enumerate(ALL)]
    documents, (notice,) = read(tmp_path, "a.json", json.dumps(rows))
    assert [d.text for d in documents] == [told.title for told in ALL]
    assert isinstance(notice, LoadNotice)
    assert "3 of its articles have no text" in notice.reason.en


# --- ordinary articles --------------------------------------------------------------------------


def test_one_page_of_a_wechat_account_is_one_article_with_its_account(tmp_path: Path) -> None:
    documents, others = read(tmp_path, "a.html", exported.wechat_page(PORT))
    assert others == []
    (document,) = documents
    assert (document.doc_id, document.title, document.outlet) == ("a", PORT.title, PORT.outlet)
    assert str(document.published) == "2025-03-04 07:30"
    assert document.text.split("\n\n") == list(PORT.paragraphs)


@pytest.mark.parametrize(
    "text",
    [
        "He signed 3 of 50 documents on Monday.\n\nLength: 212 words was all he wrote.",
        "End of Document\n\nThat was the last line of the note, the police said.",
        "Document LBA was found.\n\nHD televisions sell well.\n\nPD 3 March 2025 was the day.",
        "212 words\n\n3 March 2025\n\nThe poem is short.",
    ],
)
def test_an_ordinary_article_is_no_export(tmp_path: Path, text: str) -> None:
    documents, _ = read(tmp_path, "a.txt", text)
    assert [d.doc_id for d in documents] == ["a"]


# --- hostile ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.rtf", b"{\\rtf1" + b"{" * 200_000),
        ("a.rtf", b"{\\rtf1 " + b"\\u-1?\\'ff" * 100_000),
        ("a.rtf", b"{\\rtf1 \\bin99999999999 x"),
        ("a.json", "[" * 200_000),
        ("a.json", '{"title":"' * 50_000),
        ("a.json", '{"title": "a", "text": "' + "\\\\" * 200_000),
        ("a.txt", ("HD\n" * 20_000) + f"Document {FERRY.number}\n"),
        ("a.txt", "1 of 1 DOCUMENTS\nLENGTH: 1 words\n" * 9_000),
        ("a.html", '<div id="js_content">' * 5_000),
    ],
    ids="deep unicode binary nested-json open-json long-json codes starts wechat".split(),
)
def test_hostile_files_end_in_time(tmp_path: Path, name: str, content: _BYTES) -> None:
    started = time.monotonic()
    _, others = read(tmp_path, name, content)
    assert time.monotonic() - started < 20
    for item in others:
        assert (item.reason.en + item.reason.zh).isprintable()
