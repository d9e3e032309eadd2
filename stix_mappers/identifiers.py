"""Ids that follow from what an object is, so that every run and every member finds the same ones.

SCOs: STIX 2.1 section 2.9. Everything else: platform-records.md section 3.1. The canonical JSON of RFC 8785 is
msgspec's output here, because only strings, and keys already in order, go into it.
"""

from functools import lru_cache
from hashlib import sha1
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

SCO_NAMESPACE: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:coalition:clearinghouse:stix")

_SCO: Final = SCO_NAMESPACE.bytes
_OURS: Final = NAMESPACE.bytes
_encode: Final = msgspec.json.Encoder().encode


def sdo_id(object_type: str, *parts: str) -> str:
    """Return the id of an SDO, SRO or meta object: a UUIDv5 over its canonical JSON array."""
    return f"{object_type}--{_uuid5(_OURS, _encode(parts))}"


def sco_id(object_type: str, contributing: dict[str, object]) -> str:
    """Return the id of an SCO; `contributing` holds its contributing properties in alphabetical order."""
    return f"{object_type}--{_uuid5(_SCO, _encode(contributing))}"


@lru_cache(maxsize=1024)
def identity_id(slug: str) -> str:
    """Return the id of a member, an agency or the clearinghouse."""
    return sdo_id("identity", "identity", "org", slug)


@lru_cache(maxsize=4096)
def campaign_id(member: str, network: str) -> str:
    """Return the id of one member's campaign."""
    return sdo_id("campaign", "campaign", member, network)


def relationship_id(author: str, kind: str, source: str, target: str) -> str:
    """Return the id of the relationship that an author states between two objects."""
    return sdo_id("relationship", "relationship", author, kind, source, target)


def location_id(code: str) -> str:
    """Return the id of a country (upper-case code) or of a STIX region."""
    return sdo_id("location", "location", "country" if code.isupper() else "region", code)


CLEARINGHOUSE: Final = "clearinghouse"


def bundle_id(digest: str) -> str:
    """Return the id of a bundle whose objects have this digest."""
    return sdo_id("bundle", "bundle", digest)


def _uuid5(namespace: bytes, name: bytes) -> str:
    """Return what `uuid.uuid5` returns, at a third of the cost: five of them stand on the path of every record."""
    octets = bytearray(sha1(namespace + name, usedforsecurity=False).digest()[:16])
    octets[6] = octets[6] & 0x0F | 0x50
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
