"""The figures that Prometheus reads at `/metrics`."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rag.store.database import Manifest
from rag.types import Answer

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """The figures of one server. None of them holds text of a question or an article."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._questions = Counter(
            "cited_rag_questions",
            "Questions, by the status of their answer (answered, partial, abstained), or failed or"
            " left if there was none.",
            ["status"],
            registry=self.registry,
        )
        self._stages = Histogram(
            "cited_rag_stage_seconds",
            "Seconds of an answer by stage: retrieve, compose, verify, total.",
            ["stage"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._tokens = Counter(
            "cited_rag_tokens",
            "Tokens that the chat model read (prompt) and wrote (completion).",
            ["kind"],
            registry=self.registry,
        )
        self._statements = Counter(
            "cited_rag_statements",
            "Statements of answers: supported, partial, or left out because their check failed.",
            ["verdict"],
            registry=self.registry,
        )
        self._requests = Counter(
            "cited_rag_requests",
            "HTTP requests, by kind and status.",
            ["kind", "status"],
            registry=self.registry,
        )
        self._refused = Counter(
            "cited_rag_refused",
            "Requests that were refused, by the code of the reason.",
            ["code"],
            registry=self.registry,
        )

    def watch(
        self, *, running: Callable[[], int], waiting: Callable[[], int], manifest: ManifestOf
    ) -> None:
        """Add the figures that are looked up when they are asked for."""
        gauges: dict[str, tuple[str, Callable[[], float]]] = {
            "running": ("Questions that are worked on now.", running),
            "waiting": ("Questions that wait in the queue now.", waiting),
            "index_generation": ("The open generation of the index.", _of(manifest, "generation")),
            "index_articles": ("Articles of the index.", _of(manifest, "documents")),
            "index_passages": ("Passages of the index.", _of(manifest, "passages")),
        }
        for name, (said, value) in gauges.items():
            Gauge(f"cited_rag_{name}", said, registry=self.registry).set_function(value)

    def answered(self, answer: Answer) -> None:
        """Count a finished answer."""
        self._questions.labels(answer.status).inc()
        timings = answer.timings
        for stage in ("retrieve", "compose", "verify", "total"):
            self._stages.labels(stage).observe(getattr(timings, stage))
        if answer.model:
            self._tokens.labels("prompt").inc(answer.model.prompt_tokens or 0)
            self._tokens.labels("completion").inc(answer.model.completion_tokens or 0)
        for statement in answer.statements:
            self._statements.labels(statement.verdict).inc()
        self._statements.labels("left out").inc(len(answer.left_out))

    def unanswered(self, status: str) -> None:
        """Count a question without an answer: it "failed", or its client has "left"."""
        self._questions.labels(status).inc()

    def responded(self, kind: str, status: int) -> None:
        """Count an HTTP response. `kind` is one of a few names, never a path of a client."""
        self._requests.labels(kind, str(status)).inc()

    def refused(self, code: str) -> None:
        """Count a refusal by the code of its message."""
        self._refused.labels(code).inc()

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)


ManifestOf = Callable[[], Manifest]


def _of(manifest: ManifestOf, name: str) -> Callable[[], float]:
    return lambda: float(getattr(manifest(), name))
