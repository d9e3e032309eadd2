"""Pushing objects (TAXII 2.1 §5.5)."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask

from taxii_server.app import create_app
from taxii_server.core.timestamps import parse_timestamp
from tests.taxii.asking import NOBODYS, Answer, Asker, Feed, entries, in_process
from tests.worlds import SECRET, World, bundle, domain, envelope, indicator, make_world


def test_a_push_needs_credentials(nobody: Asker, feed: Feed) -> None:
    """Covers 5.5a."""
    assert feed.seen_by(nobody).post(envelope(indicator())).status == 401
    assert feed.objects().json == {}


def test_a_push_without_the_right_is_403_or_404(alpha: Asker, watch: Asker) -> None:
    """Covers 5.5b."""
    assert watch.post("/plain/collections/inbox/objects/", envelope(indicator())).status == 403
    assert alpha.post(f"/plain/collections/{SECRET}/objects/", envelope(indicator())).status == 404


def test_a_push_is_answered_202_with_a_complete_status(feed: Feed) -> None:
    """Covers 5.5c, 4.3.1b, N24."""
    answer = feed.post(envelope(indicator()))
    assert answer.status == 202
    assert answer.json["status"] == "complete"


def test_what_a_202_reports_can_be_read_at_once(feed: Feed) -> None:
    """Covers 5.5c, 5.4e."""
    for number in range(20):
        feed.push(indicator(number))
        assert feed.object(indicator(number)["id"]).status == 200


def test_a_repeated_push_is_a_success_and_stored_once(feed: Feed) -> None:
    """Covers 5.5d, 5.3.1c."""
    feed.push(indicator(1))
    before = feed.dates()
    status = feed.push(indicator(1)).json
    assert status["success_count"] == 1
    assert feed.dates() == before


def test_a_duplicate_inside_an_envelope_is_stored_once(feed: Feed) -> None:
    """Covers 5.5d, 4.3.1e."""
    status = feed.push(indicator(1), domain(), indicator(1), domain()).json
    assert (status["total_count"], status["success_count"]) == (4, 4)
    assert len(feed.objects("match[version]=all").ids) == 2


def test_white_space_and_order_of_names_make_no_other_object(feed: Feed) -> None:
    """Covers 5.5d."""
    one = indicator(1)
    feed.push(one)
    turned = json.dumps({"objects": [dict(reversed(one.items()))]}, indent=3).encode()
    assert feed.post(turned).json["success_count"] == 1
    assert feed.post(turned.replace(b'"name"', rb'"\u006eame"')).json["success_count"] == 1
    assert len(feed.objects("match[version]=all").ids) == 1


def test_other_content_under_a_stored_version_is_a_failure_and_changes_nothing(feed: Feed) -> None:
    """Covers 5.5d."""
    feed.push(indicator(1))
    assert "modified" in feed.refusal(indicator(1, name="Something else"))
    assert feed.objects().objects == [indicator(1)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"not json",
        b'{"objects": [',
        b'{"objects": [{"type": "indicator"}',
        b"\xff\xfe{}",
        b'{"objects": [{"type": "\xff"}]}',
        b"\xef\xbb\xbf" + envelope(indicator()),
        envelope(indicator()).decode().encode("utf-16"),
        envelope(indicator()) + b"{}",
        b"'objects'",
        b"{'objects': []}",
        b'{"objects": [1,]}',
        b"<xml/>",
        b"objects=1",
        b"\x00" * 100,
    ],
)
def test_a_body_that_is_no_json_is_400(feed: Feed, body: bytes) -> None:
    """Covers 5.5h, 1.6.7a, N21."""
    answer = feed.post(body)
    assert answer.status == 400
    assert feed.objects().json == {}


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"true",
        b'{"objects": []}',
        b'{"objects": 7}',
        b'{"objects": {}}',
        b'{"objects": null}',
        b'{"objects": ["text"]}',
        b'{"objects": [7]}',
        b'{"objects": [null]}',
        b'{"objects": [[]]}',
        b'{"more": true}',
        b'{"type": "bundle", "id": "bundle--1"}',
        json.dumps(indicator()).encode(),
        b"[" + json.dumps(indicator()).encode() + b"]",
        json.dumps({"objects": indicator()}).encode(),
        b'{"Objects": [' + json.dumps(indicator()).encode() + b"]}",
        b'{"objects": [{"a": NaN}]}',
        b'{"objects": [{"a": Infinity}]}',
        b'{"objects": [{"a": -Infinity}]}',
        b'{"more": NaN, "objects": [' + json.dumps(indicator()).encode() + b"]}",
        b'{"objects": [{"a": 1, "a": 1}]}',
        b'{"objects": [], "objects": [' + json.dumps(indicator()).encode() + b"]}",
        b'{"objects": [' + json.dumps(indicator()).encode() + b', {"x": {"b": 1, "\\u0062": 2}}]}',
    ],
)
def test_json_that_is_no_envelope_is_422_with_a_hint(feed: Feed, body: bytes) -> None:
    """Covers 5.5h, 1.6.7a, N13."""
    answer = feed.post(body)
    assert answer.status == 422
    assert len(answer.description) > 20
    assert feed.objects().json == {}


def test_a_bundle_is_taken_as_an_envelope_is(feed: Feed) -> None:
    """Covers Q7, R10."""
    status = feed.post(bundle(indicator(1), domain())).json
    assert status["success_count"] == 2
    assert feed.objects().objects == [indicator(1), domain()]


def test_a_bundle_inside_an_envelope_is_a_failure_that_says_so(feed: Feed) -> None:
    """Covers Q7."""
    inside = json.loads(bundle(indicator()))
    assert "bundle" in feed.refusal(inside)
    assert feed.objects().json == {}


def test_other_properties_of_an_envelope_are_left_alone(feed: Feed) -> None:
    """Covers 7.1.1d."""
    body = {"more": False, "x_origin": {"a": [1]}, "objects": [indicator(1)]}
    assert feed.post(json.dumps(body).encode()).status == 202
    assert feed.objects().ids == [indicator(1)["id"]]


def without(name: str) -> dict[str, Any]:
    """An indicator that lacks a property."""
    return {key: value for key, value in indicator().items() if key != name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "indicator"),
        ("id", "indicator--1"),
        ("id", f"malware--{NOBODYS}"),
        ("id", f"indicator--{NOBODYS}/../x"),
        ("id", 7),
        ("id", None),
        ("id", ""),
        ("type", 7),
        ("type", ""),
        ("spec_version", "2.2"),
        ("spec_version", 2.1),
        ("spec_version", ""),
        ("spec_version", None),
        ("modified", "yesterday"),
        ("modified", "2020-08-12"),
        ("modified", "2020-08-12T00:00:00"),
        ("modified", "2020-02-30T00:00:00Z"),
        ("modified", "2020-08-12T00:00:00+02:00"),
        ("modified", 1597190400),
        ("modified", "2019-08-12T00:00:00.000Z"),
        ("modified", "2999-08-12T00:00:00.000Z"),
        ("created", "nonsense"),
        ("created", "2999-08-12T00:00:00.000Z"),
        ("pattern", "[domain-name:value = ]"),
        ("pattern", ""),
        ("pattern", 7),
        ("valid_from", "2020"),
        ("labels", []),
        ("object_marking_refs", ["x"]),
        ("revoked", "no"),
        ("confidence", 101),
    ],
)
def test_an_object_with_an_unusable_value_is_a_failure_that_names_the_property(
    feed: Feed, name: str, value: Any
) -> None:
    """Covers Q22, 5.5h."""
    reason = feed.refusal(indicator(1, **{name: value}))
    assert name in reason
    assert feed.objects().json == {}


@pytest.mark.parametrize("name", ["id", "type", "created", "modified", "pattern", "pattern_type", "valid_from"])
def test_an_object_that_lacks_a_property_is_a_failure_that_names_it(feed: Feed, name: str) -> None:
    """Covers Q22, N13, N21. An indicator without a pattern is none."""
    assert name in feed.refusal(without(name))


def test_a_version_may_be_a_little_ahead_of_the_clock(world: World) -> None:
    """Covers Q22. XSOAR skips everything until the largest modified; a day of slack for clocks that go wrong."""
    now = parse_timestamp("2030-01-01T00:00:00Z")
    app = create_app(world.settings, store=world.store, clock=lambda: now)
    then = Feed(Asker(in_process(app.test_client()), world.bearer("alpha")), "feed", "/plain/collections/feed/")
    then.push(indicator(1, modified="2030-01-01T23:59:59Z"))
    assert "modified" in then.refusal(indicator(2, modified="2030-01-02T00:00:01Z"))


def test_one_bad_object_does_not_sink_the_others(feed: Feed) -> None:
    """Covers 5.5h, N5. The status tells the truth about each."""
    objects = [indicator(number) for number in range(10)]
    del objects[5]["id"]
    status = feed.post(envelope(*objects)).json
    assert (status["success_count"], status["failure_count"]) == (9, 1)
    assert [one["id"] for one in status["successes"]] == feed.objects().ids
    assert "objects[5]" in status["failures"][0]["id"]


def test_a_refused_envelope_stores_nothing_of_it(feed: Feed) -> None:
    """Covers N5, 5.5h. Not even the good objects before the fault."""
    good = ",".join(json.dumps(indicator()) for _ in range(5))
    for fault in ('{"a": NaN}', "7", '{"a": 1, "a": 2}', r'{"a": "\ud800"}', "{"):
        assert feed.post(f'{{"objects": [{good}, {fault}]}}'.encode()).status in {400, 422}
    assert feed.objects().json == {}


def test_every_object_of_a_push_has_its_own_date(feed: Feed) -> None:
    """Covers Q8, R5, 5.3.1c."""
    feed.push(*(domain(f"d{number}.example") for number in range(1000)))
    dates = [record["date_added"] for record in entries(feed.walk("manifest"))]
    assert len(set(dates)) == 1000


def test_a_thousand_objects_in_one_envelope_keep_their_order(feed: Feed) -> None:
    """Covers Q27, Q28, 3.3a."""
    pushed = [domain(f"d{number}.example") for number in range(1000)]
    status = feed.push(*pushed).json
    assert status["total_count"] == status["success_count"] == 1000
    assert entries(feed.walk("objects")) == pushed
    assert [one["id"] for one in status["successes"]] == [one["id"] for one in pushed]


def test_dates_are_the_present_time(feed: Feed) -> None:
    """Covers Q15."""
    feed.push(indicator())
    added = datetime.fromisoformat(feed.manifest().objects[0]["date_added"])
    assert abs(datetime.now(UTC) - added) < timedelta(seconds=10)


def test_the_same_objects_from_many_clients_at_once_are_stored_once(feed: Feed, shared_app: Flask) -> None:
    """Covers Q29, N4, N20. Nobody gets an error either."""
    objects = [indicator(number) for number in range(20)]
    clients = 8
    barrier, answers = Barrier(clients), []

    def push() -> None:
        mine = feed.seen_by(Asker(in_process(shared_app.test_client()), feed.asker.headers))
        barrier.wait()
        answers.append(mine.push(*objects))

    threads = [Thread(target=push) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.json["success_count"] for answer in answers] == [20] * clients
    assert entries(feed.walk("manifest", "match[version]=all")) == feed.manifest().objects
    assert sorted(feed.objects().ids) == sorted(one["id"] for one in objects)


def test_a_gzip_body_is_decoded(feed: Feed) -> None:
    """Covers Q30."""
    packed = gzip.compress(envelope(indicator(1)))
    assert feed.post(packed, headers={"Content-Encoding": "gzip"}).status == 202
    assert feed.objects().objects == [indicator(1)]


def test_a_gzip_body_of_several_members_is_decoded(feed: Feed) -> None:
    """Covers Q30."""
    body = envelope(indicator(1))
    packed = gzip.compress(body[:50]) + gzip.compress(body[50:])
    assert feed.post(packed, headers={"Content-Encoding": "GZIP"}).status == 202


@pytest.mark.parametrize("packed", [b"", b"no gzip", envelope(indicator()), gzip.compress(envelope(indicator()))[:-9]])
def test_a_body_that_only_says_that_it_is_gzip_is_400(feed: Feed, packed: bytes) -> None:
    """Covers Q30."""
    assert feed.post(packed, headers={"Content-Encoding": "gzip"}).status == 400
    assert feed.objects().json == {}


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "x"])
def test_another_coding_is_415(feed: Feed, coding: str) -> None:
    """Covers Q30, 5.5g."""
    answer = feed.post(envelope(indicator()), headers={"Content-Encoding": coding})
    assert answer.status == 415
    assert "gzip" in answer.description


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Feed]:
    """A collection of a server that takes 20,000 octets a push and 2,000 an object."""
    server = "max_content_length = 20000\nmax_object_size = 2000"
    world = make_world(tmp_path, server=server, organisations=("alpha",))
    asker = Asker(in_process(create_app(world.settings, store=world.store).test_client()), world.bearer("alpha"))
    yield Feed(asker, "feed", "/plain/collections/feed/")
    world.store.close()


def refused_as_too_large(answer: Answer) -> bool:
    """Whether it is a 413 that names the bound."""
    return answer.status == 413 and "max_content_length" in answer.description and "20000" in answer.description


def test_a_body_over_max_content_length_is_413(small: Feed) -> None:
    """Covers 5.5f, 4.2.1e."""
    assert refused_as_too_large(small.post(envelope(*(indicator() for _ in range(60)))))
    assert small.objects().json == {}


def test_a_gzip_body_counts_by_its_decoded_length(small: Feed) -> None:
    """Covers 5.5f, Q30."""
    packed = gzip.compress(b" " * 19_000 + envelope(*(indicator() for _ in range(3))))
    assert len(packed) < 2000
    assert refused_as_too_large(small.post(packed, headers={"Content-Encoding": "gzip"}))


def test_an_object_over_the_bound_is_a_failure_of_that_object(small: Feed) -> None:
    """Covers 5.5h."""
    status = small.post(envelope(indicator(1), indicator(2, description="x" * 3000))).json
    assert (status["success_count"], status["failure_count"]) == (1, 1)
    assert "2000" in status["failures"][0]["message"]
    assert small.objects().ids == [indicator(1)["id"]]


def test_a_page_ends_before_it_grows_over_its_bound_but_has_something_always(tmp_path: Path) -> None:
    """Covers 3.4i, R4."""
    world = make_world(tmp_path, server="max_page_bytes = 5000", organisations=("alpha",))
    asker = Asker(in_process(create_app(world.settings, store=world.store).test_client()), world.bearer("alpha"))
    feed = Feed(asker, "feed", "/plain/collections/feed/")
    feed.push(*(indicator(number, description="x" * 1000) for number in range(9)), indicator(9, description="x" * 9000))
    feed.push(indicator(10))
    pages = feed.walk("objects")
    assert all(len(page.body) < 5200 or len(page.ids) == 1 for page in pages)
    assert [one["id"] for one in entries(pages)] == [indicator(number)["id"] for number in range(11)]
    world.store.close()


def test_a_push_to_one_collection_is_not_in_another(feed: Feed, other_feed: Feed) -> None:
    """Covers 5.5c."""
    feed.push(indicator(1))
    assert other_feed.objects().json == {}


def test_a_push_that_cannot_be_accepted_says_so_by_the_codes_of_the_standard(feed: Feed, nobody: Asker) -> None:
    """Covers 5.5e, 3.1m."""
    good = envelope(indicator())
    seen = {
        feed.post(b"{").status,
        feed.seen_by(nobody).post(good).status,
        feed.asker.post("/plain/collections/nowhere/objects/", good).status,
        feed.post(good, headers={"Accept": "text/html"}).status,
        feed.post(good, "text/plain").status,
        feed.post(b"{}").status,
    }
    assert seen == {400, 401, 404, 406, 415, 422}
