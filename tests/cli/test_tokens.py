"""`clearinghouse token ...`"""

import re
import time

import pytest

from taxii_server.access.tokens import digest_of
from taxii_server.core.accounts import Token
from taxii_server.core.timestamps import DAY
from taxii_server.store.contract import Store
from tests.cli.conftest import Run


def test_issue_prints_the_token_alone(run: Run, store: Store) -> None:
    result = run("token", "issue", "ann")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(r"chx_[A-Za-z0-9_-]{43}\n", result.stdout)


def test_what_issue_printed_is_the_token(run: Run, store: Store) -> None:
    found = store.token_by_digest(digest_of(run("token", "issue", "ann", "--label", "laptop").stdout.strip()))
    assert found is not None
    assert (found.account, found.label, found.expires) == ("ann", "laptop", None)


def test_a_token_expires_after_its_days(run: Run, store: Store) -> None:
    run("token", "issue", "ann", "--expires", "30")
    token = store.tokens()[0]
    assert token.expires == token.created + 30 * DAY
    assert abs(token.created - time.time() * 1_000_000) < 60_000_000


@pytest.mark.parametrize("days", ["0", "-1", "x", "1.5", "99999999"])
def test_days_that_make_no_sense_are_wrong_usage(run: Run, store: Store, days: str) -> None:
    assert (run("token", "issue", "ann", "--expires", days).exit_code, store.tokens()) == (2, [])


def test_no_token_is_issued_for_nobody(run: Run, store: Store) -> None:
    result = run("token", "issue", "nobody")
    assert (result.exit_code, result.stdout, store.tokens()) == (1, "", [])


def test_no_token_is_issued_for_a_disabled_account(run: Run, store: Store) -> None:
    run("account", "disable", "ann")
    assert (run("token", "issue", "ann").exit_code, store.tokens()) == (1, [])


def test_list_shows_a_line_for_each_token(run: Run, token: Token) -> None:
    fields = run("token", "list").stdout.rstrip("\n").split("\t")
    assert fields == [token.id, "ann", "laptop", "valid", "-", "-", "-"]


def test_list_never_shows_the_secret_nor_what_is_kept_of_it(run: Run, store: Store) -> None:
    secret = run("token", "issue", "ann").stdout.strip()
    output = run("token", "list").output
    assert secret not in output
    assert digest_of(secret).hex() not in output
    assert "chx_" not in output


def test_list_shows_when_a_token_was_used(run: Run, store: Store, token: Token) -> None:
    store.note_token_use(token.id, 1_000_000)
    assert run("token", "list").stdout.rstrip().endswith("\t1970-01-01T00:00:01.000000Z")


def test_a_revoked_token_is_shown_as_revoked(run: Run, token: Token) -> None:
    result = run("token", "revoke", token.id)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "\trevoked\t" in run("token", "list").stdout


def test_an_expired_token_is_shown_as_expired(run: Run, store: Store) -> None:
    store.save_token(Token("t", "ann", b"x", "", 0, 1))
    assert "\texpired\t" in run("token", "list").stdout


def test_revoking_what_there_is_not_ends_with_1(run: Run, token: Token) -> None:
    result = run("token", "revoke", "nothing")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "token list" in result.stderr
