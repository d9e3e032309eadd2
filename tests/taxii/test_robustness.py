"""Many at once, odd connections, and what one client can do to the others."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.live import LiveServer
from tests.taxii.asking import Feed, entries, read_strictly
from tests.taxii.test_bad_input import Wire, start_of_push
from tests.worlds import TAXII, World, domain, envelope, indicator

Live = tuple[LiveServer, World]


def test_bodies_that_stall_do_not_keep_others_from_polling(live_world: Live, live_feed: Feed) -> None:
    """Covers R8, Q18. A stalled body holds a thread; there are more threads than slots for bodies."""
    server, world = live_world
    live_feed.push(indicator(1))
    with ExitStack() as stack:
        for _ in range(40):
            wire = stack.enter_context(Wire(server))
            wire.send(start_of_push(world, live_feed, "Content-Length: 100000") + b'{"objects": [')
        started = time.monotonic()
        for _ in range(10):
            assert live_feed.objects().ids == [indicator(1)["id"]]
        assert time.monotonic() - started < 4
    live_feed.push(indicator(2))
    assert len(live_feed.objects().ids) == 2


def test_an_account_with_too_many_bodies_is_told_to_come_back(live_world: Live, live_feed: Feed) -> None:
    """Covers R8. 503 with Retry-After, as a TAXII error; everybody else pushes on."""
    server, world = live_world
    body = envelope(indicator())
    with ExitStack() as stack:
        for _ in range(60):
            wire = stack.enter_context(Wire(server))
            wire.send(start_of_push(world, live_feed, "Content-Length: 100000") + b'{"objects": [')
        time.sleep(0.3)
        refused = httpx.post(
            f"{server.url}{live_feed.path}objects/",
            content=body,
            headers={**world.bearer("alpha"), "Content-Type": TAXII},
            timeout=20,
        )
        other = httpx.post(
            f"{server.url}{live_feed.path}objects/",
            content=body,
            headers={**world.bearer("beta"), "Content-Type": TAXII},
            timeout=20,
        )
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["Content-Type"] == TAXII
    assert read_strictly(refused.content)["http_status"] == "503"
    assert other.status_code == 202


def test_a_connection_can_be_used_again_after_errors(live_world: Live, live_feed: Feed) -> None:
    """Covers R8. Also where the body of the refused request was never read."""
    server, world = live_world
    with httpx.Client(base_url=server.url, timeout=20) as client:
        for _ in range(5):
            refused = client.post(f"{live_feed.path}objects/", content=b"x" * 100_000)
            assert refused.status_code == 401
            good = client.post(
                f"{live_feed.path}objects/",
                content=envelope(indicator(1)),
                headers={**world.bearer("alpha"), "Content-Type": TAXII},
            )
            assert good.status_code == 202
            assert client.get(f"{live_feed.path}objects/", headers=world.bearer("alpha")).status_code == 200


def test_many_idle_connections_do_no_harm(live_world: Live, live_feed: Feed) -> None:
    """Covers Q18."""
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(Wire(live_world[0]))
        live_feed.push(indicator(1))
        assert live_feed.objects().ids == [indicator(1)["id"]]


def test_many_producers_and_pollers_at_once(live_feed: Feed) -> None:
    """Covers Q14, Q29, R5."""

    def push(number: int) -> int:
        return int(live_feed.push(*(indicator(number * 100 + other) for other in range(20))).status)

    def poll(_: int) -> int:
        return len(entries(live_feed.walk("objects", "limit=50")))

    with ThreadPoolExecutor(8) as pool:
        pushed = pool.map(push, range(16))
        polled = list(pool.map(poll, range(16)))
    assert set(pushed) == {202}
    assert max(polled) <= 320
    assert poll(0) == 320


def test_a_client_that_goes_away_in_the_middle_of_an_answer_does_no_harm(live_world: Live, live_feed: Feed) -> None:
    """Covers R8."""
    server, world = live_world
    live_feed.push(*(domain(f"d{number}.example", x_text="x" * 5000) for number in range(500)))
    authorization = world.bearer("alpha")["Authorization"]
    head = f"GET {live_feed.path}objects/ HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n".encode()
    for _ in range(10):
        with Wire(server) as wire:
            wire.send(head)
    assert len(live_feed.objects("limit=5").ids) == 5


@pytest.mark.parametrize("host", ["localhost", "evil.example", "127.0.0.1:1", ""])
def test_the_host_that_a_request_names_does_not_matter(live_world: Live, host: str) -> None:
    """Covers R12, Q34."""
    server, world = live_world
    with Wire(server) as wire:
        authorization = world.bearer("alpha")["Authorization"]
        wire.send(f"GET /taxii2/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n\r\n".encode())
        answer = wire.receive()
    assert answer.status == 200
    assert b"evil" not in answer.body


def test_pipelined_requests_are_answered_in_their_order(live_world: Live) -> None:
    """Covers R8."""
    server, world = live_world
    authorization = world.bearer("alpha")["Authorization"]
    with Wire(server) as wire:
        for path in ("/taxii2/", "/nowhere/", "/plain/"):
            wire.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n".encode())
        answers = [wire.receive() for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 404, 200]
    assert answers[2].json["title"] == "Plain TAXII"


def test_http_10_is_answered(live_world: Live) -> None:
    """Covers 8.2.1e. Without Host, without User-Agent."""
    with Wire(live_world[0]) as wire:
        wire.send(b"GET /taxii2/ HTTP/1.0\r\n\r\n")
        assert wire.receive().status == 401


@pytest.mark.slow
def test_a_head_that_never_ends_is_given_up(live_world: Live, live_feed: Feed) -> None:
    """Covers R8. After twenty seconds, and nobody else waits for it."""
    with Wire(live_world[0]) as wire:
        started = time.monotonic()
        wire.send(b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        live_feed.push(indicator(1))
        assert wire.receive().status in {0, 400, 408}
        assert time.monotonic() - started < 29
