"""Filters: added_after, limit, next and how parameters are read (TAXII 2.1 §3.4)."""

import pytest

from taxii_server.core.timestamps import format_timestamp, parse_timestamp
from tests.taxii.asking import Asker, Feed, entries, new_uuid
from tests.taxii.conftest import GET4
from tests.worlds import domain, indicator

BAD_QUERIES = (
    "limit=0",
    "limit=-1",
    "limit=1.5",
    "limit=abc",
    "limit=",
    "limit=%2B1",
    "limit=1e3",
    "limit=0x10",
    "limit=%D9%A3",
    "limit=1%00",
    f"limit={10**30}",
    "limit=1&limit=1",
    "limit=1&limit=2",
    "added_after=yesterday",
    "added_after=",
    "added_after=2020-13-01T00:00:00Z",
    "added_after=2020-02-30T00:00:00Z",
    "added_after=2020-01-01T25:00:00Z",
    "added_after=2020-01-01T00:00:60Z",
    "added_after=2020-01-01",
    "added_after=2020-01-01T00:00:00",
    "added_after=2020-01-01T00:00:00%2B00:00",
    "added_after=2020-01-01t00:00:00z",
    "added_after=0000-01-01T00:00:00Z",
    "added_after=2020-01-01T00:00:00.123456789Z",
    "added_after=2020-01-01T00:00:00.Z",
    "added_after=1597190400",
    "added_after=2020-01-01T00:00:00Z,2021-01-01T00:00:00Z",
    "added_after=2020-01-01T00:00:00Z&added_after=2020-01-01T00:00:00Z",
    "next=garbage",
    "next=%F0%9F%95%B5",
    "next=AAAA",
    "next=" + "A" * 3000,
    "next=../../etc/passwd",
)


@pytest.mark.parametrize("name", GET4)
@pytest.mark.parametrize("query", BAD_QUERIES)
def test_a_malformed_parameter_is_400_and_named(alpha: Asker, endpoints: dict[str, str], name: str, query: str) -> None:
    """Covers 3.4a, 3.4f, 3.4k, N14, N21, N24."""
    answer = alpha.get(f"{endpoints[name]}?{query}")
    assert answer.status == 400
    assert answer.description.find(query.partition("=")[0]) >= 0


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_a_malformed_parameter_of_a_delete_is_400_and_deletes_nothing(feed: Feed, query: str) -> None:
    """Covers 3.4a."""
    feed.push(indicator(1))
    assert feed.delete(indicator(1)["id"], query).status == 400
    assert feed.objects().ids == [indicator(1)["id"]]


def test_added_after_is_strict_to_the_microsecond(feed: Feed) -> None:
    """Covers 3.4b, 3.1l, 5.4e."""
    feed.push(indicator(1), indicator(2), indicator(3))
    second = feed.dates()[indicator(2)["id"], indicator(2)["modified"]]
    before = format_timestamp(parse_timestamp(second) - 1)
    assert feed.objects(f"added_after={second}").ids == [indicator(3)["id"]]
    assert feed.objects(f"added_after={before}").ids == [indicator(2)["id"], indicator(3)["id"]]


@pytest.mark.parametrize("resource", ["manifest", "objects", "object", "versions"])
def test_added_after_works_on_every_paged_endpoint(feed: Feed, resource: str) -> None:
    """Covers 3.4b, 5.4e, 5.6d, 5.8f, N22. The first version is older, the second newer than the cut."""
    feed.push(indicator(1))
    cut = feed.objects().headers["X-TAXII-Date-Added-Last"]
    feed.push(indicator(1, modified="2020-09-01T00:00:00.000Z"))
    one = indicator(1)["id"]
    path = {"object": f"objects/{one}", "versions": f"objects/{one}/versions"}.get(resource, resource)
    assert len(entries([feed.page(path, f"added_after={cut}")])) == 1
    assert entries([feed.page(path, "added_after=2099-01-01T00:00:00.000000Z")]) == []


def test_added_after_has_nothing_to_do_with_stix_times(feed: Feed) -> None:
    """Covers 3.4e, N22. An object that was modified in 1999 and is added today is new."""
    feed.push(indicator(1))
    cut = feed.objects().headers["X-TAXII-Date-Added-Last"]
    feed.push(indicator(2, created="1999-01-01T00:00:00.000Z", modified="1999-01-01T00:00:00.000Z"))
    assert feed.objects(f"added_after={cut}").ids == [indicator(2)["id"]]
    assert feed.manifest(f"added_after={cut}").ids == [indicator(2)["id"]]


def test_an_object_modified_in_the_near_future_is_not_newer_than_it_is(feed: Feed) -> None:
    """Covers 3.4e."""
    feed.push(indicator(1))
    status = feed.push(indicator(2))
    hour_ahead = format_timestamp(parse_timestamp(status.json["request_timestamp"]) + 3_600_000_000)
    feed.push(indicator(3, modified=hour_ahead))
    assert feed.objects(f"added_after={hour_ahead}").json == {}


def test_a_list_of_two_times_is_malformed(feed: Feed) -> None:
    """Covers 3.4c."""
    assert feed.objects("added_after=2020-01-01T00:00:00Z,2021-01-01T00:00:00Z").status == 400


def test_without_added_after_the_oldest_come_first(feed: Feed) -> None:
    """Covers 3.4d."""
    ids = []
    for number in range(4):
        ids.append(feed.push(indicator(number)).json["successes"][0]["id"])
    assert feed.objects("limit=2").ids == ids[:2]


@pytest.mark.parametrize("limit", [1, 2, 7])
@pytest.mark.parametrize("resource", ["objects", "manifest"])
def test_a_page_never_has_more_than_limit(feed: Feed, resource: str, limit: int) -> None:
    """Covers 3.4g."""
    feed.push(*(indicator() for _ in range(15)))
    pages = feed.walk(resource, f"limit={limit}")
    assert all(len(page.ids) <= limit for page in pages)
    assert len(entries(pages)) == 15


@pytest.mark.parametrize("limit", [5, 6, 1000, 2**53 - 1])
def test_everything_comes_at_once_where_the_limit_suffices(feed: Feed, limit: int) -> None:
    """Covers 3.4h, 3.4j."""
    feed.push(*(indicator() for _ in range(5)))
    page = feed.objects(f"limit={limit}")
    assert len(page.ids) == 5
    assert not page.json["more"]
    assert "next" not in page.json


def test_more_is_true_where_something_was_left_out(feed: Feed) -> None:
    """Covers 3.4j, 3.4i."""
    feed.push(*(indicator() for _ in range(5)))
    page = feed.objects("limit=4")
    assert page.json["more"] is True
    assert page.json["next"]


@pytest.mark.parametrize("resource", ["objects", "manifest"])
def test_different_match_fields_are_anded(feed: Feed, resource: str) -> None:
    """Covers 3.4l, 3.1l, 5.4e."""
    one, two, three = indicator(), indicator(), domain()
    feed.push(one, two, three)
    assert feed.page(resource, f"match[type]=indicator&match[id]={one['id']},{three['id']}").ids == [one["id"]]
    assert feed.page(resource, f"match[type]=domain-name&match[id]={one['id']}").ids == []


def test_match_fields_and_added_after_are_anded(feed: Feed) -> None:
    """Covers 3.4l."""
    feed.push(indicator(1), domain("a.example"))
    cut = feed.objects().headers["X-TAXII-Date-Added-Last"]
    feed.push(indicator(2), domain("b.example"))
    assert feed.objects(f"match[type]=indicator&added_after={cut}").ids == [indicator(2)["id"]]


@pytest.mark.parametrize("field", ["id", "type", "version", "spec_version"])
def test_a_match_field_given_twice_is_400(feed: Feed, field: str) -> None:
    """Covers 3.4l."""
    value = {"version": "last", "spec_version": "2.1"}.get(field, "indicator")
    answer = feed.objects(f"match[{field}]={value}&match[{field}]={value}")
    assert answer.status == 400
    assert f"match[{field}]" in answer.description


@pytest.mark.parametrize("query", ["match[nosuch]=1", "match[]=1", "match=1", "nosuch=1", "match[id][]=1", "&&&=", "="])
@pytest.mark.parametrize("name", GET4)
def test_an_unknown_parameter_is_ignored(alpha: Asker, endpoints: dict[str, str], name: str, query: str) -> None:
    """Covers 3.4m."""
    assert alpha.get(f"{endpoints[name]}?{query}").json == alpha.get(endpoints[name]).json


def test_values_of_a_field_are_ored(feed: Feed) -> None:
    """Covers 3.4n, 3.4.1a, 3.4.1d. Two ids in one request brought medallion down."""
    feed.push(indicator(1), indicator(2), domain(), indicator(3))
    two = [indicator(1)["id"], indicator(3)["id"]]
    assert feed.objects(f"match[id]={','.join(two)}").ids == two
    assert len(feed.objects("match[type]=domain-name,indicator").ids) == 4
    assert len(feed.objects("match[version]=first,last").ids) == 4


@pytest.mark.parametrize("value", ["indicator,", ",indicator", "indicator,,domain-name", ","])
def test_an_empty_value_is_400(feed: Feed, value: str) -> None:
    """Covers 3.4a, 3.4n."""
    assert feed.objects(f"match[type]={value}").status == 400


def test_no_parameter_means_everything(feed: Feed) -> None:
    """Covers 3.4o."""
    pushed = [indicator() for _ in range(30)] + [domain(f"d{number}.example") for number in range(30)]
    feed.push(*pushed)
    assert entries(feed.walk("objects")) == pushed
    assert [one["id"] for one in entries(feed.walk("manifest"))] == [one["id"] for one in pushed]


@pytest.mark.parametrize("digits", ["", ".1", ".12", ".123", ".1234", ".12345", ".123456"])
def test_added_after_may_have_fewer_than_six_digits(feed: Feed, digits: str) -> None:
    """Covers Q35, N14."""
    feed.push(indicator())
    assert len(feed.objects(f"added_after=2020-01-01T00:00:00{digits}Z").ids) == 1
    assert feed.objects(f"added_after=2099-01-01T00:00:00{digits}Z").ids == []


@pytest.mark.parametrize("field", ["id", "type", "spec_version"])
@pytest.mark.parametrize(
    "value",
    [
        "%25",
        "*",
        "_",
        "'",
        "' OR 1=1 --",
        '"',
        "\\",
        "indicator%",
        "%00",
        "$where",
        "{}",
        "[$ne]=1",
        ".*",
        "😀",
    ],
)
def test_filter_values_are_data(feed: Feed, field: str, value: str) -> None:
    """Covers Q33."""
    feed.push(indicator())
    assert feed.objects(f"match[{field}]={value}").ids == []


def test_a_query_of_five_kilobytes_works(feed: Feed) -> None:
    """Covers Q32."""
    one = indicator()
    feed.push(one, indicator())
    ids = [one["id"], *(f"indicator--{new_uuid()}" for _ in range(150))]
    answer = feed.objects(f"match[id]={','.join(ids)}")
    assert answer.ids == [one["id"]]


def test_a_walk_with_a_long_query_goes_on_with_its_fields_repeated(feed: Feed) -> None:
    """Covers Q32, 3.5c."""
    wanted = [indicator() for _ in range(5)]
    feed.push(*wanted, indicator())
    ids = [one["id"] for one in wanted] + [f"indicator--{new_uuid()}" for _ in range(150)]
    pages = feed.walk("objects", f"limit=2&match[id]={','.join(ids)}")
    assert entries(pages) == wanted
    alone = feed.objects(f"limit=2&next={pages[0].json['next']}")
    assert alone.status == 400
    assert "repeat" in alone.description


def test_the_manifest_filters_as_the_objects_do(feed: Feed) -> None:
    """Covers 5.3c, 5.4e."""
    feed.push(indicator(1), domain(), indicator(2))
    feed.push(indicator(1, modified="2021-01-01T00:00:00.000Z"), indicator(3))
    cut = feed.objects("limit=1").headers["X-TAXII-Date-Added-Last"]
    for query in (
        "",
        "match[version]=all",
        "match[version]=first",
        "match[type]=indicator",
        f"match[id]={indicator(1)['id']},{indicator(3)['id']}&match[version]=all",
        f"added_after={cut}",
        "match[spec_version]=2.0",
        "limit=2",
    ):
        objects, manifest = feed.objects(query), feed.manifest(query)
        assert manifest.ids == objects.ids
        assert [one["version"] for one in manifest.objects] == [
            one.get("modified", record["date_added"])
            for one, record in zip(objects.objects, manifest.objects, strict=True)
        ]
        assert manifest.json.get("more") == objects.json.get("more")


def test_an_empty_next_is_no_next(feed: Feed) -> None:
    """Covers 3.4k. MISP sends one for the first page."""
    feed.push(indicator())
    assert len(feed.objects("limit=50&next=").ids) == 1
