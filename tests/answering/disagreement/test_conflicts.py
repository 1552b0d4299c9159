"""Contradictions between articles: the true ones found, and near misses left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.disagreement.aligned import difference
from rag.answering.disagreement.conflicts import find_conflicts
from rag.answering.evidence import Evidence
from rag.answering.selection.newest import prefer_newest
from rag.answering.selection.ranking import rank
from rag.answering.selection.requirements import requirements
from rag.models.embedder import Embedder
from rag.types import (
    Citation,
    Conflict,
    Document,
    DocumentReference,
    Published,
    Statement,
    TimeFrame,
)
from tests.answering.made import asked

MORNING = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
EVENING = datetime(2025, 3, 3, 20, 0, tzinfo=UTC)
NEXT_DAY = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)


def document(name: str, text: str, when: datetime | None) -> Document:
    published = when and Published(moment=when, precision="minute", zone_assumed=False)
    return Document(
        doc_id=name,
        path=f"{name}.txt",
        title=name,
        outlet=f"The {name}",
        published=published or None,
        language="zh",
        url=None,
        text=text,
        content_hash="0",
    )


def conflicts(
    embedder: Embedder,
    question: str,
    *reports: tuple[str, datetime | None],
    same_story: bool = False,
) -> tuple[Conflict, ...]:
    """The conflicts of an answer that says the first report, from articles of these reports."""
    documents = [document(f"paper{i}", text, when) for i, (text, when) in enumerate(reports)]
    (query,) = embedder.embed_queries([question])
    vectors = embedder.embed_passages([text for text, _ in reports])
    others = tuple(
        DocumentReference(
            doc_id=d.doc_id, title=d.title, outlet=d.outlet, published=d.published, url=None
        )
        for d in documents
    )
    evidence = [
        Evidence(
            document=d,
            start=0,
            end=len(d.text),
            text=d.text,
            cosine=float(np.dot(vector, query)),
            coverage=1.0,
            nearby=1.0,
            passage=d.text,
            vector=vector,
            also_in=others if same_story else (),
        )
        for d, vector in zip(documents, vectors, strict=True)
    ]
    about = asked(question)
    needed = requirements(about.query, about.concepts, across=False)
    first = documents[0]
    citation = Citation(
        marker=1,
        doc_id=first.doc_id,
        start=0,
        end=len(first.text),
        quote=first.text,
        title=first.title,
        outlet=first.outlet,
        published=first.published,
        url=None,
        content_hash="0",
    )
    statement = Statement(text=first.text, kind="claim", citations=(citation,), verdict="supported")
    ranked = rank(about, needed, evidence)
    return find_conflicts(ranked, needed, about.concepts, [statement])


TOLL = "德国火车相撞事故死亡多少人？"
PRICE = "西门子股价收在多少？"
DEAL = "西门子和博世的合作怎么样了？"
TRUE = [
    (
        TOLL,
        "德国火车相撞事故造成12人死亡。",
        "德国警方说，火车相撞事故中有15人死亡。",
    ),
    (
        PRICE,
        "截至收盘，西门子股价报231.5欧元。",
        "截至收盘，西门子股价上涨2%，报228.4欧元。",
    ),
    (
        DEAL,
        "西门子与博世的合作已被取消。",
        "西门子仍在继续与博世合作。",
    ),
    (
        "Who won the final for Arsenal?",
        "Arsenal won the final thanks to a late goal by Bukayo Saka on Sunday.",
        "Arsenal won the final thanks to a late goal by Kai Havertz on Sunday.",
    ),
    (
        "How many people did Siemens hire in Berlin last year?",
        "Siemens hired 1,200 people in Berlin last year, its chief executive said.",
        "Siemens hired 2,100 people in Berlin last year, its chief executive said.",
    ),
    (
        "When did parliament in Vienna pass the law?",
        "Parliament in Vienna passed the law on 3 March 2025 by a narrow vote.",
        "Parliament in Vienna passed the law on 5 March 2025 by a narrow vote.",
    ),
]
NO_CONFLICT = [
    (
        "rounded",
        PRICE,
        "截至收盘，西门子股价报118.33欧元。",
        "截至收盘，西门子股价报118.3欧元。",
    ),
    (
        "close and high",
        PRICE,
        "截至收盘，西门子股价报231.5欧元。",
        "西门子股价盘中一度报239.9欧元。",
    ),
    (
        "other days",
        PRICE,
        "3月1日收盘，西门子股价报231.5欧元。",
        "3月2日收盘，西门子股价报228.4欧元。",
    ),
    (
        "other companies",
        PRICE,
        "截至收盘，西门子股价报231.5欧元。",
        "截至收盘，博世股价报228.4欧元。",
    ),
    (
        "bound",
        TOLL,
        "德国火车相撞事故造成12人死亡。",
        "德国火车相撞事故已造成超过10人死亡。",
    ),
    (
        "other measure",
        TOLL,
        "德国火车相撞事故造成12人死亡。",
        "德国火车相撞事故造成40人受伤。",
    ),
    (
        "other quarter",
        "西门子2024年的营收是多少？",
        "西门子2024年第一季度营收达190亿欧元。",
        "西门子2024年第二季度营收达200亿欧元。",
    ),
    (
        "rumour",
        DEAL,
        "西门子与博世的合作已被取消。",
        "如果博世同意，西门子可能仍在继续与博世合作。",
    ),
    (
        "not cancelled",
        DEAL,
        "西门子与博世的合作并未取消。",
        "西门子仍在继续与博世合作。",
    ),
    (
        "another thing",
        DEAL,
        "西门子与博世的合作已被取消。",
        "西门子的罢工仍在进行。",
    ),
    (
        "another event",
        "Who won the final for Arsenal?",
        "Arsenal won the 2023 final thanks to a late goal by Bukayo Saka.",
        "Arsenal won the 2024 final thanks to a late goal by Kai Havertz.",
    ),
    (
        "another subject",
        "How many people did Siemens hire?",
        "Siemens hired 1,200 people in Berlin last year, its chief executive said.",
        "Bosch hired 2,100 people in Berlin last year, its chief executive said.",
    ),
]


@pytest.mark.parametrize(("question", "one", "other"), TRUE)
def test_a_contradiction_is_found(embedder: Embedder, question: str, one: str, other: str) -> None:
    (conflict,) = conflicts(embedder, question, (one, MORNING), (other, EVENING))
    assert len(conflict.values) == 2
    assert [v.citation.quote for v in conflict.values] == [one, other]
    assert [v.citation.marker for v in conflict.values] == [1, 2]
    assert not any(v.superseded for v in conflict.values)


@pytest.mark.parametrize(
    (
        "question",
        "one",
        "other",
    ),
    [case[1:] for case in NO_CONFLICT],
    ids=[c[0] for c in NO_CONFLICT],
)
def test_what_only_looks_like_one_is_left_alone(
    embedder: Embedder, question: str, one: str, other: str
) -> None:
    assert conflicts(embedder, question, (one, MORNING), (other, EVENING)) == ()


def test_articles_of_one_story_are_one_source(embedder: Embedder) -> None:
    question, one, other = TRUE[0]
    assert conflicts(embedder, question, (one, MORNING), (other, EVENING), same_story=True) == ()


def test_a_state_of_a_later_day_supersedes(embedder: Embedder) -> None:
    question, one, other = TRUE[2]
    (conflict,) = conflicts(embedder, question, (one, MORNING), (other, NEXT_DAY))
    assert [v.superseded for v in conflict.values] == [True, False]


def test_the_price_at_press_time_is_the_close_once_that_is_known(embedder: Embedder) -> None:
    close = "截至收盘，西门子股价报231.5欧元。"
    press = "截至发稿，西门子股价报228.4欧元。"
    assert conflicts(embedder, PRICE, (close, MORNING), (press, EVENING))
    assert conflicts(embedder, PRICE, (close, EVENING), (press, MORNING)) == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_is_the_same_from_both_sides(one: str, other: str) -> None:
    forth, back = difference(one, other), difference(other, one)
    assert difference(one, one) is None
    if forth and back:
        assert (forth.one, forth.other) == (back.other, back.one)


def test_the_newest_comes_first_only_where_it_is_asked_for(embedder: Embedder) -> None:
    texts = ["西门子股价报231.5欧元。", "西门子股价报228.4欧元。"]
    (query,) = embedder.embed_queries([PRICE])
    vectors = embedder.embed_passages(texts)
    evidence = [
        Evidence(
            document=document(f"paper{i}", text, when),
            start=0,
            end=len(text),
            text=text,
            cosine=float(np.dot(vector, query)),
            coverage=1.0,
            nearby=1.0,
            passage=text,
            vector=vector,
        )
        for i, (text, when, vector) in enumerate(
            zip(texts, (MORNING, NEXT_DAY), vectors, strict=True)
        )
    ]
    about = asked(PRICE)
    ranked = rank(about, requirements(about.query, about.concepts, across=False), evidence)
    # Whichever answers a little better: the newer one comes first where the newest is asked for.
    for order in (ranked, ranked[::-1]):
        newest = TimeFrame(phrase="最新", effect="newest")
        assert prefer_newest(order, None) == order
        assert [c.evidence for c in prefer_newest(order, newest)] == evidence[::-1]
        until = TimeFrame(end=MORNING.date(), phrase="截至3月3日", effect="newest")
        assert [c.evidence for c in prefer_newest(order, until)] == evidence
