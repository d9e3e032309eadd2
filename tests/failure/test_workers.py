"""A worker that is killed alone: the others go on, and another takes its place."""

import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.failure.campaign import Campaign
from tests.failure.history import faults
from tests.live import LiveServer
from tests.worlds import World

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found by way of /proc")


def _workers(server: LiveServer) -> list[int]:
    """The processes under the main one."""
    tasks = Path(f"/proc/{server.pid}/task").glob("*/children")
    return sorted(int(child) for task in tasks for child in task.read_text().split())


def _wait_for_workers(server: LiveServer, count: int, without: int) -> list[int]:
    deadline = time.monotonic() + 20
    while len(workers := _workers(server)) != count or without in workers:
        assert time.monotonic() < deadline, f"there are {len(workers)} workers, not {count}"
        time.sleep(0.02)
    return workers


def test_a_killed_worker_is_replaced(live: tuple[LiveServer, World]) -> None:
    server, world = live
    victim, other = _workers(server)
    os.kill(victim, signal.SIGKILL)
    assert other in _wait_for_workers(server, 2, without=victim)
    assert httpx.get(f"{server.url}/taxii2/", headers=world.bearer("watch"), timeout=10).status_code == 200
    assert server.stop() == 0


def test_a_worker_killed_during_pushes_loses_nothing(live: tuple[LiveServer, World]) -> None:
    server, world = live
    campaign = Campaign(server, world, producers=4, readers=2)
    with campaign.running():
        campaign.wait_for(objects=100)
        victim = _workers(server)[0]
        os.kill(victim, signal.SIGKILL)
        _wait_for_workers(server, 2, without=victim)
        campaign.wait_for(objects=200)
    campaign.take_stock()
    print(f"1 worker killed, {campaign.history.summary}")
    assert list(faults(campaign.history)) == []
    assert campaign.answers == []


@pytest.mark.slow
def test_workers_killed_again_and_again_lose_nothing(live: tuple[LiveServer, World]) -> None:
    """Six seconds apart: the server takes more than one death in five for a fault of its own, and ends."""
    server, world = live
    campaign = Campaign(server, world, producers=4, readers=2)
    with campaign.running():
        for number in range(5):
            campaign.wait_for(objects=50)
            victim = _workers(server)[number % 2]
            os.kill(victim, signal.SIGKILL)
            _wait_for_workers(server, 2, without=victim)
            time.sleep(6)
    campaign.take_stock()
    print(f"5 workers killed, {campaign.history.summary}")
    assert list(faults(campaign.history)) == []
