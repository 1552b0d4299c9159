"""Return a story through time as safe HTML: one row an event, the newest last."""

from __future__ import annotations

from collections import defaultdict

from rag.answering.story.result import (
    WORDS,
    ChangedValue,
    Story,
    StoryRow,
    measure_name,
    others_line,
    remarks,
)
from rag.batch.stories import story_csv
from rag.messages import Language
from rag.page.chat.keeping import asked_markdown
from rag.page.compare.texts import Texts, texts
from rag.page.markup import escaped
from rag.page.quoting import render_quote
from rag.page.scope.choice import Asked
from rag.page.scope.rendering import render_asked
from rag.page.scope.texts import counted
from rag.page.texts import HTML_LANGUAGE
from rag.types import Citation, ConflictValue


def render_story(story: Story, language: Language, *, asked: Asked | None = None) -> str:
    """Return the whole story. `asked` says of which articles it was made, if not of all."""
    words = texts(language)
    parts = [render_asked(asked, language, of="story"), _summary(story, asked, words, language)]
    if story.rows:
        rows = "".join(_event(row, language) for row in story.rows)
        parts.append(f'<ol class="rag-events">{rows}</ol>')
    if story.others:
        more = escaped(others_line(story, language))
        rows = "".join(_event(row, language) for row in story.others)
        parts.append(
            f'<details class="rag-others"><summary>{more}</summary>'
            f'<ol class="rag-events">{rows}</ol></details>'
        )
    return (
        f'<section class="rag-story" aria-busy="false" lang="{HTML_LANGUAGE[language]}">'
        f"{''.join(parts)}</section>"
    )


def _summary(story: Story, asked: Asked | None, words: Texts, language: Language) -> str:
    """Return what was found, in numbers, with buttons that save it."""
    notices = "".join(f"<p>{escaped(notice.text(language))}</p>" for notice in story.notices)
    if not story.found:
        return f'<div class="rag-check-counts" role="status">{notices}</div>'
    counts = (
        (words.events, len(story.rows)),
        (words.changes, sum(len(row.changes) for row in story.rows)),
        (words.disagreements, sum(len(row.disagreements) for row in story.rows)),
    )
    listed = "".join(f"<li>{escaped(counted(forms, count))}</li>" for forms, count in counts)
    markdown = story.to_markdown(language)
    if asked is not None:
        markdown += "\n" + asked_markdown(asked, language, of="story") + "\n"
    # The mark at the start lets spreadsheets read Chinese.
    table = "\N{ZERO WIDTH NO-BREAK SPACE}" + story_csv(story, language)
    files = (
        ("Markdown", ".md", "text/markdown", markdown),
        ("CSV", ".csv", "text/csv", table),
        ("JSON", ".json", "application/json", story.to_json()),
    )
    buttons = "".join(
        f'<button type="button" class="rag-button" data-type="{kind}" '
        f'data-report="{escaped(words.story_file)}{ending}" data-text="{escaped(text)}">'
        f"{escaped(words.save_as.format(name))}</button>"
        for name, ending, kind, text in files
    )
    return (
        f'<div class="rag-check-counts"><div role="status">{notices}<ul>{listed}</ul></div>'
        f'<div class="rag-actions">{buttons}</div></div>'
    )


def _event(row: StoryRow, language: Language) -> str:
    """Return a row: its day, what changed or differs, and what each outlet says."""
    lines = remarks(row, language)
    differing = "".join(
        f'<p class="rag-check-verdict">{escaped(line)}</p>' for line in lines[len(row.changes) :]
    )
    changed = "".join(_changed(change, language) for change in row.changes)
    marked = _marked(row)
    quotes = "".join(
        f"<li>{render_quote(citation, language, marked=marked[_place(citation)])}</li>"
        for citation in _cited(row)
    )
    state = ' data-differs="true"' if row.disagreements else ""
    return (
        f'<li class="rag-event"{state}>{_day(row, language)}'
        f"<div>{changed}{differing}<ul>{quotes}</ul></div></li>"
    )


def _day(row: StoryRow, language: Language) -> str:
    """Return the day of a row, and whether a sentence names it or it is only the article's."""
    words = texts(language)
    if row.day is None:
        return f"<h2>{escaped(WORDS[language]['unknown'])}</h2>"
    origin = words.day_of_sentence if row.day_from == "sentence" else words.day_of_article
    return f'<h2>{escaped(row.day)} <span class="rag-byline">{escaped(origin)}</span></h2>'


def _changed(change: ChangedValue, language: Language) -> str:
    """Return a value before and after, and the earlier quote, folded."""
    before, after = change.before, change.after
    quote = render_quote(before.citation, language, marked=[before.value], folded=True)
    return (
        f'<div class="rag-changed"><p>{escaped(measure_name(change.measure, language))} '
        f"<s>{escaped(before.value)}</s> → <strong>{escaped(after.value)}</strong></p>{quote}</div>"
    )


def _values(row: StoryRow) -> list[ConflictValue]:
    """Return the values of a row that changed or on which outlets differ."""
    differing = [value for each in row.disagreements for value in each.values]
    return [*(change.after for change in row.changes), *differing]


def _cited(row: StoryRow) -> list[Citation]:
    """Return the row's quotes, and those of its values that are of other sentences."""
    cited = {_place(citation): citation for citation in row.citations}
    for value in _values(row):
        cited.setdefault(_place(value.citation), value.citation)
    return list(cited.values())


def _marked(row: StoryRow) -> dict[tuple[str, int, int], list[str]]:
    """Return the values to mark in each quote of a row."""
    marked: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for value in _values(row):
        marked[_place(value.citation)].append(value.value)
    return marked


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.doc_id, citation.start, citation.end
