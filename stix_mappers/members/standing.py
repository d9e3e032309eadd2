"""Enforcement records of one subject, and what takes them back (platform-records.md, D16).

A record's id is that of its subject, so that a reinstatement finds what an earlier file told. Rows may come in any
order: a reinstatement that is told before what it takes back waits for it.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from msgspec import structs

from stix_mappers.members import Desk
from stix_mappers.members.fields import Fields
from stix_mappers.moments import is_moment, moment
from stix_mappers.record import Precision, Record

_MOST: Final = 200_000
_LONGEST_KEY: Final = 250


def acted_at(row: Fields, *names: str) -> tuple[str, Precision] | None:
    """Return when something was done: a moment, a day or a month."""
    written = row.text(*names)
    if len(written) == 7 and is_moment(written) and written[4] == "-":
        return written, "month" if written[5:].isdigit() else "quarter" if written[5] == "Q" else "half"
    day = row.day(*names)
    if day is None:
        return None
    return (day, "day") if len(day) == 10 else (moment(day), "second")


class Standing:
    """What a file has told of each subject, in bounded memory."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._given: OrderedDict[str, list[tuple[str, str]]] = OrderedDict()
        self._waiting: dict[str, list[Record]] = {}

    def record(self, key: str, record: Record, line: int) -> Iterator[Record]:
        """Yield the record of something that was done, and after it what takes it back, if that was told before."""
        told = self._given.setdefault(key, [])
        if any(at == record.action_at for _record_id, at in told):
            self._desk.skip(line, "duplicate", key)
            return
        base = f"{record.member}:{key}"[:_LONGEST_KEY]
        record_id = f"{base}:{record.action_at}" if told else base
        told.append((record_id, record.action_at))
        if len(self._given) > _MOST:
            self._given.popitem(last=False)
        yield structs.replace(record, record_id=record_id)
        for waiting in self._waiting.pop(key, ()):
            yield from self.reinstatement(key, waiting)

    def reinstatement(self, key: str, record: Record) -> Iterator[Record]:
        """Yield what takes back all that was done to the subject until then; it waits if nothing was told yet."""
        before = [record_id for record_id, at in self._given.get(key, ()) if at <= record.action_at]
        if not before:
            self._waiting.setdefault(key, []).append(record)
        for record_id in before:
            yield _taking_back(record, record_id)

    def finish(self) -> Iterator[Record]:
        """Yield the reinstatements of what an earlier file may have told."""
        for key, waiting in self._waiting.items():
            for record in waiting:
                if key in self._given:
                    # what this file tells came later, and stands
                    line = record.source.row if record.source else None
                    self._desk.skip(line or 0, "retracts-unknown", key, "nothing was done to it before")
                    continue
                yield _taking_back(record, f"{record.member}:{key}"[:_LONGEST_KEY])


def _taking_back(record: Record, record_id: str) -> Record:
    own_id = f"{record_id}:{record.action}:{record.action_at}"
    return structs.replace(record, record_id=own_id, retracts=record_id)
