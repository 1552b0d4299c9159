"""LlamaIndex with its defaults. Its answers use `CitationQueryEngine` as in its documentation.

- Index: `SentenceSplitter()` (1,024 tokens of GPT-3.5, 20 shared), `HuggingFaceEmbedding` in
  batches of 10, `VectorStoreIndex` in memory, `BM25Retriever`.
- Search: `vectors` is the index's retriever; `fusion` is `QueryFusionRetriever` of it and BM25 by
  reciprocal ranks, without further questions by a chat model. 10 hits; the default is 2.
- Answers: `CitationQueryEngine.from_args(similarity_top_k=3, citation_chunk_size=512)`, with its
  own prompt, which asks for [n].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.llms.openai_like import OpenAILike
from llama_index.retrievers.bm25 import BM25Retriever
from sets import PASSAGE, QUERY, Text
from system import HITS, TOKENS, Articles, ChatModel, Reply, Search, Source


def searches(bm25: BM25Retriever, index: VectorStoreIndex, hits: int) -> dict[str, Search]:
    """Return its searches: by words, by vectors, and by both."""
    vectors = index.as_retriever(similarity_top_k=hits)
    fusion = QueryFusionRetriever(
        [bm25, vectors],
        llm=MockLLM(),
        mode="reciprocal_rerank",
        num_queries=1,
        similarity_top_k=hits,
        use_async=False,
    )

    def search(retriever: BaseRetriever) -> Search:
        return lambda question: [hit.node.ref_doc_id for hit in retriever.retrieve(question)]

    return {"bm25": search(bm25), "vectors": search(vectors), "fusion": search(fusion)}


class LlamaIndex:
    packages = (
        "llama-index-core",
        "llama-index-embeddings-huggingface",
        "llama-index-llms-openai-like",
        "llama-index-retrievers-bm25",
    )

    def __init__(self, folder: str) -> None:
        self._embedding = HuggingFaceEmbedding(
            model_name=folder, query_instruction=QUERY, text_instruction=PASSAGE, device="cpu"
        )

    def index(self, documents: Sequence[Text]) -> int:
        nodes = self._split(documents)
        self._index = VectorStoreIndex(nodes, embed_model=self._embedding)
        self._bm25 = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=HITS)
        return len(nodes)

    def searches(self) -> Mapping[str, Search]:
        every = searches(self._bm25, self._index, HITS)
        return {"vectors": every["vectors"], "fusion": every["fusion"]}

    def answers(self, articles: Articles, model: ChatModel) -> Callable[[str], Reply]:
        engine = CitationQueryEngine.from_args(
            VectorStoreIndex(self._split(articles.texts), embed_model=self._embedding),
            llm=OpenAILike(
                model=model.name,
                api_base=model.endpoint,
                api_key="none",
                is_chat_model=True,
                context_window=8192,
                max_tokens=TOKENS,
                temperature=0,
                timeout=model.seconds,
            ),
            similarity_top_k=3,
            citation_chunk_size=512,
        )

        def answer(question: str) -> Reply:
            response = engine.query(question)
            sources = tuple(
                Source(number, found.node.ref_doc_id, _without_heading(found.node.text))
                for number, found in enumerate(response.source_nodes, 1)
            )
            return Reply(text=str(response), sources=sources)

        return answer

    def _split(self, documents: Sequence[Text]) -> list[TextNode]:
        return SentenceSplitter().get_nodes_from_documents(
            [Document(id_=d.id, text=d.text) for d in documents]
        )


def _without_heading(text: str) -> str:
    # Each source begins with "Source 1:" and a new line.
    return text.partition("\n")[2].strip()
