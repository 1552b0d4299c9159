"""Write files so that they are there as a whole, or as they were before, on every system."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PART_SUFFIX = ".part"
_WINDOWS = os.name == "nt"
_PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.02


def write_whole(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file as `whole_file` does."""
    with whole_file(path, private=private) as file:
        file.write(data)


@contextmanager
def whole_file(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Yield a file to write. At the end it is `path`, in one step and safe from a power failure.

    The file may be read by whoever may read any new file; with `private`, only by its owner.
    If the body fails, or with `OSError` if nothing can be written, the old file is there as before.
    A killed process leaves a file that ends in `PART_SUFFIX`.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART_SUFFIX)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            # mkstemp lets only its owner read.
            umask = os.umask(0)
            os.umask(umask)
            part.chmod(0o666 & ~umask)
        replace_file(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def replace_file(source: Path, target: Path) -> None:
    """Move a file to `target`, where another one may be, in one step for every reader.

    Windows refuses this while any process has one of the two files open, so it is tried there for
    two seconds: readers of this program have a file open only for a moment. Raises `OSError`.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            source.replace(target)
            return
        except PermissionError:
            if not _WINDOWS or time.monotonic() > end:
                raise
        time.sleep(_PAUSE_SECONDS)
