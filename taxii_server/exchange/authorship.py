"""Who may sign an object in the exchange (rules.md 4).

A member signs as itself. Objects that all share (places, techniques, actors, markings) are signed by the
clearinghouse and stand in the collection ``reference``; anybody may push such an object as it stands there.
"""

import json
import threading
from collections.abc import Mapping
from typing import NamedTuple

from taxii_server.core.envelope import canonical
from taxii_server.core.errors import ObjectRefused
from taxii_server.core.filters import BEFORE_EVERYTHING, Match, Walk
from taxii_server.core.stix import META_OBJECTS, StixObject, is_observable
from taxii_server.exchange.commit import digest_of
from taxii_server.store.contract import CollectionState, Store

_PAGE = 1000
_PAGE_BYTES = 4_194_304


class Author(NamedTuple):
    """The identity that a pusher signs with; a relay may carry what others signed."""

    identity: str
    is_relay: bool = False


class SharedObjects:
    """What the reference collection holds, by digest of its content; read anew when the collection changes."""

    def __init__(self, store: Store, collection: str) -> None:
        self._store = store
        self._collection = collection
        self._guard = threading.Lock()
        self._state: CollectionState | None = None
        self._digests: dict[str, bytes] = {}

    def digests(self) -> Mapping[str, bytes]:
        """The digest of each shared object's canonical content, by its id."""
        state = self._store.collection_state(self._collection)
        with self._guard:
            if state != self._state:
                self._digests = dict(self._read())
                self._state = state
            return self._digests

    def _read(self) -> list[tuple[str, bytes]]:
        digests: list[tuple[str, bytes]] = []
        after = BEFORE_EVERYTHING
        with self._store.reading() as reading:
            state = reading.state(self._collection)
            while True:
                page = reading.objects(state, Walk(Match(), None, after), _PAGE, _PAGE_BYTES)
                values = map(json.loads, page.contents)
                digests += ((value["id"], digest_of(canonical(value))) for value in values)
                if not page.more or page.last is None:
                    return digests
                after = page.last


def check_authorship(value: StixObject, author: Author, shared: Mapping[str, bytes]) -> None:
    """Raise ObjectRefused unless the author may push this object; ``shared`` are the digests of shared objects."""
    digest = shared.get(value["id"])
    if digest is not None:
        if digest != digest_of(canonical(value)):
            raise ObjectRefused("id: this object is shared by all and kept by the clearinghouse; push it as it is.")
        return
    if is_observable(value) or author.is_relay:
        return
    created_by_ref = value.get("created_by_ref")
    if created_by_ref == author.identity or (created_by_ref is None and value["type"] in META_OBJECTS):
        return
    if value["type"] == "identity" and value["id"] == author.identity and created_by_ref is None:
        return
    raise ObjectRefused(f"created_by_ref: an object that you push here names your identity, {author.identity}.")
