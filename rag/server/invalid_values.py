"""Tell a client which value of a request can't be used, in both languages."""

from __future__ import annotations

from typing import Any

from fastapi.exceptions import RequestValidationError

from rag.server.refusals import Refused

_CHINESE = {
    "missing": "缺少此项",
    "string_type": "应为文本",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为 JSON 对象",
    "string_too_short": "至少要有 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "literal_error": "应为 {expected}",
}


def unusable_value(error: RequestValidationError) -> Refused:
    """Return the refusal for the first value at fault."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return not_json()
    place = [str(part) for part in first["loc"] if part != "body"]
    field = ".".join(place)[:200] or "body"
    return Refused(
        422,
        "invalid_value",
        en=f"{field}: {first['msg']}.",
        zh=f"{field} 的值不可用：{_in_chinese(first)}。",
        param=field,
    )


def not_json() -> Refused:
    """Return the refusal for a body that can't be read as JSON."""
    return Refused(
        400,
        "invalid_json",
        en="The body is not JSON: send it as UTF-8 with `Content-Type: application/json`.",
        zh="请求内容不是 JSON：请以 UTF-8 发送，并注明 `Content-Type: application/json`。",
    )


def _in_chinese(error: dict[str, Any]) -> str:
    known = {**error.get("ctx", {})}
    if "expected" in known:
        known["expected"] = str(known["expected"]).replace(" or ", " 或 ")
    return _CHINESE.get(error["type"], "请见 /docs").format(**known)
