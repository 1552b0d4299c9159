"""Folders and files: what is found, what is read, and how the rest is reported."""

from __future__ import annotations

import hashlib
import os
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import DocumentError
from rag.ingest import loader
from rag.ingest.files import LoadFailure, LoadNotice, doc_id, find_files, shown
from rag.ingest.loader import iter_documents, load_document
from rag.types import Document


def write(path: Path, content: str | bytes = "公司今天宣布停产。") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def load(tmp_path: Path, content: str | bytes, name: str = "a.md") -> Document:
    return load_document(write(tmp_path / name, content), tmp_path)


# --- finding ------------------------------------------------------------------------------------


def test_articles_are_found_in_every_folder_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "sub/deep/c.MD", "sub/d.Txt"):
        write(tmp_path / name)
    for name in ("x.png", ".hidden.md", ".git/e.md", "noending"):
        write(tmp_path / name)
    names = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert names == ["a.md", "b.txt", "sub/d.Txt", "sub/deep/c.MD"]


def test_a_single_file_is_a_root_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md")
    assert find_files(path) == (path,)
    (document,) = iter_documents(path)
    assert isinstance(document, Document)
    assert document.doc_id == "a"


def test_links_lead_neither_out_nor_in_circles(tmp_path: Path) -> None:
    root = tmp_path / "root"
    path = write(root / "store" / "a.md")
    outside = write(tmp_path / "outside" / "o.md")
    (root / "loop").symlink_to(root)
    (root / "self.md").symlink_to(root / "self.md")
    (root / "gone.md").symlink_to(root / "nowhere.md")
    (root / "out.md").symlink_to(outside)
    (root / "out").symlink_to(outside.parent)
    (root / "in.md").symlink_to(path)
    assert find_files(root) == (root / "in.md", path)
    linked = tmp_path / "linked"
    linked.symlink_to(root)
    assert len(find_files(linked)) == 2


@pytest.mark.parametrize("name", ["nowhere", "a.png"])
def test_a_root_that_is_no_corpus_is_an_error(tmp_path: Path, name: str) -> None:
    write(tmp_path / "a.png")
    with pytest.raises(DocumentError, match="neither a folder nor"):
        find_files(tmp_path / name)


def test_a_folder_that_cannot_be_opened_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.md")
    write(tmp_path / "shut" / "b.md")
    original = os.scandir

    # Root, as whom tests may run, may open every folder.
    def scandir(folder: Path) -> object:
        if folder.name == "shut":
            raise PermissionError(13, "Permission denied")
        return original(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    failure, document = iter_documents(tmp_path)
    assert isinstance(failure, LoadFailure)
    assert failure.path == tmp_path / "shut"
    assert "Permission denied" in failure.reason.en
    assert isinstance(document, Document)


# --- one article --------------------------------------------------------------------------------


def test_an_article_with_every_field(tmp_path: Path) -> None:
    content = (
        "---\ntitle: 停产公告\ndate: 2025-02-01 08:30\noutlet: 早间日报\n"
        "url: https://example.com/1\nlang: en\n---\n公司今天宣布停产。\n"
    )
    document = load(tmp_path, content, "sub/一.md")
    assert document.doc_id == "sub/一"
    assert document.path == "sub/一.md"
    assert (document.title, document.outlet) == ("停产公告", "早间日报")
    assert str(document.published) == "2025-02-01 08:30"
    assert (document.language, document.url) == ("zh", "https://example.com/1")
    assert document.text == "公司今天宣布停产。"
    assert document.content_hash == hashlib.sha256(content.encode()).hexdigest()


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("开头。\n\n## 小标题\n\n正文。", "小标题"),
        ("公司宣布停产。第二句。", "公司宣布停产。"),
        ("- 第一项\n- 第二项", "第一项"),
        ("长" * 1000, "长" * 300),
    ],
)
def test_a_title_is_made_where_there_is_none(tmp_path: Path, content: str, title: str) -> None:
    assert load(tmp_path, content).title == title


def test_an_author_counts_as_outlet_only_if_it_is_one(tmp_path: Path) -> None:
    assert load(tmp_path, "---\nauthor: 早间新闻\n---\n正文。").outlet == "早间新闻"
    assert load(tmp_path, "---\nauthor: 张三\n---\n正文。").outlet is None


def test_a_date_in_the_file_name_is_the_last_resort(tmp_path: Path) -> None:
    assert str(load(tmp_path, "正文。", "2025-02-13-a.md").published) == "2025-02-13"
    assert load(tmp_path, "正文。", "2025-02-133.md").published is None
    dated = load(tmp_path, "---\ndate: 2024\n---\n正文。", "2025-02-13-b.md")
    assert str(dated.published) == "2024"


def test_line_breaks_marks_without_width_and_forms_are_made_one(tmp_path: Path) -> None:
    source = "\ufeff---\r\ntitle: T\r\n---\r\ncafe\u0301 \u200bopen\u202e.\r\rNext.\x07"
    document = load(tmp_path, source)
    assert document.title == "T"
    assert document.text == "café open.\n\nNext."


# --- what can't be read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (b"", "is empty", "空文件"),
        (b" \n\t ", "is empty", "空文件"),
        ("公司今天宣布停产。".encode() + b"\xff", "not UTF-8", "不是 UTF-8"),
        (b"\xff\xfe\x00", "not UTF-8", "不是 UTF-8"),
        (bytes(range(128, 256)) * 4, "not UTF-8", "不是 UTF-8"),
        (b"text\0text", "NUL", "NUL"),
        (b"\x7fELF\x02\x01\x01\0\0", "NUL", "NUL"),
        ("![](a.png)\n\n---\n\n来源：早报", "no text", "没有正文"),
        ("---\ntitle: T\n---\n", "no text", "没有正文"),
        ("……", "no text", "没有正文"),
    ],
)
def test_a_bad_file_is_named_with_its_reason(
    tmp_path: Path, content: str | bytes, english: str, chinese: str
) -> None:
    write(tmp_path / "bad.md", content)
    write(tmp_path / "good.md")
    failure, document = iter_documents(tmp_path)
    assert isinstance(failure, LoadFailure)
    assert failure.path.name == "bad.md"
    assert failure.reason.code == "DocumentError"
    for text, part in ((failure.reason.en, english), (failure.reason.zh, chinese)):
        assert "bad.md" in text
        assert part in text
        assert "\n" not in text
    assert isinstance(document, Document)


def test_a_huge_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "MAX_FILE_BYTES", 2 * 1024 * 1024)
    with pytest.raises(DocumentError, match="larger than 2 MB"):
        load(tmp_path, b"a" * (2 * 1024 * 1024 + 1))


def test_a_file_that_cannot_be_opened_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.md")

    def refuse(*_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DocumentError, match=r"a\.md can't be opened \(Permission denied\)"):
        load_document(path, tmp_path)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="No such file"):
        load_document(tmp_path / "a.md", tmp_path)


@pytest.mark.parametrize("name", [b"a\nb.md", b"a\x1b[31m.md", b"\xff.md", "a\u202eb.md".encode()])
def test_names_that_cannot_be_shown_are_escaped_and_refused(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    write(path)
    (failure,) = iter_documents(tmp_path)
    assert isinstance(failure, LoadFailure)
    assert "rename it" in failure.reason.en
    for text in (failure.reason.en, failure.reason.zh):
        assert text.isprintable()
        text.encode()


def test_ids_are_the_same_however_a_disk_spells_a_name(tmp_path: Path) -> None:
    assert doc_id(tmp_path / "cafe\u0301.b.md", tmp_path) == "caf\u00e9.b"


def test_a_path_outside_the_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is not under"):
        doc_id(tmp_path / "a.md", tmp_path / "b")


def test_names_are_shown_without_what_moves_a_cursor() -> None:
    assert shown("一 a\n\x1b\ud800\u202e.md") == "一 a\\n\\x1b\\ud800\\u202e.md"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "ignore")))
def test_any_bytes_are_an_article_or_a_failure(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path / "a.md", content)
    document, *notices = iter_documents(path)
    for item in (document, *notices):
        if isinstance(item, LoadFailure | LoadNotice):
            assert (item.reason.en + item.reason.zh).isprintable()
    if not isinstance(document, Document):
        return
    assert document.text.strip()
    assert document.title
    document.text.encode()
    document.title.encode()


# --- hostile trees ------------------------------------------------------------------------------


def test_a_huge_file_of_one_line_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    for name in ("huge.txt", "huge.jsonl"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(100 * 1024**2)
    tracemalloc.start()
    failures = list(iter_documents(tmp_path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [f.path.name for f in failures if isinstance(f, LoadFailure)] == [
        "huge.jsonl",
        "huge.txt",
    ]
    assert peak < 30 * 1024**2


def test_folders_nested_beyond_what_a_path_can_name_are_reported(tmp_path: Path) -> None:
    write(tmp_path / "a.md")
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(100):
            Path("d" * 60).mkdir()
            os.chdir("d" * 60)
        Path("deep.md").write_text("Deep.")
    finally:
        os.chdir(here)
    failure, document = iter_documents(tmp_path)
    assert isinstance(failure, LoadFailure)
    assert "name too long" in failure.reason.en
    assert isinstance(document, Document)


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "zero.md").symlink_to("/dev/zero")
    write(tmp_path / "a.md")
    (document,) = iter_documents(tmp_path)
    assert isinstance(document, Document)


@pytest.mark.parametrize(
    "content",
    ["> " * 20_000, "- " * 20_000, "[" * 20_000, "*" * 20_000 + "a", "`" * 20_001, "|a" * 20_000],
)
def test_deep_markup_ends_in_time(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "a.md", content + "\n\nEnd.")
    started = time.monotonic()
    assert len(list(iter_documents(path))) == 1
    assert time.monotonic() - started < 10
