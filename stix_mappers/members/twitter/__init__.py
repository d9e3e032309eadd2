"""Twitter: the archive of information operations and lists made of it by others (platform-records.md, section 6).

What a file is, is seen from its columns or keys, never from its name.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.rows import Named, first_items, header_of, json_rows, renamed, table
from stix_mappers.members.twitter import labels, tweets, users
from stix_mappers.members.twitter.archive import manifest_records
from stix_mappers.members.twitter.columns import COLUMNS
from stix_mappers.reading import Item, Reading, opened
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_KNOWN: Final = "a user archive, a tweet archive, a list of handles, labels or the archive's manifest"
_MANIFEST: Final = frozenset({"file", "network"})


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        if reading.layout == "json":
            yield from _of_json(desk, reading)
        else:
            yield from _of_table(desk, reading)


def _of_table(desk: Desk, reading: Reading) -> Iterator[Record]:
    header = header_of(reading)
    if {name.strip().lower() for name in header} >= _MANIFEST:
        yield from _of_manifest_table(desk, reading)
        return
    yield from _of_rows(desk, header, table(desk, reading, COLUMNS))


def _of_json(desk: Desk, reading: Reading) -> Iterator[Record]:
    first, items = first_items(reading.items())
    if first is not None and first.fault is not None:
        raise Unreadable("broken", first.fault, first.line)
    keys = tuple(map(str, first.value)) if first is not None and isinstance(first.value, Mapping) else ()
    if set(keys) >= _MANIFEST:
        for item in items:
            yield from _of_manifest(desk, item)
        return
    yield from _of_rows(desk, keys, json_rows(desk, items, COLUMNS))


def _of_rows(desk: Desk, header: tuple[str, ...], rows: Iterator[Named]) -> Iterator[Record]:
    columns = renamed(header, COLUMNS)
    if labels.are_labels(columns):
        yield from labels.records(desk, rows)
    elif tweets.are_tweets(columns):
        yield from tweets.records(desk, rows, collected=tweets.are_collected(columns))
    elif users.are_users(columns):
        yield from users.records(desk, rows)
    else:
        raise Unreadable("unknown-layout", f"the columns {', '.join(header[:8])} are not those of {_KNOWN}", 1)


def _of_manifest(desk: Desk, item: Item) -> Iterator[Record]:
    if item.fault is not None:
        desk.skip(item.line, "broken", str(item.value), item.fault)
    elif isinstance(item.value, Mapping):
        yield from manifest_records(desk, item.line, item.value)
    else:
        desk.skip(item.line, "unknown-type", str(item.value), "not an object")


def _of_manifest_table(desk: Desk, reading: Reading) -> Iterator[Record]:
    columns = {name: name for name in ("file", "network", "disclosed", "published", "country", "origin", "note", "url")}
    spelt = {**columns, "accountspublished": "accounts_published", "attributedto": "attributed_to"}
    for row in table(desk, reading, {**spelt, "actedon": "acted_on", "targets": "targets", "replaces": "replaces"}):
        yield from manifest_records(desk, row.line, row.cells)
