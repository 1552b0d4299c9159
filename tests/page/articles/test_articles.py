"""The articles tab in a real browser, over a real index: what a reader does there."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rag.assistant import Assistant
from rag.models.embedder import Embedder
from rag.page import texts as head_texts
from rag.page.articles.texts import Texts, texts
from rag.store.indexing import update_index
from rag.uploads import library as library_module
from rag.uploads.library import Library
from tests.ingest import exported
from tests.page.chat.test_rendering import HOSTILE
from tests.page.conftest import Served, Visit, serving
from tests.page.test_page import answer, ask
from tests.uploads.made import PORT, SHIPS, zipped

EN, ZH = texts("en"), texts("zh")


def open_tab(page: Page, label: str = head_texts.EN.articles) -> None:
    page.get_by_role("tab", name=label, exact=True).click()
    expect(page.locator(".rag-count")).to_be_visible()


def send(page: Page, folder: Path, files: dict[str, str | bytes]) -> None:
    """Choose files, as the file dialog would."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
    page.locator("#rag-files").set_input_files([folder / name for name in files])


def became(page: Page, kind: str) -> list[str]:
    expect(page.locator(f'.rag-became[data-kind="{kind}"]')).to_be_visible()
    return page.locator(f'.rag-became[data-kind="{kind}"] li').all_inner_texts()


def titles(page: Page) -> list[str]:
    return page.locator(".rag-title").all_inner_texts()


def left_over(library: Library) -> list[Path]:
    """What is still on its way: files in the hidden folders of the uploads."""
    return [path for path in library.uploads.glob(".*/*") if path.is_file()]


@pytest.mark.parametrize(
    ("locale", "words", "tab"),
    [("en-US", EN, head_texts.EN.articles), ("zh-CN", ZH, head_texts.ZH.articles)],
)
def test_files_are_added_read_asked_about_and_removed(
    editable: Served,
    library: Library,
    visit: Visit,
    tmp_path: Path,
    locale: str,
    words: Texts,
    tab: str,
) -> None:
    page = visit(editable.url, locale=locale)
    open_tab(page, tab)
    expect(page.locator(".rag-overview")).to_contain_text(words.counts.split("{")[0] + "5")
    news = "# Ferry\n\nNorvia chose the harbour of Kessel because its water is deep."
    send(
        page,
        tmp_path / "sent",
        {
            "渡轮.md": news,
            "batch.zip": zipped({"a/ships.md": SHIPS, "港口.txt": PORT, "photo.jpg": b"x"}),
            "broken.pdf": b"%PDF-1.4 nonsense",
        },
    )
    assert became(page, "new") == ["渡轮.md", "batch/a/ships.md", "batch/港口.txt"]
    refused = became(page, "refused")
    assert len(refused) == 2
    assert "batch/photo.jpg" in refused[0] + refused[1]
    assert "broken.pdf" in refused[0] + refused[1]
    expect(page.locator(".rag-count")).to_contain_text("8")
    assert left_over(library) == []

    page.get_by_role("button", name="Ferry").click()
    reading = page.locator(".rag-reading")
    expect(reading.locator("h2")).to_be_focused()
    expect(reading.locator(".rag-whole")).to_contain_text("its water is deep")
    page.get_by_role("button", name=words.back).click()
    expect(page.get_by_role("button", name="Ferry")).to_be_focused()

    # Without a restart: the very next question finds it.
    page.get_by_role("tab").first.click()
    ask(page, "Which harbour did Norvia choose?")
    answer(page)
    expect(page.locator(".rag-answer")).to_contain_text("harbour of Kessel")

    open_tab(page, tab)
    page.get_by_role("button", name="Ferry").click()
    page.locator(".rag-removal summary").click()
    expect(page.locator(".rag-removal")).to_contain_text("Ferry")
    page.get_by_role("button", name=words.remove_now).click()
    assert became(page, "removed") == ["Ferry"]
    expect(page.locator(".rag-count")).to_contain_text("7")
    assert not (library.uploads / "渡轮.md").exists()
    assert "Ferry" not in titles(page)


def test_files_can_be_dropped(editable: Served, visit: Visit) -> None:
    page = visit(editable.url, locale="en-US")
    open_tab(page)
    dropped = page.evaluate_handle(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "船.md"));
            return data;
        }""",
        SHIPS,
    )
    page.dispatch_event(".rag-drop", "dragover", {"dataTransfer": dropped})
    expect(page.locator(".rag-drop")).to_have_attribute("data-over", "")
    page.dispatch_event(".rag-drop", "drop", {"dataTransfer": dropped})
    assert became(page, "new") == ["船.md"]
    expect(page.locator(".rag-drop[data-over]")).to_have_count(0)
    # The same again, by the file dialog: replaced in place of added twice.
    page.locator("#rag-files").set_input_files(
        {"name": "船.md", "mimeType": "text/markdown", "buffer": PORT.encode()}
    )
    assert became(page, "replaced") == ["船.md"]
    expect(page.locator(".rag-count")).to_have_text("Articles 1–6 of 6")


def test_the_language_can_be_changed_while_reading(
    editable: Served, visit: Visit, tmp_path: Path
) -> None:
    page = visit(editable.url, locale="en-US")
    open_tab(page)
    send(page, tmp_path / "sent", {"ships.md": SHIPS})
    became(page, "new")
    page.get_by_role("radio", name="中文").first.click()
    expect(page.locator(".rag-became h3")).to_contain_text(ZH.new)
    expect(page.locator(".rag-drop label")).to_have_text(ZH.choose)
    page.locator(".rag-title", has_text="苹果AI入华").click()
    expect(page.locator(".rag-reading")).to_contain_text("来自文件夹")
    page.get_by_role("radio", name="English").first.click()
    expect(page.locator(".rag-reading")).to_contain_text("delete its file there")
    expect(page.locator(".rag-removal")).to_have_count(0)


def test_the_list_is_searched_and_paged(
    assistant: Assistant,
    library: Library,
    embedder: Embedder,
    visit: Visit,
    tmp_path: Path,
) -> None:
    lines = "".join(
        f'{{"text": "Ship {n} came to Lund.", "title": "Ship {n}", "outlet": "Harbour Daily"}}\n'
        for n in range(120)
    )
    (tmp_path / "many").mkdir()
    (tmp_path / "many/ships.jsonl").write_text(lines + "nonsense\n")
    update_index(library.uploads.parent, [tmp_path / "many"], embedder)
    with serving(assistant, library=library) as served:
        page = visit(served.url, locale="en-US")
        open_tab(page)
        expect(page.locator(".rag-count")).to_have_text("Articles 1–50 of 125")
        page.get_by_role("button", name=EN.next).click()
        expect(page.locator(".rag-count")).to_have_text("Articles 51–100 of 125")
        expect(page.locator(".rag-count")).to_be_focused()
        page.get_by_label(EN.search).fill("harbour 17")
        expect(page.locator(".rag-count")).to_have_text("Articles 1–2 of 2")
        assert sorted(titles(page)) == ["Ship 117", "Ship 17"]
        page.get_by_label(EN.search).fill("no such thing")
        expect(page.locator(".rag-count")).to_have_text(EN.found_none)
        page.get_by_label(EN.search).fill("")
        page.get_by_role("radio", name="Chinese", exact=True).click()
        expect(page.locator(".rag-count")).to_have_text("Articles 1–5 of 5")
        page.get_by_label(EN.uploaded_only).click()
        expect(page.locator(".rag-count")).to_have_text(EN.found_none)
        page.locator(".rag-failures summary").click()
        expect(page.locator(".rag-failures li")).to_contain_text("ships.jsonl:121")
        expect(page.locator(".rag-overview")).to_contain_text("Harbour Daily 120")
        page.close()


def test_two_readers_who_add_at_once_are_both_served(
    editable: Served, library: Library, visit: Visit, tmp_path: Path
) -> None:
    one, other = visit(editable.url, locale="en-US"), visit(editable.url, locale="zh-CN")
    open_tab(one)
    open_tab(other, head_texts.ZH.articles)
    send(one, tmp_path / "one", {f"one{n}.md": f"{SHIPS} {n}" for n in range(5)})
    send(other, tmp_path / "other", {"港口.txt": PORT})
    assert len(became(one, "new")) == 5
    assert became(other, "new") == ["港口.txt"]
    expect(one.locator(".rag-became")).not_to_contain_text("港口")
    assert len(library.catalogue().articles) == 11


def test_a_question_under_way_is_not_disturbed(
    editable: Served, assistant: Assistant, visit: Visit, tmp_path: Path
) -> None:
    inside, go_on = threading.Event(), threading.Event()
    events = assistant.events

    def slow(*args: object, **options: object) -> object:
        for event in events(*args, **options):  # type: ignore[arg-type]
            inside.set()
            assert go_on.wait(180)
            yield event

    assistant.events = slow  # type: ignore[method-assign, assignment]
    asking, adding = visit(editable.url, locale="en-US"), visit(editable.url, locale="en-US")
    ask(asking, "Why did Apple choose Alibaba?")
    assert inside.wait(60)
    open_tab(adding)
    send(adding, tmp_path / "sent", {"ships.md": SHIPS})
    assert became(adding, "new") == ["ships.md"]
    go_on.set()
    answer(asking)
    expect(asking.locator(".rag-statement").first).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "tab", "width"),
    [("en-US", head_texts.EN.articles, 1280), ("zh-CN", head_texts.ZH.articles, 390)],
)
def test_an_export_becomes_its_articles_each_with_its_outlet_and_day(
    editable: Served, visit: Visit, tmp_path: Path, locale: str, tab: str, width: int
) -> None:
    page = visit(editable.url, locale=locale)
    page.set_viewport_size({"width": width, "height": 800})
    open_tab(page, tab)
    sent = exported.rtf(exported.factiva(exported.ALL, coded=True).split("\n"))
    send(page, tmp_path / "sent", {"Factiva-2025.rtf": sent})
    assert became(page, "new") == ["Factiva-2025.rtf"]
    expect(page.locator(".rag-count")).to_contain_text("8")
    for told in exported.ALL:
        row = page.get_by_role("listitem").filter(has_text=told.title)
        expect(row).to_contain_text(told.outlet)
        expect(row).to_contain_text(told.day)


def test_files_that_are_too_large_or_too_many_are_told_and_not_sent(
    editable: Served, visit: Visit, tmp_path: Path
) -> None:
    page = visit(editable.url, locale="en-US")
    open_tab(page)
    sent: list[int] = []
    page.on("request", lambda r: sent.append(len(r.post_data_buffer or b"")))
    send(page, tmp_path / "sent", {"big.md": b"x" * (5 * 1024**2 + 1), "tool.exe": b"MZ"})
    assert became(page, "refused") == [
        "“big.md” has more than 5 MB: split it.",
        "“tool.exe” is of no kind that can be read: give .md .markdown .txt .html .htm .json"
        " .jsonl .docx .pdf .rtf .zip.",
    ]
    page.evaluate("document.querySelector('.rag-drop').dataset.mostFiles = 1")
    send(page, tmp_path / "sent", {"a.md": SHIPS, "b.md": SHIPS})
    expect(page.locator(".rag-outcome")).to_contain_text(EN.nothing_taken)


def test_a_connection_that_fails_is_told(editable: Served, visit: Visit, tmp_path: Path) -> None:
    page = visit(editable.url, locale="en-US")
    open_tab(page)
    page.route(
        re.compile("articles/upload$"),
        lambda route: (
            route.fulfill(status=204)  # no token; an error would be one in the console, too
            if route.request.headers["x-file-name"] == "a.md"
            else route.continue_()
        ),
    )
    send(page, tmp_path / "sent", {"a.md": SHIPS, "b.md": SHIPS})
    assert became(page, "new") == ["b.md"]
    assert EN.lost in became(page, "refused")[0]


def test_an_index_that_is_busy_is_one_line_and_files_stay(
    editable: Served,
    library: Library,
    visit: Visit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rag.store.opening import open_writer

    monkeypatch.setattr(library_module, "_PATIENCE", 0.2)
    page = visit(editable.url, locale="zh-CN")
    open_tab(page, head_texts.ZH.articles)
    with open_writer(library.uploads.parent):
        send(page, tmp_path / "sent", {"ships.md": SHIPS})
        expect(page.locator(".rag-outcome [role=alert]")).to_contain_text("另一个进程正在写入")
    assert (library.uploads / "ships.md").exists()
    send(page, tmp_path / "sent", {"port.md": PORT})
    expect(page.locator(".rag-became")).to_contain_text("port.md")
    expect(page.locator(".rag-count")).to_contain_text("7")


def test_where_strangers_may_come_nothing_can_be_changed_nor_paths_be_read(
    assistant: Assistant, library: Library, visit: Visit
) -> None:
    with serving(assistant, library=library, editable=False) as served:
        page = visit(served.url, locale="en-US")
        open_tab(page)
        expect(page.locator(".rag-adding")).to_contain_text(EN.not_editable)
        expect(page.locator("#rag-files")).to_have_count(0)
        expect(page.locator(".rag-overview")).to_contain_text("seeds")
        page.locator(".rag-title").first.click()
        expect(page.locator(".rag-reading")).to_be_visible()
        assert str(Path(__file__).parents[3]) not in page.locator("body").inner_text()
        response = page.request.post(
            served.url + "articles/upload",
            headers={"X-File-Name": "a.md", "X-File-Size": "1"},
            data=b"x",
        )
        assert response.status in (404, 405)
        assert not library.uploads.exists()
        page.close()


def test_hostile_titles_names_and_texts_run_nowhere(
    editable: Served, visit: Visit, tmp_path: Path
) -> None:
    page = visit(editable.url, locale="en-US")
    open_tab(page)
    article = f"# {HOSTILE}\n\nBefore. {HOSTILE} After: forty ships."
    hostile_name = "<img src=x onerror=alert(1)>.md"
    send(page, tmp_path / "sent", {"a.txt": article, hostile_name: SHIPS, "${x}{{y}}.md": SHIPS})
    assert became(page, "new") == ["a.txt", "${x}{{y}}.md"]
    assert hostile_name in became(page, "refused")[0]
    row = page.locator("li", has_text="a.txt").locator(".rag-title")
    row.click()
    expect(page.locator(".rag-whole")).to_contain_text("After: forty ships.")
    assert page.locator("img").count() == 0


def test_a_phone_and_a_keyboard_are_enough(editable: Served, visit: Visit, tmp_path: Path) -> None:
    page = visit(editable.url, locale="zh-CN", viewport={"width": 390, "height": 740})
    open_tab(page, head_texts.ZH.articles)
    send(page, tmp_path / "sent", {"很长的文件名" * 9 + ".md": SHIPS})
    became(page, "new")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#rag-files").focus()
    outline = "getComputedStyle(document.querySelector('.rag-drop label')).outlineStyle"
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(outline) == "solid"
    page.get_by_role("button", name="Ships").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rag-reading h2")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".rag-reading .rag-tick")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".rag-correction summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".rag-removal summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert became(page, "removed") == ["Ships"]


@pytest.mark.parametrize(
    ("locale", "words", "tab", "width"),
    [("en-US", EN, head_texts.EN.articles, 390), ("zh-CN", ZH, head_texts.ZH.articles, 1280)],
)
def test_one_article_of_an_export_is_removed_alone(
    editable: Served, visit: Visit, tmp_path: Path, locale: str, words: Texts, tab: str, width: int
) -> None:
    page = visit(editable.url, locale=locale, viewport={"width": width, "height": 800})
    open_tab(page, tab)
    lines = "".join(f'{{"text": "The {name} opened.", "title": "{name}"}}\n' for name in "ABC")
    send(page, tmp_path / "sent", {f"export-{width}.jsonl": lines})
    page.get_by_role("button", name="A", exact=True).click()
    page.locator(".rag-removal summary").click()
    removal = page.locator(".rag-removal")
    expect(removal).to_contain_text(words.remove_one.format("A", 3))
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    removal.get_by_role("button", name=words.remove_alone, exact=True).click()
    assert became(page, "removed") == ["A"]
    page.get_by_role("button", name="B", exact=True).click()
    page.locator(".rag-removal summary").click()
    removal.get_by_role("button", name=words.remove_all.format(2), exact=True).click()
    assert became(page, "removed") == ["B", "C"]


@pytest.mark.parametrize(
    ("locale", "width", "scheme"), [("en-US", 1280, "light"), ("zh-CN", 390, "dark")]
)
def test_the_owner_names_the_outlet_of_files_and_corrects_an_article(
    editable: Served,
    assistant: Assistant,
    visit: Visit,
    tmp_path: Path,
    locale: str,
    width: int,
    scheme: str,
) -> None:
    words, head = (ZH, head_texts.ZH) if locale == "zh-CN" else (EN, head_texts.EN)
    page = visit(
        editable.url,
        locale=locale,
        color_scheme=scheme,
        viewport={"width": width, "height": 860},
    )
    open_tab(page, head.articles)
    page.get_by_label(words.outlet_of_files).fill("Kessel Courier")
    text = "# Ferry\n\nNorvia chose the harbour of Kessel because its water is deep."
    send(page, tmp_path / "sent", {"ferry.md": text})
    became(page, "new")
    page.get_by_role("button", name="Ferry", exact=True).click()
    byline = page.locator(".rag-reading .rag-byline")
    expect(byline).to_contain_text("Kessel Courier")

    page.locator(".rag-correction summary").click()
    page.get_by_label(words.outlet, exact=True).fill("Norvia Post")
    page.get_by_label(words.title, exact=True).fill(HOSTILE)
    page.locator("[data-field=day]").fill("2025-02-13")
    page.get_by_role("button", name=words.correct_now).click()
    expect(byline).to_contain_text("Norvia Post")
    expect(byline).to_contain_text("2025-02-13")
    expect(page.locator(".rag-reading h2")).to_have_text(HOSTILE)
    expect(page.locator(".rag-outcome")).to_contain_text(words.corrected)
    document = assistant.document("ferry")
    assert (document.outlet, str(document.published)) == ("Norvia Post", "2025-02-13")
    page.locator(".rag-correction summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []

    page.get_by_label(words.title, exact=True).fill("")
    page.get_by_role("button", name=words.correct_now).click()
    expect(page.locator(".rag-reading h2")).to_have_text("Ferry")
    expect(byline).to_contain_text("Norvia Post")
