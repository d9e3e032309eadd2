"""What an Authorization header says: HTTP Basic, Bearer and Token, scheme names in any case (architecture: 5.4)."""

import base64
import binascii
from typing import NamedTuple

from taxii_server.core.errors import Unauthenticated

CHALLENGE = 'Basic realm="clearinghouse", charset="UTF-8", Bearer realm="clearinghouse"'
"""The WWW-Authenticate header of every 401 (TAXII 2.1 §1.6.9)."""


class Credentials(NamedTuple):
    """A secret and, for Basic, the name it comes with."""

    account: str | None
    secret: str


def parse_authorization(header: str) -> Credentials:
    """The credentials of a header. Raises Unauthenticated when it has none that can be read."""
    scheme, _, rest = header.strip().partition(" ")
    match scheme.lower():
        case "basic":
            return _basic(rest.strip())
        case "bearer" | "token" if rest.strip():
            return Credentials(None, rest.strip())
    raise Unauthenticated("The Authorization header is not Basic, Bearer or Token with its credentials.")


def _basic(encoded: str) -> Credentials:
    try:
        account, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Unauthenticated("The Basic credentials are not base64 of NAME:SECRET in UTF-8.") from None
    if not colon:
        raise Unauthenticated("The Basic credentials have no colon between name and secret.")
    return Credentials(account, secret)
