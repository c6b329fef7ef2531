"""What one parser may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParserLimits:
    """Seconds for one document, megabytes of memory for a process, characters of its result."""

    seconds: float = 30.0
    memory_mb: int = 512
    max_characters: int = 20_000_000
