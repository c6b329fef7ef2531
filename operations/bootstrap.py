"""The one place that builds what the running service remembers."""

from dataclasses import dataclass

from operations.claims import Claims
from operations.rooms import Rooms
from operations.store import Store, sqlite_url
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Operations:
    """What front ends stand on beside the answer service; one field a concern."""

    store: Store
    rooms: Rooms
    claims: Claims

    def close(self) -> None:
        """Give back connections."""
        self.store.close()


def open_operations(settings: Settings) -> Operations:
    """The operations over the settings' database, which is made when it does not exist.

    Raises InvalidRequestError, IncompatibleStoreError and PermanentError as `Store` does.
    """
    url = settings.operations_url
    store = Store(url.get_secret_value() if url else sqlite_url(settings.data_dir))
    return Operations(store=store, rooms=Rooms(store), claims=Claims(store))
