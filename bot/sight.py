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

    A channel that everyone can read shows public documents only, whatever an admin once set, since
    a channel can be opened later. A private channel shows its own labels as well, and what only
    the asker reads the asker's too.
    """
    shown_here = PUBLIC if stand.open_to_all else of_channel
    return shown_here | of_asker if stand.only_asker else shown_here
