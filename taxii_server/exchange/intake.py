"""The push path behind HTTP: split, validate, commit, report (architecture: 3).

Receiving, authenticating, authorizing and decoding come before it, in ``taxii.push``. Nothing is stored before all
of the push is judged, and nothing is acknowledged before it is stored.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from taxii_server.core.envelope import canonical, parse_object, split
from taxii_server.core.errors import ObjectRefused
from taxii_server.core.markings import TLP_LEVELS, marking_refs
from taxii_server.core.status import StatusEntry, StatusResource, complete_status
from taxii_server.core.stix import StixObject, is_stix_20, version_of
from taxii_server.core.timestamps import SECOND, Clock, format_timestamp
from taxii_server.exchange.authorship import Author, SharedObjects, check_authorship
from taxii_server.exchange.commit import Accepted, Commit, Outcome, digest_of
from taxii_server.exchange.validation import ObjectValidator, PatternBudget
from taxii_server.settings import Settings
from taxii_server.store.contract import Status, Store, Writing

_HOUR = 3600 * SECOND
_LONGEST_SHOWN = 300


class Pusher(NamedTuple):
    """Who pushes: the organisation, and how it signs where authorship counts; ``author`` is None in plain TAXII."""

    organisation: str
    author: Author | None = None
    shared: SharedObjects | None = None


class Destination(NamedTuple):
    """Where a push goes."""

    api_root: str
    collection: str


class Intake:
    """Takes pushes in. One for a process; safe to share between threads."""

    def __init__(
        self, store: Store, clock: Clock, *, max_objects: int, max_object_size: int, status_hours: int
    ) -> None:
        self._store = store
        self._clock = clock
        self._validator = ObjectValidator()
        self._max_objects = max_objects
        self._max_object_size = max_object_size
        self._status_hours = status_hours

    def push(self, body: bytes, destination: Destination, pusher: Pusher) -> bytes:
        """The status resource of a push, as JSON, once everything that it reports is on the disk.

        Raises MalformedBody, UnprocessableBody, StoreBusy, StoreFull or StoreUnavailable; then nothing is stored.
        """
        now = self._clock()
        shared = pusher.shared.digests() if pusher.shared else {}
        judged = self._validate(split(body, self._max_objects), pusher.author, shared, now)
        accepted = [one for one in judged if isinstance(one, Accepted)]
        with self._store.writing() as writing:
            commit = Commit(
                writing, destination.collection, pusher.organisation, authors_count=pusher.author is not None
            )
            outcomes = commit.run(accepted, self._clock)
            known = _known_markings(writing, destination.collection, accepted, shared) if pusher.author else None
            status = _report(judged, outcomes, known, now)
            content = msgspec.json.encode(status)
            expires = now + self._status_hours * _HOUR
            writing.keep_status(Status(status.id, destination.api_root, pusher.organisation, expires, content), now)
        return content

    def _validate(
        self, objects: Sequence[bytes], author: Author | None, shared: Mapping[str, bytes], now: int
    ) -> list[Accepted | StatusEntry]:
        """Each object as it is to be stored, or the status entry that says why it is not."""
        budget = PatternBudget()
        judged: list[Accepted | StatusEntry] = []
        for index, octets in enumerate(objects):
            value: StixObject = {}
            try:
                value = parse_object(octets, self._max_object_size)
                self._validator.check(value, now, budget)
                if author is not None:
                    check_authorship(value, author, shared)
                judged.append(_accept(value, octets))
            except ObjectRefused as refused:
                judged.append(_failure(value, index, now, str(refused)))
        return judged


def make_intake(settings: Settings, store: Store, clock: Clock) -> Intake:
    """The intake with the bounds of these settings."""
    server = settings.server
    return Intake(
        store,
        clock,
        max_objects=server.max_objects,
        max_object_size=server.max_object_size,
        status_hours=server.status_hours,
    )


def _accept(value: StixObject, octets: bytes) -> Accepted:
    version = version_of(value)
    digest = digest_of(canonical(value)) if version is None else b""
    markings = tuple(ref for ref in marking_refs(value) if ref not in TLP_LEVELS)
    author = value.get("created_by_ref")
    return Accepted(value["id"], value["type"], is_stix_20(value), version, octets, digest, markings, author)


def _failure(value: StixObject, index: int, now: int, message: str) -> StatusEntry:
    """An entry for an object that may lack everything: its place in the push stands in for an id."""
    object_id = value.get("id")
    version = next((value[key] for key in ("modified", "created") if isinstance(value.get(key), str)), None)
    shown_id = object_id[:_LONGEST_SHOWN] if isinstance(object_id, str) and object_id else f"objects[{index}]"
    return StatusEntry(shown_id, version[:_LONGEST_SHOWN] if version else format_timestamp(now), message)


def _known_markings(
    writing: Writing, collection: str, accepted: Sequence[Accepted], shared: Mapping[str, bytes]
) -> frozenset[str]:
    """Those of the markings named in a push that the server holds."""
    named = {ref for one in accepted for ref in one.markings}
    if not named:
        return frozenset()
    return frozenset(named & shared.keys() | writing.held(writing.state(collection), named))


def _report(
    judged: Sequence[Accepted | StatusEntry], outcomes: Sequence[Outcome], known: frozenset[str] | None, now: int
) -> StatusResource:
    """The status of a push; ``known`` are the markings that the exchange holds, None in plain TAXII."""
    successes: list[StatusEntry] = []
    failures: list[StatusEntry] = []
    remaining = iter(outcomes)
    for one in judged:
        if isinstance(one, StatusEntry):
            failures.append(one)
            continue
        outcome = next(remaining)
        if outcome.failure is not None:
            text = one.version.text if one.version else outcome.version
            failures.append(StatusEntry(one.object_id, text, outcome.failure))
        else:
            successes.append(StatusEntry(one.object_id, outcome.version, _marking_message(one, known)))
    return complete_status(str(uuid.uuid4()), now, tuple(successes), tuple(failures))


def _marking_message(one: Accepted, known: frozenset[str] | None) -> str | None:
    if known is None or known.issuperset(one.markings):
        return None
    unknown = next(ref for ref in one.markings if ref not in known)
    return f"object_marking_refs: {unknown} is not known here, so the object counts as TLP:RED."
