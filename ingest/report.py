"""What an ingest did, or would do."""

from dataclasses import dataclass, field
from enum import StrEnum


class Action(StrEnum):
    """What becomes of one document."""

    ADD = "add"
    CHANGE = "change"
    MOVE = "move"
    DUPLICATE = "duplicate"
    REMOVE = "remove"
    KEEP = "keep"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Step:
    """One document of which something becomes; `detail` says why, or from where it moved.

    A document that is kept is one whose source has gone, and which `--prune` would remove.
    """

    action: Action
    name: str
    document_id: str = ""
    detail: str = ""


@dataclass(slots=True)
class IngestReport:
    """Counts of documents, passages live at the end, texts embedded, refusals, seconds.

    `duplicates` are further addresses of documents that are stored already; `gone` documents have
    left their source and are kept. `refused` holds name and reason; `flagged` name and what was
    stripped since nobody would see it; `notes` say what was left out of a source. `steps` hold
    all but the unchanged.
    """

    added: int = 0
    unchanged: int = 0
    changed: int = 0
    moved: int = 0
    duplicates: int = 0
    removed: int = 0
    gone: int = 0
    rebuilt: int = 0
    embedded: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    flagged: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    passages: int = 0
    seconds: float = 0.0
    generation: str = ""
    steps: list[Step] = field(default_factory=list)

    def note(self, step: Step) -> None:
        """Count a step and keep it."""
        self.steps.append(step)
        match step.action:
            case Action.ADD:
                self.added += 1
            case Action.CHANGE:
                self.changed += 1
            case Action.MOVE:
                self.moved += 1
            case Action.DUPLICATE:
                self.duplicates += 1
            case Action.REMOVE:
                self.removed += 1
            case Action.KEEP:
                self.gone += 1
            case Action.REFUSE:
                self.refused.append((step.name, step.detail))
