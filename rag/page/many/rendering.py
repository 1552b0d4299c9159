"""Return the section for a file of questions as safe HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.batch.answering import AnsweredRow
from rag.batch.changes import Change
from rag.exports.layout import lay_out, marker_of
from rag.messages import Language
from rag.page.many.jobs import Job, Limits
from rag.page.many.texts import Texts, texts
from rag.page.markup import escaped, inline
from rag.page.texts import HTML_LANGUAGE
from rag.types import Answer

_MOST_LINES = 20


def render_many(language: Language, limits: Limits, *, owner: bool) -> str:
    """Return the folded section in which a file is chosen."""
    words = texts(language)
    kept = words.kept.format(words.kept_owner if owner else words.kept_reader)
    allowed = words.limits.format(f"{limits.size / 1e6:.0f}", f"{limits.questions:,}")
    return (
        f'<details class="rag-section" id="rag-many" lang="{HTML_LANGUAGE[language]}">'
        f"<summary>{escaped(words.section)}</summary><p>{escaped(words.intro)}</p>"
        '<div class="rag-section-buttons"><span class="rag-drop-inline">'
        f'<input type="file" id="rag-many-file" accept=".csv,.tsv,.xlsx,.txt" '
        f'data-do="answer_table" data-most-bytes="{limits.size}" '
        'aria-describedby="rag-many-limits">'
        f'<label class="rag-button" for="rag-many-file">{escaped(words.choose)}</label></span>'
        f'</div><p id="rag-many-limits">{escaped(allowed)} {escaped(kept)}</p></details>'
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
    again = _button("ask_again", "", words.ask_again)
    buttons = again if job.state == "done" else _button("go_on", "", words.go_on)
    if done:
        buttons += _button("save_table", ".xlsx", words.save_xlsx)
        buttons += _button("save_table", ".csv", words.save_csv)
    told += _changes(job.rows, words, language) + _skipped(job, words, language)
    return _whole(told, buttons, language)


def _end(job: Job, words: Texts) -> str:
    done, total = len(job.rows), len(job.table.rows)
    if job.state != "done":
        return words.stopped.format(done, total)
    states = Counter(row.answer.status if row.answer else "skipped" for row in job.rows)
    return words.done.format(
        total, *(states[s] for s in ("answered", "partial", "abstained", "skipped"))
    )


def _changes(rows: Sequence[AnsweredRow], words: Texts, language: Language) -> str:
    """Return what changed since the questions were asked before, if they were."""
    asked = [(row, row.change) for row in rows if row.change]
    if not asked:
        return ""
    changed = [(row, change) for row, change in asked if change.kind != "same"]
    line = words.compared.format(len(asked), len(changed), len(asked) - len(changed))
    shown = "".join(_change(row, change, words, language) for row, change in changed[:_MOST_LINES])
    if len(changed) > _MOST_LINES:
        more = words.more_changed.format(len(changed) - _MOST_LINES)
        shown += f"<p>{escaped(more)}</p>"
    return f'<p class="rag-changed-count">{escaped(line)}</p>{shown}'


def _change(row: AnsweredRow, change: Change, words: Texts, language: Language) -> str:
    """Return the answers before and now, side by side, and mark the sentences that differ."""
    before = _version(words.before, change.before, change.removed, "del", language)
    now = _version(words.now, row.answer, change.added, "ins", language) if row.answer else ""
    kind = f'<span class="rag-change-kind">{escaped(change.text(language))}</span>'
    return (
        f'<section class="rag-change" data-change="{change.kind}">'
        f"<h2>{inline(row.question)} {kind}</h2><div>{before}{now}</div></section>"
    )


def _version(
    heading: str, answer: Answer, differing: Sequence[str], mark: str, language: Language
) -> str:
    layout = lay_out(answer, language)
    lines = []
    for line in layout.body:
        numbers = " ".join(f"[{citation.marker}]" for citation in line.citations)
        tag = mark if line.text in differing else "span"
        lines.append(f"<p>{inline(line.text, tag=tag)} {numbers}</p>")
    sources = [s for section in layout.sections for s in section.sources if s.marker]
    listed = "".join(f"<li>{inline(marker_of(s) + s.details)}</li>" for s in sources)
    return f"<div><h3>{escaped(heading)}</h3>{''.join(lines)}<ul>{listed}</ul></div>"


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
