"""Read and write articles as JSON Lines: one object a line, in UTF-8, as `rag export` writes.

    {"text": "...", "title": "...", "date": "2025-02-13", "outlet": "...", "lang": "zh",
     "url": "https://...", "id": "..."}

Only `text` is required: Markdown or plain text, with blank lines between paragraphs. The other
fields mean the same as in the front matter of a Markdown file, and may have the same other names.
"""

from __future__ import annotations

import json
import re

from rag.errors import DocumentError
from rag.ingest.front_matter import FrontMatter, flat_fields
from rag.text.characters import cleaned, one_line
from rag.text.table_rows import ROWS_FENCE, is_header
from rag.types import Document

# Characters that have a meaning in Markdown within a line.
_SPECIAL = re.compile(r"[\\`*_\[\]<>&~|]")
MAX_ID_CHARACTERS = 4096


def read_line(line: str, name: str) -> FrontMatter:
    """Read the article of one line. `name` is the line's place, for messages.

    Raises `DocumentError` if it is not a JSON object, has no text, or has an unusable id.
    """
    try:
        value = json.loads(line, parse_constant=str, strict=False)
    except (ValueError, RecursionError) as error:
        reason = one_line(str(error))[:120]
        raise DocumentError(
            en=f"{name} is no JSON ({reason}): write one object a line.",
            zh=f"{name} 不是 JSON（{reason}）：请每行写一个对象。",
        ) from None
    fields = flat_fields(value if isinstance(value, dict) else {})
    text = fields.pop("text", None)
    if not isinstance(text, str):
        raise DocumentError(
            en=f'{name} has no "text": write {{"text": "..."}} with the article in it.',
            zh=f'{name} 没有 "text" 字段：请写成 {{"text": "……"}}，其中放文章正文。',
        )
    if "id" in fields:
        fields["id"] = _own_id(fields["id"], name)
    return FrontMatter(fields=fields, body=cleaned(text))


def to_line(document: Document) -> str:
    """Return the article as one line that `read_line` can read, without a line break."""
    value = {
        "id": document.doc_id,
        "title": document.title,
        "date": str(document.published) if document.published else None,
        "outlet": document.outlet,
        "lang": document.language,
        "url": document.url,
        "text": "\n\n".join(map(_as_markdown, document.text.split("\n\n"))),
    }
    present = {key: item for key, item in value.items() if item is not None}
    return json.dumps(present, ensure_ascii=False)


def _as_markdown(block: str) -> str:
    """Return a paragraph as Markdown that gives the same paragraph when it is read again."""
    if is_header(block.partition("\n")[0]):
        return f"```{ROWS_FENCE}\n{block}\n```"
    return _SPECIAL.sub(r"\\\g<0>", block)


def _own_id(value: object, name: str) -> str:
    text = str(value) if isinstance(value, str | int) else ""
    if not text or text != one_line(text) or len(text) > MAX_ID_CHARACTERS:
        raise DocumentError(
            en=f"{name} has the id {str(value)[:80]!r}: give a text of 1 to {MAX_ID_CHARACTERS}"
            " characters on one line, or none.",
            zh=f"{name} 的 id 是 {str(value)[:80]!r}：请给出 1 到 {MAX_ID_CHARACTERS} 个字符的"
            "单行文本，或不写。",
        )
    return text
