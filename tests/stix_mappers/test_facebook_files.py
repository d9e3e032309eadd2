"""Facebook's layouts on invented files: what is taken although it never stood there before, and bad files by name."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers import NotBuiltError, Skip, map_file, mapping, records_of
from stix_mappers.extensions import DISCLOSURE_SUMMARY, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import Mapped

Typed = Callable[[str, str | bytes], Mapped]
HEADER = "Tactic,Technique,Procedure,Indicator\n"


def kill_chain(*rows: str) -> str:
    return HEADER + "\n".join(f"x,x,{row}" for row in rows) + "\n"


def counts(found: Mapped) -> dict[tuple[str, str], int]:
    (report,) = found.of_type("report")
    listed = report["extensions"][DISCLOSURE_SUMMARY].get("counts", [])
    return {(count["asset"], count["service"]): count["value"] for count in listed}


# Typed files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "indicator_type,indicator_value,comment,ds",
        "Indicator Type,Indicator Value,Comment,DS",
        "﻿IndicatorType, indicator-value ,Notes,Date",
        "type,value,description,published",
    ],
)
def test_the_header_of_a_typed_file_may_be_spelt_otherwise(typed: Typed, header: str) -> None:
    found = typed("2023_05_x.csv", f"{header}\ndomain_name,a-host.example,UNC788,2023-05-03\n")
    assert [item["value"] for item in found.of_type("domain-name")] == ["a-host.example"]
    assert found.of_type("campaign")[0]["created"] == "2023-05-03T00:00:00.000Z"


def test_columns_may_be_swapped_and_more_may_follow(typed: Typed) -> None:
    found = typed("x.csv", "ds,extra,indicator_value,indicator_type\n2023-05-03,?,a-host.example,domain_name\n")
    assert len(found.of_type("domain-name")) == 1


def test_an_unknown_type_becomes_a_note_and_nothing_is_lost(typed: Typed) -> None:
    found = typed("x.csv", "indicator_type,indicator_value,comment,ds\nzodiac_sign,Virgo,UNC788,2023-05-03\n")
    (note,) = found.of_type("note")
    assert note["abstract"] == "x-zodiac-sign"
    assert note["content"] == "Virgo (UNC788)"
    assert note["object_refs"] == [found.of_type("campaign")[0]["id"]]
    assert not found.skips


@pytest.mark.parametrize(
    ("kind", "value", "object_type"),
    [
        ("c2_domain", "a-host.example", "domain-name"),
        ("Malicious URL", "a-host.example/x", "url"),
        ("sha1", "a" * 40, "file"),
        ("ipv6_address", "2001:db8::7", "ipv6-addr"),
        ("sender_email", "a[at]host[.]example", "email-addr"),
        ("instagram_account", "https://www.instagram[.]com/someone", "user-account"),
    ],
)
def test_a_new_type_is_understood_by_its_words(typed: Typed, kind: str, value: str, object_type: str) -> None:
    found = typed("x.csv", f"indicator_type,indicator_value,comment,ds\n{kind},{value},,2023-05-03\n")
    assert len(found.of_type(object_type)) == len(found.of_type("indicator")) == 1


def test_an_app_is_a_note_because_stix_has_no_object_for_it(typed: Typed) -> None:
    found = typed("x.csv", "indicator_type,indicator_value,comment,ds\nandroid_app,org.example.chat,,2023-05-03\n")
    assert [note["content"] for note in found.of_type("note")] == ["android app org.example.chat: blocked"]
    assert not found.of_type("indicator")


def test_a_comment_that_names_an_actor_or_a_country_splits_the_file(typed: Typed) -> None:
    rows = [
        'domain_name,a.example,"UNC9999, Iran",2023-05-03',
        "domain_name,b.example,Fresh Group: C2,2023-05-03",
        "domain_name,c.example,Ghana: CIB,2023-05-03",
        "domain_name,d.example,Kenya-targeting CIB domain,2023-05-03",
        "domain_name,e.example,Unnamed: hosting,2023-05-03",
    ]
    found = typed("2023_05_x.csv", "indicator_type,indicator_value,comment,ds\n" + "\n".join(rows))
    assert found.names("campaign") == {"X: UNC9999", "X: Fresh Group", "X: Ghana", "X"}
    assert found.names("intrusion-set") == {"UNC9999", "Fresh Group"}
    assert found.names("location") == {"Iran", "Ghana", "Kenya"}
    assert len(found.relationships("targets")) == 1


def test_dates_and_addresses_come_from_the_index_beside_the_file(tmp_path: Path) -> None:
    entry = {"id": "2023_05_x", "reported_ds": "2023-05-03", "reference_urls": ["https://about.example/x"]}
    (tmp_path / "index.json").write_text(json.dumps([{**entry, "indicators": {}}]))
    (tmp_path / "2023_05_x.csv").write_text("indicator_type,indicator_value,comment\ndomain,a.example,\n")
    (report,) = Mapped("facebook", tmp_path).of_type("report")
    assert report["published"] == "2023-05-03T00:00:00.000Z"
    assert report["external_references"] == [{"source_name": "Facebook", "url": "https://about.example/x"}]


# Kill Chain files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Tactic ,Technique,Procedure,Indicator",
        "TACTICS,Techniques ,PROCEDURES,IoC,Commments",
        "Tactic,Techniqe,Procedure ,Value",
    ],
)
def test_the_header_of_a_kill_chain_file_may_be_spelt_otherwise(typed: Typed, header: str) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", f"{header}\nx,x,0.6.2 Domains,a-host[.]example,note\n")
    assert len(found.of_type("domain-name")) == 1


def test_period_origin_and_number_make_the_network(typed: Typed) -> None:
    found = typed("Q3_2027/Q3_2027 GHANA & TOGO_BASED_CIB_NETWORK #2 .csv", kill_chain("0.9.1 x,3 accounts"))
    assert found.names("campaign") == {"Meta Q3 2027 Ghana and Togo-based CIB network 2"}
    assert len(found.relationships("originates-from")) == 2


def test_targeting_in_a_name_is_no_origin(typed: Typed) -> None:
    found = typed("Q1_2027_KENYA_&_GHANA_TARGETING_CIB_NETWORK.csv", kill_chain("0.9.1 x,3 accounts"))
    assert not found.relationships("originates-from")
    assert len(found.relationships("targets")) == 2


def test_a_target_in_a_comment_counts_as_target(typed: Typed) -> None:
    rows = kill_chain('0.6.2 x,a[.]example,"Registration date: 9/5/2027, Country likely targeted: France"')
    found = typed("Q1_2027_GHANA_BASED.csv", rows)
    (targets,) = found.relationships("targets")
    assert {item["id"]: item["name"] for item in found.of_type("location")}[targets["target_ref"]] == "France"


def test_counts_are_read_from_sentences(typed: Typed) -> None:
    rows = [
        '0.9.1 x,"Nearly 1,204 Facebook acounts"',
        "0.9.1 x,3 pages ",
        "0.9.2 x,1 account",
        "7.2.2 x,No accounts followed these Pages",
        '7.2.3 x,"About 1.2 million accounts joined one or more of these Groups"',
    ]
    assert counts(typed("Q1_2027_GHANA_BASED.csv", kill_chain(*rows))) == {
        ("accounts", "facebook"): 1204,
        ("pages", "facebook"): 3,
        ("accounts", "instagram"): 1,
        ("page_followers", "facebook"): 0,
        ("group_members", "facebook"): 1_200_000,
    }


def test_a_combined_figure_in_two_rows_is_one_figure(typed: Typed) -> None:
    sentence = "About 50 accounts on Facebook and Instagram"
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain(f"0.9.1 x,{sentence}", f"0.9.2 x,{sentence}"))
    assert counts(found) == {("accounts", "facebook"): 50}


def test_a_template_left_unfilled_is_a_skip_and_not_zero(typed: Typed) -> None:
    found = typed(
        "Q1_2027_GHANA_BASED.csv", kill_chain('7.1.1 x,"Around $xx in spending for ads, paid for mostly in xx"')
    )
    assert [skip.reason for skip in found.skips] == ["template"]
    assert "spend" not in found.of_type("report")[0]["extensions"][DISCLOSURE_SUMMARY]


def test_a_new_procedure_with_a_link_is_a_lead_all_the_same(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain("0.9.13 Acquiring Reddit accounts,https://reddit[.]com/u/smpl"))
    (observation,) = found.of_type("observed-data")
    assert observation["labels"] == ["lead:reddit"]


def test_a_procedure_nobody_knows_becomes_a_note_in_its_own_words(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain("12.7.3 Reading tea leaves,They read tea leaves"))
    (note,) = found.of_type("note")
    assert "Reading tea leaves: They read tea leaves" in note["content"]


def test_many_lines_under_one_procedure_are_one_note(typed: Typed) -> None:
    rows = [f"6.1.3 Posting,Headline number {number} of many" for number in range(300)]
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain(*rows))
    (note,) = found.of_type("note")
    assert note["content"].count("\n") == 299


def test_names_of_brands_become_aliases_but_sentences_do_not(typed: Typed) -> None:
    rows = ["1.3.1 x,Ghana Gossip Net", "1.3.1 x,The network created several brands", "1.2.2 x,Ama Example"]
    (campaign,) = typed("Q1_2027_GHANA_BASED.csv", kill_chain(*rows)).of_type("campaign")
    assert campaign["aliases"] == ["Ghana Gossip Net"]


def test_hosts_in_sentences_are_never_taken(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain("5.1.1 x,Registering domains with fastdomains[.]com"))
    assert not found.of_type("domain-name")


def test_a_victim_is_no_indicator(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain("8.2.1 Defacing websites,a-victim[.]example"))
    assert not found.of_type("indicator", "domain-name")


def test_a_company_is_an_identity_named_by_the_report(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain("0.4.1 Registering company,Example Media Ltd"))
    company = next(item for item in found.of_type("identity") if item["name"] == "Example Media Ltd")
    assert company["id"] in found.of_type("report")[0]["object_refs"]


def test_a_stream_without_name_or_date_is_mapped_all_the_same() -> None:
    skips: list[Skip] = []
    stream = io.BytesIO(kill_chain("0.6.2 x,a[.]example").encode())
    objects = list(map_file("facebook", stream, on_skip=skips.append))
    assert [item["value"] for item in objects if item["type"] == "domain-name"] == ["a.example"]
    assert not skips


# Bad files by name ---------------------------------------------------------------------------------------------------

BAD = {
    "empty.csv": (b"", "empty"),
    "blank.csv": (b"\n \n\n", "empty"),
    "binary.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary"),
    "unknown_columns.csv": (b"colour,shape\nred,round\n", "unknown-layout"),
    "unknown_keys.json": (b'[{"colour": "red"}]', "unknown-layout"),
    "number.json": (b"[1, 2]", "unknown-layout"),
    "broken.json": (b'[{"indicator_type": ', "broken"),
    "other.md": (b"# Recipes\n\nFlour.\n", "unknown-layout"),
    "other.xml": (b"<recipes/>", "unknown-layout"),
    "page.html": (b"<!DOCTYPE html><html><body>404</body></html>", "unknown-layout"),
    "cut.csv.gz": (gzip.compress(HEADER.encode() * 5000)[:60], "broken"),
    "damaged.zip": (b"PK\x03\x04 and then nothing", "broken"),
    "prose.txt": (b"Nothing to see here.\n", "unknown-layout"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_reason(typed: Typed, name: str) -> None:
    content, reason = BAD[name]
    found = typed(name, content)
    assert [skip.reason for skip in found.skipped(reason)] == [reason]
    assert found.skips[0].refused
    assert found.skips[0].file.endswith(name)


def test_a_file_that_is_missing_is_named() -> None:
    skips: list[Skip] = []
    assert list(records_of("facebook", ["nowhere.csv"], on_skip=skips.append)) == []
    assert [(skip.file, skip.reason) for skip in skips] == [("nowhere.csv", "broken")]


def test_of_a_half_broken_file_the_whole_half_is_mapped(typed: Typed) -> None:
    rows = kill_chain("0.6.2 x,a[.]example", '0.6.2 x,"b[.]example', "0.6.2 x,c[.]example")
    found = typed("Q1_2027_GHANA_BASED.csv", rows)
    assert {item["value"] for item in found.of_type("domain-name")} == {"a.example", "c.example"}
    assert [(skip.reason, skip.line) for skip in found.skips] == [("broken", 3)]


def test_half_broken_json_gives_its_whole_items(typed: Typed) -> None:
    item = '{"indicator_type": "domain", "indicator_value": "a.example", "ds": "2027-01-01"}'
    found = typed("x.json", f"[{item},\n{{")
    assert len(found.of_type("domain-name")) == 1
    assert [(skip.reason, skip.line) for skip in found.skips] == [("broken", 2)]


def test_a_bad_file_does_not_keep_the_next_from_being_mapped(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "Q1_2027_b.csv").write_text(kill_chain("0.6.2 x,a[.]example"))
    found = Mapped("facebook", tmp_path)
    assert len(found.of_type("domain-name")) == 1
    assert [skip.reason for skip in found.skips] == ["empty"]


def test_a_member_without_mapper_names_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(mapping._BUILT, "wikimedia", raising=False)
    with pytest.raises(NotBuiltError, match="there are mappers for coalition, facebook"):
        map_file("wikimedia", "x.csv")
    with pytest.raises(NotBuiltError, match="is no member; the members are facebook, google"):
        map_file("myspace", "x.csv")


def test_zip_and_gzip_give_what_the_files_give(tmp_path: Path) -> None:
    content = kill_chain("0.6.2 x,a[.]example").encode()
    plain, packed = tmp_path / "Q1_2027_GHANA_BASED.csv", tmp_path / "Q1_2027_GHANA_BASED.csv.gz"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("deep/Q1_2027_GHANA_BASED.csv", content)
    one, two, three = (list(map_file("facebook", path)) for path in (plain, packed, tmp_path / "all.zip"))
    assert one == two == three


# Any content ---------------------------------------------------------------------------------------------------------

anything = st.text(max_size=60) | st.sampled_from(
    ["", "0.6.2 Domains", "0.9.4 X", "7.1.1 Ads", "https://x[.]com/a", "a[.]example", "About 5 accounts", "$xx", "#tag"]
)


def rows_of(cells: list[list[str]]) -> bytes:
    import csv

    text = io.StringIO()
    csv.writer(text).writerows(cells)
    return text.getvalue().encode("utf-8", "surrogatepass")


@given(st.lists(st.lists(anything, min_size=1, max_size=6), max_size=12))
def test_any_rows_of_a_kill_chain_file_are_mapped_or_skipped(cells: list[list[str]]) -> None:
    skips: list[Skip] = []
    stream = io.BytesIO(HEADER.encode() + rows_of(cells))
    objects = list(map_file("facebook", stream, on_skip=skips.append))
    assert {skip.reason for skip in skips} <= {
        "blank", "template", "duplicate", "unusable-value", "unknown-type", "broken",
    }  # fmt: skip
    assert len([item for item in objects if item["type"] == "campaign"]) == 1


@given(st.lists(st.tuples(anything, anything, anything, anything), max_size=12), st.permutations(range(4)))
def test_every_row_of_a_typed_file_is_a_record_or_a_skip(cells: list[tuple[str, ...]], order: list[int]) -> None:
    header = ["indicator_type", "indicator_value", "comment", "ds"]
    table = [[row[column] for column in order] for row in (tuple(header), *cells)]
    skips: list[Skip] = []
    records = list(records_of("facebook", [io.BytesIO(rows_of(table))], on_skip=skips.append))
    told = [record for record in records if record.kind != "network" or record.x_remarks]
    assert len(told) + len(skips) == len(cells)
    list(map_file("facebook", io.BytesIO(rows_of(table))))


@given(st.binary(max_size=400))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    list(map_file("facebook", io.BytesIO(octets)))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(
    [
        "raw_indicator", "type", "share_level", "tags", "owner", "reactions", "added_on", "confidence", "privacy_type",
        "network_id", "published", "origin", "targets", "facebook_accounts", "attributed_to", "ad_spend", "domains",
        "id", "url", "impressions", "clicks", "targets", "created", "ended", "spend_amount", "spend_currency",
        "indicator_type", "indicator_value", "comment", "ds",
    ]
)  # fmt: skip


@given(st.lists(st.dictionaries(keys, json_values, min_size=2), min_size=1, max_size=4))
def test_any_objects_are_mapped_or_skipped(items: list[dict[str, object]]) -> None:
    content = json.dumps(items).encode()
    list(map_file("facebook", io.BytesIO(content)))


def test_descriptors_say_what_others_said_of_them(mapped: Callable[..., Mapped]) -> None:
    from stix_mappers import samples_dir

    found = mapped("facebook", samples_dir("facebook") / "threatexchange_descriptors.json")
    assert [item["count"] for item in found.of_type("sighting")] == [2]
    assert {item["opinion"] for item in found.of_type("opinion")} == {"agree", "disagree"}
    benign = next(item for item in found.of_type("indicator") if "198.51.100.23" in item["pattern"])
    assert benign["indicator_types"] == ["benign"]
    assert benign["valid_until"] == "2020-11-20T10:00:00.000Z"
    assert "somebody@example.org" not in str(found.objects)
    assert {item["extensions"][TAKEDOWN_ACTION]["leads_from"][0] for item in found.of_type("observed-data")} == {
        "Invented Member A"
    }


def test_the_row_traced_in_the_documentation_is_still_true(mapped: Callable[..., Mapped]) -> None:
    from stix_mappers import samples_dir

    page = (Path(__file__).parents[2] / "docs" / "members" / "facebook.md").read_text()
    found = mapped("facebook", samples_dir("facebook") / "csv" / "Q1_2024" / "Q1_2024_Croatia_Based_CIB_Network.csv")
    record = next(item for item in found.records if item.record_id.endswith("twitter:smpl_adria_01"))
    start = next(at for at, item in enumerate(found.objects) if item.get("account_login") == "smpl_adria_01")
    assert record.record_id in page
    assert all(f"`{item['id']}`" in page for item in found.objects[start : start + 6])


def test_several_assets_in_one_cell_are_several_assets(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain('0.6.2 x,"a[.]example\nb[.]example; c[.]example"'))
    assert {item["value"] for item in found.of_type("domain-name")} == {"a.example", "b.example", "c.example"}


def test_a_link_with_words_behind_it_is_unusable(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain('7.9.1 x,"https://a[.]example/x\nredirects to: "'))
    assert [skip.reason for skip in found.skips] == ["unusable-value"]


# Markdown ------------------------------------------------------------------------------------------------------------

PAGE = """# Indicators of Compromise: Influence Operation

Meta disrupted a network. This file contains indicators from Meta’s Adversarial Threat Report H2 2027.

## Network Summary

We disrupted a network originating in Ghana that targeted audiences in Togo. We removed 4 Facebook accounts, 12 Pages, and 21 Instagram accounts for violating our policy against Coordinated Inauthentic Behavior. Our investigation found links to individuals associated with Example Media Works in Accra.

## Indicators of Compromise

| Indicator Type | Indicator Value |
| :--- | :--- |
| Website | `a-host[.]example` |
| Blog Profile | `https://medium[.]com/@smpl` |
| Tracking Code | `UA-1` |
| Domain | `not a host` |
"""  # noqa: E501


def test_a_page_tells_places_figures_and_actor_in_sentences(typed: Typed) -> None:
    found = typed("page.md", PAGE)
    assert found.names("location") == {"Ghana", "Togo"}
    assert counts(found) == {("accounts", "facebook"): 4, ("accounts", "instagram"): 21, ("pages", "facebook"): 12}
    assert "Example Media Works" in found.names("threat-actor")
    (attributed,) = found.relationships("attributed-to")
    assert attributed["confidence"] == 60
    assert found.of_type("report")[0]["published"] == "2027-12-31T00:00:00.000Z"


def test_the_rows_of_a_page_are_assets_notes_or_skips(typed: Typed) -> None:
    found = typed("page.md", PAGE)
    assert [len(found.of_type(kind)) for kind in ("domain-name", "user-account", "note")] == [1, 1, 1]
    assert [(skip.reason, skip.value) for skip in found.skips] == [("unusable-value", "not a host")]


def test_one_page_may_hold_several_case_studies(typed: Typed) -> None:
    second = PAGE.replace("in Ghana", "in Kenya")
    found = typed("page.md", PAGE + "\n" + second)
    assert len(found.of_type("report")) == 2
    assert {"Ghana", "Kenya"} <= found.names("location")


def test_a_page_without_a_table_is_a_report_with_counts(typed: Typed) -> None:
    found = typed("page.md", PAGE.partition("## Indicators of")[0] + "*No IOCs associated with this report.*\n")
    assert counts(found)["pages", "facebook"] == 12
    assert not found.of_type("observed-data")


def test_an_account_with_a_damaged_host_is_unusable(typed: Typed) -> None:
    found = typed("Q1_2027_GHANA_BASED.csv", kill_chain("0.9.7 Acquiring Telegram channels,t[.]/smpl_bot"))
    assert [(skip.reason, skip.value) for skip in found.skips] == [("unusable-value", "t[.]/smpl_bot")]
