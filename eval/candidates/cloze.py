"""Make candidate questions without a model: a sentence of an article with a blank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.candidates.absence import Absence, Replacement
from eval.candidates.notations import AnswerKind
from eval.candidates.record import (
    Candidate,
    Candidates,
    Place,
    Record,
    check_request,
    digest,
    in_turn,
    is_due,
    shortfalls,
    spread,
    to_record,
)
from eval.candidates.spotting import Spot, spots
from eval.candidates.standing import is_whole, leans_on_article
from eval.wording import states
from rag.answering.verification.names import joined
from rag.errors import ConfigError
from rag.messages import Language
from rag.text.sentences import split_sentences
from rag.types import Document

BLANK = "____"

_CLAUSE = re.compile(r"[，、；：,;:]")
_FORMS: dict[Language, tuple[str, str, str]] = {
    "zh": ("{told}“{sentence}”：{asked}", "在《{title}》一文中，", "在{day}的《{title}》一文中，"),
    "en": ("{asked} “{sentence}”{told}?", " (from “{title}”)", " (from “{title}”, {day})"),
}
_ASKED: dict[Language, dict[AnswerKind, str]] = {
    "zh": {
        "number": "空缺处的数字是多少？",
        "date": "空缺处是什么时间？",
        "fact": "空缺处是什么？",
    },
    "en": {
        "number": "Which figure is missing in",
        "date": "Which date is missing in",
        "fact": "What is missing in",
    },
}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Quotation marks for use inside other quotation marks.
_INNER = str.maketrans('“”「」"《》', "‘’‘’'〈〉")


@dataclass(frozen=True, kw_only=True)
class _Cloze:
    """A sentence with the place of its blank."""

    place: Place
    spot: Spot

    @property
    def answer(self) -> str:
        return self.place.text[self.spot.start : self.spot.end]

    @property
    def blanked(self) -> str:
        return self.place.text[: self.spot.start] + BLANK + self.place.text[self.spot.end :]

    @property
    def leans(self) -> bool:
        """True if the sentence has words that are clear only with its article and day."""
        return leans_on_article(self.blanked, self.place.document.language)

    @property
    def undated(self) -> bool:
        """True if the answer is a figure and the sentence names no year for it."""
        return self.spot.kind == "number" and not _YEAR.search(self.blanked)

    def question(self) -> str:
        """Return the question, with title and day if the sentence is not clear without them."""
        document = self.place.document
        _, titled, dated = _FORMS[document.language]
        if not (self.leans or self.undated):
            return self._asked("")
        # The day of publication would often reveal a date.
        told = titled if document.published is None or self.spot.kind == "date" else dated
        title = document.title.translate(_INNER)
        return self._asked(told.format(title=title, day=str(document.published)[:10]))

    def candidate(self) -> Candidate:
        return self._candidate(self.question(), None)

    def candidate_without(self, replacement: Replacement) -> Candidate:
        """Return the candidate with a word replaced, so that no article can answer it."""
        return self._candidate(replacement.applied(self._asked("")), replacement)

    def _asked(self, told: str) -> str:
        language = self.place.document.language
        return _FORMS[language][0].format(
            told=told,
            sentence=self.blanked.translate(_INNER).rstrip("。.！!"),
            asked=_ASKED[language][self.spot.kind],
        )

    def _candidate(self, question: str, replacement: Replacement | None) -> Candidate:
        return Candidate(
            question=question,
            language=self.place.document.language,
            answer=self.answer,
            place=self.place,
            made="a sentence with its answer blanked",
            replacement=replacement,
        )


def build_cloze(documents: Sequence[Document], count: int) -> Candidates:
    """Return up to `count` questions, spread over languages and articles, always the same ones.

    About a quarter cannot be answered: a year or a name that the blank depends on is replaced by
    one that no article mentions. No sentence is used twice. If there are fewer than `count`, a
    notice says so. Raises `ConfigError` if the count is below 1, there are no articles, or no
    sentence fits.
    """
    check_request(documents, count)
    used: set[str] = set()
    answerable, unanswerable = _answerable(documents, used), _unanswerable(documents, used)
    records: list[Record] = []
    while len(records) < count:
        due = next(unanswerable, None) if is_due(records) else None
        candidate = due or next(answerable, None)
        if candidate is None:
            break
        records.append(to_record(candidate, f"cloze-{len(records) + 1:03}", documents))
    if not records:
        raise ConfigError(
            en="No sentence of the articles fits: one needs a figure with a unit, a date, or a "
            "name in Latin letters or quotation marks. Have a chat model write the questions.",
            zh="文章中没有合适的句子：句中须有带单位的数字、日期，或拉丁字母、书名号、引号中的名称。"
            "请改由语言模型出题。",
        )
    return Candidates(records=tuple(records), notices=shortfalls(records, count))


def _answerable(documents: Sequence[Document], used: set[str]) -> Iterator[Candidate]:
    """Yield answerable candidates.

    Sentences in `used` are skipped, and new ones are added to it. No answer is used twice.
    """
    answers: set[str] = set()

    def offers(document: Document) -> Iterator[Candidate]:
        for cloze in _offers(document):
            sentence, answer = cloze.place.text, joined(cloze.answer)
            seen = sentence in used or answer in answers
            if not seen and not _reads_otherwise(cloze, documents):
                used.add(sentence)
                answers.add(answer)
                yield cloze.candidate()

    return spread(documents, offers, ("en", "zh"))


def _unanswerable(documents: Sequence[Document], used: set[str]) -> Iterator[Candidate]:
    """Yield unanswerable candidates.

    Sentences in `used` are skipped, and new ones are added to it.
    """
    absence = Absence(documents)

    def offers(document: Document) -> Iterator[Candidate]:
        for cloze in _clozes(document):
            if cloze.place.text not in used and (replacement := _replacement(cloze, absence)):
                used.add(cloze.place.text)
                yield cloze.candidate_without(replacement)

    return spread(documents, offers, ("zh", "en"))


def _offers(document: Document) -> Iterator[_Cloze]:
    """Yield the clozes of an article, the clearest first, alternating the kinds of answers."""
    folded = joined(document.text)
    unclear: dict[int, dict[AnswerKind, list[_Cloze]]] = {}
    for cloze in _clozes(document):
        doubts = 2 * cloze.spot.in_passing + (folded.count(joined(cloze.answer)) > 1)
        unclear.setdefault(doubts, {}).setdefault(cloze.spot.kind, []).append(cloze)
    for doubts in sorted(unclear):
        # Each article starts with a different kind, because most articles get only one question.
        kinds = sorted(unclear[doubts], key=lambda kind: digest(kind + document.text))
        yield from in_turn(unclear[doubts][kind] for kind in kinds)


def _clozes(document: Document) -> list[_Cloze]:
    """Return all clozes from the article's sentences, in an order that prefers no part of it."""
    language, found = document.language, []
    for sentence in split_sentences(document.text):
        place = Place(document=document, start=sentence.start, end=sentence.end)
        if sentence.kind != "sentence" or BLANK in place.text:
            continue
        if not is_whole(place.text, language):
            continue
        for spot in spots(place.text, language):
            cloze = _Cloze(place=place, spot=spot)
            given_away = joined(cloze.answer) in joined(cloze.question())
            untold = not document.title and (cloze.leans or cloze.undated)
            if not given_away and not untold and states([place.text], [cloze.answer]):
                found.append(cloze)
    return sorted(found, key=lambda cloze: digest(cloze.blanked))


def _reads_otherwise(cloze: _Cloze, documents: Sequence[Document]) -> bool:
    """Return True if an article has the same sentence with another answer."""
    sentence, spot = cloze.place.text, cloze.spot
    before, behind = sentence[: spot.start], sentence[spot.end :]
    pattern = re.compile(rf"{re.escape(before)}(.{{1,40}}?){re.escape(behind)}")
    return any(
        match[1] != cloze.answer
        for document in documents
        if before in document.text and behind in document.text
        for match in pattern.finditer(document.text)
    )


def _replacement(cloze: _Cloze, absence: Absence) -> Replacement | None:
    """Return a replacement that makes the cloze unanswerable: another year or another name.

    A name must be in the same clause as the blank and before it, because there it is the topic.
    """
    if cloze.leans or cloze.spot.in_passing:
        return None
    before = cloze.place.text[: cloze.spot.start]
    clause = max((match.end() for match in _CLAUSE.finditer(before)), default=0)
    return absence.replacement(
        cloze.blanked,
        cloze.place.document.language,
        figure=cloze.spot.kind == "number",
        within=range(clause, len(before) + 1),
    )
