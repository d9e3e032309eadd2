"""From an Authorization header to a requester: right, wrong, remembered, counted (rules.md 9)."""

import base64
import multiprocessing
import time
from collections.abc import Callable

import msgspec
import pytest

from taxii_server.access.accounts import Accounts
from taxii_server.access.attempts import FailedAttempts
from taxii_server.access.sign_in import SignIn
from taxii_server.core.errors import TooManyFailures, Unauthenticated
from taxii_server.core.permissions import NOBODY, Requester, Role
from taxii_server.core.timestamps import DAY, SECOND
from taxii_server.settings import Storage
from taxii_server.store import open_store
from taxii_server.store.contract import Store
from tests.access.conftest import ROLES, HandClock
from tests.worlds import PASSWORD

HERE = "192.0.2.1"
THERE = "192.0.2.2"
ALPHA = Requester("alpha", "alpha", Role.MEMBER, Role.MEMBER)
MINUTE = 60 * SECOND


def basic(name: str, secret: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def bearer(secret: str) -> str:
    return f"Bearer {secret}"


def is_refused(sign_in: SignIn, header: str, address: str = HERE) -> bool:
    try:
        sign_in.requester(header, address)
    except (Unauthenticated, TooManyFailures):
        return True
    return False


def test_no_header_is_the_anonymous_requester(sign_in: SignIn) -> None:
    assert sign_in.requester(None, HERE) == NOBODY


def test_the_right_password_signs_in(sign_in: SignIn) -> None:
    assert sign_in.requester(basic("alpha"), HERE) == ALPHA


def test_an_analyst_keeps_the_role_of_its_organisation_beside_its_own(sign_in: SignIn) -> None:
    assert sign_in.requester(basic("ann"), HERE) == Requester("ann", "alpha", Role.MEMBER, Role.ANALYST)


@pytest.mark.parametrize("header", [bearer, lambda secret: f"token {secret}", lambda secret: basic("alpha", secret)])
def test_a_token_signs_in_as_bearer_as_token_and_as_a_password(
    accounts: Accounts, sign_in: SignIn, header: Callable[[str], str]
) -> None:
    assert sign_in.requester(header(accounts.issue_token("alpha", "", None)), HERE) == ALPHA


@pytest.mark.parametrize(
    "header",
    [
        basic("alpha", "wrong password, all wrong"),
        basic("nobody"),
        basic(""),
        basic("ALPHA"),
        bearer("chx_" + "x" * 43),
        bearer(PASSWORD),
        basic("alpha", "chx_" + "x" * 43),
        "Digest x",
        "Basic !",
    ],
)
def test_wrong_credentials_are_unauthenticated(sign_in: SignIn, header: str) -> None:
    with pytest.raises(Unauthenticated):
        sign_in.requester(header, HERE)


def test_what_is_wrong_is_not_told(sign_in: SignIn) -> None:
    texts = set()
    for header in (basic("alpha", "wrong password, all wrong"), basic("nobody"), bearer("chx_x")):
        with pytest.raises(Unauthenticated) as caught:
            sign_in.requester(header, HERE)
        texts.add(str(caught.value))
    assert len(texts) == 1


def test_a_token_does_not_sign_in_another_account(accounts: Accounts, sign_in: SignIn) -> None:
    assert is_refused(sign_in, basic("ann", accounts.issue_token("alpha", "", None)))


def test_an_account_of_an_organisation_that_is_no_more_is_refused(store: Store, clock: HandClock) -> None:
    sign_in = SignIn(store, {"watch": Role.AGENCY}, FailedAttempts(6, 3), clock)
    assert is_refused(sign_in, basic("alpha"))


def test_an_unknown_name_is_answered_as_slowly_as_a_wrong_password(sign_in: SignIn) -> None:
    def took(header: str) -> float:
        started = time.perf_counter()
        is_refused(sign_in, header)
        return time.perf_counter() - started

    wrong = min(took(basic("alpha", f"wrong password {number}")) for number in range(3))
    unknown = min(took(basic("nobody", f"wrong password {number}")) for number in range(3))
    assert unknown > wrong / 3


def test_who_signed_in_is_remembered(sign_in: SignIn) -> None:
    sign_in.requester(basic("alpha"), HERE)
    started = time.perf_counter()
    for _ in range(20):
        sign_in.requester(basic("alpha"), HERE)
    assert (time.perf_counter() - started) / 20 < 0.005


def test_a_wrong_password_is_not_taken_for_the_one_that_is_remembered(sign_in: SignIn) -> None:
    sign_in.requester(basic("alpha"), HERE)
    assert is_refused(sign_in, basic("alpha", PASSWORD + "x"))


CHANGES: dict[str, Callable[[Accounts], None]] = {
    "disabled": lambda accounts: accounts.set_disabled("alpha", True),
    "another password": lambda accounts: accounts.change_password("alpha", "another password"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_remembered_password_is_forgotten_when_the_account_changes(
    accounts: Accounts, sign_in: SignIn, change: Callable[[Accounts], None]
) -> None:
    sign_in.requester(basic("alpha"), HERE)
    change(accounts)
    assert is_refused(sign_in, basic("alpha"))


def test_a_new_password_signs_in_at_once(accounts: Accounts, sign_in: SignIn) -> None:
    sign_in.requester(basic("alpha"), HERE)
    accounts.change_password("alpha", "another password")
    assert sign_in.requester(basic("alpha", "another password"), HERE) == ALPHA


def test_an_account_that_is_enabled_again_signs_in_at_once(accounts: Accounts, sign_in: SignIn) -> None:
    secret = accounts.issue_token("alpha", "", None)
    accounts.set_disabled("alpha", True)
    assert is_refused(sign_in, bearer(secret))
    accounts.set_disabled("alpha", False)
    assert sign_in.requester(bearer(secret), HERE) == ALPHA


def test_the_tokens_of_a_disabled_account_open_nothing(accounts: Accounts, sign_in: SignIn) -> None:
    secret = accounts.issue_token("alpha", "", None)
    sign_in.requester(bearer(secret), HERE)
    accounts.set_disabled("alpha", True)
    assert is_refused(sign_in, bearer(secret))


def test_a_remembered_token_is_forgotten_when_it_is_revoked(accounts: Accounts, sign_in: SignIn, store: Store) -> None:
    secret = accounts.issue_token("alpha", "", None)
    sign_in.requester(bearer(secret), HERE)
    accounts.revoke_token(store.tokens()[0].id)
    assert is_refused(sign_in, bearer(secret))


def test_a_remembered_token_expires_to_the_microsecond(accounts: Accounts, sign_in: SignIn, clock: HandClock) -> None:
    secret = accounts.issue_token("alpha", "", 1)
    sign_in.requester(bearer(secret), HERE)
    clock.now += DAY - 1
    assert not is_refused(sign_in, bearer(secret))
    clock.now += 1
    assert is_refused(sign_in, bearer(secret))


def test_a_change_through_another_instance_counts_at_once(
    accounts: Accounts, sign_in: SignIn, storage: Storage, clock: HandClock
) -> None:
    secret = accounts.issue_token("alpha", "", None)
    sign_in.requester(bearer(secret), HERE)
    elsewhere = open_store(storage)
    Accounts(elsewhere, ROLES, clock).set_disabled("alpha", True)
    elsewhere.close()
    assert is_refused(sign_in, bearer(secret))


def disable_alpha(storage: Storage) -> None:
    """What `clearinghouse account disable alpha` does, in a process of its own."""
    store = open_store(storage)
    Accounts(store, ROLES, HandClock()).set_disabled("alpha", True)
    store.close()


def test_a_change_by_another_process_counts_at_once(accounts: Accounts, sign_in: SignIn, storage: Storage) -> None:
    secret = accounts.issue_token("alpha", "", None)
    sign_in.requester(bearer(secret), HERE)
    process = multiprocessing.get_context("spawn").Process(target=disable_alpha, args=(storage,))
    process.start()
    process.join(60)
    assert (process.exitcode, is_refused(sign_in, bearer(secret))) == (0, True)


def fail(sign_in: SignIn, times: int, name: str = "alpha", address: str = HERE) -> list[type[Exception]]:
    """What so many wrong tokens in the place of a password are answered with; they cost no argon2."""
    answers: list[type[Exception]] = []
    for number in range(times):
        try:
            sign_in.requester(basic(name, f"chx_{number}") if name else bearer(f"chx_{number}"), address)
        except (Unauthenticated, TooManyFailures) as error:
            answers.append(type(error))
    return answers


def test_after_too_many_failures_of_an_account_an_address_is_told_to_wait(sign_in: SignIn) -> None:
    assert fail(sign_in, 4) == [Unauthenticated] * 3 + [TooManyFailures]


def test_after_too_many_failures_of_any_accounts_an_address_is_told_to_wait(sign_in: SignIn) -> None:
    answers = [answer for number in range(7) for answer in fail(sign_in, 1, f"name{number}")]
    assert answers == [Unauthenticated] * 6 + [TooManyFailures]


def test_wrong_tokens_without_a_name_count_for_the_address(sign_in: SignIn) -> None:
    assert fail(sign_in, 7, name="") == [Unauthenticated] * 6 + [TooManyFailures]


def test_the_failures_of_one_address_are_not_those_of_another(sign_in: SignIn) -> None:
    fail(sign_in, 10)
    assert fail(sign_in, 1, address=THERE) == [Unauthenticated]


def test_who_failed_too_often_is_told_for_how_long(sign_in: SignIn) -> None:
    fail(sign_in, 3)
    with pytest.raises(TooManyFailures) as caught:
        sign_in.requester(basic("alpha", "chx_x"), HERE)
    assert 0 < caught.value.retry_after <= 60


def test_right_credentials_are_never_refused(accounts: Accounts, sign_in: SignIn) -> None:
    secret = accounts.issue_token("alpha", "", None)
    fail(sign_in, 20)
    assert sign_in.requester(bearer(secret), HERE) == ALPHA
    assert sign_in.requester(basic("alpha"), HERE) == ALPHA


def test_names_of_any_length_are_counted_in_bounded_memory(sign_in: SignIn) -> None:
    assert fail(sign_in, 1, name="x" * 100_000) == [Unauthenticated]


def last_used(store: Store) -> int | None:
    return store.tokens()[0].last_used


def test_the_first_use_of_a_token_is_noted(accounts: Accounts, sign_in: SignIn, store: Store, clock: HandClock) -> None:
    sign_in.requester(bearer(accounts.issue_token("alpha", "", None)), HERE)
    assert last_used(store) == clock.now


def test_further_uses_are_noted_once_a_minute(
    accounts: Accounts, sign_in: SignIn, store: Store, clock: HandClock
) -> None:
    secret = accounts.issue_token("alpha", "", None)
    started, noted = clock.now, []
    for _ in range(13):
        sign_in.requester(bearer(secret), HERE)
        noted.append(last_used(store))
        clock.now += 10 * SECOND
    assert sorted(set(map(int, filter(None, noted)))) == [started, started + MINUTE, started + 2 * MINUTE]


def test_another_worker_that_signs_in_soon_after_notes_nothing(
    accounts: Accounts, sign_in: SignIn, store: Store, clock: HandClock
) -> None:
    secret = accounts.issue_token("alpha", "", None)
    sign_in.requester(bearer(secret), HERE)
    noted, clock.now = clock.now, clock.now + MINUTE - 1
    SignIn(store, ROLES, FailedAttempts(6, 3), clock).requester(bearer(secret), HERE)
    assert last_used(store) == noted


def test_a_token_signs_in_while_somebody_writes(accounts: Accounts, sign_in: SignIn, store: Store) -> None:
    secret = accounts.issue_token("alpha", "", None)
    started = time.monotonic()
    with store.writing():
        assert sign_in.requester(bearer(secret), HERE) == ALPHA
    assert time.monotonic() - started < 1


def test_the_use_of_a_wrong_token_is_not_noted(accounts: Accounts, sign_in: SignIn, store: Store) -> None:
    accounts.issue_token("alpha", "", None)
    fail(sign_in, 2)
    assert last_used(store) is None


def test_a_token_that_was_changed_elsewhere_is_read_anew(accounts: Accounts, sign_in: SignIn, store: Store) -> None:
    secret = accounts.issue_token("alpha", "", None)
    sign_in.requester(bearer(secret), HERE)
    store.save_token(msgspec.structs.replace(store.tokens()[0], account="ann"))
    assert sign_in.requester(bearer(secret), HERE).account == "ann"
