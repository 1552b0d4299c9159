"""Return the choice of articles as safe HTML: timeline, outlets, labels. All functions are pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Literal

from rag.messages import Language
from rag.page.chat.controls import render_loaded
from rag.page.markup import escaped, inline
from rag.page.scope.choice import MOST_QUERY, Asked, Scope
from rag.page.scope.days import span_text
from rag.page.scope.shelf import MOST_OUTLETS_SHOWN, Shelf
from rag.page.scope.texts import Texts, counted, texts
from rag.page.scope.timeline import Bar, Timeline
from rag.page.texts import HTML_LANGUAGE

Work = Literal["question", "draft", "comparison", "story"]
"""What articles are chosen for."""

PANEL_ID = "rag-scope-panel"
_HEIGHT = 100
_LEAST = 4
"""The heights of the highest bar and of the lowest, which must be seen, in units of the drawing."""
_FEW_BARS = 7
"""Up to this number of bars, the timeline is drawn narrower: broad bars look like blocks."""
_OUTLETS_NAMED = 2
"""The number of outlets with a label each. More of them share one label."""
_TITLE_CHARACTERS = 24
_FIRST_YEAR = 1000
"""A picker sends a year while it is typed: 0002, 0020, 0202."""


# --- the chooser ------------------------------------------------------------------------------


def render_chooser(
    shelf: Shelf,
    scope: Scope,
    language: Language,
    *,
    answers: int | None = None,
    query: str = "",
) -> str:
    """Return what is loaded, and the days and outlets to choose from.

    With a `query`, the outlets are those that have it in their names.

    In a conversation it is a popover (`page.css` and `scope.css`), which a button opens. `answers`
    is the number of the choice that this answers: the browser (`assets/scope.js`) counts what it
    sends, and shows no older choice than its last.
    """
    words = texts(language)
    loaded = render_loaded(shelf.loaded, language) if shelf.loaded else ""
    if not _has_choices(shelf):
        return loaded
    close = escaped(words.close)
    number = "" if answers is None else f' data-answers="{answers}"'
    outlets = escaped(json.dumps(scope.outlets))
    return (
        f'{loaded}<section class="rag-scope" id="{PANEL_ID}" popover{number} '
        f'data-outlets="{outlets}" '
        f'lang="{HTML_LANGUAGE[language]}" aria-label="{escaped(words.chooser)}">'
        f'<button type="button" class="rag-button rag-scope-close" popovertarget="{PANEL_ID}" '
        f'popovertargetaction="hide" aria-label="{close}" title="{close}">✕</button>'
        f"{_days(shelf, scope, words, language)}{_outlets(shelf, scope, words, query)}</section>"
    )


def _has_choices(shelf: Shelf) -> bool:
    return shelf.timeline is not None or _has_outlets(shelf)


def _has_outlets(shelf: Shelf) -> bool:
    """Return True unless all articles are of one outlet, or of none."""
    return bool(shelf.outlets) and shelf.outlets[0][1] < len(shelf)


def _days(shelf: Shelf, scope: Scope, words: Texts, language: Language) -> str:
    timeline = shelf.timeline
    if timeline is None:
        return ""
    undated = len(shelf) - int(shelf.dated.sum())
    note = f" {counted(words.undated, undated)}" if undated else ""
    few = " rag-few" if len(timeline.bars) <= _FEW_BARS else ""
    return (
        f'<div class="rag-timeline{few}"><p class="rag-scope-name">'
        f"{escaped(words.timeline[timeline.unit])}</p>"
        f"{_plot(shelf, timeline, scope, words, language)}"
        f'<p class="rag-hint">{escaped(words.drag + note)}</p>'
        f'<div class="rag-days" role="group" aria-label="{escaped(words.days)}">'
        f"{_picker('since', words.since, scope.since)}{_picker('until', words.until, scope.until)}"
        "</div></div>"
    )


def _plot(shelf: Shelf, timeline: Timeline, scope: Scope, words: Texts, language: Language) -> str:
    """Return the bars with the two ends of the chosen span, and the same as a table.

    `assets/scope.js` reads the days of each bar from the table.
    """
    total, left = shelf.counts(scope)
    bars, count = timeline.bars, len(timeline.bars)
    names = [_bar_name(bar, language) for bar in bars]
    drawn = "".join(
        _rectangle(place, int(number) / int(total.max()), css_class)
        for css_class, numbers in (("rag-bar-all", total), ("rag-bar-left", left))
        for place, number in enumerate(numbers)
        if number
    )
    rows = "".join(
        f'<tr data-since="{bar.since or ""}" data-until="{bar.until or ""}">'
        f'<th scope="row">{escaped(name)}</th><td>{int(number):,}</td></tr>'
        for bar, name, number in zip(bars, names, total, strict=True)
    )
    brushed = timeline.covered(scope.since, scope.until) if scope.since or scope.until else None
    begin, end = brushed or (0, count - 1)
    handles = "".join(
        f'<span class="rag-handle" role="slider" tabindex="0" data-end="{which}" '
        f'aria-label="{escaped(label)}" aria-valuemin="0" aria-valuemax="{count - 1}" '
        f'aria-valuenow="{place}" aria-valuetext="{escaped(names[place])}"></span>'
        for which, label, place in (
            ("first", words.first_day, begin),
            ("last", words.last_day, end),
        )
    )
    heading = escaped(words.timeline[timeline.unit])
    chosen = f"{begin}-{end}" if brushed else ""
    return (
        f'<div class="rag-plot" data-brushed="{chosen}">'
        f'<svg viewBox="0 0 {count} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'{drawn}</svg><div class="rag-brush"></div>{handles}</div>'
        f'<div class="rag-axis" aria-hidden="true"><span>{escaped(names[0])}</span>'
        f'<span class="rag-brushed"></span><span>{escaped(names[-1]) if count > 1 else ""}</span>'
        "</div>"
        f'<table class="rag-unseen"><caption>{heading}</caption><tbody>{rows}</tbody></table>'
    )


def _rectangle(place: int, share: float, css_class: str) -> str:
    height = max(_LEAST, round(_HEIGHT * share, 1))
    return (
        f'<rect class="{css_class}" x="{place + 0.08:g}" width="0.84" '
        f'y="{_HEIGHT - height:g}" height="{height:g}"/>'
    )


def _bar_name(bar: Bar, language: Language) -> str:
    if bar.open_start or bar.open_end:
        return span_text(bar.since, bar.until, language)
    return span_text(bar.first, bar.last, language)


def _picker(name: str, label: str, day: date | None) -> str:
    value = f' value="{day}"' if day else ""
    return (
        f'<label>{escaped(label)} <input type="date" name="{name}" min="{_FIRST_YEAR}-01-01" '
        f'max="9999-12-31"{value}></label>'
    )


def _outlets(shelf: Shelf, scope: Scope, words: Texts, query: str) -> str:
    if not _has_outlets(shelf):
        return ""
    outlets = shelf.outlets_named(query)
    boxes = "".join(
        f'<label class="rag-outlet"><input type="checkbox" value="{escaped(name)}"'
        f"{' checked' if name in scope.outlets else ''}> {inline(name)} "
        f'<span class="rag-outlet-count">{count:,}</span></label>'
        for name, count in outlets[:MOST_OUTLETS_SHOWN]
    )
    find = line = ""
    if len(shelf.outlets) > MOST_OUTLETS_SHOWN:
        label = escaped(words.find_outlet)
        find = (
            f'<input type="search" class="rag-find-outlet" aria-label="{label}" '
            f'placeholder="{label}" maxlength="{MOST_QUERY}" value="{escaped(query)}">'
        )
        hidden = len(outlets) - MOST_OUTLETS_SHOWN
        line = counted(words.more_outlets, hidden) if hidden > 0 else ""
        line = line if outlets else words.no_outlet
    more = f'<p class="rag-hint" role="status">{escaped(line)}</p>' if find else ""
    return (
        f'<fieldset class="rag-outlets"><legend class="rag-scope-name">{escaped(words.outlets)}'
        f"</legend>{find}<div>{boxes}</div>{more}</fieldset>"
    )


# --- the labels -------------------------------------------------------------------------------


def render_labels(
    shelf: Shelf, scope: Scope, language: Language, *, choose: bool = False, to_ask: bool = False
) -> str:
    """Return a removable label for all that is chosen, and how many articles are left.

    With `choose`, there is a button that opens the chooser. With `to_ask`, there is one that leads
    to the questions, or a hint as long as nothing is chosen.
    """
    words = texts(language)
    button = ""
    if choose and _has_choices(shelf):
        button = (
            f'<button type="button" class="rag-button rag-choose" popovertarget="{PANEL_ID}">'
            f"{escaped(words.change if scope else words.choose)}</button>"
        )
    if not scope:
        hint = f'<p class="rag-hint">{escaped(words.tick_some)}</p>'
        shown = button + hint * (to_ask and len(shelf) > 0)
    else:
        left = words.left.format(f"{shelf.count(scope):,}", f"{len(shelf):,}")
        ask = f'<button type="button" class="rag-button" data-tab="ask">{words.to_ask}</button>'
        shown = (
            f'<span class="rag-only-name">{escaped(words.only)}</span>'
            f"{_labels(shelf, scope, words, language)}"
            f'<span class="rag-only-left" role="status">{escaped(left)}</span>'
            f"{ask * to_ask}{button}"
            f'<button type="button" class="rag-button" data-drop="all">'
            f"{escaped(words.all_articles)}</button>"
        )
    if not shown:
        return ""
    return f'<div class="rag-only" lang="{HTML_LANGUAGE[language]}">{shown}</div>'


def _labels(shelf: Shelf, scope: Scope, words: Texts, language: Language) -> str:
    labels = []
    if len(scope.outlets) > _OUTLETS_NAMED:
        named = words.several_outlets.format(len(scope.outlets))
        labels.append(_label("outlets", "", named, words, words.comma.join(scope.outlets)))
    else:
        labels += [_label("outlet", name, name, words) for name in scope.outlets]
    if scope.since or scope.until:
        labels.append(_label("days", "", span_text(scope.since, scope.until, language), words))
    if scope.articles:
        titles = shelf.titles(scope.articles)
        name = counted(words.articles, len(scope.articles))
        if len(scope.articles) == 1 and titles:
            name = words.quoted.format(_shortened(titles[0]))
        labels.append(_label("articles", "", name, words, " · ".join(titles[:20])))
    return "".join(labels)


def _label(what: str, value: str, name: str, words: Texts, title: str = "") -> str:
    remove = escaped(words.remove.format(name))
    return (
        f'<button type="button" class="rag-label" data-drop="{what}" data-value="{escaped(value)}" '
        f'aria-label="{remove}" title="{escaped(title or words.remove.format(name))}">'
        f'{inline(name)} <span aria-hidden="true">✕</span></button>'
    )


def _shortened(title: str) -> str:
    return title if len(title) <= _TITLE_CHARACTERS else f"{title[:_TITLE_CHARACTERS]}…"


# --- what a question was asked of ---------------------------------------------------------------


def asked_text(asked: Asked, language: Language, *, of: Work = "question") -> str:
    """Return in one line with which articles a question, a draft or a topic was taken to."""
    words = texts(language)
    parts: list[str] = [*_few(asked.outlets, words)]
    if asked.articles:
        parts.append(counted(words.asked_ticked, asked.articles))
    if asked.since or asked.until:
        parts.append(span_text(asked.since, asked.until, language))
    line = {
        "question": words.asked,
        "draft": words.checked,
        "comparison": words.compared,
        "story": words.laid_out,
    }[of]
    return line.format(words.comma.join(parts), f"{asked.left:,}", f"{asked.total:,}")


def render_asked(asked: Asked | None, language: Language, *, of: Work = "question") -> str:
    """Return `asked_text` as a paragraph; an empty text if all articles were asked."""
    if asked is None:
        return ""
    return f'<p class="rag-understood">{escaped(asked_text(asked, language, of=of))}</p>'


def _few(outlets: Sequence[str], words: Texts) -> tuple[str, ...]:
    most = 5
    if len(outlets) <= most:
        return tuple(outlets)
    return (*outlets[: most - 1], words.several_outlets.format(f"+{len(outlets) - most + 1}"))
