"""Tell requests for a summary or for news from questions for facts.

"Summarise the Jiemian article" asks for a summary; "summarise why Apple chose Alibaba" asks why. A
score decides, which is learnt from examples of both kinds. A doubtful text is a question.
"""

from __future__ import annotations

import re
from functools import cached_property

from rag.models.embedder import Embedder
from rag.models.kinds import KindLine, fit_kinds
from rag.text.courtesies import courtesy_in
from rag.text.request_examples import QUESTIONS, REQUESTS
from rag.text.summary_requests import (
    SummaryRequest,
    asks_for_a_fact,
    names_no_topic,
    read_request,
    request_share,
    request_text,
)

_ASKS = 0.35
"""The score from which a text asks for a summary. Chosen on one half of the requests of
`eval/summary_requests.jsonl` and on the questions of the public sets."""
_USUAL_SHARE = 0.6
"""The share of words of requests at which they say nothing for or against a request."""
_LONGEST = 80
"""A longer text, in characters, says more than a request for a summary does."""


class SummaryRequests:
    """Recognises requests for summaries. Safe between threads."""

    def __init__(self, embedder: Embedder) -> None:
        """Learn with this model, when the first text is read."""
        self._embedder = embedder

    def read(self, text: str) -> SummaryRequest | None:
        """Return the request that a text makes for a summary; None for any other text."""
        plain = request_text(text)
        if not plain or len(plain) > _LONGEST or courtesy_in(text):
            return None
        if names_no_topic(plain):
            return read_request(plain)
        asks = not asks_for_a_fact(plain) and self.score(plain) >= _ASKS
        return read_request(plain) if asks else None

    def score(self, text: str) -> float:
        """Return how surely a text asks for a summary: about 1 if it does, -1 for a question.

        Requests for news of a topic are made of words of requests but for the topic.
        """
        like = float(self._line.scores(self._embedder.embed_queries([text]))[0])
        return like + request_share(text) - _USUAL_SHARE

    @cached_property
    def _line(self) -> KindLine:
        requests = [re.sub(r"[{}]", "", request) for request in REQUESTS]
        embed = self._embedder.embed_queries
        return fit_kinds(embed(requests), embed(QUESTIONS))
