"""Accounts and tokens as the store keeps them. Secrets are hashes only."""

import msgspec

from taxii_server.core.permissions import Role


class Account(msgspec.Struct, frozen=True):
    """Somebody or something that signs in. ``password_hash`` is argon2id; ``created`` an instant."""

    name: str
    organisation: str
    role: Role
    password_hash: str
    created: int
    is_disabled: bool = False


class Token(msgspec.Struct, frozen=True):
    """A machine's credential: ``digest`` is the SHA-256 of the secret, the times are instants."""

    id: str
    account: str
    digest: bytes
    label: str
    created: int
    expires: int | None = None
    last_used: int | None = None
    is_revoked: bool = False

    def is_valid(self, now: int) -> bool:
        """Whether it opens anything at that instant."""
        return not self.is_revoked and (self.expires is None or now < self.expires)
