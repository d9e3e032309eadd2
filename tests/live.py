"""A server as it runs for real: the command `clearinghouse serve` in processes of its own, on 127.0.0.1."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

_START_SECONDS = 30
_STOP_SECONDS = 40


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to clients."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class LiveServer:
    """A running server. ``kill`` ends it as a power cut would; ``start`` brings it back on the same port."""

    def __init__(self, config: Path, port: int, workers: int = 2, env: dict[str, str] | None = None) -> None:
        self.config = config
        self.port = port
        self.workers = workers
        self.url = f"http://127.0.0.1:{port}"
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self.log = config.with_suffix(".log")

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [sys.executable, "-m", "taxii_server", "serve", "--config", str(self.config)]
        command += ["--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self._wait_until_ready()

    def stop(self) -> int:
        """End it with SIGTERM; the exit code."""
        process = self._running()
        process.terminate()
        try:
            return process.wait(_STOP_SECONDS)
        finally:
            self.kill()

    def kill(self) -> None:
        """End every process of it with SIGKILL."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def pid(self) -> int:
        """The process id of the main process."""
        return self._running().pid

    def _running(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, "the server is not running"
        return self._process

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert self._running().poll() is None, f"the server ended: {self.log.read_text()[-2000:]}"
            try:
                if httpx.get(f"{self.url}/healthz", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError(f"the server did not answer: {self.log.read_text()[-2000:]}")


@contextmanager
def running(config: Path, port: int, workers: int = 2, env: dict[str, str] | None = None) -> Iterator[LiveServer]:
    """A server that runs inside the block and is gone after it."""
    server = LiveServer(config, port, workers, env)
    server.start()
    try:
        yield server
    finally:
        server.kill()
