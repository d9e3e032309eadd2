"""The settings file that is shipped, held against architecture.md 5.3."""

import re
from pathlib import Path

import pytest

from taxii_server.core.permissions import NOBODY, Requester, Role
from taxii_server.settings import Collection, ReleaseRule, load_settings

PATH = Path(__file__).parents[1] / "config/clearinghouse.toml"
SETTINGS = load_settings(PATH)
ROOT = SETTINGS.api_roots[0]
COLLECTIONS = {one.alias: one for one in ROOT.collections}
MEMBERS = (
    "facebook",
    "google",
    "linkedin",
    "microsoft",
    "pinterest",
    "reddit",
    "twitter",
    "verizon-media",
    "wikimedia",
)
AGENCIES = ("fbi", "odni", "dhs", "cisa", "doj-nsd")
SUBMISSIONS = ("submissions-*",)


def slugs(role: str) -> set[str]:
    return {one.slug for one in SETTINGS.organisations if one.role == role}


def somebody(slug: str) -> Requester:
    role = Role(SETTINGS.organisations_by_slug[slug].role)
    return Requester(slug, slug, role, role)


def readers(one: Collection) -> set[str]:
    """Who reads a collection, by slug; everybody is asked."""
    every = {organisation.slug for organisation in SETTINGS.organisations}
    return {slug for slug in every if one.access.may_read(somebody(slug))}


def writers(one: Collection) -> set[str]:
    every = {organisation.slug for organisation in SETTINGS.organisations}
    return {slug for slug in every if one.access.may_write(somebody(slug))}


def test_the_members_are_the_nine_platforms() -> None:
    assert slugs("member") == set(MEMBERS)


def test_the_agencies_are_the_five() -> None:
    assert slugs("agency") == set(AGENCIES)


def test_the_operator_is_the_clearinghouse() -> None:
    assert slugs("operator") == {"clearinghouse"}


def test_there_is_one_api_root_and_it_is_an_exchange() -> None:
    assert ([root.name for root in SETTINGS.api_roots], ROOT.is_exchange) == (["coalition"], True)


def test_the_collections_are_those_of_the_architecture_and_no_others() -> None:
    assert set(COLLECTIONS) == {
        *(f"submissions-{member}" for member in MEMBERS),
        *(f"leads-{member}" for member in MEMBERS),
        *("coalition", "agencies", "agencies-full", "public", "agency-leads", "reference"),
    }


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_writes_its_submissions_and_reads_them_back(member: str) -> None:
    one = COLLECTIONS[f"submissions-{member}"]
    assert (writers(one), readers(one), one.release) == ({member}, {member, "clearinghouse"}, None)


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_reads_the_leads_about_its_services(member: str) -> None:
    one = COLLECTIONS[f"leads-{member}"]
    labels = tuple(f"lead:{service}" for service in SETTINGS.organisations_by_slug[member].services)
    assert (writers(one), readers(one)) == (set(), {member, "clearinghouse"})
    assert labels
    assert one.release == ReleaseRule(
        from_=("submissions-*", "agency-leads"), max_tlp="amber+strict", profile="full", labels=labels
    )


@pytest.mark.parametrize(
    ("alias", "reading", "rule"),
    [
        ("coalition", set(MEMBERS), ReleaseRule(from_=SUBMISSIONS, max_tlp="amber+strict", profile="full")),
        ("agencies", set(AGENCIES), ReleaseRule(from_=SUBMISSIONS, max_tlp="amber", profile="minimised")),
        (
            "agencies-full",
            set(AGENCIES),
            ReleaseRule(from_=SUBMISSIONS, max_tlp="amber", profile="full", labels=("release:agencies",)),
        ),
    ],
)
def test_what_is_released_to_members_and_agencies(alias: str, reading: set[str], rule: ReleaseRule) -> None:
    one = COLLECTIONS[alias]
    assert (readers(one), writers(one), one.release) == (reading | {"clearinghouse"}, set(), rule)


def test_the_public_gets_what_is_clear_minimised() -> None:
    one = COLLECTIONS["public"]
    assert one.access.may_read(NOBODY)
    assert one.release == ReleaseRule(from_=SUBMISSIONS, max_tlp="clear", profile="minimised")


def test_agencies_write_leads_that_members_read() -> None:
    one = COLLECTIONS["agency-leads"]
    assert (writers(one), readers(one)) == (set(AGENCIES), {*AGENCIES, *MEMBERS, "clearinghouse"})


def test_everyone_reads_the_reference_and_nobody_pushes_to_it() -> None:
    one = COLLECTIONS["reference"]
    assert (one.access.may_read(NOBODY), writers(one), one.release) == (True, set(), None)


def test_nothing_but_the_public_and_the_reference_is_open() -> None:
    assert {alias for alias, one in COLLECTIONS.items() if one.access.may_read(NOBODY)} == {"public", "reference"}


def test_no_member_reads_the_submissions_of_another() -> None:
    assert [alias for alias, one in COLLECTIONS.items() if alias.startswith("sub") and len(readers(one)) > 2] == []


def test_no_two_members_name_the_same_service() -> None:
    services = [service for one in SETTINGS.organisations for service in one.services]
    assert len(services) == len(set(services))


def test_titles_have_nothing_that_clients_take_for_a_separator() -> None:
    assert [one.title for one in ROOT.collections if set(".,|") & set(one.title)] == []


def test_the_sizes_are_those_of_the_architecture() -> None:
    server = SETTINGS.server
    sizes = (server.max_content_length, server.default_limit, server.max_limit, server.max_page_bytes)
    assert sizes == (67_108_864, 10_000, 10_000, 8_388_608)
    assert (server.max_object_size, server.status_hours, SETTINGS.release.default_tlp) == (12_582_912, 24, "amber")


@pytest.mark.parametrize("line", ['url = "sqlite:///var/clearinghouse.db"', 'public_url = "http://127.0.0.1:8000"'])
def test_what_scripts_replace_stands_at_the_start_of_a_line(line: str) -> None:
    assert len(re.findall(rf"^{re.escape(line)}", PATH.read_text(encoding="utf-8"), re.MULTILINE)) == 1
