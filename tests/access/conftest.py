"""A store with accounts, and a clock that is set by hand. The one password hash is made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taxii_server.access.accounts import Accounts
from taxii_server.access.attempts import FailedAttempts
from taxii_server.access.passwords import hash_password
from taxii_server.access.sign_in import SignIn
from taxii_server.core.accounts import Account
from taxii_server.core.permissions import Role
from taxii_server.settings import Storage
from taxii_server.store import open_store
from taxii_server.store.contract import Store
from tests.worlds import PASSWORD

NOW = 1_600_000_000_000_000
ROLES = {"alpha": Role.MEMBER, "watch": Role.AGENCY}


class HandClock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of ``PASSWORD``."""
    return hash_password(PASSWORD)


@pytest.fixture
def clock() -> HandClock:
    """The clock of the accounts and the sign-in."""
    return HandClock()


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    """Where the accounts are."""
    return Storage(url=f"sqlite:///{tmp_path / 'store.db'}", write_wait=5)


@pytest.fixture
def store(storage: Storage, password_hash: str) -> Iterator[Store]:
    """A store with the accounts alpha, a member, and ann, its analyst."""
    made = open_store(storage)
    made.initialise()
    made.save_account(Account("alpha", "alpha", Role.MEMBER, password_hash, NOW))
    made.save_account(Account("ann", "alpha", Role.ANALYST, password_hash, NOW))
    yield made
    made.close()


@pytest.fixture
def accounts(store: Store, clock: HandClock) -> Accounts:
    """What an operator does."""
    return Accounts(store, ROLES, clock)


@pytest.fixture
def sign_in(store: Store, clock: HandClock) -> SignIn:
    """A worker's sign-in; three failures a minute for an account, six for an address."""
    return SignIn(store, ROLES, FailedAttempts(6, 3), clock)
