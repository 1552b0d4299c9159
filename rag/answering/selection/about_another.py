"""Tell that the best sentence answers the question for somebody or something else.

"Apple paid Baidu 100 million" is near "How much will Apple pay Alibaba?", and no vector tells them
apart. The reader does: it is far surer that the sentence answers if the question names Baidu.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.answering.selection.ranking import Asked, Candidate
from rag.answering.selection.read_sentences import answer_score_for
from rag.answering.selection.requirements import Requirements
from rag.messages import Message
from rag.models.reader import Reader
from rag.text.languages import text_language
from rag.text.names import names_in
from rag.text.terms import fold, shows

_FAR_SURER = 3.0
"""By how much the score of the answer must rise, in logits.

Of 311 best sentences of answerable questions it rules out 4, and of 285 that pass for answers to
unanswerable ones 16 (four public sets). With 2 it would be 7 and 27, with 4 it would be 2 and 11.
"""
_MOST_NAMES, _MOST_OTHERS = 2, 3
"""The most names of the question that a sentence may lack, and the most of its own that are tried.
Each pair takes about 20 ms."""


def about_another(
    reader: Reader, asked: Asked, needed: Requirements, best: Candidate
) -> Message | None:
    """Return a message about the name that a sentence answers for instead, or None.

    `best` is the first result of `read_best`.
    """
    if best.read is None or best.is_asked_for:
        return None
    question, sentence = asked.query.text, best.evidence.text
    if text_language(sentence) == asked.query.language:
        said = sentence.casefold()
        missing = [name for name in names_in(question) if name.casefold() not in said]
    else:
        # Only a name that the dictionary has can be told to be missing.
        missing = [n.text for n in needed.names if not shows(fold(sentence), n)]
    missing = [name for name in missing if name in question]
    if len(missing) > _MOST_NAMES:
        return None  # No single sentence names so many.
    others = list(_other_names(sentence, asked))[:_MOST_OTHERS]
    for name in missing:
        for other in others:
            score = answer_score_for(reader, question.replace(name, other), best.evidence)
            if score - best.read.answer > _FAR_SURER:
                return _another_name(name, other)
    return None


def _other_names(sentence: str, asked: Asked) -> Iterator[str]:
    """Yield the names of a sentence that the question has in no form, each once."""
    question = fold(asked.query.text).characters
    for name in names_in(sentence):
        folded = fold(name)
        if folded.characters in question:
            continue
        across = text_language(sentence) != asked.query.language
        if not (across and any(shows(folded, concept) for concept in asked.concepts)):
            yield name


def _another_name(asked: str, other: str) -> Message:
    return Message(
        code="another_name",
        en=f"The closest sentence tells this of “{other}”, not of “{asked}”.",
        zh=f"最接近的句子说的是“{other}”，而不是“{asked}”。",
    )
