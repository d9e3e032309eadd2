"""Lists of suspended accounts: the user archive, NBC's list, and corrections of both (sections 6.1 and 6.3).

A list that is released again is compared with the release beside it: an account that is gone is taken back (D16).
"""

import hashlib
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import structs

from stix_mappers.members import Desk
from stix_mappers.members.rows import Named, cell, table
from stix_mappers.members.seen import Seen
from stix_mappers.members.twitter.archive import MEMBER, Facts, facts_of, network_id, network_record, release_of
from stix_mappers.members.twitter.columns import COLUMNS, account, unread_date, who
from stix_mappers.reading import opened
from stix_mappers.record import Record, Source
from stix_mappers.skips import Unreadable
from stix_mappers.sources import READ_ERRORS, sources

_WORDS: Final = r"retract|reinstat|restor|revers|error|mistake|delist|withdr[ae]w|false positive|unsuspend"
_TAKEN_BACK: Final = re.compile(rf"remov|{_WORDS}|^(?:true|yes|1)$", re.IGNORECASE)
# "removed" as the status of an account is what Twitter did with it; in a column of corrections it left the list.
_STATUS: Final = re.compile(rf"{_WORDS}|removed from (?:the|this) list", re.IGNORECASE)
_LONGEST_KEY: Final = 120
_LISTS: Final = re.compile(r"\.(?:csv|tsv|txt|jsonl?|zip)(?:\.gz)?$", re.IGNORECASE)


def are_users(columns: Iterable[str]) -> bool:
    """Tell whether these columns name accounts and tell something of them, or nothing else at all."""
    names = set(columns)
    told = names & {"name", "location", "bio", "followers", "following", "created", "language", "correction", "status"}
    bare = names <= {"userid", "login"} or names == {"userid", "login", "reason"}
    return bool(names & {"userid", "login"}) and (bare or bool(told))


def records(desk: Desk, rows: Iterator[Named]) -> Iterator[Record]:
    """Yield the network of a list, its accounts, and what the list takes back."""
    facts = facts_of(desk)
    maker = Users(desk, facts)
    yield network_record(desk, facts)
    earlier = _earlier(desk, facts)
    if earlier is None:
        yield from maker.accounts(rows)
        return
    kept = _Keys()
    for record in maker.accounts(rows):
        kept.add(record.record_id)
        yield record
    kept.sort()
    yield from _gone(desk, facts, earlier, kept)


class Users:
    """One list under way."""

    def __init__(self, desk: Desk, facts: Facts) -> None:
        self._desk = desk
        self._facts = facts
        self._reference = facts.reference
        self._seen = Seen()

    def accounts(self, rows: Iterator[Named]) -> Iterator[Record]:
        """Yield the record of every row, unless the list has named the account before."""
        for row in rows:
            record = self._record(row)
            if record is None:
                written = cell(row, "userid") or cell(row, "login")
                self._desk.skip(row.line, "unusable-value", written, "neither a handle nor an id that can be used")
            elif not self._seen.is_new(record.record_id):
                self._desk.skip(row.line, "duplicate", cell(row, "userid") or cell(row, "login"))
            else:
                yield record

    def _record(self, row: Named) -> Record | None:
        found = who(row)
        if found is None:
            return None
        facts = self._facts
        key = key_of(found.key)
        record = Record(
            record_id=f"{MEMBER}:{facts.network.id}:account:{key}",
            member=MEMBER,
            service=MEMBER,
            kind="account",
            subject=account(row, found),
            action="suspended",
            action_at=facts.at,
            action_at_precision=facts.precision,
            network=self._reference,
            policy=facts.policy,
            tlp=self._desk.tlp or "clear",
            source=Source(file=self._desk.source.name, row=row.line, x_comment=unread_date(row)),
            x_indicator=found.is_possible,
        )
        correction, status = cell(row, "correction"), cell(row, "status")
        if _TAKEN_BACK.search(correction) or _STATUS.search(status):
            return retraction(record, facts, cell(row, "reason") or correction or status)
        return record


def key_of(key: str) -> str:
    """Return what stands for an account in the id of its record."""
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def retraction(record: Record, facts: Facts, reason: str) -> Record:
    """Return the record that takes an account off a list."""
    return structs.replace(
        record,
        record_id=record.record_id.replace(":account:", ":retraction:", 1),
        retracts=record.record_id,
        action="reinstated",
        source=structs.replace(record.source or Source(), x_comment=reason),
        network=facts.reference,
    )


class _Keys:
    """Which records a list has, eight octets each: the lists are large, what is compared is not."""

    def __init__(self) -> None:
        self._keys = array("Q")

    def add(self, record_id: str) -> None:
        self._keys.append(_digest(record_id))

    def sort(self) -> None:
        self._keys = array("Q", sorted(self._keys))

    def __contains__(self, record_id: str) -> bool:
        key = _digest(record_id)
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place] == key


def _digest(record_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(record_id.encode(), digest_size=8).digest(), "big")


def _earlier(desk: Desk, facts: Facts) -> Path | None:
    """Return the newest release of the same list before this one, if it lies beside it."""
    path, release = desk.source.path, release_of(desk.source.stem)
    if path is None:
        return None
    if facts.replaces:
        named = path.parent / Path(facts.replaces).name
        return named if named.is_file() and named != path else None
    if release < 2:
        return None
    found = [
        other
        for other in sorted(path.parent.iterdir())
        if other.is_file()
        and _LISTS.search(other.name)
        and network_id(_stem(other)) == facts.network.id
        and release_of(_stem(other)) < release
        and "tweet" not in other.name.lower()
    ]
    return max(found, key=lambda other: release_of(_stem(other)), default=None)


def _stem(path: Path) -> str:
    return _LISTS.sub("", path.name)


def _gone(desk: Desk, facts: Facts, earlier: Path, kept: _Keys) -> Iterator[Record]:
    """Yield each account of the earlier release that is gone: once more as it was told, then as taken back."""
    try:
        for source in sources([earlier]):
            before = Desk(source, desk.tlp, lambda _skip: None)
            with source.open() as stream:
                for record in Users(before, facts).accounts(table(before, opened(stream), COLUMNS)):
                    if record.record_id not in kept and record.retracts is None:
                        yield record
                        yield retraction(record, facts, f"No longer listed in {Path(desk.source.name).name}.")
    except (Unreadable, *READ_ERRORS) as error:
        desk.skip(0, "broken", earlier.name, f"the release before cannot be compared: {error}")
