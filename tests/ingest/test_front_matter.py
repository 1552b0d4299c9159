"""The fields above an article, the friendly and the hostile."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import DocumentError
from rag.ingest.front_matter import (
    MAX_TITLE_CHARACTERS,
    FrontMatter,
    detect_language,
    host_name,
    read_front_matter,
    web_address,
)


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
    ("text", "title", "lines"),
    [
        ("title: Harbour: open again\nlang: en", "Harbour: open again", [2]),
        ("lang: zh\ntitle: 快讯: 港口开放", "快讯: 港口开放", [3]),
        ("lang: en\ntitle: [Exclusive] Harbour opens", "[Exclusive] Harbour opens", [3]),
        ('title: "Harbour" opens\nlang: en', '"Harbour" opens', [2]),
        ('title: "Harbour opens\nlang: en', "Harbour opens", [2]),
        ("title: 'Lund's harbour'", "Lund's harbour", [2]),
        ("title: @lund opens\nlang: en", "@lund opens", [2]),
        ("title:\tHarbour\ntags:\n\t- ships\n\t- ports", "Harbour", []),
        ("title: Harbour\n\tlang: en\n\tno: no", "Harbour", []),
        ("title: Old\nlang: en\ntitle: New", "New", [4]),
        ("title: Harbour: open\ntitle: Harbour", "Harbour", [2, 3]),
        ("title: Harbour\nno field at all\nlang: en", "Harbour", [3]),
        ("title: Harbour\nlang: en\nno field at all: : [\nmenu:\n  a: 1\n b: 2", "Harbour", [4, 5]),
        ("title: [unclosed", "[unclosed", [2]),
        ("title: T\na: &x [1]\nb: *x", "T", [4]),
        ("title: T\na: " + "[" * 100 + "]" * 100, "T", [3]),
        ("title: T\na: !!python/object/apply:os.system [ls]", "T", [3]),
        ("title: T\na: !!timestamp 2025-99-99", "T", [3]),
    ],
)
def test_a_slip_loses_no_field_but_its_own_and_is_told_by_its_line(
    text: str, title: str, lines: list[int]
) -> None:
    matter = fields(text)
    assert matter.title == title
    assert matter.body == "Body."
    assert [notice.line for notice in matter.notices] == lines
    for notice in matter.notices:
        assert (notice.reason.en + notice.reason.zh).isprintable()


def test_what_a_line_was_taken_for_is_said() -> None:
    (notice,) = fields("title: Harbour: open again").notices
    assert notice.reason.en.startswith("`title: Harbour: open again` is no readable YAML, so its")
    assert "其值已按原样读取" in notice.reason.zh


def test_fields_without_end_in_sight_are_an_error() -> None:
    with pytest.raises(DocumentError, match="70006 characters"):
        fields("a: '" + "x" * 70_000 + "'")


@pytest.mark.parametrize(
    "text",
    [
        "+++\ntitle = 'Harbour: open'\ndate = 2025-03-02\n"
        "[params]\noutlet = 'Lund Post'\n+++\nBody.",
        '+++\ndate = 2025-03-02T08:00:00+08:00\ntitle = """Harbour:\nopen"""\n'
        "source = {name = 'Lund Post', url = 'https://lund.example'}\n"
        "[[tags]]\nname = 'x'\n+++\nBody.",
        '{\n "title": "Harbour: open",\n "date": "2025-03-02",\n'
        ' "params": {"media": "Lund Post"}\n}\nBody.',
        '\n{"title": "Harbour: open", "Publish_Date": "2025-03-02",'
        ' "source": ["Lund Post"]}\n\nBody.',
        '---\n{"title": "Harbour: open", "date": "2025-03-02", "outlet": "Lund Post"}\n---\nBody.',
        "---toml\ntitle = 'Harbour: open'\ndate = 2025-03-02\noutlet = 'Lund Post'\n---\nBody.",
        "title: 'Harbour: open'\ndate: 2025-03-02\ntags:\n- a\noutlet: Lund Post\n---\nBody.",
        "---\ntitle: 'Harbour: open'\nextra:\n  pub-date: 2025-03-02\n"
        "  outlet: Lund Post\n---\nBody.",
    ],
)
def test_each_syntax_of_fields_says_the_same(text: str) -> None:
    matter = read_front_matter(text)
    assert (matter.title, matter.outlet) == ("Harbour: open", "Lund Post")
    assert str(matter.published("en")).startswith("2025-03-02")
    assert (matter.body, matter.notices) == ("Body.", ())


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("+++\ntitle = Harbour\ndate = 2025-03-02\n+++\nBody.", [2]),
        ('+++\ntitle = "Harbour"\noutlet: "Lund Post"\ndate = 2025-03-02\n+++\nBody.', [3]),
        ("+++\ntitle = 'Port'\ntitle = 'Harbour'\ndate = 2025-03-02\n+++\nBody.", [3]),
        ("+++\ntitle = 'Harbour\n\ndate = 2025-03-02\n[menu]\ntitle = y\n+++\nBody.", [2, 5]),
        ('{\n "title": "Harbour",\n "date": 2025-03-02,\n}\nBody.', [3]),
        ("---\ntitle: Harbour\ndate: 2025-03-02\n\nBody.", [1]),
        ("---\ntitle：Harbour\ndate：2025-03-02\n---\nBody.", [2, 3]),
        ("+++\ntitle = 'Harbour'\ndate = 2025-03-02\n\nBody.", [1]),
    ],
)
def test_a_slip_in_any_syntax_is_told(text: str, lines: list[int]) -> None:
    matter = read_front_matter(text)
    assert matter.title == "Harbour"
    assert str(matter.published("en")) == "2025-03-02"
    assert matter.body.strip() == "Body."
    assert [notice.line for notice in matter.notices] == lines


@pytest.mark.parametrize(
    "text",
    [
        "---\nNote: this is text.\nIt goes on: here.\nAnd on.\nAnd on.\n---\nMore.",
        "---\ntitle: T\ndate: D: e\n\nThe article.\n\n---\n\nIts second part.",
        "+++ a\nb = c\n+++\n",
        "{curly} text",
        "title: And on.\n---\n\nThe article.",
        "The article.\ndate: And on.\n---\n",
        "---\n注：The article.\n---\n",
        '{"half": "an object"',
        "{}x",
    ],
)
def test_text_that_only_looks_like_fields_is_kept(text: str) -> None:
    matter = read_front_matter(text)
    for word in ("this is text.", "And on.", "The article.", "second part.", "b = c", "{curly}"):
        assert (word in text) == (word in matter.body)


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("date: 06.04.2025", "2025-04-06", None),
        ("date: 03/04/2025", None, "2025-03-04 or 2025-04-03"),
        ("date: soon", None, "`soon` could not be read"),
        ("date: soon\npublished: 2025-04-06", "2025-04-06", None),
        ("date: soon\nlastmod: 2025-04-06", "2025-04-06", "`soon` could not be read"),
        ("lastmod: 2025-04-06", "2025-04-06", None),
        ("date:", None, None),
        ("tags: [a]", None, None),
    ],
)
def test_a_date_that_is_not_read_is_told(text: str, day: str | None, said: str | None) -> None:
    matter = fields(text)
    published, notice = matter.published("en"), matter.unread_date("en")
    assert (str(published) if published else None) == day
    assert (notice is None) == (said is None)
    assert (said or "") in (notice.reason.en if notice else "")


def test_aliases_do_not_unfold() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{name}: &{name} [*{before}, *{before}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert len(str(fields(bomb).fields)) < 1000


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
    matter.unread_date("zh")


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("title: x\n" + "-a: b\n" * 25 + "No rule.", None),
        ("---\na" + " " * 40_000 + "\n---\nText.", None),
        ("---\n" + " " * 40_000 + "\n---\nText.", "Text."),
    ],
)
def test_no_text_makes_the_search_for_fields_slow(text: str, body: str | None) -> None:
    start = time.thread_time()
    assert read_front_matter(text).body == (body or text)
    assert time.thread_time() - start < 1
