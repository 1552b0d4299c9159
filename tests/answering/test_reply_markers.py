"""Markers are read in all forms that models write, and nothing else is taken for one."""

from __future__ import annotations

import time

import pytest

from rag.answering.reply import before_stops, may_become_marker, part_markers


def parted(text: str) -> tuple[str, tuple[int, ...]]:
    marked = part_markers(text, 12, bare=True)
    return marked.text, marked.numbers


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[1]", (1,)), ("【1】", (1,)), ("〔1〕", (1,)), ("［１］", (1,)), ("[^1]", (1,)),
        ("[1, 2]", (1, 2)), ("[1、2]", (1, 2)), ("[1和2]", (1, 2)), ("[1 and 2]", (1, 2)),
        ("[1-3]", (1, 2, 3)), ("[1–3]", (1, 2, 3)), ("[1至3]", (1, 2, 3)),
        ("[1][2]", (1, 2)), ("[1]、[2]", (1, 2)), ("[1] and [2]", (1, 2)),
        ("[[1]]", (1,)), ("[1](https://a.example/b)", (1,)), (r"\[1\]", (1,)),
        ("[Source 1]", (1,)), ("[来源1]", (1,)), ("[citation:1]", (1,)), ("【1†source】", (1,)),
        ("（[1]）", (1,)), ("(see [1], [2])", (1, 2)), ("（来源：1）", (1,)),
        ("(Sentences 1 and 2)", (1, 2)), ("<sup>1</sup>", (1,)), ("<sup>[1]</sup>", (1,)),
        ("^1^", (1,)), ("{1}", (1,)), ("[S1]", (1,)),
        ("(1)", (1,)), ("（1）", (1,)), ("(1)(2)", (1, 2)), ("(1, 2)", (1, 2)),
        ("①", (1,)), ("①②", (1, 2)), ("¹", (1,)), ("¹²", (12,)),
    ],
)  # fmt: skip
def test_a_marker_is_parted_from_its_sentence(marker: str, numbers: tuple[int, ...]) -> None:
    assert parted(f"远帆基金领投{marker}。") == ("远帆基金领投。", numbers)
    assert parted(f"Harwick grew{marker}.") == ("Harwick grew.", numbers)


@pytest.mark.parametrize(
    "text",
    [
        "It opened on April 2 (2025).",
        "Harwick beat Pellworth (2-1).",
        "Anna (9) and Ben (12) were found.",
        "面积为5km²。",
        "The flat has 80 m².",
        "It is in Section 230(1).",
        "该展览共有(35)。",
        "2024年（首次）。",
        "He wrote it [sic].",
        "根据湖政〔2023〕6号通知，票价上调。",
        "The order [2021] was lifted.",
    ],
)
def test_what_is_no_marker_stays(text: str) -> None:
    assert parted(text) == (text, ())


def test_numbers_of_a_list_are_dropped_and_cite_nothing() -> None:
    assert parted("原因包括：(1)成本下降；(2)需求上升。") == ("原因包括：成本下降；需求上升。", ())
    assert parted("It has (1) costs, and (2) demand [3].")[1] == (3,)
    assert parted("① 成本下降。") == ("成本下降。", ())


def test_beside_brackets_a_parenthesis_is_none() -> None:
    assert parted("Ben left (7) [2].") == ("Ben left (7).", (2,))
    assert part_markers("Ben left (7).", 12, bare=False).numbers == ()


@pytest.mark.parametrize(
    "text", ["[1", "(1)", "[1]、", "①", "（来源：", "[1, ", "根据", "\\[", "¹", "[1] "]
)
def test_a_hostile_line_costs_little(text: str) -> None:
    started = time.thread_time()
    parted(text * 2000)
    may_become_marker(text * 200 + "x")
    before_stops("Velmont.\n" + text * 200 + "x", final=True)
    assert time.thread_time() - started < 2
