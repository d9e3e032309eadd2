"""The main process alone is killed: its workers go with it, and the next start finds the port free."""

import os
import signal
import subprocess
import sys
import time

import httpx

from tests.live import LiveServer
from tests.worlds import World


def test_workers_end_with_the_main_process(live: tuple[LiveServer, World]) -> None:
    server, _ = live
    os.kill(server.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{server.url}/healthz", timeout=1)
        except httpx.TransportError:
            return
        time.sleep(0.05)
    raise AssertionError("a worker still answers")


def test_the_server_starts_again_at_once(live: tuple[LiveServer, World]) -> None:
    server, world = live
    os.kill(server.pid, signal.SIGKILL)
    with httpx.Client(base_url=server.url) as client:
        again = LiveServer(server.config, server.port)
        again.start()
        try:
            assert client.get("/taxii2/", headers=world.bearer("alpha")).status_code == 200
        finally:
            again.kill()


def test_a_second_server_on_the_same_port_is_refused(live: tuple[LiveServer, World]) -> None:
    server, _ = live
    command = [
        sys.executable,
        "-m",
        "taxii_server",
        "serve",
        "--config",
        str(server.config),
        "--port",
        str(server.port),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "cannot listen" in ended.stderr
