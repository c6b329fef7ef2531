"""How uvicorn serves us: what the application itself can't hold to a limit."""

from typing import Any

HEADER_BYTES = 65_536

# httptools, which uvicorn would choose, reads a header of any length into memory.
SERVER_OPTIONS: dict[str, Any] = {"http": "h11", "h11_max_incomplete_event_size": HEADER_BYTES}
