"""A test collection for retrieval: documents, questions, and the relevant documents of each.

It is a folder with `corpus.jsonl` and `questions.jsonl`, plain or gzip-compressed (`.gz`), in
UTF-8, with one object per line. Documents have `id`, `text` and, if known, `lang` and `date`.
Questions have `id`, `question` and `relevant`, a list of document ids, and if known
`question_date`, the day of asking. Dates are YYYY-MM-DD. Questions without relevant documents
cannot be scored and are skipped.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rag.errors import ConfigError
from rag.text.languages import text_language
from rag.text.written_dates import read_published
from rag.types import Document

_SEED = 20_250_213


@dataclass(frozen=True, kw_only=True)
class RetrievalQuestion:
    """A question and the ids of its relevant documents, at least one.

    `today` is the day of asking, if the set gives it.
    """

    question_id: str
    text: str
    relevant: tuple[str, ...]
    today: date | None = None


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A set of documents, and questions about them."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[RetrievalQuestion, ...]


def read_collection(folder: Path, limit: int | None = None) -> Collection:
    """Read the collection in `folder`, with a fixed random sample of `limit` questions.

    Raises `ConfigError` if a file is missing or has an unusable line.
    """
    documents = read_documents(folder)
    known = {document.doc_id for document in documents}
    questions = []
    for record, where in read_records(folder, "questions"):
        question = _question(record, where)
        missing = set(question.relevant) - known
        if missing:
            raise unusable(where, f"the relevant document {min(missing)!r} is not in the corpus")
        if question.relevant:
            questions.append(question)
    chosen = tuple(questions[i] for i in draw(len(questions), limit))
    return Collection(name=folder.name, documents=documents, questions=chosen)


def is_collection(folder: Path) -> bool:
    """Return True if the folder holds a test collection, not articles."""
    return all(_find(folder, name) for name in ("corpus", "questions"))


def read_documents(folder: Path) -> tuple[Document, ...]:
    """Return the documents of a collection. Raises the errors of `read_collection`."""
    return tuple(_document(record, where) for record, where in read_records(folder, "corpus"))


def read_records(folder: Path, name: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each object of the collection's file `name`, and its place in the file."""
    return _records(_file(folder, name))


def draw(total: int, limit: int | None) -> Sequence[int]:
    """Return the indices of a fixed random sample of `limit` of `total` questions, in order."""
    if limit is None or limit >= total:
        return range(total)
    return sorted(random.Random(_SEED).sample(range(total), limit))  # noqa: S311


def _find(folder: Path, name: str) -> Path | None:
    paths = (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz")
    return next((path for path in paths if path.is_file()), None)


def _file(folder: Path, name: str) -> Path:
    if path := _find(folder, name):
        return path
    raise ConfigError(
        en=f"There is no {name}.jsonl or {name}.jsonl.gz in {folder}: give the folder of a set.",
        zh=f"{folder} 中没有 {name}.jsonl 或 {name}.jsonl.gz：请给出测试集所在的文件夹。",
    )


def _records(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the object of each line, and its place in the file."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        try:
            for number, line in enumerate(lines, 1):
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise unusable(f"{path}, line {number}", "it is not a JSON object")
                yield record, f"{path}, line {number}"
        except (ValueError, OSError, EOFError) as error:
            raise unusable(str(path), str(error)) from error


def _document(record: dict[str, Any], where: str) -> Document:
    text = text_of(record, "text", where)
    lang = record.get("lang")
    language = lang if lang in ("zh", "en") else text_language(text)
    return Document(
        doc_id=text_of(record, "id", where),
        path="",
        title=str(record.get("title") or ""),
        outlet=None,
        published=read_published(record.get("date"), language),
        language=language,
        url=None,
        text=text,
        content_hash="",
    )


def _question(record: dict[str, Any], where: str) -> RetrievalQuestion:
    relevant = record.get("relevant") or []
    if not isinstance(relevant, list):
        raise unusable(where, "`relevant` is not a list of ids")
    asked = read_published(record.get("question_date"), "en")
    return RetrievalQuestion(
        question_id=text_of(record, "id", where),
        text=text_of(record, "question", where),
        relevant=tuple(map(str, relevant)),
        today=asked.moment.date() if asked else None,
    )


def text_of(record: dict[str, Any], key: str, where: str) -> str:
    """Return a field that must have text. Raises `ConfigError`."""
    value = record.get(key)
    if not isinstance(value, str | int) or not str(value).strip():
        raise unusable(where, f"`{key}` is missing or empty")
    return str(value)


def unusable(where: str, what: str) -> ConfigError:
    """Return the error for an unusable line."""
    return ConfigError(
        en=f"{where} can't be used: {what}.",
        zh=f"{where} 无法使用：{what}。",
    )
