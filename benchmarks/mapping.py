"""`python -m benchmarks.mapping`: how fast and in how much memory records become STIX, beside python-stix2."""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks import machine, mapping_files
from benchmarks.install import HERE, WORK
from benchmarks.report import number

FOLDER = WORK / "mapping"
FIRST = 10_000
DOMAINS = 6_000
NAMED = 0.34
"""The share of accounts that are named, about that of the real archives."""

ROUNDS = 3
LARGE = 50_000_000
"""Octets from which on a file is mapped only once."""

RECORDS_A_SECOND, TIMES_STIX2, MEMORY_MB, GROWTH = 20_000, 20.0, 200, 1.10


@dataclass(frozen=True)
class Run:
    """One mapping of one file, in a process of its own."""

    title: str
    records: int
    objects: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    stix2: float = 0.0
    """Objects a second that the classes of python-stix2 build, on a sample of the same objects."""

    @property
    def records_a_second(self) -> float:
        """How many records went through in a second of one core."""
        return self.records / self.cpu_seconds

    @property
    def objects_a_second(self) -> float:
        """How many objects came out in a second of one core."""
        return self.objects / self.cpu_seconds

    @property
    def times(self) -> float:
        """How many times as fast as python-stix2 this was."""
        return self.objects_a_second / self.stix2


@dataclass(frozen=True)
class Results:
    """What was measured, in the order of the report."""

    command: str
    sizes: list[Run]
    """The same archive at growing sizes."""
    others: list[Run]

    @property
    def whole(self) -> Run:
        """The archive at its full size."""
        return self.sizes[-1]


# Measuring -----------------------------------------------------------------------------------------------------------


def _worker(task: str, member: str, file: Path, times: int = 1) -> list[dict[str, float]]:
    command = [sys.executable, "-m", "benchmarks.mapping_worker", task, member, str(file), str(times)]
    said = subprocess.run(command, cwd=HERE.parent, capture_output=True, check=False, text=True)
    if said.returncode:
        raise RuntimeError(said.stderr)
    return [json.loads(line) for line in said.stdout.splitlines()]


def _fastest(task: str, member: str, file: Path, times: int) -> dict[str, float]:
    """Return the best of several processes: what others do on the machine only ever adds."""
    told = [_worker(task, member, file, times)[-1] for _ in range(ROUNDS if file.stat().st_size < LARGE else 1)]
    print(f"{task} {file.relative_to(FOLDER)}: {told}", file=sys.stderr, flush=True)
    return min(told, key=lambda run: run["cpu_seconds"])


def _run(title: str, member: str, file: Path, *, stix2: float = 0.0, times: int = 1) -> Run:
    told = _fastest("map", member, file, times)
    return Run(
        title=title,
        records=int(told["records"]),
        objects=int(told["objects"]),
        seconds=told["seconds"],
        cpu_seconds=told["cpu_seconds"],
        peak_mb=told["peak_mb"],
        stix2=stix2,
    )


def _stix2(member: str, file: Path) -> float:
    told = _fastest("stix2", member, file, 1)
    return told["objects"] / told["cpu_seconds"]


def _archive(rows: int, named: float) -> Path:
    path = FOLDER / f"{rows}-{round(named * 100)}" / "invented_092020_users_csv_hashed.csv"
    return mapping_files.users(path, rows, plain=named)


def _sizes(rows: int) -> Iterator[Run]:
    """Yield the runs over the archive from the smallest to the full size."""
    stix2 = _stix2("twitter", _archive(FIRST, NAMED))
    for size in sorted({FIRST, min(rows, 10 * FIRST), rows}):
        yield _run(f"Twitter users, {size:,} rows", "twitter", _archive(size, NAMED), stix2=stix2)


def _others(rows: int) -> Iterator[Run]:
    few = _archive(FIRST, 1.0)
    many = _archive(min(rows, 10 * FIRST), 1.0)
    title = f"Twitter users, {min(rows, 10 * FIRST):,} rows, every account named"
    yield _run(title, "twitter", many, stix2=_stix2("twitter", few))
    path = mapping_files.domains(FOLDER / "Q3_2024_INVENTED_CIB_NETWORK.csv", DOMAINS)
    stix2 = _stix2("facebook", path)
    yield _run(f"Facebook domains, {DOMAINS:,} rows", "facebook", path, stix2=stix2)
    again = f"Facebook domains, {DOMAINS:,} rows, for the third time in one process"
    yield _run(again, "facebook", path, stix2=stix2, times=3)


# The report ----------------------------------------------------------------------------------------------------------


def markdown(results: Results) -> str:
    """Return the whole report."""
    return "\n\n".join(["\n".join(part) for part in (_head(results), _budgets(results), _table(results))]) + "\n"


def _head(results: Results) -> list[str]:
    versions = ", ".join(f"{name} {version(name)}" for name in ("msgspec", "stix2", "stix2-patterns"))
    whole = results.whole
    return [
        "# Results of the last run of the mappers",
        "",
        f"- **Run**: {machine.today()}; repeat it with `{results.command}`.",
        f"- **Machine**: {machine.describe()}; each run is one process on one core.",
        f"- **Versions**: Python {platform.python_version()}, {versions}.",
        f"- **Measured commit**: {machine.commit()}.",
        "",
        "From the octets of a file to STIX objects as dictionaries, none of them kept or written. The files are made",
        f"up in the layouts of the platforms; {NAMED:.0%} of the users are named and the others hashed, about as in",
        "the real archives, unless said otherwise. A process maps its file once and nothing before, so that loading",
        "the tables counts, unless said otherwise. Rates are for a second of processor time, that is of one core;",
        "where far more seconds went by on the clock, others had the core meanwhile. The best of three processes",
        f"counts, python-stix2's too; files above {LARGE // 10**6} MB are mapped once.",
        "",
        "python-stix2 is given the finished values of the same objects, ids included, and calls the class of each, so",
        "that reading and mapping are not in its figure. It is measured on at most 3,000 of the objects, every",
        f"thirteenth; extrapolated from that, the {whole.objects:,} of the largest archive would take it",
        f"{_span(whole.objects / whole.stix2)}; they took {_span(whole.cpu_seconds)} here.",
    ]


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _budgets(results: Results) -> list[str]:
    whole, first = results.whole, results.sizes[0]
    slowest = min((whole, *results.others), key=lambda run: run.records_a_second)
    least = min((whole, *results.others), key=lambda run: run.times)
    growth = f"memory against that of the first {FIRST:,} rows"
    return [
        "## Budgets",
        "",
        "| what | budget | measured | kept |",
        "| --- | --- | --- | --- |",
        _at_least(f"records a second: {whole.title}", RECORDS_A_SECOND, whole.records_a_second),
        _at_least(f"records a second, slowest: {slowest.title}", RECORDS_A_SECOND, slowest.records_a_second),
        _at_least(f"times python-stix2: {whole.title}", TIMES_STIX2, whole.times),
        _at_least(f"times python-stix2, least: {least.title}", TIMES_STIX2, least.times),
        _at_most("memory in MB at full size", MEMORY_MB, whole.peak_mb),
        _at_most(growth, GROWTH, whole.peak_mb / first.peak_mb),
    ]


def _at_least(what: str, budget: float, measured: float) -> str:
    return _line(what, f"≥ {number(budget)}", number(measured), "yes" if measured >= budget else "**no**")


def _at_most(what: str, budget: float, measured: float) -> str:
    return _line(what, f"≤ {number(budget)}", number(measured), "yes" if measured <= budget else "**no**")


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(results: Results) -> list[str]:
    names = ("file", "records", "objects", "seconds on the clock", "of one core", "records/s", "objects/s")
    others = ("python-stix2 objects/s", "factor", "peak memory")
    header = [_line(*names, *others), _line("---", *["---:"] * 9)]
    return ["## Runs", "", *header, *map(_cells, (*results.sizes, *results.others))]


def _cells(run: Run) -> str:
    return _line(
        run.title,
        f"{run.records:,}",
        f"{run.objects:,}",
        number(run.seconds),
        number(run.cpu_seconds),
        number(run.records_a_second),
        number(run.objects_a_second),
        number(run.stix2),
        f"× {number(run.times)}",
        f"{run.peak_mb:.0f} MB",
    )


def _rows(text: str) -> int:
    unit = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    value = int(text[:-1] if unit > 1 else text) * unit
    if value < FIRST:
        raise argparse.ArgumentTypeError(f"at least {FIRST:,} rows are needed")
    return value


def main(given: list[str]) -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mapping", description=__doc__)
    parser.add_argument("--rows", type=_rows, default=1_000_000, help="rows of the archive (default: 1m)")
    parser.add_argument("--output", type=Path, default=HERE / "MAPPING.md", help="where the result is kept")
    arguments = parser.parse_args(given)
    command = shlex.join(["python", "-m", "benchmarks.mapping", *given])
    try:
        results = Results(command, list(_sizes(arguments.rows)), list(_others(arguments.rows)))
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    text = markdown(results)
    print(text)
    arguments.output.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
