"""The source panel and whole articles: every quote where it stands, marked to the character."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from rag.page.chat.reading import MAX_CHARACTERS, render_reader
from rag.page.chat.sources import MAX_CONSIDERED, blocks, marked, outlet_of, render_sources, unused
from rag.page.chat.texts import texts
from rag.types import Document, Hit, Passage
from tests.page.scripted import cite, made_document, seed_articles

from .test_rendering import Page, marks


def test_blocks_are_paragraphs_and_headings_of_the_text() -> None:
    text = "\n\nFirst line\nof one.\n\n### Heading\nSecond.\n \n\nThird 😀.\n"
    found = list(blocks(text))
    assert [text[block.start : block.end] for block in found] == [
        "First line\nof one.",
        "Heading",
        "Second.",
        "Third 😀.",
    ]
    assert [block.heading for block in found] == [False, True, False, False]


@pytest.mark.parametrize("document", seed_articles().values(), ids=lambda d: d.doc_id)
def test_blocks_lose_nothing_of_the_seeds(document: Document) -> None:
    kept = "".join(document.text[block.start : block.end] for block in blocks(document.text))
    assert re.sub(r"\s", "", kept) == re.sub(r"\s|(?m:^#{1,6} )", "", document.text)


def test_offsets_count_code_points() -> None:
    """Emoji before and inside the quote: a count in UTF-16 would be off by one for each."""
    document = made_document("😀😀 起飞 𠮷野家 涨了5%。🚀 The end.")
    citation = cite(document, "𠮷野家 涨了5%。🚀", 1)
    # Before it 2 + 1 + 2 + 1 code points (8 UTF-16 units), in it 3 + 1 + 5 + 1 (12).
    assert (citation.start, citation.end) == (6, 16)
    shown = marked(document.text, 0, len(document.text), [citation])
    assert marks(shown) == ["𠮷野家 涨了5%。🚀"]
    assert Page(shown).text == document.text


def test_overlapping_quotes_are_cut_where_either_begins_or_ends() -> None:
    document = made_document("one two three four")
    citations = [cite(document, "one two three", 1), cite(document, "two three four", 2)]
    shown = marked(document.text, 0, len(document.text), citations)
    assert marks(shown) == ["one ", "two three", " four"]
    assert [mark["data-markers"] for mark in Page(shown).all("mark")] == ["1", "1 2", "2"]
    assert re.findall(r'data-ends="(.*?)">(.*?)<', shown) == [("1", "two three"), ("2", " four")]


def test_the_marker_of_a_quote_with_bold_words_is_shown_once() -> None:
    document = made_document("It closed at 116.7 dollars on Thursday.")
    start = document.text.index("116.7")
    citation = replace(cite(document, document.text, 3), answer=(start, start + 5))
    shown = marked(document.text, 0, len(document.text), [citation])
    assert len(marks(shown)) == 3
    assert shown.count('data-ends="3"') == 1
    assert shown.endswith('data-ends="3"> dollars on Thursday.</mark>')


def test_the_panel_shows_each_quote_in_its_paragraph_once() -> None:
    document = made_document("Alpha one. Alpha two.\n\nMiddle.\n\nOmega.", title="T")
    citations = (cite(document, "Alpha two.", 1), cite(document, "Omega.", 2))
    shown = render_sources(citations, {"made": document}.get, turn=7, language="en")
    page = Page(shown)
    assert "Alpha one." in page.text
    assert "Middle." not in page.text
    assert "⋯" in page.text
    assert [mark["id"] for mark in page.all("mark")] == ["turn7-source1", "turn7-source2"]
    assert page.leads() == {"turn7-marker1", "turn7-marker2"}
    assert Page(shown).ids().count("turn7-source1") == 1


def test_a_quote_over_two_paragraphs_has_one_badge() -> None:
    document = made_document("One.\n\nTwo.\n\nThree.")
    shown = render_sources(
        (cite(document, "One.\n\nTwo.", 1),),
        {"made": document}.get,
        turn=1,
        language="en",
    )
    assert marks(shown) == ["One.", "Two."]
    assert Page(shown).ids() == ["turn1-sources", "turn1-source1"]


def test_two_quotes_that_begin_at_one_place_can_both_be_reached() -> None:
    document = made_document("One two three.")
    citations = (cite(document, "One", 1), cite(document, "One two", 2))
    page = Page(render_sources(citations, {"made": document}.get, turn=1, language="en"))
    assert {"turn1-source1", "turn1-source2"} <= set(page.ids())


def test_a_long_paragraph_is_cut_around_the_quote() -> None:
    document = made_document("a" * 5000 + "QUOTE" + "b" * 5000)
    shown = render_sources(
        (cite(document, "QUOTE", 1),),
        {"made": document}.get,
        turn=1,
        language="en",
    )
    assert "…" + "a" * 240 in shown
    assert "a" * 241 not in shown
    assert "b" * 240 + "…" in shown


@pytest.mark.parametrize(("text", "note"), [(None, "article_gone"), ("New.", "article_changed")])
def test_a_quote_outlives_its_article(text: str | None, note: str) -> None:
    """The index may have moved on since: the quote is shown, and so is that it may be outdated."""
    citation = cite(made_document("It said this. And that."), "It said this.", 1)
    now = None if text is None else made_document(text, content_hash="1" * 64)
    shown = render_sources((citation,), {"made": now}.get, turn=1, language="en")
    assert marks(shown) == ["It said this."]
    assert getattr(texts("en"), note) in Page(shown).text


def test_unused_passages_hold_no_citation_and_are_few() -> None:
    document = made_document("One. Two. Three.")
    spans = [(0, 4), (5, 9), (10, 16)]
    hits = [
        Hit(
            passage=Passage(
                passage_id=n, doc_id="made", start=start, end=end, text=document.text[start:end]
            ),
            score=1.0,
        )
        for n, (start, end) in enumerate(spans)
    ]
    other = replace(hits[1], passage=replace(hits[1].passage, doc_id="other"))
    citation = cite(document, "Two.", 1)
    assert unused([*hits, other], [citation]) == [hits[0], hits[2], other]
    assert unused(hits * 10, []) == (hits * 10)[:MAX_CONSIDERED]


@pytest.mark.parametrize(
    ("outlet", "url", "named"),
    [
        ("Times", "https://a.example/x", "Times"),
        (None, "https://a.example:8443/x", "a.example"),
        (None, "javascript:alert(1)", None),
        (None, None, None),
    ],
)
def test_the_host_stands_for_an_unknown_outlet(
    outlet: str | None, url: str | None, named: str | None
) -> None:
    assert outlet_of(made_document("Text.", outlet=outlet, url=url)) == named


def test_a_whole_article_has_its_headings_and_marks_what_still_stands() -> None:
    document = made_document("# Head\nOne two.\n\nThree.", title="T")
    stale = replace(cite(document, "Three.", 2), content_hash="1" * 64)
    shown = render_reader(document, (cite(document, "two.", 1), stale), "en")
    assert marks(shown) == ["two."]
    assert "<h3>Head</h3><p>One <mark" in shown
    assert texts("zh").article_not_there in Page(render_reader(None, (), "zh")).text


def test_a_very_long_article_is_cut_and_says_so() -> None:
    document = made_document("a" * MAX_CHARACTERS + "END")
    text = Page(render_reader(document, (), "en")).text
    assert "END" not in text
    assert texts("en").cut.format(MAX_CHARACTERS) in text
