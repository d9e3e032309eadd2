"""`clearinghouse account ...`"""

import re

import pytest

from taxii_server.access.passwords import verify_password
from taxii_server.core.permissions import Role
from taxii_server.store.contract import Store
from tests.cli.conftest import NO_HASH, Run
from tests.worlds import PASSWORD

ADD = ("account", "add", "bob", "--org", "alpha", "--role", "member")


def has_password(store: Store, name: str, password: str) -> bool:
    account = store.account(name)
    assert account is not None
    return verify_password(account.password_hash, password)


def test_an_account_is_added_with_a_password_from_standard_input(run: Run, store: Store) -> None:
    result = run(*ADD, "--password-stdin", stdin=PASSWORD)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "Added account bob of alpha.\n")
    assert has_password(store, "bob", PASSWORD)


@pytest.mark.parametrize(
    ("stdin", "password"),
    [
        (f"{PASSWORD}\n", PASSWORD),
        (f"{PASSWORD}\r\n", PASSWORD),
        (f"{PASSWORD}\n\n", f"{PASSWORD}\n"),
        (f" {PASSWORD} \n", f" {PASSWORD} "),
        ("pässwörter-😀-lang", "pässwörter-😀-lang"),
    ],
)
def test_one_line_end_of_the_password_is_dropped_and_nothing_else(
    run: Run, store: Store, stdin: str, password: str
) -> None:
    assert run("account", "passwd", "ann", "--password-stdin", stdin=stdin.encode()).exit_code == 0
    assert has_password(store, "ann", password)


def test_without_standard_input_a_password_is_asked_for_twice(run: Run, store: Store) -> None:
    result = run("account", "passwd", "ann", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert (result.exit_code, result.stdout, PASSWORD in result.output) == (0, "", False)
    assert has_password(store, "ann", PASSWORD)


def test_an_analyst_is_added(run: Run, store: Store) -> None:
    run("account", "add", "bob", "--org", "watch", "--role", "analyst", "--password-stdin", stdin=PASSWORD)
    assert [one.role for one in store.accounts() if one.name == "bob"] == [Role.ANALYST]


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (ADD, "short", "12 to 1024 characters"),
        (ADD, "", "12 to 1024 characters"),
        (ADD, "x" * 1025, "12 to 1024 characters"),
        ((*ADD[:2], "ann", *ADD[3:]), PASSWORD, "already"),
        ((*ADD[:2], "b b", *ADD[3:]), PASSWORD, "no account name"),
        ((*ADD[:4], "nobody", *ADD[5:]), PASSWORD, "alpha, beta, house, watch"),
        ((*ADD[:6], "agency"), PASSWORD, "member or analyst"),
    ],
)
def test_what_is_refused_ends_with_1_and_adds_nothing(
    run: Run, store: Store, arguments: tuple[str, ...], stdin: str, says: str
) -> None:
    result = run(*arguments, "--password-stdin", stdin=stdin)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr
    assert [one.name for one in store.accounts()] == ["ann"]


def test_a_role_that_there_is_not_is_wrong_usage(run: Run, store: Store) -> None:
    assert run(*ADD[:6], "king", "--password-stdin", stdin=PASSWORD).exit_code == 2


def test_accounts_are_listed_a_line_each(run: Run, store: Store) -> None:
    assert re.fullmatch(r"ann\talpha\tmember\tenabled\t1970-01-01T00:00:00\.000000Z\n", run("account", "list").stdout)


def test_a_list_shows_no_hash(run: Run, store: Store) -> None:
    assert NO_HASH not in run("account", "list").output


def test_a_disabled_account_is_listed_so_until_it_is_enabled(run: Run, store: Store) -> None:
    states = []
    for verb in ("disable", "enable"):
        assert run("account", verb, "ann").exit_code == 0
        states.append(run("account", "list").stdout.split("\t")[3])
    assert states == ["disabled", "enabled"]


@pytest.mark.parametrize("verb", ["disable", "enable", "passwd"])
def test_an_account_that_there_is_not_ends_with_1(run: Run, store: Store, verb: str) -> None:
    arguments = ["--password-stdin"] if verb == "passwd" else []
    result = run("account", verb, "nobody", *arguments, stdin=PASSWORD)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no account 'nobody'" in result.stderr
