"""What is particular to the embedded store: its file, its schema, its connections."""

import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from taxii_server.core.accounts import Token
from taxii_server.core.errors import SchemaMismatch, StoreError, StoreUnavailable
from taxii_server.core.filters import Match
from taxii_server.core.timestamps import system_clock
from taxii_server.store.contract import Status
from taxii_server.store.sqlite import SqliteStore
from taxii_server.store.sqlite.schema import APPLICATION_ID, migrations
from tests.contract.filling import COLLECTIONS, NOW, accepted, contents, drop, id_of, numbered, put

Connections = list[apsw.Connection]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / "folder" / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """A store over a fresh file."""
    made = SqliteStore(path)
    made.initialise()
    made.open(COLLECTIONS)
    yield made
    made.close()


@contextmanager
def connections_seen() -> Iterator[Connections]:
    """Every connection that is opened inside the block."""
    seen: Connections = []
    hook = seen.append
    apsw.connection_hooks.append(hook)
    try:
        yield seen
    finally:
        apsw.connection_hooks.remove(hook)


def pragma(path: Path, name: str) -> object:
    with sqlite3.connect(path) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def change(path: Path, statements: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.executescript(statements)


def log_size(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size


@contextmanager
def no_space_left(largest: int) -> Iterator[None]:
    """No file grows over this size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_folder_of_the_file_is_made(path: Path) -> None:
    SqliteStore(path).initialise()
    assert path.is_file()


@pytest.mark.parametrize("name", ["store.db", "store.db-wal", "store.db-shm"])
def test_only_its_owner_reads_the_file_and_what_belongs_to_it(store: SqliteStore, path: Path, name: str) -> None:
    put(store, numbered(1))
    assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600


def test_the_file_says_whose_it_is(store: SqliteStore, path: Path) -> None:
    assert pragma(path, "application_id") == APPLICATION_ID


def test_the_file_says_which_migrations_it_has_seen(store: SqliteStore, path: Path) -> None:
    assert pragma(path, "user_version") == len(migrations())


def test_the_file_is_in_wal_mode(store: SqliteStore, path: Path) -> None:
    assert pragma(path, "journal_mode") == "wal"


def test_every_connection_waits_for_the_disk(path: Path) -> None:
    """``synchronous=FULL``: a commit that returned is on the disk."""
    with connections_seen() as seen:
        made = SqliteStore(path)
        made.initialise()
        made.open(COLLECTIONS)
        put(made, numbered(1))
        contents(made)
        open_now = [one for one in seen if not _is_closed(one)]
        assert [one.execute("PRAGMA synchronous").get for one in open_now] == [2, 2]
    made.close()


def _is_closed(connection: apsw.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except apsw.ConnectionClosedError:
        return True
    return False


def test_connections_to_read_from_cannot_write(store: SqliteStore) -> None:
    with connections_seen() as seen:
        contents(SqliteStore(store.path))
        with pytest.raises(apsw.ReadOnlyError):
            seen[0].execute("DELETE FROM entries")


def test_a_closed_store_has_no_connection_left(path: Path) -> None:
    with connections_seen() as seen:
        made = SqliteStore(path)
        made.initialise()
        made.open(COLLECTIONS)
        put(made, numbered(1))
        contents(made)
        made.close()
        assert [_is_closed(one) for one in seen] == [True] * len(seen)


def test_a_connection_is_used_again(store: SqliteStore) -> None:
    contents(store)
    with connections_seen() as seen:
        for _ in range(5):
            contents(store)
    assert seen == []


def test_migrations_are_numbered_without_a_gap() -> None:
    folder = Path(__file__).parents[2] / "taxii_server/store/sqlite/migrations"
    names = sorted(one.name for one in folder.glob("*.sql"))
    assert [name[:5] for name in names] == [f"{number:04}_" for number in range(1, len(migrations()) + 1)]


def test_a_migration_that_was_cut_off_has_not_happened(path: Path) -> None:
    """The first table of ours is in the way, so the first migration fails half-way."""
    path.parent.mkdir()
    change(path, f"PRAGMA application_id = {APPLICATION_ID}; CREATE TABLE statuses (x)")
    change(path, "PRAGMA user_version = 0")
    with pytest.raises(StoreError):
        SqliteStore(path).initialise()
    assert (pragma(path, "user_version"), _tables(path)) == (0, {"statuses"})


def _tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_two_that_initialise_at_once_make_one_store(path: Path) -> None:
    path.parent.mkdir()
    failures: list[BaseException] = []

    def initialise() -> None:
        try:
            SqliteStore(path).initialise()
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=initialise) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    SqliteStore(path).open(COLLECTIONS)
    assert failures == []


@pytest.mark.parametrize("act", [lambda store: store.initialise(), lambda store: store.open(COLLECTIONS)])
def test_a_newer_schema_is_refused_with_what_to_do(store: SqliteStore, path: Path, act: object) -> None:
    change(path, "PRAGMA user_version = 999")
    with pytest.raises(SchemaMismatch, match=r"999, made by a newer clearinghouse.*Install the newer version"):
        act(SqliteStore(path))  # type: ignore[operator]


def test_a_store_whose_schema_became_newer_is_not_ready(store: SqliteStore, path: Path) -> None:
    change(path, "PRAGMA user_version = 999")
    with pytest.raises(SchemaMismatch):
        store.check_ready()


def test_an_older_schema_is_refused_until_init_has_run(store: SqliteStore, path: Path) -> None:
    change(path, "PRAGMA user_version = 0")
    with pytest.raises(SchemaMismatch, match="clearinghouse init"):
        SqliteStore(path).open(COLLECTIONS)


@pytest.mark.parametrize("act", [lambda store: store.initialise(), lambda store: store.open(COLLECTIONS)])
def test_another_programs_file_is_refused(path: Path, act: object) -> None:
    path.parent.mkdir()
    change(path, "CREATE TABLE bookmarks (url)")
    with pytest.raises(SchemaMismatch, match="another program"):
        act(SqliteStore(path))  # type: ignore[operator]


def test_another_programs_file_is_left_as_it_was(path: Path) -> None:
    path.parent.mkdir()
    change(path, "CREATE TABLE bookmarks (url)")
    path.chmod(0o644)
    before = (path.read_bytes(), path.stat().st_mode)
    with pytest.raises(SchemaMismatch):
        SqliteStore(path).initialise()
    assert (path.read_bytes(), path.stat().st_mode) == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"minutes of a meeting\n" * 1000)
    with pytest.raises(StoreUnavailable):
        SqliteStore(path).initialise()
    assert path.read_bytes() == b"minutes of a meeting\n" * 1000


def test_an_empty_file_is_refused_until_init_has_run(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(SchemaMismatch, match="clearinghouse init"):
        SqliteStore(path).open(COLLECTIONS)


def test_a_file_that_is_not_there_is_not_made_by_opening(path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="clearinghouse init"):
        SqliteStore(path).open(COLLECTIONS)
    assert not path.exists()


def test_a_folder_in_the_place_of_the_file_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        SqliteStore(tmp_path).initialise()


def test_nothing_is_left_of_an_object_that_was_deleted(store: SqliteStore, path: Path) -> None:
    put(store, [accepted(id_of("tool", 1), NOW, name="a"), accepted(id_of("tool", 1), NOW + 1, name="b")])
    drop(store, Match(object_id=id_of("tool", 1)))
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM bodies").fetchone() == (0,)


def test_statuses_that_expired_are_dropped_from_the_file(store: SqliteStore, path: Path) -> None:
    for number in range(10):
        with store.writing() as writing:
            writing.keep_status(Status(f"s{number}", "r", "o", NOW + number, b""), NOW + number + 5)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM statuses").fetchone()[0] < 7


def test_positions_count_up_over_all_entries(store: SqliteStore, path: Path) -> None:
    put(store, numbered(3))
    put(store, numbered(3, 3))
    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT position FROM entries ORDER BY date_added").fetchall()
    assert [position for (position,) in found] == [1, 2, 3, 4, 5, 6]


def test_when_the_file_cannot_grow_nothing_of_the_push_is_stored(store: SqliteStore, path: Path) -> None:
    put(store, numbered(1))
    before = contents(store)
    with no_space_left(log_size(path)), pytest.raises(StoreError):
        put(store, [accepted(id_of("tool", 1), NOW, name="x" * 1_000_000)])
    assert contents(store) == before


def test_after_there_is_space_again_the_store_goes_on(store: SqliteStore, path: Path) -> None:
    put(store, numbered(1))
    with no_space_left(log_size(path)), pytest.raises(StoreError):
        put(store, [accepted(id_of("tool", 1), NOW, name="x" * 1_000_000)])
    put(store, numbered(2))
    assert len(contents(store)) == 2


def test_reads_go_on_when_the_use_of_a_token_cannot_be_noted(store: SqliteStore, path: Path) -> None:
    """clients.md 1: keep reads working when writes are down."""
    store.save_token(Token("t1", "alpha", b"digest", "", NOW))
    with no_space_left(log_size(path)):
        store.note_token_use("t1", system_clock())
    assert store.tokens()[0].last_used is None
