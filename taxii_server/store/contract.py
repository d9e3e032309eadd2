"""What a store does. Both stores do all of it; ``tests/contract`` holds them to it.

Reading happens in a snapshot, writing in one transaction that waits its turn. Instants are whole microseconds
since 1970 in UTC, see ``core.timestamps``.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

import msgspec

from taxii_server.core.accounts import Account, Token
from taxii_server.core.filters import Walk
from taxii_server.core.shelves import Standing


class CollectionState(msgspec.Struct, frozen=True):
    """Where a collection's log stands.

    ``number`` is the store's own name for it, ``last_position`` counts its entries, ``last_date`` is the newest
    ``date_added``. ``changes`` rises when an entry that is already there comes to be shown differently or is
    removed; ``shelves`` has a bit for each shelf that ever held an entry.
    """

    number: int
    last_position: int
    last_date: int
    changes: int
    shelves: int


class ObjectsPage(NamedTuple):
    """Stored octets in the order of their dates. ``first`` and ``last`` are the dates at its ends."""

    contents: list[bytes]
    first: int | None
    last: int | None
    more: bool


class Record(NamedTuple):
    """An entry without its object: what manifests and version lists tell."""

    object_id: str
    date_added: int
    version: str
    stix_20: bool


class RecordsPage(NamedTuple):
    """Records in the order of their dates."""

    records: list[Record]
    more: bool


class NewEntry(NamedTuple):
    """An object version to append. ``instant`` is the version as an instant, ``version`` as it was written."""

    object_id: str
    object_type: str
    stix_20: bool
    instant: int
    version: str
    shelf: int
    content: bytes
    date_added: int


class Contribution(NamedTuple):
    """What an organisation last gave as the content of an object without versions."""

    object_id: str
    organisation: str
    digest: bytes
    date_added: int


class Status(NamedTuple):
    """A kept status resource: who may see it, until when, and its JSON."""

    id: str
    api_root: str
    organisation: str
    expires: int
    content: bytes


class Reading(Protocol):
    """A snapshot: everything read through it belongs to one moment."""

    def state(self, collection: str) -> CollectionState:
        """The state of a registered collection."""

    def objects(self, state: CollectionState, walk: Walk, limit: int, max_bytes: int) -> ObjectsPage:
        """At most ``limit`` objects and ``max_bytes`` octets, but at least one object where there is one."""

    def records(self, state: CollectionState, walk: Walk, limit: int) -> RecordsPage:
        """At most ``limit`` records."""

    def holds(self, state: CollectionState, object_id: str) -> bool:
        """Whether the collection has any version of the object."""


class Writing(Protocol):
    """A transaction that holds the write lock; durable once its ``with`` block is left without an error."""

    def state(self, collection: str) -> CollectionState:
        """The state of a registered collection."""

    def held(self, state: CollectionState, object_ids: Collection[str]) -> set[str]:
        """Those of the ids of which the collection has a version."""

    def edges(self, state: CollectionState, object_id: str, instant: int) -> list[Standing]:
        """The versions of an object at an edge or at this instant, keyed by their ``date_added``."""

    def versions(self, state: CollectionState, object_id: str) -> list[Standing]:
        """Every version of an object, keyed by ``date_added``."""

    def content(self, state: CollectionState, standing: Standing) -> bytes:
        """The stored octets of an entry."""

    def contributed(self, state: CollectionState, object_id: str, organisation: str) -> Contribution | None:
        """The organisation's last content of an object without versions."""

    def append(self, state: CollectionState, entries: Sequence[NewEntry]) -> None:
        """Add entries at the end of the log; their dates rise."""

    def move(self, state: CollectionState, standing: Standing, shelf: int) -> None:
        """Put an entry on another shelf."""

    def remove(self, state: CollectionState, object_id: str, standings: Iterable[Standing]) -> None:
        """Take entries away, with their content where nothing else holds it."""

    def contribute(self, state: CollectionState, contributions: Iterable[Contribution]) -> None:
        """Remember what an organisation gave."""

    def count_change(self, state: CollectionState) -> None:
        """Raise ``changes``: pages given out before are no longer true."""

    def keep_status(self, status: Status, now: int) -> None:
        """Keep a status resource, and drop some that expired before ``now``."""


class Store(Protocol):
    """A place that keeps everything."""

    def initialise(self) -> None:
        """Create or migrate; does nothing where all is in place. Raises SchemaMismatch."""

    def open(self, collections: Sequence[str]) -> None:
        """Check the schema and make sure that the collections are registered. Raises SchemaMismatch."""

    def check_ready(self) -> None:
        """Raise StoreError unless the store can be read and written."""

    def close(self) -> None:
        """Let go of every connection."""

    def reading(self) -> AbstractContextManager[Reading]:
        """A snapshot to read from."""

    def writing(self) -> AbstractContextManager[Writing]:
        """The next write transaction. Raises StoreBusy when others write for longer than the bound."""

    def collection_state(self, collection: str) -> CollectionState:
        """The state of one collection, outside of a snapshot."""

    def status(self, status_id: str, now: int) -> Status | None:
        """A kept status, None when there is none or it has expired."""

    def access_generation(self) -> int:
        """A number that rises with every change of accounts and tokens."""

    def account(self, name: str) -> Account | None:
        """An account by its name."""

    def accounts(self) -> list[Account]:
        """All accounts by name."""

    def save_account(self, account: Account) -> None:
        """Add or replace an account."""

    def token_by_digest(self, digest: bytes) -> Token | None:
        """A token by the SHA-256 of its secret."""

    def tokens(self) -> list[Token]:
        """All tokens, oldest first."""

    def save_token(self, token: Token) -> None:
        """Add or replace a token."""

    def note_token_use(self, token_id: str, now: int) -> None:
        """Remember that a token was used; gives up at once when somebody writes, or when nobody can."""
