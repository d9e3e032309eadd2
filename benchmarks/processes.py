"""Starting servers, reading what they cost from /proc, and making sure that none outlives the run."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 15.0


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Running:
    """A server process, head of its own group."""

    popen: subprocess.Popen[bytes]
    log: Path

    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self.popen.poll() is None

    def stop(self) -> None:
        """Ask it to end, insist after a while, and leave nothing of its group behind."""
        if self.alive():
            self.popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def last_words(self) -> str:
        """Return the end of its log, for an error message."""
        return self.log.read_text(errors="replace")[-600:].strip()


def start(command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None) -> Running:
    """Start a server in a group of its own; the kernel ends it should this process die without a chance to."""
    guard = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with log.open("ab") as sink:
        popen = subprocess.Popen(
            [*guard, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    return Running(popen, log)


def wait_for_port(running: Running, port: int, seconds: float) -> None:
    """Return as soon as the port accepts; raise when the process ends first or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not running.alive():
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.005)
    raise RuntimeError(f"{running.log.stem} did not start: {running.last_words()}")


def family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += family(int(child))
    return found


def peaks(pid: int) -> list[float]:
    """Return the peak resident memory of a process and of each descendant, in MB."""
    values = []
    for member in family(pid):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{member}/status").read_text()
            values += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")]
    return values
