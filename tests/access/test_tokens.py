"""Tokens: what is kept of them, and how long they open something."""

import hashlib
import re
from pathlib import Path

import pytest

from taxii_server.access.accounts import Accounts
from taxii_server.access.tokens import digest_of, new_token
from taxii_server.core.accounts import Token
from taxii_server.core.timestamps import DAY
from taxii_server.settings import Storage
from taxii_server.store.contract import Store
from tests.access.conftest import NOW


def test_a_secret_has_a_prefix_that_scanners_find_and_256_random_bits() -> None:
    assert re.fullmatch(r"chx_[A-Za-z0-9_-]{43}", new_token("alpha", "", NOW, None)[1])


def test_no_two_tokens_are_alike() -> None:
    one, other = new_token("alpha", "", NOW, None), new_token("alpha", "", NOW, None)
    assert one[1] != other[1]
    assert one[0].id != other[0].id


def test_of_a_secret_its_sha_256_is_kept() -> None:
    token, secret = new_token("alpha", "", NOW, None)
    assert token.digest == hashlib.sha256(secret.encode()).digest() == digest_of(secret)


def test_the_secret_itself_stands_nowhere_on_the_disk(accounts: Accounts, storage: Storage, tmp_path: Path) -> None:
    secret = accounts.issue_token("alpha", "laptop", None)
    octets = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"laptop" in octets
    assert secret.encode() not in octets
    assert secret.removeprefix("chx_").encode() not in octets


def test_a_password_stands_nowhere_on_the_disk(store: Store, tmp_path: Path) -> None:
    octets = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"$argon2id$" in octets
    assert b"correct horse" not in octets


def test_a_token_without_days_never_expires() -> None:
    assert new_token("alpha", "", NOW, None)[0].is_valid(NOW + 100_000 * DAY)


@pytest.mark.parametrize(("after", "is_valid"), [(0, True), (2 * DAY - 1, True), (2 * DAY, False), (3 * DAY, False)])
def test_a_token_is_valid_until_its_days_are_over(after: int, is_valid: bool) -> None:
    assert new_token("alpha", "", NOW, 2)[0].is_valid(NOW + after) is is_valid


def test_a_revoked_token_is_not_valid() -> None:
    assert not Token("t", "alpha", b"", "", NOW, is_revoked=True).is_valid(NOW)
