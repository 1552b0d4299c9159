"""Read what a client of the OpenAI protocol sends, and give its citations back.

What a client says beside the question (system messages, tools, sampling) changes nothing: the
answer comes from the articles. Fields that are not known are ignored. What can't be ignored, such
as a demanded tool or an image, is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rag.answering.options import ModelChoice
from rag.config import MAX_QUESTION_CHARACTERS
from rag.server.conversation import Turn
from rag.server.refusals import Refused
from rag.server.service import Question
from rag.text.languages import text_language
from rag.types import Answer, Citation, Statement, Timings

MODEL = "cited-rag"
"""The model that answers as the server is set up: with its chat model, if it has one."""
QUOTING_MODEL = "cited-rag-quotes"
"""The model that answers with sentences of the articles, whether there is a chat model or not."""
MOST_MESSAGES = 1_000
_LONGEST_ATTACHED = 1_000_000
_MOST_TURNS = 20
_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})


class OpenRequest(BaseModel):
    """The base of both requests. Other fields are ignored."""

    model_config = ConfigDict(extra="ignore")

    model: Annotated[str, Field(max_length=200, examples=[MODEL])]
    stream: bool | None = False
    tool_choice: Any = None


class StreamOptions(BaseModel):
    """Options of a stream."""

    model_config = ConfigDict(extra="ignore")

    include_usage: bool | None = False


class ChatRequest(OpenRequest):
    """A request of Chat Completions."""

    messages: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=MOST_MESSAGES,
            examples=[[{"role": "user", "content": "why did Apple choose Alibaba"}]],
        ),
    ]
    n: int | None = 1
    stream_options: StreamOptions | None = None


class ResponsesRequest(OpenRequest):
    """A request of the Responses API."""

    input: Annotated[
        str | list[dict[str, Any]],
        Field(max_length=2_000_000, examples=["why did Apple choose Alibaba"]),
    ]
    instructions: str | None = None
    previous_response_id: str | None = None


def turns_of_chat(request: ChatRequest) -> tuple[Turn, ...]:
    """Return the messages of a chat. Raises `Refused` for what can't be ignored."""
    if request.n not in (None, 1):
        raise _unusable("n", "there is one answer only: leave n out", "只有一个回答：请去掉 n")
    _refuse_demanded_tool(request.tool_choice)
    return tuple(_turns(request.messages, "messages"))


def turns_of_responses(request: ResponsesRequest) -> tuple[Turn, ...]:
    """Return the messages of a request of Responses. Raises `Refused` likewise."""
    _refuse_demanded_tool(request.tool_choice)
    if request.previous_response_id:
        raise _unusable(
            "previous_response_id",
            "responses are not stored: send the earlier turns in input",
            "回答不会保存：请在 input 中发送此前的对话",
        )
    system = [Turn(role="system", text=request.instructions)] if request.instructions else []
    if isinstance(request.input, str):
        return (*system, Turn(role="user", text=request.input))
    if len(request.input) > MOST_MESSAGES:
        raise _unusable("input", f"send at most {MOST_MESSAGES} items", f"最多 {MOST_MESSAGES} 项")
    messages = [item for item in request.input if item.get("type", "message") == "message"]
    return (*system, *_turns(messages, "input"))


def question_of(turns: Sequence[Turn], model: str) -> Question:
    """Return the last question of a conversation, with the turns before it.

    Raises `Refused` if there is none, or for another model than those of `/v1/models`.
    """
    choice: dict[str, ModelChoice] = {MODEL: "configured", QUOTING_MODEL: None}
    if model not in choice:
        raise Refused(
            404,
            "model_not_found",
            en=f"There is no model {model!r}: use {MODEL} or {QUOTING_MODEL}.",
            zh=f"没有模型 {model!r}：请使用 {MODEL} 或 {QUOTING_MODEL}。",
            param="model",
        )
    places = [i for i, turn in enumerate(turns) if turn.role == "user" and turn.text.strip()]
    if not places:
        raise _unusable(
            "messages", "no message of the user has text", "用户消息中没有文字", status=422
        )
    text = _own_words(turns[places[-1]].text)
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise _unusable(
            "messages",
            f"the question has {len(text)} characters: send at most {MAX_QUESTION_CHARACTERS}",
            f"问题有 {len(text)} 个字符：请不要超过 {MAX_QUESTION_CHARACTERS} 个",
            status=422,
        )
    history = tuple(_history(turns[: places[-1]]))[-_MOST_TURNS:]
    return Question(text=text, history=history, model=choice[model])


def _own_words(text: str) -> str:
    """Return the question in a message that quotes an attached text before it.

    Chat clients put what a person has attached between tags. The answer comes from the articles
    alone, so the attached text must not be searched for.
    """
    quoted, _, question = text[-_LONGEST_ATTACHED:].rpartition("</context>")
    return question.strip() if "<context>" in quoted and question.strip() else text


def new_id(prefix: str) -> str:
    """Return a fresh id, like `chatcmpl-…`."""
    return f"{prefix}{secrets.token_hex(12)}"


def _turns(messages: Sequence[dict[str, Any]], param: str) -> Iterator[Turn]:
    for message in messages:
        role = message.get("role")
        if not isinstance(role, str):
            raise _unusable(param, "a message has no role", "有消息缺少 role", status=422)
        if role in ("tool", "function"):
            continue
        yield Turn(role=role, text=_text(message.get("content"), param))


def _text(content: Any, param: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise _unusable(param, "content is neither text nor parts", "content 不是文字", status=422)
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "refusal":
            continue
        if kind not in _TEXT_PARTS or not isinstance(part.get("text"), str):
            shown = kind if isinstance(kind, str) else "unknown"
            raise _unusable(
                param,
                f"parts of type {shown[:40]!r} can't be read: send text",
                f"无法读取类型为 {shown[:40]!r} 的内容：请发送文字",
            )
        texts.append(part["text"])
    return "\n".join(texts)


def _refuse_demanded_tool(choice: Any) -> None:
    if choice not in (None, "auto", "none"):
        raise _unusable(
            "tool_choice",
            "no tool can be called: use auto or none",
            "不能调用工具：请使用 auto 或 none",
        )


def _history(turns: Sequence[Turn]) -> Iterator[Answer]:
    """Yield the earlier questions, each with what was said after it.

    Only the texts are known. So a follow-up can refer to them, and nothing of them is evidence.
    """
    asked: str | None = None
    said: list[str] = []
    for turn in (*turns, Turn(role="user", text="")):
        if turn.role == "user":
            if asked and asked.strip():
                yield _earlier(asked[:MAX_QUESTION_CHARACTERS], said)
            asked, said = turn.text, []
        elif turn.role == "assistant" and turn.text.strip():
            said.append(turn.text)


def _earlier(question: str, said: Sequence[str]) -> Answer:
    return Answer(
        question=question,
        language=text_language(question),
        rewritten_question=None,
        status="answered" if said else "abstained",
        statements=tuple(
            Statement(text=text, kind="claim", citations=(), verdict="partial") for text in said
        ),
        left_out=(),
        conflicts=(),
        missing=(),
        nearest=(),
        time_frame=None,
        hits=(),
        notices=(),
        model=None,
        timings=Timings(retrieve=0, compose=0, verify=0, total=0),
    )


def _unusable(param: str, en: str, zh: str, status: int = 400) -> Refused:
    en, zh = f"{param}: {en}.", f"{param}：{zh}。"
    return Refused(status, "unusable_value", en=en, zh=zh, param=param)


# --- citations --------------------------------------------------------------------------------

LinkTo = Callable[[Citation], str]
"""Returns the address of a cited place at this server."""


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A citation as the protocol knows it: the place of its marker in the text, url and title.

    Places are code points. Each marker has a url and a title of its own, since chat clients count
    distinct ones to find out which source a marker means.
    """

    start: int
    end: int
    url: str
    title: str

    def flat(self) -> dict[str, Any]:
        """Return the form of the Responses API."""
        return {
            "type": "url_citation",
            "start_index": self.start,
            "end_index": self.end,
            "url": self.url,
            "title": self.title,
        }

    def nested(self) -> dict[str, Any]:
        """Return the form of Chat Completions."""
        fields = self.flat()
        return {"type": fields.pop("type"), "url_citation": fields}


def pieces_of(answer: Answer) -> tuple[str | Citation, ...]:
    """Return the parts of the text that a chat client shows. A citation stands for its marker.

    A chat client shows text and sources only. So the text itself says which statements have to be
    compared with their quotes, and how many sentences were left out.
    """
    zh = answer.language == "zh"
    pieces = answer.pieces("（请读引文）" if zh else " (read the quote)")
    if count := len(answer.left_out):
        left_out = f"\n{count} sentence{'s' * (count > 1)} left out: the articles don't say so."
        pieces += (f"\n另有 {count} 句未通过核对，已略去。" if zh else left_out,)
    return pieces


def annotations_of(answer: Answer, link_to: LinkTo) -> tuple[Annotation, ...]:
    """Return an annotation for each marker in the text of `pieces_of`, in order."""
    sources: dict[int, tuple[str, str]] = {}
    found = []
    position = 0
    for piece in pieces_of(answer):
        if isinstance(piece, str):
            position += len(piece)
            continue
        if piece.marker not in sources:
            sources[piece.marker] = _source(piece, list(sources.values()), link_to)
        end = position + len(f"[{piece.marker}]")
        url, title = sources[piece.marker]
        found.append(Annotation(start=position, end=end, url=url, title=title))
        position = end
    return tuple(found)


def _source(
    citation: Citation, others: Sequence[tuple[str, str]], link_to: LinkTo
) -> tuple[str, str]:
    """Return the url and title of a citation. Both differ from those of the `others`.

    The article's own address can stand for one of its places; further ones get a link to the place.
    """
    url = citation.url or link_to(citation)
    if url in [other for other, _ in others]:
        url = link_to(citation)
    title = " ".join(citation.title.split())
    if title in [other for _, other in others]:
        title = f"{title} [{citation.marker}]"
    return url, title
