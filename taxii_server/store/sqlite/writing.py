"""The write transaction."""

import json
from collections.abc import Collection, Iterable, Sequence

import apsw

from taxii_server.core.shelves import EDGE_SHELVES, Standing
from taxii_server.store.contract import CollectionState, Contribution, NewEntry, Status
from taxii_server.store.sqlite.reading import read_state

_NUMBER = "(SELECT number FROM objects WHERE id = :object_id)"
_STANDING = "SELECT date_added, instant, stix_20, shelf FROM entries"
_EDGES = f"""
    {_STANDING} INDEXED BY entries_by_object
    WHERE collection = :collection AND object = {_NUMBER} AND shelf IN ({",".join(map(str, EDGE_SHELVES))})
    UNION
    {_STANDING} INDEXED BY entries_by_version
    WHERE collection = :collection AND instant = :instant AND object = {_NUMBER}
"""
_VERSIONS = f"{_STANDING} INDEXED BY entries_by_object WHERE collection = :collection AND object = {_NUMBER}"
_HELD = """
    SELECT o.id FROM json_each(?1) j JOIN objects o ON o.id = j.value
    WHERE EXISTS (
        SELECT 1 FROM entries e INDEXED BY entries_by_object WHERE e.collection = ?2 AND e.object = o.number
    )
"""
_ENTRY = "collection = ? AND shelf = ? AND date_added = ?"
_INSERT_OBJECTS = "INSERT INTO objects (id) VALUES (?) ON CONFLICT DO NOTHING"
_INSERT_BODY = "INSERT INTO bodies (number, holders, content) VALUES (?, 1, ?)"
_INSERT_ENTRY = f"""
    INSERT INTO entries (collection, shelf, date_added, position, object, type, stix_20, instant, version, body)
    VALUES (?, ?, ?, ?, {_NUMBER.replace(":object_id", "?")}, ?, ?, ?, ?, ?)
"""
_REMEMBER = f"""
    INSERT INTO contributions (collection, object, organisation, digest, date_added)
    VALUES (?, {_NUMBER.replace(":object_id", "?")}, ?, ?, ?)
    ON CONFLICT DO UPDATE SET digest = excluded.digest, date_added = excluded.date_added
"""
_EXPIRED_AT_ONCE = 100


class SqliteWriting:
    """A transaction that holds the write lock, see ``contract.Writing``."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def state(self, collection: str) -> CollectionState:
        """See the contract."""
        return read_state(self._connection, collection)

    def held(self, state: CollectionState, object_ids: Collection[str]) -> set[str]:
        """See the contract."""
        rows = self._connection.execute(_HELD, (json.dumps(list(object_ids)), state.number))
        return {object_id for (object_id,) in rows}

    def edges(self, state: CollectionState, object_id: str, instant: int) -> list[Standing]:
        """See the contract."""
        bindings = {"collection": state.number, "object_id": object_id, "instant": instant}
        return _standings(self._connection.execute(_EDGES, bindings))

    def versions(self, state: CollectionState, object_id: str) -> list[Standing]:
        """See the contract."""
        return _standings(self._connection.execute(_VERSIONS, {"collection": state.number, "object_id": object_id}))

    def content(self, state: CollectionState, standing: Standing) -> bytes:
        """See the contract."""
        entry = (state.number, standing.shelf, standing.key)
        content: bytes = self._connection.execute(
            f"SELECT content FROM bodies WHERE number = (SELECT body FROM entries WHERE {_ENTRY})", entry
        ).get
        return content

    def contributed(self, state: CollectionState, object_id: str, organisation: str) -> Contribution | None:
        """See the contract."""
        row = self._connection.execute(
            f"SELECT digest, date_added FROM contributions WHERE collection = :collection AND object = {_NUMBER}"
            " AND organisation = :organisation",
            {"collection": state.number, "object_id": object_id, "organisation": organisation},
        ).fetchone()
        return Contribution(object_id, organisation, *row) if row else None

    def append(self, state: CollectionState, entries: Sequence[NewEntry]) -> None:
        """See the contract."""
        if not entries:
            return
        connection = self._connection
        body = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM bodies").get
        position = state.last_position + 1
        connection.executemany(_INSERT_OBJECTS, [(entry.object_id,) for entry in entries])
        connection.executemany(_INSERT_BODY, [(body + index, entry.content) for index, entry in enumerate(entries)])
        connection.executemany(
            _INSERT_ENTRY,
            [
                (
                    *(state.number, one.shelf, one.date_added, position + index, one.object_id),
                    *(one.object_type, one.stix_20, one.instant, one.version, body + index),
                )
                for index, one in enumerate(entries)
            ],
        )
        connection.execute(
            "UPDATE collections SET last_position = last_position + ?, last_date = ? WHERE number = ?",
            (len(entries), entries[-1].date_added, state.number),
        )
        self._use_shelves(state, {entry.shelf for entry in entries})

    def move(self, state: CollectionState, standing: Standing, shelf: int) -> None:
        """See the contract."""
        entry = (state.number, standing.shelf, standing.key)
        self._connection.execute(f"UPDATE entries SET shelf = ? WHERE {_ENTRY}", (shelf, *entry))
        self._use_shelves(state, {shelf})

    def remove(self, state: CollectionState, object_id: str, standings: Iterable[Standing]) -> None:
        """See the contract."""
        for standing in standings:
            entry = (state.number, standing.shelf, standing.key)
            body = self._connection.execute(f"DELETE FROM entries WHERE {_ENTRY} RETURNING body", entry).get
            self._connection.execute("UPDATE bodies SET holders = holders - 1 WHERE number = ?", (body,))
            self._connection.execute("DELETE FROM bodies WHERE number = ? AND holders = 0", (body,))
            self._connection.execute(
                f"DELETE FROM contributions WHERE collection = ? AND object = {_NUMBER.replace(':object_id', '?')}"
                " AND date_added = ?",
                (state.number, object_id, standing.key),
            )

    def contribute(self, state: CollectionState, contributions: Iterable[Contribution]) -> None:
        """See the contract."""
        self._connection.executemany(
            _REMEMBER,
            [(state.number, one.object_id, one.organisation, one.digest, one.date_added) for one in contributions],
        )

    def count_change(self, state: CollectionState) -> None:
        """See the contract."""
        self._connection.execute("UPDATE collections SET changes = changes + 1 WHERE number = ?", (state.number,))

    def keep_status(self, status: Status, now: int) -> None:
        """See the contract."""
        self._connection.execute(
            "DELETE FROM statuses WHERE id IN (SELECT id FROM statuses WHERE expires < ? LIMIT ?)",
            (now, _EXPIRED_AT_ONCE),
        )
        self._connection.execute("INSERT INTO statuses VALUES (?, ?, ?, ?, ?)", status)

    def _use_shelves(self, state: CollectionState, shelves: Iterable[int]) -> None:
        for shelf in shelves:
            if not state.shelves >> shelf & 1:
                self._connection.execute(
                    "UPDATE collections SET shelves = shelves | ? WHERE number = ?", (1 << shelf, state.number)
                )


def _standings(rows: Iterable[tuple[int, int, int, int]]) -> list[Standing]:
    return [Standing(date_added, instant, bool(stix_20), shelf) for date_added, instant, stix_20, shelf in rows]
