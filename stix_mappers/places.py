"""Countries and regions in names and sentences (platform-records.md 4.5)."""

from typing import Literal, NamedTuple

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A country (`code` ISO 3166-1 alpha-2) or a region (`code` of the STIX vocabulary, `name` as people call it).

    Kosovo has no ISO code: it is the region southern-europe with its own name.
    """

    kind: Literal["country", "region"]
    code: str
    name: str


class OriginTargets(NamedTuple):
    """Where a network came from and whom it aimed at."""

    origins: tuple[Place, ...]
    targets: tuple[Place, ...]


def country_code(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's name, colloquial name, demonym, or code in capitals."""
    raise NotImplementedError


def country_name(code: str) -> str | None:
    """The name used for a country, by its alpha-2 code."""
    raise NotImplementedError


def place(name: str) -> Place | None:
    """The country or region that a name, code or region of the STIX vocabulary stands for."""
    raise NotImplementedError


def places_in(text: str) -> tuple[Place, ...]:
    """The places a text names, in its order, each once; names of languages are not places."""
    raise NotImplementedError


def origin_and_targets(title: str) -> OriginTargets:
    """Origins and targets by a file name, a title or a summary sentence."""
    raise NotImplementedError
