"""Wikimedia: every real file against an independent count, and the decisions that its rows show."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stix_mappers import map_file, map_files
from stix_mappers.extensions import SOCIAL_ASSET, TAKEDOWN_ACTION
from stix_mappers.markings import Markings
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

WIKIMEDIA = DATA / "wikimedia"
FILES = sorted(path for path in WIKIMEDIA.glob("*") if path.name != "README.md")
SCOPE = re.compile(r"sock|checkuser|abusing multiple|long-term abuse|paid edit", re.IGNORECASE)
ADDRESS = re.compile(r"[0-9a-f.:]+(?:/\d+)?")

pytestmark = pytest.mark.skipif(not WIKIMEDIA.is_dir(), reason="the real files are not beside the project")


def name(path: Path) -> str:
    return path.name


@cache
def mapped(file: str) -> Mapped:
    return Mapped("wikimedia", WIKIMEDIA / file)


# The independent count -----------------------------------------------------------------------------------------------


def entries(path: Path) -> list[dict[str, Any]]:
    """Return name, reason, act and visibility of every entry, by json or regular expressions."""
    text = path.read_text("utf-8")
    if path.suffix == ".xml":
        return list(map(entry_of_xml, re.findall(r"<block .*?/>|<logitem>.*?</logitem>", text, re.S)))
    found = json.loads(text)
    if "$schema" in found:
        return [{"name": found["user_text"], "reason": found["comment"], "act": "block", "hidden": False}]
    (listed,) = (found["query"][key] for key in ("logevents", "blocks", "globalblocks") if key in found["query"])
    return [
        {
            "name": item.get("title", item.get("user", item.get("target", "")))
            .removeprefix("User:")
            .removesuffix("@global"),
            "reason": item.get("comment", item.get("reason", "")),
            "act": "unblock" if item.get("action") == "unblock" else "block",
            "hidden": "suppressed" in item,
        }
        for item in listed
    ]


def entry_of_xml(block: str) -> dict[str, Any]:
    title = re.search(r'user="(.*?)"|<logtitle>User:(.*?)</logtitle>', block)
    reason = re.search(r'reason="(.*?)"|<comment>(.*?)</comment>', block)
    return {
        "name": (title[1] or title[2]) if title else "",
        "reason": (reason[1] or reason[2]) if reason else "",
        "act": "block",
        "hidden": title is None,
    }


LOGS = [path for path in FILES if path.suffix in {".json", ".xml"}]


@pytest.mark.parametrize("path", LOGS, ids=name)
def test_a_log_gives_an_observation_for_each_account_that_is_in_scope(path: Path) -> None:
    rows = entries(path)
    blocks = [row for row in rows if row["act"] == "block" and not row["hidden"]]
    ours = [row for row in blocks if SCOPE.search(row["reason"])]
    names = {row["name"] for row in ours}
    addresses = {one for one in names if ADDRESS.fullmatch(one)}
    proxies = {row["name"] for row in ours if row["name"] in addresses and "proxy" in row["reason"].lower()}
    ends = [row for row in rows if row["act"] == "unblock" and row["name"] in names]
    found = mapped(path.name)
    assert len(found.records) == len(ours) + len(ends)
    assert len([item for item in found.of_type("observed-data") if "revoked" not in item]) == len(names)
    assert len(found.of_type("user-account")) == len(names - addresses)
    assert len(found.of_type("ipv4-addr", "ipv6-addr")) == len(addresses)
    assert len({item["id"] for item in found.of_type("indicator")}) == len(names - addresses) + len(proxies)
    assert len(found.skipped("out-of-scope")) == len(blocks) - len(ours)
    assert len(found.skipped("hidden")) == sum(row["hidden"] for row in rows)
    assert len(found.skipped("incomplete")) == ('"continue": {' in path.read_text("utf-8"))
    assert not [skip for skip in found.skips if skip.refused]


def test_the_blacklist_gives_a_domain_for_each_host_that_its_fragments_name() -> None:
    lines = (WIKIMEDIA / "spam_blacklist.synthetic.txt").read_text().splitlines()
    fragments = [text for line in lines if (text := line.partition("#")[0].strip())]
    literal = [line for line in fragments if re.fullmatch(r"(?:\\b|\(\?:\^\|\\\.\))[\w\\.-]+\\b", line)]
    ranges = [
        int(found[2]) - int(found[1]) + 1 for found in map(re.compile(r"\[(\d)-(\d)\]").search, fragments) if found
    ]
    groups = [len(found[1].split("|")) for found in map(re.compile(r"-\(\?:([a-z|]+)\)").search, fragments) if found]
    found = mapped("spam_blacklist.synthetic.txt")
    assert len(found.of_type("domain-name")) == len(found.records) == len(literal) + sum(ranges) + sum(groups)
    assert len(found.skipped("out-of-scope")) == len(fragments) - len(literal) - len(ranges) - len(groups)
    assert "peacedata.net" in {item["value"] for item in found.of_type("domain-name")}


def test_a_case_gives_its_master_its_accounts_and_its_addresses() -> None:
    text = (WIKIMEDIA / "spi_case.synthetic.txt").read_text()
    listed = set(re.findall(r"\|\d=([^|}]+)", text))
    addresses = {one for one in listed if ADDRESS.fullmatch(one)}
    found = mapped("spi_case.synthetic.txt")
    assert len(found.of_type("user-account")) == len(listed - addresses) + 1
    assert len(found.of_type("ipv4-addr")) == len(addresses)
    assert len(found.of_type("campaign")) == len(found.of_type("report")) == 1
    assert not found.skips


# The decisions, on real rows -----------------------------------------------------------------------------------------


def action_of(found: Mapped, login: str) -> dict[str, Any]:
    (account,) = (item for item in found.of_type("user-account") if item["account_login"] == login)
    (seen,) = (
        item
        for item in found.of_type("observed-data")
        if account["id"] in item["object_refs"] and "revoked" not in item
    )
    action: dict[str, Any] = seen["extensions"][TAKEDOWN_ACTION]
    return action


def test_the_log_and_the_list_tell_one_block_as_the_same_objects() -> None:
    assert mapped("logevents_block.json").objects == mapped("blocks.json").objects


def test_an_account_is_known_by_its_name_alone_and_described_by_the_wiki() -> None:
    (account,) = mapped("blocks.json").of_type("user-account")
    assert account["account_type"] == "wikimedia"
    assert account["account_login"] == "ルードヴィッヒ・ヒューイット"
    assert "user_id" not in account
    assert account["is_disabled"] is True
    assert account["extensions"][SOCIAL_ASSET]["asset_kind"] == "account"


def test_flags_expiry_and_wiki_of_a_block_stand_in_its_action() -> None:
    action = action_of(mapped("event_user_blocks_change.synthetic.json"), "Synthetic sockmaster")
    assert (action["wiki"], action["service"]) == ("enwiki", "wikipedia:enwiki")
    assert (action["block_expiry"], action["block_flags"]) == ("infinity", ["nocreate"])
    (address,) = mapped("globalblocks.synthetic.json").of_type("observed-data")
    assert address["extensions"][TAKEDOWN_ACTION]["block_expiry"] == "2021-02-14T11:00:00Z"
    assert "wiki" not in address["extensions"][TAKEDOWN_ACTION]


def test_serialised_and_older_parameters_of_a_dump_tell_the_same_things() -> None:
    for login in ("Synthetic sockmaster", "Synthetic old sock"):
        action = action_of(mapped("logging_dump.synthetic.xml"), login)
        assert (action["block_expiry"], action["block_flags"]) == ("infinity", ["nocreate"])


def test_a_mistaken_block_is_taken_back_with_all_that_points_at_it() -> None:
    found = mapped("logevents_sockpuppets.synthetic.json")
    revoked = [item for item in found.objects if item.get("revoked")]
    assert Counter(item["type"] for item in revoked) == {"observed-data": 1, "indicator": 1, "relationship": 1}
    assert {item["modified"] for item in revoked} == {"2020-08-15T10:00:00.000Z"}
    assert all(item["created"] == "2020-08-14T09:03:00.000Z" for item in revoked)
    assert len(found.of_type("note")) == 1


def test_an_indicator_ends_with_its_block() -> None:
    found = mapped("logevents_sockpuppets.synthetic.json")
    ends = {item["valid_until"] for item in found.of_type("indicator") if "valid_until" in item}
    assert ends == {"2020-08-21T09:03:00.000Z"}


def test_addresses_are_amber_and_have_an_indicator_only_as_open_proxies() -> None:
    amber = Markings().refs("amber")
    for file in ("logevents_sockpuppets.synthetic.json", "globalblocks.synthetic.json", "spi_case.synthetic.txt"):
        found = mapped(file)
        addresses = {item["id"] for item in found.of_type("ipv4-addr")}
        named = [item for item in found.of_type("observed-data") if addresses & set(item["object_refs"])]
        assert named
        assert all(item["object_marking_refs"] == amber for item in [*named, *found.of_type("ipv4-addr")])
        patterns = [item["pattern"] for item in found.of_type("indicator") if "ipv4" in item["pattern"]]
        expected = ["[ipv4-addr:value ISSUBSET '203.0.113.0/24']"] if file.startswith("global") else []
        assert patterns == expected


def test_a_case_is_the_network_and_its_campaign_is_named_after_an_account() -> None:
    for file in ("logevents_sockpuppets.synthetic.json", "spi_case.synthetic.txt"):
        (campaign,) = mapped(file).of_type("campaign")
        assert campaign["name"] == "WP:SPI/Synthetic sockmaster"
        assert campaign["labels"] == ["named-after-account"]
    one, other = (mapped(file).of_type("campaign")[0]["id"] for file in (file, "logevents_sockpuppets.synthetic.json"))
    assert one == other


def test_confirmed_accounts_count_75_and_suspected_ones_40() -> None:
    records = {record.record_id.rpartition(":")[2]: record for record in mapped("spi_case.synthetic.txt").records}
    assert records["Synthetic sock 1"].confidence == records["Synthetic sock 2"].confidence == 75
    assert records["203.0.113.7"].confidence == 40
    assert records["Synthetic sock 1"].action == "blocked"


def test_sockpuppets_use_fabricated_personas() -> None:
    found = mapped("spi_case.synthetic.txt")
    (used,) = found.relationships("uses")
    (pattern,) = found.of_type("attack-pattern")
    assert used["target_ref"] == pattern["id"]
    assert "T0143.002" in {reference.get("external_id") for reference in pattern["external_references"]}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_performers_and_reasons_never_leave_the_mapper(path: Path) -> None:
    told = json.dumps(mapped(path.name).objects, ensure_ascii=False)
    assert not re.search(r"Synthetic (?:admin|steward)|Dragoniez|Rexde500|someone|m:SRG", told)


# What must hold for all ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_object_is_taken_and_every_record_keeps_the_schema(path: Path) -> None:
    assert list(refused(mapped(path.name).objects)) == []
    assert list(broken(mapped(path.name).records)) == []


@pytest.mark.slow
def test_every_object_is_valid_by_the_oasis_validator() -> None:
    assert complaints(one_of_each_shape(map_file("wikimedia", WIKIMEDIA))) == []


def test_a_second_run_and_another_order_give_the_same_objects() -> None:
    once = list(map_files("wikimedia", FILES))
    assert once == list(map_files("wikimedia", FILES))
    assert once == list(map_files("wikimedia", reversed(FILES)))


def test_no_version_of_an_object_is_given_twice() -> None:
    versions = [(item["id"], item.get("modified")) for item in map_files("wikimedia", FILES)]
    assert len(versions) == len(set(versions))
