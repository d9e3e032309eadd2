"""The match fields (TAXII 2.1 §3.4.1)."""

import uuid
from typing import Any

import pytest
from stix2.v21 import OBJ_MAP, OBJ_MAP_OBSERVABLE

from tests.taxii.asking import Asker, Feed, new_uuid
from tests.taxii.conftest import GET4
from tests.worlds import domain, envelope
from tests.worlds import indicator as indicator_21

T1, T2, T3 = "2020-08-12T00:00:00.000Z", "2020-08-13T00:00:00.000Z", "2020-08-14T00:00:00.000Z"


def indicator(number: int | None = None, **changes: Any) -> dict[str, Any]:
    """An indicator with a version 4 UUID, which STIX 2.0 asks for."""
    unique = uuid.uuid4() if number is None else uuid.UUID(int=number, version=4)
    return indicator_21(number, **{"id": f"indicator--{unique}", **changes})


def old_indicator(number: int, **changes: Any) -> dict[str, Any]:
    """An indicator in STIX 2.0."""
    new = indicator(number)
    old = {name: new[name] for name in ("type", "id", "created", "modified", "name", "pattern", "valid_from")}
    return {**old, "labels": ["malicious-activity"], **changes}


def marking(text: str = "Handle with care") -> dict[str, Any]:
    """A marking-definition: it has ``created`` alone."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": f"marking-definition--{new_uuid()}",
        "created": "2020-08-12T01:02:03.000Z",
        "definition_type": "statement",
        "definition": {"statement": text},
    }


@pytest.fixture
def versioned(feed: Feed) -> Feed:
    """An indicator in three versions, pushed second, third, first; and one with a single version."""
    for modified in (T2, T3, T1):
        feed.push(indicator(1, modified=modified))
    feed.push(indicator(2))
    return feed


def versions_of(feed: Feed, query: str, number: int = 1) -> list[str]:
    """The versions of an indicator that a query shows."""
    return [one["modified"] for one in feed.objects(query).objects if one["id"] == indicator(number)["id"]]


@pytest.mark.parametrize("resource", ["objects", "manifest"])
def test_match_id_gives_exactly_these_ids(feed: Feed, resource: str) -> None:
    """Covers 3.4.1a, 5.4e."""
    feed.push(indicator(1), indicator(2), indicator(3))
    one, unknown = indicator(2)["id"], f"indicator--{new_uuid()}"
    assert feed.page(resource, f"match[id]={one}").ids == [one]
    assert feed.page(resource, f"match[id]={one},{unknown}").ids == [one]
    assert feed.page(resource, f"match[id]={unknown}").json == {}


@pytest.mark.parametrize("resource", ["objects", "manifest"])
def test_match_spec_version_gives_nothing_of_another(feed: Feed, resource: str) -> None:
    """Covers 3.4.1b."""
    feed.push(old_indicator(1), indicator(2))
    assert feed.page(resource, "match[spec_version]=2.0").ids == [indicator(1)["id"]]
    assert feed.page(resource, "match[spec_version]=2.1").ids == [indicator(2)["id"]]
    assert len(feed.page(resource, "match[spec_version]=2.0,2.1").ids) == 2
    assert feed.page(resource, "match[spec_version]=9.9").json == {}


@pytest.mark.parametrize("resource", ["object", "versions"])
def test_match_spec_version_works_on_one_object_too(feed: Feed, resource: str) -> None:
    """Covers 3.4.1b, 5.6e, 5.8f."""
    feed.push(old_indicator(1), indicator(1, modified=T2))
    page = getattr(feed, resource)
    name = {"object": "objects"}.get(resource, resource)
    assert len(page(indicator(1)["id"], "match[spec_version]=2.0").json[name]) == 1
    assert len(page(indicator(1)["id"], "match[spec_version]=2.1").json[name]) == 1
    assert page(indicator(1)["id"], "match[spec_version]=9.9").json == {}


def test_without_match_spec_version_only_the_latest_spec_version_comes(feed: Feed) -> None:
    """Covers 3.4.1c."""
    feed.push(old_indicator(1))
    feed.push(indicator(1))
    assert [one.get("spec_version") for one in feed.objects().objects] == ["2.1"]
    assert [one.get("spec_version") for one in feed.objects("match[spec_version]=2.0").objects] == [None]
    assert len(feed.objects("match[spec_version]=2.0,2.1&match[version]=all").objects) == 2


def test_the_order_of_arrival_does_not_decide_which_spec_version_is_latest(feed: Feed) -> None:
    """Covers 3.4.1c."""
    feed.push(indicator(1))
    feed.push(old_indicator(1))
    assert [one.get("spec_version") for one in feed.objects().objects] == ["2.1"]


def test_one_version_in_two_spec_versions_is_kept_side_by_side(feed: Feed) -> None:
    """Covers 3.4.1c, 5.3.1f."""
    feed.push(old_indicator(1))
    feed.push(indicator(1))
    assert len(feed.manifest("match[version]=all&match[spec_version]=2.0,2.1").objects) == 2
    assert len(feed.manifest("match[version]=all").objects) == 1


def test_all_versions_include_an_old_one_that_exists_in_stix_20_alone(feed: Feed) -> None:
    """Covers 3.4.1c, 3.4.1m."""
    feed.push(old_indicator(1, modified=T1), indicator(1, modified=T2))
    assert versions_of(feed, "match[version]=all") == [T1, T2]


@pytest.mark.parametrize("resource", ["objects", "manifest"])
def test_match_type_gives_only_these_types(feed: Feed, resource: str) -> None:
    """Covers 3.4.1d."""
    feed.push(indicator(1), domain(), indicator(2))
    assert feed.page(resource, "match[type]=indicator").ids == [indicator(1)["id"], indicator(2)["id"]]
    assert feed.page(resource, "match[type]=domain-name").ids == [domain()["id"]]


TYPES = sorted({*OBJ_MAP, *OBJ_MAP_OBSERVABLE, "relationship", "sighting"} - {"bundle"})


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_stix_is_a_valid_value(plain_feed: Feed, kind: str) -> None:
    """Covers 3.4.1e."""
    for resource in ("objects", "manifest"):
        assert plain_feed.page(resource, f"match[type]={kind}").status == 200


def test_there_are_42_types_of_stix() -> None:
    """Covers 3.4.1e. Should the list grow, the test above grows with it."""
    assert len(TYPES) >= 41


def test_a_type_of_nobody_matches_what_was_pushed_with_it(feed: Feed) -> None:
    custom = {
        "type": "x-channel",
        "spec_version": "2.1",
        "id": f"x-channel--{new_uuid()}",
        "created": T1,
        "modified": T1,
    }
    feed.push(custom, indicator())
    assert feed.objects("match[type]=x-channel").ids == [custom["id"]]


def test_without_match_version_only_the_latest_version_comes(versioned: Feed) -> None:
    """Covers 3.4.1g, 3.4o."""
    assert versions_of(versioned, "") == [T3]
    assert len(versioned.objects().ids) == 2
    assert [one["version"] for one in versioned.manifest().objects] == [T3, indicator(2)["modified"]]
    assert [one["modified"] for one in versioned.object(indicator(1)["id"]).objects] == [T3]


def test_the_latest_version_is_the_latest_of_those_that_match_the_rest(feed: Feed) -> None:
    """Covers 3.4.1g, 3.4.1c."""
    feed.push(old_indicator(1, modified=T1), old_indicator(1, modified=T2), indicator(1, modified=T3))
    assert versions_of(feed, "match[spec_version]=2.0") == [T2]
    assert versions_of(feed, "match[spec_version]=2.0&match[version]=first") == [T1]


def test_last_is_the_latest_by_modified_not_by_arrival(versioned: Feed) -> None:
    """Covers 3.4.1k."""
    assert versions_of(versioned, "match[version]=last") == [T3]


def test_first_is_the_earliest_by_modified(versioned: Feed) -> None:
    """Covers 3.4.1l."""
    assert versions_of(versioned, "match[version]=first") == [T1]
    assert versions_of(versioned, "match[version]=first", 2) == [T1]


def test_all_is_every_version_in_the_order_of_arrival(versioned: Feed) -> None:
    """Covers 3.4.1m."""
    assert versions_of(versioned, "match[version]=all") == [T2, T3, T1]


@pytest.mark.parametrize("value", ["all,last", "first,all", f"all,{T1}"])
def test_all_stands_alone(versioned: Feed, value: str) -> None:
    """Covers 3.4.1m."""
    assert versioned.objects(f"match[version]={value}").status == 400


@pytest.mark.parametrize(
    "value", ["first,first", "last,last", f"{T1},{T1}", "2020-08-12T00:00:00Z,2020-08-12T00:00:00.0Z"]
)
def test_a_value_twice_is_400(versioned: Feed, value: str) -> None:
    """Covers 3.4.1j."""
    assert versioned.objects(f"match[version]={value}").status == 400


def test_a_timestamp_selects_exactly_that_version(versioned: Feed) -> None:
    """Covers 3.4.1n."""
    assert versions_of(versioned, f"match[version]={T2}") == [T2]
    assert versions_of(versioned, "match[version]=2020-08-12T12:00:00Z") == []


def test_versions_one_microsecond_apart_are_two(feed: Feed) -> None:
    """Covers 3.4.1n."""
    near = ["2020-08-12T00:00:00.000001Z", "2020-08-12T00:00:00.000002Z"]
    feed.push(*(indicator(1, modified=modified) for modified in near))
    assert versions_of(feed, f"match[version]={near[0]}") == near[:1]
    assert versions_of(feed, f"match[version]={near[1]}") == near[1:]


@pytest.mark.parametrize("spelling", [".1Z", ".10Z", ".100Z", ".100000Z"])
@pytest.mark.parametrize("stored", [".1Z", ".100Z", ".100000Z"])
def test_other_spellings_of_an_instant_match(feed: Feed, stored: str, spelling: str) -> None:
    """Covers 3.4.1n."""
    feed.push(indicator(1, modified=f"2020-08-13T00:00:00{stored}"))
    assert versions_of(feed, f"match[version]=2020-08-13T00:00:00{spelling}") == [f"2020-08-13T00:00:00{stored}"]


@pytest.mark.parametrize("value", ["newest", "LAST", "2020", "2020-08-12", "2020-08-32T00:00:00Z", "", "null", "0"])
@pytest.mark.parametrize("resource", ["objects", "manifest", "object"])
def test_a_malformed_version_is_400(versioned: Feed, resource: str, value: str) -> None:
    """Covers 3.4.1n, 3.4a, N13, N21."""
    path = f"objects/{indicator(1)['id']}" if resource == "object" else resource
    answer = versioned.page(path, f"match[version]={value}")
    assert answer.status == 400
    assert "match[version]" in answer.description


def test_words_and_times_can_be_combined(versioned: Feed) -> None:
    """Covers 3.4.1o."""
    assert versions_of(versioned, f"match[version]=first,{T2},last") == [T2, T3, T1]
    assert versions_of(versioned, f"match[version]=first,{T2}") == [T2, T1]
    assert versions_of(versioned, f"match[version]={T3},last") == [T3]
    assert versions_of(versioned, f"match[version]={T1},{T2}") == [T2, T1]


def test_an_object_with_one_version_is_first_and_last(versioned: Feed) -> None:
    """Covers 3.4.1k, 3.4.1l."""
    for word in ("first", "last", "all", "first,last"):
        assert versions_of(versioned, f"match[version]={word}", 2) == [T1]


def test_created_is_the_version_of_an_object_without_modified(feed: Feed) -> None:
    """Covers 3.4.1h, 4.3.1i, 5.3.1d, 5.8d."""
    mark = marking()
    status = feed.push(mark).json
    assert status["successes"][0]["version"] == mark["created"]
    assert feed.manifest().objects[0]["version"] == mark["created"]
    assert feed.versions(mark["id"]).json["versions"] == [mark["created"]]
    assert feed.objects(f"match[version]={mark['created']}").ids == [mark["id"]]
    assert feed.delete(mark["id"], f"match[version]={mark['created']}").status == 200


def test_an_observable_has_one_version_everywhere(feed: Feed) -> None:
    """Covers 3.4.1i, 4.3.1i, 5.3.1d."""
    status = feed.push(domain()).json
    version = status["successes"][0]["version"]
    record = feed.manifest().objects[0]
    assert record["version"] == version
    assert record["date_added"] == version
    assert feed.versions(domain()["id"]).json["versions"] == [version]
    assert feed.objects(f"match[version]={version}").ids == [domain()["id"]]
    assert feed.push(domain()).json["successes"][0]["version"] == version


def test_changed_observables_have_versions_in_the_order_of_arrival(feed: Feed) -> None:
    """Covers 3.4.1i, 3.4.1g."""
    feed.push(domain())
    feed.push(domain(x_note="changed"))
    assert [one.get("x_note") for one in feed.objects().objects] == ["changed"]
    assert [one.get("x_note") for one in feed.objects("match[version]=first").objects] == [None]
    assert len(feed.versions(domain()["id"]).json["versions"]) == 2


def test_an_observable_without_spec_version_counts_as_stix_21(feed: Feed) -> None:
    """Covers 3.4.1p, N13."""
    bare = {name: value for name, value in domain().items() if name != "spec_version"}
    feed.push(bare)
    assert feed.objects("match[spec_version]=2.0").json == {}
    assert feed.objects("match[spec_version]=2.1").objects == [bare]
    assert feed.objects().objects == [bare]


def test_another_object_without_spec_version_counts_as_stix_20(feed: Feed) -> None:
    """Covers 3.4.1p."""
    feed.push(old_indicator(1))
    assert feed.objects("match[spec_version]=2.1").json == {}
    assert len(feed.objects("match[spec_version]=2.0").ids) == 1


@pytest.mark.parametrize("name", GET4)
def test_an_unknown_spec_version_is_empty_not_an_error(alpha: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers 3.4.1b."""
    answer = alpha.get(f"{endpoints[name]}?match[spec_version]=9.9")
    assert (answer.status, answer.json) == (200, {})


def test_an_old_version_that_arrives_late_does_not_become_the_last(feed: Feed) -> None:
    """Covers 3.4.1k, 3.3a."""
    feed.post(envelope(indicator(1, modified=T3)))
    feed.post(envelope(indicator(1, modified=T2)))
    assert versions_of(feed, "") == [T3]
    assert versions_of(feed, "match[version]=all") == [T3, T2]
