"""The embedded store: one SQLite file, any number of workers on one machine."""

from taxii_server.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
