"""What stix2-validator 3.2.0 says under its schemas is what we say, but for the table of amendments."""

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stix2validator import ValidationOptions
from stix2validator.validator import _schema_validate

from taxii_server.core.errors import ObjectRefused
from taxii_server.core.timestamps import parse_timestamp
from taxii_server.exchange.validation import ObjectValidator, PatternBudget

VALIDATOR = ObjectValidator()
NOW = parse_timestamp("2026-01-01T00:00:00Z")
UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
OPTIONS = {version: ValidationOptions(version=version) for version in ("2.0", "2.1")}
DATES = {"created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-02T00:00:00.000Z"}
EXTENSION = {f"extension-definition--{UUID}": {"extension_type": "property-extension", "note": "x"}}


def domain_object(type_: str, **properties: Any) -> dict[str, Any]:
    return {"type": type_, "spec_version": "2.1", "id": f"{type_}--{UUID}", **DATES, **properties}


def observable(type_: str, **properties: Any) -> dict[str, Any]:
    return {"type": type_, "spec_version": "2.1", "id": f"{type_}--{UUID}", **properties}


def marking(**properties: Any) -> dict[str, Any]:
    # The schema says nothing of `modified` here; the clearinghouse wants a timestamp wherever there is one.
    return {
        name: value for name, value in domain_object("marking-definition", **properties).items() if name != "modified"
    }


def of_2_0(type_: str, **properties: Any) -> dict[str, Any]:
    return {"type": type_, "id": f"{type_}--{UUID}", **DATES, **properties}


REFERENCES = [{"source_name": "cve", "external_id": "CVE-2020-1234"}, {"source_name": "x", "description": "y"}]
SAMPLES = [
    domain_object("campaign", name="x", aliases=["y"], external_references=REFERENCES, confidence=5, labels=["z"]),
    domain_object("indicator", pattern="[a:b = 'x']", pattern_type="stix", valid_from="2020-01-01T00:00:00Z"),
    domain_object("location", latitude=1.5, longitude=2, precision=3, region="europe"),
    domain_object("malware", is_family=True, name="x", sample_refs=[f"file--{UUID}"]),
    domain_object("malware-analysis", product="x", result="benign", sample_ref=f"file--{UUID}"),
    domain_object("note", content="x", object_refs=[f"campaign--{UUID}"], extensions=EXTENSION),
    domain_object("relationship", relationship_type="uses", source_ref=f"tool--{UUID}", target_ref=f"tool--{UUID}"),
    domain_object("sighting", sighting_of_ref=f"indicator--{UUID}", where_sighted_refs=[f"identity--{UUID}"], count=0),
    domain_object("language-content", object_ref=f"note--{UUID}", contents={"de": {"content": "z"}}),
    domain_object("extension-definition", name="x", schema="y", version="1", extension_types=["new-sdo"]),
    marking(definition_type="statement", definition={"statement": "x"}),
    marking(extensions=EXTENSION),
    domain_object("x-other", name="x", object_marking_refs=[f"marking-definition--{UUID}"]),
    observable("artifact", payload_bin="VGhpcw==", encryption_algorithm="mime-type-indicated", decryption_key="x"),
    observable("email-message", is_multipart=True, body_multipart=[{"body": "x"}], additional_header_fields={"A": "x"}),
    observable("file", name="x", hashes={"MD5": "a" * 32}, size=1, extensions={"ntfs-ext": {"sid": "x"}}),
    observable("ipv4-addr", value="192.0.2.0/24", resolves_to_refs=[f"mac-addr--{UUID}"]),
    observable("network-traffic", protocols=["tcp"], src_ref="x", is_active=False, end="2020-01-01T00:00:00Z"),
    observable("software", name="x", languages=["eng"]),
    observable("user-account", user_id="x", extensions={"unix-account-ext": {"gid": 1001}}),
    observable("x509-certificate", x509_v3_extensions={"key_usage": "x"}),
    observable("x-asset", value="x", thing_bin="VGhpcw==", thing_hex="00ff"),
    of_2_0("campaign", name="x", external_references=REFERENCES, labels=["z"]),
    of_2_0("indicator", labels=["x"], pattern="[a:b = 'x']", valid_from="2020-01-01T00:00:00Z"),
    of_2_0("sighting", sighting_of_ref=f"indicator--{UUID}", where_sighted_refs=[f"identity--{UUID}"], count=0),
    of_2_0(
        "x-other", name="x", granular_markings=[{"selectors": ["id"], "marking_ref": f"marking-definition--{UUID}"}]
    ),
]
VALUES = [None, [], {}, "", "x", "x y", 0, -1, 101, 1.5, True, False, 10**9, ["x"], {"a": 1}, {"name": None}]
VALUES += [[f"identity--{UUID}"], f"url--{UUID}", {"MD5": "x"}, {"x-ext": {"aaa": 1}}]
NAMES = ["x_foo", "Foo", "fo", "severity", "url", "hashes", "extensions", "end", "name", "x-y", "foo_hex", "foo_bin"]
NAMES += ["latitude", "definition", "granular_markings", "defanged", "revoked", "x_" * 126]


def refused_by_oasis(value: dict[str, Any]) -> bool:
    version = "2.1" if value.get("spec_version") == "2.1" else "2.0"
    return any(True for errors, _ in _schema_validate(value, OPTIONS[version]) for _ in errors)


def refused(value: dict[str, Any]) -> bool:
    try:
        VALIDATOR.check(value, NOW, PatternBudget())
    except ObjectRefused:
        return True
    return False


def inner_nodes(value: Any) -> list[Any]:
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value] * bool(below) + [node for each in below for node in inner_nodes(each)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: json.dumps(sample)[:60])
def test_a_valid_sample_is_taken_by_both(sample: dict[str, Any]) -> None:
    assert not refused_by_oasis(sample)
    assert not refused(sample)


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_changed_sample_is_judged_alike(sample: dict[str, Any], data: st.DataObject) -> None:
    changed = copy.deepcopy(sample)
    for _ in range(data.draw(st.integers(1, 2))):
        node = data.draw(st.sampled_from(inner_nodes(changed)))
        new = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
        old = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node, dict):
            node[old] = new
        elif data.draw(st.booleans()):
            del node[old]
        else:
            node[data.draw(st.sampled_from([*NAMES, old, old]))] = new
    # What the clearinghouse decides beyond the schemas is left alone here.
    # Without `created` an object of an unknown type is an observable; stix2-validator also looks for `modified`.
    untouched = ("type", "id", "spec_version", "pattern", "created")
    assume(all(changed.get(name) == sample.get(name) for name in untouched))
    assert refused(changed) == refused_by_oasis(changed)
