"""One run: at each size fill the servers, then measure them in turns, round after round."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import cold
from benchmarks.contender import Contender
from benchmarks.measures import PEERS, POLLS, PUSHES, RULED, Effort, Measure, NoAnswerError, memory, start_up
from benchmarks.peers import Medallion, Nginx, OpenTaxii
from benchmarks.results import Results, Table
from benchmarks.servers import Ours, Server
from benchmarks.wire import Connection, WireError

SERVERS: dict[str, type[Server]] = {"ours": Ours, "medallion": Medallion, "opentaxii": OpenTaxii, "nginx": Nginx}
ONCE_SECONDS = 10.0
"""A measurement that takes longer is not repeated."""
SLOW_ANSWERS = 2
"""After so many polls without an answer a peer is asked for no more polls at this size."""
SMALL = 10_000


def say(text: str) -> None:
    """Report progress."""
    print(text, file=sys.stderr, flush=True)


@dataclass
class Run:
    """The servers that take part and what came of it so far."""

    names: list[str]
    sizes: list[int]
    effort: Effort
    folder: Path
    results: Results

    def go(self) -> None:
        """Measure at every size, smallest first; a peer that did not reach one size is not tried at the next."""
        beaten: dict[str, str] = {}
        sizes = sorted(self.sizes)
        for size, following in zip(sizes, [*sizes[1:], 0], strict=True):
            table = self.results.tables.setdefault(size, Table(size))
            with self._contenders(size, table, beaten) as contenders:
                self._measure(table, contenders)
                for contender in contenders:
                    table.notes += contender.notes
                    self._foresee(contender, size, following, beaten)

    @contextmanager
    def _contenders(self, size: int, table: Table, beaten: dict[str, str]) -> Iterator[list[Contender]]:
        contenders: list[Contender] = []
        try:
            for name in self.names:
                if name in beaten:
                    table.notes.append(beaten[name])
                else:
                    contenders += self._enter(name, size, table)
            yield contenders
        finally:
            for contender in contenders:
                contender.stop()

    def _enter(self, name: str, size: int, table: Table) -> list[Contender]:
        try:
            server = SERVERS[name](self.folder / name)
            contender = Contender(server)
            self.results.versions[name] = server.versions()
        except (RuntimeError, OSError) as error:
            table.notes.append(f"{name} did not take part: {error}")
            return []
        try:
            self._fill(contender, size)
        except BaseException as error:
            contender.stop()
            if not isinstance(error, (RuntimeError, OSError, WireError)) or name == "ours":
                raise
            table.notes.append(f"{name} did not take part: {error}")
            return []
        return [contender]

    def _fill(self, contender: Contender, size: int) -> None:
        say(f"{size:,}: filling {contender.name}")
        if contender.name == "nginx":
            contender.server.fresh()
            return
        ours = contender.name == "ours"
        contender.fill(size, 1800 if ours else self.effort.fill_seconds)
        contender.verify(300 if ours else self.effort.walk_seconds)
        contender.server.warm()

    def _measure(self, table: Table, contenders: list[Contender]) -> None:
        by_name = {contender.name: contender for contender in contenders}
        if {"ours", "nginx"} <= by_name.keys():
            _copy_hot_pages(by_name["ours"], by_name["nginx"])
        for measure in POLLS:
            if measure.who != RULED or "ours" in by_name:
                self._rounds(table, measure, contenders)
        self._rounds(table, memory("polling"), contenders, rounds=1)
        if "ours" in by_name and table.stored >= cold.LEAST_STORED:
            self._cold(table, by_name)
        for measure in PUSHES:
            self._rounds(table, measure, contenders)
        self._rounds(table, memory("pushing"), contenders, rounds=1)
        self._rounds(table, start_up(), contenders)

    def _rounds(
        self,
        table: Table,
        measure: Measure,
        contenders: Iterable[Contender],
        *,
        rounds: int | None = None,
    ) -> None:
        table.add_rows(measure.rows)
        say(f"{table.stored:,}: {measure.rows[0].title}")
        done: set[str] = set()
        for number in range(rounds or self.effort.rounds):
            for contender in contenders:
                takes_part = contender.name in measure.who and contender.name not in done
                if takes_part and not self._once(table, measure, contender, number):
                    done.add(contender.name)

    def _once(self, table: Table, measure: Measure, contender: Contender, number: int) -> bool:
        """Measure one server once; tell whether it makes sense to do it again."""
        cells = [table.cell(row.key, contender.name) for row in measure.rows]
        if measure.heavy and contender.slow_answers >= SLOW_ANSWERS:
            for cell in cells:
                cell.note = "not asked"
            return False
        began = time.monotonic()
        try:
            sample = measure.run(contender, self.effort)
        except (NoAnswerError, WireError, RuntimeError) as error:
            self._failed(table, measure, contender, str(error))
            for cell in cells:
                cell.note = "no answer"
            return False
        for key, value in sample.values.items():
            table.cell(key, contender.name).values[number] = value
            table.cell(key, contender.name).part |= sample.part
        if sample.note:
            table.notes.append(f"{contender.name}, {measure.rows[0].title}, round {number + 1}: {sample.note}")
        return time.monotonic() - began < ONCE_SECONDS

    @staticmethod
    def _failed(table: Table, measure: Measure, contender: Contender, reason: str) -> None:
        """Note it, and start the server anew: it may still be at work on what nobody waits for."""
        reason = f"{reason} {contender.server.obituary()}".strip()
        say(f"  {contender.name}: {reason}")
        table.notes.append(f"{contender.name}, {measure.rows[0].title}: {reason}")
        contender.slow_answers += 1
        contender.server.restart()

    def _cold(self, table: Table, by_name: dict[str, Contender]) -> None:
        ours, nginx = by_name["ours"], by_name.get("nginx")
        asked = {"ours": cold.requests(ours)}
        if nginx is not None:
            asked["nginx"] = cold.copy_pages(ours, asked["ours"], nginx)
        small = Contender(Ours(self.folder / "ours-10k")) if table.stored > SMALL else None
        try:
            if small is not None:
                small.fill(SMALL, 300)
                asked["small"] = cold.requests(small)
            self._rounds(table, cold.measure(asked, small), [one for one in (ours, nginx) if one])
        finally:
            if small is not None:
                small.stop()

    def _foresee(self, contender: Contender, size: int, following: int, beaten: dict[str, str]) -> None:
        """Leave a peer out of the next size when it could not be filled within the limit."""
        expected = contender.fill_seconds * following / size
        if contender.name in PEERS and (not contender.reached or expected > self.effort.fill_seconds):
            beaten[contender.name] = (
                f"{contender.name} was not tried: it took {contender.fill_seconds:.0f} s to take in "
                f"{contender.filled:,} objects, and the limit is {self.effort.fill_seconds:.0f} s"
            )


def _copy_hot_pages(ours: Contender, nginx: Contender) -> None:
    assert isinstance(nginx.server, Nginx)
    with Connection(ours.server.target, 60) as connection:
        for limit in (100, 1000):
            answer = connection.exchange(ours.server.target.get(f"limit={limit}"))
            nginx.server.put(f"hot-{limit}.json", bytes(answer.body))
