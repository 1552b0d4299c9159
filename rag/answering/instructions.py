"""Recognise sentences of an article that address a program and not the article's readers.

They are no evidence: as a quotation they would be useless, and in a prompt they would be an attack.
The rest of their paragraph is left out too, since it continues them. Prompts are fenced as well,
because not every wording can be known.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rag.text import orders_en, orders_zh
from rag.text.characters import HAN, has_han
from rag.text.sentences import split_sentences
from rag.text.words import simplified

_LONGEST = 2_000
"""Characters of a sentence that are read: longer ones are lists or broken text."""
# Quoted text is reported by the article: “type ‘ignore all previous instructions’” is news.
_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’|「[^」]*」|『[^』]*』|\"[^\"]*\"")
_SAYS_NOTHING = re.compile(r"[\W_]*")
_INVISIBLE = re.compile("[\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_SPREAD_HAN = re.compile(rf"(?:[{HAN}] ){{3,}}")
_SPREAD_LETTERS = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][ ._-]{1,2}){11,}[A-Za-z](?![A-Za-z])")
_BASE64 = re.compile(r"(?<![\w/+.-])[A-Za-z0-9+/]{24,4096}={0,2}(?![\w/+-])")
# A speaker's label as in a chat transcript, or the marks of a chat model's template.
_SPEAKER = re.compile(
    r"^[\s\W]*(?:system|assistant)\s*[:\]>]"
    r"|^[\s\W]*(?:system|assistant|developer) (?:prompt|message|note|override)\s*[:\]>]"
    r"|^[\s\W]*(?:系统|助手|(?:系统|开发者|助手|人工智能|AI)(?:提示词?|消息|指令|通知|回答"
    r"|回复))\s*[:\]】>]"
    r"|^#{1,6} ?(?:instructions?|response|system|assistant|prompt|input|指令|系统|回答)\s*:"
    r"|\b(?:begin|start|end)(?: of)?(?: the)? system (?:message|prompt)\b|系统(?:消息"
    r"|提示)(?:开始|结束)"
    r"|\"role\"\s*:\s*\"(?:system|user|assistant|developer)\""
    r"|<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|eot_id)\|?>|\[/?INST\]|<</?SYS>>",
    re.IGNORECASE,
)
# Such a sentence only addresses somebody: its content follows in the next paragraph.
_OPENS = re.compile(
    r"[:：!！]\W*$|^#[^:：]*$|\b(?:next|following|below|follows)\b[^.:]{0,25}\W*$"
    r"|(?:下[文面一]|以下|如下)[^。：]{0,8}\W*$"
)


@lru_cache(maxsize=8192)
def instructs(sentence: str) -> bool:
    """Return True if the sentence gives an order to a program, or addresses one."""
    plain = _plain(sentence)
    if _SPEAKER.search(plain) or _SPREAD_LETTERS.search(plain) or _holds_hidden_text(plain):
        return True
    unquoted = _QUOTED.sub("", plain)
    if _SAYS_NOTHING.fullmatch(unquoted):
        unquoted = plain
    if has_han(unquoted) and orders_zh.speaks_to_a_machine(simplified(unquoted)):
        return True
    return orders_en.speaks_to_a_machine(unquoted)


def instructing_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of a text that address a program: such a sentence and the rest of its line.

    If the sentence only addresses somebody ("Note to AI assistants:"), the next line is included.
    """
    return tuple(_instructing_spans(text))


def _instructing_spans(text: str) -> Iterator[tuple[int, int]]:
    end_of_order = 0
    carried = False
    for sentence in split_sentences(text):
        said = text[sentence.start : sentence.end]
        new_line = "\n" in text[end_of_order : sentence.start]
        ordered = instructs(said)
        if ordered or (end_of_order and (not new_line or carried)):
            yield sentence.start, sentence.end
            carried = ordered and bool(_OPENS.search(said))
            end_of_order = sentence.end
        elif new_line:
            end_of_order, carried = 0, False


def _plain(sentence: str) -> str:
    """Return the sentence without disguises by width, blanks or invisible characters."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", sentence[:_LONGEST]))
    return folded.replace(" ", "") if _SPREAD_HAN.search(folded) else folded


def _holds_hidden_text(plain: str) -> bool:
    """Return True if a run of letters and digits is text in base64."""
    for run in _BASE64.findall(plain):
        try:
            text = base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if text.isprintable() and (" " in text or has_han(text)):
            return True
    return False
