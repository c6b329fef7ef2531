"""Whether others can reach a server, and the refusal to let them in without a key."""

from api.addresses import host_of_url, is_loopback
from operations.keys import Keys
from rag.errors import InvalidRequestError
from rag.settings import Settings


def refuse_exposure(settings: Settings, bound: str, keys: Keys) -> None:
    """Return when only this machine is served, or somebody said who else may come in.

    `bound` is the address that is listened on. Raises InvalidRequestError.
    """
    public = host_of_url(settings.public_url)
    if is_loopback(bound) and is_loopback(public):
        return
    if settings.allow_anonymous or keys.exist():
        return
    where = public if is_loopback(bound) else settings.host
    raise InvalidRequestError(
        f"Others could reach Footnote at {where} and there is no key yet: make one with footnote "
        "keys add NAME, or let everybody ask over public documents with --allow-anonymous."
    )
