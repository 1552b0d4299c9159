"""Tells sentences about the thing asked about from those about a thing of like name.

A name that the dictionary lacks can't be looked for in the other language, but the articles in the
question's own language tell: those that name Brunholm University say nothing of Brunholm College.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.selection.ranking import Candidate
from rag.messages import Language, Message
from rag.retrieval.full_names import FullName, Standing, full_names, standing
from rag.types import Document


@dataclass(frozen=True, kw_only=True)
class Named:
    """The sentences without those of articles on others of like name.

    `absent` tells which names no article in the question's language has; it is to be said where the
    sentences that are left answer nothing.
    """

    candidates: tuple[Candidate, ...]
    absent: tuple[Message, ...]


def without_like_named(question: str, language: Language, ranked: Sequence[Candidate]) -> Named:
    """Part the sentences, `ranked` best first, by the names that the question has.

    Where no article in the question's language has a name, those in the other language are left:
    what it is called there can't be told.
    """
    absent = []
    names = full_names(question, language)
    for name in names:
        documents = {c.evidence.document.doc_id: c.evidence.document for c in ranked}
        found = {
            doc_id: standing(name, f"{document.title}\n{document.text}")
            for doc_id, document in documents.items()
            if document.language == language
        }
        if name.known:
            # An article with one of two places asked about answers half of the question.
            places = [other for other in names if other.known]
            found = {
                doc_id: (kind, like)
                for doc_id, (kind, like) in found.items()
                if kind != "other" or not _has_any(documents[doc_id], places)
            }
        kinds = {kind for kind, _ in found.values()}
        dropped: set[Standing] = {"other"}
        if "same" not in kinds and ("other" in kinds or len(found) < len(documents)):
            if not name.known:
                dropped.add("absent")
            if "other" in kinds or (found and not name.known):
                # Of the article found first, as the likeliest to be taken for it.
                absent.append(
                    _not_found(name, next((like for _, like in found.values() if like), ""))
                )
        ranked = [
            c for c in ranked if found.get(c.evidence.document.doc_id, ("same",))[0] not in dropped
        ]
    return Named(candidates=tuple(ranked), absent=tuple(absent))


def _has_any(document: Document, names: Sequence[FullName]) -> bool:
    text = f"{document.title}\n{document.text}"
    return any(standing(name, text)[0] == "same" for name in names)


def _not_found(name: FullName, like: str) -> Message:
    return Message(
        code="like_named",
        en=f"No article found names “{name.text}”" + (f"; “{like}” is another." if like else "."),
        zh=f"找到的文章都没有提到“{name.text}”" + (f"；“{like}”是另一个。" if like else "。"),
    )
