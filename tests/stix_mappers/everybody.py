"""What the files of every member give, mapped once, for the tests that look across members."""

import csv
from functools import cache
from pathlib import Path

import pytest

from stix_mappers import MEMBERS, StixObject, samples_dir
from tests.stix_mappers.conftest import DATA, Mapped

here = pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the project")

PINS = DATA / "pinterest" / "doppelganger_pins.from-meta.csv"
TUMBLR = DATA / "verizon-media" / "doppelganger_tumblr.from-meta.csv"
PUSHED = DATA / "coalition" / "records.jsonl"

SAMPLES = [pytest.param("samples", member, id=f"samples-{member}") for member in MEMBERS]
REAL = [pytest.param("real", member, id=f"real-{member}", marks=here) for member in (*MEMBERS, "coalition")]


def given(origin: str, member: str) -> list[Path]:
    """Return the files of a member: its samples, or the real ones with what lies in the folders of others."""
    if origin == "samples":
        return [samples_dir(member)]
    if member == "coalition":
        return [PUSHED]
    return [DATA / member, PINS, TUMBLR] if member == "facebook" else [DATA / member]


@cache
def mapped(origin: str, member: str) -> Mapped:
    """Return everything a member's files give."""
    return Mapped(member, *given(origin, member))


@cache
def mapped_file(member: str, path: Path) -> Mapped:
    """Return everything one file gives."""
    return Mapped(member, path)


def of_all(origin: str) -> dict[str, list[StixObject]]:
    """Return the objects of the nine members, by member."""
    return {member: mapped(origin, member).objects for member in MEMBERS}


def indicator_cells(path: Path) -> list[str]:
    """Return the fourth column of a Kill Chain file without its header, refanged."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.reader(stream) if len(row) > 3]
    return [row[3].replace("[.]", ".").strip() for row in rows[1:]]
