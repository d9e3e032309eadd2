"""DISARM techniques and Kill Chain procedures (disarm.md)."""

from typing import Literal

import msgspec

Relation = Literal["exact", "narrower", "related"]


class Technique(msgspec.Struct, frozen=True):
    """A DISARM technique: facts only, no description."""

    external_id: str
    name: str
    phases: tuple[str, ...]
    stix_id: str
    parent: str | None = None
    url: str = ""


class Procedure(msgspec.Struct, frozen=True):
    """A procedure of the Online Operations Kill Chain."""

    number: str
    name: str


class TechniqueUse(msgspec.Struct, frozen=True):
    """A technique that a row says was used; `confidence` is 40 for merely related ones, else absent."""

    technique: str
    relation: Relation
    confidence: int | None = None


def technique(external_id: str) -> Technique | None:
    """The technique of the pinned release with this id; None for retired and unknown ids."""
    raise NotImplementedError


def all_techniques() -> tuple[Technique, ...]:
    """Every technique of the pinned release, by external id."""
    raise NotImplementedError


def current_ids(external_id: str) -> tuple[str, ...]:
    """The id itself, or what replaced a retired one; empty if neither is known."""
    raise NotImplementedError


def procedure_number(cell: str) -> str | None:
    """`0.9.11.0 Creating online petitions` gives `0.9.11`; None where the cell does not begin with a number."""
    raise NotImplementedError


def procedure(number: str) -> Procedure | None:
    """The procedure with this number; None if it is unknown."""
    raise NotImplementedError


def killchain_uses(number: str) -> tuple[TechniqueUse, ...]:
    """The techniques of a procedure; a persona comes with fabricated or impersonated. Empty: note only."""
    raise NotImplementedError


def disarm_uses(external_id: str) -> tuple[TechniqueUse, ...]:
    """The techniques of a DISARM id in a record: retired ids replaced; empty if unknown."""
    raise NotImplementedError
