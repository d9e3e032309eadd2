"""DISARM techniques and Kill Chain procedures (disarm.md)."""

import csv
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers.techniques import (
    all_procedures,
    all_techniques,
    current_ids,
    disarm_uses,
    killchain_uses,
    procedure,
    procedure_number,
    technique,
)

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "disarm"
PERSONA = re.compile(r"T0097\.[12]\d\d")
LEGITIMACY = {"T0143.002", "T0143.003"}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0.9.4 Acquiring X accounts", "0.9.4"),
        (" 0.9.11.0  Creating\nonline petitions", "0.9.11"),
        ("1.3 Posing", "1.3"),
        ("5.3.3", "5.3.3"),
        ("9.5.10 x", "9.5.10"),
        ("Acquiring", None),
        ("", None),
        ("2023 was a year", None),
    ],
)
def test_the_number_of_a_procedure_is_read_and_its_wording_ignored(cell: str, number: str | None) -> None:
    assert procedure_number(cell) == number


def test_the_pinned_release_is_complete() -> None:
    assert (len(all_techniques()), len(all_procedures())) == (391, 163)


def test_a_sub_technique_knows_its_parent() -> None:
    found = technique("t0097.102")
    assert found is not None
    assert (found.parent, found.name) == ("T0097", "Journalist Persona")
    assert technique("T0097.102.1") is None


def test_every_technique_a_procedure_uses_exists() -> None:
    uses = [use for one in all_procedures() for use in killchain_uses(one.number)]
    assert uses
    assert all(technique(use.technique) for use in uses)


def test_only_related_techniques_carry_a_low_confidence() -> None:
    uses = [use for one in all_procedures() for use in killchain_uses(one.number)]
    assert all((use.confidence == 40) == (use.relation == "related") for use in uses)


def test_a_persona_never_comes_alone() -> None:
    for one in all_procedures():
        used = {use.technique for use in killchain_uses(one.number)}
        if any(PERSONA.fullmatch(key) for key in used):
            assert used & LEGITIMACY, one


def test_impersonating_is_impersonated_and_posing_is_fabricated() -> None:
    assert "T0143.003" in {use.technique for use in killchain_uses("1.5.1")}
    assert "T0143.002" in {use.technique for use in killchain_uses("1.2.2")}


def test_a_procedure_without_counterpart_has_no_techniques() -> None:
    assert procedure("0.3.1") is not None
    assert killchain_uses("0.3.1") == ()


def test_unknown_numbers_and_ids_give_nothing() -> None:
    assert procedure("7.7.7") is None
    assert killchain_uses("7.7.7") == ()
    assert current_ids("T9999") == disarm_uses("T9999") == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("T0009", ("T0097.108", "T0143.002")),
        ("T0090.003", ("T0146.007",)),
        ("T0099.002", ("T0143.003", "T0149.003")),
        ("T0129.008", ("T0149.004",)),
        ("T0104.004", ("T0151.001",)),
        ("T0146", ("T0146",)),
    ],
)
def test_retired_ids_have_successors(old: str, new: tuple[str, ...]) -> None:
    assert current_ids(old) == new
    assert all(technique(key) for key in new)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    procedure_number(text)
    killchain_uses(text)
    disarm_uses(text)
    technique(text)


def test_the_table_agrees_with_the_published_bundle() -> None:
    file = DATA / "DISARM.json"
    if not file.exists():
        pytest.skip("the published bundle is not beside the repository (../shared/data/disarm)")
    patterns = [one for one in json.loads(file.read_bytes())["objects"] if one["type"] == "attack-pattern"]
    for one in patterns:
        found = technique(one["external_references"][0]["external_id"])
        assert found is not None
        assert (found.name, found.stix_id, found.url) == (one["name"], one["id"], one["external_references"][0]["url"])
        assert list(found.phases) == [phase["phase_name"] for phase in one["kill_chain_phases"]]


def test_the_table_agrees_with_the_crosswalk() -> None:
    file = DATA / "crosswalk_killchain_disarm.csv"
    if not file.exists():
        pytest.skip("the crosswalk is not beside the repository (../shared/data/disarm)")
    with file.open(encoding="utf-8-sig", newline="") as rows:
        for row in csv.DictReader(rows):
            used = {(use.technique, use.relation) for use in killchain_uses(row["killchain_id"])}
            assert row["relation"] == "none" or (row["disarm_id"], row["relation"]) in used, row
