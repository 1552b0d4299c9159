"""Build an index in memory, for measurements on documents that are not kept."""

from __future__ import annotations

from collections.abc import Sequence

from eval.progress import Watch
from rag.config import cache_folder
from rag.ingest.chunker import CHUNKER, chunk
from rag.models.embedder import Embedder
from rag.models.loading import BUILD_FORMAT
from rag.store.database import Manifest
from rag.store.snapshot import Snapshot
from rag.text.words import count_terms
from rag.types import Document, Passage

# Another export of the model gives other vectors under the same name.
VECTORS = cache_folder() / f"evaluation-embeddings-v{BUILD_FORMAT}.sqlite3"
"""The file that keeps vectors of test collections, because embedding one takes minutes."""


def snapshot_of(documents: Sequence[Document], embedder: Embedder, watch: Watch) -> Snapshot:
    """Return the documents as an index holds them, chunked and embedded."""
    passages: list[Passage] = []
    told = watch("Chunking", len(documents))
    for document in documents:
        for span in chunk(document.text, embedder.count_tokens, CHUNKER.budget, CHUNKER.floor):
            passages.append(
                Passage(
                    passage_id=len(passages),
                    doc_id=document.doc_id,
                    start=span.start,
                    end=span.end,
                    text=document.text[span.start : span.end],
                )
            )
        told(1)
    told = watch("Embedding", len(passages))
    return Snapshot(
        manifest=Manifest(
            embedder=embedder.name,
            runtime=embedder.runtime,
            fingerprint=embedder.fingerprint,
            dimensions=embedder.dimensions,
            chunker=CHUNKER,
            index_id="",
            commit_id="",
            generation=1,
            updated="",
            documents=len(documents),
            passages=len(passages),
        ),
        documents={document.doc_id: document for document in documents},
        passages=tuple(passages),
        vectors=embedder.embed_passages([passage.text for passage in passages], told),
        terms=tuple(count_terms(passage.text) for passage in passages),
    )
