"""Questions over a folder of news articles, answered with checked citations.

    from rag import answer
    print(answer("why did Apple choose Alibaba").text)

`answer` and its async twin `aanswer` open the index that the environment names (`RAG_INDEX`, else
`.rag`, see `rag.config`) once a process and share it between threads. `Assistant` gives the same
with settings of your own, and streams.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answering.options import Options
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
        TimeFrame,
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
    "Options",
    "Passage",
    "Progress",
    "RagError",
    "Statement",
    "TimeFrame",
    "aanswer",
    "answer",
]

# Everything is imported when it is asked for: FAISS and NumPy would make `rag --help` wait.
_HOMES = {
    "rag.answering.options": ("Options",),
    "rag.api": ("aanswer", "answer"),
    "rag.assistant": ("Assistant",),
    "rag.config": ("ChatModelConfig", "Config"),
    "rag.errors": ("RagError",),
    "rag.types": (
        *("Answer", "Citation", "Conflict", "Document", "Draft", "Hit", "Passage", "Progress"),
        *("Statement", "TimeFrame"),
    ),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
