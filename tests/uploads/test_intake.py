"""What is taken of uploaded files, and what is refused with which reason."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rag.uploads import intake
from rag.uploads.intake import Intake, take_in

from .made import PORT, SHIPS, encrypted, lying, uploaded, zipped, zipped_link, zipped_raw


def taken(tmp_path: Path, *files: tuple[str, str | bytes]) -> Intake:
    work = tmp_path / "work"
    work.mkdir()
    result = take_in([uploaded(tmp_path / "sent", *file) for file in files], work)
    found = {str(path.relative_to(work)) for path in work.rglob("*") if path.is_file()}
    assert found == set(map(str, result.paths))  # and nothing of what was refused
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"work", "sent"}
    return result


def reasons(result: Intake) -> dict[str, str]:
    return {refusal.name: refusal.reason.en for refusal in result.refused}


def test_files_and_zips_are_taken_and_one_bad_file_spoils_no_other(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/ships.md": SHIPS,
        "港口.txt": PORT,
        "empty.md": "",
        "photo.jpg": b"\xff\xd8\xff",
        "__MACOSX/._ships.md": b"\0",
        "broken.pdf": b"%PDF-1.4 nonsense",
        "inner.zip": zipped({"x.md": SHIPS}),
    }
    result = taken(
        tmp_path,
        ("single.md", SHIPS),
        ("batch.zip", zipped(files)),
        ("nothing.zip", b"not a zip"),
        ("void.zip", b""),
        ("tool.exe", b"MZ"),
    )
    assert list(map(str, result.paths)) == ["single.md", "batch/a/ships.md", "batch/港口.txt"]
    assert result.hidden == 1
    found = reasons(result)
    assert "is empty" in found["batch/empty.md"]
    assert "of no kind that can be read" in found["batch/photo.jpg"]
    assert "can't be read" in found["batch/broken.pdf"]
    assert "archive in an archive" in found["batch/inner.zip"]
    assert "no zip file" in found["nothing.zip"]
    assert "no zip file" in found["void.zip"]
    assert "of no kind that can be read" in found["tool.exe"]
    assert len(found) == 7


@pytest.mark.parametrize(
    "name", ["../out.md", "a/../../out.md", "/out.md", "..\\out.md", "C:\\out.md", "a\0b.md"]
)
def test_a_path_in_a_zip_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    raw = name.encode()
    result = taken(tmp_path, ("b.zip", zipped_raw(raw, SHIPS)), ("good.md", SHIPS))
    assert list(map(str, result.paths)) == ["good.md"]
    [reason] = reasons(result).values()
    assert "leads out" in reason or "can't be seen" in reason


def test_links_and_encrypted_files_are_refused(tmp_path: Path) -> None:
    result = taken(
        tmp_path,
        ("link.zip", zipped_link("passwd.txt", "/etc/passwd")),
        ("locked.zip", encrypted({"a.md": SHIPS})),
        ("rare.zip", zipped({"a.md": SHIPS}, zipfile.ZIP_LZMA)),
    )
    assert result.paths == []
    found = reasons(result)
    assert "link or device" in found["link/passwd.txt"]
    assert "is encrypted" in found["locked/a.md"]
    assert "Deflate" in found["rare/a.md"]


def test_a_bomb_is_stopped_while_it_unpacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MAX_UNPACKED_BYTES", 3_000_000)
    million = b"# Ships\n\n" + b"Forty ships came. " * 50_000
    result = taken(
        tmp_path,
        ("big.zip", zipped({"a.txt": b"0" * 6 * intake.MEGABYTE})),
        ("lying.zip", lying("a.txt", 20 * intake.MEGABYTE, 100)),
        ("many.zip", zipped({f"{n}.md": million for n in range(5)})),
    )
    found = reasons(result)
    assert "has more than 5 MB" in found["big/a.txt"] or "unpack to more" in found["big/a.txt"]
    assert "damaged in the zip" in found["lying/a.txt"]
    assert any("unpack to more than" in reason for reason in found.values())
    assert len(result.paths) < 5


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 2)
    result = taken(tmp_path, ("b.zip", zipped({f"{n}.md": SHIPS for n in range(4)})))
    assert len(result.paths) == 2
    assert "one too many" in reasons(result)["b/2.md"]


def test_a_zip_of_countless_files_is_not_even_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_MAX_ENTRIES", 10)
    result = taken(tmp_path, ("b.zip", zipped({f"{n}.md": SHIPS for n in range(11)})))
    assert result.paths == []
    assert "more than 10 files" in reasons(result)["b.zip"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_of_old_zips_are_read(tmp_path: Path, encoding: str) -> None:
    result = taken(tmp_path, ("旧.zip", zipped_raw("新闻/港口.md".encode(encoding), PORT)))
    assert list(map(str, result.paths)) == ["旧/新闻/港口.md"]


def test_western_names_of_old_zips_are_read(tmp_path: Path) -> None:
    raw = "caf\u00e9.md".encode("cp437")  # 0x82 before a dot: neither UTF-8 nor GBK
    result = taken(tmp_path, ("b.zip", zipped_raw(raw, SHIPS)))
    assert list(map(str, result.paths)) == ["b/caf\u00e9.md"]


def test_names_that_differ_in_case_alone_are_one(tmp_path: Path) -> None:
    result = taken(tmp_path, ("a.md", SHIPS), ("A.md", PORT), ("b.zip", zipped({"x.md": SHIPS})))
    assert list(map(str, result.paths)) == ["a.md", "b/x.md"]
    assert "there twice" in reasons(result)["A.md"]


def test_a_file_and_a_folder_of_one_name(tmp_path: Path) -> None:
    result = taken(tmp_path, ("b.md", SHIPS), ("b.md.zip", zipped({"x.md": SHIPS})))
    assert list(map(str, result.paths)) == ["b.md"]
    assert "have the same name" in reasons(result)["b.md/x.md"]


def test_lines_of_a_file_are_taken_one_by_one_unless_too_many_are_bad(tmp_path: Path) -> None:
    good = '{"text": "Forty ships came to Lund."}\n'
    result = taken(
        tmp_path, ("some.jsonl", good + "nonsense\n" + good), ("none.jsonl", good + "x\n" * 200)
    )
    assert list(map(str, result.paths)) == ["some.jsonl"]
    found = reasons(result)
    assert "is no JSON" in found["some.jsonl:2"]
    assert "more than 100 lines" in found["none.jsonl"]
