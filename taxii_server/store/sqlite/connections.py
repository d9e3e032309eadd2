"""Connections to the file: a pool for reading, one at a time for writing.

WAL with ``synchronous=FULL``: a commit that returned is on the disk, and readers never wait for a writer.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from taxii_server.core.errors import StoreBusy, StoreError, StoreFull, StoreUnavailable

Value = int | float | str | bytes | None
"""What SQLite keeps in a column."""

_READ_CACHE_KIB = 1024
_WRITE_CACHE_KIB = 16384
_CHECKPOINT_PAGES = 16384  # 64 MiB of log: random index pages are written back once for many pushes
_POLL_SECONDS = 0.0005
_CREATE_MILLISECONDS = 5_000


def translate(error: apsw.Error) -> StoreError:
    """What an error of SQLite is called in this program."""
    if isinstance(error, apsw.FullError):
        return StoreFull("There is no space left to store this; what was acknowledged before is safe.")
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return StoreBusy("Others were writing all the time; try again.")
    return StoreUnavailable("The store cannot be used at the moment.")


@contextmanager
def translated() -> Iterator[None]:
    """Raise what SQLite raises as this program's errors."""
    try:
        yield
    except apsw.Error as error:
        raise translate(error) from error


class FairLock:
    """A lock that serves its waiters in the order they came, each for at most a bound in seconds."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_held = False

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Wait for the turn and hold the lock. Raises StoreBusy past the bound."""
        self._acquire(seconds)
        try:
            yield
        finally:
            self._release()

    def _acquire(self, seconds: float) -> None:
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(seconds):
            return
        with self._guard:
            if turn.is_set():  # the turn came while we gave up
                return
            self._waiting.remove(turn)
        raise StoreBusy("Others were writing all the time; try again.")

    def _release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_held = False


class Connections:
    """The open connections of one process. ``write_wait`` bounds the wait for the write lock, in seconds."""

    def __init__(self, path: Path, write_wait: float) -> None:
        self._path = path
        self._write_wait = write_wait
        self._readers: deque[apsw.Connection] = deque()
        self._writer: apsw.Connection | None = None
        self._turn = FairLock()

    @contextmanager
    def reader(self) -> Iterator[apsw.Connection]:
        """A connection that nobody else uses meanwhile."""
        try:
            connection = self._readers.pop() if self._readers else self._open_reader()
        except IndexError:  # somebody else took the last one
            connection = self._open_reader()
        except apsw.Error as error:
            raise translate(error) from error
        try:
            yield connection
        except apsw.Error as error:
            raise translate(error) from error
        finally:
            self._readers.append(connection)

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """The write transaction: commits when the block ends, rolls back when it raises."""
        with self._transaction(self._write_wait) as connection:
            yield connection

    @contextmanager
    def _transaction(self, wait: float) -> Iterator[apsw.Connection]:
        deadline = time.monotonic() + wait
        with translated(), self._turn.held(wait):
            connection = self._open_writer()
            _begin(connection, deadline)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def try_transaction(self, statement: str, bindings: tuple[Value, ...]) -> None:
        """One statement in a transaction of its own, if nobody writes just now. Raises StoreBusy."""
        with self._transaction(0) as connection:
            connection.execute(statement, bindings)

    def probe(self) -> None:
        """Take the write lock and give it back. Raises StoreError, StoreBusy where somebody writes."""
        with self._transaction(0):
            pass

    def close(self) -> None:
        """Close everything that is not in use."""
        while self._readers:
            self._readers.pop().close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _open_reader(self) -> apsw.Connection:
        connection = self._open(_READ_CACHE_KIB)
        connection.execute("PRAGMA query_only = 1")
        return connection

    def _open_writer(self) -> apsw.Connection:
        if self._writer is None:
            self._writer = self._open(_WRITE_CACHE_KIB)
            self._writer.execute("PRAGMA journal_mode = WAL")  # a copy made by VACUUM INTO is not in it
            self._writer.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        return self._writer

    def _open(self, cache_kib: int) -> apsw.Connection:
        connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READWRITE, statementcachesize=200)
        connection.set_busy_timeout(int(self._write_wait * 1000))
        connection.execute(f"PRAGMA synchronous = FULL; PRAGMA cache_size = -{cache_kib}; PRAGMA foreign_keys = 1")
        return connection


def create_file(path: Path, check_owner: Callable[[apsw.Connection], None]) -> None:
    """Make an empty database in WAL mode where there is none, readable by its owner alone.

    The owner of a file that is there is checked before anything in it is changed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with translated():
        is_new = not path.exists()
        connection = apsw.Connection(str(path))
        connection.set_busy_timeout(_CREATE_MILLISECONDS)  # another may be making it just now
        if is_new:
            path.chmod(0o600)
        check_owner(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()


def _begin(connection: apsw.Connection, deadline: float) -> None:
    """Take the write lock, before the deadline.

    Short random pauses instead of SQLite's growing ones: these leave a worker behind that waits against several.
    """
    connection.set_busy_timeout(0)
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_POLL_SECONDS * (1 + random.random()))  # noqa: S311  no secret
        else:
            return
