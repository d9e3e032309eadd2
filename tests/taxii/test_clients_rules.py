"""The twelve rules that follow from real clients, as those clients meet them. Clients themselves: ``tests/clients``."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from taxii_server.settings import Server
from tests.live import LiveServer, free_port, running
from tests.taxii.asking import FIRST, LAST, TIMESTAMP, Asker, Feed, entries, over_http
from tests.worlds import FEED, TAXII, World, bundle, domain, envelope, indicator, make_world


@pytest.fixture
def restartable(tmp_path: Path) -> Iterator[tuple[LiveServer, Feed]]:
    """A live server that a test may stop and start, and a collection of it."""
    port = free_port()
    world = make_world(tmp_path, public_url=f"http://127.0.0.1:{port}", organisations=("alpha",))
    with running(world.path, port) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield server, Feed(Asker(over_http(client), world.bearer("alpha")), FEED, f"/plain/collections/{FEED}/")
    world.store.close()


def test_a_next_holds_after_a_restart(restartable: tuple[LiveServer, Feed]) -> None:
    """Covers R1, N3."""
    server, feed = restartable
    pushed = [indicator(number) for number in range(10)]
    feed.push(*pushed)
    page = feed.objects("limit=3")
    server.kill()
    server.start()
    assert page.objects + entries(feed.walk("objects", "limit=3", page.json["next"])) == pushed


def test_a_next_holds_on_every_worker(live_feed: Feed) -> None:
    """Covers R1, N3. Each request has a connection of its own, so that both workers answer."""
    pushed = [indicator(number) for number in range(60)]
    live_feed.push(*pushed)
    assert entries(live_feed.walk("objects", "limit=2")) == pushed


def test_a_page_with_next_alone_and_another_limit_goes_on(live_feed: Feed) -> None:
    """Covers R2."""
    pushed = [indicator(number) for number in range(9)]
    live_feed.push(*pushed)
    first = live_feed.objects("limit=4&added_after=2020-01-01T00:00:00.000Z")
    assert first.objects + live_feed.objects(f"limit=100&next={first.json['next']}").objects == pushed


def test_a_client_that_loops_on_the_presence_of_next_ends(feed: Feed) -> None:
    """Covers R3. Elastic ignores more; OpenCTI's connector spins on more without next."""
    for size in range(1, 8):
        feed.push(indicator(size))
        page, seen = feed.objects("limit=2"), 0
        while "next" in page.json:
            assert page.json["more"] is True
            assert page.ids
            seen += len(page.ids)
            page = feed.objects(f"limit=2&next={page.json['next']}")
        assert not page.json.get("more", False)
        assert seen + len(page.ids) == size


def test_only_the_last_page_has_fewer_objects_than_asked(feed: Feed) -> None:
    """Covers R4. taxii2-client asks for as few as the first page had, ever after."""
    feed.push(*(domain(f"d{number}.example") for number in range(23)))
    for number in range(0, 20, 3):
        feed.delete(domain(f"d{number}.example")["id"])
    for limit in (1, 3, 5):
        *full, _last = feed.walk("objects", f"limit={limit}")
        assert all(len(page.ids) == limit for page in full)


def test_dates_rise_in_the_order_in_which_pushes_become_visible(live_feed: Feed) -> None:
    """Covers R5."""
    seen: list[str] = []
    for number in range(10):
        live_feed.push(indicator(number), domain(f"d{number}.example"))
        page = live_feed.objects(f"added_after={seen[-1]}" if seen else "")
        seen += [page.headers[FIRST], page.headers[LAST]]
    assert seen == sorted(set(seen))


def test_a_client_that_cuts_to_milliseconds_gets_nothing_twice(feed: Feed) -> None:
    """Covers R6. The OpenCTI ingester passes the date through JavaScript."""
    seen: list[str] = []
    cut = "2020-01-01T00:00:00.000Z"
    for number in range(6):
        feed.push(*(indicator() for _ in range(number + 1)))
        page = feed.objects(f"added_after={cut}")
        seen += page.ids
        cut = f"{page.headers[LAST][:23]}Z"
    assert len(seen) == len(set(seen)) == 21


def test_the_date_headers_never_go_back(feed: Feed) -> None:
    """Covers R7."""
    feed.push(indicator())
    last = feed.objects().headers[LAST]
    for _ in range(3):
        again = feed.objects(f"added_after={last}").headers[LAST]
        assert TIMESTAMP.fullmatch(again)
        assert again == last


def test_an_empty_page_at_the_end_of_a_walk_never_has_an_older_date(feed: Feed) -> None:
    """Covers R7, 3.2b."""
    feed.push(indicator(1), indicator(2), indicator(3))
    page = feed.objects("limit=2&added_after=2020-01-01T00:00:00Z")
    feed.delete(indicator(3)["id"])
    after = feed.objects(f"added_after=2020-01-01T00:00:00Z&next={page.json['next']}")
    assert after.json == {}
    assert after.headers[LAST] >= page.headers[LAST]


ERRORS: tuple[tuple[str, str, dict[str, str], bytes, int], ...] = (
    ("GET", "/nowhere/", {}, b"", 404),
    ("GET", "/taxii2/", {"Authorization": "Basic x"}, b"", 401),
    ("GET", "/taxii2/", {"Accept": "text/html"}, b"", 406),
    ("PUT", "/taxii2/", {}, b"", 405),
    ("GET", f"/plain/collections/{FEED}/objects/?limit=0", {}, b"", 400),
    ("POST", f"/plain/collections/{FEED}/objects/", {"Content-Type": "text/plain"}, b"x", 415),
    ("POST", f"/plain/collections/{FEED}/objects/", {"Content-Type": TAXII}, b"{", 400),
    ("POST", f"/plain/collections/{FEED}/objects/", {"Content-Type": TAXII}, b"{}", 422),
    ("GET", "/plain/collections/secret/", {}, b"", 404),
    ("GET", "/plain/collections/inbox/objects/", {}, b"", 403),
)


@pytest.mark.parametrize(("method", "path", "headers", "body", "status"), ERRORS)
def test_errors_over_the_wire_are_taxii(
    live_alpha: Asker, method: str, path: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    """Covers R8, 3.1e, 3.6.1b, N12, N21."""
    answer = live_alpha.ask(method, path, headers, body)
    assert answer.status == status
    assert answer.json["http_status"] == str(status)


def test_what_real_clients_accept_is_answered_in_one_form(live_alpha: Asker) -> None:
    """Covers R9."""
    for accept in (
        "application/taxii+json;version=2.1",
        "application/taxii+json; version=2.1",
        "application/json, text/plain, */*",
        "application/stix+json, application/taxii+json;version=2.1",
        "*/*",
    ):
        assert live_alpha.get("/taxii2/", {"Accept": accept}).headers["Content-Type"] == TAXII


@pytest.mark.parametrize("content_type", ["application/stix+json; version=2.1", "application/taxii+json; version=2.1"])
def test_one_object_in_a_bundle_is_taken_over_the_wire(live_feed: Feed, content_type: str) -> None:
    """Covers R10. OpenCTI's push connector swallows a refusal: a 415 is a lost takedown."""
    assert live_feed.post(bundle(indicator(1)), content_type).json["success_count"] == 1
    assert live_feed.objects().objects == [indicator(1)]


def test_a_status_is_complete_at_once_and_its_lists_are_as_long_as_its_counts(live_feed: Feed) -> None:
    """Covers R11."""
    objects = [domain(f"d{number}.example") for number in range(300)]
    objects += [indicator(pattern="x") for _ in range(200)]
    status = live_feed.post(envelope(*objects)).json
    assert status["status"] == "complete"
    for name, count in (("successes", 300), ("failures", 200)):
        assert len(status[name]) == count
    assert live_feed.asker.get(f"/fresh/status/{status['id']}/").json == status


def test_discovery_leads_to_collections_without_a_redirect(
    live_alpha: Asker, live_world: tuple[LiveServer, World]
) -> None:
    """Covers R12."""
    server, world = live_world
    found = live_alpha.get("/taxii2").json
    assert found["default"] in found["api_roots"]
    for root in found["api_roots"]:
        assert root.startswith(f"{server.url}/")
        assert root.endswith("/")
        for url in (root, root.rstrip("/")):
            answer = httpx.get(url, headers=world.bearer("alpha"), follow_redirects=False)
            assert answer.status_code == 200


def test_a_collection_s_id_is_the_segment_of_its_url(alpha: Asker) -> None:
    """Covers R12."""
    for one in alpha.get("/plain/collections/").json["collections"]:
        assert alpha.get(f"/plain/collections/{one['id']}/").json["id"] == one["id"]


def test_one_page_without_limit_is_large() -> None:
    """Covers Q18, R4. FLAREclient makes one request and never asks for the rest."""
    assert Server().default_limit == 10_000
    assert Server().max_page_bytes == 8_388_608


def test_a_first_object_without_spec_version_is_carried_as_it_is(feed: Feed) -> None:
    """Covers Q6. OpenCTI's connector then goes by manifest and date."""
    bare = {name: value for name, value in domain().items() if name != "spec_version"}
    feed.push(bare, indicator(1))
    date = feed.manifest(f"match[id]={bare['id']}").objects[0]["date_added"]
    assert feed.objects(f"added_after={date}").ids == [indicator(1)["id"]]
    assert "spec_version" not in json.loads(feed.objects().body)["objects"][0]
