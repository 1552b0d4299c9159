"""The connection to a Milvus server: the only file that knows its client library.

An index `NAME` is three collections: `NAME_passages`, `NAME_documents` and `NAME_records`
(`rag.store.milvus.layout`). Every read is a Strong one, so it sees all that was written before it.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.config import MilvusConfig
from rag.errors import ConfigError, IndexUnreachable
from rag.messages import Message
from rag.milvus_address import MilvusAddress
from rag.text.characters import one_line

Kind = Literal["passages", "documents", "records"]
KINDS: tuple[Kind, ...] = ("passages", "documents", "records")
Row = dict[str, Any]
TEXT_BYTES = 65_535
"""The most bytes of a text field."""

_PAGE = 4_000
_KEYS_AT_ONCE = 1_000
_PING_MILLISECONDS = 300_000
"""How long a connection is silent before the client asks whether it works. By default it asks each
10 seconds, and servers that allow less end the connection in the middle of a long request."""
_CONNECTING_SECONDS = 10.0
_SLOW = 10.0
"""How many times longer than another request one may take that writes or reads much."""
_KEY_BYTES = 512
_NOT_LOADED = 101
"""The server's code for a collection that can't be read before it is loaded."""
_Result = TypeVar("_Result")


class Server:
    """One index on a Milvus server. Several threads may use it.

    Each method raises `IndexUnreachable` if the server does not answer in time, or refuses.
    """

    def __init__(self, address: MilvusAddress, config: MilvusConfig) -> None:
        """Connect. Raises `ConfigError` if the client library is not installed."""
        pymilvus = _client_library()
        self.address = address
        self._config = config
        self._types = pymilvus.DataType
        options: dict[str, Any] = {
            "token": config.token,
            "secure": config.tls,
            "grpc_options": {"grpc.keepalive_time_ms": _PING_MILLISECONDS},
        }
        if config.authority:
            options["server_pem_path"] = config.authority
        host = f"[{address.host}]" if ":" in address.host else address.host
        uri = f"{'https' if config.tls else 'http'}://{host}:{address.port}"
        seconds = min(_CONNECTING_SECONDS, config.patience)
        self._client: Any = self._asked(
            lambda: pymilvus.MilvusClient(uri=uri, timeout=seconds, **options)
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def exists(self) -> bool:
        """Return True if the index is there with all its collections."""
        return {self._name(kind) for kind in KINDS} <= set(self._call("list_collections"))

    def create(self, dimensions: int) -> None:
        """Make what is missing of the collections, for vectors of that length."""
        for kind in KINDS:
            self._make(kind, dimensions)

    def create_records(self) -> None:
        """Make the collection of records if it is missing."""
        self._make("records", 0)

    def drop(self) -> None:
        """Delete the index."""
        for kind in KINDS:
            self._call("drop_collection", kind, slow=True)

    def upsert(self, kind: Kind, rows: Sequence[Row]) -> None:
        """Write rows by their keys, in place of older ones. Writing them again changes nothing."""
        if rows:
            self._call("upsert", kind, slow=True, data=list(rows))

    def delete(self, kind: Kind, where: str) -> None:
        """Delete the rows for which an expression is true."""
        self._call("delete", kind, slow=True, filter=where)

    def flush(self) -> None:
        """Have everything that was written put into files, which are then searched by index."""
        for kind in KINDS:
            self._call("flush", kind, slow=True)

    def warm(self) -> None:
        """Have the indexes of what is new made now: a small server does so at the first search."""
        self._read(
            "search",
            "passages",
            slow=True,
            data=[{1: 1.0}],
            anns_field="sparse",
            limit=1,
            search_params={"metric_type": "IP"},
        )

    def count(self, kind: Kind, where: str) -> int:
        """Return the number of rows for which an expression is true."""
        found = self._read("query", kind, slow=True, filter=where, output_fields=["count(*)"])
        return int(found[0]["count(*)"])

    def some(self, kind: Kind, where: str, fields: Sequence[str], most: int) -> list[Row]:
        """Return up to `most` rows for which an expression is true; at most 16,384."""
        found = self._read("query", kind, filter=where, output_fields=list(fields), limit=most)
        return list(found)

    def rows(
        self, kind: Kind, where: str, fields: Sequence[str], *, slow: bool = False
    ) -> Iterator[Row]:
        """Yield all rows for which an expression is true. `slow` is for bulk work: see `_call`."""
        pages = self._read(
            "query_iterator",
            kind,
            slow=slow,
            filter=where,
            output_fields=list(fields),
            batch_size=_PAGE,
        )
        while page := self._asked(pages.next):
            yield from page

    def with_keys(
        self, kind: Kind, keys: Sequence[int] | Sequence[str], fields: Sequence[str]
    ) -> Iterator[Row]:
        """Yield the rows with these keys, in no order."""
        for first in range(0, len(keys), _KEYS_AT_ONCE):
            some = list(keys[first : first + _KEYS_AT_ONCE])
            yield from self._read("query", kind, ids=some, output_fields=list(fields))

    def search(
        self,
        vector: NDArray[np.float32] | dict[int, float],
        k: int,
        where: str,
        fields: Sequence[str],
    ) -> list[Row]:
        """Return the `k` passages with the largest inner products, best first.

        A dict is a sparse vector. The search is exact where the server's index is.
        """
        found = self._read(
            "search",
            "passages",
            data=[vector],
            anns_field="sparse" if isinstance(vector, dict) else "vector",
            filter=where,
            limit=k,
            output_fields=list(fields),
            search_params={"metric_type": "IP"},
        )
        return [dict(hit["entity"]) for hit in found[0]]

    def _make(self, kind: Kind, dimensions: int) -> None:
        """Make what is missing of a collection. A run that made it may have been cut off.

        Another machine may make the same at the same moment.
        """
        if not self._has(kind):
            try:
                self._create(kind, dimensions)
            except IndexUnreachable:
                if not self._has(kind):
                    raise
        indexes = self._indexes(kind)
        if len(self._call("list_indexes", kind)) == len(indexes):
            return
        for field, index in indexes.items():
            try:
                # Nothing is there to be indexed yet, so nothing is waited for.
                self._call("create_index", kind, slow=True, index_params=index, sync=False)
            except IndexUnreachable:
                if not self._call("list_indexes", kind, field_name=field):
                    raise
        self._call("load_collection", kind, slow=True)

    def _has(self, kind: Kind) -> bool:
        return self._name(kind) in self._call("list_collections")

    def _create(self, kind: Kind, dimensions: int) -> None:
        types = self._types
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        numbers, texts, _ = _FIELDS[kind]
        if kind == "passages":
            schema.add_field("key", types.INT64, is_primary=True)
        else:
            schema.add_field("key", types.VARCHAR, is_primary=True, max_length=_KEY_BYTES)
        for name in numbers:
            schema.add_field(name, types.INT64)
        for name in texts:
            schema.add_field(name, types.VARCHAR, max_length=TEXT_BYTES)
        # Every collection must have a vector.
        size = dimensions if kind == "passages" else 2
        schema.add_field("vector", types.FLOAT_VECTOR, dim=size)
        if kind == "passages":
            schema.add_field("sparse", types.SPARSE_FLOAT_VECTOR)
        self._call("create_collection", kind, slow=True, schema=schema, consistency_level="Strong")

    def _indexes(self, kind: Kind) -> dict[str, Any]:
        """Return the indexes that a collection has, by field, for the client."""
        types = {"vector": self._dense_index}
        if kind == "passages":
            types["sparse"] = "SPARSE_INVERTED_INDEX"
        types |= dict.fromkeys(_FIELDS[kind][2], "INVERTED")
        found = {}
        for field, index_type in types.items():
            found[field] = self._client.prepare_index_params()
            metric = {"metric_type": "IP"} if field in ("vector", "sparse") else {}
            found[field].add_index(field, index_type=index_type, params={}, **metric)
        return found

    @cached_property
    def _dense_index(self) -> str:
        """Return the kind of index for dense vectors.

        The HNSW of the small server has an open bug; a whole server chooses by itself.
        """
        try:
            return "FLAT" if "lite" in str(self._call("get_server_version")) else "AUTOINDEX"
        except IndexUnreachable as error:
            if not _is_unknown(error.__cause__):
                raise
            return "FLAT"  # small servers before 3.0 don't tell a version

    def _name(self, kind: Kind) -> str:
        return f"{self.address.name}_{kind}"

    def _read(self, method: str, kind: Kind, *, slow: bool = False, **options: Any) -> Any:
        return self._call(method, kind, slow=slow, consistency_level="Strong", **options)

    def _call(
        self, method: str, kind: Kind | None = None, *, slow: bool = False, **options: Any
    ) -> Any:
        """Call a method of the client, for a collection."""
        if kind is not None:
            options["collection_name"] = self._name(kind)
        options["timeout"] = self._config.patience * (_SLOW if slow else 1)
        try:
            return self._asked(lambda: getattr(self._client, method)(**options))
        except IndexUnreachable as error:
            if kind is None or getattr(error.__cause__, "code", None) != _NOT_LOADED:
                raise
        # A server that was started again has the collection on disk only.
        wait = self._config.patience * _SLOW
        self._asked(lambda: self._client.load_collection(self._name(kind), timeout=wait))
        return self._asked(lambda: getattr(self._client, method)(**options))

    def _asked(self, ask: Callable[[], _Result]) -> _Result:
        import grpc
        from pymilvus.exceptions import MilvusException

        started = time.monotonic()
        try:
            return ask()
        except (MilvusException, grpc.RpcError, ValueError) as error:
            raise unreachable(self.address, error, time.monotonic() - started) from error


_FIELDS: dict[Kind, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "passages": (
        ("series", "since", "revision", "document", "start", "end", "first", "last"),
        ("doc_id", "language", "outlet", "terms", "text"),
        ("series", "since", "document", "revision"),
    ),
    "documents": (
        ("series", "since", "revision", "document", "part", "parts", "first", "last"),
        ("doc_id", "about", "text"),
        ("series", "document", "part"),
    ),
    "records": ((), ("owner", "body"), ("owner",)),
}
"""The number fields and the text fields of each collection, and those that are indexed."""


def _is_unknown(error: BaseException | None) -> bool:
    """Return True if a server does not know what it was asked to do."""
    import grpc

    code = error.code() if isinstance(error, grpc.RpcError) and hasattr(error, "code") else None
    return bool(code == grpc.StatusCode.UNIMPLEMENTED)


def unreachable(address: MilvusAddress, error: Exception, seconds: float) -> IndexUnreachable:
    """Return the error for a server that did not answer, or refused."""
    details = getattr(error, "details", None)  # of gRPC, whose errors are whole reports as text
    said = details() if callable(details) else getattr(error, "message", "")
    reason = one_line(str(said or error))[:200]
    return IndexUnreachable(
        en=f"The Milvus server of {address} gave no answer that can be used, after {seconds:.0f} s"
        f" ({reason}): see that it runs and can be reached, check RAG_MILVUS_TOKEN and"
        " RAG_MILVUS_TLS, then try again. Nothing is lost.",
        zh=f"{address} 的 Milvus 服务器在 {seconds:.0f} 秒后没有给出可用的回应（{reason}）："
        "请确认服务器正在运行并可访问，检查 RAG_MILVUS_TOKEN 和 RAG_MILVUS_TLS，然后重试。"
        "数据没有丢失。",
    )


def damaged(address: MilvusAddress, what: Message) -> IndexUnreachable:
    """Return the error for an index whose records do not fit together."""
    return IndexUnreachable(
        en=f"The index {address} is not whole ({what.en}): run `rag index` where its articles are"
        " indexed, which writes what is missing.",
        zh=f"索引 {address} 不完整（{what.zh}）：请在收录文章的机器上运行 `rag index`，"
        "缺失的内容会重新写入。",
    )


@contextmanager
def _own_environment() -> Iterator[None]:
    """Keep the client from what is not meant for it while it is imported.

    It reads any `.env` file near its own folder into the environment, and connects to what
    variables of other programs name.
    """
    kept = dict(os.environ)
    for name in ("MILVUS_URI", "MILVUS_DEFAULT_CONNECTION"):
        os.environ.pop(name, None)
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def _client_library() -> Any:
    try:
        with _own_environment():
            import pymilvus
    except ImportError:
        raise ConfigError(
            en='An index on a Milvus server needs the extra for it: run `pip install "cited-rag'
            '[milvus]"`.',
            zh='Milvus 服务器上的索引需要相应扩展：请运行 `pip install "cited-rag[milvus]"`。',
        ) from None
    # What goes wrong is told once, by the errors here.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    return pymilvus
