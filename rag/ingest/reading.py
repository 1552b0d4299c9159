"""The version of reading: of everything that this package makes of a file."""

from __future__ import annotations

READING_VERSION = 9
"""Raise it by one with every change after which some file gives another article than before.

That is another text, title, day, outlet, language or link, or other words to be searched by.
An index remembers by which version each file was read. One that was made by another version says
so, and the next `rag index` reads all its files again; what comes out as it was stays as it is.
(Other passages of the same text are `rag.ingest.chunker.CHUNKER_VERSION`'s.)
"""
