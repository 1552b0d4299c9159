"""The main states of the page, one after the other, as one reader meets them."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import FilePayload, Page, expect

from rag.messages import Language
from rag.page.articles.texts import texts as articles_texts
from rag.page.chat.texts import texts as chat_texts
from rag.page.compare.texts import texts as compare_texts
from rag.page.settings.texts import texts as settings_texts
from tests.chat_server import ChatServer, fails, listing, says

from .conftest import Served


def walk(page: Page, served: Served, language: Language, model: ChatServer) -> Iterator[str]:
    """Bring the page to each state and name it; the caller looks at it before the next.

    `model` is the one local server that the page knows.
    """
    yield from _chat(page, served, language)
    yield from _set_up(page, language, model)
    yield from _story(page, language)
    yield from _articles(page, language)
    yield from _settings(page, language)


def _chat(page: Page, served: Served, language: Language) -> Iterator[str]:
    words = chat_texts(language)
    why = "苹果为什么选择阿里？" if language == "zh" else "Why did Apple choose Alibaba?"
    expect(page.locator(".rag-example").first).to_be_visible()
    yield "start"
    page.locator("#rag-many summary").click()
    page.locator("#rag-many-file").set_input_files(
        FilePayload(name="q.txt", mimeType="text/plain", buffer="苹果？\nBaidu?\n".encode())
    )
    expect(page.locator('[data-do="save_table"]').first).to_be_visible()
    yield "many-questions"
    served.assistant.gate.clear()
    _ask(page, f"{why} (slowly)")
    expect(page.locator(".rag-draft")).to_be_visible()
    yield "streaming"
    served.assistant.gate.set()
    _answered(page, 1)
    for folded in page.locator(".rag-answer details").all():
        folded.locator("summary").click()
    yield "answered"
    page.locator("#turn1-marker1").hover()
    expect(page.locator("#turn1-quote1")).to_be_visible()
    yield "popover"
    page.keyboard.press("Escape")
    page.get_by_role("button", name=words.share, exact=True).click()
    expect(page.locator("dialog.rag-share")).to_be_visible()
    yield "shared"
    page.keyboard.press("Escape")
    expect(page.locator("dialog.rag-share")).to_have_count(0)
    page.get_by_role("button", name=words.whole_article).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "reader"
    page.keyboard.press("Escape")
    _ask(page, "Baidu?")
    _answered(page, 2)
    yield "disagreement"
    _ask(page, "迪拜天气怎么样？" if language == "zh" else "What is the weather in Dubai?")
    _answered(page, 3)
    yield "abstained"
    _ask(page, "down?")
    expect(page.get_by_role("alert")).to_be_visible()
    yield "error"
    page.locator("#rag-new").click()
    expect(page.locator(".rag-turn")).to_have_count(0)
    page.locator(".rag-history").click()
    expect(page.locator(".rag-kept-open")).to_be_visible()
    yield "history"
    page.locator(".rag-kept-list button").first.click()
    expect(page.locator(".rag-kept-rename input")).to_be_focused()
    yield "renaming"
    page.keyboard.press("Escape")
    page.locator(".rag-kept-list button").last.click()
    expect(page.locator(".rag-kept-undo button")).to_be_focused()
    yield "deleted"
    page.keyboard.press("Escape")


def _set_up(page: Page, language: Language, model: ChatServer) -> Iterator[str]:
    page.get_by_role("tab").first.click()
    _ask(page, "untranslated?")
    _answered(page, 1)
    yield "untranslated"
    model.listed = listing()
    page.get_by_role("button", name=chat_texts(language).answer_in["en"]).click()
    expect(page.locator(".rag-set-up-head pre")).to_be_visible()
    yield "set-up-none-found"
    model.listed = listing("tiny-model")
    page.locator("#rag-set-up-look").click()
    expect(page.locator("#rag-set-up-which").get_by_text("tiny-model")).to_be_visible()
    yield "set-up-found"
    result = page.locator(".rag-set-up-result")
    for state, reply in (("bad", fails(401)), ("good", says("Paris."))):
        model.script[:] = [reply]
        page.locator("#rag-set-up-try").click()
        expect(result.locator(f'[data-kind="{state}"]')).to_be_visible()
        yield f"set-up-{state}"
    page.locator("#rag-set-up-cancel").click()
    expect(page.locator("#turn1")).to_be_visible()


def _story(page: Page, language: Language) -> Iterator[str]:
    page.get_by_role("tab").nth(2).click()
    page.get_by_role("radio", name=compare_texts(language).through_time).check()
    expect(page.locator("#rag-story")).to_be_visible()
    yield "story"


def _articles(page: Page, language: Language) -> Iterator[str]:
    words = articles_texts(language)
    page.get_by_role("tab").nth(3).click()
    expect(page.locator(".rag-count")).to_be_visible()
    yield "articles"
    page.locator("#rag-feeds summary").first.click()
    page.locator("#rag-feeds input[type=url]").fill("ftp://news.example")
    page.locator('[data-do="follow_feed"]').click()
    expect(page.get_by_role("alert")).to_be_visible()
    yield "feeds"
    # Under a name of its own: what is there already would be no new article.
    text = b"# Ferry\n\nNorvia chose the harbour of Kessel because its water is deep."
    page.locator("#rag-files").set_input_files(
        [
            FilePayload(name=f"ferry-{language}.md", mimeType="text/markdown", buffer=text),
            FilePayload(name="broken.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 nonsense"),
        ]
    )
    expect(page.locator(".rag-became").last).to_be_visible()
    yield "uploaded"
    page.get_by_role("button", name="Ferry").first.click()
    expect(page.locator(".rag-reading h2")).to_be_focused()
    page.locator(".rag-removal summary").click()
    yield "article"
    page.get_by_role("button", name=words.back).click()
    expect(page.locator(".rag-count")).to_be_visible()


def _settings(page: Page, language: Language) -> Iterator[str]:
    words = settings_texts(language)
    page.get_by_role("tab").nth(4).click()
    expect(page.locator("#rag-saved")).to_be_visible()
    yield "settings"
    page.locator("#rag-shared summary").click()
    expect(page.locator("#rag-shared li").first).to_be_visible()
    yield "shared-answers"
    page.get_by_role("radio", name=words.model_writes).check()
    expect(page.locator("#rag-endpoint")).to_be_visible()
    yield "model"


def _ask(page: Page, question: str) -> None:
    page.locator("#rag-question textarea").fill(question)
    page.keyboard.press("Enter")


def _answered(page: Page, turn: int) -> None:
    expect(page.locator(f"#turn{turn} .rag-provenance")).to_be_visible()
    expect(page.locator("#rag-ask")).to_be_visible()
