"""DISARM techniques and Kill Chain procedures (disarm.md).

The table pins one release of DISARM (November 2024) and addresses techniques by external id. It holds names, numbers
and ids; published descriptions are not copied.
"""

import re
from functools import lru_cache
from typing import Literal

import msgspec

from stix_mappers.tables import table

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


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of `techniques.json`: (id, name, phase, UUID); number to (name, (id, relation) ...); old to new ids."""

    techniques: tuple[tuple[str, str, str, str], ...]
    procedures: dict[str, tuple[str, tuple[tuple[str, Relation], ...]]]
    retired: dict[str, tuple[str, ...]]
    alternatives: frozenset[str]


_PAGES = "https://github.com/DISARMFoundation/DISARMframeworks/blob/main/generated_pages/techniques"
_RELATED_CONFIDENCE = 40
_NUMBER = re.compile(r"\s*([0-9]{1,2}(?:\s?\.\s?[0-9]{1,2}){0,4})(?![0-9])")
_ZEROS = re.compile(r"(?:\.0)+$")
_PERSONA = re.compile(r"T0097\.[12]\d\d")
_LEGITIMACIES = frozenset({"T0143.002", "T0143.003"})
_FABRICATED, _IMPERSONATED = "T0143.002", "T0143.003"


def _technique(external_id: str, name: str, phase: str, uuid: str) -> Technique:
    parent = external_id.partition(".")[0] if "." in external_id else None
    return Technique(external_id, name, (phase,), f"attack-pattern--{uuid}", parent, f"{_PAGES}/{external_id}.md")


_TABLE = table("techniques", _Table)
_TECHNIQUES = {row[0]: _technique(*row) for row in _TABLE.techniques}


def technique(external_id: str) -> Technique | None:
    """The technique of the pinned release with this id; None for retired and unknown ids."""
    return _TECHNIQUES.get(external_id.strip().upper())


def all_techniques() -> tuple[Technique, ...]:
    """Every technique of the pinned release, by external id."""
    return tuple(_TECHNIQUES[key] for key in sorted(_TECHNIQUES))


def current_ids(external_id: str) -> tuple[str, ...]:
    """The id itself, or what replaced a retired one (a retired sub-technique falls to its parent); else nothing."""
    key = external_id.strip().upper()
    return (key,) if key in _TECHNIQUES else _TABLE.retired.get(_retired_key(key), ())


def _retired_key(key: str) -> str:
    return key if key in _TABLE.retired else key.partition(".")[0]


def procedure_number(cell: str) -> str | None:
    """`0.9.11.0 Creating online petitions` gives `0.9.11`; None where the cell does not begin with a number."""
    found = _NUMBER.match(cell)
    return _ZEROS.sub("", "".join(found[1].split())) if found else None


def procedure(number: str) -> Procedure | None:
    """The procedure with this number; None if it is unknown."""
    known = _TABLE.procedures.get(number)
    return Procedure(number, known[0]) if known else None


def all_procedures() -> tuple[Procedure, ...]:
    """Every procedure, in the order of the Kill Chain."""
    return tuple(Procedure(number, known[0]) for number, known in _TABLE.procedures.items())


@lru_cache(maxsize=1024)
def killchain_uses(number: str) -> tuple[TechniqueUse, ...]:
    """The techniques of a procedure; a persona comes with fabricated or impersonated. Empty: note only."""
    known = _TABLE.procedures.get(number)
    if known is None:
        return ()
    name, pairs = known
    uses = [_use(technique_id, relation) for technique_id, relation in pairs]
    personas = [use for use in uses if _PERSONA.fullmatch(use.technique)]
    if personas and not any(use.technique in _LEGITIMACIES for use in uses):
        companion = _IMPERSONATED if name.startswith("Impersonating") else _FABRICATED
        uses.append(_use(companion, personas[0].relation))
    return tuple(uses)


def disarm_uses(external_id: str) -> tuple[TechniqueUse, ...]:
    """The techniques of a DISARM id in a record: retired ids replaced; empty if unknown.

    Where one of several replacements is meant and nobody can tell which, they are merely related.
    """
    key = external_id.strip().upper()
    relation: Relation = "exact"
    if key not in _TECHNIQUES and _retired_key(key) in _TABLE.alternatives:
        relation = "related"
    return tuple(_use(current, relation) for current in current_ids(key))


def _use(technique_id: str, relation: Relation) -> TechniqueUse:
    return TechniqueUse(technique_id, relation, _RELATED_CONFIDENCE if relation == "related" else None)
