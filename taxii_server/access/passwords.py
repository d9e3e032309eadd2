"""Passwords: argon2id, one at a time, and as slow for names that nobody has (rules.md 9)."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from taxii_server.core.errors import AccessError

SHORTEST = 12
LONGEST = 1024

_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_ONE_AT_A_TIME = threading.Lock()  # 64 MiB and a core each: a flood of sign-ins must not take the worker along

_DUMMY = _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash to keep. Raises AccessError unless the password has 12 to 1,024 characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccessError(f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}.")
    with _ONE_AT_A_TIME:
        return _HASHER.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; takes as long for None, an account that does not exist."""
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(password_hash or _DUMMY, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False
