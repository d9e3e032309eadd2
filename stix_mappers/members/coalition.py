"""The coalition record itself, one JSON object a line: what a new member may hand over directly (section 2)."""

from collections.abc import Iterator, Mapping

from stix_mappers.members import Desk
from stix_mappers.reading import Item, opened
from stix_mappers.record import Record, RecordError, parse
from stix_mappers.skips import Unreadable


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records that keep the schema; the others are skipped with JSON path and rule."""
    with desk.source.open() as stream:
        reading = opened(stream)
        if reading.layout != "json":
            raise Unreadable("unknown-layout", "coalition records are JSON, one object a line", 1)
        for item in reading.items():
            yield from _record(desk, item)


def _record(desk: Desk, item: Item) -> Iterator[Record]:
    if item.fault is not None:
        desk.skip(item.line, "broken", str(item.value), item.fault)
    elif not isinstance(item.value, Mapping):
        desk.skip(item.line, "invalid-record", str(item.value), "$: a record is a JSON object")
    else:
        try:
            yield parse(item.value)
        except RecordError as error:
            desk.skip(item.line, "invalid-record", str(item.value.get("record_id", "")), str(error))
