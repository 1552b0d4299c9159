"""Short texts in both languages, and the words that are known by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.retrieval.known_words import KnownWords
from rag.store.sections import sections_of
from rag.text.words import count_terms
from rag.types import Document, Passage

TEXTS = (
    "The railway Brisktrain hired Dana Whitlock, and Whitlock left Norwich for Halden.",
    "Analysts said Microsoft and Brisktrain would work with the maker of the eBoard in Norwich.",
    "In Norwich, Microsoft said that the eBoard of Brisktrain reads news for the US government.",
    "Orbex opened a plant. People read the news at night, and apple growers were glad of it.",
    "去年微软公司与华为在上海谈过合作。华为表示，双方会继续。",
    "华为和腾讯都没有回应，华为称下月公布。",
    "华为的新手机在上海发布，腾讯的总部在深圳。",
)


def known_words(texts: Sequence[str] = TEXTS) -> KnownWords:
    """The words of the texts, each a passage of its own."""
    article = Document(
        doc_id="a", path="a.md", title="", outlet=None, published=None, language="en", url=None,
        text="\n\n".join(texts), content_hash="",
    )  # fmt: skip
    documents = {
        "en": replace(article, doc_id="en"),
        "zh": replace(article, doc_id="zh", language="zh"),
    }
    passages = [
        Passage(
            passage_id=i,
            doc_id="en" if text.isascii() else "zh",
            start=0,
            end=len(text),
            text=text,
        )
        for i, text in enumerate(texts)
    ]
    vectors = np.zeros((len(texts), 4), np.float32)
    counted = [count_terms(text) for text in texts]
    return KnownWords(sections_of(passages, documents, vectors, counted))
