"""The reading version: the version of the code that turns files into articles."""

from __future__ import annotations

READING_VERSION = 10
"""Must be raised by one with every change that makes some file give a different article.

This is a different text, title, day, outlet, language or link, or different search terms. An index
records which version read each file. If it was another version, the index says so, and the next
`rag index` reads all files again; articles that come out the same are kept. If only the passages of
a text change, raise `rag.ingest.chunker.CHUNKER_VERSION` instead.
"""
