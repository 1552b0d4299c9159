"""Return the articles tab as safe HTML. All functions are pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rag.ingest.loader import MAX_FILE_BYTES, MAX_PACKED_BYTES
from rag.messages import Language, Message
from rag.page.articles.browsing import Corrected, ListPage, Outcome, Removed
from rag.page.articles.correcting import render_correction
from rag.page.articles.texts import Texts, texts
from rag.page.chat.reading import article
from rag.page.markup import escaped, external_link, inline
from rag.page.scope.ticking import render_tick, render_tick_this, tick_limits
from rag.page.texts import HTML_LANGUAGE
from rag.store.articles import Catalogue, Listed
from rag.store.corrections import MAX_CHARACTERS
from rag.store.database import Failure
from rag.store.notices import Notice
from rag.types import Document
from rag.uploads.intake import ACCEPTED, MAX_FILES, MAX_UPLOAD_BYTES, MEGABYTE, Refusal
from rag.uploads.library import Added, Step
from rag.uploads.names import short

_MOST_OUTLETS = 8
_MOST_FOLDERS = 20
_MOST_LINES = 50
_FOCUS = " data-focus"


def render_overview(
    catalogue: Catalogue, uploads: str, language: Language, *, editable: bool
) -> str:
    """Return the numbers of what is indexed.

    Paths of this machine are shown only if the page is `editable`.
    """
    words = texts(language)
    manifest, articles = catalogue.manifest, catalogue.articles
    facts = [
        (words.languages, _counted_languages(articles, words)),
        (words.dates, _dates(articles, words)),
        (words.outlets, _outlets(articles, words)),
        (words.folders, _folders(articles, uploads, words, editable=editable)),
        (words.updated, escaped(_moment(manifest.updated))),
    ]
    rows = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{value}</dd></div>" for name, value in facts if value
    )
    counts = escaped(words.counts.format(f"{manifest.documents:,}", f"{manifest.passages:,}"))
    return (
        f'<section class="rag-overview" lang="{HTML_LANGUAGE[language]}">'
        f"<h2>{escaped(words.indexed)}</h2><p>{counts}</p><dl>{rows}</dl>"
        f"{_not_read(catalogue, language, editable=editable)}</section>"
    )


def render_adding(language: Language, *, editable: bool) -> str:
    """Return the area to choose or drop files, with the limits.

    If the page is not `editable`, the area says why nothing can be added.
    """
    words = texts(language)
    head = f'<section class="rag-adding" lang="{HTML_LANGUAGE[language]}">'
    if not editable:
        return f'{head}<p class="rag-note">{escaped(words.not_editable)}</p></section>'
    sizes = (size // MEGABYTE for size in (MAX_FILE_BYTES, MAX_PACKED_BYTES, MAX_UPLOAD_BYTES))
    limits = words.limits.format(" ".join(ACCEPTED), *sizes, f"{MAX_FILES:,}")
    return (
        f"{head}<h2>{escaped(words.add)}</h2>"
        f'<label class="rag-outlet-of-files">{escaped(words.outlet_of_files)} '
        f'<input type="text" maxlength="{MAX_CHARACTERS}"></label>'
        f'<div class="rag-drop" data-sending="{escaped(words.sending)}" '
        f'data-most-bytes="{MAX_UPLOAD_BYTES}" data-most-files="{MAX_FILES}">'
        f'<input type="file" id="rag-files" multiple accept="{",".join(ACCEPTED)}" '
        'aria-describedby="rag-limits">'
        f'<label for="rag-files">{escaped(words.choose)}</label> '
        f"<span>{escaped(words.or_drop)}</span>"
        f'<p id="rag-limits">{escaped(limits)} {escaped(words.replaces)}</p>'
        '<div class="rag-sending" role="status"></div></div>'
        "</section>"
    )


def render_step(step: Step, language: Language) -> str:
    """Return the progress of adding or removing."""
    words = texts(language)
    line, share = words.stages[step.stage], ""
    if step.stage == "indexing" and step.total:
        percent = min(100, 100 * step.done // step.total)
        line = words.counted_stages["indexing"].format(percent)
        share = f'<progress max="100" value="{percent}" aria-hidden="true"></progress>'
    elif step.stage == "checking" and step.done:
        line = words.counted_stages["checking"].format(f"{step.done:,}")
    return _status(f'<p class="rag-progress">{escaped(line)}</p>{share}', language)


def render_outcome(outcome: Outcome | None, language: Language) -> str:
    """Return the result of the last change, or an empty text."""
    words = texts(language)
    if outcome is None:
        return ""
    if isinstance(outcome, Message):
        line = escaped(outcome.text(language))
        return f'<p class="rag-error" role="alert" lang="{HTML_LANGUAGE[language]}">{line}</p>'
    if isinstance(outcome, Removed):
        return _status(_names(words.removed, outcome.titles, "removed", words), language)
    if isinstance(outcome, Corrected):
        return _status(f"<p>✓ {escaped(words.corrected)}</p>", language)
    if isinstance(outcome, Refusal):
        return _status(_refused([outcome], words, language), language)
    return _status(_added(outcome, words, language), language)


def render_list(page: ListPage, uploads: str, language: Language, *, focus: str | None) -> str:
    """Return a page of the list.

    The article with the id `focus` gets the keyboard focus. If this page has no such article, the
    list itself gets it. If `focus` is None, nothing does.
    """
    words = texts(language)
    if not page.total:
        count = words.found_none
    else:
        end = page.start + len(page.articles)
        count = words.found.format(f"{page.total:,}", f"{page.start + 1:,}", f"{end:,}")
    items = "".join(
        _item(
            article,
            uploads,
            language,
            focus=article.doc_id == focus,
            ticked=article.doc_id in page.ticked,
        )
        for article in page.articles
    )
    ticks = tick_limits(page.ticked - {article.doc_id for article in page.articles}, language)
    itself = focus is not None and all(article.doc_id != focus for article in page.articles)
    return (
        f'<section class="rag-list" lang="{HTML_LANGUAGE[language]}"{ticks}>'
        f'<p class="rag-count" role="status" tabindex="-1"{_FOCUS if itself else ""}>'
        f"{escaped(count)}</p>"
        f'<ol start="{page.start + 1}">{items}</ol>{_turning(page, words)}</section>'
    )


def render_article(
    document: Document,
    listed: Listed,
    together: int,
    language: Language,
    *,
    ticked: bool,
    removable: bool,
    editable: bool,
    focus: bool,
) -> str:
    """Return a whole article, and how it can be corrected and removed.

    `together` is the number of articles in its file.
    """
    words = texts(language)
    if removable:
        removal = _removal(document, together, words)
    else:
        place = _folder_name(listed.base, editable=editable)
        removal = f'<p class="rag-note">{escaped(words.how_to_remove.format(place))}</p>'
    correction = render_correction(listed, language) if editable else ""
    link = external_link(document.url, words.original)
    return (
        f'<article class="rag-reading" lang="{HTML_LANGUAGE[language]}">'
        f"{_button('close_article', '', words.back)}"
        f'<h2 tabindex="-1"{_FOCUS if focus else ""}>{inline(document.title)}</h2>'
        f'<p class="rag-byline">{_byline(listed, words)} {link}</p>'
        f"{render_tick_this(document.doc_id, language, ticked=ticked)}{correction}{removal}"
        f'<div class="rag-whole" lang="{HTML_LANGUAGE[document.language]}">'
        f"{article(document.text, ())}</div>"
        "</article>"
    )


def render_gone(language: Language, *, focus: bool) -> str:
    """Return a note that the article was removed in the meantime."""
    words = texts(language)
    return (
        f'<article class="rag-reading" lang="{HTML_LANGUAGE[language]}">'
        f"{_button('close_article', '', words.back)}"
        f'<p tabindex="-1"{_FOCUS if focus else ""}>{escaped(words.gone)}</p></article>'
    )


# --- the overview -----------------------------------------------------------------------------


def _counted_languages(articles: Sequence[Listed], words: Texts) -> str:
    counts = Counter(article.language for article in articles)
    named = (f"{words.language_names[name]} {count:,}" for name, count in counts.most_common())
    return escaped(" · ".join(named))


def _dates(articles: Sequence[Listed], words: Texts) -> str:
    # Articles are sorted: the newest first, those without a date last.
    dated = [article.published for article in articles if article.published]
    parts = []
    if dated:
        first, last = str(dated[-1])[:10], str(dated[0])[:10]
        parts.append(first if first == last else f"{first} – {last}")
    if undated := len(articles) - len(dated):
        parts.append(words.undated_count.format(f"{undated:,}"))
    return escaped(" · ".join(parts))


def _outlets(articles: Sequence[Listed], words: Texts) -> str:
    counts = Counter(article.outlet for article in articles if article.outlet)
    shown = [f"{inline(name)} {count:,}" for name, count in counts.most_common(_MOST_OUTLETS)]
    if more := len(counts) - len(shown):
        shown.append(escaped(words.more.format(f"{more:,}")))
    if unnamed := len(articles) - counts.total():
        shown.append(escaped(f"{words.no_outlet} {unnamed:,}"))
    return " · ".join(shown)


def _folders(articles: Sequence[Listed], uploads: str, words: Texts, *, editable: bool) -> str:
    counts = Counter(article.base for article in articles)
    shown = []
    for base, count in counts.most_common(_MOST_FOLDERS):
        name = words.uploads if base == uploads else _folder_name(base, editable=editable)
        shown.append(f'<li><span class="rag-path">{escaped(name)}</span> {count:,}</li>')
    if more := len(counts) - len(shown):
        shown.append(f"<li>{escaped(words.more.format(f'{more:,}'))}</li>")
    return f"<ul>{''.join(shown)}</ul>" if shown else ""


def _folder_name(base: str, *, editable: bool) -> str:
    """Return the name of a folder. Its full path is shown only if the page is `editable`."""
    return base if editable else Path(base).name


def _moment(iso: str) -> str:
    return datetime.fromisoformat(iso).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _not_read(catalogue: Catalogue, language: Language, *, editable: bool) -> str:
    """Return what could not be read, and what was not understood in indexed articles."""
    words = texts(language)
    both = (
        (catalogue.failures, words.failures, words.failures_hidden),
        (catalogue.notices, words.notices, words.notices_hidden),
    )
    return "".join(
        _listed(
            found, (shown if editable else hidden).format(f"{len(found):,}"), language, editable
        )
        for found, shown, hidden in both
        if found
    )


def _listed(
    found: Sequence[Failure | Notice], line: str, language: Language, editable: bool
) -> str:
    words = texts(language)
    if not editable:
        return f'<p class="rag-note">{escaped(line)}</p>'
    items = _bounded(
        (
            f'<li><span class="rag-path">{escaped(failure.path)}</span>{words.colon}'
            f"{escaped(failure.reason.text(language))}</li>"
            for failure in found
        ),
        len(found),
        words,
    )
    return (
        f'<details class="rag-failures"><summary>{escaped(line)}</summary>'
        f"<ul>{items}</ul></details>"
    )


# --- the result of a change -------------------------------------------------------------------


def _added(added: Added, words: Texts, language: Language) -> str:
    parts = [
        _names(words.new, added.new, "new", words),
        _names(words.replaced, added.replaced, "replaced", words),
        _names(words.same, added.same, "same", words),
        _refused(added.refused, words, language),
    ]
    if not (added.new or added.replaced or added.same):
        parts.insert(0, f"<p>{escaped(words.nothing_taken)}</p>")
    if added.hidden:
        parts.append(f"<p>{escaped(words.hidden.format(f'{added.hidden:,}'))}</p>")
    if added.error:
        line = words.later.format(added.error.text(language))
        parts.append(f'<p class="rag-error" role="alert">{escaped(line)}</p>')
    return "".join(parts)


_SIGNS = {"new": "✓", "replaced": "✓", "same": "=", "removed": "✓"}


def _names(label: str, names: Sequence[str], kind: str, words: Texts) -> str:
    if not names:
        return ""
    items = _bounded((f"<li>{inline(name)}</li>" for name in names), len(names), words)
    return (
        f'<div class="rag-became" data-kind="{kind}"><h3><span aria-hidden="true">{_SIGNS[kind]}'
        f"</span> {escaped(label)}{words.colon}{len(names):,}</h3><ul>{items}</ul></div>"
    )


def _refused(refused: Sequence[Refusal], words: Texts, language: Language) -> str:
    if not refused:
        return ""
    items = _bounded(
        (f"<li>{_refusal(refusal, words, language)}</li>" for refusal in refused),
        len(refused),
        words,
    )
    return (
        '<div class="rag-became" data-kind="refused"><h3><span aria-hidden="true">✕</span> '
        f"{escaped(words.refused)}{words.colon}{len(refused):,}</h3><ul>{items}</ul></div>"
    )


def _refusal(refusal: Refusal, words: Texts, language: Language) -> str:
    """Return why a file was not added.

    Its name comes first, unless the reason has the full name.
    """
    reason = escaped(refusal.reason.text(language))
    if refusal.name in refusal.reason.text(language):
        return reason
    return f'<span class="rag-path">{escaped(short(refusal.name))}</span>{words.colon}{reason}'


def _bounded(items: Iterable[str], count: int, words: Texts) -> str:
    """Return the first 50 items, and how many more there are."""
    shown = [item for item, _ in zip(items, range(_MOST_LINES), strict=False)]
    if count > len(shown):
        shown.append(f"<li>{escaped(words.more.format(f'{count - len(shown):,}'))}</li>")
    return "".join(shown)


def _status(content: str, language: Language) -> str:
    return (
        f'<div class="rag-outcome" role="status" lang="{HTML_LANGUAGE[language]}">{content}</div>'
    )


# --- the list and an article ------------------------------------------------------------------


def _item(article: Listed, uploads: str, language: Language, *, focus: bool, ticked: bool) -> str:
    words = texts(language)
    tag = f' <span class="rag-tag">{escaped(words.uploaded)}</span>'
    return (
        f"<li>{render_tick(article.doc_id, article.title, language, ticked=ticked)}<div>"
        f'<button type="button" class="rag-title" data-do="open_article" '
        f'data-value="{escaped(article.doc_id)}"{_FOCUS if focus else ""}>'
        f"{inline(article.title)}</button>"
        f"{tag if article.base == uploads else ''}"
        f'<div class="rag-byline">{_byline(article, words)}</div></div></li>'
    )


def _byline(article: Listed, words: Texts) -> str:
    """Return the outlet, date, language and path of an article."""
    date = str(article.published) if article.published else words.undated
    parts = [inline(article.outlet)] if article.outlet else []
    parts += [escaped(date), escaped(words.language_names[article.language])]
    parts.append(f'<span class="rag-path">{escaped(article.path)}</span>')
    return " · ".join(parts)


def _turning(page: ListPage, words: Texts) -> str:
    if page.pages == 1:
        return ""
    before = _button("turn_page", str(page.number - 1), words.previous, disabled=page.number == 0)
    after = _button(
        "turn_page", str(page.number + 1), words.next, disabled=page.number + 1 >= page.pages
    )
    place = escaped(words.page_of.format(f"{page.number + 1:,}", f"{page.pages:,}"))
    return (
        f'<nav class="rag-pages" aria-label="{escaped(words.pages)}">'
        f"{before}<span>{place}</span>{after}</nav>"
    )


def _removal(document: Document, together: int, words: Texts) -> str:
    lines = [words.remove_question.format(document.title)]
    button = _button("remove_article", document.doc_id, words.remove_now)
    if together > 1:
        lines = [words.remove_one.format(document.title, f"{together:,}"), words.remove_file]
        button = (
            f"{_button('remove_article', document.doc_id, words.remove_alone)} "
            f'<button type="button" class="rag-button" data-do="remove_article" data-whole="" '
            f'data-value="{escaped(document.doc_id)}">'
            f"{escaped(words.remove_all.format(f'{together:,}'))}</button>"
        )
    said = "".join(f"<p>{escaped(line)}</p>" for line in lines)
    return (
        f'<details class="rag-removal"><summary>{escaped(words.remove)}</summary>{said}'
        f"{button}</details>"
    )


def _button(action: str, value: str, label: str, *, disabled: bool = False) -> str:
    off = " disabled" if disabled else ""
    return (
        f'<button type="button" class="rag-button" data-do="{action}" '
        f'data-value="{escaped(value)}"{off}>{escaped(label)}</button>'
    )
