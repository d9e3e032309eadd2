"""The machine and the moment of a run."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def _field(file: str, name: str) -> str:
    lines = Path(file).read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "unknown")


def describe() -> str:
    """Return processor, cores, memory and system in one line."""
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    release = Path("/etc/os-release")
    system = _release(release) if release.exists() else platform.system()
    processor = _field("/proc/cpuinfo", "model name")
    return (
        f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, {system}, Linux {platform.release().partition('-')[0]}"
    )


def _release(file: Path) -> str:
    pairs = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    return pairs.get("PRETTY_NAME", "Linux").strip('"')


def today() -> str:
    """Return the date and time in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def commit() -> str:
    """Return the commit that was measured, marked when the tree had changes."""
    here = Path(__file__).parent
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=here, capture_output=True, check=False, text=True
    )
    return said.stdout.strip() or "unknown"
