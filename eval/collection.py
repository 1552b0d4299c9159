"""A test collection for retrieval: documents, questions, and which documents are relevant.

A folder with `corpus.jsonl` and `questions.jsonl`, plain or gzip-compressed (`.gz`), UTF-8, an
object in each line. Documents have `id`, `text` and, where known, `lang` and `date`; questions
have `id`, `question` and `relevant`, a list of ids of documents, and where known `question_date`,
the day of asking. Dates are YYYY-MM-DD. Questions without relevant documents can't be scored and
are passed over.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rag.corpus.published import read_published
from rag.errors import ConfigError
from rag.retrieval.terms import text_language
from rag.types import Document

_SEED = 20_250_213


@dataclass(frozen=True, kw_only=True)
class RetrievalQuestion:
    """A question and the ids of the documents that are relevant to it, at least one.

    `today` is the day of asking, where the set tells it.
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
    """Read the collection in `folder`, with `limit` questions drawn at random, always the same.

    Raises `ConfigError` for a file that is missing or has a line that can't be used.
    """
    documents = tuple(
        _document(record, where) for record, where in _records(_file(folder, "corpus"))
    )
    known = {document.doc_id for document in documents}
    questions = []
    for record, where in _records(_file(folder, "questions")):
        question = _question(record, where)
        missing = set(question.relevant) - known
        if missing:
            raise _unusable(where, f"the relevant document {min(missing)!r} is not in the corpus")
        if question.relevant:
            questions.append(question)
    if limit is not None and limit < len(questions):
        chosen = random.Random(_SEED).sample(range(len(questions)), limit)  # noqa: S311
        questions = [questions[i] for i in sorted(chosen)]
    return Collection(name=folder.name, documents=documents, questions=tuple(questions))


def _file(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"):
        if path.is_file():
            return path
    raise ConfigError(
        en=f"There is no {name}.jsonl or {name}.jsonl.gz in {folder}: give the folder of a set.",
        zh=f"{folder} 中没有 {name}.jsonl 或 {name}.jsonl.gz：请给出测试集所在的文件夹。",
    )


def _records(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Each line's object, and where it stands."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        try:
            for number, line in enumerate(lines, 1):
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise _unusable(f"{path}, line {number}", "it is no JSON object")
                yield record, f"{path}, line {number}"
        except (ValueError, OSError, EOFError) as error:
            raise _unusable(str(path), str(error)) from error


def _document(record: dict[str, Any], where: str) -> Document:
    text = _string(record, "text", where)
    lang = record.get("lang")
    language = lang if lang in ("zh", "en") else text_language(text)
    return Document(
        doc_id=_string(record, "id", where),
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
        raise _unusable(where, "`relevant` is no list of ids")
    asked = read_published(record.get("question_date"), "en")
    return RetrievalQuestion(
        question_id=_string(record, "id", where),
        text=_string(record, "question", where),
        relevant=tuple(map(str, relevant)),
        today=asked.moment.date() if asked else None,
    )


def _string(record: dict[str, Any], key: str, where: str) -> str:
    value = record.get(key)
    if not isinstance(value, str | int) or not str(value).strip():
        raise _unusable(where, f"`{key}` is missing or empty")
    return str(value)


def _unusable(where: str, what: str) -> ConfigError:
    return ConfigError(
        en=f"{where} can't be used: {what}.",
        zh=f"{where} 无法使用：{what}。",
    )
