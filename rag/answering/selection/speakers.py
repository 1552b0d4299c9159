"""Keep the sentences that may tell what somebody said, if a question asks for that.

"What did Jack Ma say about Apple?" is near every quotation about Apple, whoever speaks there.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.selection.heard_names import is_named
from rag.answering.selection.ranking import Candidate
from rag.messages import Message
from rag.text.speech_asked import speech_around
from rag.text.terms import fold


def said_by(ranked: Sequence[Candidate], speaker: str) -> tuple[Candidate, ...]:
    """Return the sentences of paragraphs that name the speaker, and tell what somebody says."""
    return tuple(
        candidate
        for candidate in ranked
        for evidence in [candidate.evidence]
        for speech in [speech_around(evidence.document.text, evidence.start, evidence.end)]
        if speech and is_named(speaker, fold(speech))
    )


def nothing_said(speaker: str) -> Message:
    """Say that nothing that the speaker said was found."""
    return Message(
        code="nothing_said",
        en=f"No passage found tells what “{speaker}” said.",
        zh=f"找到的段落都没有提到“{speaker}”说过什么。",
    )
