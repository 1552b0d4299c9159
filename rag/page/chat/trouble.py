"""A chat model that is down: find it out from a turn, and say so in one line with three buttons."""

from __future__ import annotations

import re

from rag.errors import ChatModelError
from rag.messages import Language, Message
from rag.page.chat.texts import Texts
from rag.page.chat.turns import Turn
from rag.page.markup import escaped

_KINDS: tuple[type[ChatModelError], ...] = (ChatModelError, *ChatModelError.__subclasses__())
CODES = frozenset(kind.__name__ for kind in _KINDS)
"""The codes of the messages that say that a chat model gave no usable reply."""

# The messages of `rag.models.endpoint_errors` have these parts in common.
_ADDRESS = re.compile(r"""(?:['"]|server) at https?://([^\s/]{1,100})""")
_STATUS = re.compile(r"\bHTTP \d{3}\b")


def model_trouble(turn: Turn) -> Message | None:
    """Return why the chat model gave no usable reply to a turn, or None if it was not so."""
    notices = turn.answer.notices if turn.answer is not None else ()
    told = (turn.error, *notices)
    return next((one for one in told if one is not None and one.code in CODES), None)


def trouble_line(message: Message, words: Texts) -> str:
    """Return in one short line what failed, and which address. The message has the rest."""
    named = _ADDRESS.search(message.en)
    status = _STATUS.search(message.en)
    said = [*([named[1]] if named else []), *([status[0]] if status else [])]
    line = words.trouble.get(message.code, words.trouble["ChatModelFailed"])
    return line.format(words.in_brackets.format(words.comma.join(said)) if said else "")


def render_trouble(
    message: Message, turn: int, words: Texts, language: Language, *, last: bool
) -> str:
    """Return the line, with buttons to try again, to see the settings, or to do without it.

    The model client's own message is folded. Only the last turn can be asked again.
    """
    data = f'type="button" class="rag-button" data-turn="{turn}"'
    again = f'<button {data} data-act="ask">{escaped(words.try_again)}</button>'
    without = (
        f'<button {data} data-act="ask" data-without="1">{escaped(words.without_model)}</button>'
    )
    settings = (
        '<button type="button" class="rag-button" data-tab="settings">'
        f"{escaped(words.to_settings)}</button>"
    )
    buttons = f"{again}{settings}{without}" if last else settings
    line = f'<p role="alert">{escaped(trouble_line(message, words))}</p>'
    return (
        f'<div class="rag-error rag-trouble">{line}<div class="rag-actions">{buttons}</div>'
        f'<details id="turn{turn}-trouble"><summary>{escaped(words.trouble_details)}</summary>'
        f"<p>{escaped(message.text(language))}</p></details></div>"
    )
