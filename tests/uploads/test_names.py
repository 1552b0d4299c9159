"""Names from outside become paths below their folder, or one line."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.errors import DocumentError
from rag.ingest.files import doc_id
from rag.uploads.names import checked_path, is_hidden


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../a.md", "leads out"),
        ("a/../../b.md", "leads out"),
        ("..\\..\\a.md", "leads out"),
        ("/etc/a.md", "leads out"),
        ("\\\\server\\share\\a.md", "leads out"),
        ("C:\\a.md", "leads out"),
        ("c:a.md", "leads out"),
        ("a\0.md", "can't be seen"),
        ("a\n.md", "can't be seen"),
        ("gnp\u202edm.exe", "can't be seen"),
        ("a\u200b.md", "can't be seen"),
        ("\ud800.md", "can't be seen"),
        ("港" * 67 + ".md", "too long"),
        ("a" * 201, "too long"),
        ("/".join("abcdefghi") + ".md", "too long"),
        ("nul.md", "every system"),
        ("COM1.txt", "every system"),
        ("a/con/b.md", "every system"),
        ("why?.md", "every system"),
        ("a//b.md", "every system"),
        ("a/./b.md", "every system"),
        (" a.md", "every system"),
        ("a.md.", "every system"),
        (".hidden.md", "every system"),
        ("", "every system"),
    ],
)
def test_a_name_that_can_not_be_is_refused_in_one_line(name: str, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as caught:
        checked_path(name)
    for line in (caught.value.message.en, caught.value.message.zh):
        assert line.isprintable()
        assert len(line) < 300


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("新闻 2025.md", "新闻 2025.md"),
        ("a\\b.md", "a/b.md"),
        ("cafe\u0301.md", "caf\u00e9.md"),
        ("console.md", "console.md"),
        ("what is it….md", "what is it….md"),
    ],
)
def test_an_ordinary_name_stays(name: str, path: str) -> None:
    assert str(checked_path(name)) == path


@given(st.text(st.characters() | st.sampled_from("./\\: \0\u202e"), max_size=300))
@example("a/b/c.md")
def test_whatever_passes_is_a_file_below_its_folder(name: str) -> None:
    try:
        path = checked_path(name)
    except DocumentError:
        return
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path
        assert Path(os.path.normpath(target)) == target  # nothing in it leads up
        assert target.is_relative_to(folder)
        assert target != Path(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("x")
        assert not is_hidden(str(path))
        assert doc_id(target, Path(folder))  # the index can name it


def test_what_systems_put_into_archives_is_hidden() -> None:
    hidden = ["__MACOSX/._a.md", ".DS_Store", "a/.git/b.md", "x\\Thumbs.db", "desktop.ini"]
    assert all(map(is_hidden, hidden))
    assert not any(map(is_hidden, ["a.md", "a/b.md", "../a.md", "./a.md", "macosx/a.md"]))
