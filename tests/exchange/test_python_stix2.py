"""Everything that python-stix2 can build is taken: one of each type, in both versions."""

import json
from typing import Any

import pytest
import stix2.v20
import stix2.v21
from stix2.registry import STIX2_OBJ_MAPS

from taxii_server.core.timestamps import parse_timestamp
from taxii_server.exchange.validation import ObjectValidator, PatternBudget

VALIDATOR = ObjectValidator()
NOW = parse_timestamp("2100-01-01T00:00:00Z")
SEEN = {"first_seen": "2020-01-01T00:00:00Z", "last_seen": "2020-02-01T00:00:00.5Z"}
KILL_CHAIN = [{"kill_chain_name": "disarm", "phase_name": "plan"}]
REFERENCE = [{"source_name": "report", "url": "https://example.org/a?b=c#d", "description": "x"}]
UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
SHA256 = "a" * 64
NAME: dict[str, Any] = {"name": "x"}

DOMAIN_OBJECTS: dict[str, dict[str, Any]] = {
    "attack-pattern": {**NAME, "aliases": ["y"], "kill_chain_phases": KILL_CHAIN},
    "campaign": {**NAME, **SEEN, "objective": "y"},
    "course-of-action": NAME,
    "extension-definition": {
        **NAME,
        "created_by_ref": f"identity--{UUID}",
        "schema": "https://example.org/schema.json",
        "version": "1.0",
        "extension_types": ["property-extension"],
    },
    "grouping": {"context": "unspecified", "object_refs": [f"url--{UUID}"]},
    "identity": {**NAME, "identity_class": "organization", "sectors": ["government"]},
    "incident": NAME,
    "indicator": {
        "pattern": "[url:value LIKE 'https://example.org/%'] WITHIN 5 SECONDS",
        "pattern_type": "stix",
        "valid_from": "2020-01-01T00:00:00Z",
        "valid_until": "2021-01-01T00:00:00Z",
    },
    "infrastructure": {**NAME, **SEEN, "infrastructure_types": ["botnet"]},
    "intrusion-set": {**NAME, **SEEN, "goals": ["y"]},
    "language-content": {"object_ref": f"campaign--{UUID}", "contents": {"de": {"name": "z"}}},
    "location": {"latitude": 48.8, "longitude": 2.3, "precision": 1000.0, "country": "FR"},
    "malware": {**NAME, "is_family": True, "malware_types": ["bot"], "sample_refs": [f"file--{UUID}"]},
    "malware-analysis": {"product": "x", "result": "benign", "submitted": "2020-01-01T00:00:00Z"},
    "note": {"content": "x", "object_refs": [f"campaign--{UUID}"], "authors": ["y"]},
    "observed-data": {
        "first_observed": "2020-01-01T00:00:00Z",
        "last_observed": "2020-01-01T00:00:00Z",
        "number_observed": 1,
        "object_refs": [f"file--{UUID}"],
    },
    "opinion": {"opinion": "agree", "object_refs": [f"campaign--{UUID}"]},
    "relationship": {
        "relationship_type": "uses",
        "source_ref": f"campaign--{UUID}",
        "target_ref": f"tool--{UUID}",
        "start_time": "2020-01-01T00:00:00Z",
    },
    "report": {**NAME, "published": "2020-01-01T00:00:00Z", "object_refs": [f"campaign--{UUID}"]},
    "sighting": {"sighting_of_ref": f"indicator--{UUID}", "count": 0, "where_sighted_refs": [f"identity--{UUID}"]},
    "threat-actor": {**NAME, **SEEN, "threat_actor_types": ["unknown"]},
    "tool": {**NAME, "tool_version": "1"},
    "vulnerability": {**NAME, "external_references": [{"source_name": "cve", "external_id": "CVE-2020-1234"}]},
}
OF_2_0: dict[str, dict[str, Any]] = {
    "attack-pattern": {**NAME, "kill_chain_phases": KILL_CHAIN},
    "campaign": {**NAME, **SEEN},
    "identity": {**NAME, "identity_class": "group"},
    "indicator": {"labels": ["benign"], "pattern": "[url:value = 'x']", "valid_from": "2020-01-01T00:00:00Z"},
    "malware": {**NAME, "labels": ["bot"]},
    "observed-data": {
        "first_observed": "2020-01-01T00:00:00Z",
        "last_observed": "2020-01-01T00:00:00Z",
        "number_observed": 1,
        "objects": {"0": {"type": "file", "name": "x"}},
    },
    "relationship": {"relationship_type": "uses", "source_ref": f"campaign--{UUID}", "target_ref": f"tool--{UUID}"},
    "report": {
        **NAME,
        "labels": ["campaign"],
        "published": "2020-01-01T00:00:00Z",
        "object_refs": [f"campaign--{UUID}"],
    },
    "threat-actor": {**NAME, "labels": ["spy"]},
    "tool": {**NAME, "labels": ["exploitation"]},
}
OBSERVABLES: dict[str, dict[str, Any]] = {
    "artifact": {"payload_bin": "VGhpcw==", "mime_type": "text/plain"},
    "autonomous-system": {"number": 64496, "name": "x"},
    "directory": {"path": "/srv", "ctime": "2020-01-01T00:00:00Z"},
    "domain-name": {"value": "my_site.example.org"},
    "email-addr": {"value": "o'neil+x@example.org", "display_name": "O. Neil"},
    "email-message": {"is_multipart": False, "body": "x", "date": "2020-01-01T00:00:00Z"},
    "file": {
        "name": "x",
        "hashes": {"SHA-256": SHA256, "MD5": "b" * 32},
        "extensions": {"windows-pebinary-ext": {"pe_type": "exe", "time_date_stamp": "2020-01-01T00:00:00Z"}},
    },
    "ipv4-addr": {"value": "203.0.113.0/24"},
    "ipv6-addr": {"value": "2001:db8::192.0.2.1"},
    "mac-addr": {"value": "00:00:5e:00:53:01"},
    "mutex": NAME,
    "network-traffic": {"protocols": ["tcp"], "src_ref": f"ipv4-addr--{UUID}", "start": "2020-01-01T00:00:00Z"},
    "process": {"created_time": "2020-01-01T00:00:00Z"},
    "software": {**NAME, "languages": ["eng"], "cpe": "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*"},
    "url": {"value": "https://example.org/%D0%BF?q=1"},
    "user-account": {"account_type": "twitter", "account_login": "x", "account_created": "2020-01-01T00:00:00Z"},
    "windows-registry-key": {"modified_time": "2020-01-01T00:00:00Z"},
    "x509-certificate": {
        "serial_number": "1",
        "x509_v3_extensions": {"private_key_usage_period_not_before": "2020-01-01T00:00:00Z"},
    },
}
OBSERVABLES_OF_2_0: dict[str, dict[str, Any]] = {
    "directory": {"path": "/srv", "created": "2020-01-01T00:00:00Z"},
    "email-addr": {"value": "info@example.org"},
    "network-traffic": {"protocols": ["tcp"], "src_ref": "1"},
    "process": {"pid": 1, "arguments": ["--x=y", "z"], "created": "2020-01-01T00:00:00Z"},
    "user-account": {"user_id": "x"},
    "windows-registry-key": {"key": r"HKEY_USERS\thku", "modified": "2020-01-01T00:00:00Z"},
}
DEFINED = ["marking-definition", "bundle"]


def taken(built: Any) -> None:
    VALIDATOR.check(json.loads(built.serialize()), NOW, PatternBudget())


@pytest.mark.parametrize("type_", [t for t in STIX2_OBJ_MAPS["2.1"]["objects"] if t not in DEFINED])
def test_a_domain_object_of_version_2_1_is_taken(type_: str) -> None:
    common = {"external_references": REFERENCE, "confidence": 50, "labels": ["x"], "lang": "en"}
    common["granular_markings"] = [{"lang": "de", "selectors": ["id"]}]
    properties = {**common, **DOMAIN_OBJECTS[type_]}
    if type_ in {"language-content", "extension-definition"}:
        properties = {name: value for name, value in properties.items() if name not in {"lang", "confidence"}}
    taken(STIX2_OBJ_MAPS["2.1"]["objects"][type_](**properties))


@pytest.mark.parametrize("type_", [t for t in STIX2_OBJ_MAPS["2.0"]["objects"] if t not in DEFINED])
def test_a_domain_object_of_version_2_0_is_taken(type_: str) -> None:
    properties = OF_2_0.get(type_) or DOMAIN_OBJECTS[type_]
    taken(STIX2_OBJ_MAPS["2.0"]["objects"][type_](**{"external_references": REFERENCE, **properties}))


@pytest.mark.parametrize("type_", STIX2_OBJ_MAPS["2.1"]["observables"])
def test_an_observable_of_version_2_1_is_taken(type_: str) -> None:
    taken(STIX2_OBJ_MAPS["2.1"]["observables"][type_](**OBSERVABLES[type_]))


@pytest.mark.parametrize("type_", STIX2_OBJ_MAPS["2.0"]["observables"])
def test_an_observable_inside_observed_data_of_version_2_0_is_taken(type_: str) -> None:
    embedded = {"type": type_, **(OBSERVABLES_OF_2_0.get(type_) or OBSERVABLES[type_])}
    objects = {"0": embedded, "1": {"type": "ipv4-addr", "value": "192.0.2.1"}}
    taken(stix2.v20.ObservedData(**{**OF_2_0["observed-data"], "objects": objects}))


@pytest.mark.filterwarnings("ignore::stix2.exceptions.STIXDeprecationWarning")
@pytest.mark.parametrize("type_", STIX2_OBJ_MAPS["2.1"]["observables"])
def test_an_observable_inside_observed_data_of_version_2_1_is_taken(type_: str) -> None:
    properties = {k: v for k, v in DOMAIN_OBJECTS["observed-data"].items() if k != "object_refs"}
    embedded = {"type": type_, "id": f"{type_}--{UUID}", **OBSERVABLES[type_]}
    objects = {"0": embedded, "1": {"type": "ipv4-addr", "id": f"ipv4-addr--{UUID}", "value": "192.0.2.1"}}
    taken(stix2.v21.ObservedData(**properties, objects=objects))


@pytest.mark.parametrize("module", [stix2.v20, stix2.v21])
@pytest.mark.parametrize("level", ["WHITE", "GREEN", "AMBER", "RED"])
def test_the_tlp_1_markings_are_taken(module: Any, level: str) -> None:
    taken(getattr(module, f"TLP_{level}"))


@pytest.mark.parametrize("module", [stix2.v20, stix2.v21])
def test_a_statement_marking_is_taken(module: Any) -> None:
    marking = module.MarkingDefinition(definition_type="statement", definition={"statement": "© x"})
    taken(marking)


def test_a_custom_object_of_version_2_1_is_taken() -> None:
    taken(stix2.v21.Identity(name="x", x_note="y", allow_custom=True))
