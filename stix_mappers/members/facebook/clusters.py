"""What a comment says of who and whom: `UNC788, Iran`, `France-targeting CIB domain` (platform-records.md, 5.1)."""

import re
from functools import lru_cache
from typing import Final

from msgspec import Struct

from stix_mappers.actors import actor
from stix_mappers.members.facebook.networks import codes_of
from stix_mappers.places import country_name, place, places_in
from stix_mappers.slugs import slug

_TARGETING: Final = re.compile(r"(.+?)[\s-]+target(?:ing|ed)\b", re.IGNORECASE)
_GROUP: Final = re.compile(r"\b(?:APT|UNC|TA|FIN|DEV|UAC|GOLD|TAG)[- ]?(?:[A-Z]-)?\d+\b|\b[A-Z][A-Za-z]+ APT\b")
_GENERIC: Final = re.compile(
    r"\b(?:unnamed|unknown|domain|url|hash|malware|cib|c2|server|phishing|telegram|android|ios|ip|other|multiple|"
    r"hosting|hosted|uncategorized|suspicious|general|misc|note|previously|infrastructure)\b",
    re.IGNORECASE,
)
_LONGEST: Final = 4


class Cluster(Struct, frozen=True):
    """The part of a file's indicators that one comment belongs to; an empty key is the file itself."""

    key: str = ""
    name: str = ""
    actor: str | None = None
    origins: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def cluster_of(comment: str) -> Cluster:
    """Return the cluster that a comment names: an actor, else a country, else none."""
    comment = comment.strip()
    if targeting := _TARGETING.match(comment):
        return Cluster(targets=codes_of(places_in(targeting[1])))
    prefix, colon, rest = comment.partition(":")
    if not colon:
        prefix, _comma, rest = comment.partition(",")
    origins = _countries(prefix) or (_countries(rest) if _is_short(rest) else ())
    name = _actor_name(prefix.strip(), named=bool(colon))
    if name:
        return Cluster(slug(name), name, name, origins)
    if origins:
        words = ", ".join(country_name(code) or code for code in origins)
        return Cluster("-".join(code.lower() for code in origins), words, None, origins)
    return Cluster()


def _countries(text: str) -> tuple[str, ...]:
    whole = place(text.strip())
    return codes_of([whole] if whole else [found for found in places_in(text) if found.kind == "country"])


def _is_short(text: str) -> bool:
    return 0 < len(text.split()) <= _LONGEST


def _actor_name(prefix: str, *, named: bool) -> str | None:
    """Return the actor that the beginning of a comment names.

    A table knows many; a name in front of a colon is one all the same, unless it is a country or a common word.
    """
    words = prefix.split()
    for size in range(min(len(words), _LONGEST), 0, -1):
        if actor(" ".join(words[:size])) is not None:
            return " ".join(words[:size])
    if found := _GROUP.search(prefix):
        return found[0]
    if named and _is_short(prefix) and not _GENERIC.search(prefix) and not _countries(prefix):
        return prefix
    return None
