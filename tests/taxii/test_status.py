"""The status of a push (TAXII 2.1 §4.3)."""

import pytest

from taxii_server.app import create_app
from taxii_server.core.timestamps import SECOND, parse_timestamp
from tests.taxii.asking import NOBODYS, TIMESTAMP, UUID4, Asker, Feed, in_process, new_uuid
from tests.taxii.test_match import marking
from tests.worlds import World, domain, envelope, indicator

COUNTS = ("success_count", "failure_count", "pending_count")


def status_path(status_id: str) -> str:
    """Where the status of a push to a fresh collection is."""
    return f"/fresh/status/{status_id}/"


def test_a_status_can_be_got_and_is_what_the_push_answered(feed: Feed) -> None:
    """Covers 4.3a, 4.3.1c."""
    pushed = feed.post(envelope(indicator(), indicator(pattern="x"))).json
    for _ in range(3):
        answer = feed.asker.get(status_path(pushed["id"]))
        assert (answer.status, answer.json) == (200, pushed)


def test_a_status_does_not_change_when_its_objects_do(feed: Feed) -> None:
    """Covers 4.3.1c."""
    pushed = feed.push(indicator(1)).json
    feed.push(indicator(1, modified="2021-01-01T00:00:00.000Z"))
    feed.delete(indicator(1)["id"])
    assert feed.asker.get(status_path(pushed["id"])).json == pushed


def test_a_status_says_what_it_must(feed: Feed) -> None:
    """Covers 4.3.1a, 4.3.1b, 4.3.1d, 4.3.1f, 3.8b."""
    status = feed.push(indicator()).json
    assert UUID4.fullmatch(status["id"])
    assert status["status"] == "complete"
    assert TIMESTAMP.fullmatch(status["request_timestamp"])
    assert all(type(status[name]) is int and status[name] >= 0 for name in (*COUNTS, "total_count"))


@pytest.mark.parametrize("size", [1, 2, 50, 1000])
def test_counts_add_up(feed: Feed, size: int) -> None:
    """Covers 4.3.1e, 4.3.1f, 4.3.1j, R11."""
    bad = size // 3
    objects = [domain(f"d{number}.example") for number in range(size - bad)]
    status = feed.post(envelope(*objects, *(indicator(created="x") for _ in range(bad)))).json
    assert status["total_count"] == size
    assert sum(status[name] for name in COUNTS) == size
    assert (status["success_count"], status["failure_count"], status["pending_count"]) == (size - bad, bad, 0)
    assert len(status.get("successes", [])) == size - bad
    assert len(status.get("failures", [])) == bad


def test_lists_that_would_be_empty_are_left_out(feed: Feed) -> None:
    """Covers 4.3.1g, R11."""
    assert {"failures", "pendings"}.isdisjoint(feed.push(indicator()).json)
    assert {"successes", "pendings"}.isdisjoint(feed.post(envelope(indicator(pattern="x"))).json)


def test_every_entry_has_id_and_version(feed: Feed) -> None:
    """Covers 4.3.1h, 4.3.1i, 3.4.1h."""
    mark, one = marking(), indicator(modified="2020-09-01T00:00:00.120Z")
    status = feed.push(one, mark, domain()).json
    assert [(entry["id"], entry["version"]) for entry in status["successes"][:2]] == [
        (one["id"], one["modified"]),
        (mark["id"], mark["created"]),
    ]
    assert status["successes"][2]["version"] == feed.dates().get((domain()["id"], status["successes"][2]["version"]))


@pytest.mark.parametrize(
    "thing",
    [{}, {"id": 7}, {"id": ""}, {"id": "x" * 5000}, {"modified": 7}, {"modified": "x" * 5000}, {"type": "indicator"}],
)
def test_an_entry_for_an_object_without_id_or_version_has_both_all_the_same(
    feed: Feed, thing: dict[str, object]
) -> None:
    """Covers 4.3.1h."""
    (entry,) = feed.post(envelope(thing)).json["failures"]
    assert 0 < len(entry["id"]) <= 300
    assert 0 < len(entry["version"]) <= 300
    assert entry["message"]


def test_the_request_timestamp_is_when_the_push_came(world: World) -> None:
    """Covers 4.3.1d."""
    now = parse_timestamp("2031-05-06T07:08:09.010203Z")
    app = create_app(world.settings, store=world.store, clock=lambda: now)
    then = Feed(Asker(in_process(app.test_client()), world.bearer("alpha")), "feed", "/plain/collections/feed/")
    assert then.push(indicator()).json["request_timestamp"] == "2031-05-06T07:08:09.010203Z"


def test_a_status_is_kept_for_a_day(feed: Feed, shared: World) -> None:
    """Covers 4.3b, 4.3c."""
    pushed = feed.push(indicator()).json
    start = parse_timestamp(pushed["request_timestamp"])

    def after(seconds: int) -> int:
        app = create_app(shared.settings, store=shared.store, clock=lambda: start + seconds * SECOND)
        return Asker(in_process(app.test_client()), feed.asker.headers).get(status_path(pushed["id"])).status

    assert after(24 * 3600 - 1) == 200
    assert after(24 * 3600 + 1) == 404


@pytest.mark.parametrize("name", [NOBODYS, "no-uuid", "7", "%00"])
def test_an_unknown_status_is_404(alpha: Asker, name: str) -> None:
    """Covers 4.3c, 4.3d, N13."""
    assert alpha.get(status_path(name)).status == 404


def test_a_status_needs_credentials(nobody: Asker, feed: Feed) -> None:
    """Covers 4.3d."""
    assert nobody.get(status_path(feed.push(indicator()).json["id"])).status == 401


def test_a_status_is_not_shown_to_strangers(feed: Feed, beta: Asker, house: Asker) -> None:
    """Covers Q17, N17. Not even that it is there."""
    path = status_path(feed.push(indicator()).json["id"])
    for stranger in (beta, house):
        answer = stranger.get(path)
        assert answer.status == 404
        assert answer.json == stranger.get(status_path(new_uuid())).json


def test_a_status_of_another_root_is_404(feed: Feed) -> None:
    """Covers 4.3c."""
    status_id = feed.push(indicator()).json["id"]
    assert feed.asker.get(f"/plain/status/{status_id}/").status == 404


def test_a_push_that_was_refused_whole_leaves_no_status(feed: Feed) -> None:
    """Covers 4.3c, N5."""
    answer = feed.post(b'{"objects": [7]}')
    assert "id" not in answer.json


def test_statuses_have_ids_of_their_own(feed: Feed) -> None:
    """Covers 4.3.1a, 2b."""
    assert len({feed.push(indicator(1)).json["id"] for _ in range(5)}) == 5
