"""Which documents have gone from their sources, and which addresses go with them."""

from collections import Counter
from collections.abc import Collection, Mapping

from ingest.asked import Found, Wishes, above, is_below
from ingest.folder import has_left
from ingest.placing import Placing
from ingest.report import Action, Step
from rag.errors import SourceError
from rag.origins import Address
from rag.wording import address_shown, counted


def gone_from(found: Found, known: Mapping[str, Address], wishes: Wishes) -> dict[str, str]:
    """Documents by the addresses of this run's roots whose source is no longer there.

    Raises SourceError when a root gives so little that it looks like an outage.
    """
    ours = {uri: address for uri, address in known.items() if found.holds(uri, address.root)}
    gone = {
        uri: address.document_id
        for uri, address in ours.items()
        if uri not in found.root_of and found.listing.is_gone(uri)
    }
    refuse_outage(found, known, gone, wishes)
    return gone


def refuse_outage(
    found: Found,
    known: Mapping[str, Address],
    gone: Mapping[str, str],
    wishes: Wishes,
    refused: Collection[str] = (),
) -> None:
    """Raise SourceError when a root gives so little that it looks like an outage.

    A new document that was `refused` gives nothing.
    """
    if not wishes.prune or wishes.force or not gone:
        return
    ours = {uri: address for uri, address in known.items() if found.holds(uri, address.root)}
    given = found.root_of.keys() - (set(refused) - ours.keys())
    # Members of an archive that can't be opened now are not gone for that.
    shut = {uri for uri in gone if not given.isdisjoint(above(uri))}
    roots = {uri: address.root for uri, address in ours.items()} | found.root_of
    # Neither are those that nobody looked for this time.
    there = given | shut | (ours.keys() - gone.keys())
    for root in sorted(found.roots):
        had = sum(is_below(uri, root) or roots[uri] == root for uri in ours)
        gives = sum(is_below(uri, root) or roots[uri] == root for uri in there)
        if gives * 2 < had:
            raise SourceError(
                f"{address_shown(root)} gives {counted(gives, 'document')} where it gave {had:,}: "
                "that looks like an outage, so nothing was changed. If they are meant to go, "
                "run this again with --prune --force."
            )


def settle(placing: Placing, gone: Mapping[str, str], *, prune: bool) -> set[str]:
    """The addresses that go: those that moved, and with `prune` those whose source has gone."""
    moved = placing.moved_from(gone, has_left)
    removed = set(moved)
    held = Counter(placing.known[uri].document_id for uri in placing.known)
    for uri, document_id in sorted(gone.items()):
        if uri in moved:
            continue
        held[document_id] -= 1
        detail = "another address remains" if held[document_id] else "its source has gone"
        action = Action.REMOVE if prune else Action.KEEP
        placing.report.note(Step(action, address_shown(uri), document_id, detail))
        if prune:
            removed.add(uri)
    return removed
