"""Who publishes from a store: a name, and what the ids of its articles begin with.

The first store that publishes to an index keeps the ids that its files give. Any other one puts its
name before them, so that two machines never give one id to two articles. The series are the numbers
of the rows that it has on the server; only those of the committed one are visible.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rag.errors import IndexDamaged, IndexMismatch, IndexUnusable
from rag.store.database import connect, current_manifest, index_exists
from rag.store.milvus.layout import SERIES_BITS
from rag.store.milvus.records import read_committed
from rag.store.milvus.server import Server
from rag.whole_files import write_whole

FILE_NAME = "published.json"
_UNDECIDED = "?"
_REGISTER = "+"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A store that publishes. The last of `series` is that of the index `index_id`.

    `commits` are those of the store (`Manifest.commit_id`) that may be visible on the server. If
    another one is, the store is an older copy of what published it.
    """

    name: str
    prefix: str | None = None
    index_id: str = ""
    series: tuple[int, ...] = ()
    commits: tuple[str, ...] = ()


def read_owner(folder: Path) -> Owner | None:
    """Return the owner that a store is, or None if it never published. Raises `IndexDamaged`."""
    path = folder / FILE_NAME
    try:
        kept = json.loads(path.read_text("utf-8"))
        series, commits = map(int, kept["series"]), map(str, kept.get("commits", ()))
        return Owner(**{**kept, "series": tuple(series), "commits": tuple(commits)})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexDamaged(
            en=f"{path} can't be read ({type(error).__name__}): delete it, and run `rag index`.",
            zh=f"无法读取 {path}（{type(error).__name__}）：请删除它，并运行 `rag index`。",
        ) from error


def write_owner(folder: Path, owner: Owner) -> None:
    """Keep what an owner is."""
    write_whole(folder / FILE_NAME, json.dumps(asdict(owner)).encode())


def register(folder: Path, server: Server) -> Owner:
    """Return the owner that a store is, and make it known to the server.

    Of two stores that register at the same moment, at most one keeps plain ids: each writes its
    name before it looks for others. Raises `IndexMismatch` if ids of the store may be those of
    others, because the index was deleted on the server and made by others.
    """
    owner = read_owner(folder) or _published_before(folder, server)
    if owner is None:
        folder.mkdir(parents=True, exist_ok=True)
        owner = Owner(name=secrets.token_hex(6))
        write_owner(folder, owner)
    _announce(server, owner)
    others = _registered(server)
    others.pop(_key(owner), None)  # gone if the index is being deleted
    if owner.prefix is None:
        owner = replace(owner, prefix=f"{owner.name}/" if others else "")
        write_owner(folder, owner)
        _announce(server, owner)
    taken = owner.prefix == "" and "" in others.values()
    if taken or not ids_begin_with(folder, owner.prefix or ""):
        raise IndexMismatch(
            en=f"The index {server.address} has been made anew by another machine, whose articles"
            f" may have the same ids: delete the folder {folder} (save its uploads first), and run"
            " `rag index FOLDER`.",
            zh=f"索引 {server.address} 已由另一台机器重新建立，文章编号可能相同："
            f"请删除文件夹 {folder}（先另存其中上传的文件），再运行 `rag index 文件夹`。",
        )
    return owner


def ids_begin_with(folder: Path, prefix: str) -> bool:
    """Return True if the ids of all articles in a store begin with a text.

    So do those of a store that can't be read: it is going to be rebuilt.
    """
    if not prefix or not index_exists(folder):
        return True
    other = "SELECT 1 FROM documents WHERE substr(doc_id, 1, ?) != ? LIMIT 1"
    try:
        with connect(folder) as connection:
            return connection.execute(other, (len(prefix), prefix)).fetchone() is None
    except IndexUnusable:
        return True


def with_series(
    folder: Path, owner: Owner, index_id: str, taken: Sequence[int], *, afresh: bool = False
) -> Owner:
    """Return the owner with a series for an index, the one that it has or a new one."""
    if owner.index_id == index_id and owner.series and not afresh:
        return owner
    number = 0
    while not number or number in taken or number in owner.series:
        number = secrets.randbelow(1 << SERIES_BITS)
    owner = replace(owner, index_id=index_id, series=(*owner.series, number))
    write_owner(folder, owner)
    return owner


def _published_before(folder: Path, server: Server) -> Owner | None:
    """Return the owner that a store was before its file was lost, as the server knows it."""
    if not index_exists(folder):
        return None
    try:
        index_id = current_manifest(folder).index_id
    except IndexUnusable:  # it is going to be rebuilt
        return None
    for record in read_committed(server).records.values():
        if record.manifest.index_id == index_id:
            owner = Owner(name=record.owner, index_id=index_id, series=(record.series,))
            owner = replace(owner, prefix=_registered(server).get(_key(owner)))
            write_owner(folder, owner)
            return owner
    return None


def _registered(server: Server) -> dict[str, str]:
    """Return what the ids of each owner begin with, by key."""
    rows = server.rows("records", f'owner == "{_REGISTER}"', ["key", "body"])
    return {str(row["key"]): str(row["body"]) for row in rows}


def _announce(server: Server, owner: Owner) -> None:
    body = _UNDECIDED if owner.prefix is None else owner.prefix
    row = {"key": _key(owner), "owner": _REGISTER, "body": body, "vector": [0.0, 0.0]}
    server.upsert("records", [row])


def _key(owner: Owner) -> str:
    return f"registered/{owner.name}"
