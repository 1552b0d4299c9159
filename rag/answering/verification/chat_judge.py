"""Let a chat model judge claims, and open the judge that is configured."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.prompt import judging_messages
from rag.errors import JudgeError
from rag.models.chat import ChatModel, short_reply
from rag.models.cross_encoders import CrossEncoderJudge, Judge
from rag.types import Citation

_LONGEST_REPLY = 400
_VERDICT = re.compile(r"\b(yes|part|partly|partial|partially|no)\b")
_SUPPORT = {"yes": 1.0, "no": 0.0}


class ChatModelJudge:
    """The `Judge` protocol over a chat model: 1 for YES, 0.5 for PART, 0 for NO."""

    def __init__(self, model: ChatModel) -> None:
        self.name = f"{model.name} @ {model.endpoint}"
        self._model = model

    def support(self, claim: str, sources: Sequence[Citation]) -> float:
        """Return the model's judgement.

        Raises `ChatModelError` if the model fails, and `JudgeError` if it gives no verdict.
        """
        reply = short_reply(self._model, judging_messages(claim, sources), _LONGEST_REPLY)
        verdict = _VERDICT.search(reply.casefold())
        if verdict is None:
            raise JudgeError(
                en=f"The judge replied {reply[:60]!r} and gave no verdict: use another chat model.",
                zh=f"评判模型没有给出结论，而是 {reply[:60]!r}：请换一个对话模型。",
            )
        return _SUPPORT.get(verdict[0], 0.5)


def open_judge(name: str, chat_model: ChatModel | None) -> Judge:
    """Return the judge with that name: "model" is the chat model itself, any other a CrossEncoder.

    Raises `JudgeError`, also for "model" if there is no chat model.
    """
    if name != "model":
        return CrossEncoderJudge(name)
    if chat_model is None:
        raise JudgeError(
            en="The judge is the chat model, but there is none: set RAG_MODEL, or name a"
            " CrossEncoder for natural language inference.",
            zh="评判模型设为对话模型，但没有配置对话模型：请设置 RAG_MODEL，"
            "或给出用于自然语言推理的 CrossEncoder。",
        )
    return ChatModelJudge(chat_model)
