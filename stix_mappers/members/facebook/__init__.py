"""Facebook, Instagram, WhatsApp and Threads: what Meta publishes, and what it keeps (platform-records.md, section 5).

What a file is, is seen from its header or its first object, never from its name.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.facebook import ads, killchain, markdown, stix1, summaries, threatexchange, typed
from stix_mappers.reading import Item, Reading, Row, opened
from stix_mappers.reading_tables import table_rows
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_KNOWN: Final = "a typed indicator file, a Kill Chain file, ads, network summaries, descriptors, Markdown or STIX 1"


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        if reading.layout == "markdown":
            yield from markdown.records(desk, reading)
        elif reading.layout == "xml":
            yield from stix1.records(desk, reading)
        elif reading.layout == "json":
            yield from _of_json(desk, reading)
        else:
            yield from _of_table(desk, reading)


def recognises(reading: Reading) -> bool:
    """Tell whether this is one of the layouts of this member."""
    if reading.layout == "markdown":
        return "indicators of compromise" in reading.sample.lower()
    if reading.layout == "xml":
        return stix1.is_package(reading.sample)
    if reading.layout == "json":
        first = next((item.value for item in reading.items() if isinstance(item.value, dict)), {})
        return _are_ours(tuple(map(str, first))) or threatexchange.are_descriptors(tuple(map(str, first)))
    header = _header(reading).cells
    return killchain.is_kill_chain(header) or _are_ours(header)


def _are_ours(names: tuple[str, ...]) -> bool:
    return typed.is_typed(names) or ads.are_ads(names) or summaries.are_summaries(names)


def _of_table(desk: Desk, reading: Reading) -> Iterator[Record]:
    header = _header(reading)
    if killchain.is_kill_chain(header.cells):
        yield from killchain.records(desk, reading)
    elif typed.is_typed(header.cells):
        yield from typed.table_records(desk, reading)
    elif ads.are_ads(header.cells):
        yield from ads.table_records(desk, reading)
    elif summaries.are_summaries(header.cells):
        yield from summaries.table_records(desk, reading)
    else:
        raise Unreadable("unknown-layout", f"the columns {', '.join(header.cells[:8])} are not those of {_KNOWN}", 1)


def _header(reading: Reading) -> Row:
    lines = ((number, line) for number, line in enumerate(reading.sample.splitlines(keepends=True), 1))
    rows = table_rows(lines, reading.sample)
    return next((row for row in rows if any(cell.strip() for cell in row.cells)), Row(1, ()))


def _of_json(desk: Desk, reading: Reading) -> Iterator[Record]:
    items = reading.items()
    seen: list[Item] = []
    for item in items:
        seen.append(item)
        if isinstance(item.value, dict) or len(seen) > 100:
            break
    first = seen[-1].value if seen else None
    keys = tuple(map(str, first)) if isinstance(first, dict) else ()
    everything = chain(seen, items)
    if typed.is_typed(keys):
        yield from typed.item_records(desk, reading, everything)
    elif threatexchange.are_descriptors(keys):
        yield from threatexchange.records(desk, everything)
    elif ads.are_ads(keys):
        yield from ads.item_records(desk, everything)
    elif summaries.are_summaries(keys):
        yield from summaries.item_records(desk, everything)
    elif "reference_urls" in keys:
        desk.skip(1, "out-of-scope", desk.source.name, "an index of files: read for their dates and addresses")
    elif seen and seen[0].fault:
        raise Unreadable("broken", seen[0].fault, seen[0].line)
    else:
        raise Unreadable("unknown-layout", f"the keys {', '.join(keys[:8])} are not those of {_KNOWN}", 1)
