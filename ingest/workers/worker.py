"""A worker: takes tasks until it is stopped."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ingest.identity import FORMAT
from ingest.sandbox.limits import ParserLimits
from ingest.sandbox.pool import ParserPool
from ingest.workers.broker import Broker
from ingest.workers.tasks import (
    EMBED,
    KEPT_SECONDS,
    MAX_BEGUN,
    PARSE,
    begun_key,
    bytes_key,
    pack_failure,
    pack_parsed,
    pack_refusal,
    pack_vectors,
    result_key,
)
from rag.embedder_choice import open_embedder
from rag.errors import RagError, SourceError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.embedder import Embedder


class Worker:
    """Does the tasks of a broker with the parts that the settings name.

    Nothing is opened before a task needs it, so that each of its processes has its own.
    """

    def __init__(self, broker: Broker, settings: Settings) -> None:
        self._broker = broker
        self._settings = settings
        self._parsers: ParserPool | None = None
        self._limits: ParserLimits | None = None
        self._embedder: Embedder | None = None
        broker.celery.task(name=PARSE, shared=False)(self.parse)
        broker.celery.task(name=EMBED, shared=False)(self.embed)

    @property
    def broker_name(self) -> str:
        """What to call its broker."""
        return self._broker.name

    def check(self) -> None:
        """Raises TransientError when the broker does not answer."""
        self._broker.check()

    def run(self, processes: int) -> None:
        """Work in so many processes until Ctrl-C or SIGTERM; what is begun is finished."""
        # Connections are not shared with the processes that are forked off.
        self._broker.redis.connection_pool.disconnect()
        self._broker.work(
            [
                "--quiet",
                "worker",
                "--loglevel=WARNING",
                f"--concurrency={processes}",
                f"--hostname=footnote-{os.getpid()}@%h",
                "--without-gossip",
                "--without-mingle",
            ]
        )

    def parse(
        self, name: str, version: int, media_type: str, seconds: float, memory_mb: int
    ) -> None:
        """Read the bytes of this name within these limits."""
        self._do(name, version, lambda: self._parsed(name, media_type, seconds, memory_mb))

    def embed(self, name: str, version: int, model: str, texts: list[str]) -> None:
        """Embed texts with the model of this name."""
        self._do(name, version, lambda: self._vectors(model, texts))

    def _do(self, name: str, version: int, work: Callable[[], bytes | None]) -> None:
        redis = self._broker.redis
        if redis.exists(result_key(name)):
            return
        begun: Any = redis.incr(begun_key(name))
        redis.expire(begun_key(name), KEPT_SECONDS)
        if version != FORMAT:
            result: bytes | None = pack_failure("its worker is of another version of Footnote")
        elif begun > MAX_BEGUN:
            result = pack_failure("each worker that took it came to its end")
        else:
            try:
                result = work()
            except SourceError as error:
                result = pack_refusal(str(error))
            except RagError as error:
                result = pack_failure(str(error))
            except Exception as error:  # noqa: BLE001 - libraries raise nearly anything
                result = pack_failure(f"{type(error).__name__}: {error}")
        if result is not None:
            redis.set(result_key(name), result, ex=KEPT_SECONDS)

    def _parsed(self, name: str, media_type: str, seconds: float, memory_mb: int) -> bytes | None:
        content = self._broker.redis.get(bytes_key(name))
        if content is None:
            # Whoever asked has gone, or asks again.
            return None
        limits = ParserLimits(seconds, memory_mb)
        if self._parsers is None or limits != self._limits:
            if self._parsers is not None:
                self._parsers.close()
            self._limits = limits
            self._parsers = ParserPool(limits)
        assert isinstance(content, bytes)
        return pack_parsed(self._parsers.parse(content, media_type))

    def _vectors(self, model: str, texts: list[str]) -> bytes:
        named = self._settings.embedding_model
        if self._embedder is None:
            # One thread each: whoever wants more of a machine's cores starts more processes.
            self._embedder = open_embedder(
                named, self._settings.cache_dir, pinned=self._settings.embedding_model_sha256
            )
        if self._embedder.name != model:
            return pack_failure(f"this worker embeds with {named}: set FOOTNOTE_EMBEDDING_MODEL")
        return pack_vectors(self._embedder.encode_passages(texts))
