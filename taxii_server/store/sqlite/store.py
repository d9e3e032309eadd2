"""The SQLite store, see ``contract.Store``."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from taxii_server.core.accounts import Account, Token
from taxii_server.core.errors import StoreBusy, StoreError, StoreUnavailable
from taxii_server.core.permissions import Role
from taxii_server.store.contract import CollectionState, Status
from taxii_server.store.sqlite import schema
from taxii_server.store.sqlite.connections import Connections, Value, create_file
from taxii_server.store.sqlite.reading import SqliteReading, read_state
from taxii_server.store.sqlite.writing import SqliteWriting

_RAISE_GENERATION = "UPDATE meta SET value = value + 1 WHERE key = 'access_generation'"


class SqliteStore:
    """One file. ``write_wait`` is how long a push may wait for its turn, in seconds."""

    def __init__(self, path: Path, write_wait: float = 20.0) -> None:
        self.path = path
        self._connections = Connections(path, write_wait)

    def initialise(self) -> None:
        """See the contract."""
        create_file(self.path, schema.check_owner)
        with self._connections.transaction() as connection:
            schema.migrate(connection)

    def open(self, collections: Sequence[str]) -> None:
        """See the contract."""
        if not self.path.exists():
            raise StoreUnavailable(f"There is no store at {self.path}: make it with `clearinghouse init`.")
        with self._connections.reader() as connection:
            schema.check(connection)
            known = {name for (name,) in connection.execute("SELECT id FROM collections")}
        if not known.issuperset(collections):
            with self._connections.transaction() as connection:
                rows = [(collection,) for collection in collections]
                connection.executemany("INSERT INTO collections (id) VALUES (?) ON CONFLICT DO NOTHING", rows)

    def check_ready(self) -> None:
        """See the contract."""
        with self._connections.reader() as connection:
            schema.check(connection)
        with suppress(StoreBusy):
            self._connections.probe()

    def close(self) -> None:
        """See the contract."""
        self._connections.close()

    @contextmanager
    def reading(self) -> Iterator[SqliteReading]:
        """See the contract."""
        with self._connections.reader() as connection:
            connection.execute("BEGIN")
            try:
                yield SqliteReading(connection)
            finally:
                connection.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[SqliteWriting]:
        """See the contract."""
        with self._connections.transaction() as connection:
            yield SqliteWriting(connection)

    def collection_state(self, collection: str) -> CollectionState:
        """See the contract."""
        with self._connections.reader() as connection:
            return read_state(connection, collection)

    def status(self, status_id: str, now: int) -> Status | None:
        """See the contract."""
        row = self._row("SELECT * FROM statuses WHERE id = ? AND expires > ?", (status_id, now))
        return _status(row) if row else None

    def access_generation(self) -> int:
        """See the contract."""
        with self._connections.reader() as connection:
            generation: int = connection.execute("SELECT value FROM meta WHERE key = 'access_generation'").get
            return generation

    def account(self, name: str) -> Account | None:
        """See the contract."""
        row = self._row("SELECT * FROM accounts WHERE name = ?", (name,))
        return _account(row) if row else None

    def accounts(self) -> list[Account]:
        """See the contract."""
        with self._connections.reader() as connection:
            return [_account(row) for row in connection.execute("SELECT * FROM accounts ORDER BY name")]

    def save_account(self, account: Account) -> None:
        """See the contract."""
        row = (account.name, account.organisation, account.role, account.password_hash, account.created)
        with self._connections.transaction() as connection:
            connection.execute("REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?)", (*row, account.is_disabled))
            connection.execute(_RAISE_GENERATION)

    def token_by_digest(self, digest: bytes) -> Token | None:
        """See the contract."""
        row = self._row("SELECT * FROM tokens WHERE digest = ?", (digest,))
        return _token(row) if row else None

    def tokens(self) -> list[Token]:
        """See the contract."""
        with self._connections.reader() as connection:
            return [_token(row) for row in connection.execute("SELECT * FROM tokens ORDER BY created, id")]

    def save_token(self, token: Token) -> None:
        """See the contract."""
        row = (token.id, token.account, token.digest, token.label, token.created, token.expires, token.last_used)
        with self._connections.transaction() as connection:
            connection.execute("REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, token.is_revoked))
            connection.execute(_RAISE_GENERATION)

    def note_token_use(self, token_id: str, now: int) -> None:
        """See the contract."""
        with suppress(StoreError):  # reads go on where nothing can be written
            self._connections.try_transaction("UPDATE tokens SET last_used = ? WHERE id = ?", (now, token_id))

    def _row(self, statement: str, bindings: tuple[Value, ...]) -> tuple[Value, ...] | None:
        with self._connections.reader() as connection:
            return connection.execute(statement, bindings).fetchone()


def _account(row: tuple[Value, ...]) -> Account:
    name, organisation, role, password_hash, created, is_disabled = row
    return Account(
        str(name), str(organisation), Role(str(role)), str(password_hash), _instant(created), bool(is_disabled)
    )


def _status(row: tuple[Value, ...]) -> Status:
    status_id, api_root, organisation, expires, content = row
    return Status(
        str(status_id),
        str(api_root),
        str(organisation),
        _instant(expires),
        content if isinstance(content, bytes) else b"",
    )


def _token(row: tuple[Value, ...]) -> Token:
    token_id, account, digest, label, created, expires, last_used, is_revoked = row
    return Token(
        id=str(token_id),
        account=str(account),
        digest=digest if isinstance(digest, bytes) else b"",
        label=str(label),
        created=_instant(created),
        expires=None if expires is None else _instant(expires),
        last_used=None if last_used is None else _instant(last_used),
        is_revoked=bool(is_revoked),
    )


def _instant(value: Value) -> int:
    return value if isinstance(value, int) else 0
