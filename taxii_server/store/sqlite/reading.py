"""Pages and states, read from a snapshot."""

import apsw

from taxii_server.core.filters import Walk
from taxii_server.store.contract import CollectionState, ObjectsPage, Record, RecordsPage
from taxii_server.store.sqlite.queries import OBJECT_COLUMNS, RECORD_COLUMNS, Statement, page_statement

_STATE = "SELECT number, last_position, last_date, changes, shelves FROM collections WHERE id = ?"
_HOLDS = """
    SELECT 1 FROM entries INDEXED BY entries_by_object
    WHERE collection = ? AND object = (SELECT number FROM objects WHERE id = ?) LIMIT 1
"""


def read_state(connection: apsw.Connection, collection: str) -> CollectionState:
    """The state of a registered collection."""
    return CollectionState(*connection.execute(_STATE, (collection,)).get)


class SqliteReading:
    """A snapshot, see ``contract.Reading``."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def state(self, collection: str) -> CollectionState:
        """See the contract."""
        return read_state(self._connection, collection)

    def objects(self, state: CollectionState, walk: Walk, limit: int, max_bytes: int) -> ObjectsPage:
        """See the contract."""
        rows = self._rows(page_statement(OBJECT_COLUMNS, walk.match, state.shelves), state, walk, limit)
        contents: list[bytes] = []
        dates: list[int] = []
        size = 0
        for date_added, content in rows:
            size += len(content) + 1
            if size > max_bytes and contents:
                return ObjectsPage(contents, dates[0], dates[-1], more=True)
            dates.append(date_added)
            contents.append(content)
        more = len(contents) > limit
        del contents[limit:], dates[limit:]
        return ObjectsPage(contents, dates[0] if dates else None, dates[-1] if dates else None, more)

    def records(self, state: CollectionState, walk: Walk, limit: int) -> RecordsPage:
        """See the contract."""
        rows = self._rows(page_statement(RECORD_COLUMNS, walk.match, state.shelves), state, walk, limit)
        records = [
            Record(object_id, date_added, version, bool(stix_20)) for date_added, object_id, version, stix_20 in rows
        ]
        return RecordsPage(records[:limit], more=len(records) > limit)

    def holds(self, state: CollectionState, object_id: str) -> bool:
        """See the contract."""
        return self._connection.execute(_HOLDS, (state.number, object_id)).get is not None

    def _rows(self, statement: Statement, state: CollectionState, walk: Walk, limit: int) -> apsw.Cursor:
        bindings = {"collection": state.number, "after": walk.after, "limit": limit + 1, **statement.bindings}
        return self._connection.execute(statement.sql, bindings)
