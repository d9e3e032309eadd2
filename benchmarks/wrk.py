"""The rate at which one resource is served: `wrk`, because a client in Python would be the limit."""

from __future__ import annotations

import re
import subprocess

from benchmarks.install import program
from benchmarks.wire import MEDIA_TYPE, Target


def rate(target: Target, query: str, *, connections: int, seconds: float) -> float:
    """Return requests a second over kept connections; raise when any answer was not a success."""
    headers = ["-H", f"Accept: {MEDIA_TYPE}"]
    if target.authorization:
        headers += ["-H", f"Authorization: {target.authorization}"]
    options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
    command = [program("wrk"), *options, *headers, target.url(query)]
    said = subprocess.run(command, capture_output=True, check=True, text=True, timeout=seconds + 60).stdout
    return parse(said)


def parse(said: str) -> float:
    """Read the report of wrk."""
    for sign in ("Non-2xx or 3xx responses", "Socket errors"):
        if sign in said:
            raise RuntimeError(next(line.strip() for line in said.splitlines() if sign in line))
    found = re.search(r"Requests/sec: +([\d.]+)", said)
    if found is None:
        raise RuntimeError(f"wrk said: {said[:200]}")
    return float(found[1])


def version() -> str:
    """Return what it says of itself."""
    said = subprocess.run([program("wrk"), "-v"], capture_output=True, check=False, text=True)
    return (said.stdout + said.stderr).split()[1]
