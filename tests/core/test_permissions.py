"""Who may read and write (rules.md 9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxii_server.core.permissions import NOBODY, RESERVED_SLUGS, CollectionAccess, Requester, Role

MEMBER = Requester("a", "alpha", Role.MEMBER, Role.MEMBER)
ANALYST = Requester("b", "alpha", Role.MEMBER, Role.ANALYST)
AGENCY = Requester("c", "watch", Role.AGENCY, Role.AGENCY)
EVERYBODY = (NOBODY, MEMBER, ANALYST, AGENCY)
NAMES = st.frozensets(st.sampled_from(["alpha", "watch", "beta", *sorted(RESERVED_SLUGS)]))


def access(*names: str) -> CollectionAccess:
    return CollectionAccess(frozenset(names), frozenset(names))


@pytest.mark.parametrize(
    ("name", "admitted"),
    [
        ("alpha", {MEMBER, ANALYST}),
        ("member", {MEMBER, ANALYST}),
        ("agency", {AGENCY}),
        ("watch", {AGENCY}),
        ("operator", set()),
        ("beta", set()),
        ("authenticated", {MEMBER, ANALYST, AGENCY}),
        ("anonymous", set(EVERYBODY)),
    ],
)
def test_a_name_among_the_readers_admits_those_it_stands_for(name: str, admitted: set[Requester]) -> None:
    assert {one for one in EVERYBODY if access(name).may_read(one)} == admitted


@given(NAMES)
def test_an_analyst_reads_what_its_organisation_reads(names: frozenset[str]) -> None:
    assert access(*names).may_read(ANALYST) == access(*names).may_read(MEMBER)


@given(NAMES)
def test_an_analyst_never_pushes(names: frozenset[str]) -> None:
    assert not access(*names).may_write(ANALYST)


@given(NAMES)
def test_everybody_else_who_signed_in_writes_by_the_same_rule_as_it_reads(names: frozenset[str]) -> None:
    for one in (MEMBER, AGENCY):
        assert access(*names).may_write(one) == access(*names).may_read(one)


@pytest.mark.parametrize("requester", EVERYBODY)
def test_nobody_is_admitted_where_nobody_is_named(requester: Requester) -> None:
    assert not access().may_read(requester)


def test_readers_do_not_write() -> None:
    assert not CollectionAccess(frozenset({"alpha"}), frozenset()).may_write(MEMBER)


def test_writers_do_not_read() -> None:
    assert not CollectionAccess(frozenset(), frozenset({"alpha"})).may_read(MEMBER)


@given(NAMES.map(lambda names: names - {"anonymous"}))
def test_the_anonymous_requester_needs_to_be_named(names: frozenset[str]) -> None:
    assert not access(*names).may_read(NOBODY)


def test_the_anonymous_requester_has_no_account() -> None:
    assert NOBODY.is_anonymous


def test_whoever_signed_in_is_not_anonymous() -> None:
    assert not MEMBER.is_anonymous
