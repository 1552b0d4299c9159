"""What a chat model saw and wrote for one answer, over all that was asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.models.chat import ChatModel, TokenUsage
from rag.types import ModelUse


def full_name(model: ChatModel) -> str:
    """What a reader is told of where text goes: "name @ endpoint"."""
    return f"{model.name} @ {model.endpoint}"


def unknown_use(model: ChatModel) -> ModelUse:
    """The use of a model that reported no counts."""
    return ModelUse(
        name=model.name, endpoint=model.endpoint, prompt_tokens=None, completion_tokens=None
    )


def total_use(
    model: ChatModel, usages: Sequence[TokenUsage], composed: ModelUse | None
) -> ModelUse | None:
    """`composed` together with the `usages` for understanding the question; None for neither."""
    if not usages:
        return composed
    used = composed or replace(
        unknown_use(model), prompt_tokens=0, completion_tokens=0, saw_articles=False
    )
    counts = TokenUsage(prompt_tokens=used.prompt_tokens, completion_tokens=used.completion_tokens)
    for usage in usages:
        counts += usage
    return replace(
        used,
        prompt_tokens=counts.prompt_tokens,
        completion_tokens=counts.completion_tokens,
    )
