"""Traffic Light Protocol markings: levels, their order and the OASIS objects (platform-records.md, section 3.4).

TLP 2.0 is the default; TLP 1 is an output option, in which amber+strict becomes amber plus a statement.
"""

from collections.abc import Iterable
from typing import Final

from stix_mappers.identifiers import CLEARINGHOUSE, identity_id, sdo_id
from stix_mappers.objects import SHARED_DATE, StixObject

LEVELS: Final = ("clear", "green", "amber", "amber+strict", "red")
TLP2_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

_RANK: Final = {level: rank for rank, level in enumerate(LEVELS)}
_TLP2: Final = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
_TLP1: Final = {
    "clear": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
_STRICT_STATEMENT: Final = sdo_id("marking-definition", "marking-definition", "statement", "amber+strict")


def strictest(levels: Iterable[str]) -> str:
    """Return the strictest of these levels, clear when there is none."""
    return max(levels, key=_RANK.__getitem__, default="clear")


def is_stricter(level: str, other: str) -> bool:
    """Tell whether a level is stricter than another."""
    return _RANK[level] > _RANK[other]


class Markings:
    """The markings of one output: TLP 2.0 or TLP 1, never both."""

    def __init__(self, *, tlp1: bool = False) -> None:
        definitions = tlp1_definitions() if tlp1 else tlp2_definitions()
        self._definitions = {str(definition["id"]): definition for definition in definitions}
        if tlp1:
            self._refs = {level: [ref] for level, ref in _TLP1.items()}
            self._refs["amber+strict"] = [_TLP1["amber"], _STRICT_STATEMENT]
        else:
            self._refs = {level: [ref] for level, ref in _TLP2.items()}

    def refs(self, level: str) -> list[str]:
        """Return the `object_marking_refs` of a level."""
        return self._refs[level]

    def definition(self, ref: str) -> StixObject:
        """Return the marking-definition with this id."""
        return self._definitions[ref]


def tlp2_definitions() -> list[StixObject]:
    """Return the TLP 2.0 marking definitions as OASIS publishes them."""
    return [
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": ref,
            "created": "2022-10-01T00:00:00.000Z",
            "name": f"TLP:{level.upper()}",
            "extensions": {TLP2_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": level}},
        }
        for level, ref in _TLP2.items()
    ]


def tlp1_definitions() -> list[StixObject]:
    """Return the TLP 1 marking definitions of STIX 2.1 section 7.2.1.4, and our statement for amber+strict."""
    names = {"clear": "white", "green": "green", "amber": "amber", "red": "red"}
    definitions: list[StixObject] = [
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": _TLP1[level],
            "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp",
            "name": f"TLP:{name.upper()}",
            "definition": {"tlp": name},
        }
        for level, name in names.items()
    ]
    return [*definitions, _statement()]


def _statement() -> StixObject:
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _STRICT_STATEMENT,
        "created_by_ref": identity_id(CLEARINGHOUSE),
        "created": SHARED_DATE,
        "definition_type": "statement",
        "name": "TLP:AMBER+STRICT",
        "definition": {"statement": "TLP:AMBER+STRICT: to be shared inside the recipient's organisation only."},
    }
