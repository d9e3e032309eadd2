"""The manifest (TAXII 2.1 §5.3)."""

import pytest

from tests.taxii.asking import FIRST, LAST, TIMESTAMP, Asker, Feed
from tests.taxii.test_match import T1, T2, T3, indicator, marking, old_indicator
from tests.worlds import domain


def test_a_manifest_needs_credentials(nobody: Asker, feed: Feed) -> None:
    """Covers 5.3a."""
    assert feed.seen_by(nobody).manifest().status == 401


def test_a_manifest_of_what_one_may_not_read_is_403_or_404(alpha: Asker) -> None:
    """Covers 5.3b."""
    assert alpha.get("/plain/collections/inbox/manifest/").status == 403
    assert alpha.get("/plain/collections/secret/manifest/").status == 404


def test_a_manifest_has_both_dates(feed: Feed) -> None:
    """Covers 5.3d."""
    feed.push(indicator(1), indicator(2))
    answer = feed.manifest()
    assert answer.status == 200
    assert [one["date_added"] for one in answer.objects] == [answer.headers[FIRST], answer.headers[LAST]]


def test_an_empty_manifest_is_an_empty_resource(feed: Feed) -> None:
    """Covers 5.3.1a."""
    assert feed.manifest().body == b"{}"


def test_a_record_has_id_date_version_and_media_type(feed: Feed) -> None:
    """Covers 5.3.1b, 5.3.1c, 5.3.1d, 3.8b."""
    feed.push(indicator(1, modified=T2))
    (record,) = feed.manifest().objects
    assert record["id"] == indicator(1)["id"]
    assert record["version"] == T2
    assert TIMESTAMP.fullmatch(record["date_added"])


def test_the_version_of_a_record_is_modified_else_created_else_the_date_it_came(feed: Feed) -> None:
    """Covers 5.3.1d."""
    mark = marking()
    feed.push(indicator(1, modified=T3), mark, domain())
    records = {one["id"]: one for one in feed.manifest().objects}
    assert records[indicator(1)["id"]]["version"] == T3
    assert records[mark["id"]]["version"] == mark["created"]
    observable = records[domain()["id"]]
    assert observable["version"] == observable["date_added"]


def test_media_types_are_those_of_the_objects_and_of_the_collection(feed: Feed) -> None:
    """Covers 5.3.1e, N23."""
    feed.push(old_indicator(1), indicator(2), domain())
    types = [one["media_type"] for one in feed.manifest().objects]
    assert types == [f"application/stix+json;version={version}" for version in ("2.0", "2.1", "2.1")]
    assert set(types) <= set(feed.asker.get(feed.path).json["media_types"])


def test_there_is_one_record_for_each_version(feed: Feed) -> None:
    """Covers 5.3.1f, 3.3a."""
    for modified in (T2, T1, T3, T1):
        feed.push(indicator(1, modified=modified))
    assert [one["version"] for one in feed.manifest("match[version]=all").objects] == [T2, T1, T3]
    assert [one["version"] for one in feed.manifest().objects] == [T3]


def test_a_repeated_push_leaves_the_date_as_it_is(feed: Feed) -> None:
    """Covers 5.3.1c, 5.5d."""
    feed.push(indicator(1), domain())
    before = feed.manifest().objects
    feed.push(domain(), indicator(1))
    assert feed.manifest().objects == before


def test_a_version_that_is_superseded_keeps_its_date(feed: Feed) -> None:
    """Covers 5.3.1c."""
    feed.push(indicator(1, modified=T1))
    before = feed.manifest().objects[0]["date_added"]
    feed.push(indicator(1, modified=T2))
    assert feed.dates()[indicator(1)["id"], T1] == before


@pytest.mark.parametrize("query", ["limit=0", "added_after=x", "match[version]=x", "next=x"])
def test_a_malformed_query_of_a_manifest_is_400(feed: Feed, query: str) -> None:
    """Covers 5.3f, 3.4a."""
    assert feed.manifest(query).status == 400


def test_a_manifest_says_more_as_the_objects_do(feed: Feed) -> None:
    """Covers 5.3.1g, 3.7b."""
    feed.push(*(indicator(number) for number in range(5)))
    assert feed.manifest("limit=2").json["more"] is True
    assert not feed.manifest("limit=5").json.get("more", False)
    assert len(feed.walk("manifest", "limit=2")) == 3


def test_every_valid_added_after_is_taken_by_the_manifest(feed: Feed) -> None:
    """Covers N22."""
    feed.push(indicator(1))
    for text in ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000000Z"):
        assert feed.manifest(f"added_after={text}").ids == [indicator(1)["id"]]
