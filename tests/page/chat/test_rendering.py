"""The page's markup, without a browser: what it shows, and what it never lets through."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.exports.addresses import safe_url
from rag.messages import Language, Message
from rag.page.chat.controls import render_errand, render_examples, render_hint
from rag.page.chat.reading import render_reader
from rag.page.chat.rendering import cited, render_draft, render_turn
from rag.page.chat.texts import texts
from rag.page.chat.turns import Turn
from rag.page.markup import escaped, external_link, render_intro
from rag.page.texts import preferred_language
from rag.store.articles import reference
from rag.types import (
    VOIDING,
    Conflict,
    ConflictValue,
    Document,
    Hit,
    ModelUse,
    Passage,
    Progress,
    Stage,
)
from tests.page.scripted import (
    ScriptedAssistant,
    answered,
    cite,
    claim,
    framing,
    made_document,
    seed_articles,
)
from tests.page.scripts import news

HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(1)</script>${alert(1)}{{alert}}`&"


class Page(HTMLParser):
    """What a browser would make of the markup: its tags, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get("id"))]

    def leads(self) -> set[str]:
        return {value for _, attributes in self.tags if (value := attributes.get("data-goto"))}


def nothing(doc_id: str) -> Document | None:  # noqa: ARG001
    return None


def marks(markup: str) -> list[str]:
    """The text of every mark, in order."""
    found = re.findall(r"<mark[^>]*>(.*?)</mark>", markup, flags=re.DOTALL)
    return [html.unescape(mark) for mark in found]


# --- untrusted text and addresses --------------------------------------------------------------


@pytest.mark.parametrize("text", [HOSTILE, "a & b", "“引号”", "👩‍👩‍👧", "\u202eevil", "x\x00y"])
def test_escaping_keeps_the_text_and_no_markup(text: str) -> None:
    shown = escaped(text)
    assert not set("<>\"'") & set(shown)
    assert html.unescape(shown) == text or "\x00" in text


def test_a_lone_surrogate_can_still_be_sent() -> None:
    assert escaped("a\ud83db") == "a\ufffdb"
    assert escaped("\ud83d\ude00") == "😀"


@pytest.mark.parametrize("url", ["https://news.example/a?b=1&c=2", "http://example.org/新闻"])
def test_web_addresses_are_links(url: str) -> None:
    [attributes] = Page(external_link(url, "Original")).all("a")
    assert attributes["href"] == url
    assert attributes["rel"] == "noopener noreferrer"
    assert attributes["target"] == "_blank"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org/x",
        "https:///nohost",
        "http://[broken",
        "https://a.example/\x01",
        "",
        None,
    ],
)
def test_anything_else_is_no_link(url: str | None) -> None:
    assert safe_url(url) is None
    assert external_link(url, "Original") == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_text_everywhere_stays_text(language: Language) -> None:
    """Question, statement, reason, title, outlet, article, link and model: all at once."""
    document = made_document(
        f"Before. {HOSTILE} After.", title=HOSTILE, outlet=HOSTILE, url="javascript:alert(1)"
    )
    message = Message(code="x", en=HOSTILE, zh=HOSTILE)
    doubtful = claim(HOSTILE, cite(document, HOSTILE, 1), verdict="partial", reasons=[message])
    answer = answered(
        HOSTILE,
        doubtful,
        left_out=(claim(HOSTILE, verdict="unsupported", reasons=[message]),),
        missing=(message,),
        nearest=(reference(document),),
        notices=(message,),
        rewritten_question=HOSTILE,
        conflicts=(
            Conflict(
                subject=HOSTILE,
                measure=HOSTILE,
                values=(ConflictValue(value=HOSTILE, citation=cite(document, HOSTILE, 2)),),
            ),
        ),
        hits=(
            Hit(
                passage=Passage(passage_id=1, doc_id=HOSTILE, start=0, end=9, text=HOSTILE), score=1
            ),
        ),
        model=ModelUse(name=HOSTILE, endpoint=HOSTILE, prompt_tokens=None, completion_tokens=None),
    )
    turn = Turn(number=1, question=HOSTILE, answer=answer)
    for shown in (
        render_turn(turn, {document.doc_id: document}.get, language),
        render_turn(Turn(number=1, question=HOSTILE, draft=HOSTILE), nothing, language),
        render_turn(Turn(number=1, question=HOSTILE, error=message), nothing, language),
        render_intro(HOSTILE, language),
        render_reader(document, (cite(document, HOSTILE, 1),), language),
        render_examples((HOSTILE,), language),
        render_hint(HOSTILE, language),
    ):
        page = Page(shown)
        assert HOSTILE in page.text
        assert not {"script", "img", "iframe", "style"} & {tag for tag, _ in page.tags}
        for _, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on")]
            assert not (attributes.get("href") or "#").startswith("javascript")


def test_an_errand_carries_any_text_and_differs_from_the_one_before() -> None:
    first = Page(render_errand("save", text=HOSTILE, name="a.md")).all("div")[0]
    second = Page(render_errand("save", text=HOSTILE, name="a.md")).all("div")[0]
    assert first["data-text"] == HOSTILE
    assert first["data-number"] != second["data-number"]


# --- answers -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant(seed_articles(), news)


def finished(assistant: ScriptedAssistant, question: str) -> Turn:
    turn = Turn(number=1, question=question)
    for event in assistant.events(question):
        turn = turn.after(event)
    return turn


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Why did Apple choose Alibaba?", "en"),
        ("苹果为什么选择阿里？", "zh"),
        ("Still with Baidu?", "zh"),
    ],
)
def test_every_marker_leads_to_its_quote_and_back(
    assistant: ScriptedAssistant, question: str, language: Language
) -> None:
    turn = finished(assistant, question)
    shown = render_turn(turn, assistant.articles.get, language)
    page = Page(shown)
    assert turn.answer is not None
    assert page.leads() <= set(page.ids())
    assert len(page.ids()) == len(set(page.ids()))
    for citation in cited(turn.answer):
        assert f"turn1-source{citation.marker}" in page.ids()
        assert citation.quote in marks(shown)
        assert citation.title in page.text
        assert str(citation.published) in page.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_verdicts_differ_in_words_and_not_only_in_colour(
    assistant: ScriptedAssistant, language: Language
) -> None:
    words = texts(language)
    page = Page(render_turn(finished(assistant, "Why?"), assistant.articles.get, language))
    signs = [span["aria-label"] for span in page.all("span") if span.get("role") == "img"]
    assert signs == [words.supported, words.supported, words.partial]
    assert f"{words.partial} · {words.why}" in page.text
    assert words.left_out_one in page.text


def test_a_framing_sentence_has_no_sign() -> None:
    answer = answered("Q", framing("Three reasons:"))
    page = Page(render_turn(Turn(number=1, question="Q", answer=answer), nothing, "en"))
    assert "Three reasons:" in page.text
    assert [span for span in page.all("span") if span.get("role") == "img"] == []


@pytest.mark.parametrize(
    ("language", "missing"), [("zh", "迪拜的天气"), ("en", "The weather in Dubai")]
)
def test_an_abstention_says_what_was_missing_and_what_is_near(
    assistant: ScriptedAssistant, language: Language, missing: str
) -> None:
    turn = finished(assistant, "weather")
    page = Page(render_turn(turn, assistant.articles.get, language))
    assert texts(language).abstained in page.text
    assert missing in page.text
    assert turn.answer is not None
    for near in turn.answer.nearest:
        assert near.title in page.text
        assert near.url in [link.get("href") for link in page.all("a")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_disagreeing_values_stand_in_a_table_with_source_day_and_state(
    assistant: ScriptedAssistant, language: Language
) -> None:
    turn = finished(assistant, "Still with Baidu?")
    assert turn.answer is not None
    [conflict] = turn.answer.conflicts
    older, newer = conflict.values
    conflict = replace(conflict, values=(replace(older, superseded=True), newer))
    turn = replace(turn, answer=replace(turn.answer, conflicts=(conflict,)))
    shown = render_turn(turn, assistant.articles.get, language)
    table = shown[shown.index("<table>") : shown.index("</table>")]
    rows = [Page(row).text for row in table.split("<tr>")[2:]]
    assert rows[0].startswith(f"called off{texts(language).superseded}每日经济新闻 [1]2025-02-13")
    assert rows[1].startswith("still going on界面新闻 [2]2025-02-14")


def test_which_model_saw_the_text_is_told(assistant: ScriptedAssistant) -> None:
    with_model = render_turn(finished(assistant, "Why?"), nothing, "en")
    assert "qwen2.5-7b-instruct at http://127.0.0.1:8080/v1" in with_model
    without = render_turn(finished(assistant, "weather"), nothing, "en")
    assert texts("en").model_none in without


# --- while an answer streams -------------------------------------------------------------------


def test_a_draft_is_labelled_and_gives_way_to_the_statement() -> None:
    turn = Turn(number=1, question="Q").after(Progress(stage="writing"))
    drafted = replace(turn, draft="Perhaps")
    assert texts("zh").draft in Page(render_draft("Perhaps", "zh")).text
    assert "Perhaps" in render_turn(drafted, nothing, "en")
    settled = drafted.after(claim("Certainly.", cite(made_document("Certainly."), "Certainly.", 1)))
    shown = render_turn(settled, nothing, "en")
    assert "Perhaps" not in shown
    assert "Certainly." in shown


@pytest.mark.parametrize("stage", sorted(VOIDING))
def test_some_stages_void_what_came_before(stage: Stage) -> None:
    turn = Turn(number=1, question="Q").after(Progress(stage="writing")).after(framing("Void."))
    turn = replace(turn, draft="void too").after(Progress(stage=stage))
    shown = render_turn(turn, nothing, "en")
    assert "void" not in shown.lower()
    assert texts("en").stages[stage] in Page(shown).text


def test_the_answer_is_what_counts() -> None:
    turn = (
        Turn(number=1, question="Q")
        .after(framing("Streamed."))
        .after(answered("Q", framing("Final.")))
    )
    shown = render_turn(turn, nothing, "en")
    assert "Streamed." not in shown
    assert "Final." in shown
    assert not turn.running


def test_stopping_keeps_the_checked_and_drops_the_draft() -> None:
    turn = replace(Turn(number=1, question="Q").after(framing("Checked.")), draft="unchecked")
    shown = render_turn(turn.stop(), nothing, "en")
    assert "Checked." in shown
    assert "unchecked" not in shown
    assert 'aria-busy="false"' in shown


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (None, "正在检索文章……"),
        (Progress(stage="reading", count=12), "正在阅读 12 个段落……"),
        (Progress(stage="reading"), "正在阅读……"),
        (Progress(stage="checking", count=3), "正在核对 3 个句子……"),
    ],
)
def test_progress_in_words(progress: Progress | None, line: str) -> None:
    assert texts("zh").progress(progress) == line


# --- languages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.3, zh-TW;q=0.7", "zh"),
        ("fr-FR,fr;q=0.9,zh;q=0.2", "zh"),
        ("fr", "en"),
        ("zh;q=0", "en"),
        ("zh;q=broken", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_browsers_language(header: str | None, language: Language) -> None:
    assert preferred_language(header) == language


def test_chinese_texts_use_full_width_punctuation() -> None:
    words = texts("zh")
    lines = [value for value in vars(words).values() if isinstance(value, str)]
    lines += [*words.stages.values(), *words.counted_stages.values()]
    assert [line for line in lines if re.search(r"[\u4e00-\u9fff][,;:?!.]|\.\.\.", line)] == []
