"""The versions of an object (TAXII 2.1 §5.8)."""

import pytest

from tests.taxii.asking import FIRST, LAST, Asker, Feed, entries, new_uuid
from tests.taxii.test_match import T1, T2, T3, indicator, marking, old_indicator
from tests.worlds import domain

ONE = indicator(1)["id"]


def test_versions_need_credentials(nobody: Asker, feed: Feed) -> None:
    """Covers 5.8a."""
    feed.push(indicator(1))
    assert feed.seen_by(nobody).versions(ONE).status == 401


def test_versions_of_what_one_may_not_read_are_403_or_404(alpha: Asker) -> None:
    """Covers 5.8b."""
    assert alpha.get(f"/plain/collections/inbox/objects/{ONE}/versions/").status == 403
    assert alpha.get(f"/plain/collections/secret/objects/{ONE}/versions/").status == 404


def test_all_versions_come_in_the_order_of_arrival(feed: Feed) -> None:
    """Covers 5.8c, 3.5a."""
    feed.push(indicator(1, modified=T2), indicator(2))
    feed.push(indicator(1, modified=T1), indicator(1, modified=T3))
    assert feed.versions(ONE).json["versions"] == [T2, T1, T3]


def test_an_object_without_versions_has_created(feed: Feed) -> None:
    """Covers 5.8d, 3.4.1h."""
    mark = marking()
    feed.push(mark)
    assert feed.versions(mark["id"]).json["versions"] == [mark["created"]]


def test_an_observable_has_the_version_that_the_manifest_names(feed: Feed) -> None:
    """Covers 5.8d, 3.4.1i."""
    feed.push(domain())
    assert feed.versions(domain()["id"]).json["versions"] == [feed.manifest().objects[0]["version"]]


def test_versions_of_an_unknown_object_are_404(feed: Feed) -> None:
    """Covers 5.8e."""
    feed.push(indicator(1))
    assert feed.versions(f"indicator--{new_uuid()}").status == 404


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_versions_are_paged_by_limit_and_next(feed: Feed, limit: int) -> None:
    """Covers 5.8f, 5.8.1b."""
    days = [f"2020-09-0{day}T00:00:00.000Z" for day in range(1, 6)]
    feed.push(*(indicator(1, modified=day) for day in days))
    pages = feed.walk(f"objects/{ONE}/versions", f"limit={limit}")
    assert entries(pages) == days
    assert all(len(page.json["versions"]) <= limit for page in pages)


def test_versions_can_be_asked_by_date_and_spec_version(feed: Feed) -> None:
    """Covers 5.8f, 3.4.1b."""
    feed.push(old_indicator(1, modified=T1))
    cut = feed.versions(ONE).headers[LAST]
    feed.push(indicator(1, modified=T2))
    assert feed.versions(ONE, f"added_after={cut}").json["versions"] == [T2]
    assert feed.versions(ONE, "match[spec_version]=2.0").json["versions"] == [T1]
    assert feed.versions(ONE).json["versions"] == [T1, T2]


def test_versions_have_both_dates(feed: Feed) -> None:
    """Covers 5.8g, 3.2d."""
    feed.push(indicator(2), indicator(1, modified=T1), indicator(1, modified=T2))
    answer, dates = feed.versions(ONE), feed.dates()
    assert [answer.headers[FIRST], answer.headers[LAST]] == [dates[ONE, T1], dates[ONE, T2]]


def test_a_filter_that_leaves_no_version_gives_an_empty_resource(feed: Feed) -> None:
    """Covers 5.8.1a."""
    feed.push(indicator(1))
    assert feed.versions(ONE, "added_after=2099-01-01T00:00:00Z").json == {}


def test_match_version_is_not_defined_for_versions(feed: Feed) -> None:
    """Covers 5.8f."""
    feed.push(indicator(1, modified=T1), indicator(1, modified=T2))
    assert feed.versions(ONE, "match[version]=last").json["versions"] == [T1, T2]
