"""Deleting objects (TAXII 2.1 §5.7)."""

import pytest

from tests.taxii.asking import Asker, Feed, new_uuid
from tests.taxii.conftest import AskAs
from tests.taxii.test_match import T1, T2, T3, indicator, marking, old_indicator
from tests.worlds import domain

ONE = indicator(1)["id"]


@pytest.fixture
def versioned(feed: Feed) -> Feed:
    """An indicator in three versions, and another."""
    feed.push(*(indicator(1, modified=modified) for modified in (T1, T2, T3)), indicator(2))
    return feed


def left(feed: Feed) -> list[str]:
    """The versions of the first indicator that are still there."""
    answer = feed.versions(ONE)
    return [] if answer.status == 404 else answer.json["versions"]


def test_a_delete_needs_credentials(nobody: Asker, versioned: Feed) -> None:
    """Covers 5.7a."""
    assert versioned.seen_by(nobody).delete(ONE).status == 401
    assert len(left(versioned)) == 3


def test_a_delete_is_200_with_content_type_and_without_payload(versioned: Feed) -> None:
    """Covers 5.7b."""
    answer = versioned.delete(ONE)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Type"] == "application/taxii+json;version=2.1"
    assert answer.headers["Content-Length"] == "0"


def test_what_was_deleted_is_gone_everywhere(versioned: Feed) -> None:
    """Covers 5.7c, 5.7d. OpenTAXII's deletes were not written down: read it back."""
    versioned.delete(ONE)
    assert versioned.object(ONE).status == 404
    assert versioned.versions(ONE).status == 404
    for query in ("", "match[version]=all", f"match[id]={ONE}&match[version]=all"):
        assert ONE not in versioned.objects(query).ids
        assert ONE not in versioned.manifest(query).ids
    assert versioned.objects().ids == [indicator(2)["id"]]


def test_without_match_version_the_whole_object_goes(versioned: Feed) -> None:
    """Covers 5.7e, N21. An older version must not come back to life."""
    versioned.delete(ONE)
    assert left(versioned) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("all", []),
        ("last", [T1, T2]),
        ("first", [T2, T3]),
        (T2, [T1, T3]),
        ("first,last", [T2]),
        (f"first,{T2}", [T3]),
        (f"{T1},{T3}", [T2]),
    ],
)
def test_match_version_says_what_goes(versioned: Feed, value: str, expected: list[str]) -> None:
    """Covers 5.7e, 3.1l, 3.4.1n."""
    assert versioned.delete(ONE, f"match[version]={value}").status == 200
    assert left(versioned) == expected


def test_the_version_before_becomes_the_last(versioned: Feed) -> None:
    """Covers 5.7d, 3.4.1k."""
    versioned.delete(ONE, "match[version]=last")
    assert [one["modified"] for one in versioned.object(ONE).objects] == [T2]
    versioned.delete(ONE, "match[version]=first")
    assert [one["modified"] for one in versioned.object(ONE, "match[version]=first").objects] == [T2]


def test_one_version_that_was_deleted_is_404(versioned: Feed) -> None:
    """Covers 5.7c, 5.6h."""
    versioned.delete(ONE, f"match[version]={T2}")
    assert versioned.object(ONE, f"match[version]={T2}").status == 404
    assert versioned.object(ONE, f"match[version]={T1}").status == 200


def test_match_spec_version_says_what_goes(feed: Feed) -> None:
    """Covers 5.7h, 5.6e, 3.4.1b."""
    feed.push(old_indicator(1), indicator(1))
    assert feed.delete(ONE, "match[spec_version]=2.0").status == 200
    both = "match[version]=all&match[spec_version]=2.0,2.1"
    assert [one.get("spec_version") for one in feed.objects(both).objects] == ["2.1"]
    assert feed.delete(ONE, "match[spec_version]=2.0").status == 404


def test_without_match_spec_version_both_go(feed: Feed) -> None:
    """Covers 5.7e, 5.7h."""
    feed.push(old_indicator(1), indicator(1))
    feed.delete(ONE)
    assert feed.objects("match[version]=all&match[spec_version]=2.0,2.1").json == {}


def test_an_unknown_object_or_version_is_404(versioned: Feed) -> None:
    """Covers 5.7g, N15."""
    assert versioned.delete(f"indicator--{new_uuid()}").status == 404
    assert versioned.delete(ONE, "match[version]=2019-01-01T00:00:00Z").status == 404
    assert versioned.delete(ONE, "match[spec_version]=2.0").status == 404
    assert len(left(versioned)) == 3


def test_a_second_delete_is_404(versioned: Feed) -> None:
    """Covers 5.7g."""
    assert [versioned.delete(ONE).status for _ in range(2)] == [200, 404]


@pytest.mark.parametrize(
    ("organisation", "collection", "status"),
    [
        ("beta", "secret", 404),
        ("watch", "inbox", 403),
        ("alpha", "inbox", 403),
        ("house", "dropbox", 403),
        ("beta", "dropbox", 403),
    ],
)
def test_a_delete_needs_both_rights(ask_as: AskAs, organisation: str, collection: str, status: int) -> None:
    """Covers 5.7f. Neither right is 404, one of them is 403, whether the object is there or not."""
    answer = ask_as(organisation).delete(f"/plain/collections/{collection}/objects/{ONE}/")
    assert answer.status == status


def test_a_marking_and_an_observable_can_be_deleted(feed: Feed) -> None:
    """Covers 3.4.1h, 5.7b."""
    mark = marking()
    feed.push(mark, domain())
    assert feed.delete(mark["id"]).status == 200
    assert feed.delete(domain()["id"]).status == 200
    assert feed.objects().json == {}


def test_what_was_deleted_can_be_pushed_again_and_is_new(versioned: Feed) -> None:
    """Covers 5.7d, 5.3.1c."""
    before = versioned.dates()[ONE, T3]
    versioned.delete(ONE)
    versioned.push(indicator(1, modified=T3))
    assert versioned.dates()[ONE, T3] > before
    assert versioned.objects().ids == [indicator(2)["id"], ONE]


def test_an_observable_that_was_deleted_can_be_pushed_again(feed: Feed) -> None:
    """Covers 5.7d, 3.4.1i."""
    feed.push(domain())
    feed.delete(domain()["id"])
    feed.push(domain())
    assert feed.objects().objects == [domain()]
    feed.push(domain())
    assert len(feed.versions(domain()["id"]).json["versions"]) == 1


def test_another_collection_keeps_its_own(feed: Feed, other_feed: Feed) -> None:
    """Covers 5.7i."""
    for one in (feed, other_feed):
        one.push(indicator(1))
    feed.delete(ONE)
    assert other_feed.objects().ids == [ONE]


@pytest.mark.parametrize("value", ["all,last", "newest", "", "first,first"])
def test_a_malformed_delete_is_400_and_deletes_nothing(versioned: Feed, value: str) -> None:
    """Covers 3.4a, 5.7e."""
    assert versioned.delete(ONE, f"match[version]={value}").status == 400
    assert len(left(versioned)) == 3


def test_match_type_and_id_are_not_defined_for_a_delete(versioned: Feed) -> None:
    """Covers 3.4m."""
    versioned.delete(ONE, "match[nosuch]=1")
    assert left(versioned) == []


def test_pages_without_the_deleted_object_are_full(feed: Feed) -> None:
    """Covers R4, 5.7d."""
    feed.push(*(indicator(number) for number in range(10)))
    for number in range(0, 10, 2):
        feed.delete(indicator(number)["id"])
    assert [len(page.ids) for page in feed.walk("objects", "limit=2")] == [2, 2, 1]
