"""A history of pushes and polls, and whether a log that keeps its promises can have had it.

The promises: what was acknowledged is in the log, once; what was refused is not; a push is there as a whole, in its
order, or not at all; dates rise strictly, and each push ends on a whole millisecond; a push that began after another
was acknowledged stands behind it; and whoever reads sees the log from its beginning, without a gap.
"""

import math
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

Version = tuple[str, str]


class Fate(StrEnum):
    """What a producer knows about its push."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Push:
    """An envelope of new versions; ``began`` with its first attempt, ``ended`` with its acknowledgement."""

    versions: tuple[Version, ...]
    began: float
    ended: float = math.inf
    fate: Fate = Fate.REFUSED


class Record(NamedTuple):
    """An entry of the log as the manifest tells it."""

    version: Version
    date_added: str


@dataclass
class History:
    """Everything that happened: the pushes, the log as it is in the end, and what each reader received."""

    pushes: list[Push] = field(default_factory=list)
    log: list[Record] = field(default_factory=list)
    readers: list[list[Version]] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self, push: Push) -> Push:
        """Note a push that is about to be made."""
        with self._guard:
            self.pushes.append(push)
        return push

    def count(self, fate: Fate) -> int:
        """How many objects met this fate."""
        return sum(len(push.versions) for push in self.pushes if push.fate is fate)

    @property
    def summary(self) -> str:
        """The figures of the history."""
        counts = ", ".join(f"{self.count(fate)} objects {fate}" for fate in Fate)
        return f"{len(self.pushes)} pushes: {counts}; {len(self.log)} in the log"


def faults(history: History) -> Iterator[str]:
    """The promises that were broken, each with what shows it; nothing where all were kept."""
    positions = {record.version: position for position, record in enumerate(history.log)}
    yield from _lost_or_strange(history, positions)
    yield from _repeated(history.log)
    yield from _wrong_dates(history.log)
    for push in history.pushes:
        yield from _torn(push, positions, history.log)
    yield from _out_of_order(history.pushes, positions)
    for number, seen in enumerate(history.readers):
        yield from _misread(number, seen, history.log)


def _lost_or_strange(history: History, positions: dict[Version, int]) -> Iterator[str]:
    pushed: set[Version] = set()
    for push in history.pushes:
        pushed.update(push.versions)
        stored = [version for version in push.versions if version in positions]
        if push.fate is Fate.ACKNOWLEDGED and len(stored) < len(push.versions):
            yield f"lost: {len(push.versions) - len(stored)} of an acknowledged push of {len(push.versions)}"
        if push.fate is Fate.REFUSED and stored:
            yield f"refused, but stored: {stored[0]}"
    if strange := positions.keys() - pushed:
        yield f"never pushed: {next(iter(strange))}"


def _repeated(log: Sequence[Record]) -> Iterator[str]:
    for version, times in Counter(record.version for record in log).items():
        if times > 1:
            yield f"{times} times in the log: {version}"


def _wrong_dates(log: Sequence[Record]) -> Iterator[str]:
    for earlier, later in pairwise(log):
        if not earlier.date_added < later.date_added:
            yield f"dates do not rise: {earlier.date_added}, {later.date_added}"


def _torn(push: Push, positions: dict[Version, int], log: Sequence[Record]) -> Iterator[str]:
    stored = [positions[version] for version in push.versions if version in positions]
    if not stored:
        return
    if len(stored) < len(push.versions):
        yield f"torn: {len(stored)} of {len(push.versions)} of a push are stored"
    if stored != list(range(stored[0], stored[0] + len(stored))):
        yield f"scattered: a push stands at {stored}"
    if not log[stored[-1]].date_added.endswith("000Z"):
        yield f"a push ends at {log[stored[-1]].date_added}, not on a whole millisecond"


def _out_of_order(pushes: Sequence[Push], positions: dict[Version, int]) -> Iterator[str]:
    """Go back through the log: nothing further on may have been acknowledged before this one began."""
    stored = [push for push in pushes if push.versions[0] in positions]
    earliest_end = math.inf
    for push in sorted(stored, key=lambda one: positions[one.versions[0]], reverse=True):
        if earliest_end < push.began:
            yield f"out of order: {push.versions[0]} stands before a push that was acknowledged before it began"
        earliest_end = min(earliest_end, push.ended)


def _misread(number: int, seen: Sequence[Version], log: Sequence[Record]) -> Iterator[str]:
    if len(seen) > len(log):
        yield f"reader {number} received {len(seen)} objects of {len(log)}"
    for position, (version, record) in enumerate(zip(seen, log, strict=False)):
        if version != record.version:
            yield f"reader {number} received {version} at {position}, where the log has {record.version}"
            return
