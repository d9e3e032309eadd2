"""From an Authorization header to a requester.

argon2 costs a tenth of a second, a poll less than a millisecond: what an Authorization header led to is remembered
for a short while under a keyed digest of it. The memory counts only as long as no account or token was changed
since: each entry carries the store's ``access_generation``.
"""

import hashlib
import secrets
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple, Protocol

from cachetools import TTLCache

from taxii_server.access.attempts import FailedAttempts
from taxii_server.access.credentials import Credentials, parse_authorization
from taxii_server.access.passwords import verify_password
from taxii_server.access.tokens import PREFIX, digest_of
from taxii_server.core.accounts import Account, Token
from taxii_server.core.permissions import NOBODY, Requester, Role
from taxii_server.core.timestamps import SECOND, Clock

_REMEMBERED_SECONDS = 60
_MOST_REMEMBERED = 10_000
_USE_NOTED_EVERY = 60 * SECOND


class AccessRecords(Protocol):
    """What signing in needs of the store."""

    def access_generation(self) -> int:
        """Rises with every change of accounts and tokens."""

    def account(self, name: str) -> Account | None:
        """An account by its name."""

    def token_by_digest(self, digest: bytes) -> Token | None:
        """A token by the digest of its secret."""

    def note_token_use(self, token_id: str, now: int) -> None:
        """Remember that a token was used."""


class _Grant(NamedTuple):
    requester: Requester
    generation: int
    token: Token | None


class SignIn:
    """Knows who asks. ``roles`` gives the role of each organisation."""

    def __init__(
        self, records: AccessRecords, roles: Mapping[str, Role], attempts: FailedAttempts, clock: Clock
    ) -> None:
        self._records = records
        self._roles = roles
        self._attempts = attempts
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._guard = Lock()
        self._grants: TTLCache[bytes, _Grant] = TTLCache(_MOST_REMEMBERED, _REMEMBERED_SECONDS)
        self._uses: dict[str, int] = {}

    def requester(self, header: str | None, address: str) -> Requester:
        """Who sent this Authorization header. Raises Unauthenticated or TooManyFailures.

        No header is the anonymous requester; a wrong one is an error, even where anybody may read.
        """
        if header is None:
            return NOBODY
        known = self.remembered(header)
        if known is not None:
            return known
        generation = self._records.access_generation()
        grant = self._sign_in(parse_authorization(header), generation, address)
        with self._guard:
            self._grants[self._digest(header)] = grant
        return self._used(grant)

    def remembered(self, header: str | None) -> Requester | None:
        """Who sent this Authorization header, where that is known without judging credentials; else None."""
        if header is None:
            return NOBODY
        grant = self._remembered(self._digest(header), self._records.access_generation())
        return None if grant is None else self._used(grant)

    def _digest(self, header: str) -> bytes:
        return hashlib.blake2b(header.encode("utf-8", "surrogateescape"), key=self._key, digest_size=32).digest()

    def _used(self, grant: _Grant) -> Requester:
        if grant.token is not None:
            self._note_use(grant.token)
        return grant.requester

    def _remembered(self, digest: bytes, generation: int) -> _Grant | None:
        with self._guard:
            grant = self._grants.get(digest)
        if grant is None or grant.generation != generation:
            return None
        return grant if grant.token is None or grant.token.is_valid(self._clock()) else None

    def _sign_in(self, credentials: Credentials, generation: int, address: str) -> _Grant:
        token = self._token(credentials)
        account = self._records.account(token.account if token else credentials.account or "")
        is_right = token is not None or self._has_password(credentials, account)
        if not is_right or account is None or account.is_disabled or account.organisation not in self._roles:
            raise self._attempts.failure(address, credentials.account)
        requester = Requester(account.name, account.organisation, self._roles[account.organisation], account.role)
        return _Grant(requester, generation, token)

    def _token(self, credentials: Credentials) -> Token | None:
        if not credentials.secret.startswith(PREFIX):
            return None
        token = self._records.token_by_digest(digest_of(credentials.secret))
        if token is None or not token.is_valid(self._clock()):
            return None
        return token if credentials.account in {None, token.account} else None

    def _has_password(self, credentials: Credentials, account: Account | None) -> bool:
        if credentials.account is None:
            return False
        return verify_password(account.password_hash if account else None, credentials.secret)

    def _note_use(self, token: Token) -> None:
        now = self._clock()
        if now - self._uses.get(token.id, token.last_used or 0) >= _USE_NOTED_EVERY:
            self._uses[token.id] = now
            self._records.note_token_use(token.id, now)
