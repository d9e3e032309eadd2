"""A server under measurement, and ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from importlib import metadata
from pathlib import Path

from benchmarks.processes import Running, free_port, peaks, start, wait_for_port
from benchmarks.wire import Connection, Target, WireError, basic

COLLECTION = "0b5f1a52-6c0e-4c55-8a4e-2f8f3b7a9d01"
PASSWORD = "benchmark-password"
CORES = os.cpu_count() or 1
START_SECONDS = 60.0
EMPTY = "limit=1&added_after=2099-01-01T00:00:00.000000Z"


class Server(ABC):
    """Starts with an empty store in its folder, is stopped and started again, and says where it serves."""

    name = ""
    accounts = True
    """Whether it takes cyber-observable objects."""
    pace = 3_000
    """How many objects a second it may take at most: so many envelopes are built before a push."""
    single_pace = 400
    """The same for requests of one object."""
    patience = 60.0
    """After so many seconds without an answer it is not waited for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.running: list[Running] = []
        self.largest = 0.0
        self.total = 0.0

    @abstractmethod
    def create(self) -> None:
        """Write settings and an empty store into the folder."""

    @abstractmethod
    def start(self) -> None:
        """Start serving; returns when the port accepts."""

    @property
    @abstractmethod
    def target(self) -> Target:
        """Return where the collection is."""

    @abstractmethod
    def versions(self) -> dict[str, str]:
        """Return the versions that matter, by name."""

    def fresh(self) -> None:
        """Begin again with an empty store."""
        self.stop()
        self.largest = self.total = 0.0
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.create()
        self.start()
        self.ready()

    def stop(self) -> None:
        """Stop all its processes, the front first."""
        self.note_peaks()
        while self.running:
            self.running.pop().stop()

    def restart(self) -> float:
        """Stop and start on the same store; return the seconds from start to the first page served."""
        self.stop()
        began = time.perf_counter()
        self.start()
        self.ready()
        return time.perf_counter() - began

    def ready(self) -> None:
        """Return when an authenticated poll is answered."""
        deadline = time.monotonic() + START_SECONDS
        trouble = ""
        while time.monotonic() < deadline:
            try:
                with Connection(self.target, self.patience) as connection:
                    answer = connection.exchange(self.target.get(EMPTY))
            except WireError as error:
                trouble = str(error)
                time.sleep(0.005)
                continue
            if answer.status == 200:
                return
            trouble = f"{answer.status}: {bytes(answer.body[:300]).decode(errors='replace')}"
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not answer a poll: {trouble}")

    def warm(self) -> None:
        """Let every worker see the credentials once: several connections, a few requests each."""
        for _ in range(4 * CORES):
            with Connection(self.target, self.patience) as connection:
                for _ in range(3):
                    connection.exchange(self.target.get(EMPTY))

    def obituary(self) -> str:
        """Return the last words of those of its processes that have ended by themselves."""
        ended = [running for running in self.running if not running.alive()]
        return "; ".join(f"it had ended ({one.popen.returncode}): {one.last_words()}" for one in ended)

    def note_peaks(self) -> None:
        """Keep the peak resident memory in MB of its largest process and of all together, over all its lives."""
        now = [peak for running in self.running for peak in peaks(running.popen.pid)]
        self.largest = max(self.largest, *now, 0.0)
        self.total = max(self.total, sum(now))

    def launch(self, command: list[str | Path], port: int, environment: dict[str, str] | None = None) -> None:
        """Start one process and wait for its port."""
        running = start(command, self.folder / f"{self.name}-{len(self.running)}.log", environment)
        self.running.append(running)
        wait_for_port(running, port, START_SECONDS)


_SETTINGS = """\
[server]
title = "Benchmark"
public_url = "http://127.0.0.1:{port}"

[storage]
url = "sqlite:///{database}"

[[organisations]]
slug = "bench"
name = "Bench"
role = "member"

[[api_roots]]
name = "bench"
title = "Bench"

[[api_roots.collections]]
id = "{collection}"
alias = "bench"
title = "Everything"
readers = ["authenticated"]
writers = ["authenticated"]
"""


class Ours(Server):
    """This project: SQLite store, as many workers as cores, Basic credentials as its clients send them."""

    name = "ours"
    pace = 60_000
    single_pace = 6_000

    @property
    def settings(self) -> Path:
        """Return the settings file."""
        return self.folder / "clearinghouse.toml"

    def create(self) -> None:
        """Write the settings, create the store and an account."""
        database = (self.folder / "clearinghouse.db").resolve()
        text = _SETTINGS.format(port=self.port, database=database, collection=COLLECTION)
        self.settings.write_text(text)
        self._command("init")
        self._command("account", "add", "bench", "--org", "bench", "--role", "member", "--password-stdin")

    def start(self) -> None:
        """Serve."""
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--workers", str(min(CORES, 4))]
        self.launch([_program(), "serve", "--config", self.settings, *where], self.port)

    @property
    def target(self) -> Target:
        """Return the one collection."""
        return Target("127.0.0.1", self.port, f"/bench/collections/{COLLECTION}/objects/", basic("bench", PASSWORD))

    def versions(self) -> dict[str, str]:
        """Return ours and those of what it stands on."""
        names = ["clearinghouse", "flask", "granian", "apsw", "msgspec", "jsonschema-rs"]
        return {"python": sys.version.split()[0]} | {name: metadata.version(name) for name in names}

    def _command(self, *arguments: str) -> None:
        command = [_program(), *arguments, "--config", str(self.settings)]
        done = subprocess.run(command, input=PASSWORD.encode() + b"\n", capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"clearinghouse {arguments[0]}: {done.stderr.decode(errors='replace')}")


def _program() -> str:
    return str(Path(sys.executable).with_name("clearinghouse"))
