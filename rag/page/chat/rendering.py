"""Return the conversation as safe HTML. All functions are pure.

All text from outside goes through `rag.page.markup`. Colour alone never carries a meaning: a
verdict has a sign, a name for screen readers, and words if there is a doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.exports.markdown import markdown_layout
from rag.exports.plain import plain_layout
from rag.exports.rich import rich_layout
from rag.messages import Language, Message
from rag.page.chat.controls import render_suggestions
from rag.page.chat.keeping import laid_out
from rag.page.chat.sources import (
    FindDocument,
    byline,
    marker_id,
    outlet_of,
    popover_id,
    quote_html,
    render_popovers,
    render_reference,
    render_sources,
    source_id,
)
from rag.page.chat.texts import Texts, texts
from rag.page.chat.trouble import CODES, model_trouble, render_trouble
from rag.page.chat.turns import Turn
from rag.page.markup import escaped, inline, language_of
from rag.page.scope.choice import Asked
from rag.page.scope.rendering import render_asked
from rag.page.texts import HTML_LANGUAGE
from rag.retrieval.time_frame import effect_of
from rag.types import Answer, Citation, Statement

_SIGNS = {"supported": "✓", "partial": "≈", "unsupported": "✕"}


def render_turns(turns: Iterable[Turn], find: FindDocument, language: Language) -> str:
    """Return several turns one after another."""
    return "".join(render_turn(turn, find, language) for turn in turns)


def render_turn(turn: Turn, find: FindDocument, language: Language, *, last: bool = False) -> str:
    """Return one question with its answer, or with the part that has arrived while it streams.

    Only the `last` turn of a conversation can be asked again, because this would remove later
    turns. The buttons to save the whole conversation are below the last turn.
    """
    words = texts(language)
    if turn.answer is not None:
        body = render_answer(turn.answer, turn=turn.number, language=language, asked=turn.asked)
        if trouble := model_trouble(turn):
            body = render_trouble(trouble, turn.number, words, language, last=last) + body
        citations = cited(turn.answer)
        hits = turn.answer.hits
    else:
        body = _unfinished(turn, words, language, last=last)
        citations = _distinct(c for s in turn.statements for c in s.citations)
        hits = ()
    asked = render_asked(turn.asked, language)
    sources = render_sources(citations, find, turn=turn.number, language=language, hits=hits)
    actions = _actions(turn, words, language, last=last)
    popovers = render_popovers(citations, turn=turn.number, language=language)
    return (
        f'<article class="rag-turn" id="turn{turn.number}" lang="{HTML_LANGUAGE[language]}" '
        f'aria-busy="{"true" if turn.running else "false"}">'
        f"{_question(turn.question)}"
        f'<div class="rag-columns"><div class="rag-answer">{asked}{body}</div>'
        f"{sources}{actions}</div>"
        f"{popovers}</article>"
    )


def render_answer(
    answer: Answer, *, turn: int, language: Language, asked: Asked | None = None
) -> str:
    """Return a finished answer without its source panel.

    `asked` is what the turn says of the articles that were asked. It is not said twice.
    """
    words = texts(language)
    parts = [_understanding(answer, words, language, asked=asked)]
    said = {"no_model", "no_model_searched_elsewhere", "did_you_mean"}
    if asked:
        said.add("only_chosen")
    if any(notice.code in CODES for notice in answer.notices):
        # That line leads to the settings, too.
        said |= {"fell_back", "other_language", *CODES}
    if answer.status == "abstained":
        parts.append(f'<p class="rag-abstained">{escaped(words.abstained)}</p>')
    parts.append(_statements(answer.statements, turn, language))
    parts.append(_conflicts(answer, turn, words))
    # A button asks this (`render_suggestions`).
    missing = [message for message in answer.missing if message.code != "did_you_mean"]
    if missing:
        heading = words.missing if answer.status == "abstained" else words.incomplete
        parts.append(_messages(missing, heading, "rag-missing", language))
    parts.append(render_suggestions(answer, language))
    parts.append(_nearest(answer, turn, language))
    parts.append(_left_out(answer.left_out, turn, language))
    parts += [
        _notice(notice, answer, turn, words, language)
        for notice in answer.notices
        # The lines above and below the answer already say these, and so does the button.
        if notice.code not in said
    ]
    seconds = escaped(words.seconds.format(answer.timings.total))
    parts.append(
        f'<footer class="rag-provenance">{_model(answer, words, language)} · {seconds}</footer>'
    )
    return "".join(parts)


def _notice(notice: Message, answer: Answer, turn: int, words: Texts, language: Language) -> str:
    """Return a notice as a line. The one of untranslated quotations leads to the set-up of a model.

    The program's own words for it are not used: they name a setting that the page has no need of.
    """
    if notice.code != "other_language":
        return f'<p class="rag-notice">{escaped(notice.text(language))}</p>'
    return (
        f'<p class="rag-notice">{escaped(words.untranslated[answer.language])} '
        '<button type="button" class="rag-button" data-tab="settings" data-act="set_up" '
        f'data-turn="{turn}">{escaped(words.answer_in[answer.language])}</button></p>'
    )


def render_statement(
    statement: Statement, *, turn: int, index: int, language: Language, first: Sequence[int] = ()
) -> str:
    """Return one sentence with its verdict, its markers and, if it is in doubt, the reasons.

    `first` are the markers that appear here first in the answer. A source links back to these.
    """
    words = texts(language)
    verdict = escaped(words.verdict(statement.verdict, statement.kind))
    # A sentence that claims nothing was not checked, so it gets no sign.
    sign = ""
    said = ""
    quotation = is_quotation(statement)
    if quotation:
        # The tick belongs to sentences that a model wrote and the program checked.
        verdict = escaped(words.quotation)
        said = f'<span class="rag-said">{byline(statement.citations[0], words)}</span>'
    if statement.kind == "claim":
        sign = "“" if quotation else _SIGNS[statement.verdict]
        sign = f'<span role="img" aria-label="{verdict}">{sign}</span>'
    markers = "".join(_marker(c, turn, words, c.marker in first) for c in statement.citations)
    doubt = ""
    if statement.kind == "claim" and statement.verdict != "supported":
        doubt = _doubt(statement, f"turn{turn}-reasons{index}", verdict, words, language)
    return (
        f'<div class="rag-statement" data-kind="{"quotation" if quotation else statement.kind}" '
        f'data-verdict="{statement.verdict}"><span class="rag-sign" title="{verdict}">{sign}</span>'
        f'<div>{inline(statement.text)}<span class="rag-markers">{markers}</span>{said}{doubt}'
        "</div></div>"
    )


def is_quotation(statement: Statement) -> bool:
    """Return True if a statement is nothing but its source's own sentence."""
    quotes = {citation.quote for citation in statement.citations}
    return statement.kind == "claim" and quotes == {statement.text}


def render_draft(draft: str, language: Language) -> str:
    """Return text that is not checked yet, labelled as a draft."""
    label = escaped(texts(language).draft)
    text = inline(draft, tag="p")
    return f'<div class="rag-draft"><span class="rag-draft-label">{label}</span>{text}</div>'


def cited(answer: Answer) -> tuple[Citation, ...]:
    """Return all citations that a reader can follow: of statements and of conflicting values."""
    of_statements = (c for s in answer.statements for c in s.citations)
    of_conflicts = (v.citation for conflict in answer.conflicts for v in conflict.values)
    return _distinct((*of_statements, *of_conflicts))


def _question(question: str) -> str:
    """Return the question. A long one can be scrolled, because it may not fit on a phone."""
    high = len(question) > 100 or question.count("\n") > 3
    return inline(question, tag="h2", css_class="rag-question", focus=high)


def _actions(turn: Turn, words: Texts, language: Language, *, last: bool) -> str:
    """Return the buttons of a turn that has ended."""
    if turn.running:
        return ""
    data = f'type="button" class="rag-button" data-turn="{turn.number}"'
    buttons = ""
    if turn.answer is not None:
        told = f'data-copied="{escaped(words.copied)}" data-failed="{escaped(words.copy_failed)}"'
        layout = laid_out(turn, language)
        plain, rich = plain_layout(layout), rich_layout(layout)
        for kinds, label in (
            (f'data-copy="{escaped(plain)}" data-rich="{escaped(rich)}"', words.copy_answer),
            (f'data-copy="{escaped(markdown_layout(layout))}"', words.copy_markdown),
        ):
            buttons += f"<button {data} {kinds} {told}>{escaped(label)}</button>"
        # Shown to the owner alone (`assets/section.css`).
        buttons += f'<button {data} data-act="share_answer">{escaped(words.share)}</button>'
    buttons += f'<button {data} data-act="edit">{escaped(words.edit)}</button>'
    if last:
        buttons += f'<button {data} data-act="ask">{escaped(words.retry)}</button>'
        buttons += (
            f'<span class="rag-save-all">{escaped(words.save_all)} {_saving(data, words)}</span>'
        )
    return f'<div class="rag-actions">{buttons}<span class="rag-hint" role="status"></span></div>'


def _saving(data: str, words: Texts) -> str:
    """Return a button for each format in which the conversation can be saved."""
    forms = (
        ("docx", "Word", words.save_word),
        ("pdf", "PDF", words.save_pdf),
        ("md", "Markdown", words.save_markdown),
        ("json", "JSON", words.save_json),
    )
    return "".join(
        f'<button {data} data-act="export" data-form="{form}" aria-label="{escaped(label)}">'
        f"{name}</button>"
        for form, name, label in forms
    )


def _distinct(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    by_marker: dict[int, Citation] = {}
    for citation in citations:
        by_marker.setdefault(citation.marker, citation)
    return tuple(by_marker[marker] for marker in sorted(by_marker))


def _unfinished(turn: Turn, words: Texts, language: Language, *, last: bool) -> str:
    """Return a turn without an answer: streaming, stopped, or ended by an error."""
    if trouble := model_trouble(turn):
        return render_trouble(trouble, turn.number, words, language, last=last)
    if turn.error is not None:
        return f'<p class="rag-error" role="alert">{escaped(turn.error.text(language))}</p>'
    shown = _statements(turn.statements, turn.number, language)
    if turn.stopped:
        return f'{shown}<p class="rag-notice">{escaped(words.stopped)}</p>'
    draft = render_draft(turn.draft, language) if turn.draft else ""
    stage = escaped(words.progress(turn.progress))
    return f'{shown}{draft}<p class="rag-progress" role="status">{stage}</p>'


def _statements(statements: Sequence[Statement], turn: int, language: Language) -> str:
    if not statements:
        return ""
    shown = []
    seen: set[int] = set()
    for index, statement in enumerate(statements):
        first = [c.marker for c in statement.citations if c.marker not in seen]
        seen.update(first)
        shown.append(
            render_statement(statement, turn=turn, index=index, language=language, first=first)
        )
    return f'<div class="rag-statements">{"".join(shown)}</div>'


def _marker(citation: Citation, turn: int, words: Texts, first: bool) -> str:
    target = source_id(turn, citation.marker)
    popover = popover_id(turn, citation.marker)
    html_id = f' id="{marker_id(turn, citation.marker)}"' if first else ""
    label = escaped(words.marker.format(citation.marker, citation.title))
    return (
        f'<a class="rag-marker"{html_id} href="#{target}" data-goto="{target}" '
        f'data-popover="{popover}" aria-label="{label}" aria-describedby="{popover}-text">'
        f"[{citation.marker}]</a>"
    )


def _doubt(
    statement: Statement, html_id: str, verdict: str, words: Texts, language: Language
) -> str:
    """Return why a statement is not fully supported: the verdict in words, and the reasons folded.

    If a reader has to judge the wording, the reasons and quotes are open.
    """
    if not statement.reasons:
        return f'<p class="rag-doubt">{verdict}</p>'
    reasons = _list(reason.text(language) for reason in statement.reasons)
    why = escaped(words.why)
    to_read = statement.verdict == "partial"
    quotes = "".join(
        f"<blockquote {language_of(c.quote)}>{quote_html(c)}</blockquote>"
        for c in statement.citations
        if to_read
    )
    return (
        f'<details class="rag-doubt" id="{html_id}"{" open" * to_read}>'
        f"<summary>{verdict} · {why}</summary>{reasons}{quotes}</details>"
    )


def _understanding(answer: Answer, words: Texts, language: Language, *, asked: Asked | None) -> str:
    """Return how the question was understood, if that differs from its own words."""
    lines = []
    if answer.rewritten_question is not None:
        lines.append(_labelled(words.understood_as, inline(answer.rewritten_question), words))
    frame = answer.time_frame
    if frame is not None and (asked is None or frame.effect != "only"):
        effect = effect_of(frame).text(language)
        lines.append(_labelled(words.time_frame, inline(effect), words))
    return "".join(f'<p class="rag-understood">{line}</p>' for line in lines)


def _labelled(label: str, content: str, words: Texts) -> str:
    return f"{escaped(label)}{words.colon}{content}"


def _conflicts(answer: Answer, turn: int, words: Texts) -> str:
    """Return a table for each conflict of the sources, with a row for each value."""
    seen = {c.marker for s in answer.statements for c in s.citations}
    columns = (words.value, words.source, words.date)
    head = "".join(f'<th scope="col">{escaped(column)}</th>' for column in columns)
    shown = []
    for conflict in answer.conflicts:
        lines = ""
        for value in conflict.values:
            citation = value.citation
            marker = _marker(citation, turn, words, first=citation.marker not in seen)
            seen.add(citation.marker)
            state = f'<span class="rag-superseded">{escaped(words.superseded)}</span>'
            date = str(citation.published) if citation.published else words.undated
            lines += (
                f'<tr><th scope="row">{inline(value.value)}{state * value.superseded}</th>'
                f"<td>{inline(outlet_of(citation) or citation.title)} {marker}</td>"
                f"<td>{escaped(date)}</td></tr>"
            )
        about = (inline(part) for part in (conflict.subject, conflict.measure) if part)
        subject = words.comma.join(about)
        shown.append(
            f'<div class="rag-conflict"><table><caption>'
            f"{_labelled(words.conflicts, subject, words)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"
        )
    return "".join(shown)


def _nearest(answer: Answer, turn: int, language: Language) -> str:
    if not answer.nearest:
        return ""
    words = texts(language)
    items = "".join(
        render_reference(reference, answer, turn=turn, language=language)
        for reference in answer.nearest
    )
    return (
        f'<section class="rag-nearest"><h3>{escaped(words.nearest)}</h3><ul>{items}</ul></section>'
    )


def _left_out(statements: Sequence[Statement], turn: int, language: Language) -> str:
    if not statements:
        return ""
    words = texts(language)
    count = len(statements)
    summary = words.left_out_one if count == 1 else words.left_out.format(count)
    items = "".join(
        f"<li>{inline(statement.text)}"
        f"{_list(reason.text(language) for reason in statement.reasons)}</li>"
        for statement in statements
    )
    return (
        f'<details class="rag-left-out" id="turn{turn}-left-out">'
        f"<summary>{escaped(summary)}</summary><ul>{items}</ul></details>"
    )


def _messages(messages: Sequence[Message], heading: str, css_class: str, language: Language) -> str:
    items = _list(message.text(language) for message in messages)
    return f'<section class="{css_class}"><h3>{escaped(heading)}</h3>{items}</section>'


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escaped(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def _model(answer: Answer, words: Texts, language: Language) -> str:
    """Return which model saw the text, and its token counts."""
    model = answer.model
    if model is None:
        for notice in answer.notices:
            if notice.code == "no_model_searched_elsewhere":
                return escaped(notice.text(language))
        return escaped(words.model_none)
    saw = words.model_saw if model.saw_articles else words.model_saw_question
    line = saw.format(model.name, model.endpoint)
    if model.prompt_tokens is not None and model.completion_tokens is not None:
        line += words.comma + words.model_tokens.format(
            model.prompt_tokens, model.completion_tokens
        )
    return escaped(line)
