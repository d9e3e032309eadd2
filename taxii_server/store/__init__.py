"""One contract and its stores."""

from taxii_server.settings import Storage
from taxii_server.store.contract import Store
from taxii_server.store.sqlite import SqliteStore


def open_store(storage: Storage) -> Store:
    """The store that the settings name."""
    return SqliteStore(storage.path, storage.write_wait)
