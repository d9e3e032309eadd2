"""A collection as a log: snapshots, transactions, dates, what an entry needs (rules.md 3)."""

import pytest

from taxii_server.core.filters import BEFORE_EVERYTHING, Match
from taxii_server.core.shelves import ONLY, Shelf, Standing
from taxii_server.core.timestamps import format_timestamp
from taxii_server.store.contract import CollectionState, Contribution, NewEntry, Status, Store
from tests.contract.filling import COLLECTIONS, FEED, INBOX, NOW, contents, id_of, numbered, put, records, state, walk

HERE = id_of("indicator", 1)
ELSEWHERE = id_of("indicator", 2)


class Stopped(Exception):
    """Something goes wrong inside a transaction."""


def entry(
    date: int, object_id: str = HERE, *, shelf: int = ONLY, instant: int = NOW, content: bytes = b"{}"
) -> NewEntry:
    return NewEntry(object_id, "indicator", False, instant, format_timestamp(instant), shelf, content, date)


def append(store: Store, *entries: NewEntry, collection: str = FEED) -> None:
    with store.writing() as writing:
        writing.append(writing.state(collection), entries)


def standings(store: Store, object_id: str = HERE) -> list[Standing]:
    with store.writing() as writing:
        return sorted(writing.versions(writing.state(FEED), object_id))


def test_a_new_collection_is_empty(store: Store) -> None:
    fresh = state(store)
    assert (fresh.last_position, fresh.last_date, fresh.changes, fresh.shelves) == (0, 0, 0, 0)


def test_initialising_again_changes_nothing(store: Store) -> None:
    append(store, entry(NOW))
    before = (state(store), contents(store))
    store.initialise()
    store.open(COLLECTIONS)
    assert (state(store), contents(store)) == before


def test_a_collection_that_is_new_in_the_settings_is_registered_beside_the_others(store: Store) -> None:
    append(store, entry(NOW))
    new = "5a61c2e3-df89-4db0-a162-7eafb0c1d2e5"
    store.open([*COLLECTIONS, new])
    assert (state(store, new).last_position, state(store).last_position) == (0, 1)


def test_collections_have_numbers_of_their_own(store: Store) -> None:
    assert state(store, FEED).number != state(store, INBOX).number


def test_a_store_that_is_ready_says_so(store: Store) -> None:
    store.check_ready()


def test_a_store_is_ready_while_somebody_writes(store: Store, second: Store) -> None:
    with second.writing():
        store.check_ready()


def test_what_is_appended_is_read_byte_for_byte(store: Store) -> None:
    octets = '{"b":1,  "a":"\\u0041 é \U0001f600"\n}'.encode()
    append(store, entry(NOW, content=octets))
    assert contents(store) == [octets]


def test_appending_nothing_changes_nothing(store: Store) -> None:
    before = state(store)
    append(store)
    assert state(store) == before


def test_the_state_counts_entries_and_knows_the_newest_date(store: Store) -> None:
    append(store, entry(NOW), entry(NOW + 1, ELSEWHERE))
    append(store, entry(NOW + 2, id_of("tool", 1)))
    assert (state(store).last_position, state(store).last_date) == (3, NOW + 2)


def test_the_state_knows_every_shelf_that_was_used(store: Store) -> None:
    append(store, entry(NOW), entry(NOW + 1, ELSEWHERE, shelf=int(Shelf.LAST)))
    assert state(store).shelves == 1 << ONLY | 1 << Shelf.LAST


def test_appending_is_no_change(store: Store) -> None:
    append(store, entry(NOW))
    assert state(store).changes == 0


def test_a_change_is_counted(store: Store) -> None:
    with store.writing() as writing:
        writing.count_change(writing.state(FEED))
    assert (state(store, FEED).changes, state(store, INBOX).changes) == (1, 0)


def test_another_instance_sees_what_was_committed(store: Store, second: Store) -> None:
    append(store, entry(NOW))
    assert contents(second) == [b"{}"]


def test_nobody_sees_what_is_not_committed(store: Store, second: Store) -> None:
    with store.writing() as writing:
        writing.append(writing.state(FEED), [entry(NOW)])
        assert (contents(store), contents(second)) == ([], [])


def test_a_writer_sees_what_it_wrote(store: Store) -> None:
    with store.writing() as writing:
        writing.append(writing.state(FEED), [entry(NOW)])
        assert writing.state(FEED).last_position == 1


def test_nothing_stays_of_a_transaction_that_failed(store: Store) -> None:
    before = state(store)
    with pytest.raises(Stopped), store.writing() as writing:
        writing.append(writing.state(FEED), [entry(NOW)])
        writing.count_change(writing.state(FEED))
        raise Stopped
    assert (state(store), contents(store)) == (before, [])


def test_the_store_goes_on_after_a_transaction_that_failed(store: Store) -> None:
    with pytest.raises(Stopped), store.writing():
        raise Stopped
    append(store, entry(NOW))
    assert contents(store) == [b"{}"]


def test_everything_read_through_a_snapshot_belongs_to_one_moment(store: Store, second: Store) -> None:
    append(store, entry(NOW))
    with store.reading() as reading:
        before = reading.state(FEED)
        append(second, entry(NOW + 1, ELSEWHERE))
        with second.writing() as writing:
            writing.remove(writing.state(FEED), HERE, writing.versions(writing.state(FEED), HERE))
        page = reading.records(before, walk(), 10)
        assert (reading.state(FEED), [one.object_id for one in page.records]) == (before, [HERE])


def test_a_snapshot_that_is_over_gives_way_to_the_next(store: Store) -> None:
    contents(store)
    append(store, entry(NOW))
    assert contents(store) == [b"{}"]


def test_two_snapshots_can_be_open_at_once(store: Store) -> None:
    with store.reading() as one:
        one.state(FEED)
        append(store, entry(NOW))
        with store.reading() as other:
            assert [reading.state(FEED).last_position for reading in (one, other)] == [0, 1]


def test_a_snapshot_that_failed_is_over(store: Store) -> None:
    with pytest.raises(Stopped), store.reading() as reading:
        reading.state(FEED)
        raise Stopped
    append(store, entry(NOW))
    assert contents(store) == [b"{}"]


def test_entries_come_in_the_order_of_their_dates_whatever_their_shelves(store: Store) -> None:
    shelves = [ONLY, int(Shelf.LAST), ONLY, int(Shelf.LAST | Shelf.LAST_IN_SPEC), ONLY]
    entries = [entry(NOW + number, id_of("tool", number), shelf=shelf) for number, shelf in enumerate(shelves)]
    append(store, *entries)
    assert [one.object_id for one in records(store)] == [id_of("tool", number) for number in range(5)]


def test_dates_before_1970_are_dates(store: Store) -> None:
    append(store, entry(NOW, instant=-62_135_596_800_000_000))
    assert records(store, Match(instants=(-62_135_596_800_000_000,)))[0].version == "0001-01-01T00:00:00.000000Z"


def test_a_walk_after_the_newest_date_is_empty(store: Store) -> None:
    append(store, entry(NOW))
    with store.reading() as reading:
        page = reading.objects(reading.state(FEED), walk(after=NOW), 10, 100)
    assert page == ([], None, None, False)


def test_the_ids_that_are_held_are_told_from_the_others(store: Store) -> None:
    append(store, entry(NOW))
    append(store, entry(NOW, ELSEWHERE), collection=INBOX)
    with store.writing() as writing:
        assert writing.held(writing.state(FEED), [HERE, ELSEWHERE, "tool--x", "%", ""]) == {HERE}


def test_thousands_of_ids_can_be_looked_for(store: Store) -> None:
    put(store, numbered(300))
    with store.writing() as writing:
        held = writing.held(writing.state(FEED), {one.object_id for one in numbered(5000)})
    assert held == {one.object_id for one in numbered(300)}


def test_the_edges_are_the_versions_on_edge_shelves_and_those_of_the_instant(store: Store) -> None:
    first = entry(NOW, shelf=int(Shelf.FIRST | Shelf.FIRST_IN_SPEC), instant=1)
    middle, other = (entry(NOW + n, shelf=0, instant=n + 1) for n in (1, 2))
    last = entry(NOW + 3, shelf=int(Shelf.LAST | Shelf.LAST_IN_SPEC), instant=4)
    append(store, first, middle, other, last, entry(NOW + 4, ELSEWHERE, instant=3))
    with store.writing() as writing:
        edges = writing.edges(writing.state(FEED), HERE, other.instant)
    assert sorted(edge.version for edge in edges) == [1, 3, 4]


def test_a_standing_says_when_its_entry_was_added_and_where_it_stands(store: Store) -> None:
    append(store, entry(NOW + 7, shelf=int(Shelf.LAST), instant=5))
    assert standings(store) == [Standing(NOW + 7, 5, False, int(Shelf.LAST))]


def test_there_are_no_versions_of_an_object_that_is_not_there(store: Store) -> None:
    append(store, entry(NOW), collection=INBOX)
    assert standings(store) == []


def test_the_content_of_a_standing_is_its_octets(store: Store) -> None:
    append(store, entry(NOW, content=b"1", instant=1), entry(NOW + 1, content=b"2", instant=2, shelf=0))
    with store.writing() as writing:
        current = writing.state(FEED)
        assert [writing.content(current, one) for one in sorted(writing.versions(current, HERE))] == [b"1", b"2"]


def test_an_entry_moves_to_another_shelf_and_keeps_its_date(store: Store) -> None:
    append(store, entry(NOW))
    with store.writing() as writing:
        current = writing.state(FEED)
        writing.move(current, writing.versions(current, HERE)[0], int(Shelf.FIRST))
    assert standings(store) == [Standing(NOW, NOW, False, int(Shelf.FIRST))]


def test_a_shelf_that_is_moved_to_is_in_use(store: Store) -> None:
    append(store, entry(NOW))
    with store.writing() as writing:
        current = writing.state(FEED)
        writing.move(current, writing.versions(current, HERE)[0], int(Shelf.FIRST))
    assert state(store).shelves >> Shelf.FIRST & 1


def test_what_is_removed_is_gone(store: Store) -> None:
    append(store, entry(NOW), entry(NOW + 1, ELSEWHERE))
    with store.writing() as writing:
        current = writing.state(FEED)
        writing.remove(current, HERE, writing.versions(current, HERE))
    assert [one.object_id for one in records(store)] == [ELSEWHERE]


def test_removing_from_one_collection_leaves_the_other(store: Store) -> None:
    append(store, entry(NOW))
    append(store, entry(NOW), collection=INBOX)
    with store.writing() as writing:
        current = writing.state(FEED)
        writing.remove(current, HERE, writing.versions(current, HERE))
    assert [len(contents(store, collection=one)) for one in COLLECTIONS] == [0, 1]


def test_dates_do_not_go_back_after_the_newest_entry_is_removed(store: Store) -> None:
    append(store, entry(NOW))
    with store.writing() as writing:
        current = writing.state(FEED)
        writing.remove(current, HERE, writing.versions(current, HERE))
    assert (state(store).last_date, state(store).last_position) == (NOW, 1)


def test_a_contribution_is_remembered_for_its_organisation(store: Store) -> None:
    append(store, entry(NOW))
    given = Contribution(HERE, "alpha", b"digest", NOW)
    with store.writing() as writing:
        writing.contribute(writing.state(FEED), [given])
        assert [writing.contributed(writing.state(FEED), HERE, one) for one in ("alpha", "beta")] == [given, None]


def test_a_later_contribution_takes_the_place_of_the_earlier(store: Store) -> None:
    append(store, entry(NOW), entry(NOW + 1, instant=2, shelf=0))
    given = [Contribution(HERE, "alpha", digest, date) for digest, date in ((b"1", NOW), (b"2", NOW + 1))]
    with store.writing() as writing:
        for one in given:
            writing.contribute(writing.state(FEED), [one])
        assert writing.contributed(writing.state(FEED), HERE, "alpha") == given[1]


def test_contributions_go_with_the_entry_that_they_gave(store: Store) -> None:
    append(store, entry(NOW), entry(NOW + 1, instant=2, shelf=0))
    given = [Contribution(HERE, "alpha", b"1", NOW), Contribution(HERE, "beta", b"2", NOW + 1)]
    with store.writing() as writing:
        current = writing.state(FEED)
        writing.contribute(current, given)
        writing.remove(current, HERE, [one for one in writing.versions(current, HERE) if one.key == NOW])
        assert [writing.contributed(current, HERE, one) for one in ("alpha", "beta")] == [None, given[1]]


def kept(status_id: str = "s", expires: int = NOW + 10) -> Status:
    return Status(status_id, "plain", "alpha", expires, b'{"id":"s"}')


def test_a_status_is_kept_as_it_is(store: Store, second: Store) -> None:
    with store.writing() as writing:
        writing.keep_status(kept(), NOW)
    assert second.status("s", NOW) == kept()


@pytest.mark.parametrize(("now", "is_there"), [(NOW + 9, True), (NOW + 10, False), (NOW + 11, False)])
def test_a_status_is_there_until_it_expires(store: Store, now: int, is_there: bool) -> None:
    with store.writing() as writing:
        writing.keep_status(kept(), NOW)
    assert (store.status("s", now) is not None) is is_there


def test_a_status_that_never_was_is_not_there(store: Store) -> None:
    assert store.status("nothing", NOW) is None


def test_keeping_a_status_drops_those_that_expired_and_no_others(store: Store) -> None:
    with store.writing() as writing:
        for number in range(5):
            writing.keep_status(kept(f"old{number}", NOW + number), NOW)
        writing.keep_status(kept("new", NOW + 100), NOW + 3)
    assert [store.status(f"old{number}", NOW) is not None for number in range(5)] == [False] * 3 + [True] * 2


def test_a_status_of_a_transaction_that_failed_is_not_kept(store: Store) -> None:
    with pytest.raises(Stopped), store.writing() as writing:
        writing.keep_status(kept(), NOW)
        raise Stopped
    assert store.status("s", NOW) is None


def test_a_state_is_read_alike_inside_and_outside_of_a_snapshot(store: Store) -> None:
    append(store, entry(NOW))
    with store.reading() as reading:
        inside: CollectionState = reading.state(FEED)
    assert inside == state(store)


def test_a_walk_from_the_beginning_begins_before_every_date(store: Store) -> None:
    append(store, entry(-5))
    with store.reading() as reading:
        assert len(reading.records(reading.state(FEED), walk(after=BEFORE_EVERYTHING), 10).records) == 1
