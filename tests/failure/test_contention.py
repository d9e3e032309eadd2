"""Concurrent pushes from several workers never fail with "locked": they wait their turn, or get 503 in time."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.clients.producers import Producers, indicators
from tests.failure.locks import write_lock
from tests.live import LiveServer, free_port, running
from tests.worlds import PLAIN, TAXII, World, envelope, indicator, make_world

_OBJECTS = "/plain/collections/feed/objects/"


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[tuple[LiveServer, World]]:
    """A server where a push waits for its turn for a fraction of a second only."""
    port = free_port()
    template = PLAIN.replace("write_wait = 20", "write_wait = 0.3")
    world = make_world(tmp_path, template=template, public_url=f"http://127.0.0.1:{port}")
    with running(world.path, port) as server:
        yield server, world
    world.store.close()


def _post(server: LiveServer, world: World, name: str = "alpha", timeout: float = 30) -> httpx.Response:
    headers = {**world.bearer(name), "Content-Type": TAXII}
    return httpx.post(f"{server.url}{_OBJECTS}", content=envelope(indicator()), headers=headers, timeout=timeout)


@pytest.mark.parametrize("workers", [2, 4])
def test_eight_producers_are_all_taken(tmp_path: Path, workers: int) -> None:
    port = free_port()
    world = make_world(tmp_path, public_url=f"http://127.0.0.1:{port}")
    with running(world.path, port, workers) as server:
        producers = Producers(f"{server.url}{_OBJECTS}", world.bearer("alpha"), indicators(2000), count=8)
        producers.start()
        producers.finish()
        stored = httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer("watch")).json()["objects"]
    world.store.close()
    assert len(stored) == 2000


@pytest.mark.slow
def test_sixteen_producers_on_four_workers_are_all_taken(tmp_path: Path) -> None:
    port = free_port()
    world = make_world(tmp_path, public_url=f"http://127.0.0.1:{port}")
    with running(world.path, port, workers=4) as server:
        producers = Producers(f"{server.url}{_OBJECTS}", world.bearer("alpha"), indicators(30_000), count=16)
        producers.start()
        producers.finish()
    world.store.close()


def test_a_push_waits_while_another_process_writes(live: tuple[LiveServer, World]) -> None:
    server, world = live
    answers: list[httpx.Response] = []
    pushes = [threading.Thread(target=lambda: answers.append(_post(server, world))) for _ in range(6)]
    with write_lock(world.settings.storage.path):
        for push in pushes:
            push.start()
        time.sleep(1)
        assert answers == []
    for push in pushes:
        push.join(30)
    assert [answer.status_code for answer in answers] == [202] * 6


def test_past_its_bound_a_push_is_503_with_a_time_to_come_back(hasty: tuple[LiveServer, World]) -> None:
    server, world = hasty
    with write_lock(world.settings.storage.path):
        began = time.monotonic()
        answer = _post(server, world)
        waited = time.monotonic() - began
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, TAXII)
    assert (int(answer.headers["Retry-After"]) > 0, answer.json()["http_status"]) == (True, "503")
    assert 0.25 < waited < 5


def test_a_queue_behind_a_held_lock_is_answered_in_bounded_time(hasty: tuple[LiveServer, World]) -> None:
    """The bound counts from a push's own beginning: those who wait longest do not make the others wait in turn."""
    server, world = hasty
    answers: list[int] = []
    pushes = [threading.Thread(target=lambda: answers.append(_post(server, world).status_code)) for _ in range(12)]
    with write_lock(world.settings.storage.path):
        began = time.monotonic()
        for push in pushes:
            push.start()
        for push in pushes:
            push.join(30)
        waited = time.monotonic() - began
    assert (answers, waited < 5) == ([503] * 12, True)


def test_after_a_503_the_same_push_is_taken(hasty: tuple[LiveServer, World]) -> None:
    server, world = hasty
    with write_lock(world.settings.storage.path):
        assert _post(server, world).status_code == 503
    assert _post(server, world).status_code == 202


def test_reads_go_on_while_another_process_writes(hasty: tuple[LiveServer, World]) -> None:
    """Neither a poll nor the note of a token's last use waits for the lock."""
    server, world = hasty
    _post(server, world)
    with write_lock(world.settings.storage.path):
        began = time.monotonic()
        answers = [httpx.get(f"{server.url}{_OBJECTS}", headers=world.bearer(name)) for name in ("watch", "house") * 5]
        assert [len(answer.json()["objects"]) for answer in answers] == [1] * 10
        assert time.monotonic() - began < 3
