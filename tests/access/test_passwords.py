"""Passwords: their bounds, their hashes, and how long a wrong one takes (rules.md 9)."""

import multiprocessing
import resource
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import argon2
import pytest

from taxii_server.access.passwords import hash_password, verify_password
from taxii_server.core.errors import AccessError
from tests.worlds import PASSWORD


def seconds(password_hash: str | None) -> float:
    started = time.perf_counter()
    verify_password(password_hash, "wrong, but of a decent length")
    return time.perf_counter() - started


@pytest.mark.parametrize("length", [0, 1, 11, 1025, 100_000])
def test_a_password_outside_of_the_bounds_is_refused_with_its_length(length: int) -> None:
    with pytest.raises(AccessError, match=rf"12 to 1024 characters; this one has {length}\."):
        hash_password("x" * length)


@pytest.mark.parametrize("password", ["x" * 12, "x" * 1024, "é" * 1024, "            ", "pass:word\n\tx\0x"])
def test_a_password_has_no_other_rule(password: str) -> None:
    assert verify_password(hash_password(password), password)


def test_a_hash_is_argon2id_with_the_parameters_of_rfc_9106(password_hash: str) -> None:
    parameters = argon2.extract_parameters(password_hash)
    found = (parameters.type, parameters.time_cost, parameters.memory_cost, parameters.parallelism)
    assert found == (argon2.Type.ID, 3, 65_536, 4)


def test_a_password_has_another_hash_each_time(password_hash: str) -> None:
    assert hash_password(PASSWORD) != password_hash


@pytest.mark.parametrize("password", ["", PASSWORD + " ", PASSWORD[:-1], PASSWORD.upper()])
def test_another_password_is_wrong(password_hash: str, password: str) -> None:
    assert not verify_password(password_hash, password)


def test_nobody_has_a_password_without_an_account() -> None:
    assert not verify_password(None, "nobody has this password")


@pytest.mark.parametrize("damaged", ["", "x", "$argon2id$v=19$m=65536,t=3,p=4$AAAA"])
def test_a_damaged_hash_opens_nothing(damaged: str) -> None:
    assert not verify_password(damaged, PASSWORD)


def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has(password_hash: str) -> None:
    known = min(seconds(password_hash) for _ in range(3))
    unknown = min(seconds(None) for _ in range(3))
    assert unknown > known / 3


def peak_of_four_at_once(password_hash: str) -> int:
    """The memory in KiB that four threads take in all, in a process that did nothing else."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    threads = [threading.Thread(target=seconds, args=(password_hash,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def test_passwords_are_verified_one_at_a_time(password_hash: str) -> None:
    """Each takes 64 MiB: a flood of sign-ins must not take the worker along."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(peak_of_four_at_once, password_hash).result(60) < 2 * 65_536
