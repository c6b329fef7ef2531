"""Logs for people or machines: a request id on each line, and no secret on any."""

import logging
import re
import sys
import time
from collections.abc import Sequence
from contextvars import ContextVar
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

from rag.secret import SecretStr
from rag.settings import Settings

# Set for each request by `api.request_context`; worker threads get a copy of it.
REQUEST: ContextVar[str] = ContextVar("request", default="-")
HIDDEN = "[hidden]"
SECRETS = re.compile(
    r"\bfn_[\w-]{8,}|(?i:(?<=bearer ))[\w.~+/=-]{8,}|\bxox[a-z]-[\w-]{8,}|\bsk-[\w-]{16,}"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)"
)
READABLE = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
FIELDS = "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"
RENAMED = {"asctime": "time", "levelname": "level", "name": "logger"}
SHORTEST_SECRET = 8


def set_up_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Write the program's logs to the stream, standard error by default, as the settings say."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_name_request)
    formatter: logging.Formatter = (
        JsonFormatter(FIELDS, rename_fields=RENAMED)
        if settings.log_format == "json"
        else logging.Formatter(READABLE)
    )
    formatter.converter = time.gmtime
    formatter.default_time_format = "%Y-%m-%dT%H:%M:%S"
    formatter.default_msec_format = "%s.%03dZ"
    handler.setFormatter(_Hiding(formatter, _secrets_of(settings)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("footnote").setLevel(settings.log_level.upper())


class _Hiding(logging.Formatter):
    """Takes secrets out of whole lines, tracebacks too, however they came in."""

    def __init__(self, formatter: logging.Formatter, secrets: Sequence[str]) -> None:
        super().__init__()
        self._formatter = formatter
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = self._formatter.format(record)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return SECRETS.sub(HIDDEN, line)


def _name_request(record: logging.LogRecord) -> bool:
    record.request_id = REQUEST.get()
    return True


def _secrets_of(settings: Settings) -> list[str]:
    """Every secret of the settings, the longest first, so that none is left in part."""
    values = (getattr(settings, name) for name in type(settings).__slots__)
    found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    return sorted((one for one in found if len(one) >= SHORTEST_SECRET), key=len, reverse=True)
