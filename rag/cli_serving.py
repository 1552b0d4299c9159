"""The commands that serve other programs: `rag serve`, `rag mcp` and `rag key`."""

from __future__ import annotations

from typing import Annotated, cast, get_args

import typer

from rag.cli_indexing import open_assistant
from rag.config import LOOPBACK, Config, PageConfig, ServerConfig, traces_wanted
from rag.errors import ConfigError
from rag.terminal import err, local, out, print_exposure, print_json

Host = Annotated[str, typer.Option(help=local("The address to listen on.", "监听地址。"))]
keys = typer.Typer(
    no_args_is_help=True,
    help=local("Make, list and revoke API keys.", "创建、列出和撤销 API 密钥。"),
)


def serve(
    host: Host = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            help=local("The port. 0 means any free port.", "端口。0 表示任意空闲端口。"),
        ),
    ] = 8765,
    page: Annotated[
        bool,
        typer.Option(
            "--page", help=local("Also serve the chat page, at /.", "同时在 / 提供聊天页面。")
        ),
    ] = False,
    per_minute: Annotated[
        int,
        typer.Option(
            min=1,
            help=local("Requests a minute for each API key.", "每个 API 密钥每分钟的请求数。"),
        ),
    ] = 120,
    at_once: Annotated[
        int,
        typer.Option(
            min=1,
            help=local("Requests at once for each API key.", "每个 API 密钥同时进行的请求数。"),
        ),
    ] = 4,
    cors: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help=local(
                "Let web pages of this origin (https://app.example) use the server.",
                "允许此来源（https://app.example）的网页使用本服务器。",
            ),
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help=local(
                "The server's address for others, if it stands behind a proxy.",
                "位于代理之后时，服务器对外的地址。",
            ),
        ),
    ] = None,
    log_questions: Annotated[
        bool,
        typer.Option(
            "--log-questions",
            help=local("Write the text of questions to the log, too.", "将问题的文字也写入日志。"),
        ),
    ] = False,
) -> None:
    """Serve until Ctrl-C."""
    config = ServerConfig(
        host=host,
        port=port,
        per_minute=per_minute,
        at_once=at_once,
        origins=tuple(origin.rstrip("/") for origin in cors or ()),
        public_url=public_url,
        log_questions=log_questions,
        traces=traces_wanted(),
    )
    page_config = PageConfig.from_environment() if page else None
    from rag.server.keys import KeyRing
    from rag.server.serving import check_exposure
    from rag.server.serving import serve as serve_assistant

    # Opening the models takes seconds: say before that what is wrong.
    check_exposure(config, KeyRing(Config.from_environment().index), page_config)
    if page_config and host not in LOOPBACK:
        print_exposure(host, page_config)

    def ready(url: str) -> None:
        err.print(local(f"The server is open at {url} (see {url}/docs)",
                        f"服务器已在 {url} 打开（说明见 {url}/docs）"))  # fmt: skip

    serve_assistant(open_assistant(), config, page=page_config, on_ready=ready)


def mcp() -> None:
    """Speak MCP over standard input and output."""
    from rag.server.serving import serve_stdio

    serve_stdio(open_assistant())


@keys.command("add", help=local("Make a key, and show it once.", "创建密钥，仅显示一次。"))
def add_key(
    name: Annotated[str, typer.Argument(help=local("Who uses it.", "使用者的名称。"))],
    scope: Annotated[
        str,
        typer.Option(
            metavar="read|write",
            help=local(
                "read: ask, and read articles. write: also add and remove articles.",
                "read：提问并阅读文章。write：还可添加和移除文章。",
            ),
        ),
    ] = "read",
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="DAY",
            help=local(
                "The last day on which it works (2027-01-31, or 30d for 30 days). The default is"
                " no end.",
                "最后可用的日子（2027-01-31，或 30d 表示 30 天）。默认不失效。",
            ),
        ),
    ] = None,
) -> None:
    from rag.server.keys import KeyRing, KeyScope

    if scope not in get_args(KeyScope):
        raise ConfigError(
            en=f"The scope is {scope!r}: give read or write.",
            zh=f"权限为 {scope!r}：请给出 read 或 write。",
        )
    key = KeyRing(Config.from_environment().index).add(name, cast("KeyScope", scope), expires)
    out.print(key, markup=False, highlight=False, soft_wrap=True)
    err.print(
        local(
            "Keep it now: it is not stored, and can't be shown again.",
            "请立即保存：密钥本身不会存储，无法再次显示。",
        )
    )


@keys.command("list", help=local("List the keys.", "列出密钥。"))
def list_keys(
    as_json: Annotated[
        bool, typer.Option("--json", help=local("Print JSON.", "输出 JSON。"))
    ] = False,
) -> None:
    from rag.server.keys import KeyRing

    found = KeyRing(Config.from_environment().index).keys()
    if as_json:
        shown = ("key_id", "name", "scope", "created", "expires", "revoked")
        print_json([{field: getattr(key, field) for field in shown} for key in found])
        return
    if not found:
        err.print(
            local(
                "There are no keys: without any, only this machine is served.",
                "还没有密钥：此时仅为本机提供服务。",
            )
        )
    for key in found:
        state = (
            local("revoked", "已撤销") if key.revoked else key.expires or local("no end", "长期")
        )
        line = f"{key.key_id}  {key.scope:5}  {key.created}  {state:10}  {key.name}"
        out.print(line, markup=False, highlight=False)


@keys.command("revoke", help=local("Make a key useless at once.", "立即使密钥失效。"))
def revoke_key(
    name: Annotated[str, typer.Argument(help=local("Its name, or its id.", "密钥的名称或编号。"))],
) -> None:
    from rag.server.keys import KeyRing

    KeyRing(Config.from_environment().index).revoke(name)
    err.print(local(f"Revoked: {name}.", f"已撤销：{name}。"))
