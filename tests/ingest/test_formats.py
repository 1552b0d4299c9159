"""JSON Lines, Word, PDF, and the encodings that articles come in."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from pathlib import Path

import docx
import pytest
from lxml import etree
from pypdf import PdfWriter

from rag.errors import DocumentError
from rag.ingest.files import LoadFailure, decode
from rag.ingest.json_lines import to_line
from rag.ingest.loader import iter_documents
from rag.types import Document
from tests.ingest.written import CHINESE, ENGLISH, load

TRADITIONAL = "新港口週一正式開放，四十艘貨船當天到港。市長表示，港口將為全市帶來三千個就業崗位。"


# --- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (CHINESE, "gb18030"),
        (CHINESE, "gbk"),
        (CHINESE, "gb2312"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "big5hkscs"),
        (ENGLISH, "cp1252"),
        (ENGLISH, "utf-16"),
        ("---\ntitle: 新港口\n---\n" + CHINESE, "gb18030"),
    ],
)
def test_articles_are_read_in_their_own_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    document = load(tmp_path, "a.txt", text.encode(encoding))
    assert document.text == text.rpartition("---\n")[2]


def test_utf8_with_a_broken_byte_is_not_taken_for_another_encoding() -> None:
    data = bytearray(CHINESE.encode() * 5)
    data[40] = 0xFF
    with pytest.raises(DocumentError, match="byte 0xe8 at 39 is not UTF-8"):
        decode(bytes(data), "a.txt")


@pytest.mark.parametrize("data", [bytes(range(256)), b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfea"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"a\.txt"):
        decode(data, "a.txt")


# --- JSON Lines ---------------------------------------------------------------------------------


def test_json_lines_hold_one_article_a_line(tmp_path: Path) -> None:
    (tmp_path / "news.jsonl").write_text(
        json.dumps(
            {
                "id": "h-1",
                "title": "新港口",
                "date": "2025-03-02 08:00",
                "outlet": "海港日报",
                "url": "https://news.example.com/1",
                "text": CHINESE,
            },
            ensure_ascii=False,
        )
        + "\n\n"
        + json.dumps({"text": "# Harbour\n\nForty ships came."})
        + "\n"
    )
    first, second = iter_documents(tmp_path)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.doc_id, first.title, first.outlet) == ("news/h-1", "新港口", "海港日报")
    assert (str(first.published), first.url) == ("2025-03-02 08:00", "https://news.example.com/1")
    assert second.title == "Harbour"
    assert second.doc_id == f"news/{second.content_hash[:12]}"
    again = json.loads(to_line(first))
    assert (again["id"], again["text"]) == ("news/h-1", CHINESE)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        ("[1]", 'no "text"'),
        ('{"text": 7}', 'no "text"'),
        ('{"text": ""}', "no text besides"),
        ('{"text": "A.", "id": "a\\nb"}', "has the id"),
        ('{"text": "A.", "id": ""}', "has the id"),
        ('{"text": "A.", "id": {}}', "has the id"),
        ('{"text": "Another.", "id": "good"}', "the id of line 1"),
        ("[" * 100_000, "no JSON"),
        ('{"text": "' + "9" * 6_000_000 + '"}', "larger than 5 MB"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"text": "Good.", "id": "good"}\n'
    last = '{"text": "Last.", "id": "last"}\n'
    (tmp_path / "news.jsonl").write_text(good + line + "\n" + last)
    one, failure, other = iter_documents(tmp_path)
    assert isinstance(failure, LoadFailure)
    assert failure.line == 2
    assert reason in failure.reason.en
    assert len(failure.reason.en) < 400
    assert [d.doc_id for d in (one, other) if isinstance(d, Document)] == [
        "news/good",
        "news/last",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "*not bold* _x_ <b> 2 * 3 a*b*c [x](y)",
        "A `b` & c | d ~~e~~ \\ f.",
        "# Head\n\nText &amp; so.",
    ],
)
def test_exported_text_is_read_as_it_is(tmp_path: Path, text: str) -> None:
    document = load(tmp_path, "a.md", b"Text.")
    line = to_line(dataclasses.replace(document, text=text))
    (tmp_path / "b.jsonl").write_text(line + "\n")
    (copy,) = (d for d in iter_documents(tmp_path / "b.jsonl") if isinstance(d, Document))
    assert copy.text == text


# --- Word and PDF -------------------------------------------------------------------------------


def word(*paragraphs: str, title: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    document.add_heading("新港口", level=1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Ships", "40"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_tracked_and_controlled_text_of_a_word_file_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Start ")
    space = paragraph._p.nsmap["w"]
    for change, tag in (("ins", "t"), ("del", "delText")):
        xml = f'<w:{change} xmlns:w="{space}"><w:r><w:{tag}>{change}</w:{tag}></w:r></w:{change}>'
        paragraph._p.append(etree.fromstring(xml))
    control = (
        f'<w:sdt xmlns:w="{space}"><w:sdtContent><w:p><w:r><w:t>Controlled.</w:t></w:r></w:p>'
        "</w:sdtContent></w:sdt>"
    )
    document.element.body.insert(1, etree.fromstring(control))
    # A cell that claims to span a hundred million columns is one cell.
    cell = document.add_table(rows=1, cols=1).rows[0].cells[0]
    cell.text = "Cell"
    cell._tc.get_or_add_tcPr().append(
        etree.fromstring(f'<w:gridSpan xmlns:w="{space}" w:val="100000000"/>')
    )
    stream = io.BytesIO()
    document.save(stream)
    read = load(tmp_path, "a.docx", stream.getvalue())
    assert read.text == "Start ins\n\nControlled.\n\nCell"


def test_a_word_file_is_read(tmp_path: Path) -> None:
    document = load(tmp_path, "a.docx", word(CHINESE, ENGLISH, title="港口"))
    assert document.title == "新港口"
    for part in ("## 新港口", CHINESE, ENGLISH, "Ships: 40"):
        assert part in document.text


def typed(*paragraphs: str, title: str) -> bytes:
    """A Word file without headings, with what its template says of it: 2013 and a title."""
    document = docx.Document()
    document.core_properties.title = title
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("paragraphs", "title", "shown", "day"),
    [
        (["新港口开放", "2025年3月2日 海港日报", CHINESE], "模板", "新港口开放", "2025-03-02"),
        (["2025年3月2日", "新港口开放", CHINESE], "", "新港口开放", "2025-03-02"),
        (["Harbour opens", "March 2, 2025", ENGLISH], "Word", "Harbour opens", "2025-03-02"),
        ([CHINESE, "第二段。"], "港口开放记", "港口开放记", None),
        (
            [CHINESE, "第二段。"],
            "Microsoft Word - a.docx",
            "新港口周一正式开放，四十艘货船当天到港。",
            None,
        ),
    ],
)
def test_title_and_day_of_a_word_file_are_those_on_its_page(
    tmp_path: Path, paragraphs: list[str], title: str, shown: str, day: str | None
) -> None:
    document = load(tmp_path, "a.docx", typed(*paragraphs, title=title))
    assert document.title == shown
    assert (str(document.published) if document.published else None) == day


def pdf(text: str) -> bytes:
    """A PDF of one page, written by hand: no library here writes text into one."""
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj %s endobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer << /Root 1 0 R /Size 6 >>\nstartxref\n%d\n%%%%EOF" % len(out)
    )


def test_a_pdf_is_read(tmp_path: Path) -> None:
    document = load(tmp_path, "a.pdf", pdf("Forty ships came to the harbour of Lund."))
    assert document.text == "Forty ships came to the harbour of Lund."


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(21):
            archive.writestr(f"word/media/{number}", b"\0" * 10 * 1024**2)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"%PDF-1.4 nonsense", "can't be read"),
        ("a.pdf", locked_pdf(), "is encrypted"),
        ("a.pdf", pdf(""), "only pictures"),
        ("a.docx", b"PK nonsense", "can't be read"),
        ("a.docx", bomb(), "unpacks to 210 MB"),
    ],
)
def test_a_bad_packed_file_is_named(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        load(tmp_path, name, data)


def test_without_the_extra_its_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pypdf", None)
    with pytest.raises(DocumentError, match=r"pip install \"cited-rag\[documents\]\""):
        load(tmp_path, "a.pdf", pdf("Forty ships."))
