"""One measurement in a process of its own: `python -m benchmarks.mapping_worker map|stix2 MEMBER FILE`.

Prints a line of JSON for each time the file was mapped, or one for the objects that python-stix2 built.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from stix_mappers import Record, StixObject, map_file, map_records, records_of

STEP = 13
"""Every so many objects one goes into the sample: a number that no count of objects of a record divides."""
SAMPLE = 3_000
WARM_UP = 100


class Counted:
    """Records on their way through, counted."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.number = 0
        self._records = records

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.number += 1
            yield record


def mapped(member: str, file: str) -> dict[str, float]:
    """Map a file from its octets to STIX objects, none of which is kept."""
    wall, cpu = time.perf_counter(), time.process_time()
    records = Counted(records_of(member, [file]))
    objects = sum(1 for _ in map_records(records))
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "records": records.number,
        "objects": objects,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Return the peak resident memory of this process; `ru_maxrss` would also know what its parent had."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def built_by_stix2(member: str, file: str) -> dict[str, float]:
    """Build a sample of the file's objects by the classes of python-stix2, from values that are given to it."""
    from stix2.registry import class_for_type  # noqa: PLC0415 - it must not count in the memory of the other

    from stix_mappers.extensions import register  # noqa: PLC0415 - likewise

    register()
    plain = list(islice(map_file(member, file), 0, (SAMPLE + WARM_UP) * STEP, STEP))
    classes: dict[str, Any] = {item["type"]: class_for_type(item["type"], "2.1") for item in plain}
    _build(classes, plain[:WARM_UP])
    wall, cpu = time.perf_counter(), time.process_time()
    _build(classes, plain[WARM_UP:])
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "objects": len(plain) - WARM_UP,
    }


def _build(classes: dict[str, Any], plain: list[StixObject]) -> None:
    for item in plain:
        classes[item["type"]](**item)


def main(given: list[str]) -> None:
    """Measure once, or as often as the last argument says."""
    task, member, file, *times = given
    for _ in range(int(times[0]) if times else 1):
        print(json.dumps(mapped(member, file) if task == "map" else built_by_stix2(member, file)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
