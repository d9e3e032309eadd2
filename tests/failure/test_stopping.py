"""SIGTERM: what was acknowledged is there, requests under way are finished, and the exit code is 0."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

import httpx
import pytest

from tests.failure.campaign import Campaign
from tests.failure.history import faults
from tests.failure.locks import write_lock
from tests.live import LiveServer
from tests.worlds import TAXII, World, envelope, indicator

_OBJECTS = "/plain/collections/feed/objects/"
_SOON = 10


def _stored(server: LiveServer, world: World) -> list[dict[str, object]]:
    answer = httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch"))
    stored: list[dict[str, object]] = answer.json().get("objects", [])
    return stored


def test_what_was_acknowledged_outlives_stops_during_pushes(live: tuple[LiveServer, World]) -> None:
    server, world = live
    campaign = Campaign(server, world, producers=4, readers=1)
    codes = []
    with campaign.running():
        for _ in range(3):
            campaign.wait_for(objects=50)
            codes.append(server.stop())
            campaign.close()
            server.start()
            campaign.open()
        campaign.wait_for(objects=50)
    campaign.take_stock()
    print(f"3 stops, {campaign.history.summary}")
    assert codes == [0, 0, 0]
    assert list(faults(campaign.history)) == []
    assert campaign.answers == []


def test_pushes_that_wait_for_their_turn_are_finished(live: tuple[LiveServer, World]) -> None:
    server, world = live
    answers: list[httpx.Response] = []
    objects = [indicator() for _ in range(6)]

    def push(one: dict[str, object]) -> None:
        headers = {**world.bearer("alpha"), "Content-Type": TAXII}
        answers.append(httpx.post(f"{server.url}{_OBJECTS}", content=envelope(one), headers=headers, timeout=30))

    pushes = [threading.Thread(target=push, args=(one,)) for one in objects]
    with write_lock(world.settings.storage.path):
        for thread in pushes:
            thread.start()
        time.sleep(0.5)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.5)
    for thread in [*pushes, stopping]:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [202] * 6
    server.start()
    assert sorted(str(one["id"]) for one in _stored(server, world)) == sorted(str(one["id"]) for one in objects)


def test_a_body_that_is_still_coming_is_taken(live: tuple[LiveServer, World]) -> None:
    server, world = live
    body = envelope(one := indicator())
    lines = [
        f"POST {_OBJECTS} HTTP/1.1",
        "Host: localhost",
        f"Authorization: {world.bearer('alpha')['Authorization']}",
        f"Content-Type: {TAXII}",
        f"Content-Length: {len(body)}",
    ]
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body[:100])
        time.sleep(0.3)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.5)
        connection.sendall(body[100:])
        answer = connection.recv(65_536)
        stopping.join(30)
    assert answer.startswith(b"HTTP/1.1 202")
    server.start()
    assert _stored(server, world) == [one]


def test_idle_connections_do_not_hold_it_up(live: tuple[LiveServer, World]) -> None:
    server, _ = live
    with httpx.Client() as client:
        client.get(f"{server.url}/healthz")
        with socket.create_connection(("127.0.0.1", server.port)):
            began = time.monotonic()
            assert server.stop() == 0
    assert time.monotonic() - began < _SOON


@pytest.mark.slow
def test_a_stop_at_any_moment_of_the_start_is_quick(live: tuple[LiveServer, World]) -> None:
    """Until a worker is ready it has its parent's signal handlers; it must end all the same."""
    server, _ = live
    server.stop()
    dice = random.Random(7)
    for _ in range(25):
        command = [sys.executable, "-m", "taxii_server", "serve", "--config", str(server.config), "--workers", "2"]
        with subprocess.Popen(
            [*command, "--port", str(server.port)], stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                time.sleep(dice.uniform(0.2, 1.5))
                process.send_signal(signal.SIGTERM)
                assert process.wait(_SOON) in {0, -signal.SIGTERM}
            finally:
                _kill_group(process.pid)


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


@pytest.mark.slow
def test_a_body_that_never_comes_holds_up_a_stop_for_a_bounded_time_only(live: tuple[LiveServer, World]) -> None:
    server, world = live
    head = f"POST {_OBJECTS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {TAXII}\r\nContent-Length: 999\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"{head}Authorization: {world.bearer('alpha')['Authorization']}\r\n\r\n".encode())
        time.sleep(0.3)
        began = time.monotonic()
        code = server.stop()
        print(f"exit code {code} after {time.monotonic() - began:.1f} s")
    assert code == 0
