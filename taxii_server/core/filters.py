"""The query of a request to objects, manifest, versions or a delete (TAXII 2.1 §3.4).

Parsed once into values; nothing behind this module sees a query string.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

import msgspec

from taxii_server.core.cursor import Cursor, parse_cursor
from taxii_server.core.errors import MalformedQuery
from taxii_server.core.shelves import ALL_SHELVES, Shelf
from taxii_server.core.timestamps import parse_query_timestamp

_LARGEST_INTEGER = 2**53 - 1  # TAXII 2.1 §2

T = TypeVar("T")


class Keyword(StrEnum):
    """The words of ``match[version]``."""

    FIRST = "first"
    LAST = "last"
    ALL = "all"


class Match(msgspec.Struct, frozen=True, omit_defaults=True):
    """The match fields; an empty tuple is a field that the request does not have.

    ``object_id`` is the object of the URL, ``instants`` are the timestamps of ``match[version]``.
    """

    object_id: str | None = None
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    spec_versions: tuple[str, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    instants: tuple[int, ...] = ()

    @property
    def canonical(self) -> str:
        """The same text for the same fields, whatever the order of their values."""
        return msgspec.json.encode(self, order="sorted").decode()

    @property
    def is_default_version(self) -> bool:
        """Whether the request leaves the version to the default, the latest (TAXII 2.1 §3.4.1)."""
        return not self.keywords and not self.instants

    @property
    def wanted_ids(self) -> tuple[str, ...]:
        """The ids that can be in the answer; empty for any."""
        return (self.object_id,) if self.object_id is not None else self.ids

    def shelves(self) -> tuple[int, ...]:
        """The shelves that hold what the version words and spec versions ask for."""
        keywords = self.keywords or (() if self.instants else (Keyword.LAST,))
        return tuple(shelf for shelf in self._spec_shelves() if any(self._stands(word, shelf) for word in keywords))

    def instant_shelves(self) -> tuple[int, ...]:
        """The shelves on which a version chosen by its timestamp may stand."""
        return tuple(shelf for shelf in self._spec_shelves() if self._stands(Keyword.ALL, shelf))

    def _spec_shelves(self) -> Iterable[int]:
        if not self.spec_versions:
            return ALL_SHELVES
        return (shelf for shelf in ALL_SHELVES if ("2.0" if shelf & Shelf.STIX_20 else "2.1") in self.spec_versions)

    def _stands(self, word: Keyword, shelf: int) -> bool:
        if self.spec_versions:
            bits = {Keyword.FIRST: Shelf.FIRST_IN_SPEC, Keyword.LAST: Shelf.LAST_IN_SPEC}
            return word is Keyword.ALL or bool(shelf & bits[word])
        bits = {Keyword.FIRST: Shelf.FIRST, Keyword.LAST: Shelf.LAST}
        return not shelf & Shelf.SHADOWED and (word is Keyword.ALL or bool(shelf & bits[word]))


class Query(msgspec.Struct, frozen=True):
    """A parsed query. ``limit`` counts entries, ``added_after`` is an instant."""

    match: Match
    limit: int | None = None
    added_after: int | None = None
    cursor: Cursor | None = None


class Walk(msgspec.Struct, frozen=True):
    """Where a page begins: the fields it is read with, where the walk began, and the instant it goes on after."""

    match: Match
    start: int | None
    after: int
    is_foreign: bool = False


BEFORE_EVERYTHING = -(2**62)

OBJECTS_FIELDS = frozenset({"id", "type", "version", "spec_version"})
OBJECT_FIELDS = frozenset({"version", "spec_version"})
VERSIONS_FIELDS = frozenset({"spec_version"})


def parse_query(pairs: Iterable[tuple[str, str]], fields: frozenset[str], object_id: str | None = None) -> Query:
    """The query of these parameters, as far as the endpoint knows them; others are left alone (§3.4).

    Raises MalformedQuery with a sentence that names the parameter.
    """
    known = {"limit", "added_after", "next"} | {f"match[{field}]" for field in fields}
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in known and name in given:
            raise MalformedQuery(f"The parameter {name} stands more than once in the query; it can be given once.")
        given[name] = value
    return Query(
        match=_parse_match(given, fields, object_id),
        limit=_parse_with(parse_limit, given, "limit"),
        added_after=_parse_with(_parse_added_after, given, "added_after"),
        # MISP sends an empty `next` for the first page
        cursor=_parse_with(_parse_next, given, "next") if given.get("next") else None,
    )


def parse_limit(text: str) -> int:
    """The number of entries asked for. Raises MalformedQuery unless it is an integer above 0."""
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and 0 < int(text) <= _LARGEST_INTEGER):
        raise MalformedQuery(f"limit is an integer above 0 and below 2^53, not {text[:40]!r}.")
    return int(text)


def resolve(query: Query, collection: str) -> Walk:
    """Where the page of this query begins.

    A ``next`` of another collection, of other match fields or of another ``added_after`` does not fit; then the
    walk starts over instead of skipping what lies before the token's position (clients.md, "Foreign next").
    Raises MalformedQuery where the token has only a fingerprint of its fields and the request has none.
    """
    cursor = query.cursor
    if cursor is None:
        return _start(query.match, query.added_after)
    match = _match_of(query.match, cursor)
    start = cursor.start if query.added_after is None else query.added_after
    belongs = cursor.collection == collection and start == cursor.start and cursor.fits(match.canonical)
    if not belongs:
        return msgspec.structs.replace(_start(match, start), is_foreign=True)
    return Walk(match, cursor.start, cursor.position)


def _start(match: Match, added_after: int | None) -> Walk:
    return Walk(match, added_after, BEFORE_EVERYTHING if added_after is None else added_after)


def _match_of(match: Match, cursor: Cursor) -> Match:
    """The request's fields, or the token's where the request has none."""
    if match != Match(object_id=match.object_id):
        return match
    if cursor.fingerprint_only:
        raise MalformedQuery("The match fields of this walk are too long for next to carry: repeat them beside it.")
    try:
        carried = msgspec.json.decode(cursor.match, type=Match)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedQuery("next is no token of this server; leave it out to start from the beginning.") from error
    return carried if carried.object_id == match.object_id else match


def _parse_match(given: Mapping[str, str], fields: frozenset[str], object_id: str | None) -> Match:
    values = {field: _values(given, field) for field in fields}
    keywords, instants = _parse_versions(values.get("version", ()))
    return Match(
        object_id=object_id,
        ids=values.get("id", ()),
        types=values.get("type", ()),
        spec_versions=values.get("spec_version", ()),
        keywords=keywords,
        instants=instants,
    )


def _values(given: Mapping[str, str], field: str) -> tuple[str, ...]:
    name = f"match[{field}]"
    if name not in given:
        return ()
    values = tuple(sorted(given[name].split(",")))
    if "" in values:
        raise MalformedQuery(f"{name} has an empty value; values are separated by one comma, without blanks.")
    if len(set(values)) < len(values):
        raise MalformedQuery(f"{name} has a value twice; each can be given once.")
    return values


def _parse_versions(values: tuple[str, ...]) -> tuple[tuple[Keyword, ...], tuple[int, ...]]:
    keywords = tuple(Keyword(value) for value in values if value in set(Keyword))
    instants = tuple(sorted(_parse_version(value) for value in values if value not in set(Keyword)))
    if Keyword.ALL in keywords and len(values) > 1:
        raise MalformedQuery("match[version]=all stands alone: it already names every version.")
    if len(set(instants)) < len(instants):
        raise MalformedQuery("match[version] names one instant twice; each can be given once.")
    return keywords, instants


def _parse_version(value: str) -> int:
    try:
        return parse_query_timestamp(value)
    except ValueError as error:
        raise MalformedQuery(f"match[version] takes first, last, all and timestamps: {error}.") from None


def _parse_added_after(text: str) -> int:
    try:
        return parse_query_timestamp(text)
    except ValueError as error:
        raise MalformedQuery(f"added_after is {error}.") from None


def _parse_next(token: str) -> Cursor:
    try:
        return parse_cursor(token)
    except ValueError as error:
        raise MalformedQuery(f"next cannot be used: {error}; leave it out to start from the beginning.") from None


def _parse_with(parse: Callable[[str], T], given: Mapping[str, str], name: str) -> T | None:
    return parse(given[name]) if name in given else None
