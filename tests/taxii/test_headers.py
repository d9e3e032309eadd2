"""Headers and the form of every answer (TAXII 2.1 §1.6, §2, §3.1, §3.2)."""

import gzip
from collections.abc import Iterator

import pytest
from flask import Flask

from taxii_server.core.timestamps import parse_timestamp
from tests.taxii.asking import FIRST, LAST, TIMESTAMP, UUID4, Asker, Feed
from tests.taxii.conftest import GET4
from tests.worlds import TAXII, World, domain, indicator

ENDPOINTS = (
    *("discovery", "api root", "status", "collections", "collection"),
    *GET4,
)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_answer_is_strict_json_in_utf_8(alpha: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers 1.6.7a, 2f, 3.1b."""
    assert isinstance(alpha.get(endpoints[name]).json, dict)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_answer_has_the_taxii_media_type_to_the_letter(
    alpha: Asker, endpoints: dict[str, str], name: str
) -> None:
    """Covers 3.1e, 1.6.8a, R9."""
    assert alpha.get(endpoints[name]).headers["Content-Type"] == "application/taxii+json;version=2.1"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/nowhere/", "GET", 404),
        ("/taxii2/", "POST", 405),
        ("/plain/collections/feed/objects/?limit=0", "GET", 400),
        ("/plain/collections/secret/objects/", "GET", 404),
        ("/plain/collections/inbox/objects/", "GET", 403),
        ("/plain/collections/feed/objects/", "POST", 415),
    ],
)
def test_errors_have_the_taxii_media_type_too(alpha: Asker, path: str, method: str, status: int) -> None:
    """Covers 3.1e, R8."""
    answer = alpha.ask(method, path)
    assert (answer.status, answer.headers["Content-Type"]) == (status, TAXII)


@pytest.mark.parametrize("name", GET4)
def test_both_dates_stand_on_every_page_with_entries(alpha: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers 3.2a, 3.2b, 3.2c, 2g, 2h, R7."""
    answer = alpha.get(endpoints[name])
    assert TIMESTAMP.fullmatch(answer.headers[FIRST])
    assert TIMESTAMP.fullmatch(answer.headers[LAST])


def test_the_dates_are_those_of_this_page_alone(feed: Feed) -> None:
    """Covers 3.2d."""
    feed.push(*(indicator() for _ in range(5)))
    dates = {one: date for (one, _), date in feed.dates().items()}
    for page in feed.walk("objects", "limit=2"):
        assert page.headers[FIRST] == dates[page.ids[0]]
        assert page.headers[LAST] == dates[page.ids[-1]]


def test_a_page_of_one_object_has_both_dates(feed: Feed) -> None:
    """Covers 3.2d."""
    feed.push(indicator(), indicator(), indicator())
    page = feed.objects("limit=1")
    assert page.headers[FIRST] == page.headers[LAST]
    assert page.headers[LAST] < feed.objects("limit=2").headers[LAST]


def test_a_manifest_has_the_dates_of_its_records(feed: Feed) -> None:
    """Covers 3.2d, 5.3d."""
    feed.push(indicator(), indicator(), indicator())
    page = feed.manifest("limit=2")
    dates = [record["date_added"] for record in page.objects]
    assert [page.headers[FIRST], page.headers[LAST]] == dates


@pytest.mark.parametrize("resource", ["objects", "manifest"])
def test_an_empty_page_echoes_added_after_with_six_digits_as_the_last_date(feed: Feed, resource: str) -> None:
    """Covers 3.2a, 3.2b, R7."""
    feed.push(indicator())
    page = feed.page(resource, "added_after=2099-01-01T00:00:00Z")
    assert page.json == {}
    assert page.headers[LAST] == "2099-01-01T00:00:00.000000Z"
    assert FIRST not in page.headers


def test_an_empty_page_without_added_after_has_no_dates(feed: Feed) -> None:
    """Covers R7."""
    page = feed.objects()
    assert FIRST not in page.headers
    assert LAST not in page.headers


def test_dates_are_written_with_six_digits_even_where_they_are_zero(feed: Feed) -> None:
    """Covers 2g, 2h."""
    status = feed.push(indicator()).json
    date = feed.manifest().objects[0]["date_added"]
    assert date.endswith("000Z")  # the last of a batch falls on a whole millisecond
    assert TIMESTAMP.fullmatch(date)
    assert TIMESTAMP.fullmatch(status["request_timestamp"])


def test_booleans_are_json_literals(feed: Feed) -> None:
    """Covers 2a."""
    feed.push(indicator(), indicator())
    resource = feed.asker.get(feed.path).json
    assert resource["can_read"] is True
    assert resource["can_write"] is True
    assert feed.objects("limit=1").json["more"] is True
    assert feed.objects("limit=2").json.get("more", False) is False


def test_identifiers_of_collections_and_statuses_are_version_4_uuids(feed: Feed) -> None:
    """Covers 2b, 5.2.1a, 4.3.1a."""
    collections = feed.asker.get("/plain/collections/").json["collections"]
    assert all(UUID4.fullmatch(one["id"]) for one in collections)
    assert UUID4.fullmatch(feed.push(indicator()).json["id"])


def test_integers_fit_into_53_bits(feed: Feed) -> None:
    """Covers 2c."""
    status = feed.push(indicator()).json
    numbers = [value for name, value in status.items() if name.endswith("_count")]
    numbers.append(feed.asker.get("/fresh/").json["max_content_length"])
    assert all(type(number) is int and 0 <= number < 2**53 for number in numbers)


def test_no_answer_has_an_empty_list(feed: Feed) -> None:
    """Covers 2d. Every answer of this folder is checked for it; these are the ones that would have one."""
    assert feed.objects().json == {}
    assert feed.manifest().json == {}
    status = feed.push(indicator()).json
    assert "failures" not in status
    assert "pendings" not in status


def test_entries_of_a_list_are_of_one_type(feed: Feed) -> None:
    """Covers 2e."""
    root = feed.asker.get("/fresh/").json
    assert all(isinstance(version, str) for version in root["versions"])
    resource = feed.asker.get(feed.path).json
    assert all(isinstance(media_type, str) for media_type in resource["media_types"])


@pytest.mark.parametrize(
    "text",
    [
        "naïve – “quoted”",
        "e\u0301 combining",
        "🕵️ beyond the basic plane 𝔘",
        "\u202eright to left",
        "tab\tline\nend",
        "\x7f",
    ],
)
def test_strings_come_back_as_they_were(feed: Feed, text: str) -> None:
    """Covers 2f, Q6."""
    feed.push(indicator(description=text))
    assert feed.objects().objects[0]["description"] == text


@pytest.mark.parametrize("name", GET4)
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_head_has_the_headers_of_get_and_no_body(
    alpha: Asker, endpoints: dict[str, str], name: str, method: str
) -> None:
    """Covers Q4."""
    answer = alpha.ask(method, endpoints[name])
    assert answer.status == 200
    assert all(name in answer.headers for name in (FIRST, LAST, "ETag"))


@pytest.mark.parametrize("name", ENDPOINTS)
def test_head_works_wherever_get_does(alpha: Asker, endpoints: dict[str, str], name: str) -> None:
    """Covers Q4."""
    got, head = alpha.get(endpoints[name]), alpha.ask("HEAD", endpoints[name])
    assert head.status == 200
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_head_of_an_error_has_no_body(alpha: Asker) -> None:
    """Covers Q4, 3.1c."""
    assert alpha.ask("HEAD", "/plain/collections/secret/objects/").status == 404


def test_large_pages_come_compressed_to_those_who_ask(feed: Feed, shared_app: Flask) -> None:
    """Covers Q31."""
    feed.push(*(indicator() for _ in range(50)))
    client, headers = shared_app.test_client(), {**feed.asker.headers, "Accept-Encoding": "gzip, deflate"}
    packed = client.get(f"{feed.path}objects/", headers=headers)
    plain = client.get(f"{feed.path}objects/", headers=feed.asker.headers)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("coding", ["identity", "br", "gzip;q=0", "deflate", ""])
def test_pages_come_as_they_are_to_those_who_do_not_ask_for_gzip(feed: Feed, coding: str) -> None:
    """Covers Q31."""
    feed.push(*(indicator() for _ in range(20)))
    answer = feed.asker.get(f"{feed.path}objects/", {"Accept-Encoding": coding})
    assert "Content-Encoding" not in answer.headers


def test_pages_vary_by_coding_and_by_who_asks(feed: Feed) -> None:
    """Covers Q31."""
    feed.push(indicator())
    varies = feed.objects().headers["Vary"]
    assert {"Accept-Encoding", "Authorization"} <= {one.strip() for one in varies.split(",")}


def test_a_page_that_has_not_changed_is_304(feed: Feed) -> None:
    feed.push(indicator())
    page = feed.objects()
    again = feed.asker.get(f"{feed.path}objects/", {"If-None-Match": page.headers["ETag"]})
    assert again.status == 304
    assert again.headers[LAST] == page.headers[LAST]


@pytest.fixture
def changed(feed: Feed) -> Iterator[tuple[Feed, str]]:
    """A feed of three objects and the ETag of its first, finished page of two."""
    feed.push(indicator(1), indicator(2), indicator(3))
    yield feed, feed.objects("limit=2").headers["ETag"]


def test_a_finished_page_keeps_its_etag_when_more_is_appended(changed: tuple[Feed, str]) -> None:
    feed, etag = changed
    feed.push(indicator())
    assert feed.objects("limit=2").headers["ETag"] == etag


def test_a_page_loses_its_etag_when_an_object_of_it_is_superseded(changed: tuple[Feed, str]) -> None:
    feed, etag = changed
    feed.push(indicator(1, modified="2020-09-01T00:00:00.000Z"))
    page = feed.asker.get(f"{feed.path}objects/?limit=2", {"If-None-Match": etag})
    assert page.status == 200
    assert page.ids == [indicator(2)["id"], indicator(3)["id"]]


def test_a_page_loses_its_etag_when_an_object_of_it_is_deleted(changed: tuple[Feed, str]) -> None:
    feed, etag = changed
    feed.delete(indicator(2)["id"])
    page = feed.asker.get(f"{feed.path}objects/?limit=2", {"If-None-Match": etag})
    assert page.ids == [indicator(1)["id"], indicator(3)["id"]]


def test_answers_are_not_for_shared_caches(alpha: Asker, endpoints: dict[str, str]) -> None:
    """Covers Q16."""
    for path in endpoints.values():
        assert "private" in alpha.get(path).headers["Cache-Control"]


def test_the_dates_of_a_page_are_server_time_not_stix_time(feed: Feed, shared: World) -> None:
    """Covers Q15, 3.4e."""
    before = parse_timestamp(feed.push(domain("before.example")).json["request_timestamp"])
    feed.push(indicator(created="1999-01-01T00:00:00.000Z", modified="1999-01-01T00:00:00.000Z"))
    added = parse_timestamp(feed.objects().headers[LAST])
    assert 0 <= added - before < 10_000_000
