"""The work that workers do. A task is named by its content, so that doing it twice changes nothing.

Bytes and results lie in Redis under that name, for an hour; what is passed along is short JSON.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import orjson

from ingest.identity import FORMAT
from ingest.parsed import ParsedText
from ingest.sandbox.messages import parsed_from_json, parsed_to_json
from rag.embedder import Vectors

PARSE, EMBED = "footnote.parse", "footnote.embed"
KEPT_SECONDS = 3_600
# How often a task may be begun; one that ends its worker would otherwise go round for ever.
MAX_BEGUN = 3


def parse_name(content: bytes, media_type: str, seconds: float, memory_mb: int) -> str:
    """The name of the task to read these bytes within these limits."""
    about = f"{PARSE}:{FORMAT}:{media_type}:{seconds}:{memory_mb}:"
    return hashlib.sha256(about.encode() + content).hexdigest()


def embed_name(model: str, texts: Sequence[str]) -> str:
    """The name of the task to embed these texts with a model."""
    return hashlib.sha256(orjson.dumps([EMBED, model, list(texts)])).hexdigest()


def bytes_key(name: str) -> str:
    """Where the bytes lie that a task reads."""
    return f"footnote:bytes:{name}"


def result_key(name: str) -> str:
    """Where a task's result lies."""
    return f"footnote:result:{name}"


def begun_key(name: str) -> str:
    """Where it is counted how often a task was begun."""
    return f"footnote:begun:{name}"


def pack_refusal(reason: str) -> bytes:
    """The result that says why a document can't be read."""
    return orjson.dumps({"refused": reason})


def pack_failure(reason: str) -> bytes:
    """The result that says why a worker can't do its work; another one, or we, may."""
    return orjson.dumps({"failed": reason})


def pack_parsed(parsed: ParsedText) -> bytes:
    """The result that holds a document."""
    return orjson.dumps(parsed_to_json(parsed))


def pack_vectors(vectors: Vectors) -> bytes:
    """The result that holds vectors, as 32-bit floats behind a head."""
    return orjson.dumps({"dimension": vectors.shape[1]}) + b"\n" + vectors.tobytes()


def unpack_parsed(result: bytes) -> ParsedText:
    """The document in a result. Raises ValueError, TypeError or KeyError when it is not sound."""
    return parsed_from_json(orjson.loads(result))


def unpack_vectors(result: bytes) -> Vectors:
    """The vectors in a result. Raises ValueError or KeyError when it is not sound."""
    head, _, body = result.partition(b"\n")
    dimension = int(orjson.loads(head)["dimension"])
    return np.frombuffer(body, np.float32).reshape(-1, dimension)


def why_not(result: bytes) -> tuple[str, str] | None:
    """`refused` or `failed` with the reason, when a result says that; else None."""
    if not result.startswith((b'{"refused":', b'{"failed":')):
        return None
    ((kind, reason),) = orjson.loads(result).items()
    return str(kind), str(reason)
