"""Whatever is sent, a judgement is passed: within bounds of time, and in words."""

import copy
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taxii_server.core.errors import ObjectRefused
from taxii_server.core.timestamps import parse_timestamp
from taxii_server.exchange.validation import ObjectValidator, PatternBudget

VALIDATOR = ObjectValidator()
NOW = parse_timestamp("2021-06-01T12:00:00Z")
UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
DATES = {"created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-02T00:00:00.000Z"}
TYPES = ["indicator", "observed-data", "marking-definition", "file", "email-message", "location", "x-y", "bundle"]
NAMES = [
    "type",
    "id",
    "spec_version",
    "created",
    "modified",
    "extensions",
    "objects",
    "pattern",
    "definition",
    "hashes",
]
INDICATOR = {
    "type": "indicator",
    "spec_version": "2.1",
    "id": f"indicator--{UUID}",
    **DATES,
    "pattern": "[a:b = 'x'] WITHIN 5 SECONDS",
    "pattern_type": "stix",
    "valid_from": "2020-01-01T00:00:00Z",
    "external_references": [{"source_name": "x", "hashes": {"MD5": "a" * 32}, "url": "https://example.org/"}],
    "extensions": {f"extension-definition--{UUID}": {"extension_type": "property-extension", "aaa": 1}},
    "granular_markings": [{"selectors": ["pattern"], "lang": "en"}],
}
OBSERVED = {
    "type": "observed-data",
    "id": f"observed-data--{UUID}",
    **DATES,
    "first_observed": "2020-01-01T00:00:00Z",
    "last_observed": "2020-01-01T00:00:00Z",
    "number_observed": 1,
    "objects": {"0": {"type": "file", "name": "x"}, "1": {"type": "email-message", "is_multipart": False}},
}
FILE = {
    "type": "file",
    "id": f"file--{UUID}",
    "hashes": {"SHA-256": "a" * 64},
    "extensions": {"pdf-ext": {"version": "1", "document_info_dict": {"Title": "x"}}},
}

text = st.one_of(
    st.text(max_size=8),
    st.text(alphabet=st.characters(), max_size=4),
    st.sampled_from(TYPES + NAMES + ["2.0", "2.1", "stix", "2020-02-30T00:00:00Z", *(f"{t}--{UUID}" for t in TYPES)]),
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), text),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(NAMES) | text, inner, max_size=4)
    ),
    max_leaves=12,
)
json_objects = st.dictionaries(st.sampled_from(NAMES) | text, json_values, max_size=8)


def judged(value: dict[str, Any]) -> str:
    try:
        VALIDATOR.check(value, NOW, PatternBudget())
    except ObjectRefused as refused:
        return str(refused)
    return ""


def inner_nodes(value: Any) -> list[Any]:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value] * bool(below) + [node for each in below for node in inner_nodes(each)]


@settings(deadline=None, max_examples=500)
@given(json_objects)
def test_any_json_object_is_judged_in_words(value: dict[str, Any]) -> None:
    assert judged(value).isprintable()


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(TYPES), json_objects)
def test_any_json_object_with_the_right_head_is_judged_in_words(type_: str, value: dict[str, Any]) -> None:
    assert judged({**DATES, **value, "type": type_, "id": f"{type_}--{UUID}", "spec_version": "2.1"}).isprintable()


@settings(deadline=None, max_examples=500)
@given(st.sampled_from([INDICATOR, OBSERVED, FILE]), st.data())
def test_a_valid_object_with_anything_put_into_it_is_judged_in_words(
    sample: dict[str, Any], data: st.DataObject
) -> None:
    changed = copy.deepcopy(sample)
    node = data.draw(st.sampled_from(inner_nodes(changed)))
    key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
    node[key] = data.draw(json_values)
    words = judged(changed)
    assert words.isprintable()
    assert len(words) < 600


LONG = "a" * 5_000_000
MANY = range(300_000)


@pytest.mark.parametrize(
    "build",
    [
        lambda: {**INDICATOR, "name": LONG},
        lambda: {**INDICATOR, "pattern": "(" * 5_000_000},
        lambda: {**INDICATOR, "pattern": "[a:b = '" + "\\'" * 2_000_000},
        lambda: {**INDICATOR, "created": f"2020-01-01T00:00:00.{'1' * 5_000_000}Z"},
        lambda: {**INDICATOR, "valid_from": LONG},
        lambda: {**INDICATOR, "id": f"indicator--{LONG}"},
        lambda: {**INDICATOR, **{f"key_{n}": n for n in MANY}},
        lambda: {**INDICATOR, **{f"K{n}": n for n in MANY}},
        lambda: {**INDICATOR, **{f"key_{n}": None for n in MANY}},
        lambda: {**INDICATOR, "object_marking_refs": [f"marking-definition--{UUID}"] * 300_000 + ["x"]},
        lambda: {**INDICATOR, "external_references": [{"source_name": "x"}] * 300_000},
        lambda: {**INDICATOR, "granular_markings": [{"selectors": ["a.b." * 100_000 + "!"], "lang": "x"}]},
        lambda: {**INDICATOR, "extensions": {f"a{n}-ext": {"aaa": None} for n in MANY}},
        lambda: {**INDICATOR, "extensions": {"a" * 100_000 + "!-ext": {}}},
        lambda: {**INDICATOR, "type": LONG, "id": f"{LONG}--{UUID}"},
        lambda: {**OBSERVED, "objects": {str(n): {"type": "x-y"} for n in MANY}},
        lambda: {**OBSERVED, "objects": {LONG: {"type": "file"}}},
        lambda: {**FILE, "hashes": {LONG: "x"}},
        lambda: {"type": "artifact", "id": f"artifact--{UUID}", "payload_bin": LONG + "!"},
        lambda: {"type": "url", "id": f"url--{UUID}", "value": LONG},
        lambda: {"type": "email-addr", "id": f"email-addr--{UUID}", "value": LONG},
        lambda: {"type": "ipv6-addr", "id": f"ipv6-addr--{UUID}", "value": ":" * 5_000_000},
        lambda: {"type": "software", "id": f"software--{UUID}", "name": "x", "cpe": "cpe:2.3:a" + ":\\\\" * 1_000_000},
        lambda: {**OBSERVED, "objects": {"0": {"type": "url", "value": "a://" + "[::" * 1_000_000}}},
        lambda: {**OBSERVED, "objects": {"0": {"type": "process", "arguments": ["--a=" * 1_000_000 + "|"]}}},
    ],
)
def test_a_hostile_object_is_judged_in_bounded_time(build: Callable[[], dict[str, Any]]) -> None:
    hostile = build()
    began = time.process_time()
    words = judged(hostile)
    assert time.process_time() - began < 5
    assert len(words) < 600


@pytest.mark.parametrize("levels", [90, 300, 100_000])
@pytest.mark.parametrize("place", ["deep", "name", "extensions", "external_references"])
def test_a_deep_object_is_judged_in_words(place: str, levels: int) -> None:
    deep: Any = {"leaf": 1}
    for _ in range(levels):
        deep = {"deep": [deep]}
    assert judged({**INDICATOR, place: deep}).isprintable()


@pytest.mark.parametrize(
    "number",
    [10**30, 10**4000, -(10**4000), 1e308, float("inf"), float("nan")],
    ids=["10^30", "10^4000", "-10^4000", "1e308", "inf", "nan"],
)
def test_a_number_out_of_range_is_judged_in_words(number: float) -> None:
    words = judged({**INDICATOR, "confidence": number})
    assert words.startswith("confidence must be ")
    assert len(words) < 600


def test_half_a_surrogate_pair_does_not_reach_the_words() -> None:
    assert judged({**INDICATOR, "lang": ["\ud800"]}).isprintable()
    assert judged({**INDICATOR, "valid_from": "\ud800"}).encode()
