"""The broker: Celery for passing tasks on, Redis for what they read and give back."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import InvalidRequestError, PermanentError, TransientError
from rag.settings import Settings

if TYPE_CHECKING:
    from celery import Celery

QUEUE = "footnote"
CONNECT_SECONDS = 5
# Redis looks so often for tasks whose worker has gone silent.
LOOK_SECONDS = 10
INSTALL = "install them with pip install 'footnote[cluster]'"


class Broker:
    """The broker that the settings name.

    Raises InvalidRequestError without one or for a URL that is none, PermanentError without the
    libraries.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.broker_url is None:
            raise InvalidRequestError(
                "No broker is named: set FOOTNOTE_BROKER_URL to a Redis server's address, as "
                "redis://127.0.0.1:6379/0."
            )
        self._url = settings.broker_url.get_secret_value()
        parts = urlsplit(self._url)
        if parts.scheme not in ("redis", "rediss") or not parts.hostname:
            raise InvalidRequestError(
                "FOOTNOTE_BROKER_URL is no Redis server's address: give one as "
                "redis://:PASSWORD@redis.example.org:6379/0."
            )
        self.name = f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"
        try:
            import celery as _  # noqa: F401
            from redis import Redis
        except ImportError as error:
            raise PermanentError(f"Workers need Celery and redis: {INSTALL}.") from error
        self.task_seconds = settings.task_seconds
        self.redis = Redis.from_url(
            self._url, socket_connect_timeout=CONNECT_SECONDS, socket_keepalive=True
        )
        self.celery = self._application()

    def check(self) -> None:
        """Raises TransientError when nobody answers there."""
        with self.translating():
            self.redis.ping()

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn the libraries' errors into a sentence."""
        import kombu.exceptions
        import redis

        try:
            yield
        except (redis.RedisError, kombu.exceptions.OperationalError, OSError) as error:
            told = str(error).strip().partition("\n")[0]
            raise TransientError(
                f"The broker can't be reached at {self.name} ({told}): check that Redis runs there "
                "and that FOOTNOTE_BROKER_URL is right. Nothing that was stored is lost."
            ) from error

    def work(self, arguments: Sequence[str]) -> None:
        """Do tasks as Celery's own command would with these arguments, until told to stop."""
        from celery.platforms import SecurityWarning

        # It warns of pickled tasks run by root; ours are JSON, and containers have no one else.
        warnings.filterwarnings("ignore", category=SecurityWarning)
        self.celery.worker_main(list(arguments))

    def close(self) -> None:
        """Give connections back."""
        self.celery.close()
        self.redis.close()

    def _application(self) -> "Celery":
        from celery import Celery

        application = Celery("footnote", broker=self._url, set_as_current=False)
        application.conf.update(_options(self.task_seconds))
        return application


def _options(task_seconds: int) -> dict[str, Any]:
    return {
        # JSON alone: a pickle in the queue would be somebody else's code.
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": QUEUE,
        "task_ignore_result": True,
        # A task is done when its result lies in Redis, not when a worker has taken it.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "broker_connection_retry_on_startup": True,
        "task_publish_retry": False,
        "broker_transport_options": {
            # A worker that was killed has said nothing: after this time another gets its task.
            "visibility_timeout": task_seconds,
            "unacked_restore_interval": min(LOOK_SECONDS, task_seconds),
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_keepalive": True,
        },
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
    }
