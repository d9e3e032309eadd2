"""TLP 1 and TLP 2, and where an object names its markings (rules.md 5)."""

import stix2
from stix2.v21 import TLP_AMBER, TLP_GREEN, TLP_RED, TLP_WHITE

from taxii_server.core.markings import TLP_LEVELS, marking_refs


def test_the_markings_of_tlp_1_are_those_of_python_stix2() -> None:
    known = {one.id: one.definition.tlp for one in (TLP_WHITE, TLP_GREEN, TLP_AMBER, TLP_RED)}
    assert {id_: TLP_LEVELS[id_].replace("clear", "white") for id_ in known} == known


def test_every_level_has_a_marking() -> None:
    assert set(TLP_LEVELS.values()) == {"clear", "green", "amber", "amber+strict", "red"}


def test_every_level_but_amber_strict_has_one_marking_of_each_tlp() -> None:
    levels = sorted(TLP_LEVELS.values())
    assert levels == sorted([*("clear", "green", "amber", "red") * 2, "amber+strict"])


def test_an_object_without_markings_names_none() -> None:
    assert list(marking_refs({"type": "tool"})) == []


def test_object_and_granular_markings_are_named() -> None:
    tool = stix2.v21.Tool(
        name="x",
        object_marking_refs=[TLP_GREEN.id],
        granular_markings=[{"marking_ref": TLP_RED.id, "selectors": ["name"]}],
    )
    value = {key: tool[key] for key in ("object_marking_refs", "granular_markings")}
    assert list(marking_refs(value)) == [TLP_GREEN.id, TLP_RED.id]


def test_a_granular_marking_of_a_language_names_no_marking() -> None:
    assert list(marking_refs({"granular_markings": [{"lang": "de", "selectors": ["name"]}]})) == []
