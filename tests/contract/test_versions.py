"""Versions, duplicates and deletions as the exchange makes them in a store (rules.md 3; TAXII 2.1 §5.7)."""

import pytest

from taxii_server.core.filters import Keyword, Match
from taxii_server.exchange.commit import Outcome
from taxii_server.store.contract import Store
from tests.contract.filling import FEED, NOW, accepted, contents, drop, id_of, numbered, put, records, state

TOOL = id_of("tool", 1)
DOMAIN = id_of("domain-name", 1)
ALL = Match(keywords=(Keyword.ALL,))
EVERY_SPEC = Match(spec_versions=("2.0", "2.1"), keywords=(Keyword.ALL,))


def shown(store: Store, match: Match) -> list[int]:
    """The seconds of the versions that match, in order of arrival."""
    return [int(one.version[17:19]) for one in records(store, match)]


def versions(store: Store, *seconds: int, stix_20: bool = False) -> None:
    """Push versions of the tool one after another."""
    for second in seconds:
        put(store, [accepted(TOOL, second * 1_000_000, stix_20=stix_20)])


def chosen(*keywords: Keyword, seconds: tuple[int, ...] = (), spec_versions: tuple[str, ...] = ()) -> Match:
    return Match(
        object_id=TOOL,
        keywords=keywords,
        instants=tuple(second * 1_000_000 for second in seconds),
        spec_versions=spec_versions,
    )


def test_an_exact_duplicate_is_a_success_without_an_entry(store: Store) -> None:
    put(store, numbered(3))
    before = state(store), records(store)
    assert put(store, numbered(3), now=NOW + 5) == [Outcome(one.version.text) for one in numbered(3) if one.version]
    assert (state(store), records(store)) == before


def test_a_duplicate_inside_one_push_is_stored_once(store: Store) -> None:
    outcomes = put(store, [*numbered(1), *numbered(1)])
    assert (outcomes[0], len(contents(store))) == (outcomes[1], 1)


def test_a_duplicate_in_another_spelling_keeps_the_octets_that_came_first(store: Store) -> None:
    one = numbered(1)[0]
    put(store, [one])
    put(store, [one._replace(content=one.content.replace(b", ", b" ,\n"))])
    assert contents(store) == [one.content]


def test_the_same_version_with_other_content_is_a_failure_and_overwrites_nothing(store: Store) -> None:
    put(store, [accepted(TOOL, NOW, name="a")])
    before = contents(store)
    outcome = put(store, [accepted(TOOL, NOW, name="b")])[0]
    assert (outcome.failure or "").startswith("modified:")
    assert contents(store) == before


def test_of_two_contradicting_versions_in_one_push_the_first_counts(store: Store) -> None:
    outcomes = put(store, [accepted(TOOL, NOW, name="a"), accepted(TOOL, NOW, name="b")])
    assert ([one.failure is None for one in outcomes], len(contents(store))) == ([True, False], 1)


def test_a_contradiction_is_told_from_the_version_of_the_other_spec_version(store: Store) -> None:
    outcomes = put(store, [accepted(TOOL, NOW, name="a"), accepted(TOOL, NOW, name="b", stix_20=True)])
    assert [one.failure for one in outcomes] == [None, None]


def test_the_same_object_in_two_collections_is_two_entries(store: Store) -> None:
    put(store, numbered(1))
    put(store, numbered(1), collection="1c2d8eaf-9b45-4f7c-8d2e-3a6b7c8d9ea1")
    assert state(store, "1c2d8eaf-9b45-4f7c-8d2e-3a6b7c8d9ea1").last_position == 1


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (2, 1, 3)])
def test_first_and_last_do_not_depend_on_the_order_of_arrival(store: Store, order: tuple[int, ...]) -> None:
    versions(store, *order)
    assert [shown(store, Match(keywords=(one,))) for one in (Keyword.FIRST, Keyword.LAST)] == [[1], [3]]


def test_versions_of_one_push_stand_as_if_they_had_come_one_by_one(store: Store) -> None:
    put(store, [accepted(TOOL, second * 1_000_000) for second in (2, 3, 1)])
    assert [shown(store, match) for match in (ALL, Match(), Match(keywords=(Keyword.FIRST,)))] == [[2, 3, 1], [3], [1]]


def test_a_version_in_two_spec_versions_is_shown_as_the_newer(store: Store) -> None:
    versions(store, 1, 2, stix_20=True)
    versions(store, 2)
    assert [(one.version[17:19], one.stix_20) for one in records(store, ALL)] == [("01", True), ("02", False)]


def test_every_spec_version_is_shown_where_it_is_asked_for(store: Store) -> None:
    versions(store, 1, 2, stix_20=True)
    versions(store, 2)
    assert shown(store, Match(spec_versions=("2.0",), keywords=(Keyword.ALL,))) == [1, 2]


def test_a_newer_version_is_a_change(store: Store) -> None:
    versions(store, 1)
    versions(store, 2)
    assert state(store).changes == 1


def test_an_object_of_its_own_is_no_change(store: Store) -> None:
    put(store, numbered(5))
    assert state(store).changes == 0


def test_a_version_between_the_ends_is_no_change(store: Store) -> None:
    versions(store, 1, 3)
    before = state(store).changes
    versions(store, 2)
    assert state(store).changes == before


def test_a_duplicate_is_no_change(store: Store) -> None:
    versions(store, 1, 2)
    before = state(store).changes
    versions(store, 1, 2)
    assert state(store).changes == before


def test_entries_keep_the_order_of_the_push(store: Store) -> None:
    put(store, list(reversed(numbered(50))))
    assert [one.object_id for one in records(store)] == [one.object_id for one in reversed(numbered(50))]


def test_every_batch_ends_on_a_whole_millisecond(store: Store) -> None:
    for number, count in enumerate((1, 7, 1500)):
        put(store, numbered(count, 5000 * number), now=NOW + 123_457)
        assert state(store).last_date % 1000 == 0


def test_dates_rise_when_the_clock_goes_back(store: Store) -> None:
    for number in range(4):
        put(store, numbered(2, 2 * number), now=NOW - number * 3_600_000_000)
    dates = [one.date_added for one in records(store)]
    assert dates == sorted(set(dates))


def test_the_version_of_an_observable_is_its_date(store: Store) -> None:
    outcome = put(store, [accepted(DOMAIN)])[0]
    assert outcome.version == records(store)[0].version == "2020-09-13T12:26:40.000000Z"


def test_an_observable_pushed_again_by_its_contributor_is_the_same_version(store: Store) -> None:
    assert put(store, [accepted(DOMAIN)]) == put(store, [accepted(DOMAIN)], now=NOW + 10_000_000)


def test_other_content_of_an_observable_is_a_new_version(store: Store) -> None:
    put(store, [accepted(DOMAIN, value="a")])
    put(store, [accepted(DOMAIN, value="b")])
    assert [len(contents(store, ALL)), len(contents(store))] == [2, 1]


def test_two_contents_of_an_observable_in_one_push_are_two_versions(store: Store) -> None:
    put(store, [accepted(DOMAIN, value="a"), accepted(DOMAIN, value="b")])
    assert contents(store) == [accepted(DOMAIN, value="b").content]


def test_an_observable_that_another_gave_alike_is_the_same_version(store: Store) -> None:
    put(store, [accepted(DOMAIN)], organisation="alpha")
    put(store, [accepted(DOMAIN)], organisation="beta")
    assert len(contents(store, ALL)) == 1


def test_a_contributor_that_goes_back_to_earlier_content_makes_a_version(store: Store) -> None:
    for value in ("a", "b", "a"):
        put(store, [accepted(DOMAIN, value=value)])
    assert [b'"a"' in one for one in contents(store, ALL)] == [True, False, True]


def test_a_contributor_is_held_against_its_own_last_content(store: Store) -> None:
    put(store, [accepted(DOMAIN, value="a")], organisation="alpha")
    put(store, [accepted(DOMAIN, value="b")], organisation="beta")
    put(store, [accepted(DOMAIN, value="a")], organisation="alpha")
    assert len(contents(store, ALL)) == 2


def test_without_a_version_the_whole_object_is_deleted(store: Store) -> None:
    versions(store, 1, 3, 2)
    versions(store, 1, 4, stix_20=True)
    drop(store, chosen())
    assert records(store, EVERY_SPEC) == []


@pytest.mark.parametrize(
    ("match", "left"),
    [
        (chosen(Keyword.FIRST), [3, 2]),
        (chosen(Keyword.LAST), [1, 2]),
        (chosen(Keyword.FIRST, Keyword.LAST), [2]),
        (chosen(Keyword.ALL), []),
        (chosen(seconds=(2,)), [1, 3]),
        (chosen(seconds=(1, 2)), [3]),
        (chosen(Keyword.LAST, seconds=(1,)), [2]),
        (chosen(seconds=(9,)), [1, 3, 2]),
        (chosen(Keyword.ALL, spec_versions=("2.0",)), [1, 3, 2]),
        (chosen(spec_versions=("2.1",)), []),
    ],
)
def test_the_versions_that_are_named_are_deleted(store: Store, match: Match, left: list[int]) -> None:
    versions(store, 1, 3, 2)
    drop(store, match)
    assert shown(store, ALL) == left


def test_the_number_of_versions_that_went_is_told(store: Store) -> None:
    versions(store, 1, 3, 2)
    assert [drop(store, chosen(Keyword.FIRST, Keyword.LAST)), drop(store, chosen(seconds=(9,)))] == [2, 0]


def test_the_versions_that_stay_take_the_places_of_those_that_go(store: Store) -> None:
    versions(store, 1, 3, 2)
    drop(store, chosen(Keyword.LAST))
    assert [shown(store, Match()), shown(store, Match(keywords=(Keyword.FIRST,)))] == [[2], [1]]


def test_a_deletion_is_a_change(store: Store) -> None:
    versions(store, 1)
    drop(store, chosen())
    assert state(store).changes == 1


def test_a_deletion_of_nothing_is_no_change(store: Store) -> None:
    versions(store, 1)
    drop(store, chosen(seconds=(9,)))
    assert state(store).changes == 0


@pytest.mark.parametrize("match", [chosen(Keyword.ALL), chosen(Keyword.LAST), chosen(seconds=(1,))])
def test_a_deleted_version_does_not_come_back_in_an_older_spec_version(store: Store, match: Match) -> None:
    """TAXII 2.1 §5.7: afterwards the version is not there."""
    versions(store, 1, stix_20=True)
    versions(store, 1)
    drop(store, match)
    assert records(store, EVERY_SPEC) == []


def test_one_spec_version_of_a_version_can_be_deleted_by_itself(store: Store) -> None:
    versions(store, 1, stix_20=True)
    versions(store, 1)
    drop(store, chosen(Keyword.ALL, spec_versions=("2.1",)))
    assert [one.stix_20 for one in records(store)] == [True]


def test_a_deleted_object_can_be_pushed_again_and_gets_a_new_date(store: Store) -> None:
    versions(store, 1)
    before = records(store)[0].date_added
    drop(store, chosen())
    versions(store, 1)
    assert records(store)[0].date_added > before


def test_a_deleted_observable_is_forgotten_by_its_contributors(store: Store) -> None:
    put(store, [accepted(DOMAIN)])
    drop(store, Match(object_id=DOMAIN))
    put(store, [accepted(DOMAIN)])
    assert len(contents(store, ALL)) == 1


def test_a_deletion_leaves_other_objects_alone(store: Store) -> None:
    put(store, numbered(3))
    drop(store, Match(object_id=id_of("indicator", 1)))
    assert [one.object_id for one in records(store)] == [id_of("indicator", number) for number in (0, 2)]


def test_there_is_nothing_to_delete_of_an_unknown_object(store: Store) -> None:
    assert (drop(store, chosen()), state(store, FEED).changes) == (0, 0)
