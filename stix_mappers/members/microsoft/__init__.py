"""Microsoft: indicator lists, domain seizures of its Digital Crimes Unit, Graph tiIndicators (platform-records.md, 8).

What a file is, is seen from its header or its first object, never from its name.
"""

from collections.abc import Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.microsoft import actor_names, graph, iocs, seizures
from stix_mappers.members.rows import first_items, header_of
from stix_mappers.reading import Reading, opened
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_KNOWN: Final = "an indicator list, domain seizures, Graph tiIndicators or actor names"


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        if reading.layout == "json":
            yield from _of_json(desk, reading)
        elif reading.layout == "table":
            yield from _of_table(desk, reading)
        else:
            raise Unreadable("unknown-layout", f"{reading.layout} is none of {_KNOWN}", 1)


def _of_table(desk: Desk, reading: Reading) -> Iterator[Record]:
    header = header_of(reading)
    if graph.are_indicators(header):
        yield from graph.table_records(desk, reading)
    elif iocs.are_iocs(header):
        yield from iocs.table_records(desk, reading)
    else:
        raise Unreadable("unknown-layout", f"the columns {', '.join(header[:8])} are not those of {_KNOWN}", 1)


def _of_json(desk: Desk, reading: Reading) -> Iterator[Record]:
    first, items = first_items(reading.items())
    keys = tuple(map(str, first.value)) if first is not None and isinstance(first.value, dict) else ()
    if seizures.are_actions(keys):
        yield from seizures.records(desk, items)
    elif actor_names.are_names(keys):
        yield from actor_names.records(desk, items)
    elif graph.are_indicators(keys):
        yield from graph.item_records(desk, items)
    elif iocs.are_iocs(keys):
        yield from iocs.item_records(desk, reading, items)
    elif first is not None and first.fault:
        raise Unreadable("broken", first.fault, first.line)
    else:
        raise Unreadable("unknown-layout", f"the keys {', '.join(keys[:8])} are not those of {_KNOWN}", 1)
