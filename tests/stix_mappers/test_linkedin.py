"""LinkedIn: totals and restrictions against independent counts, invented rows, and what must never come out."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers import Skip, StixObject, map_file, map_records, records_of, samples_dir
from stix_mappers.extensions import METRIC, SOCIAL_ASSET, TAKEDOWN_ACTION
from tests.stix_mappers.conftest import DATA, Mapped
from tests.stix_mappers.member_checks import broken, refused
from tests.stix_mappers.test_objects import complaints, one_of_each_shape

LINKEDIN = DATA / "linkedin"
REPORTS = LINKEDIN / "community_report.jsonl"
ROWS = LINKEDIN / "restrictions.synthetic.jsonl"
here = pytest.mark.skipif(not LINKEDIN.is_dir(), reason="the real files are not beside the project")

Given = Callable[..., Mapped]
Row = dict[str, object]
MEMBER: Row = {
    "record_id": "a", "entity_type": "member", "entity_urn": "urn:li:person:1", "action": "restricted",
    "public_profile_url": "https://www.linkedin.com/in/Smpl-One", "action_at": "2021-02-03T04:05:06Z",
    "group_id": "g-1",
}  # fmt: skip


@cache
def mapped(path: Path) -> Mapped:
    return Mapped("linkedin", path)


@pytest.fixture
def rows(tmp_path: Path) -> Given:
    def written(*told: Row, name: str = "x.jsonl") -> Mapped:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in told))
        return Mapped("linkedin", path)

    return written


def lines(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text().splitlines()]


# The real files ------------------------------------------------------------------------------------------------------


@here
def test_each_report_is_one_note_with_the_figures_as_they_are_named() -> None:
    found = mapped(REPORTS)
    notes = found.of_type("note")
    assert len(found.records) == len(notes) == len(lines(REPORTS))
    assert not found.skips
    keys = ("category", "stage", "value", "unit", "approx", "qualifier")
    for note, told in zip(notes, lines(REPORTS), strict=True):
        metric = note["extensions"][METRIC]
        assert metric["period_start"][:10] == told["period_start"]
        assert metric["period_end"][:10] == told["period_end"]
        assert [{key: one[key] for key in keys if one.get(key)} for one in metric["metrics"]] == [
            {key: one[key] for key in keys if one.get(key)} for one in told["metrics"]  # type: ignore[attr-defined]
        ]  # fmt: skip
    assert {item["type"] for item in found.objects} == {
        "identity", "note", "marking-definition", "extension-definition",
    }  # fmt: skip


@here
def test_each_restriction_is_an_observation_and_each_reinstatement_takes_back() -> None:
    told, found = lines(ROWS), mapped(ROWS)
    standing = [row for row in told if row["action"] != "reinstated"]
    seen = [row for row in standing if row["detection_stage"] != "stopped_at_registration"]
    assert len(found.records) == len(told)
    assert len(found.of_type("observed-data")) == len(found.of_type("user-account")) == len(standing)
    assert len(found.of_type("indicator")) == len(found.of_type("url")) == len(seen)
    assert len(found.of_type("campaign")) == len({row["group_id"] for row in standing} - {None})
    assert Counter(skip.reason for skip in found.skips) == {"retracts-unknown": len(told) - len(standing)}
    kinds = Counter(item["extensions"][SOCIAL_ASSET]["asset_kind"] for item in found.of_type("user-account"))
    assert kinds["page"] == sum(row["entity_type"] == "organization_page" for row in standing)


@here
def test_a_state_is_an_origin_at_sixty_and_never_an_actor() -> None:
    told, found = lines(ROWS), mapped(ROWS)
    sponsored = [row for row in told if row["state_sponsored"] and row["action"] != "reinstated"]
    origins = {row["attributed_country"] for row in sponsored if row["group_id"]}
    assert len(found.relationships("originates-from")) == len(origins)
    assert {item["confidence"] for item in found.relationships("originates-from")} == {60}
    attributed = [note for note in found.of_type("note") if "attribution" in note["labels"]]
    assert len(attributed) == sum(not row["group_id"] for row in sponsored)
    assert not found.of_type("threat-actor", "intrusion-set")


@here
def test_a_generated_photo_is_a_technique_of_the_campaign_or_of_the_account() -> None:
    told, found = lines(ROWS), mapped(ROWS)
    (pattern,) = found.of_type("attack-pattern")
    assert pattern["external_references"][0]["external_id"] == "T0145.002"
    alone = [row for row in told if row["ai_generated_photo"] and not row["group_id"] and row["action"] != "reinstated"]
    uses = [item for item in found.of_type("relationship") if item["target_ref"] == pattern["id"]]
    assert len([item for item in uses if item["relationship_type"] != "uses"]) == len(alone)
    assert len([item for item in uses if item["relationship_type"] == "uses"]) == 1


@here
def test_a_claimed_employer_is_text_and_never_an_identity() -> None:
    employers = {str(row["claimed_employer"]) for row in lines(ROWS)} - {"None"}
    found = mapped(ROWS)
    assert not employers & found.names("identity")
    profiles = [item["extensions"][TAKEDOWN_ACTION].get("profile", {}) for item in found.of_type("observed-data")]
    assert employers == {profile["claimed_employer"] for profile in profiles if "claimed_employer" in profile}


@here
def test_every_object_of_the_real_files_is_valid_and_refers_to_what_is_there() -> None:
    assert not list(refused(map_file("linkedin", LINKEDIN)))
    assert not list(broken(records_of("linkedin", [LINKEDIN])))
    assert json.dumps(list(map_file("linkedin", LINKEDIN))) == json.dumps(list(map_file("linkedin", LINKEDIN)))


@here
@pytest.mark.slow
def test_the_oasis_validator_finds_nothing_in_the_real_files() -> None:
    assert complaints(map_file("linkedin", LINKEDIN)) == []


# Invented rows -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1])
def test_a_reinstatement_takes_back_whichever_of_the_two_comes_first(rows: Given, first: int) -> None:
    back = {**MEMBER, "record_id": "b", "action": "reinstated", "action_at": "2021-03-01T00:00:00Z"}
    told = [MEMBER, back] if not first else [back, MEMBER]
    found = rows(*told)
    revoked = {item["type"] for item in found.objects if item.get("revoked")}
    assert revoked == {"indicator", "observed-data", "relationship"}
    assert [note["labels"] for note in found.of_type("note")] == [["retraction"]]
    assert not found.skips


def test_a_reinstatement_takes_back_what_an_earlier_file_told(rows: Given) -> None:
    before: dict[str, StixObject] = {item["id"]: item for item in rows(MEMBER).objects}
    back = rows({**MEMBER, "action": "Reinstated", "action_at": "2021-03-01"}, name="y.jsonl")
    later = list(map_records(back.records, previous=before.get))
    assert {item["type"] for item in later if item.get("revoked")} == {"indicator", "observed-data", "relationship"}


def test_what_is_restricted_again_after_a_reinstatement_stands(rows: Given) -> None:
    back = {**MEMBER, "action": "reinstated", "action_at": "2021-01-01T00:00:00Z"}
    assert not [item for item in rows(MEMBER, back).objects if item.get("revoked")]


def test_columns_in_another_spelling_and_order_are_understood(tmp_path: Path) -> None:
    table = "Extra;ACTION AT;Vanity Name;Entity-URN;action;Entity Type\n;2021-02-03;Smpl-Two;urn:li:organization:7;page removed;showcase page\n"  # noqa: E501
    path = tmp_path / "x.csv"
    path.write_bytes(table.encode("utf-16"))
    (record,) = Mapped("linkedin", path).records
    assert (record.kind, record.action, record.action_at) == ("page", "removed", "2021-02-03")
    assert Mapped("linkedin", path).of_type("user-account")[0]["account_login"] == "showcase/smpl-two"


def test_an_unknown_action_and_an_unknown_entity_become_notes(rows: Given) -> None:
    found = rows({**MEMBER, "action": "quarantined", "entity_type": "newsletter"})
    assert {note["abstract"] for note in found.of_type("note")} == {"x-action", "x-entity-type"}


def test_a_row_without_account_or_date_is_unusable(rows: Given) -> None:
    found = rows(MEMBER, {**MEMBER, "action_at": "soon"}, {**MEMBER, "entity_urn": None, "public_profile_url": ""})
    assert [skip.reason for skip in found.skips] == ["unusable-value", "unusable-value"]
    assert rows(MEMBER, MEMBER).skipped("duplicate")


@pytest.mark.parametrize(
    ("figure", "value", "unit", "qualifier"),
    [
        ({"value": "19,500,000"}, 19_500_000, None, None),
        ({"value": "98.4%"}, 98.4, "percent", None),
        ({"value": "more than 33 million"}, 33_000_000, None, "more than"),
        ({"value": 7, "qualifier": "about"}, 7, None, "about"),
    ],
)
def test_figures_may_be_written_in_words(
    rows: Given, figure: Row, value: float, unit: str | None, qualifier: str | None
) -> None:
    report = {"report": "r 2021 H1", "metrics": [{"category": "c", **figure}], "source": "x", "note": ""}
    (note,) = rows(report).of_type("note")
    (metric,) = note["extensions"][METRIC]["metrics"]
    assert (metric["value"], metric.get("unit"), metric.get("qualifier")) == (value, unit, qualifier)
    assert note["extensions"][METRIC]["period_end"] == "2021-06-30T23:59:59.000Z"


def test_a_table_of_figures_is_gathered_by_report(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "report,period_start,period_end,category,stage,value\n"
        "a,2021-01-01,2021-12-31,fake,x,1\na,2021-01-01,2021-12-31,spam,y,2\nb,2021-01-01,2021-03-31,fake,x,3\n"
        "b,never,,fake,x,3\n"
    )
    found = Mapped("linkedin", path)
    assert [len(note["extensions"][METRIC]["metrics"]) for note in found.of_type("note")] == [2, 1]
    assert found.of_type("note")[0]["extensions"][METRIC]["period_end"] == "2021-12-31T23:59:59.000Z"
    assert [skip.reason for skip in found.skips] == ["unusable-value"]


def test_the_samples_are_valid_and_nothing_of_them_is_refused() -> None:
    found = Mapped("linkedin", samples_dir("linkedin"))
    assert not [skip for skip in found.skips if skip.refused]
    assert not list(refused(found.objects))
    assert complaints(one_of_each_shape(found.objects)) == []


def test_the_row_traced_in_the_documentation_is_still_true() -> None:
    page = (Path(__file__).parents[2] / "docs" / "members" / "linkedin.md").read_text()
    objects = Mapped("linkedin", samples_dir("linkedin") / "restrictions.jsonl").objects
    start = next(at for at, item in enumerate(objects) if item.get("account_login") == "in/smpl-member-004")
    assert all(f"`{item['id']}`" in page for item in objects[start : start + 6])


# Any content ---------------------------------------------------------------------------------------------------------

told_values = st.sampled_from(
    ["2021-02-03", "2021-02-03T00:00:00Z", "reinstated", "https://www.linkedin.com/in/x", "urn:li:person:1", "CN"]
)
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30) | told_values
keys = st.sampled_from([*MEMBER, "vanity_name", "state_sponsored", "attributed_country", "ai_generated_photo"])


@given(st.lists(st.dictionaries(keys, values), max_size=6))
def test_every_row_is_a_record_or_a_skip(told: list[Row]) -> None:
    items = [MEMBER, *told]
    skips: list[Skip] = []
    content = "\n".join(json.dumps(item) for item in items).encode()
    records = list(records_of("linkedin", [io.BytesIO(content)], on_skip=skips.append))
    assert len(records) + len(skips) >= len(items)
    list(map_file("linkedin", io.BytesIO(content)))


@given(st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=6), max_size=8), st.permutations(range(4)))
def test_any_cells_are_mapped_or_skipped(cells: list[list[str]], order: list[int]) -> None:
    header = ["entity_urn", "action", "action_at", "vanity_name"]
    text = io.StringIO()
    csv.writer(text).writerows([[header[at] for at in order], *cells])
    list(map_file("linkedin", io.BytesIO(text.getvalue().encode("utf-8", "replace"))))
