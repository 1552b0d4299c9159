"""Recognise the requests that a chat client sends for itself, and answer them without a search.

A client asks the same model for a title of the chat, tags, follow-up questions, search queries, an
emoji, what to remember of the user, the rest of a sentence or a summary that replaces old messages.
None of these is a question about the news. They are recognised by their form, not by the client:
the text orders a *product*, names the chat or a message of it as the *object*, and sets several
*terms*, such as a length, a ban on quotation marks, "output only …", a JSON object or an embedded
transcript. A person who asks for a title names an article, and seldom sets two terms.

Both ends of a message are read, and every repeat in a pattern is bounded, so that the time is
linear in the length of the conversation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from rag.server.conversation import Turn
from rag.server.task_forms import (
    ABOUT_CHAT,
    ABOUT_MESSAGE,
    ANSWERS,
    ARTICLE,
    ASKER,
    ASKS,
    BLOCK,
    EXAMPLE,
    FENCE,
    HELPS,
    JOB,
    LATER,
    LIST,
    MORE,
    OBJECT,
    OF_LISTS,
    OPEN_LABEL,
    OPEN_QUESTION,
    PRODUCT_ONLY,
    PRODUCTS,
    QUESTION,
    QUOTED,
    RECAP,
    SAID,
    STOP,
    TERMS,
)
from rag.text.characters import has_han

_END = 4_000  # characters read at either end of a message
_ENDS = 5  # turns read at either end of a conversation for the questions
_OPENING = 300  # a task orders its product in so many characters at the start, or at the end
_NEAR = 100  # characters between a product and its object
_TERMS_NEEDED = 2
_SYSTEM = ("system", "developer")
_PLAIN_KINDS = ("title", "tags", "follow_ups", "queries")
_TITLE_EN, _TITLE_ZH, _SUMMARY = 40, 20, 500  # characters of a reply


def brief_reply(turns: Sequence[Turn]) -> str | None:
    """Return the short text that serves a client's own request, or None if a person asks."""
    user, system = _last(turns, "user"), _last(turns, *_SYSTEM)
    quotes = _without_transcript(user)[1]
    spoken = [turn.role for turn in turns if turn.role not in _SYSTEM]
    asks = spoken[-1:] == ["user"]
    kind, terms = _ordered(system, system=True, quotes=quotes, late=not asks)
    if asks and not quotes:
        # An operator's message stands here too, and may want a title above the answer. So does a
        # client's recap of an earlier part of the chat.
        kind = None if kind == "summary" or RECAP.match(system) else kind
        wary = kind == "follow_ups" or MORE.search(_without_transcript(system)[0])
        terms -= bool(wary)
    if kind and terms >= _TERMS_NEEDED:
        questions = _questions(turns) or _asked(system)
        # Before a question, earlier turns are the order's examples.
        return _reply(kind, system, questions[-1:] if asks and "assistant" in spoken else questions)
    kind, terms = _ordered(user)
    # Alone, "summarize this conversation" may be about a conversation in the news.
    if kind == "summary" and not quotes and "assistant" not in spoken:
        return None
    if kind and terms >= _TERMS_NEEDED:
        earlier = turns[: len(turns) - 1 - [turn.role for turn in reversed(turns)].index("user")]
        return _reply(kind, user, _questions(earlier) or _asked(user))
    if quotes and (kind := _beside_transcript(system, user)):
        return _reply(kind, f"{system}\n{user}", _asked(user))
    return None


def _last(turns: Sequence[Turn], *roles: str) -> str:
    """Return both ends of the last message with one of these roles, "" if there is none."""
    text = next((turn.text for turn in reversed(turns) if turn.role in roles), "")
    ends = text if len(text) <= 2 * _END else f"{text[:_END]}\n{text[-_END:]}"
    return ends.encode(errors="ignore").decode()  # no half of a surrogate pair


def _without_transcript(text: str) -> tuple[str, bool]:
    """Return a message without the chat that it quotes, and whether it quotes one."""
    order = BLOCK.sub("\n", text)
    both = len({match["user"] is None for match in SAID.finditer(order)}) == 2
    quotes = both or order != text
    return FENCE.sub("\n", SAID.sub("\n", order) if both else order), quotes


def _products(order: str) -> list[tuple[str, re.Match[str]]]:
    """Return the products that a text names with their kinds, in the order of the text."""
    found = [(kind, match) for kind, words in PRODUCTS.items() for match in words.finditer(order)]
    return sorted(found, key=lambda pair: pair[1].start())


def _ordered(
    text: str, *, system: bool = False, quotes: bool = False, late: bool = False
) -> tuple[str | None, int]:
    """Return the kind of task that a message orders, None if it orders none, and its terms.

    `quotes`: another message quotes the chat. `late`: no question of a person is left open.
    """
    order, own = _without_transcript(text)
    if any(not match["never"] for match in ANSWERS.finditer(order)):
        return None, 0
    terms = late + (own or quotes) + sum(bool(words.search(text)) for words in TERMS)
    terms -= not (own or quotes) and bool(HELPS.search(order))
    for kind, start, sentence, near in _named(text, order, own=own, system=system):
        if kind == "memory" and not (own or quotes or late):
            continue  # it is also what operators tell of the user
        has_job = system and any(job.start() <= start < job.end() for job in JOB.finditer(order))
        if has_job and kind not in ("summary", "other"):
            return kind, terms + 1
        if own or quotes or ABOUT_CHAT.search(near):
            # "A title for this chat" can hardly mean anything else, whoever asks for it.
            plain = kind in _PLAIN_KINDS and bool(ABOUT_CHAT.search(sentence))
            return kind, terms + plain * (2 if kind == "title" and not system else 1)
        if kind == "follow_ups" and ASKER.search(near):
            return kind, terms + 1
        if kind == "summary" and (late or LATER.search(near)):
            return kind, terms
        only = system and PRODUCT_ONLY.search(order)
        if kind != "summary" and (only or ABOUT_MESSAGE.search(near)):
            return kind, terms
    return None, 0


def _named(
    text: str, order: str, *, own: bool, system: bool
) -> Iterator[tuple[str, int, str, str]]:
    """Yield each product that is ordered of no article: kind, place, sentence and surroundings."""
    # An order may stand behind the transcript, on its last line.
    last_line = text.rstrip().rsplit("\n", 1)[-1] if own else ""
    for kind, match in _products(order) or _products(last_line):
        start, end = match.span()
        if start > _OPENING and (system or end < len(match.string) - _OPENING):
            continue
        before, after = match.string[max(0, start - _NEAR) : start], match.string[end : end + _NEAR]
        sentence = STOP.split(before)[-1] + match[0] + STOP.split(after)[0]
        if not ARTICLE.search(sentence) and not ASKS.search(sentence):
            yield kind, start, sentence, before + match[0] + after


def _beside_transcript(system: str, user: str) -> str | None:
    """Return the kind of task that is ordered beside a quoted chat; None if it is to be answered.

    People seldom paste a chat with the names of its roles. Where one stands, any order is about it.
    """
    order = f"{_without_transcript(system)[0]}\n{_without_transcript(user)[0]}"
    if any(not match["never"] for match in ANSWERS.finditer(order)):
        return None
    kinds = [kind for kind, _ in _products(order)]
    if OPEN_QUESTION.search(order) and not {"queries", "follow_ups"} & {*kinds}:
        return None
    terms = sum(bool(words.search(order)) for words in TERMS)
    if kinds and (terms or kinds[0] == "memory"):
        return kinds[0]
    return "other" if terms > _TERMS_NEEDED else None


def _questions(turns: Sequence[Turn]) -> list[str]:
    """Return what the person asked, from the conversation and from a transcript in it."""
    ends = turns if len(turns) <= 2 * _ENDS else [*turns[:_ENDS], *turns[-_ENDS:]]
    texts = [_last([turn], "user") for turn in ends]
    return [question for text in texts if text for question in _asked(text)]


def _asked(text: str) -> list[str]:
    """Return the questions that one message asks or quotes, without any order to the model."""
    found = list(QUESTION.finditer(text))
    if found and EXAMPLE.search(text[: found[0].start()]):
        found = found[-1:]
    if not found:
        quoted = QUOTED.search(text)
        if not _ordered(text)[0] and not (quoted and _products(text[: quoted.start()])):
            return [text]
        found = [quoted] if quoted else []
    return [next(filter(None, match.groups())) for match in found]


def _reply(kind: str, text: str, questions: Sequence[str]) -> str:
    """Return the reply to a task: the person's questions, or nothing in the demanded form."""
    order = _without_transcript(text)[0]
    said = {
        "title": _title(questions[0]) if questions else "",
        "queries": OPEN_LABEL.sub("", questions[-1]) if questions else "",
        "summary": " ".join(questions),
        "emoji": "📰",
    }.get(kind, "")
    neutral = "新闻" if has_han("".join(questions) or order) else "News"
    said = " ".join(said.split())[:_SUMMARY] or neutral
    if kind == "memory":
        named = OF_LISTS.search(order)
        return json.dumps({named[1]: []} if named else [], ensure_ascii=False)
    shape = _shape(order)
    if isinstance(shape, dict):
        filled = {key: type(value)() for key, value in shape.items()}
        texts = [key for key, value in filled.items() if value == ""]
        if texts and kind in ("title", "summary", "emoji"):
            filled[next((key for key in texts if "title" in key.casefold()), texts[-1])] = said
        return json.dumps(filled, ensure_ascii=False)
    if kind in ("tags", "follow_ups") and shape is not None:
        return "[]"
    return json.dumps({"follow_ups": []}) if kind == "follow_ups" else said


def _shape(order: str) -> object:
    """Return the first JSON object or list that an order shows, None if it shows none."""
    for match in OBJECT.finditer(order):
        with suppress(ValueError):
            return json.loads(match[0])
    return [] if LIST.search(order) else None


def _title(question: str) -> str:
    """Return a question shortened to a title, without its final punctuation."""
    line = " ".join(question.strip().split("\n", 1)[0].split())
    room = _TITLE_ZH if has_han(line) else _TITLE_EN
    if len(line) > room:
        line = line[: room + 1].rsplit(" ", 1)[0][:room]
    return line.strip(" \"'“”「」《》.?!,;:。？！，；：…")
