"""Failed sign-ins, counted a minute by address and by address and account (architecture: 5.3).

Counted in each worker. Right credentials are never refused: what is limited is the answer to wrong ones.
"""

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from taxii_server.core.errors import TooManyFailures, Unauthenticated

_RETRY_AFTER = 60


class FailedAttempts:
    """Counts failures; the limits are numbers a minute."""

    def __init__(self, per_address: int, per_account: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._per_address = RateLimitItemPerMinute(per_address)
        self._per_account = RateLimitItemPerMinute(per_account)

    def failure(self, address: str, account: str | None) -> Unauthenticated | TooManyFailures:
        """Count one failure, and give what it is to be answered with."""
        is_within = self._limiter.hit(self._per_address, address)
        if account is not None:
            is_within &= self._limiter.hit(self._per_account, address, account[:200])
        if is_within:
            return Unauthenticated("The credentials are wrong, expired or disabled.")
        return TooManyFailures("Too many failed sign-ins from this address; wait a minute.", _RETRY_AFTER)
