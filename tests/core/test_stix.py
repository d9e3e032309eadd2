"""What the exchange has to know of an object."""

import uuid
from typing import Any

import pytest
import stix2.v21
from stix2.registry import STIX2_OBJ_MAPS

from stix_mappers.identifiers import identity_id
from taxii_server.core.stix import (
    OBSERVABLES,
    Version,
    is_observable,
    is_stix_20,
    organisation_identity,
    version_of,
)

CREATED = {"created": "1970-01-01T00:00:00.001Z"}
MODIFIED = {**CREATED, "modified": "1970-01-01T00:00:00.5Z"}


def test_the_observables_are_those_of_python_stix2() -> None:
    assert {name for name in STIX2_OBJ_MAPS["2.1"]["observables"] if not name.startswith("x-")} == OBSERVABLES


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ({"type": "domain-name"}, True),
        ({"type": "domain-name", **CREATED}, True),
        ({"type": "indicator", **CREATED}, False),
        ({"type": "marking-definition"}, False),
        ({"type": "x-custom"}, True),
        ({"type": "x-custom", **CREATED}, False),
    ],
)
def test_an_unknown_type_is_an_observable_unless_it_has_created(value: dict[str, Any], is_one: bool) -> None:
    assert is_observable(value) is is_one


@pytest.mark.parametrize(
    ("value", "is_20"),
    [
        ({"type": "indicator", "spec_version": "2.1", **CREATED}, False),
        ({"type": "indicator", "spec_version": "2.0", **CREATED}, True),
        ({"type": "indicator", **CREATED}, True),
        ({"type": "marking-definition", **CREATED}, True),
        ({"type": "domain-name"}, False),
        ({"type": "domain-name", "spec_version": "2.1"}, False),
        ({"type": "x-custom"}, False),
        ({"type": "x-custom", **CREATED}, True),
    ],
)
def test_without_spec_version_everything_but_an_observable_is_stix_20(value: dict[str, Any], is_20: bool) -> None:
    assert is_stix_20(value) is is_20


@pytest.mark.parametrize(
    ("value", "version"),
    [
        ({"type": "indicator", **MODIFIED}, Version(500_000, "1970-01-01T00:00:00.5Z")),
        ({"type": "marking-definition", **CREATED}, Version(1_000, "1970-01-01T00:00:00.001Z")),
        ({"type": "domain-name", **MODIFIED}, None),
    ],
)
def test_a_version_is_modified_else_created_and_an_observable_has_none(
    value: dict[str, Any], version: Version | None
) -> None:
    assert version_of(value) == version


@pytest.mark.parametrize("slug", ["facebook", "verizon-media", "doj-nsd", "clearinghouse"])
def test_the_identity_of_an_organisation_is_the_one_that_the_mappers_give_it(slug: str) -> None:
    assert organisation_identity(slug) == identity_id(slug)


def test_two_organisations_have_two_identities() -> None:
    assert organisation_identity("facebook") != organisation_identity("google")


def test_the_identity_of_an_organisation_is_an_id_of_stix() -> None:
    identity = stix2.v21.Identity(id=organisation_identity("facebook"), name="Facebook")
    assert uuid.UUID(identity.id.removeprefix("identity--")).version == 5
