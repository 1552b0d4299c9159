"""Coverage-guided fuzzing of the loader and the chunker, by atheris (libFuzzer).

    pip install atheris
    python tests/fuzz/fuzz_corpus.py -max_total_time=600 -timeout=20 FOLDER_OF_INPUTS

The first byte of an input chooses the kind of file, the rest is its content. Whatever it is, the
loader must yield articles or failures that can be shown, and passages must cover each article;
anything else, an exception or an input that takes 20 seconds, ends the run and leaves the input.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rag"]):
    from rag.ingest.chunker import chunk
    from rag.ingest.files import ENDINGS, LoadFailure, LoadNotice
    from rag.ingest.loader import load_documents
    from rag.ingest.near_duplicates import signature

_FOLDER = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))


def fuzz(data: bytes) -> None:
    """One input."""
    path = _FOLDER / ("a" + ENDINGS[(data[0] if data else 0) % len(ENDINGS)])
    path.write_bytes(data[1:])
    for item in load_documents(path, _FOLDER):
        if isinstance(item, LoadFailure | LoadNotice):
            lines = item.reason.en + item.reason.zh
            if not lines.isprintable():
                raise AssertionError(f"a message that can't be shown: {lines!r}")
            continue
        item.text.encode()
        if not item.title.strip() or "\n" in item.title:
            raise AssertionError(f"a title that is none: {item.title!r}")
        covered = [False] * len(item.text)
        for span in chunk(item.text, lambda texts: [len(text) for text in texts], 64):
            covered[span.start : span.end] = [True] * (span.end - span.start)
        for here, character in zip(covered, item.text, strict=True):
            if not here and not character.isspace():
                raise AssertionError(f"{character!r} is in no passage")
        signature(item.text)
    path.unlink()


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()
