"""The budgets of the design, held against a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.results import Results, Table

LARGE = 1_000_000


@dataclass(frozen=True)
class Verdict:
    """What was measured, and whether it is within the budget; None when it could not be told."""

    measured: str
    kept: bool | None


@dataclass(frozen=True)
class Budget:
    """One line of the table of budgets."""

    what: str
    budget: str
    judge: Callable[[Results], Verdict]


_UNKNOWN = Verdict("not measured", None)


def _largest(results: Results, row: str, server: str = "ours") -> Table | None:
    return next((table for table in results.descending() if table.value(row, server) is not None), None)


def _ratio(row: str, other: str, least: float) -> Callable[[Results], Verdict]:
    def judge(results: Results) -> Verdict:
        table = _largest(results, row, other)
        ratio = table.ratio(row, other) if table else None
        if table is None or ratio is None:
            return _UNKNOWN
        return Verdict(f"{ratio.median:.2f} at {table.stored:,}", ratio.median >= least)

    return judge


def _at_least(row: str, least: float, unit: str) -> Callable[[Results], Verdict]:
    def judge(results: Results) -> Verdict:
        values = {table.stored: value for table in results.descending() if (value := table.value(row)) is not None}
        if not values:
            return _UNKNOWN
        said = ", ".join(f"{value:,.0f} at {stored:,}" for stored, value in values.items())
        return Verdict(f"{said} {unit}", min(values.values()) >= least)

    return judge


def _at_most(row: str, most: float, unit: str, at: int | None = None) -> Callable[[Results], Verdict]:
    def judge(results: Results) -> Verdict:
        tables = [table for table in results.descending() if at is None or table.stored == at]
        values = {table.stored: value for table in tables if (value := table.value(row)) is not None}
        if not values:
            return _UNKNOWN
        said = ", ".join(f"{value:,.2f} at {stored:,}" for stored, value in values.items())
        return Verdict(f"{said} {unit}", max(values.values()) <= most)

    return judge


def _same_when_cold(results: Results) -> Verdict:
    table = _largest(results, "cold-10k")
    if table is None:
        return _UNKNOWN
    small, large = table.cell("cold-10k", "ours"), table.cell("cold", "ours")
    ratio = median(small.values[key] / large.values[key] for key in small.values)
    return Verdict(f"{ratio:.2f} at {table.stored:,}", ratio <= 1.2)


def _four_not_slower(results: Results) -> Verdict:
    said, kept = [], []
    for table in results.descending():
        one, four = table.value("push-1000-1"), table.value("push-1000-4")
        if one and four:
            said.append(f"{four / one:.2f} at {table.stored:,}")
            kept.append(four >= one)
    return Verdict(", ".join(said), all(kept)) if kept else _UNKNOWN


BUDGETS = (
    Budget("poll, 1,000 a page, hot, over nginx", "at least 0.8", _ratio("hot-1000", "nginx", 0.8)),
    Budget("the same, cold, over nginx", "at least 0.35", _ratio("cold", "nginx", 0.35)),
    Budget("time of a cold page, at the largest store over 10,000 stored", "at most 1.2", _same_when_cold),
    Budget("poll, 100 a page, hot", "at least 4,000 requests/s", _at_least("hot-100", 4000, "requests/s")),
    Budget("empty poll, Basic, p50", "under 1 ms at every size", _at_most("empty-p50", 1.0, "ms")),
    Budget("empty poll, four clients", "at least 5,000 requests/s", _at_least("empty-rate", 5000, "requests/s")),
    Budget("push, 1,000 an envelope, one client", "20,000 objects/s", _at_least("push-1000-1", 20_000, "objects/s")),
    Budget("push, four clients over one", "at least 1", _four_not_slower),
    Budget("push, one object a request, four clients", "800 requests/s", _at_least("push-1-4", 800, "requests/s")),
    Budget("poll over OpenTAXII, 1,000 a page", "at least 30", _ratio("full-1000", "opentaxii", 30)),
    Budget("push over OpenTAXII, 1,000 an envelope", "at least 20", _ratio("push-1000-1", "opentaxii", 20)),
    Budget("memory of a process after a poll of 1 M", "under 150 MB", _at_most("memory-polling", 150, "MB", LARGE)),
    Budget("start on a store of 1 M", "under 2 s", _at_most("start", 2.0, "s", LARGE)),
)
