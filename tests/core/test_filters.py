"""The query of a request (TAXII 2.1 §3.4)."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.cursor import Cursor, format_cursor, make_cursor
from taxii_server.core.errors import MalformedQuery
from taxii_server.core.filters import (
    BEFORE_EVERYTHING,
    OBJECT_FIELDS,
    OBJECTS_FIELDS,
    VERSIONS_FIELDS,
    Keyword,
    Match,
    Query,
    Walk,
    parse_limit,
    parse_query,
    resolve,
)
from taxii_server.core.shelves import Shelf
from tests.core.test_cursor import forged

COLLECTION = "0b1c7d9e-8a34-4e6b-9c1d-2f5a6b7c8d90"
OTHER = "1c2d8eaf-9b45-4f7c-8d2e-3a6b7c8d9ea1"
SECOND = 1_000_000
NAMES = st.sampled_from(["limit", "added_after", "next", *(f"match[{field}]" for field in sorted(OBJECTS_FIELDS))])
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["", "first", "last", "all", "first,last", "all,last", "2.1", "2.0,2.1", "a,,b", ",", "a,a", "-1"]),
    st.sampled_from(["2020-08-12T09:30:00Z", "2020-08-12T09:30:00.1234567Z", "2020-02-30T00:00:00Z"]),
    st.integers().map(str),
    st.binary(max_size=60).map(forged),
)
PAIRS = st.lists(st.tuples(NAMES | st.text(max_size=12), VALUES), max_size=6)
MATCHES = st.builds(
    Match,
    ids=st.lists(st.text(max_size=8), unique=True, max_size=3).map(lambda ids: tuple(sorted(ids))),
    types=st.sampled_from([(), ("indicator",), ("indicator", "tool")]),
    spec_versions=st.sampled_from([(), ("2.0",), ("2.0", "2.1")]),
    keywords=st.sampled_from([(), (Keyword.ALL,), (Keyword.FIRST, Keyword.LAST)]),
    instants=st.sampled_from([(), (1, 2)]),
)


def parsed(*pairs: tuple[str, str], fields: frozenset[str] = OBJECTS_FIELDS) -> Query:
    return parse_query(pairs, fields)


@given(PAIRS, st.sampled_from([OBJECTS_FIELDS, OBJECT_FIELDS, VERSIONS_FIELDS]), st.none() | st.text(max_size=9))
def test_a_query_is_read_or_malformed_and_nothing_else(
    pairs: list[tuple[str, str]], fields: frozenset[str], object_id: str | None
) -> None:
    try:
        query = parse_query(pairs, fields, object_id)
        assert isinstance(resolve(query, COLLECTION), Walk)
    except MalformedQuery as error:
        assert str(error)


@given(PAIRS)
def test_what_parses_has_a_limit_above_zero(pairs: list[tuple[str, str]]) -> None:
    try:
        limit = parse_query(pairs, OBJECTS_FIELDS).limit
    except MalformedQuery:
        return
    assert limit is None or limit > 0


@given(MATCHES)
def test_the_canonical_text_means_the_same_fields(match: Match) -> None:
    assert msgspec.json.decode(match.canonical, type=Match) == match


@given(st.permutations(["a", "b", "c"]))
def test_the_order_of_values_does_not_change_the_canonical_text(ids: list[str]) -> None:
    assert parsed(("match[id]", ",".join(ids))).match.canonical == parsed(("match[id]", "a,b,c")).match.canonical


def test_no_parameter_means_everything() -> None:
    assert parsed() == Query(Match())


def test_every_parameter_is_read() -> None:
    query = parsed(
        ("limit", "5"),
        ("added_after", "1970-01-01T00:00:01Z"),
        ("match[id]", "b,a"),
        ("match[type]", "tool"),
        ("match[spec_version]", "2.1"),
        ("match[version]", "first,1970-01-01T00:00:02.5Z"),
    )
    match = Match(None, ("a", "b"), ("tool",), ("2.1",), (Keyword.FIRST,), (2_500_000,))
    assert query == Query(match, 5, SECOND, None)


@pytest.mark.parametrize("name", ["match[nosuch]", "matchid", "match[", "x", "LIMIT", ""])
def test_unknown_parameters_are_left_alone(name: str) -> None:
    assert parsed((name, "1"), (name, "2")) == Query(Match())


def test_fields_of_other_endpoints_are_left_alone() -> None:
    assert parsed(("match[id]", "a"), ("match[version]", "x"), fields=VERSIONS_FIELDS) == Query(Match())


@pytest.mark.parametrize("name", ["limit", "added_after", "next", "match[id]", "match[version]"])
def test_a_parameter_given_twice_is_malformed(name: str) -> None:
    with pytest.raises(MalformedQuery, match=r"more than once"):
        parsed((name, "1"), (name, "1"))


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("10000", 10_000), ("0007", 7), ("9007199254740991", 2**53 - 1)]
)
def test_a_limit_is_a_number_above_zero(text: str, number: int) -> None:
    assert parse_limit(text) == number


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "1.0", "1e3", "x", " 1", "1 ", "١", "²", "9007199254740992", "1" + "0" * 30, "0x1"]
)
def test_any_other_limit_is_malformed(text: str) -> None:
    with pytest.raises(MalformedQuery, match="limit"):
        parse_limit(text)


@given(st.text(max_size=30))
def test_a_limit_is_read_or_malformed(text: str) -> None:
    try:
        assert 0 < parse_limit(text) < 2**53
    except MalformedQuery as error:
        assert "limit" in str(error)


@pytest.mark.parametrize("text", ["", "now", "2020-08-12", "2020-02-30T00:00:00Z", "2020-08-12T00:00:00.1234567Z"])
def test_nonsense_in_added_after_is_malformed(text: str) -> None:
    with pytest.raises(MalformedQuery, match="added_after"):
        parsed(("added_after", text))


@pytest.mark.parametrize("field", sorted(OBJECTS_FIELDS))
@pytest.mark.parametrize("value", ["", ",", "a,", ",a", "a,,b"])
def test_an_empty_value_is_malformed(field: str, value: str) -> None:
    with pytest.raises(MalformedQuery, match="empty value"):
        parsed((f"match[{field}]", value))


@pytest.mark.parametrize("field", sorted(OBJECTS_FIELDS))
def test_a_value_given_twice_is_malformed(field: str) -> None:
    with pytest.raises(MalformedQuery, match="twice"):
        parsed((f"match[{field}]", "last,last"))


def test_all_stands_alone() -> None:
    with pytest.raises(MalformedQuery, match="all stands alone"):
        parsed(("match[version]", "all,last"))


def test_one_instant_in_two_spellings_is_given_twice() -> None:
    with pytest.raises(MalformedQuery, match="twice"):
        parsed(("match[version]", "2020-08-12T00:00:00Z,2020-08-12T00:00:00.0Z"))


def test_a_version_that_is_no_word_and_no_time_is_malformed() -> None:
    with pytest.raises(MalformedQuery, match="first, last, all and timestamps"):
        parsed(("match[version]", "newest"))


def test_an_empty_next_is_no_next() -> None:
    assert parsed(("next", "")).cursor is None


def test_a_forged_next_is_malformed() -> None:
    with pytest.raises(MalformedQuery, match="next"):
        parsed(("next", "AAAA"))


def test_the_object_of_the_url_is_the_only_wanted_id() -> None:
    assert parse_query([("match[id]", "b")], OBJECT_FIELDS, "a").match.wanted_ids == ("a",)


def test_without_a_cursor_the_walk_begins_at_the_beginning() -> None:
    assert resolve(Query(Match()), COLLECTION) == Walk(Match(), None, BEFORE_EVERYTHING)


def test_added_after_is_where_the_walk_begins() -> None:
    assert resolve(Query(Match(), added_after=5), COLLECTION) == Walk(Match(), 5, 5)


def cursor(match: Match, start: int | None = 5, position: int = 9, collection: str = COLLECTION) -> Cursor:
    return make_cursor(collection, match.canonical, start, position)


@given(MATCHES)
def test_next_goes_on_after_its_position_when_the_fields_are_repeated(match: Match) -> None:
    assert resolve(Query(match, added_after=5, cursor=cursor(match)), COLLECTION) == Walk(match, 5, 9)


@given(MATCHES)
def test_next_alone_brings_its_fields_and_its_start(match: Match) -> None:
    assert resolve(Query(Match(), cursor=cursor(match)), COLLECTION) == Walk(match, 5, 9)


@given(MATCHES, MATCHES)
def test_next_of_other_fields_starts_over_with_those_of_the_request(match: Match, other: Match) -> None:
    walk = resolve(Query(match, cursor=cursor(other)), COLLECTION)
    if match in {other, Match()}:
        assert walk == Walk(other, 5, 9)
    else:
        assert walk == Walk(match, 5, 5, is_foreign=True)


def test_next_of_another_collection_starts_over_from_the_tokens_start() -> None:
    found = resolve(Query(Match(), cursor=cursor(Match(), collection=OTHER)), COLLECTION)
    assert found == Walk(Match(), 5, 5, is_foreign=True)


def test_next_of_another_collection_starts_over_from_the_requests_added_after() -> None:
    found = resolve(Query(Match(), added_after=7, cursor=cursor(Match(), collection=OTHER)), COLLECTION)
    assert found == Walk(Match(), 7, 7, is_foreign=True)


def test_next_of_another_added_after_starts_over_from_the_requests() -> None:
    found = resolve(Query(Match(), added_after=7, cursor=cursor(Match())), COLLECTION)
    assert found == Walk(Match(), 7, 7, is_foreign=True)


def test_next_of_a_walk_without_added_after_starts_over_when_one_is_given() -> None:
    found = resolve(Query(Match(), added_after=7, cursor=cursor(Match(), start=None)), COLLECTION)
    assert found == Walk(Match(), 7, 7, is_foreign=True)


def test_added_after_is_compared_as_a_time_and_not_as_text() -> None:
    token = format_cursor(cursor(Match(), start=SECOND))
    query = parsed(("added_after", "1970-01-01T00:00:01.000Z"), ("next", token))
    assert resolve(query, COLLECTION) == Walk(Match(), SECOND, 9)


def test_next_of_one_object_starts_over_at_another() -> None:
    query = Query(Match(object_id="b"), cursor=cursor(Match(object_id="a")))
    assert resolve(query, COLLECTION) == Walk(Match(object_id="b"), 5, 5, is_foreign=True)


LONG = Match(ids=tuple(sorted(f"indicator--{number:036}" for number in range(60))))


def test_next_of_long_fields_goes_on_when_they_are_repeated() -> None:
    assert resolve(Query(LONG, cursor=cursor(LONG)), COLLECTION) == Walk(LONG, 5, 9)


def test_next_of_long_fields_says_that_they_must_be_repeated() -> None:
    with pytest.raises(MalformedQuery, match="repeat them"):
        resolve(Query(Match(), cursor=cursor(LONG)), COLLECTION)


@pytest.mark.parametrize(
    "carried", ["", "null", "[]", '{"ids":1}', '{"keywords":["x"]}', '{"x":' + "[" * 20_000 + "]" * 20_000 + "}"]
)
def test_a_forged_next_with_fields_that_cannot_be_read_is_malformed(carried: str) -> None:
    with pytest.raises(MalformedQuery, match="next"):
        resolve(Query(Match(), cursor=Cursor(COLLECTION, carried, None, 0)), COLLECTION)


ONE_VERSION = int(Shelf.FIRST | Shelf.LAST | Shelf.FIRST_IN_SPEC | Shelf.LAST_IN_SPEC)


@pytest.mark.parametrize("keywords", [(), (Keyword.FIRST,), (Keyword.LAST,), (Keyword.ALL,)])
def test_an_object_with_one_version_is_shown_by_every_version_word(keywords: tuple[Keyword, ...]) -> None:
    assert ONE_VERSION in Match(keywords=keywords).shelves()


def test_a_timestamp_alone_asks_for_no_version_by_a_word() -> None:
    assert Match(instants=(1,)).shelves() == ()


@pytest.mark.parametrize(
    ("view", "is_there"),
    [
        (lambda: Match(spec_versions=("2.1",)).shelves(), False),
        (lambda: Match(spec_versions=("2.0",)).shelves(), True),
        (lambda: Match(spec_versions=("2.0", "2.1")).shelves(), True),
        (lambda: Match(spec_versions=("9.9",)).shelves(), False),
        (lambda: Match(spec_versions=("2.1",), instants=(1,)).instant_shelves(), False),
    ],
)
def test_spec_versions_leave_out_the_shelves_of_the_others(view: Callable[[], tuple[int, ...]], is_there: bool) -> None:
    assert ((ONE_VERSION | Shelf.STIX_20) in view()) is is_there
