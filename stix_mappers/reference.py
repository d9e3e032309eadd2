"""Shared objects: built from tables alone, the same bytes for everybody (rules.md, section 4).

`reference_objects` gives all of them; a mapped bundle holds copies of those it names.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import pycountry

from stix_mappers import actors, places, techniques
from stix_mappers.extensions import extension_definitions
from stix_mappers.identifiers import CLEARINGHOUSE, identity_id, location_id, sdo_id
from stix_mappers.markings import Markings, tlp1_definitions, tlp2_definitions
from stix_mappers.objects import SHARED_DATE, StixObject
from stix_mappers.organizations import ORGANIZATIONS, Organization
from stix_mappers.record_rules import REGIONS

_DISARM: Final = "DISARM"


def reference_objects(*, tlp1: bool = False) -> list[StixObject]:
    """Return every shared object, each once, in a fixed order.

    Args:
        tlp1: mark them by TLP 1, as an output with TLP 1 does. The marking definitions of both are always there.
    """
    return list(shared_objects(tlp1=tlp1).values())


@lru_cache(maxsize=2)
def shared_objects(*, tlp1: bool = False) -> dict[str, StixObject]:
    """Return the shared objects by id."""
    clear = Markings(tlp1=tlp1).refs("clear")
    marked = (
        *map(_identity, ORGANIZATIONS),
        *_locations(),
        *map(_actor, actors.all_actors()),
        *map(_attack_pattern, techniques.all_techniques()),
    )
    plain = (*tlp2_definitions(), *tlp1_definitions(), *extension_definitions())
    objects = [*plain, *({**found, "object_marking_refs": clear} for found in marked)]
    return {str(found["id"]): found for found in objects}


def actor_id(found: actors.Actor) -> str:
    """Return the id of an actor of the table."""
    return sdo_id(found.kind, found.kind, found.slug)


def attack_pattern_id(external_id: str) -> str:
    """Return the id of a DISARM technique."""
    return sdo_id("attack-pattern", "attack-pattern", external_id)


def _shared(object_type: str, object_id: str, name: str) -> StixObject:
    return {
        "type": object_type,
        "spec_version": "2.1",
        "id": object_id,
        "created_by_ref": identity_id(CLEARINGHOUSE),
        "created": SHARED_DATE,
        "modified": SHARED_DATE,
        "name": name,
    }


def _identity(organization: Organization) -> StixObject:
    return {
        **_shared("identity", identity_id(organization.slug), organization.name),
        "description": organization.description,
        "identity_class": "organization",
        "sectors": [organization.sector],
    }


def _locations() -> Iterator[StixObject]:
    for country in sorted(pycountry.countries, key=lambda country: country.alpha_2):
        name = places.country_name(country.alpha_2) or country.name
        yield {**_shared("location", location_id(country.alpha_2), name), "country": country.alpha_2}
    # STIX knows no code for Kosovo, and a location needs a country or a region (platform-records.md, 4.5).
    yield {**_shared("location", location_id("XK"), "Kosovo"), "region": "southern-europe"}
    for region in sorted(REGIONS):
        yield {**_shared("location", location_id(region), _region_name(region)), "region": region}


def _region_name(region: str) -> str:
    return " ".join(word.capitalize() for word in region.split("-"))


def _actor(found: actors.Actor) -> StixObject:
    shared = _shared(found.kind, actor_id(found), found.name)
    return {**shared, "aliases": list(found.aliases)} if found.aliases else shared


def _attack_pattern(found: techniques.Technique) -> StixObject:
    reference = {"source_name": _DISARM, "external_id": found.external_id}
    if found.url:
        reference["url"] = found.url
    shared = _shared("attack-pattern", attack_pattern_id(found.external_id), found.name)
    shared["external_references"] = [reference, {"source_name": "DISARM STIX bundle", "external_id": found.stix_id}]
    if found.phases:
        shared["kill_chain_phases"] = [{"kill_chain_name": "disarm", "phase_name": phase} for phase in found.phases]
    return shared
