"""A file of questions is answered in the page: progress, stop, going on, and the table to save."""

from __future__ import annotations

import csv
import io
import shutil
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import FilePayload, Page, expect

from rag.assistant import Assistant
from rag.config import Config, PageConfig
from rag.errors import ConfigError
from rag.models.embedder import Embedder
from rag.page.many.jobs import READER, Job, Jobs
from rag.page.many.texts import Texts, texts
from rag.types import Answer
from rag.uploads.intake import Upload
from rag.uploads.library import Library
from tests.page.conftest import Visit, idle, serving
from tests.page.scripted import ScriptedAssistant, answered, framing, seed_articles
from tests.page.scripts import news

EN, ZH = texts("en"), texts("zh")
TABLE = (
    "who,question,note\n"
    "Ann,Why did Apple choose Alibaba?,=1+1\n"
    "Bob,What is the weather in Dubai? (slowly),\n"
    "Cem,,no question\n"
    "Dan,Why did Apple choose Alibaba? (slowly),\n"
)


@pytest.fixture
def library(seeds_index: Path, embedder: Embedder, tmp_path: Path) -> Library:
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    library = Assistant.open(Config(index=index), embedder=embedder).library
    assert library is not None
    return library


def send(page: Page, words: Texts, name: str, data: bytes) -> None:
    section = page.locator("#rag-many")
    if section.get_attribute("open") is None:
        page.get_by_text(words.section, exact=True).click()
    page.locator("#rag-many-file").set_input_files(
        FilePayload(name=name, mimeType="text/csv", buffer=data)
    )


def saved(page: Page, label: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(download.value.path()).read_bytes()


@pytest.mark.parametrize(("locale", "words", "width"), [("en-US", EN, 1280), ("zh-CN", ZH, 390)])
def test_a_table_is_answered_stopped_gone_on_with_and_saved(
    library: Library, visit: Visit, locale: str, words: Texts, width: int
) -> None:
    assistant = ScriptedAssistant(seed_articles(), news, None)
    with serving(assistant, library=library) as served:
        page = visit(served.url, locale=locale, viewport={"width": width, "height": 800})
        send(page, words, "questions.csv", TABLE.encode())
        outcome = page.locator("#rag-tab-ask .rag-outcome")
        # The last one waits for the gate.
        expect(outcome).to_contain_text(words.progress.format(3, 4))
        page.get_by_role("button", name=words.stop, exact=True).click()
        expect(outcome).to_contain_text(words.stopping)
        assistant.gate.set()
        expect(outcome).to_contain_text(words.stopped.format(3, 4))
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        asked = len(assistant.histories)
        idle(page)
        page.get_by_role("button", name=words.go_on).click()
        expect(outcome).to_contain_text(words.done.format(4, 2, 0, 1, 1))
        assert len(assistant.histories) == asked + 1
        expect(outcome.locator("li")).to_have_count(1)

        rows = list(csv.reader(io.StringIO(saved(page, words.save_csv).decode("utf-8-sig"))))
        head = ["answer", "status", "sources", "quotes", "notices"]
        zh_head = ["回答", "状态", "出处", "引文", "提示"]
        assert rows[0] == ["who", "question", "note", *(head if words is EN else zh_head)]
        assert rows[1][2] == "'=1+1"
        assert "Alibaba" in rows[1][3]
        assert "双11" in rows[1][6]
        sheet = load_workbook(io.BytesIO(saved(page, words.save_xlsx))).worksheets[0]
        assert sheet.max_row == 5
        assert sheet["C2"].data_type == "s"

    # Another day's page, another program: the same file is not asked again.
    with serving(assistant, library=library) as served:
        page = visit(served.url, locale=locale)
        before = len(assistant.histories)
        send(page, words, "again.csv", TABLE.encode())
        expect(page.locator("#rag-tab-ask .rag-outcome")).to_contain_text(
            words.done.format(4, 2, 0, 1, 1)
        )
        assert len(assistant.histories) == before


@pytest.mark.parametrize(("locale", "words", "width"), [("en-US", EN, 390), ("zh-CN", ZH, 1280)])
def test_what_changed_is_shown_when_articles_have_come(
    library: Library, embedder: Embedder, visit: Visit, locale: str, words: Texts, width: int
) -> None:
    assistant = Assistant.open(Config(index=library.folder), embedder=embedder)
    library = assistant.library or library
    questions = "Who is the mayor of Kessel?\nHow many US dollars per share did Alibaba close at?\n"
    with serving(assistant, library=library) as served:
        page = visit(served.url, locale=locale, viewport={"width": width, "height": 800})
        send(page, words, "kept.txt", questions.encode())
        outcome = page.locator("#rag-tab-ask .rag-outcome")
        again = page.get_by_role("button", name=words.ask_again, exact=True)
        expect(again).to_be_visible()
        expect(outcome.locator(".rag-change, .rag-changed-count")).to_have_count(0)
        idle(page)
        again.click()
        expect(outcome.locator(".rag-changed-count")).to_have_text(words.compared.format(2, 0, 2))

        text = "The mayor of Kessel is Ada Lind. She was elected in May."
        (library.folder.parent / "kessel.md").write_text(f"# Kessel\n\n{text}\n", "utf-8")
        library.add([Upload(name="kessel.md", path=library.folder.parent / "kessel.md")])
        send(page, words, "kept.txt", questions.encode())
        expect(outcome.locator(".rag-changed-count")).to_have_text(words.compared.format(2, 1, 1))
        change = outcome.locator(".rag-change")
        expect(change).to_have_attribute("data-change", "answered_now")
        expect(change.locator("h2")).to_contain_text("Who is the mayor of Kessel?")
        expect(change.locator("ins")).to_have_text("The mayor of Kessel is Ada Lind.")
        expect(change.locator("ul")).to_contain_text(["", "Kessel"])
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert Axe().run(page).response["violations"] == []
        rows = list(csv.reader(io.StringIO(saved(page, words.save_csv).decode("utf-8-sig"))))
        assert rows[0][-2:] == (["change", "before"] if words is EN else ["变化", "原来的回答"])
        assert rows[1][-2] == ("answered now" if words is EN else "现已有回答")


def test_what_can_not_be_used_is_one_line(library: Library, visit: Visit) -> None:
    assistant = ScriptedAssistant(seed_articles(), news, None)
    with serving(assistant, library=library, config=PageConfig(local_endpoints=())) as served:
        page = visit(
            served.url, locale="en-US", extra_http_headers={"X-Forwarded-For": "198.51.100.7"}
        )
        many = "".join(f"Question {n}?\n" for n in range(51)).encode()
        for name, data, line in (
            ("q.txt", many, EN.too_many.format("q.txt", 51, 50)),
            ("q.txt", b"x" * 1_000_001, EN.too_large.format("q.txt", "1.0", "1")),
            ("q.doc", b"x", "q.doc can't be used"),
            ("q.csv", b"a,b\n1,2\n", "q.csv has no column"),
            ("q.xlsx", b"PK nonsense", "q.xlsx can't be read"),
            ("q.txt", b"", "q.txt has no question"),
        ):
            send(page, EN, name, data)
            expect(page.get_by_role("alert")).to_contain_text(line)
            told = page.get_by_role("alert").inner_text()
            assert str(library.folder) not in told
            assert "--column" not in told
            idle(page)
    assert list((library.folder / "asked").glob("*")) == []


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def ended(job: Job) -> bool:
    return job.state != "running"


def test_one_file_at_a_time_and_the_same_file_joins(tmp_path: Path) -> None:
    gate = threading.Event()

    def ask(question: str, stop: threading.Event) -> Answer | None:
        gate.wait(60)
        return None if stop.is_set() else answered(question)

    jobs = Jobs(tmp_path)
    job = jobs.begin("q.txt", b"One?\nTwo?\n", ask, "", "1", owner=False)
    assert jobs.begin("other-name.txt", b"One?\nTwo?\n", ask, "", "1", owner=False) is job
    with pytest.raises(ConfigError):
        jobs.begin("q.txt", b"Three?\n", ask, "", "1", owner=False)
    owners = jobs.begin("q.txt", b"Three?\n", ask, "", "1", owner=True)
    gate.set()
    wait_for(lambda: ended(job) and ended(owners))
    assert (job.state, owners.state) == ("done", "done")
    assert jobs.begin("q.txt", b"One?\nTwo?\n", ask, "", "1", owner=False) is job
    # After the articles have changed, all is asked again.
    changed = jobs.begin("q.txt", b"One?\nTwo?\n", ask, "", "2", owner=False)
    wait_for(lambda: ended(changed))
    assert not any(row.kept for row in changed.rows)


def test_a_stopped_file_is_asked_anew_after_the_articles_changed(tmp_path: Path) -> None:
    """What was answered before the stop is compared; what was not has nothing to compare with."""
    said = "old"

    def ask(question: str, _: threading.Event) -> Answer | None:
        if question == "Two?" and said == "old":
            return None
        text = said if question == "One?" else "same"
        return answered(question, framing(text))

    first = Jobs(tmp_path).begin("q.txt", b"One?\nTwo?\n", ask, "", "1", owner=True)
    wait_for(lambda: ended(first))
    assert (first.state, len(first.rows)) == ("stopped", 1)
    said = "new"
    # Another program, since the page was restarted meanwhile.
    jobs = Jobs(tmp_path)
    second = jobs.begin("q.txt", b"One?\nTwo?\n", ask, "", "2", owner=True)
    wait_for(lambda: ended(second))
    one, two = second.rows
    assert one.change
    assert (one.change.kind, one.change.removed, one.change.added) == (
        "changed",
        ("old",),
        ("new",),
    )
    assert two.change is None
    # The same file again, also after a restart, tells the same and asks nothing.
    third = Jobs(tmp_path).begin("q.txt", b"One?\nTwo?\n", ask, "", "2", owner=True)
    wait_for(lambda: ended(third))
    assert [(row.kept, row.change) for row in third.rows] == [(True, one.change), (True, None)]
    again = jobs.go_on(second.key, ask, "2", again=True)
    assert again
    wait_for(lambda: ended(again))
    assert [row.change and row.change.kind for row in again.rows] == ["same", "same"]


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b"0" * 60_000_000)
    assert len(packed.getvalue()) < READER.size
    with pytest.raises(ConfigError, match=r"60\.0 MB"):
        Jobs(tmp_path).begin("q.xlsx", packed.getvalue(), lambda *_: None, "", "1", owner=False)


def test_old_files_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(question: str, _: threading.Event) -> Answer | None:
        return answered(question)

    jobs = Jobs(tmp_path)
    first = jobs.begin("q.txt", b"One?\n", ask, "", "1", owner=False)
    wait_for(lambda: ended(first))
    owners = jobs.begin("q.txt", b"One?\n", ask, "", "1", owner=True)
    wait_for(lambda: ended(owners))
    later = time.time() + 25 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    second = jobs.begin("q.txt", b"Two?\n", ask, "", "1", owner=False)
    wait_for(lambda: ended(second))
    assert not (tmp_path / first.key).exists()
    assert jobs.find(first.key) is None
    assert (tmp_path / owners.key).exists()
