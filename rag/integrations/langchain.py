"""The retriever for LangChain."""

from __future__ import annotations

from datetime import date

from rag.api import search
from rag.assistant import Assistant
from rag.integrations import details, not_installed, stable_id

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ImportError as error:
    raise not_installed("LangChain", "langchain") from error


class CitedRetriever(BaseRetriever):
    """Finds passages of an index, as LangChain documents, best first.

    `page_content` is the text of a passage. `metadata` has its doc_id, title, outlet, published,
    url, start and end, as `rag.integrations.details` says, and its score. A higher score is a
    better document, and scores of two questions cannot be compared. `id` is a UUID that stays the
    same. `ainvoke` searches in a thread, and the event loop stays free.

    `invoke` raises what `Assistant.search` raises, such as `QuestionError` for an empty question.
    """

    assistant: Assistant | None = None
    """The open index. None means the index that the environment names, as for `rag.search`: the
    first question opens it, and the whole process shares it."""
    k: int = 10
    """The most documents for a question, 1 to 100."""
    since: date | str | None = None
    """The first day of publication, as a date or as 2025-02-13, 2025-02 or 2025."""
    until: date | str | None = None
    """The last day of publication, in the same forms."""

    # LangChain's own `_aget_relevant_documents` calls this in a thread.
    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        find = self.assistant.search if self.assistant else search
        return [
            Document(
                id=stable_id(result),
                page_content=result.text,
                metadata={**details(result), "score": result.score},
            )
            for result in find(query, self.k, since=self.since, until=self.until)
        ]
