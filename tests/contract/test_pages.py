"""Pages with every filter, alone and together, held against the model (TAXII 2.1 §3.4, §3.5)."""

import random
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.filters import BEFORE_EVERYTHING, Keyword, Match, Walk
from taxii_server.store.contract import Reading, Record, Store
from tests.contract.filling import FEED, INBOX, NOW, accepted, id_of, numbered, put, put_at, walk
from tests.model import Entry, Log

KINDS = ("indicator", "campaign", "tool", "domain-name")
IDS = [id_of(kind, number) for kind in KINDS for number in range(6)]
INSTANTS = [NOW - 5_000_000 + step * 1_000_000 for step in range(6)]
ENTRIES = 160
NO_BOUND = 10**9


@pytest.fixture(scope="module")
def log(shared_store: Store) -> Log:
    """Some 160 entries: versions out of order, in both spec versions, observables with several contents.

    The model has the same, with the dates that the store gave.
    """
    chance = random.Random(7)
    log = Log()
    while len(log.entries) < ENTRIES:
        for _ in range(chance.randint(1, 6)):
            _put_one(shared_store, log, chance)
    put(shared_store, numbered(3, 1000), collection=INBOX)
    return log


def _put_one(store: Store, log: Log, chance: random.Random) -> None:
    object_id = chance.choice(IDS)
    is_observable = object_id.startswith("domain-name")
    instant = None if is_observable else chance.choice(INSTANTS)
    text = "x" * chance.choice([0, 10, 500])
    one = accepted(object_id, instant, stix_20=not is_observable and chance.random() < 0.4, text=text)
    version = one.version.text if one.version else ""
    entry = Entry(object_id, one.object_type, one.stix_20, instant or 0, version, one.content)
    if log.push([entry], "alpha")[0].is_new:
        before = _last_date(store)
        put_at(store, [one], lambda: NOW)
        assert _last_date(store) > before
        log.date([_last_date(store)])


def _last_date(store: Store) -> int:
    return store.collection_state(FEED).last_date


@pytest.fixture(scope="module")
def reading(shared_store: Store, log: Log) -> Iterator[Reading]:
    """A snapshot of the filled store."""
    with shared_store.reading() as reading:
        yield reading


def subsets(values: list[str], largest: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=largest, unique=True).map(lambda found: tuple(sorted(found)))


OBJECTS = st.one_of(
    st.just(Match()),
    st.builds(Match, ids=subsets([*IDS, "indicator--unknown"], 3)),
    st.builds(Match, ids=subsets([*IDS, "indicator--unknown"], 25)),
    st.builds(Match, object_id=st.sampled_from(IDS)),
)
FIELDS = st.fixed_dictionaries(
    {
        "types": subsets([*KINDS, "x-unknown"], 3),
        "spec_versions": subsets(["2.0", "2.1", "9.9"], 2),
        "keywords": st.sampled_from(
            [(), (), (Keyword.FIRST,), (Keyword.LAST,), (Keyword.FIRST, Keyword.LAST), (Keyword.ALL,)]
        ),
        "instants": st.just(()) | st.sets(st.sampled_from([*INSTANTS, 1]), max_size=3).map(sorted).map(tuple),
    }
)
MATCHES = st.builds(lambda match, fields: msgspec.structs.replace(match, **fields), OBJECTS, FIELDS)
"""Of the URL's object and match[id] a request has one at most."""


def recorded(entries: list[Entry]) -> list[Record]:
    return [Record(one.object_id, one.date_added, one.version, one.stix_20) for one in entries]


def test_the_collection_has_what_makes_filters_hard(log: Log) -> None:
    both = {(one.object_id, one.instant) for one in log.entries if one.stix_20}
    assert both & {(one.object_id, one.instant) for one in log.entries if not one.stix_20}
    assert max(len([one for one in log.entries if one.object_id == object_id]) for object_id in IDS) > 5


@given(match=MATCHES)
def test_objects_are_those_that_match(reading: Reading, log: Log, match: Match) -> None:
    page = reading.objects(reading.state(FEED), walk(match), ENTRIES + 1, NO_BOUND)
    assert page.contents == [one.content for one in log.view(match)]


@given(match=MATCHES)
def test_records_are_those_of_the_objects_that_match(reading: Reading, log: Log, match: Match) -> None:
    assert reading.records(reading.state(FEED), walk(match), ENTRIES + 1).records == recorded(log.view(match))


@given(match=MATCHES, data=st.data())
def test_a_page_begins_after_its_start(reading: Reading, log: Log, match: Match, data: st.DataObject) -> None:
    after = data.draw(st.sampled_from([one.date_added + step for one in log.entries for step in (-1, 0)]))
    page = reading.records(reading.state(FEED), walk(match, after), ENTRIES + 1)
    assert page.records == recorded([one for one in log.view(match) if one.date_added > after])


@given(match=MATCHES, limit=st.integers(1, ENTRIES))
def test_a_page_has_as_many_entries_as_asked_for(reading: Reading, log: Log, match: Match, limit: int) -> None:
    page = reading.records(reading.state(FEED), walk(match), limit)
    assert page.records == recorded(log.view(match)[:limit])


@given(match=MATCHES, limit=st.integers(1, ENTRIES), max_bytes=st.integers(1, 3000))
def test_more_is_told_exactly_when_there_is_more(
    reading: Reading, log: Log, match: Match, limit: int, max_bytes: int
) -> None:
    matching = len(log.view(match))
    objects = reading.objects(reading.state(FEED), walk(match), limit, max_bytes)
    records = reading.records(reading.state(FEED), walk(match), limit)
    assert [objects.more, records.more] == [len(objects.contents) < matching, limit < matching]


@given(match=MATCHES)
def test_a_page_tells_the_dates_at_its_ends(reading: Reading, log: Log, match: Match) -> None:
    page = reading.objects(reading.state(FEED), walk(match), 7, NO_BOUND)
    dates = [one.date_added for one in log.view(match)[:7]]
    assert (page.first, page.last) == ((dates[0], dates[-1]) if dates else (None, None))


@given(match=MATCHES, max_bytes=st.integers(1, 3000))
def test_a_page_grows_up_to_its_octets_and_no_further(reading: Reading, log: Log, match: Match, max_bytes: int) -> None:
    page = reading.objects(reading.state(FEED), walk(match), ENTRIES, max_bytes)
    sizes = [len(one.content) + 1 for one in log.view(match)]  # a comma each
    count = len(page.contents)
    assert count <= 1 or sum(sizes[:count]) <= max_bytes
    assert count == len(sizes) or sum(sizes[: count + 1]) > max_bytes


def test_an_object_over_the_octets_of_a_page_comes_alone(reading: Reading) -> None:
    assert len(reading.objects(reading.state(FEED), walk(), 10, 1).contents) == 1


@given(match=MATCHES, limit=st.integers(1, 9), max_bytes=st.integers(1, 3000))
def test_a_walk_gives_everything_once(reading: Reading, log: Log, match: Match, limit: int, max_bytes: int) -> None:
    found: list[bytes] = []
    after, more = BEFORE_EVERYTHING, True
    while more:
        page = reading.objects(reading.state(FEED), Walk(match, None, after), limit, max_bytes)
        found += page.contents
        after, more = page.last or after, page.more
    assert found == [one.content for one in log.view(match)]


@pytest.mark.parametrize("number", [100, 500, 2000])
def test_very_many_ids_can_be_asked_for(reading: Reading, log: Log, number: int) -> None:
    match = Match(ids=tuple(sorted([*IDS, *(id_of("tool", one) for one in range(100, 100 + number))])))
    assert reading.records(reading.state(FEED), walk(match), ENTRIES).records == recorded(log.view(Match()))


def test_very_many_types_can_be_asked_for(reading: Reading, log: Log) -> None:
    match = Match(types=tuple(sorted([*KINDS, *(f"x-{one}" for one in range(200))])))
    assert reading.records(reading.state(FEED), walk(match), ENTRIES).records == recorded(log.view(Match()))


def test_very_many_versions_can_be_asked_for(reading: Reading, log: Log) -> None:
    match = Match(instants=tuple(sorted([*INSTANTS, *range(1000)])))
    assert reading.records(reading.state(FEED), walk(match), ENTRIES).records == recorded(log.view(match))


@pytest.mark.parametrize(
    "value", ["%", "_", "indicator%", "' OR 1=1 --", "indicator--*", "\0", "[a-z]*", "", "\U0001f600"]
)
def test_values_of_filters_are_data(reading: Reading, value: str) -> None:
    for match in (Match(ids=(value,)), Match(types=(value,)), Match(object_id=value), Match(spec_versions=(value,))):
        assert reading.records(reading.state(FEED), walk(match), 10).records == []


def test_collections_do_not_see_each_other(reading: Reading) -> None:
    found = reading.records(reading.state(INBOX), walk(Match(keywords=(Keyword.ALL,))), 100).records
    assert [one.object_id for one in found] == [id_of("indicator", number) for number in range(1000, 1003)]


@pytest.mark.parametrize("object_id", [IDS[0], id_of("indicator", 1000), "indicator--unknown"])
def test_a_collection_knows_which_objects_it_holds(reading: Reading, object_id: str) -> None:
    assert [reading.holds(reading.state(one), object_id) for one in (FEED, INBOX)] == [
        object_id in IDS,
        object_id == id_of("indicator", 1000),
    ]
