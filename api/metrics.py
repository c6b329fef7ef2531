"""What Prometheus reads: requests, stages, answers, silence, feedback, cache, queue."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from rag.domain import Answer, AnswerStatus

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# Words of the reasons that `rag.silence` and `rag.abstention` give, and what to call them.
KINDS = (
    ("mentions", "unknown-name"),
    ("comes close to", "nothing-found"),
    ("but gives no", "missing-kind"),
    ("but not of", "missing-words"),
    ("none of its closest passages", "missing-words"),
    ("do not say what was asked", "not-said"),
    ("There is no question", "no-question"),
)


class Metrics:
    """The figures of one application; thread-safe."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = self._counter("requests", "Requests.", "method", "route", "status")
        self._request_seconds = self._histogram("request_seconds", "Until the end.", "route")
        self._stage_seconds = self._histogram("stage_seconds", "Of an answer's stages.", "stage")
        self._answers = self._counter("answers", "Answers given.", "status", "channel")
        self._abstentions = self._counter("abstentions", "Abstentions.", "kind")
        self._feedback = self._counter("feedback", "Verdicts on answers.", "verdict")
        self._cache = self._counter("answer_cache", "Questions that met the cache.", "met")
        self._cached = self._gauge("answer_cache_answers", "Answers kept in memory.")
        self._waiting = self._gauge("queue_waiting", "Questions that wait for their turn.")
        self._records = self._gauge("audit_records", "Number of the audit log's last record.")

    def requested(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request has been answered; `route` is its pattern, not what it held."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def answered(self, answer: Answer, channel: str) -> None:
        """An answer was given."""
        self._answers.labels(answer.status.value, channel).inc()
        for stage, milliseconds in answer.timings_ms.items():
            self._stage_seconds.labels(stage).observe(milliseconds / 1000)
        if answer.status is AnswerStatus.ABSTAINED:
            self._abstentions.labels(kind_of(answer.reason or "")).inc()

    def rated(self, verdict: str) -> None:
        """Somebody said whether an answer helped."""
        self._feedback.labels(verdict).inc()

    def met(self, met: str) -> None:
        """A question was a hit, joined another in the making, or was a miss."""
        self._cache.labels(met).inc()

    def text(self, *, waiting: int, cached: int, records: int) -> bytes:
        """All figures in Prometheus' text format, with these as they are now."""
        self._waiting.set(waiting)
        self._cached.set(cached)
        self._records.set(records)
        return generate_latest(self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"footnote_{name}", words, labels, registry=self.registry)

    def _histogram(self, name: str, words: str, *labels: str) -> Histogram:
        return Histogram(f"footnote_{name}", words, labels, registry=self.registry, buckets=SECONDS)

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(f"footnote_{name}", words, registry=self.registry)


def kind_of(reason: str) -> str:
    """What kind of silence a reason is; `other` for one in words not known here."""
    return next((kind for words, kind in KINDS if words in reason), "other")
