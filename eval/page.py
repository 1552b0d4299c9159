"""Write a run as one HTML page, and as a short Markdown table for a README."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from eval.cost import cost
from eval.intervals import Estimate, Observation, estimate
from eval.judging import Judged, estimates
from eval.metrics import METRICS, falls_short
from eval.records import Record, Run
from eval.refusal import RefusalPoint, refusal_curve
from eval.templates import template
from eval.wording import normalise
from rag.messages import Language
from rag.types import Citation, Hit

_BINS = 30
_WIDTH, _HEIGHT = 600, 120


def to_html(run: Run) -> str:
    """Return the whole run as one HTML page that loads nothing else.

    It shows metrics, times, and every question.
    """
    records = [_record(record) for record in run.records]
    clusters = {record.question_id: record.cluster for record in run.records}
    return template("report.html.j2").render(
        name=run.name,
        manifest=run.manifest,
        slices=[_slice(*part) for part in _parts(run.records)],
        judges=[_judge(name, judged, clusters) for name, judged in run.judged.items()],
        curves=[_curve(title, refusal_curve(part), part) for title, part in _parts(run.records)],
        cost=str(cost((record.seconds, record.answer) for record in run.records) or ""),
        latency=_latency([record.seconds for record in run.records]),
        filters={
            key: sorted({record[key] for record in records})
            for key in ("result", "type", "language", "status")
        },
        records=records,
    )


def to_markdown(run: Run) -> str:
    """Return a table of the metrics over all questions, with judges' measures and the cost."""
    lines = [
        f"| metric ({run.manifest['composer']} composer, {run.manifest['begun'][:10]}) | n | mean |"
        " 95 % interval |",
        "|---|---|---|---|",
    ]
    clusters = {record.question_id: record.cluster for record in run.records}
    rows = list(_estimates(run.records))
    for judge, judged in run.judged.items():
        rows += [(f"{metric}, judged by {judge}", e) for metric, e in estimates(judged, clusters)]
    for metric, value in rows:
        interval = f"{value.low:.3f}–{value.high:.3f}"
        lines.append(f"| {metric} | {value.n} | {value.mean:.3f} | {interval} |")
    spent = cost((record.seconds, record.answer) for record in run.records)
    if spent:
        lines += ["", str(spent)]
    return "\n".join(lines) + "\n"


def _parts(records: Sequence[Record]) -> Iterator[tuple[str, Sequence[Record]]]:
    yield "All questions", records
    for language, title in (("zh", "Chinese questions"), ("en", "English questions")):
        yield title, [record for record in records if record.language == language]


def _estimates(records: Sequence[Record]) -> Iterator[tuple[str, Estimate]]:
    """Yield the estimate of each metric that some question has."""
    for metric in METRICS:
        found = [
            Observation(group=record.cluster, value=record.scores[metric.name])
            for record in records
            if metric.name in record.scores
        ]
        if found:
            yield metric.name, estimate(found)


def _slice(title: str, records: Sequence[Record]) -> dict[str, Any]:
    higher = {metric.name: metric.higher_is_better for metric in METRICS}
    rows = [_row(metric, value, higher[metric]) for metric, value in _estimates(records)]
    return {"title": title, "rows": rows}


def _judge(name: str, judged: Sequence[Judged], clusters: Mapping[str, str]) -> dict[str, Any]:
    rows = [_row(metric, value) for metric, value in estimates(judged, clusters) if value.n]
    unclear = sum(j.unclear for j in judged)
    return {"name": name, "rows": rows, "unclear": unclear}


def _row(metric: str, value: Estimate, higher_is_better: bool = True) -> dict[str, Any]:
    return {
        "metric": metric,
        "n": value.n,
        "mean": value.mean,
        "low": value.low,
        "high": value.high,
        "text": f"{value.mean:.3f} ({value.low:.3f}–{value.high:.3f})",
        "higher_is_better": higher_is_better,
    }


def _curve(title: str, points: Sequence[RefusalPoint], records: Sequence[Record]) -> dict[str, Any]:
    """Return the curve as a line in a square of 100 by 100, and the run's own point on it."""
    refused, right = (
        [record.scores[metric] for record in records if metric in record.scores]
        for metric in ("false abstentions", "abstention recall")
    )
    line = " ".join(
        f"{100 * p.false_refusals:.1f},{100 * (1 - p.false_answers):.1f}" for p in points
    )
    here = (float(np.mean(refused)), 1 - float(np.mean(right))) if points else (0.0, 0.0)
    return {
        "title": title,
        "line": line,
        "x": round(100 * here[0], 1),
        "y": round(100 * (1 - here[1]), 1),
        "text": f"{here[1]:.3f} false answers, {here[0]:.3f} false refusals",
    }


def _latency(seconds: Sequence[float]) -> dict[str, Any]:
    if not seconds:
        return {"bars": [], "least": 0, "most": 0, "p50": 0, "p95": 0}
    counts, edges = np.histogram(seconds, _BINS)
    width = _WIDTH / _BINS
    bars = [
        {
            "x": round(i * width, 1),
            "y": round(_HEIGHT * (1 - count / counts.max()), 1),
            "width": round(width - 2, 1),
            "height": round(_HEIGHT * count / counts.max(), 1),
            "title": f"{edges[i]:.2f} to {edges[i + 1]:.2f} s: {count}",
        }
        for i, count in enumerate(counts.tolist())
    ]
    p50, p95 = np.percentile(seconds, [50, 95])
    figures = {"least": min(seconds), "most": max(seconds), "p50": p50, "p95": p95}
    return {"bars": bars, **{name: f"{value:.2f}" for name, value in figures.items()}}


def _record(record: Record) -> dict[str, Any]:
    answer = record.answer
    statements = answer.statements if answer else ()
    hits = answer.hits if answer else ()
    quotes = list(dict.fromkeys(quote for fact in record.facts for quote in fact.quotes))
    language: Language = "zh" if record.language == "zh" else "en"
    return {
        "id": record.question_id,
        "type": record.type,
        "language": record.language,
        "question": record.question,
        "status": answer.status if answer else "failed",
        "result": "wanting" if falls_short(record.scores) else "right",
        "seconds": f"{record.seconds:.2f}",
        "error": record.error,
        "facts": record.facts,
        "quotes": quotes,
        "scores": record.scores,
        "statements": [
            {
                "text": statement.text,
                "verdict": statement.verdict,
                "citations": [
                    {
                        "title": citation.title,
                        "published": str(citation.published or ""),
                        "parts": _marked(citation, quotes),
                        "before": before,
                        "after": after,
                    }
                    for citation in statement.citations
                    for before, after in [_around(citation, hits)]
                ],
            }
            for statement in statements
        ],
        "missing": [message.text(language) for message in answer.missing] if answer else [],
        "left_out": [statement.text for statement in answer.left_out] if answer else [],
    }


def _around(citation: Citation, hits: Sequence[Hit]) -> tuple[str, str]:
    """Return the text before and after a quotation in the passage where it was found."""
    for passage in (hit.passage for hit in hits):
        start, end = citation.start - passage.start, citation.end - passage.start
        if passage.doc_id == citation.doc_id and 0 <= start < end <= len(passage.text):
            return passage.text[:start], passage.text[end:]
    return "", ""


def _marked(citation: Citation, quotes: Sequence[str]) -> list[dict[str, Any]]:
    """Return the quotation, with the expected part of it marked."""
    for quote in sorted(quotes, key=len, reverse=True):
        at = citation.quote.find(quote)
        if at >= 0:
            end = at + len(quote)
            parts = [(citation.quote[:at], False), (quote, True), (citation.quote[end:], False)]
            return [{"text": text, "marked": marked} for text, marked in parts if text]
    whole = any(normalise(citation.quote) in normalise(quote) for quote in quotes)
    return [{"text": citation.quote, "marked": whole}]
