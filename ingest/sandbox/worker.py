"""A parser's process: takes documents from its channel, one by one, and returns canonical text.

Run as `python -m ingest.sandbox.worker FD MEMORY_MB`.
"""

import socket
import sys

from ingest.formats import name_of, parse
from ingest.sandbox.messages import parsed_to_json, receive, send
from ingest.sandbox.walls import allow_seconds, raise_walls
from rag.errors import SourceError

MAX_REQUEST_BYTES = 2_000_000_000


def main(descriptor: int, memory_mb: int) -> None:
    """Serve until the other side closes the channel."""
    with socket.socket(fileno=descriptor) as channel:
        raise_walls(memory_mb)
        while True:
            try:
                job, content = receive(channel, MAX_REQUEST_BYTES)
            except EOFError:
                return
            allow_seconds(float(job["seconds"]))
            answer = _answer(content, str(job["media_type"]), int(job["max_characters"]), memory_mb)
            del content
            send(channel, answer)
            if answer.get("exhausted"):
                return


def _answer(
    content: bytes, media_type: str, max_characters: int, memory_mb: int
) -> dict[str, object]:
    try:
        parsed = parse(content, media_type)
        if len(parsed.text) > max_characters:
            return {"refused": f"it holds more than {max_characters:,} characters: split it"}
        return parsed_to_json(parsed)
    except SourceError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": f"it needs more than {memory_mb} MB to be read", "exhausted": True}
    except RecursionError:
        return {"refused": "it is nested too deeply"}
    except Exception as error:  # noqa: BLE001
        # Libraries raise what they like about a damaged file.
        told = " ".join(f"{type(error).__name__}: {error}".split())[:150]
        return {"refused": f"it is damaged, or no {name_of(media_type)} ({told})"}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
