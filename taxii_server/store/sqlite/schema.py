"""The schema and its numbered migrations: ``migrations/0001_*.sql``, ``0002_*.sql`` and so on.

``application_id`` marks the file as ours, ``user_version`` says which migrations it has seen. A migration and its
number are written in one transaction, so a migration that was cut off has not happened.
"""

from importlib.resources import files

import apsw

from taxii_server.core.errors import SchemaMismatch

APPLICATION_ID = 0x54415849  # "TAXI"


def migrations() -> list[str]:
    """The statements of each migration, in the order of their numbers."""
    folder = files("taxii_server.store.sqlite") / "migrations"
    scripts = sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    return [script.read_text(encoding="utf-8") for script in scripts]


def migrate(connection: apsw.Connection) -> None:
    """Bring the schema to the newest version, inside the caller's transaction. Raises SchemaMismatch."""
    version = _version(connection)
    steps = migrations()
    if version > len(steps):
        raise _too_new(version, len(steps))
    for number, statements in enumerate(steps[version:], version + 1):
        connection.execute(statements)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def check(connection: apsw.Connection) -> None:
    """Raise SchemaMismatch unless the schema is the one of this program."""
    version = _version(connection)
    newest = len(migrations())
    if version > newest:
        raise _too_new(version, newest)
    if version < newest:
        raise SchemaMismatch(
            f"The store has schema version {version}, this program needs {newest}: run `clearinghouse init`."
        )


def check_owner(connection: apsw.Connection) -> None:
    """Raise SchemaMismatch for another program's file."""
    _version(connection)


def _version(connection: apsw.Connection) -> int:
    """The version of a store of ours, 0 for an empty file. Raises SchemaMismatch for another program's file."""
    version: int = connection.execute("PRAGMA user_version").get
    is_empty = connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
    if not is_empty and connection.execute("PRAGMA application_id").get != APPLICATION_ID:
        raise SchemaMismatch("The file is a database of another program; name another file in storage.url.")
    return 0 if is_empty else version


def _too_new(version: int, newest: int) -> SchemaMismatch:
    return SchemaMismatch(
        f"The store has schema version {version}, made by a newer clearinghouse; this one knows up to {newest}."
        " Install the newer version, or restore a backup made before the upgrade."
    )
