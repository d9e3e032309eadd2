"""Accounts and tokens in a store, and the number that tells every worker of a change."""

import time

import msgspec
import pytest

from taxii_server.core.accounts import Account, Token
from taxii_server.core.permissions import Role
from taxii_server.store.contract import Store
from tests.contract.filling import NOW

ALPHA = Account("alpha", "alpha", Role.MEMBER, "$argon2id$", NOW)
TOKEN = Token("t1", "alpha", b"digest", "laptop", NOW, NOW + 5)


def test_there_are_no_accounts_and_tokens_at_first(store: Store) -> None:
    assert (store.accounts(), store.tokens()) == ([], [])


@pytest.mark.parametrize("account", [ALPHA, Account("ö@x", "beta", Role.ANALYST, "h", 0, is_disabled=True)])
def test_an_account_is_kept_as_it_is(store: Store, second: Store, account: Account) -> None:
    store.save_account(account)
    assert second.account(account.name) == account


def test_an_unknown_account_is_not_there(store: Store) -> None:
    store.save_account(ALPHA)
    assert [store.account(name) for name in ("ALPHA", "alph_", "", "alpha\0")] == [None] * 4


def test_an_account_of_the_same_name_is_replaced(store: Store) -> None:
    changed = msgspec.structs.replace(ALPHA, password_hash="other", is_disabled=True)
    store.save_account(ALPHA)
    store.save_account(changed)
    assert store.accounts() == [changed]


def test_accounts_are_listed_by_name(store: Store) -> None:
    for name in ("c", "a", "b"):
        store.save_account(msgspec.structs.replace(ALPHA, name=name))
    assert [one.name for one in store.accounts()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "token", [TOKEN, Token("t2", "b", b"\0\xff", "", 1), Token("t3", "b", b"x", "l", 1, 2, 3, True)]
)
def test_a_token_is_found_by_its_digest_and_as_it_is(store: Store, second: Store, token: Token) -> None:
    store.save_token(token)
    assert second.token_by_digest(token.digest) == token


def test_an_unknown_digest_finds_no_token(store: Store) -> None:
    store.save_token(TOKEN)
    assert store.token_by_digest(b"digesu") is None


def test_a_token_of_the_same_id_is_replaced(store: Store) -> None:
    revoked = msgspec.structs.replace(TOKEN, is_revoked=True)
    store.save_token(TOKEN)
    store.save_token(revoked)
    assert store.tokens() == [revoked]


def test_tokens_are_listed_oldest_first(store: Store) -> None:
    for created in (3, 1, 2):
        store.save_token(Token(f"t{created}", "alpha", bytes([created]), "", created))
    assert [one.created for one in store.tokens()] == [1, 2, 3]


def test_every_change_of_accounts_and_tokens_raises_the_generation_for_all(store: Store, second: Store) -> None:
    generations = [second.access_generation()]
    store.save_account(ALPHA)
    generations.append(second.access_generation())
    store.save_account(ALPHA)
    generations.append(second.access_generation())
    store.save_token(TOKEN)
    generations.append(second.access_generation())
    assert generations == sorted(set(generations))


def test_reading_does_not_raise_the_generation(store: Store) -> None:
    store.save_account(ALPHA)
    before = store.access_generation()
    store.accounts(), store.account("alpha"), store.tokens(), store.token_by_digest(b"x")
    assert store.access_generation() == before


def test_the_use_of_a_token_is_noted_for_all(store: Store, second: Store) -> None:
    store.save_token(TOKEN)
    store.note_token_use("t1", NOW + 1)
    assert [one.last_used for one in second.tokens()] == [NOW + 1]


def test_noting_a_use_does_not_raise_the_generation(store: Store) -> None:
    store.save_token(TOKEN)
    before = store.access_generation()
    store.note_token_use("t1", NOW)
    assert store.access_generation() == before


def test_the_use_of_an_unknown_token_is_no_error(store: Store) -> None:
    store.note_token_use("nobody", NOW)
    assert store.tokens() == []


@pytest.mark.parametrize("writer", ["same", "other"])
def test_noting_a_use_gives_up_at_once_when_somebody_writes(store: Store, second: Store, writer: str) -> None:
    store.save_token(TOKEN)
    with (store if writer == "same" else second).writing():
        started = time.monotonic()
        store.note_token_use("t1", NOW)
        took = time.monotonic() - started
    assert (took < 0.5, store.tokens()) == (True, [TOKEN])
