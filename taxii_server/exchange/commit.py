"""A validated push to entries of a collection: duplicates, versions, shelves, dates (rules.md 3).

Two steps inside the write transaction. The first goes through the push in its order and decides what each object
is: new, a new version, a duplicate, a contradiction. The second takes dates, as late as possible, and appends.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from taxii_server.core.dates import allocate_dates
from taxii_server.core.envelope import same_content
from taxii_server.core.shelves import Shelf, Standing, arrange, only_shelf
from taxii_server.core.stix import DOMAIN_OBJECTS, META_OBJECTS, OBSERVABLES, Version, version_of
from taxii_server.core.timestamps import Clock, format_timestamp
from taxii_server.store.contract import CollectionState, Contribution, NewEntry, Writing

_AFTER_EVERYTHING = 2**61
_KNOWN_TYPES = DOMAIN_OBJECTS | META_OBJECTS | OBSERVABLES
_NOT_YOURS = "id: this id is not your organisation's to push."
_CHANGED_KIND = "created: an object either has versions or has none; this id was stored the other way."
_CONTRADICTION = "modified: this version is stored already, with other content; a changed object needs a new modified."


class Accepted(NamedTuple):
    """An object that passed validation.

    ``digest`` is that of an SCO's canonical content, for an SCO has no version; ``markings`` are those beyond TLP,
    ``author`` is its ``created_by_ref``.
    """

    object_id: str
    object_type: str
    stix_20: bool
    version: Version | None
    content: bytes
    digest: bytes = b""
    markings: tuple[str, ...] = ()
    author: str | None = None


class Outcome(NamedTuple):
    """What became of an object: its version, or why it was not taken."""

    version: str = ""
    failure: str | None = None


class _Appended(NamedTuple):
    """A new entry that has no date yet."""

    accepted: Accepted
    standing: Standing


class Commit:
    """Puts the objects of one push into one collection, within a write transaction.

    Where authors count, as they do in the exchange, an object that is there already stays its author's.
    """

    def __init__(self, writing: Writing, collection: str, organisation: str, *, authors_count: bool = False) -> None:
        self._writing = writing
        self._organisation = organisation
        self._authors_count = authors_count
        self._state: CollectionState = writing.state(collection)
        self._held: set[str] = set()
        self._appended: list[_Appended] = []
        self._standings: dict[str, dict[int, Standing]] = {}
        self._stored: dict[str, dict[int, Standing]] = {}
        self._contributions: dict[str, Contribution] = {}

    def run(self, objects: Sequence[Accepted], clock: Clock) -> list[Outcome]:
        """Commit the objects in their order; an outcome for each."""
        self._held = self._writing.held(self._state, {one.object_id for one in objects})
        placed = [self._place(one) for one in objects]
        dates = self._append(clock)
        self._move()
        self._contribute(dates)
        return [
            key if isinstance(key, Outcome) else Outcome(_version(one, key, dates))
            for one, key in zip(objects, placed, strict=True)
        ]

    def _place(self, one: Accepted) -> Outcome | int:
        """The key of the entry that holds the object, or why there is none."""
        if one.object_id not in self._held and one.object_id not in self._standings:
            return self._new(one)
        return self._observable(one) if one.version is None else self._versioned(one, one.version)

    def _new(self, one: Accepted) -> int:
        standing = self._standing(one, only_shelf(one.stix_20))
        self._standings[one.object_id] = {standing.key: standing}
        self._note(one, standing.key)
        return standing.key

    def _versioned(self, one: Accepted, version: Version) -> Outcome | int:
        known = self._known(one, version.instant)
        if self._changes_kind(one, known):
            return Outcome(failure=_CHANGED_KIND)
        if self._authors_count and self._author(one.object_id, known) != one.author:
            return Outcome(failure=_NOT_YOURS)
        for standing in known.values():
            if standing.version == version.instant and standing.stix_20 is one.stix_20:
                same = same_content(one.content, self._content(one.object_id, standing))
                return standing.key if same else Outcome(failure=_CONTRADICTION)
        return self._add(one, known)

    def _observable(self, one: Accepted) -> Outcome | int:
        known = self._known(one, _AFTER_EVERYTHING)
        if self._changes_kind(one, known):
            return Outcome(failure=_CHANGED_KIND)
        mine = self._contributions.get(one.object_id) or self._writing.contributed(
            self._state, one.object_id, self._organisation
        )
        if mine is not None:
            return mine.date_added if mine.digest == one.digest else self._add(one, known)
        newest = _newest(known)
        if not same_content(one.content, self._content(one.object_id, newest)):
            return self._add(one, known)
        self._note(one, newest.key)
        return newest.key

    def _add(self, one: Accepted, known: dict[int, Standing]) -> int:
        standing = self._standing(one, 0)
        known[standing.key] = standing
        for key, shelf in arrange(known.values()).items():
            known[key] = known[key]._replace(shelf=shelf)
        self._note(one, standing.key)
        return standing.key

    def _standing(self, one: Accepted, shelf: int) -> Standing:
        """A new entry's standing; its key is negative until it has a date."""
        key = -1 - len(self._appended)
        instant = one.version.instant if one.version else _AFTER_EVERYTHING + len(self._appended)
        standing = Standing(key, instant, one.stix_20, shelf)
        self._appended.append(_Appended(one, standing))
        return standing

    def _known(self, one: Accepted, instant: int) -> dict[int, Standing]:
        """The versions that matter for another one at this instant, those of this push among them."""
        known = self._standings.setdefault(one.object_id, {})
        if one.object_id in self._held:
            stored = self._stored.setdefault(one.object_id, {})
            for standing in self._writing.edges(self._state, one.object_id, instant):
                stored.setdefault(standing.key, standing)
                known.setdefault(standing.key, standing)
        return known

    def _content(self, object_id: str, standing: Standing) -> bytes:
        if standing.key < 0:
            return self._appended[-1 - standing.key].accepted.content
        return self._writing.content(self._state, self._stored[object_id][standing.key])

    def _author(self, object_id: str, known: dict[int, Standing]) -> str | None:
        return author_of(self._content(object_id, _newest(known)))

    def _changes_kind(self, one: Accepted, known: dict[int, Standing]) -> bool:
        """Whether an object of a type that STIX does not know comes once with ``created`` and once without."""
        if one.object_type in _KNOWN_TYPES:
            return False
        stored = version_of(json.loads(self._content(one.object_id, _newest(known))))
        return (stored is None) is not (one.version is None)

    def _note(self, one: Accepted, key: int) -> None:
        if one.version is None:
            self._contributions[one.object_id] = Contribution(one.object_id, self._organisation, one.digest, key)

    def _append(self, clock: Clock) -> range:
        if not self._appended:
            return range(0)
        dates = allocate_dates(self._state.last_date, clock(), len(self._appended))
        entries = [self._entry(one, date) for one, date in zip(self._appended, dates, strict=True)]
        self._writing.append(self._state, entries)
        return dates

    def _entry(self, appended: _Appended, date: int) -> NewEntry:
        one, standing = appended
        version = one.version or Version(date, format_timestamp(date))
        shelf = self._standings[one.object_id][standing.key].shelf
        return NewEntry(
            one.object_id, one.object_type, one.stix_20, version.instant, version.text, shelf, one.content, date
        )

    def _move(self) -> None:
        """Put stored versions where the new ones leave them."""
        moved = [
            (standing, self._standings[object_id][key].shelf)
            for object_id, stored in self._stored.items()
            for key, standing in stored.items()
            if self._standings[object_id][key].shelf != standing.shelf
        ]
        for standing, shelf in moved:
            self._writing.move(self._state, standing, shelf)
        if moved:
            self._writing.count_change(self._state)

    def _contribute(self, dates: range) -> None:
        self._writing.contribute(
            self._state,
            [one._replace(date_added=_date(one.date_added, dates)) for one in self._contributions.values()],
        )


def _version(one: Accepted, key: int, dates: range) -> str:
    return one.version.text if one.version else format_timestamp(_date(key, dates))


def _date(key: int, dates: range) -> int:
    return dates[-1 - key] if key < 0 else key


def _newest(known: dict[int, Standing]) -> Standing:
    return next(standing for standing in known.values() if standing.shelf & Shelf.LAST)


def author_of(content: bytes) -> str | None:
    """The ``created_by_ref`` of a stored object."""
    author: str | None = json.loads(content).get("created_by_ref")
    return author


def digest_of(canonical_content: bytes) -> bytes:
    """What is kept of the content of an object without versions, to know it again."""
    return hashlib.sha256(canonical_content).digest()
