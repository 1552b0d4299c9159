"""The retriever for LlamaIndex."""

from __future__ import annotations

import asyncio
from datetime import date

from rag.api import search
from rag.assistant import Assistant
from rag.integrations import details, not_installed, stable_id
from rag.types import SearchResult

try:
    from llama_index.core.callbacks import CallbackManager
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import (
        NodeRelationship,
        NodeWithScore,
        QueryBundle,
        RelatedNodeInfo,
        TextNode,
    )
except ImportError as error:
    raise not_installed("LlamaIndex", "llama-index") from error


class CitedRetriever(BaseRetriever):
    """Finds passages of an index, as LlamaIndex nodes with scores, best first.

    The `text` of a node is a passage. It starts at `start_char_idx` and ends before `end_char_idx`
    of its article, in Unicode code points. `metadata` has its doc_id, title, outlet, published,
    url, start and end, as `rag.integrations.details` says. `node_id` is a UUID that stays the same,
    and `ref_doc_id` is the id of the article. A higher score is a better node, and scores of two
    questions cannot be compared. `aretrieve` searches in a thread, and the event loop stays free.

    `retrieve` raises what `Assistant.search` raises, such as `QuestionError` for an empty question.
    """

    def __init__(
        self,
        assistant: Assistant | None = None,
        *,
        similarity_top_k: int = 10,
        since: date | str | None = None,
        until: date | str | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """Search the index that `assistant` has open.

        Without one, it is the index that the environment names, as for `rag.search`: the first
        question opens it, and the whole process shares it.

        `similarity_top_k` is the most nodes for a question, 1 to 100. `since` and `until` are the
        first and the last day of publication, as a date or as 2025-02-13, 2025-02 or 2025.
        """
        super().__init__(callback_manager=callback_manager)
        self.similarity_top_k = similarity_top_k
        self._find = assistant.search if assistant else search
        self._since, self._until = since, until

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        results = self._find(
            query_bundle.query_str, self.similarity_top_k, since=self._since, until=self._until
        )
        return [NodeWithScore(node=_node(result), score=result.score) for result in results]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(result: SearchResult) -> TextNode:
    return TextNode(
        id_=stable_id(result),
        text=result.text,
        start_char_idx=result.start,
        end_char_idx=result.end,
        metadata=details(result),
        # LlamaIndex writes metadata into prompts; places in the text only distract there.
        excluded_llm_metadata_keys=["start", "end"],
        excluded_embed_metadata_keys=["start", "end"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=result.doc_id)},
    )
