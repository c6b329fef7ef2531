"""JSON responses, written by orjson."""

from typing import Any

import orjson
from starlette.responses import Response


class JsonResponse(Response):
    """A response of JSON-ready values."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The value as UTF-8."""
        return orjson.dumps(content)
