"""Coalition records to STIX: one test for each rule of platform-records.md, sections 1 and 3."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers import Skip, StixObject, map_records
from stix_mappers.extensions import DISCLOSURE_SUMMARY, METRIC, SOCIAL_ASSET, TAKEDOWN_ACTION
from stix_mappers.identifiers import NAMESPACE, identity_id
from stix_mappers.record import parse_json

PEACE_DATA = "facebook:fb-2020-08-peacedata"


def record(**changes: Any) -> dict[str, Any]:
    return {
        "schema": "coalition-takedown/1",
        "record_id": "twitter:1",
        "member": "twitter",
        "service": "twitter",
        "kind": "account",
        "subject": {"login": "Someone"},
        "action": "suspended",
        "action_at": "2020-08-14",
        "action_at_precision": "day",
        "tlp": "clear",
        **changes,
    }


def network(**changes: Any) -> dict[str, Any]:
    told = {"id": "n", "name": "Network N", "published": "2020-09-01", **changes.pop("network", {})}
    return record(**{"record_id": "twitter:n", "kind": "network", "subject": None, "network": told, **changes})


def built(*records: dict[str, Any], **options: Any) -> list[StixObject]:
    return list(map_records(records, **options))


def of(objects: list[StixObject], object_type: str) -> list[StixObject]:
    return [item for item in objects if item["type"] == object_type]


def only(objects: list[StixObject], object_type: str) -> StixObject:
    (item,) = of(objects, object_type)
    return item


def action(objects: list[StixObject]) -> dict[str, Any]:
    found: dict[str, Any] = only(objects, "observed-data")["extensions"][TAKEDOWN_ACTION]
    return found


@pytest.fixture(scope="module")
def samples(data: Path) -> list[Any]:
    return [parse_json(line) for line in (data / "coalition" / "records.jsonl").read_bytes().splitlines()]


def test_the_namespace_is_the_one_agreed_upon() -> None:
    assert str(NAMESPACE) == "78e46049-0a30-5060-9e59-60dbff55c926"


def test_an_account_is_known_by_its_login_alone_in_lower_case() -> None:
    account = only(built(record(subject={"login": "Someone", "user_id": "42"})), "user-account")
    assert account["account_login"] == "someone"
    assert "user_id" not in account
    assert account["extensions"][SOCIAL_ASSET]["platform_user_id"] == "42"
    assert account["display_name"] == "Someone"


def test_the_pattern_matches_login_or_platform_id() -> None:
    indicator = only(built(record(subject={"login": "it's", "user_id": "4\\2"})), "indicator")
    assert indicator["pattern"] == (
        "[user-account:account_type = 'twitter' AND "
        "(user-account:account_login = 'it\\'s' OR user-account:user_id = '4\\\\2')]"
    )


def test_two_members_naming_one_account_give_one_id() -> None:
    own = only(built(record()), "user-account")
    lead = only(
        built(record(member="facebook", service="facebook", asserted_on="twitter", action="reported")), "user-account"
    )
    assert own["id"] == lead["id"]


def test_a_lead_is_labelled_and_its_account_is_bare() -> None:
    objects = built(
        record(member="facebook", service="facebook", asserted_on="twitter", action="reported", network={"id": "n"})
    )
    for item in [*of(objects, "observed-data"), *of(objects, "indicator"), *of(objects, "relationship")]:
        assert item["labels"] == ["lead:twitter"]
    assert set(only(objects, "user-account")) == {
        "type", "spec_version", "id", "object_marking_refs", "account_type", "account_login",
    }  # fmt: skip
    assert action(objects)["asserted_on"] == "twitter"


def test_the_own_service_is_no_lead() -> None:
    objects = built(record(member="facebook", service="facebook", asserted_on="instagram"))
    assert "labels" not in only(objects, "observed-data")


def test_a_pseudonymised_account_has_no_indicator_and_no_name() -> None:
    objects = built(record(subject={"user_id": "abc=", "pseudonymised": True}, network={"id": "n"}))
    account = only(objects, "user-account")
    assert account["user_id"] == "abc="
    assert account["extensions"][SOCIAL_ASSET]["pseudonymised"] is True
    assert "display_name" not in account
    assert not of(objects, "indicator")
    kinds = {item["relationship_type"] for item in of(objects, "relationship")}
    assert kinds == {"related-to"}


def test_a_subreddit_keeps_its_prefix_and_never_meets_a_user() -> None:
    subreddit = record(member="reddit", service="reddit", kind="subreddit", subject={"login": "UKWhistleblower"})
    user = record(member="reddit", service="reddit", subject={"login": "UKWhistleblower"})
    assert only(built(subreddit), "user-account")["account_login"] == "r/ukwhistleblower"
    assert only(built(subreddit), "user-account")["id"] != only(built(user), "user-account")["id"]


def test_facts_of_enforcement_stand_on_the_observation_alone() -> None:
    objects = built(record(policy="spam", detection="automated", subject={"login": "a", "bio": "b", "followers": 3}))
    told = action(objects)
    assert (told["policy"], told["detection"]) == ("spam", "automated")
    assert told["profile"] == {"bio": "b", "followers": 3}
    assert "bio" not in str(only(objects, "user-account"))


def test_an_observation_lasts_from_creation_to_enforcement() -> None:
    objects = built(record(subject={"login": "a", "created": "2014-04-04"}))
    observation = only(objects, "observed-data")
    assert observation["first_observed"] == "2014-04-04T00:00:00.000Z"
    assert observation["last_observed"] == "2020-08-14T23:59:59.000Z"


@pytest.mark.parametrize(
    ("written", "precision", "first", "last"),
    [
        ("2020-08-14T08:30:00+02:00", "second", "2020-08-14T06:30:00.000Z", "2020-08-14T06:30:00.000Z"),
        ("2020-02", "month", "2020-02-01T00:00:00.000Z", "2020-02-29T23:59:59.000Z"),
        ("2020-Q3", "quarter", "2020-07-01T00:00:00.000Z", "2020-09-30T23:59:59.000Z"),
        ("2020-H1", "half", "2020-01-01T00:00:00.000Z", "2020-06-30T23:59:59.000Z"),
    ],
)
def test_a_coarse_date_is_its_first_and_last_second(written: str, precision: str, first: str, last: str) -> None:
    objects = built(record(action_at=written, action_at_precision=precision))
    observation = only(objects, "observed-data")
    assert (observation["first_observed"], observation["last_observed"]) == (first, last)


def test_objects_are_dated_by_publication_and_else_by_the_action() -> None:
    published = built(record(network={"id": "n", "published": "2020-10-08"}))
    assert only(published, "indicator")["created"] == "2020-10-08T00:00:00.000Z"
    assert only(built(record()), "indicator")["created"] == "2020-08-14T00:00:00.000Z"


@pytest.mark.parametrize(
    ("kind", "subject", "object_type", "pattern"),
    [
        ("domain", {"domain": "peacedata.net"}, "domain-name", "[domain-name:value = 'peacedata.net']"),
        ("url", {"url": "https://a.example/x"}, "url", "[url:value = 'https://a.example/x']"),
        ("ip", {"ip": "203.0.113.7"}, "ipv4-addr", "[ipv4-addr:value = '203.0.113.7']"),
        ("ip", {"ip": "203.0.113.0/24"}, "ipv4-addr", "[ipv4-addr:value ISSUBSET '203.0.113.0/24']"),
        ("ip", {"ip": "2001:db8::1"}, "ipv6-addr", "[ipv6-addr:value = '2001:db8::1']"),
        ("email", {"address": "a@b.example"}, "email-addr", "[email-addr:value = 'a@b.example']"),
        ("file", {"hashes": {"MD5": "0" * 32}}, "file", f"[file:hashes.'MD5' = '{'0' * 32}']"),
        ("pin", {"url": "https://www.pinterest.com/pin/1/"}, "url", "[url:value = 'https://www.pinterest.com/pin/1/']"),
    ],
)
def test_each_kind_has_its_observable_and_pattern(
    kind: str, subject: dict[str, Any], object_type: str, pattern: str
) -> None:
    objects = built(record(kind=kind, subject=subject))
    assert len(of(objects, object_type)) == 1
    assert only(objects, "indicator")["pattern"] == pattern


def test_a_file_with_several_hashes_keeps_the_id_of_one() -> None:
    hashes = {"MD5": "0" * 32, "SHA-256": "1" * 64}
    objects = built(record(kind="file", subject={"hashes": hashes}))
    assert only(objects, "file")["hashes"] == {"SHA-256": "1" * 64}
    assert only(objects, "indicator")["pattern"].count(" OR ") == 1


def test_an_address_is_valid_for_ninety_days() -> None:
    indicator = only(built(record(kind="ip", subject={"ip": "203.0.113.7"})), "indicator")
    assert indicator["valid_until"] == "2020-11-12T00:00:00.000Z"


def test_a_network_gives_campaign_places_actor_techniques_and_report() -> None:
    objects = built(
        network(
            network={
                "origin": ["RU"],
                "targets": ["US", "western-asia"],
                "attributed_to": [{"name": "IRA", "kind": "organization", "confidence": "likely"}],
            },
            counts={"accounts": {"value": 5}},
            techniques=[{"scheme": "meta-killchain", "id": "1.3.1", "note": "Peace Data"}],
        )
    )
    kinds = sorted(item["relationship_type"] for item in of(objects, "relationship"))
    assert kinds.count("targets") == 2
    assert {"attributed-to", "originates-from", "uses"} <= set(kinds)
    attributed = next(item for item in of(objects, "relationship") if item["relationship_type"] == "attributed-to")
    assert attributed["confidence"] == 60
    assert only(objects, "threat-actor")["name"] == "Internet Research Agency"
    uses = next(item for item in of(objects, "relationship") if item["relationship_type"] == "uses")
    assert uses["external_references"] == [{"source_name": "online-operations-kill-chain", "external_id": "1.3.1"}]
    summary = only(objects, "report")["extensions"][DISCLOSURE_SUMMARY]
    assert summary["counts"] == [{"asset": "accounts", "service": "twitter", "value": 5, "approx": False}]
    assert summary["published_totals_only"] is True


def test_an_actor_of_no_table_is_the_statement_of_the_member() -> None:
    told = {"attributed_to": [{"name": "Unheard Group", "kind": "intrusion-set"}]}
    actor = only(built(network(network=told)), "intrusion-set")
    assert actor["created_by_ref"] == identity_id("twitter")


def test_a_country_alone_is_never_an_actor() -> None:
    told = {"origin": ["RU"], "attributed_to": [{"name": "Russia", "kind": "country"}]}
    objects = built(network(network=told))
    assert not of(objects, "threat-actor")
    assert not of(objects, "intrusion-set")


def test_what_is_not_published_is_a_grouping() -> None:
    objects = built(network(tlp="amber", network={"published": None}))
    assert only(objects, "grouping")["context"] == "suspicious-activity"
    assert not of(objects, "report")


def test_several_records_of_a_network_are_one_campaign() -> None:
    first = network(network={"origin": ["RU"], "aliases": ["Eins"]})
    second = network(record_id="twitter:n2", network={"origin": ["BY"], "aliases": ["Zwei"]})
    objects = built(first, second)
    assert only(objects, "campaign")["aliases"] == ["Eins", "Zwei"]
    assert len(of(objects, "location")) == 2
    assert sorted(map(str, built(second, first))) == sorted(map(str, objects))


def test_a_stricter_asset_is_left_out_of_the_report() -> None:
    asset = record(network={"id": "n"}, tlp="red")
    report = only(built(network(), asset), "report")
    assert not [ref for ref in report["object_refs"] if ref.startswith("user-account")]


def test_a_retraction_revokes_the_observation_and_what_points_at_it() -> None:
    wrong = record(network={"id": "n"})
    back = record(record_id="twitter:2", action="reinstated", action_at="2020-08-20", retracts="twitter:1")
    objects = built(wrong, back)
    revoked = [item for item in objects if item.get("revoked")]
    assert sorted(item["type"] for item in revoked) == ["indicator", "observed-data", "relationship", "relationship"]
    assert {item["modified"] for item in revoked} == {"2020-08-20T00:00:00.000Z"}
    assert only(objects, "note")["labels"] == ["retraction"]
    assert not [item for item in of(objects, "user-account") if item.get("revoked")]


def test_a_retraction_of_what_was_never_given_is_a_skip() -> None:
    skips: list[Skip] = []
    objects = built(record(record_id="twitter:2", action="reinstated", retracts="twitter:1"), on_skip=skips.append)
    assert objects == []
    assert [skip.reason for skip in skips] == ["retracts-unknown"]


def test_a_retraction_finds_what_an_earlier_run_gave() -> None:
    before = {item["id"]: item for item in built(record())}
    back = record(record_id="twitter:2", action="reinstated", action_at="2020-08-01", retracts="twitter:1")
    revoked = [item for item in built(back, previous=before.get) if item.get("revoked")]
    assert {item["type"] for item in revoked} == {"indicator", "observed-data", "relationship"}
    assert {item["modified"] for item in revoked} == {"2020-08-14T00:00:00.001Z"}


def test_the_same_content_keeps_its_version() -> None:
    before = {item["id"]: item for item in built(network(), record(network={"id": "n"}))}
    again = built(network(), record(network={"id": "n"}), previous=before.get)
    assert {item["id"]: item for item in again} == before


def test_other_content_is_a_new_version_with_the_first_creation() -> None:
    before = {item["id"]: item for item in built(record())}
    changed = only(built(record(policy="spam"), previous=before.get), "observed-data")
    assert changed["created"] == "2020-08-14T00:00:00.000Z"
    assert changed["modified"] == "2020-08-14T00:00:00.001Z"


def test_a_network_told_in_two_runs_is_the_union_of_both() -> None:
    first = network(network={"aliases": ["Eins"]}, counts={"accounts": {"value": 5}})
    second = network(network={"aliases": ["Zwei"]}, counts={"pages": {"value": 2}})
    before = {item["id"]: item for item in built(first, record(network={"id": "n"}))}
    after = {**before, **{item["id"]: item for item in built(second, previous=before.get)}}
    campaign = next(item for item in after.values() if item["type"] == "campaign")
    report = next(item for item in after.values() if item["type"] == "report")
    assert campaign["aliases"] == ["Eins", "Zwei"]
    assert [count["asset"] for count in report["extensions"][DISCLOSURE_SUMMARY]["counts"]] == ["accounts", "pages"]
    assert any(ref.startswith("user-account") for ref in report["object_refs"])


def test_a_bare_reference_does_not_rename_a_campaign() -> None:
    before = {item["id"]: item for item in built(network())}
    (campaign,) = of(built(record(network={"id": "n"}), previous=before.get), "campaign")
    assert campaign == before[campaign["id"]]


def test_what_was_shared_before_publication_is_tied_to_the_report() -> None:
    before = {item["id"]: item for item in built(network(tlp="amber", network={"published": None}))}
    objects = built(network(), previous=before.get)
    tie = next(item for item in of(objects, "relationship") if item["relationship_type"] == "related-to")
    assert tie["source_ref"].startswith("report")
    assert tie["target_ref"].startswith("grouping")


def test_totals_are_a_note_on_the_member() -> None:
    totals = record(kind="metric", subject=None, counts={"accounts": {"value": 521}}, action="observed")
    note = only(built(totals), "note")
    assert note["extensions"][METRIC]["metrics"] == [{"category": "accounts", "value": 521, "approx": False}]
    assert note["object_refs"] == [identity_id("twitter")]


def test_a_label_has_neither_indicator_nor_campaign() -> None:
    labelled = record(kind="label", action="labelled", subject={"login": "tv", "label": "state-affiliated-media"})
    objects = built({**labelled, "network": {"id": "n"}})
    assert not of(objects, "indicator")
    assert not of(objects, "campaign")
    assert "state-affiliated-media" in only(objects, "note")["abstract"]


def test_an_advertiser_is_at_most_an_identity_with_a_note() -> None:
    objects = built(record(kind="advertiser", subject={"advertiser_id": "AR1", "name": "Committee"}))
    assert {item["type"] for item in objects} == {"identity", "note", "marking-definition"}


def test_former_names_are_accounts_tied_to_the_current_one() -> None:
    objects = built(
        record(member="verizon-media", service="tumblr", subject={"login": "new", "former_logins": ["old"]})
    )
    tie = next(item for item in of(objects, "relationship") if item["relationship_type"] == "related-to")
    assert tie["description"] == "former name"
    assert {item["account_login"] for item in of(objects, "user-account")} == {"new", "old"}


def test_tlp1_replaces_tlp2_everywhere() -> None:
    objects = built(record(tlp="amber+strict"), network(), tlp1=True)
    refs = {ref for item in objects for ref in item.get("object_marking_refs", [])}
    names = {item["name"] for item in of(objects, "marking-definition") if item["id"] in refs}
    assert names == {"TLP:WHITE", "TLP:AMBER", "TLP:AMBER+STRICT"}
    assert "tlp_2_0" not in str(objects)


def test_a_member_that_joined_later_brings_its_own_identity() -> None:
    objects = built(record(member="x-newmember", service="x-newservice"))
    assert identity_id("x-newmember") in {item["id"] for item in of(objects, "identity")}


def test_a_name_taken_from_an_account_is_labelled() -> None:
    campaign = only(built(network(network={"x_named_after_account": True})), "campaign")
    assert campaign["labels"] == ["named-after-account"]


def test_a_record_that_breaks_the_schema_is_skipped_with_path_and_rule() -> None:
    skips: list[Skip] = []
    assert built(record(tlp="white"), on_skip=skips.append) == []
    assert skips[0].reason == "invalid-record"
    assert "$.tlp" in skips[0].detail


def test_the_sample_records_of_the_coalition_meet_on_peace_data(samples: list[Any]) -> None:
    objects = list(map_records(samples))
    assert {item["name"] for item in of(objects, "threat-actor")} >= {"Internet Research Agency", "CLS Strategies"}
    attributed = [item for item in of(objects, "relationship") if item["relationship_type"] == "attributed-to"]
    assert len({item["target_ref"] for item in attributed}) < len(attributed)


@pytest.mark.parametrize(
    ("kind", "subject"), [("ip", {"ip": "not an address"}), ("post", {"post_id": "7"}), ("pin", {"post_id": "7"})]
)
def test_a_subject_that_cannot_be_observed_is_a_skip(kind: str, subject: dict[str, Any]) -> None:
    skips: list[Skip] = []
    assert built(record(kind=kind, subject=subject), on_skip=skips.append) == []
    assert [skip.reason for skip in skips] == ["unusable-value"]


words = st.text(max_size=12) | st.sampled_from(
    ["2020-08-14", "2020-08", "0001-01-01T00:00:00+10:00", "2020-08-14T99:00:00Z", "RU", "twitter", "x-a", "1.1.1.1"]
)


@given(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["account", "domain", "ip", "url", "post", "ad", "app", "network", "metric", "file"])},
        optional={
            "action_at": words,
            "action_at_precision": st.sampled_from(["second", "day", "month", "quarter", "half"]),
            "subject": st.dictionaries(
                st.sampled_from(["login", "user_id", "url", "domain", "ip", "created", "app_id", "platform", "ad_id"]),
                words,
            ),
            "network": st.dictionaries(st.sampled_from(["id", "name", "published", "url", "narrative"]), words),
            "asserted_on": words,
            "retracts": words,
        },
    )
)
def test_any_record_is_built_or_refused(changes: dict[str, Any]) -> None:
    skips: list[Skip] = []
    objects = built(record(**changes), on_skip=skips.append)
    assert objects or skips
