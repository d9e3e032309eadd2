"""What other servers got wrong, one test or more for each numbered failing: N1 to N25."""

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import apsw
import pytest

from taxii_server.access.accounts import Accounts
from taxii_server.app import create_app
from taxii_server.core.permissions import Role
from taxii_server.core.timestamps import DAY, SECOND, format_timestamp, system_clock
from tests.taxii.asking import LAST, UUID4, Answer, Asker, Feed, basic, entries, in_process, new_uuid
from tests.worlds import PASSWORD, World, domain, envelope, indicator, make_world


def test_a_consumer_by_date_sees_everything_that_three_writers_push(live_feed: Feed) -> None:
    """Covers N1. OpenTAXII lost half of a busy feed."""

    def write(_: int) -> None:
        for _ in range(4):
            live_feed.push(*(indicator() for _ in range(50)))

    seen: list[str] = []
    cut = "2020-01-01T00:00:00.000000Z"
    with ThreadPoolExecutor(3) as pool:
        pushing = [pool.submit(write, number) for number in range(3)]
        is_over = False
        while not is_over:
            is_over = all(one.done() for one in pushing)
            page = live_feed.objects(f"limit=40&added_after={cut}")
            seen, cut = seen + page.ids, page.headers[LAST]
            is_over = is_over and not page.json.get("more", False)
        for one in pushing:
            one.result()
    assert len(seen) == len(set(seen)) == 600


def test_pages_of_a_collection_without_created_dates_repeat_and_lose_nothing(feed: Feed) -> None:
    """Covers N2. Ties in the order changed from page to page in medallion."""
    pushed = [domain(f"d{number}.example") for number in range(500)] + [indicator(number) for number in range(500)]
    feed.push(*pushed)
    assert entries(feed.walk("objects", "limit=100")) == pushed


def test_a_retried_page_is_the_same_page(live_feed: Feed) -> None:
    """Covers N3. On any worker, however often."""
    live_feed.push(*(indicator(number) for number in range(10)))
    token = live_feed.objects("limit=3").json["next"]
    assert len({live_feed.objects(f"limit=3&next={token}").body for _ in range(6)}) == 1


def test_eight_clients_that_push_the_same_leave_one_copy_and_no_error(live_feed: Feed) -> None:
    """Covers N4, N20, Q29."""
    objects = [indicator(number) for number in range(20)] + [domain(f"d{number}.example") for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: live_feed.push(*objects), range(8)))
    assert [answer.json["success_count"] for answer in answers] == [40] * 8
    assert sorted(one["id"] for one in entries(live_feed.walk("manifest", "match[version]=all"))) == sorted(
        one["id"] for one in objects
    )


def test_an_object_without_id_is_reported_and_the_others_are_stored(feed: Feed) -> None:
    """Covers N5."""
    objects = [indicator(number) for number in range(10)]
    bad = {name: value for name, value in objects[4].items() if name != "id"}
    status = feed.post(envelope(*objects[:4], bad, *objects[5:])).json
    assert (status["total_count"], status["success_count"], status["failure_count"]) == (10, 9, 1)
    assert feed.objects().objects == objects[:4] + objects[5:]


def test_a_bulk_load_is_paged_to_its_end_by_date(feed: Feed) -> None:
    """Covers N6."""
    feed.push(*(domain(f"d{number}.example") for number in range(250)))
    assert len(entries(feed.walk_by_date("objects", "limit=20"))) == 250


def test_names_inside_objects_keep_their_case(feed: Feed) -> None:
    """Covers N7."""
    file = {
        "type": "file",
        "spec_version": "2.1",
        "id": f"file--{new_uuid()}",
        "hashes": {"SHA-256": "a" * 64, "MD5": "b" * 32},
        "name": "leaflet.pdf",
        "extensions": {"pdf-ext": {"document_info_dict": {"CreationDate": "x"}}},
    }
    feed.push(file)
    assert feed.objects().objects == [file]


@pytest.mark.parametrize("fraction", ["", ".1", ".12", ".120", ".123456"])
def test_times_come_back_with_the_digits_they_had(feed: Feed, fraction: str) -> None:
    """Covers N8, N9, N13. Everywhere: object, manifest, versions, status."""
    time = f"2024-05-02T10:00:00{fraction}Z"
    status = feed.push(indicator(1, modified=time)).json
    assert feed.objects().objects[0]["modified"] == time
    assert feed.manifest().objects[0]["version"] == time
    assert feed.versions(indicator(1)["id"]).json["versions"] == [time]
    assert status["successes"][0]["version"] == time


def test_an_accept_without_version_is_served(alpha: Asker) -> None:
    """Covers N10."""
    assert alpha.get("/taxii2/", {"Accept": "application/taxii+json"}).status == 200


def test_a_401_says_how_to_sign_in(nobody: Asker) -> None:
    """Covers N11."""
    assert "Basic" in nobody.get("/taxii2/").headers["WWW-Authenticate"]


def test_every_error_has_a_title(alpha: Asker, feed: Feed) -> None:
    """Covers N12."""
    for answer in (alpha.get("/x/"), feed.objects("limit=0"), feed.post(b"{"), alpha.ask("PUT", "/taxii2/")):
        assert answer.json["title"]


@pytest.mark.parametrize(
    "path",
    [
        "/no-uuid/",
        "/plain/status/no-uuid/",
        "/plain/collections/feed/objects/?limit=0",
        "/plain/collections/feed/objects/?match[version]=newest",
        "/plain/collections/feed/objects/?added_after=yesterday",
    ],
)
def test_what_brought_others_down_is_a_client_error(alpha: Asker, path: str) -> None:
    """Covers N13, N21."""
    assert 400 <= alpha.get(path).status < 500


@pytest.mark.parametrize("objects", [7, ["text"], [{"type": "indicator"}], [None], {}])
def test_envelopes_that_brought_others_down_are_refused(feed: Feed, objects: object) -> None:
    """Covers N13."""
    answer = feed.post(json.dumps({"objects": objects}).encode())
    assert answer.status == 422 or answer.json["failure_count"] == 1
    assert feed.objects().json == {}


def test_an_observable_without_spec_version_and_an_object_without_fraction_are_taken(feed: Feed) -> None:
    """Covers N13."""
    bare = {name: value for name, value in domain().items() if name != "spec_version"}
    feed.push(bare, indicator(1, modified="2024-05-02T10:00:00Z"))
    assert feed.objects().ids == [bare["id"], indicator(1)["id"]]


def test_limits_and_dates_that_users_type_work(feed: Feed) -> None:
    """Covers N14."""
    feed.push(*(domain(f"d{number}.example") for number in range(1005)))
    assert feed.objects("added_after=2024-01-01T00:00:00Z&limit=1").status == 200
    assert feed.objects("limit=-1").status == 400
    assert len(feed.objects().ids) == 1000


def test_a_delete_of_nothing_is_404_and_a_manifest_can_be_paged(feed: Feed) -> None:
    """Covers N15."""
    feed.push(indicator(1), indicator(2))
    assert feed.delete(f"indicator--{new_uuid()}").status == 404
    assert feed.manifest("limit=1").json["next"]


def test_a_blank_in_the_content_type_is_no_reason_to_refuse(feed: Feed) -> None:
    """Covers N16."""
    assert feed.post(envelope(indicator()), "application/taxii+json; version=2.1").status == 202


def test_a_status_belongs_to_those_who_pushed(feed: Feed, beta: Asker) -> None:
    """Covers N17."""
    status = feed.push(indicator()).json["id"]
    assert feed.asker.get(f"/fresh/status/{status}/").status == 200
    assert beta.get(f"/fresh/status/{status}/").status == 404


def _accounts(world: World, now: int) -> Accounts:
    return Accounts(world.store, {one.slug: Role(one.role) for one in world.settings.organisations}, lambda: now)


@pytest.mark.parametrize(("seconds", "status"), [(-1, 200), (1, 401)])
def test_a_token_of_a_day_lives_a_day(shared: World, seconds: int, status: int) -> None:
    """Covers N18. Not sixty."""
    issued = system_clock()
    secret = _accounts(shared, issued).issue_token("alpha", "a day", 1)
    app = create_app(shared.settings, store=shared.store, clock=lambda: issued + DAY + seconds * SECOND)
    asker = Asker(in_process(app.test_client()), {"Authorization": f"Bearer {secret}"})
    assert asker.get("/taxii2/").status == status


def test_a_token_that_was_used_expires_all_the_same(shared: World) -> None:
    """Covers N18. What signing in led to is remembered for a while; not beyond the token's end."""
    now = [system_clock()]
    secret = _accounts(shared, now[0]).issue_token("alpha", "an hour left", 1)
    app = create_app(shared.settings, store=shared.store, clock=lambda: now[0])
    asker = Asker(in_process(app.test_client()), {"Authorization": f"Bearer {secret}"})
    assert asker.get("/taxii2/").status == 200
    now[0] += DAY
    assert asker.get("/taxii2/").status == 401


def test_four_pollers_of_two_workers_get_no_error(live_feed: Feed) -> None:
    """Covers N19. No connection is shared between processes."""
    pushed = [indicator(number) for number in range(30)]
    live_feed.push(*pushed)
    with ThreadPoolExecutor(4) as pool:
        walks = list(pool.map(lambda _: entries(live_feed.walk("objects", "limit=10")), range(12)))
    assert walks == [pushed] * 12


def test_four_pushers_wait_for_each_other(live_feed: Feed) -> None:
    """Covers N20. None is told that something is locked."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: live_feed.push(indicator(), indicator()), range(40)))
    assert {answer.status for answer in answers} == {202}
    assert len(entries(live_feed.walk("objects"))) == 80


def test_a_delete_without_filters_leaves_no_older_version(feed: Feed) -> None:
    """Covers N21."""
    feed.push(indicator(1), indicator(1, modified="2021-01-01T00:00:00Z"))
    feed.delete(indicator(1)["id"])
    assert feed.objects("match[version]=all").json == {}


def test_an_indicator_without_a_pattern_is_refused(feed: Feed) -> None:
    """Covers N21."""
    bad = {name: value for name, value in indicator().items() if name != "pattern"}
    assert "pattern" in feed.refusal(bad)


def test_an_old_technique_added_today_is_new(feed: Feed) -> None:
    """Covers N22. In objects and manifest alike."""
    cut = format_timestamp(system_clock() - SECOND)
    feed.push(indicator(1, created="2019-01-01T00:00:00Z", modified="2019-01-01T00:00:00Z"))
    assert feed.objects(f"added_after={cut}").ids == feed.manifest(f"added_after={cut}").ids == [indicator(1)["id"]]


def test_ids_of_collections_are_uuids_and_media_types_those_of_stix(feed: Feed) -> None:
    """Covers N23, N24."""
    feed.push(indicator())
    assert UUID4.fullmatch(feed.asker.get(feed.path).json["id"])
    assert feed.manifest().objects[0]["media_type"] == "application/stix+json;version=2.1"


def test_methods_that_a_resource_lacks_are_405(feed: Feed) -> None:
    """Covers N23."""
    assert feed.asker.ask("POST", f"{feed.path}manifest/").status == 405
    assert feed.asker.ask("DELETE", f"{feed.path}objects/").status == 405


def test_codes_are_those_of_the_standard(feed: Feed, nobody: Asker) -> None:
    """Covers N24."""
    assert feed.post(envelope(indicator(1))).status == 202
    assert feed.object(f"indicator--{new_uuid()}").status == 404
    assert feed.objects("limit=abc").status == 400
    wrong = feed.seen_by(Asker(nobody.send, basic("alpha", "wrong horse battery staple")))
    assert wrong.objects().status == 401


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    """A world of its own."""
    made = make_world(tmp_path, organisations=("alpha",))
    yield made
    made.store.close()


def _feed_of(world: World, clock: Any = system_clock) -> Feed:
    app = create_app(world.settings, store=world.store, clock=clock)
    return Feed(Asker(in_process(app.test_client()), world.bearer("alpha")), "feed", "/plain/collections/feed/")


def test_statuses_are_cleaned_up(own: World) -> None:
    """Covers N24, 4.3c. By the pushes that come after them."""
    _feed_of(own).push(indicator(1))
    later = system_clock() + 2 * DAY
    _feed_of(own, lambda: later).push(indicator(2))
    with sqlite3.connect(own.settings.storage.path) as connection:
        assert connection.execute("SELECT count(*) FROM statuses").fetchone() == (1,)
    connection.close()


def test_no_secret_is_stored_in_clear(own: World) -> None:
    """Covers N24, N25. Neither in the store nor in the settings nor beside them."""
    signed_in = Asker(_feed_of(own).asker.send, basic("alpha", PASSWORD))
    assert signed_in.post("/plain/collections/feed/objects/", envelope(indicator())).status == 202
    files = [file for file in own.path.parent.rglob("*") if file.is_file()]
    assert len(files) >= 2
    for file in files:
        octets = file.read_bytes()
        assert PASSWORD.encode() not in octets
        assert own.tokens["alpha"].encode() not in octets


def test_rights_are_those_of_the_user_not_of_the_server(alpha: Asker, watch: Asker) -> None:
    """Covers N25."""
    assert alpha.get("/plain/collections/inbox/objects/").status == 403
    assert watch.get("/plain/collections/inbox/objects/").status == 200


def _statements_of_a_poll(world: World, query: str) -> int:
    """How many statements a poll runs, once connections and credentials are at hand."""
    statements: list[str] = []

    def note(_cursor: apsw.Cursor, sql: str, _bindings: object) -> bool:
        statements.append(sql)
        return True

    def follow(connection: apsw.Connection) -> None:
        connection.exec_trace = note

    world.store.close()
    apsw.connection_hooks.append(follow)
    try:
        feed = _feed_of(world)
        feed.objects("limit=1")
        statements.clear()
        feed.objects(query)
        return len(statements)
    finally:
        apsw.connection_hooks.remove(follow)
        world.store.close()


def test_a_poll_runs_as_many_statements_whatever_is_stored(own: World) -> None:
    """Covers N25. And few: nobody lists anything, nothing is counted."""
    _feed_of(own).push(indicator(1))
    few = _statements_of_a_poll(own, "limit=900")
    _feed_of(own).push(*(domain(f"d{number}.example") for number in range(800)))
    assert _statements_of_a_poll(own, "limit=900") == few <= 8


def test_reads_go_on_while_somebody_writes(live_feed: Feed) -> None:
    """Covers N20. A poll does not wait for a push."""
    live_feed.push(indicator(1))
    answers: list[Answer] = []
    pusher = Thread(target=lambda: answers.append(live_feed.push(*(domain(f"d{n}.example") for n in range(5000)))))
    pusher.start()
    while pusher.is_alive():
        assert live_feed.objects("limit=1").status == 200
    pusher.join()
    assert answers[0].json["success_count"] == 5000
