"""The coalition record itself, one JSON object a line: what a new member may hand over directly (section 2)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.reading import Item, Reading, opened
from stix_mappers.record import Record, RecordError, parse
from stix_mappers.skips import Unreadable

_TELLING: Final = frozenset({"schema", "record_id", "member", "record"})
_SCHEMA: Final = re.compile(r'"schema"\s*:\s*"coalition-takedown/')


def recognises(reading: Reading) -> bool:
    """Tell whether these are coalition records."""
    return reading.layout == "json" and _SCHEMA.search(reading.sample) is not None


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records that keep the schema; the others are skipped with JSON path and rule.

    Raises:
        Unreadable: the file is no JSON, or its first object has none of the keys that every record has.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        if reading.layout != "json":
            raise Unreadable("unknown-layout", "coalition records are JSON, one object a line", 1)
        for number, item in enumerate(reading.items()):
            if not number and isinstance(item.value, Mapping) and not _TELLING & item.value.keys():
                keys = ", ".join(map(str, item.value))[:200]
                raise Unreadable("unknown-layout", f"no coalition records: the first object has the keys {keys}", 1)
            yield from _record(desk, item)


def _record(desk: Desk, item: Item) -> Iterator[Record]:
    if item.fault is not None:
        desk.skip(item.line, "broken", str(item.value), item.fault)
    elif not isinstance(item.value, Mapping):
        desk.skip(item.line, "invalid-record", str(item.value), "$: a record is a JSON object")
    else:
        document = _unwrapped(item.value)
        try:
            yield parse(document)
        except RecordError as error:
            desk.skip(item.line, "invalid-record", str(document.get("record_id", "")), str(error))


def _unwrapped(document: Mapping[str, object]) -> Mapping[str, object]:
    """Return the record inside `{"why": ..., "record": {...}}`, as lists of refusals keep it."""
    inner = document.get("record")
    return inner if isinstance(inner, Mapping) and "schema" not in document else document
