"""Cases in the data that must come out right, and what must hold for all members together.

Some cases stand with their member: that Reddit's list and its API differ in case (`test_reddit.py`), that pins and
Tumblr's posts are known by one URL to Meta and to their owner (`test_pinterest.py`, `test_verizon_media.py`).
"""

import json
import random
import re
from collections.abc import Iterable, Iterator
from itertools import chain, combinations
from pathlib import Path

import msgspec
import pytest

from stix_mappers import MEMBERS, StixObject, map_files, map_records, records_of, reference_objects
from stix_mappers.extensions import DISCLOSURE_SUMMARY, EXTENSIONS, TAKEDOWN_ACTION
from stix_mappers.identifiers import campaign_id, location_id
from stix_mappers.sources import sources
from tests.stix_mappers.conftest import DATA, Mapped, references
from tests.stix_mappers.everybody import (
    PINS,
    REAL,
    SAMPLES,
    TUMBLR,
    given,
    here,
    indicator_cells,
    mapped,
    mapped_file,
    of_all,
)
from tests.stix_mappers.test_objects import level

BUNDLES = [*SAMPLES, *REAL]
SUMMARIES = DATA / "facebook" / "network_summaries.jsonl"
SPAMOUFLAGE = next(iter(DATA.glob("facebook/csv/Q2_2023*/*Spamouflage*.csv")), DATA / "missing")
REFERENCE = {item["id"]: item for item in reference_objects()}
OBSERVABLES = frozenset({"user-account", "domain-name", "url", "ipv4-addr", "ipv6-addr", "email-addr", "file"})
BARE = frozenset({
    "type", "spec_version", "id", "object_marking_refs", "account_type", "account_login", "user_id", "value", "hashes",
})  # fmt: skip

RUNS = {"facebook": {"facebook", "instagram"}, "google": {"youtube"}, "verizon-media": {"tumblr"}}
"""The services that members run under other names than their own."""


def written(objects: Iterable[StixObject]) -> set[bytes]:
    return {msgspec.json.encode(item) for item in objects}


def ends(objects: Iterable[StixObject], kind: str, campaign: str) -> set[str]:
    """Return what a campaign is tied to by relationships of one kind."""
    ties = (item for item in objects if item.get("relationship_type") == kind)
    return {item["target_ref"] for item in ties if item["source_ref"] == campaign}


def summary(objects: Iterable[StixObject], campaign: str) -> StixObject:
    """Return what the one report on a campaign states in figures and sources."""
    (report,) = [item for item in objects if item["type"] == "report" and campaign in item["object_refs"]]
    stated: StixObject = report["extensions"][DISCLOSURE_SUMMARY]
    return stated


# Two members, one network --------------------------------------------------------------------------------------------


@here
def test_peace_data_of_facebook_and_twitter_meets_on_actor_place_and_the_lead_of_the_fbi() -> None:
    facebook, twitter = mapped_file("facebook", SUMMARIES).objects, mapped("real", "twitter").objects
    theirs, others = campaign_id("facebook", "fb-2020-08-peacedata"), campaign_id("twitter", "ira_092020")
    actors = ends(facebook, "attributed-to", theirs) & ends(twitter, "attributed-to", others)
    assert [REFERENCE[actor]["name"] for actor in actors] == ["Internet Research Agency"]
    places = [ends(facebook, "originates-from", theirs), ends(twitter, "originates-from", others)]
    assert places == [{location_id("RU")}] * 2
    assert summary(facebook, theirs)["leads_from"] == summary(twitter, others)["leads_from"] == ["FBI"]


@here
@pytest.mark.parametrize(
    ("name", "theirs", "others"),
    [
        ("CLS Strategies", "fb-2020-08-cls", "tag-bulletin-q3-2020-09-1"),
        ("Estraterra", "fb-2020-07-estraterra", "tag-bulletin-q3-2020-07-1"),
    ],
)
def test_the_campaigns_of_facebook_and_google_are_attributed_to_one_firm(name: str, theirs: str, others: str) -> None:
    facebook, google = mapped_file("facebook", SUMMARIES).objects, mapped("real", "google").objects
    told = ends(facebook, "attributed-to", campaign_id("facebook", theirs))
    assert told == ends(google, "attributed-to", campaign_id("google", others))
    assert [REFERENCE[actor]["name"] for actor in told] == [name]
    alike = summary(google, campaign_id("google", others))["consistent_with"]
    assert [name.lower() for name in alike] == ["facebook"]


@here
def test_the_totals_of_august_2020_and_their_parts_both_stay_as_published() -> None:
    found = mapped_file("facebook", SUMMARIES)
    lines = [json.loads(line) for line in SUMMARIES.read_text().splitlines()]
    month = [line for line in lines if line["network_id"].startswith("fb-2020-08") and line["origin"]]
    reports = [summary(found.objects, campaign_id("facebook", line["network_id"])) for line in month]
    stated = [count["value"] for report in reports for count in report["counts"] if of_instagram(count)]
    assert sorted(stated) == sorted(line["instagram_accounts"] for line in month if line["instagram_accounts"])
    assert sum(stated) == 143
    assert "accounts: 72" in {item["content"] for item in found.of_type("note") if "metric" in item["labels"]}


def of_instagram(count: StixObject) -> bool:
    return (count["asset"], count.get("service")) == ("accounts", "instagram")


@here
@pytest.mark.parametrize("name", ["peacedata.net", "CqW9bECdw2Jj", "senate.group", "UKWhistleblower"])
def test_an_asset_that_is_pushed_as_a_record_is_the_one_of_the_members_own_files(name: str) -> None:
    (record,) = [record for record in mapped("real", "coalition").records if name in record.record_id]
    assert record.network is not None
    own = {item["id"] for item in mapped("real", record.member).objects}
    assert {item["id"] for item in map_records([record]) if item["type"] in OBSERVABLES} <= own
    assert campaign_id(record.member, record.network.id) in own


# Leads for others ----------------------------------------------------------------------------------------------------

LEADS = [
    pytest.param("pinterest", PINS, r"(?:^|\.|/)(?:pinterest\.com|pin\.it)/", id="pinterest"),
    pytest.param("tumblr", TUMBLR, r"tumblr\.com", id="tumblr"),
    pytest.param("reddit", SPAMOUFLAGE, r"(?:^|\.|/)reddit\.com/", id="reddit"),
]


def key_of_link(link: str) -> str:
    """Return what a link names, whatever the host of the country and the slug before the number of a pin."""
    if pin := re.search(r"/pin/(?:[^/]*--)?(\d+)", link):
        return pin[1]
    path = re.sub(r"^https?://", "", link).partition("?")[0].rstrip("/")
    return path.partition("/")[2].lower() if "reddit" in path else path


@here
@pytest.mark.parametrize(("service", "path", "host"), LEADS)
def test_links_to_the_service_of_another_member_are_leads_for_its_owner(service: str, path: Path, host: str) -> None:
    links = {key_of_link(cell) for cell in indicator_cells(path) if re.search(host, cell)}
    leads = observed_on(service, mapped_file("facebook", path))
    assert len(leads) == len(links) > 20
    actions = {item["extensions"][TAKEDOWN_ACTION]["action"] for item in leads}
    assert actions == {"reported"}


@here
@pytest.mark.parametrize(("service", "path", "host"), LEADS)
def test_everything_that_is_said_of_a_lead_is_labelled_and_nothing_else_is(service: str, path: Path, host: str) -> None:
    found = mapped_file("facebook", path)
    leads = {item["id"] for item in observed_on(service, found)}
    indicators = {tie["source_ref"] for tie in found.relationships("based-on") if tie["target_ref"] in leads}
    assert len(indicators) == len(leads)
    said = leads | indicators
    about = {item["id"] for item in found.objects if item["id"] in said or item.get("source_ref") in said}
    labelled = {item["id"] for item in found.objects if f"lead:{service}" in item.get("labels", ())}
    assert labelled == about


def observed_on(service: str, found: Mapped) -> list[StixObject]:
    """Return the observations whose asset lives on the service."""
    observations = found.of_type("observed-data")
    return [item for item in observations if item["extensions"][TAKEDOWN_ACTION].get("asserted_on") == service]


@here
def test_a_redditor_in_metas_file_is_the_one_of_reddits_own_list_whatever_the_case(tmp_path: Path) -> None:
    names = {
        found[1] for cell in indicator_cells(SPAMOUFLAGE) if (found := re.search(r"reddit\.com/user/([\w-]+)", cell))
    }
    own = tmp_path / "list.csv"
    own.write_text("".join(f"{name.swapcase()},-1\n" for name in sorted(names)))
    listed = {item["id"] for item in Mapped("reddit", own).of_type("user-account")}
    assert len(listed) == len(names) > 50
    assert listed <= {item["id"] for item in mapped_file("facebook", SPAMOUFLAGE).of_type("user-account")}


# All members together ------------------------------------------------------------------------------------------------


def named_asset(item: StixObject) -> bytes:
    """Return what makes an observable the thing it is."""
    names = ("type", "account_type", "account_login", "user_id", "value", "hashes")
    return msgspec.json.encode([item.get(name) for name in names])


@pytest.mark.parametrize("origin", ["samples", pytest.param("real", marks=here)])
def test_whoever_names_an_asset_gives_it_one_id(origin: str) -> None:
    ids: dict[bytes, set[str]] = {}
    assets: dict[str, set[bytes]] = {}
    for item in chain.from_iterable(of_all(origin).values()):
        if item["type"] in OBSERVABLES:
            ids.setdefault(named_asset(item), set()).add(item["id"])
            assets.setdefault(item["id"], set()).add(named_asset(item))
    assert {len(found) for found in ids.values()} == {1}
    assert {len(found) for found in assets.values()} == {1}


@pytest.mark.parametrize("origin", ["samples", pytest.param("real", marks=here)])
def test_two_members_share_nothing_but_assets_and_the_reference_objects(origin: str) -> None:
    ids = {member: {item["id"] for item in objects} for member, objects in of_all(origin).items()}
    for one, other in combinations(MEMBERS, 2):
        common = {item.partition("--")[0] for item in (ids[one] & ids[other]) - REFERENCE.keys()}
        assert common <= OBSERVABLES, (one, other)


@pytest.mark.parametrize("origin", ["samples", pytest.param("real", marks=here)])
def test_only_the_member_that_runs_a_service_describes_its_accounts(origin: str) -> None:
    for member, objects in of_all(origin).items():
        described = {item["account_type"] for item in objects if item["type"] == "user-account" and item.keys() - BARE}
        assert described <= RUNS.get(member, {member}), member


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_shared_objects_of_a_bundle_are_byte_for_byte_those_of_the_reference(origin: str, member: str) -> None:
    copies = [item for item in mapped(origin, member).objects if item["id"] in REFERENCE]
    assert len(copies) > 2
    assert written(copies) <= written(REFERENCE.values())


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_the_order_in_which_files_are_given_does_not_matter(origin: str, member: str) -> None:
    files = [path for source in sources(given(origin, member)) if (path := source.path)]
    once = written(mapped(origin, member).objects)
    random.Random(7).shuffle(files)
    assert written(map_files(member, files)) == once
    assert written(map_files(member, reversed(files))) == once


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_whichever_file_is_told_first_the_same_things_are_told_of(origin: str, member: str) -> None:
    """Files are sorted by name before they are read; what several tell of one thing is that of the first."""
    files = [path for source in sources(given(origin, member)) if (path := source.path)]
    records = chain.from_iterable(records_of(member, [path]) for path in reversed(files))
    assert {item["id"] for item in map_records(records)} == {item["id"] for item in mapped(origin, member).objects}


@pytest.mark.parametrize("origin", ["samples", pytest.param("real", marks=here)])
def test_the_members_in_one_run_give_the_objects_of_nine_runs_in_any_order(origin: str) -> None:
    apart = {version(item) for item in chain.from_iterable(of_all(origin).values())}
    for order in (MEMBERS, MEMBERS[::-1]):
        records = chain.from_iterable(records_of(member, given(origin, member)) for member in order)
        assert {version(item) for item in map_records(records)} == apart


def version(item: StixObject) -> tuple[str, str]:
    """Return id and version; of an asset the member whose record comes first tells, so its text is left out."""
    return item["id"], item.get("modified", "")


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_no_object_is_marked_looser_than_what_it_names(origin: str, member: str) -> None:
    levels = {item["id"]: level(item) for item in (*REFERENCE.values(), *mapped(origin, member).objects)}
    for item in mapped(origin, member).objects:
        looser = [ref for ref in refs_of(item) if level(item) < levels[ref]]
        assert looser == [], item["id"]


def refs_of(item: StixObject) -> Iterator[str]:
    return (ref for ref in references(item) if not ref.startswith("marking-definition--"))


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_every_reference_resolves_in_the_bundle_or_to_the_reference_objects(origin: str, member: str) -> None:
    ids = {item["id"] for item in mapped(origin, member).objects}
    named = {ref for item in mapped(origin, member).objects for ref in references(item)}
    assert named <= ids | REFERENCE.keys()


@pytest.mark.parametrize(("origin", "member"), BUNDLES)
def test_a_bundle_holds_the_identities_markings_and_extensions_it_names(origin: str, member: str) -> None:
    objects = mapped(origin, member).objects
    ids = {item["id"] for item in objects}
    named = {ref for item in objects for ref in references(item)}
    ours = {extension.id for extension in EXTENSIONS}
    held = {ref for ref in named if ref.startswith(("identity--", "marking-definition--"))}
    held |= {key for item in objects for key in item.get("extensions", {}) if key in ours}
    assert held <= ids
