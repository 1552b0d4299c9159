"""Haystack with its tutorials' settings. Its answers use its makers' prompt for citations.

- Index: `DocumentSplitter` with 512 words and 32 shared (tutorial of hybrid retrieval; words end
  at spaces, so Chinese is hardly ever split), `SentenceTransformersDocumentEmbedder` in batches of
  32, `InMemoryDocumentStore`, which holds words and vectors.
- Search: `embedding` is `InMemoryEmbeddingRetriever`; `hybrid` is `DocumentJoiner` of that and of
  `InMemoryBM25Retriever` by reciprocal ranks. 10 hits, the default.
- Answers: `InMemoryEmbeddingRetriever` with its 10 hits, `ChatPromptBuilder`,
  `OpenAIChatGenerator`, and `AnswerBuilder` with its default pattern for references, `[n]`.
  Passages are paragraphs here (`split_by="passage"`): with the default, a Chinese article would be
  one passage, and a citation of it would not show a place. The tutorial's prompt does not ask for
  citations. The one used is deepset's question-answering-with-references, which asks for them and
  for a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from haystack import Document, Pipeline
from haystack.components.builders import AnswerBuilder, ChatPromptBuilder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.dataclasses import ChatMessage
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice, Secret
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from sets import PASSAGE, QUERY, Text
from system import HITS, TOKENS, Articles, ChatModel, Reply, Search, Source

PROMPT = """\
Create a concise and informative answer (no more than 50 words) for a given question based solely \
on the given documents. You must only use information from the given documents. Use an unbiased \
and journalistic tone. Do not repeat text. Cite the documents using Document[number] notation. If \
multiple documents contain the answer, cite those documents like ‘as stated in Document[number], \
Document[number], etc.’. If the documents do not contain the answer to the question, say that \
‘answering is not possible given the available information.’
{% for document in documents %}
Document[{{loop.index}}]: {{ document.content }}
{% endfor %}
Question: {{question}}
Answer:"""


class Haystack:
    packages = ("haystack-ai", "sentence-transformers-haystack")

    def __init__(self, folder: str) -> None:
        cpu = ComponentDevice.from_str("cpu")
        self._documents = SentenceTransformersDocumentEmbedder(
            model=folder, prefix=PASSAGE, device=cpu, progress_bar=False
        )
        self._questions = SentenceTransformersTextEmbedder(
            model=folder, prefix=QUERY, device=cpu, progress_bar=False
        )
        self._documents.warm_up()
        self._questions.warm_up()

    def index(self, documents: Sequence[Text]) -> int:
        by_words = DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
        self._store = self._stored(documents, by_words)
        return self._store.count_documents()

    def searches(self) -> Mapping[str, Search]:
        by_words = InMemoryBM25Retriever(self._store, top_k=HITS)
        by_vectors = InMemoryEmbeddingRetriever(self._store, top_k=HITS)
        joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=HITS)

        def embedding(question: str) -> list[Document]:
            vector = self._questions.run(text=question)["embedding"]
            return by_vectors.run(query_embedding=vector)["documents"]

        def hybrid(question: str) -> list[Document]:
            found = [by_words.run(query=question)["documents"], embedding(question)]
            return joiner.run(documents=found)["documents"]

        def search(retrieve: Callable[[str], list[Document]]) -> Search:
            return lambda question: [passage.meta["source_id"] for passage in retrieve(question)]

        return {"embedding": search(embedding), "hybrid": search(hybrid)}

    def answers(self, articles: Articles, model: ChatModel) -> Callable[[str], Reply]:
        paragraphs = DocumentSplitter(split_by="passage", split_length=1, split_overlap=0)
        store = self._stored(articles.texts, paragraphs)
        pipeline = Pipeline()
        pipeline.add_component("embedder", self._questions)
        pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store))
        pipeline.add_component(
            "prompt",
            ChatPromptBuilder([ChatMessage.from_user(PROMPT)], required_variables="*"),
        )
        pipeline.add_component(
            "model",
            OpenAIChatGenerator(
                api_key=Secret.from_token("none"),
                model=model.name,
                api_base_url=model.endpoint,
                generation_kwargs={"temperature": 0, "max_tokens": TOKENS},
                timeout=model.seconds,
            ),
        )
        pipeline.add_component(
            "answer",
            AnswerBuilder(reference_pattern=r"\[(\d+)\]", return_only_referenced_documents=False),
        )
        pipeline.connect("embedder.embedding", "retriever.query_embedding")
        pipeline.connect("retriever", "prompt.documents")
        pipeline.connect("prompt.prompt", "model.messages")
        pipeline.connect("model.replies", "answer.replies")
        pipeline.connect("retriever", "answer.documents")

        def answer(question: str) -> Reply:
            asked = {
                "embedder": {"text": question},
                "prompt": {"question": question},
                "answer": {"query": question},
            }
            (built,) = pipeline.run(asked)["answer"]["answers"]
            sources = tuple(
                Source(number, passage.meta["source_id"], passage.content.strip())
                for number, passage in enumerate(built.documents, 1)
            )
            return Reply(text=built.data, sources=sources)

        return answer

    def _stored(
        self, documents: Sequence[Text], splitter: DocumentSplitter
    ) -> InMemoryDocumentStore:
        passages = splitter.run(documents=[Document(id=d.id, content=d.text) for d in documents])
        store = InMemoryDocumentStore()
        store.write_documents(self._documents.run(documents=passages["documents"])["documents"])
        return store
