"""Questions over a folder of news articles, answered with checked citations.

    from rag import answer
    print(answer("why did Apple choose Alibaba").text)

`answer` and its async twin `aanswer` open the index that the environment names (`RAG_INDEX`, else
`.rag`, see `rag.config`) once a process and share it between threads. `Assistant` gives the same
with settings of your own, and streams.
"""

from __future__ import annotations

from rag.api import aanswer, answer
from rag.assistant import Assistant
from rag.config import ChatModelConfig, Config
from rag.errors import RagError
from rag.types import (
    Answer,
    Citation,
    Conflict,
    Document,
    Draft,
    Hit,
    Passage,
    Progress,
    Statement,
)

__all__ = [
    "Answer",
    "Assistant",
    "ChatModelConfig",
    "Citation",
    "Config",
    "Conflict",
    "Document",
    "Draft",
    "Hit",
    "Passage",
    "Progress",
    "RagError",
    "Statement",
    "aanswer",
    "answer",
]
