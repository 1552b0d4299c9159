"""Evidence made by hand: what the embedding model would say is given, not computed."""

from __future__ import annotations

from datetime import date

import numpy as np

from rag.answering.evidence import Evidence
from rag.answering.selection.ranking import Asked, Candidate, rank
from rag.answering.selection.requirements import Requirements, requirements
from rag.retrieval.question import understand
from rag.text.languages import text_language
from rag.text.terms import concepts, fold, shows
from rag.text.written_dates import read_published
from rag.types import Document


def asked(question: str) -> Asked:
    """A question whose concepts all weigh alike."""
    query = understand(question, (), today=date(2025, 3, 1), newest=date(2025, 3, 1))
    about = concepts(query.text, across=False)
    return Asked(query=query, concepts=about, weights=(1.0,) * len(about))


def article(*sentences: str, title: str = "", day: str | None = None, name: str = "a") -> Document:
    """An article of these sentences."""
    text = "".join(sentences)
    return Document(
        doc_id=name,
        path="",
        title=title,
        outlet=None,
        published=read_published(day, "en"),
        language=text_language(text),
        url=None,
        text=text,
        content_hash="",
    )


def candidates(
    about: Asked, document: Document, *sentences: str, cosines: tuple[float, ...] = ()
) -> tuple[Requirements, tuple[Candidate, ...]]:
    """Sentences of one article, ranked; their vectors stand at right angles to one another."""
    cosines = cosines or (0.9,) * len(sentences)
    evidence = []
    for i, (sentence, cosine) in enumerate(zip(sentences, cosines, strict=True)):
        shown = tuple(shows(fold(sentence), concept) for concept in about.concepts)
        share = sum(shown) / max(1, len(shown))
        start = document.text.index(sentence)
        evidence.append(
            Evidence(
                document=document,
                start=start,
                end=start + len(sentence),
                text=sentence,
                cosine=cosine,
                coverage=share,
                nearby=share,
                passage=document.text,
                vector=np.eye(len(sentences), dtype=np.float32)[i],
                shown=shown,
                led=share,
            )
        )
    needed = requirements(about.query, about.concepts, across=False)
    return needed, rank(about, needed, evidence)
