"""Answer files of questions in the background, and keep each answer as soon as it is there.

A file is known by its content and by the settings that its answers depend on. So who sends the same
file again comes back to the run that is under way, or goes on where one was stopped, also after a
restart. When the articles have changed since, all is asked again, and what changed is told.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import shutil
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rag.batch.answering import AnsweredRow, answered_rows
from rag.batch.kept import kept_answers
from rag.batch.table import READABLE, Table, read_table
from rag.errors import ConfigError, RagError
from rag.messages import Message
from rag.page.many.texts import EN, ZH
from rag.types import Answer

FOLDER_NAME = "asked"
"""The folder of files of questions and their answers, in that of the index."""
KEPT_SECONDS = 24 * 3600.0
OWNERS_KEPT_SECONDS = 90 * KEPT_SECONDS
_MOST_KEPT = 50
_VERSION_FILE = "version"
_OWNERS_FILE = "owner"
_MOST_UNPACKED = 50_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a reader may send at once: `size` in bytes, and `questions`."""

    size: int
    questions: int


OWNER = Limits(size=5_000_000, questions=1_000)
READER = Limits(size=1_000_000, questions=50)
"""The limits of all readers but the owner. One file of theirs is answered at a time."""

State = Literal["running", "stopped", "done", "failed"]
AskUntil = Callable[[str, threading.Event], Answer | None]
"""Answers a question, or returns None because the event was set meanwhile."""


class _Stopped(Exception):
    """The run was stopped by its reader."""


@dataclass(kw_only=True)
class Job:
    """A file of questions, and the rows that are answered so far. `fault` says why it failed.

    `version` is that of the articles that are asked.
    """

    key: str
    version: str
    table: Table
    owner: bool
    rows: list[AnsweredRow] = field(default_factory=list)
    state: State = "running"
    fault: Message | None = None
    stop: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """The files of questions that are answered, in a folder. Safe to use from several threads.

    One file of the owner and one of all other readers is answered at a time. A file and its answers
    are deleted after a day, those of the owner 90 days after they were asked last.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def begin(
        self, name: str, data: bytes, ask: AskUntil, settings: str, version: str, *, owner: bool
    ) -> Job:
        """Answer a file, go on with it, or return the run that is under way or done.

        `settings` name what the answers depend on, and `version` the articles. Raises `ConfigError`
        if the file can't be used, is too large, or another one is being answered.
        """
        ending = Path(name).suffix.lower()
        limits = OWNER if owner else READER
        if len(data) > limits.size:
            raise too_large(name, len(data), limits)
        # Readers and the owner have files of their own, since they are kept for another time.
        who = json.dumps([ending, settings, owner])
        key = hashlib.sha256(who.encode() + data).hexdigest()
        with self._lock:
            known = self._jobs.get(key)
            done = known and known.state == "done" and known.version == version
            if known and (known.state == "running" or done):
                return known
            self._drop_old()
            self._check_free(owner)
            table = self._read(name, ending, data, key, limits)
            job = Job(key=key, version=version, table=table, owner=owner)
            return self._started(job, ask, again=self._version(key) not in (None, version))

    def go_on(self, key: str, ask: AskUntil, version: str, *, again: bool = False) -> Job | None:
        """Go on with a file that was stopped, or return None if it is no longer kept.

        With `again`, all its questions are asked again, and compared with the answers before.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is None or job.state == "running":
                return job
            if not (self._folder / key).is_dir():
                return None
            self._check_free(job.owner)
            job = Job(key=key, version=version, table=job.table, owner=job.owner)
            return self._started(job, ask, again=again)

    def _check_free(self, owner: bool) -> None:
        if any(job.state == "running" and job.owner == owner for job in self._jobs.values()):
            raise ConfigError(en=EN.busy, zh=ZH.busy)

    def _started(self, job: Job, ask: AskUntil, *, again: bool) -> Job:
        self._jobs[job.key] = job
        threading.Thread(target=self._run, args=(job, ask, again), daemon=True).start()
        return job

    def _version(self, key: str) -> str | None:
        """Return the version of the articles of which a kept file was asked last, or None."""
        with suppress(OSError):
            return (self._folder / key / _VERSION_FILE).read_text("utf-8")
        return None

    def find(self, key: str) -> Job | None:
        """Return the job of that key, or None."""
        return self._jobs.get(key)

    def _read(self, name: str, ending: str, data: bytes, key: str, limits: Limits) -> Table:
        """Keep the file, and return its table."""
        if ending not in READABLE:
            endings = ", ".join(READABLE)
            raise ConfigError(
                en=EN.ending.format(_short(name), endings),
                zh=ZH.ending.format(_short(name), endings),
            )
        if ending == ".xlsx":
            _check_unpacked(name, data)
        folder = self._folder / key
        path = folder / f"questions{ending}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            table = read_table(path)
            if not table.rows:
                raise ConfigError(
                    en=EN.empty.format(_short(name)), zh=ZH.empty.format(_short(name))
                )
            if len(table.rows) > limits.questions:
                count = f"{len(table.rows):,}", f"{limits.questions:,}"
                raise ConfigError(
                    en=EN.too_many.format(_short(name), *count),
                    zh=ZH.too_many.format(_short(name), *count),
                )
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigError(
                en=EN.not_kept.format(reason), zh=ZH.not_kept.format(reason)
            ) from error
        except ConfigError as error:
            shutil.rmtree(folder, ignore_errors=True)
            # Readers know the file by its own name, and nothing of this machine's folders.
            said = [
                line.replace(str(path), _short(name))
                .replace(" (--column)", "")
                .replace("（--column）", "")
                for line in (error.message.en, error.message.zh)
            ]
            raise ConfigError(en=said[0], zh=said[1]) from error
        return table

    def _run(self, job: Job, ask: AskUntil, again: bool) -> None:
        def ask_or_stop(question: str) -> Answer:
            answer = None if job.stop.is_set() else ask(question, job.stop)
            if answer is None:
                raise _Stopped
            return answer

        state: State = "failed"
        try:
            folder = self._folder / job.key
            answers = folder / "answers.xlsx"
            if again:
                # A round that was stopped ends here: what it answered is compared, too.
                with kept_answers(answers, again=False) as kept:
                    kept.end_round()
            with kept_answers(answers, again=again) as kept:
                (folder / _VERSION_FILE).write_text(job.version, "utf-8")
                if job.owner:
                    (folder / _OWNERS_FILE).touch()
                for row in answered_rows(job.table.rows, ask_or_stop, kept, ""):
                    job.rows.append(row)
                kept.end_round()
            state = "done"
        except _Stopped:
            state = "stopped"
        except RagError as error:
            job.fault = error.message
        except OSError as error:
            reason = error.strerror or type(error).__name__
            said = EN.not_kept.format(reason), ZH.not_kept.format(reason)
            job.fault = Message(code="NotKept", en=said[0], zh=said[1])
        except Exception:
            _log.exception("A file of questions could not be answered")
            job.fault = Message(code="Unexpected", en=EN.unexpected, zh=ZH.unexpected)
        job.state = state

    def _drop_old(self) -> None:
        """Delete what is kept for too long, and the oldest if there is too much."""
        folders = sorted(self._folder.glob("*/"), key=_changed, reverse=True)
        owners = [folder for folder in folders if (folder / _OWNERS_FILE).exists()]
        readers = [folder for folder in folders if folder not in owners]
        for group, seconds in ((owners, OWNERS_KEPT_SECONDS), (readers, KEPT_SECONDS)):
            for place, folder in enumerate(group):
                job = self._jobs.get(folder.name)
                if job and job.state == "running":
                    continue
                if place >= _MOST_KEPT or _changed(folder) < time.time() - seconds:
                    shutil.rmtree(folder, ignore_errors=True)
                    self._jobs.pop(folder.name, None)


def too_large(name: str, size: int, limits: Limits) -> ConfigError:
    """Return the error for a file of too many bytes."""
    numbers = f"{size / 1e6:.1f}", f"{limits.size / 1e6:.0f}"
    return ConfigError(
        en=EN.too_large.format(_short(name), *numbers),
        zh=ZH.too_large.format(_short(name), *numbers),
    )


def _check_unpacked(name: str, data: bytes) -> None:
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as packed:
        unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > _MOST_UNPACKED:
            raise too_large(name, unpacked, Limits(size=_MOST_UNPACKED, questions=0))


def _changed(folder: Path) -> float:
    """Return when something in a folder was changed last, in seconds since 1970."""
    times = [0.0]
    for path in folder.glob("*"):
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:60]}…{name[-15:]}"
