"""Objects to push: valid STIX 2.1 of 580 to 600 bytes each, the same for every server and every run.

Object number n is always the same bytes, so a run is repeated exactly, and no two numbers share an id.
Of a thousand objects 939 are indicators, 50 relationships, 10 user-accounts and one is observed-data.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator

RELATIONSHIP_SHARE = 0.05
WRITER = b"identity--3f0dd36a-2a0c-4f0e-8d4c-6c1f6f5ad001"
CAMPAIGN = b"campaign--5a1c8a34-1a52-4c5b-9a07-0f5a35ab2001"

_INDICATOR = (
    b'{"type":"indicator","spec_version":"2.1","id":"indicator--%(uuid)b","created_by_ref":"' + WRITER + b'",'
    b'"created":"%(time)b","modified":"%(time)b","name":"Account %(number)08d of one network",'
    b'"description":"Removed for coordinated inauthentic behaviour. It posted the same links as its '
    b'siblings within minutes.",'
    b'"indicator_types":["malicious-activity"],"pattern":"[user-account:user_id = \'%(number)016d\']",'
    b'"pattern_type":"stix","valid_from":"%(time)b","labels":["takedown"]}'
)
_RELATIONSHIP = (
    b'{"type":"relationship","spec_version":"2.1","id":"relationship--%(uuid)b","created_by_ref":"' + WRITER + b'",'
    b'"created":"%(time)b","modified":"%(time)b","relationship_type":"indicates",'
    b'"source_ref":"indicator--%(other)b","target_ref":"' + CAMPAIGN + b'","description":"Account %(number)08d belongs '
    b"to this campaign: it was opened in the same hour as its siblings, amplified nothing but their posts, and "
    b'stopped when they did.","labels":["takedown"]}'
)
_OBSERVED = (
    b'{"type":"observed-data","spec_version":"2.1","id":"observed-data--%(uuid)b","created_by_ref":"' + WRITER + b'",'
    b'"created":"%(time)b","modified":"%(time)b","first_observed":"%(time)b","last_observed":"%(time)b",'
    b'"number_observed":1,"object_refs":["user-account--%(other)b","user-account--%(third)b","user-account--%(uuid)b"],'
    b'"labels":["takedown","observed-while-reviewing-account-%(number)08d"]}'
)
_ACCOUNT = (
    b'{"type":"user-account","spec_version":"2.1","id":"user-account--%(uuid)b","user_id":"%(number)016d",'
    b'"account_login":"voice.of.reason.%(number)08d","account_type":"facebook","display_name":"Voice of Reason '
    b"%(number)08d, a neighbour like you, with news that the others will not tell you, "
    b'for everyone who wants to know what goes on",'
    b'"account_created":"%(time)b","account_first_login":"%(time)b","account_last_login":"%(time)b",'
    b'"is_service_account":false,"is_privileged":false,"can_escalate_privs":false,"is_disabled":true}'
)


def identifier(number: int, salt: bytes = b"id") -> bytes:
    """Return a version 4 UUID that depends on nothing but the number."""
    digest = hashlib.blake2b(number.to_bytes(8, "big"), digest_size=16, person=salt).digest()
    return str(uuid.UUID(bytes=digest, version=4)).encode()


def _template(number: int, accounts: bool) -> bytes:
    if number % 20 == 7:
        return _RELATIONSHIP
    if number % 1000 == 500:
        return _OBSERVED
    if accounts and number % 100 == 50:
        return _ACCOUNT
    return _INDICATOR


def make(number: int, *, accounts: bool = True) -> bytes:
    """Return object `number`; without `accounts` (OpenTAXII refuses cyber-observables) an indicator stands in."""
    seconds, thousandths = divmod(number, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    time = b"2024-05-%02dT%02d:%02d:%02d.%03dZ" % (1 + day % 28, hour, minute, second, thousandths)
    values = {b"uuid": identifier(number), b"time": time, b"number": number}
    template = _template(number, accounts)
    if template in {_RELATIONSHIP, _OBSERVED}:
        values |= {b"other": identifier(number - 1), b"third": identifier(number, b"third")}
    return template % values


def envelope(objects: Iterable[bytes]) -> bytes:
    """Wrap objects into a TAXII 2.1 envelope."""
    return b'{"objects":[' + b",".join(objects) + b"]}"


def envelopes(first: int, count: int, size: int, *, accounts: bool = True) -> Iterator[tuple[int, bytes]]:
    """Yield envelopes of `size` objects and their number, `count` objects in all, beginning with object `first`."""
    end = first + count
    for start in range(first, end, size):
        numbers = range(start, min(start + size, end))
        yield len(numbers), envelope(make(number, accounts=accounts) for number in numbers)
