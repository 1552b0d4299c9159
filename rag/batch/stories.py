"""Write a story through time as a file: CSV, Markdown or JSON."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from rag.answering.story.result import Story, measure_name
from rag.batch.cells import csv_text
from rag.errors import ConfigError
from rag.exports.saving import save
from rag.messages import Language

STORY_ENDINGS = (".csv", ".md", ".json")
_COLUMNS = (
    *("row", "day", "day_from", "outlet", "published", "title", "quote", "url", "doc_id"),
    *("changes", "disagreements"),
)


def story_csv(story: Story, language: Language) -> str:
    """Return the story as CSV with a line for each quote; `row` numbers the events from 1.

    The changes and disagreements of an event are in its first line. A cell that a spreadsheet would
    run as a formula is written as text.
    """
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(_COLUMNS)
    for number, row in enumerate(story.rows, 1):
        changes = "; ".join(
            f"{measure_name(c.measure, language)}: {c.before.value} → {c.after.value}"
            for c in row.changes
        )
        differing = "; ".join(
            f"{measure_name(d.measure, language)}: "
            + " / ".join(f"{v.value} ({v.citation.outlet or v.citation.title})" for v in d.values)
            for d in row.disagreements
        )
        for place, citation in enumerate(row.citations):
            remarks = ("", "") if place else (changes, differing)
            cells = (
                *(number, row.day, row.day_from, citation.outlet, citation.published),
                *(citation.title, citation.quote, citation.url, citation.doc_id, *remarks),
            )
            table.writerow([csv_text(cell) for cell in cells])
    return written.getvalue()


def write_story(
    story: Story, path: str | os.PathLike[str], language: Language | None = None
) -> Path:
    """Write a story to a file whose ending chooses the format: `.csv`, `.md` or `.json`.

    `language` is that of the labels, by default the story's. A file that is there is replaced, and
    never left half written. Returns the path. Raises `ConfigError` for another ending, and if the
    file can't be written.
    """
    path = usable_story_path(path)
    language = language or story.language
    ending = path.suffix.lower()
    if ending == ".csv":
        # The mark at the start lets spreadsheets read Chinese.
        data = story_csv(story, language).encode("utf-8-sig")
    elif ending == ".md":
        data = story.to_markdown(language).encode()
    else:
        data = story.to_json().encode()
    save(path, data)
    return path


def usable_story_path(path: str | os.PathLike[str]) -> Path:
    """Return the path if its ending names a format. Raises `ConfigError` otherwise."""
    path = Path(path)
    if path.suffix.lower() not in STORY_ENDINGS:
        raise ConfigError(
            en=f"A story can't be written as {path.name!r}: name a file that ends in"
            f" {', '.join(STORY_ENDINGS)}.",
            zh=f"无法将时间线写成 {path.name!r}：文件名须以 {'、'.join(STORY_ENDINGS)} 结尾。",
        )
    return path
