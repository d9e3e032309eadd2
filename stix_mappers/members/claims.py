"""What a disclosure claims of a network: who is behind it, and where; the same rules for all members."""

from collections.abc import Iterable
from typing import Final

from stix_mappers.actors import actors_in
from stix_mappers.confidence import confidence_in
from stix_mappers.members.rows import text
from stix_mappers.places import place
from stix_mappers.record import Attribution, Certainty

_CERTAIN: Final[dict[int | None, Certainty]] = {90: "confirmed", 75: "stated", 60: "likely", 40: "suspected"}


def attribution(said: str, certainty: Certainty | None = None) -> tuple[Attribution, ...]:
    """Return who is said to be behind a network; a country alone is a place, never an actor (D9)."""
    if not said or place(said) is not None:
        return ()
    sure = certainty or _CERTAIN.get(confidence_in(said), "stated")
    if known := actors_in(said):
        return tuple(
            Attribution(
                name=actor.name,
                kind="intrusion-set" if actor.kind == "intrusion-set" else "organization",
                confidence=sure,
            )
            for actor in known
        )
    return (Attribution(name=said[:300], kind="organization", confidence=sure),)


def codes(names: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of places by their names, each once; what is no place is left out."""
    found = (place(name) for name in names if name)
    return tuple(dict.fromkeys("XK" if one.name == "Kosovo" else one.code for one in found if one))


def listed(value: object) -> list[str]:
    """Return the items of a list, or of a text with semicolons."""
    items = value if isinstance(value, list) else str(value or "").split(";")
    return [text(item).strip() for item in items if text(item).strip()]


def certainty_of(said: str) -> Certainty | None:
    """Return how sure a wording is, in the words of the record (section 4.6)."""
    return _CERTAIN.get(confidence_in(said))
