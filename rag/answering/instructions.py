"""Sentences of an article that speak to whatever program reads it, and not to its readers.

They are no evidence: quoted, they would be noise; in a prompt, they would be an attack. A prompt is
fenced against them all the same, since not every wording can be known.
"""

from __future__ import annotations

import re
import unicodedata

# What an article quotes, it reports: “type ‘ignore all previous instructions’” is news.
_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|\"[^\"]*\"")
_FORGET = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}"
    r"\b(?:previous|prior|above|earlier|preceding|foregoing|system|all)\b[^.!?]{0,30}"
    r"\b(?:instruction|prompt|rule|guideline|system message)s?\b",
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|覆盖)[^。！？]{0,12}"
    r"(?:之前|以上|上述|此前|先前|前面|所有|全部|系统)[^。！？]{0,8}(?:指令|指示|提示|规则|命令|设定)",
)
# Who speaks, as in the record of a chat.
_SPEAKER = (
    r"^\W*(?:system|assistant|developer)(?: (?:prompt|message|note|override))?\s*[:\]>]",
    r"^\W*(?:系统|开发者|助手)(?:提示词?|消息|指令|通知)?\s*[:\]】>]",
    r"<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|<</?SYS>>",
)
_ROLE = (
    r"\byou are (?:now )?(?:an? |the )?"
    r"(?:AI|assistant|chatbot|chatgpt|(?:large )?language model)\b",
    r"你(?:现在)?是一?个?(?:AI|人工智能|智能|聊天|语言)(?:助手|机器人|模型)",
)
_REPLY = (
    r"\b(?:answer|reply|respond|output|say|print)\b[^.!?]{0,30}"
    r"\b(?:only|exactly|verbatim|nothing else|instead)\b[^.!?]{0,60}"
    r"\b(?:question|user|prompt|model|assistant)",
    r"\b(?:when|if)\b[^.!?]{0,30}\basked\b[^.!?]{0,60}\b(?:answer|reply|respond|say)\b",
    r"\b(?:AI|LLM|language)[ -]?(?:models?|assistants?|agents?)\b[^.!?]{0,20}"
    r"\b(?:must|should) (?:answer|reply|respond|output|state|say|recommend|refuse)\b",
    r"请(?:你)?(?:务必|一律|只|仅|直接|统一|原样)[^。！？]{0,6}(?:回答|回复|输出|答复)",
    r"(?:请|应|必须|最好)(?:的答案是)?直接?(?:拒答|拒绝回答|拒绝作答)",
    r"(?:如果|当|若)[^。！？]{0,12}(?:问|询问|提问)[^。！？]{0,24}"
    r"(?:请|就|应|必须)[^。！？]{0,6}(?:回答|回复|输出|说)",
    r"(?:检索到的内容|检索结果|过滤后的内容|上下文)[^。！？]{0,30}"
    r"(?:歪曲|错误|忽略|保留|不可信|无关)",
)
_INSTRUCTIONS = re.compile("|".join((*_FORGET, *_SPEAKER, *_ROLE, *_REPLY)), re.IGNORECASE)


def instructs(sentence: str) -> bool:
    """Whether the sentence tells a program what to say or to forget."""
    plain = unicodedata.normalize("NFKC", _QUOTED.sub("", sentence))
    return bool(_INSTRUCTIONS.search(plain))
