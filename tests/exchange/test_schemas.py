"""The tables that change and explain the OASIS schemas name places that are there, and loading stays quick."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from taxii_server.core.stix import OBSERVABLES
from taxii_server.exchange.amendments import AMENDMENTS, Amendment
from taxii_server.exchange.schemas import Schemas, documents
from taxii_server.exchange.wording import FORMS, RULES

DOCUMENTS = dict(documents())


def places(node: Any, place: str) -> Iterator[str]:
    yield place
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, below in steps:
        yield from places(below, f"{place}/{step}")


PLACES = {place for name, schema in DOCUMENTS.items() for place in places(schema, f"{name}.json#")}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_in_words_belongs_to_a_place_in_a_schema(rule: str) -> None:
    versions = [""] if rule.startswith("2.") else ["2.0/", "2.1/"]
    assert any(version + rule in PLACES for version in versions)


@pytest.mark.parametrize("part", [part for part, _ in FORMS])
def test_each_form_in_words_belongs_to_a_place_in_a_schema(part: str) -> None:
    assert any(part in f"{place}/" for place in PLACES)


@pytest.mark.parametrize("row", AMENDMENTS, ids=lambda row: f"{row.schema}:{'/'.join(map(str, row.place))}")
def test_each_amendment_gives_its_reason(row: Amendment) -> None:
    assert row.why


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_every_schema_compiles_with_linear_regular_expressions(version: str) -> None:
    schemas = Schemas()
    for name in DOCUMENTS:
        schemas.for_object(version, name.rsplit("/", 1)[-1], observable=False)


def test_the_known_observables_are_those_that_have_a_schema() -> None:
    for version in ("2.0", "2.1"):
        folder = f"{version}/observables/"
        assert {name.removeprefix(folder) for name in DOCUMENTS if name.startswith(folder)} == OBSERVABLES


def test_loading_takes_a_small_part_of_a_second() -> None:
    began = time.process_time()
    Schemas()
    assert time.process_time() - began < 0.5
