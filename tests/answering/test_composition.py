"""A chat model's reply becomes checked, numbered statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import pytest

from rag.answering.composition import Composition, quote, write
from rag.errors import ChatModelFailed, JudgeError
from rag.models.chat import CutOff, ReplyPiece, ThoughtSoFar
from rag.models.cross_encoders import Judge
from rag.types import Citation, Draft, Event, Progress, Statement
from tests.answering.evidence import ScriptedModel, Sources

PARTS = (
    "截至收盘，阿里巴巴港股涨2.55%",
    "已经为百度AI支付了高达1亿美元的费用",
    "部分原因是阿里拥有大量关于用户购物",
)
CLOSE = "阿里巴巴港股收盘上涨2.55%，报116.7港元/股。"
PAID = "苹果已经为百度AI支付了高达1亿美元的费用。"


def composed(
    sources: Sources, *pieces: ReplyPiece, judge: Judge | None = None
) -> tuple[list[Event], Composition]:
    return composed_by(ScriptedModel(*pieces), sources, judge)


def composed_by(
    model: ScriptedModel, sources: Sources, judge: Judge | None = None
) -> tuple[list[Event], Composition]:
    made: list[Composition] = []

    def run() -> Iterator[Event]:
        evidence = sources.of(*PARTS)
        made.append((yield from write(model, "？", "zh", evidence, sources.vectors, judge)))

    events = list(run())
    return events, made[0]


def test_statements_are_numbered_by_first_appearance(sources: Sources) -> None:
    _, made = composed(sources, f"{PAID}[2]{CLOSE}[1]{PAID.replace('已经', '')}[2]")
    assert [[c.marker for c in s.citations] for s in made.statements] == [[1], [2], [1]]
    for statement in made.statements:
        for citation in statement.citations:
            document = sources.documents[citation.doc_id]
            assert citation.quote == document.text[citation.start : citation.end]


def test_drafts_replace_each_other_and_a_statement_clears_them(sources: Sources) -> None:
    events, made = composed(sources, *f"{PAID}[2]{CLOSE}[1]")
    shown = ""
    for event in events:
        if isinstance(event, Draft):
            shown = event.text
            assert len(shown) <= max(len(PAID), len(CLOSE)) + len("[2]苹")
        elif isinstance(event, Statement):
            assert "".join(shown.split("[")[0]).startswith(event.text[:5])
    drafts = [event.text for event in events if isinstance(event, Draft)]
    assert drafts[:3] == [PAID[:1], PAID[:2], PAID[:3]]
    first = next(i for i, event in enumerate(events) if isinstance(event, Statement))
    after = events[first + 1]
    assert isinstance(after, Draft)
    assert after.text == CLOSE[0]
    assert tuple(e for e in events if isinstance(e, Statement)) == made.statements


def test_a_false_sentence_is_written_again(sources: Sources) -> None:
    model = ScriptedModel(f"{CLOSE}[1]{PAID.replace('1亿', '3亿')}[2]", repair=f"{PAID}[2]")
    events, made = composed_by(model, sources)
    assert [s.text for s in made.statements] == [CLOSE, PAID]
    assert made.left_out == ()
    assert [notice.code for notice in made.notices] == ["repaired"]
    assert Progress(stage="repairing", count=1) in events
    # The model is told which sentence, and why.
    assert len(model.prompts) == 2
    assert f"- {PAID.replace('1亿', '3亿')} (数字“3亿美元”不在所引的句子中)" in model.prompts[1]
    assert made.model is not None
    assert (made.model.prompt_tokens, made.model.completion_tokens) == (10, 6)


@pytest.mark.parametrize(
    "repair",
    [
        "NO_ANSWER",
        "",
        PAID.replace("1亿", "4亿"),
        ChatModelFailed(en="HTTP 500", zh="HTTP 500"),
    ],
)
def test_what_stays_false_gives_way_to_the_source(
    sources: Sources, repair: str | Exception
) -> None:
    false = PAID.replace("1亿", "3亿")
    events, made = composed_by(ScriptedModel(f"{CLOSE}[1]{false}[2]", repair=repair), sources)
    source = sources.of(PARTS[1])[0]
    first, second = made.statements
    assert first.text == CLOSE
    assert (second.text, second.citations[0].quote) == (source.text, source.text)
    assert second in events
    (left_out,) = made.left_out
    assert (left_out.text, left_out.citations) == (false, ())
    assert [reason.code for reason in left_out.reasons] == ["number"]
    assert [notice.code for notice in made.notices] == ["replaced", "left_out"]
    assert not made.refused


def test_a_source_in_the_other_language_stands_in_too(sources: Sources) -> None:
    false = "Apple has paid Baidu's AI as much as 300 million US dollars."
    _, made = composed_by(ScriptedModel(f"{false}[2]", repair="NO_ANSWER"), sources)
    assert [s.text for s in made.statements] == [sources.of(PARTS[1])[0].text]
    assert [s.text for s in made.left_out] == [false]


def test_what_has_no_source_is_left_out_with_its_reason(sources: Sources) -> None:
    riddle = "植物的光合作用需要阳光和二氧化碳。"
    events, made = composed_by(ScriptedModel(f"{CLOSE}[1]{riddle}", repair=riddle), sources)
    assert [s.text for s in made.statements] == [CLOSE]
    (left_out,) = made.left_out
    assert left_out.text == riddle
    assert left_out not in events
    assert [notice.code for notice in made.notices] == ["left_out"]


def test_a_repair_brings_no_more_than_what_failed(sources: Sources) -> None:
    false = PAID.replace("1亿", "3亿")
    more = f"{PAID}[2]\n" + "阿里巴巴港股收盘涨2.55%。[1]\n" * 50
    model = ScriptedModel(f"{CLOSE}[1]{false}[2]", repair=more)
    _, made = composed_by(model, sources)
    assert [s.text for s in made.statements] == [CLOSE, PAID]


class Sceptic:
    """A judge that doubts whatever has the word."""

    name = "sceptic"

    def __init__(self, word: str, error: Exception | None = None) -> None:
        self._word, self._error = word, error
        self.asked: list[str] = []

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        self.asked.append(claim)
        if self._error:
            raise self._error
        return float(self._word not in claim or not sources)


def test_a_judge_has_the_last_word(sources: Sources) -> None:
    judge = Sceptic("116.7")
    _, made = composed(sources, f"{PAID}[2]{CLOSE}[1]", judge=judge)
    assert [s.text for s in made.statements] == [PAID]
    (left_out,) = made.left_out
    assert [reason.code for reason in left_out.reasons] == ["judge"]
    assert "sceptic" in left_out.reasons[0].zh
    # An article's own words need no judge.
    quoted = sources.of(PARTS[0])[0].text
    judge = Sceptic("2.55")
    _, made = composed(sources, f"{quoted}[1]", judge=judge)
    assert (judge.asked, [s.text for s in made.statements]) == ([], [quoted])


def test_a_judge_without_a_verdict_leaves_the_programs_own(sources: Sources) -> None:
    judge = Sceptic("", JudgeError(en="no verdict", zh="没有结论"))
    _, made = composed(sources, f"{PAID}[2]", judge=judge)
    assert [s.text for s in made.statements] == [PAID]
    assert [notice.code for notice in made.notices] == ["unjudged"]


def test_invented_markers_are_counted_and_never_shown(sources: Sources) -> None:
    _, made = composed(sources, f"{CLOSE}[1][8]{PAID}[0][99]")
    assert [[c.marker for c in s.citations] for s in made.statements] == [[1], [2]]
    assert all("[" not in s.text for s in made.statements)
    (notice,) = made.notices
    assert notice.code == "invented_markers"
    assert "3 source" in notice.en
    assert "3 个" in notice.zh


@pytest.mark.parametrize("reply", ["NO_ANSWER", "no answer.", "NO_", "**NO_ANSWER**"])
def test_no_answer_is_a_refusal(sources: Sources, reply: str) -> None:
    pieces = (reply, "ANSWER") if reply == "NO_" else (reply,)
    _, made = composed(sources, *pieces)
    assert made.refused
    assert made.statements == made.left_out == ()


def test_news_of_no_answer_is_no_refusal(sources: Sources) -> None:
    _, made = composed(sources, f"The minister gave no answer on tariffs. [1]\n{PAID}[2]")
    assert not made.refused
    assert PAID in [s.text for s in made.statements]


def test_a_model_that_repeats_itself_is_stopped(sources: Sources) -> None:
    model = ScriptedModel(*[f"{PAID}[2] "] * 1000)
    composed_by(model, sources)
    assert model.given < 10


def test_a_model_that_repeated_itself_still_repairs(sources: Sources) -> None:
    false = PAID.replace("1亿", "3亿")
    model = ScriptedModel(f"{CLOSE}[1]", *[f"{false}[2] "] * 10, repair=f"{PAID}[2]")
    _, made = composed_by(model, sources)
    assert [s.text for s in made.statements] == [CLOSE, PAID]
    assert [notice.code for notice in made.notices] == ["repaired", "cut_short"]


def test_framing_is_kept_with_a_claim_and_dropped_alone(sources: Sources) -> None:
    _, made = composed(sources, f"主要原因如下：\n- {PAID}[2]")
    assert [(s.kind, s.citations == ()) for s in made.statements] == [
        ("framing", True),
        ("claim", False),
    ]
    assert composed(sources, "主要原因如下：")[1].statements == ()


def test_what_was_said_is_not_said_again(sources: Sources) -> None:
    _, made = composed(sources, f"{PAID}[2]{PAID}[2]")
    assert len(made.statements) == 1


def test_a_part_of_what_was_said_is_not_said_again(sources: Sources) -> None:
    _, made = composed(sources, f"{PAID}[2]\n{PAID.rstrip('。')}，[2]\n{CLOSE}[1]")
    assert [s.text for s in made.statements] == [PAID, CLOSE]


def test_where_a_reply_is_stopped_its_unfinished_sentence_is_none(sources: Sources) -> None:
    begun = CLOSE.rstrip("。")
    model = ScriptedModel(PAID, *[PAID] * 3, begun, CLOSE)
    _, made = composed_by(model, sources)
    assert [s.text for s in made.statements] == [PAID]


def test_an_endless_reply_is_cut_and_said_so(sources: Sources) -> None:
    _, made = composed(sources, *["长" * 100] * 1000)
    assert "cut_short" in [notice.code for notice in made.notices]


def test_the_model_and_its_counts_are_told(sources: Sources) -> None:
    _, made = composed(sources, f"{PAID}[2]")
    assert made.model is not None
    assert made.model.name == "scripted"
    assert (made.model.prompt_tokens, made.model.completion_tokens) == (5, 3)


def test_quoted_sentences_are_their_own_citations(sources: Sources) -> None:
    evidence = sources.of(*PARTS)
    made = quote(evidence)
    assert [s.text for s in made.statements] == [e.text for e in evidence]
    assert [s.citations[0].quote for s in made.statements] == [e.text for e in evidence]
    assert [s.citations[0].marker for s in made.statements] == [1, 2, 3]


def test_what_was_thought_is_void(sources: Sources) -> None:
    thought = f"用户问股价。{PAID}[2]{CLOSE}"
    events, made = composed(sources, *thought, ThoughtSoFar(), *f"{CLOSE}[1]")
    assert [s.text for s in made.statements] == [CLOSE]
    assert [c.marker for s in made.statements for c in s.citations] == [1]
    void = events.index(Progress(stage="writing", count=len(PARTS)))
    assert any(isinstance(event, Statement) for event in events[:void])
    assert tuple(e for e in events[void:] if isinstance(e, Statement)) == made.statements
    assert made.notices == ()


def test_long_thoughts_without_a_tag_are_read_to_their_end(sources: Sources) -> None:
    thoughts = [f"让我想想第{n}点。植物的光合作用需要阳光和二氧化碳{n}。" for n in range(20)]
    _, made = composed(sources, *thoughts, ThoughtSoFar(), f"{CLOSE}[1]")
    assert [s.text for s in made.statements] == [CLOSE]
    assert made.left_out == ()
    assert made.notices == ()


def test_thoughts_that_never_end_are_cut(sources: Sources) -> None:
    model = ScriptedModel(*[f"让我想想第{n}点。" * 20 for n in range(10_000)])
    composed_by(model, sources)
    assert model.given < 200


@pytest.mark.parametrize(("reason", "code"), [("length", "cut_off"), ("filter", "filtered")])
def test_a_torn_sentence_is_dropped_and_said_so(
    sources: Sources, reason: Literal["length", "filter"], code: str
) -> None:
    begun = "苹果已经为百度AI支付了高达1亿美元的费用，但"
    _, made = composed(sources, f"{CLOSE}[1]{begun}", CutOff(reason))
    assert [s.text for s in made.statements] == [CLOSE]
    assert made.left_out == ()
    assert [notice.code for notice in made.notices] == [code]


def test_talk_gets_no_marker_and_no_verdict(sources: Sources) -> None:
    reply = f"好的，以下是回答。\n\n{CLOSE}[1]\n\n希望这对您有帮助！[1]\n\n参考资料：\n1. 百度"
    _, made = composed(sources, reply)
    assert [s.text for s in made.statements] == [CLOSE]
    assert not made.left_out
    assert not made.notices


def test_the_prompt_repeated_is_no_answer(sources: Sources) -> None:
    reply = "1. 用中文回答，写一到五个短句，每句都能独立成立。\n问题：？\n回答："
    _, made = composed(sources, f"{reply}{CLOSE}[1]")
    assert [s.text for s in made.statements] == [CLOSE]
    assert made.left_out == ()


def test_a_reply_that_claims_nothing_says_so(sources: Sources) -> None:
    _, made = composed(sources, "您好！很高兴为您服务。")
    assert made.statements == made.left_out == ()
    assert [notice.code for notice in made.notices] == ["nothing_claimed"]


def test_a_refusal_in_other_words_is_one_if_nothing_holds(sources: Sources) -> None:
    remark = "所给句子没有提到市值。"
    assert composed(sources, remark)[1].refused
    _, made = composed(sources, f"{CLOSE}[1]{remark}")
    assert not made.refused
    assert [s.text for s in made.statements] == [CLOSE]


def test_an_answer_in_another_language_is_told(sources: Sources) -> None:
    english = "Alibaba's Hong Kong shares closed up 2.55% at HK$116.7."
    _, made = composed(sources, f"{english} [1]")
    assert [s.text for s in made.statements] == [english]
    assert [notice.code for notice in made.notices] == ["reply_language"]
