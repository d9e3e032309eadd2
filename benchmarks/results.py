"""What was measured: rows, cells, and ratios between two servers of one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    key: str
    title: str
    unit: str
    higher_is_better: bool = True


@dataclass
class Cell:
    """The values of one server in one row, by round, and whether they hold for a part only."""

    values: dict[int, float] = field(default_factory=dict)
    part: bool = False
    note: str = ""

    @property
    def median(self) -> float | None:
        """Return the median over the rounds."""
        return median(self.values.values()) if self.values else None


@dataclass
class Table:
    """All rows at one number of stored objects."""

    stored: int
    rows: list[Row] = field(default_factory=list)
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def cell(self, row: str, server: str) -> Cell:
        """Return a cell, made when it is missing."""
        return self.cells.setdefault((row, server), Cell())

    def add_rows(self, rows: tuple[Row, ...]) -> None:
        """Add rows that are not there yet."""
        self.rows += [row for row in rows if row not in self.rows]

    def value(self, row: str, server: str = "ours") -> float | None:
        """Return the median of a cell, None when there is none."""
        cell = self.cells.get((row, server))
        return cell.median if cell else None

    def ratio(self, row: str, other: str, server: str = "ours") -> Ratio | None:
        """Return `server` over `other` in this row, from the rounds that both took part in."""
        mine, theirs = self.cell(row, server), self.cell(row, other)
        shared = [mine.values[key] / theirs.values[key] for key in mine.values if theirs.values.get(key)]
        if shared:
            return Ratio(median(shared), min(shared), max(shared))
        if mine.median is None or not theirs.median:
            return None
        return Ratio(mine.median / theirs.median, 0.0, 0.0)


@dataclass(frozen=True)
class Ratio:
    """The median of the rounds' ratios and their range; the range is 0 to 0 when no round was shared."""

    median: float
    least: float
    most: float


@dataclass
class Results:
    """One run."""

    tables: dict[int, Table] = field(default_factory=dict)
    versions: dict[str, dict[str, str]] = field(default_factory=dict)
    command: str = ""
    seconds: float = 0.0
    broken_off: str = ""

    def descending(self) -> Iterator[Table]:
        """Yield the tables, that of the largest store first."""
        for stored in sorted(self.tables, reverse=True):
            yield self.tables[stored]
