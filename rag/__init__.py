"""Questions over a folder of news articles, answered with checked citations.

    import rag
    print(rag.answer("why did Apple choose Alibaba").text)

`answer`, `search`, `verify`, `check_draft`, `compare`, `summarise`, `story`, `index` and `fetch`
work on the index that the environment names (`RAG_INDEX`, else `.rag`). Each has an async twin:
`aanswer` and so on. `Assistant` and `AsyncAssistant` do the same over an index of your choice, and
stream. `Feeds` follows feeds of the web. docs/python.md has examples.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answering.comparison.result import (
        Comparison,
        ComparisonProgress,
        Contradiction,
        OutletReport,
        SharedFact,
    )
    from rag.answering.draft import DraftReport, DraftSentence
    from rag.answering.story.result import (
        ChangedValue,
        Disagreement,
        Story,
        StoryRow,
    )
    from rag.answering.summary.result import Summary
    from rag.api import (
        aanswer,
        aanswer_all,
        acheck_draft,
        acompare,
        afetch,
        aindex,
        answer,
        answer_all,
        asearch,
        averify,
        check_draft,
        compare,
        fetch,
        index,
        search,
        verify,
    )
    from rag.assistant import Assistant
    from rag.async_assistant import AsyncAssistant
    from rag.batch.answering import AnsweredRow
    from rag.batch.changes import Change
    from rag.batch.stories import write_story
    from rag.config import ChatModelConfig, Config
    from rag.desk import astory, asummarise, story, summarise
    from rag.errors import (
        AnswerFormatError,
        AssistantClosed,
        ChatModelBrokeOff,
        ChatModelEmpty,
        ChatModelError,
        ChatModelFailed,
        ChatModelRefused,
        ChatModelTimedOut,
        ChatModelUnreachable,
        ConfigError,
        DocumentError,
        DocumentNotFound,
        EmbedderError,
        FetchError,
        IndexBusy,
        IndexDamaged,
        IndexMismatch,
        IndexMissing,
        IndexNotWritable,
        IndexUnreachable,
        IndexUnusable,
        JudgeError,
        QuestionError,
        RagError,
        ReaderError,
        RerankerError,
        WorkersFailed,
    )
    from rag.exports.saving import export
    from rag.feeds.following import Feeds
    from rag.messages import Message
    from rag.store.notices import IndexProgress, IndexReport
    from rag.types import (
        Answer,
        Citation,
        Conflict,
        Document,
        Draft,
        Hit,
        Passage,
        Progress,
        SearchResult,
        Statement,
        TimeFrame,
    )

    __version__: str

# Everything is imported when it is asked for: FAISS and NumPy would make `rag --help` wait.
_HOMES = {
    "rag.answering.comparison.result": (
        *("Comparison", "ComparisonProgress", "Contradiction", "OutletReport", "SharedFact"),
    ),
    "rag.answering.draft": ("DraftReport", "DraftSentence"),
    "rag.answering.story.result": (*("ChangedValue", "Disagreement", "Story", "StoryRow"),),
    "rag.answering.summary.result": ("Summary",),
    "rag.api": (
        *("aanswer", "aanswer_all", "acheck_draft", "acompare", "afetch", "aindex", "answer"),
        *("answer_all", "asearch", "averify", "check_draft", "compare", "fetch", "index"),
        *("search", "verify"),
    ),
    "rag.assistant": ("Assistant",),
    "rag.async_assistant": ("AsyncAssistant",),
    "rag.batch.answering": ("AnsweredRow",),
    "rag.batch.changes": ("Change",),
    "rag.batch.stories": ("write_story",),
    "rag.config": ("ChatModelConfig", "Config"),
    "rag.desk": ("astory", "asummarise", "story", "summarise"),
    "rag.errors": (
        *(
            "AnswerFormatError",
            "AssistantClosed",
            "ChatModelBrokeOff",
            "ChatModelEmpty",
            "ChatModelError",
        ),
        *("ChatModelFailed", "ChatModelRefused", "ChatModelTimedOut", "ChatModelUnreachable"),
        *("ConfigError", "DocumentError", "DocumentNotFound", "EmbedderError", "FetchError"),
        *(
            "IndexBusy",
            "IndexDamaged",
            "IndexMismatch",
            "IndexMissing",
            "IndexNotWritable",
            "IndexUnreachable",
            "IndexUnusable",
        ),
        *("JudgeError", "QuestionError", "RagError", "ReaderError", "RerankerError"),
        "WorkersFailed",
    ),
    "rag.exports.saving": ("export",),
    "rag.feeds.following": ("Feeds",),
    "rag.messages": ("Message",),
    "rag.store.notices": ("IndexProgress", "IndexReport"),
    "rag.types": (
        *("Answer", "Citation", "Conflict", "Document", "Draft", "Hit", "Passage", "Progress"),
        *("SearchResult", "Statement", "TimeFrame"),
    ),
}
__all__ = [
    "Answer",
    "AnswerFormatError",
    "AnsweredRow",
    "Assistant",
    "AssistantClosed",
    "AsyncAssistant",
    "Change",
    "ChangedValue",
    "ChatModelBrokeOff",
    "ChatModelConfig",
    "ChatModelEmpty",
    "ChatModelError",
    "ChatModelFailed",
    "ChatModelRefused",
    "ChatModelTimedOut",
    "ChatModelUnreachable",
    "Citation",
    "Comparison",
    "ComparisonProgress",
    "Config",
    "ConfigError",
    "Conflict",
    "Contradiction",
    "Disagreement",
    "Document",
    "DocumentError",
    "DocumentNotFound",
    "Draft",
    "DraftReport",
    "DraftSentence",
    "EmbedderError",
    "Feeds",
    "FetchError",
    "Hit",
    "IndexBusy",
    "IndexDamaged",
    "IndexMismatch",
    "IndexMissing",
    "IndexNotWritable",
    "IndexProgress",
    "IndexReport",
    "IndexUnreachable",
    "IndexUnusable",
    "JudgeError",
    "Message",
    "OutletReport",
    "Passage",
    "Progress",
    "QuestionError",
    "RagError",
    "ReaderError",
    "RerankerError",
    "SearchResult",
    "SharedFact",
    "Statement",
    "Story",
    "StoryRow",
    "Summary",
    "TimeFrame",
    "WorkersFailed",
    "__version__",
    "aanswer",
    "aanswer_all",
    "acheck_draft",
    "acompare",
    "afetch",
    "aindex",
    "answer",
    "answer_all",
    "asearch",
    "astory",
    "asummarise",
    "averify",
    "check_draft",
    "compare",
    "export",
    "fetch",
    "index",
    "search",
    "story",
    "summarise",
    "verify",
    "write_story",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("cited-rag")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
