"""The fields above an article, the friendly and the hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.front_matter import (
    MAX_TITLE_CHARACTERS,
    FrontMatter,
    detect_language,
    host_name,
    read_front_matter,
    web_address,
)
from rag.errors import DocumentError


def fields(text: str) -> FrontMatter:
    return read_front_matter(f"---\n{text}\n---\nBody.")


def test_fields_and_body_are_parted() -> None:
    matter = read_front_matter('\n---\ntitle: "A: b"\nLang: [zh-CN]\n---\n\nText.\n\n---\n\nMore.')
    assert matter.title == "A: b"
    assert matter.language == "zh"
    assert matter.body == "\nText.\n\n---\n\nMore."


@pytest.mark.parametrize(
    "text", ["No fields.", "---\nA rule.\n---\nText.", "---\n\nA rule.", "--- x\na: b\n---\n", ""]
)
def test_a_text_without_fields_stays_whole(text: str) -> None:
    assert read_front_matter(text) == FrontMatter(fields={}, body=text)


def test_an_empty_block_is_taken_off() -> None:
    assert read_front_matter("---\n---\nText.").body == "Text."


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("title: 2025", "2025"),
        ("title: 007", "007"),
        ("title: no", "no"),
        ("title: 2025-02-30", "2025-02-30"),
        ("title: [One, Two]", "One"),
        ("title: {a: b}", None),
        ("title:", None),
        ("title: '  '", None),
        ('title: "a\\u0000\\u202eb\\nc\\ud800"', "ab c"),
        ("headline: H", "H"),
        (f"title: {'x' * 1000}", "x" * MAX_TITLE_CHARACTERS),
    ],
)
def test_a_title_of_any_type_becomes_one_line_of_text(written: str, title: str | None) -> None:
    assert fields(written).title == title


@pytest.mark.parametrize(
    ("written", "outlet", "url"),
    [
        ("source: 早报", "早报", None),
        ("source: https://example.com/a", None, "https://example.com/a"),
        ("publisher: The Paper\nurl: http://example.com", "The Paper", "http://example.com"),
        ("url: /posts/1/\nlink: https://example.com/1", None, "https://example.com/1"),
        ("url: javascript:alert(1)", None, None),
        ("url: [https://example.com/1]", None, "https://example.com/1"),
    ],
)
def test_outlet_and_url(written: str, outlet: str | None, url: str | None) -> None:
    assert (fields(written).outlet, fields(written).url) == (outlet, url)


@pytest.mark.parametrize(
    "address",
    [None, "", "javascript:alert(1)", "data:text/html,x", "ftp://example.com", "https://",
     "https://a b.com", "http://user@evil.example", "http://[::1", "//example.com", "https://a\\b",
     "https://example.com/" + "x" * 3000, 'https://a"b'],
)  # fmt: skip
def test_only_plain_web_addresses_pass(address: str | None) -> None:
    assert web_address(address) is None


def test_a_host_has_no_www() -> None:
    assert host_name("https://www.Example.com:80/x") == "example.com"
    assert host_name("https://new.example.com/x") == "new.example.com"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("title: [unclosed", "no readable YAML"),
        ("title: a: b", "line 2"),
        ("a: &x [1]\nb: *x", "alias"),
        ("a: " + "[" * 100 + "]" * 100, "nested deeper"),
        ("a: !!python/object/apply:os.system [ls]", "no readable YAML"),
        ("a: !!timestamp 2025-99-99", "no readable YAML"),
        ("a: !!int x", "no readable YAML"),
        ("? [a]\n: b\na: b", ""),
        ("a: '" + "x" * 70_000 + "'", "70006 characters"),
    ],
)
def test_fields_that_cannot_be_read_are_an_error(text: str, part: str) -> None:
    if not part:
        read_front_matter(f"---\n{text}\n---\n")
        return
    with pytest.raises(DocumentError, match=part) as caught:
        fields(text)
    assert "\n" not in caught.value.message.en + caught.value.message.zh


def test_aliases_do_not_unfold() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{name}: &{name} [*{before}, *{before}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(DocumentError, match="alias"):
        fields(bomb)


def test_a_block_that_never_ends_is_an_error() -> None:
    with pytest.raises(DocumentError, match="no line of ---"):
        read_front_matter("---\ntitle: a\ndate: 2025\n\nText.")


@pytest.mark.parametrize(
    ("text", "stated", "language"),
    [
        ("公司今天宣布。", "en", "zh"),
        ("The firm said so today.", "zh", "en"),
        ("苹果 Apple Intelligence 与 DeepSeek 等模型在中国落地", None, "zh"),
        ("The word 苹果 means apple in Chinese news.", None, "en"),
        ("12345", "zh", "zh"),
        ("12345", None, "en"),
    ],
)
def test_the_letters_decide_the_language(text: str, stated: str | None, language: str) -> None:
    wish = fields(f"lang: {stated}").language if stated else None
    assert detect_language(text, wish) == language


@given(st.text(max_size=200) | st.text("ab:-[]{}&*!|>'\"#\n \t%@`?,", max_size=80))
def test_any_block_is_read_or_refused(text: str) -> None:
    try:
        matter = fields(f"k: v\n{text}")
    except DocumentError:
        return
    assert matter.title is None or "\n" not in matter.title
    assert matter.url is None or matter.url.startswith("http")
    matter.published("zh")
