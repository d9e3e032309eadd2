"""Objects addressed by name, whatever the spelling and order of their keys: JSON as it is, tables as text.

Unlike in `rows`, a value keeps its type: lists stay lists, and what is missing is neither false nor empty text.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from msgspec import Struct

from stix_mappers.members import Desk
from stix_mappers.moments import is_moment, moment
from stix_mappers.reading import Item, Reading
from stix_mappers.reading_tables import table_rows

_PLAIN: Final = re.compile(r"[\W_]+")
_LIST: Final = re.compile(r"\s*[|;]\s*")
_LOOK_AHEAD: Final = 100
_YES_NO: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DIGITS: Final = re.compile(r"\d{1,15}(?:\.0+)?")


class Fields(Struct, frozen=True):
    """One object: the line it begins on, and its values by plain names."""

    line: int
    told: dict[str, object]

    def text(self, *names: str) -> str:
        """Return the first of these that holds text or a number, without the blanks around it; else nothing."""
        for name in names:
            value = self.told.get(name)
            if isinstance(value, str) and value.strip():
                return value.strip()
            if isinstance(value, int | float) and not isinstance(value, bool):
                return str(value)
        return ""

    def flag(self, *names: str) -> bool | None:
        """Return what a yes-or-no value says; None where it says neither."""
        for name in names:
            value = self.told.get(name)
            if isinstance(value, bool):
                return value
            if isinstance(value, str | int) and (said := _YES_NO.get(str(value).strip().lower())) is not None:
                return said
        return None

    def whole(self, *names: str) -> int | None:
        """Return a number that is whole and not negative."""
        digits = self.text(*names).replace(",", "")
        return int(digits.partition(".")[0]) if digits.isascii() and _DIGITS.fullmatch(digits) else None

    def texts(self, *names: str) -> tuple[str, ...]:
        """Return a list of texts; in a table its items stand between bars or semicolons."""
        value = next((self.told[name] for name in names if self.told.get(name)), None)
        if isinstance(value, list):
            return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())
        return tuple(part for part in _LIST.split(value) if part.strip()) if isinstance(value, str) else ()

    def objects(self, *names: str) -> list["Fields"]:
        """Return a list of objects."""
        value = next((self.told[name] for name in names if self.told.get(name)), None)
        found = value if isinstance(value, list) else []
        return [Fields(self.line, named(item)) for item in found if isinstance(item, Mapping)]

    def day(self, *names: str) -> str | None:
        """Return a date or date-time as it is written, if it is one."""
        written = self.text(*names)
        if not 10 <= len(written) <= 40 or not is_moment(written):
            return None
        return written if len(written) == 10 else moment(written)

    def is_blank(self) -> bool:
        """Tell whether nothing is said at all."""
        return all(value is None or (isinstance(value, str) and not value.strip()) for value in self.told.values())


def plain(name: str) -> str:
    """Return a key without case, blanks and marks: `Entity_URN ` is `entityurn`."""
    return _PLAIN.sub("", name).lower()


def named(item: Mapping[object, object]) -> dict[str, object]:
    """Return an object by plain names; of two keys with one name the first counts."""
    found: dict[str, object] = {}
    for key, value in item.items():
        found.setdefault(plain(str(key)), value)
    return found


def objects_of(desk: Desk, reading: Reading) -> tuple[frozenset[str], Iterator[Fields]]:
    """Return the plain names of the first object, and the objects of JSON or of a table, broken ones skipped."""
    if reading.layout == "json":
        first, items = _first(reading.items())
        return frozenset(named(first) if isinstance(first, Mapping) else ()), _of_items(desk, items)
    return frozenset(plain(name) for name in header_of(reading)), _of_rows(desk, reading)


def header_of(reading: Reading) -> tuple[str, ...]:
    """Return the first row of a table that is not blank, read from the beginning of the text alone."""
    lines = ((number, line) for number, line in enumerate(reading.sample.splitlines(keepends=True), 1))
    rows = table_rows(lines, reading.sample)
    return next((row.cells for row in rows if any(cell.strip() for cell in row.cells)), ())


def _first(items: Iterator[Item]) -> tuple[object, Iterator[Item]]:
    seen: list[Item] = []
    for item in items:
        seen.append(item)
        if isinstance(item.value, Mapping) or len(seen) > _LOOK_AHEAD:
            break
    return (seen[-1].value if seen else None), chain(seen, items)


def _of_items(desk: Desk, items: Iterator[Item]) -> Iterator[Fields]:
    for item in items:
        if item.fault is not None:
            desk.skip(item.line, "broken", str(item.value), item.fault)
        elif not isinstance(item.value, Mapping):
            desk.skip(item.line, "unknown-type", str(item.value), "not an object")
        elif (found := Fields(item.line, named(item.value))).is_blank():
            desk.skip(item.line, "blank", "")
        else:
            yield found


def _of_rows(desk: Desk, reading: Reading) -> Iterator[Fields]:
    names: tuple[str, ...] = ()
    for row in reading.rows():
        if row.fault is not None:
            desk.skip(row.line, "broken", ",".join(row.cells), row.fault)
        elif not any(cell.strip() for cell in row.cells):
            desk.skip(row.line, "blank", "")
        elif not names:
            names = tuple(plain(cell) for cell in row.cells)
        else:
            # the first of two columns with one name counts, so that they are put in from behind
            cells = list(zip(names, row.cells, strict=False))
            yield Fields(row.line, dict(reversed(cells)))
