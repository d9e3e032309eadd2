"""Instants and how they are written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.timestamps import (
    EARLIEST,
    LATEST,
    format_timestamp,
    parse_query_timestamp,
    parse_timestamp,
    system_clock,
)

INSTANTS = st.integers(EARLIEST, LATEST)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(INSTANTS)
def test_what_is_printed_is_parsed_to_the_same_instant(instant: int) -> None:
    assert parse_timestamp(format_timestamp(instant)) == instant


@given(INSTANTS)
def test_a_query_takes_what_is_printed(instant: int) -> None:
    assert parse_query_timestamp(format_timestamp(instant)) == instant


@given(INSTANTS)
def test_a_printed_instant_has_exactly_six_fraction_digits_and_a_z(instant: int) -> None:
    whole, fraction = format_timestamp(instant).split(".")
    assert (len(whole), len(fraction), fraction[-1]) == (19, 7, "Z")


@given(INSTANTS, INSTANTS)
def test_printed_instants_sort_as_instants_do(one: int, other: int) -> None:
    assert (format_timestamp(one) < format_timestamp(other)) == (one < other)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_the_number_of_microseconds_since_1970(moment: datetime) -> None:
    instant = parse_timestamp(moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z")
    assert EPOCH + timedelta(microseconds=instant) == moment


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.1Z", 100_000),
        ("1970-01-01T00:00:00.001Z", 1_000),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2020-02-29T00:00:00Z", 1_582_934_400_000_000),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1970-01-01T00:00:00.123456789Z", 123_456),
    ],
)
def test_any_number_of_fraction_digits_is_read(text: str, instant: int) -> None:
    assert parse_timestamp(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2020-08-12",
        "2020-08-12T09:30Z",
        "2020-08-12T09:30:00",
        "2020-08-12T09:30:00+00:00",
        "2020-08-12 09:30:00Z",
        "2020-08-12t09:30:00z",
        "2020-08-12T09:30:00.Z",
        "2020-08-12T09:30:00,5Z",
        "2021-02-29T00:00:00Z",
        "2020-04-31T00:00:00Z",
        "2020-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2020-08-12T24:00:00Z",
        "2020-08-12T23:60:00Z",
        "2020-08-12T23:59:60Z",
        "2020-08-12T09:30:00Z\n",
        " 2020-08-12T09:30:00Z",
        "２０２０-08-12T09:30:00Z",
        "20200-08-12T09:30:00Z",
    ],
)
def test_what_names_no_instant_in_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"RFC 3339|no such day|no such time of day"):
        parse_timestamp(text)


@given(st.text())
def test_garbage_is_a_value_error_and_nothing_else(text: str) -> None:
    for parse in (parse_timestamp, parse_query_timestamp):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)


def test_a_query_refuses_more_digits_than_it_could_honour() -> None:
    with pytest.raises(ValueError, match="more than six fraction digits"):
        parse_query_timestamp("2020-08-12T09:30:00.1234567Z")


def test_a_query_takes_whole_seconds() -> None:
    assert parse_query_timestamp("1970-01-01T00:00:01Z") == 1_000_000


def test_the_latest_instant_is_the_last_with_a_year_of_four_digits() -> None:
    assert format_timestamp(LATEST) == "9999-12-31T23:59:59.999999Z"


def test_the_earliest_instant_begins_the_first_year() -> None:
    assert format_timestamp(EARLIEST) == "0001-01-01T00:00:00.000000Z"


def test_the_system_clock_gives_microseconds() -> None:
    assert abs(EPOCH + timedelta(microseconds=system_clock()) - datetime.now(UTC)) < timedelta(seconds=5)
