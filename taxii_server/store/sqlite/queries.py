"""The one statement of a page: a merge of index ranges, one for each shelf that can hold a match.

Each range is read in the order of ``date_added`` and only as far as the page needs, so what a page costs does not
depend on how much is stored, whatever the filter.
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from taxii_server.core.filters import Match

OBJECT_COLUMNS = "e.date_added, b.content FROM entries e{index} JOIN bodies b ON b.number = e.body"
RECORD_COLUMNS = "e.date_added, o.id, e.version, e.stix_20 FROM entries e{index} JOIN objects o ON o.number = e.object"

_MOST_RANGES = 60
"""Above this many ranges, one range an index is read and sorted instead of merged."""

_NUMBER_OF = "(SELECT number FROM objects WHERE id = :{name})"
_NUMBERS = "(SELECT number FROM objects WHERE id IN (SELECT value FROM json_each(:ids)))"

Bindings = dict[str, int | str]


class Statement(NamedTuple):
    """SQL with the values for its names; ``:collection``, ``:after`` and ``:limit`` are the caller's.

    Shared by callers: they copy the bindings and leave them as they are.
    """

    sql: str
    bindings: Bindings


@lru_cache(maxsize=1024)
def page_statement(columns: str, match: Match, present: int) -> Statement:
    """The statement for a page of these columns; ``present`` has a bit for each shelf in use.

    Remembered: most polls of a collection ask for the same fields, and differ in ``:after`` alone.
    """
    shelves = _present(match.shelves(), present)
    others = _present(set(match.instant_shelves()) - set(shelves), present) if match.instants else ()
    bindings: Bindings = {}
    conditions = [*_ranges(match, shelves, bindings), *_instant_ranges(match, others, bindings)]
    return Statement(_merge(columns, tuple(conditions)), bindings)


def _present(shelves: Iterable[int], present: int) -> tuple[int, ...]:
    return tuple(sorted(shelf for shelf in shelves if present >> shelf & 1))


class _Range(NamedTuple):
    by: str
    condition: str


def _ranges(match: Match, shelves: tuple[int, ...], bindings: Bindings) -> Iterator[_Range]:
    if match.wanted_ids:
        return _ranges_of_ids(match, shelves, bindings)
    if match.types:
        return _ranges_of_types(match.types, shelves, bindings)
    return (_Range("", f"e.shelf = {shelf}") for shelf in shelves)


def _ranges_of_ids(match: Match, shelves: tuple[int, ...], bindings: Bindings) -> Iterator[_Range]:
    ids = match.wanted_ids
    only = _only_types(match.types, bindings)
    if len(ids) * len(shelves) > _MOST_RANGES:
        bindings["ids"] = json.dumps(ids)
        yield _Range("entries_by_object", f"e.object IN {_NUMBERS} AND e.shelf IN {_listed(shelves)}{only}")
        return
    for number, object_id in enumerate(ids):
        bindings[f"id{number}"] = object_id
        found = _NUMBER_OF.format(name=f"id{number}")
        for shelf in shelves:
            yield _Range("entries_by_object", f"e.object = {found} AND e.shelf = {shelf}{only}")


def _ranges_of_types(types: tuple[str, ...], shelves: tuple[int, ...], bindings: Bindings) -> Iterator[_Range]:
    if len(types) * len(shelves) > _MOST_RANGES:
        only = _only_types(types, bindings)
        yield from (_Range("", f"e.shelf = {shelf}{only}") for shelf in shelves)
        return
    for number, name in enumerate(types):
        bindings[f"type{number}"] = name
        yield from (_Range("entries_by_type", f"e.type = :type{number} AND e.shelf = {shelf}") for shelf in shelves)


def _instant_ranges(match: Match, shelves: tuple[int, ...], bindings: Bindings) -> Iterator[_Range]:
    """Versions chosen by their timestamps, on the shelves that the version words do not show anyway."""
    if not shelves:
        return
    only = _only_types(match.types, bindings)
    if match.wanted_ids:
        bindings["ids"] = json.dumps(match.wanted_ids)
        only += f" AND e.object IN {_NUMBERS}"
    bindings["instants"] = json.dumps(match.instants)
    instants = "(SELECT value FROM json_each(:instants))"
    yield _Range("entries_by_version", f"e.instant IN {instants} AND e.shelf IN {_listed(shelves)}{only}")


def _only_types(types: tuple[str, ...], bindings: Bindings) -> str:
    if not types:
        return ""
    bindings["types"] = json.dumps(types)
    return " AND e.type IN (SELECT value FROM json_each(:types))"


def _listed(shelves: tuple[int, ...]) -> str:
    return f"({','.join(map(str, shelves))})"


def _merge(columns: str, ranges: tuple[_Range, ...]) -> str:
    selects = [
        f"SELECT {columns.format(index=f' INDEXED BY {one.by}' if one.by else '')}"
        f" WHERE e.collection = :collection AND {one.condition} AND e.date_added > :after"
        for one in ranges or (_Range("", "e.shelf = -1"),)
    ]
    return " UNION ALL ".join(selects) + " ORDER BY 1 LIMIT :limit"
