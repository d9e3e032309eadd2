"""The ``next`` of a page: a position that needs no server to remember it (clients.md R1, R2).

It carries the collection, the match fields, where the walk began and the ``date_added`` of the last entry
given, with a checksum that tells a damaged token from a good one. It holds on every worker, after a restart
and after ``clearinghouse copy``, for ever. Nothing in it is secret: access is judged anew for each request.
"""

import base64
import binascii
import hashlib
import zlib

import msgspec

from taxii_server.core.timestamps import EARLIEST, LATEST

_CHECKSUM = 4
_LONGEST_MATCH = 2048  # octets; beyond it a token carries a fingerprint only (rules.md 3)


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """A position in a walk through a collection.

    ``match`` is the canonical text of the match fields, or their fingerprint; ``start`` the ``added_after``
    that the walk began with and ``position`` the ``date_added`` of the last entry given, both instants.
    """

    collection: str
    match: str
    start: int | None
    position: int
    fingerprint_only: bool = False

    def fits(self, match: str) -> bool:
        """Whether the walk was made with these match fields."""
        return self.match == (fingerprint(match) if self.fingerprint_only else match)


def make_cursor(collection: str, match: str, start: int | None, position: int) -> Cursor:
    """A cursor for these match fields, which it carries unless they are long."""
    if len(match.encode()) > _LONGEST_MATCH:
        return Cursor(collection, fingerprint(match), start, position, fingerprint_only=True)
    return Cursor(collection, match, start, position)


def fingerprint(match: str) -> str:
    """A short stand-in for long match fields."""
    return hashlib.sha256(match.encode()).hexdigest()[:32]


def format_cursor(cursor: Cursor) -> str:
    """The token: letters, digits, ``-`` and ``_`` only, so that it passes through any URL (requirement Q21)."""
    payload = msgspec.json.encode(cursor)
    return base64.urlsafe_b64encode(_checksum(payload) + payload).rstrip(b"=").decode()


def parse_cursor(token: str) -> Cursor:
    """The cursor of a token. Raises ValueError when it is none of ours, or damaged."""
    try:
        octets = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        payload = octets[_CHECKSUM:]
        if _checksum(payload) != octets[:_CHECKSUM]:
            raise ValueError("the token is damaged")
        cursor = msgspec.json.decode(payload, type=Cursor)
    except (UnicodeError, binascii.Error, msgspec.DecodeError, RecursionError) as error:
        raise ValueError("not a token of this server") from error
    if not (EARLIEST <= cursor.position <= LATEST and EARLIEST <= (cursor.start or 0) <= LATEST):
        raise ValueError("not a token of this server")
    return cursor


def _checksum(payload: bytes) -> bytes:
    return zlib.crc32(payload).to_bytes(_CHECKSUM)
