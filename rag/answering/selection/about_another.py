"""Tell that the best sentence answers the question for somebody or something else.

"Apple paid Baidu 100 million" is near "How much will Apple pay Alibaba?", and no vector tells them
apart. The reader does: it is far surer that the sentence answers if the question names Baidu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.answering.selection.abstention import ALIKE
from rag.answering.selection.ranking import Asked, Candidate
from rag.answering.selection.read_sentences import answer_scores
from rag.answering.selection.requirements import Requirements
from rag.messages import Message
from rag.models.reader import Reader
from rag.text.identifiers import read_identifiers
from rag.text.languages import text_language
from rag.text.names import names_in
from rag.text.terms import fold, shows

_SURER, _SURE = 2.0, 1.0
"""By how much the score of the answer must rise with the other name, and to what, in logits.

Of 323 best sentences of answerable questions they rule out 3, and of 434 of unanswerable ones 29
(five public sets). With 3 and 1 it would be 3 and 19, with 2 and 0 it would be 5 and 33.
"""
_SURER_ACROSS, _SURE_ACROSS = 5.0, 4.0
"""The same for a sentence in the other language. There the reader reads a name more easily that is
written as in the sentence, so with the values above 4 of 60 right answers were ruled out."""
_MOST_NAMES, _MOST_OTHERS = 2, 3
"""The most names of the question that a sentence may lack, and the most of its own that are tried.
Each pair takes about 20 ms."""


def about_another(
    reader: Reader, asked: Asked, needed: Requirements, ranked: Sequence[Candidate]
) -> Message | None:
    """Return a message about the name that the best sentence answers for instead, or None.

    `ranked` is the result of `read_best`.
    """
    best = ranked[0]
    if best.read is None or best.is_asked_for:
        return None
    question, sentence = asked.query.text, best.evidence.text
    across = text_language(sentence) != asked.query.language
    missing = [
        name
        for name in _names_to_tell(question)
        if _is_missing(name, sentence, needed, across=across) and _is_found(name, asked, ranked)
    ]
    if len(missing) > _MOST_NAMES:
        return None  # No single sentence names so many.
    others = list(_other_names(sentence, asked, across=across))[:_MOST_OTHERS]
    pairs = [(name, other) for name in missing for other in others]
    if not pairs:
        return None
    scores = answer_scores(reader, [question.replace(*pair) for pair in pairs], best.evidence)
    surer, sure = (_SURER_ACROSS, _SURE_ACROSS) if across else (_SURER, _SURE)
    if max(scores) <= max(sure, best.read.answer + surer):
        return None
    return _another_name(*pairs[scores.index(max(scores))])


def _names_to_tell(question: str) -> Iterator[str]:
    """Yield the names of a question that its answer must be about.

    A place is often said once in an article. Of two names that are asked about alike, a sentence
    may tell the one. "Phase II" is also written "phase 2".
    """
    for name in names_in(question):
        beside = rf"{ALIKE}\s*{re.escape(name.text)}|{re.escape(name.text)}\s*{ALIKE}"
        alike = re.search(beside, question, re.IGNORECASE)
        if name.kind != "place" and not alike and not read_identifiers(name.text):
            yield name.text


def _is_missing(name: str, sentence: str, needed: Requirements, *, across: bool) -> bool:
    if not across:
        return name.casefold() not in sentence.casefold()
    # Only a name that the dictionary has can be told to be missing.
    known = [concept for concept in needed.names if concept.text == name]
    return bool(known) and not shows(fold(sentence), known[0])


def _is_found(name: str, asked: Asked, ranked: Sequence[Candidate]) -> bool:
    """Return True if an article has a name of the question, perhaps in its other language.

    What no article has may be written in another way there.
    """
    documents = {c.evidence.document.doc_id: c.evidence.document for c in ranked}.values()
    forms = [concept for concept in asked.concepts if concept.name and concept.text == name]
    return any(
        name.casefold() in document.text.casefold()
        or any(shows(fold(document.text), form) for form in forms)
        for document in documents
    )


def _other_names(sentence: str, asked: Asked, *, across: bool) -> Iterator[str]:
    """Yield the names of a sentence that the question has in no form, each once."""
    question = fold(asked.query.text).characters
    for name in dict.fromkeys(found.text for found in names_in(sentence)):
        folded = fold(name)
        if folded.characters in question:
            continue
        if not (across and any(shows(folded, concept) for concept in asked.concepts)):
            yield name


def _another_name(asked: str, other: str) -> Message:
    return Message(
        code="another_name",
        en=f"The closest sentence tells this of “{other}”, not of “{asked}”.",
        zh=f"最接近的句子说的是“{other}”，而不是“{asked}”。",
    )
