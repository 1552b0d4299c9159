"""The components and events of sharing an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.asgi import LOCAL_HOSTS, host_name
from rag.errors import RagError
from rag.messages import Language
from rag.page.chat.controls import render_hint
from rag.page.chat.panel import ChatPanel
from rag.page.chat.sent import said, turn_named
from rag.page.chat.turns import Assistant, Turn, finder
from rag.page.owner import is_owner
from rag.page.parts import QUIET, Update, asset
from rag.page.shares.rendering import MAY_SHARE, render_shared_list, render_sharing
from rag.page.shares.store import Shares
from rag.page.shares.texts import texts
from rag.page.texts import language_sent

_AT_ONCE: dict[str, Any] = {"queue": False, **QUIET}


@dataclass(frozen=True, kw_only=True)
class SharesPanel:
    """`dialog` says where an answer is shared, and `listed` has all that are.

    Both are empty unless the owner looks.
    """

    dialog: gr.HTML
    listed: gr.HTML


def draw_dialog() -> gr.HTML:
    """Make the dialog."""
    return gr.HTML("", js_on_load=asset("sharing.js"), apply_default_css=False)


def draw_listed() -> gr.HTML:
    """Make the list."""
    return gr.HTML("", js_on_load=asset("section.js"), apply_default_css=False)


def said_in(
    parts: SharesPanel, shares: Shares | None, language: Language, *, owner: bool
) -> Update:
    """Return the list in `language`. Other readers than the owner get none, and no button."""
    if not shares or not owner:
        return {parts.dialog: "", parts.listed: ""}
    listed = render_shared_list(shares.all(), language)
    return {parts.dialog: MAY_SHARE, parts.listed: listed}


def wire_shares(
    parts: SharesPanel, chat: ChatPanel, assistant: Assistant, shares: Shares, choice: gr.Radio
) -> None:
    """Connect the events. `choice` is the language choice."""

    def listed(language: Language) -> str:
        return render_shared_list(shares.all(), language)

    def share(
        event: gr.EventData, turns: tuple[Turn, ...], language: Language, request: gr.Request
    ) -> Update:
        """Share the answer of a turn."""
        language = language_sent(language)
        if not is_owner(request):
            return {chat.hint: render_hint(texts(language).not_owner, language)}
        turn = turn_named(event, turns)
        if turn is None:
            return {chat.hint: gr.skip()}
        try:
            shared = shares.add(turn, finder(assistant))
        except RagError as error:
            return {chat.hint: render_hint(error.message.text(language), language)}
        only_here = request.request is None or host_name(request.request.scope) in LOCAL_HOSTS
        return {
            parts.dialog: render_sharing(shared, language, only_here=only_here),
            parts.listed: listed(language),
            chat.hint: "",
        }

    def stop(event: gr.EventData, language: Language, request: gr.Request) -> Update:
        """Stop sharing an answer."""
        language = language_sent(language)
        if not is_owner(request):
            return {chat.hint: render_hint(texts(language).not_owner, language)}
        shares.stop(said(event, "value"))
        return {
            parts.dialog: MAY_SHARE,
            parts.listed: listed(language),
            chat.hint: render_hint(texts(language).stopped, language),
        }

    outputs = [parts.dialog, parts.listed, chat.hint]
    chat.present.share_answer(share, [chat.conversation, choice], outputs, **_AT_ONCE)
    for part in (parts.dialog, parts.listed):
        part.stop_sharing(stop, [choice], outputs, **_AT_ONCE)
