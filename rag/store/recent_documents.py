"""Keep the articles that were read last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping

from rag.types import Document

_KEPT_CHARACTERS = 20_000_000


class RecentDocuments:
    """The articles read last, up to 20 million characters of text. Safe between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def read(
        self,
        doc_ids: Collection[str],
        read_stored: Callable[[list[str]], Mapping[str, Document]],
    ) -> dict[str, Document]:
        """Return articles by id: those that are kept, and the others from `read_stored`.

        `read_stored` leaves out unknown ids.
        """
        with self._lock:
            found = {doc_id: self._kept[doc_id] for doc_id in doc_ids if doc_id in self._kept}
            for doc_id in found:
                self._kept.move_to_end(doc_id)
        missing = [doc_id for doc_id in dict.fromkeys(doc_ids) if doc_id not in found]
        if missing:
            read = read_stored(missing)
            self._keep(read)
            found |= read
        return found

    def _keep(self, read: Mapping[str, Document]) -> None:
        with self._lock:
            for doc_id, document in read.items():
                if doc_id not in self._kept:
                    self._kept[doc_id] = document
                    self._characters += len(document.text)
            while self._characters > _KEPT_CHARACTERS and len(self._kept) > len(read):
                _, dropped = self._kept.popitem(last=False)
                self._characters -= len(dropped.text)
