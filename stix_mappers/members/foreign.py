"""Whose a file looks like that is not of the member it was given for: by keys that only one member uses."""

from collections.abc import Collection
from typing import Final

from stix_mappers.organizations import organization_name

_TELLING: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("facebook", frozenset({"tactic", "technique", "procedure"})),
    ("facebook", frozenset({"indicatortype", "indicatorvalue"})),
    ("facebook", frozenset({"rawindicator"})),
    ("facebook", frozenset({"networkid", "facebookaccounts"})),
    ("google", frozenset({"bulletin", "entry", "month"})),
    ("google", frozenset({"advertiserid", "totalcreatives"})),
    ("linkedin", frozenset({"entityurn"})),
    ("linkedin", frozenset({"periodstart", "periodend", "metrics"})),
    ("microsoft", frozenset({"ioc", "type"})),
    ("microsoft", frozenset({"targetproduct", "threattype"})),
    ("microsoft", frozenset({"actionid", "legalbasis"})),
    ("microsoft", frozenset({"threatactorname", "othernames"})),
    ("pinterest", frozenset({"entity", "reachbucket"})),
    ("reddit", frozenset({"commentkarma", "linkkarma"})),
    ("reddit", frozenset({"fullname", "subreddit"})),
    ("reddit", frozenset({"fullname", "subreddittype"})),
    ("reddit", frozenset({"disclosureid", "karmadistribution"})),
    ("twitter", frozenset({"userid", "userscreenname"})),
    ("twitter", frozenset({"tweetid", "userid"})),
    ("twitter", frozenset({"externalauthorid", "author"})),
    ("twitter", frozenset({"authorid", "harvesteddate"})),
    ("twitter", frozenset({"file", "network", "accountspublished"})),
    ("verizon-media", frozenset({"disclosureid", "service", "uncovered"})),
    ("wikimedia", frozenset({"logid", "title", "params"})),
    ("coalition", frozenset({"schema", "recordid", "member"})),
)


def looks_like(keys: Collection[str], member: str) -> str:
    """Return the end of a message: whose file this looks like, by its plain keys; nothing if nobody can tell."""
    plain = frozenset(keys)
    whose = next((name for name, telling in _TELLING if name != member and telling <= plain), None)
    return told_of(whose) if whose else ""


def told_of(whose: str) -> str:
    """Return the end of a message: whose file this looks like."""
    if whose == "coalition":
        return "; it looks like coalition records"
    return f"; it looks like a file of {organization_name(whose)} ({whose})"
