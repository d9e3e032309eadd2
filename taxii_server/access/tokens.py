"""Tokens for machines: 256 random bits behind a prefix that a scanner for leaked secrets can find."""

import hashlib
import secrets
import uuid

from taxii_server.core.accounts import Token
from taxii_server.core.timestamps import DAY

PREFIX = "chx_"


def new_token(account: str, label: str, now: int, days: int | None) -> tuple[Token, str]:
    """A token to keep, and its secret, which is shown once and kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(32)
    expires = None if days is None else now + days * DAY
    token = Token(str(uuid.uuid4()), account, digest_of(secret), label, now, expires)
    return token, secret


def digest_of(secret: str) -> bytes:
    """What the store keeps of a secret; a plain hash does for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
