"""Google: bulletins and political ads against independent counts, and sentences nobody has written yet."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers import Skip, map_file, records_of, samples_dir
from stix_mappers.extensions import DISCLOSURE_SUMMARY, METRIC
from stix_mappers.members.google import grammar
from taxii_server.cli.mapping import map_command
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

GOOGLE = DATA / "google"
LINES = GOOGLE / "tag_bulletins.jsonl"
PAGE = GOOGLE / "tag-bulletin-q3-2020.txt"
ADS = sorted(GOOGLE.glob("political_ads/*/*.csv"))
ASSETS = {
    "youtube_channel": ("channels", "youtube"),
    "ads_account": ("ads_accounts", "google-ads"),
    "adsense_account": ("adsense_accounts", "adsense"),
    "blogger_blog": ("blogs", "blogger"),
    "play_developer": ("play_developers", "google-play"),
}
here = pytest.mark.skipif(not GOOGLE.is_dir(), reason="the real files are not beside the project")

Given = Callable[[str, str | bytes], Mapped]


@cache
def mapped(path: Path) -> Mapped:
    return Mapped("google", path)


@pytest.fixture
def file(tmp_path: Path) -> Given:
    def written(name: str, content: str | bytes) -> Mapped:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Mapped("google", path)

    return written


def entries() -> list[dict[str, object]]:
    return [json.loads(line) for line in LINES.read_text().splitlines()]


def report_of(found: Mapped, entry: str) -> dict[str, object]:
    (report,) = [item for item in found.of_type("report") if f"({entry})" in item["name"]]
    return dict(report["extensions"][DISCLOSURE_SUMMARY])


# The real files ------------------------------------------------------------------------------------------------------


@here
def test_each_entry_gives_a_campaign_and_a_report_and_no_asset() -> None:
    found, told = mapped(LINES), entries()
    assert len(found.records) == len(found.of_type("campaign")) == len(found.of_type("report")) == len(told)
    assert not found.of_type("observed-data", "indicator", "user-account", "url", "domain-name")
    assert not found.skips
    assert len(found.relationships("attributed-to")) == sum(bool(entry["actor"]) for entry in told)
    assert len(found.of_type("note")) == sum(bool(entry.get("text_truncated")) for entry in told)


@here
@pytest.mark.parametrize("entry", entries() if LINES.exists() else [], ids=lambda entry: str(entry["entry"]))
def test_sentences_say_what_somebody_read_out_of_them_by_hand(entry: dict[str, object]) -> None:
    (record,) = [item for item in mapped(LINES).records if item.record_id == f"google:{entry['entry']}"]
    assert record.network is not None
    actions = [dict(action) for action in entry["actions"]]  # type: ignore[attr-defined]
    assert {(key, count.service): count.value for key, count in record.counts.items()} == {
        ASSETS[str(action["asset"])]: action["count"] for action in actions
    }
    assert list(record.network.origin) == entry["linked_to_iso"]
    assert list(record.network.languages) == entry["languages"]
    assert list(record.leads_from) == entry["leads_from"]
    names = [str(name) for name in entry["consistent_with"]]  # type: ignore[attr-defined]
    assert list(record.consistent_with) == [name.lower() if name in ("Facebook", "Twitter") else name for name in names]
    assert record.action_at == entry["month"]
    assert (record.network.domestic or False) == entry.get("domestic", False)


@here
def test_the_page_tells_the_same_as_the_lines() -> None:
    paragraphs = [line for line in PAGE.read_text().splitlines() if line.startswith("We ")]
    found = mapped(PAGE)
    lines = {record.record_id: record for record in mapped(LINES).records}
    assert len(found.records) == len(paragraphs)
    assert not found.skips
    for record in found.records:
        other = lines[record.record_id]
        assert record.network is not None
        assert other.network is not None
        assert (record.counts, record.techniques, record.action_at) == (other.counts, other.techniques, other.action_at)
        assert record.network.published == "2020-10-16"
        assert record.network.attributed_to == other.network.attributed_to
    campaigns = {item["id"] for item in found.of_type("campaign")}
    assert campaigns <= {item["id"] for item in mapped(LINES).of_type("campaign")}


@here
def test_the_origin_is_stated_and_the_friends_of_the_campaign_are_no_targets() -> None:
    found = mapped(LINES)
    assert {item["confidence"] for item in found.relationships("originates-from")} == {75}
    campaign = next(item for item in found.of_type("campaign") if "New Waves" in item["name"])
    assert "critical of Iran and Qatar" in campaign["objective"]
    assert not [item for item in found.relationships("targets") if item["source_ref"] == campaign["id"]]


@here
def test_a_domestic_campaign_targets_its_own_country() -> None:
    summary = report_of(mapped(LINES), "08-2")
    assert summary["domestic"] is True
    (target,) = [item for item in mapped(PAGE).relationships("targets") if "Yemen" in str(campaign_of(item))]
    (origin,) = [item for item in mapped(PAGE).relationships("originates-from") if "Yemen" in str(campaign_of(item))]
    assert target["target_ref"] == origin["target_ref"]


def campaign_of(relationship: dict[str, str]) -> str:
    campaigns = {item["id"]: item["name"] for item in mapped(PAGE).of_type("campaign")}
    return str(campaigns[relationship["source_ref"]])


@here
def test_cls_strategies_and_estraterra_are_the_same_actors_as_facebook_names() -> None:
    facebook = Mapped("facebook", DATA / "facebook" / "network_summaries.jsonl")
    for name in ("CLS Strategies", "Estraterra"):
        ours = {item["id"] for item in mapped(LINES).of_type("threat-actor") if item["name"] == name}
        theirs = {item["id"] for item in facebook.of_type("threat-actor") if item["name"] == name}
        assert ours == theirs
        assert len(ours) == 1


@here
@pytest.mark.parametrize("path", ADS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_political_ads_are_counted_as_out_of_scope(path: Path) -> None:
    rows = list(csv.DictReader(path.read_text().splitlines(keepends=True)))
    found = mapped(path)
    assert Counter(skip.reason for skip in found.skips) == {"out-of-scope": len(rows)}
    assert not found.objects


@here
def test_an_advertiser_is_an_identity_with_what_it_spent_when_asked_for_and_nothing_more() -> None:
    path = GOOGLE / "political_ads" / "2019" / "google-political-ads-advertiser-stats.csv"
    rows = list(csv.DictReader(path.read_text().splitlines(keepends=True)))
    objects = list(map_file("google", path, advertisers=True))
    notes = [item for item in objects if item["type"] == "note"]
    assert len(notes) == len(rows)
    assert {item["type"] for item in objects} == {"identity", "note", "marking-definition", "extension-definition"}
    spent = [note["extensions"][METRIC]["metrics"] for note in notes]
    assert [[(one["value"], one["unit"]) for one in found] for found in spent] == [
        [(int(row["Spend_USD"]), "USD")] for row in rows
    ]
    assert not list(refused(objects))


@here
def test_the_field_list_of_the_bundle_is_no_file_of_records() -> None:
    found = mapped(GOOGLE / "political_ads" / "2019" / "README.txt")
    assert [skip.reason for skip in found.skips] == ["out-of-scope"]


@here
def test_every_object_of_the_real_files_is_valid_and_refers_to_what_is_there() -> None:
    assert not list(refused(map_file("google", GOOGLE)))
    assert not list(broken(records_of("google", [GOOGLE])))


@here
@pytest.mark.slow
def test_the_oasis_validator_finds_nothing_in_the_real_files() -> None:
    assert complaints(map_file("google", GOOGLE)) == []


@here
def test_a_second_run_gives_the_same_objects() -> None:
    assert json.dumps(list(map_file("google", GOOGLE))) == json.dumps(list(map_file("google", GOOGLE)))


# Sentences nobody has written yet ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "counts"),
    [
        ("We terminated 34 channels and 2 Ads accounts as part of our work.", {"channels": 34, "ads_accounts": 2}),
        ("We terminated 12 YouTube accounts.", {"accounts": 12}),
        ("We terminated 1,204 YouTube channels and seven blogs.", {"channels": 1204, "blogs": 7}),
        ("We banned 3 Google Play developers.", {"play_developers": 3}),
    ],
)
def test_figures_are_read_by_rule(file: Given, sentence: str, counts: dict[str, int]) -> None:
    found = file("x.txt", f"TAG Bulletin: Q1 2021\nMarch\n{sentence}\n")
    (record,) = found.records
    assert {key: count.value for key, count in record.counts.items()} == counts
    assert record.action_at == "2021-03"


def test_domains_that_news_no_longer_shows_are_blocked_there(file: Given) -> None:
    sentence = "We terminated 5 YouTube channels and blocked 6 domains from eligibility to appear on Google News."
    main, blocked = file("x.txt", f"TAG Bulletin: Q1 2021\n{sentence}\n").records
    assert (main.action, main.service, set(main.counts)) == ("terminated", "youtube", {"channels"})
    assert (blocked.action, blocked.service, blocked.counts["domains"].value) == ("blocked", "google-news", 6)
    alone = file("y.txt", "TAG Bulletin: Q1 2021\nWe blocked 2 domains from eligibility to appear on Google News.\n")
    assert [(item.action, item.service) for item in alone.records] == [("blocked", "google-news")]


@pytest.mark.parametrize(
    ("text", "origins", "actors"),
    [
        ("The campaign was linked to a Russian consulting firm and was sharing content.", ["RU"], []),
        ("This was part of operations linked to the United Arab Emirates and Egypt.", ["AE", "EG"], []),
        (
            "The campaign was linked to Example Media Lab (EML), a Ghana-based NGO, and posted.",
            [],
            ["Example Media Lab"],
        ),
        ("The network was operated by Invented Strategies based in Kyiv.", [], ["Invented Strategies"]),
        ("It was not linked to Iran.", [], []),
        ("The campaign was linked to individuals in Kyiv.", [], []),
        ("Our investigation attributed this campaign to Invented Strategies.", [], ["Invented Strategies"]),
        ("Activity originating in Peru was found.", ["PE"], []),
        ("The campaign was tied to the Internet Research Agency (IRA).", [], ["Internet Research Agency"]),
    ],
)
def test_what_follows_linked_to_is_a_place_or_a_name(text: str, origins: list[str], actors: list[str]) -> None:
    told = grammar.read(text)
    assert [found.code for found in told.origins] == origins
    assert [found.name for found in told.actors] == actors


@pytest.mark.parametrize(
    ("text", "leads", "alike"),
    [
        ("We received leads from Graphika and the FBI that supported us in our work.", ["Graphika", "FBI"], []),
        ("These findings are similar to findings reported by Meta, Twitter and Graphika.", [],
         ["facebook", "twitter", "Graphika"]),
        ("This is consistent with our previous reports in the Q4 TAG bulletin.", [], ["tag-bulletin-q4-2020"]),
        ("Thanks to a tip from Example Lab we found more.", ["Example Lab"], []),
    ],
)  # fmt: skip
def test_leads_and_the_findings_of_others_are_told_apart(text: str, leads: list[str], alike: list[str]) -> None:
    told = grammar.read(text, "2021-Q1")
    assert (list(told.leads_from), list(told.consistent_with)) == (leads, alike)


def test_motive_languages_targets_and_stance_are_heard() -> None:
    told = grammar.read(
        "The campaign uploaded content in Swahili and English targeting users in Kenya. It was critical of the U.S. "
        "government in Uganda. We believe this operation was financially motivated."
    )
    assert told.languages == ("sw", "en")
    assert [found.code for found in told.targets] == ["KE"]
    assert told.objective == "critical of the U.S. government in Uganda"
    assert told.financial


def test_ad_revenue_is_a_technique_only_with_adsense(file: Given) -> None:
    text = "TAG Bulletin: Q1 2021\nWe terminated 1 AdSense account. We believe this was financially motivated.\n"
    assert [item.id for item in file("x.txt", text).records[0].techniques] == ["T0137.001"]


def test_the_name_of_an_own_actor_is_the_members_own_statement(file: Given) -> None:
    line = {"bulletin": "TAG Bulletin Q2 2021", "entry": "e1", "month": "May 2021", "actor": "Invented Strategies",
            "actions": [{"asset": "youtube_channel", "count": 2}, {"asset": "gmail_mailbox", "count": 3}]}  # fmt: skip
    found = file("x.jsonl", json.dumps(line))
    (actor,) = found.of_type("threat-actor")
    assert actor["created_by_ref"] == found.of_type("campaign")[0]["created_by_ref"]
    assert [note["content"] for note in found.of_type("note")] == ["3 gmail mailbox"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_page_may_be_wrapped_bulleted_and_in_any_encoding(file: Given, encoding: str) -> None:
    page = (
        "# Threat Analysis Group (TAG) Bulletin, Q4 2021\r\n\r\nIt was last updated on 5 December 2021.\r\n\r\n"
        "## October 2021\r\n\r\n* We terminated 3 YouTube channels as part of our investigation into coordinated\r\n"
        "  influence operations linked to Peru – all of them.\r\n"
        "* We terminated 4 YouTube channels.\r\n\r\nAn afterthought without any deed.\r\n"
    )
    found = file("page.md", page.encode(encoding))
    assert [(item.record_id, item.counts["channels"].value) for item in found.records] == [
        ("google:tag-bulletin-q4-2021-10-1", 3),
        ("google:tag-bulletin-q4-2021-10-2", 4),
    ]
    assert found.records[0].network is not None
    assert found.records[0].network.origin == ("PE",)
    assert found.records[0].network.published == "2021-12-05"
    assert [skip.reason for skip in found.skips] == ["out-of-scope"]


def test_an_entry_need_not_begin_with_the_deed(file: Given) -> None:
    deeds = "In response to leads, we terminated 3 channels.\n\n5 YouTube channels were terminated."
    page = f"TAG Bulletin: Q1 2022\n\n{deeds}\n"
    assert [item.counts["channels"].value for item in file("x.txt", page).records] == [3, 5]


def test_a_page_saved_with_its_tags_is_read_too(file: Given) -> None:
    page = "<html><h1>TAG Bulletin: Q1 2022</h1><h2>January</h2><p>We terminated <b>3</b> YouTube channels.</p></html>"
    assert [item.counts["channels"].value for item in file("page.html", page).records] == [3]


def test_political_ads_are_known_by_their_columns_in_any_order(file: Given) -> None:
    table = "note,Spend_EUR,Advertiser Name,ADVERTISER_ID,Total Creatives\n,5,Invented,AR1,2\n"
    found = file("any.csv", table)
    assert [skip.reason for skip in found.skips] == ["out-of-scope"]


def test_a_file_of_another_member_says_whose_it_looks_like(file: Given) -> None:
    found = file("x.csv", "userid,user_display_name,user_screen_name\n1,a,b\n")
    assert [skip.reason for skip in found.skips] == ["unknown-layout"]
    assert "twitter" in found.skips[0].detail


# The samples ---------------------------------------------------------------------------------------------------------


def test_the_samples_are_valid_and_nothing_of_them_is_refused() -> None:
    found = Mapped("google", samples_dir("google"))
    assert not [skip for skip in found.skips if skip.refused]
    assert not list(refused(found.objects))
    assert complaints(one_of_each_shape(found.objects)) == []


def test_the_row_traced_in_the_documentation_is_still_true() -> None:
    page = (Path(__file__).parents[2] / "docs" / "members" / "google.md").read_text()
    found = Mapped("google", samples_dir("google") / "tag_bulletins.jsonl")
    assert "google:tag-bulletin-q3-2020-07-1" in page
    (campaign,) = [item for item in found.of_type("campaign") if "Estraterra" in item["name"]]
    about = [item for item in found.of_type("relationship") if item["source_ref"] == campaign["id"]]
    assert all(f"`{item['id']}`" in page for item in [campaign, *about])


def test_the_command_makes_advertisers_when_asked_for() -> None:
    file = str(samples_dir("google") / "political_ads" / "google-political-ads-advertiser-stats.csv")
    without = CliRunner().invoke(map_command, ["google", file])
    asked = CliRunner().invoke(map_command, ["google", file, "--advertisers"])
    assert (without.exit_code, asked.exit_code) == (0, 0)
    assert '"note"' not in without.stdout
    assert asked.stdout.count('"note"') == 4


# Any content ---------------------------------------------------------------------------------------------------------

words = st.text(max_size=40) | st.sampled_from(
    ["We terminated 3 YouTube channels", "linked to Iran.", "consistent with", "leads from X", "in Arabic", "Q3 2020"]
)


@given(st.lists(words, max_size=12))
def test_any_page_is_read(parts: list[str]) -> None:
    text = "TAG Bulletin: Q3 2020\n" + "\n".join(parts)
    list(map_file("google", io.BytesIO(text.encode("utf-8", "replace"))))


json_values = st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.lists(words, max_size=3)
keys = st.sampled_from(
    ["bulletin", "entry", "month", "text", "actions", "linked_to_iso", "actor", "languages", "leads_from", "domestic"]
)


@given(st.lists(st.dictionaries(keys, json_values, min_size=3), min_size=1, max_size=4))
def test_every_entry_is_a_record_or_a_skip(items: list[dict[str, object]]) -> None:
    base = {"bulletin": "tag-bulletin-q3-2020", "entry": "", "text": ""}
    lines = [{**base, **item} for item in items]
    skips: list[Skip] = []
    content = "\n".join(json.dumps(line) for line in lines).encode()
    records = list(records_of("google", [io.BytesIO(content)], on_skip=skips.append))
    main = [item for item in records if not re.search(r":google-news$", item.record_id)]
    assert len(main) + len(skips) == len(lines)
    list(map_file("google", io.BytesIO(content)))


@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=6), max_size=8), st.permutations(range(4)))
def test_any_rows_of_the_ads_bundle_are_counted(cells: list[list[str]], order: list[int]) -> None:
    header = ["Advertiser_ID", "Advertiser_Name", "Total_Creatives", "Spend_USD"]
    text = io.StringIO()
    csv.writer(text).writerows([[header[at] for at in order], *cells])
    content = text.getvalue().encode("utf-8", "replace")
    list(map_file("google", io.BytesIO(content), advertisers=True))
