"""This project as `rag index` and `rag ask` run it, for comparison with its peers.

- Index: `update_index` over a file of JSON lines into a new folder (SQLite, committed), opened for
  search. The embedding model is the same, run in 8 bits by OpenVINO.
- Search: `hybrid`, the only way. 10 hits.
- Answers: `Assistant.ask` with the chat model, on the day of the newest article.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from sets import Text
from system import HITS, Articles, ChatModel, Reply, Search

from eval.opening import day_of_asking
from rag.assistant import Assistant
from rag.config import BUNDLED_EMBEDDER, ChatModelConfig, Config
from rag.models.embedder import begin_query
from rag.models.loading import load_embedder
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.question import understand
from rag.store.indexing import update_index


class Here:
    packages = ("openvino", "faiss-cpu", "openai")

    def __init__(self, _: str) -> None:
        self._embedder = load_embedder(BUNDLED_EMBEDDER)
        self._folder = TemporaryDirectory()

    def index(self, documents: Sequence[Text]) -> int:
        # Use a new folder each time, because indexed articles would not be embedded again.
        made = Path(mkdtemp(dir=self._folder.name))
        lines = (json.dumps({"id": d.id, "text": d.text}) for d in documents)
        (made / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
        assistant = self._opened(made / "articles.jsonl", made / "index")
        self._retriever = HybridRetriever(assistant.snapshot, self._embedder)
        return assistant.snapshot.manifest.passages

    def searches(self) -> Mapping[str, Search]:
        retriever = self._retriever

        def hybrid(question: str) -> list[str]:
            vector = begin_query(self._embedder, question)
            newest = retriever.newest
            query = understand(question, (), today=newest, newest=newest)
            return [hit.passage.doc_id for hit in retriever.search(query, vector, HITS)]

        return {"hybrid": hybrid}

    def answers(self, articles: Articles, model: ChatModel) -> Callable[[str], Reply]:
        assistant = self._opened(
            articles.folder,
            Path(self._folder.name) / "answers",
            ChatModelConfig(name=model.name, endpoint=model.endpoint, timeout=model.seconds),
        )
        today = day_of_asking(assistant.snapshot.documents.values())

        def answer(question: str) -> Reply:
            whole = assistant.ask(question, today=today)
            return Reply(text=whole.text, whole=json.loads(whole.to_json()))

        return answer

    def _opened(
        self, articles: Path, index: Path, model: ChatModelConfig | None = None
    ) -> Assistant:
        update_index(index, [articles], self._embedder)
        return Assistant.open(Config(index=index, chat_model=model), embedder=self._embedder)
