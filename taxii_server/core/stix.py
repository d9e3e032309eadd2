"""What the exchange has to know of a STIX object: its kind, spec version and version."""

import json
import uuid
from typing import Any, NamedTuple

from taxii_server.core.timestamps import parse_timestamp

StixObject = dict[str, Any]

OBSERVABLES = frozenset(
    (
        *("artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file"),
        *("ipv4-addr", "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url"),
        *("user-account", "windows-registry-key", "x509-certificate"),
    )
)
"""The SCO types of STIX 2.1 §6."""

DOMAIN_OBJECTS = frozenset(
    (
        *("attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator"),
        *("infrastructure", "intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data"),
        *("opinion", "report", "threat-actor", "tool", "vulnerability", "relationship", "sighting"),
    )
)
"""The SDO and SRO types of STIX 2.1 §4, §5."""

META_OBJECTS = frozenset({"marking-definition", "extension-definition", "language-content"})

_NAMESPACE = uuid.UUID("78e46049-0a30-5060-9e59-60dbff55c926")


class Version(NamedTuple):
    """A version of an object: the instant it names, and as it was written."""

    instant: int
    text: str


def is_observable(value: StixObject) -> bool:
    """Whether the object is an SCO; an object of an unknown type is one when it has no ``created``."""
    kind = value.get("type")
    return kind in OBSERVABLES or (kind not in META_OBJECTS and "created" not in value)


def is_stix_20(value: StixObject) -> bool:
    """Whether the object is written in STIX 2.0: so it says, or it says nothing and is no SCO (STIX 2.1 §3.2)."""
    spec_version = value.get("spec_version")
    return spec_version == "2.0" or (spec_version is None and not is_observable(value))


def version_of(value: StixObject) -> Version | None:
    """``modified``, else ``created``; None for an SCO, whose version is the ``date_added`` it gets (rules.md 3)."""
    if is_observable(value):
        return None
    text = value.get("modified") or value["created"]
    return Version(parse_timestamp(text), text)


def organisation_identity(slug: str) -> str:
    """The id of an organisation's identity object (platform-records.md 3.1)."""
    return f"identity--{uuid.uuid5(_NAMESPACE, json.dumps(['identity', 'org', slug], separators=(',', ':')))}"
