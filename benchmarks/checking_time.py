"""Measure the time that abstention, verification and disagreement add to a chat model's answer.

    python benchmarks/checking_time.py ARTICLES|SET [--questions N] [--answers OUT.jsonl]

It asks the questions of `eval/questions.jsonl` about a folder of articles, or those of a test
collection (form: `eval/collection.py`). The chat model is a script that takes no time. It writes
four of the given sentences: reported, shortened, with a wrong number, and unchanged. At last it
writes the question itself as a statement, and it repairs what fails.

Times are processor times, so that other programs hardly change them. Only the embedding of the
written text is in clock time, and no other figure includes it. Retrieval, and embedding what it
finds, are not measured.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import rag.answering.assembling
import rag.answering.composition
import rag.answering.path
import rag.answering.search
from eval.answer_set import read_answer_set
from eval.cached_embedder import CachedEmbedder
from eval.collection import is_collection, read_documents
from eval.in_memory import VECTORS, snapshot_of
from eval.questions import QUESTIONS, Question, load_questions
from rag.answering.composition import Composition
from rag.answering.evidence import Evidence, SentenceVectors
from rag.assistant import Assistant
from rag.config import BUNDLED_EMBEDDER
from rag.ingest.files import find_files
from rag.ingest.loader import load_document
from rag.messages import Language
from rag.models.chat import ChatMessage, ChatModel, TokenUsage
from rag.models.cross_encoders import Judge
from rag.models.embedder import Vectors
from rag.models.loading import load_embedder
from rag.text.languages import text_language
from rag.types import Document, Draft, Progress, Statement, Timings

_WRITTEN_WITH = 4
_PIECE = 3
"""The number of characters that the model writes at a time."""
_REPORTED = {"zh": "据报道，", "en": "It was reported that "}
_STOP = {"zh": "。", "en": "."}
_LAST_CLAUSE = re.compile(r"[，,；;][^，,；;]+$")
_PARTS = ("selection and abstention", "checking", "conflicts")
_EMBEDDING = "embedding what was written"


class Embedding(CachedEmbedder):
    """Stores the vectors of the articles. A chat model's text is embedded again each time."""

    writing = False
    by_clock = by_processor = 0.0

    def embed_passages(
        self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None
    ) -> Vectors:
        if not self.writing:
            return super().embed_passages(texts, on_progress)
        clock, processor = time.perf_counter(), time.thread_time()
        vectors = self._inner.embed_passages(texts, on_progress)
        self.by_clock += time.perf_counter() - clock
        self.by_processor += time.thread_time() - processor
        return vectors


class ScriptedModel:
    """Returns its `replies`, one per call, and after that nothing."""

    name = "scripted"
    endpoint = ""

    def __init__(self) -> None:
        self.replies: list[str] = []

    def stream(self, _: Sequence[ChatMessage]) -> Iterator[str | TokenUsage]:
        reply = self.replies.pop(0) if self.replies else ""
        yield from (reply[at : at + _PIECE] for at in range(0, len(reply), _PIECE))


def replies(question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Return the model's first text, and its second text for repairing the first."""
    sentences = [" ".join(e.text.split()) for e in evidence[:_WRITTEN_WITH]]
    rewritten = [
        f"{_made(text)}{marker}"
        for _made, text, marker in zip(_MADE, sentences, _MARKERS, strict=False)
    ]
    stated = question.rstrip(" ?？。.") + _STOP[text_language(question)]
    return ["\n".join([*rewritten, stated]), "\n".join(sentences[2:3])]


def _reported(sentence: str) -> str:
    return _REPORTED[text_language(sentence)] + sentence


def _shortened(sentence: str) -> str:
    return _LAST_CLAUSE.sub(_STOP[text_language(sentence)], sentence)


def _falsified(sentence: str) -> str:
    return re.sub(r"\d", lambda digit: str((int(digit[0]) + 3) % 10), sentence, count=1)


_MADE: tuple[Callable[[str], str], ...] = (_reported, _shortened, _falsified, str)
_MARKERS = ("[1]", "", "[3]", "[4]")


class Stopwatch:
    """The seconds spent in each part of an answer."""

    def __init__(self, model: ScriptedModel, embedding: Embedding) -> None:
        self.seconds: dict[str, float] = {}
        self._model, self._embedding = model, embedding
        self._write = rag.answering.composition.write
        for module, name, part in (
            (rag.answering.search, "requirements", _PARTS[0]),
            (rag.answering.search, "rank", _PARTS[0]),
            (rag.answering.search, "prefer_newest", _PARTS[0]),
            (rag.answering.search, "assess", _PARTS[0]),
            (rag.answering.assembling, "shortfall", _PARTS[0]),
            (rag.answering.path, "find_conflicts", _PARTS[2]),
        ):
            setattr(module, name, self._timed(getattr(module, name), part))
        rag.answering.composition.write = self.write

    def write(
        self,
        model: ChatModel,
        question: str,
        language: Language,
        evidence: Sequence[Evidence],
        vectors: SentenceVectors,
        judge: Judge | None = None,
        messages: Sequence[ChatMessage] = (),
    ) -> Generator[Draft | Statement | Progress, None, Composition]:
        """Write the answer as usual, and measure the time."""
        self._model.replies = replies(question, evidence)
        self._embedding.writing = True
        self._embedding.by_clock = self._embedding.by_processor = 0.0
        started = time.thread_time()
        composition = yield from self._write(
            model, question, language, evidence, vectors, judge, messages
        )
        spent = time.thread_time() - started
        self._embedding.writing = False
        self.seconds[_PARTS[1]] = spent - self._embedding.by_processor
        self.seconds[_EMBEDDING] = self._embedding.by_clock
        return composition

    def _timed(self, function: Callable[..., Any], part: str) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            started = time.thread_time()
            result = function(*arguments, **named)
            spent = time.thread_time() - started
            self.seconds[part] = self.seconds.get(part, 0.0) + spent
            return result

        return timed


def read(articles: Path, most: int | None) -> tuple[list[Document], Sequence[Question]]:
    """Return the articles or documents of a test collection, and the questions about them."""
    if is_collection(articles):
        documents = list(read_documents(articles))
        return documents, read_answer_set(articles, documents, most)
    documents = [load_document(path, articles) for path in find_files(articles)]
    return documents, load_questions(QUESTIONS, documents)[:most]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("articles", type=Path, help="folder of articles, or a test collection")
    parser.add_argument("--questions", type=int)
    parser.add_argument("--answers", type=Path, help="where to write the answers, a line each")
    options = parser.parse_args()

    documents, questions = read(options.articles, options.questions)
    embedding = Embedding(load_embedder(BUNDLED_EMBEDDER), VECTORS)
    snapshot = snapshot_of(documents, embedding, lambda *_: lambda _: None)
    model = ScriptedModel()
    stopwatch = Stopwatch(model, embedding)
    assistant = Assistant(snapshot=snapshot, embedder=embedding, chat_model=model)
    newest = max((d.published.moment.date() for d in documents if d.published), default=None)
    spent, answers, statements = [], [], 0
    for question in questions:
        stopwatch.seconds = {}
        answer = assistant.ask(question.text, today=question.today or newest)
        answers.append(answer)
        if _PARTS[1] in stopwatch.seconds:
            spent.append(stopwatch.seconds)
            statements += len(answer.statements) + len(answer.left_out)
    if options.answers:
        untimed = Timings(retrieve=0, compose=0, verify=0, total=0)
        lines = [replace(answer, timings=untimed).to_json() for answer in answers]
        options.answers.write_text("\n".join(lines) + "\n", encoding="utf-8")
    milliseconds = {
        part: [1000 * seconds.get(part, 0.0) for seconds in spent] for part in (*_PARTS, _EMBEDDING)
    }
    parts = [milliseconds[part] for part in _PARTS]
    milliseconds["sum without embedding"] = [sum(row) for row in zip(*parts, strict=True)]
    result: dict[str, object] = {
        "questions": len(questions),
        "written answers": len(spent),
        "sentences in each": round(statements / len(spent), 1),
    }
    for part, values in milliseconds.items():
        p50, p95 = np.percentile(values, (50, 95))
        result[f"{part}, ms"] = {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}
    print(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
