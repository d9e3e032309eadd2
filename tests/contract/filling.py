"""Putting objects into a store, past HTTP and validation."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from taxii_server.core.envelope import canonical
from taxii_server.core.filters import BEFORE_EVERYTHING, Match, Walk
from taxii_server.core.stix import Version
from taxii_server.core.timestamps import Clock, format_timestamp
from taxii_server.exchange.commit import Accepted, Commit, Outcome, digest_of
from taxii_server.exchange.deletion import delete_versions
from taxii_server.store.contract import CollectionState, Record, Store
from tests.model import OBSERVABLES

FEED = "0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90"
INBOX = "1c2d8eaf-9b45-4f7c-8d2e-3a6b7c8d9ea1"
COLLECTIONS = (FEED, INBOX)
NOW = 1_600_000_000_000_000


def id_of(kind: str, number: int) -> str:
    """The same id for the same kind and number."""
    return f"{kind}--{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:test:{kind}:{number}')}"


def accepted(object_id: str, instant: int | None = None, *, stix_20: bool = False, **more: Any) -> Accepted:
    """An object as validation hands it on; an instant makes it a version, None an observable."""
    kind = object_id.partition("--")[0]
    version = None if instant is None else Version(instant, format_timestamp(instant))
    value = {"type": kind, "id": object_id, **({"modified": version.text} if version else {}), **more}
    digest = digest_of(canonical(value)) if version is None else b""
    return Accepted(object_id, kind, stix_20, version, json.dumps(value).encode(), digest)


def numbered(count: int, start: int = 0, kind: str = "indicator") -> list[Accepted]:
    """Different objects with one version each."""
    return [accepted(id_of(kind, number), NOW) for number in range(start, start + count)]


def put(
    store: Store, objects: Sequence[Accepted], *, collection: str = FEED, organisation: str = "alpha", now: int = NOW
) -> list[Outcome]:
    """Commit a push."""
    return put_at(store, objects, lambda: now, collection=collection, organisation=organisation)


def put_at(
    store: Store, objects: Sequence[Accepted], clock: Clock, *, collection: str = FEED, organisation: str = "alpha"
) -> list[Outcome]:
    """Commit a push at the clock's time."""
    with store.writing() as writing:
        return Commit(writing, collection, organisation).run(objects, clock)


def drop(store: Store, match: Match, collection: str = FEED) -> int:
    """Delete versions of the object that the match names."""
    with store.writing() as writing:
        return delete_versions(writing, collection, match.object_id or "", match)


def walk(match: Match | None = None, after: int = BEFORE_EVERYTHING) -> Walk:
    """A walk through everything that matches."""
    return Walk(match or Match(), None, after)


def contents(store: Store, match: Match | None = None, collection: str = FEED) -> list[bytes]:
    """The octets of everything that matches."""
    with store.reading() as reading:
        return reading.objects(reading.state(collection), walk(match), 10_000, 10**9).contents


def records(store: Store, match: Match | None = None, collection: str = FEED) -> list[Record]:
    """The records of everything that matches."""
    with store.reading() as reading:
        return reading.records(reading.state(collection), walk(match), 10_000).records


def state(store: Store, collection: str = FEED) -> CollectionState:
    """Where the collection stands."""
    return store.collection_state(collection)


def is_observable(object_id: str) -> bool:
    """Whether the id is that of an object without versions."""
    return object_id.partition("--")[0] in OBSERVABLES
