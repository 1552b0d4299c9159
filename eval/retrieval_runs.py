"""The runs that `python -m eval retrieval` can measure, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from eval.collection import RetrievalQuestion
from eval.single_retrievers import DenseRetriever, LexicalRetriever
from rag.answering.understanding import Translator
from rag.assistant import open_chat_model
from rag.config import Config
from rag.errors import ConfigError
from rag.models.embedder import Embedder, begin_query
from rag.models.loading import load_embedder
from rag.models.model_folder import find_model
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.question import Query, as_embedded, understand
from rag.store.snapshot import Snapshot
from rag.types import Hit

_TRANSLATION_SECONDS = 120.0

Find = Callable[[RetrievalQuestion, int], tuple[Hit, ...]]
"""A function that finds the best passages for a question, best first."""


def reference_embedder(config: Config) -> Embedder:
    """Return the same model as `load_embedder`, run by sentence-transformers unchanged."""
    return SentenceTransformerEmbedder(find_model(config.embedder))


def _fast_embedder(config: Config) -> Embedder:
    return load_embedder(config.embedder)


def _hybrid(snapshot: Snapshot, embedder: Embedder, _: Config) -> Find:
    retriever = HybridRetriever(snapshot, embedder)

    def find(question: RetrievalQuestion, k: int) -> tuple[Hit, ...]:
        query = _understood(question, retriever)
        return retriever.search(query, begin_query(embedder, as_embedded(query.text)), k)

    return find


def _hybrid_translated(snapshot: Snapshot, embedder: Embedder, config: Config) -> Find:
    retriever = HybridRetriever(snapshot, embedder)
    model = open_chat_model(config)
    if model is None:
        raise ConfigError(
            en="The run hybrid-translated needs a chat model: set RAG_MODEL.",
            zh="hybrid-translated 需要对话模型：请设置 RAG_MODEL。",
        )
    translator = Translator(model, patience=_TRANSLATION_SECONDS)
    languages = {document.language for document in snapshot.documents.values()}

    def find(question: RetrievalQuestion, k: int) -> tuple[Hit, ...]:
        query = _understood(question, retriever)
        vector = begin_query(embedder, as_embedded(query.text))
        others = languages - {query.language}
        said = {to: text for to in others if (text := translator.translate(query.text, to).text)}
        return retriever.search(replace(query, translations=said), vector, k)

    return find


def _understood(question: RetrievalQuestion, retriever: HybridRetriever) -> Query:
    newest = retriever.newest
    return understand(question.text, (), today=question.today or newest, newest=newest)


def _hybrid_without_dates(snapshot: Snapshot, embedder: Embedder, _: Config) -> Find:
    retriever = HybridRetriever(snapshot, embedder)
    return lambda question, k: retriever.retrieve(question.text, k)


def _dense(snapshot: Snapshot, embedder: Embedder, _: Config) -> Find:
    retriever = DenseRetriever(snapshot, embedder)
    return lambda question, k: retriever.retrieve(question.text, k)


def _lexical(snapshot: Snapshot, _: Embedder, __: Config) -> Find:
    retriever = LexicalRetriever(snapshot)
    return lambda question, k: retriever.retrieve(question.text, k)


MakeFind = Callable[[Snapshot, Embedder, Config], Find]

RUNS: Mapping[str, tuple[Callable[[Config], Embedder], MakeFind]] = {
    "hybrid": (_fast_embedder, _hybrid),
    "hybrid-translated": (_fast_embedder, _hybrid_translated),
    "hybrid-without-dates": (_fast_embedder, _hybrid_without_dates),
    "dense": (_fast_embedder, _dense),
    "lexical": (_fast_embedder, _lexical),
    "dense-reference": (reference_embedder, _dense),
}
"""The embedder and the search function of each run, by name. `hybrid` is the program's search
without a chat model. `hybrid-translated` is its search with a chat model that is never too slow. If
a set does not give the day of asking, it is the day of the newest document."""
