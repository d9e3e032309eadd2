"""Canonical names and aliases of actors (platform-records.md 3.1, D9)."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stix_mappers.actors import actor, actors_in, all_actors
from stix_mappers.slugs import slug

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.mark.parametrize(
    "name",
    ["Internet Research Agency", "IRA", "ira", "Internet Research Agency (IRA)", "the Internet Research Agency"],
)
def test_all_names_of_an_organisation_are_one_threat_actor(name: str) -> None:
    found = actor(name)
    assert found is not None
    assert (found.name, found.kind, found.origin) == ("Internet Research Agency", "threat-actor", "RU")


@pytest.mark.parametrize("name", ["STRONTIUM", "Fancy Bear", "APT28", "forest blizzard"])
def test_all_names_of_a_cluster_are_one_intrusion_set(name: str) -> None:
    found = actor(name)
    assert found is not None
    assert (found.slug, found.kind) == ("forest-blizzard", "intrusion-set")


@pytest.mark.parametrize("name", ["IUVM", "CLS Strategies", "Royal Thai Army", "ISPR"])
def test_organisations_and_units_are_threat_actors(name: str) -> None:
    found = actor(name)
    assert found is not None
    assert found.kind == "threat-actor"


@pytest.mark.parametrize("name", ["Spamouflage", "Doppelgänger", "Secondary Infektion", "Endless Mayfly", "UNC788"])
def test_cluster_names_are_intrusion_sets(name: str) -> None:
    found = actor(name)
    assert found is not None
    assert found.kind == "intrusion-set"


@pytest.mark.parametrize("name", ["Iran", "APT27", "EMISSARY PANDA", "nobody in particular", ""])
def test_countries_and_ambiguous_aliases_are_nobody(name: str) -> None:
    assert actor(name) is None


def test_actors_are_found_in_sentences() -> None:
    text = (
        "It is attributed to the International Union of Virtual Media (IUVM), known as Endless Mayfly; APT32: Malware"
    )
    assert [found.slug for found in actors_in(text)] == [
        "international-union-of-virtual-media",
        "endless-mayfly",
        "canvas-cyclone",
    ]


def test_common_words_name_nobody_in_a_sentence() -> None:
    assert actors_in("A bitter snake in a patchwork of gold, a sea turtle and a fancy bear") == ()


def test_canonical_names_have_slugs_of_their_own() -> None:
    slugs = [found.slug for found in all_actors()]
    assert slugs == sorted(set(slugs))
    assert all(actor(found.name) == found for found in all_actors())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Türkiye – Iran", "turkiye-iran"), ("  The A.B. (C)  ", "the-a-b-c"), ("ИРА", "ира"), ("***", "")],
)
def test_a_slug_is_letters_and_digits_joined(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.text())
def test_a_slug_of_a_slug_is_the_slug(text: str) -> None:
    assert slug(slug(text)) == slug(text)


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    actor(text)
    actor(f"{text} ({text})")
    actors_in(f"APT {text} IUVM {text}")


def test_every_published_actor_name_is_known() -> None:
    file = DATA / "microsoft" / "MicrosoftMapping.json"
    if not file.exists():
        pytest.skip("the published map of names is not beside the repository (../shared/data/microsoft)")
    rows = json.loads(file.read_text(encoding="utf-8"))
    assert all(actor(row["Threat actor name"]) for row in rows)
