"""One story in several outlets counts once, and names its other outlets."""

from __future__ import annotations

from pathlib import Path

from rag.assistant import Assistant
from rag.ingest.chunker import CHUNKER
from rag.models.embedder import Embedder
from rag.store.indexing import update_index
from rag.store.snapshot import read_snapshot
from rag.types import Answer

WIRE = (
    "The harbour of Lund opened on Monday after five years of work. 40 ships came to Lund on the "
    "first day, the mayor said, and three thousand people are expected to find work there by 2027."
)


def put(folder: Path, name: str, outlet: str, day: int, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(
        f"---\ntitle: Harbour {name}\noutlet: {outlet}\ndate: 2025-03-0{day}\n---\n\n{text}\n"
    )


def test_other_outlets_are_named_and_crowd_out_nothing(tmp_path: Path, embedder: Embedder) -> None:
    news = tmp_path / "news"
    for number in range(1, 8):
        put(news, str(number), f"Paper {number}", 8 - number, WIRE + f" ({'abcdefg'[number - 1]})")
    put(news, "other", "Another", 1, "Fishermen of Lund say that the harbour opened too early.")
    folder = tmp_path / "index"
    update_index(folder, [news], embedder)
    read = read_snapshot(folder, fingerprint=embedder.fingerprint, chunker=CHUNKER)
    assert read.stories == (tuple("1234567"),)

    answer = Assistant(snapshot=read, embedder=embedder).ask(
        "How many ships came to Lund on the first day?"
    )
    found = {hit.passage.doc_id for hit in answer.hits}
    assert len(found) == 2
    assert "other" in found
    cited = next(c for c in answer.citations if c.doc_id != "other")
    assert len(cited.also_in) == 6
    # Oldest first.
    days = [str(reference.published) for reference in cited.also_in]
    assert days == sorted(days)
    assert Answer.from_json(answer.to_json()) == answer
