"""Judging one object on push (rules 2): each rule, and what its refusal says."""

from collections.abc import Callable
from typing import Any

import pytest

from taxii_server.core.errors import ObjectRefused
from taxii_server.core.timestamps import parse_timestamp
from taxii_server.exchange.pattern_budget import LONGEST_PATTERN
from taxii_server.exchange.validation import ObjectValidator, PatternBudget

Object = dict[str, Any]
VALIDATOR = ObjectValidator()
NOW = parse_timestamp("2021-06-01T12:00:00Z")
UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
UUID5 = "b2584ae2-2def-5420-8a70-7eab4c059bf8"
TLP_2_0 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
UNUSUAL = "[a:b = 'x'] WITHIN 5 SECONDS"


def sdo(type_: str, **properties: Any) -> Object:
    dates = {"created": "2020-01-01T00:00:00.000Z", "modified": "2020-01-02T00:00:00.000Z"}
    return {"type": type_, "spec_version": "2.1", "id": f"{type_}--{UUID}", **dates, **properties}


def sco(type_: str, **properties: Any) -> Object:
    return {"type": type_, "spec_version": "2.1", "id": f"{type_}--{UUID}", **properties}


def indicator(**properties: Any) -> Object:
    required = {"pattern": "[a:b = 'x']", "pattern_type": "stix", "valid_from": "2020-01-01T00:00:00Z"}
    return sdo("indicator", **{**required, **properties})


def observed(**properties: Any) -> Object:
    times = {"first_observed": "2020-01-01T00:00:00Z", "last_observed": "2020-01-01T00:00:00Z", "number_observed": 1}
    return sdo("observed-data", **times, **properties)


def without(value: Object, *names: str) -> Object:
    return {name: each for name, each in value.items() if name not in names}


def take(value: Object, budget: PatternBudget | None = None) -> None:
    VALIDATOR.check(value, NOW, budget or PatternBudget())


def refusal(value: Object, budget: PatternBudget | None = None) -> str:
    with pytest.raises(ObjectRefused) as refused:
        take(value, budget)
    return str(refused.value)


class TestVersions:
    def test_a_domain_object_without_spec_version_is_judged_as_2_0(self) -> None:
        take(without(sdo("campaign", name="x"), "spec_version"))
        assert "judged as STIX 2.0" in refusal(without(sdo("campaign", name="x", confidence=5), "spec_version"))

    def test_an_observable_without_spec_version_is_judged_as_2_1(self) -> None:
        take(without(sco("domain-name", value="example.org"), "spec_version"))
        take(without(sco("process", created_time="2020-01-01T00:00:00Z"), "spec_version"))

    def test_spec_version_2_0_may_be_written(self) -> None:
        take({**sdo("campaign", name="x"), "spec_version": "2.0"})

    def test_an_observable_of_its_own_cannot_be_2_0(self) -> None:
        assert refusal({**sco("url", value="a:b"), "spec_version": "2.0"}).startswith("spec_version must not be 2.0")

    @pytest.mark.parametrize("version", ["2.2", "", None, 2.1, ["2.1"], {}])
    def test_any_other_spec_version_is_refused(self, version: Any) -> None:
        assert refusal({**sdo("campaign", name="x"), "spec_version": version}).startswith("spec_version must be")

    def test_an_id_of_2_0_has_a_version_4_uuid_and_one_of_2_1_any(self) -> None:
        take({**sdo("campaign", name="x"), "id": f"campaign--{UUID5}"})
        old = {**without(sdo("campaign", name="x"), "spec_version"), "id": f"campaign--{UUID5}"}
        assert refusal(old).startswith("id must be a STIX identifier")


class TestTypes:
    def test_a_bundle_is_no_object(self) -> None:
        assert refusal({"type": "bundle", "id": f"bundle--{UUID}"}).startswith("type is bundle: send the objects")

    @pytest.mark.parametrize("type_", [None, 3, [], {}, True])
    def test_a_type_that_is_no_text_is_refused(self, type_: Any) -> None:
        assert refusal({"type": type_, "id": f"x--{UUID}"}).startswith("type ")

    def test_an_unknown_type_with_created_is_judged_as_a_domain_object(self) -> None:
        take(sdo("x-tactic", x_mitre_shortname="plan"))
        assert refusal(without(sdo("x-tactic"), "modified")) == "modified is missing"

    def test_an_unknown_type_without_created_is_judged_as_an_observable(self) -> None:
        take(sco("x-asset", value="x"))
        assert refusal(sco("x-asset", value=None)) == "value must not be null"

    def test_a_known_domain_type_without_created_is_not_taken_for_an_observable(self) -> None:
        assert refusal(without(sdo("campaign", name="x"), "created")) == "created is missing"

    @pytest.mark.parametrize("kind", ["new-sdo", "new-sro"])
    def test_an_object_of_a_type_defined_by_an_extension_is_taken(self, kind: str) -> None:
        take(sdo("ad-buy", extensions={f"extension-definition--{UUID}": {"extension_type": kind}}))

    def test_an_observable_of_a_type_defined_by_an_extension_is_taken(self) -> None:
        take(sco("ad-buy", extensions={f"extension-definition--{UUID}": {"extension_type": "new-sco"}}))

    def test_custom_properties_are_taken(self) -> None:
        take(sdo("campaign", name="x", x_score=3, x_deep={"any": [{"thing": None}]}))


class TestIds:
    @pytest.mark.parametrize("id_", [None, 3, "", "campaign", f"tool--{UUID}", f"campaign-{UUID}"])
    def test_the_type_in_the_id_is_the_type_of_the_object(self, id_: Any) -> None:
        assert refusal({**sdo("campaign", name="x"), "id": id_}).startswith("id ")

    @pytest.mark.parametrize("uuid", ["", "1", UUID[:-1], UUID + "0", "00000000-0000-0000-0000-000000000000"])
    def test_the_id_ends_with_a_uuid_of_rfc_4122(self, uuid: str) -> None:
        assert "UUID of RFC 4122" in refusal({**sdo("campaign", name="x"), "id": f"campaign--{uuid}"})

    def test_the_type_in_the_id_of_an_unknown_type_counts_too(self) -> None:
        assert refusal({**sdo("x-tactic"), "id": f"x-matrix--{UUID}"}).startswith("id must begin with the type")

    def test_a_missing_id_is_named(self) -> None:
        assert refusal(without(sdo("campaign", name="x"), "id")) == "id is missing"


class TestDates:
    @pytest.mark.parametrize("fraction", ["", ".0", ".123", ".123456", ".123456789"])
    def test_any_number_of_fraction_digits_is_taken(self, fraction: str) -> None:
        take(sdo("campaign", name="x", modified=f"2020-01-02T00:00:00{fraction}Z"))
        take(without(sdo("campaign", name="x", created=f"2020-01-01T00:00:00{fraction}Z"), "spec_version"))

    @pytest.mark.parametrize(
        "text",
        [
            "2020-02-30T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "2020-01-01T00:00:60Z",
            "0000-01-01T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00:00+00:00",
            "2020-01-01",
            "2020-01-01T00:00:00.Z",
            "",
        ],
    )
    @pytest.mark.parametrize("name", ["created", "modified", "first_seen"])
    def test_what_is_no_instant_is_refused_in_every_timestamp(self, name: str, text: str) -> None:
        assert refusal(sdo("campaign", **{"name": "x", name: text})).startswith(f"{name} must be a timestamp: ")

    @pytest.mark.parametrize(
        ("path", "build"),
        [
            ("valid_from", lambda day: indicator(valid_from=day)),
            ("object_modified", lambda day: sdo("language-content", object_ref=f"note--{UUID}", object_modified=day)),
            ("account_created", lambda day: sco("user-account", user_id="x", account_created=day)),
            (
                "x509_v3_extensions.private_key_usage_period_not_before",
                lambda day: sco("x509-certificate", x509_v3_extensions={"private_key_usage_period_not_before": day}),
            ),
            (
                "extensions.windows-pebinary-ext.time_date_stamp",
                lambda day: sco(
                    "file", name="x", extensions={"windows-pebinary-ext": {"pe_type": "exe", "time_date_stamp": day}}
                ),
            ),
            ("objects.7.ctime", lambda day: observed(objects={"7": sco("file", name="x", ctime=day)})),
            (
                "objects.0.created",
                lambda day: without(
                    observed(objects={"0": {"type": "file", "name": "x", "created": day}}), "spec_version"
                ),
            ),
        ],
    )
    def test_nested_timestamps_are_parsed_too(self, path: str, build: Callable[[str], Object]) -> None:
        assert refusal(build("2020-02-30T00:00:00Z")).startswith(f"{path} must be a timestamp: no such day")

    def test_modified_is_not_before_created(self) -> None:
        same = "2020-01-02T00:00:00.000001Z"
        take(sdo("campaign", name="x", created=same, modified=same))
        late = sdo("campaign", name="x", created="2020-01-02T00:00:00.000001Z", modified="2020-01-02T00:00:00Z")
        assert refusal(late).startswith("modified must not be before created")

    @pytest.mark.parametrize("name", ["created", "modified"])
    def test_no_version_is_more_than_a_day_ahead_of_the_server(self, name: str) -> None:
        last = {"created": "2020-01-01T00:00:00Z", "modified": "2021-06-02T12:00:00Z", name: "2021-06-02T12:00:00Z"}
        take(sdo("campaign", name="x", **last))
        beyond = {**last, name: "2021-06-02T12:00:00.000001Z"}
        assert refusal(sdo("campaign", name="x", **beyond)).startswith(f"{name} must not be more than a day ahead")

    def test_a_marking_definition_needs_no_modified(self) -> None:
        marking = sdo("marking-definition", definition_type="statement", definition={"statement": "x"})
        take(without(marking, "modified"))
        assert refusal({**marking, "modified": ["x"]}).startswith("modified must be a timestamp")


class TestPatterns:
    def test_a_pattern_that_only_the_full_grammar_knows_is_taken(self) -> None:
        take(indicator(pattern=UNUSUAL))

    @pytest.mark.parametrize("pattern", ["", "x", "[a:b = 'x'", "[a:b[-1] = 1]", "(" * 8000, "[file:hashes[0] = 'x']"])
    def test_what_is_no_pattern_is_refused(self, pattern: str) -> None:
        assert refusal(indicator(pattern=pattern)).startswith("pattern is no STIX pattern: ")

    def test_a_pattern_nested_beyond_reading_is_refused(self) -> None:
        assert refusal(indicator(pattern="(" * 8000)) == "pattern is no STIX pattern: nested too deeply"

    def test_the_place_of_the_mistake_is_told(self) -> None:
        assert "at character 8, " in refusal(indicator(pattern="[a:b = ]"))

    @pytest.mark.parametrize("kind", ["snort", "yara", "sigma", "x-own"])
    def test_patterns_of_other_languages_are_not_read(self, kind: str) -> None:
        take(indicator(pattern="rule x { condition: true }", pattern_type=kind))

    def test_an_unusual_pattern_is_at_most_8_kb_long(self) -> None:
        longest = UNUSUAL.replace("x", "x" * (LONGEST_PATTERN - len(UNUSUAL) + 1))
        take(indicator(pattern=longest))
        assert refusal(indicator(pattern=longest.replace("x", "xx", 1))).startswith("pattern is too long")

    def test_a_common_pattern_may_be_longer(self) -> None:
        alternatives = " OR ".join(["domain-name:value = 'example.org'"] * 1000)
        take(indicator(pattern=f"[{alternatives}]"))

    def test_past_the_budget_unusual_patterns_are_refused_and_common_ones_taken(self) -> None:
        budget = PatternBudget(seconds=0.0001)
        take(indicator(pattern=UNUSUAL), budget)
        assert refusal(indicator(pattern=UNUSUAL), budget).startswith("pattern budget")
        take(indicator(), budget)

    def test_a_pattern_of_2_0_is_read_by_its_own_grammar(self) -> None:
        old = without(indicator(labels=["x"]), "spec_version", "pattern_type")
        take(indicator(pattern="[EXISTS a:b]"))
        assert refusal({**old, "pattern": "[EXISTS a:b]"}).startswith("pattern is no STIX pattern")


class TestAddresses:
    @pytest.mark.parametrize("value", ["o'neil+tag@example.org", "user=x@a.example.org", "почта@пример.рф"])
    def test_an_email_address_in_use_is_taken(self, value: str) -> None:
        take(sco("email-addr", value=value))

    @pytest.mark.parametrize("value", ["", "x", "x@", "@x.org", "Name <a@b.org>", "a b@c.org", "a@b", "a@b..org"])
    def test_what_is_no_email_address_is_refused(self, value: str) -> None:
        assert refusal(sco("email-addr", value=value)).startswith("value must be an e-mail address")

    def test_an_email_address_needs_a_value(self) -> None:
        assert refusal(sco("email-addr")) == "value is missing"

    @pytest.mark.parametrize("value", ["example.org", "my_site.example.org", "r3---x.example", "пример.рф", "x.org."])
    def test_a_domain_name_in_use_is_taken(self, value: str) -> None:
        take(sco("domain-name", value=value))

    @pytest.mark.parametrize("value", ["", "a b.org", "https://a.org", "a..org", "-a.org", "a/b", "x." * 200])
    def test_what_is_no_domain_name_is_refused(self, value: str) -> None:
        assert refusal(sco("domain-name", value=value)).startswith("value must ")

    @pytest.mark.parametrize("value", ["https://example.org/путь?a={b}|c", "mailto:a@b.org", "tg:x"])
    def test_a_url_in_use_is_taken(self, value: str) -> None:
        take(sco("url", value=value))

    @pytest.mark.parametrize("value", ["", "example.org/x", "https://example.org/a b", "http:", "1http://x"])
    def test_what_is_no_url_is_refused(self, value: str) -> None:
        assert refusal(sco("url", value=value)).startswith("value must be a URL")

    @pytest.mark.parametrize(
        "value", ["::", "::1", "2001:db8::", "2001:db8::/32", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8"]
    )
    def test_an_ipv6_address_is_taken(self, value: str) -> None:
        take(sco("ipv6-addr", value=value))

    @pytest.mark.parametrize(
        "value", ["", ":", ":::", "1::2::3", "::/129", "1:2:3:4:5:6:7:8:9", "::192.0.2.256", "g::"]
    )
    def test_what_is_no_ipv6_address_is_refused(self, value: str) -> None:
        assert refusal(sco("ipv6-addr", value=value)).startswith("value must be an IPv6 address")

    @pytest.mark.parametrize(("type_", "value"), [("ipv4-addr", "192.0.2.0/24"), ("ipv6-addr", "2001:db8::/32")])
    def test_a_network_is_taken_in_2_0(self, type_: str, value: str) -> None:
        take(without(observed(objects={"0": {"type": type_, "value": value}}), "spec_version"))

    def test_noncharacters_are_taken(self) -> None:
        take(sdo("campaign", name="a\ufdd0\uffff\U0010ffff"))


class TestMarkings:
    @pytest.mark.parametrize("level", ["clear", "green", "amber", "amber+strict", "red"])
    def test_the_tlp_2_0_markings_are_taken(self, level: str) -> None:
        extension = {TLP_2_0: {"extension_type": "property-extension", "tlp_2_0": level}}
        marking = sdo("marking-definition", name=f"TLP:{level.upper()}", extensions=extension)
        take({**without(marking, "modified"), "created": "2020-10-01T00:00:00.000Z"})

    def test_a_tlp_marking_of_ones_own_is_refused(self) -> None:
        own = sdo("marking-definition", definition_type="tlp", definition={"tlp": "red"})
        assert "four TLP 1 markings that STIX defines" in refusal(own)

    def test_a_language_marking_is_taken(self) -> None:
        take(sdo("campaign", name="x", granular_markings=[{"lang": "de", "selectors": ["name"]}]))


class TestEmbedded:
    def test_each_embedded_observable_is_judged_by_its_own_type(self) -> None:
        bad = {"0": sco("file", name="x"), "1": sco("ipv4-addr", value="192.0.2.256")}
        assert refusal(observed(objects=bad)).startswith("objects.1.value must be an IPv4 address")

    def test_an_embedded_type_that_contains_a_known_name_is_taken(self) -> None:
        take(observed(objects={"0": sco("x-profile", name="x")}))

    @pytest.mark.parametrize("embedded", [{}, {"type": None}, {"type": 3}])
    def test_an_embedded_object_needs_a_type(self, embedded: Object) -> None:
        assert refusal(observed(objects={"0": embedded})) == "objects.0.type is missing or no string"

    def test_embedded_observables_and_references_exclude_each_other(self) -> None:
        both = observed(objects={"0": sco("file", name="x")}, object_refs=[f"file--{UUID}"])
        assert refusal(both) == "the observed-data needs either object_refs or the deprecated objects, and not both"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (indicator(confidence=101), "confidence must be at most 100, not 101"),
        (indicator(labels=[]), "labels must not be empty"),
        (indicator(labels=None), "labels must be a list, not null"),
        (indicator(object_marking_refs=[f"x-y--{UUID}", "z"]), "object_marking_refs[1] must be a STIX identifier: the"),
        (indicator(extensions={TLP_2_0: {"x": 1}}), f"extensions.{TLP_2_0}.extension_type is missing"),
        (indicator(extensions={"tlp": {}}), "extensions.tlp is no key for an extension: it must be the id of an"),
        (
            indicator(external_references=[{"source_name": "x"}]),
            "external_references[0] needs at least one of external",
        ),
        (indicator(Name="x"), "Name is no property name: lower-case letters, digits and underscores"),
        (indicator(severity=1), "severity must not be used: STIX reserves the name"),
        (sco("file", hashes={"MD5": "x"}), 'hashes.MD5 must be 32 hexadecimal digits, not "x"'),
        (
            sco("file", name="x", extensions={"pdf-ext": {"document_info_dict": {"1": 5}}}),
            "extensions.pdf-ext.document_info_dict.1 must be a string, not 5",
        ),
        (sco("file"), "the file needs at least one of hashes, name"),
        (
            sdo("opinion", object_refs=[f"note--{UUID}"], opinion="no"),
            'opinion must be one of "strongly-disagree", "dis',
        ),
        (sdo("malware", is_family=True), "the malware needs is_family, and with true also name"),
        (sdo("campaign", name="x" * 99, aliases="y" * 99), f'aliases must be a list, not "{"y" * 80}…"'),
        (sdo("campaign", name="x", lang=["\x1b\n"]), "lang must be a string, not a list"),
        (sdo("campaign", name="x", created_by_ref="\x1b\n"), "created_by_ref must be a STIX identifier"),
    ],
)
def test_a_refusal_names_the_property_and_the_rule(value: Object, words: str) -> None:
    text = refusal(value)
    assert text.startswith(words)
    assert text.isprintable()


def test_objects_of_other_frameworks_are_taken() -> None:
    references = [{"source_name": "DISARM", "external_id": "T0001", "url": "https://example.org/T0001.md"}]
    properties = {"x_mitre_isSubtechnique": False, "tactic_refs": [f"x-mitre-tactic--{UUID}"]}
    take(sdo("x-mitre-matrix", name="x", external_references=references, **properties))
