"""Count a story in several newspapers once, so that copies do not hide other evidence."""

from __future__ import annotations

from collections.abc import Sequence

from rag.store.articles import reference
from rag.store.searching import OpenIndex
from rag.types import DocumentReference, Hit


class Stories:
    """The groups of articles that tell the same story. It is never changed after it is built."""

    def __init__(self, snapshot: OpenIndex) -> None:
        self._snapshot = snapshot

    def others(self, doc_id: str) -> tuple[DocumentReference, ...]:
        """Return the other articles about the same story, oldest first, undated ones last."""
        documents = self._snapshot.documents
        others = [other for other in self._snapshot.story(doc_id) if other != doc_id]
        # In a large index, an article may have been deleted since the index was opened.
        story = [document for document in map(documents.get, others) if document]
        story.sort(key=lambda d: (d.published is None, d.published and d.published.moment))
        return tuple(map(reference, story))

    def distinct(self, hits: Sequence[Hit], k: int) -> tuple[Hit, ...]:
        """Return the first `k` hits, with hits from only one article per story.

        It is the article that was found first.
        """
        chosen: dict[tuple[str, ...], str] = {}
        kept = []
        for hit in hits:
            doc_id = hit.passage.doc_id
            story = self._snapshot.story(doc_id)
            if chosen.setdefault(story, doc_id) == doc_id:
                kept.append(hit)
        return tuple(kept[:k])
