"""The language of each passage, which may not be its article's."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from rag.corpus.characters import HAN
from rag.index.snapshot import Snapshot
from rag.retrieval.terms import text_language

_HAN = re.compile(f"[{HAN}]")


def passage_languages(snapshot: Snapshot) -> NDArray[np.str_]:
    """The language of each passage, shape (passages,).

    A Chinese article may hold a table of codes or an English quotation. Were they compared with its
    other passages, they would stand out for every English question: for the language alone.
    """
    documents = snapshot.documents
    return np.array([_language(p.text, documents[p.doc_id].language) for p in snapshot.passages])


def _language(text: str, of_article: str) -> str:
    if not _HAN.search(text):
        return "en"
    return "zh" if of_article == "zh" else text_language(text)
