"""Passages: where they may begin and end, their size, and that an edit stays local."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.chunker import ChunkerSettings, Span, chunk
from rag.text.sentences import split_sentences


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Three tokens for two characters, a stand-in for a subword tokenizer."""
    return [math.ceil(len(text) / 1.5) for text in texts]


def texts_of(text: str, budget: int, floor: int | None = None) -> list[str]:
    return [text[s.start : s.end] for s in chunk(text, count_tokens, budget, floor)]


def paragraph(name: str, sentences: int) -> str:
    return "".join(f"{name}段第{number}句话讲了一件事。" for number in range(sentences))


def test_a_paragraph_of_some_length_stands_alone() -> None:
    text = "\n\n".join(paragraph(name, 4) for name in "甲乙丙")
    assert texts_of(text, 100) == text.split("\n\n")


def test_small_paragraphs_share_a_passage() -> None:
    assert texts_of("甲来了。\n\n乙来了。\n\n丙来了。", 100) == ["甲来了。\n\n乙来了。\n\n丙来了。"]


def test_a_small_last_paragraph_joins_the_one_before() -> None:
    text = paragraph("甲", 4) + "\n\n完了。"
    assert texts_of(text, 100) == [text]


def test_a_long_paragraph_is_cut_between_sentences_into_even_parts() -> None:
    text = paragraph("甲", 10)
    passages = texts_of(text, 50)
    assert "".join(passages) == text
    assert all(passage.endswith("。") for passage in passages)
    sizes = count_tokens(passages)
    assert max(sizes) <= 50
    assert min(sizes) >= 15


def test_headings_start_a_passage_and_go_with_the_text_behind_them() -> None:
    text = "开头。\n\n## 甲\n\n### 乙\n\n正文一。\n\n## 丙\n\n正文二。\n\n## 尾"
    assert texts_of(text, 100) == [
        "开头。",
        "## 甲\n\n### 乙\n\n正文一。",
        "## 丙\n\n正文二。",
        "## 尾",
    ]


def test_a_heading_goes_with_the_start_of_a_paragraph_that_has_to_be_cut() -> None:
    passages = texts_of("## 标题\n\n" + paragraph("甲", 10), 50)
    assert passages[0].startswith("## 标题\n\n甲段第0句")


def test_a_sentence_beyond_the_budget_is_cut_at_clauses_then_blanks_then_anywhere() -> None:
    clauses = "一二三四五六七八九，" * 6
    assert all(part.endswith("，") for part in texts_of(clauses, 20))
    words = "word " * 30
    assert all(set(part.split()) == {"word"} for part in texts_of(words, 20))
    assert "".join(texts_of("字" * 100, 10)) == "字" * 100


def test_a_new_sentence_at_the_top_moves_only_the_first_passages() -> None:
    body = "\n\n".join(paragraph(name, 2 + ord(name) % 5) for name in "甲乙丙丁戊己庚辛")
    before = texts_of(body, 100)
    after = texts_of("突发消息。\n\n" + body, 100)
    assert after[-(len(before) - 2) :] == before[2:]


def test_tokens_are_counted_once_for_all_sentences() -> None:
    calls: list[int] = []

    def counting(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count_tokens(texts)

    text = "\n\n".join(paragraph(name, 3) for name in "甲乙丙")
    chunk(text, counting, 100)
    assert calls == [9]


def test_a_counter_that_counts_nothing_is_no_harm() -> None:
    assert chunk("甲。\n\n乙。", lambda texts: [0] * len(texts), 10) == (Span(start=0, end=6),)


def test_no_text_has_no_passages() -> None:
    assert chunk(" \n\n ", count_tokens, 10) == ()


def test_a_budget_has_to_be_positive() -> None:
    with pytest.raises(ValueError, match="budget is 0"):
        chunk("a", count_tokens, 0)


def test_the_defaults_are_the_settings() -> None:
    text = "\n\n".join(paragraph(name, 12) for name in "甲乙丙")
    settings = ChunkerSettings()
    assert chunk(text, count_tokens) == chunk(text, count_tokens, settings.budget, settings.floor)


ANY_TEXT = st.text(st.characters(), max_size=300) | st.lists(
    st.sampled_from(["甲乙丙丁。", "A b c. ", "\n\n", "\n\n## 标题\n\n", "- 项\n", "，", "长" * 40])
).map("".join)


@given(ANY_TEXT, st.integers(1, 60))
def test_passages_are_ordered_disjoint_complete_and_within_the_budget(
    text: str, budget: int
) -> None:
    position = 0
    for span in chunk(text, count_tokens, budget):
        assert position <= span.start < span.end <= len(text)
        assert not text[position : span.start].strip()
        passage = text[span.start : span.end]
        assert passage == passage.strip()
        assert count_tokens([passage])[0] <= budget or len(passage) == 1
        position = span.end
    assert not text[position:].strip()


@given(ANY_TEXT, st.integers(1, 60))
def test_only_a_sentence_beyond_the_budget_is_cut(text: str, budget: int) -> None:
    borders = {
        border for span in chunk(text, count_tokens, budget) for border in (span.start, span.end)
    }
    for sentence in split_sentences(text):
        # Counted with the blanks behind it, as the chunker does.
        rest = text[sentence.end :]
        end = sentence.end + len(rest) - len(rest.lstrip())
        if count_tokens([text[sentence.start : end]])[0] <= budget:
            assert not any(sentence.start < border < sentence.end for border in borders)


@given(ANY_TEXT)
def test_a_heading_ends_no_passage_that_text_could_follow(text: str) -> None:
    # Every heading here is far below the budget.
    spans = chunk(text, count_tokens, 400)
    headings = {
        s.end for s in split_sentences(text) if s.kind == "heading" and s.end - s.start < 20
    }
    for span in spans[:-1]:
        assert span.end not in headings
