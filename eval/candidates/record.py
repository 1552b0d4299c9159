"""Write candidate questions as lines of a question set, with helpers for making them."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from eval.candidates.absence import Replacement
from eval.candidates.notations import accepted, kind_of
from rag.errors import ConfigError
from rag.messages import Language, Message
from rag.types import Document

Record = Mapping[str, Any]
"""One line of a question set. Its fields are listed in `eval.questions`."""

UNANSWERABLE = 4
"""One of so many candidates cannot be answered."""

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """The finished records, and notices for the person who reviews them."""

    records: tuple[Record, ...]
    notices: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A sentence of an article: `document.text[start:end]`."""

    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence."""
        return self.document.text[self.start : self.end]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A question whose answer is in the sentence at `place`.

    If there is a `replacement`, it is already made in `question`, and no article answers it.
    """

    question: str
    language: Language
    answer: str
    place: Place
    made: str
    replacement: Replacement | None = None


def to_record(candidate: Candidate, name: str, documents: Iterable[Document]) -> Record:
    """Return the candidate as a line of a question set. `name` is its group.

    Every article that contains the same sentence gets a gold span.
    """
    replacement, answer = candidate.replacement, candidate.answer
    kind = kind_of(answer)
    answerable = replacement is None
    facts = [{"id": "answer", "accept": accepted(answer)}] if answerable else []
    return {
        "id": f"{name}.{candidate.language}",
        "group": name,
        "language": candidate.language,
        "type": kind if answerable else "unanswerable",
        "question": candidate.question,
        "answerable": answerable,
        "facts": facts,
        "spans": _spans(candidate.place, documents) if answerable else [],
        "note": _note(candidate),
    }


def write_candidates(path: Path, records: Iterable[Record]) -> None:
    """Write the records to `path`, one JSON object a line. Raises `ConfigError` on failure."""
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            en=f"{path} can't be written ({error.strerror}): give another file.",
            zh=f"无法写入 {path}（{error.strerror}）：请换一个文件。",
        ) from error


def check_request(documents: Sequence[Document], count: int) -> None:
    """Raise `ConfigError` if there are no articles, or the count is below 1."""
    if count < 1:
        raise ConfigError(
            en=f"The number of questions is {count}: give 1 or more.",
            zh=f"问题数量为 {count}：请给出不小于 1 的数。",
        )
    if not documents:
        raise ConfigError(
            en="There is no article to ask about: give a folder that has some.",
            zh="没有可供提问的文章：请给出含有文章的文件夹。",
        )


def spread(
    documents: Iterable[Document],
    offers: Callable[[Document], Iterable[_T]],
    languages: Sequence[Language],
) -> Iterator[_T]:
    """Yield what the articles offer: alternately by language, and within a language by article.

    The articles are sorted by the hashes of their contents. So the order is always the same, does
    not depend on the folder, and hardly changes if an article is added.
    """

    def offered(document: Document) -> Iterator[_T]:
        # An article is read only when it is its turn, because most of a large corpus is not needed.
        yield from offers(document)

    by_language: dict[Language, list[Iterator[_T]]] = {language: [] for language in languages}
    for document in sorted(documents, key=lambda d: (d.content_hash, d.doc_id)):
        by_language[document.language].append(offered(document))
    return in_turn(map(in_turn, by_language.values()))


def in_turn(sources: Iterable[Iterable[_T]]) -> Iterator[_T]:
    """Yield one item of each source in turn, until all are used up."""
    waiting = deque(map(iter, sources))
    while waiting:
        source = waiting.popleft()
        for item in source:
            yield item
            waiting.append(source)
            break


def is_due(records: Sequence[Record]) -> bool:
    """Return True if the next record should be unanswerable."""
    unanswerable = sum(not record["answerable"] for record in records)
    return unanswerable < (len(records) + 1) // UNANSWERABLE


def shortfalls(records: Sequence[Record], count: int) -> tuple[Message, ...]:
    """Return notices about too few questions."""
    notices = []
    if len(records) < count:
        notices.append(
            Message(
                code="fewer_questions",
                en=f"{len(records)} questions of {count}: no more could be built.",
                zh=f"共 {len(records)} 个问题，少于所要求的 {count} 个：没有更多可用的了。",
            )
        )
    unanswerable = sum(not record["answerable"] for record in records)
    if unanswerable < (wanted := len(records) // UNANSWERABLE):
        notices.append(
            Message(
                code="fewer_unanswerable",
                en=f"{unanswerable} unanswerable questions instead of {wanted}: too few have "
                "a year or a name that could be replaced. Add some by hand.",
                zh=f"不可回答的问题有 {unanswerable} 个，少于应有的 {wanted} 个：可供替换年份或"
                "名称的太少。请手工补充。",
            )
        )
    return tuple(notices)


def digest(text: str) -> bytes:
    """Return a hash that sorts texts in a fixed order, independent of their places."""
    return hashlib.sha256(text.encode()).digest()


def _spans(place: Place, documents: Iterable[Document]) -> list[Record]:
    def span(document: Document, occurrence: int) -> Record:
        return {
            "doc_id": document.doc_id,
            "quote": place.text,
            "occurrence": occurrence,
            "facts": ["answer"],
        }

    text, own = place.document.text, place.document.doc_id
    before = [i for i in range(place.start + 1) if text.startswith(place.text, i)]
    others = (d for d in documents if d.doc_id != own and place.text in d.text)
    return [span(place.document, len(before)), *(span(document, 1) for document in others)]


def _note(candidate: Candidate) -> str:
    doc_id, replacement = candidate.place.document.doc_id, candidate.replacement
    if replacement is None:
        return f"candidate: review me; {candidate.made}; add other wordings and other places"
    return (
        f"candidate: review me; unanswerable by construction: {replacement.by!r} stands for "
        f"{replacement.word!r} and is in no article; with {replacement.word!r} the answer would "
        f"be {candidate.answer!r}, from {doc_id}"
    )
