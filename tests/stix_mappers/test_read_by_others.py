"""Our bundles in the hands of others: python-stix2's MemoryStore, stix2-patterns and stix2-matcher."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest
import stix2
from stix2matcher.matcher import MatcherException, match
from stix2patterns.validator import run_validator

from stix_mappers import MEMBERS, StixObject
from stix_mappers.extensions import TAKEDOWN_ACTION, register
from stix_mappers.identifiers import bundle_id, identity_id
from tests.stix_mappers.everybody import REAL, SAMPLES, mapped

# Of everything the samples of the nine hold, in seconds; of the real files, in minutes.
BUNDLES = [*SAMPLES, *(pytest.param(*each.values, id=each.id, marks=[*each.marks, pytest.mark.slow]) for each in REAL)]

BEYOND = "[ipv6-addr:value ISSUBSET"
"""stix2-matcher 3.0 takes every range for one of IPv4, so that it cannot look for a range of IPv6."""

Tie = tuple[StixObject, StixObject, list[StixObject]]
"""An indicator, an observation that it is based on, and what was observed."""


@cache
def store(origin: str, member: str) -> stix2.MemoryStore:
    """A store that takes nothing it does not know, filled with the bundle of a member."""
    register()
    bundle = {"type": "bundle", "id": bundle_id(member), "objects": mapped(origin, member).objects}
    return stix2.MemoryStore(bundle, allow_custom=False, version="2.1")


def versions(objects: list[StixObject]) -> set[tuple[str, str]]:
    return {(item["id"], item.get("modified", "")) for item in objects}


def ids(found: list[StixObject]) -> set[str]:
    return {item["id"] for item in found}


def indicators(origin: str, member: str) -> list[StixObject]:
    return list({item["id"]: item for item in mapped(origin, member).of_type("indicator")}.values())


def ties(origin: str, member: str) -> Iterator[Tie]:
    """Yield each indicator with each observation it is based on."""
    found = mapped(origin, member)
    newest = {item["id"]: item for item in found.objects}
    for source, target in sorted({(tie["source_ref"], tie["target_ref"]) for tie in found.relationships("based-on")}):
        yield newest[source], newest[target], [newest[ref] for ref in newest[target]["object_refs"]]


def matches(pattern: str, observation: StixObject, observed: list[StixObject]) -> bool:
    bundle = {"type": "bundle", "id": bundle_id(observation["id"]), "objects": [observation, *observed]}
    return bool(match(pattern, [bundle], stix_version="2.1"))


# python-stix2's MemoryStore ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_a_memory_store_takes_every_object_and_finds_it_by_type(origin: str, member: str) -> None:
    objects = mapped(origin, member).objects
    expected = Counter(object_id.partition("--")[0] for object_id, _ in versions(objects))
    found = {kind: store(origin, member).query([stix2.Filter("type", "=", kind)]) for kind in expected}
    assert {kind: len(of_kind) for kind, of_kind in found.items()} == expected
    assert set().union(*map(ids, found.values())) == ids(objects)


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_filters_find_what_a_member_says_by_author_action_and_label(origin: str, member: str) -> None:
    objects = mapped(origin, member).objects
    author = stix2.Filter("created_by_ref", "=", identity_id(member))
    own = [item for item in objects if item.get("created_by_ref") == identity_id(member)]
    assert ids(store(origin, member).query([author])) == ids(own)
    for action in sorted({told for item in objects if (told := action_of(item))}):
        asked = stix2.Filter(f"extensions.{TAKEDOWN_ACTION}.action", "=", action)
        assert ids(store(origin, member).query([asked])) == ids([i for i in objects if action_of(i) == action])
    for label in sorted({told for item in objects for told in item.get("labels", ())}):
        labelled = [item for item in objects if label in item.get("labels", ())]
        assert ids(store(origin, member).query([stix2.Filter("labels", "=", label)])) == ids(labelled)


def action_of(item: StixObject) -> str | None:
    action = item.get("extensions", {}).get(TAKEDOWN_ACTION, {}).get("action")
    return None if action is None else str(action)


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_a_campaign_is_found_by_name_and_leads_to_its_indicators_and_its_author(origin: str, member: str) -> None:
    objects = mapped(origin, member).objects
    for campaign in mapped(origin, member).of_type("campaign"):
        (by_name,) = store(origin, member).query(
            [
                stix2.Filter("type", "=", "campaign"),
                stix2.Filter("name", "=", campaign["name"]),
                stix2.Filter("id", "=", campaign["id"]),
            ]
        )
        assert store(origin, member).creator_of(by_name)["id"] == campaign["created_by_ref"]
        told = [item for item in objects if item.get("target_ref") == campaign["id"]]
        found = store(origin, member).relationships(by_name, target_only=True)
        assert ids(found) == ids(told)


# stix2-patterns ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_the_pattern_of_every_indicator_is_accepted(origin: str, member: str) -> None:
    refused = {
        item["pattern"]: errors
        for item in indicators(origin, member)
        if (errors := run_validator(item["pattern"], stix_version="2.1"))
    }
    assert refused == {}


# stix2-matcher -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_an_indicator_matches_the_observation_it_is_based_on(origin: str, member: str) -> None:
    missed = [
        (indicator["pattern"], [item["id"] for item in observed])
        for indicator, observation, observed in ties(origin, member)
        if not indicator["pattern"].startswith(BEYOND) and not matches(indicator["pattern"], observation, observed)
    ]
    assert missed == []


def test_the_one_kind_of_pattern_that_is_not_tried_is_beyond_the_matcher() -> None:
    told = [tie for member in MEMBERS for tie in ties("samples", member) if tie[0]["pattern"].startswith(BEYOND)]
    assert told
    for indicator, observation, observed in told:
        with pytest.raises(MatcherException, match="Invalid IPv4 address"):
            matches(indicator["pattern"], observation, observed)


@pytest.mark.parametrize(("origin", "member"), SAMPLES)
def test_an_indicator_does_not_match_what_it_is_not_about(origin: str, member: str) -> None:
    told = list(ties(origin, member))[:40]
    for (indicator, own, _), (_, observation, observed) in pairwise(told):
        if not set(own["object_refs"]) & set(observation["object_refs"]) and not indicator["pattern"].startswith(
            BEYOND
        ):
            assert not matches(indicator["pattern"], observation, observed), indicator["pattern"]


def test_every_indicator_of_the_samples_is_based_on_an_observation() -> None:
    for member in MEMBERS:
        assert ids(indicators("samples", member)) == {indicator["id"] for indicator, _, _ in ties("samples", member)}
