"""Microsoft's files against independent counts, the decisions that apply to them, and files nobody has seen."""

import csv
import io
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers import Skip, map_file, records_of, samples_dir
from stix_mappers.extensions import DISCLOSURE_SUMMARY, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, level, one_of_each_shape

MICROSOFT = DATA / "microsoft"
LISTS = sorted(MICROSOFT.glob("iocs/*.csv"))
HEADER = "DateAdded,IoC,Type"
real = pytest.mark.skipif(not MICROSOFT.is_dir(), reason="the real files are not beside the project")


@cache
def mapped(path: Path) -> Mapped:
    return Mapped("microsoft", path)


@cache
def samples() -> Mapped:
    return Mapped("microsoft", samples_dir("microsoft"))


def written(tmp_path: Path, content: str, name: str = "list.csv") -> Mapped:
    path = tmp_path / name
    path.write_text(content)
    return Mapped("microsoft", path)


# The independent count -----------------------------------------------------------------------------------------------


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]


def counted(path: Path) -> tuple[Counter[str], int, int]:
    """Return the assets by type, the notes, and the rows that repeat an asset."""
    assets: set[tuple[str, str]] = set()
    notes = repeated = 0
    for row in rows(path):
        kind = (row.get("IoC_Type") or row["Type"]).lower()
        type_ = {"domainname": "domain-name", "domain": "domain-name", "ip": "ipv4-addr", "sha256": "file"}.get(kind)
        if type_ is None:
            notes += kind != "url"
        elif (type_, row["IoC"]) in assets:
            repeated += 1
        else:
            assets.add((type_, row["IoC"]))
        for host in re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", row.get("C2Domain", "")):
            assets.add(("ipv4-addr" if re.fullmatch(r"[\d.]+", host) else "domain-name", host))
    return Counter(type_ for type_, _ in assets), notes, repeated


@real
@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_a_list_gives_one_observation_and_indicator_for_each_distinct_asset(path: Path) -> None:
    by_type, notes, repeated = counted(path)
    found = mapped(path)
    templates = sum("<" in row["IoC"] for row in rows(path))
    for object_type in ("domain-name", "ipv4-addr", "file"):
        assert len(found.of_type(object_type)) == by_type[object_type], object_type
    assert len(found.of_type("observed-data")) == len(found.of_type("indicator")) == by_type.total()
    assert len(found.of_type("note")) == notes
    assert len(found.skipped("duplicate")) == repeated
    assert len(found.skipped("template")) == templates
    assert len(found.skips) == repeated + templates


@real
@pytest.mark.parametrize(
    ("name", "campaigns", "actors"),
    [
        ("May21NOBELIUMIoCs.csv", {"May 21 Midnight Blizzard Indicators"}, {"Midnight Blizzard"}),
        ("SEABORGIUMIOC.csv", {"SEABORGIUMIOC"}, {"Star Blizzard"}),
        ("TestIOCs.csv", set(), set()),
        (
            "RapidReleaseTI_Indicators.csv",
            {"RapidReleaseTI Indicators"},
            {"Carmine Tsunami", "Citrine Sleet", "Storm-1028", "Storm-1061"},
        ),
    ],
)
def test_a_file_has_one_campaign_if_a_release_or_a_group_is_named(
    name: str, campaigns: set[str], actors: set[str]
) -> None:
    found = mapped(MICROSOFT / "iocs" / name)
    assert found.names("campaign") == campaigns
    assert found.names("intrusion-set") == actors
    assert len(found.relationships("indicates")) == (len(found.of_type("indicator")) if campaigns else 0)


@real
def test_the_second_form_has_its_indicator_types_beside_the_column_type() -> None:
    found = mapped(MICROSOFT / "iocs" / "RapidReleaseTI_Indicators.csv")
    assert not [note for note in found.of_type("note") if "rapid" in note["abstract"]]
    assert {item.get("confidence") for item in found.of_type("indicator")} == {100}
    by_value = {item["name"]: item for item in found.of_type("indicator")}
    assert by_value["domain fosterunch.com"]["valid_until"] == "2023-07-11T00:00:00.000Z"


@real
def test_all_hashes_of_a_row_are_one_file_known_by_its_sha256() -> None:
    found = mapped(MICROSOFT / "iocs" / "May21NOBELIUMIoCs.csv")
    full = next(row for row in rows(MICROSOFT / "iocs" / "May21NOBELIUMIoCs.csv") if row["MD5"] and row["SHA1"])
    indicator = next(item for item in found.of_type("indicator") if full["IoC"] in item["pattern"])
    assert indicator["pattern"] == (
        f"[file:hashes.'MD5' = '{full['MD5']}' OR file:hashes.'SHA-1' = '{full['SHA1']}'"
        f" OR file:hashes.'SHA-256' = '{full['IoC']}']"
    )
    assert all(list(item["hashes"]) == ["SHA-256"] for item in found.of_type("file"))


@real
def test_a_date_that_cannot_be_is_kept_as_the_year_it_names() -> None:
    found = mapped(MICROSOFT / "iocs" / "RapidReleaseTI_Indicators.csv")
    record = next(item for item in found.records if item.record_id.endswith("domain:goodsforuw.com"))
    assert (record.action_at, record.action_at_precision) == ("2022-H2", "half")
    assert record.source is not None
    assert "dated 19/20/2022" in (record.source.x_comment or "")


@real
def test_a_seizure_is_infrastructure_that_consists_of_its_domains() -> None:
    lines = [json.loads(line) for line in (MICROSOFT / "dcu_actions.jsonl").read_text().splitlines()]
    found = mapped(MICROSOFT / "dcu_actions.jsonl")
    domains = [domain for line in lines for domain in line["domains"]]
    assert {item["value"] for item in found.of_type("domain-name")} == set(domains)
    assert len(found.relationships("consists-of")) == len(domains)
    assert found.names("infrastructure") == {f"Domains seized {line['announced']}" for line in lines}
    assert all(item["labels"] == ["sinkhole"] and "valid_until" not in item for item in found.of_type("indicator"))
    told = {item["extensions"][TAKEDOWN_ACTION]["legal_basis"] for item in found.of_type("observed-data")}
    assert told == {line["legal_basis"] for line in lines}
    users = {item["source_ref"].partition("--")[0] for item in found.relationships("uses")}
    assert {"intrusion-set", "campaign"} <= users
    totals = [item["extensions"][DISCLOSURE_SUMMARY]["counts"][0]["value"] for item in found.of_type("report")]
    assert sorted(totals) == sorted(line["domains_total"] for line in lines)
    assert not found.skips


@real
def test_a_country_behind_a_group_is_a_place_and_never_an_actor() -> None:
    found = mapped(MICROSOFT / "dcu_actions.jsonl")
    assert found.names("intrusion-set") | found.names("threat-actor") == {"Forest Blizzard", "Mint Sandstorm", "GRU"}
    assert {item["target_ref"] for item in found.relationships("originates-from")} == {
        item["id"] for item in found.of_type("location") if item["name"] in {"Iran", "Russia"}
    }


@real
def test_graph_indicators_keep_level_phase_and_end() -> None:
    items = json.loads((MICROSOFT / "graph_tiIndicators.sample.json").read_text())["value"]
    found = mapped(MICROSOFT / "graph_tiIndicators.sample.json")
    observables = ("domainName", "emailSenderAddress", "emailSourceDomain", "networkIPv4")
    assert len(found.of_type("indicator")) == sum(key in item for item in items for key in observables)
    assert Counter(level(item) for item in found.of_type("indicator")) == {0: 3, 1: 1, 2: 2}
    inactive = next(item for item in found.of_type("indicator") if "198.51.100.23" in item["pattern"])
    assert inactive["valid_until"].startswith("2020-08-12")
    assert "revoked" not in inactive
    assert sum("kill_chain_phases" in item for item in found.of_type("indicator")) == 3
    assert all(item["extensions"][TAKEDOWN_ACTION]["synthetic"] for item in found.of_type("observed-data"))


@real
def test_the_table_of_names_is_no_record_and_all_its_names_are_known() -> None:
    found = mapped(MICROSOFT / "MicrosoftMapping.json")
    assert not found.records
    assert [skip.reason for skip in found.skips] == ["out-of-scope"]


# Every object --------------------------------------------------------------------------------------------------------


@real
def test_every_real_object_is_accepted_by_the_server_and_by_python_stix2() -> None:
    found = mapped(MICROSOFT)
    assert list(refused(found.objects)) == []
    assert list(broken(found.records)) == []
    assert list(map_file("microsoft", MICROSOFT)) == found.objects
    assert len({item["id"] for item in found.objects}) == len(found.objects)


@real
@pytest.mark.slow
def test_every_shape_of_the_real_objects_is_valid() -> None:
    assert complaints(one_of_each_shape(mapped(MICROSOFT).objects)) == []


def test_every_shape_of_the_samples_is_valid_and_nothing_of_them_is_refused() -> None:
    assert complaints(one_of_each_shape(samples().objects)) == []
    assert list(refused(samples().objects)) == []
    assert list(broken(samples().records)) == []
    assert not samples().skips
    assert len(samples().records) > 60


def test_nothing_is_marked_looser_than_what_it_names() -> None:
    objects = {item["id"]: item for item in samples().objects}
    for item in samples().of_type("relationship", "report", "grouping", "note"):
        ends = item.get("object_refs", [item.get("source_ref"), item.get("target_ref")])
        assert level(item) >= max(level(objects[ref]) for ref in ends)


def test_the_row_traced_in_the_documentation_is_still_true() -> None:
    page = (Path(__file__).parents[2] / "docs" / "members" / "microsoft.md").read_text()
    found = Mapped("microsoft", samples_dir("microsoft") / "iocs" / "SEABORGIUMSampleIoCs.csv")
    assert found.records[0].record_id in page
    objects = [item for item in found.objects if item["type"] in {"domain-name", "observed-data", "indicator"}][:3]
    assert all(f"`{item['id']}`" in page for item in objects)


# Files nobody has seen -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["DateAdded,IoC,Type", "Date Added , ioc ,IoC Type", "Type,Extra,DateAdded,IOC", "date_added;IoC;ioc_type"],
)
def test_columns_are_found_by_their_names_in_any_spelling_and_order(tmp_path: Path, header: str) -> None:
    delimiter = ";" if ";" in header else ","
    cells = {
        "dateadded": "8/15/2022",
        "ioc": "a-host.example",
        "type": "DomainName ",
        "ioctype": "DomainName ",
        "extra": "?",
    }
    names = [re.sub(r"[\W_]", "", name).lower() for name in header.split(delimiter)]
    found = written(tmp_path, f"{header}\n{delimiter.join(cells[name] for name in names)}\n")
    assert [item["value"] for item in found.of_type("domain-name")] == ["a-host.example"]
    assert found.of_type("indicator")[0]["valid_from"] == "2022-08-15T00:00:00.000Z"


@pytest.mark.parametrize(
    ("type_", "value", "object_type"),
    [
        ("hostname", "a[.]host.example", "domain-name"),
        ("C2 IP Address", "198.51.100.7", "ipv4-addr"),
        ("IPv6", "2001:db8::7", "ipv6-addr"),
        ("CIDR", "198.51.100.0/24", "ipv4-addr"),
        ("URL", "hxxps://a.example/x", "url"),
        ("SHA1", "A" * 40, "file"),
        ("FileHash-MD5", "b" * 32, "file"),
        ("Sender Email Address", "a@host.example", "email-addr"),
        ("", "a.example", "domain-name"),
    ],
)
def test_a_type_is_understood_by_its_words(tmp_path: Path, type_: str, value: str, object_type: str) -> None:
    found = written(tmp_path, f"{HEADER}\n8/15/2022,{value},{type_}\n")
    assert len(found.of_type(object_type)) == len(found.of_type("indicator")) == 1


@pytest.mark.parametrize("type_", ["regkey", "Process", "email subject", "mutex", "Zodiac sign", "filepath "])
def test_a_host_artefact_or_an_unknown_type_is_a_note(tmp_path: Path, type_: str) -> None:
    found = written(tmp_path, f"{HEADER}\n8/15/2022,HKLM\\\\Software\\\\x,{type_}\n")
    (note,) = found.of_type("note")
    assert note["abstract"] == f"x-{type_.strip().lower().replace(' ', '-')}"
    assert note["content"] == "HKLM\\Software\\x"
    assert not found.of_type("indicator")
    assert not found.skips


def test_what_does_not_fit_its_type_is_unusable_and_nothing_is_lost_silently(tmp_path: Path) -> None:
    rows_ = "8/15/2022,abc,sha256\n8/15/2022,,ip\n8/15/2022,https://x.example/?<id>,url\n8/15/2022,github.com,domain\n"
    found = written(tmp_path, f"{HEADER}\n{rows_}")
    assert [skip.reason for skip in found.skips] == ["unusable-value", "blank", "template"]
    assert [note["abstract"] for note in found.of_type("note")] == ["x-platform-host"]


def test_several_values_in_a_cell_are_several_assets(tmp_path: Path) -> None:
    found = written(tmp_path, f'{HEADER}\n8/15/2022,"a[.]example, b[.]example",domain\n')
    assert {item["value"] for item in found.of_type("domain-name")} == {"a.example", "b.example"}


def test_a_seizure_may_tell_its_total_and_its_targets_in_words(tmp_path: Path) -> None:
    told = {"action_id": "x", "announced": "2019-12-30", "actor": "THALLIUM", "domains": ["a[.]example"]}
    told |= {"domains_total": "50", "targets": "government employees, think tanks", "origin": "North Korea"}
    found = written(tmp_path, json.dumps(told) + "\n", "x.jsonl")
    assert found.of_type("report")[0]["extensions"][DISCLOSURE_SUMMARY]["counts"][0]["value"] == 50
    assert {item["name"] for item in found.of_type("identity")} >= {"government employees", "think tanks"}
    assert found.names("location") == {"North Korea"}


def test_an_indicator_whose_end_alone_is_told_is_dated_a_year_before(tmp_path: Path) -> None:
    told = {"targetProduct": "x", "tlpLevel": "green", "domainName": "a.example", "expirationDateTime": "2025-12-31"}
    (indicator,) = written(tmp_path, json.dumps([told, {**told, "expirationDateTime": ""}]), "x.json").of_type(
        "indicator"
    )
    assert (indicator["valid_from"][:10], indicator["valid_until"][:10]) == ("2024-12-31", "2025-12-31")


def test_a_profile_on_another_service_is_a_lead_for_its_owner(tmp_path: Path) -> None:
    found = written(tmp_path, f"{HEADER}\n8/15/2022,https://twitter.com/Smpl_One,url\n")
    (observation,) = found.of_type("observed-data")
    assert observation["labels"] == ["lead:twitter"]
    assert observation["extensions"][TAKEDOWN_ACTION]["action"] == "reported"
    assert found.of_type("user-account")[0]["account_login"] == "smpl_one"


def test_an_inactive_row_has_ended_and_a_level_nobody_knows_is_red(tmp_path: Path) -> None:
    header = "TimeGenerated,IoC,IoC_Type,ExpirationDateTime,Active,Type,TrafficLightProtocolLevel"
    found = written(tmp_path, f"{header}\n12/7/2022,a.example,domainname,12/7/2025,FALSE,Feed,Purple\n")
    (indicator,) = found.of_type("indicator")
    assert indicator["valid_until"] == "2022-12-07T23:59:59.000Z"
    assert level(indicator) == 4


def test_an_end_before_the_day_of_the_row_is_no_indicator_without_end(tmp_path: Path) -> None:
    header = "TimeGenerated,IoC,IoC_Type,ExpirationDateTime"
    (indicator,) = written(tmp_path, f"{header}\n12/7/2022,a.example,domain,1/1/2022\n").of_type("indicator")
    assert indicator["valid_until"] == "2022-12-07T23:59:59.000Z"


def test_rows_of_several_levels_never_tell_the_group_below_their_own(tmp_path: Path) -> None:
    header = "DateAdded,IoC,Type,TLP,ActivityGroupNames"
    lines = "1/2/2022,a.example,domain,Clear,\n1/2/2022,b.example,domain,Amber,STRONTIUM\n"
    found = written(tmp_path, f"{header}\n{lines}")
    assert {level(item) for item in found.relationships("attributed-to")} == {2}
    assert level(found.of_type("campaign")[0]) == 2


def test_an_export_of_the_table_is_read_like_the_interface(tmp_path: Path) -> None:
    header = "TimeGenerated,IndicatorId,DomainName,NetworkIP,ThreatType,TrafficLightProtocolLevel,ConfidenceScore"
    found = written(tmp_path, f"{header}\n2022-12-07T10:00:00Z,7,a.example,198.51.100.7,Botnet,green,80\n")
    assert {item["confidence"] for item in found.of_type("indicator")} == {80}
    assert len(found.of_type("indicator")) == 2


def test_a_file_of_another_member_is_refused(tmp_path: Path) -> None:
    found = written(tmp_path, "Tactic,Technique,Procedure,Indicator\nx,x,0.6.2,a.example\n")
    assert [skip.reason for skip in found.skips] == ["unknown-layout"]


anything = st.text(max_size=40) | st.sampled_from(
    [
        "",
        "ip",
        "domainname",
        "sha256",
        "a" * 64,
        "url",
        "a.example",
        "https://x.example/<a>",
        "12/31/2022",
        "198.51.100.1",
    ]
)


def table_of(cells: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue().encode("utf-8", "surrogatepass")


@given(
    st.lists(st.lists(anything, min_size=0, max_size=6), max_size=10),
    st.permutations(["DateAdded", "IoC", "Type", "TLP", "SHA1", "C2Domain"]),
)
def test_every_row_is_mapped_or_skipped(cells: list[list[str]], header: list[str]) -> None:
    skips: list[Skip] = []
    stream = io.BytesIO(table_of([list(header), *cells]))
    records = list(records_of("microsoft", [stream], on_skip=skips.append))
    lines = {skip.line for skip in skips} | {record.source.row for record in records if record.source}
    read = list(csv.reader(io.StringIO(table_of(cells).decode("utf-8", "replace"), newline="")))
    assert len(lines) >= min(1, len([row for row in read if row]))
    list(map_file("microsoft", io.BytesIO(table_of([list(header), *cells]))))


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | anything, lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
keys = st.sampled_from(
    [
        "targetProduct", "tlpLevel", "threatType", "domainName", "url", "fileHashValue", "networkIPv4", "isActive",
        "expirationDateTime", "lastReportedDateTime", "activityGroupNames", "killChain", "confidence", "action_id",
        "announced", "domains", "domains_total", "legal_basis", "actor", "targets", "cumulative", "IoC", "Type",
        "Threat actor name", "emailSubject", "attributed_to", "origin",
    ]
)  # fmt: skip


@given(st.lists(st.dictionaries(keys, values, min_size=2), min_size=1, max_size=3))
def test_any_objects_are_mapped_or_skipped(items: list[dict[str, object]]) -> None:
    skips: list[Skip] = []
    list(map_file("microsoft", io.BytesIO(json.dumps(items).encode()), on_skip=skips.append))
