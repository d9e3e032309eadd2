"""Peers live in virtual environments of their own, outside the tree's history, at versions pinned beside this file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
WORK = HERE / ".work"


def environment(peer: str) -> Path:
    """Return the peer's virtual environment, made and filled when it is missing or its pins have changed."""
    pins, home = HERE / f"requirements-{peer}.txt", WORK / peer
    stamp = home / "pins.txt"
    if stamp.exists() and stamp.read_text() == pins.read_text():
        return home
    print(f"installing {peer} ...", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
    subprocess.run([home / "bin" / "pip", "install", "--quiet", "--requirement", pins], check=True)
    stamp.write_text(pins.read_text())
    return home


def mongod(home: Path) -> Path:
    """Return the database server that a package of medallion's environment carries."""
    binary = next(home.glob("lib/python*/site-packages/fiftyone/db/bin/mongod"))
    binary.chmod(0o755)
    return binary


def pinned(peer: str, *names: str) -> dict[str, str]:
    """Return the pinned versions of some packages."""
    lines = (HERE / f"requirements-{peer}.txt").read_text().splitlines()
    versions = dict(line.split("==", 1) for line in lines if "==" in line)
    return {name: versions[name] for name in names}


def program(name: str) -> str:
    """Return the path of an installed program, or say which package brings it."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError(f"{name} is not installed (see benchmarks/README.md)")
    return found
