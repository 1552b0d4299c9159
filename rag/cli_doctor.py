"""`rag doctor`: print what was found, each part with its remedy."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.text import Text

from rag.cli_questions import Json
from rag.terminal import LANGUAGE, local, out, print_json, printable

_MARKS = {"good": ("✓", "green"), "note": ("!", "yellow"), "bad": ("✗", "red")}
_NAMES = {
    "python": ("Python", "Python"),
    "system": ("System", "系统"),
    "memory": ("Memory", "内存"),
    "packages": ("Packages", "软件包"),
    "extras": ("Extras", "附加功能"),
    "settings": ("Settings", "设置"),
    "embedder": ("Embedder", "嵌入模型"),
    "reader": ("Reader", "阅读模型"),
    "cache": ("Cache", "缓存"),
    "index": ("Index", "索引"),
    "disk": ("Disk", "磁盘"),
    "proxies": ("Proxies", "代理"),
    "chat_model": ("Chat model", "语言模型"),
    "local_servers": ("Servers here", "本机服务"),
    "port": ("Port", "端口"),
}
_WIDTH = 14


def doctor(as_json: Json = False) -> None:
    """Examine every part. The exit code is 1 if something can't work."""
    from rag.doctor.examination import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if as_json:
            continue
        mark, colour = _MARKS[finding.level]
        name = local(*_NAMES[finding.part])
        line = Text(f"{mark} ", style=colour)
        line.append(name + " " * (_WIDTH - Text(name).cell_len), style="bold")
        line.append(printable(finding.line.text(LANGUAGE)))
        out.print(line, soft_wrap=True)
        if finding.remedy is not None:
            remedy = printable(finding.remedy.text(LANGUAGE))
            out.print(Text(f"  → {remedy}", style=colour), soft_wrap=True)
    if as_json:
        print_json([_fields(asdict(finding)) for finding in findings])
    if any(finding.level == "bad" for finding in findings):
        raise typer.Exit(1)


def _fields(finding: dict[str, dict[str, str] | None]) -> dict[str, object]:
    """Return a finding for JSON, with its messages in the user's language."""
    texts = {
        key: message and message[LANGUAGE]
        for key, message in finding.items()
        if key in ("line", "remedy")
    }
    return {**finding, **texts}
