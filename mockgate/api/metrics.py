"""`GET /metrics`: a session's figures in Prometheus' text format. Source: GoModel's metric names and labels."""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from ..gateway import Gateway
from ..gauges import BUCKETS, Histogram, Subject
from ..journal import Exchange
from ..routes import Family
from ..session import Session
from ..wire import Answer, Json

_BOUNDS = [*map(str, BUCKETS), "+Inf"]
_OF_A_CALL = ["provider", "model", "endpoint", "stream"]
_OF_AN_ANSWER = ["status_code", "status_type"]


class _Figures:
    """What Prometheus' library collects; `library` is its module of metrics."""

    def __init__(self, library: Any, session: Session) -> None:
        self._library = library
        self._session = session
        self._prefix = session.policy.scenario.manners.metrics
        self._paths = {endpoint.name: endpoint.path for endpoint in session.policy.routes.endpoints}

    def collect(self) -> Iterator[Any]:
        """Yield every metric."""
        gauges = self._session.gauges
        requests = self._counter("requests", "Requests, by what they were answered.", [*_OF_A_CALL, *_OF_AN_ANSWER])
        for (subject, status), count in gauges.requests.items():
            requests.add_metric([*self._labels(subject), str(status), "error" if status >= 400 else "success"], count)
        yield requests
        yield self._histogram("request_duration_seconds", "How long requests took.", gauges.durations)
        yield self._histogram("time_to_first_token_seconds", "How soon streams spoke.", gauges.first_tokens)
        yield self._gauge("requests_in_flight", "Requests under way.", self._session.under_way)
        tokens = self._counter("tokens", "Tokens that were billed.", ["provider", "model", "type"])
        for named, count in gauges.tokens.items():
            tokens.add_metric(named, count)
        yield tokens
        cost = self._counter("cost_dollars", "What was billed.", ["provider", "model"])
        for who, amount in gauges.cost.items():
            cost.add_metric(who, float(amount))
        yield cost

    def _counter(self, name: str, says: str, labels: list[str]) -> Any:
        return self._library.CounterMetricFamily(f"{self._prefix}_{name}", says, labels=labels)

    def _gauge(self, name: str, says: str, value: float) -> Any:
        return self._library.GaugeMetricFamily(f"{self._prefix}_{name}", says, value=value)

    def _histogram(self, name: str, says: str, found: Mapping[Subject, Histogram]) -> Any:
        family = self._library.HistogramMetricFamily(f"{self._prefix}_{name}", says, labels=_OF_A_CALL)
        for subject, histogram in found.items():
            buckets = list(zip(_BOUNDS, accumulate(histogram.counts), strict=True))
            family.add_metric(self._labels(subject), buckets, histogram.total)
        return family

    def _labels(self, subject: Subject) -> list[str]:
        path = self._paths.get(subject.endpoint, subject.endpoint)
        return [subject.provider, subject.model, path, str(subject.stream).lower()]


async def show(_: Gateway, session: Session, _exchange: Exchange) -> Answer:
    """Show what the session's calls add up to."""
    from prometheus_client import CollectorRegistry, generate_latest, metrics_core  # noqa: PLC0415 - asked for seldom

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(metrics_core, session))
    return Json(body=generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


family = Family("metrics")
family.add("GET", "/metrics", show, open=True, answers=("text/plain",))
