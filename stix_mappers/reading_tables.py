"""Tables: comma, tab, semicolon or bar separated, with quoted line breaks and blank rows.

A quote that is never closed would swallow the rest of the file: such a row is given as a fault and reading goes on
with the line behind it.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

_DELIMITERS: Final = "\t,;|"
_LONGEST_RECORD: Final = 200
_QUOTED_CELL: Final = re.compile(r'(?:^|\t)"[^\t\n]*"(?=\t|\r?$)', re.MULTILINE)


class Row(NamedTuple):
    """The cells of one row and the line it begins on; `fault` says why it could not be read."""

    line: int
    cells: tuple[str, ...]
    fault: str | None = None


class _RunawayError(Exception):
    """A quoted cell that does not end."""


def table_rows(lines: Iterator[tuple[int, str]], sample: str) -> Iterator[Row]:
    """Yield the rows; the delimiter is the one the first line uses most."""
    delimiter = _delimiter(sample)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if delimiter != "\t" or _QUOTED_CELL.search(sample) else csv.QUOTE_NONE
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter, quoting=quoting)
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _RunawayError:
            yield feed.give_up("a quote is never closed")
        except csv.Error as error:
            yield Row(feed.first, (feed.taken[0][1] if feed.taken else "",), str(error))
        else:
            yield feed.give_up("a quote is never closed") if feed.ran_out else Row(feed.first, tuple(cells))


def _delimiter(sample: str) -> str:
    first = next((line for line in sample.splitlines() if line.strip(_DELIMITERS + " ")), "")
    return max(_DELIMITERS, key=lambda mark: (first.count(mark), mark == ","))


class _Feed:
    """Hands lines to the csv reader and remembers those of the row under way, to be able to go back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._returned: deque[tuple[int, str]] = deque()
        self.taken: list[tuple[int, str]] = []
        self.ran_out = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= _LONGEST_RECORD:
            raise _RunawayError
        try:
            numbered = self._returned.popleft() if self._returned else next(self._lines)
        except StopIteration:
            self.ran_out = bool(self.taken)
            raise
        self.taken.append(numbered)
        return numbered[1]

    @property
    def first(self) -> int:
        """The line the row under way begins on."""
        return self.taken[0][0] if self.taken else 0

    def begin(self) -> None:
        """Forget the row before."""
        self.taken = []
        self.ran_out = False

    def give_up(self, fault: str) -> Row:
        """Return the first line as a fault; the lines behind it are read again."""
        (line, text), *rest = self.taken
        self._returned.extendleft(reversed(rest))
        return Row(line, (text.rstrip("\r\n"),), fault)
