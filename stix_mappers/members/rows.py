"""Rows addressed by name: tables and JSON alike, whatever the spelling and order of their columns.

A member gives the names it knows for each column (`Columns`); what a row does not have is empty.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Final

from msgspec import Struct

from stix_mappers.members import Desk
from stix_mappers.reading import Item, Reading
from stix_mappers.reading_tables import table_rows

_PLAIN: Final = re.compile(r"[\W_]+")
_LOOK_AHEAD: Final = 100

Columns = Mapping[str, str]
"""Our name of a column by each of its spellings, those in lower case without anything but letters and digits."""


class Named(Struct, frozen=True):
    """One row: the line it begins on and its cells by our names of the columns."""

    line: int
    cells: dict[str, str]


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a column's name as `Columns` has it: `User_Screen Name ` is `userscreenname`."""
    return _PLAIN.sub("", name).lower()


def header_of(reading: Reading) -> tuple[str, ...]:
    """Return the first row of a table that is not blank, read from the beginning of the text alone."""
    lines = ((number, line) for number, line in enumerate(reading.sample.splitlines(keepends=True), 1))
    rows = table_rows(lines, reading.sample)
    return next((row.cells for row in rows if any(cell.strip() for cell in row.cells)), ())


def renamed(names: tuple[str, ...], columns: Columns) -> tuple[str, ...]:
    """Return our names of columns, in their order; the second of one name, and an unknown one, keeps its own."""
    found: list[str] = []
    for number, name in enumerate(names):
        ours = columns.get(plain(name), f"?{plain(name)}")
        found.append(ours if ours not in found else f"?{number} {ours}")
    return tuple(found)


def table(desk: Desk, reading: Reading, columns: Columns) -> Iterator[Named]:
    """Yield the rows of a table below its header; what is blank or cannot be read is skipped with its reason."""
    names: tuple[str, ...] = ()
    for row in reading.rows():
        if row.fault is not None:
            desk.skip(row.line, "broken", ",".join(row.cells), row.fault)
        elif not any(cell and not cell.isspace() for cell in row.cells):
            desk.skip(row.line, "blank", "")
        elif not names:
            names = renamed(row.cells, columns)
        else:
            yield Named(row.line, dict(zip(names, row.cells, strict=False)))


def first_items(items: Iterator[Item]) -> tuple[Item | None, Iterator[Item]]:
    """Return the first item that is an object, else the first of all, and the items from the beginning."""
    seen: list[Item] = []
    for item in items:
        seen.append(item)
        if isinstance(item.value, dict) or len(seen) > _LOOK_AHEAD:
            break
    found = next((item for item in seen if isinstance(item.value, dict)), seen[0] if seen else None)
    return found, chain(seen, items)


def json_rows(desk: Desk, items: Iterator[Item], columns: Columns) -> Iterator[Named]:
    """Yield JSON objects as rows, their values as text."""
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, Mapping):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        else:
            keys = tuple(map(str, item.value))
            yield Named(item.line, dict(zip(renamed(keys, columns), map(text, item.value.values()), strict=True)))


def text(value: object) -> str:
    """Return a JSON value as a cell would hold it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        return f"[{', '.join(map(text, value))}]"
    return str(value)


def cell(row: Named, name: str) -> str:
    """Return a cell without the blanks around it; what is missing is empty."""
    return row.cells.get(name, "").strip()


def whole(written: str) -> int | None:
    """Return a number of followers or the like, if it is one: `1,234`, `12.0`; never a negative one."""
    digits = written.replace(",", "").removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def signed(written: str) -> int | None:
    """Return a number that may be negative, such as karma."""
    number = whole(written.removeprefix("-").strip())
    return number if number is None or not written.startswith("-") else -number


def flag(written: str) -> bool | None:
    """Return what a yes-or-no cell says; None where it says neither."""
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(written.lower())
