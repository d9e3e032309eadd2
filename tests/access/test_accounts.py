"""What an operator does with accounts and tokens."""

from collections.abc import Callable

import pytest

from taxii_server.access.accounts import Accounts
from taxii_server.access.passwords import verify_password
from taxii_server.core.accounts import Account
from taxii_server.core.errors import AccessError
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import DAY
from taxii_server.store.contract import Store
from tests.access.conftest import NOW
from tests.worlds import PASSWORD


def test_an_account_is_added_with_its_role_and_a_hash(accounts: Accounts, store: Store) -> None:
    accounts.add("w@watch.example", "watch", Role.AGENCY, PASSWORD)
    added = store.account("w@watch.example")
    assert added is not None
    assert added == Account("w@watch.example", "watch", Role.AGENCY, added.password_hash, NOW)
    assert verify_password(added.password_hash, PASSWORD)


def test_any_organisation_may_have_analysts(accounts: Accounts, store: Store) -> None:
    accounts.add("w", "watch", Role.ANALYST, PASSWORD)
    assert [one.role for one in store.accounts() if one.name == "w"] == [Role.ANALYST]


@pytest.mark.parametrize("name", ["", " a", "a b", "a:b", "-a", "a/b", "ä", "a" * 129, "a\n"])
def test_a_name_that_could_not_stand_in_a_header_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccessError, match="account name"):
        accounts.add(name, "alpha", Role.MEMBER, PASSWORD)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda one: one.add("b", "beta", Role.MEMBER, PASSWORD), r"'beta' is no organisation.*alpha, watch"),
        (lambda one: one.add("b", "alpha", Role.AGENCY, PASSWORD), "member or analyst, not agency"),
        (lambda one: one.add("b", "alpha", Role.OPERATOR, PASSWORD), "member or analyst, not operator"),
        (lambda one: one.add("alpha", "alpha", Role.MEMBER, PASSWORD), "already"),
        (lambda one: one.add("b", "alpha", Role.MEMBER, "short"), "12 to 1024"),
        (lambda one: one.change_password("nobody", PASSWORD), "There is no account 'nobody'"),
        (lambda one: one.change_password("alpha", "short"), "12 to 1024"),
        (lambda one: one.set_disabled("nobody", True), "There is no account"),
        (lambda one: one.issue_token("nobody", "", None), "There is no account"),
        (lambda one: one.revoke_token("nothing"), "There is no token 'nothing'"),
    ],
)
def test_what_cannot_be_done_says_why(accounts: Accounts, act: Callable[[Accounts], None], says: str) -> None:
    with pytest.raises(AccessError, match=says):
        act(accounts)


def test_what_was_refused_changed_nothing(accounts: Accounts, store: Store) -> None:
    before = (store.accounts(), store.access_generation())
    with pytest.raises(AccessError):
        accounts.add("alpha", "alpha", Role.ANALYST, PASSWORD)
    assert (store.accounts(), store.access_generation()) == before


def test_disabling_and_enabling_keep_everything_else(accounts: Accounts, store: Store) -> None:
    before = store.account("alpha")
    accounts.set_disabled("alpha", True)
    disabled = store.account("alpha")
    accounts.set_disabled("alpha", False)
    assert disabled is not None
    assert (disabled.is_disabled, store.account("alpha")) == (True, before)


def test_a_disabled_account_gets_no_token(accounts: Accounts) -> None:
    accounts.set_disabled("alpha", True)
    with pytest.raises(AccessError, match="disabled"):
        accounts.issue_token("alpha", "", None)


def test_a_token_is_kept_with_its_label_and_expiry(accounts: Accounts, store: Store) -> None:
    accounts.issue_token("alpha", "laptop", 3)
    token = store.tokens()[0]
    assert (token.account, token.label, token.created, token.expires) == ("alpha", "laptop", NOW, NOW + 3 * DAY)


def test_a_revoked_token_stays_in_the_list(accounts: Accounts, store: Store) -> None:
    accounts.issue_token("alpha", "", None)
    accounts.revoke_token(store.tokens()[0].id)
    assert [one.is_revoked for one in store.tokens()] == [True]
