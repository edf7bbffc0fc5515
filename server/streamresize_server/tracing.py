"""Spans for OpenTelemetry, where streamresize[otel] is installed; nothing otherwise.

They are made when a request has ended, from the stages that were measured anyway. Where they go is
said by OpenTelemetry's own variables, such as OTEL_EXPORTER_OTLP_ENDPOINT.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

from streamresize_server.stages import Stages

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
NAME = "streamresize_server"
FLUSH_MILLISECONDS = 3000


class Tracing(Protocol):
    def record(
        self,
        name: str,
        began: int,
        ended: int,
        stages: Stages,
        headers: Mapping[str, str],
        attributes: Mapping[str, str | int],
    ) -> None:
        """A request, from and to so many nanoseconds since 1970; headers: with its parent."""

    def close(self) -> None:
        """Send what is left: processes that were forked end without further ado."""


class NoTracing:
    def record(self, *_: object) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is left."""


class OpenTelemetry:
    def __init__(self) -> None:
        from opentelemetry import propagate, trace

        self._extract = propagate.extract
        self._in_context = trace.set_span_in_context
        self._kind = trace.SpanKind.SERVER
        self._provider = trace.get_tracer_provider()
        self._tracer = trace.get_tracer(NAME)

    def record(
        self,
        name: str,
        began: int,
        ended: int,
        stages: Stages,
        headers: Mapping[str, str],
        attributes: Mapping[str, str | int],
    ) -> None:
        parent = self._extract(headers)
        request = self._tracer.start_span(
            name, parent, self._kind, dict(attributes), start_time=began
        )
        within = self._in_context(request)
        for stage, span in stages.spans.items():
            facts = {"seconds": span.seconds}
            part = self._tracer.start_span(stage, within, attributes=facts, start_time=span.began)
            part.end(span.ended)
        request.end(ended)

    def close(self) -> None:
        flush = getattr(self._provider, "force_flush", None)  # of the SDK's
        if flush:
            flush(FLUSH_MILLISECONDS)


def tracing() -> Tracing:
    """For this process, where a variable names an endpoint for spans, or somebody wants them."""
    try:
        from opentelemetry import trace

        if any(name in os.environ for name in ENDPOINTS):
            _export()
    except ModuleNotFoundError:
        return NoTracing()
    is_wanted = not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    return OpenTelemetry() if is_wanted else NoTracing()


def _export() -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named: dict[str, Any] = {SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", "streamresize")}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
