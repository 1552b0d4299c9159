"""The page `/docs`: how to use the server, made from its OpenAPI description. It loads nothing."""

from __future__ import annotations

import json
from typing import Any

from rag.messages import Language
from rag.page.markup import escaped
from rag.page.texts import HTML_LANGUAGE
from rag.server.reference_texts import reference_text

_STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font-family: ui-monospace, monospace } pre { overflow-x: auto; padding: .75rem;
  border: 1px solid #8884; border-radius: .4rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8884 }
table { border-collapse: collapse } td, th { padding: .2rem .75rem .2rem 0; text-align: left;
  vertical-align: top }
"""
_WORDS: dict[str, dict[Language, str]] = {
    "intro": {
        "en": "Errors are JSON: {“error”: {message, type, param, code}}. Places in texts are"
        " counted in Unicode code points. The whole description: ",
        "zh": "错误以 JSON 返回：{“error”: {message, type, param, code}}。"
        "文中位置按 Unicode 码点计数。完整描述：",
    },
    "field": {"en": "Field", "zh": "字段"},
    "kind": {"en": "Type", "zh": "类型"},
    "meaning": {"en": "Meaning", "zh": "含义"},
    "or": {"en": " or ", "zh": " 或 "},
}


def reference_page(description: dict[str, Any], language: Language) -> str:
    """Return the page for an OpenAPI description."""
    schemas = description.get("components", {}).get("schemas", {})
    operations = [
        _operation(method, path, operation, schemas, language)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    title = escaped(f"{description['info']['title']} {description['info']['version']}")
    intro = escaped(_WORDS["intro"][language])
    return (
        f'<!doctype html><html lang="{HTML_LANGUAGE[language]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f'<p>{intro}<a href="/openapi.json"><code>/openapi.json</code></a></p>'
        f"{''.join(operations)}</main></body></html>"
    )


def _operation(
    method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any], language: Language
) -> str:
    said = reference_text(operation.get("description", ""), language)
    shown = f"<h2><code>{method.upper()} {escaped(path)}</code></h2><p>{escaped(said)}</p>"
    rows = [
        (given["name"], given.get("schema", {}), given.get("description", ""))
        for given in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {})
    for media, content in body.items():
        schema = _resolved(content["schema"], schemas)
        rows += [(n, f, f.get("description", "")) for n, f in schema.get("properties", {}).items()]
        shown += _example(method, path, media, schema)
    if rows:
        head = "".join(f"<th>{escaped(_WORDS[w][language])}" for w in ("field", "kind", "meaning"))
        lines = "".join(
            f"<tr><td><code>{escaped(name)}</code><td>{escaped(_kind(schema, language))}"
            f"<td>{escaped(reference_text(said, language))}"
            for name, schema, said in rows
        )
        shown += f"<table><tr>{head}{lines}</table>"
    return shown


def _example(method: str, path: str, media: str, schema: dict[str, Any]) -> str:
    if media != "application/json":
        given = "-F file=@news.zip"
    else:
        fields = {
            name: field["examples"][0]
            for name, field in schema.get("properties", {}).items()
            if name in schema.get("required", ()) and field.get("examples")
        }
        given = f"--json '{json.dumps(fields, ensure_ascii=False)}'"
    verb = "" if method == "post" else f" -X {method.upper()}"
    return f"<pre>curl{verb} http://127.0.0.1:8765{escaped(path)} {escaped(given)}</pre>"


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schemas.get(name, schema)
    return found


def _kind(schema: dict[str, Any], language: Language) -> str:
    """Return the type of a field in a few words, like `integer` or `string or null`."""
    if "anyOf" in schema:
        kinds = dict.fromkeys(_kind(one, language) for one in schema["anyOf"])
        return _WORDS["or"][language].join(kinds)
    if "enum" in schema:
        return _WORDS["or"][language].join(map(str, schema["enum"]))
    return str(schema.get("type", schema.get("$ref", "any").rpartition("/")[2]))
