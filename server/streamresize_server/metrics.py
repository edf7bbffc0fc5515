"""What /metrics tells, in the format of Prometheus."""

from __future__ import annotations

import os
from typing import Any, Literal, NamedTuple, TypeVar, cast

from streamresize_server.stages import Stages

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # variable of the environment, of prometheus_client
STAGE_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
CACHE_OUTCOMES = ("hit", "miss", "stale")

Metric = TypeVar("Metric", bound=Any)


class Load(NamedTuple):
    """How things stand in a process; the last four are bytes."""

    running: int
    queued: int
    budget: int
    budget_used: int
    cache_memory: int
    cache_files: int


class Metrics:
    """Of one process, or of all that share a folder, as `processes.py` arranges.

    prometheus_client looks for the folder when it is imported: not before the first of these.
    """

    def __init__(self) -> None:
        from prometheus_client import (
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
            disable_created_metrics,
        )
        from prometheus_client.multiprocess import MultiProcessCollector
        from prometheus_client.process_collector import ProcessCollector

        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._labelled: dict[tuple[Any, tuple[str, ...]], Any] = {}
        self._registry = registry = CollectorRegistry()
        if SHARED_FOLDER in os.environ:
            self._told = CollectorRegistry()
            MultiProcessCollector(self._told)  # type: ignore[no-untyped-call]
        else:
            self._told = registry
            ProcessCollector(registry=registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"streamresize_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, mode: Literal["livesum", "livemax"] = "livesum") -> Gauge:
            return Gauge(f"streamresize_{name}", text, registry=registry, multiprocess_mode=mode)

        def histogram(name: str, text: str, label: str) -> Histogram:
            return Histogram(
                f"streamresize_{name}", text, [label], registry=registry, buckets=STAGE_BUCKETS
            )

        self._requests = counter("requests", "Requests answered", "route", "method", "status")
        self._request_seconds = histogram("request_seconds", "Time of requests", "route")
        self._stage_seconds = histogram("stage_seconds", "Time of requests by stage", "stage")
        self._sent = counter("sent_bytes", "Bytes of answers")
        lookups = counter("cache_lookups", "Looks into the cache", "outcome")
        self._counts = {
            "bytes_read": counter("read_bytes", "Bytes of sources that were read"),
            "memory_bytes": counter("reserved_bytes", "Memory that requests have reserved in all"),
            "pixels": counter("decoded_pixels", "Pixels of the sources that were decoded"),
            "shared": counter("shared", "Requests that were given the result of another one"),
            **{f"cache_{outcome}": lookups.labels(outcome) for outcome in CACHE_OUTCOMES},
        }
        self._cache_memory = gauge("cache_memory_bytes", "Results kept in memory")
        self._cache_files = gauge("cache_file_bytes", "Results kept in files", "livemax")
        self._running = gauge("in_progress", "Requests that are not answered yet")
        self._queued = gauge("queue_length", "Requests that wait")
        self._budget = gauge("budget_bytes", "Memory for all requests")
        self._budget_used = gauge("budget_used_bytes", "Memory that requests have reserved")

    def ended(
        self, *, route: str, method: str, status: int, seconds: float, sent: int, stages: Stages
    ) -> None:
        """A request has been answered."""
        self._of(self._requests, route, method, str(status)).inc()
        self._of(self._request_seconds, route).observe(seconds)
        for stage, span in stages.spans.items():
            self._of(self._stage_seconds, stage).observe(span.seconds)
        self._sent.inc(sent)
        for name, number in stages.counts.items():
            self._counts[name].inc(number)

    def note(self, load: Load) -> None:
        """To be called now and then."""
        self._running.set(load.running)
        self._queued.set(load.queued)
        self._budget.set(load.budget)
        self._budget_used.set(load.budget_used)
        self._cache_memory.set(load.cache_memory)
        self._cache_files.set(load.cache_files)

    def _of(self, metric: Metric, *labels: str) -> Metric:
        """With labels, which prometheus_client takes some time to look up."""
        key = (metric, labels)
        found = self._labelled.get(key)
        if found is None:
            found = self._labelled[key] = metric.labels(*labels)
        return cast(Metric, found)

    def text(self) -> bytes:
        """In the exposition format of Prometheus, version 0.0.4."""
        from prometheus_client import generate_latest

        return generate_latest(self._told)
