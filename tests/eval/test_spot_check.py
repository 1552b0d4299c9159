"""The sheet of sampled statements: what is on it, its way through a spreadsheet and a browser."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from eval.agreement import agreement
from eval.records import Record, Run
from eval.spot_check import read_sheet, sample_statements, write_sheet
from rag.errors import ConfigError
from rag.types import Answer, Citation, Published, Statement, Verdict

MakeAnswer = Callable[..., Answer]
HOSTILE = '</script><script>alert(1)</script>{{ 7 * 7 }} "quoted", 引文\n=1+1'
DAY = Published(moment=datetime(2025, 2, 13, tzinfo=UTC), precision="day", zone_assumed=False)


def cited(quote: str, title: str = "t") -> Citation:
    return Citation(
        marker=1,
        doc_id="a",
        start=0,
        end=len(quote),
        quote=quote,
        title=title,
        outlet=None,
        published=DAY,
        url=None,
        content_hash="h",
    )


def claim(text: str, verdict: Verdict, *citations: Citation) -> Statement:
    return Statement(text=text, kind="claim", citations=citations, verdict=verdict)


def record(name: str, answer: Answer | None) -> Record:
    return Record(
        question_id=name,
        cluster=name,
        type="fact",
        language="zh",
        question=f"{name}？",
        facts=(),
        seconds=0.5,
        scores={},
        error=None,
        answer=answer,
    )


def run_of(*records: Record) -> Run:
    return Run(name=f"run {HOSTILE}", manifest={}, records=records)


@pytest.fixture
def run(make_answer: MakeAnswer) -> Run:
    """Twelve questions with two supported claims each, one partial, and one left out."""
    records = []
    for n in range(12):
        answer = replace(
            make_answer(hits=[("a", 0, 3), ("b", 0, 4)]),
            statements=(
                claim(f"supported {n}", "supported", cited(f"quote {n}")),
                claim(f"second {n}", "supported", cited(f"quote {n}")),
                claim(f"partial {n}", "partial", cited(f"quote {n}")),
                Statement(text="Two reasons:", kind="framing", citations=(), verdict="supported"),
            ),
            left_out=(claim(f"unsupported {n}", "unsupported"),),
        )
        records.append(record(f"q{n}", answer))
    return run_of(record("failed", None), *records)


@pytest.fixture
def hostile(make_answer: MakeAnswer) -> Run:
    """Texts that would be markup to a browser, or a formula or another cell to a spreadsheet."""
    said = (
        claim(HOSTILE, "supported", cited(HOSTILE, title=f"=title {HOSTILE}")),
        claim('=HYPERLINK("http://evil.example")', "partial", cited("+1"), cited("two\r\nlines")),
        claim("-1 度，\n“有”, 逗号", "supported", cited("'quoted'")),
        claim("'=not a formula", "supported", cited("@x")),
        claim("\ttab", "supported", cited("x")),
    )
    answer = replace(make_answer(hits=[("a", 0, 3)]), statements=said)
    return run_of(record("=q", replace(answer, left_out=(claim("无引文", "unsupported"),))))


def mark(path: Path, marks: Sequence[str]) -> None:
    """Fill in the marks of the first rows, as a spreadsheet would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, value in zip(rows, marks, strict=False):
        row["mark"] = value
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_verdicts_are_evenly_there(run: Run) -> None:
    sampled = sample_statements(run, 18)
    assert Counter(s.verdict for s in sampled) == {"supported": 6, "partial": 6, "unsupported": 6}
    # Their order tells nothing.
    assert [s.verdict for s in sampled] != sorted(s.verdict for s in sampled)
    assert sample_statements(run, 18) == sampled


def test_a_verdict_that_is_short_leaves_its_places_to_the_others(run: Run) -> None:
    # 24 supported, 12 partial, 12 left out: 42 take all of the latter two.
    sampled = sample_statements(run, 42)
    assert Counter(s.verdict for s in sampled) == {
        "supported": 18,
        "partial": 12,
        "unsupported": 12,
    }
    assert len(sample_statements(run, 100)) == 48
    assert not any(s.statement == "Two reasons:" for s in sampled)


def test_every_question_comes_before_a_second_claim_of_one(run: Run) -> None:
    sampled = sample_statements(run, 36)
    supported = [s for s in sampled if s.verdict == "supported"]
    assert len({s.question for s in supported}) == len(supported) == 12


def test_the_same_sentence_with_the_same_quotes_comes_once(make_answer: MakeAnswer) -> None:
    def answer(quote: str) -> Answer:
        return replace(make_answer(), statements=(claim("same", "supported", cited(quote)),))

    run = run_of(record("q.zh", answer("a")), record("q.en", answer("a")), record("r", answer("b")))
    assert sorted(s.quotes[0].text for s in sample_statements(run)) == ["a", "b"]


def test_what_cites_nothing_shows_what_was_found(run: Run) -> None:
    left_out = next(s for s in sample_statements(run) if s.verdict == "unsupported")
    assert not left_out.cited
    # Article a is cited elsewhere, so its title is known; b is only found.
    assert [(q.title, q.published, q.text) for q in left_out.quotes] == [
        ("t", "2025-02-13", "xxx"),
        ("b", "", "xxxx"),
    ]
    other = next(s for s in sample_statements(run) if s.verdict == "partial")
    assert other.cited
    assert other.quotes[0].text.startswith("quote ")


def test_a_sheet_comes_back_as_it_was_written(hostile: Run, tmp_path: Path) -> None:
    table, _ = write_sheet(hostile, tmp_path / "new")
    sampled = sample_statements(hostile)
    rows = read_sheet(table)
    assert [(r.statement_id, r.question, r.statement, r.verdict) for r in rows] == [
        (s.statement_id, s.question, s.statement, s.verdict) for s in sampled
    ]
    assert {(r.mark, r.remark) for r in rows} == {(None, "")}
    for r, s in zip(rows, sampled, strict=True):
        assert all(quote.title in r.quotes and quote.text in r.quotes for quote in s.quotes)
        assert ("Nothing is cited" in r.quotes) == (s.statement == "无引文")


def test_no_cell_is_a_formula(hostile: Run, tmp_path: Path) -> None:
    table, _ = write_sheet(hostile, tmp_path)
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    with table.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert '\'=HYPERLINK("http://evil.example")' in cells


def test_a_sheet_with_marks_is_not_written_over(run: Run, tmp_path: Path) -> None:
    table, _ = write_sheet(run, tmp_path)
    before = table.read_bytes()
    with pytest.raises(ConfigError, match="is there already"):
        write_sheet(run, tmp_path)
    assert table.read_bytes() == before


def test_a_run_that_says_nothing_has_no_sheet(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no statement to check"):
        write_sheet(run_of(record("failed", None)), tmp_path)


def test_marks_in_both_languages(run: Run, tmp_path: Path) -> None:
    table, _ = write_sheet(run, tmp_path, 8)
    mark(table, [" Supported", "PARTIAL", "unsupported\n", "支持", "部分 支持", "不支持　", "  "])
    marks = [row.mark for row in read_sheet(table)]
    assert marks == ["supported", "partial", "unsupported"] * 2 + [None, None]


def test_an_unknown_mark_is_named(run: Run, tmp_path: Path) -> None:
    table, _ = write_sheet(run, tmp_path)
    mark(table, ["supported", "maybe"])
    with pytest.raises(
        ConfigError, match=r"row 3: unknown mark 'maybe': write supported"
    ) as caught:
        read_sheet(table)
    assert "第 3 行：无法识别的标注 'maybe'" in caught.value.message.zh


def test_an_id_that_is_there_twice_is_named(run: Run, tmp_path: Path) -> None:
    table, _ = write_sheet(run, tmp_path, 2)
    written = table.read_bytes()
    table.write_bytes(written + written.partition(b"\r\n")[2])
    with pytest.raises(ConfigError, match=r"row 4: the id 'q\d+#\d' is there twice"):
        read_sheet(table)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "its columns are "),
        (b"id;question;statement;quotes;verdict;mark;remark\r\n", "its columns are "),
        (b"PK\x03\x04\xff\xfe", "utf-8"),
        ("id,question,mark\r\n1,问,支持\r\n".encode("gbk"), "utf-8"),
        (
            b"id,question,statement,quotes,verdict,mark,remark\r\n1,q,s,q,good,,\r\n",
            "row 2: verdict",
        ),
    ],
)
def test_what_is_no_sheet_is_told(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"is not a spot-check sheet .*{why}"):
        read_sheet(path)


def test_what_a_spreadsheet_leaves_behind_is_read(run: Run, tmp_path: Path) -> None:
    table, _ = write_sheet(run, tmp_path, 3)
    mark(table, ["支持"])
    # A blank row below, a column of the person's own, and no byte order mark.
    lines = table.read_text(encoding="utf-8-sig").replace("remark", "remark,mine")
    table.write_text(lines + ",,,,,,\n", encoding="utf-8")
    assert [row.mark for row in read_sheet(table)] == ["supported", None, None]


def test_nothing_on_the_page_is_markup(hostile: Run, tmp_path: Path) -> None:
    page = write_sheet(hostile, tmp_path)[1].read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert page.count("</script>") == 2
    assert "49" not in re.findall(r"alert\(1\).{0,40}", page)[0]
    assert not re.search(r"(?:src|href)=|url\(|@import", page)


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download").click()
    assert coming.value.suggested_filename == "spot-check.csv"
    path = folder / "downloaded.csv"
    coming.value.save_as(path)
    return path


def test_a_person_marks_the_page(hostile: Run, tmp_path: Path, browser: Browser) -> None:
    table, html = write_sheet(hostile, tmp_path)
    sampled = sample_statements(hostile)
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda r: complaints.append(r.url) if r.url.startswith("http") else None)
    page.goto(html.as_uri())
    items = page.locator(".item")
    verdicts = items.locator("output")
    expect(items).to_have_count(len(sampled))
    expect(items.nth(0).locator(".statement")).to_have_text(sampled[0].statement)
    expect(page.get_by_text("Verifier 核对程序")).to_have_count(0)
    labels = {"supported": "Supported 支持", "partial": "Partly 部分支持"}
    labels["unsupported"] = "Not supported 不支持"

    # Before any mark, it downloads the sheet itself.
    assert download(page, tmp_path).read_bytes() == table.read_bytes()

    # By key: the first item is marked and the second becomes the current one.
    page.keyboard.press("3")
    expect(verdicts.nth(0)).to_have_text(f"Verifier 核对程序: {labels[sampled[0].verdict]}")
    expect(items.nth(1)).to_have_class("item current")
    expect(verdicts.nth(1)).to_be_hidden()
    # By hand, the third; a remark is no mark, and its digits none either.
    items.nth(2).get_by_role("radio", name="Partly").check(force=True)
    items.nth(2).get_by_label("Remark").press_sequentially('=1, "2"')
    expect(verdicts.nth(2)).to_have_text(f"Verifier 核对程序: {labels[sampled[2].verdict]}")
    expect(page.locator("header")).to_contain_text("2 of 6 marked 已标注")
    expect(page.get_by_text("Verifier 核对程序")).to_have_count(2)

    # The marks outlive the page.
    page.reload()
    expect(page.locator("header")).to_contain_text("2 of 6 marked 已标注")
    downloaded = download(page, tmp_path)
    context.close()
    assert complaints == []

    expected = list(read_sheet(table))
    expected[0] = replace(expected[0], mark="unsupported")
    expected[2] = replace(expected[2], mark="partial", remark='=1, "2"')
    assert list(read_sheet(downloaded)) == expected
    assert agreement(expected).n == 2
