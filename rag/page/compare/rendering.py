"""Return a comparison of outlets as safe HTML."""

from __future__ import annotations

from rag.answering.comparison.result import (
    ALONE,
    WORDS,
    Comparison,
    ComparisonProgress,
    Contradiction,
    OutletReport,
    SharedFact,
    told_by,
)
from rag.messages import Language
from rag.page.chat.keeping import asked_markdown
from rag.page.compare.texts import Texts, texts
from rag.page.markup import escaped, inline
from rag.page.quoting import render_quote
from rag.page.scope.choice import Asked
from rag.page.scope.rendering import render_asked
from rag.page.scope.texts import counted
from rag.page.texts import HTML_LANGUAGE

_UNFOLDED = 4
"""Sentences of an outlet that are seen at once; on a phone the outlets stand below one another."""


def render_views(language: Language) -> str:
    """Return the choice of the views. Their values are names of `/?tab=NAME` (`places.js`)."""
    words = texts(language)
    views = (("compare", words.side_by_side), ("story", words.through_time))
    choices = "".join(
        f'<label><input type="radio" name="rag-view" value="{view}"> {escaped(name)}</label>'
        for view, name in views
    )
    return (
        f'<fieldset class="rag-views" lang="{HTML_LANGUAGE[language]}">'
        f'<legend class="rag-unseen">{escaped(words.view)}</legend>{choices}</fieldset>'
    )


def render_intro(language: Language) -> str:
    """Return what each view of the tab is for. `assets/compare.css` shows the chosen one's."""
    words = texts(language)
    return "".join(
        f'<p class="rag-hint" data-of="{view}" lang="{HTML_LANGUAGE[language]}">{escaped(line)}</p>'
        for view, line in (("compare", words.intro), ("story", words.story_intro))
    )


def render_progress(step: ComparisonProgress, language: Language) -> str:
    """Return how far the comparison of sentences is."""
    words = texts(language)
    line = words.comparing.format(step.done, step.total) if step.total else words.searching
    return (
        f'<section class="rag-compared" aria-busy="true" lang="{HTML_LANGUAGE[language]}">'
        f'<p class="rag-progress" role="status">{escaped(line)}</p></section>'
    )


def render_comparison(result: Comparison, language: Language, *, asked: Asked | None = None) -> str:
    """Return the whole result: contradictions, what is shared, and each outlet's own.

    `asked` says which articles were compared, if not all.
    """
    words, said = texts(language), WORDS[language]
    told = render_asked(asked, language, of="comparison")
    parts = [told, _summary(result, asked, words, language)]
    if result.contradictions:
        shown = "".join(_contradiction(each, language) for each in result.contradictions)
        parts.append(f"<h2>{escaped(said['contradictions'])}</h2>{shown}")
    if result.shared:
        shown = "".join(_shared(fact, language) for fact in result.shared)
        parts.append(f"<h2>{escaped(said['shared'])}</h2>{shown}")
    if result.left_out:
        parts.append(f'<p class="rag-byline">{escaped(said["more"].format(result.left_out))}</p>')
    if result.only:
        shown = "".join(_only(report, words, language) for report in result.only)
        parts.append(f'<div class="rag-each-outlet">{shown}</div>')
    return (
        f'<section class="rag-compared" aria-busy="false" lang="{HTML_LANGUAGE[language]}">'
        f"{''.join(parts)}</section>"
    )


def _summary(result: Comparison, asked: Asked | None, words: Texts, language: Language) -> str:
    counts = (
        counted(words.differ, len(result.contradictions)),
        words.shared.format(len(result.shared)),
        words.only.format(sum(len(report.citations) for report in result.only)),
    )
    listed = "".join(f"<li>{escaped(count)}</li>" for count in counts)
    notices = "".join(f"<p>{escaped(notice.text(language))}</p>" for notice in result.notices)
    if any(notice.code == ALONE for notice in result.notices):
        notices += f'<p class="rag-hint">{escaped(words.choose)}</p>'
    kept = result.to_markdown(language)
    if asked is not None:
        kept += "\n" + asked_markdown(asked, language, of="comparison") + "\n"
    save = (
        f'<button type="button" class="rag-button" data-report="{escaped(words.file_name)}.md" '
        f'data-text="{escaped(kept)}">{escaped(words.save)}</button>'
    )
    listed = f"<ul>{listed}</ul>" if result.found else ""
    return (
        f'<div class="rag-check-counts" role="status">{notices}{listed}'
        f"{save if result.found else ''}</div>"
    )


def _contradiction(each: Contradiction, language: Language) -> str:
    said = WORDS[language]
    sides = "".join(
        f"<li>{render_quote(value.citation, language, marked=[value.value])}"
        + (f'<p class="rag-byline">{escaped(said["superseded"])}</p>' if value.superseded else "")
        + "</li>"
        for value in each.values
    )
    return (
        f'<div class="rag-differing"><p class="rag-check-verdict">{escaped(said[each.kind])}</p>'
        f"<ul>{sides}</ul></div>"
    )


def _shared(fact: SharedFact, language: Language) -> str:
    quotes = "".join(f"<li>{render_quote(citation, language)}</li>" for citation in fact.citations)
    copies = ' data-copies="true"' if fact.wordings == 1 else ""
    return (
        f'<div class="rag-shared"{copies}><p class="rag-byline">'
        f"{escaped(told_by(fact, language))}</p><ul>{quotes}</ul></div>"
    )


def _only(report: OutletReport, words: Texts, language: Language) -> str:
    said = WORDS[language]
    quotes = [f"<li>{render_quote(citation, language)}</li>" for citation in report.citations]
    shown = f"<ul>{''.join(quotes[:_UNFOLDED])}</ul>"
    if not quotes:
        shown = f"<p>{escaped(said['nothing'])}</p>"
    if folded := quotes[_UNFOLDED:]:
        shown += (
            f"<details><summary>{escaped(words.more.format(len(folded)))}</summary>"
            f"<ul>{''.join(folded)}</ul></details>"
        )
    if report.left_out:
        shown += f'<p class="rag-byline">{escaped(said["more"].format(report.left_out))}</p>'
    return (
        f'<div class="rag-own"><h2>{escaped(said["only"])}{inline(report.outlet)}</h2>{shown}</div>'
    )
