"""Shelves, held against a model that compares all versions with one another (rules.md 3)."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.filters import Keyword, Match
from taxii_server.core.shelves import ALL_SHELVES, EDGE_SHELVES, EDGES, Shelf, Standing, arrange, only_shelf


class V(NamedTuple):
    """A version of an object: its instant, and whether it is written in STIX 2.0."""

    instant: int
    stix_20: bool


VERSIONS = st.lists(st.builds(V, st.integers(0, 6), st.booleans()), min_size=1, max_size=10, unique=True)
SPEC_VERSIONS = st.sampled_from([(), ("2.0",), ("2.1",), ("2.0", "2.1"), ("9.9",)])
KEYWORDS = st.sets(st.sampled_from([Keyword.FIRST, Keyword.LAST]), min_size=1).map(lambda words: tuple(sorted(words)))


def shelves_of(versions: list[V]) -> dict[V, int]:
    arranged = arrange(Standing(number, *one) for number, one in enumerate(versions))
    return {one: arranged[number] for number, one in enumerate(versions)}


def shown(versions: list[V], match: Match) -> set[V]:
    """The versions that stand where the match looks, by their shelves."""
    wanted, chosen = match.shelves(), match.instant_shelves()
    return {
        one
        for one, shelf in shelves_of(versions).items()
        if shelf in wanted or (one.instant in match.instants and shelf in chosen)
    }


def expected(versions: list[V], spec_versions: tuple[str, ...], words: tuple[str, ...], instants: set[int]) -> set[V]:
    """What TAXII 2.1 §3.4.1 asks for, by comparing.

    With match[spec_version] each of the named spec versions is looked at by itself; without it a version that exists
    in both counts once, as the newer one.
    """
    if spec_versions:
        groups = [[one for one in versions if one.stix_20 is is_20] for is_20 in (True, False)]
        groups = [group for group, spec in zip(groups, ("2.0", "2.1"), strict=True) if spec in spec_versions]
    else:
        groups = [[one for one in versions if not (one.stix_20 and V(one.instant, False) in versions)]]
    found: set[V] = set()
    for group in groups:
        for one in group:
            is_first = one.instant == min(other.instant for other in group)
            is_last = one.instant == max(other.instant for other in group)
            if "all" in words or ("first" in words and is_first) or ("last" in words and is_last):
                found.add(one)
            if one.instant in instants:
                found.add(one)
    return found


@given(VERSIONS, SPEC_VERSIONS)
def test_the_default_shows_the_latest_version(versions: list[V], spec_versions: tuple[str, ...]) -> None:
    match = Match(spec_versions=spec_versions)
    assert shown(versions, match) == expected(versions, spec_versions, ("last",), set())


@given(VERSIONS, SPEC_VERSIONS, KEYWORDS)
def test_first_and_last_show_the_versions_at_the_ends(
    versions: list[V], spec_versions: tuple[str, ...], keywords: tuple[Keyword, ...]
) -> None:
    match = Match(spec_versions=spec_versions, keywords=keywords)
    assert shown(versions, match) == expected(versions, spec_versions, keywords, set())


@given(VERSIONS, SPEC_VERSIONS)
def test_all_shows_every_version_once(versions: list[V], spec_versions: tuple[str, ...]) -> None:
    match = Match(spec_versions=spec_versions, keywords=(Keyword.ALL,))
    assert shown(versions, match) == expected(versions, spec_versions, ("all",), set())


@given(VERSIONS, SPEC_VERSIONS, st.sets(st.integers(0, 6), min_size=1))
def test_timestamps_show_the_versions_that_they_name(
    versions: list[V], spec_versions: tuple[str, ...], instants: set[int]
) -> None:
    match = Match(spec_versions=spec_versions, instants=tuple(sorted(instants)))
    assert shown(versions, match) == expected(versions, spec_versions, (), instants)


@given(VERSIONS, SPEC_VERSIONS, KEYWORDS, st.sets(st.integers(0, 6), min_size=1))
def test_words_and_timestamps_are_ored(
    versions: list[V], spec_versions: tuple[str, ...], keywords: tuple[Keyword, ...], instants: set[int]
) -> None:
    match = Match(spec_versions=spec_versions, keywords=keywords, instants=tuple(sorted(instants)))
    assert shown(versions, match) == expected(versions, spec_versions, keywords, instants)


@given(VERSIONS, st.data())
def test_the_order_of_arrival_does_not_matter(versions: list[V], data: st.DataObject) -> None:
    assert shelves_of(data.draw(st.permutations(versions))) == shelves_of(versions)


@given(VERSIONS)
def test_arranging_one_by_one_from_the_edges_and_equals_is_as_good_as_from_all(versions: list[V]) -> None:
    """What the write path does: it reads only the edges and the versions of the same instant."""
    stored: dict[int, Standing] = {}
    for key, one in enumerate(versions):
        near = {k: s for k, s in stored.items() if s.shelf & EDGES or s.version == one.instant}
        near[key] = Standing(key, *one)
        for moved, shelf in arrange(near.values()).items():
            stored[moved] = near[moved]._replace(shelf=shelf)
    assert {V(s.version, s.stix_20): s.shelf for s in stored.values()} == shelves_of(versions)


@given(VERSIONS, st.data())
def test_versions_that_stay_after_a_removal_stand_as_if_the_others_never_were(
    versions: list[V], data: st.DataObject
) -> None:
    staying = data.draw(st.lists(st.sampled_from(versions), min_size=1, unique=True))
    before = shelves_of(versions)
    standings = [Standing(key, *one, shelf=before[one])._replace(shelf=0) for key, one in enumerate(staying)]
    assert [arrange(standings)[key] for key in range(len(staying))] == [shelves_of(staying)[one] for one in staying]


@given(VERSIONS)
def test_every_object_has_one_first_and_one_last_version(versions: list[V]) -> None:
    shelves = list(shelves_of(versions).values())
    assert [sum(bool(shelf & edge) for shelf in shelves) for edge in (Shelf.FIRST, Shelf.LAST)] == [1, 1]


@given(VERSIONS)
def test_a_shadowed_version_is_written_in_20_and_exists_in_21(versions: list[V]) -> None:
    for one, shelf in shelves_of(versions).items():
        assert bool(shelf & Shelf.SHADOWED) == (one.stix_20 and V(one.instant, False) in versions)


@given(VERSIONS)
def test_no_version_ever_stands_on_the_sixty_fourth_shelf(versions: list[V]) -> None:
    """A collection's shelves are kept as bits of a signed 64-bit integer."""
    assert max(shelves_of(versions).values()) < 63


@pytest.mark.parametrize("stix_20", [False, True])
def test_an_only_version_stands_where_arranging_puts_it(stix_20: bool) -> None:
    assert arrange([Standing(7, 1, stix_20)]) == {7: only_shelf(stix_20)}


@given(VERSIONS)
def test_versions_at_an_edge_stand_on_edge_shelves(versions: list[V]) -> None:
    ends = expected(versions, (), ("first", "last"), set()) | expected(
        versions, ("2.0", "2.1"), ("first", "last"), set()
    )
    assert {one for one, shelf in shelves_of(versions).items() if shelf in EDGE_SHELVES} == ends


def test_there_are_as_many_shelves_as_combinations_of_facts() -> None:
    assert tuple(range(1 << len(Shelf))) == ALL_SHELVES
