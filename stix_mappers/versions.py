"""Versions of objects told again (architecture.md, section 6): the same content keeps its date, other content gets a
new one, and a retraction copies what was there.
"""

from collections.abc import Callable

from stix_mappers.extensions import TAKEDOWN_ACTION
from stix_mappers.moments import a_millisecond_after
from stix_mappers.objects import StixObject

Previous = Callable[[str], StixObject | None]


def settled(new: StixObject, told: str, previous: StixObject | None) -> StixObject:
    """Return the version to give: the previous one again if nothing but dates differs."""
    if previous is None or "modified" not in new:
        return new
    version = {**new, "created": previous["created"], "modified": previous["modified"]}
    if version["type"] == "indicator":
        version["valid_from"] = min(new["valid_from"], previous["valid_from"])
    if _same(version, previous):
        return previous
    return {**version, "modified": _later(told, previous["modified"])}


def revoked(previous: StixObject, told: str) -> StixObject:
    """Return the retraction of an object."""
    return {**previous, "modified": _later(told, previous["modified"]), "revoked": True}


def ended(previous: StixObject, told: str) -> StixObject:
    """Return the version of an observation or indicator in which the block ended; the same if it had ended before."""
    version = dict(previous)
    if previous["type"] == "indicator":
        if previous["valid_from"] < told < previous.get("valid_until", "~"):
            version["valid_until"] = told
    else:
        action = {**previous["extensions"][TAKEDOWN_ACTION], "block_expiry": told}
        version["extensions"] = {**previous["extensions"], TAKEDOWN_ACTION: action}
    return previous if version == previous else {**version, "modified": _later(told, previous["modified"])}


def is_stale(previous: StixObject, told: str, *, dated: bool) -> bool:
    """Tell whether an input is too old to change an object: what was taken back stays so, and of what is told state
    by state (`dated`) an older state never replaces a newer one.
    """
    if "modified" not in previous:
        return False
    return (dated or bool(previous.get("revoked"))) and previous["modified"] > told


def _later(told: str, before: str) -> str:
    return max(told, a_millisecond_after(before))


def _same(version: StixObject, previous: StixObject) -> bool:
    return version == previous or _without_spelling(version) == _without_spelling(previous)


def _without_spelling(version: StixObject) -> StixObject:
    """Return a copy that does not tell how a value was written: two files of one network may defang it differently."""
    extensions = {
        key: {name: item for name, item in value.items() if name != "source"}
        for key, value in version.get("extensions", {}).items()
    }
    return {**version, "extensions": extensions}
