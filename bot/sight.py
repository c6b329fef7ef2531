"""Which documents an answer may draw on, by where it will stand. One pure decision."""

from dataclasses import dataclass

PUBLIC: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stand:
    """Where an answer will stand: who can read it.

    `only_asker`: a direct message, or an answer that only the asker sees. `open_to_all`: everyone
    in the server or workspace can read the channel.
    """

    only_asker: bool
    open_to_all: bool


def audience_at(
    stand: Stand, of_channel: frozenset[str], of_asker: frozenset[str]
) -> frozenset[str]:
    """The labels whose documents may be shown there.

    Only the asker reads it: the asker's. A channel that everyone can read: none, whatever an
    admin once set, since a channel can be opened later. A private channel: the channel's own.
    """
    if stand.only_asker:
        return of_asker
    return PUBLIC if stand.open_to_all else of_channel
