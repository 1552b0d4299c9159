"""The dictionary: kept in a form that loads fast, and made again where that is spoilt."""

from pathlib import Path

import pytest

from rag.text import dictionary
from rag.text.dictionary import load_dictionary


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(dictionary, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def test_the_kept_form_says_the_same_and_is_read_without_parsing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = load_dictionary.__wrapped__()
    (kept,) = cache.iterdir()
    monkeypatch.setattr(dictionary, "_parse", lambda: pytest.fail("parsed again"))
    assert load_dictionary.__wrapped__() == parsed
    assert "阿里巴巴" in parsed.chinese["alibaba"]
    assert kept.stat().st_size < 20_000_000


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-7], lambda b: b[:99] + b"?" + b[100:], lambda _: b""]
)
def test_a_spoilt_form_is_made_again(cache: Path, spoil: object) -> None:
    assert callable(spoil)
    whole = load_dictionary.__wrapped__()
    (kept,) = cache.iterdir()
    data = kept.read_bytes()
    kept.write_bytes(spoil(data))
    assert load_dictionary.__wrapped__() == whole
    assert len(kept.read_bytes()) == len(data)


def test_a_cache_that_cant_be_written_is_done_without(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    assert load_dictionary.__wrapped__().names
