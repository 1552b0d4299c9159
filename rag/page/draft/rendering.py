"""Return the result of a check as safe HTML."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.draft import VERDICTS, DraftReport, DraftSentence, verdict_words
from rag.messages import Language
from rag.page.chat.keeping import asked_markdown
from rag.page.draft.texts import Texts, texts
from rag.page.markup import escaped, language_of
from rag.page.quoting import render_quote
from rag.page.scope.choice import Asked
from rag.page.scope.rendering import render_asked
from rag.page.texts import HTML_LANGUAGE


def render_opening(language: Language) -> str:
    """Return what the tab is for, and the button that opens a file."""
    words = texts(language)
    return (
        f'<div class="rag-draft-head" lang="{HTML_LANGUAGE[language]}"><p class="rag-hint">'
        f"{escaped(words.intro)}</p>"
        '<span class="rag-drop-inline"><input type="file" id="rag-draft-file" '
        f'accept=".txt,.md,text/plain"><label class="rag-button" for="rag-draft-file">'
        f"{escaped(words.open_file)}</label></span></div>"
    )


def render_checked(
    draft: str,
    sentences: Sequence[DraftSentence],
    language: Language,
    *,
    running: bool,
    asked: Asked | None = None,
) -> str:
    """Return the sentences that are checked so far; at the end with their numbers and a report.

    `asked` says with which articles they are compared, if not with all.
    """
    words = texts(language)
    report = DraftReport(draft=draft, sentences=tuple(sentences))
    shown = "".join(_sentence(sentence, language) for sentence in sentences)
    if running:
        line = escaped(words.checking.format(len(sentences)))
        head = f'<p class="rag-progress" role="status">{line}</p>'
    else:
        head = _summary(report, asked, words, language)
    told = render_asked(asked, language, of="draft")
    return (
        f'<section class="rag-checked rag-turn" lang="{HTML_LANGUAGE[language]}" '
        f'aria-busy="{"true" if running else "false"}">{told}{head}{shown}</section>'
    )


def _summary(report: DraftReport, asked: Asked | None, words: Texts, language: Language) -> str:
    counts = [
        f'<li data-verdict="{verdict}">{escaped(verdict_words(verdict, language))} '
        f"<b>{report.count(verdict)}</b></li>"
        for verdict in VERDICTS
        if report.count(verdict)
    ]
    clean = ""
    if not report.count("contradicted") and not report.count("not_found"):
        clean = f"<p>{escaped(words.none_wrong)}</p>"
    kept = report.to_markdown(language)
    if asked is not None:
        kept += f"\n{asked_markdown(asked, language, of='draft')}\n"
    return (
        f'<div class="rag-check-counts" role="status"><ul>{"".join(counts)}</ul>{clean}'
        f'<button type="button" class="rag-button" data-report="{escaped(words.file_name)}.md" '
        f'data-text="{escaped(kept)}">{escaped(words.save)}</button></div>'
    )


def _sentence(sentence: DraftSentence, language: Language) -> str:
    verdict = escaped(verdict_words(sentence.verdict, language))
    sign, _, name = verdict.partition(" ")
    reasons = "".join(f"<li>{escaped(reason.text(language))}</li>" for reason in sentence.reasons)
    supported = sentence.verdict == "supported"
    quotes = "".join(
        render_quote(citation, language, folded=supported) for citation in sentence.citations
    )
    told = "" if supported else f'<p class="rag-check-verdict">{name}</p>'
    return (
        f'<div class="rag-check" data-verdict="{sentence.verdict}">'
        f'<span class="rag-sign" role="img" aria-label="{name}" title="{name}">{sign}</span><div>'
        f"<p {language_of(sentence.text)}>{_marked(sentence)}</p>{told}"
        f"{f'<ul>{reasons}</ul>' if reasons else ''}{quotes}</div></div>"
    )


def _marked(sentence: DraftSentence) -> str:
    """Return the sentence with the parts marked that differ from the source."""
    shown, position = "", sentence.start
    for start, end in sorted(sentence.differing):
        if start < position:
            continue
        shown += escaped(sentence.text[position - sentence.start : start - sentence.start])
        part = escaped(sentence.text[start - sentence.start : end - sentence.start])
        shown += f"<mark>{part}</mark>"
        position = end
    return shown + escaped(sentence.text[position - sentence.start :])
