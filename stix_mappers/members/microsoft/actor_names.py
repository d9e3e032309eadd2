"""Microsoft's own table of actor names: the project carries it, so that it gives no records (section 3.1)."""

from collections.abc import Iterator, Sequence

from stix_mappers.actors import actor
from stix_mappers.members import Desk
from stix_mappers.members.rows import cell, json_rows, plain
from stix_mappers.reading import Item
from stix_mappers.record import Record

_COLUMNS = {"threatactorname": "name", "originthreat": "origin", "othernames": "others"}


def are_names(keys: Sequence[str]) -> bool:
    """Tell whether an object with these keys is a row of the table."""
    return "threatactorname" in {plain(key) for key in keys}


def records(desk: Desk, items: Iterator[Item]) -> Iterator[Record]:
    """Yield nothing: names are no takedowns. Those that the project does not know yet are told one by one."""
    desk.skip(1, "out-of-scope", desk.source.name, "a table of actor names: read for names and aliases")
    for row in json_rows(desk, items, _COLUMNS):
        name = cell(row, "name")
        if name and actor(name) is None:
            desk.skip(row.line, "out-of-scope", name, "an actor that is not in the table of the project yet")
    yield from ()
