"""Every real file of Facebook against an independent count: a few lines of csv, json and regular expressions."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from stix_mappers.extensions import DISCLOSURE_SUMMARY, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import DATA, Mapped

FACEBOOK = DATA / "facebook"
HERE = FACEBOOK.is_dir()


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in FACEBOOK.glob(pattern))


KILL_CHAIN = files("csv/Q*/*.csv", "csv/Q*.csv", "tsv/Q*.tsv")
TYPED = files("csv/20*.csv", "tsv/20*.tsv", "json/20*.json", "stix1/*.xml")

pytestmark = pytest.mark.skipif(not HERE, reason="the real files are not beside the project")


def name(path: Path) -> str:
    return str(path.relative_to(FACEBOOK))


@cache
def mapped(path: Path) -> Mapped:
    return Mapped("facebook", path)


# The independent count -----------------------------------------------------------------------------------------------


def refanged(cell: str) -> str:
    text = cell.replace("[.]", ".").replace("[at]", "@").replace("[:]", ":").replace("{:}", ":")
    return re.sub(r"^hxxp", "http", text.strip().strip("\u00a0,"), flags=re.I).strip()


def table(path: Path) -> list[list[str]]:
    delimiter = "\t" if path.suffix == ".tsv" else ","
    quoting = csv.QUOTE_NONE if path.suffix == ".tsv" else csv.QUOTE_MINIMAL
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=delimiter, quoting=quoting))


def typed_rows(path: Path) -> list[tuple[str, str, str]]:
    if path.suffix == ".json":
        return [(row["indicator_type"], row["indicator_value"], row["comment"]) for row in json.loads(path.read_text())]
    if path.suffix == ".xml":
        return list(stix1_rows(path))
    return [(row[0], row[1], row[2]) for row in table(path)[1:]]


def stix1_rows(path: Path) -> Iterator[tuple[str, str, str]]:
    for block in path.read_text().split("<stix:Indicator ")[1:]:
        title = re.search(r"<indicator:Title>(.*?)</indicator:Title>", block, re.S)
        value = re.search(
            r"<(?:\w+:)?(?:Value|Simple_Hash_Value|Address_Value)[^>]*>(.*?)</(?:\w+:)?(?:Value|Simple_Hash|Address)",
            block,
            re.S,
        )
        assert title is not None
        assert value is not None
        if "DomainNameObj:Value" in block or "AddressObj:Address_Value" in block:
            yield "ip" if "AddressObj" in block else "domain_name", value[1], title[1]
        else:
            comment, _, kind = title[1].rpartition(" (")
            yield kind.rstrip(")"), value[1], comment


def typed_class(kind: str, value: str) -> str:
    plain = refanged(value).lower()
    if kind in {"md5", "sha256"}:
        return "file" if re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{64}", plain) else "unusable"
    if kind == "ip":
        return "ipv4-addr"
    if kind == "domain_name":
        return "domain-name"
    return "user-account" if re.match(r"https?://t\.me/(s/)?[A-Za-z0-9_]{4,}/?$", plain) else "url"


ASSET_ROWS = re.compile(r"^(0\.[16]\.|0\.9\.|9\.5\.[23]|6\.1\.|7\.5\.|7\.6\.4|7\.9\.1|0\.8\.|0\.7\.)")
ACCOUNTS = re.compile(
    r"^(?:https?://)?(?:(?:www|mobile|ro|tr)\.)?(?:twitter|x|t|tiktok|medium|linkedin|vk|github|pinterest)\.(?:com|me)/"
    r"(?:s/|in/)?@?[A-Za-z0-9_.-]+/?(?:\?.*)?$|^(?:https?://)?(?:www\.)?youtube\.com/(?:@|c/|user/|channel/)[^/?]+/?$|"
    r"^(?:https?://)?(?:www\.)?reddit\.com/user/[^/?]+/?$",
    re.I,
)
HOST = re.compile(r"^(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]\S*)?$")


def number_of(cell: str) -> str:
    found = re.match(r"\s*(\d+(?:\.\d+)*)", cell)
    return re.sub(r"(?:\.0)+$", "", found[1]) if found else ""


def kill_chain_rows(path: Path) -> list[tuple[str, str]]:
    """Return procedure number and value of the rows that are neither header nor blank."""
    rows = [row for row in table(path)[1:] if any(cell.strip() for cell in row)]
    return [(number_of(row[2]), " ".join(refanged(row[3]).split())) for row in rows]


def asset_of_row(number: str, value: str) -> str | None:
    """Return a key of the asset a row names, by regular expressions of its own."""
    if number.startswith("0.2."):
        found = re.search(r"[\w.+-]+@[\w.-]+\.\w+", value)
        return f"email-addr {found[0]}" if found else None
    if ASSET_ROWS.match(number) is None:
        return None
    if re.fullmatch(r"[\d.]+", value) and number.startswith("0.1."):
        return f"ipv4-addr {value}"
    if number.startswith(("0.7.", "0.8.")):
        return f"file {value}" if re.fullmatch(r"[0-9a-f]{32,64}", value) else None
    return key_of_link(number, value)


def key_of_link(number: str, value: str) -> str | None:
    if re.match(r"https?://\S+ [^\s\[]+$", value):
        value = value.replace(" ", "")  # a line break of the PDF
    if not HOST.match(value):
        return None
    bare = re.sub(r"^https?://|/$", "", value).lower()
    if number.startswith(("0.6.", "9.5.")) or (not number.startswith("0.") and "/" not in bare and "http" not in value):
        return f"domain-name {bare}"
    return f"{'user-account' if ACCOUNTS.match(value) else 'other'} {value.lower().rstrip('/')}"


# The table -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TYPED, ids=name)
def test_a_typed_file_gives_one_observation_for_each_distinct_indicator(path: Path) -> None:
    rows = typed_rows(path)
    distinct: dict[tuple[str, str], str] = {}
    unusable = repeated = 0
    for kind, value, comment in rows:
        cluster = comment if path.name.startswith("2022_04") else ""
        key = (refanged(value).lower(), cluster)
        if typed_class(kind, value) == "unusable":
            unusable += 1
        elif key in distinct:
            repeated += 1
        else:
            distinct[key] = typed_class(kind, value)
    found = mapped(path)
    assets = [record for record in found.records if record.kind != "network"]
    assert len(assets) == len(distinct)
    assert len(found.skipped("unusable-value")) == unusable
    assert len(found.skipped("duplicate")) == repeated
    assert len(found.skips) == unusable + repeated
    assert len(found.of_type("observed-data")) == len(found.of_type("indicator")) == len(distinct)
    counted = Counter(distinct.values())
    for object_type in ("domain-name", "file", "ipv4-addr", "user-account"):
        values = {value for (value, _), kind in distinct.items() if kind == object_type}
        assert len(found.of_type(object_type)) == len(values), object_type
    assert counted.total() == len(assets)


@pytest.mark.parametrize("path", KILL_CHAIN, ids=name)
def test_a_kill_chain_file_gives_one_observation_for_each_distinct_asset(path: Path) -> None:
    keys = [key for number, value in kill_chain_rows(path) if (key := asset_of_row(number, value))]
    found = mapped(path)
    assets = [record for record in found.records if record.kind != "network"]
    by_type = Counter(key.partition(" ")[0] for key in set(keys))
    assert len(assets) == len(set(keys))
    assert len(found.skipped("duplicate")) == len(keys) - len(set(keys))
    for object_type in ("domain-name", "email-addr", "ipv4-addr", "file"):
        extra = by_type[object_type]
        assert len(found.of_type(object_type)) >= extra, object_type
    assert len(found.of_type("user-account")) >= by_type["user-account"]
    assert len(found.of_type("observed-data")) == len(assets)


@pytest.mark.parametrize("path", KILL_CHAIN, ids=name)
def test_blank_rows_are_counted_and_nothing_else_is_lost(path: Path) -> None:
    blank = sum(not any(cell.strip() for cell in row) for row in table(path)[1:])
    templates = sum("$xx" in value for _, value in kill_chain_rows(path))
    found = mapped(path)
    assert len(found.skipped("blank")) == blank
    assert len(found.skipped("template")) == templates
    expected = {"blank", "duplicate", "template", "unusable-value"}
    assert {skip.reason for skip in found.skips} <= expected


@pytest.mark.parametrize("path", KILL_CHAIN, ids=name)
def test_the_counts_of_accounts_pages_and_groups_are_those_of_the_rows(path: Path) -> None:
    expected: dict[tuple[str, str], int] = {}
    for number, value in kill_chain_rows(path):
        found = re.fullmatch(r"(?:About )?([\d,]+) (?:\w+ )?(acc?ount|page|group)s?(?: on .*)?", value, re.I)
        if number in {"0.9.1", "0.9.2"} and found:
            combined = "Facebook and Instagram" in value
            service = "facebook" if number == "0.9.1" or combined else "instagram"
            asset = {"a": "accounts", "p": "pages", "g": "groups"}[found[2][0].lower()]
            expected[asset, service] = int(found[1].replace(",", ""))
    assert {key: value for key, value in counts_of(mapped(path)).items() if "followers" not in key[0]} | {} == {
        **{key: value for key, value in counts_of(mapped(path)).items() if key[0] == "group_members"},
        **expected,
    }


@pytest.mark.parametrize("path", KILL_CHAIN, ids=name)
def test_followers_and_spending_are_those_of_the_rows(path: Path) -> None:
    keys = {"7.2.2": ("page_followers", "facebook"), "7.2.3": ("group_members", "facebook")}
    keys["7.2.4"] = ("account_followers", "instagram")
    expected: dict[tuple[str, str], int] = {}
    spend: list[int] = []
    for number, value in kill_chain_rows(path):
        amount = re.search(r"\$([\d,]+)", value)
        followers = re.search(r"\bno\b|[\d,]{1,}(?= accounts)", value, re.I)
        if number == "7.1.1" and amount:
            spend.append(int(amount[1].replace(",", "")))
        if number in keys and followers:
            expected[keys[number]] = 0 if followers[0].lower() == "no" else int(followers[0].replace(",", ""))
    found = mapped(path)
    told = {key: value for key, value in counts_of(found).items() if key in keys.values()}
    assert told == expected
    assert [item["amount"] for item in summary_of(found).get("spend", [])] == spend


def summary_of(found: Mapped) -> dict[str, list[dict[str, object]]]:
    (report,) = found.of_type("report")
    return report["extensions"][DISCLOSURE_SUMMARY]


def counts_of(found: Mapped) -> dict[tuple[str, str], int]:
    return {
        (str(count["asset"]), str(count["service"])): int(str(count["value"]))
        for count in summary_of(found).get("counts", [])
    }


@pytest.mark.parametrize("path", files("markdown/*.md"), ids=name)
def test_a_page_gives_one_observation_for_each_row_of_its_table(path: Path) -> None:
    rows = re.findall(r"^\| (?!Indicator Type|:)(.+?) \| `(.+?)` \|$", path.read_text(), re.M)
    found = mapped(path)
    kinds = Counter(kind for kind, _ in rows)
    assert len(found.of_type("observed-data")) == len(rows)
    assert len(found.of_type("domain-name")) == kinds["Domain"]
    assert len(found.of_type("user-account")) == kinds["Social Media Account"]
    assert len(found.of_type("ipv4-addr")) == kinds["Proxy IP"]
    assert not found.skips
    assert len(found.of_type("campaign")) == len(found.of_type("report")) == 1


def test_the_summaries_give_a_campaign_each_and_a_note_for_the_totals() -> None:
    lines = [json.loads(line) for line in (FACEBOOK / "network_summaries.jsonl").read_text().splitlines()]
    networks = [line for line in lines if line["origin"]]
    found = mapped(FACEBOOK / "network_summaries.jsonl")
    assert len(found.of_type("campaign")) == len(found.of_type("report")) == len(networks)
    assert len(found.relationships("originates-from")) == sum(len(line["origin"]) for line in networks)
    assert len(found.relationships("targets")) == sum(len(line["targets"]) for line in networks)
    assert len(found.relationships("attributed-to")) == sum(bool(line["attributed_to"]) for line in networks)
    assert len(found.of_type("domain-name")) == sum(len(line.get("domains", [])) for line in lines)
    assert not found.skips


def test_the_totals_of_august_2020_stay_as_published() -> None:
    found = mapped(FACEBOOK / "network_summaries.jsonl")
    texts = {note["content"] for note in found.of_type("note") if "metric" in note["labels"]}
    assert "accounts: 521; groups: 78; pages: 147" in texts
    assert "accounts: 72" in texts


@pytest.mark.parametrize("path", files("ira_ads/*"), ids=name)
def test_every_ad_is_an_observation_or_a_note(path: Path) -> None:
    rows = (
        [json.loads(line) for line in path.read_text().splitlines()]
        if path.suffix == ".jsonl"
        else list(csv.DictReader(path.read_text().splitlines(keepends=True)))
    )
    urls = [str(row.get("url") or row.get("facebook_url") or "") for row in rows]
    damaged = [url for url in urls if not re.match(r"https?://[\w.-]+\.(?:com|gov|org|net)/", url, re.I)]
    found = mapped(path)
    ads = [record for record in found.records if record.kind == "ad"]
    observed = [item for item in found.of_type("observed-data") if len(item["extensions"]) == 2]
    assert len(ads) == len(rows)
    assert len(observed) + len([note for note in found.of_type("note") if "ad" in note["labels"]]) == len(rows)
    assert Counter(skip.value for skip in found.skipped("unusable-value")) == Counter(filter(None, damaged))


def test_ads_have_no_indicator_but_the_pages_they_led_to_do() -> None:
    found = mapped(FACEBOOK / "ira_ads" / "ira_facebook_ads.jsonl")
    pages = [record for record in found.records if record.kind not in {"ad", "network"}]
    assert len(found.of_type("indicator")) == len(pages)
    assert {record.service for record in pages} <= {"facebook", "instagram"}


def test_descriptors_outside_of_open_privacy_are_not_passed_on() -> None:
    path = FACEBOOK / "threatexchange_descriptors.synthetic.json"
    rows = json.loads(path.read_text())["data"]
    open_ = [row for row in rows if row["privacy_type"] == "VISIBLE"]
    found = mapped(path)
    assert len(found.records) == len(open_) == len(found.of_type("indicator"))
    assert len(found.skipped("hidden")) == len(rows) - len(open_)


# What must be equal --------------------------------------------------------------------------------------------------

CHINA_RUSSIA = "2022_09_removing_coordinated_inauthentic_behavior_from_china_and_russia"
BANGLADESH_VIETNAM = "2020_12_taking_action_against_hackers_in_bangladesh_and_vietnam"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"csv/{CHINA_RUSSIA}.csv", f"tsv/{CHINA_RUSSIA}.tsv"),
        (f"csv/{CHINA_RUSSIA}.csv", f"json/{CHINA_RUSSIA}.json"),
        (f"csv/{CHINA_RUSSIA}.csv", f"stix1/{CHINA_RUSSIA}.xml"),
        (f"csv/{BANGLADESH_VIETNAM}.csv", f"json/{BANGLADESH_VIETNAM}.json"),
        (f"csv/{BANGLADESH_VIETNAM}.csv", f"stix1/{BANGLADESH_VIETNAM}.xml"),
        (
            "csv/2021_11_action_against_hackers_in_pakistan_and_syria.csv",
            "stix1/2021_11_action_against_hackers_in_pakistan_and_syria.xml",
        ),
        ("csv/Q1_2023/Q1_2023_ Iran-based_CIB_network.csv", "tsv/Q1_2023_ Iran-based_CIB_network.tsv"),
        (
            "csv/Q1_2024/Q1_2024_Bangladesh_Based_Cib_Network.csv",
            "tsv/Q1_2024_Bangladesh_Based_Cib_Network.tsv",
        ),
    ],
)
def test_two_encodings_of_a_network_give_the_same_objects(first: str, second: str) -> None:
    one = {found["id"]: found for found in mapped(FACEBOOK / first).objects}
    other = {found["id"]: found for found in mapped(FACEBOOK / second).objects}
    assert one == other


@pytest.mark.parametrize(
    ("table_", "page"),
    [
        ("csv/Q4-1_2026_GithubIOCs - H1_2026_CHINA_BASED_CIB_NETWORK.csv", "meta-h1-2026-china-based-cib-network"),
        ("csv/Q4-1_2026_GithubIOCs - H1_2026_IRAN_BASED_CIB_NETWORK_1.csv", "meta-h1-2026-iran-based-cib-network-1"),
        (
            "csv/Q2-3_2025/Q2-3_2025_GithubIOCs - Q2-3_2025_MOLDOVA_BASED_CIB_NETWORK.csv",
            "meta-h2-2025-moldova-based-cib-network",
        ),
        (
            "csv/Q2-3_2025/Q2-3_2025_GithubIOCs - Q2-3_2025_POLAND_BASED_CIB_NETWORK.csv",
            "meta-h2-2025-poland-based-cib-network",
        ),
        (
            "csv/Q2-3_2025/Q2-3_2025_GithubIOCs - Q2-3_2025_IRAN_BASED_CIB_NETWORK.csv",
            "meta-h2-2025-iran-based-cib-network",
        ),
    ],
)
def test_table_and_page_of_a_network_agree_in_everything_both_tell(table_: str, page: str) -> None:
    one = {found["id"]: found for found in mapped(FACEBOOK / table_).objects}
    other = {found["id"]: found for found in mapped(FACEBOOK / "markdown" / f"{page}.md").objects}
    types = ("user-account", "url", "domain-name", "ipv4-addr", "indicator", "observed-data")
    differing = [key for key in one.keys() & other.keys() if one[key] != other[key]]
    assert {one[key]["type"] for key in differing} <= {"campaign", "report"}
    assert not [key for key, found in other.items() if found["type"] in types and key not in one]
    told, page_told = counts_of(mapped(FACEBOOK / table_)), counts_of(mapped(FACEBOOK / "markdown" / f"{page}.md"))
    both = told.keys() & page_told
    assert {key: told[key] for key in both} == {key: page_told[key] for key in both}


def test_leads_name_the_service_of_the_account_and_are_never_counted_as_takedowns() -> None:
    found = mapped(FACEBOOK / "csv" / "Q1_2024" / "Q1_2024_Bangladesh_Based_Cib_Network.csv")
    accounts = {item["id"]: item for item in found.of_type("user-account")}
    for observation in found.of_type("observed-data"):
        account = accounts.get(observation["object_refs"][0])
        action = observation["extensions"][TAKEDOWN_ACTION]
        if account is not None:
            assert observation["labels"] == [f"lead:{account['account_type']}"]
            assert action["asserted_on"] == account["account_type"]
            assert action["action"] == "reported"
        else:
            assert "labels" not in observation


def test_peace_data_is_a_lead_of_the_fbi_about_the_internet_research_agency(mapped: Callable[..., Mapped]) -> None:
    found = mapped("facebook", FACEBOOK / "network_summaries.jsonl")
    report = next(item for item in found.of_type("report") if "peacedata" in item["name"])
    assert report["extensions"][DISCLOSURE_SUMMARY]["leads_from"] == ["FBI"]
    assert "Internet Research Agency" in found.names("threat-actor")
    assert {item["value"] for item in found.of_type("domain-name")} == {"peacedata.net"}
