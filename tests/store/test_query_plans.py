"""What a page costs: one statement, index searches only, no more work when more is stored (architecture: 2, 7)."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from taxii_server.core.filters import Keyword, Match
from taxii_server.core.shelves import ONLY, Shelf
from taxii_server.core.timestamps import format_timestamp
from taxii_server.store.contract import NewEntry
from taxii_server.store.sqlite import SqliteStore
from taxii_server.store.sqlite.queries import OBJECT_COLUMNS, RECORD_COLUMNS, page_statement
from tests.contract.filling import COLLECTIONS, FEED, NOW, id_of, walk

EVERY_SHELF = (1 << 63) - 1
MANY_IDS = tuple(sorted(id_of("indicator", number) for number in range(100)))
OBJECTS = {
    "everything": Match(),
    "one id": Match(ids=MANY_IDS[:1]),
    "three ids": Match(ids=MANY_IDS[:3]),
    "many ids": Match(ids=MANY_IDS),
    "the object of the URL": Match(object_id=MANY_IDS[0]),
}
TYPES: dict[str, tuple[str, ...]] = {
    "": (),
    "one type": ("indicator",),
    "two types": ("campaign", "indicator"),
    "many types": tuple(f"x-{number:03}" for number in range(100)),
}
SPEC_VERSIONS: dict[str, tuple[str, ...]] = {"": (), "2.0": ("2.0",), "2.1": ("2.1",), "both": ("2.0", "2.1")}
VERSIONS: dict[str, tuple[tuple[Keyword, ...], tuple[int, ...]]] = {
    "": ((), ()),
    "first": ((Keyword.FIRST,), ()),
    "last": ((Keyword.LAST,), ()),
    "first,last": ((Keyword.FIRST, Keyword.LAST), ()),
    "all": ((Keyword.ALL,), ()),
    "a time": ((), (NOW,)),
    "last and times": ((Keyword.LAST,), (NOW, NOW + 1)),
}
PRESENT = {
    "one version of each object": 1 << ONLY,
    "several versions": 1 << ONLY
    | 1 << (Shelf.FIRST | Shelf.FIRST_IN_SPEC)
    | 1 << (Shelf.LAST | Shelf.LAST_IN_SPEC)
    | 1,
    "every shelf": EVERY_SHELF,
}
MOST_RANGES = 60


def combinations(match: Match, types: str) -> Iterator[Match]:
    """What is asked for, with these types, every choice of spec versions and every choice of versions."""
    for spec_versions, (keywords, instants) in itertools.product(SPEC_VERSIONS.values(), VERSIONS.values()):
        yield Match(match.object_id, match.ids, TYPES[types], spec_versions, keywords, instants)


def may_sort(match: Match, present: int) -> bool:
    """The two cases in which a page is sorted: versions by their timestamps, and very many ids.

    Elsewhere the ranges are merged as they are read, and what lies behind the page is never touched.
    """
    ranges = len(match.wanted_ids) * len([one for one in match.shelves() if present >> one & 1])
    return bool(match.instants) or ranges > MOST_RANGES


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """An empty store."""
    made = SqliteStore(tmp_path_factory.mktemp("plans") / "store.db")
    made.initialise()
    made.open(COLLECTIONS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def connection(store: SqliteStore) -> Iterator[apsw.Connection]:
    """A connection to ask for plans."""
    made = apsw.Connection(str(store.path))
    yield made
    made.close()


def plan(connection: apsw.Connection, columns: str, match: Match, present: int) -> list[str]:
    statement = page_statement(columns, match, present)
    bindings = {"collection": 1, "after": 0, "limit": 100, **statement.bindings}
    return [detail for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", bindings)]


@pytest.mark.parametrize("present", PRESENT.values(), ids=PRESENT)
@pytest.mark.parametrize("types", TYPES)
@pytest.mark.parametrize("what", OBJECTS.values(), ids=OBJECTS)
def test_a_page_is_read_by_index_searches_in_the_order_of_dates(
    connection: apsw.Connection, what: Match, types: str, present: int
) -> None:
    for match, columns in itertools.product(combinations(what, types), (OBJECT_COLUMNS, RECORD_COLUMNS)):
        steps = plan(connection, columns, match, present)
        # what may be scanned is the list of values that the request itself brought
        scans = [step for step in steps if step.startswith("SCAN") and "json_each" not in step]
        assert scans == [], match
        sorts = [step for step in steps if step.startswith("USE TEMP B-TREE") and "ORDER BY" in step]
        assert not sorts or may_sort(match, present), match


def test_a_plan_that_scans_or_sorts_would_be_noticed(connection: apsw.Connection) -> None:
    rows = connection.execute("EXPLAIN QUERY PLAN SELECT * FROM entries WHERE body = 1 ORDER BY version")
    assert [detail for *_, detail in rows] == ["SCAN entries", "USE TEMP B-TREE FOR ORDER BY"]


class Steps:
    """Counts the statements, and the steps of SQLite's machine, of every connection opened after it."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.steps = 0

    def watch(self, connection: apsw.Connection) -> None:
        """Take part in everything that a connection does."""
        connection.trace_v2(apsw.SQLITE_TRACE_STMT | apsw.SQLITE_TRACE_PROFILE, self._note)

    def _note(self, event: dict[str, object]) -> None:
        if event["code"] == apsw.SQLITE_TRACE_STMT:
            self.statements.append(str(event["sql"]))
        else:
            status = event["stmt_status"]
            assert isinstance(status, dict)
            self.steps += status["SQLITE_STMTSTATUS_VM_STEP"]

    def clear(self) -> None:
        """Begin again."""
        self.statements.clear()
        self.steps = 0


@pytest.fixture(scope="module")
def steps() -> Iterator[Steps]:
    """Watches the connections of the stores below."""
    made = Steps()
    apsw.connection_hooks.append(made.watch)
    yield made
    apsw.connection_hooks.remove(made.watch)


def filled(path: Path, count: int) -> SqliteStore:
    """A store with that many objects, a tenth of them campaigns, a fifth in STIX 2.0, some with three versions."""
    store = SqliteStore(path)
    store.initialise()
    store.open(COLLECTIONS)
    with store.writing() as writing:
        entries = [_entry(number) for number in range(count)]
        writing.append(writing.state(FEED), entries)
    return store


def _entry(number: int) -> NewEntry:
    kind = "campaign" if number % 10 == 0 else "indicator"
    stix_20 = number % 5 == 0
    shelf = [ONLY, ONLY, int(Shelf.LAST | Shelf.LAST_IN_SPEC)][number % 3] | (Shelf.STIX_20 if stix_20 else 0)
    instant = NOW + number
    version = format_timestamp(instant)
    return NewEntry(id_of(kind, number), kind, stix_20, instant, version, int(shelf), b"{}", NOW + number)


SMALL, LARGE, PAGE = 2_000, 20_000, 100


@pytest.fixture(scope="module")
def stores(steps: Steps, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqliteStore, SqliteStore]]:
    """The same objects, once a few, once ten times as many."""
    folder = tmp_path_factory.mktemp("sizes")
    made = filled(folder / "small.db", SMALL), filled(folder / "large.db", LARGE)
    yield made
    for one in made:
        one.close()


PAGES = {
    "everything": Match(),
    "all versions": Match(keywords=(Keyword.ALL,)),
    "a type": Match(types=("campaign",)),
    "a type that is not there": Match(types=("x-none",)),
    "two types, all versions": Match(types=("campaign", "indicator"), keywords=(Keyword.ALL,)),
    "STIX 2.0": Match(spec_versions=("2.0",)),
    "ids": Match(ids=tuple(sorted(id_of("campaign", number) for number in (0, 10, 20, 999_999)))),
    "many ids": Match(ids=tuple(sorted(id_of("campaign", number * 10) for number in range(80)))),
    "an id and its type": Match(ids=(id_of("campaign", 10),), types=("campaign",)),
    "a version": Match(instants=(NOW + 7, NOW + 8)),
    "the last and a version of a type": Match(types=("campaign",), keywords=(Keyword.LAST,), instants=(NOW + 7,)),
    "an object": Match(object_id=id_of("campaign", 10), keywords=(Keyword.ALL,)),
}


def cost(steps: Steps, store: SqliteStore, match: Match, after: int) -> int:
    """Steps of SQLite's machine for one page of objects."""
    with store.reading() as reading:
        current = reading.state(FEED)
        steps.clear()
        reading.objects(current, walk(match, after), PAGE, 10**9)
    return steps.steps


@pytest.mark.parametrize("match", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("after", [0, NOW + SMALL // 2], ids=["first page", "a later page"])
def test_a_page_costs_the_same_however_much_is_stored(
    steps: Steps, stores: tuple[SqliteStore, SqliteStore], match: Match, after: int
) -> None:
    small, large = (cost(steps, store, match, after) for store in stores)
    assert small > 0
    assert large <= small * 1.2


@pytest.mark.parametrize("match", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("resource", ["objects", "records"])
def test_a_page_is_one_statement(
    steps: Steps, stores: tuple[SqliteStore, SqliteStore], match: Match, resource: str
) -> None:
    with stores[0].reading() as reading:
        current = reading.state(FEED)
        steps.clear()
        if resource == "objects":
            reading.objects(current, walk(match), PAGE, 10**9)
        else:
            reading.records(current, walk(match), PAGE)
    assert len([one for one in steps.statements if one != "COMMIT"]) == 1
