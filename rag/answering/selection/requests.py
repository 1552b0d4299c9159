"""Recognise requests that no article can answer: orders to the program, inventions, and advice.

They are recognised by their form, an order or a wish for advice, not by their subject: articles may
well be about prompts, forged quotations and an analyst's advice.
"""

from __future__ import annotations

import re
from typing import Literal

from rag.messages import Message

Request = Literal["instruction", "invention", "advice", "own_knowledge"]

_PLEASE = (
    r"(?:^|[，,。.；;：:！!？?]\s*)(?:(?:now|please|then|and|just)\s+|can you\s+|could you\s+)*"
)
_DO = r"(?:^|[，,。；;：:！!？?\s])(?:请|麻烦)?(?:你)?(?:帮我|替我|给我|为我|来)?"
_REQUESTS: dict[Request, re.Pattern[str]] = {
    "instruction": re.compile(
        r"(?:忽略|无视|忘掉|忘记|不要理会)[^，。]{0,8}(?:指示|指令|提示|规则|设定)"
        r"|(?:你|系统)的?[^，。？?]{0,8}(?:提示词|密钥|环境变量|内部指令)|系统提示"
        r"|"
        + _PLEASE
        + r"(?:ignore|disregard|forget)\b[^.?]{0,20}\b(?:instructions?|prompts?|rules)\b"
        r"|\byour (?:own )?(?:system |initial |hidden )?(?:prompt|instructions|api key)\b"
        r"|" + _PLEASE + r"(?:print|show|reveal|output|display|repeat)\b[^.?]{0,40}"
        r"\b(?:prompts?|instructions?|api keys?|passwords?|environment variables?)\b",
        re.IGNORECASE,
    ),
    "invention": re.compile(
        _DO + r"(?:编造?|虚构|杜撰|捏造|伪造|瞎编|写)(?:出)?"
        r"(?:[一两几]?[句段篇条个首则份]|点|假)(?![^，。]{0,12}(?:总结|摘要|概述|综述|小结))"
        r"|" + _PLEASE + r"(?:make up|invent|fabricate|forge|write)\b"
        r"(?![^.?]{0,30}\b(?:summary|overview|digest|down)\b)",
        re.IGNORECASE,
    ),
    "own_knowledge": re.compile(
        r"(?:别管|不用管|不管|抛开|不看|不要看)[^，。]{0,6}(?:文章|报道|资料|材料)"
        r"|(?:凭|用|靠)你?自己的(?:知识|理解|记忆)"
        r"|\b(?:from|with|using) your own (?:knowledge|memory)\b"
        r"|\b(?:never mind|forget|ignore|leave aside|without) the (?:articles|sources|texts)\b",
        re.IGNORECASE,
    ),
    "advice": re.compile(
        r"(?:我|咱们?|大家)[^，。？?]{0,6}(?:该不该|应不应该|要不要|能不能|可不可以|适不适合|应该|值得)"
        r"[^，。？?]{0,8}(?:买|卖|投|入手|抛|持有|加仓|清仓)"
        r"|给(?:我|点|个|出|些)[^，。？?]{0,8}建议"
        r"|\b(?:should|shall|can|may) (?:I|we)\b[^?.]{0,20}"
        r"\b(?:buy|sell|invest|hold|short|purchase)\b"
        r"|\b(?:give|offer) me\b[^?.]{0,20}\b(?:advice|recommendations?|tips?)\b|\badvise me\b",
        re.IGNORECASE,
    ),
}
_NAMES: dict[Request, tuple[str, str]] = {
    "instruction": ("an instruction to the program", "对程序的指令"),
    "invention": ("a text to be made up", "编写内容的要求"),
    "own_knowledge": ("knowledge from outside the articles", "文章以外的知识"),
    "advice": ("personal advice", "个人建议"),
}


def request_in(question: str) -> Request | None:
    """Return what the question asks for that no article can give, None if nothing."""
    return next((kind for kind, said in _REQUESTS.items() if said.search(question)), None)


def no_question(request: Request) -> Message:
    """Say that the text is no question that articles answer."""
    en, zh = _NAMES[request]
    return Message(
        code="no_question",
        en=f"This asks for {en}: this program answers only from what the articles report.",
        zh=f"这里要的是{zh}：本程序只回答文章报道的内容。",
    )
