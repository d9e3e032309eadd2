"""What mappers and server must agree on, although neither knows the other (architecture: 2.7)."""

import pytest

from stix_mappers import MEMBERS, reference_objects
from taxii_server.core.markings import TLP_LEVELS
from taxii_server.core.stix import organisation_identity
from taxii_server.core.timestamps import system_clock
from taxii_server.exchange.validation import ObjectValidator, PatternBudget

SHARED = {str(one["id"]): one for one in reference_objects()}


@pytest.mark.parametrize("slug", [*MEMBERS, "fbi", "odni", "dhs", "cisa", "doj-nsd", "clearinghouse"])
def test_an_organisation_has_the_same_identity_on_both_sides(slug: str) -> None:
    assert SHARED[organisation_identity(slug)]["type"] == "identity"


def test_the_server_knows_every_tlp_marking_that_the_mappers_use() -> None:
    markings = {key for key, one in SHARED.items() if one["type"] == "marking-definition"}
    assert set(TLP_LEVELS) <= markings


@pytest.mark.parametrize(("marking", "level"), TLP_LEVELS.items())
def test_a_tlp_marking_has_the_same_level_on_both_sides(marking: str, level: str) -> None:
    name = str(SHARED[marking]["name"])
    assert name.lower().removeprefix("tlp:").replace("white", "clear") == level


def test_every_reference_object_passes_the_servers_validation() -> None:
    validator = ObjectValidator()
    for one in SHARED.values():
        validator.check(one, system_clock(), PatternBudget())
