"""Pinterest: every real record against an independent count, invented rows, and where members' lists meet."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers import Skip, map_file, records_of, samples_dir
from stix_mappers.extensions import SOCIAL_ASSET, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

PINTEREST = DATA / "pinterest"
ROWS = PINTEREST / "enforcement.synthetic.jsonl"
PINS_OF_META = PINTEREST / "doppelganger_pins.from-meta.csv"
OUT_OF_SCOPE = {"spam", "medical_misinformation"}
here = pytest.mark.skipif(not PINTEREST.is_dir(), reason="the real files are not beside the project")

Given = Callable[..., Mapped]
Row = dict[str, object]
PIN: Row = {
    "record_id": "a", "entity": "pin", "policy": "civic_participation_misinformation", "action": "deactivated",
    "action_at": "2021-02-03T04:05:06Z", "pin_id": "123456789012345678", "report_id": "n-1",
}  # fmt: skip


@cache
def mapped(path: Path) -> Mapped:
    return Mapped("pinterest", path)


@pytest.fixture
def rows(tmp_path: Path) -> Given:
    def written(*told: Row, name: str = "x.jsonl") -> Mapped:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in told))
        return Mapped("pinterest", path)

    return written


def lines() -> list[Row]:
    return [json.loads(line) for line in ROWS.read_text().splitlines()]


def in_scope(entity: str) -> list[Row]:
    return [row for row in lines() if row["policy"] not in OUT_OF_SCOPE and row["entity"] == entity]


# The real files ------------------------------------------------------------------------------------------------------


@here
def test_each_record_in_scope_is_an_observation_and_the_others_are_counted() -> None:
    found = mapped(ROWS)
    pins, boards, accounts, domains = (in_scope(entity) for entity in ("pin", "board", "account", "domain"))
    blocked = {str(row["domain"]) for row in domains}
    links = {str(row["link"]) for row in pins if row["link"]}
    looked_for = {link for link in links if link.split("/")[2] in blocked}
    assert Counter(skip.reason for skip in found.skips) == {
        "out-of-scope": sum(row["policy"] in OUT_OF_SCOPE for row in lines())
    }
    told = len(pins) + len(boards) + len(accounts) + len(domains)
    assert len(found.records) == len(found.of_type("observed-data")) == told + len(looked_for)
    assert len(found.of_type("user-account")) == len(boards) + len(accounts)
    assert len(found.of_type("domain-name")) == len(blocked)
    assert len(found.of_type("url")) == len(pins) + len(links)
    assert len(found.of_type("indicator")) == len(pins) + len(boards) + len(accounts) + len(blocked) + len(looked_for)
    networks = {row["report_id"] for row in (*pins, *boards, *accounts, *domains)} - {None}
    assert len(found.of_type("campaign")) == len(networks)


@here
def test_boards_and_accounts_have_logins_that_cannot_be_mistaken_for_each_other() -> None:
    found = mapped(ROWS)
    logins = {item["account_login"]: item["extensions"][SOCIAL_ASSET] for item in found.of_type("user-account")}
    for row in in_scope("board"):
        name = re.sub(r"[^a-z0-9]+", "-", str(row["board_name"]).lower())
        assert logins[f"board/{row['owner_username']}/{name}"]["platform_user_id"] == row["board_id"]
    for row in in_scope("account"):
        assert logins[str(row["username"])]["asset_kind"] == "account"


@here
def test_an_image_signature_is_part_of_the_snapshot_and_no_hash_of_a_file() -> None:
    found = mapped(ROWS)
    assert not found.of_type("file")
    signatures = {
        item["extensions"][TAKEDOWN_ACTION].get("profile", {}).get("image_signature")
        for item in found.of_type("observed-data")
    }
    assert signatures - {None} == {row["image_signature"] for row in in_scope("pin")}


@here
def test_metas_pins_are_a_file_of_facebook() -> None:
    (skip,) = mapped(PINS_OF_META).skips
    assert skip.reason == "unknown-layout"
    assert "looks like a file of Facebook" in skip.detail


@here
def test_metas_pins_and_pinterests_own_records_meet_on_one_url(rows: Given) -> None:
    links = [row[3] for row in list(csv.reader(PINS_OF_META.read_text().splitlines()))[1:]]
    numbers = [found[1] for link in links if (found := re.search(r"/pin/(\d+)", link))]
    leads = {item["id"] for item in Mapped("facebook", PINS_OF_META).of_type("url")}
    own = rows(*({**PIN, "pin_id": number} for number in numbers))
    assert len(numbers) > 50
    assert {item["id"] for item in own.of_type("url")} <= leads


@here
def test_every_object_of_the_real_files_is_valid_and_refers_to_what_is_there() -> None:
    assert not list(refused(map_file("pinterest", ROWS)))
    assert not list(broken(records_of("pinterest", [ROWS])))
    assert json.dumps(list(map_file("pinterest", ROWS))) == json.dumps(list(map_file("pinterest", ROWS)))


@here
@pytest.mark.slow
def test_the_oasis_validator_finds_nothing_in_the_real_files() -> None:
    assert complaints(map_file("pinterest", ROWS)) == []


# Invented rows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        {"pin_id": "42"},
        {"pin_id": 42},
        {"pin_id": "", "pin_url": "http://ca.pinterest.com/pin/42"},
        {"pin_id": None, "url": "hxxps://www.pinterest[.]co[.]uk/pin/some-words--42/"},
    ],
)
def test_all_spellings_of_a_pin_are_one_url(rows: Given, written: Row) -> None:
    (url,) = rows({**PIN, **written}).of_type("url")
    assert url["value"] == "https://www.pinterest.com/pin/42/"


def test_a_short_link_stays_as_it_is(rows: Given) -> None:
    (url,) = rows({**PIN, "pin_id": None, "url": "https://pin.it/abc"}).of_type("url")
    assert url["value"] == "https://pin.it/abc"


@pytest.mark.parametrize("first", [0, 1])
def test_a_link_is_looked_for_only_if_its_domain_is_blocked(rows: Given, first: int) -> None:
    pin = {**PIN, "link": "https://smpl.example/story"}
    domain = {**PIN, "entity": "domain", "action": "blocked", "domain": "smpl.example", "pin_id": None}
    alone = {item["pattern"] for item in rows(pin).of_type("indicator")}
    both = {item["pattern"] for item in rows(*([domain, pin] if first else [pin, domain])).of_type("indicator")}
    assert len(alone) == 1
    assert both - alone == {"[url:value = 'https://smpl.example/story']", "[domain-name:value = 'smpl.example']"}


def test_the_host_of_a_platform_has_no_indicator(rows: Given) -> None:
    found = rows({**PIN, "entity": "domain", "action": "blocked", "domain": "youtube.com", "pin_id": None})
    assert len(found.of_type("observed-data")) == 1
    assert not found.of_type("indicator")


@pytest.mark.parametrize(
    ("policy", "taken"),
    [
        ("Civic participation misinformation", True),
        ("ELECTION_INTEGRITY", True),
        ("conspiracy_theories", True),
        ("State-backed influence", True),
        ("", True),
        ("Spam", False),
        ("medical-misinformation", False),
        ("adult_content", False),
        ("graphic violence", False),
        ("climate_misinformation", False),
    ],
)
def test_policies_without_a_bearing_on_civic_life_are_out_of_scope(rows: Given, policy: str, taken: bool) -> None:
    found = rows({**PIN, "policy": policy})
    assert bool(found.records) == taken
    assert bool(found.skipped("out-of-scope")) != taken


def test_what_is_reinstated_is_revoked(rows: Given) -> None:
    found = rows(PIN, {**PIN, "action": "reinstated", "action_at": "2021-03-01"})
    assert {item["type"] for item in found.objects if item.get("revoked")} == {
        "indicator", "observed-data", "relationship",
    }  # fmt: skip


def test_an_unknown_action_is_a_note_and_what_names_nothing_is_unusable(rows: Given) -> None:
    odd = {**PIN, "action": "downranked"}
    found = rows(odd, {**PIN, "pin_id": "", "entity": "pin"}, {**PIN, "action_at": "once"}, {**PIN, "entity": "ad"})
    assert [note["content"] for note in found.of_type("note")] == ["downranked"]
    assert [skip.reason for skip in found.skips] == ["unusable-value", "unusable-value", "duplicate"]


def test_columns_in_another_spelling_and_order_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "x.tsv"
    path.write_bytes(
        "Owner Username\tBOARD NAME\tentity\tPolicy\tAction\tAction At\textra\r\n"
        "Smpl_One\tMein Brett & Ä\tboards\tcivic\tDeactivated\t2021-02\tx\r\n".encode("utf-16")
    )
    (account,) = Mapped("pinterest", path).of_type("user-account")
    assert account["account_login"] == "board/smpl_one/mein-brett-a"


def test_the_samples_are_valid_and_nothing_of_them_is_refused() -> None:
    found = Mapped("pinterest", samples_dir("pinterest"))
    assert not [skip for skip in found.skips if skip.refused]
    assert not list(refused(found.objects))
    assert complaints(one_of_each_shape(found.objects)) == []


def test_the_row_traced_in_the_documentation_is_still_true() -> None:
    page = (Path(__file__).parents[2] / "docs" / "members" / "pinterest.md").read_text()
    objects = Mapped("pinterest", samples_dir("pinterest") / "enforcement.jsonl").objects
    (observation,) = [
        item for item in objects if "pin:700000000000000000" in str(item.get("extensions")) and "revoked" not in item
    ]
    start = objects.index(observation)
    named = [item["id"] for item in objects[start : start + 4]]
    assert all(f"`{item}`" in page for item in [*observation["object_refs"], *named])


# Any content ---------------------------------------------------------------------------------------------------------

told_values = st.sampled_from(
    ["2021-02-03", "reinstated", "https://pin.it/x", "smpl.example", "board", "domain", "account", "42", "a/b"]
)
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30) | told_values
keys = st.sampled_from([*PIN, "domain", "board_name", "owner_username", "username", "link", "created_at", "url"])


@given(st.lists(st.dictionaries(keys, values), max_size=6))
def test_every_row_is_a_record_or_a_skip(told: list[Row]) -> None:
    items = [PIN, *told]
    skips: list[Skip] = []
    content = "\n".join(json.dumps(item) for item in items).encode()
    records = list(records_of("pinterest", [io.BytesIO(content)], on_skip=skips.append))
    assert len(records) + len(skips) >= len(items)
    list(map_file("pinterest", io.BytesIO(content)))


@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=6), max_size=8), st.permutations(range(5)))
def test_any_cells_are_mapped_or_skipped(cells: list[list[str]], order: list[int]) -> None:
    header = ["entity", "policy", "action_at", "pin_id", "domain"]
    text = io.StringIO()
    csv.writer(text).writerows([[header[at] for at in order], *cells])
    list(map_file("pinterest", io.BytesIO(text.getvalue().encode("utf-8", "replace"))))
