"""Traces of OpenTelemetry, with the semantic conventions for generative AI.

An answer is one span `invoke_agent cited-rag`, with a span each for retrieving, the chat model and
checking. Their times are those that the answer reports. No span holds text of a question, an
article or an answer.
"""

from __future__ import annotations

from typing import Protocol

from rag.errors import ConfigError
from rag.types import Answer, ModelUse

_NONE: dict[str, str | int] = {}
_SECOND = 1_000_000_000
"""Nanoseconds, the unit of a span's times."""


class Traces(Protocol):
    """Where finished answers are reported."""

    def answered(self, answer: Answer, begun: int) -> None:
        """Report an answer whose work began at `begun`, in nanoseconds since 1970."""

    def close(self) -> None:
        """Send what was not sent yet."""


class _NoTraces:
    def answered(self, answer: Answer, begun: int) -> None:
        pass

    def close(self) -> None:
        pass


NO_TRACES: Traces = _NoTraces()


class OpenTelemetryTraces:
    """Sends spans to the endpoint that the standard variables name (`OTEL_EXPORTER_OTLP_…`)."""

    def __init__(self) -> None:
        """Raises `ConfigError` if the extra `traces` is not installed."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import SERVICE_NAME, Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise ConfigError(
                en="An endpoint for traces is set, but OpenTelemetry is not installed: run"
                ' `pip install "cited-rag[traces]"`, or unset OTEL_EXPORTER_OTLP_ENDPOINT.',
                zh="已设置追踪数据的接收地址，但未安装 OpenTelemetry：请运行"
                ' `pip install "cited-rag[traces]"`，或取消设置 OTEL_EXPORTER_OTLP_ENDPOINT。',
            ) from error
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "cited-rag"}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("rag.server")

    def answered(self, answer: Answer, begun: int) -> None:
        """Report an answer as spans. The request's own span, if there is one, is their parent."""
        from opentelemetry.trace import set_span_in_context

        timings = answer.timings
        times = [begun]
        for seconds in (timings.retrieve, timings.compose, timings.verify):
            times.append(times[-1] + round(seconds * _SECOND))
        whole = self._tracer.start_span(
            "invoke_agent cited-rag",
            start_time=begun,
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "cited-rag",
                "cited_rag.status": answer.status,
                "cited_rag.statements": len(answer.statements),
                "cited_rag.left_out": len(answer.left_out),
            },
        )
        parent = set_span_in_context(whole)
        for number, (name, attributes) in enumerate(
            (
                ("retrieval", dict[str, str | int]({"gen_ai.operation.name": "retrieval"})),
                _composing(answer.model),
                ("verification", _NONE),
            )
        ):
            span = self._tracer.start_span(
                name, parent, start_time=times[number], attributes=attributes
            )
            span.end(times[number + 1])
        whole.end(begun + round(timings.total * _SECOND))

    def close(self) -> None:
        """Send what was not sent yet."""
        self._provider.shutdown()


def _composing(model: ModelUse | None) -> tuple[str, dict[str, str | int]]:
    if model is None:
        return "composition", {}
    attributes: dict[str, str | int] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model.name,
        "server.address": model.endpoint,
    }
    if model.prompt_tokens is not None:
        attributes["gen_ai.usage.input_tokens"] = model.prompt_tokens
    if model.completion_tokens is not None:
        attributes["gen_ai.usage.output_tokens"] = model.completion_tokens
    return f"chat {model.name}", attributes
