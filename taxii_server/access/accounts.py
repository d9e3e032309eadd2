"""What an operator does with accounts and tokens; `clearinghouse account` and `token` are thin over this."""

import re
from collections.abc import Mapping
from typing import Protocol

import msgspec

from taxii_server.access.passwords import hash_password
from taxii_server.access.tokens import new_token
from taxii_server.core.accounts import Account, Token
from taxii_server.core.errors import AccessError
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import Clock

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")


class AccountRecords(Protocol):
    """What keeping accounts needs of the store."""

    def account(self, name: str) -> Account | None:
        """An account by its name."""

    def save_account(self, account: Account) -> None:
        """Add or replace an account."""

    def tokens(self) -> list[Token]:
        """All tokens."""

    def save_token(self, token: Token) -> None:
        """Add or replace a token."""


class Accounts:
    """Adds and changes accounts and tokens. ``roles`` gives the role of each organisation of the settings."""

    def __init__(self, records: AccountRecords, roles: Mapping[str, Role], clock: Clock) -> None:
        self._records = records
        self._roles = roles
        self._clock = clock

    def add(self, name: str, organisation: str, role: Role, password: str) -> None:
        """Add an account. Raises AccessError that says what does not fit."""
        if not _NAME.fullmatch(name):
            raise AccessError(f"{name!r} is no account name: letters, digits and . _ @ + - after a letter or digit.")
        if organisation not in self._roles:
            raise AccessError(f"{organisation!r} is no organisation of the settings; they have {_listed(self._roles)}.")
        if role not in {self._roles[organisation], Role.ANALYST}:
            expected = self._roles[organisation]
            raise AccessError(f"An account of {organisation} has the role {expected} or analyst, not {role}.")
        if self._records.account(name) is not None:
            raise AccessError(f"There is an account {name!r} already; change it with passwd, disable or enable.")
        self._records.save_account(Account(name, organisation, role, hash_password(password), self._clock()))

    def change_password(self, name: str, password: str) -> None:
        """Give an account another password; takes effect with the next request."""
        account = self._existing(name)
        self._records.save_account(msgspec.structs.replace(account, password_hash=hash_password(password)))

    def set_disabled(self, name: str, is_disabled: bool) -> None:
        """Disable or enable an account, its tokens with it; takes effect with the next request."""
        self._records.save_account(msgspec.structs.replace(self._existing(name), is_disabled=is_disabled))

    def issue_token(self, name: str, label: str, days: int | None) -> str:
        """The secret of a new token for an account; it cannot be shown again."""
        if self._existing(name).is_disabled:
            raise AccessError(f"The account {name!r} is disabled; enable it first.")
        token, secret = new_token(name, label, self._clock(), days)
        self._records.save_token(token)
        return secret

    def revoke_token(self, token_id: str) -> None:
        """Make a token useless from the next request on."""
        for token in self._records.tokens():
            if token.id == token_id:
                self._records.save_token(msgspec.structs.replace(token, is_revoked=True))
                return
        raise AccessError(f"There is no token {token_id!r}; `clearinghouse token list` shows their ids.")

    def _existing(self, name: str) -> Account:
        account = self._records.account(name)
        if account is None:
            raise AccessError(f"There is no account {name!r}; `clearinghouse account list` shows them.")
        return account


def _listed(roles: Mapping[str, Role]) -> str:
    return ", ".join(sorted(roles)) or "none"
