"""A pushed body to its objects, byte for byte (TAXII 2.1 §3.7; rules.md 1)."""

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taxii_server.core.envelope import DEEPEST, parse_object, same_content, split
from taxii_server.core.errors import BodyTooLarge, MalformedBody, ObjectRefused, RequestError, UnprocessableBody

LARGEST = 10_000
KEYS = st.text(max_size=6)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=5)
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t: ")])


@st.composite
def octets(draw: st.DrawFn) -> bytes:
    """An object in one of many spellings."""
    text = json.dumps(draw(OBJECTS), separators=draw(SEPARATORS), ensure_ascii=draw(st.booleans()))
    return text.encode()


def nested(levels: int) -> bytes:
    """An object with that many levels."""
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """An envelope with a piece of it replaced."""
    body = b'{"objects":[%s]}' % b",".join(draw(st.lists(octets(), min_size=1, max_size=3)))
    start = draw(st.integers(0, len(body)))
    end = draw(st.integers(start, len(body)))
    piece = draw(st.sampled_from([b"", b"NaN", b"1e999", b"\xff", b'"\\ud800"', b"{", b"]", b"9" * 30]))
    return body[:start] + piece + body[end:]


@given(st.lists(octets(), min_size=1, max_size=5), st.sampled_from([b"%s", b" %s\n", b"\r\n\t%s "]))
def test_the_octets_of_each_object_come_out_as_they_went_in(objects: list[bytes], spacing: bytes) -> None:
    body = b'{"more": false, "objects": [%s]}' % b",".join(spacing % one for one in objects)
    assert split(body) == objects


@given(st.lists(octets(), min_size=1, max_size=3))
def test_a_bundle_is_split_like_an_envelope(objects: list[bytes]) -> None:
    body = b'{"type":"bundle","id":"bundle--1","objects":[%s]}' % b",".join(objects)
    assert split(body) == objects


@given(OBJECTS)
def test_properties_around_the_objects_are_read_past(more: dict[str, Any]) -> None:
    around = {**more, "type": "bundle"}
    around.pop("objects", None)
    body = json.dumps({**around, "objects": [around]}).encode()
    assert [json.loads(one) for one in split(body)] == [around]


@given(OBJECTS)
def test_an_object_means_what_json_says(value: dict[str, Any]) -> None:
    assert parse_object(json.dumps(value).encode(), LARGEST) == value


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode), mangled()))
@example(b"")
@example(b"\xef\xbb\xbf{}")
@example(b'{"objects":[1,2]}')
@example(b'{"objects":["' + "é".encode() * 30 + b'"]}')
@example(b'{"objects":[{"a":1}],"objects":[{"a":1}]}')
def test_any_body_is_split_or_refused_and_nothing_else(body: bytes) -> None:
    try:
        objects = split(body)
        assert objects
        for one in objects:
            parse_object(one, LARGEST)
    except (RequestError, ObjectRefused) as error:
        assert str(error)


@given(st.dictionaries(KEYS, SCALARS, min_size=2, max_size=5))
def test_white_space_and_the_order_of_names_do_not_make_other_content(value: dict[str, Any]) -> None:
    backwards = dict(reversed(value.items()))
    assert same_content(json.dumps(value).encode(), json.dumps(backwards, indent=2).encode())


@given(OBJECTS, st.data())
def test_a_change_of_one_value_makes_other_content(value: dict[str, Any], data: st.DataObject) -> None:
    other = {**value, data.draw(KEYS): "changed, and in no other object"}
    assert not same_content(json.dumps(value).encode(), json.dumps(other).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"{",
        b'{"objects":[{"a":1}',
        b'{"objects":[{"a":1}]} x',
        b"{'objects':[]}",
        b'{"objects":[{"a":01}]}',
        b'{"objects":[{"a":1,}]}',
        b'\xef\xbb\xbf{"objects":[{}]}',
        b'{"objects":[{"a":"\xff"}]}',
        b'{"objects":[{"a":"\xed\xa0\x80"}]}',
        b'{"x":"\xff","objects":[{}]}',
        b"[" * 100_000,
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"objects":[{}]}',
    ],
)
def test_what_is_not_json_in_utf_8_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        split(body)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b"5",
        b'"x"',
        b'{"objects":[]}',
        b'{"objects":null}',
        b'{"objects":{}}',
        b'{"objects":"x"}',
        b'{"type":"indicator"}',
        b'{"type":"indicator","objects":[]}',
        b'[{"objects":[{}]}]',
        b'{"objects":[{}],"objects":[{}]}',
        b'{"x":1,"x":2,"objects":[{}]}',
        b'{"x":{"y":1,"y":1},"objects":[{}]}',
        b'{"x":NaN,"objects":[{}]}',
        b'{"x":-Infinity,"objects":[{}]}',
        b'{"x":1e999,"objects":[{}]}',
        b'{"x":99999999999999999999,"objects":[{}]}',
        b'{"x":"\\ud800","objects":[{}]}',
        b"NaN",
    ],
)
def test_json_that_is_no_envelope_with_objects_is_unprocessable(body: bytes) -> None:
    with pytest.raises(UnprocessableBody):
        split(body)


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":NaN}',
        b'{"a":[Infinity]}',
        b'{"a":1,"a":1}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":"\\ud800"}',
        b'{"a":"\\uDC00x"}',
        b'{"\\uD800":1}',
        b'{"a":["\\ud800\\u0041"]}',
    ],
)
def test_what_i_json_forbids_in_an_object_spoils_the_whole_push(value: bytes) -> None:
    with pytest.raises(UnprocessableBody):
        parse_object(value, LARGEST)


@pytest.mark.parametrize("value", [b"1", b'"x"', b"null", b"[{}]", b'"' + "é".encode() * 30 + b'"'])
def test_an_entry_that_is_no_object_spoils_the_whole_push(value: bytes) -> None:
    with pytest.raises(UnprocessableBody, match="not a JSON object"):
        parse_object(value, LARGEST)


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":1e999}',
        b'{"a":-1e999}',
        nested(DEEPEST + 1),
        b'{"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}",
        b'{"a":"' + b"x" * LARGEST + b'"}',
    ],
)
def test_numbers_depth_and_size_beyond_the_bounds_concern_one_object(value: bytes) -> None:
    with pytest.raises(ObjectRefused):
        parse_object(value, LARGEST)


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":9007199254740991}',
        b'{"a":-9007199254740991}',
        b'{"a":1.7976931348623157e308}',
        b'{"a":5e-324}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":"\\u0000"}',
        nested(DEEPEST),
        b'{"a":"' + b"x" * (LARGEST - 8) + b'"}',
        b'{"a":"' + b"{" * 200 + b'"}',
    ],
)
def test_everything_up_to_the_bounds_is_taken(value: bytes) -> None:
    assert parse_object(value, LARGEST)


def test_an_object_nested_beyond_what_can_be_parsed_spoils_the_whole_push() -> None:
    with pytest.raises(MalformedBody, match="nested"):
        parse_object(nested(50_000), 10_000_000)


def test_the_same_octets_before_the_objects_do_not_hide_what_is_wrong_there() -> None:
    with pytest.raises(UnprocessableBody, match="twice"):
        split(b'{"x":{"a":1},"x":{"a":1},"objects":[{"a":1}]}')


def test_the_same_octets_inside_a_text_do_no_harm() -> None:
    assert split(b'{"x":"{}","objects":[{},{}]}') == [b"{}", b"{}"]


@pytest.mark.parametrize("count", [4, 400])
def test_more_objects_than_allowed_are_too_many_at_once(count: int) -> None:
    with pytest.raises(BodyTooLarge, match="at most 3"):
        split(b'{"objects":[%s]}' % b",".join([b"{}"] * count), 3)


def test_as_many_objects_as_allowed_are_taken() -> None:
    assert len(split(b'{"objects":[{},{},{}]}', 3)) == 3


def test_a_bare_object_is_told_what_to_do() -> None:
    with pytest.raises(UnprocessableBody, match=r'bare object.*\{"objects": \[\.\.\.\]\}'):
        split(b'{"type":"indicator","id":"indicator--1"}')


def test_a_hundred_thousand_brackets_cost_no_time() -> None:
    started = time.monotonic()
    with pytest.raises(MalformedBody):
        split(b'{"objects":[' + b'{"a":' * 100_000)
    assert time.monotonic() - started < 2
