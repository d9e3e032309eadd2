"""Data markings that the exchange understands: TLP 1 and TLP 2 as one order (rules.md 5)."""

from collections.abc import Iterator

from taxii_server.core.stix import StixObject

TLP_LEVELS = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
}
"""The level of each TLP 2 and TLP 1 marking-definition."""


def marking_refs(value: StixObject) -> Iterator[str]:
    """The marking-definitions that an object names, in its object markings and its granular ones."""
    yield from value.get("object_marking_refs", ())
    for granular in value.get("granular_markings", ()):
        if "marking_ref" in granular:
            yield granular["marking_ref"]
