"""Verizon Media: Tumblr's names and disclosures, reports of Yahoo and AOL Mail (platform-records.md, section 12).

What a file is, is seen from its header, its first lines or its first object, never from its name.
"""

from collections.abc import Iterator
from typing import Final

from stix_mappers.members import Desk
from stix_mappers.members.rows import first_items, header_of, plain
from stix_mappers.members.verizon_media import disclosures, feedback, names
from stix_mappers.reading import Reading, opened
from stix_mappers.record import Record
from stix_mappers.skips import Unreadable

_KNOWN: Final = "a list of names, disclosures or a mail feedback report"
_KILL_CHAIN: Final = frozenset({"tactic", "technique", "procedure"})


def records(desk: Desk) -> Iterator[Record]:
    """Yield the records of one file.

    Raises:
        Unreadable: the file is none of the layouts of this member.
    """
    with desk.source.open() as stream:
        reading = opened(stream)
        if feedback.is_mail(reading.sample):
            yield from feedback.records(desk, reading)
        elif reading.layout == "json":
            yield from _of_json(desk, reading)
        elif reading.layout == "xml":
            raise Unreadable("unknown-layout", f"XML is none of {_KNOWN}", 1)
        else:
            yield from _of_text(desk, reading)


def _of_text(desk: Desk, reading: Reading) -> Iterator[Record]:
    header = header_of(reading)
    if {plain(name) for name in header} >= _KILL_CHAIN:
        desk.skip(1, "out-of-scope", desk.source.name, "rows of Meta (facebook): its leads about our services")
    elif names.is_table(header):
        yield from names.table_records(desk, reading)
    elif names.are_names(reading.sample):
        yield from names.line_records(desk, reading)
    else:
        raise Unreadable("unknown-layout", f"the columns {', '.join(header[:8])} are not those of {_KNOWN}", 1)


def _of_json(desk: Desk, reading: Reading) -> Iterator[Record]:
    first, items = first_items(reading.items())
    keys = tuple(map(str, first.value)) if first is not None and isinstance(first.value, dict) else ()
    if disclosures.are_disclosures(keys):
        yield from disclosures.records(desk, items)
    elif first is not None and first.fault:
        raise Unreadable("broken", first.fault, first.line)
    else:
        raise Unreadable("unknown-layout", f"the keys {', '.join(keys[:8])} are not those of {_KNOWN}", 1)
