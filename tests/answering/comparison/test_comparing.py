"""Comparing outlets: what they share, what one alone reports, where they contradict each other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.answering.comparison.result import Comparison, ComparisonProgress, told_by
from rag.assistant import Assistant
from rag.async_assistant import AsyncAssistant
from rag.cancellation import Cancellation, Cancelled, cancellable
from rag.cli import app
from rag.config import Config
from rag.errors import AnswerFormatError, QuestionError
from rag.models.embedder import Embedder
from rag.store.indexing import update_index

TOPIC = "雪山隧道通车"
# The same event in three outlets and two languages, and an agency's text in a fourth.
ARTICLES = {
    "山城日报": (
        "2026-03-01",
        "雪山隧道于3月1日正式通车，全长12.9公里。"
        "雪山隧道的总投资为86亿元。"
        "雪山隧道开通首日，市长李明在现场表示将免费通行三个月。",
    ),
    "北方晚报": (
        "2026-03-01",
        "全长12.9公里的雪山隧道3月1日正式通车。"
        "雪山隧道的总投资为92亿元。"
        "雪山隧道的施工队在开挖中遇到过七次涌水。",
    ),
    "Mountain Post": (
        "2026-03-02",
        "The 12.9-kilometre Snow Mountain tunnel opened to traffic on March 1."
        " Drivers of lorries may not use the Snow Mountain tunnel at night.",
    ),
    "转载网": (
        "2026-03-01",
        "雪山隧道于3月1日正式通车，全长12.9公里。"
        "雪山隧道的总投资为86亿元。"
        "雪山隧道开通首日，市长李明在现场表示将免费通行三个月。",
    ),
    "体育周刊": (
        "2026-03-01",
        "海东队昨晚以3比1战胜了南岭队。主教练王刚说，球队在下半场调整了阵型。",
    ),
}


@pytest.fixture(scope="module")
def index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outlets")
    for number, (outlet, (day, text)) in enumerate(ARTICLES.items()):
        article = f"---\ntitle: 报道{number}\noutlet: {outlet}\ndate: {day}\n---\n{text}\n"
        (folder / f"a{number}.md").write_text(article, encoding="utf-8")
    update_index(folder / "index", [folder], embedder)
    return folder / "index"


@pytest.fixture(scope="module")
def assistant(index: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(Config(index=index), embedder=embedder)


@pytest.fixture(scope="module")
def compared(assistant: Assistant) -> Comparison:
    return assistant.compare(TOPIC)


def outlets(citations: tuple[object, ...]) -> set[str | None]:
    return {citation.outlet for citation in citations}  # type: ignore[attr-defined]


def test_a_fact_that_outlets_share_is_found_in_both_languages(compared: Comparison) -> None:
    opened = next(fact for fact in compared.shared if "通车" in fact.citations[0].quote)
    assert {"山城日报", "北方晚报", "Mountain Post"} <= outlets(opened.citations)
    days = [str(citation.published) for citation in opened.citations]
    assert days == sorted(days)


def test_a_copy_confirms_nothing(compared: Comparison) -> None:
    free = next(fact for fact in compared.shared if "李明" in fact.citations[0].quote)
    assert outlets(free.citations) == {"山城日报", "转载网"}
    assert free.wordings == 1
    assert "转载" in told_by(free, "zh")
    # What outlets tell independently comes first.
    assert [f.wordings for f in compared.shared] == sorted(
        (f.wordings for f in compared.shared), reverse=True
    )


def test_another_figure_is_a_contradiction(compared: Comparison) -> None:
    (cost,) = compared.contradictions
    assert cost.kind == "number"
    assert {value.value for value in cost.values} == {"86亿元", "92亿元"}
    for value in cost.values:
        assert value.value in value.citation.quote


def test_what_one_outlet_alone_reports_is_its_own(compared: Comparison) -> None:
    own = {report.outlet: [c.quote for c in report.citations] for report in compared.only}
    assert any("涌水" in quote for quote in own["北方晚报"])
    assert any("lorries" in quote for quote in own["Mountain Post"])
    assert not any("总投资" in quote for quotes in own.values() for quote in quotes)
    # Another topic is not listed.
    assert "体育周刊" not in own


@pytest.fixture(scope="module")
def seeds(seeds_index: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(Config(index=seeds_index), embedder=embedder)


@pytest.mark.parametrize(
    ("topic", "fact", "least"),
    [("苹果在中国的出货量", "25%", 3), ("DeepSeek", "大客户", 2)],
)
def test_a_fact_beside_others_in_a_sentence_is_shared(
    seeds: Assistant, topic: str, fact: str, least: int
) -> None:
    told = seeds.compare(topic)
    groups = [shared.citations for shared in told.shared if fact in shared.citations[0].quote]
    assert [len(group) >= least for group in groups] == [True]
    assert all(fact in citation.quote for citation in groups[0])
    alone = [citation.quote for report in told.only for citation in report.citations]
    assert not any(fact in quote for quote in alone)


def test_what_all_sentences_say_makes_no_shared_fact(seeds: Assistant) -> None:
    told = seeds.compare("苹果与阿里巴巴的合作")
    shown = [citation.quote for shared in told.shared for citation in shared.citations]
    assert told.shared
    assert "苹果携手阿里巴巴！" not in shown
    places = [(c.doc_id, c.start) for shared in told.shared for c in shared.citations]
    assert len(places) == len(set(places))  # A sentence is in one fact.


def test_a_topic_may_have_words_that_the_dictionary_cannot_translate(seeds: Assistant) -> None:
    told = seeds.compare("Apple shipments in China")
    assert [notice.code for notice in told.notices] == ["words_unknown"]
    assert "shipments" in told.notices[0].en
    fall = next(shared for shared in told.shared if "25%" in shared.citations[0].quote)
    assert len(outlets(fall.citations)) >= 2
    # A name that no article has is another topic, and so are words that are mostly absent.
    for absent in ("Tesla in China", "quantum computers", "layoffs at Microsoft"):
        assert not seeds.compare(absent).found


def test_every_line_is_an_exact_quote_with_one_marker(
    assistant: Assistant, compared: Comparison
) -> None:
    cited = [
        *(value.citation for each in compared.contradictions for value in each.values),
        *(citation for fact in compared.shared for citation in fact.citations),
        *(citation for report in compared.only for citation in report.citations),
    ]
    for citation in cited:
        text = assistant.document(citation.doc_id).text
        assert text[citation.start : citation.end] == citation.quote
    places = {(c.doc_id, c.start, c.end): c.marker for c in cited}
    assert sorted(places.values()) == list(range(1, len(places) + 1))


def test_json_comes_back_and_markdown_has_the_quotes(compared: Comparison) -> None:
    assert Comparison.from_json(compared.to_json()) == compared
    for language in ("zh", "en"):
        assert "涌水" in compared.to_markdown(language)
    with pytest.raises(AnswerFormatError):
        Comparison.from_json("[]")


def test_only_chosen_outlets_and_days_are_compared(assistant: Assistant) -> None:
    two = assistant.compare(TOPIC, outlets=["山城日报", "北方晚报"])
    assert {report.outlet for report in two.only} == {"山城日报", "北方晚报"}
    late = assistant.compare(TOPIC, since="2026-03-02")
    assert {report.outlet for report in late.only} == {"Mountain Post"}
    assert late.notices[0].code == "compared_alone"
    alone = assistant.compare(TOPIC, outlets=["北方晚报"]).notices
    assert "北方晚报" in alone[0].en
    assert "Choose several outlets" in alone[0].en
    told_by_one = assistant.compare("雪山隧道施工队遇到涌水", outlets=["北方晚报", "体育周刊"])
    assert [notice.code for notice in told_by_one.notices] == ["one_outlet"]
    none = assistant.compare("量子计算机的价格")
    assert not none.found
    assert [notice.code for notice in none.notices] == ["nothing_compared"]
    with pytest.raises(QuestionError):
        assistant.compare(" ")


def test_progress_is_told_and_the_work_can_be_stopped(assistant: Assistant) -> None:
    steps = list(assistant.stream_comparison(TOPIC))
    assert steps[0] == ComparisonProgress()
    assert isinstance(steps[-1], Comparison)
    told = [step for step in steps if isinstance(step, ComparisonProgress) and step.total]
    assert told
    cancellation = Cancellation()
    with cancellable(cancellation):
        running = assistant.stream_comparison(TOPIC)
        next(running)
        cancellation.cancel()
        with pytest.raises(Cancelled):
            list(running)


def test_async_callers_get_the_same(assistant: Assistant, compared: Comparison) -> None:
    assert asyncio.run(AsyncAssistant(assistant).compare(TOPIC)) == compared


def test_the_command_line_prints_it(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_INDEX", str(index))
    said = CliRunner().invoke(app, ["compare", TOPIC])
    assert said.exit_code == 0, said.output
    assert "92亿元" in said.output
    told = CliRunner().invoke(app, ["compare", TOPIC, "--json", "--outlet", "北方晚报"])
    assert Comparison.from_json(told.stdout).only[0].outlet == "北方晚报"
    nothing = CliRunner().invoke(app, ["compare", "量子计算机的价格"])
    assert nothing.exit_code == 3
