"""Tell sentences that tell of an event from opinions, background, predictions and descriptions."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.evidence import Evidence, SentenceVectors
from rag.models.kinds import fit_kinds
from rag.text.event_examples import EVENTS, OTHERS


def eventfulness(sentences: Sequence[Evidence], vectors: SentenceVectors) -> list[float]:
    """Return for each sentence how surely it tells of an event: about 1 if it does, else about -1.

    `vectors` embeds the examples that the score is learnt from, and remembers them.
    """
    if not sentences:
        return []
    line = fit_kinds(vectors.of(EVENTS), vectors.of(OTHERS))
    texts = [sentence.text for sentence in sentences]
    return [float(score) for score in line.scores(vectors.of(texts))]
