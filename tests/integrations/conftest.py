"""An assistant over the seeds, and the environment that names their index."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.config import Config
from rag.models.embedder import Embedder
from rag.types import SearchResult

QUESTION = "阿里股价收盘多少港元？"


@pytest.fixture(scope="package")
def assistant(seeds_index: Path, embedder: Embedder) -> Assistant:
    return Assistant.open(Config(index=seeds_index), embedder=embedder)


@pytest.fixture
def opened_by_nobody(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A process whose `rag.search` has opened no index yet, and whose environment names none."""
    monkeypatch.setattr("rag.api._opened", OrderedDict())
    monkeypatch.setattr("rag.api._embedders", {})
    # The model is the tests' one: loading it anew takes seconds.
    monkeypatch.setattr("rag.models.loading.load_embedder", lambda *_: embedder)
    monkeypatch.delenv("RAG_INDEX", raising=False)
    return monkeypatch


@pytest.fixture
def named(opened_by_nobody: pytest.MonkeyPatch, seeds_index: Path) -> None:
    """The same process, where the environment names the seeds' index."""
    opened_by_nobody.setenv("RAG_INDEX", str(seeds_index))


def metadata(results: Sequence[SearchResult]) -> list[dict[str, object]]:
    """The metadata that documents of these results must have, written out once more."""
    return [
        {
            "doc_id": result.doc_id,
            "title": result.title,
            "outlet": result.outlet,
            "published": result.published and str(result.published),
            "url": result.url,
            "start": result.start,
            "end": result.end,
        }
        for result in results
    ]


def cited(assistant: Assistant, place: dict[str, object]) -> str:
    """The text of the article at the place that metadata name."""
    start, end = place["start"], place["end"]
    assert isinstance(start, int)
    assert isinstance(end, int)
    return assistant.document(str(place["doc_id"])).text[start:end]
