"""Let a chat model write candidate questions, each about one passage of an article.

Articles and the model's replies are not trusted. A question is kept only if its answer is in the
passage word for word, and not in the question. Dropped replies are counted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from eval.candidates.absence import Absence, Replacement
from eval.candidates.exam_prompt import exam_messages
from eval.candidates.notations import kind_of
from eval.candidates.record import (
    Candidate,
    Candidates,
    Place,
    Record,
    check_request,
    digest,
    is_due,
    shortfalls,
    spread,
    to_record,
)
from eval.wording import states
from rag.answering.verification.names import joined
from rag.errors import ChatModelError, ConfigError
from rag.messages import Language, Message
from rag.models.chat import ChatModel, short_reply
from rag.text.languages import text_language
from rag.text.sentences import split_sentences
from rag.types import Document

_PASSAGE_CHARACTERS: dict[Language, int] = {"zh": 300, "en": 900}
_MOST_SENTENCES = 10
_OTHER: dict[Language, Language] = {"zh": "en", "en": "zh"}
_PASSAGES_EACH = 3
"""The largest number of passages shown for each question that is wanted."""
_LONGEST_REPLY = 4_000
_LONGEST_QUESTION: dict[Language, int] = {"zh": 100, "en": 250}
_LONGEST_ANSWER = 60
_OF_PASSAGE = re.compile(
    r"文中|本文|上文|原文|这篇|这段|该段|段落|上述|句子|句中|根据文章|报道中提到"
    r"|\b(?:the|this) (?:passage|text|article|sentence|excerpt|paragraph)s?\b|<",
    re.IGNORECASE,
)

_REASONS: dict[str, tuple[str, str]] = {
    "malformed": ("replies that were not the JSON asked for", "不是所要求的 JSON"),
    "answer_not_there": ("answers not in the passage word for word", "答案未逐字见于原文"),
    "answer_unusable": ("answers too long or empty", "答案过长或为空"),
    "given_away": ("questions that give the answer away", "问题泄露了答案"),
    "no_question": ("questions too long or without an end", "问题过长或不完整"),
    "other_language": ("questions in the other language", "提问语言不符"),
    "of_passage": ("questions that speak of the passage", "问题提到了“文中”之类"),
    "repeated": ("questions asked before", "问题重复"),
}


class _Dropped(Exception):
    """The reply cannot be used. The argument is a key of `_REASONS`."""


@dataclass(frozen=True, kw_only=True)
class _Written:
    question: str
    answer: str
    place: Place


def build_with_model(
    documents: Sequence[Document],
    count: int,
    model: ChatModel,
    on_progress: Callable[[int], None] | None = None,
) -> Candidates:
    """Return up to `count` questions written by `model`, about passages spread over the articles.

    The questions about passages of one language are alternately in that language and in the other.
    About a quarter cannot be answered: a year or a name of the question is replaced by one that no
    article mentions. `on_progress` gets the number of questions after each reply.

    If the model fails, the questions so far are returned with a notice. Dropped replies also give a
    notice. Raises `ConfigError` if the count is below 1, there are no articles, or no reply is
    usable; and the model's `ChatModelError` if it fails before the first question.
    """
    check_request(documents, count)
    absence = Absence(documents)
    records: list[Record] = []
    dropped: Counter[str] = Counter()
    asked: set[str] = set()
    failure: list[Message] = []
    turns: Counter[Language] = Counter()
    for tried, passage in enumerate(spread(documents, _passages, get_args(Language))):
        if len(records) == count or tried == _PASSAGES_EACH * count:
            break
        own = passage[0].document.language
        language = own if turns[own] % 2 == 0 else _OTHER[own]
        turns[own] += 1
        try:
            written = _read(_reply(model, passage, language), passage, language)
            if joined(written.question) in asked:
                raise _Dropped("repeated")
        except _Dropped as reason:
            dropped[str(reason)] += 1
        except ChatModelError as error:
            if not records:
                raise
            failure = [_broke_off(error, len(records))]
            break
        else:
            asked.add(joined(written.question))
            figure = kind_of(written.answer) == "number"
            replacement = (
                absence.replacement(written.question, language, figure=figure)
                if is_due(records)
                else None
            )
            candidate = _candidate(written, language, replacement, model.name)
            records.append(to_record(candidate, f"written-{len(records) + 1:03}", documents))
        if on_progress:
            on_progress(len(records))
    if not records:
        raise _nothing_usable(model.name, dropped)
    notices = (*failure, *_dropped_notice(dropped), *shortfalls(records, count))
    return Candidates(records=tuple(records), notices=notices)


def _passages(document: Document) -> list[tuple[Place, ...]]:
    """Return the passages of an article, in an order that prefers no part of it."""
    passages: list[tuple[Place, ...]] = []
    gathered: list[Place] = []
    for sentence in split_sentences(document.text):
        if sentence.kind == "sentence":
            gathered.append(Place(document=document, start=sentence.start, end=sentence.end))
        full = sum(len(p.text) for p in gathered) >= _PASSAGE_CHARACTERS[document.language]
        if full or len(gathered) == _MOST_SENTENCES:
            passages.append(tuple(gathered))
            gathered = []
    if gathered:
        passages.append(tuple(gathered))
    return sorted(passages, key=lambda passage: digest(passage[0].text))


def _reply(model: ChatModel, passage: Sequence[Place], language: Language) -> str:
    """Return the model's reply, cut at a length that no usable reply has."""
    return short_reply(model, exam_messages(passage, language), _LONGEST_REPLY)


def _read(reply: str, passage: Sequence[Place], language: Language) -> _Written:
    """Return the question of a reply. Raises `_Dropped` if it cannot be used."""
    question, answer, number = _fields(reply)
    if not 0 < len(answer) <= _LONGEST_ANSWER or "…" in answer:
        raise _Dropped("answer_unusable")
    having = [p for p in passage if answer in p.text and states([p.text], [answer])]
    if not having:
        raise _Dropped("answer_not_there")
    if joined(answer) in joined(question):
        raise _Dropped("given_away")
    whole = len(question.splitlines()) == 1 and question[-1] in "?？"
    if not whole or len(question) > _LONGEST_QUESTION[language]:
        raise _Dropped("no_question")
    if text_language(question) != language:
        raise _Dropped("other_language")
    if _OF_PASSAGE.search(question):
        raise _Dropped("of_passage")
    # Prefer the sentence that the model names, if it contains the answer.
    named = [p for n, p in enumerate(passage, 1) if n == number and p in having]
    return _Written(question=question, answer=answer, place=(named or having)[0])


def _fields(reply: str) -> tuple[str, str, object]:
    text = reply
    try:
        # Small models put the object into a code fence or between sentences.
        record = json.loads(text[text.index("{") : text.rindex("}") + 1])
        question, answer = record["question"], record["answer"]
        return question.strip(), answer.strip(), record.get("sentence")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise _Dropped("malformed") from error


def _candidate(
    written: _Written, language: Language, replacement: Replacement | None, model: str
) -> Candidate:
    question = written.question
    return Candidate(
        question=replacement.applied(question) if replacement else question,
        language=language,
        answer=written.answer,
        place=written.place,
        made=f"written by {model}",
        replacement=replacement,
    )


def _counted(dropped: Counter[str]) -> tuple[str, str]:
    """Return the reasons for dropped replies with counts, in English and in Chinese."""
    reasons = [(n, *_REASONS[reason]) for reason, n in dropped.most_common()]
    return (
        ", ".join(f"{en} ({n})" for n, en, _ in reasons),
        "，".join(f"{zh}（{n} 次）" for n, _, zh in reasons),
    )


def _dropped_notice(dropped: Counter[str]) -> Iterator[Message]:
    if dropped:
        en, zh = _counted(dropped)
        yield Message(code="dropped", en=f"Dropped: {en}.", zh=f"已舍弃：{zh}。")


def _broke_off(error: ChatModelError, built: int) -> Message:
    return Message(
        code="model_failed",
        en=f"The model failed after {built} questions, which are kept. {error.message.en}",
        zh=f"模型在写出 {built} 个问题之后失败，已写的保留。{error.message.zh}",
    )


def _nothing_usable(model: str, dropped: Counter[str]) -> ConfigError:
    en, zh = _counted(dropped)
    return ConfigError(
        en=f"The chat model {model!r} wrote no usable question ({en or 'no passage to show'}): "
        "choose another with RAG_MODEL, or build without a model.",
        zh=f"语言模型 {model!r} 没有写出可用的问题（{zh or '没有可供出题的段落'}）："
        "请用 RAG_MODEL 换一个模型，或不用模型出题。",
    )
