"""Choose the questions of the race, and score the answers of any system.

A peer's answer is text with markers and their passages. It is turned into an `Answer`, so that the
evaluation's own metrics score every system. Where there was a choice, it was made in favour of the
peers:

- A peer has refused if any of `_REFUSALS`, in either language, is anywhere in its text, or if it
  said nothing. For an answerable question this counts against it only if the answer also states
  none of the facts.
- `[1]`, `[1, 2]`, `[Source 1]`, `Source 1`, `Document[1]`, `来源1` are all markers.
- A citation of a peer is its whole passage, and is right if that holds half of a gold span. A
  citation of this project is one sentence. A marker without a source is a wrong citation.
- If one source is named for the whole answer, it is scored as a citation, although no sentence has
  a marker.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from eval.metrics.citations import citation_precision
from eval.metrics.facts import check_facts, fact_recall
from eval.metrics.shares import share
from eval.questions import Question
from eval.wording import normalise
from rag.text.sentences import split_sentences
from rag.types import Answer, Citation, Document, Statement, Timings

# The same as in `eval/collection.py`.
_SEED = 20_250_213
_ANSWERABLE_TO_UNANSWERABLE = 2

_REFUSALS = re.compile(
    r"\b(?:not|isn't|aren't|wasn't|without) (?:\w+ ){0,3}?(?:possible|mention|provid|specif|availab"
    r"|stated|includ|given|found|clear|known|disclos|contain|sufficient|relevan|answer)"
    r"|\b(?:do|does|did)(?: not|n't) (?:\w+ ){0,2}?(?:contain|provid|mention|specif|includ|state"
    r"|have|say|give|know|disclose|discuss|address|answer|offer|reveal|indicate)"
    r"|\b(?:cannot|can't|can not|could not|couldn't|unable to) (?:be |\w+ly )?"
    r"(?:find|found|determin|answer|provid|confirm|identif|tell|give|say|locat|infer|deduc|conclu)"
    r"|\bno (?:\w+ ){0,2}?(?:information|mention|detail|data|answer|evidence|source|context)"
    r"|none of the|insufficient|unanswerable|unknown|i'm sorry|apologi[sz]e"
    r"|(?:未|没有|没|并无|无|不)(?:被|有|直接|明确|具体|给出|任何){0,3}"
    r"(?:提及|提到|提供|说明|披露|给出|包含|公布|涉及|相关|足够|关于|答案|信息)"
    r"|无法|不能(?:确定|回答|得知)|不(?:清楚|知道|可能回答|得而知|足以)|未知|抱歉|看不出"
)

_NUMBERS = r"\d{1,2}(?:\s*(?:[-–,，、]|and|和)\s*(?:(?:source|document|来源|文档)s?\s*)?\d{1,2})*"
_MARKER = re.compile(
    rf"[\[［【]\s*(?:(?:source|document|来源|文档|资料)s?\s*)?({_NUMBERS})\s*[\]］】]"
    rf"|(?:source|document|来源|文档|资料)s?\s*[\[［【(（]?\s*({_NUMBERS})",
    re.IGNORECASE,
)
# A marker after the full stop belongs to the sentence before it.
_AFTER_STOP = re.compile(r"([。！？!?.])[ \t]*((?:\[[^\]\n]{1,24}\][ \t]*)+)")


@dataclass(frozen=True)
class Score:
    """The scores of an answer, without those measures that do not apply."""

    question: Question
    values: Mapping[str, float]


def drawn(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions in an order of which every beginning is a fair sample.

    Two that the articles answer are followed by one that they do not. Chinese and English
    alternate, and within a language the types alternate. A group's second wording is left out,
    because it would add little information. Follow-ups are left out, because a peer's pipeline
    answers single questions. False premises and requests that no article can meet are left out,
    because a refusal is not the only right answer to them.
    """
    shuffled = list(questions)
    random.Random(_SEED).shuffle(shuffled)
    answerable = [q for q in shuffled if q.answerable and q.type != "follow_up"]
    unanswerable = iter(_in_turn([q for q in shuffled if q.type == "unanswerable"]))
    order: list[Question] = []
    for number, question in enumerate(_in_turn(answerable), 1):
        order.append(question)
        if number % _ANSWERABLE_TO_UNANSWERABLE == 0:
            order += [another for another in [next(unanswerable, None)] if another]
    return tuple(order)


def _in_turn(questions: Sequence[Question]) -> Iterator[Question]:
    """Yield one question of each group, alternating languages, and types within each language."""
    asked: set[str] = set()
    columns = [
        _types_in_turn([q for q in questions if q.language == name]) for name in ("zh", "en")
    ]
    for row in zip_longest(*columns):
        for question in row:
            if question and question.group not in asked:
                asked.add(question.group)
                yield question


def _types_in_turn(questions: Sequence[Question]) -> list[Question]:
    types = dict.fromkeys(question.type for question in questions)
    columns = ([q for q in questions if q.type == name] for name in types)
    return [q for row in zip_longest(*columns) for q in row if q]


def score(
    question: Question, record: Mapping[str, Any], documents: Mapping[str, Document]
) -> Score:
    """Return the scores of an answer in a record of `peers/run.py`."""
    answer = _read(question, record, documents)
    refused = _refuses(answer)
    values: dict[str, float] = {}
    if question.answerable:
        facts = check_facts(question, answer)
        stated = any(fact.stated for fact in facts)
        values["facts stated"] = fact_recall(question, answer) or 0.0
        values["facts stated and rightly cited"] = share(f.stated and f.cited for f in facts)
        values["refused wrongly"] = float(refused and not stated)
        values["answered without any of the facts"] = float(not refused and not stated)
        if not refused and (right := citation_precision(question, answer)) is not None:
            values["citations right"] = right
    else:
        values["refused rightly"] = float(refused)
    if not refused or (question.answerable and values["facts stated"]):
        marked = record["reference"] is None
        values["sentences with a citation"] = share(
            marked and bool(s.citations) for s in answer.statements
        )
    return Score(question, values)


def _refuses(answer: Answer) -> bool:
    said = [statement.text for statement in answer.statements]
    return answer.status == "abstained" or not said or any(map(_is_refusal, said))


def _is_refusal(text: str) -> bool:
    return bool(_REFUSALS.search(text.casefold().replace("’", "'")))


def _read(
    question: Question, record: Mapping[str, Any], documents: Mapping[str, Document]
) -> Answer:
    if record["whole"] is not None:
        return Answer.from_json(json.dumps(record["whole"]))
    sources = {source["marker"]: source for source in record["sources"]}
    text = _AFTER_STOP.sub(lambda found: f"{found[2].rstrip()}{found[1]} ", record["text"])
    statements = [
        Statement(
            text=sentence,
            kind="claim",
            citations=tuple(
                _citation(marker, sources.get(marker), documents) for marker in _markers(sentence)
            ),
            verdict="supported",
        )
        for sentence in (text[s.start : s.end] for s in split_sentences(text))
        if normalise(sentence)
    ]
    if record["reference"] is not None and statements:
        named = _citation(record["reference"], sources[record["reference"]], documents)
        statements[0] = Statement(
            text=statements[0].text, kind="claim", citations=(named,), verdict="supported"
        )
    return Answer(
        question=question.text,
        language=question.language,
        rewritten_question=None,
        status="answered",
        statements=tuple(statements),
        left_out=(),
        conflicts=(),
        missing=(),
        nearest=(),
        time_frame=None,
        hits=(),
        notices=(),
        model=None,
        timings=Timings(retrieve=0, compose=0, verify=0, total=record["seconds"]),
    )


def _markers(sentence: str) -> list[int]:
    numbers = (re.findall(r"\d+", first or second) for first, second in _MARKER.findall(sentence))
    return list(dict.fromkeys(int(number) for some in numbers for number in some))


def _citation(
    marker: int, source: Mapping[str, Any] | None, documents: Mapping[str, Document]
) -> Citation:
    """Return the passage of a marker as a citation. Without a source it cites no article."""
    doc_id, start, end = "", 0, 0
    if source:
        doc_id = source["doc_id"]
        start, end = _place(source["text"], documents[doc_id].text)
    return Citation(
        marker=marker,
        doc_id=doc_id,
        start=start,
        end=end,
        quote=documents[doc_id].text[start:end] if source else "",
        title="",
        outlet=None,
        published=None,
        url=None,
        content_hash="",
    )


def _place(passage: str, text: str) -> tuple[int, int]:
    """Return the place of a passage in its article, without regard to blanks."""
    places = [i for i, character in enumerate(text) if not character.isspace()]
    bare = "".join(text[i] for i in places)
    wanted = "".join(passage.split())
    found = bare.find(wanted)
    if found < 0 or not wanted:
        raise ValueError(f"the article doesn't hold the passage {passage[:60]!r}")
    return places[found], places[found + len(wanted) - 1] + 1
