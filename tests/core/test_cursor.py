"""The token of a page (clients.md R1, R2)."""

import base64
import string
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.cursor import Cursor, fingerprint, format_cursor, make_cursor, parse_cursor
from taxii_server.core.timestamps import EARLIEST, LATEST, format_timestamp

INSTANTS = st.integers(EARLIEST, LATEST)
CURSORS = st.builds(make_cursor, st.uuids(version=4).map(str), st.text(max_size=3000), st.none() | INSTANTS, INSTANTS)
URL_SAFE = frozenset(string.ascii_letters + string.digits + "-_")


def forged(payload: bytes) -> str:
    """A token with a right checksum over anything: the checksum is no secret."""
    return base64.urlsafe_b64encode(zlib.crc32(payload).to_bytes(4) + payload).rstrip(b"=").decode()


@given(CURSORS)
def test_what_is_printed_is_parsed_to_the_same_cursor(cursor: Cursor) -> None:
    assert parse_cursor(format_cursor(cursor)) == cursor


@given(CURSORS)
def test_a_token_passes_through_any_url(cursor: Cursor) -> None:
    assert set(format_cursor(cursor)) <= URL_SAFE


@given(st.text(max_size=200))
def test_garbage_is_a_value_error_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="token"):
        parse_cursor(text)


@given(st.binary(max_size=200))
def test_garbage_behind_a_right_checksum_is_a_value_error_and_nothing_else(payload: bytes) -> None:
    with pytest.raises(ValueError, match="token"):
        parse_cursor(forged(payload))


@given(CURSORS, st.data())
def test_a_token_with_one_letter_changed_is_refused(cursor: Cursor, data: st.DataObject) -> None:
    token = format_cursor(cursor)
    place = data.draw(st.integers(0, len(token) - 2))  # the last letter may carry unused bits
    letter = data.draw(st.sampled_from(sorted(URL_SAFE - {token[place]})))
    with pytest.raises(ValueError, match="token"):
        parse_cursor(token[:place] + letter + token[place + 1 :])


@given(CURSORS, st.data())
def test_a_token_cut_short_is_refused(cursor: Cursor, data: st.DataObject) -> None:
    token = format_cursor(cursor)
    with pytest.raises(ValueError, match="token"):
        parse_cursor(token[: data.draw(st.integers(0, len(token) - 2))])


@pytest.mark.parametrize("nesting", [b"[" * 20_000 + b"]" * 20_000, b"[" * 20_000])
def test_a_forged_token_that_is_nested_deeply_is_refused(nesting: bytes) -> None:
    with pytest.raises(ValueError, match="token"):
        parse_cursor(forged(b'["c","m",null,1,false,' + nesting + b"]"))


@pytest.mark.parametrize("start", ["null", "2000000000000000000", "-99999999999999999"])
@pytest.mark.parametrize("position", ["253402300800000000", "-62135596800000001", "4611686018427387903"])
def test_a_forged_position_that_no_timestamp_can_name_is_refused(start: str, position: str) -> None:
    with pytest.raises(ValueError, match="token"):
        parse_cursor(forged(f'["c","{{}}",{start},{position},false]'.encode()))


@given(st.integers(), st.none() | st.integers())
def test_every_cursor_that_is_read_names_instants_that_can_be_printed(position: int, start: int | None) -> None:
    payload = f'["c","{{}}",{"null" if start is None else start},{position},false]'.encode()
    try:
        cursor = parse_cursor(forged(payload))
    except ValueError:
        return
    assert format_timestamp(cursor.position)
    assert cursor.start is None or format_timestamp(cursor.start)


@given(st.text(max_size=500))
def test_a_cursor_fits_the_fields_it_was_made_with(match: str) -> None:
    assert make_cursor("c", match, None, 0).fits(match)


@given(st.text(max_size=5000), st.text(max_size=5000))
def test_a_cursor_fits_no_other_fields(match: str, other: str) -> None:
    assert make_cursor("c", match, None, 0).fits(other) == (match == other)


def test_short_fields_are_carried() -> None:
    assert make_cursor("c", "x" * 2048, None, 0).match == "x" * 2048


def test_of_fields_over_two_kilobytes_only_a_fingerprint_is_carried() -> None:
    long = "x" * 2049
    assert make_cursor("c", long, None, 0) == Cursor("c", fingerprint(long), None, 0, fingerprint_only=True)


def test_a_cursor_with_a_fingerprint_fits_the_long_fields() -> None:
    assert make_cursor("c", "x" * 5000, None, 0).fits("x" * 5000)


def test_a_fingerprint_itself_is_not_taken_for_the_fields() -> None:
    assert not make_cursor("c", "x" * 5000, None, 0).fits(fingerprint("x" * 5000))
