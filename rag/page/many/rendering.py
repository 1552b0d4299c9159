"""Return the section for a file of questions as safe HTML."""

from __future__ import annotations

from collections import Counter

from rag.messages import Language
from rag.page.many.jobs import Job, Limits
from rag.page.many.texts import Texts, texts
from rag.page.markup import escaped
from rag.page.texts import HTML_LANGUAGE

_MOST_LINES = 20


def render_many(language: Language, limits: Limits) -> str:
    """Return the folded section in which a file is chosen."""
    words = texts(language)
    allowed = words.limits.format(f"{limits.size / 1e6:.0f}", f"{limits.questions:,}")
    return (
        f'<details class="rag-section" id="rag-many" lang="{HTML_LANGUAGE[language]}">'
        f"<summary>{escaped(words.section)}</summary><p>{escaped(words.intro)}</p>"
        '<div class="rag-section-buttons"><span class="rag-drop-inline">'
        f'<input type="file" id="rag-many-file" accept=".csv,.tsv,.xlsx,.txt" '
        f'data-most-bytes="{limits.size}" aria-describedby="rag-many-limits">'
        f'<label class="rag-button" for="rag-many-file">{escaped(words.choose)}</label></span>'
        f'</div><p id="rag-many-limits">{escaped(allowed)} {escaped(words.kept)}</p></details>'
    )


def render_reading(language: Language) -> str:
    """Return that the file is being read."""
    line = escaped(texts(language).reading)
    return _whole(f'<p class="rag-progress" role="status">{line}</p>', "", language)


def render_job(job: Job, language: Language) -> str:
    """Return how far a run is, or what came of it, with the buttons for it."""
    words = texts(language)
    done, total = len(job.rows), len(job.table.rows)
    if job.state == "running":
        line = words.stopping if job.stop.is_set() else words.progress.format(done, total)
        bar = f'<progress max="{total}" value="{done}" aria-hidden="true"></progress>'
        stop = "" if job.stop.is_set() else _button("stop_table", "", words.stop)
        return _whole(
            f'<p class="rag-progress" role="status">{escaped(line)}</p>{bar}', stop, language
        )
    told = f'<p role="status">{escaped(_end(job, words))}</p>'
    if job.fault:
        told = f'<p class="rag-error" role="alert">{escaped(job.fault.text(language))}</p>' + told
    buttons = "" if job.state == "done" else _button("go_on", "", words.go_on)
    if done:
        buttons += _button("save_table", ".xlsx", words.save_xlsx)
        buttons += _button("save_table", ".csv", words.save_csv)
    return _whole(told + _skipped(job, words, language), buttons, language)


def _end(job: Job, words: Texts) -> str:
    done, total = len(job.rows), len(job.table.rows)
    if job.state != "done":
        return words.stopped.format(done, total)
    states = Counter(row.answer.status if row.answer else "skipped" for row in job.rows)
    return words.done.format(
        total, *(states[s] for s in ("answered", "partial", "abstained", "skipped"))
    )


def _skipped(job: Job, words: Texts, language: Language) -> str:
    problems = [(row.number, row.problem) for row in job.rows if row.problem]
    if not problems:
        return ""
    lines = [words.row.format(number, said.text(language)) for number, said in problems]
    shown = "".join(f"<li>{escaped(line)}</li>" for line in lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        shown += f"<li>{escaped(words.more.format(len(lines) - _MOST_LINES))}</li>"
    return f"<p>{escaped(words.skipped)}</p><ul>{shown}</ul>"


def _whole(content: str, buttons: str, language: Language) -> str:
    return (
        f'<div class="rag-outcome" lang="{HTML_LANGUAGE[language]}">{content}'
        f'<div class="rag-section-buttons">{buttons}</div></div>'
    )


def _button(action: str, value: str, label: str) -> str:
    return (
        f'<button type="button" class="rag-button" data-do="{action}" data-value="{value}">'
        f"{escaped(label)}</button>"
    )
